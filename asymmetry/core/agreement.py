"""Agreement and measurement error of repeated readings. NaN was not measured, and is left out."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import FloatArray
from asymmetry.core.distributions import t_quantile
from asymmetry.errors import InvalidInputError

__all__ = ["ICC", "PooledSD", "icc", "mdc95", "moderated_variance", "pooled_sd"]

#: Normal quantile of the minimal detectable change, as it is written in the literature (Weir 2005).
Z95 = 1.96


class ICC(NamedTuple):
    """Intraclass correlations of single readings.

    Attributes
    ----------
    one_way : float
        ICC(1,1): the order of the columns means nothing, such as that of the photos of a day.
    agreement : float
        ICC(2,1): each column is an observer out of many; an observer's bias counts as error.
    consistency : float
        ICC(3,1): each column is one of these very observers; their biases don't count.
    """

    one_way: float
    agreement: float
    consistency: float


class PooledSD(NamedTuple):
    """Standard deviation within groups, and its degrees of freedom."""

    sd: FloatArray
    df: npt.NDArray[np.intp]


def icc(values: npt.ArrayLike) -> ICC:
    """Intraclass correlation: the share of the readings' scatter that lies between subjects, 1 being all.

    Parameters
    ----------
    values : array_like, shape (n, k)
        k readings of each of n subjects. A subject with a NaN is left out.

    Returns
    -------
    ICC
        ICC(1,1), ICC(2,1) and ICC(3,1). NaN with fewer than two subjects or two readings.

    Raises
    ------
    InvalidInputError
        If the values are not a table.

    Notes
    -----
    Shrout and Fleiss 1979, from the mean squares of a two-way analysis of variance.

    Examples
    --------
    >>> icc([[1.0, 1.1], [2.0, 2.1], [4.0, 4.1]]).consistency
    1.0
    """
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2:
        raise InvalidInputError(f"icc: values have shape {table.shape}; use (subjects, readings)")
    table = table[np.isfinite(table).all(axis=1)]
    n, k = table.shape
    if n < 2 or k < 2:
        return ICC(math.nan, math.nan, math.nan)
    table = table - table.mean()
    of_subjects = k * np.sum(table.mean(axis=1) ** 2)
    of_readings = n * np.sum(table.mean(axis=0) ** 2)
    within = np.sum((table - table.mean(axis=1, keepdims=True)) ** 2)
    residual = table - table.mean(axis=1, keepdims=True) - table.mean(axis=0)
    subjects, readings = of_subjects / (n - 1), of_readings / (k - 1)
    inside, error = within / (n * (k - 1)), np.sum(residual**2) / ((n - 1) * (k - 1))
    consistent = subjects + (k - 1) * error
    with np.errstate(invalid="ignore", divide="ignore"):
        return ICC(
            one_way=float((subjects - inside) / (subjects + (k - 1) * inside)),
            agreement=float((subjects - error) / (consistent + k / n * (readings - error))),
            consistency=float((subjects - error) / consistent),
        )


def pooled_sd(values: npt.ArrayLike, groups: npt.ArrayLike) -> PooledSD:
    """Standard deviation within groups. Within the repeats of a day it is the standard error of measurement.

    Parameters
    ----------
    values : array_like, shape (..., n)
        The readings.
    groups : array_like, shape (n,)
        A label for each reading, a number or a text, such as its day: readings with one label are repeats.

    Returns
    -------
    PooledSD
        ``sd`` and ``df``, each of shape (...). ``df`` is the number of readings less the number of groups;
        where it is 0, nothing was repeated, and ``sd`` is NaN.

    Raises
    ------
    InvalidInputError
        If the shapes don't fit.

    Notes
    -----
    Bland and Altman 1996, BMJ 313:744: the root of the mean square within subjects, one-way.

    Examples
    --------
    >>> sem = pooled_sd([1.0, 3.0, 7.0, np.nan, 9.0], ["mon", "mon", "tue", "tue", "wed"])
    >>> float(sem.sd), int(sem.df)
    (1.4142135623730951, 1)
    """
    table, labels = np.asarray(values, dtype=np.float64), np.asarray(groups)
    if labels.ndim != 1 or table.ndim < 1 or table.shape[-1] != len(labels):
        raise InvalidInputError(
            f"pooled_sd: {table.shape} values in {labels.shape} groups; use (..., n) and (n,)"
        )
    order = np.argsort(labels, kind="stable")
    kinds, starts, where = np.unique(labels[order], return_index=True, return_inverse=True)
    table = table[..., order]
    known = np.isfinite(table)

    def by_group(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
        if not len(kinds):
            return array
        return np.add.reduceat(array, starts, axis=-1)

    counts = by_group(known.astype(np.intp))
    means = by_group(np.where(known, table, 0)) / np.maximum(counts, 1)
    squares = np.where(known, table - means[..., where], 0) ** 2
    df = np.maximum(counts - 1, 0).sum(axis=-1)
    with np.errstate(invalid="ignore"):
        return PooledSD(np.sqrt(squares.sum(axis=-1) / np.where(df > 0, df, np.nan)), df)


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
