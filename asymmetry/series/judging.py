"""The set of photos, judged before it is believed: what is doubtful is set aside with its reason.

Nothing is turned round or dated anew by itself. What a manifest says is believed against every doubt.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import PurePath

import numpy as np

from asymmetry.core.landmarks import Landmarks
from asymmetry.core.notes import Note, note_array
from asymmetry.photos.dates import day_of
from asymmetry.photos.record import PhotoRecord
from asymmetry.series.likeness import find_mirrored, find_strangers, shapes, signatures

__all__ = ["judge_photos"]

#: A single photo is dated far before the others if it is this many days before them, and this many times as long as
#: all of them span. Conventions: six months are longer than the usual time between two visits.
_FAR_DAYS, _FAR_SPANS = 180, 2
_LEAST_DAYS = 3
_WRITTEN = frozenset(("given", "manifest"))
_NUMBERED = re.compile(r"(.*?)(\d{3,})\D*$")

Reasons = dict[int, Note]


def judge_photos(landmarks: Landmarks, about: Sequence[PhotoRecord]) -> Landmarks:
    """The same photos; those that can't be believed are ``"rejected"``, or have no date, and say why.

    Set aside are photos that the manifest does not want, second files of one exposure, photos of another
    person and photos that are mirrored against the others. A date is set aside if it is far from all others.

    Parameters
    ----------
    landmarks : Landmarks
        n photos as they were read.
    about : sequence of PhotoRecord
        The facts known about them, in the same order.
    """
    dates = _find_far_dates(landmarks, about)
    asked = _find_late_dates(landmarks, about, dates)
    out = {row: Note("unwanted") for row, each in enumerate(about) if each.use is False}
    out |= _find_exposures(landmarks, about)
    out |= _find_subjects(about)
    out |= _find_strangers(landmarks, about, out)
    out |= _find_mirrored(landmarks, about, out)
    if not (dates or asked or out):
        return landmarks
    notes = list(landmarks.notes)
    for reasons in (out, dates, asked):
        for row, note in reasons.items():
            notes[row] = (*notes[row], note)
    taken, status = landmarks.taken.copy(), landmarks.status.copy()
    taken[list(dates)] = ""
    usable = [row for row in out if landmarks.usable[row]]
    status = status.astype(np.result_type(status, "<U8"))
    status[usable] = "rejected"
    return replace(landmarks, notes=note_array(notes), taken=taken, status=status)


def _days(landmarks: Landmarks, about: Sequence[PhotoRecord]) -> tuple[dict[int, date], dict[int, date]]:
    """The day of each dated photo, and of those whose date nobody has written down."""
    found = {row: day_of(text) for row, text in enumerate(landmarks.taken.tolist())}
    dated = {row: day for row, day in found.items() if day is not None}
    open_ = {}
    for row, day in dated.items():
        said = about[row].taken
        if said is not None and said.source not in _WRITTEN and about[row].use is not True:
            open_[row] = day
    return dated, open_


def _find_far_dates(landmarks: Landmarks, about: Sequence[PhotoRecord]) -> Reasons:
    """A single photo dated long before all others, or against the order of the camera's own numbers."""
    dated, open_ = _days(landmarks, about)
    found = _find_out_of_order(landmarks, dated, open_)
    rest = sorted({day for row, day in dated.items() if row not in found})
    if len(rest) <= _LEAST_DAYS:
        return found
    first, second, last = rest[0], rest[1], rest[-1]
    rows = [row for row, day in dated.items() if day == first]
    gap = (second - first).days
    if (len(rows) == 1 and rows[0] in open_ and gap > max(_FAR_DAYS, _FAR_SPANS * (last - second).days)) or (
        len(rows) == 1 and rows[0] in open_ and gap > _FAR_DAYS and second <= _next_year(first) <= last
    ):
        found[rows[0]] = Note("date_far_before", date=first, days=gap)
    return found


def _next_year(day: date) -> date:
    return day + timedelta(days=365)


