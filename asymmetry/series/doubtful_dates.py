"""Dates of a series that do not fit those of the other photos."""

from __future__ import annotations

import functools
import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from posixpath import basename, splitext
from typing import Any, NamedTuple, TypeAlias

from asymmetry.core.notes import Note
from asymmetry.photos.dates import day_of
from asymmetry.photos.record import PhotoRecord
from asymmetry.photos.taken import UNSET_SOURCES, WRITTEN_SOURCES

__all__ = ["doubt_dates"]

#: Photos are dated far from the others if they are this many days from them, and this many times as long as
#: all of them span, or as the longest time between two of them. Conventions: six months are longer than the
#: usual time between two visits, and the times between visits grow at most so fast: 30, 90, 365 days. A first
#: day that fits a year later is doubted if it lies this many times as long before the others as the longest
#: time between two of them: visits once or twice a year are usual, too.
_FAR_DAYS, _FAR_SPANS, _FAR_PAUSES, _YEAR_PAUSES = 180, 2, 6, 2
#: Fewer other days than these say nothing, and fewer than those set nothing aside: before, and after, where
#: a visit after a year is usual.
_LEAST_DAYS, _LEAST_BEFORE, _LEAST_AFTER = 2, 3, 4
#: A date of another year is likely if it is at most so long before or after the other photos.
_NEAR = timedelta(days=31)
_YEAR = timedelta(days=365)
#: A camera's clock may be that of another time zone.
_TOMORROW = timedelta(days=1)
_NUMBERED = re.compile(r"(.*?)(\d{3,7})\D*$")

Days = Mapping[int, date]
Reasons = dict[int, Note]
Visit: TypeAlias = tuple[date, list[int]]
Likely: TypeAlias = Callable[[int], Mapping[str, date]]


def doubt_dates(
    photos: Sequence[str],
    taken: Sequence[str],
    about: Sequence[PhotoRecord],
    treated_on: date | None = None,
    today: date | None = None,
) -> tuple[Reasons, Reasons]:
    """Dates that are not to be used, and dates to ask about, with the reasons by row.

    Set aside are dates that contradict the order of the camera's own numbers, those of a first day long
    before all others, which would be the baseline of everything, and that of a single photo long after them.
    Asked about are those of several photos for which nothing says a likelier date: people are photographed a
    year before, and come back. Written dates are believed. A reason holds the date that is likely, if there
    is one.

    Parameters
    ----------
    photos, taken : sequence of str, length n
        Their names, and their dates as ISO 8601 texts.
    about : sequence of PhotoRecord
        The facts known about them.
    treated_on : datetime.date, optional
        The treatment's day. The only day before it is the baseline, so it is not set aside for its distance.
    today : datetime.date, optional
        Dates long after all others that are yet to come are wrong.

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
    likely = functools.cache(lambda row: _find_likely(row, dated, about[row]))
    aside, asked = _find_out_of_order(photos, dated, unsure, likely), Reasons()
    end = _find_first(_without(dated, aside), unsure)
    if end is not None:
        known = end.describe(likely)
        if _is_wrong_before(end, likely, treated_on):
            aside |= {row: Note("date_far_before", **each) for row, each in known.items()}
        else:
            asked |= {row: Note("date_long_before", **each) for row, each in known.items()}
    end = _find_last(_without(dated, aside), unsure)
    if end is not None:
        known = end.describe(likely)
        if _is_wrong_after(end, photos, about, today):
            aside |= {row: Note("date_far_after", **each) for row, each in known.items()}
        else:
            asked |= {row: Note("date_long_after", **each) for row, each in known.items()}
    return aside, asked


class _End(NamedTuple):
    """The photos of a series' first or last day, far from all others."""

    rows: Sequence[int]
    day: date
    others: Sequence[date]  # in order of time

    @property
    def gap(self) -> int:
        """Days from the others."""
        return min(abs((self.day - each).days) for each in self.others)

    @property
    def span(self) -> int:
        """Days from the first of the others to the last."""
        return (self.others[-1] - self.others[0]).days

    @property
    def pause(self) -> int:
        """Days of the longest time between two of the others."""
        steps = itertools.pairwise(self.others)
        return max((after - before).days for before, after in steps)

    @property
    def far(self) -> bool:
        """Whether it is far from the others."""
        return self.gap > max(_FAR_DAYS, min(_FAR_SPANS * self.span, _FAR_PAUSES * self.pause))

    def describe(self, likely: Likely) -> dict[int, dict[str, Any]]:
        """The values of the notes on its photos."""
        return {row: {"date": self.day, "days": self.gap, **likely(row)} for row in self.rows}


def _find_first(dated: Days, unsure: Days) -> _End | None:
    """The first day, if it is far from the others, or would be among them a year later."""
    days = sorted(set(dated.values()))
    if len(days) <= _LEAST_DAYS:
        return None
    end = _End(_all_unsure(days[0], dated, unsure), days[0], days[1:])
    long_before = end.gap > max(_FAR_DAYS, _YEAR_PAUSES * end.pause)
    wrong_year = long_before and days[1] <= days[0] + _YEAR <= days[-1]
    return end if end.rows and (wrong_year or end.far) else None


