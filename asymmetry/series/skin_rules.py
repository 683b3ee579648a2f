"""Rules for bruises and swellings after a treatment: those that last, and those that still grow."""

from __future__ import annotations

from collections.abc import Callable

from asymmetry.core.text import english_text
from asymmetry.series.rule import Found, Rule, Situation
from asymmetry.series.skin_course import list_skin_findings

__all__ = ["SKIN_RULES"]

#: Days after the latest treatment from which on a swelling and a bruise are told, and after which neither
#: should grow.
SWELLING_DAY, BRUISE_DAY, GROWING_DAY = 7.0, 14.0, 3.0


def _swelling_lasts(situation: Situation) -> Found:
    yield from _lasting(situation, "swelling", SWELLING_DAY)


def _bruise_lasts(situation: Situation) -> Found:
    yield from _lasting(situation, "bruise", BRUISE_DAY)


def _growing(situation: Situation) -> Found:
    """Courses that a day after `GROWING_DAY` shows larger than any before."""
    if not situation.treated:
        return
    after = situation.latest_treatment + GROWING_DAY
    grown = tuple(course for course in situation.skin if course.has_grown(after))
    for each in list_skin_findings(grown):
        yield each.growing, each.worst, each.photos, ()


def _lasting(situation: Situation, kind: str, day: float) -> Found:
    if not situation.treated:
        return
    since = situation.latest_treatment
    for each in list_skin_findings(tuple(c for c in situation.skin if c.kind == kind)):
        if each.last > since + day:
            yield each.note, each.last, each.photos, ()


def _rule(name: str, find: Callable[[Situation], Found], **limits: float) -> Rule:
    looks_for = english_text().known("looks_for", name, **limits)
    return Rule(name, looks_for, english_text().known("rule_sources", name), find)


#: The rules, in the order in which they are told.
SKIN_RULES = (
    _rule("growing in the skin", _growing, day=GROWING_DAY),
    _rule("swelling that lasts", _swelling_lasts, day=SWELLING_DAY),
    _rule("bruise that lasts", _bruise_lasts, day=BRUISE_DAY),
)
