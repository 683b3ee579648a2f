"""The forms as lines of text, in any language."""

from __future__ import annotations

import math
from collections.abc import Iterator

from asymmetry.core.text import Text, english_text
from asymmetry.series.aids.evidence import Evidence
from asymmetry.series.aids.form import Aids, Form, Item, Total

__all__ = ["aid_lines"]

_SHOWN = ("measure", "right", "left", "error", "diff", "diff_error", "photo")


def aid_lines(aids: Aids, text: Text | None = None) -> Iterator[str]:
    """The forms for a terminal: items, values or blanks, evidence, and totals.

    Parameters
    ----------
    aids : Aids
        The forms.
    text : Text, optional
        The language. Default: English.
    """
    say = text or english_text()
    side = say("aids.affected_unknown")
    if aids.affected is not None:
        side = say("aids.affected", side=aids.affected)
    when = say.day(aids.day)
    if aids.date is not None:
        when = say("aids.dated", day=when, date=aids.date)
    yield say("aids.heading", when=when, side=side)
    yield say("aids.intro")
    for form in aids.forms:
        yield ""
        yield from _form_lines(form, say)


def _form_lines(form: Form, say: Text) -> Iterator[str]:
    yield say("aids.scale", scale=form.scale)
    part = ""
    for item in form.items:
        if item.part != part:
            part = item.part
            yield f"  {say.known('aid_parts', part)}"
        yield from _item_lines(item, say)
    for total in form.totals:
        yield f"  {_total_line(form, total, say)}"


def _item_lines(item: Item, say: Text) -> Iterator[str]:
    title = say.known("aid_items", f"{item.scale}_{item.name}")
    if item.value is None:
        yield f"    {say('aids.blank', title=title, allowed=_allowed_words(item, say))}"
    else:
        yield f"    {say('aids.filled', title=title, value=_choice_words(item, str(item.value), say))}"
    for found in item.evidence:
        for line in _evidence_lines(found, say):
            yield f"      {line}"
    for note in item.notes:
        yield f"      {note.words(say)}"


def _allowed_words(item: Item, say: Text) -> str:
    if isinstance(item.allowed[0], float):
        return say("aids.span", low=item.allowed[0], high=item.allowed[-1])
    return say.entries["lists.comma"].join(
        _choice_words(item, str(each), say) for each in item.allowed
    )


def _choice_words(item: Item, choice: str, say: Text) -> str:
    """A value with its meaning, where the scale gives it one."""
    key = f"aid_choices.{item.part}_{choice}".replace(" ", "_")
    return say.entries.get(key, choice)


def _evidence_lines(found: Evidence, say: Text) -> Iterator[str]:
    known = {name: getattr(found, name) for name in _SHOWN}
    yield say(f"aids.evidence_{found.unit}", **known)
    if math.isfinite(found.share):
        yield say("aids.share", share=found.share)
    if found.suggests:
        points = {
            "points": _range_words(found.suggests, say),
            "healthy": _range_words(found.healthy, say),
        }
        yield say("aids.points", **points)


def _range_words(points: tuple[int, ...], say: Text) -> str:
    """One value, or the lowest and the highest."""
    if len(points) == 1:
        return str(points[0])
    return say("aids.span", low=float(points[0]), high=float(points[-1]))


def _total_line(form: Form, total: Total, say: Text) -> str:
    title = say.known("aid_totals", f"{form.scale}_{total.name}")
    if total.value is None and total.note is not None:
        return say("aids.total_blank", title=title, why=total.note.words(say))
    if total.grade:
        return say("aids.total_graded", title=title, value=total.value, grade=total.grade)
    return say("aids.total", title=title, value=total.value)
