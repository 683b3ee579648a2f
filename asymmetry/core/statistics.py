"""Trend of readings over time, and their measurement error. NaN was not measured, and is left out.

A reading is one number of a column, such as a brow's height in one photo. Where a function takes
``(..., n)``, each row is a series of its own, with its own gaps: its result does not depend on other rows.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import FloatArray
from asymmetry.core.distributions import exact_kendall_p, t_quantile, two_sided_p
from asymmetry.errors import InvalidInputError

__all__ = [
    "TheilSen",
    "kendall_tau",
    "mdc95",
    "moderated_variance",
    "serial_correlation",
    "theil_sen",
]

#: Up to this many readings without ties Kendall's p is exact; beyond, the normal one is right to 0.1 %.
EXACT_READINGS = 33
#: Normal quantile of the minimal detectable change, as it is written in the literature (Weir 2005).
Z95 = 1.96


class TheilSen(NamedTuple):
    """A line through readings: slope per unit of x, value at x = 0, and the interval of the slope."""

    slope: FloatArray
    intercept: FloatArray
    low: FloatArray
    high: FloatArray


def theil_sen(
    x: npt.ArrayLike, y: npt.ArrayLike, confidence: float = 0.95, serial: float = 0.0
) -> TheilSen:
    """Fit a line by the median of the slopes between all pairs of readings, which an outlier hardly moves.

    Parameters
    ----------
    x : array_like, shape (n,) or (..., n)
        When each reading was taken.
    y : array_like, shape (..., n)
        The readings.
    confidence : float
        Confidence of the interval, between 0 and 1.
    serial : float
        Correlation of each reading's deviation from the line with the next one's, see `serial_correlation`.
        The interval is the wider for it.

    Returns
    -------
    TheilSen
        Each of shape (...). NaN where no two readings differ in x. Fewer than five readings give no interval
        with a confidence of 0.95; it is then the range of the slopes.

    Raises
    ------
    InvalidInputError
        If the shapes don't fit, `confidence` is not between 0 and 1, or `serial` not from 0 to under 1.

    Notes
    -----
    Theil 1950; the interval by Sen 1968, equation 2.6, with that variance times ``(1 + r) / (1 - r)``, by
    which readings that follow each other tell less (Hamed and Rao 1998, J Hydrol 204:182). As
    `scipy.stats.theilslopes`: the intercept is the median of y less the slope times the median of x.

    Examples
    --------
    >>> line = theil_sen([0, 7, 14, 21, 28], [1.0, 2.0, 3.0, np.nan, 90.0])
    >>> float(line.slope), float(line.intercept)
    (1.6607142857142856, -14.9375)
    """
    if not 0 < confidence < 1:
        raise InvalidInputError(f"confidence {confidence}: use a number between 0 and 1")
    if not 0 <= serial < 1:
        raise InvalidInputError(f"serial correlation {serial}: use a number from 0 to under 1")
    x, y = _pair_up(x, y)
    run, rise = _steps(x), _steps(y)
    with np.errstate(invalid="ignore", divide="ignore"):
        slopes = _sort_with_nan(np.where(run == 0, np.nan, rise / run))
    variance = _score_variance(np.isfinite(y).sum(axis=-1), _count_ties(x), _count_ties(y))
    variance = variance * (1 + serial) / (1 - serial)
    with np.errstate(invalid="ignore"):  # ties in both x and y can make the variance negative
        half = NormalDist().inv_cdf((1 + confidence) / 2) * np.sqrt(variance)
    low, high = _interval_places(np.isfinite(slopes).sum(axis=-1), half)
    slope = _median(slopes)
    intercept = _median(_sort_with_nan(y)) - slope * _median(_sort_with_nan(x))
    return TheilSen(slope, intercept, _pick(slopes, low), _pick(slopes, high))


def _interval_places(
    count: npt.NDArray[np.intp], half: FloatArray
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Places of an interval's ends among ``count`` sorted slopes; -1, a NaN, where there is no interval."""
    low = np.fmax(np.round((count - half) / 2) - 1, 0)
    high = np.fmin(np.round((count + half) / 2), count - 1)
    unknown = np.isnan(half)
    return np.where(unknown, -1, low).astype(np.intp), np.where(unknown, -1, high).astype(np.intp)


