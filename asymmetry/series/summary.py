"""The changes in a series, in a few sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape

from asymmetry.core.notes import Note
from asymmetry.metrics.expression import UNKNOWN
from asymmetry.metrics.headline import HEADLINES
from asymmetry.series.change import FALSE_ALARMS, Change, Side
from asymmetry.series.day_to_day import Setting
from asymmetry.series.day_zero import DayZero
from asymmetry.series.finding import Finding
from asymmetry.series.guessing import REST

__all__ = ["Said", "sentences_html", "series_title", "what_changed"]


@dataclass(frozen=True)
class Said:
    """One sentence, and its cautions.

    Attributes
    ----------
    note : Note
        The sentence.
    beyond : bool
        Whether it is about a change beyond measurement error.
    notes : tuple of Note
        Possible explanations.
    passed : bool
        Whether that is over on the latest day.
    better : bool
        Whether the affected side came nearer to the healthy one.
    """

    note: Note
    beyond: bool = False
    notes: tuple[Note, ...] = ()
    passed: bool = False
    better: bool = False

    @property
    def words(self) -> str:
        """The sentence in English."""
        return str(self.note)

    @property
    def remarks(self) -> tuple[str, ...]:
        """Possible explanations, in English."""
        return tuple(map(str, self.notes))


def what_changed(
    changes: Sequence[Change], findings: Sequence[Finding], setting: Setting = "home"
) -> tuple[Said, ...]:
    """A series in sentences: its findings, unchanged metrics, and how often that is wrong.

    Parameters
    ----------
    changes : sequence of Change
        Of one series, against one reference.
    findings : sequence of Finding
        Of the same series; see `list_findings`.
    setting : {"home", "clinic"}
        How its photos were taken.

    Examples
    --------
    >>> [each.words[:22] for each in what_changed([], [])]
    ['Nothing to compare yet']
    """
    return tuple(_sentences(changes, findings, setting))


def _sentences(
    changes: Sequence[Change], findings: Sequence[Finding], setting: Setting
) -> Iterator[Said]:
    if not changes:
        yield Said(Note("nothing_to_compare"))
        return
    for each in findings:
        yield Said(each.note, True, each.notes, each.passed, each.better)
    told = {each.part for each in findings}
    for change in changes:
        if change.headline.name not in told:
            yield from _tell_sides(change)
    there = {each.part for each in findings if not each.passed}
    latest = max(each.day for each in changes)
    still = [
        _name_still(each, latest)
        for each in changes
        if each.headline.name not in there and not _is_told(each) and math.isfinite(each.limit)
    ]
    if still:
        yield Said(Note("unchanged", metrics=still))
    compared = {each.headline for each in changes}
    lacking = [Note("title", headline=each.name) for each in HEADLINES if each not in compared]
    if lacking:
        yield Said(Note("uncompared", metrics=lacking))
    unsure = [
        Note("title", headline=each.headline.name) for each in changes if math.isnan(each.limit)
    ]
    if unsure:
        yield Said(Note("errors_unknown", metrics=unsure))
    yield Said(Note("false_alarms", share=FALSE_ALARMS, setting=setting))


def _tell_sides(change: Change) -> Iterator[Said]:
    """The sides that changed against themselves, each on the latest day on which it was read."""
    for day in sorted({each.day for each in (change.right, change.left) if each.beyond}):
        right, left = _read_on(change.right, day), _read_on(change.left, day)
        note = replace(change, right=right, left=left).sides_note
        if note is not None:
            if change.headline in HEADLINES and change.expression not in (REST, UNKNOWN):
                note = Note("moved_in", moved=note, expression=change.expression)
            remarks = change.notes if day == change.day else ()  # they are of the difference's day
            yield Said(Note("changed", day=day, change=note), True, remarks)


def _read_on(side: Side, day: float) -> Side:
    """A side, if that is its latest day, else none."""
    return side if side.day == day else Side(math.nan, math.nan)


def _name_still(change: Change, latest: float) -> Note:
    """A measure without a change; with its own latest day where that is another than the series'."""
    known = {"limit": change.limit, "unit": change.headline.unit}
    if change.day == latest:
        return Note("title_and_limit", headline=change.headline.name, **known)
    return Note("title_and_limit_by", headline=change.headline.name, day=change.day, **known)


def _is_told(change: Change) -> bool:
    return change.beyond or change.sides_note is not None


def series_title(photos: int, day_zero: DayZero) -> str:
    """A series in one line: the number of photos, and the day that days are counted from.

    Examples
    --------
    >>> series_title(1, DayZero())
    'Series of 1 photo, undated'
    """
    return str(Note("series", n=photos, since=day_zero.note))


def sentences_html(
    changes: Sequence[Change], findings: Sequence[Finding], setting: Setting = "home"
) -> str:
    """The findings as an HTML list, for notebooks."""
    items = ""
    for each in what_changed(changes, findings, setting):
        words = escape(each.words)
        if each.beyond:
            words = f"<b>{words}</b>"
        items += f"<li>{words}</li>"
    return f"<ul>{items}</ul>"
