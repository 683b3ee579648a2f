"""Findings a clinician may want to look at: rules that can be read, and switched off one by one."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar, TypeAlias

import numpy as np

from asymmetry.core.arrays import check_type
from asymmetry.core.distributions import t_quantile
from asymmetry.core.notes import Note, as_note
from asymmetry.core.records import Record
from asymmetry.core.schemes import Side
from asymmetry.core.text import english_text
from asymmetry.metrics.headline import HEADLINES, MOVEMENT_HEADLINES
from asymmetry.series.change import Change, Sides
from asymmetry.series.course import Course
from asymmetry.series.timeline import PEAK_DAY
from asymmetry.series.trend import trend

__all__ = [
    "RULES",
    "Concern",
    "Rule",
    "Situation",
    "concerns",
    "list_rules",
    "register_rule",
    "unregister_rule",
]

#: mm of new asymmetry at which a review is asked for, once the effect is full.
NEW_MM = 2.0
#: mm by which one upper lid is lower than before, and the days on which that is looked for.
LID_MM, LID_DAYS = 1.5, (2.0, 14.0)
#: Part of the movement before treatment under which a side is told.
WEAK = 0.5


@dataclass(frozen=True)
class Situation:
    """The facts that rules look at.

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
    remarks : callable
        Takes a `Change` and the photos of a day, and says what may explain the change on that day.
    """

    changes: tuple[Change, ...]
    followed: tuple[Sides, ...]
    treated: bool
    affected: Side | None = None
    remarks: Callable[[Change, tuple[str, ...]], tuple[Note, ...]] = lambda *_: ()


@dataclass(frozen=True)
class Concern(Record):
    """Something to look at. A measurement in words, never a diagnosis.

    Attributes
    ----------
    rule : str
        Name of the rule.
    note : Note
        The measurement, its time, and the usual next step.
    day : float
        The day.
    photos : tuple of str
        The photos to look at.
    notes : tuple of Note
        Possible explanations.
    source : str
        Where the rule comes from.
    """

    rule: str
    note: Note
    day: float
    photos: tuple[str, ...]
    notes: tuple[Note, ...] = ()
    source: str = field(default="", repr=False)
    derived: ClassVar[tuple[str, ...]] = ("words", "remarks")

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


_Found: TypeAlias = "Iterator[tuple[Note | str, float, tuple[str, ...], tuple[Note | str, ...]]]"


@dataclass(frozen=True)
class Rule:
    """A rule that can be switched off by leaving it out.

    Attributes
    ----------
    name : str
        Its name.
    looks_for : str
        The finding it looks for, in words.
    source : str
        Where it comes from.
    find : callable
        Takes a `Situation` and yields a note or words of one's own, day, photos, and notes that may explain
        it.
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
        Default: those of `list_rules`.

    Examples
    --------
    >>> concerns(Situation((), (), treated=True))
    ()
    """
    chosen = list_rules() if rules is None else rules
    check_type("rules", chosen, Iterable)
    return tuple(
        Concern(rule.name, as_note(note), day, photos, tuple(map(as_note, notes)), rule.source)
        for rule in chosen
        for note, day, photos, notes in rule.find(situation)
    )


def _new_asymmetry(situation: Situation) -> _Found:
    for each in situation.changes:
        grown = abs(each.before + each.recent) > abs(each.before)
        static = each.headline in HEADLINES
        large = each.beyond and abs(each.recent) >= NEW_MM
        if situation.treated and static and grown and large and each.day >= PEAK_DAY:
            moved = each.headline.note(each.recent)
            note = Note("touch_up", moved=moved, since=each.since.note, day=each.day)
            yield note, each.day, each.photos_after, each.notes


def _lid_drop(situation: Situation) -> _Found:
    for change in situation.changes:
        if change.headline.metric != "mrd1" or not situation.treated:
            continue
        course = next(each.diff for each in situation.followed if each.diff.column == change.column)
        moved = course.value - change.before
        early = (course.day >= LID_DAYS[0]) & (course.day <= LID_DAYS[1])
        called = np.isin(course.day, change.days_beyond)
        for i in np.flatnonzero(early & called & (np.abs(moved) >= LID_MM))[:1]:
            side = "right" if moved[i] < 0 else "left"
            day, mm = float(course.day[i]), float(abs(moved[i]))
            note = Note("lid_drop", side=side, mm=mm, since=change.since.note, day=day)
            yield note, day, course.photos[i], situation.remarks(change, course.photos[i])


def _weak_movement(situation: Situation) -> _Found:
    for each in situation.changes:
        if each.headline not in MOVEMENT_HEADLINES.values():
            continue
        for side, moved in (("right", each.right), ("left", each.left)):
            weaker = each.beyond and each.recent * (1 if side == "left" else -1) > 0
            fallen = (weaker or moved.beyond) and moved.before - moved.after > moved.mdc95
            if fallen and moved.strength < WEAK and situation.affected in (None, side):
                note = Note(
                    "weak_movement",
                    side=side,
                    headline=each.headline.name,
                    expression=each.expression,
                    percent=100 * max(moved.strength, 0),
                    before=moved.before,
                    after=moved.after,
                    since=each.since.note,
                    day=each.day,
                )
                yield note, each.day, each.photos_after, each.notes


def _against_the_trend(situation: Situation) -> _Found:
    for each in situation.followed:
        excess = _excess(each.diff, PEAK_DAY if situation.treated else -math.inf)
        if excess > 0:
            day = float(each.diff.day[-1])
            note = Note("against_trend", headline=each.headline.name, mm=excess, day=day)
            yield note, day, each.diff.photos[-1], ()


def _excess(course: Course, first: float) -> float:
    """How much larger the last day's difference is than a certain, shrinking trend; 0 within its band."""
    if len(course) < 2:
        return 0.0
    line = trend(course, first, float(course.day[-2]))
    value, expected = float(course.value[-1]), line.at(float(course.day[-1]))
    side = math.copysign(1.0, line.at_middle)
    noise = math.sqrt(float(course.times[-1] * course.error.variance(course.count[-1])))
    band = math.hypot(noise * float(t_quantile(course.error.df, 1 - _RARE)), line.error)
    shrinking = line.certain and side * line.per_week < 0
    larger = side * value > abs(line.at(line.days[1]))
    excess = side * (value - expected)
    return excess if shrinking and larger and excess > band else 0.0


