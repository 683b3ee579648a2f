"""Changes between days, and whether they are more than measurement error."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import ClassVar, NamedTuple

import numpy as np

from asymmetry.core import schemes
from asymmetry.core.arrays import FloatArray, Mask
from asymmetry.core.notes import Note
from asymmetry.core.records import Record, Told
from asymmetry.metrics.absolute import unsure_iris
from asymmetry.metrics.headline import HEADLINES, Headline
from asymmetry.metrics.noticing import Noticeable
from asymmetry.series.cameras import Camera
from asymmetry.series.comparison import Asked, Compared, compare
from asymmetry.series.course import Course
from asymmetry.series.error import Error
from asymmetry.series.limits import limit_to_print
from asymmetry.series.reference import Reference, reference_days

__all__ = ["FALSE_ALARMS", "Change", "Shares", "Side", "Sides", "changes"]

#: Of series in which nothing changes, at most this part has any change called at any time of its life.
FALSE_ALARMS = 0.05
#: How that is shared out: to differences of static metrics, to their sides, and to both of movements. Within
#: each it is split evenly, except for an eye that closes with a smile, which is plain to see where it is
#: there. Where no movement is followed, the differences have a part of the movements' share, and
#: `compare_both` another.
_STATIC, _STATIC_SIDES, _MOVEMENT, _MOVEMENT_SIDES = 0.35, 0.15, 0.4, 0.1
_STATIC_ALONE = 0.5
_WEIGHTS: Mapping[str, float] = MappingProxyType({"synkinesis": 1 / 3})


class Shares(NamedTuple):
    """The share of unchanged series in which a course may be called by chance.

    Attributes
    ----------
    diff, side : float
        For the course of the difference, and for that of one side.
    """

    diff: float
    side: float


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
    """One side against its own former self, in the metric's unit.

    Attributes
    ----------
    before, after : float
        Mean of the reference, and mean of the latest day.
    recent : float
        The change of the latest day, or of the mean of the latest visits if it takes more of them to tell it.
    mdc95, limit : float
        As for a `Change`. Heights of one side lean on the head's pitch, so they are larger.
    beyond : bool
        Whether it is called.
    days_beyond : tuple of float
        Days on which it was.
    day : float
        The latest day on which it was read; the other side may have been read longer.
    """

    before: float
    after: float
    recent: float = math.nan
    mdc95: float = math.nan
    limit: float = math.nan
    beyond: bool = False
    days_beyond: tuple[float, ...] = ()
    day: float = math.nan
    derived: ClassVar[tuple[str, ...]] = ("change", "strength")

    @property
    def change(self) -> float:
        """`after` minus `before`."""
        return self.after - self.before

    @property
    def strength(self) -> float:
        """`after` divided by `before`; NaN where `before` is 0."""
        return self.after / self.before if self.before else math.nan


@dataclass(frozen=True)
class Change(Told):
    """How a left-right difference changed from some days to the latest one.

    Attributes
    ----------
    headline : Headline
        The metric.
    column : str
        The column that is compared, a difference right minus left. Of a movement it is the difference that
        the sides would have if the stronger one had moved as far as it usually does.
    expression : str
        The expression in the photos.
    since : Reference
        The days that it is compared with.
    before, after : float
        Mean of the reference, and mean of the latest day, in the metric's unit.
    right, left : Side
        Each side against its own former self.
    mdc95 : float
        Measurement error of this comparison: the smallest change that is beyond it with 95 % confidence, if
        this were the only question.
    limit : float
        The size a change must exceed to be called, for all comparisons of a series are made at once.
    low, high : float
        95 % interval: of a change that is called, by the error of its comparison; else by the limit, as all
        comparisons together leave it open. So it leaves out no change only where one is called.
    day : float
        The latest day.
    farthest_day, farthest : float
        The day that stands out most from the reference, and its change.
    span : tuple of float
        First and last of the days in a row around it on which the change was called; empty if on none.
    photos_before, photos_after : tuple of str
        The photos of the reference, and of the latest visits compared.
    error : Error
        Measurement error of one photo.
    notes : tuple of Note
        Possible explanations, such as a turned head.
    sessions_before : int
        How many days the reference has.
    visits : int
        How many of the latest visits are compared as a mean: 1, unless it takes more of them to tell a change
        that was called.
    days_beyond : tuple of float
        All days on which the change was called.
    photos_farthest, notes_farthest : tuple of str, tuple of Note
        The photos of the farthest day, and possible explanations of its change.
    errors : tuple of float
        As `mdc95`, for each day of the course by itself; NaN on the days of the reference.
    sd : float
        Standard deviation of `recent` about the true change, where nothing else changed.
    """

    headline: Headline
    column: str
    expression: str
    since: Reference
    before: float
    after: float
    right: Side
    left: Side
    mdc95: float
    limit: float
    low: float
    high: float
    day: float
    farthest_day: float
    farthest: float
    span: tuple[float, ...]
    photos_before: tuple[str, ...] = field(repr=False)
    photos_after: tuple[str, ...] = field(repr=False)
    error: Error = field(repr=False)
    notes: tuple[Note, ...] = ()
    sessions_before: int = 1
    visits: int = 1
    days_beyond: tuple[float, ...] = field(default=(), repr=False)
    photos_farthest: tuple[str, ...] = field(default=(), repr=False)
    notes_farthest: tuple[Note, ...] = ()
    errors: tuple[float, ...] = field(default=(), repr=False)
    sd: float = math.nan
    derived: ClassVar[tuple[str, ...]] = (
        "change", "recent", "beyond", "noticeable", "visible", "words", "remarks",
    )  # fmt: skip

    @property
    def change(self) -> float:
        """`after` minus `before`, in the metric's unit."""
        return self.after - self.before

    @property
    def recent(self) -> float:
        """The change of the mean of the latest `visits`, in the middle of the interval."""
        return self.change if self.visits == 1 else (self.low + self.high) / 2

    @property
    def beyond(self) -> bool:
        """Whether a change is called. It stays so until it is taken back on evidence, see `decide`."""
        return self.low > 0 or self.high < 0

    @property
    def ever_beyond(self) -> bool:
        """Whether a change of the difference or of a side was called on any day."""
        return any(each.days_beyond for each in (self, self.right, self.left))

    @property
    def noticeable(self) -> Noticeable | None:
        """Whether a bystander notices a difference of its size, by probability; None where no study says."""
        return self.headline.noticeable(
            self.recent, math.hypot(self.sd, unsure_iris() * self.recent)
        )

    @property
    def visible(self) -> bool:
        """Whether a bystander likely or possibly notices it."""
        return self.noticeable in ("likely", "possible")

    @property
    def note(self) -> Note:
        """The change as a note: the right side compared with the left, the latest day with the reference."""
        moved, since = self.headline.note(self.recent), self.since.note
        if moved.code == "sides_alike":
            change = Note("no_other_difference", headline=self.headline.name, since=since)
        else:
            change = Note("moved", moved=moved, since=since)
        if self.visits > 1:
            change = Note("mean_of_visits", change=change, visits=self.visits)
        if math.isnan(self.limit):
            return Note("error_unknown", change=change)
        found = {"error": self.mdc95, "limit": self.limit, "unit": self.headline.unit}
        if self.beyond:
            return Note("beyond_error", change=change, **found)
        found["limit"] = limit_to_print(self.limit, self.recent)
        return Note("within_error", change=change, **found)

    @property
    def sides_note(self) -> Note | None:
        """The sides that changed against their own former selves, as a note; None where neither did."""
        sides = {side: getattr(self, side) for side in schemes.SIDES if getattr(self, side).beyond}
        if not sides:
            return None
        parts = tuple(
            self.headline.side_note(side, each.recent, each.mdc95) for side, each in sides.items()
        )
        if len(parts) == 1:
            return Note("side_changed", moved=parts[0], since=self.since.note)
        return Note("sides_changed", parts=parts, since=self.since.note)

    @property
    def remarks(self) -> tuple[str, ...]:
        """Possible explanations, in English."""
        return tuple(map(str, self.notes))


