"""The first screen: a sentence that a patient understands, how sure it is, and photos that were not used."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from asymmetry.core.notes import Note
from asymmetry.report.moments import find_poor
from asymmetry.report.sections import Wording
from asymmetry.series import Finding
from asymmetry.series.finding import OF_SKIN, is_moved_by
from asymmetry.series.review import review_photos

__all__ = ["Opening", "make_opening"]

#: A finding this many times as large as the error is clear.
_CLEAR = 2.0
#: Kinds that are a state of the latest visits, not a change.
_STATES = frozenset(("gap", "weaker than other side")) | OF_SKIN
#: Reasons in the order in which a photo with several is told of: the earlier one explains the later ones.
_REASONS = (
    "unwanted another_subject same_file looks_mirrored looks_mirrored_front date_far_before date_far_after "
    "date_out_of_order clock_reset blurred_beside_others oblique_view another_person unreadable no_face "
    "several_faces undated unanchored in_the_cloud hidden is_video live_video thumbnails in_the_bin "
    "is_packed linked_folder unknown_file"
).split()


@dataclass(frozen=True)
class Opening:
    """The first screen in words.

    Attributes
    ----------
    headline : str
        The sentence that says it all.
    course, sure : str
        How it went, and how sure that is; empty where nothing changed.
    remarks : tuple of str
        When others could have noticed it, and cautions.
    others : tuple of str
        The other findings.
    unchanged : str
        The parts that did not change.
    unused, doubtful : str
        The photos that were not used, by reason, and how many were used in spite of their quality.
    """

    headline: str
    course: str = ""
    sure: str = ""
    remarks: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    unchanged: str = ""
    unused: str = ""
    doubtful: str = ""


def make_opening(wording: Wording) -> Opening:
    """Put a series' first screen into words."""
    unused, doubtful = _list_set_aside(wording), _doubtful(wording)
    findings, tell = wording.series.findings, wording.tell
    if not findings:
        headline = wording.opening()
        remarks, unchanged = tuple(_tell_baseline(wording)), _steady_parts(wording)
        return Opening(
            headline, remarks=remarks, unchanged=unchanged, unused=unused, doubtful=doubtful
        )
    main, *others = findings
    return Opening(
        headline=tell(_headline(main, treated=_has_baseline(wording))),
        course=_tell_each(wording, _course(main)),
        sure=tell(_sure(main)),
        remarks=(*_tell_baseline(wording), *_remarks(wording, main)),
        others=tuple(_others(wording, others)),
        unchanged=_steady_parts(wording),
        unused=unused,
        doubtful=doubtful,
    )


def _tell_each(wording: Wording, notes: Iterator[Note]) -> str:
    return " ".join(wording.tell(note) for note in notes)


def _headline(finding: Finding, *, treated: bool) -> Note:
    """The main sentence."""
    said = _finding_note(finding)
    if finding.uncertain_now and finding.kind not in _STATES:
        said = Note("your_uncertain", said=said, latest=finding.days.latest)
        return Note("your", said=said)
    if finding.passed and finding.kind not in _STATES:
        said = Note("your_past", said=said, latest=finding.days.latest)
        return Note("your", said=said)
    changed = finding.kind not in _STATES and bool(finding.photos[0])
    if treated and finding.days.first > 0 and changed:
        return Note("your_after", said=said)
    return Note("your", said=said)


def _finding_note(finding: Finding) -> Note:
    """A finding as a patient would say it, without its size."""
    known = {"side": finding.side, "part": finding.part}
    if finding.kind in OF_SKIN:
        return _skin_note(finding)
    if finding.kind == "gap":
        return Note("your_gap", side=finding.side)
    if finding.kind == "weaker than other side":
        return Note("your_weak", share=max(finding.now / finding.before, 0.0), **known)
    if finding.kind == "synkinesis" and not finding.photos[0]:
        return Note("your_synkinesis", side=finding.side)
    grown = finding.worst > finding.before
    if is_moved_by(finding.measure, finding.expression) and finding.side != "apart":
        # Told as what the expression does: of eyes that close and of a frown the lower is the more.
        grown = grown == (finding.expression == "brow_raise")
        finding = replace(finding, part=finding.expression)
    if grown:
        return _grown(finding)
    return _shrunk(finding)


