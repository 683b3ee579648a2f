"""The library's own rules for findings that a clinician may want to look at."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

from asymmetry.core.distributions import t_quantile
from asymmetry.core.notes import Note
from asymmetry.core.schemes import SIDES
from asymmetry.metrics.expression import UNKNOWN
from asymmetry.metrics.headline import HEADLINES, MOVEMENT_HEADLINES
from asymmetry.series.change import Change
from asymmetry.series.course import Course
from asymmetry.series.finding import Finding, is_moved_by, tell_latest
from asymmetry.series.findings import GAP_MM, SYNKINESIS_PCT, WEAK_AFFECTED
from asymmetry.series.guessing import REST
from asymmetry.series.latest import latest_days, mean_of_days
from asymmetry.series.moved_side import SIGN, choose_farther
from asymmetry.series.rule import Found, Situation, word_rule
from asymmetry.series.timeline import PEAK_DAY, PHASES
from asymmetry.series.trend import trend

__all__ = ["RULES"]

#: mm of new asymmetry at which a review is asked for, once the effect is full.
NEW_MM = 2.0
#: mm by which an upper lid is lower than before, and a brow lower or higher.
LID_MM, BROW_MM = 1.5, 2.0
#: Part of the movement before treatment under which a side is told.
WEAK = 0.5
#: Of series that go on as before, this part has a day called against the trend, for each metric.
_RARE = 0.01
#: Days after which botulinum toxin has worn off, by the name of a treatment's product: that of
#: daxibotulinumtoxin, and the usual course. Of another product, such as a filler, none are known.
_TOXINS = {
    r"daxi|daxx": 270.0,
    r"^$|tox|tulin|bot[uo]|vistab|nuceiva|dysport|azzalure|xeomin|boco|jeuveau|letybo|alluzience|"
    r"relfydess": next(phase.last for phase in PHASES if phase.name == "wearing off"),
}


def _new_asymmetry(situation: Situation) -> Found:
    for each in situation.changes:
        grown = abs(each.before + each.recent) > abs(each.before)
        static = each.headline in HEADLINES
        large = each.beyond and abs(each.recent) >= NEW_MM
        full = situation.treated and situation.count_days(each.day) >= PEAK_DAY
        if full and static and grown and large:
            moved = _name_side(situation, each)
            note = Note("new_asymmetry", moved=moved, since=each.since.note, day=each.day)
            if each.visits > 1:
                note = Note("mean_of_visits", change=note, visits=each.visits)
            yield note, each.day, each.photos_after, each.notes


def _name_side(situation: Situation, change: Change) -> Note:
    """The difference's change as that of the side that moved; with the expression, where not at rest."""
    found = (each for each in situation.findings if each.part == change.headline.name)
    side = next((each.side for each in found if not each.passed and each.side in SIDES), None)
    if side is None:
        side = choose_farther(change.right.change, change.left.change)
    moved = change.headline.side_note(side, SIGN[side] * change.recent, change.mdc95)
    if change.expression in (REST, UNKNOWN):
        return moved
    return Note("moved_in", moved=moved, expression=change.expression)


def _lid_drop(situation: Situation) -> Found:
    for each in _among(situation, "mrd1", "lower", LID_MM):
        yield _tell(situation, each, Note("lid_drop", **_when_moved(each)))


def _brow_drop(situation: Situation) -> Found:
    for each in _among(situation, "brow_height", "lower", BROW_MM):
        if each.side in SIDES:
            yield _tell(situation, each, Note("brow_drop", **_when_moved(each)))


def _both_brows(situation: Situation) -> Found:
    for each in _among(situation, "brow_height", "lower", BROW_MM):
        if each.side == "both":
            yield _tell(situation, each, Note("brow_drop", **_when_moved(each)))


def _spock_brow(situation: Situation) -> Found:
    for each in _among(situation, "brow_height", "higher", BROW_MM):
        if each.side in SIDES:
            yield _tell(situation, each, Note("raised_brow", **_when_moved(each)))


