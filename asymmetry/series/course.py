"""One metric of one person over days: repeats of a day averaged, and how far such a mean can be trusted."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from asymmetry.core.distributions import t_quantile
from asymmetry.core.records import Record
from asymmetry.core.table import Measurements
from asymmetry.series.day_to_day import DEFAULT_SEM, Expected, expected_error
from asymmetry.series.error import Error, course_error

__all__ = ["Course", "course"]

FloatArray = npt.NDArray[np.float64]
#: Of lengths of which neither the table nor the points tell more.
USUAL = expected_error("home", "", usual=DEFAULT_SEM)


@dataclass(frozen=True, eq=False)
class Course(Record):
    """One column over days.

    Attributes
    ----------
    column : str
        Its name in the table.
    expression : str
        The expression of the photos.
    day : ndarray, shape (d,)
        Days, rising.
    value : ndarray, shape (d,)
        Mean of each day's readings.
    count : ndarray of int, shape (d,)
        How many readings that is.
    photos : tuple of tuple of str
        The photos of each day.
    readings : ndarray, shape (n,)
        The readings, by day.
    expected : Expected
        Their expected error.
    times : ndarray, shape (d,)
        How many times larger the error variance of each day's readings is than expected.
    """

    column: str
    expression: str
    day: FloatArray = field(repr=False)
    value: FloatArray = field(repr=False)
    count: npt.NDArray[np.intp] = field(repr=False)
    photos: tuple[tuple[str, ...], ...] = field(repr=False)
    readings: FloatArray = field(repr=False)
    expected: Expected = USUAL
    times: FloatArray = field(default_factory=lambda: np.ones(1), repr=False)
    derived: ClassVar[tuple[str, ...]] = ("low", "high", "error")

    def __len__(self) -> int:
        return len(self.day)

    @functools.cached_property
    def error(self) -> Error:
        """Measurement error of the readings."""
        return course_error(
            self.readings, self.day, self.value, self.count, self.expected, self.times
        )

    @property
    def half_width(self) -> FloatArray:
        """Half of the 95 % band of each day's mean."""
        width: FloatArray = t_quantile(self.error.df) * np.sqrt(
            self.times * self.error.variance(self.count)
        )
        return width

    @property
    def low(self) -> FloatArray:
        """Lower edge of the 95 % band."""
        return self.value - self.half_width

    @property
    def high(self) -> FloatArray:
        """Upper edge of the 95 % band."""
        return self.value + self.half_width


def course(
    table: Measurements,
    column: str,
    rows: npt.NDArray[np.bool_],
    expression: str,
    expected: Expected = USUAL,
    times: FloatArray | None = None,
    values: FloatArray | None = None,
) -> Course:
    """Average a column's readings of each day.

    Parameters
    ----------
    table : Measurements
        With the columns ``photo``, ``day`` and `column`.
    column : str
        The column to average.
    rows : ndarray of bool, shape (n,)
        Photos that count. Those without a day or without a reading never do.
    expression : str
        The expression in these photos.
    expected : Expected
        The readings' expected error.
    times : ndarray, shape (n,), optional
        How many times larger the error variance of each photo is than that. Default: 1.
    values : ndarray, shape (n,), optional
        Readings in place of the table's.

    Examples
    --------
    >>> table = Measurements({"photo": ["a", "b", "c"], "day": [0.0, 7, 7], "x_mm": [1.0, 2, 4]})
    >>> made = course(table, "x_mm", np.ones(3, dtype=bool), "rest")
    >>> made.day.tolist(), made.value.tolist(), made.photos
    ([0.0, 7.0], [1.0, 3.0], (('a',), ('b', 'c')))
    """
    day, values = table["day"], table[column] if values is None else values
    kept = np.flatnonzero(rows & np.isfinite(day) & np.isfinite(values))
    kept = kept[np.argsort(day[kept], kind="stable")]
    day, values = day[kept], values[kept]
    starts = np.flatnonzero(np.concatenate([[True], day[1:] != day[:-1]])[: len(day)])
    days, count = day[starts], np.concatenate([starts[1:], [len(day)]])[: len(starts)] - starts
    means: FloatArray = np.add.reduceat(values, starts) / count if len(days) else values
    names = table["photo"][kept].tolist()
    photos = tuple(tuple(names[start : start + n]) for start, n in zip(starts, count, strict=True))
    wider = np.ones(len(days))
    if times is not None and len(days):
        wider = np.add.reduceat(times[kept], starts) / count
    return Course(column, expression, days, means, count, photos, values, expected, wider)