def serial_correlation(values: npt.ArrayLike) -> float:
    """Correlation of each reading with the next one, beyond a line through them.

    Parameters
    ----------
    values : array_like, shape (n,)
        Residuals of a line, in order of time.

    Returns
    -------
    float
        -1 to 1; NaN with fewer than five readings, or where all are equal.

    Notes
    -----
    The first autocorrelation, and the ``(2 + 4 r) / n`` by which a line fitted to n readings lowers it
    (Tjøstheim and Paulsen 1983, Biometrika 70:177).

    Examples
    --------
    >>> round(serial_correlation([1.0, 1.2, 0.9, 0.1, -0.8, -1.1, -1.0, -0.3]), 2)
    1.0
    """
    left = np.asarray(values, dtype=np.float64)
    left = left - left.mean() if len(left) else left
    square = float((left**2).sum())
    if len(left) < 5 or square == 0:
        return math.nan
    lag = float((left[1:] * left[:-1]).sum()) / square
    return min(max(lag + (2 + 4 * lag) / len(left), -1.0), 1.0)


def kendall_tau(x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Rank correlation, the Mann-Kendall test of a trend: whether y rises or falls with x, in any shape.

    Parameters
    ----------
    x : array_like, shape (n,) or (..., n)
        When each reading was taken.
    y : array_like, shape (..., n)
        The readings.

    Returns
    -------
    tau : ndarray, shape (...)
        Kendall's tau-b, -1 to 1. NaN where all x or all y are equal.
    p : ndarray, shape (...)
        Probability of a tau at least this far from 0 where there is no trend: exact for up to 33 readings
        without ties, otherwise by the normal distribution, with its variance corrected for ties.

    Raises
    ------
    InvalidInputError
        If the shapes don't fit.

    Notes
    -----
    Kendall 1970, Rank Correlation Methods, 4th edition; as `scipy.stats.kendalltau`.

    Examples
    --------
    >>> tau, p = kendall_tau([0, 7, 14, 21, 28], [1.0, 2.0, 3.0, np.nan, 90.0])
    >>> float(tau), round(float(p), 4)
    (1.0, 0.0833)
    """
    x, y = _pair_up(x, y)
    score = np.nansum(np.sign(_steps(x)) * np.sign(_steps(y)), axis=-1)
    n = np.isfinite(y).sum(axis=-1)
    tied_x, tied_y = _count_ties(x), _count_ties(y)
    pairs = n * (n - 1) / 2
    untied_x = pairs - (tied_x - 1).sum(axis=-1) / 2
    untied_y = pairs - (tied_y - 1).sum(axis=-1) / 2
    exact = (n <= EXACT_READINGS) & ((tied_x == 1) & (tied_y == 1)).all(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        tau = np.clip(score / np.sqrt(untied_x) / np.sqrt(untied_y), -1, 1)
        variance = _score_variance(n, tied_x, tied_y) + _joint_ties(n, tied_x, tied_y)
        p = two_sided_p(np.abs(score) / np.sqrt(variance))
    p = np.where(exact, exact_kendall_p(np.where(exact, n, 0), score), p)
    return tau, np.where(np.isnan(tau), np.nan, p)[()]


def _pair_up(x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Give both one shape, and NaN in both where either is not finite."""
    try:
        x, y = np.broadcast_arrays(np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64))
    except ValueError:
        raise InvalidInputError(
            f"x has shape {np.shape(x)}, y {np.shape(y)}: they don't fit"
        ) from None
    if x.ndim < 1:
        raise InvalidInputError("x and y are single numbers: use series of readings")
    known = np.isfinite(x) & np.isfinite(y)
    return np.where(known, x, np.nan), np.where(known, y, np.nan)


def _steps(values: FloatArray) -> FloatArray:
    """Differences between all pairs, the later less the earlier, shape (..., pairs)."""
    first, second = np.triu_indices(values.shape[-1], 1)
    return values[..., second] - values[..., first]


def _sort_with_nan(values: FloatArray) -> FloatArray:
    """Sort readings and append a NaN, so that picking the last place (-1) always gives NaN."""
    end = np.full((*values.shape[:-1], 1), np.nan)
    return np.sort(np.concatenate([values, end], axis=-1), axis=-1)


