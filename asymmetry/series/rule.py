"""`Rule` and its situation: the facts of a series, and a concern that it makes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar, TypeAlias

from asymmetry.core.notes import Note
from asymmetry.core.records import Told
from asymmetry.core.schemes import Side
from asymmetry.core.text import english_text
from asymmetry.metrics.norm import Norms
from asymmetry.series.change import Change, Sides
from asymmetry.series.day_zero import DayZero
from asymmetry.series.finding import Finding
from asymmetry.series.skin import SkinDays
from asymmetry.series.treatments import Treatment, days_in_course

__all__ = ["Concern", "Found", "Rule", "Situation", "word_rule"]


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
    findings : tuple of Finding
        The findings.
    treatments : tuple of Treatment
        In order of time, where their days are known.
    norms : Norms or None
        How far the sides of healthy adults are apart; None where they were measured in another way.
    skin : SkinDays or None
        Bruises and swellings over days; None where the skin was not read.
    """

    changes: tuple[Change, ...]
    followed: tuple[Sides, ...]
    treated: bool
    affected: Side | None = None
    remarks: Callable[[Change, tuple[str, ...]], tuple[Note, ...]] = lambda *_: ()
    findings: tuple[Finding, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    norms: Norms | None = None
    skin: SkinDays | None = None

    @property
    def latest_treatment(self) -> float:
        """The day of the latest treatment; 0 where there is one, or none."""
        return DayZero(None, treated=self.treated, treatments=self.treatments).latest_treatment

    def count_days(self, day: float) -> float:
        """Days since the latest treatment of several, on a day that is counted from the first."""
        return float(days_in_course([day], self.treatments)[0])


@dataclass(frozen=True)
class Concern(Told):
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
    def remarks(self) -> tuple[str, ...]:
        """Possible explanations, in English."""
        return tuple(map(str, self.notes))


Found: TypeAlias = "Iterator[tuple[Note | str, float, tuple[str, ...], tuple[Note | str, ...]]]"


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
    find: Callable[[Situation], Found]


def word_rule(name: str, find: Callable[[Situation], Found], **limits: float) -> Rule:
    """A rule of this library: its words stand in ``asymmetry/texts``, with its limits filled in."""
    looks_for = english_text().known("looks_for", name, **limits)
    return Rule(name, looks_for, english_text().known("rule_sources", name), find)
