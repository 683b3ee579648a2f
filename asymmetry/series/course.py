"""One metric of one person over days: repeats of a day averaged, and how far such a mean can be trusted."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from asymmetry.core.distributions import t_quantile
from asymmetry.core.statistics import pooled_sd
from asymmetry.core.table import Measurements

__all__ = ["DEFAULT_SEM", "MOVEMENT_SEM", "Course", "Error", "course", "measurement_error", "sd_column"]

FloatArray = npt.NDArray[np.float64]

#: Standard deviation of one reading where a series tells none, mm: the demo's photos of one face, each held
#: and lit differently, scatter by 0.1 to 0.25 mm about their truth.
DEFAULT_SEM = 0.2
#: The same for a movement, mm: nobody smiles twice alike. It is what movement metrics take for noise.
MOVEMENT_SEM = 0.5
#: No reading is better than this, mm: the least scatter of repeated photos in the fidelity benchmark is 0.07.
LEAST_SEM = 0.05
#: What a default is worth beside a series' own repeats, in degrees of freedom. Eight is a standard deviation
#: that differs by a quarter from person to person, by ``sd(s) / s = 1 / sqrt(2 df)``.
PRIOR_DF = 8
#: Repeats count from this many degrees of freedom on; scatter from day to day from this many days on.
LEAST_DF, LEAST_DAYS = 3, 8
#: Of the days, those farthest off their neighbours are left aside, as a step in the course puts them there.
KEPT = 0.8
#: What is left is worth so many degrees of freedom a day: counted in 20,000 random series of 8 to 120 days.
_WORTH = 0.36


@dataclass(frozen=True)
class Error:
    """The measurement error of a series' readings.

    Attributes
    ----------
    sem : float
        Standard error of measurement of one photo beside others of its day, in the metric's unit.
    between : float
        Standard deviation of what all photos of a day have in common and another day has not, such as how
        the head was held; 0 where none is seen. More photos of a day don't lessen it.
    df : float
        Degrees of freedom: how well they are known.
    source : str
        What they rest on, in words.
    """

    sem: float
    between: float
    df: float
    source: str

    def variance(self, count: npt.ArrayLike) -> FloatArray:
        """Error variance of the mean of so many photos of one day."""
        return self.between**2 + self.sem**2 / np.asarray(count, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Course:
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
    error : Error
        Measurement error of the readings.
    """

    column: str
    expression: str
    day: FloatArray = field(repr=False)
    value: FloatArray = field(repr=False)
    count: npt.NDArray[np.intp] = field(repr=False)
    photos: tuple[tuple[str, ...], ...] = field(repr=False)
    error: Error

    def __len__(self) -> int:
        return len(self.day)

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
    expected: float = DEFAULT_SEM,
) -> Course:
    """Average a column's readings of each day.

    Parameters
    ----------
    table : Measurements
        With the columns ``photo``, ``day`` and `column`; where it has the reading's own standard deviation
        too (see `sd_column`), that is used.
    column : str
        What to average.
    rows : ndarray of bool, shape (n,)
        Photos that count. Those without a day or without a reading never do.
    expression : str
        What these photos show.
    expected : float
        Standard deviation of a reading where the series tells none.

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
    days, starts, count = np.unique(day, return_index=True, return_counts=True)
    means: FloatArray = np.add.reduceat(values, starts) / count if len(days) else values
    names = table["photo"][kept].tolist()
    photos = tuple(tuple(names[start : start + n]) for start, n in zip(starts, count, strict=True))
    own = sd_column(column)
    spread = table[own][kept] if own in table else np.empty(0)
    error = measurement_error(values, day, means, days, count, spread, expected)
    return Course(column, expression, days, means, count, photos, error)


def sd_column(column: str) -> str:
    """Name of the column that holds a reading's own standard deviation.

    Examples
    --------
    >>> sd_column("brow_height_diff_mm")
    'brow_height_diff_sd_mm'
    """
    name, _, unit = column.rpartition("_")
    return f"{name}_sd_{unit}"


def measurement_error(
    values: FloatArray,
    day: FloatArray,
    means: FloatArray,
    days: FloatArray,
    count: npt.NDArray[np.intp],
    spread: Sequence[float] | FloatArray = (),
    expected: float = DEFAULT_SEM,
) -> Error:
    """How far one reading of a series can be trusted.

    Repeats of a day tell it, once they have three degrees of freedom, steadied by what is expected of any
    series: the median of the readings' own standard deviations, or a default. With eight days, the scatter
    of their means about a line through the neighbours tells what days differ by beyond that; where there are
    no repeats, it steadies what is expected.

    Parameters
    ----------
    values, day : ndarray, shape (n,)
        The readings and their days.
    means, days, count : ndarray, shape (d,)
        The same, averaged by day.
    spread : array_like
        The readings' own standard deviations, if they are known.
    expected : float
        The default.

    Notes
    -----
    Repeats are pooled with the expected variance in proportion to the degrees of freedom (Smyth 2004, Stat
    Appl Genet Mol Biol 3:3). Day to day: residuals of Gasser, Sroka and Jennen-Steinmetz 1986, Biometrika
    73:625, the largest fifth left aside.
    """
    known = np.asarray(spread, dtype=np.float64)
    known = known[np.isfinite(known)]
    source = "what is usual"
    if len(known):
        expected, source = max(float(np.median(known)), LEAST_SEM), "the readings' own uncertainty"
    within, repeats = (each.item() for each in pooled_sd(values, day))
    variance, df, between = float(expected) ** 2, float(PRIOR_DF), 0.0
    if repeats >= LEAST_DF:
        df = float(PRIOR_DF + repeats)
        variance = (PRIOR_DF * variance + repeats * within**2) / df
        source = f"repeats of a day ({repeats} degrees of freedom)"
    if len(days) >= LEAST_DAYS:
        own, scatter = variance * float(np.mean(1 / count)), _day_to_day(means, days)
        more = _WORTH * (len(days) - 2)
        source = f"{source}, and scatter from day to day"
        if scatter > own:
            between, df = scatter - own, float(PRIOR_DF)
        elif repeats < LEAST_DF:
            variance *= (PRIOR_DF + more * scatter / own) / (PRIOR_DF + more)
        df += more
    return Error(max(math.sqrt(variance), LEAST_SEM), math.sqrt(between), df, source)


def _day_to_day(means: FloatArray, days: FloatArray) -> float:
    """Variance of the days' means, by how far each is off the line through its neighbours."""
    before, after = np.diff(days)[:-1], np.diff(days)[1:]
    weight = after / (before + after)
    off = weight * means[:-2] + (1 - weight) * means[2:] - means[1:-1]
    squares = np.sort(off**2 / (weight**2 + (1 - weight) ** 2 + 1))
    kept = math.ceil(KEPT * len(squares))
    return float(squares[:kept].mean()) / _usual_square(kept, len(squares))


@functools.lru_cache(maxsize=1024)
def _usual_square(kept: int, of: int) -> float:
    """Mean of the smallest so many of the squares of standard normal numbers."""
    normal = NormalDist()
    return sum(normal.inv_cdf((1 + (i + 0.5) / of) / 2) ** 2 for i in range(kept)) / kept
