"""Findings of a series as data: which part of which side changed, how far, when, and how it is now.

A side is compared with its own former self, so the side that moved is the one that a finding is about. It is
called better only where it came nearer to the healthy side; how even both sides are is another question.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from asymmetry.core.distributions import t_quantile
from asymmetry.core.notes import Note
from asymmetry.core.records import Record
from asymmetry.core.schemes import SIDES, Side
from asymmetry.metrics.headline import MOVEMENT_HEADLINES
from asymmetry.series.change import Change, Sides
from asymmetry.series.course import Course
from asymmetry.series.trend import VISITS

__all__ = ["Days", "Finding", "Kind", "Subject", "findings"]

FloatArray = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Kind: TypeAlias = Literal[
    "lower", "higher", "narrower", "wider", "weaker", "stronger", "gap", "closing", "synkinesis",
    "less synkinesis", "weaker than other side",
]  # fmt: skip
#: The side that moved; both, the same way; or neither more than the other, away from each other.
Subject: TypeAlias = Literal["right", "left", "both", "apart"]

#: The other side counts as moved too if it moved the same way by this part of the side that moved farther.
BOTH = 0.5
#: Sides that went away from each other by less unequal parts than this are told as such.
APART = 0.9
#: A movement below this part of the other side's is weak: of the affected side, and of one that nobody named.
#: Healthy sides reach 0.8 and more of each other; half of it is the limit of the rule "weak movement".
WEAK_AFFECTED, WEAK = 0.75, 0.5
#: mm that a closed eye is open for certain, from which on a gap is told.
GAP_MM = 1.0
#: Error that one of a hundred comparisons exceeds.
_RARE = 0.01

#: What it means that a measure is less, and that it is more. Of movements it is weaker and stronger.
_KINDS: Mapping[str, tuple[Kind, Kind]] = MappingProxyType(
    {
        "brow_height": ("lower", "higher"),
        "mrd1": ("lower", "higher"),
        "fissure_height": ("narrower", "wider"),
        "commissure_height": ("lower", "higher"),
        "residual_gap": ("closing", "gap"),
        "synkinesis": ("less synkinesis", "synkinesis"),
    }
)
_MOVEMENT: tuple[Kind, Kind] = ("weaker", "stronger")
#: A finding of the first is not told beside one of the second of the same side: it is the same event.
_SAME_EVENT = (("fissure_height", "mrd1"), ("eye_closure", "residual_gap"))


@dataclass(frozen=True)
class Days(Record):
    """When it was.

    Attributes
    ----------
    first, last : float
        The days between which it is called.
    worst : float
        The day on which it is largest.
    latest : float
        The last day with photos.
    """

    first: float
    worst: float
    last: float
    latest: float


@dataclass(frozen=True)
class Finding(Record):
    """What happened to one part of the face.

    Attributes
    ----------
    kind : str
        Such as ``"lower"``, ``"weaker"`` or ``"gap"``.
    part : str
        Name of the `Headline`.
    side : {"right", "left", "both", "apart"}
        The patient's side that moved; both, the same way; or both, away from each other.
    measure, expression, unit : str
        The metric, the expression in the photos, and the unit of the numbers below.
    before : float
        The reference: the side's own former value, or the other side's for ``"weaker than other side"``.
    worst, now : float
        On the worst day, and on the latest visits.
    regained : float
        The part of the way back from the worst; NaN while it lasts unchanged or where it is not certain.
    error : float
        Smallest change that one comparison tells with 95 % confidence.
    noticeable : tuple of float
        First and last day on which a bystander would notice it; empty if on none.
    days : Days
        When it was.
    better : bool
        Whether the affected side came nearer to the healthy one.
    photos : tuple of tuple of str
        Of before, of the worst day, and of the latest one.
    notes : tuple of Note
        Possible explanations.
    """

    kind: Kind
    part: str
    side: Subject
    measure: str
    expression: str
    unit: str
    before: float
    worst: float
    now: float
    regained: float
    error: float
    noticeable: tuple[float, ...]
    days: Days
    better: bool = False
    photos: tuple[tuple[str, ...], ...] = field(default=(), repr=False)
    notes: tuple[Note, ...] = ()
    derived: ClassVar[tuple[str, ...]] = ("sure", "passed", "words")

    @property
    def sure(self) -> float:
        """How many times larger it is, at its worst, than the error of one comparison."""
        return abs(self.worst - self.before) / self.error

    @property
    def passed(self) -> bool:
        """Whether it is over on the latest day."""
        return self.days.last < self.days.latest

    @property
    def sides(self) -> tuple[Side, ...]:
        """The sides that it is about."""
        return tuple(side for side in SIDES if self.side in (side, "both", "apart"))

    @property
    def note(self) -> Note:
        """It, to be told."""
        days = {"day": self.days.worst, "first": self.days.first, "latest": self.days.latest}
        known = {"side": self.side, "part": self.part, "unit": self.unit, "error": self.error}
        if self.kind == "gap":
            return Note("found_gap", now=self.now, worst=self.worst, **days, **known)
        if self.kind == "weaker than other side":
            return Note(
                "found_weak", share=self.now / self.before, now=self.now, other=self.before, **days, **known
            )
        if self.passed:
            return Note("found_passed", moved=self._moved, last=self.days.last, **days)
        if self.regained > 0:
            return Note("found_regained", moved=self._moved, share=self.regained, **days)
        return Note("found_lasting", moved=self._moved, **days)

    @property
    def _moved(self) -> Note:
        """The change at its worst."""
        size = self.worst - self.before
        way = "more" if size > 0 else "less"
        known = {"headline": self.part, "mm": abs(size), "error": self.error}
        if self.side in SIDES:
            return Note(f"side_{way}", side=self.side, **known)
        if self.side == "both":
            return Note(f"both_{way}", **known)
        return Note(f"apart_{way}", **known)

    @property
    def words(self) -> str:
        """The note in English."""
        return str(self.note)


def findings(
    changes: Iterable[Change], followed: Sequence[Sides], affected: Side | None = None
) -> tuple[Finding, ...]:
    """What happened to a face: changes of a side against itself, and weak movements against the other side.

    Parameters
    ----------
    changes : iterable of Change
        Of a series, against its reference.
    followed : sequence of Sides
        Its headline metrics over days.
    affected : {"right", "left"}, optional
        The patient's side that is ill or treated.

    Returns
    -------
    tuple of Finding
        The surest first.

    Examples
    --------
    >>> findings((), ())
    ()
    """
    courses = {(each.diff.column, each.diff.expression): each for each in followed}
    changed = [_find_change(each, courses[each.column, each.expression], affected) for each in changes]
    made = [each for each in changed if each is not None]
    made += [each for sides in followed for each in _find_gaps(sides)]
    told = {(each.part, side) for each in made for side in each.sides if each.kind != "stronger"}
    weak = [each for sides in followed for each in _find_weak_sides(sides, affected)]
    made += [each for each in weak if (each.part, each.side) not in told]
    return tuple(sorted(_drop_same_events(made), key=lambda each: (each.passed, -each.sure)))


def _find_change(change: Change, sides: Sides, affected: Side | None) -> Finding | None:
    """The change of a metric, told of the side that moved; None where none was called."""
    called = np.union1d(change.days_beyond, _both_beyond(change))
    if not len(called):
        return None
    subject = _subject(change, sides, called)
    day, moved = _course_of(subject, change, sides)
    there = np.isin(day, called)
    worst = int(np.flatnonzero(there)[np.argmax(np.abs(moved[there]))])
    before, side_before = _before(subject, change), change.before
    now = float(moved[-min(change.visits, len(moved)) :].mean())
    way = int(moved[worst] > 0)
    seen = [] if subject == "both" else day[[sides.headline.visible(each) for each in moved]]
    return Finding(
        kind=_KINDS.get(sides.headline.metric, _MOVEMENT)[way],
        part=sides.headline.name,
        side=subject,
        measure=sides.headline.metric,
        expression=change.expression,
        unit=sides.headline.unit,
        before=before,
        worst=before + float(moved[worst]),
        now=before + now,
        regained=_regained(float(moved[worst]), now, change.mdc95),
        error=change.mdc95 if subject != "both" else (change.right.mdc95 + change.left.mdc95) / 2,
        noticeable=(float(seen[0]), float(seen[-1])) if len(seen) else (),
        days=Days(float(called[0]), float(day[worst]), float(called[-1]), float(day[-1])),
        better=_is_better(subject, affected, sides, way, side_before),
        photos=(change.photos_before, sides.diff.photos[worst], change.photos_after),
        notes=change.notes,
    )


def _both_beyond(change: Change) -> FloatArray:
    """Days on which both sides had changed, the same way; or one did while the difference kept no secret."""
    right, left = change.right, change.left
    return np.intersect1d(right.days_beyond, left.days_beyond)


def _subject(change: Change, sides: Sides, called: FloatArray) -> Subject:
    """The side that moved: the one that changed more, by the mean of the days of the change."""
    right, left = (
        _mean_change(course, side.before, called)
        for course, side in ((sides.right, change.right), (sides.left, change.left))
    )
    larger: Side = "right" if abs(right) >= abs(left) else "left"
    part = min(abs(right), abs(left)) / max(abs(right), abs(left))
    if right * left > 0 and part >= BOTH and len(_both_beyond(change)):
        return "both"
    if right * left < 0 and part >= APART:
        return "apart"
    return larger


def _mean_change(course: Course, before: float, days: FloatArray) -> float:
    return float(course.value[np.isin(course.day, days)].mean()) - before


def _course_of(subject: Subject, change: Change, sides: Sides) -> tuple[FloatArray, FloatArray]:
    """Days, and the change on each: one side's is that of the difference, which a pitched head leaves alone."""
    if subject != "both":
        sign = -1 if subject == "left" else 1
        return sides.diff.day, sign * (sides.diff.value - change.before)
    day = sides.diff.day
    right = sides.right.value[np.isin(sides.right.day, day)] - change.right.before
    left = sides.left.value[np.isin(sides.left.day, day)] - change.left.before
    return day, (right + left) / 2


