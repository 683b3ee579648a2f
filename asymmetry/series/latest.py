"""The present state of a course: the latest visits that tell it, and their mean."""

from __future__ import annotations

import math

import numpy as np

from asymmetry.core.arrays import FloatArray
from asymmetry.core.distributions import t_quantile
from asymmetry.series.course import Course
from asymmetry.series.trend import VISITS

__all__ = ["latest_days", "mean_of_days"]

#: Days before the latest visit from which on others stand for now as well: a face changes within weeks.
_DAYS = 28.0
#: Error that one of a hundred comparisons exceeds.
_RARE = 0.01


def latest_days(course: Course, after: float = -math.inf) -> FloatArray:
    """Days of the visits that tell the present state: up to three of four weeks, or the latest alone.

    It stands alone where it differs from the others by more than chance: then it is the others that are out
    of date.

    Parameters
    ----------
    course : Course
        A course with a day at least.
    after : float
        Visits up to this day, as before a treatment, don't count beside later ones.
    """
    latest = float(course.day[-1])
    near = course.day >= latest - _DAYS
    if latest > after:
        near &= course.day > after
    days: FloatArray = course.day[near][-VISITS:]
    if len(days) > 1:
        mean, error = mean_of_days(course, days[:-1])
        last, own = mean_of_days(course, days[-1:])
        if abs(last - mean) > math.hypot(error, own):
            days = days[-1:]
    return days


def mean_of_days(course: Course, days: FloatArray) -> tuple[float, float]:
    """Mean of some days, and the error that it exceeds in one of a hundred.

    Parameters
    ----------
    course : Course
        Of one side or of a difference; it has these days.
    days : ndarray
        Of `latest_days`.
    """
    there, error = np.isin(course.day, days), course.error
    variance = course.times[there] * error.variance(course.count[there])
    sd = math.sqrt(float(variance.mean()) / len(variance))
    return float(course.value[there].mean()), float(t_quantile(error.df, 1 - _RARE)) * sd
