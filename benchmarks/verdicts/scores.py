"""The library's words held against the truth."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.verdicts.asked import Answer
from benchmarks.verdicts.courses import Case, Told
from benchmarks.verdicts.making import photo_name

__all__ = ["Outcome", "judge"]

#: The worst day may be told as one so many days away, for a course is flat about it.
_DAYS = 7


@dataclass(frozen=True)
class Outcome:
    """A case, what was said of it, and what of that is right.

    Attributes
    ----------
    case : Case
        The case.
    answer : Answer
        What was said.
    found : int
        How many of its truths were said, with the sides that moved and the way that they moved.
    wrong_side : bool
        Whether a change of a true topic was told of a side that did not move, or the other way.
    better : bool
        Whether a harm was told as a change for the better.
    stray : bool
        Whether a change was told of something that did not change.
    flaw_named : bool
        Whether the flawed photo, and no other, was named and left out.
    good, doubted : int
        How many photos have no flaw, and how many of these are left out or asked about.
    """

    case: Case
    answer: Answer
    found: int
    wrong_side: bool
    better: bool
    stray: bool
    flaw_named: bool
    good: int
    doubted: int

    @property
    def right(self) -> bool:
        """Whether all of it is as it should be."""
        wrong = self.wrong_side or self.better or self.stray
        return self.found == len(self.case.truths) and not wrong and self.flaw_named


def judge(case: Case, answer: Answer) -> Outcome:
    """Hold what is said of a case against the truth."""
    names = [photo_name(case, number) for number in range(len(case.shots))]
    flawed = {name for name, shot in zip(names, case.shots, strict=True) if shot.flaw}
    harms = {truth.topic for truth in case.truths}
    return Outcome(
        case=case,
        answer=answer,
        found=sum(_is_said(truth, answer.told) for truth in case.truths),
        wrong_side=any(_contradicts(told, case.truths) for told in answer.told),
        better=any(_beautifies(told, case) for told in answer.told),
        stray=any(told.topic not in harms for told in answer.told),
        flaw_named=flawed == set(answer.not_used),
        good=len(set(names) - flawed),
        doubted=len(answer.doubted & set(names) - flawed),
    )


def _beautifies(told: Told, case: Case) -> bool:
    """Whether a harm is told as a change for the better; what is regained is one."""
    harms = {truth.topic for truth in case.truths}
    return told.better and told.topic in harms and not (case.recovers and told.way > 0)


def _is_said(truth: Told, told: Iterable[Told]) -> bool:
    """Whether all sides of a truth are named, in one sentence or in several."""
    fit = [
        each
        for each in told
        if each.topic == truth.topic and each.way == truth.way and _in_time(truth, each)
    ]
    return {side for each in fit for side in each.sides} == set(truth.sides)


def _in_time(truth: Told, told: Told) -> bool:
    return math.isnan(truth.day) or abs(told.day - truth.day) <= _DAYS


def _contradicts(told: Told, truths: Sequence[Told]) -> bool:
    """Whether a change is told of a true topic and not of a side that moved, that way.

    A recovery is no contradiction: it is told as a change for the better.
    """
    same = [truth for truth in truths if truth.topic == told.topic]
    fits = any(set(told.sides) <= set(truth.sides) and told.way == truth.way for truth in same)
    return bool(same) and not fits and not (told.better and set(told.sides) <= set(same[0].sides))