def _open_eye(situation: Situation) -> Found:
    for each in _among(situation, "residual_gap", "gap"):
        if not each.passed and each.now >= GAP_MM:
            known = {"side": each.side, "now": each.now, "when": each.when}
            yield Note("open_eye", **known), each.days.latest, each.photos[2], each.notes


def _synkinesis(situation: Situation) -> Found:
    for each in _among(situation, "synkinesis", "synkinesis"):
        if each.photos[0]:
            yield _tell(situation, each, Note("synkinesis_grew", **_when_moved(each)))
        else:
            known = {
                "side": each.side,
                "now": each.now,
                "other": each.before,
                "when": each.when,
            }
            yield Note("synkinesis_seen", **known), each.days.latest, each.photos[2], each.notes


def _weak_movement(situation: Situation) -> Found:
    lost = {each.part for each in _lost_movements(situation)}
    for each in situation.changes:
        if each.headline not in MOVEMENT_HEADLINES.values():
            continue
        for side, moved in (("right", each.right), ("left", each.left)):
            weaker = each.beyond and each.recent * (1 if side == "left" else -1) > 0
            fallen = (weaker or moved.beyond) and moved.before - moved.after > moved.mdc95
            fallen = fallen and each.headline.name not in lost
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


def _lost_on_both(situation: Situation) -> Found:
    for each in _lost_movements(situation):
        share = max(each.now / each.before, 0.0)
        known = {"moved": each.moved, "day": each.days.worst, "latest": each.days.latest}
        yield _tell(situation, each, Note("lost_on_both", share=share, **known))


def _lost_movements(situation: Situation) -> Iterator[Finding]:
    """Movements that are weak on both sides."""
    for each in situation.findings:
        weak = each.kind == "weaker" and each.side == "both" and each.now < WEAK * each.before
        if weak and not each.passed:
            yield each


def _weaker_side(situation: Situation) -> Found:
    for each in situation.findings:
        if each.kind == "weaker than other side":
            share = max(each.now / each.before, 0.0)
            known = {"side": each.side, "part": each.part, "unit": each.unit, "now": each.now}
            known["expression"] = each.expression
            note = Note("weaker_side", share=share, other=each.before, when=each.when, **known)
            yield note, each.days.latest, each.photos[2], each.notes


def _outside_normal(situation: Situation) -> Found:
    norms = situation.norms
    if norms is None:
        return
    for each in situation.followed:
        norm = norms.get(each.headline.metric)
        if not norm or norm.expression != each.diff.expression or not len(each.diff):
            continue
        days = latest_days(
            each.diff, situation.latest_treatment if situation.treated else -math.inf
        )
        diff, error = mean_of_days(each.diff, days)
        if abs(diff) - error > norm.p90_interval[1]:
            day = float(each.diff.day[-1])
            known: dict[str, Any] = {"headline": each.headline.name, "unit": each.headline.unit}
            known["when"] = tell_latest(float(days[0]), day)
            known["first"], known["last"] = norms.ages
            note = Note("outside_normal", mm=abs(diff), p90=norm.p90, n=norm.n, **known)
            yield note, day, each.diff.photos[-1], ()


def _not_regained(situation: Situation) -> Found:
    usual = _usual_days(situation)
    for each in situation.findings:
        days = situation.count_days(each.days.latest)
        begun = each.days.first > situation.latest_treatment and bool(each.photos[0])
        there = not each.passed and abs(each.now - each.before) >= each.error
        if situation.treated and begun and there and not each.better and days > usual:
            note = Note("not_regained", days=days, **_when_moved(each))
            yield note, each.days.latest, each.photos[2], each.notes


def _usual_days(situation: Situation) -> float:
    """Days that the latest treatment usually lasts; infinite where that is not known."""
    product = situation.treatments[-1].product.lower() if situation.treatments else ""
    return next((days for names, days in _TOXINS.items() if re.search(names, product)), math.inf)


