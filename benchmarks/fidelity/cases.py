"""Photos with a known truth: one-sided warps, jittered copies, mirror images."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt

from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import SIDES, Side
from asymmetry.errors import InvalidInputError
from asymmetry.extract import Extractor
from asymmetry.extract.photo import read_photo
from asymmetry.synthetic import Move, Part, jitter_photo, warp_photo

Pixels = npt.NDArray[np.uint8]

#: Moves per side: part, up mm, out mm.
MOVES: tuple[tuple[Part, float, float], ...] = (
    ("brow", 3.0, 0.0),
    ("brow", 1.0, 0.0),
    ("brow", -1.5, 0.0),
    ("brow", -4.0, 0.0),
    ("mouth_corner", 4.0, 0.0),
    ("mouth_corner", 3.0, 2.0),
    ("mouth_corner", -0.5, 0.0),
    ("mouth_corner", -2.0, 0.0),
    ("mouth_corner", -6.0, 0.0),
    ("upper_lid", -1.0, 0.0),
    ("upper_lid", -2.0, 0.0),
    ("upper_lid", -4.0, 0.0),
)
#: Jittered copies per photo for the repeatability.
COPIES = 6


@dataclass(frozen=True)
class Case:
    """A warped photo.

    Attributes
    ----------
    person : str
        Whose photo it is.
    part, side : str
        What moved.
    pixels : ndarray
        The warped photo.
    displacement : ndarray, shape (k, 2)
        The truth: how far each landmark moved, px.
    """

    person: str
    part: Part
    side: Side
    pixels: Pixels = field(repr=False)
    displacement: npt.NDArray[np.floating] = field(repr=False)


@dataclass(frozen=True)
class Subject:
    """A photo to be warped, and where its face is."""

    person: str
    pixels: Pixels = field(repr=False)
    landmarks: Landmarks = field(repr=False)


def subjects(paths: list[Path]) -> list[Subject]:
    """Read photos and find their faces, for the warps to know where the parts are."""
    with Extractor(method="hemiface") as extractor:
        landmarks = extractor.extract(paths)
    people = [path.stem.removesuffix("_neutral") for path in paths]
    return [
        Subject(person, read_photo(path).pixels, landmarks[i])
        for i, (person, path) in enumerate(zip(people, paths, strict=True))
        if landmarks.usable[i]
    ]


def warps(found: list[Subject]) -> Iterator[Case]:
    """Every move on every subject's both sides; a move for which a face has no room is left out."""
    for subject, side, (part, up, out) in product(found, SIDES, MOVES):
        try:
            moved = warp_photo(subject.pixels, subject.landmarks, [Move(part, side, up_mm=up, out_mm=out)])
        except InvalidInputError:
            continue
        yield Case(subject.person, part, side, moved.pixels, moved.displacement)


def jittered(found: list[Subject], seed: int = 0) -> Iterator[Pixels]:
    """`COPIES` of each subject: turned, scaled, shifted, lit and compressed a little differently."""
    rng = np.random.default_rng(seed)
    for subject, _ in product(found, range(COPIES)):
        yield jitter_photo(subject.pixels, rng).pixels


def displaced(landmarks: Landmarks, displacement: npt.NDArray[np.floating]) -> Landmarks:
    """The landmarks as they would be read from the warped photo by a perfect method."""
    points = landmarks.points.copy()
    points[..., :2] += displacement
    return replace(landmarks, points=points)
