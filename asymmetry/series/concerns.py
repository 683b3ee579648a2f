"""What a clinician may want to look at: rules that can be read, and switched off one by one."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from asymmetry.core.distributions import t_quantile
from asymmetry.core.records import Record
from asymmetry.core.schemes import Side
from asymmetry.metrics.headline import HEADLINES
from asymmetry.series.change import Change, Sides
from asymmetry.series.course import Course
from asymmetry.series.timeline import PEAK_DAY
from asymmetry.series.trend import trend

__all__ = ["RULES", "Concern", "Rule", "Situation", "concerns"]

#: mm of new asymmetry at which a review is asked for, once the effect is full.
NEW_MM = 2.0
#: mm by which one upper lid is lower than before, and the days on which that is looked for.
LID_MM, LID_DAYS = 1.5, (2.0, 14.0)
#: Part of the movement before treatment under which a side is told.
WEAK = 0.5


@dataclass(frozen=True)
class Situation:
    """What rules look at.

    Attributes
    ----------
    changes : tuple of Change
        Against the baseline.
    followed : tuple of Sides
        The headline metrics over days.
    treated : bool
        Whether days count from a treatment.
    affected : {"right", "left"} or None
        The patient's side that is ill or treated.
    """

    changes: tuple[Change, ...]
    followed: tuple[Sides, ...]
    treated: bool
    affected: Side | None = None


@dataclass(frozen=True)
class Concern(Record):
    """Something to look at. A measurement in words, never a diagnosis.

    Attributes
    ----------
    rule : str
        Name of the rule.
    words : str
        What was measured, when, and what is usually done about it.
    day : float
        The day.
    photos : tuple of str
        The photos to look at.
    remarks : tuple of str
        What may explain it.
    source : str
        Where the rule comes from.
    """

    rule: str
    words: str
    day: float
    photos: tuple[str, ...]
    remarks: tuple[str, ...] = ()
    source: str = field(default="", repr=False)

    def __str__(self) -> str:
        return self.words


_Found: TypeAlias = "Iterator[tuple[str, float, tuple[str, ...], tuple[str, ...]]]"


@dataclass(frozen=True)
class Rule:
    """A rule that can be switched off by leaving it out.

    Attributes
    ----------
    name : str
        Its name.
    looks_for : str
        What it looks for, in words.
    source : str
        Where it comes from.
    find : callable
        Takes a `Situation` and yields words, day, photos and remarks.
    """

    name: str
    looks_for: str
    source: str
    find: Callable[[Situation], _Found]


def concerns(situation: Situation, rules: Iterable[Rule] | None = None) -> tuple[Concern, ...]:
    """Apply rules to a series.

    Parameters
    ----------
    situation : Situation
        The series.
    rules : iterable of Rule, optional
        Default: all of `RULES`.

    Examples
    --------
    >>> concerns(Situation((), (), treated=True))
    ()
    """
    return tuple(
        Concern(rule.name, *found, rule.source)
        for rule in (RULES if rules is None else rules)
        for found in rule.find(situation)
    )


def _new_asymmetry(situation: Situation) -> _Found:
    for each in situation.changes:
        grown = abs(each.after) > abs(each.before)
        static = each.headline in HEADLINES
        if static and grown and each.beyond and abs(each.change) >= NEW_MM and each.day >= PEAK_DAY:
            moved = each.headline.words(each.change)
            words = f"{moved} than {each.since.words} on day {each.day:.0f}: a case for the touch-up review"
            if situation.treated:
                yield words, each.day, each.photos_after, each.remarks


def _lid_drop(situation: Situation) -> _Found:
    for change in situation.changes:
        if change.headline.metric != "mrd1" or not situation.treated:
            continue
        course = next(each.diff for each in situation.followed if each.diff.column == change.column)
        moved = course.value - change.before
        early = (course.day >= LID_DAYS[0]) & (course.day <= LID_DAYS[1])
        for i in np.flatnonzero(early & (np.abs(moved) >= max(LID_MM, change.limit)))[:1]:
            side = "right" if moved[i] < 0 else "left"
            words = (
                f"{side} upper lid {abs(moved[i]):.1f} mm lower than {change.since.words}, against the "
                f"other, on day {course.day[i]:.0f}: to be shown to whoever treated"
            )
            yield words, float(course.day[i]), course.photos[i], change.remarks


def _weak_movement(situation: Situation) -> _Found:
    for each in situation.changes:
        if each.headline in HEADLINES:
            continue
        for side, moved in (("right", each.right), ("left", each.left)):
            fallen = moved.before - moved.after > each.limit
            if fallen and moved.strength < WEAK and situation.affected in (None, side):
                words = (
                    f"{side} {each.headline.part} ({each.expression.replace('_', ' ')}) is "
                    f"{100 * max(moved.strength, 0):.0f} % of what it was {each.since.words}, "
                    f"{moved.after:.1f} mm after {moved.before:.1f} mm, on day {each.day:.0f}: meant by the "
                    "treatment, or to be looked at"
                )
                yield words, each.day, each.photos_after, each.remarks


def _against_the_trend(situation: Situation) -> _Found:
    for each in situation.followed:
        excess = _excess(each.diff, PEAK_DAY if situation.treated else -math.inf)
        if excess > 0:
            day = float(each.diff.day[-1])
            words = (
                f"{each.headline.title}: the difference had been shrinking, and is {excess:.1f} mm larger on "
                f"day {day:.0f} than that led to expect: another photo would tell whether it stays"
            )
            yield words, day, each.diff.photos[-1], ()


def _excess(course: Course, first: float) -> float:
    """How much larger the last day's difference is than a certain, shrinking trend; 0 within its band."""
    if len(course) < 2:
        return 0.0
    line = trend(course, first, float(course.day[-2]))
    value, expected = float(course.value[-1]), line.at(float(course.day[-1]))
    side = math.copysign(1.0, line.at_middle)
    noise = math.sqrt(float(course.error.variance(course.count[-1])))
    band = math.hypot(noise * float(t_quantile(course.error.df, 1 - _RARE)), line.error)
    shrinking = line.certain and side * line.per_week < 0
    larger = side * value > abs(line.at(line.days[1]))
    excess = side * (value - expected)
    return excess if shrinking and larger and excess > band else 0.0


#: Of series that go on as before, this part has a day called against the trend, for each metric.
_RARE = 0.01

#: All rules. Leave out of this tuple what is not wanted.
RULES = (
    Rule(
        "new asymmetry",
        f"a left-right difference that grew by {NEW_MM:g} mm, from day {PEAK_DAY:g} after treatment on",
        "By then the effect is full, and reviews are usual from the second week on. Over 90 % of viewers see "
        "2 mm at the eyelids (Hohman et al. 2014). The threshold for brow and mouth is this library's own.",
        _new_asymmetry,
    ),
    Rule(
        "lid drop",
        f"an upper lid {LID_MM:g} mm lower against the other (MRD1), {LID_DAYS[0]:g} to {LID_DAYS[1]:g} days "
        "after treatment",
        "A lowered lid is a listed adverse reaction of botulinum toxin, mostly of the first two weeks. The "
        "threshold is this library's own: beyond measurement error, and below what others see (2 mm).",
        _lid_drop,
    ),
    Rule(
        "weak movement",
        f"a side that moves less than {WEAK:.0%} of its movement at baseline",
        "This library's own: half is far beyond how differently a person moves from day to day.",
        _weak_movement,
    ),
    Rule(
        "against the trend",
        "a difference that was shrinking and is suddenly larger",
        "This library's own: the latest day lies outside the band of a certain trend.",
        _against_the_trend,
    ),
)
