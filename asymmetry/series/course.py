"""One metric of one person over days: repeats of a day averaged, and how far such a mean can be trusted."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from asymmetry.core.distributions import t_quantile
from asymmetry.core.notes import Note
from asymmetry.core.records import Record
from asymmetry.core.statistics import pooled_sd
from asymmetry.core.table import Measurements

__all__ = [
    "DEFAULT_SEM",
    "UNKNOWN_ERROR",
    "USUAL",
    "USUAL_MOVEMENT",
    "Course",
    "Error",
    "Expected",
    "course",
    "measurement_error",
]

FloatArray = npt.NDArray[np.float64]

#: Standard deviation of one reading where a series tells none, mm: the demo's photos of one face, each held
#: and lit differently, scatter by 0.1 to 0.25 mm about their truth.
DEFAULT_SEM = 0.2
#: The same for a movement, mm: nobody smiles twice alike. Movement metrics take this value for noise.
MOVEMENT_SEM = 0.5
#: No reading is better than this, mm: the least scatter of repeated photos in the fidelity benchmark is 0.07.
LEAST_SEM = 0.05
#: No day is nearer to the truth than this, mm, however well its photos agree: the error in a part while
#: another one moves is the same in all of them (0.05 to 0.15 mm RMS in the fidelity benchmark's warps).
LEAST_BETWEEN = 0.1
#: The weight of a default beside a series' own repeats, in degrees of freedom. Eight is a standard deviation
#: that differs by a quarter from person to person, by ``sd(s) / s = 1 / sqrt(2 df)``.
PRIOR_DF = 8.0
#: Repeats count from this many degrees of freedom on; scatter from day to day from this many days on.
LEAST_DF, LEAST_DAYS = 3, 8
#: Of the days, those farthest off their neighbours are left aside, as a step in the course puts them there.
KEPT = 0.8
_BY_A_STEP = 2
#: Degrees of freedom per day in the remaining days: counted in 20,000 random series of 12 to 120 days.
_WORTH = 0.36


@dataclass(frozen=True)
class Error:
    """The measurement error of a series' readings.

    Attributes
    ----------
    sem : float
        Standard error of measurement of one photo beside others of its day, in the metric's unit.
    between : float
        Standard deviation of the error that all photos of a day share and another day doesn't, such as how
        the head was held, or the pull of another part that moves. More photos of a day don't lessen it.
    df : float
        Degrees of freedom: how well they are known.
    note : Note
        The basis of these figures.
    """

    sem: float
    between: float
    df: float
    note: Note

    @property
    def source(self) -> str:
        """The basis of these figures, in English."""
        return str(self.note)

    def variance(self, count: npt.ArrayLike) -> FloatArray:
        """Error variance of the mean of so many photos of one day."""
        return self.between**2 + self.sem**2 / np.asarray(count, dtype=np.float64)


@dataclass(frozen=True)
class Expected:
    """The expected error of a reading, before a series tells more.

    Attributes
    ----------
    sem : float
        Standard deviation of a reading, in the metric's unit.
    note : Note
        The basis of that figure.
    df : float
        Its weight, in degrees of freedom.
    """

    sem: float
    note: Note
    df: float = PRIOR_DF


USUAL = Expected(DEFAULT_SEM, Note("usual_error"))
USUAL_MOVEMENT = Expected(MOVEMENT_SEM, Note("usual_error"))
#: Of a metric in another unit nothing is known beforehand; only the series itself can tell.
UNKNOWN_ERROR = Expected(math.nan, Note("unknown_error"), 0.0)


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
    """

    column: str
    expression: str
    day: FloatArray = field(repr=False)
    value: FloatArray = field(repr=False)
    count: npt.NDArray[np.intp] = field(repr=False)
    photos: tuple[tuple[str, ...], ...] = field(repr=False)
    readings: FloatArray = field(repr=False)
    expected: Expected = USUAL
    derived: ClassVar[tuple[str, ...]] = ("low", "high", "error")

    def __len__(self) -> int:
        return len(self.day)

    @functools.cached_property
    def error(self) -> Error:
        """Measurement error of the readings."""
        return measurement_error(self.readings, self.day, self.value, self.count, self.expected)

    @property
    def half_width(self) -> FloatArray:
        """Half of the 95 % band of each day's mean."""
        width: FloatArray = t_quantile(self.error.df) * np.sqrt(self.error.variance(self.count))
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

    Examples
    --------
    >>> table = Measurements({"photo": ["a", "b", "c"], "day": [0.0, 7, 7], "x_mm": [1.0, 2, 4]})
    >>> made = course(table, "x_mm", np.ones(3, dtype=bool), "rest")
    >>> made.day.tolist(), made.value.tolist(), made.photos
    ([0.0, 7.0], [1.0, 3.0], (('a',), ('b', 'c')))
    """
    day, values = table["day"], table[column]
    kept = np.flatnonzero(rows & np.isfinite(day) & np.isfinite(values))
    kept = kept[np.argsort(day[kept], kind="stable")]
    day, values = day[kept], values[kept]
    starts = np.flatnonzero(np.concatenate([[True], day[1:] != day[:-1]])[: len(day)])
    days, count = day[starts], np.concatenate([starts[1:], [len(day)]])[: len(starts)] - starts
    means: FloatArray = np.add.reduceat(values, starts) / count if len(days) else values
    names = table["photo"][kept].tolist()
    photos = tuple(tuple(names[start : start + n]) for start, n in zip(starts, count, strict=True))
    return Course(column, expression, days, means, count, photos, values, expected)


def measurement_error(
    readings: FloatArray,
    day: FloatArray,
    means: FloatArray,
    count: npt.NDArray[np.intp],
    expected: Expected = USUAL,
) -> Error:
    """How far one reading of a series can be trusted.

    Repeats of a day tell it, once they have three degrees of freedom, steadied by the expected error. With
    eight days, the scatter of their means about a line through the neighbours tells how far days differ
    beyond that; where there are no repeats, it steadies the expected error.

    Parameters
    ----------
    readings : ndarray, shape (n,)
        The readings, by day.
    day, means, count : ndarray, shape (d,)
        The days, the mean of each, and how many readings that is.
    expected : Expected
        The expected error.

    Notes
    -----
    Repeats are pooled with the expected variance in proportion to the degrees of freedom (Smyth 2004, Stat
    Appl Genet Mol Biol 3:3). Day to day: residuals of Gasser, Sroka and Jennen-Steinmetz 1986, Biometrika
    73:625, the largest fifth left aside.
    """
    within, repeats = (each.item() for each in pooled_sd(readings, np.repeat(day, count)))
    known, note = expected.df, expected.note
    least, apart = (LEAST_SEM, LEAST_BETWEEN) if known else (0.0, 0.0)  # which are lengths
    variance, df, between = expected.sem**2, known, 0.0
    if repeats >= LEAST_DF:
        df = known + repeats
        variance = (known * (variance if known else 0.0) + repeats * within**2) / df
        note = Note("repeats_of_a_day", df=repeats)
    if len(day) >= LEAST_DAYS:
        own, scatter = variance * float(np.mean(1 / count)), _day_to_day(means, day)
        more = _WORTH * (len(day) - 2)
        note = Note("and_day_to_day", first=note)
        if not known and repeats < LEAST_DF:
            variance = scatter
        elif scatter > own:
            between, df = scatter - own, known
        elif repeats < LEAST_DF:
            variance *= (known + more * scatter / own) / (known + more)
        df += more
    return Error(max(math.sqrt(variance), least), max(math.sqrt(between), apart), df, note)


def _day_to_day(means: FloatArray, days: FloatArray) -> float:
    """Variance of the days' means, by how far each is off the line through its neighbours."""
    before, after = np.diff(days)[:-1], np.diff(days)[1:]
    weight = after / (before + after)
    off = weight * means[:-2] + (1 - weight) * means[2:] - means[1:-1]
    squares = np.sort(off**2 / (weight**2 + (1 - weight) ** 2 + 1))
    kept = len(squares) - max(math.floor((1 - KEPT) * len(squares)), _BY_A_STEP)
    return float(squares[:kept].mean()) / _usual_square(kept, len(squares))


@functools.lru_cache(maxsize=1024)
def _usual_square(kept: int, of: int) -> float:
    """Mean of the smallest so many of the squares of standard normal numbers."""
    normal = NormalDist()
    return sum(normal.inv_cdf((1 + (i + 0.5) / of) / 2) ** 2 for i in range(kept)) / kept