def _skin_note(finding: Finding) -> Note:
    known = {"side": finding.side, "region": finding.part}
    if finding.kind == "bruise or mark":
        return Note("your_mark", **known)
    if finding.kind == "swelling":
        if finding.passed:
            return Note("your_swelling_past", gone=finding.days.gone, **known)
        return Note("your_swelling", **known)
    if finding.passed:
        return Note("your_bruise_past", gone=finding.days.gone, **known)
    return Note("your_bruise", **known)


def _grown(finding: Finding) -> Note:
    known = {"side": finding.side, "part": finding.part}
    if finding.side == "apart":
        return Note(
            "your_apart_more", headline=finding.part, mm=abs(finding.worst - finding.before)
        )
    if finding.side == "both":
        return Note("your_both_more", part=finding.part)
    return Note("your_more", **known)


def _shrunk(finding: Finding) -> Note:
    known = {"side": finding.side, "part": finding.part}
    if finding.side == "apart":
        return Note(
            "your_apart_less", headline=finding.part, mm=abs(finding.worst - finding.before)
        )
    if finding.side == "both":
        return Note("your_both_less", part=finding.part)
    return Note("your_less", **known)


def _course(finding: Finding) -> Iterator[Note]:
    """How large it was and when, and how it is now."""
    days = {"first": finding.days.first, "last": finding.days.last, "latest": finding.days.latest}
    if finding.kind in OF_SKIN:
        yield _course_of_skin(finding, days)
        return
    known = {"day": finding.days.worst, "unit": finding.unit, "when": finding.when, **days}
    if finding.kind == "gap" or not finding.photos[0]:
        yield _course_of_state(finding, known)
    else:
        yield _course_of_change(finding, known)


def _course_of_state(finding: Finding, known: Mapping[str, Any]) -> Note:
    if finding.kind == "gap" and finding.at_its_most:
        return Note("your_course_gap_most", now=finding.now, **known)
    if finding.kind == "gap":
        return Note("your_course_gap", now=finding.now, worst=finding.worst, **known)
    return Note("your_course_state", now=finding.now, other=finding.before, **known)


def _course_of_change(finding: Finding, known: Mapping[str, Any]) -> Note:
    way = math.copysign(1.0, finding.worst - finding.before)
    size = way * (finding.worst - finding.before)
    now = way * (finding.now - finding.before)
    now = max(now, 0.0)
    if finding.passed:
        return _course_of_passed(finding, {"mm": size, **known}, now)
    if finding.days.first == finding.days.latest:
        return Note("your_course_new", mm=size, **known)
    if finding.regained > 0:
        tenths = min(max(round(finding.regained, 1), 0.1), 0.9)  # no surer than the sizes beside it
        return Note("your_course_regained", mm=size, now=now, share=tenths, **known)
    if finding.at_its_most:
        return Note("your_course_growing", mm=size, **known)
    return Note("your_course_lasting", mm=size, now=now, **known)


def _course_of_passed(finding: Finding, known: Mapping[str, Any], now: float) -> Note:
    if finding.uncertain_now:
        return Note("your_course_uncertain", now=now, **known)
    if finding.days.first == finding.days.last:
        return Note("your_course_once", **known)
    return Note("your_course_passed", **known)


def _course_of_skin(finding: Finding, days: Mapping[str, float]) -> Note:
    known = {"most": finding.worst, "day": finding.days.worst, "now": finding.now, **days}
    if finding.passed and finding.days.first == finding.days.last:
        return Note("your_course_seen_once", **known)
    if finding.kind == "swelling":
        if finding.passed:
            return Note("your_course_swelling_passed", **known)
        return Note("your_course_swelling", **known)
    if finding.passed:
        return Note("your_course_bruise_passed", **known)
    return Note("your_course_bruise", **known)


def _sure(finding: Finding) -> Note:
    """How sure it is: its size beside the smallest that the photos tell."""
    known = {"times": finding.sure, "error": finding.error_at_worst, "unit": finding.unit}
    if finding.kind == "swelling":
        return Note("sure_swelling", error=finding.error)
    if finding.kind in OF_SKIN:
        return Note("sure_bruise", error=finding.error)
    if finding.sure >= _CLEAR:
        return Note("sure_clear", **known)
    return Note("sure_just", **known)


