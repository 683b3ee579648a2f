"""Rules for bruises and swellings: those that last, those that still grow, and those that spread."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from asymmetry.core.notes import Note
from asymmetry.core.text import english_text
from asymmetry.series.finding import Finding
from asymmetry.series.rule import Found, Rule, Situation
from asymmetry.series.skin import NO_SKIN

__all__ = ["SKIN_RULES"]

#: Days since a swelling and a bruise were first seen after which each is told, and after which neither
#: should grow.
SWELLING_DAYS, BRUISE_DAYS, GROWING_DAYS = 7.0, 14.0, 3.0
#: mm by which a bruise reaches further than on the day on which it was first seen.
FAR_MM = 20.0


def _bruise_stays(situation: Situation) -> Found:
    for each in _among(situation, "bruise", BRUISE_DAYS):
        yield Note("bruise_stays", **_still(each)), each.days.latest, each.photos[2], each.notes


def _swelling_stays(situation: Situation) -> Found:
    for each in _among(situation, "swelling", SWELLING_DAYS):
        yield Note("swelling_stays", **_still(each)), each.days.latest, each.photos[2], each.notes


def _bruise_grows(situation: Situation) -> Found:
    skin = situation.skin or NO_SKIN
    for course in skin.told_bruises:
        early = course.found & (course.day <= course.first_day + GROWING_DAYS)
        before, last = int(np.flatnonzero(early)[-1]), course.largest
        area, error = course.area_mm2, np.hypot(*course.area_sd_mm2[[before, last]])
        if last > before and area[last] - area[before] > 2 * error:
            days = {"earlier": float(course.day[before]), "day": float(course.day[last])}
            sizes = {"before": float(area[before]), "most": float(area[last])}
            note = Note("bruise_grew", side=course.side, region=course.region, **sizes, **days)
            yield note, float(course.day[last]), (skin.photos[last],), ()


def _swelling_grows(situation: Situation) -> Found:
    skin = situation.skin or NO_SKIN
    for course in skin.swellings:
        first = float(course.day[course.there][0])
        if course.has_grown(first + GROWING_DAYS):
            most = int(np.argmax(np.where(course.there, course.value, -np.inf)))
            day = float(course.day[most])
            known = {"side": course.side, "region": course.region, "day": day}
            note = Note("swelling_grew", most=float(course.value[most]), **known)
            yield note, day, course.photos[most], ()


def _bruise_spreads(situation: Situation) -> Found:
    skin = situation.skin or NO_SKIN
    for course in skin.told_bruises:
        first, far = int(np.flatnonzero(course.found)[0]), int(np.nanargmax(course.reach_mm))
        reach, day = course.reach_mm, float(course.day[far])
        if reach[far] - reach[first] > FAR_MM:
            sizes = {"mm": float(reach[far]), "first": float(reach[first])}
            note = Note("bruise_spread", side=course.side, region=course.region, day=day, **sizes)
            yield note, day, (skin.photos[far],), ()


def _among(situation: Situation, kind: str, days: float) -> Iterator[Finding]:
    """Findings of one kind that are still there so many days after they were first seen."""
    for each in situation.findings:
        if each.kind == kind and not each.passed and each.days.latest - each.days.first > days:
            yield each


def _still(finding: Finding) -> dict[str, str | float]:
    days = {"days": finding.days.latest - finding.days.first, "latest": finding.days.latest}
    return {"side": finding.side, "region": finding.part, "now": finding.now, **days}


def _rule(name: str, find: Callable[[Situation], Found], **limits: float) -> Rule:
    looks_for = english_text().known("looks_for", name, **limits)
    return Rule(name, looks_for, english_text().known("rule_sources", name), find)


#: The rules, in the order in which they are told.
SKIN_RULES = (
    _rule("swelling that lasts", _swelling_stays, days=SWELLING_DAYS),
    _rule("swelling that grows", _swelling_grows, days=GROWING_DAYS),
    _rule("bruise that lasts", _bruise_stays, days=BRUISE_DAYS),
    _rule("bruise that grows", _bruise_grows, days=GROWING_DAYS),
    _rule("bruise that spreads", _bruise_spreads, mm=FAR_MM),
)
