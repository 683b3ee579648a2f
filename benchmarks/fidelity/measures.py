"""Each method's readings of the cases, compared with the truth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from asymmetry.core.frame import Scale
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.scale import OUTER_CANTHI_MM
from asymmetry.core.schemes import SIDES
from asymmetry.core.table import Measurements
from asymmetry.metrics import measure
from asymmetry.series.scale import pooled_scale
from benchmarks.fidelity.cases import COPIES, Case, Subject, displaced
from benchmarks.fidelity.scores import Agreement, agreement, repeatability, within

#: The metrics that each part of the face is judged by.
METRIC = {"brow": "brow_height", "mouth_corner": "commissure_height", "upper_lid": "fissure_height"}
#: Of a warp of this part.
WARPED = METRIC | {"lower_lid": "fissure_height"}
DIFF = {part: f"{metric}_diff_mm" for part, metric in WARPED.items()}
_OTHER = {"right": "left", "left": "right"}


def repeat_sds(table: Measurements, metric: str, side: str = "diff") -> npt.NDArray[Any]:
    """Standard deviations of repeats, as stated; of a table that has but one kind, those."""
    name = f"{metric}_{side}_rsd_mm"
    return np.asarray(table[name if name in table else f"{metric}_{side}_sd_mm"])


def measured(landmarks: Landmarks, scale: Scale | None = None) -> Measurements:
    """The metrics that the benchmark looks at."""
    return measure(landmarks, metrics=list(METRIC.values()), scale=scale)


class Changes(NamedTuple):
    """Differences of warped photos against those of the photos themselves, by part, mm.

    ``true`` and ``read`` are changes of the right-left difference, ``sd`` the standard deviation that is told
    with the latter, ``leak`` what the still side moves wrongly, positive where it follows the moved one.
    ``side_errors`` and ``side_sds`` (2, n) are the errors of the changes of either side, and what is told of
    them.
    """

    people: npt.NDArray[Any]
    true: npt.NDArray[Any]
    read: npt.NDArray[Any]
    sd: npt.NDArray[Any]
    leak: npt.NDArray[Any]
    side_errors: npt.NDArray[Any]
    side_sds: npt.NDArray[Any]


def warp_changes(
    found: Sequence[Subject], before: Landmarks, cases: Sequence[Case], after: Landmarks
) -> dict[str, Changes]:
    """One method's readings of the warps, by part.

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
    old, new = pooled_scales(before, after, origin)
    start, true, read = (
        measured(before, old),
        measured(moved, _taken(as_ruler(old, before), origin)),
        measured(after, new),
    )
    result = {}
    for part, metric in WARPED.items():
        picked = np.array([case.part == part for case in cases])
        at, diff = origin[picked], DIFF[part]
        sd = np.stack(
            [
                np.hypot(
                    repeat_sds(read, metric, kind)[picked], repeat_sds(start, metric, kind)[at]
                )
                for kind in (*SIDES, "diff")
            ]
        )
        off = [
            read[column][picked] - true[column][picked]
            for column in (f"{metric}_{s}_mm" for s in SIDES)
        ]
        truth = true[diff][picked] - start[diff][at]
        still = np.array([_OTHER[case.side] for case in cases])[picked]
        leak = _of_side(read, metric, still, picked) - _of_side(true, metric, still, picked)
        result[part] = Changes(
            people=np.array([case.person for case in cases])[picked],
            true=truth,
            read=read[diff][picked] - start[diff][at],
            sd=sd[-1],
            leak=leak * np.sign(truth) * np.where(still == "left", 1, -1),
            side_errors=np.stack(off),
            side_sds=sd[:-1],
        )
    return result


def warp_agreement(changes: dict[str, Changes]) -> dict[str, Agreement]:
    """One method's agreement with the warps, by part."""
    return {part: agreement(c.people, c.true, c.read, c.leak) for part, c in changes.items()}


def join_changes(sets: Sequence[dict[str, Changes]]) -> dict[str, Changes]:
    """Changes of several groups of people as one, by part; of the parts that all have."""
    parts = [part for part in sets[0] if all(part in each for each in sets)]
    return {
        part: Changes(
            *(
                np.concatenate(rows, axis=-1)
                for rows in zip(*(each[part] for each in sets), strict=True)
            )
        )
        for part in parts
    }


def honesty(
    changes: dict[str, Changes], copies: Landmarks
) -> dict[str, dict[str, tuple[float, float]]]:
    """Shares of the errors within one and two standard deviations, in warps and copies, by part.

    Those of the difference (``"diff"``), and of either side (``"side"``). The error of a copy is how far it
    lies from the mean of its person's, as much larger as that mean follows it. Each person has one scale.
    """
    _, scale = pooled_scales(copies[::COPIES], copies, np.arange(len(copies)) // COPIES)
    table = measured(copies, scale)
    shares = {}
    for part, metric in METRIC.items():
        change = changes[part]
        off = {kind: _copy_errors(table, metric, kind) for kind in (*SIDES, "diff")}
        sds = {kind: repeat_sds(table, metric, kind) for kind in off}
        error = np.concatenate([change.read - change.true, off["diff"]])
        sides = np.concatenate([change.side_errors.ravel(), *(off[side] for side in SIDES)])
        shares[part] = {
            "diff": within(error, np.concatenate([change.sd, sds["diff"]])),
            "side": within(
                sides, np.concatenate([change.side_sds.ravel(), *(sds[side] for side in SIDES)])
            ),
        }
    return shares


def _copy_errors(table: Measurements, metric: str, kind: str) -> npt.NDArray[Any]:
    values = table[f"{metric}_{kind}_mm"].reshape(-1, COPIES)
    apart = values - values.mean(axis=1, keepdims=True)
    return np.asarray(apart.ravel() * np.sqrt(COPIES / (COPIES - 1)))


def pooled_scales(
    before: Landmarks, after: Landmarks, origin: npt.NDArray[Any]
) -> tuple[Scale, Scale]:
    """One millimetre scale per person, as a series has it: an iris read 0.5 % wide is no movement."""
    old, new = np.full(len(before), OUTER_CANTHI_MM), np.full(len(after), OUTER_CANTHI_MM)
    for i in range(len(before)):
        mine = np.flatnonzero(origin == i)
        scale, _ = pooled_scale(Landmarks.concat([before[i], after[mine]]))
        if scale.source == "canthi":
            old[i], new[mine] = scale.mm[0], scale.mm[1:]
    return Scale("canthi", old), Scale("canthi", new)


def as_ruler(scale: Scale, landmarks: Landmarks) -> Scale:
    """The same millimetres in px of each photo, for points that are moved in it."""
    mm_per_px = measure(landmarks, metrics=[], scale=scale, sd=False)["mm_per_px"]
    return Scale("ruler", np.nan_to_num(1 / mm_per_px, nan=1.0))


def _taken(scale: Scale, rows: npt.NDArray[Any]) -> Scale:
    return Scale(scale.source, scale.mm[rows])


def _of_side(
    table: Measurements, metric: str, side: npt.NDArray[Any], rows: npt.NDArray[Any]
) -> npt.NDArray[Any]:
    right, left = (table[f"{metric}_{name}_mm"][rows] for name in ("right", "left"))
    return np.asarray(np.where(side == "right", right, left))


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
        part: float(np.nanmax(np.abs(one[diff] + other[diff]), initial=0.0))
        for part, diff in DIFF.items()
    }
