"""Which way a course goes, and when it will fall under a threshold, if that can be known."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

import numpy as np

from asymmetry.core.arrays import FloatArray, is_number
from asymmetry.core.distributions import t_quantile
from asymmetry.core.notes import Note
from asymmetry.core.records import Record
from asymmetry.core.statistics import kendall_tau, serial_correlation, theil_sen
from asymmetry.errors import InvalidInputError
from asymmetry.metrics.headline import HEADLINES
from asymmetry.series.course import Course

__all__ = [
    "DAYS_PER_WEEK",
    "LEAST_DAYS",
    "VISITS",
    "Forecast",
    "Line",
    "Trend",
    "choose_threshold",
    "forecast",
    "trend",
]

#: With fewer days no interval of a slope has a confidence of 95 % (Sen 1968).
LEAST_DAYS = 5
#: A forecast looks ahead at most as many days as it looks back on.
REACH = 1.0
#: It is given from this part of the way to the threshold on.
HALF_WAY = 0.5
#: A course whose relative pace in its later half is less than this part of its earlier one levels off.
STEADY = 0.85
#: So many visits are averaged where one would be too uncertain.
VISITS = 3
#: A difference is not taken for smaller than this part of the largest one where its logarithm is.
_LEAST_PART = 0.01
#: Serial correlation is not taken for more than this: a line that does not fit looks like it.
_MOST_SERIAL = 0.6
DAYS_PER_WEEK = 7
# Of a normal distribution: its median absolute deviation, and the error of a median over that of a mean.
_NORMAL_MAD, _MEDIAN_ERROR = 0.6745, math.sqrt(math.pi / 2)


@dataclass(frozen=True)
class Line(Record):
    """A line through some days.

    Attributes
    ----------
    slope, low, high : float
        Slope per week, and its 95 % interval.
    middle, at_middle, error : float
        The middle day, the line's height on it, and half of that height's 95 % interval.
    """

    slope: float
    low: float
    high: float
    middle: float
    at_middle: float
    error: float

    def at(self, day: float) -> float:
        """Height of the line on a day."""
        return self.at_middle + self.slope * (day - self.middle) / DAYS_PER_WEEK


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
    serial : float
        Correlation of neighbouring days' deviations from the line, which widens the interval.
    start, latest : float
        Mean of the first three days, and of the last three.
    decay : Line or None
        The line through the logarithm of the difference's size.
    steadiness : float
        Its slope in the later half of the days, as a part of that in the earlier one: under 1 where a course
        levels off.
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
    serial: float = 0.0
    start: float = math.nan
    latest: float = math.nan
    decay: Line | None = None
    steadiness: float = math.nan
    note: Note | None = None
    derived: ClassVar[tuple[str, ...]] = ("certain", "reason")

    @property
    def line(self) -> Line:
        """The line itself."""
        return Line(self.per_week, self.low, self.high, self.middle, self.at_middle, self.error)

    @property
    def reason(self) -> str:
        """Why there is no interval, in English; empty where there is one."""
        return str(self.note or "")

    def at(self, day: float) -> float:
        """Height of the line on a day."""
        return self.line.at(day)

    @property
    def certain(self) -> bool:
        """Whether the interval leaves no doubt about the direction."""
        return self.note is None and self.low * self.high > 0

    def __str__(self) -> str:
        return str(self.full_note)

    @property
    def full_note(self) -> Note:
        """The line, or why there is none, as a note."""
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
        """The day, or why there is none, as a note."""
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
    line, serial = _fit(day, value)
    size = np.log(np.maximum(np.abs(value), _LEAST_PART * np.abs(value).max(initial=1e-9)))
    decay, _ = _fit(day, size)
    early, late = [float(theil_sen(*part).slope) for part in _halves(day, size)]
    return Trend(
        course.column,
        days=(float(day[0]), float(day[-1])),
        count=len(day),
        per_week=line.slope,
        low=line.low,
        high=line.high,
        p=float(kendall_tau(day, value)[1]),
        middle=line.middle,
        at_middle=line.at_middle,
        error=line.error,
        serial=serial,
        start=float(value[:VISITS].mean()),
        latest=float(value[-VISITS:].mean()),
        decay=decay,
        steadiness=late / early if early else math.nan,
    )


def _halves(day: FloatArray, value: FloatArray) -> Iterator[tuple[FloatArray, FloatArray]]:
    """The earlier and the later half of a course; the day between is in both."""
    half = len(day) // 2
    for part in (slice(half + 1), slice(half, None)):
        yield day[part], value[part]


def _fit(day: FloatArray, value: FloatArray) -> tuple[Line, float]:
    """Theil-Sen line, and the serial correlation that its interval allows for."""
    week, middle = day / DAYS_PER_WEEK, float(np.median(day))
    slope = float(theil_sen(week, value).slope)
    level = value - slope * (day - middle) / DAYS_PER_WEEK
    height = float(np.median(level))
    serial = min(max(np.nan_to_num(serial_correlation(level)).item(), 0.0), _MOST_SERIAL)
    found = theil_sen(week, value, serial=serial)
    scatter = float(np.median(np.abs(level - height))) / _NORMAL_MAD
    error = float(t_quantile(len(day) - 2)) * _MEDIAN_ERROR * scatter / math.sqrt(len(day))
    wider = math.sqrt((1 + serial) / (1 - serial))
    return Line(slope, float(found.low), float(found.high), middle, height, error * wider), serial


def choose_threshold(metric: str, given: float | None) -> float:
    """The difference under which a metric is forecast to fall: as given, else one that others notice.

    Raises
    ------
    InvalidInputError
        If there is none, or it is not positive.
    """
    known = {each.metric: each.visible_mm for each in HEADLINES}
    threshold = known.get(metric) if given is None else given
    if not is_number(threshold) or not threshold > 0:
        raise InvalidInputError(f"forecast of {metric}: give a positive threshold_mm")
    return float(threshold)


def forecast(trend: Trend, threshold: float, day_zero: date | None = None) -> Forecast:
    """When the difference's size will have fallen under a threshold, if it goes on as it did.

    Nobody knows whether it falls in a straight line or by the same part each week, so both are asked: it is
    told only if both are certain to come nearer, and the interval is that of the two together. The course
    must be more than half way and not level off, and the interval must come soon enough: at most as many days
    ahead as the trend looks back on.

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
        With a reason in place of a day where the data don't tell one. The day is midway between those of both
        lines.

    Notes
    -----
    Each interval is where the band of the line, by the errors of its slope and of its height in the middle,
    crosses the threshold (Fieller 1954).
    """
    note = _reason_against(trend, threshold)
    if note is not None or trend.decay is None:
        return Forecast(trend.column, threshold, note=note)
    side = math.copysign(1.0, trend.latest)
    straight = _reach(trend.line, side, threshold)
    steady = _reach(trend.decay, 1.0, math.log(threshold))
    if straight is None or steady is None:
        return Forecast(trend.column, threshold, note=Note("unknown_direction"))
    (day, low, high), (other, lower, higher) = straight, steady
    # The interval may begin before the latest day: the readings above may have been chance.
    low, high, last = min(low, lower), max(high, higher), trend.days[1]
    if high - last > REACH * (last - trend.days[0]):
        return Forecast(trend.column, threshold, note=Note("far_ahead", low=low, high=high))
    day = (day + other) / 2
    when = day_zero + timedelta(days=round(day)) if day_zero else None
    return Forecast(trend.column, threshold, day, low, high, when)


def _reason_against(trend: Trend, threshold: float) -> Note | None:
    """Why a course's trend does not support a forecast; None where it does."""
    if trend.note is not None:
        return trend.note
    side = math.copysign(1.0, trend.latest)
    now = side * trend.latest
    if now <= threshold:
        return Note("under_already", threshold=threshold)
    if side * trend.low > 0 and side * trend.high > 0:
        return Note("growing")
    if not trend.certain:
        return Note("unknown_direction")
    start = side * trend.start
    if start - now <= HALF_WAY * (start - threshold):
        return Note("not_half_way")
    # A line that is under it already while the visits are not levels off too.
    falls = trend.steadiness >= STEADY and side * trend.at(trend.days[1]) > threshold
    return None if falls else Note("levels_off")


def _reach(line: Line, side: float, threshold: float) -> tuple[float, float, float] | None:
    """The day on which a line, seen from one side, falls to a threshold, and its interval; None if unsure."""
    fall = -side * line.slope / DAYS_PER_WEEK
    ends = [-side * each / DAYS_PER_WEEK for each in (line.low, line.high)]
    if min(ends) <= 0:
        return None
    left = side * line.at_middle - threshold
    low = line.middle + _crossing(left, fall, max(ends) - fall, line.error, -1)
    high = line.middle + _crossing(left, fall, fall - min(ends), line.error, 1)
    return line.middle + left / fall, low, high


def _crossing(height: float, fall: float, fall_error: float, error: float, end: int) -> float:
    """Days until the lower (-1) or the upper (1) edge of the band of a falling line reaches 0."""
    certain = fall**2 - fall_error**2
    if certain <= 0:
        return 0.0 if end < 0 else math.inf
    root = math.sqrt(max(0.0, (fall * height) ** 2 - certain * (height**2 - error**2)))
    return (fall * height + end * root) / certain
