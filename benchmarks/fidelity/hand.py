"""Points placed by hand on real photos, as landmarks: so that the library's own metrics measure the truth.

Two hands. Templates (`.tem`, 189 points) lie beside photos of the London and Canada sets; ``truth.csv`` has
lids, canthi, irises, brows and mouth corners of portraits and of the London set. Either way a copy of the
method's reading gets the hand's points in place of its own, and is measured in the same frame: by the same
level (the hand's canthi and pupils), with the reading's pose and depth.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import SIDES
from benchmarks.fidelity.photos import SHARED

__all__ = [
    "CONTOURS",
    "TABLE",
    "brow_at_rim",
    "in_level_of",
    "lids_at_centre",
    "lids_through_table",
    "point_above",
    "read_table",
    "read_template",
    "smooth_contour",
    "table_landmarks",
    "template_landmarks",
    "template_photos",
]

FloatArray = npt.NDArray[np.floating[Any]]
Readings = Mapping[tuple[str, str, str], FloatArray]
Numbers = tuple[tuple[int, ...], tuple[int, ...]]

#: The readings of ``truth.csv``.
TABLE = SHARED / "portraits" / "truth.csv"

# Numbers in the 189-point template, right and left, as seen on photos with the numbers drawn in. Contours run
# from their lateral to their medial end.
CONTOURS: dict[str, Numbers] = {
    "brow_upper": ((71, 72, 73, 74, 75), (82, 81, 80, 79, 78)),
    "brow_lower": ((71, 83, 84, 76), (82, 86, 85, 77)),
    "upper_lid": ((18, 19, 20, 21, 22), (27, 26, 25, 24, 23)),
    "lower_lid": ((18, 28, 29, 30, 22), (27, 33, 32, 31, 23)),
    "upper_lip_outer": ((87, 88, 89, 90), (93, 92, 91, 90)),
    "lower_lip_outer": ((87, 104, 105, 106), (93, 108, 107, 106)),
}
_POINTS: dict[str, Numbers] = {
    "outer_canthus": ((18,), (27,)),
    "inner_canthus": ((22,), (23,)),
    "iris_centre": ((0,), (1,)),
    "iris_lateral": (
        (4,),
        (16,),
    ),  # these two repeat the iris's width best, see docs/tables/hands.md
    "iris_medial": ((8,), (12,)),
    "commissure": ((87,), (93,)),
    "inner_commissure": (
        (87,),
        (93,),
    ),  # the hand has one corner: the end of the line between the lips
    "ala": ((62, 63), (67, 68)),  # the mesh's point lies midway between them on the wing's outline
}
# Outer canthi and pupils: the level, which says where straight up is.
_LEVEL = ((18, 0), (27, 1))
# Points of truth.csv, and their names here.
_WHAT = {
    "upper_lid": "upper_lid_4",
    "lower_lid": "lower_lid_4",
    "medial_canthus": "inner_canthus",
    "lateral_canthus": "outer_canthus",
    "brow_upper": "brow_upper_3",
    "brow_lower": "brow_lower_3",
    "mouth_corner": "commissure",
    "iris_left": "",
    "iris_right": "",
}
# Steps of a smooth contour from point to point.
_STEPS = 32


def template_photos(folder: str) -> list[Path]:
    """The photos of a folder that have a template; all were placed by hand."""
    return sorted(path.with_suffix(".jpg") for path in SHARED.glob(f"{folder}/*.tem"))


def read_template(path: Path) -> FloatArray:
    """The template beside a photo, px from the top-left corner, shape (189, 2)."""
    count, *lines = path.with_suffix(".tem").read_text().splitlines()
    return np.array([[float(v) for v in line.split()[:2]] for line in lines[: int(count)]])


def read_table() -> dict[tuple[str, str, str], FloatArray]:
    """``truth.csv``: px by photo, the patient's side, and point; empty where it is not there."""
    if not TABLE.is_file():
        return {}
    with TABLE.open(newline="") as file:
        return {
            (row["photo"], row["side"], row["what"]): np.array([float(row["x"]), float(row["y"])])
            for row in csv.DictReader(file)
        }


