"""Points placed by hand, as `Landmarks` that the metrics measure by their own definitions.

Hand and reading share the pose, the depth and the points that carry the midline; all else that a metric reads
is the hand's or NaN. Where a contour has other stations than the mesh, the hand's line is read at the mesh's
station, so that what is compared lies straight above and below.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from benchmarks.fidelity.photos import SHARED

__all__ = ["from_portraits", "from_template", "portrait_truth"]

FloatArray = npt.NDArray[np.float64]
Truth = dict[tuple[Side, str], tuple[float, float]]

# Numbers in the 189-point template: (right, left); of two points the middle.
_POINTS = {
    "iris_centre": (0, 1),
    "iris_top": (2, 10),
    "iris_lateral": (4, 16),
    "iris_bottom": (6, 14),
    "iris_medial": (8, 12),
    "outer_canthus": (18, 27),
    "inner_canthus": (22, 23),
    "commissure": (87, 93),
    "inner_commissure": (87, 93),
    "ala": ((62, 63), (67, 68)),
    "alar_base": (64, 69),
}
_MIDLINE = {
    "subnasale": (55,),
    "philtrum": (170, 171, 172, 173),
    "upper_lip": (90,),
    "upper_lip_edge": (96,),
    "lower_lip_edge": (101,),
    "lower_lip": (106,),
    "menton": (129,),
}
# Contours from their lateral to their medial end. Lids and lips are stretched to the mesh's ends, brows are
# not: where a brow ends is a matter of taste.
_CONTOURS = {
    "brow_upper": ((71, 72, 73, 74, 75), (82, 81, 80, 79, 78)),
    "brow_lower": ((71, 83, 84, 76), (82, 86, 85, 77)),
    "upper_lid": ((18, 19, 20, 21, 22), (27, 26, 25, 24, 23)),
    "lower_lid": ((18, 28, 29, 30, 22), (27, 33, 32, 31, 23)),
    "upper_lip_outer": ((87, 88, 89, 90), (93, 92, 91, 90)),
    "upper_lip_inner": ((87, 94, 95, 96), (93, 98, 97, 96)),
    "lower_lip_outer": ((87, 104, 105, 106), (93, 108, 107, 106)),
    "lower_lip_inner": ((87, 99, 100, 101), (93, 103, 102, 101)),
}
_ENDS = {"lid": ("outer_canthus", "inner_canthus"), "lip": ("commissure", "lower_lip")}
# What carries the frame and nobody placed: kept as read.
_KEPT = ("nasion", "nose_bridge_1", "glabella")
#: Standard deviation of a hand-placed point, mm: repeats of the portraits' reading (its README). Brows by
#: what three readers differ by from right to left, 0.57 mm; closed lips as sharp lines; the rest, not
#: repeated, as lids and corners.
HAND_MM = {
    "brow": 0.40,
    "upper_lid": 0.25,
    "lower_lid": 0.10,
    "upper_lip_inner": 0.10,
    "lower_lip_inner": 0.10,
    "iris_centre": 0.09,
    "iris": 0.13,
    "rest": 0.25,
}


def from_template(read: Landmarks, paths: Iterable[Path], *, others: bool = False) -> Landmarks:
    """The 189-point templates beside photos, as landmarks.

    Parameters
    ----------
    read : Landmarks
        The photos as the library reads them.
    paths : iterable of Path
        The photos.
    others : bool
        Keep points as read that the template lacks, for metrics of the whole face.
    """
    rows = [_template_row(read[i], path, others=others) for i, path in enumerate(paths)]
    return Landmarks.concat(rows)


def _template_row(read: Landmarks, path: Path, *, others: bool) -> Landmarks:
    count, *lines = path.with_suffix(".tem").read_text().splitlines()
    hand = np.array([[float(v) for v in line.split()[:2]] for line in lines[: int(count)]])
    layout, mesh = MEDIAPIPE_478, read.points[0, :, :2].astype(np.float64)
    placed: dict[int, FloatArray] = {layout.midline[n]: hand[list(at)].mean(0) for n, at in _MIDLINE.items()}
    for name, at in _POINTS.items():
        for number, own in zip(layout.pairs[name], at, strict=True):
            placed[number] = hand[np.atleast_1d(own)].mean(axis=0)
    for group, lines_of in _CONTOURS.items():
        for side, line in zip(SIDES, lines_of, strict=True):
            placed |= _stations(mesh, placed, hand[list(line)], group, side)
    return _with(read, placed, others=others)


def _stations(
    mesh: FloatArray, placed: dict[int, FloatArray], line: FloatArray, group: str, side: Side
) -> dict[int, FloatArray]:
    """A hand's contour at the mesh's stations."""
    numbers = MEDIAPIPE_478.of(side, MEDIAPIPE_478.groups[group])
    x = mesh[numbers, 0]
    ends = next((ends for part, ends in _ENDS.items() if part in group), None)
    if ends is not None:
        first, last = (MEDIAPIPE_478.named[name][SIDES.index(side)] for name in ends)
        share = (x - mesh[first, 0]) / (mesh[last, 0] - mesh[first, 0])
        x = placed[first][0] + share * (placed[last][0] - placed[first][0])
    order = np.argsort(line[:, 0])
    y = np.interp(x, line[order, 0], line[order, 1])
    return dict(zip(numbers, np.stack([x, y], axis=1), strict=True))


def portrait_truth() -> dict[str, Truth]:
    """What was read by hand in each photo of ``portraits/truth.csv``: (side, what) to x, y in px."""
    found: dict[str, Truth] = defaultdict(dict)
    path = SHARED / "portraits" / "truth.csv"
    if path.is_file():
        with path.open(newline="") as file:
            for row in csv.DictReader(file):
                side: Any = row["side"]
                found[row["photo"]][side, row["what"]] = float(row["x"]), float(row["y"])
    return dict(found)


def from_portraits(read: Landmarks, paths: Iterable[Path]) -> Landmarks:
    """Lids, canthi, irises and corners of the mouth of ``portraits/truth.csv``, as landmarks.

    Its brows are read at another station than the metrics', and left out.
    """
    truth = portrait_truth()
    return Landmarks.concat(_portrait_row(read[i], truth[path.name]) for i, path in enumerate(paths))


def _portrait_row(read: Landmarks, truth: Truth) -> Landmarks:
    placed: dict[int, FloatArray] = {}
    for side in SIDES:
        edges = [np.array(truth[side, f"iris_{end}"]) for end in ("left", "right")]
        lateral, medial = edges if side == "right" else edges[::-1]
        at = {
            "iris_lateral": lateral,
            "iris_medial": medial,
            "iris_centre": (lateral + medial) / 2,
            "upper_lid_4": truth[side, "upper_lid"],
            "lower_lid_4": truth[side, "lower_lid"],
            "outer_canthus": truth[side, "lateral_canthus"],
            "inner_canthus": truth[side, "medial_canthus"],
            "commissure": truth[side, "mouth_corner"],
            "inner_commissure": truth[side, "mouth_corner"],
        }
        placed |= {MEDIAPIPE_478.pairs[n][SIDES.index(side)]: np.array(xy) for n, xy in at.items()}
    return _with(read, placed, others=False)


def _with(read: Landmarks, placed: dict[int, FloatArray], *, others: bool) -> Landmarks:
    """One row with the placed points and their hand's standard deviations, px."""
    numbers = list(placed)
    points = read.points.astype(np.float64)
    iris = [points[0, list(MEDIAPIPE_478.pairs[name]), :2] for name in ("iris_lateral", "iris_medial")]
    px_per_mm = float(np.nanmean(np.hypot(*np.moveaxis(iris[0] - iris[1], -1, 0)))) / 11.71
    if not others:
        kept = [MEDIAPIPE_478.midline[name] for name in _KEPT]
        lost = np.setdiff1d(np.arange(MEDIAPIPE_478.size), kept)
        points[0, lost, :2] = np.nan
    points[0, numbers, :2] = list(placed.values())
    spread = np.full(read.spread.shape, np.nan if not others else 0.0)
    spread[0, [MEDIAPIPE_478.midline[name] for name in _KEPT]] = 0.0
    spread[0, numbers] = [_hand_mm(number) * px_per_mm for number in numbers]
    return replace(read, points=points, spread=spread)


def _hand_mm(number: int) -> float:
    name = next(name for name, pair in MEDIAPIPE_478.named.items() if number in pair)
    return next((mm for part, mm in HAND_MM.items() if name.startswith(part)), HAND_MM["rest"])
