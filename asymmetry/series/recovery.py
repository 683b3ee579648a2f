"""How far a change came back from its worst, and how fast."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from asymmetry.core.distributions import t_quantile
from asymmetry.core.notes import Note
from asymmetry.core.records import Told
from asymmetry.series.course import Course
from asymmetry.series.reference import Reference
from asymmetry.series.trend import DAYS_PER_WEEK, VISITS

__all__ = ["Recovery", "recovery"]


@dataclass(frozen=True)
class Recovery(Told):
    """How far a change came back from its worst; changes are counted from the person's own reference.

    Attributes
    ----------
    column : str
        The column.
    before : float
        Mean of the reference.
    worst_day, worst : float
        The middle one of the three visits in a row with the largest mean change, and that change.
    day, now : float
        The latest day, and the mean change of the last three visits.
    regained, low, high : float
        The part of the worst that is gone, and its 95 % interval; NaN where it can't be told.
    per_week : float
        How fast it came nearer to the reference since, in the column's unit per week; negative where it went
        away.
    """

    column: str
    before: float = math.nan
    worst_day: float = math.nan
    worst: float = math.nan
    day: float = math.nan
    now: float = math.nan
    regained: float = math.nan
    low: float = math.nan
    high: float = math.nan
    per_week: float = math.nan
    derived: ClassVar[tuple[str, ...]] = ("certain", "words")

    @property
    def certain(self) -> bool:
        """Whether the interval leaves no doubt that some of it is regained."""
        return self.low > 0

    @property
    def note(self) -> Note:
        """The recovery as a note."""
        if math.isnan(self.worst):
            return Note("nothing_to_compare")
        found = {"worst_day": self.worst_day, "worst": self.worst, "day": self.day, "now": self.now}
        if math.isnan(self.low):
            return Note("worst_and_now", **found)
        part = {"share": self.regained, "low": self.low, "high": self.high}
        part = {name: min(max(each, 0.0), 1.0) for name, each in part.items()}
        return Note("regained", per_week=self.per_week, **part, **found)


def recovery(course: Course, since: Reference) -> Recovery:
    """How far a change came back from its worst, by means of three visits.

    Parameters
    ----------
    course : Course
        The course of a difference, or of a side.
    since : Reference
        The days from whose mean changes are counted.

    Returns
    -------
    Recovery
        Of NaN where there is no day before or after.

    Notes
    -----
    The part is one of two means with errors, which have that of the reference in common, so its interval is
    Fieller's (1954). There is none where the worst is not beyond its own error, and where the worst visits
    are among the latest ones.
    """
    old = (course.day >= since.first) & (course.day <= since.last)
    new = course.day > since.last
    if not old.any() or not new.any():
        return Recovery(course.column)
    variance = course.times * course.error.variance(course.count)
    weight = course.count[old] / course.count[old].sum()
    before, day = float(weight @ course.value[old]), course.day[new]
    n = min(VISITS, len(day))
    means = np.convolve(course.value[new] - before, np.full(n, 1 / n), "valid")
    errors = np.convolve(variance[new], np.full(n, 1 / n**2), "valid")
    at = int(np.argmax(np.abs(means)))
    worst, now, middle = float(means[at]), float(means[-1]), float(day[at + n // 2])
    found = {
        "before": before,
        "worst_day": middle,
        "worst": worst,
        "day": float(day[-1]),
        "now": now,
    }
    shared = max(0, at + n - (len(day) - n))  # visits in both means
    if shared or not worst:
        return Recovery(course.column, **found)
    t = float(t_quantile(course.error.df))
    common = t**2 * float(weight**2 @ variance[old])
    low, high = _fieller(now, worst, (t**2 * float(errors[-1]), t**2 * float(errors[at]), common))
    weeks = (float(day[-1 - n // 2]) - middle) / DAYS_PER_WEEK
    pace = (abs(worst) - abs(now)) / weeks
    part = {"regained": 1 - now / worst, "low": 1 - high, "high": 1 - low, "per_week": pace}
    return Recovery(course.column, **found, **part)


def _fieller(over: float, under: float, errors: tuple[float, float, float]) -> tuple[float, float]:
    """Interval of a ratio of two numbers, by the squares of their errors; NaN without end.

    The errors are the own one of each, and one that both have in common.
    """
    over_error, under_error, common = errors
    certain = under**2 - under_error - common
    if certain <= 0:
        return math.nan, math.nan
    middle = over * under - common
    root = math.sqrt(max(0.0, middle**2 - certain * (over**2 - over_error - common)))
    return (middle - root) / certain, (middle + root) / certain