def _pick(ordered: FloatArray, place: npt.NDArray[np.intp]) -> FloatArray:
    picked: FloatArray = np.take_along_axis(ordered, np.asarray(place)[..., None], axis=-1)[..., 0][
        ()
    ]
    return picked


def _median(ordered: FloatArray) -> FloatArray:
    """Median of readings that are sorted by `_sort_with_nan`."""
    count = np.isfinite(ordered).sum(axis=-1)
    return (_pick(ordered, (count - 1) // 2) + _pick(ordered, count // 2)) / 2


def _count_ties(values: FloatArray) -> npt.NDArray[np.intp]:
    """Number of readings equal to each one, itself included; 1 where nothing was read. Shape (..., n)."""
    equal = (values[..., :, None] == values[..., None, :]).sum(axis=-1)
    return np.asarray(np.maximum(equal, 1))


def _score_variance(n: npt.NDArray[np.intp], *ties: npt.NDArray[np.intp]) -> FloatArray:
    """Variance of Kendall's score where there is no trend, reduced by ties (Sen 1968, equation 2.6)."""
    taken = sum(((tied - 1) * (2 * tied + 5)).sum(axis=-1) for tied in ties)
    return np.asarray((n * (n - 1) * (2 * n + 5) - taken) / 18.0)


def _joint_ties(
    n: npt.NDArray[np.intp], x: npt.NDArray[np.intp], y: npt.NDArray[np.intp]
) -> FloatArray:
    """The part that ties in both x and y add to that variance (Kendall 1970)."""
    twos = (x - 1).sum(axis=-1) * (y - 1).sum(axis=-1)
    threes = ((x - 1) * (x - 2)).sum(axis=-1) * ((y - 1) * (y - 2)).sum(axis=-1)
    pairs = n * (n - 1.0)
    return np.asarray(twos / (2 * pairs) + threes / (9 * pairs * (n - 2)))


def moderated_variance(expected: float, df: float, observed: float, observed_df: float) -> float:
    """Variance of few readings, steadied by the variance of others.

    Parameters
    ----------
    expected, df : float
        Variance in others, and how alike they are in it, in degrees of freedom; with 0 it is left out.
    observed, observed_df : float
        Variance of the readings, and its degrees of freedom; with 0 it is left out.

    Returns
    -------
    float
        With ``df + observed_df`` degrees of freedom; NaN where both are 0.

    Notes
    -----
    Smyth 2004, Stat Appl Genet Mol Biol 3:3, equation 4.

    Examples
    --------
    >>> moderated_variance(1.0, 12, 4.0, 4)
    1.75
    """
    known = [
        (variance, weight)
        for variance, weight in ((expected, df), (observed, observed_df))
        if weight
    ]
    if not known:
        return math.nan
    return sum(variance * weight for variance, weight in known) / sum(weight for _, weight in known)


def mdc95(
    sem: npt.ArrayLike,
    n_before: npt.ArrayLike = 1,
    n_after: npt.ArrayLike = 1,
    df: npt.ArrayLike | None = None,
) -> FloatArray:
    """Smallest change between two means of readings that is beyond measurement error, with 95 % confidence.

    Parameters
    ----------
    sem : array_like
        Standard error of measurement of one reading.
    n_before, n_after : array_like of int
        Number of readings in each of the two means.
    df : array_like, optional
        Degrees of freedom of the SEM. With few of them the error itself is uncertain, and a larger change is
        needed. Default: the SEM is known well.

    Returns
    -------
    ndarray
        In the unit of the SEM; all arguments broadcast. NaN where there is no reading, or no degree of
        freedom.

    Notes
    -----
    ``1.96 √(SEM²/n_before + SEM²/n_after)``, with one reading each ``1.96 √2 SEM`` (Weir 2005, J Strength
    Cond Res 19:231). With `df` the t quantile takes the place of 1.96.

    Examples
    --------
    >>> round(float(mdc95(0.1)), 4), round(float(mdc95(0.1, n_before=3, df=4)), 4)
    (0.2772, 0.3206)
    """
    sem = np.asarray(sem, dtype=np.float64)
    before = np.asarray(n_before, dtype=np.float64)
    after = np.asarray(n_after, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = sem * np.sqrt(1 / before + 1 / after)
    factor = Z95 if df is None else t_quantile(df)
    return np.where(np.isfinite(error), factor * error, np.nan)[()]
