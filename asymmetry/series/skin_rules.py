"""Rules for bruises and swellings: those that last, grow, spread, or lie far from the treated sites."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from asymmetry.core.notes import Note
from asymmetry.series.finding import Finding, Kind
from asymmetry.series.rule import Found, Situation, word_rule
from asymmetry.series.skin import NO_SKIN, SkinDays
from asymmetry.series.swelling import SwellingCourse

if TYPE_CHECKING:
    from asymmetry.tissue.days import BruiseCourse

__all__ = ["SKIN_RULES"]

AnyCourse = TypeVar("AnyCourse", "BruiseCourse", SwellingCourse)

#: Days since the treatment after which a swelling and a bruise are told. One that is first seen later than
#: the third number of days is not taken to come from it: its days count from the day on which it was first
#: seen. After the third neither should grow: a photo from then on has to show how large it was.
SWELLING_DAYS, BRUISE_DAYS, GROWING_DAYS = 7.0, 14.0, 3.0
#: mm by which a bruise reaches further than on the day on which it was first seen, and by which a bruise or a
#: swelling lies away from all treated sites.
FAR_MM = 20.0


def _bruise_stays(situation: Situation) -> Found:
    for each, known in _stays(situation, "bruise", BRUISE_DAYS):
        yield Note("bruise_stays", **known), each.days.latest, each.photos[2], each.notes


def _swelling_stays(situation: Situation) -> Found:
    for each, known in _stays(situation, "swelling", SWELLING_DAYS):
        yield Note("swelling_stays", **known), each.days.latest, each.photos[2], each.notes


def _bruise_grows(situation: Situation) -> Found:
    skin = situation.skin or NO_SKIN
    for course in skin.told_bruises:
        late = course.found & (course.day >= course.first_day + GROWING_DAYS)
        if not late.any():
            continue
        area, last = course.area_mm2, course.largest
        early = course.found & (course.day <= course.day[late][0])
        before = int(np.argmax(np.where(early, area, -1.0)))
        error = np.hypot(*course.area_sd_mm2[[before, last]])
        if last > before and area[last] - area[before] > 2 * error:
            days = {"earlier": float(course.day[before]), "day": float(course.day[last])}
            sizes = {"before": float(area[before]), "most": float(area[last])}
            note = Note("bruise_grew", side=course.side, region=course.region, **sizes, **days)
            yield note, float(course.day[last]), (skin.photos[last],), ()


def _swelling_grows(situation: Situation) -> Found:
    skin = situation.skin or NO_SKIN
    for course in skin.swellings:
        if course.has_grown(course.first_day + GROWING_DAYS):
            most = course.largest
            day = float(course.day[most])
            known = {"side": course.side, "region": course.region, "day": day}
            note = Note("swelling_grew", most=float(course.value[most]), **known)
            yield note, day, course.photos[most], ()


def _bruise_spreads(situation: Situation) -> Found:
    skin = situation.skin or NO_SKIN
    for course in skin.told_bruises:
        site = skin.site_of(course)
        reach = course.reach_mm if site is None else site.farthest_mm
        first, far = int(np.flatnonzero(course.found)[0]), int(np.nanargmax(reach))
        if reach[far] - reach[first] > FAR_MM:
            known = {"side": course.side, "region": course.region, "day": float(course.day[far])}
            known |= {"mm": float(reach[far]), "first": float(reach[first])}
            note = Note("bruise_spread", **known)
            if site is not None:
                note = Note("bruise_spread_site", site=site.site.note, **known)
            yield note, float(course.day[far]), (skin.photos[far],), ()


def _bruise_far(situation: Situation) -> Found:
    skin = situation.skin or NO_SKIN
    for course, known in _far(skin, skin.told_bruises):
        first = int(np.flatnonzero(course.found)[0])
        yield Note("bruise_far", **known), course.first_day, (skin.photos[first],), ()


def _swelling_far(situation: Situation) -> Found:
    skin = situation.skin or NO_SKIN
    for course, known in _far(skin, skin.swellings):
        first = int(np.flatnonzero(course.there)[0])
        yield Note("swelling_far", **known), course.first_day, course.photos[first], ()


def _far(
    skin: SkinDays, courses: Iterable[AnyCourse]
) -> Iterator[tuple[AnyCourse, dict[str, Any]]]:
    """Courses that begin farther than `FAR_MM` from every site, with the values that its sentence needs."""
    for course in courses:
        site = skin.site_of(course)
        if site is not None and site.mm > FAR_MM:
            known = {"side": course.side, "region": course.region, "day": course.first_day}
            yield course, known | {"mm": site.mm, "site": site.site.note}


def _stays(
    situation: Situation, kind: Kind, days: float
) -> Iterator[tuple[Finding, dict[str, Any]]]:
    """Findings of one kind that are still there after so many days, with the values their sentence needs."""
    for each in situation.findings:
        if each.kind != kind or each.passed:
            continue
        waited = _days_after_treatment(situation, each.days.first)
        there = each.days.latest - each.days.first + (waited or 0.0)
        since = Note("after_treatment", days=there)
        if waited is None:
            since = Note("after_first_seen", days=there)
        if there > days:
            known = {"side": each.side, "region": each.part, "since": since}
            yield each, {**known, "now": each.now, "latest": each.days.latest}


def _days_after_treatment(situation: Situation, first: float) -> float | None:
    """Days from the latest treatment to the day on which something was first seen; None if they are many."""
    days = situation.count_days(first)
    return days if situation.treated and 0 <= days <= GROWING_DAYS else None


#: The rules, in the order in which they are told.
SKIN_RULES = (
    word_rule("swelling that lasts", _swelling_stays, days=SWELLING_DAYS),
    word_rule("swelling that grows", _swelling_grows, days=GROWING_DAYS),
    word_rule("bruise that lasts", _bruise_stays, days=BRUISE_DAYS),
    word_rule("bruise that grows", _bruise_grows, days=GROWING_DAYS),
    word_rule("bruise that spreads", _bruise_spreads, mm=FAR_MM),
    word_rule("bruise far from the site", _bruise_far, mm=FAR_MM),
    word_rule("swelling far from the site", _swelling_far, mm=FAR_MM),
)