def _before(subject: Subject, change: Change) -> float:
    if subject == "both":
        return (change.right.before + change.left.before) / 2
    if subject == "apart":
        return change.before
    return float(getattr(change, subject).before)


def _regained(worst: float, now: float, error: float) -> float:
    """The part of the way back from the worst; NaN where it is within the error of a comparison."""
    if abs(worst - now) <= error or worst * (worst - now) < 0:
        return math.nan
    return 1 - now / worst


def _is_better(subject: Subject, affected: Side | None, sides: Sides, way: int, before: float) -> bool:
    """Whether the affected side's movement came nearer to the healthy side's."""
    if affected is None or subject != affected or sides.headline not in MOVEMENT_HEADLINES.values():
        return False
    weaker_before = before * (1 if affected == "right" else -1) < 0
    return bool(way) and weaker_before


def _find_weak_sides(sides: Sides, affected: Side | None) -> Iterator[Finding]:
    """A movement that is weaker than the other side's on the latest visits."""
    if sides.headline not in MOVEMENT_HEADLINES.values() or not len(sides.diff):
        return
    for side in SIDES:
        other, sign = ("left", -1) if side == "right" else ("right", 1)
        least = WEAK_AFFECTED if side == affected else WEAK
        lacking, error = _latest(sides.diff)
        healthy, _ = _latest(getattr(sides, other))
        lacking *= sign
        if lacking <= error or not 0 < healthy or 1 - lacking / healthy >= least:
            continue
        days, photos = sides.diff.day, sides.diff.photos
        yield Finding(
            kind="weaker than other side",
            part=sides.headline.name,
            side=side,
            measure=sides.headline.metric,
            expression=sides.diff.expression,
            unit=sides.headline.unit,
            before=healthy,
            worst=healthy - lacking,
            now=healthy - lacking,
            regained=math.nan,
            error=error,
            noticeable=(),
            days=Days(float(days[0]), float(days[-1]), float(days[-1]), float(days[-1])),
            photos=((), photos[-1], photos[-1]),
        )


