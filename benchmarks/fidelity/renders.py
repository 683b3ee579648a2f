"""The exact renders: readings against the projected truth, by yaw."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import FloatArray
from asymmetry.core.frame import face_frame
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import SIDES
from asymmetry.metrics import measure
from benchmarks.fidelity.hand import point_above, smooth_contour
from benchmarks.fidelity.measures import METRIC, measured
from benchmarks.fidelity.photos import SHARED
from benchmarks.fidelity.scores import gain_of

# The truth's 68 points (iBUG's numbering), right and left: the brow on either side of the pupil, the corner
# of the mouth, and two points of each lid, the lateral one first.
_BROW = ((19, 20), (23, 24))
_CORNER = ((48,), (54,))
_UPPER = ((37, 38), (44, 43))
_LOWER = ((41, 40), (46, 47))
_LIDS = np.stack([_UPPER, _LOWER], axis=1)
# Our stations of the lids that lie nearest to those, and are read at their places.
_THIRDS = (3, 5)
# Mirror twins of those points.
_TWINS = [
    *range(16, -1, -1),
    *range(26, 16, -1),
    *range(27, 31),
    *range(35, 30, -1),
    *(45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40),
    *(54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55),
    *(64, 63, 62, 61, 60, 67, 66, 65),
]
# A face is symmetric whose points lie no farther from their twins' mirror images, mm.
_SYMMETRIC = 0.1
#: Metrics that a turned head spoils most.
TURNED = {"commissure_excursion": "mm", "brow_tilt": "deg", "brow_lateral_height": "mm"}
#: A lid whose true opening is below this is closed, above the other it is open, mm.
CLOSED, OPEN = 1.5, 7.0


@dataclass(frozen=True)
class Renders:
    """The frames without pitch and roll, and their truth.

    Attributes
    ----------
    paths : list of Path
        The frames.
    yaw : ndarray, shape (n,)
        Degrees.
    sides : mapping of part to ndarray, shape (2, n)
        True heights (brow, mouth corner) and opening (lids) of the right and the left, mm.
    lids : ndarray, shape (n, 2, 2, 2, 2)
        The truth's points in the photo, px: right and left, upper and lower lid, lateral and medial.
    symmetric : ndarray of bool, shape (n,)
        Whether both sides are alike.
    """

    paths: list[Path]
    yaw: FloatArray
    sides: dict[str, FloatArray] = field(repr=False)
    lids: FloatArray = field(repr=False)
    symmetric: npt.NDArray[np.bool_] = field(repr=False)

    def select(self, rows: npt.NDArray[Any]) -> Renders:
        """Some of the frames, by their numbers."""
        return Renders(
            [self.paths[i] for i in rows],
            self.yaw[rows],
            {part: sides[:, rows] for part, sides in self.sides.items()},
            self.lids[rows],
            self.symmetric[rows],
        )


def load() -> Renders | None:
    """The renders, or None where they are not there."""
    source = SHARED / "render" / "truth.json"
    if not source.is_file():
        return None
    frames = json.loads(source.read_text())["frames"]
    kept = {name: f for name, f in sorted(frames.items()) if not f["pitch"] and not f["roll"]}
    points = 10 * np.array([f["points68_model_cm"] for f in kept.values()])
    heights = points[..., 1]
    mirrored = points[:, _TWINS] * (-1, 1, 1)

    def of(numbers: tuple[tuple[int, ...], tuple[int, ...]]) -> FloatArray:
        return np.stack([heights[:, list(side)].mean(axis=1) for side in numbers])

    return Renders(
        paths=[source.parent / name for name in kept],
        yaw=np.array([f["yaw"] for f in kept.values()], dtype=float),
        sides={
            "brow": of(_BROW),
            "mouth_corner": of(_CORNER),
            "upper_lid": of(_UPPER) - of(_LOWER),
        },
        lids=np.array([f["points68_px"] for f in kept.values()])[:, _LIDS],
        symmetric=np.abs(mirrored - points).max(axis=(1, 2)) < _SYMMETRIC,
    )


def _readings(renders: Renders, landmarks: Landmarks) -> dict[str, FloatArray]:
    """Right and left as the truth has them, (2, n), mm: lids a third of the eye from either canthus."""
    table = measured(landmarks)
    read = {
        part: np.stack([table[f"{m}_{side}_mm"] for side in SIDES]) for part, m in METRIC.items()
    }
    halves = map(face_frame(_at_truths_places(renders, landmarks)).half, SIDES)
    read["upper_lid"] = np.stack(
        [
            np.mean([h.up(f"upper_lid_{i}") - h.up(f"lower_lid_{i}") for i in _THIRDS], axis=0)
            for h in halves
        ]
    )
    return read


def _at_truths_places(renders: Renders, landmarks: Landmarks) -> Landmarks:
    """The readings with two stations of each lid straight above or below the truth's points."""
    points, scheme = landmarks.points.copy(), landmarks.layout
    for (row, read), (i, side), (j, lid) in product(
        enumerate(landmarks.points[..., :2]),
        enumerate(SIDES),
        enumerate(("upper_lid", "lower_lid")),
    ):
        numbers = scheme.of(side, ("outer_canthus", *scheme.groups[lid], "inner_canthus"))
        right, left = read[list(scheme.pairs["outer_canthus"])]
        along = (left - right) / np.hypot(*(left - right))
        contour = smooth_contour(read[numbers])
        for station, place in zip(_THIRDS, renders.lids[row, i, j], strict=True):
            points[row, numbers[station], :2] = point_above(contour, place, along)
    return replace(landmarks, points=points)