def _remarks(wording: Wording, finding: Finding) -> Iterator[str]:
    """When others could notice it, what speaks against it, and how old it is."""
    if finding.better and finding.passed:
        yield wording.text("summary.then_better")
    elif finding.better:
        yield wording.tell(Note("your_better"))
    if finding.noticeable:
        first, last = finding.noticeable
        if first == last:
            yield wording.tell(Note("noticed_once", day=first))
        else:
            yield wording.tell(Note("noticed", first=first, last=last))
    if finding.in_expression:
        yield wording.tell(Note("your_expression", expression=finding.expression))
    if finding.relative:
        yield wording.tell(Note("your_relative"))
    for note in finding.notes:
        yield wording.text("summary.mind", remark=wording.tell(note))
    yield from map(wording.tell, _tell_older(wording, finding))


def _tell_older(wording: Wording, finding: Finding) -> Iterator[Note]:
    """A note that photos of other expressions go on to a later day."""
    latest, gone = _latest_day(wording), finding.kind in OF_SKIN and finding.passed
    if finding.days.latest < latest and not gone:
        yield Note("your_older", day=finding.days.latest, latest=latest)


def _tell_baseline(wording: Wording) -> Iterator[str]:
    """Say that there is no baseline, where all photos are from after the treatment."""
    first = _first_day(wording)
    if wording.series.treated and 0 < first < math.inf:
        yield wording.tell(Note("your_baseline", day=first))


def _has_baseline(wording: Wording) -> bool:
    """Whether there is a treatment, and a photo from before it or of its day."""
    return wording.series.treated and _first_day(wording) <= 0


def _first_day(wording: Wording) -> float:
    series = wording.series
    return float(np.nanmin(series.static["day"][series.landmarks.usable], initial=math.inf))


def _latest_day(wording: Wording) -> float:
    series = wording.series
    days = series.static["day"][series.landmarks.usable]
    return float(np.nanmax(days, initial=-math.inf))


def _others(wording: Wording, findings: list[Finding]) -> Iterator[str]:
    """The other findings, each in a sentence and its course."""
    for each in findings:
        better = (Note("your_better"),) * each.better
        moved = (Note("your_expression", expression=each.expression),) * each.in_expression
        said = _headline(each, treated=False)
        older = _tell_older(wording, each)
        yield _tell_each(wording, iter((said, *_course(each), *better, *moved, *older)))


def _steady_parts(wording: Wording) -> str:
    """The parts that were compared and did not change; empty where nothing could be compared."""
    told = {each.part for each in wording.series.findings}
    told |= {each.headline.name for each in wording.changes if each.ever_beyond}
    parts = [each.headline.name for each in wording.changes if math.isfinite(each.limit)]
    names = dict.fromkeys(
        wording.text.known("compared", part) for part in parts if part not in told
    )
    if not names:
        return ""
    listed = wording.text("lists.comma").join(names)
    if told:
        return wording.text("summary.nothing_else", parts=listed)
    return wording.text("summary.compared", parts=listed)


def _list_set_aside(wording: Wording) -> str:
    """The photos that were not used, counted by the reason of each; empty if all were."""
    series, reasons = wording.series, dict[str, str]()
    usable = series.landmarks.usable
    for row in np.flatnonzero(~usable).tolist():
        status = str(series.landmarks.status[row])
        reasons[str(series.photos["photo"][row])] = status
    for row in np.flatnonzero(usable & ~np.isfinite(series.static["day"])).tolist():
        reasons[str(series.photos["photo"][row])] = "undated"
    found = review_photos(series.photos, usable, series.treated_on, series.leftovers, series.folder)
    for doubt in found:
        if not doubt.used and doubt.photo:
            known = reasons.get(doubt.photo, "")
            reasons[doubt.photo] = min((known, doubt.note.code), key=_rank)
    if not reasons:
        return ""
    counts = Counter(code if code in _REASONS else "other" for code in reasons.values())
    parts = [
        wording.text.count(f"unused.{code}", counts[code]) for code in sorted(counts, key=_rank)
    ]
    return wording.text("summary.unused", parts=wording.text("lists.comma").join(parts))


def _rank(code: str) -> int:
    if code in _REASONS:
        return _REASONS.index(code)
    return len(_REASONS)


def _doubtful(wording: Wording) -> str:
    """How many photos were used though something is wrong with them."""
    count = int((find_poor(wording.series) & wording.series.landmarks.usable).sum())
    if not count:
        return ""
    return wording.text.count("summary.doubtful", count)
