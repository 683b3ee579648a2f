"""Points placed by hand, with their own standard deviations, so that the metrics tell how sure the hand is.

The points are those of `benchmarks.fidelity.hand` and of templates also the inner lips, the midline of lips
and chin, and the philtrum. What nobody placed is NaN, but for the points that carry the midline.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from asymmetry.core.arrays import FloatArray
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from benchmarks.fidelity import hand

__all__ = ["at_hands_stations", "from_table", "from_templates"]

# Numbers in the 189-point template.
_MIDLINE = {
    "subnasale": (55,),
    "philtrum": (170, 171, 172, 173),
    "upper_lip": (90,),
    "upper_lip_edge": (96,),
    "lower_lip_edge": (101,),
    "lower_lip": (106,),
    "menton": (129,),
}
# From the corner to the midline, right and left.
_INNER_LIPS = {
    "upper_lip_inner": ((87, 94, 95, 96), (93, 98, 97, 96)),
    "lower_lip_inner": ((87, 99, 100, 101), (93, 103, 102, 101)),
}
# Points that carry the frame and that nobody placed: kept as read.
_KEPT = ("nasion", "nose_bridge_1", "glabella")
_OF_TABLE = (
    *(
        "upper_lid_4",
        "lower_lid_4",
        "outer_canthus",
        "inner_canthus",
        "commissure",
        "inner_commissure",
    ),
    *("iris_centre", "iris_lateral", "iris_medial", "brow_upper_3", "brow_lower_3"),
)
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
    "": 0.25,
}
_MM_PER_CANTHI = 85.7


def from_templates(read: Landmarks, paths: Sequence[Path], *, others: bool = False) -> Landmarks:
    """The 189-point templates beside photos.

    Parameters
    ----------
    read : Landmarks
        The photos as the library reads them.
    paths : sequence of Path
        The photos.
    others : bool
        Keep points as read that the template lacks, for metrics of the whole face.
    """
    points = hand.template_landmarks(paths, read).points.astype(np.float64)
    for row, path in enumerate(paths):
        template = hand.read_template(path)
        for name, numbers in _MIDLINE.items():
            points[row, MEDIAPIPE_478.midline[name], :2] = template[list(numbers)].mean(axis=0)
        for group, lines in _INNER_LIPS.items():
            for side, line in zip(SIDES, lines, strict=True):
                numbers_of = MEDIAPIPE_478.of(side, MEDIAPIPE_478.groups[group])
                mesh = read.points[row, :, :2].astype(np.float64)
                points[row, numbers_of, :2] = _stations(
                    mesh, points[row, :, :2], template[list(line)], side, group
                )
    placed = [
        *_groups("brow", "lids", "mouth", "canthi"),
        "iris_centre",
        "iris_lateral",
        "iris_medial",
        "ala",
    ]
    return _with(read, points, [*placed, *_MIDLINE], others=others)


def from_table(read: Landmarks, paths: Sequence[Path]) -> Landmarks:
    """Rows of ``portraits/truth.csv`` for photos: compare `at_hands_stations`."""
    placed = hand.table_landmarks([path.name for path in paths], read, hand.read_table())
    return _with(read, placed.points.astype(np.float64), _OF_TABLE, others=False)


def at_hands_stations(read: Landmarks, placed: Landmarks) -> Landmarks:
    """The reading with the arch of its brows and the middle of its lids where ``truth.csv`` has them."""
    return hand.lids_at_centre(hand.brow_at_rim(read, placed), placed)


def _groups(*names: str) -> list[str]:
    return [point for name in names for point in MEDIAPIPE_478.groups[name]]


def _stations(
    mesh: FloatArray, placed: FloatArray, line: FloatArray, side: Side, group: str
) -> FloatArray:
    """A lip's contour as far from the corner to the midline as the mesh's stations lie."""
    numbers = MEDIAPIPE_478.of(side, MEDIAPIPE_478.groups[group])
    (corner,), middle = MEDIAPIPE_478.of(side, ("commissure",)), MEDIAPIPE_478.midline["lower_lip"]
    share = (mesh[numbers, 0] - mesh[corner, 0]) / (mesh[middle, 0] - mesh[corner, 0])
    x = placed[corner, 0] + share * (placed[middle, 0] - placed[corner, 0])
    order = np.argsort(line[:, 0])
    return np.stack([x, np.interp(x, line[order, 0], line[order, 1])], axis=1)


def _with(read: Landmarks, points: FloatArray, placed: Sequence[str], *, others: bool) -> Landmarks:
    """The points with standard deviations, px; what was not placed is NaN, or exact where it is kept."""
    sd = np.full(MEDIAPIPE_478.size, 0.0 if others else np.nan)
    sd[[MEDIAPIPE_478.midline[name] for name in _KEPT]] = 0.0
    for name in placed:
        mm = next(mm for part, mm in HAND_MM.items() if name.startswith(part))
        sd[list(MEDIAPIPE_478.named[name])] = mm
    right, left = (read.points[:, number, :2] for number in MEDIAPIPE_478.pairs["outer_canthus"])
    px_per_mm = np.hypot(*(left - right).T) / _MM_PER_CANTHI
    if others:
        points = np.where(np.isnan(points), read.points, points)
    points[:, np.isnan(sd)] = np.nan
    return replace(read, points=points, spread=px_per_mm[:, None] * sd)