def template_landmarks(paths: Sequence[Path], read: Landmarks) -> Landmarks:
    """The hand's points of these photos, in the places where the reading has its own.

    A point on a contour is the hand's contour there: as far along the level as the reading's point lies, or
    the contour's end where that lies beyond it.

    Parameters
    ----------
    paths : sequence of Path
        n photos with a template.
    read : Landmarks
        A method's readings of them.
    """
    points = _only_midline(read)
    for row, path in enumerate(paths):
        placed = read_template(path)
        along = _level(*(placed[list(numbers)] for numbers in _LEVEL))
        for side in range(len(SIDES)):
            _place_points(points[row], read, placed, side)
            for group, numbers in CONTOURS.items():
                contour = smooth_contour(placed[list(numbers[side])])
                for name in read.layout.groups[group]:
                    number = read.layout.pairs[name][side]
                    points[row, number, :2] = point_above(
                        contour, read.points[row, number, :2], along
                    )
    return replace(read, points=points)


def table_landmarks(photos: Sequence[str], read: Landmarks, table: Readings) -> Landmarks:
    """The hand's points of ``truth.csv``; a point that it lacks is NaN.

    Parameters
    ----------
    photos : sequence of str
        n names of the table.
    read : Landmarks
        A method's readings of them.
    table : mapping
        Of `read_table`.
    """
    points = _only_midline(read)
    pairs = read.layout.pairs
    nothing = np.full(2, np.nan)
    for row, photo in enumerate(photos):
        for side, name in enumerate(SIDES):
            hand = {what: table.get((photo, name, what), nothing) for what in _WHAT}
            ends = sorted(
                (hand["iris_left"], hand["iris_right"]), key=lambda point: float(point[0])
            )
            places = {ours: hand[what] for what, ours in _WHAT.items() if ours}
            places |= {
                "inner_commissure": hand["mouth_corner"],
                "iris_centre": (ends[0] + ends[1]) / 2,
                # In a photo the patient's right is on the left.
                "iris_lateral": ends[side],
                "iris_medial": ends[1 - side],
            }
            for ours, place in places.items():
                points[row, pairs[ours][side], :2] = place
    return replace(read, points=points)


def lids_through_table(placed: Landmarks, photos: Sequence[str], table: Readings) -> Landmarks:
    """Lids of a template, as high over the line of their canthi as ``truth.csv`` has the margins.

    The margins of ``truth.csv`` were read in crops enlarged 8 to 12 times and repeat to 0.25 mm (upper) and
    0.1 mm (lower). The templates' lie 0.4 mm higher on average, SD 0.4 mm, and up to 1.4 mm, on the crease.

    Parameters
    ----------
    placed : Landmarks
        Of `template_landmarks`, n photos.
    photos : sequence of str
        Their names in the table. A photo that is not in it stays as it is.
    table : mapping
        Of `read_table`.
    """
    points = placed.points.copy()
    scheme = placed.layout
    for (row, photo), side, lid in product(enumerate(photos), SIDES, ("upper_lid", "lower_lid")):
        margin = table.get((photo, side, lid))
        if margin is not None:
            numbers = scheme.of(side, ("outer_canthus", *scheme.groups[lid], "inner_canthus"))
            points[row, numbers, :2] = _through(points[row, numbers, :2], margin)
    return replace(placed, points=points)


def brow_at_rim(read: Landmarks, hand: Landmarks) -> Landmarks:
    """The reading with its brow's arch taken straight above the iris's outer rim, as ``truth.csv`` has it.

    Parameters
    ----------
    read, hand : Landmarks
        The same n photos; `hand` of `table_landmarks`.
    """
    return _moved_along(read, hand, {"brow_upper": 3, "brow_lower": 3}, "iris_lateral")


