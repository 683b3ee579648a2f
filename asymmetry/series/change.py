"""Changes between days, and whether they are more than measurement error."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from asymmetry.core.distributions import t_quantile
from asymmetry.core.notes import Note
from asymmetry.core.records import Record
from asymmetry.core.statistics import mdc95
from asymmetry.metrics.headline import Headline
from asymmetry.series.course import Course, Error
from asymmetry.series.reference import Reference, reference_days

__all__ = ["FALSE_ALARMS", "Change", "Side", "Sides", "change", "changes"]

FloatArray = npt.NDArray[np.float64]

#: Of series in which nothing changes, at most this part has any day of any metric called beyond measurement
#: error. It is shared out evenly between metrics and days (Bonferroni).
FALSE_ALARMS = 0.05


@dataclass(frozen=True)
class Sides:
    """The courses of one metric: right, left and their difference.

    Attributes
    ----------
    headline : Headline
        The metric's name.
    right, left, diff : Course
        Each over days.
    """

    headline: Headline
    right: Course
    left: Course
    diff: Course


@dataclass(frozen=True)
class Side(Record):
    """One side before and after, in the metric's unit."""

    before: float
    after: float
    derived: ClassVar[tuple[str, ...]] = ("change", "strength")

    @property
    def change(self) -> float:
        """After less before."""
        return self.after - self.before

    @property
    def strength(self) -> float:
        """After as a part of before; NaN where there was nothing before."""
        return self.after / self.before if self.before else math.nan


@dataclass(frozen=True)
class Change(Record):
    """How a left-right difference changed from some days to the latest one.

    Attributes
    ----------
    headline : Headline
        The metric.
    column : str
        The column that is compared, a difference right minus left.
    expression : str
        The expression in the photos.
    since : Reference
        The days that it is compared with.
    before, after : float
        Mean of the reference, and mean of the latest day, in the metric's unit.
    right, left : Side
        Each side before and after. Heights lean on the head's pitch, which cancels in the difference.
    low, high : float
        95 % interval of the change.
    mdc95 : float
        Smallest change that is beyond measurement error for so many photos, if this were the only question.
    limit : float
        The same when all days and metrics of the series are asked about.
    day : float
        The latest day.
    farthest_day, farthest : float
        The day that stands out most from the reference, and its change.
    span : tuple of float
        First and last of the days in a row around it that are beyond measurement error; empty if none is.
    photos_before, photos_after : tuple of str
        The photos it rests on.
    error : Error
        Measurement error of one photo.
    notes : tuple of Note
        Possible explanations, such as a turned head.
    """

    headline: Headline
    column: str
    expression: str
    since: Reference
    before: float
    after: float
    right: Side
    left: Side
    low: float
    high: float
    mdc95: float
    limit: float
    day: float
    farthest_day: float
    farthest: float
    span: tuple[float, ...]
    photos_before: tuple[str, ...] = field(repr=False)
    photos_after: tuple[str, ...] = field(repr=False)
    error: Error = field(repr=False)
    notes: tuple[Note, ...] = ()
    derived: ClassVar[tuple[str, ...]] = ("change", "beyond", "visible", "words", "remarks")

    @property
    def change(self) -> float:
        """After less before, in the metric's unit."""
        return self.after - self.before

    @property
    def beyond(self) -> bool:
        """Whether the change is beyond measurement error."""
        return abs(self.change) > self.limit

    @property
    def visible(self) -> bool:
        """Whether a bystander would notice a difference of the change's size."""
        return self.headline.visible(self.change)

    @property
    def note(self) -> Note:
        """The change to be told: the right side against the left, the latest day against the reference."""
        moved, since = self.headline.note(self.change), self.since.note
        if moved.code == "sides_alike":
            told = Note("no_other_difference", headline=self.headline.name, since=since)
        else:
            told = Note("moved", moved=moved, since=since)
        if self.beyond:
            return Note("beyond_error", change=told, limit=self.limit)
        return Note("within_error", change=told, limit=self.limit)

    @property
    def words(self) -> str:
        """The note in English."""
        return str(self.note)

    @property
    def remarks(self) -> tuple[str, ...]:
        """Possible explanations, in English."""
        return tuple(map(str, self.notes))

    def __str__(self) -> str:
        return self.words


