"""Both sides at once: their mean against its reference, for changes that a difference of sides can't show."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from asymmetry.core.arrays import Mask
from asymmetry.metrics.headline import HEADLINES
from asymmetry.series.change import FALSE_ALARMS, Sides
from asymmetry.series.comparison import Asked, Compared, compare
from asymmetry.series.course import Course
from asymmetry.series.day_to_day import Expected
from asymmetry.series.reference import reference_days
from asymmetry.series.trend import VISITS

__all__ = ["BOTH_HEIGHTS", "WEAK", "compare_both", "expect_mean", "find_lost_days"]

#: A movement below this part of another, or of its former self, is weak: the rule "weak movement".
WEAK = 0.5
#: Heights of which both sides are asked about.
BOTH_HEIGHTS = ("brow_height", "mrd1")
#: Series in which nothing changes and that may have a change of both sides told, in parts of `FALSE_ALARMS`:
#: those that `changes` keeps for single sides, which are not told by themselves. Where no movement is
#: followed, brows, which both scatter most, have a part of the movements' share.
_HEIGHT, _MOVEMENTS, _UNSPENT = 0.05, 0.1, 0.15
#: Visits on which a movement has to be lost before that is told of both sides.
_IN_A_ROW = 2


def compare_both(sides: Sides, treated: bool, moving: int) -> Compared | None:
    """Compare the mean of both sides with its reference; None where it can't be compared.

    Parameters
    ----------
    sides : Sides
        A metric.
    treated : bool
        Whether days count from a treatment.
    moving : int
        How many movements are followed.
    """
    right, left = sides.right, sides.left
    if right.photos != left.photos:
        right, left = _only_with(right, left), _only_with(left, right)
    if not len(right):
        return None
    metric = sides.headline.metric
    share = _MOVEMENTS / max(moving, 1)
    if sides.headline in HEADLINES:
        share = _HEIGHT + _UNSPENT * (not moving and metric == BOTH_HEIGHTS[0])
    mean = replace(
        right,
        expected=expect_mean(sides) if sides.headline in HEADLINES else right.expected,
        column=f"{metric}_mean_{sides.headline.unit}",
        value=(right.value + left.value) / 2,
        readings=(right.readings + left.readings) / 2,
    )
    since = reference_days("baseline", mean.day, treated)
    return compare([Asked(mean, since, share * FALSE_ALARMS)], {})[0]


def _only_with(course: Course, other: Course) -> Course:
    """A side's course in the photos in which the other side was read too."""
    known = {name for names in other.photos for name in names}
    kept = np.array([name in known for names in course.photos for name in names], dtype=bool)
    which = np.repeat(np.arange(len(course)), course.count)[kept]
    count = np.bincount(which, minlength=len(course))
    sums = np.bincount(which, course.readings[kept], minlength=len(course))
    left = np.flatnonzero(count)
    return replace(
        course,
        day=course.day[left],
        value=sums[left] / count[left],
        count=count[left],
        photos=tuple(tuple(n for n in course.photos[day] if n in known) for day in left.tolist()),
        readings=course.readings[kept],
        times=course.times[left],
    )


def expect_mean(sides: Sides) -> Expected:
    """The expected error of the mean of both sides, of which they share more than they differ by.

    Parameters
    ----------
    sides : Sides
        A static metric.
    """
    errors = [each.expected for each in (sides.right, sides.left, sides.diff)]
    right, left, diff = np.square([(each.sem, each.between) for each in errors])
    sem, between = np.sqrt(np.maximum((right + left) / 2 - diff / 4, right / 4)).tolist()
    return replace(errors[0], sem=sem, between=between)


def find_lost_days(both: Compared) -> Mask:
    """The latest visits, if both sides moved less than half as far as before on each, beyond plain error.

    Effort differs by a seventh from day to day, so it doesn't halve a movement on several visits in a row.

    Parameters
    ----------
    both : Compared
        The mean of both sides of a movement.
    """
    visits = min(VISITS, int(both.new.sum()))
    value, lost = both.course.value, np.zeros(len(both.course), dtype=bool)
    fallen = value[-visits:] < WEAK * both.before
    if visits >= _IN_A_ROW and fallen.all() and both.before - value[-visits:].mean() > both.mdc95:
        lost[-visits:] = True
    return lost