def _against_the_trend(situation: Situation) -> Found:
    first = situation.latest_treatment + PEAK_DAY if situation.treated else -math.inf
    for each in situation.followed:
        excess = _excess(each.diff, first)
        if excess > 0:
            day = float(each.diff.day[-1])
            known = {"headline": each.headline.name, "unit": each.headline.unit}
            note = Note("against_trend", mm=excess, day=day, **known)
            yield note, day, each.diff.photos[-1], ()


def _excess(course: Course, first: float) -> float:
    """How much larger the last day's difference is than a certain, shrinking trend; 0 within its band.

    A trend shrinks to no difference, and not beyond it to the other side.
    """
    if len(course) < 2:
        return 0.0
    line = trend(course, first, float(course.day[-2]))
    side = math.copysign(1.0, line.at_middle)
    expected = max(side * line.at(float(course.day[-1])), 0.0)
    noise = math.sqrt(float(course.times[-1] * course.error.variance(course.count[-1])))
    band = math.hypot(noise * float(t_quantile(course.error.df, 1 - _RARE)), line.error)
    shrinking = line.certain and side * line.per_week < 0
    value = side * float(course.value[-1])
    excess = value - expected
    larger = value > abs(line.at(line.days[1]))
    # A course that levels off is larger than a straight line.
    grown = value - side * float(course.value[-2])
    return excess if shrinking and larger and min(excess, grown) > band else 0.0


def _among(situation: Situation, metric: str, kind: str, least: float = 0.0) -> Iterator[Finding]:
    """Findings of one kind that are so large; of sides that moved apart, one went that way.

    A height that the photos' expression moves is not one of the face at rest, which the rules are about.
    """
    for each in situation.findings:
        same = each.kind == kind or each.side == "apart"
        of_rest = not is_moved_by(metric, each.expression)
        large = abs(each.worst - each.before) >= least
        if each.measure == metric and same and of_rest and large:
            yield each


def _when_moved(finding: Finding) -> dict[str, Note | float]:
    """How far a part moved at its worst, when that was, and whether it is over."""
    left = abs(finding.now - finding.before)
    now = Note("still_on", mm=left, unit=finding.unit, latest=finding.days.latest)
    if finding.days.worst == finding.days.latest:
        now = Note("the_latest")
    if finding.passed:
        now = Note("over_by", latest=finding.days.latest)
    if finding.uncertain_now:
        now = Note("uncertain_on", latest=finding.days.latest)
    return {"moved": finding.moved, "day": finding.days.worst, "now": now}


def _tell(
    situation: Situation, finding: Finding, note: Note
) -> tuple[Note, float, tuple[str, ...], tuple[Note, ...]]:
    """A concern about the finding's worst day, with notes that may explain it on that day."""
    photos = finding.photos[1]
    change = _find_change(situation, finding)
    remarks = situation.remarks(change, photos) if change else ()
    return note, finding.days.worst, photos, remarks


def _find_change(situation: Situation, finding: Finding) -> Change | None:
    same = (
        each
        for each in situation.changes
        if each.headline.name == finding.part and each.expression == finding.expression
    )
    return next(same, None)


#: The library's own rules, those that are urgent first.
RULES = (
    word_rule("lid drop", _lid_drop, mm=LID_MM),
    word_rule("open eye", _open_eye, mm=GAP_MM),
    word_rule("brow drop", _brow_drop, mm=BROW_MM),
    word_rule("both brows", _both_brows, mm=BROW_MM),
    word_rule("spock brow", _spock_brow, mm=BROW_MM),
    word_rule("new asymmetry", _new_asymmetry, mm=NEW_MM, day=PEAK_DAY),
    word_rule("weak movement", _weak_movement, share=WEAK),
    word_rule("movement lost on both sides", _lost_on_both, share=WEAK),
    word_rule("weaker side", _weaker_side, share=WEAK, affected=WEAK_AFFECTED),
    word_rule("synkinesis", _synkinesis, percent=SYNKINESIS_PCT),
    word_rule("outside the normal range", _outside_normal),
    word_rule("not regained", _not_regained),
    word_rule("against the trend", _against_the_trend),
)
