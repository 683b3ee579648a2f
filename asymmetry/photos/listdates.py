"""Dates as people write them in a list, which decides whether the day or the month is first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from asymmetry.errors import InvalidInputError
from asymmetry.photos.taken import Taken

__all__ = ["DateOrder"]

_CLOCK = r"(?:[ T,]+(\d{1,2})[:.](\d\d)(?:[:.](\d\d))?(?:\.\d+)?\s*([ap])?\.?m?\.?)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})([:/. -])(\d{{1,2}})\2(\d{{1,2}})\.?{_CLOCK}", re.IGNORECASE)
_YEAR_LAST = re.compile(
    rf"(\d{{1,2}})([/.-]) ?(\d{{1,2}})\2 ?(\d{{4}}|\d\d)(?!\d)\.?{_CLOCK}", re.IGNORECASE
)
_WORDS = re.compile(
    r"(\d{1,2})?(?:st|nd|rd|th|\.)?[ -]*([^\W\d_]{3,9})\.?[ -]*"
    r"(?:(\d{1,2}(?!\d))(?:st|nd|rd|th|\.)?)?,?[ -]*(\d{4})"
)
#: The first letters of the months, in English, German, French, Spanish, Italian, Portuguese and Dutch.
_MONTHS = (
    "jan ene gen",
    "feb fév fev",
    "mar mär mrz maa",
    "apr avr abr",
    "may mai mag mei",
    "jun juin giu",
    "jul juil lug",
    "aug aoû aou ago",
    "sep set",
    "oct okt out ott",
    "nov",
    "dec dez déc dic",
)
_HOUR_24 = re.compile(r"[ T]24:")
_NOON, _HOURS_OF_A_DAY, _LAST_SECOND = 12, 24, 59


@dataclass(frozen=True)
class DateOrder:
    """In which order day and month stand in the dates of one list.

    Attributes
    ----------
    orders : tuple of str
        The orders that all its dates allow: ``"day"``, ``"month"`` or both, by the one that is first.

    Examples
    --------
    >>> order = DateOrder.of_list(["3/9/2026", "3/23/2026"])
    >>> order.read("3/9/2026").isoformat(), order.read("2026-03-09 10:15").isoformat()
    ('2026-03-09', '2026-03-09T10:15:00')
    """

    orders: tuple[str, ...]

    @classmethod
    def of_list(cls, texts: Iterable[str]) -> DateOrder:
        """The orders that every date of a list allows; both, if one has no other reading."""
        left = {"day", "month"}
        for text in texts:
            match = _YEAR_LAST.fullmatch(text)
            if match and match[2] != ".":
                left &= _orders(match[1], match[3]) or left
        return cls(tuple(sorted(left)))

    def read(self, text: str) -> Taken:
        """The date that a text says.

        Dates with points are day, month, year in every country that writes them so.

        Raises
        ------
        InvalidInputError
            If it is no date, or may be two; it names both.
        """
        match = _YEAR_LAST.fullmatch(text)
        if match is None:
            return _read_plain(text)
        first, point, second, year, *clock = match.groups()
        if len(year) == len("26"):
            year = f"20{year}"
        orders = self.orders
        if point == ".":
            orders = ("day",)
        found = {order: _build(year, *_month_day(order, first, second), clock) for order in orders}
        days = {taken for taken in found.values() if taken is not None}
        if len(days) > 1:
            one, other = found["day"], found["month"]
            raise InvalidInputError(
                f"{text!r} could be {one and one.day} or {other and other.day}, and no date in the list "
                "shows which: write it as 2026-03-31"
            )
        if not orders:
            raise InvalidInputError(
                f"{text!r}: some dates of the list have the day first and others the month; write them as "
                "2026-03-31"
            )
        if not days:
            raise InvalidInputError(f"{text!r} is not a date; write it as 2026-03-31")
        return days.pop()


def _orders(first: str, second: str) -> set[str]:
    """The orders that two numbers allow."""
    fits = {"month": int(first) <= _NOON, "day": int(second) <= _NOON}
    return {order for order, fit in fits.items() if fit}


def _month_day(order: str, first: str, second: str) -> tuple[str, str]:
    if order == "month":
        return first, second
    return second, first


def _read_plain(text: str) -> Taken:
    """A date with the year first, or the month in words."""
    if not _HOUR_24.search(text):  # of which ISO 8601 makes the next day
        with suppress(ValueError):
            return Taken.parse(text, "manifest")
    taken = None
    match = _YEAR_FIRST.fullmatch(text)
    words = _WORDS.fullmatch(text)
    if match:
        year, _, month, day, *clock = match.groups()
        taken = _build(year, month, day, clock)
    elif words:
        before, name, behind, year = words.groups()
        number = next((at for at, ways in enumerate(_MONTHS, 1) if _begins(name, ways)), None)
        if number and (before or behind) and not (before and behind):
            taken = _build(year, str(number), before or behind, ())
    if taken is None:
        raise InvalidInputError(f"{text!r} is not a date; write it as 2026-03-31")
    return taken


def _begins(name: str, ways: str) -> bool:
    return name.casefold().startswith(tuple(ways.split()))


def _build(year: str, month: str, day: str, clock: Sequence[str | None]) -> Taken | None:
    """A date of its parts; None where they make none."""
    with suppress(ValueError):
        when = datetime(int(year), int(month), int(day))
        if not clock or clock[0] is None:
            return Taken(when, "manifest", day_only=True)
        hour, minute, second, half = (*clock,)
        hours = int(hour or 0)
        if half:
            hours = hours % _NOON + _NOON * (half.lower() == "p")
        elif hours == _HOURS_OF_A_DAY:  # as cameras write the first hour
            hours = 0
        seconds = min(int(second or 0), _LAST_SECOND)  # 60 is a leap second
        return Taken(when.replace(hour=hours, minute=int(minute or 0), second=seconds), "manifest")
    return None
