"""Each method's readings of the cases, compared with the truth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.frame import Scale
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.table import Measurements
from asymmetry.metrics import measure
from asymmetry.series.scale import pooled_scale
from benchmarks.fidelity.cases import COPIES, Case, Subject, displaced
from benchmarks.fidelity.scores import Agreement, agreement, repeatability

#: What each part of the face is judged by.
METRIC = {"brow": "brow_height", "mouth_corner": "commissure_height", "upper_lid": "fissure_height"}
DIFF = {part: f"{metric}_diff_mm" for part, metric in METRIC.items()}
_OTHER = {"right": "left", "left": "right"}


def measured(landmarks: Landmarks, scale: Scale | None = None) -> Measurements:
    """The metrics that the benchmark looks at."""
    return measure(landmarks, metrics=list(METRIC.values()), scale=scale)


def warp_agreement(
    found: Sequence[Subject], before: Landmarks, cases: Sequence[Case], after: Landmarks
) -> dict[str, Agreement]:
    """One method's agreement with the warps, by part.

    The truth of a change is the metric of the unwarped photo's landmarks, moved as the warp moved them, less
    the metric of those landmarks: so it is in the face's own frame, as the reading is.

    Parameters
    ----------
    found : sequence of Subject
        The unwarped photos.
    before : Landmarks
        The method's reading of them.
    cases : sequence of Case
        The warps.
    after : Landmarks
        The method's reading of those.
    """
    row = {subject.person: i for i, subject in enumerate(found)}
    origin = np.array([row[case.person] for case in cases])
    moved = Landmarks.concat(
        [displaced(before[i], case.displacement) for i, case in zip(origin, cases, strict=True)]
    )
    old, new = _pooled(before, after, origin)
    start, true, read = measured(before, old), measured(moved, _taken(old, origin)), measured(after, new)
    result = {}
    for part, metric in METRIC.items():
        picked = np.array([case.part == part for case in cases])
        at = origin[picked]
        diff = f"{metric}_diff_mm"
        truth = true[diff][picked] - start[diff][at]
        still = np.array([_OTHER[case.side] for case in cases])[picked]
        leak = _of_side(read, metric, still, picked) - _of_side(true, metric, still, picked)
        # Positive where the still side follows the moved one.
        direction = np.sign(truth) * np.where(still == "left", 1, -1)
        people = np.array([case.person for case in cases])[picked]
        result[part] = agreement(people, truth, read[diff][picked] - start[diff][at], leak * direction)
    return result


def _pooled(before: Landmarks, after: Landmarks, origin: npt.NDArray[Any]) -> tuple[Scale, Scale]:
    """One millimetre scale per person, as a series has it: an iris read 0.5 % wide is no movement."""
    old, new = np.ones(len(before)), np.ones(len(after))
    for i in range(len(before)):
        mine = np.flatnonzero(origin == i)
        scale, _ = pooled_scale(Landmarks.concat([before[i], after[mine]]))
        if scale.source == "ruler":
            old[i], new[mine] = scale.mm[0], scale.mm[1:]
    return Scale("ruler", old), Scale("ruler", new)


def _taken(scale: Scale, rows: npt.NDArray[Any]) -> Scale:
    return Scale(scale.source, scale.mm[rows])


def _of_side(
    table: Measurements, metric: str, side: npt.NDArray[Any], rows: npt.NDArray[Any]
) -> npt.NDArray[Any]:
    return np.where(side == "right", table[f"{metric}_right_mm"][rows], table[f"{metric}_left_mm"][rows])


def repeat_sd(copies: Landmarks) -> dict[str, float]:
    """Repeatability of each difference over jittered copies, mm."""
    table = measured(copies)
    return {part: repeatability(table[diff].reshape(-1, COPIES)) for part, diff in DIFF.items()}


def largest(landmarks: Landmarks) -> dict[str, float]:
    """Largest difference of photos that have none, mm."""
    table = measured(landmarks)
    return {part: float(np.nanmax(np.abs(table[diff]), initial=0.0)) for part, diff in DIFF.items()}


def mirror_error(photos: Landmarks, mirrors: Landmarks) -> dict[str, float]:
    """Largest sum of a photo's and its mirror image's difference; zero by the mirror law, mm."""
    one, other = measured(photos), measured(mirrors)
    return {
        part: float(np.nanmax(np.abs(one[diff] + other[diff]), initial=0.0)) for part, diff in DIFF.items()
    }
