"""One metric of one person over days: repeats of a day averaged, and how far such a mean can be trusted."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import FloatArray
from asymmetry.core.distributions import t_quantile
from asymmetry.core.records import Record
from asymmetry.core.table import Measurements
from asymmetry.series.day_to_day import DEFAULT_SEM, Expected, expected_error
from asymmetry.series.error import Error, course_error
from asymmetry.series.treatments import load_treatments

__all__ = ["Course", "Visits", "course"]

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
    treated : tuple of float
        Days of treatments, where there are several: a step across one is no scatter.
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
    treated: tuple[float, ...] = field(default=(), repr=False)
    derived: ClassVar[tuple[str, ...]] = ("low", "high", "error")

    def __len__(self) -> int:
        return len(self.day)

    @functools.cached_property
    def error(self) -> Error:
        """Measurement error of the readings."""
        parts = self.readings, self.day, self.value, self.count, self.expected, self.times
        return course_error(*parts, self.treated)

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
    values = table[column] if values is None else values
    return Visits(table, rows, expression).course(column, values, expected, times)


@dataclass(frozen=True, eq=False)
class _Days:
    """The readings of one column by day: their rows, where each day starts, and the days."""

    kept: npt.NDArray[np.intp]
    starts: npt.NDArray[np.intp]
    day: FloatArray
    count: npt.NDArray[np.intp]
    photos: tuple[tuple[str, ...], ...]


class Visits:
    """The days of photos of one expression, for several columns of their table.

    Parameters
    ----------
    table, rows, expression
        As for `course`.
    """

    def __init__(self, table: Measurements, rows: npt.NDArray[np.bool_], expression: str) -> None:
        self._day, self._photo, self._expression = table["day"], table["photo"], expression
        self._rows = rows & np.isfinite(self._day)
        given = load_treatments(table.provenance.get("treatments", ()))
        self._treated = tuple(float((each.day - given[0].day).days) for each in given)
        self._known: dict[bytes, _Days] = {}  # most columns are read in the same photos

    def course(
        self,
        column: str,
        values: FloatArray,
        expected: Expected = USUAL,
        times: FloatArray | None = None,
    ) -> Course:
        """The course of a column's values; all else is as for `course`."""
        read = self._rows & np.isfinite(values)
        photos = read.tobytes()
        if photos not in self._known:
            self._known[photos] = self._group(read)
        days = self._known[photos]
        values = values[days.kept]
        means, wider = values, np.ones(len(days.day))
        if len(values):
            means = np.add.reduceat(values, days.starts) / days.count
        if times is not None and len(values):
            wider = np.add.reduceat(times[days.kept], days.starts) / days.count
        return Course(
            column=column,
            expression=self._expression,
            day=days.day,
            value=means,
            count=days.count,
            photos=days.photos,
            readings=values,
            expected=expected,
            times=wider,
            treated=self._treated,
        )

    def _group(self, read: npt.NDArray[np.bool_]) -> _Days:
        kept = np.flatnonzero(read)
        kept = kept[np.argsort(self._day[kept], kind="stable")]
        day, names = self._day[kept], self._photo[kept].tolist()
        starts = np.flatnonzero(np.concatenate([[True], day[1:] != day[:-1]])[: len(day)])
        ends = [*starts[1:].tolist(), len(day)][: len(starts)]
        parts = zip(starts.tolist(), ends, strict=True)
        photos = tuple(tuple(names[start:end]) for start, end in parts)
        count = np.array(ends, dtype=np.intp) - starts
        return _Days(kept, starts, day[starts], count, photos)
