"""Whether the promises about changes hold on retakes of people to whom nothing was fitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from asymmetry.core.arrays import FloatArray
from asymmetry.core.landmarks import Landmarks
from asymmetry.metrics import movement
from asymmetry.series import Change
from asymmetry.series.history import History
from asymmetry.series.scale import pooled_scale
from benchmarks.fidelity.tables import Row
from benchmarks.retakes.courses import EVERY, FIRST, make_series, make_smiles, step_at
from benchmarks.retakes.readings import Readings
from benchmarks.retakes.scatter import tabulate
from benchmarks.retakes.smiles import LOSS, WEAK_SMILE

__all__ = ["error_rows", "quiet_rows", "smile_rows", "told_rows"]

Folk: TypeAlias = Mapping[str, Sequence[Readings]]

#: Visits of quiet series, and how many of them are before.
PLANS = ((3, 1), (5, 2), (6, 2), (8, 3), (10, 3))
#: Series of each kind that are drawn of a person.
DRAWS = 6
#: The look after the tenth visit, of those after three.
_TENTH = 7
_KINDS = ("a day's mean", "a change", "a change of a side")
_SMILE = "commissure_lift_diff_mm"
#: True changes, the column that tells each, and its size, mm.
STEPS = {
    "brow": ("brow_height_diff_mm", 2.0),
    "mouth_corner": ("commissure_height_diff_mm", 2.0),
    "upper_lid": ("fissure_height_diff_mm", 1.0),
}


@dataclass(frozen=True, eq=False)
class Made:
    """A made series.

    Attributes
    ----------
    photos : Landmarks
        Its photos, dated.
    expression : list of str
        What each shows.
    setting : str
        How they were taken.
    before : int
        Visits before the treatment.
    """

    photos: Landmarks
    expression: list[str]
    setting: str
    before: int

    def after(self, visits: int) -> History:
        """The series as it was after so many visits."""
        last = str(FIRST + np.timedelta64(EVERY * (visits - 1), "D"))
        rows = np.flatnonzero(self.photos.taken <= last)
        treated = FIRST + np.timedelta64(EVERY * self.before - EVERY // 2, "D")
        return History.from_landmarks(
            self.photos[rows],
            treated_on=str(treated),
            setting=self.setting,  # type: ignore[arg-type]  # a key of SETTINGS
            expression=[self.expression[i] for i in rows.tolist()],
        )

    def looks(self, visits: int) -> list[tuple[Change, ...]]:
        """The changes at every look, from the first visit after the treatment on."""
        return [self.after(i).changes() for i in range(self.before + 1, visits + 1)]


def _at_rest(photos: Landmarks, setting: str, before: int) -> Made:
    return Made(photos, ["rest"] * len(photos), setting, before)


def _any(found: Sequence[Change]) -> bool:
    """Whether a change is shown, of a difference or of a side."""
    return any(each.beyond or each.right.beyond or each.left.beyond for each in found)


def quiet_rows(folk: Folk, draws: int = DRAWS) -> list[Row]:
    """Series of people who do not change: those in which one look, or any look, shows a change, percent."""
    head = [f"{visits} ({before})" for visits, before in PLANS]
    rows = [["nothing changes: any change shown, %", *head]]
    for setting, people in folk.items():
        for photos in (1, 3):
            ends, lives = _false_alarms(people, setting, photos, draws)
            rows.append([f"{setting}, {photos} a visit, last look", *map("{:.1f}".format, ends)])
            rows.append([f"{setting}, {photos} a visit, any look", *map("{:.1f}".format, lives)])
        smiling = [each for each in people if each.smiles is not None]
        ends, lives = _false_alarms(smiling, setting, 1, draws, smiles=True)
        rows.append([f"{setting}, rest and smile, any look", *map("{:.1f}".format, lives)])
    return rows


def _false_alarms(
    people: Sequence[Readings], setting: str, photos: int, draws: int, *, smiles: bool = False
) -> tuple[list[float], list[float]]:
    """Percent of series whose last look, and any look, shows a change, for each of `PLANS`."""
    rng = np.random.default_rng(0)
    last = {plan: [] for plan in PLANS}  # type: dict[tuple[int, int], list[bool]]
    ever = {plan: [] for plan in PLANS}  # type: dict[tuple[int, int], list[bool]]
    for person in people:
        for _ in range(draws):
            for before in sorted({before for _, before in PLANS}):
                visits = max(visits for visits, b in PLANS if b == before)
                if smiles:
                    made = Made(*make_smiles(person, rng, visits, photos), setting, before)
                else:
                    made = _at_rest(make_series(person, rng, visits, photos), setting, before)
                shown = [_any(each) for each in made.looks(visits)]
                for plan in PLANS:
                    if plan[1] == before:
                        last[plan].append(shown[plan[0] - before - 1])
                        ever[plan].append(any(shown[: plan[0] - before]))
    return [100 * float(np.mean(last[p])) for p in PLANS], [
        100 * float(np.mean(ever[p])) for p in PLANS
    ]


def told_rows(folk: Folk, draws: int = DRAWS) -> list[Row]:
    """True steps after three visits: told on the tenth, and of whole ones that were called, taken back."""
    told_at = (f"{setting}, told on the 10th visit, %" for setting in folk)
    rows = [["change of one side", *told_at, "taken back, %"]]
    for change, (_, whole) in STEPS.items():
        for share in (0.5, 0.75, 1.0):
            found = [
                _steps(people, setting, change, share, draws) for setting, people in folk.items()
            ]
            told = [
                100 * np.mean([shown[min(_TENTH, len(shown)) - 1] for shown in each])
                for each in found
            ]
            back = _taken_back([shown for each in found for shown in each])
            rows.append([f"{change} {share * whole:g} mm", *map("{:.0f}".format, told), back])
    return rows


def _taken_back(found: Sequence[Sequence[bool]]) -> str:
    """Percent of the changes called on one visit that were not on a later one; of single looks nothing."""
    called = [shown[shown.index(True) :] for shown in found if len(shown) > 1 and True in shown]
    return f"{100 * np.mean([not all(each) for each in called]):.1f}" if called else ""


def _steps(
    people: Sequence[Readings], setting: str, change: str, share: float, draws: int
) -> list[list[bool]]:
    """Whether a step is called on each visit after it, up to the twelfth; of a partial one on the tenth."""
    rng = np.random.default_rng(1)
    column, made = STEPS[change][0], []
    for person in (each for each in people if change in each.steps):
        for _ in range(draws):
            moved = share * step_at(12, 3)
            series = _at_rest(make_series(person, rng, 12, change=change, share=moved), setting, 3)
            looks = series.looks(12) if share == 1 else [series.after(10).changes()]
            made.append(
                [next(each.beyond for each in found if each.column == column) for found in looks]
            )
    return made


def smile_rows(folk: Folk, draws: int = DRAWS) -> list[Row]:
    """Smiles of which the right side loses `LOSS` of its lift: those told on the last visit, percent."""
    plans = ((6, 2), (6, 3), (8, 2), (8, 3))
    rows = [["one side loses 40 % of its smile: told, %", *(f"{v} ({b})" for v, b in plans)]]
    for setting, people in folk.items():
        rng = np.random.default_rng(2)
        told: list[list[bool]] = [[] for _ in plans]
        for person in people:
            if person.smiles is None or WEAK_SMILE not in person.steps:
                continue
            whole = LOSS / _lost(person)
            for _ in range(2 * draws):
                for found, (visits, before) in zip(told, plans, strict=True):
                    photos, shown = make_smiles(
                        person, rng, visits, share=whole * step_at(visits, before)
                    )
                    changes = Made(photos, shown, setting, before).after(visits).changes()
                    found.append(any(each.beyond for each in changes if each.column == _SMILE))
        rows.append([setting, *(f"{100 * np.mean(found):.0f}" for found in told)])
    return rows


def _lost(person: Readings) -> float:
    """Part of the right side's lift that the photos of its weak smile show lost."""
    first = slice(None, None, person.plan.photos)
    pooled, _ = pooled_scale(person.rest)
    scale = replace(pooled, mm=pooled.mm[first])
    assert person.smiles is not None
    lifts = [
        movement(person.rest[first], each, scale=scale, keep_noise=True)["commissure_lift_right_mm"]
        for each in (person.smiles[first], person.steps[WEAK_SMILE])
    ]
    return float(1 - np.nanmean(lifts[1]) / np.nanmean(lifts[0]))


