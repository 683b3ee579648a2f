"""How far a difference came back from its worst, and how fast."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from asymmetry.core.distributions import t_quantile
from asymmetry.core.notes import Note
from asymmetry.core.records import Record
from asymmetry.series.course import Course
from asymmetry.series.trend import VISITS

__all__ = ["Recovery", "recovery"]

_DAYS_PER_WEEK = 7


@dataclass(frozen=True)
class Recovery(Record):
    """How far a difference came back from its worst.

    Attributes
    ----------
    column : str
        The column.
    worst_day, worst : float
        The middle one of the three visits in a row with the largest mean difference, and that mean.
    day, now : float
        The latest day, and the mean of the last three visits.
    regained, low, high : float
        The part of the worst that is gone, and its 95 % interval; NaN where it can't be told.
    per_week : float
        How fast it came nearer to 0 since, in the column's unit per week; negative where it went away.
    """

    column: str
    worst_day: float
    worst: float
    day: float
    now: float
    regained: float
    low: float
    high: float
    per_week: float
    derived: ClassVar[tuple[str, ...]] = ("words",)

    @property
    def words(self) -> str:
        """The note in English."""
        return str(self.note)

    @property
    def note(self) -> Note:
        """The same to be told."""
        found = {"worst_day": self.worst_day, "worst": self.worst, "day": self.day, "now": self.now}
        if math.isnan(self.low):
            return Note("worst_and_now", **found)
        return Note(
            "regained",
            share=self.regained,
            low=self.low,
            high=self.high,
            per_week=self.per_week,
            **found,
        )


def recovery(course: Course, first: float = -math.inf) -> Recovery:
    """How far a difference came back from its worst, by means of three visits.

    Parameters
    ----------
    course : Course
        The course of a difference; at least one day from `first` on.
    first : float
        Day from which on the worst is looked for.

    Notes
    -----
    The part is one of two means with errors, so its interval is Fieller's (1954). There is none where the
    worst is not beyond its own error, and where the worst visits are among the latest ones.
    """
    kept = course.day >= first
    day, value = course.day[kept], course.value[kept]
    variance = course.times[kept] * course.error.variance(course.count[kept])
    n = min(VISITS, len(day))
    means = np.convolve(value, np.full(n, 1 / n), "valid")
    errors = np.convolve(variance, np.full(n, 1 / n**2), "valid")
    at = int(np.argmax(np.abs(means)))
    worst, now, middle = float(means[at]), float(means[-1]), float(day[at + n // 2])
    shared = max(0, at + n - (len(day) - n))  # visits in both means
    regained = low = high = per_week = math.nan
    if not shared and worst:
        t = float(t_quantile(course.error.df))
        low, high = _fieller(now, worst, t**2 * float(errors[-1]), t**2 * float(errors[at]))
        regained, low, high = 1 - now / worst, 1 - high, 1 - low
        weeks = (float(day[-1 - n // 2]) - middle) / _DAYS_PER_WEEK
        per_week = (abs(worst) - abs(now)) / weeks
    return Recovery(course.column, middle, worst, float(day[-1]), now, regained, low, high, per_week)


def _fieller(over: float, under: float, over_error: float, under_error: float) -> tuple[float, float]:
    """Interval of a ratio of two independent numbers, by the squares of their errors; NaN without end."""
    certain = under**2 - under_error
    if certain <= 0:
        return math.nan, math.nan
    root = math.sqrt((over * under) ** 2 - certain * (over**2 - over_error))
    return (over * under - root) / certain, (over * under + root) / certain
