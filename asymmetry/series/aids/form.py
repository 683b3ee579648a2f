"""`Aids`: the forms of the scales for one day, with evidence, a clinician's values, and totals."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, ClassVar, cast

import numpy as np

from asymmetry.core.files import replace_file
from asymmetry.core.notes import Note
from asymmetry.core.records import Record
from asymmetry.core.schemes import Side
from asymmetry.core.text import english_text
from asymmetry.errors import InvalidInputError
from asymmetry.photos.dates import day_number
from asymmetry.series.aids.evidence import Evidence, find_evidence
from asymmetry.series.aids.filled import Answers, check_answers, read_answers
from asymmetry.series.aids.scales import SCALES, Formula, GradingScale, Question, Value
from asymmetry.series.judging import is_of_another

if TYPE_CHECKING:
    from asymmetry.series.history import History

__all__ = ["Aids", "Form", "Item", "Total", "make_aids"]


@dataclass(frozen=True)
class Item(Record):
    """One item of a scale for one day.

    Attributes
    ----------
    scale, name, part : str
        The scale, the item's own name in it, and the part of the scale.
    allowed : tuple
        The values that may be filled in; of a visual analogue scale its two ends.
    value : str, float or None
        The clinician's value; None while it is blank.
    evidence : tuple of Evidence
        Measurements that inform it.
    notes : tuple of Note
        The reasons why there is no evidence, or photos are not used as such.
    """

    scale: str
    name: str
    part: str
    allowed: tuple[Value, ...]
    value: Value | None
    evidence: tuple[Evidence, ...]
    notes: tuple[Note, ...]
    derived: ClassVar[tuple[str, ...]] = ("title", "reasons")

    @property
    def title(self) -> str:
        """Its name in English."""
        return english_text().known("aid_items", f"{self.scale}_{self.name}")

    @property
    def reasons(self) -> tuple[str, ...]:
        """The notes in English."""
        return tuple(map(str, self.notes))


@dataclass(frozen=True)
class Total(Record):
    """A total of a scale.

    Attributes
    ----------
    name : str
        Its own in the scale.
    value : float or None
        The number; None while it is blank.
    grade : str
        The grade that a published table gives that number; empty where there is none.
    note : Note or None
        The reason why it is blank.
    """

    name: str
    value: float | None
    grade: str = ""
    note: Note | None = None


@dataclass(frozen=True)
class Form(Record):
    """One scale for one day.

    Attributes
    ----------
    scale : str
        Its name.
    items : tuple of Item
        Its items.
    totals : tuple of Total
        Its totals.
    """

    scale: str
    items: tuple[Item, ...]
    totals: tuple[Total, ...]
    derived: ClassVar[tuple[str, ...]] = ("source",)

    @property
    def source(self) -> str:
        """Where the scale was published."""
        return english_text().known("aid_sources", self.scale)

    def __getitem__(self, name: str) -> Item:
        """The item of that name."""
        return next(each for each in self.items if each.name == name)


@dataclass(frozen=True)
class Aids(Record):
    """The forms of all scales for one day.

    Attributes
    ----------
    day : float
        The day; NaN for undated photos.
    date : datetime.date or None
        Its date, where it is known.
    affected : {"right", "left"} or None
        The patient's affected side.
    forms : tuple of Form
        One for each scale.
    """

    day: float
    date: date | None
    affected: Side | None
    forms: tuple[Form, ...]

    def __getitem__(self, scale: str) -> Form:
        """The form of that scale."""
        return next(each for each in self.forms if each.scale == scale)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the forms as JSON, to be filled in: each item's ``value``, and ``affected``.

        Parameters
        ----------
        path : path
            Written as named.
        """
        with replace_file(path) as made:
            made.write_text(f"{self.to_json(indent=2)}\n", encoding="utf-8")


def make_aids(
    series: History,
    day: str | date | float | None = None,
    filled: str | os.PathLike[str] | Answers | None = None,
) -> Aids:
    """The forms of all scales for one day of a series.

    Parameters
    ----------
    series : History
        The person's photos.
    day : date, ISO text or day number, optional
        Default: the latest day with photos of the person.
    filled : path or mapping, optional
        A file that `Aids.save` wrote, with values filled in; or the values by scale and item.

    Raises
    ------
    InvalidInputError
        If there are no photos of that day, or a value is not one that its item allows.

    Examples
    --------
    >>> from asymmetry.core.landmarks import Landmarks
    >>> from asymmetry.series.history import History
    >>> blank = History.from_landmarks(Landmarks.blank(["a.jpg"], status="no_face"))
    >>> aids = make_aids(blank, filled={"house_brackmann": {"brow": 2, "mouth": 1}})
    >>> [(each.value, each.grade) for each in aids["house_brackmann"].totals]
    [(None, '')]
    """
    when = _choose_day(series, day)
    known, affected, answers = None, series.affected, cast(Answers, filled or {})
    if isinstance(filled, str | os.PathLike):
        known = read_answers(filled)
        answers = known.answers
        affected = known.settle(when, affected)
    check_answers(answers, SCALES, "" if known is None else f"{known.path}: ")
    forms = [
        _fill_form(series, scale, answers.get(scale.name, {}), when, affected) for scale in SCALES
    ]
    started = series.day_zero
    dated = None
    if started is not None and not math.isnan(when):
        dated = started + timedelta(days=when)
    return Aids(when, dated, affected, tuple(forms))


def _choose_day(series: History, day: str | date | float | None) -> float:
    """The day that was asked for, or the person's latest; NaN where no photo has one."""
    days = np.unique(series.static["day"])
    known = days[np.isfinite(days)].tolist()
    if day is None:
        own = series.static["day"][~is_of_another(series.static.notes)]
        known = np.unique(own[np.isfinite(own)]).tolist() or known
        return max(known, default=math.nan)
    asked = day_number(day, series.day_zero)
    if asked not in known:
        there = ", ".join(f"{each:g}" for each in known)
        raise InvalidInputError(f"aids: no photo of day {day}; photos are of days {there}")
    return float(asked)


def _fill_form(
    series: History,
    scale: GradingScale,
    answers: Mapping[str, object],
    day: float,
    affected: Side | None,
) -> Form:
    items = []
    for question in scale.questions:
        evidence, notes = find_evidence(series, question, day, affected)
        value = cast("Value | None", answers.get(question.name))
        allowed = tuple(question.points) or question.span
        items.append(
            Item(scale.name, question.name, question.part, allowed, value, evidence, notes)
        )
    totals = tuple(_add_up(scale.questions, items, each, affected) for each in scale.formulas)
    return Form(scale.name, tuple(items), totals)


def _add_up(
    questions: Sequence[Question], items: Sequence[Item], formula: Formula, affected: Side | None
) -> Total:
    """A total by its formula; blank while an item of it is, and where the affected side is not known."""
    if not formula.weights:
        return Total(formula.name, None, note=Note("aid_no_formula"))
    if affected is None:
        return Total(formula.name, None, note=Note("aid_no_affected"))
    asked = [pair for pair in zip(questions, items, strict=True) if pair[0].part in formula.weights]
    blank = sum(item.value is None for _, item in asked)
    if blank:
        return Total(formula.name, None, note=Note("aid_blank", n=blank, of=len(asked)))
    points = sum(
        formula.weights[question.part] * question.points[str(item.value)]
        for question, item in asked
    )
    grade = formula.grades[points] if formula.grades else ""
    return Total(formula.name, float(points), grade)