def error_rows(folk: Folk, draws: int = DRAWS) -> list[Row]:
    """Errors where nothing changes, as a part of what is printed for them: percent within."""
    lengths = (3, 6, 10)
    rows = [["nothing changes: within 1 SD, 2 SD, MDC95, %", *(f"{n} visits" for n in lengths)]]
    for setting, people in folk.items():
        for photos in (1, 3):
            found = [_errors(people, setting, photos, n, draws) for n in lengths]
            for kind in found[0]:
                cells = (_coverage(each[kind]) for each in found)
                rows.append([f"{setting}, {photos} a visit: {kind}", *cells])
    return rows


def _coverage(errors: FloatArray) -> str:
    """Percent of errors within one and two standard deviations, and within MDC95, where they are known."""
    shares = [
        100 * np.mean(each <= most) if np.isfinite(each).any() else np.nan
        for each, most in zip(errors, (1, 2, 1), strict=True)
    ]
    return ", ".join(f"{each:.0f}" for each in shares if np.isfinite(each))


def _errors(
    people: Sequence[Readings], setting: str, photos: int, visits: int, draws: int
) -> dict[str, FloatArray]:
    """Errors over what is printed, shape (3, n): twice their standard deviation, and MDC95; NaN has none."""
    rng = np.random.default_rng(3)
    found: dict[str, list[tuple[float, float, float]]] = {each: [] for each in _KINDS}
    for person in people:
        truth = {name: float(np.nanmean(each)) for name, each in tabulate(person).items()}
        for _ in range(draws):
            made = _at_rest(make_series(person, rng, visits, photos), setting, min(visits // 2, 3))
            history = made.after(visits)
            for course in (each.diff for each in history.followed):
                sd = float(np.sqrt(course.error.variance(course.count)[-1]))
                off = abs(float(course.value[-1]) - truth[course.column]) / sd
                found["a day's mean"].append((off, off, np.nan))
            for change in history.changes():
                size = abs(change.recent)
                found["a change"].append((size / change.sd, size / change.sd, size / change.mdc95))
                found["a change of a side"] += [
                    (np.nan, np.nan, abs(each.recent) / each.mdc95)
                    for each in (change.right, change.left)
                ]
    return {kind: np.array(each).T for kind, each in found.items()}
