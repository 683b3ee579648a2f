"""Points placed by hand on neutral photos: left-right differences in % of the outer-canthal distance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.landmarks import Landmarks
from benchmarks.fidelity.measures import METRIC, measured
from benchmarks.fidelity.photos import SHARED

FloatArray = npt.NDArray[np.floating[Any]]

# Numbers in the 189-point template, right and left.
_CANTHI = ((18,), (27,))
_POINTS = {"brow": ((73, 74), (80, 79)), "mouth_corner": ((87,), (93,))}
_UPPER, _LOWER = ((20,), (25,)), ((29,), (32,))


def photos() -> list[Path]:
    """Neutral photos that have a template; all were placed by hand, none was tuned on."""
    return sorted(path.with_suffix(".jpg") for path in SHARED.glob("london/*_neutral.tem"))


def _template(path: Path) -> FloatArray:
    count, *lines = path.with_suffix(".tem").read_text().splitlines()
    return np.array([[float(v) for v in line.split()[:2]] for line in lines[: int(count)]])


def hand_differences(paths: list[Path]) -> dict[str, FloatArray]:
    """Right minus left, up-positive, % of the outer-canthal distance, levelled by the outer canthi."""
    points = np.stack([_template(path) for path in paths])
    right, left = (points[:, side[0]] for side in _CANTHI)
    across = left - right
    width = np.hypot(across[:, 0], across[:, 1])
    up = np.stack([across[:, 1], -across[:, 0]], axis=1) / width[:, None]

    def difference(numbers: tuple[tuple[int, ...], tuple[int, ...]]) -> FloatArray:
        at = [points[:, list(side)].mean(axis=1) for side in numbers]
        return ((at[0] - at[1]) * up).sum(axis=1) / width * 100

    found = {part: difference(numbers) for part, numbers in _POINTS.items()}
    return found | {"upper_lid": difference(_UPPER) - difference(_LOWER)}


def template_rows(paths: list[Path], landmarks: Landmarks) -> dict[str, tuple[float, float]]:
    """Correlation with the hand, and ratio of standard deviations (read over hand), by part."""
    hand, table = hand_differences(paths), measured(landmarks)
    right, left = landmarks.layout.pairs["outer_canthus"]
    apart = landmarks.points[:, left, :2] - landmarks.points[:, right, :2]
    width = np.hypot(apart[:, 0], apart[:, 1]) * table["mm_per_px"]
    rows = {}
    for part, metric in METRIC.items():
        read = table[f"{metric}_diff_mm"] / width * 100
        known = np.isfinite(read)
        r = float(np.corrcoef(read[known], hand[part][known])[0, 1])
        rows[part] = (r, float(read[known].std() / hand[part][known].std()))
    return rows