def _find_gaps(sides: Sides) -> Iterator[Finding]:
    """Eyes that stayed open on the latest visits though they were closed."""
    if sides.headline.metric != "residual_gap" or not len(sides.diff):
        return
    for side in SIDES:
        course: Course = getattr(sides, side)
        gap, error = _latest(course)
        if not gap - error > GAP_MM:
            continue
        worst = int(np.argmax(course.value))
        yield Finding(
            kind="gap",
            part=sides.headline.name,
            side=side,
            measure=sides.headline.metric,
            expression=course.expression,
            unit=sides.headline.unit,
            before=0.0,
            worst=float(course.value[worst]),
            now=gap,
            regained=_regained(float(course.value[worst]), gap, error),
            error=error,
            noticeable=(),
            days=Days(*(float(course.day[at]) for at in (0, worst, -1, -1))),
            photos=((), course.photos[worst], course.photos[-1]),
        )


def _latest(course: Course) -> tuple[float, float]:
    """Mean of the latest visits, and the error that it exceeds in one of a hundred."""
    value, error = course.value[-VISITS:], course.error
    variance = course.times[-VISITS:] * error.variance(course.count[-VISITS:])
    sd = math.sqrt(float(variance.mean()) / len(value))
    return float(value.mean()), float(t_quantile(error.df, 1 - _RARE)) * sd


def _drop_same_events(made: Sequence[Finding]) -> list[Finding]:
    """The findings without those that tell the same event once more."""
    told = {(each.measure, each.side) for each in made}
    better = dict(_SAME_EVENT)
    kept, gaps = [], set()
    for each in made:
        if (better.get(each.measure, ""), each.side) in told:
            continue
        if each.kind == "gap":
            if each.side in gaps:
                continue
            gaps.add(each.side)
        kept.append(each)
    return kept
