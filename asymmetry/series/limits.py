"""How large a change must be, beside its error, for chance to make it in only a given share of series."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import FloatArray
from asymmetry.series.error import WITHIN_STEP, WORTH, is_scatter

__all__ = ["RECENT", "life_limits", "limit_to_print"]

#: So many latest visits are compared as a mean, beside the latest one alone.
RECENT = 3
#: Series that are simulated, and their visits after the reference.
_SERIES, _VISITS = 40_000, 60
#: From this visit on the limit grows, its square by so much of the logarithm of the visits: so later ones
#: have little left to err by, those beyond the simulated ones too.
_EARLY, _GROWTH = 10, 1 / 8


def life_limits(reference: float, df: float, share: float, visits: int) -> FloatArray:
    """How many of its standard errors a change must have on each visit to be called.

    Of series in which nothing changes, a share has any visit beyond, or the mean of any three in a row,
    however long they go on, and though they are looked at after each visit.

    Parameters
    ----------
    reference : float
        Error variance of the reference over that of a day.
    df : float
        How well that is known beforehand, in degrees of freedom.
    share : float
        The share of unchanged series in which a visit may be beyond the limit by chance.
    visits : int
        Visits after the reference.

    Returns
    -------
    ndarray, shape (visits,)

    Notes
    -----
    The largest of all ratios (max-t), which have the reference in common (Dunnett 1955, J Am Stat Assoc
    50:1096) and the error too: it differs between people by `df`, and is known the better the more days there
    are, see `learn`. The distribution is simulated, once for each reference and `df`, with a fixed seed.

    Examples
    --------
    >>> [round(float(limit), 1) for limit in life_limits(1 / 3, 12, 0.05 / 8, 3)]
    [4.6, 4.6, 4.6]
    """
    days = round(2 ** min(max(round(math.log2(1 / reference)), 0), 5))
    largest = _largest_ratios(days, max(int(df), 1))
    limit = float(largest[min(math.ceil((1 - share) * _SERIES), _SERIES - 1)])
    return _growth(visits) * limit


@functools.lru_cache(maxsize=1024)
def _growth(visits: int) -> FloatArray:
    later = np.log(np.maximum(np.arange(1, visits + 1) / _EARLY, 1))
    growth: FloatArray = np.sqrt(1 + _GROWTH * later)
    return growth


@functools.lru_cache(maxsize=64)
def _largest_ratios(reference: int, df: int) -> FloatArray:
    """The largest ratio of each simulated series, rising; its reference has so many days."""
    rng, growth = np.random.default_rng(0), _growth(_VISITS)
    own = np.sqrt(df / rng.chisquare(df, _SERIES)).astype(np.float32)
    days = [own * rng.standard_normal(_SERIES, np.float32) for _ in range(reference)]
    before = np.mean(days, axis=0)
    scatter = _Scatter(df)
    for at in range(2, reference):
        scatter.add(days[at - 2 : at + 1], at - 2)
    days, largest = [], np.zeros(_SERIES, np.float32)
    for visit in range(_VISITS):
        days = [*days[1 - RECENT :], own * rng.standard_normal(_SERIES, np.float32)]
        if visit > 1:
            scatter.add(days, reference + visit - 2)
        for window in {1, len(days)}:
            change = np.mean(days[-window:], axis=0) - before
            error = np.sqrt(scatter.variance * (1 / window + 1 / reference))
            largest = np.maximum(largest, np.abs(change) / error / growth[visit])
    return np.sort(largest).astype(np.float64)


class _Scatter:
    """The error variance of simulated series as `learn` tells it, day after day; it was expected to be 1."""

    def __init__(self, df: int) -> None:
        self._total = np.full(_SERIES, df, np.float32)
        self._df, self._steps = self._total.copy(), np.zeros(_SERIES, np.float32)

    @property
    def variance(self) -> npt.NDArray[np.float32]:
        """The variance as it is known so far, of each series."""
        return self._total / self._df

    def add(self, days: Sequence[npt.NDArray[np.float32]], number: int) -> None:
        """Learn from three days in a row, the first of them the series' day of that number."""
        square = np.square((days[0] + days[2]) / 2 - days[1]) / 1.5
        kept = is_scatter(square, self._total, self._df, (self._steps, number))
        self._steps += ~kept
        self._total += kept * WORTH * square / WITHIN_STEP
        self._df += kept * WORTH


def limit_to_print(limit: float, change: float) -> float:
    """The limit of a change that is not called, to stand beside it: a tenth more where both print alike.

    Parameters
    ----------
    limit, change : float
        In the metric's unit.

    Examples
    --------
    >>> [f"{limit_to_print(1.97, change):.1f}" for change in (1.94, -1.96, 2.1)]
    ['2.0', '2.1', '2.0']
    """
    if abs(change) < limit and round(abs(change), 1) >= round(limit, 1):
        return limit + 0.1
    return limit