def changes(
    metrics: Iterable[Sides],
    since: str | float,
    treated: bool,
    cameras: Mapping[str, Camera] | None = None,
) -> tuple[Change, ...]:
    """Compare the days after a reference with it, for several metrics at once.

    Parameters
    ----------
    metrics : iterable of Sides
        The metrics that are compared. The more movements there are, the larger a change of one must be.
    since, treated
        As for `reference_days`.
    cameras : mapping of str to Camera, optional
        The camera of each photo, by its name, as far as it is known.

    Returns
    -------
    tuple of Change
        One for each metric with readings before and after, those that are called first.
    """
    found = [
        (each, reference_days(since, each.diff.day, treated)) for each in metrics if len(each.diff)
    ]
    moving = sum(_weight(each.headline) for each, _ in found if each.headline not in HEADLINES)
    several = cameras if len(set((cameras or {}).values())) > 1 else {}
    asked = []
    for each, reference in found:
        shares = _shares(each.headline, moving)
        asked.append(Asked(each.diff, reference, shares.diff))
        asked += [Asked(side, reference, shares.side) for side in (each.right, each.left)]
    compared = compare(asked, several or {})
    made = [
        _make_change(each, *compared[3 * at : 3 * at + 3]) for at, (each, _) in enumerate(found)
    ]
    noted = [_note_sessions(each, since) for each in made if each is not None]
    return tuple(sorted(noted, key=lambda each: not each.beyond))