def changes(metrics: Iterable[Sides], since: str | float, treated: bool) -> tuple[Change, ...]:
    """Compare the days after a reference with it, for several metrics at once.

    Parameters
    ----------
    metrics : iterable of Sides
        The metrics that are compared. The more there are, the larger a change must be to be called.
    since, treated
        As for `reference_days`.

    Returns
    -------
    tuple of Change
        One for each metric with readings before and after, those beyond measurement error first.
    """
    found = [(each, reference_days(since, each.diff.day, treated)) for each in metrics if len(each.diff)]
    tests = sum(int((each.diff.day > reference.last).sum()) for each, reference in found)
    made = [change(each, reference, tests) for each, reference in found]
    return tuple(sorted((each for each in made if each is not None), key=lambda each: not each.beyond))


def change(metric: Sides, since: Reference, tests: int) -> Change | None:
    """Compare the days after a reference with it.

    Parameters
    ----------
    metric : Sides
        The metric.
    since : Reference
        The days to compare with.
    tests : int
        How many comparisons share `FALSE_ALARMS`: days times metrics.

    Returns
    -------
    Change or None
        None where there is no reading before or after.
    """
    course = metric.diff
    old = (course.day >= since.first) & (course.day <= since.last)
    new = course.day > since.last
    if not old.any() or not new.any():
        return None
    before, error, days = _mean(course, old), course.error, course.day[new]
    changes = course.value[new] - before
    # The formula takes numbers of photos with an error of 1.
    worth = 1 / error.variance(course.count[new])
    usual = np.atleast_1d(mdc95(1.0, 1 / _mean_variance(course, old), worth, error.df))
    strict = float(t_quantile(error.df, 1 - FALSE_ALARMS / tests) / t_quantile(error.df))
    limits = usual * strict
    farthest = int(np.argmax(np.abs(changes) / limits))
    right, left = _side(metric.right, since), _side(metric.left, since)
    return Change(
        headline=metric.headline,
        column=course.column,
        expression=course.expression,
        since=since,
        before=before,
        after=float(course.value[-1]),
        right=right,
        left=left,
        low=float(changes[-1] - usual[-1]),
        high=float(changes[-1] + usual[-1]),
        mdc95=float(usual[-1]),
        limit=float(limits[-1]),
        day=float(days[-1]),
        farthest_day=float(days[farthest]),
        farthest=float(changes[farthest]),
        span=_span(days, np.abs(changes) > limits, farthest),
        photos_before=_photos(course, old),
        photos_after=course.photos[-1],
        error=error,
        notes=(since.remark,) if since.remark else (),
    )


def _mean(course: Course, days: npt.NDArray[np.bool_]) -> float:
    """Mean of all readings of some days."""
    count = course.count[days]
    return float((course.value[days] * count).sum() / count.sum())


def _mean_variance(course: Course, days: npt.NDArray[np.bool_]) -> float:
    """Error variance of that mean."""
    weight = course.count[days] / course.count[days].sum()
    return float((weight**2 * course.error.variance(course.count[days])).sum())


def _side(course: Course, since: Reference) -> Side:
    """One side, reference and latest day."""
    old = (course.day >= since.first) & (course.day <= since.last)
    return Side(_mean(course, old), float(course.value[-1])) if old.any() else Side(math.nan, math.nan)


def _span(days: FloatArray, beyond: npt.NDArray[np.bool_], at: int) -> tuple[float, ...]:
    """First and last of the days in a row that are beyond, around one of them."""
    if not beyond[at]:
        return ()
    within = np.flatnonzero(~beyond)
    first = int(within[within < at].max(initial=-1)) + 1
    last = int(within[within > at].min(initial=len(days))) - 1
    return float(days[first]), float(days[last])


def _photos(course: Course, days: npt.NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(name for held, names in zip(days, course.photos, strict=True) if held for name in names)