def lids_at_centre(read: Landmarks, hand: Landmarks) -> Landmarks:
    """The reading with the middle of its lids taken over the iris's centre, as ``truth.csv`` has them."""
    return _moved_along(read, hand, {"upper_lid": 4, "lower_lid": 4}, "iris_centre")


def in_level_of(read: Landmarks, hand: Landmarks) -> Landmarks:
    """The reading with the hand's pupils and canthi, which carry the level."""
    points = read.points.copy()
    for name in ("iris_centre", "outer_canthus", "inner_canthus"):
        numbers = list(read.layout.pairs[name])
        points[:, numbers, :2] = hand.points[:, numbers, :2]
    return replace(read, points=points)


def smooth_contour(points: FloatArray) -> FloatArray:
    """A Catmull-Rom curve through points (k, 2), as a template's lines: shape (32 (k - 1) + 1, 2)."""
    ends = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    t = np.linspace(0, 1, _STEPS, endpoint=False)[:, None]
    parts = []
    for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        parts.append(
            b + t / 2 * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
        )
    return np.concatenate([*parts, points[-1:]])


def point_above(contour: FloatArray, place: FloatArray, along: FloatArray) -> FloatArray:
    """Where a contour lies straight above or below a place; its end where the place is beyond it.

    Parameters
    ----------
    contour : ndarray, shape (k, 2)
        Px, y down.
    place : ndarray, shape (2,)
        Px.
    along : ndarray, shape (2,)
        Unit vector of the level.
    """
    up = np.array([along[1], -along[0]])
    x, y = contour @ along, contour @ up
    order = np.argsort(x, kind="stable")
    x0 = float(np.clip(place @ along, x.min(), x.max()))
    return np.asarray(x0 * along + np.interp(x0, x[order], y[order]) * up)


def _only_midline(read: Landmarks) -> FloatArray:
    """The reading's points, x and y of all pairs NaN: a pair has the hand's place or none."""
    points = read.points.copy()
    points[:, [number for pair in read.layout.pairs.values() for number in pair], :2] = np.nan
    return points


def _place_points(points: FloatArray, read: Landmarks, placed: FloatArray, side: int) -> None:
    for name, numbers in _POINTS.items():
        points[read.layout.pairs[name][side], :2] = placed[list(numbers[side])].mean(axis=0)


def _moved_along(
    read: Landmarks, hand: Landmarks, stations: Mapping[str, int], above: str
) -> Landmarks:
    """The reading with a station of these contours moved along them, straight above a point of the hand's."""
    points = read.points.copy()
    pairs, groups = read.layout.pairs, read.layout.groups
    pupils = hand.points[:, list(pairs["iris_centre"]), :2]
    for row, (right, left) in enumerate(pupils):
        along = _level(right[None], left[None])
        for side, (group, station) in product(range(len(SIDES)), stations.items()):
            numbers = [pairs[name][side] for name in groups[group]]
            contour = smooth_contour(read.points[row, numbers, :2])
            target = hand.points[row, pairs[above][side], :2]
            points[row, pairs[f"{group}_{station}"][side], :2] = point_above(contour, target, along)
    return replace(read, points=points)


def _through(contour: FloatArray, place: FloatArray) -> FloatArray:
    """A contour (k, 2) stretched upright to the line of its ends, so that it runs through a place."""
    along = contour[-1] - contour[0]
    along = along / np.hypot(*along)
    up = np.array([along[1], -along[0]])
    x, height = (contour - contour[0]) @ along, (contour - contour[0]) @ up
    middle = np.interp((place - contour[0]) @ along, x, height)
    times = ((place - contour[0]) @ up) / middle
    return np.asarray(contour + (times - 1) * height[:, None] * up)


def _level(right: FloatArray, left: FloatArray) -> FloatArray:
    """Unit vector from the right points to the left ones, px, shape (2,)."""
    across = (left - right).sum(axis=0)
    return np.asarray(across / np.hypot(*across))
