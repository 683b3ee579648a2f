"""People whose skin is painted, and their photos: one photo in other light, or one of another day."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import Pixels
from asymmetry.core.landmarks import Landmarks
from asymmetry.extract import Extractor
from asymmetry.metrics import measure
from asymmetry.photos.photo import read_photo
from asymmetry.skin_photos import wears_glasses
from asymmetry.synthetic.bruise import ABSORPTION, Bruise, paint_bruise
from asymmetry.synthetic.noise import compress
from asymmetry.synthetic.retake import Sitter, prepare_sitter, retake_photo
from asymmetry.synthetic.setting import HOME, draw_occasion, draw_photo
from asymmetry.tissue.atlas import load_atlas
from asymmetry.tissue.density import Density, density_of
from asymmetry.tissue.masks import COARSE
from asymmetry.tissue.picture import SkinPicture, draw_skin
from benchmarks.skin.light import CASTS, Light, light_photo
from benchmarks.verdicts.reading import Reader

__all__ = [
    "CACHE",
    "HUE_CLASS",
    "Person",
    "Shot",
    "draw_bruise",
    "photograph",
    "read_people",
    "retake",
]

FloatArray = npt.NDArray[np.floating]

#: Where readings are kept.
CACHE = Path(tempfile.gettempdir()) / "asymmetry-skin"
#: The class of each painted hue.
HUE_CLASS = {
    "red": "red-purple",
    "purple": "red-purple",
    "blue": "blue",
    "green": "green",
    "yellow": "yellow-brown",
    "brown": "yellow-brown",
}
# Surroundings of the face that are kept, as a share of it.
_AROUND = 0.18
# How far points are read off their place, mm (docs/accuracy.md: lids and corners scatter by 0.1 to 0.2).
_SCATTER_MM = 0.12
# Tries to find a place for a bruise, and the share of it that has to lie on skin, by its area, mm².
_TRIES, _ON_SKIN = 2000, ((600.0, 0.97), (1200.0, 0.85), (np.inf, 0.7))


@dataclass(frozen=True, eq=False)
class Person:
    """One person's photo, cut to the face, and the points in it as the library reads them."""

    name: str
    pixels: Pixels = field(repr=False)
    landmarks: Landmarks = field(repr=False)
    mm_per_px: float
    picture: SkinPicture = field(repr=False)


@dataclass(frozen=True, eq=False)
class Shot:
    """A photo, and the bruise in it on the atlas.

    Attributes
    ----------
    density : Density
        Of the photo.
    truth : ndarray of float32, shape (2, h, w)
        Weight of the painted bruises, of either side; 0 where there are none.
    area_mm2, delta_e : float
        Of the first bruise; 0 where there is none.
    """

    density: Density = field(repr=False)
    truth: FloatArray = field(repr=False)
    area_mm2: float = 0.0
    delta_e: float = 0.0


def read_people(paths: list[Path]) -> list[Person]:
    """The people of photos; those whose face is not seen whole are left out."""
    reader, people = Reader(CACHE / "readings"), []
    for path in paths:
        read = reader.extract([path])
        if not read.usable[0]:
            continue
        pixels, landmarks = _cut(read_photo(path).pixels, read)
        scale = float(measure(read, metrics=["mrd1"])["mm_per_px"][0])
        picture = draw_skin(pixels, landmarks, mm_per_px=scale)
        if picture is not None:
            people.append(
                Person(f"{path.parent.name}/{path.stem}", pixels, landmarks, scale, picture)
            )
    return people


def photograph(person: Person, bruises: list[Bruise], light: Light) -> Shot:
    """A person's photo with bruises in a light, its points as they were read without either."""
    pixels, truth, area, change = _paint(person.pixels, person.landmarks, bruises, person.mm_per_px)
    lit = light_photo(pixels, person.picture, light)
    return _shot(lit, person.landmarks, person.mm_per_px, truth, area, change)


