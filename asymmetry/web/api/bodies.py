"""Bodies of requests, checked field by field."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from datetime import date, datetime
from http import HTTPStatus
from typing import Any

from starlette.requests import Request

from asymmetry.core.schemes import SIDES
from asymmetry.metrics.expression import EXPRESSIONS
from asymmetry.photos.names import expression_from_text
from asymmetry.web.problems import ProblemError
from asymmetry.web.store.entries import PlannedTreatment

__all__ = [
    "FARTHEST",
    "LONGEST",
    "read_day",
    "read_facts",
    "read_object",
    "read_patient",
    "read_points",
    "read_text",
]

#: Letters of a text at most.
LONGEST = 2000
_NAME = 200
#: Px, beyond any photo.
FARTHEST = 1e9
#: Letters of a day at most, as 2026-03-31 or as the week's 2026-W14-2.
_DAY = 10
_FIRST_YEAR, _LAST_YEAR = 1826, 2999


async def read_object(request: Request) -> dict[str, Any]:
    """The JSON object that a request brings."""
    try:
        found = json.loads(await request.body())
        json.dumps(found, ensure_ascii=False).encode()  # half a letter is none
    except (ValueError, RecursionError) as error:
        raise _wrong("the body is not JSON") from error
    if not isinstance(found, dict):
        raise _wrong("the body has to be a JSON object")
    return found


def read_patient(body: Mapping[str, Any], *, new: bool) -> dict[str, Any]:
    """Facts about a patient, as fields of `Patient`."""
    if new and "name" not in body:
        raise _wrong("name: a patient needs a name or a pseudonym")
    return _read_fields(body, _PATIENT)


def read_facts(body: Mapping[str, Any]) -> dict[str, Any]:
    """Facts about a photo, see `asymmetry.web.store.entries.FACTS`; null takes a correction back."""
    return _read_fields(body, _PHOTO)


def read_points(body: Mapping[str, Any]) -> dict[tuple[str, str], tuple[float, float]]:
    """Places of points, by name and side."""
    found = {}
    for name, sides in body.items():
        if not isinstance(sides, Mapping) or not sides:
            raise _wrong(f'{name}: give a place for each side, such as {{"right": [x, y]}}')
        for side, place in sides.items():
            found[name, side] = _read_place(f"{name} {side}", place)
    if not found:
        raise _wrong("give at least one point")
    return found


def read_text(name: str, value: Any, longest: int = LONGEST) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not _is_seen(value) or len(value) > longest:
        raise _wrong(f"{name}: give a text of 1 to {longest} letters")
    return value.strip()


def _is_seen(text: str) -> bool:
    """Whether anything in a text can be seen."""
    return any(letter.isprintable() and not letter.isspace() for letter in text)


def read_day(name: str, value: Any) -> str:
    """A day as ISO 8601 text."""
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise _wrong(f"{name}: write the day as 2026-03-31") from error
    return _check_year(name, day).isoformat()


def _read_fields(
    body: Mapping[str, Any], known: Mapping[str, Callable[[Any], Any]]
) -> dict[str, Any]:
    unknown = sorted(set(body) - set(known))
    if unknown:
        raise _wrong(f"unknown field {', '.join(unknown)}; known: {', '.join(known)}")
    return {name: known[name](value) for name, value in body.items()}


def _read_treatments(value: Any) -> tuple[PlannedTreatment, ...]:
    if not isinstance(value, list) or not all(isinstance(each, Mapping) for each in value):
        raise _wrong('treatments: give a list such as [{"date": "2026-03-09", "note": "20 U"}]')
    made = [
        PlannedTreatment(
            read_day("treatments", each.get("date")), str(each.get("note") or "")[:LONGEST]
        )
        for each in value
    ]
    return tuple(sorted(made, key=lambda each: each.date))


def _read_side(value: Any) -> str | None:
    if value not in (None, *SIDES):
        raise _wrong("affected: use right, left or null, the patient's own side")
    return value  # type: ignore[no-any-return]


def _read_setting(value: Any) -> str:
    if value not in ("home", "clinic"):
        raise _wrong("setting: use home or clinic")
    return str(value)


def _read_expression(value: Any) -> str | None:
    if value is None:
        return None
    found = expression_from_text(read_text("expression", value))
    if found is None:
        raise _wrong(f"expression: use one of {', '.join(EXPRESSIONS)}")
    return found


def _read_taken(value: Any) -> str | None:
    if value is None:
        return None
    try:
        time = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise _wrong(
            "taken: write the day as 2026-03-31, or the time as 2026-03-31T12:30:00"
        ) from error
    _check_year("taken", time)
    return time.date().isoformat() if len(value) <= _DAY else time.isoformat()


def _check_year(name: str, day: date) -> date:
    """A day on which a photo can have been taken."""
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise _wrong(f"{name}: the year {day.year} can't be right")
    return day


def _read_mirrored(value: Any) -> bool | None:
    if not isinstance(value, bool | None):
        raise _wrong("mirrored: use true or false")
    return value or None


def _read_excluded(value: Any) -> str | None:
    """A reason; true is one without words."""
    if value in (None, False):
        return None
    if value is True:
        return "excluded"
    return read_text("excluded", value)


def _read_place(name: str, value: Any) -> tuple[float, float]:
    numbers = value if isinstance(value, list) else []
    if len(numbers) != 2 or not all(_is_number(each) for each in numbers):
        raise _wrong(f"{name}: give its place as [x, y] in px")
    return float(numbers[0]), float(numbers[1])


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < FARTHEST and not math.isnan(value)


def _wrong(detail: str) -> ProblemError:
    return ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, detail)


_PATIENT: Mapping[str, Callable[[Any], Any]] = {
    "name": lambda value: " ".join(read_text("name", value, _NAME).split()),
    "affected": _read_side,
    "setting": _read_setting,
    "treatments": _read_treatments,
}
_PHOTO: Mapping[str, Callable[[Any], Any]] = {
    "expression": _read_expression,
    "taken": _read_taken,
    "mirrored": _read_mirrored,
    "excluded": _read_excluded,
}
