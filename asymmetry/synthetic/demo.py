"""A dated photo series of one person with a known course, to try out the library from photos to report."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image

from asymmetry.core.arrays import Pixels
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.notes import Note
from asymmetry.core.table import Measurements
from asymmetry.errors import MissingExtraError, NoFaceError
from asymmetry.extract import Extractor
from asymmetry.photos.photo import Photo, PhotoSource, read_photo
from asymmetry.synthetic.move import Move
from asymmetry.synthetic.noise import jitter_photo
from asymmetry.synthetic.skin import rise
from asymmetry.synthetic.warp import warp_photo

__all__ = ["Demo", "Portrait", "demo_portrait", "make_demo"]

FloatArray = npt.NDArray[np.floating[Any]]

TREATED_ON = date(2026, 3, 9)
#: Days of the photos since the treatment; a day that comes twice has two photos.
DAYS = (-14, -7, -7, 1, 2, 4, 6, 8, 10, 14, 20, 28, 28, 36, 45, 54, 63, 72, 81, 90, 100, 110, 120)

# mm, days, days, days. The corner of the mouth recovers only in part.
_BROW_DROP, _BROW_LOWEST, _BROW_TURNS, _BROW_BACK = 3.0, 10, 25, 110
_MOUTH_DROP = 2.0
_MOUTH_LOWEST = 14
_MOUTH_TURNS = 30
_MOUTH_END = 120
_MOUTH_REGAINED = 0.6

# The face is scaled to this distance between the outer canthi, px, with this many of these distances of
# surroundings on each side.
_CANTHI_PX, _WIDTHS = 250.0, 2.4
# Enlargement that keeps the cut edge out of every photo, however the camera is held.
_ZOOM = 1.2
_JPEG_QUALITY = 95
_FIRST_PHOTO, _NEXT_PHOTO, _ZONE = time(9, 10), timedelta(minutes=4), "+01:00"


@dataclass(frozen=True)
class Portrait:
    """A photo that comes with an installed package.

    Attributes
    ----------
    path : pathlib.Path
        The file.
    expression : str
        The face's expression, such as ``rest``.
    note : str
        A caveat for readers of the demo; may be empty.
    """

    path: Path
    expression: str
    note: str


_GLASSES = (
    "The glasses in this portrait hide the brows from the landmark model, so "
    "what is read there hardly follows the truth. Where scikit-image is "
    "installed, the demo takes a portrait without glasses."
)
# Package, file in it, expression, note. A brow that is 3 mm lower is read 2.7 mm lower in the first portrait
# and 0.1 mm in the second; a corner of the mouth is read alike in both.
_PORTRAITS = (
    ("skimage", "data/astronaut.png", "smile_open", ""),
    ("matplotlib", "mpl-data/sample_data/grace_hopper.jpg", "rest", _GLASSES),
)


@dataclass(frozen=True)
class Demo:
    """A folder of photos with the truth about them.

    Attributes
    ----------
    folder : pathlib.Path
        Where the photos and ``truth.csv`` are.
    treated_on : datetime.date
        Day 0.
    truth : Measurements
        One row per photo: photo, taken, day, and right, left and diff of ``brow_height`` and
        ``commissure_height`` in mm, as changes from the portrait itself, which the photos before the
        treatment show unchanged.
    note : str
        A caveat about the portrait; may be empty.
    """

    folder: Path
    treated_on: date
    truth: Measurements = field(repr=False)
    note: str = ""


def demo_portrait() -> Portrait:
    """The public-domain portrait that the demo is made of.

    It shows Eileen Collins (NASA) where scikit-image is installed, otherwise Grace Hopper (US Navy) from
    matplotlib. Hopper wears glasses, and the landmark model does not find the brows behind their rim.

    Returns
    -------
    Portrait
        With the file's path. No package is imported to find it.

    Raises
    ------
    MissingExtraError
        If neither package is installed.
    """
    for package, file, expression, note in _PORTRAITS:
        for home in _package_folders(package):
            path = Path(home, file)
            if path.is_file():
                return Portrait(path, expression, note)
    raise MissingExtraError("the demo portrait", "demo")


def _package_folders(package: str) -> list[str]:
    """Folders of an installed package, found without importing it; none where it is not installed."""
    spec = importlib.util.find_spec(package)
    if spec is None:
        return []
    return list(spec.submodule_search_locations or ())


def make_demo(
    folder: str | os.PathLike[str], *, portrait: PhotoSource | None = None, seed: int = 0
) -> Demo:
    """Write a dated series of photos with a known course, and its truth beside them.

    There are three photos before a treatment on day 0, and twenty after it up to day 120. The right brow
    drops by 3 mm until day 10 and is back on day 110; the left corner of the mouth drops by 2 mm until day 14
    and regains 1.2 mm by day 120. Camera and light differ a little from photo to photo. Two days have two
    photos, which show the error of measurement. The face is enlarged to a usual photo's size, which adds no
    detail.

    Parameters
    ----------
    folder : path
        The folder to write to, made if need be. Files of the same names are replaced.
    portrait : path, bytes or ndarray, optional
        A frontal photo of one face at rest. Default: `demo_portrait`.
    seed : int
        Seed of the differences between photos. The same seed writes the same photos.

    Returns
    -------
    Demo
        The folder, the day of treatment and the truth, which is also in ``truth.csv``.

    Raises
    ------
    MissingExtraError
        If no portrait is given and none is installed.
    NoFaceError
        If no face is found in the portrait.
    """
    if portrait is None:
        found = demo_portrait()
        portrait, expression, note = found.path, found.expression, found.note
    else:
        expression, note = "rest", ""
    photo = read_photo(portrait)
    with Extractor() as extractor:
        pixels, landmarks = _enlarge(photo, extractor)
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    truth = _truth(expression)
    rng = np.random.default_rng(seed)
    for name, taken, brow, mouth in zip(*(truth[column] for column in _COURSE), strict=True):
        moves = (
            Move("brow", "right", up_mm=brow),
            Move("mouth_corner", "left", up_mm=mouth),
        )
        moved = warp_photo(pixels, landmarks, moves).pixels
        jittered = jitter_photo(moved, rng, zoom=_ZOOM).pixels
        _write_photo(target / name, jittered, datetime.fromisoformat(taken))
    truth.to_csv(target / "truth.csv")
    return Demo(target, TREATED_ON, truth, note)


_COURSE = ("photo", "taken", "brow_height_right_mm", "commissure_height_left_mm")


def _truth(expression: str) -> Measurements:
    """The course of brow and mouth, one row per photo."""
    day = np.array(DAYS, dtype=np.float64)
    still = np.zeros_like(day)
    recovered = rise(day, _BROW_TURNS, _BROW_BACK)
    brow = still - _BROW_DROP * rise(day, 0, _BROW_LOWEST) * (1 - recovered)
    regained = _MOUTH_REGAINED * rise(day, _MOUTH_TURNS, _MOUTH_END)
    mouth = still - _MOUTH_DROP * rise(day, 0, _MOUTH_LOWEST) * (1 - regained)
    names, taken = zip(*_appointments(expression), strict=True)
    columns = {
        "photo": names,
        "taken": taken,
        "day": day,
        "brow_height_right_mm": brow,
        "brow_height_left_mm": still,
        "brow_height_diff_mm": brow,
        "commissure_height_right_mm": still,
        "commissure_height_left_mm": mouth,
        "commissure_height_diff_mm": still - mouth,
    }
    about = {"truth": "change from the portrait", "treated_on": TREATED_ON.isoformat()}
    return Measurements(columns, about)


def _appointments(expression: str) -> Iterator[tuple[str, str]]:
    """Name and time (ISO 8601) of each photo."""
    for number, day in enumerate(DAYS):
        when = TREATED_ON + timedelta(days=day)
        earlier = DAYS[:number].count(day)
        suffix = ""
        if earlier:
            suffix = f"_{earlier + 1}"
        clock = datetime.combine(when, _FIRST_PHOTO) + earlier * _NEXT_PHOTO
        yield f"{when.isoformat()}_{expression}{suffix}.jpg", clock.isoformat() + _ZONE


def _enlarge(photo: Photo, extractor: Extractor) -> tuple[Pixels, Landmarks]:
    """Cut a portrait around its face and scale it to the demo's size; with its landmarks."""
    found = extractor.extract([photo.pixels])
    if not found.usable[0]:
        raise NoFaceError(photo.name, Note("no_demo", reasons=found.notes[0]))
    canthi = found.points[0, list(found.layout.pairs["outer_canthus"]), :2]
    width = float(np.linalg.norm(canthi[0] - canthi[1]))
    first = np.clip(canthi.mean(axis=0) - _WIDTHS * width, 0, None).astype(int)
    last = (canthi.mean(axis=0) + _WIDTHS * width).astype(int)
    cut = photo.pixels[first[1] : last[1], first[0] : last[0]]
    factor = _CANTHI_PX / width
    how = cv2.INTER_AREA
    if factor > 1:
        how = cv2.INTER_CUBIC
    resized = cv2.resize(cut, None, fx=factor, fy=factor, interpolation=how)
    enlarged = np.asarray(resized, dtype=np.uint8)
    landmarks = extractor.extract([enlarged])
    if not np.isfinite(landmarks.points).all():
        # Lids behind reflecting glasses are left out. The plain method keeps them: a warp needs every point.
        with Extractor(method="plain") as plain:
            landmarks = plain.extract([enlarged])
    return enlarged, landmarks


def _write_photo(path: Path, pixels: Pixels, taken: datetime) -> None:
    """Write a JPEG with its time of capture."""
    exif = Image.Exif()
    tags = exif.get_ifd(ExifTags.IFD.Exif)
    tags[ExifTags.Base.DateTimeOriginal] = taken.strftime("%Y:%m:%d %H:%M:%S")
    tags[ExifTags.Base.OffsetTimeOriginal] = _ZONE
    Image.fromarray(pixels).save(path, quality=_JPEG_QUALITY, exif=exif)
