"""How it is now: the visits of a course that stand for it, and their mean."""

from __future__ import annotations

import math

from asymmetry.core.distributions import t_quantile
from asymmetry.series.course import Course
from asymmetry.series.trend import VISITS

__all__ = ["latest_visits", "mean_of_visits"]

#: Days before the latest visit from which on others stand for now as well: a face changes within weeks.
_DAYS = 28.0
#: Error that one of a hundred comparisons exceeds.
_RARE = 0.01


def latest_visits(course: Course, after: float = -math.inf) -> slice:
    """The visits that stand for now: up to three of the latest four weeks, or the latest one alone.

    It stands alone where it differs from the others by more than chance: then it is the others that are out
    of date.

    Parameters
    ----------
    course : Course
        A course with a day at least.
    after : float
        Visits up to this day, as before a treatment, don't count beside later ones.
    """
    day, n = course.day, len(course)
    near = day >= day[-1] - _DAYS
    if day[-1] > after:
        near &= day > after
    several = slice(n - min(int(near.sum()), VISITS), n)
    if several.stop - several.start > 1:
        others = slice(several.start, n - 1)
        (mean, error), (last, own) = (
            mean_of_visits(course, each) for each in (others, slice(n - 1, n))
        )
        if abs(last - mean) > math.hypot(error, own):
            return slice(n - 1, n)
    return several


def mean_of_visits(course: Course, visits: slice) -> tuple[float, float]:
    """Mean of some visits, and the error that it exceeds in one of a hundred.

    Parameters
    ----------
    course : Course
        Of one side or of a difference.
    visits : slice
        Of `latest_visits`.
    """
    value, error = course.value[visits], course.error
    variance = course.times[visits] * error.variance(course.count[visits])
    sd = math.sqrt(float(variance.mean()) / len(value))
    return float(value.mean()), float(t_quantile(error.df, 1 - _RARE)) * sd