def _note_sessions(change: Change, since: str | float) -> Change:
    """The change, with a caution where all that there is from before is one session."""
    if since != "baseline" or change.sessions_before > 1:
        return change
    alone = Note("one_session")
    return replace(
        change,
        notes=(*change.notes, alone),
        notes_farthest=(*change.notes_farthest, alone),
    )


def _weight(headline: Headline) -> float:
    return _WEIGHTS.get(headline.metric, 1.0)


def _shares(headline: Headline, moving: float) -> Shares:
    if headline in HEADLINES:
        n, diff = len(HEADLINES), _STATIC if moving else _STATIC_ALONE
        return Shares(FALSE_ALARMS * diff / n, FALSE_ALARMS * _STATIC_SIDES / (2 * n))
    part = FALSE_ALARMS * _weight(headline) / moving
    return Shares(part * _MOVEMENT, part * _MOVEMENT_SIDES / 2)


def _make_change(
    metric: Sides, diff: Compared | None, right: Compared | None, left: Compared | None
) -> Change | None:
    """The change of a metric, of its courses compared; None where there is no reading before or after."""
    if diff is None:
        return None
    course, visits, far = diff.course, diff.verdict.visits, diff.farthest
    return Change(
        headline=metric.headline,
        column=course.column,
        expression=course.expression,
        since=diff.since,
        before=diff.before,
        after=float(course.value[-1]),
        right=_side(right),
        left=_side(left),
        mdc95=diff.mdc95,
        errors=diff.errors,
        sd=diff.sd,
        limit=diff.limit,
        low=diff.recent - diff.margin,
        high=diff.recent + diff.margin,
        day=float(course.day[-1]),
        farthest_day=float(course.day[far]),
        farthest=float(course.value[far]) - diff.before,
        span=_span(course.day, diff.beyond_mask, far),
        days_beyond=diff.days_beyond,
        photos_before=diff.photos,
        photos_after=tuple(name for names in course.photos[-visits:] for name in names),
        photos_farthest=course.photos[far],
        error=diff.error,
        notes=diff.notes_on(-1),
        notes_farthest=diff.notes_on(far),
        sessions_before=int(diff.old.sum()),
        visits=visits,
    )


def _side(found: Compared | None) -> Side:
    """One side, reference and latest day."""
    if found is None:
        return Side(math.nan, math.nan)
    return Side(
        before=found.before,
        after=float(found.course.value[-1]),
        recent=found.recent,
        mdc95=found.mdc95,
        limit=found.limit,
        beyond=found.beyond,
        days_beyond=found.days_beyond,
        day=float(found.course.day[-1]),
    )


def _span(days: FloatArray, beyond: Mask, at: int) -> tuple[float, ...]:
    """First and last of the days in a row that are called, around one of them."""
    if not beyond[at]:
        return ()
    within = np.flatnonzero(~beyond)
    first = int(within[within < at].max(initial=-1)) + 1
    last = int(within[within > at].min(initial=len(days))) - 1
    return float(days[first]), float(days[last])