#: Of series that go on as before, this part has a day called against the trend, for each metric.
_RARE = 0.01


def _rule(name: str, find: Callable[[Situation], _Found], **limits: float) -> Rule:
    """A rule of this library: its words stand in ``asymmetry/texts``, with its limits filled in."""
    looks_for = english_text().known("looks_for", name, **limits)
    return Rule(name, looks_for, english_text().known("rule_sources", name), find)


#: The library's own rules.
RULES = (
    _rule("new asymmetry", _new_asymmetry, mm=NEW_MM, day=PEAK_DAY),
    _rule("lid drop", _lid_drop, mm=LID_MM, first=LID_DAYS[0], last=LID_DAYS[1]),
    _rule("weak movement", _weak_movement, share=WEAK),
    _rule("against the trend", _against_the_trend),
)
_REGISTERED: dict[str, Rule] = {}


def register_rule(rule: Rule) -> Rule:
    """Apply a rule wherever concerns are asked for: in Python, on the command line, in reports.

    Parameters
    ----------
    rule : Rule
        One of the same name as another takes the other's place.

    Returns
    -------
    Rule
        The rule that was given.

    Examples
    --------
    >>> def find_many_days(situation):
    ...     for each in situation.followed:
    ...         if len(each.diff) > 9:
    ...             yield "more than nine days", each.diff.day[-1], each.diff.photos[-1], ()
    >>> rule = register_rule(Rule("many days", "a long series", "an example", find_many_days))
    >>> [each.name for each in list_rules()][-2:]
    ['against the trend', 'many days']
    >>> unregister_rule("many days")
    """
    _REGISTERED[rule.name] = rule
    return rule


def unregister_rule(name: str) -> None:
    """Forget a rule that was registered; one that is not known is no error.

    Examples
    --------
    >>> unregister_rule("no such rule")
    """
    _REGISTERED.pop(name, None)


def list_rules() -> tuple[Rule, ...]:
    """All rules: the library's own, and those that were registered."""
    return tuple(({rule.name: rule for rule in RULES} | _REGISTERED).values())