def render_rows(renders: Renders, landmarks: Landmarks) -> list[dict[str, Any]]:
    """One method's gain and error on the differences, by part and absolute yaw."""
    rows = []
    for part, sides in _readings(renders, landmarks).items():
        true = renders.sides[part][0] - renders.sides[part][1]
        read = sides[0] - sides[1]
        for yaw in np.unique(np.abs(renders.yaw)):
            at = (np.abs(renders.yaw) == yaw) & np.isfinite(read)
            if not at.any() or np.ptp(true[at]) < 1:
                continue
            error = read[at] - true[at]
            rows.append(
                {
                    "part": part,
                    "yaw": int(yaw),
                    "n": int(at.sum()),
                    "gain": gain_of(true[at], read[at]),
                    "rmse": float(np.sqrt(np.mean(error**2))),
                }
            )
    return rows


def turned_rows(renders: Renders, landmarks: Landmarks) -> list[dict[str, Any]]:
    """Largest difference read between the sides of symmetric faces, and its stated SD, by metric and yaw."""
    table = measure(landmarks, metrics=list(TURNED))
    rows = []
    for (metric, unit), yaw in product(TURNED.items(), np.unique(np.abs(renders.yaw))):
        at = np.flatnonzero(renders.symmetric & (np.abs(renders.yaw) == yaw))
        read, sd = (table[f"{metric}_diff_{kind}"][at] for kind in (unit, f"sd_{unit}"))
        if np.isfinite(read).any():
            most = int(np.nanargmax(np.abs(read)))
            rms = float(np.sqrt(np.nanmean(read**2)))
            found = {"metric": metric, "unit": unit, "yaw": int(yaw), "n": len(at), "rms": rms}
            rows.append(found | {"largest": float(read[most]), "sd": float(sd[most])})
    return rows


def lid_rows(renders: Renders, landmarks: Landmarks) -> dict[str, float]:
    """How open closed lids read, and the largest errors of closed, of half-closed and of open ones, mm.

    Of renders at yaw 0. The truth's points of closed lids lie 0.38 mm apart.
    """
    read = _readings(renders, landmarks)["upper_lid"]
    true, frontal = renders.sides["upper_lid"], renders.yaw == 0
    closed, opened = ((true < CLOSED) & frontal, (true > OPEN) & frontal)
    between, error = ~closed & ~opened & frontal, np.abs(read - true)
    return {
        "closed_reads": float(np.nanmax(read[closed], initial=0.0)),
        "closed_error": float(np.nanmax(error[closed], initial=0.0)),
        "between_error": float(np.nanmax(error[between], initial=0.0)),
        "open_error": float(np.nanmax(error[opened], initial=0.0)),
    }
