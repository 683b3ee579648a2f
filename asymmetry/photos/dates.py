"""Dates and day numbers, however they are written."""

from __future__ import annotations

import math
from datetime import date, datetime

from asymmetry.core.arrays import is_number
from asymmetry.errors import InvalidInputError

__all__ = ["as_date", "day_number", "day_of"]


def day_of(taken: str) -> date | None:
    """The calendar day of an ISO 8601 text; None where it is empty.

    Examples
    --------
    >>> day_of("2026-03-02T18:15:00+01:00")
    datetime.date(2026, 3, 2)
    """
    if not taken:
        return None
    try:
        return datetime.fromisoformat(taken).date()
    except ValueError as error:
        raise InvalidInputError(
            f"taken {taken!r}: give a time as 2026-03-31T12:30:00, or a day"
        ) from error


def as_date(day: date | str | None) -> date | None:
    """A date, however it was written.

    Raises
    ------
    InvalidInputError
        If it is no date and no ISO 8601 text.

    Examples
    --------
    >>> as_date("2026-03-02")
    datetime.date(2026, 3, 2)
    """
    if day is None or (isinstance(day, date) and not isinstance(day, datetime)):
        return day
    if isinstance(day, datetime) and day == day:  # noqa: PLR0124  pandas' NaT is one and is no date
        return day.date()
    try:
        return date.fromisoformat(day)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"{day!r} is not a date: write it as 2026-03-31") from error


def day_number(when: str | date | float, day_zero: date | None) -> str | float:
    """Turn a date or a number into a day number; "baseline" stays.

    Raises
    ------
    InvalidInputError
        If it is a date while day zero is not known, or no date at all.

    Examples
    --------
    >>> day_number("2026-03-12", date(2026, 3, 9)), day_number("baseline", None)
    (3.0, 'baseline')
    """
    if is_number(when) and math.isfinite(when):
        return float(when)
    if when == "baseline":
        return "baseline"
    asked = as_date(when)  # type: ignore[arg-type]  # NaN, which is no date
    if asked is None:
        raise InvalidInputError(f"{when!r} is no day: say a date as 2026-03-31, or a day number")
    if day_zero is None:
        raise InvalidInputError(f"{when}: these photos have no dates; say a day number")
    return float((asked - day_zero).days)
