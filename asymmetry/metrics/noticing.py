"""How likely a bystander notices a difference: studies give a size, and a photo's reading has an error."""

from __future__ import annotations

from statistics import NormalDist
from typing import Literal, TypeAlias

__all__ = ["LIKELY", "UNLIKELY", "Noticeable", "exceeds_error", "find_chance", "rate_difference"]

#: Whether a bystander notices a difference: `LIKELY` and more, `UNLIKELY` and less, and between the two.
Noticeable: TypeAlias = Literal["likely", "possible", "unlikely"]
#: Probabilities of these words: four in five, and one in five.
LIKELY, UNLIKELY = 0.8, 0.2
#: Standard deviations within which 95 of 100 readings err.
_CONFIDENT = NormalDist().inv_cdf(0.975)


def exceeds_error(diff_mm: float, sd_mm: float) -> bool:
    """Whether a difference is more than the error of its reading, with 95 % confidence.

    Where the standard deviation is not known, the reading is taken for true.

    Parameters
    ----------
    diff_mm, sd_mm : float
        The reading, and its absolute standard deviation.

    Examples
    --------
    >>> exceeds_error(-1.5, 0.7), exceeds_error(0.9, 0.7), exceeds_error(0.9, float("nan"))
    (True, False, True)
    """
    return not abs(diff_mm) <= _CONFIDENT * sd_mm


def find_chance(diff_mm: float, sd_mm: float, visible_mm: float) -> float:
    """Probability that a difference is as large as a bystander notices, on either side.

    The true difference is taken to be normal about the reading. Where the standard deviation is not known,
    the reading is taken for true, to a tenth of a mm as it is printed.

    Parameters
    ----------
    diff_mm, sd_mm : float
        The reading, and its absolute standard deviation.
    visible_mm : float
        The size from which a difference is noticed.

    Examples
    --------
    >>> round(find_chance(2.9, 0.3, 3.0), 2), find_chance(2.9, float("nan"), 3.0)
    (0.37, 0.0)
    """
    if not sd_mm > 0:
        return float(round(abs(diff_mm), 1) >= visible_mm)
    true = NormalDist(diff_mm, sd_mm)
    return true.cdf(-visible_mm) + 1 - true.cdf(visible_mm)


def rate_difference(diff_mm: float, sd_mm: float, visible_mm: float) -> Noticeable | None:
    """The word for the probability that a difference is noticed; None where its error is too large to say.

    It is too large where sides that read as level could differ by as much, on either side. Then only a
    difference that likely is as large on the side that it is read on is told.

    Parameters
    ----------
    diff_mm, sd_mm, visible_mm : float
        As for `find_chance`.

    Examples
    --------
    >>> [rate_difference(diff, 0.7, 3.0) for diff in (3.6, 2.9, 2.2)]
    ['likely', 'possible', 'unlikely']
    >>> rate_difference(0.1, 12.0, 3.0), rate_difference(6.0, 3.0, 3.0)
    (None, 'likely')
    """
    chance = find_chance(diff_mm, sd_mm, visible_mm)
    if chance <= UNLIKELY:
        return "unlikely"
    if find_chance(0.0, sd_mm, visible_mm) > UNLIKELY:
        if NormalDist(abs(diff_mm), sd_mm).cdf(visible_mm) <= 1 - LIKELY:
            return "likely"
        return None
    if chance >= LIKELY:
        return "likely"
    return "possible"
