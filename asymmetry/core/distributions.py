"""Probabilities as SciPy gives them, so that the package does without SciPy."""

from __future__ import annotations

import functools
import math
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import FloatArray
from asymmetry.errors import InvalidInputError

__all__ = ["exact_kendall_p", "t_quantile", "two_sided_p"]

# After this many halvings a quarter turn is below the precision of a double.
_HALVINGS = 60
_elementwise = functools.partial(np.vectorize, otypes=[float])


def t_quantile(df: npt.ArrayLike, confidence: float = 0.95) -> FloatArray:
    """Student's t that is exceeded, on one side or the other, with a probability of ``1 - confidence``.

    Parameters
    ----------
    df : array_like
        Degrees of freedom, rounded down. Below 1 the result is NaN, at infinity the normal quantile.
    confidence : float
        Between 0 and 1.

    Raises
    ------
    InvalidInputError
        If `confidence` is not between 0 and 1.

    Notes
    -----
    The distribution is a finite sum (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4), solved by bisection.

    Examples
    --------
    >>> [round(float(t), 3) for t in t_quantile([1, 4, 30, np.inf])]
    [12.706, 2.776, 2.042, 1.96]
    """
    if not 0 < confidence < 1:
        raise InvalidInputError(f"confidence {confidence}: use a number between 0 and 1")
    with np.errstate(invalid="ignore"):
        quantile: FloatArray = _t_quantile(np.floor(df), confidence)
    return quantile[()]


@_elementwise
def two_sided_p(z: float) -> float:
    """Probability that a normal variable lies at least this far from 0, on either side."""
    return math.erfc(z / math.sqrt(2))


@_elementwise
def exact_kendall_p(n: int, score: float) -> float:
    """Probability of a score at least this far from 0 among all orders of n readings without ties."""
    few = round((n * (n - 1) / 2 - abs(score)) / 2)
    return min(1.0, 2 * float(_inversions(n)[: few + 1].sum()))


@functools.cache
def _inversions(n: int) -> FloatArray:
    """Share of the orders of n things that have 0, 1, 2 ... pairs in the wrong order."""
    shares = np.ones(1)
    for things in range(2, n + 1):
        shares = np.convolve(shares, np.full(things, 1 / things))
    return shares


@_elementwise
@functools.lru_cache(maxsize=4096)
def _t_quantile(df: float, confidence: float) -> float:
    if not df >= 1:
        return math.nan
    if math.isinf(df):
        return NormalDist().inv_cdf((1 + confidence) / 2)
    low, high = 0.0, math.pi / 2
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _t_within(middle, int(df)) < confidence:
            low = middle
        else:
            high = middle
    return math.sqrt(df) * math.tan(low)


def _t_within(angle: float, df: int) -> float:
    """Probability that t lies within plus and minus ``√df tan(angle)``."""
    odd = df % 2
    steps = np.arange(1 + odd, df - 2, 2)
    cos, sin = math.cos(angle), math.sin(angle)
    terms = np.cumprod(np.concatenate([[cos**odd], steps / (steps + 1) * cos * cos]))
    total = sin * float(terms.sum())
    if df == 1:
        return 2 / math.pi * angle
    if odd:
        return 2 / math.pi * (angle + total)
    return total
