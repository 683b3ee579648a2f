"""Photos with a known truth: moves of one side, of both, of an iris alone; closed lids; jittered copies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import Pixels
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import SIDES, Side
from asymmetry.errors import InvalidInputError
from asymmetry.extract import Extractor
from asymmetry.photos.photo import read_photo
from asymmetry.synthetic import Move, Part, jitter_photo, warp_photo
from benchmarks.fidelity.eyes import close_lid, move_iris
from benchmarks.fidelity.hand import lids_through_table, read_table, template_landmarks

Where = Literal["right", "left", "both"]

#: Moves of one side: part, up mm, out mm.
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
#: Moves of a lower lid, one side at a time: a squint, and a lid that hangs.
LOWER_MOVES: tuple[tuple[Part, float, float], ...] = (
    ("lower_lid", 1.0, 0.0),
    ("lower_lid", 2.0, 0.0),
    ("lower_lid", 3.0, 0.0),
    ("lower_lid", -1.0, 0.0),
)
#: Moves of both sides at once.
BOTH_MOVES: tuple[tuple[Part, float, float], ...] = (
    ("brow", 3.0, 0.0),
    ("brow", -3.0, 0.0),
    ("mouth_corner", 3.0, 0.0),
    ("mouth_corner", -3.0, 0.0),
    ("upper_lid", -2.0, 0.0),
    ("upper_lid", -4.0, 0.0),
)
#: How far one iris moves up between lids that stay, mm.
IRIS_MOVES = (2.0, -1.5)
#: Jittered copies per photo for the repeatability.
COPIES = 6
# Folders whose templates were placed by hand; those of the others are automatic.
_BY_HAND = ("london", "more")


@dataclass(frozen=True)
class Case:
    """A changed photo.

    Attributes
    ----------
    person : str
        Whose photo it is.
    part : str
        A part of `asymmetry.synthetic.Move`, ``"iris"``, or ``"closed_lid"``.
    side : {"right", "left", "both"}
        Where.
    pixels : ndarray
        The changed photo.
    displacement : ndarray, shape (k, 2)
        The truth: how far each landmark moved, px.
    """

    person: str
    part: str
    side: Where
    pixels: Pixels = field(repr=False)
    displacement: npt.NDArray[np.floating] = field(repr=False)


@dataclass(frozen=True)
class Subject:
    """A photo to be changed; where its parts are; and the library's own reading of it."""

    person: str
    pixels: Pixels = field(repr=False)
    landmarks: Landmarks = field(repr=False)
    read: Landmarks = field(repr=False)


def subjects(paths: list[Path], *, lids_as_read: bool = False) -> list[Subject]:
    """Read photos and find their faces, for the warps to know where the parts are.

    Where a photo has a template, lids and canthi are the hand's, so that the skin that moves does not depend
    on how the library reads it; the lids lie on the margins of the finer hand of ``truth.csv`` where that has
    read the photo too.

    Parameters
    ----------
    paths : list of Path
        The photos.
    lids_as_read : bool
        Take the library's lids and canthi nevertheless.
    """
    with Extractor(method="hemiface") as extractor:
        landmarks = extractor.extract(paths)
    place = (lambda read, _: read) if lids_as_read else _with_hand
    people = [path.stem.removesuffix("_neutral") for path in paths]
    return [
        Subject(person, read_photo(path).pixels, place(landmarks[i], path), landmarks[i])
        for i, (person, path) in enumerate(zip(people, paths, strict=True))
        if landmarks.usable[i]
    ]


def warps(
    found: list[Subject], moves: Sequence[tuple[Part, float, float]] = MOVES
) -> Iterator[Case]:
    """Every move on every subject's both sides; a move for which a face has no room is left out."""
    for subject, side, move in product(found, SIDES, moves):
        yield from _warped(subject, (side,), move)


def both_warps(found: list[Subject]) -> Iterator[Case]:
    """Moves of both sides at once."""
    for subject, move in product(found, BOTH_MOVES):
        yield from _warped(subject, SIDES, move)


def iris_moves(found: list[Subject]) -> Iterator[Case]:
    """One iris moved between lids that stay."""
    for subject, side, up in product(found, SIDES, IRIS_MOVES):
        moved = move_iris(subject.pixels, subject.landmarks, side, up_mm=up)
        yield Case(subject.person, "iris", side, moved.pixels, moved.displacement)


def closed_lids(found: list[Subject]) -> Iterator[Case]:
    """The upper lid all the way down: right, left, and both."""
    for subject in found:
        one = {side: close_lid(subject.pixels, subject.landmarks, side) for side in SIDES}
        for side, closed in one.items():
            yield Case(subject.person, "closed_lid", side, closed.pixels, closed.displacement)
        again = close_lid(one["right"].pixels, subject.landmarks, "left")
        shift = one["right"].displacement + again.displacement
        yield Case(subject.person, "closed_lid", "both", again.pixels, shift)


def _with_hand(landmarks: Landmarks, path: Path) -> Landmarks:
    """One photo's landmarks with the hand's lids and canthi, where there is a template."""
    if not path.with_suffix(".tem").is_file() or path.parent.name not in _BY_HAND:
        return landmarks
    names = landmarks.layout.groups["lids"] + landmarks.layout.groups["canthi"]
    numbers = landmarks.layout.right(names) + landmarks.layout.left(names)
    points = landmarks.points.copy()
    placed = lids_through_table(template_landmarks([path], landmarks), [path.name], read_table())
    points[:, numbers] = placed.points[:, numbers]
    return replace(landmarks, points=points)


def _warped(
    subject: Subject, sides: Sequence[Side], move: tuple[Part, float, float]
) -> Iterator[Case]:
    part, up, out = move
    moves = [Move(part, side, up_mm=up, out_mm=out) for side in sides]
    try:
        moved = warp_photo(subject.pixels, subject.landmarks, moves)
    except InvalidInputError:
        return
    side: Where = "both" if len(sides) > 1 else sides[0]
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
