"""Which way a course goes, and when it will fall under a threshold, if that can be known."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

import numpy as np

from asymmetry.core.distributions import t_quantile
from asymmetry.core.notes import Note
from asymmetry.core.records import Record
from asymmetry.core.statistics import kendall_tau, theil_sen
from asymmetry.series.course import Course

__all__ = ["LEAST_DAYS", "Forecast", "Trend", "forecast", "trend"]

#: With fewer days no interval of a slope has a confidence of 95 % (Sen 1968).
LEAST_DAYS = 5
#: A forecast looks ahead at most as many days as it looks back on.
REACH = 1.0
_DAYS_PER_WEEK = 7
# Of a normal distribution: its median absolute deviation, and the error of a median over that of a mean.
_NORMAL_MAD, _MEDIAN_ERROR = 0.6745, math.sqrt(math.pi / 2)


@dataclass(frozen=True)
class Trend(Record):
    """A line through a course.

    Attributes
    ----------
    column : str
        The column.
    days : tuple of float
        First and last day.
    count : int
        How many days it rests on.
    per_week, low, high : float
        Slope per week, and its 95 % interval; NaN where there are fewer than two days.
    p : float
        Probability of so steady a course without any trend (Mann-Kendall).
    middle, at_middle, error : float
        The middle day, the line's height on it, and half of that height's 95 % interval.
    note : Note or None
        Why there is no interval; None where there is one.
    """

    column: str
    days: tuple[float, float]
    count: int
    per_week: float = math.nan
    low: float = math.nan
    high: float = math.nan
    p: float = math.nan
    middle: float = math.nan
    at_middle: float = math.nan
    error: float = math.nan
    note: Note | None = None
    derived: ClassVar[tuple[str, ...]] = ("certain", "reason")

    @property
    def reason(self) -> str:
        """Why there is no interval, in English; empty where there is one."""
        return str(self.note or "")

    def at(self, day: float) -> float:
        """Height of the line on a day."""
        return self.at_middle + self.per_week * (day - self.middle) / _DAYS_PER_WEEK

    @property
    def certain(self) -> bool:
        """Whether the interval leaves no doubt about the direction."""
        return self.note is None and self.low * self.high > 0

    def __str__(self) -> str:
        return str(self.full_note)

    @property
    def full_note(self) -> Note:
        """The line, or why there is none, to be told."""
        if self.note is not None:
            return Note("no_trend", why=self.note)
        if not self.certain:
            return Note("uncertain_trend", low=self.low, high=self.high)
        return Note("trend", per_week=self.per_week, low=self.low, high=self.high)


@dataclass(frozen=True)
class Forecast(Record):
    """When a difference will have fallen under a threshold.

    Attributes
    ----------
    column : str
        The column.
    threshold : float
        In the column's unit.
    day, low, high : float
        The day, and its 95 % interval; NaN where it can't be told.
    date : datetime.date or None
        The same day as a date.
    note : Note or None
        Why it can't be told; None where it can.
    """

    column: str
    threshold: float
    day: float = math.nan
    low: float = math.nan
    high: float = math.nan
    date: date | None = None
    note: Note | None = None
    derived: ClassVar[tuple[str, ...]] = ("reason",)

    @property
    def reason(self) -> str:
        """Why it can't be told, in English; empty where it can."""
        return str(self.note or "")

    def __str__(self) -> str:
        return str(self.full_note)

    @property
    def full_note(self) -> Note:
        """The day, or why there is none, to be told."""
        if self.note is not None:
            return Note("no_forecast", why=self.note)
        found = {"threshold": self.threshold, "low": self.low, "high": self.high}
        if self.date is None:
            return Note("forecast_day", day=self.day, **found)
        return Note("forecast_date", date=self.date, **found)


def trend(course: Course, first: float = -math.inf, last: float = math.inf) -> Trend:
    """Theil-Sen line through the days' means, which a bad photo hardly moves.

    Parameters
    ----------
    course : Course
        The course.
    first, last : float
        Days that count, both included.

    Returns
    -------
    Trend
        Without an interval, and with a reason, where there are fewer than `LEAST_DAYS` days.
    """
    kept = (course.day >= first) & (course.day <= last)
    day, value = course.day[kept], course.value[kept]
    if len(day) < LEAST_DAYS:
        note = Note("few_days", days=len(day), least=LEAST_DAYS)
        span = (float(day[0]), float(day[-1])) if len(day) else (math.nan, math.nan)
        return Trend(course.column, span, len(day), note=note)
    line = theil_sen(day / _DAYS_PER_WEEK, value)
    slope, middle = float(line.slope), float(np.median(day))
    level = value - slope * (day - middle) / _DAYS_PER_WEEK
    height = float(np.median(level))
    scatter = float(np.median(np.abs(level - height))) / _NORMAL_MAD
    return Trend(
        course.column,
        days=(float(day[0]), float(day[-1])),
        count=len(day),
        per_week=slope,
        low=float(line.low),
        high=float(line.high),
        p=float(kendall_tau(day, value)[1]),
        middle=middle,
        at_middle=height,
        error=float(t_quantile(len(day) - 2)) * _MEDIAN_ERROR * scatter / math.sqrt(len(day)),
    )


def forecast(trend: Trend, threshold: float, day_zero: date | None = None) -> Forecast:
    """When the line's absolute height falls under a threshold.

    It is told only if the line is certain to come nearer, and if the whole interval comes soon enough: at
    most as many days ahead as the trend looks back on.

    Parameters
    ----------
    trend : Trend
        The course's line.
    threshold : float
        Positive, in the column's unit.
    day_zero : date, optional
        Turns the day into a date.

    Returns
    -------
    Forecast
        With a reason in place of a day where the data don't tell one.

    Notes
    -----
    The interval is where the band of the line, by the errors of its slope and of its height in the middle,
    crosses the threshold (Fieller 1954).
    """

    def give_up(note: Note) -> Forecast:
        return Forecast(trend.column, threshold, note=note)

    if trend.note is not None:
        return give_up(trend.note)
    last = trend.days[1]
    if abs(trend.at(last)) <= threshold:
        return give_up(Note("under_already", threshold=threshold))
    side = math.copysign(1.0, trend.at(last))
    fall, *ends = (-side * each / _DAYS_PER_WEEK for each in (trend.per_week, trend.low, trend.high))
    if min(ends) <= 0:
        growing = max(ends) < 0
        return give_up(Note("growing") if growing else Note("unknown_direction"))
    left = side * trend.at_middle - threshold
    low = trend.middle + _crossing(left, fall, max(ends) - fall, trend.error, -1)
    high = trend.middle + _crossing(left, fall, fall - min(ends), trend.error, 1)
    if high - last > REACH * (last - trend.days[0]):
        return give_up(Note("far_ahead", low=low, high=high))
    day = trend.middle + left / fall
    when = day_zero + timedelta(days=round(day)) if day_zero else None
    return Forecast(trend.column, threshold, day, low, high, when)


def _crossing(height: float, fall: float, fall_error: float, error: float, end: int) -> float:
    """Days until the lower (-1) or the upper (1) edge of the band of a falling line reaches 0."""
    certain = fall**2 - fall_error**2
    if certain <= 0:
        return 0.0 if end < 0 else math.inf
    root = math.sqrt(max(0.0, (fall * height) ** 2 - certain * (height**2 - error**2)))
    return (fall * height + end * root) / certain
