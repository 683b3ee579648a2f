"""Which way a course goes, and when it will fall under a threshold, if that can be known."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np

from asymmetry.core.statistics import kendall_tau, theil_sen
from asymmetry.series.course import Course

__all__ = ["LEAST_DAYS", "Forecast", "Trend", "forecast", "trend"]

#: With fewer days no interval of a slope has a confidence of 95 % (Sen 1968).
LEAST_DAYS = 5
#: A forecast looks ahead at most as many days as it looks back on.
REACH = 1.0
_DAYS_PER_WEEK = 7


@dataclass(frozen=True)
class Trend:
    """A line through a course.

    Attributes
    ----------
    column : str
        The column.
    per_week, low, high : float
        Slope per week, and its 95 % interval; NaN where there are fewer than two days.
    p : float
        Probability of so steady a course without any trend (Mann-Kendall).
    at_end : float
        Height of the line on the last day.
    days : tuple of float
        First and last day.
    count : int
        How many days it rests on.
    reason : str
        Why there is no interval; empty where there is one.
    """

    column: str
    per_week: float
    low: float
    high: float
    p: float
    at_end: float
    days: tuple[float, float]
    count: int
    reason: str = ""

    @property
    def certain(self) -> bool:
        """Whether the interval leaves no doubt about the direction."""
        return not self.reason and self.low * self.high > 0

    def __str__(self) -> str:
        if self.reason:
            return f"no trend: {self.reason}"
        if not self.certain:
            return f"no certain trend: between {self.low:+.2f} and {self.high:+.2f} per week"
        return f"{self.per_week:+.2f} per week, between {self.low:+.2f} and {self.high:+.2f}"


@dataclass(frozen=True)
class Forecast:
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
    reason : str
        Why it can't be told; empty where it can.
    """

    column: str
    threshold: float
    day: float = math.nan
    low: float = math.nan
    high: float = math.nan
    date: date | None = None
    reason: str = ""

    def __str__(self) -> str:
        if self.reason:
            return f"no forecast: {self.reason}"
        when = self.date or f"day {self.day:.0f}"
        return f"under {self.threshold:g} on {when}, between day {self.low:.0f} and day {self.high:.0f}"


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
        reason = f"{len(day)} days with photos; {LEAST_DAYS} are needed"
        span = (float(day[0]), float(day[-1])) if len(day) else (math.nan, math.nan)
        return Trend(course.column, math.nan, math.nan, math.nan, math.nan, math.nan, span, len(day), reason)
    line = theil_sen(day / _DAYS_PER_WEEK, value)
    _, p = kendall_tau(day, value)
    slope = float(line.slope)
    middle = float(np.median(value - slope * day / _DAYS_PER_WEEK))
    return Trend(
        column=course.column,
        per_week=slope,
        low=float(line.low),
        high=float(line.high),
        p=float(p),
        at_end=middle + slope * float(day[-1]) / _DAYS_PER_WEEK,
        days=(float(day[0]), float(day[-1])),
        count=len(day),
    )


def forecast(trend: Trend, threshold: float) -> Forecast:
    """When the line's absolute height falls under a threshold.

    The interval is where lines with the slope's ends, turned about the last day, cross it. It is told only if
    the whole of it comes soon enough: as many days ahead as the trend looks back on.

    Parameters
    ----------
    trend : Trend
        The course's line.
    threshold : float
        Positive, in the column's unit.

    Returns
    -------
    Forecast
        With a reason in place of a day where the data don't tell one.
    """
    end, height = trend.days[1], abs(trend.at_end)
    toward = -math.copysign(1.0, trend.at_end) if height else 1.0
    slope, *ends = (toward * each for each in (trend.per_week, trend.low, trend.high))
    if trend.reason:
        return Forecast(trend.column, threshold, reason=trend.reason)
    if height <= threshold:
        reason = f"it is under {threshold:g} already"
        return Forecast(trend.column, threshold, reason=reason)
    if min(ends) <= 0:
        way = "it is growing" if max(ends) < 0 else "the photos don't tell whether it shrinks or grows"
        return Forecast(trend.column, threshold, reason=way)
    weeks = (height - threshold) / np.array([slope, max(ends), min(ends)])
    day, low, high = (end + _DAYS_PER_WEEK * weeks).tolist()
    if high - end > REACH * (end - trend.days[0]):
        reason = f"it would be between day {low:.0f} and day {high:.0f}, too far ahead to tell"
        return Forecast(trend.column, threshold, reason=reason)
    return Forecast(trend.column, threshold, day, low, high)