def _find_out_of_order(landmarks: Landmarks, dated: Mapping[int, date], open_: Mapping[int, date]) -> Reasons:
    """Photos whose number lies between those of others, and whose date lies far outside of theirs."""
    numbered: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in dated:
        match = _NUMBERED.match(PurePath(str(landmarks.photo[row])).stem)
        if match and not re.search(r"\d{8}", match[2]):
            numbered[match[1].lower()].append((int(match[2]), row))
    found = {}
    for known in numbered.values():
        rows = [row for _, row in sorted(known)]
        for before, row, after in zip(rows, rows[1:], rows[2:], strict=False):
            low, high = dated[before], dated[after]
            off = max((low - dated[row]).days, (dated[row] - high).days)
            if low <= high and off > _FAR_DAYS and row in open_:
                found[row] = Note("date_out_of_order", date=dated[row], first=low, last=high)
    return found


def _find_late_dates(landmarks: Landmarks, about: Sequence[PhotoRecord], aside: Reasons) -> Reasons:
    """A single photo dated long after all others: used, since people come back, and asked about."""
    dated, open_ = _days(landmarks, about)
    rest = sorted({day for row, day in dated.items() if row not in aside})
    if len(rest) <= _LEAST_DAYS:
        return {}
    rows = [row for row, day in dated.items() if day == rest[-1]]
    gap = (rest[-1] - rest[-2]).days
    if len(rows) == 1 and rows[0] in open_ and gap > max(_FAR_DAYS, _FAR_SPANS * (rest[-2] - rest[0]).days):
        return {rows[0]: Note("date_far_after", date=rest[-1], days=gap)}
    return {}


def _find_exposures(landmarks: Landmarks, about: Sequence[PhotoRecord]) -> Reasons:
    """Photos of the same instant to the fraction of a second, of which the first that was measured counts."""
    rows: dict[str, list[int]] = defaultdict(list)
    for row, taken in enumerate(landmarks.taken.tolist()):
        if "." in taken and landmarks.usable[row] and not about[row].copy_of and about[row].use is not True:
            rows[taken].append(row)
    names = landmarks.photo.tolist()
    return {row: Note("same_file", photo=names[each[0]]) for each in rows.values() for row in each[1:]}


def _find_subjects(about: Sequence[PhotoRecord]) -> Reasons:
    """Photos of which the manifest says that they show somebody else than most of them do."""
    named = {row: each.subject for row, each in enumerate(about) if "subject" in each.written}
    if len(set(named.values())) <= 1:
        return {}
    ((most, _),) = Counter(named.values()).most_common(1)
    return {row: Note("another_subject", subject=who) for row, who in named.items() if who != most}


def _find_strangers(landmarks: Landmarks, about: Sequence[PhotoRecord], out: Reasons) -> Reasons:
    rows = _rows_to_compare(landmarks, out)
    if len(rows) < 2:
        return {}
    found = find_strangers(shapes(landmarks[rows]))
    names = [row for row, strange in zip(rows.tolist(), found.tolist(), strict=True) if strange]
    return {
        row: Note("another_person")
        for row in names
        if "subject" not in about[row].written and about[row].use is not True
    }


def _find_mirrored(landmarks: Landmarks, about: Sequence[PhotoRecord], out: Reasons) -> Reasons:
    rows = _rows_to_compare(landmarks, out)
    if len(rows) < 2:
        return {}
    known = [about[row] for row in rows]
    sure = [at for at, each in enumerate(known) if "mirrored" in each.written or each.use is True]
    found = find_mirrored(signatures(landmarks[rows]), sure, [each.front_camera for each in known])
    usual = bool(landmarks.provenance.get("mirrored", False))
    reasons = {}
    for at in np.flatnonzero(found).tolist():
        row, code = int(rows[at]), "looks_mirrored"
        if known[at].front_camera:
            code = "looks_mirrored_front"
        reasons[row] = Note(code, stored="no" if usual else "yes")
    return reasons


def _rows_to_compare(
    landmarks: Landmarks, out: Mapping[int, Note]
) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    return np.array([row for row in np.flatnonzero(landmarks.usable) if row not in out], dtype=np.intp)
