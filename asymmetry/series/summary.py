"""The changes in a series, in a few sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from asymmetry.core.notes import Note
from asymmetry.series.change import FALSE_ALARMS, Change, Sides
from asymmetry.series.day_to_day import Setting
from asymmetry.series.day_zero import DayZero
from asymmetry.series.recovery import recovery

__all__ = ["Said", "Verdict", "courses_in_words", "sentences_html", "series_title", "verdict", "what_changed"]

Verdict = Literal["more even", "less even", "other way"]


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
    verdict : {"more even", "less even", "other way"} or None
        Whether the sides are nearer to each other than before, where a change is beyond measurement error.
    """

    note: Note
    beyond: bool = False
    notes: tuple[Note, ...] = ()
    verdict: Verdict | None = None

    @property
    def words(self) -> str:
        """The sentence in English."""
        return str(self.note)

    @property
    def remarks(self) -> tuple[str, ...]:
        """Possible explanations, in English."""
        return tuple(map(str, self.notes))


def verdict(before: float, after: float, limit: float) -> Verdict:
    """Whether a difference between the sides grew or shrank.

    Parameters
    ----------
    before, after : float
        Right minus left.
    limit : float
        Measurement error: differences of two sizes that are nearer than this count as equal.

    Examples
    --------
    >>> verdict(-0.5, -3.0, 0.6), verdict(-3.0, -0.5, 0.6), verdict(-1.5, 1.4, 0.6)
    ('less even', 'more even', 'other way')
    """
    if before * after < 0 and abs(abs(after) - abs(before)) <= limit:
        return "other way"
    if abs(after) > abs(before):
        return "less even"
    return "more even"


def what_changed(changes: Sequence[Change], setting: Setting = "home") -> tuple[Said, ...]:
    """Changes in sentences: those there now, those over, unchanged metrics, and how often that is wrong.

    Parameters
    ----------
    changes : sequence of Change
        Of one series, against one reference.
    setting : {"home", "clinic"}
        How its photos were taken.

    Examples
    --------
    >>> [each.words for each in what_changed([])]
    ['There is nothing to compare: it takes dated photos from two days with the same expression.']
    """
    return tuple(_sentences(changes, setting))


def courses_in_words(changes: Sequence[Change], followed: Sequence[Sides]) -> tuple[Note, ...]:
    """The courses of the differences that changed: the worst, now, the share regained, and the pace.

    Parameters
    ----------
    changes : sequence of Change
        Of one series.
    followed : sequence of Sides
        Its headline metrics over days.
    """
    changed = {(each.column, each.expression) for each in changes if each.span}
    return tuple(
        Note("course_in_words", headline=each.headline.name, course=recovery(each.diff).note)
        for each in followed
        if (each.diff.column, each.diff.expression) in changed
    )


def _sentences(changes: Sequence[Change], setting: Setting) -> Iterator[Said]:
    if not changes:
        yield Said(Note("nothing_to_compare"))
        return
    for each in changes:
        if each.beyond:
            even = verdict(each.before, each.before + each.recent, each.limit)
            yield Said(_tell_change(each), True, each.notes, even)
    for each in changes:
        if each.span and not each.beyond:
            even = verdict(each.before, each.before + each.farthest, each.limit)
            yield Said(_tell_past_change(each), True, each.notes_farthest, even)
    for each in changes:
        if each.sides_note is not None:
            yield Said(Note("changed", day=each.day, change=each.sides_note), True, each.notes)
    still = [
        Note("title_and_limit", headline=each.headline.name, limit=each.limit, unit=each.headline.unit)
        for each in changes
        if not each.beyond and math.isfinite(each.limit)
    ]
    if still:
        yield Said(Note("unchanged", metrics=still))
    unsure = [Note("title", headline=each.headline.name) for each in changes if math.isnan(each.limit)]
    if unsure:
        yield Said(Note("errors_unknown", metrics=unsure))
    yield Said(Note("false_alarms", share=FALSE_ALARMS, setting=setting))


def _tell_change(change: Change) -> Note:
    """A change that the latest day shows."""
    if change.span and change.span[0] < change.day == change.span[1]:
        return Note("changed_since", day=change.day, change=change.note, first=change.span[0])
    return Note("changed", day=change.day, change=change.note)


def _tell_past_change(change: Change) -> Note:
    """A change that is over on the latest day."""
    first, last = change.span
    found = {
        "day": change.farthest_day,
        "moved": change.headline.note(change.farthest),
        "since": change.since.note,
        "latest": change.day,
    }
    if first == last:
        return Note("changed_on_day", first=first, **found)
    return Note("changed_from_day_to_day", first=first, last=last, **found)


def series_title(photos: int, day_zero: DayZero) -> str:
    """A series in one line: the number of photos, and the day that days are counted from.

    Examples
    --------
    >>> series_title(1, DayZero())
    'Series of 1 photo, undated'
    """
    return str(Note("series", n=photos, since=day_zero.note))


def sentences_html(changes: Sequence[Change], setting: Setting = "home") -> str:
    """The changes as an HTML list, for notebooks."""
    items = ""
    for each in what_changed(changes, setting):
        words = escape(each.words)
        if each.beyond:
            words = f"<b>{words}</b>"
        items += f"<li>{words}</li>"
    return f"<ul>{items}</ul>"