def _find_last(dated: Days, unsure: Days) -> _End | None:
    """The last day, if it is far from the others."""
    days = sorted(set(dated.values()))
    if len(days) <= _LEAST_BEFORE:
        return None
    end = _End(_all_unsure(days[-1], dated, unsure), days[-1], days[:-1])
    return end if end.rows and end.far else None


def _is_wrong_before(end: _End, likely: Likely, treated_on: date | None) -> bool:
    """Whether the date is not to be used: a likelier one is known, or there is but one such photo."""
    if len(end.others) < _LEAST_BEFORE:
        return False
    known = all(likely(row) for row in end.rows)
    baseline = treated_on is not None and end.day <= treated_on < end.others[0]
    if baseline:
        return known and len(end.rows) == 1
    return known or len(end.rows) == 1


def _is_wrong_after(
    end: _End, photos: Sequence[str], about: Sequence[PhotoRecord], today: date | None
) -> bool:
    """The same of the last day: a visit after a year is usual, if its times between visits grow to it."""
    if all(_find_said(about[row], end.others[0], end.others[-1]) for row in end.rows):
        return True
    if all(_is_typed(about[row], end.day) for row in end.rows) or _is_numbered_last(end, photos):
        return False
    if today is not None and end.others[-1] <= today < end.day - _TOMORROW:
        return True
    return (
        len(end.rows) == 1 and len(end.others) >= _LEAST_AFTER and end.gap > _FAR_PAUSES * end.pause
    )


def _is_typed(record: PhotoRecord, day: date) -> bool:
    """Whether the camera says the day, and so does a name that no camera gives: one without a time."""
    said = {each.source: each for each in record.dates if each.day == day}
    typed = any(each.day_only for source, each in said.items() if source in ("name", "folder"))
    return typed and "exif" in said


def _is_numbered_last(end: _End, photos: Sequence[str]) -> bool:
    """Whether the camera has numbered these photos after all others."""
    numbers = {row: _match_number(name) for row, name in enumerate(photos)}
    known = {row: (match[1].lower(), int(match[2])) for row, match in numbers.items() if match}
    last = [known[row] for row in end.rows if row in known]
    others = [each for row, each in known.items() if row not in end.rows]
    same = {kind for kind, _ in [*last, *others]}
    return (
        len(last) == len(end.rows) and len(same) == 1 and bool(others) and min(last) > max(others)
    )


def _without(dated: Days, rows: Collection[int]) -> dict[int, date]:
    return {row: day for row, day in dated.items() if row not in rows}


def _find_likely(row: int, dated: Days, record: PhotoRecord) -> dict[str, date]:
    """A date that fits among the others: another one that is said for the photo, or one of another year."""
    others = [day for other, day in dated.items() if other != row]
    if not others:
        return {}
    first, last = min(others), max(others)
    years = range((first - _NEAR).year, (last + _NEAR).year + 1)
    moved = [dated[row] + (date(year, 3, 1) - date(dated[row].year, 3, 1)) for year in years]
    found = [*_find_said(record, first, last), *_choose_near(moved, first, last)]
    return next(({"likely": day} for day in found if day != dated[row]), {})


def _find_said(record: PhotoRecord, first: date, last: date) -> list[date]:
    """The dates that are said for a photo and lie near such days."""
    said = [each.day for each in record.dates if each.source not in UNSET_SOURCES]
    return _choose_near(said, first, last)


def _choose_near(days: Iterable[date], first: date, last: date) -> list[date]:
    return [day for day in days if first - _NEAR <= day <= last + _NEAR]


def _is_unsure(record: PhotoRecord) -> bool:
    """Whether nobody has written the date down, or said to use the photo as it is."""
    taken = record.taken
    return taken is not None and taken.source not in WRITTEN_SOURCES and record.use is not True


def _find_out_of_order(photos: Sequence[str], dated: Days, unsure: Days, likely: Likely) -> Reasons:
    """Photos whose number lies between those of others, and whose date lies far outside of theirs."""
    days = dated.values()
    if not days or (max(days) - min(days)).days <= _FAR_DAYS:
        return {}
    numbered: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in dated:
        match = _match_number(photos[row])
        if match:
            numbered[match[1].lower()].append((int(match[2]), row))
    found = Reasons()
    for known in numbered.values():
        visits = itertools.groupby((row for _, row in sorted(known)), key=dated.__getitem__)
        for before, visit, after in _threes([(day, list(rows)) for day, rows in visits]):
            low, high, day = before[0], after[0], visit[0]
            off = max((low - day).days, (day - high).days)
            if low <= high and off > _FAR_DAYS:
                order = {"date": day, "first": low, "last": high}
                found |= {
                    row: Note("date_out_of_order", **order, **likely(row))
                    for row in visit[1]
                    if row in unsure
                }
    return found


def _match_number(photo: str) -> re.Match[str] | None:
    """The camera's own number in a photo's name, and all before it."""
    return _NUMBERED.fullmatch(splitext(basename(photo))[0])


def _threes(visits: Sequence[Visit]) -> Iterator[tuple[Visit, Visit, Visit]]:
    return zip(visits, visits[1:], visits[2:], strict=False)


def _all_unsure(day: date, dated: Days, unsure: Days) -> list[int]:
    """The photos of that day, if all their dates are unsure; else none."""
    rows = [row for row, other in dated.items() if other == day]
    if all(row in unsure for row in rows):
        return rows
    return []
