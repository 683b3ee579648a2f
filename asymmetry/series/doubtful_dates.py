"""Dates of a series that do not fit those of the other photos."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import PurePath

from asymmetry.core.notes import Note
from asymmetry.photos.dates import day_of
from asymmetry.photos.record import PhotoRecord
from asymmetry.photos.taken import UNSET_SOURCES, WRITTEN_SOURCES

__all__ = ["doubt_dates"]

#: A single photo is dated far from the others if it is this many days from them, and this many times as long
#: as all of them span. Conventions: six months are longer than the usual time between two visits.
_FAR_DAYS, _FAR_SPANS = 180, 2
_LEAST_DAYS, _FEWEST_DAYS = 3, 3
#: A date of another year is likely if it is at most so long before or after the other photos.
_NEAR = timedelta(days=31)
_YEAR = timedelta(days=365)
_NUMBERED = re.compile(r"(.*?)(\d{3,7})\D*$")

Days = Mapping[int, date]
Reasons = dict[int, Note]
Likely = Mapping[int, Mapping[str, date]]


def doubt_dates(
    photos: Sequence[str], taken: Sequence[str], about: Sequence[PhotoRecord]
) -> tuple[Reasons, Reasons]:
    """Dates that are not to be used, and dates to ask about, with the reasons by row.

    Set aside is the date of a single photo long before all others, which would be the baseline of everything,
    and one that contradicts the order of the camera's own numbers. Asked about are a whole visit long before
    all others, or one before less than three other days, and a photo long after all others: people come back.
    Written dates are believed. A reason holds the date that is likely, if there is one.

    Parameters
    ----------
    photos, taken : sequence of str, length n
        Their names, and their dates as ISO 8601 texts.
    about : sequence of PhotoRecord
        The facts known about them.

    Examples
    --------
    >>> from asymmetry.photos.record import describe_photo
    >>> days = ["2025-03-03", "2026-03-02", "2026-03-09", "2026-03-16"]
    >>> doubt_dates(days, days, [describe_photo(f"{day}.jpg") for day in days])[0]
    {0: Note('date_far_before', date='2025-03-03', days=364, likely='2026-03-03')}
    """
    found = {row: day_of(text) for row, text in enumerate(taken) if not about[row].copy_of}
    dated = {row: day for row, day in found.items() if day is not None}
    unsure = {row: day for row, day in dated.items() if _is_unsure(about[row])}
    likely = {row: _find_likely(row, dated, about[row]) for row in unsure}
    aside = _find_out_of_order(photos, dated, unsure, likely)
    left = {row: day for row, day in dated.items() if row not in aside}
    rows, gap = _find_far_before(left, unsure)
    if len(rows) == 1 and len(set(left.values())) > _LEAST_DAYS:
        far = Note("date_far_before", date=dated[rows[0]], days=gap, **likely[rows[0]])
        return {**aside, rows[0]: far}, _find_far_after(_without(left, rows), unsure, likely)
    asked = {
        row: Note("date_long_before", date=dated[row], days=gap, **likely[row]) for row in rows
    }
    return aside, asked | _find_far_after(left, unsure, likely)


def _without(dated: Days, rows: Sequence[int]) -> dict[int, date]:
    return {row: day for row, day in dated.items() if row not in rows}


def _find_likely(row: int, dated: Days, record: PhotoRecord) -> dict[str, date]:
    """A date that fits among the others: another one that is said for the photo, or one of another year."""
    others = [day for other, day in dated.items() if other != row]
    if not others:
        return {}
    first, last = min(others) - _NEAR, max(others) + _NEAR
    said = [each.day for each in record.dates if each.source not in UNSET_SOURCES]
    years = range(first.year, last.year + 1)
    moved = [dated[row] + (date(year, 3, 1) - date(dated[row].year, 3, 1)) for year in years]
    found = [day for day in (*said, *moved) if first <= day <= last and day != dated[row]]
    return {"likely": found[0]} if found else {}


def _is_unsure(record: PhotoRecord) -> bool:
    """Whether nobody has written the date down, or said to use the photo as it is."""
    taken = record.taken
    return taken is not None and taken.source not in WRITTEN_SOURCES and record.use is not True


def _find_out_of_order(photos: Sequence[str], dated: Days, unsure: Days, likely: Likely) -> Reasons:
    """Photos whose number lies between those of others, and whose date lies far outside of theirs."""
    numbered: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in dated:
        match = _NUMBERED.fullmatch(PurePath(photos[row]).stem)
        if match:
            numbered[match[1].lower()].append((int(match[2]), row))
    found = {}
    for known in numbered.values():
        rows = [row for _, row in sorted(known)]
        for before, row, after in zip(rows, rows[1:], rows[2:], strict=False):
            low, high = dated[before], dated[after]
            off = max((low - dated[row]).days, (dated[row] - high).days)
            if low <= high and off > _FAR_DAYS and row in unsure:
                found[row] = Note(
                    "date_out_of_order", date=dated[row], first=low, last=high, **likely[row]
                )
    return found


def _find_far_before(dated: Days, unsure: Days) -> tuple[list[int], int]:
    """Photos of a first day that is long before all others, and how long; none where their dates are sure."""
    days = sorted(set(dated.values()))
    if len(days) < _FEWEST_DAYS:
        return [], 0
    first, second, last = days[0], days[1], days[-1]
    gap = (second - first).days
    wrong_year = gap > _FAR_DAYS and second <= first + _YEAR <= last
    if not (wrong_year or _is_far(gap, second, last)):
        return [], 0
    return _all_unsure(first, dated, unsure), gap


def _find_far_after(dated: Days, unsure: Days, likely: Likely) -> Reasons:
    days = sorted(set(dated.values()))
    if len(days) <= _LEAST_DAYS:
        return {}
    last, gap = days[-1], (days[-1] - days[-2]).days
    if not _is_far(gap, days[0], days[-2]):
        return {}
    rows = _all_unsure(last, dated, unsure)
    return {row: Note("date_far_after", date=last, days=gap, **likely[row]) for row in rows}


def _is_far(gap: int, first: date, last: date) -> bool:
    return gap > max(_FAR_DAYS, _FAR_SPANS * (last - first).days)


def _all_unsure(day: date, dated: Days, unsure: Days) -> list[int]:
    """The photos of that day, if all their dates are unsure; else none."""
    rows = [row for row, other in dated.items() if other == day]
    if all(row in unsure for row in rows):
        return rows
    return []