def retake(person: Person, bruises: list[Bruise], rng: np.random.Generator) -> Shot:
    """A photo of another day: another pose, distance, light from the side, cast, blur and JPEG."""
    sitter = _sitter(person)
    occasion = draw_occasion(HOME, rng)
    taken = replace(
        draw_photo(HOME, rng, occasion),
        canthi_px=float(rng.uniform(200, 300)),
        blur_px=float(rng.uniform(0.3, 0.8)),
        light=float(rng.uniform(0, 0.6)),
        light_from_deg=float(rng.choice([90, 270]) + rng.uniform(-50, 50)),
        light_off_deg=float(rng.uniform(0, 60)),
        jpeg=0,
    )
    made = retake_photo(sitter, taken)
    height, width = made.pixels.shape[:2]
    canthi = list(person.landmarks.layout.pairs["outer_canthus"])
    shrunk = _apart(person.landmarks.points[0, canthi, :2]) / _apart(made.points[canthi])
    scale = person.mm_per_px * shrunk
    points = made.points + rng.normal(0, _SCATTER_MM / scale, made.points.shape)
    flat = np.concatenate([points, np.zeros((len(points), 1))], axis=1)[None].astype(np.float32)
    landmarks = replace(
        person.landmarks, points=flat, size=np.array([[width, height]]), focal_px=np.array([np.nan])
    )
    lit = light_photo(
        made.pixels, person.picture, Light(cast=CASTS[rng.integers(len(CASTS))], jpeg=0)
    )
    pixels, truth, area, change = _paint(lit, landmarks, bruises, scale)
    pixels = compress(pixels, int(rng.integers(75, 91)))
    return _shot(pixels, landmarks, scale, truth, area, change)


def draw_bruise(
    rng: np.random.Generator, area_mm2: float, *, depth: tuple[float, float] = (6.0, 12.0)
) -> Bruise:
    """Draw a bruise of an area somewhere on the skin."""
    atlas = load_atlas()
    radius = np.sqrt(area_mm2 / np.pi) * 2 * 1.25  # px, with a margin
    need = next(share for most, share in _ON_SKIN if area_mm2 < most)
    rows, columns = np.ogrid[: atlas.skin.shape[0], : atlas.skin.shape[1]]
    for _ in range(_TRIES):
        row, column = int(rng.integers(10, 360)), int(rng.integers(0, 150))
        disc = (rows - row) ** 2 + (columns - column) ** 2 <= radius**2
        on_skin = atlas.skin[disc].sum() / (np.pi * radius**2)
        if atlas.skin[row, column] and on_skin >= need * 0.97:
            break
    out, up = atlas.place[row, column]
    return Bruise(
        "right" if rng.random() < 0.5 else "left",
        float(out),
        float(up),
        float(area_mm2),
        float(rng.uniform(*depth)),
        str(rng.choice(list(ABSORPTION))),
        seed=int(rng.integers(10**6)),
    )


def _paint(
    pixels: Pixels, landmarks: Landmarks, bruises: list[Bruise], scale: float
) -> tuple[Pixels, FloatArray, float, float]:
    """Pixels with bruises, their weight, and area and depth of the first one."""
    weight, area, change = np.zeros(pixels.shape[:2], np.float32), 0.0, 0.0
    for number, bruise in enumerate(bruises):
        painted = paint_bruise(pixels, landmarks, bruise, mm_per_px=scale)
        pixels, weight = painted.pixels, np.maximum(weight, painted.weight)
        if number == 0:
            area, change = painted.area_mm2, painted.delta_e
    return pixels, weight, area, change


def _shot(
    pixels: Pixels,
    landmarks: Landmarks,
    scale: float,
    weight: FloatArray,
    area: float,
    change: float,
) -> Shot:
    picture = draw_skin(pixels, landmarks, mm_per_px=scale)
    assert picture is not None
    drawn = np.stack(
        [
            cv2.remap(weight, at[..., 0] - 0.5, at[..., 1] - 0.5, cv2.INTER_LINEAR)
            for at in picture.at
        ]
    )
    small = np.stack(
        [
            cv2.resize(each, None, fx=1 / COARSE, fy=1 / COARSE, interpolation=cv2.INTER_AREA)
            for each in drawn
        ]
    )
    density = density_of(picture, glasses=wears_glasses(landmarks))
    return Shot(density, small, area, change)


def _cut(pixels: Pixels, landmarks: Landmarks) -> tuple[Pixels, Landmarks]:
    """A photo cut to the face."""
    points = landmarks.points[0, :, :2]
    low, high = np.nanmin(points, axis=0), np.nanmax(points, axis=0)
    margin = (high - low) * _AROUND
    left, top = np.maximum(low - margin, 0).astype(int)
    right, bottom = np.minimum(high + margin, pixels.shape[1::-1]).astype(int)
    moved = landmarks.points.copy()
    moved[..., :2] -= (left, top)
    size = np.array([[right - left, bottom - top]])
    return np.ascontiguousarray(pixels[top:bottom, left:right]), replace(
        landmarks, points=moved, size=size
    )


@lru_cache(1)
def _sitter(person: Person) -> Sitter:
    plain = _plain().extract([person.pixels])
    return prepare_sitter(person.pixels, plain)


@cache
def _plain() -> Extractor:
    return Extractor(method="plain", threads=1)


def _apart(points: FloatArray) -> float:
    return float(np.linalg.norm(points[0] - points[1]))
