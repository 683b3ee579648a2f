"""People photographed again, quiet and swollen, each with a photo from before; kept in a folder."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.landmarks import Landmarks
from asymmetry.extract import Extractor
from asymmetry.synthetic.retake import Retake, Sitter, retake_photo
from asymmetry.synthetic.setting import SETTINGS, draw_occasion, draw_photo
from asymmetry.synthetic.swelling import SPOTS, Swelling, swell_face
from benchmarks.retakes import people
from benchmarks.retakes.readings import ROOT

__all__ = ["CACHE", "Case", "Visit", "read_cases"]

#: Where photos and readings are kept.
CACHE = ROOT / ".cache" / "swelling"
#: Of all that is drawn.
SEED = 18
#: Quiet photos of each person in each setting, the share of a full smile that some of them have at most, and
#: the heights of swellings, mm.
QUIET, SMILE, HEIGHTS = 6, 0.3, (1.0, 4.0)
# Quality of the files in the folder, far above that of the photos.
_KEPT = 98


@dataclass(frozen=True)
class Visit:
    """One photo that is taken: how, and what is swollen, if anything."""

    setting: str
    retake: Retake
    swelling: Swelling | None = None


@dataclass(frozen=True, eq=False)
class Case:
    """One person.

    Attributes
    ----------
    name : str
        Folder and file of the photo that all others were made of.
    visits : tuple of Visit
        What was photographed. The first one of each setting is the photo from before.
    photos : tuple of ndarray
        The photos, one a visit.
    landmarks : Landmarks
        As they were read, one row a visit.
    sitter : Sitter
        The face.
    """

    name: str
    visits: tuple[Visit, ...]
    photos: tuple[Pixels, ...] = field(repr=False)
    landmarks: Landmarks = field(repr=False)
    sitter: Sitter = field(repr=False)


def draw_visits(name: str) -> tuple[Visit, ...]:
    """Draw what is photographed of one person."""
    return tuple(visit for setting in SETTINGS for visit in _draw_setting(name, setting))


def _draw_setting(name: str, setting: str) -> Iterator[Visit]:
    """A photo from before, quiet ones, one of each swelling, and the same photos without it.

    Every one but the last is of a day of its own.
    """
    rng = np.random.default_rng([SEED, zlib.crc32(f"{setting} {name}".encode())])
    where = SETTINGS[setting]

    def take() -> Retake:
        return draw_photo(where, rng, draw_occasion(where, rng))

    yield Visit(setting, take())
    for number in range(QUIET):
        smile = SMILE * max(number - QUIET // 2, 0) / (QUIET // 2)
        yield Visit(setting, replace(take(), smile=smile) if smile else take())
    swollen = []
    for place in SPOTS:
        side = ("right", "left")[rng.integers(2)]
        swollen.append(Visit(setting, take(), Swelling(place, side, rng.uniform(*HEIGHTS))))
    yield from swollen
    yield from (replace(each, swelling=None) for each in swollen)


def read_cases(paths: Sequence[Path], folder: Path = CACHE) -> Iterator[Case]:
    """Photograph people again and read it, or take what is in the folder.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        Photos at rest, one a person.
    folder : pathlib.Path
        Where photos and readings are kept.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for path in paths:
        name = f"{path.parent.name}/{path.name}"
        visits = draw_visits(name)
        sitter = people.read_person(path, _readers()[0], _usual_smile()).rest
        key = hashlib.sha256(repr(visits).encode()).hexdigest()[:12]
        place = folder / f"{path.parent.name}_{path.stem}_{key}"
        if not place.with_suffix(".npz").is_file():
            _photograph(sitter, visits, place)
        with np.load(place.with_suffix(".photos.npz")) as kept:
            photos = tuple(_open(kept[str(number)]) for number in range(len(visits)))
        yield Case(name, visits, photos, Landmarks.load(place.with_suffix(".npz")), sitter)


def _photograph(sitter: Sitter, visits: Sequence[Visit], place: Path) -> None:
    photos = [_take(sitter, visit) for visit in visits]
    files = {str(number): _save(photo) for number, photo in enumerate(photos)}
    np.savez(place.with_suffix(".photos.npz"), **files)
    _readers()[1].extract(photos).save(place.with_suffix(".npz"))


def _take(sitter: Sitter, visit: Visit) -> Pixels:
    if visit.swelling:
        sitter = swell_face(sitter, visit.swelling).sitter
    return retake_photo(sitter, visit.retake).pixels


def _save(photo: Pixels) -> Pixels:
    file = BytesIO()
    Image.fromarray(photo).save(file, "JPEG", quality=_KEPT, subsampling=0)
    return np.frombuffer(file.getvalue(), dtype=np.uint8)


def _open(file: Pixels) -> Pixels:
    with Image.open(BytesIO(file.tobytes())) as image:
        return np.asarray(image)


@cache
def _readers() -> tuple[Extractor, Extractor]:
    """The plain extractor, which knows depths, and the default one."""
    return Extractor(method="plain"), Extractor()


@cache
def _usual_smile() -> FloatArray:
    return people.average_smile(_readers()[0])
