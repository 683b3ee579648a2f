"""Requirements for a landmark scheme's table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asymmetry.core.schemes.vocabulary import MIDLINE, PAIRS, STATIONS
from asymmetry.errors import InvalidInputError

if TYPE_CHECKING:
    from asymmetry.core.schemes.scheme import Scheme

__all__ = ["check_groups", "check_names", "check_numbers", "list_numbers", "other_side"]

_NAME = re.compile("[a-z][a-z0-9_]*")


def check_names(scheme: Scheme) -> None:
    """Refuse names that are none, or that mean something else in the vocabulary."""
    for name in (scheme.name, *scheme.pairs, *scheme.midline):
        if not _NAME.fullmatch(name):
            raise InvalidInputError(
                f"scheme {scheme.name!r}: {name!r} is not a valid name; use lower case"
            )
    twice = set(scheme.pairs) & set(scheme.midline)
    wrong = twice | (set(scheme.pairs) & set(MIDLINE)) | (set(scheme.midline) & set(PAIRS))
    if wrong:
        raise InvalidInputError(
            f"scheme {scheme.name!r}: {', '.join(sorted(wrong))}: on the midline or on both sides?"
        )
    for contour, line in scheme.contours.items():
        if contour not in STATIONS:
            raise InvalidInputError(
                f"scheme {scheme.name!r}: no contour is called {contour!r}; known: {', '.join(STATIONS)}"
            )
        unknown = [name for name in line if name not in scheme.named]
        if unknown or len(line) < 2:
            raise InvalidInputError(
                f"scheme {scheme.name!r}: contour {contour!r} needs two "
                "points or more that have a name; unknown: "
                f"{', '.join(unknown) or 'none'}"
            )
    one_sided = [name for name in scheme.expressions if other_side(name) not in scheme.expressions]
    if one_sided or len(set(scheme.expressions)) < len(scheme.expressions):
        raise InvalidInputError(
            f"scheme {scheme.name!r}: expression weights must be listed once, and for "
            f"both sides; not so: {', '.join(one_sided) or 'some are listed twice'}"
        )


def check_numbers(scheme: Scheme) -> None:
    """Refuse numbers that stand twice, or that the scheme does not have."""
    numbers = [number for pair in scheme.pairs.values() for number in pair]
    numbers += [
        *scheme.midline.values(),
        *(number for numbers in scheme.unnamed for number in numbers),
    ]
    twice = sorted({number for number in numbers if numbers.count(number) > 1})
    if twice:
        raise InvalidInputError(f"scheme {scheme.name!r} has points {list_numbers(twice)} twice")
    beyond = sorted({*numbers, *scheme.expressive.tolist()} - set(range(scheme.size)))
    if beyond:
        raise InvalidInputError(
            f"scheme {scheme.name!r} has points 0 to {scheme.size - 1}, not {list_numbers(beyond)}"
        )
    missing = sorted(set(range(scheme.size)) - set(numbers))
    if missing and not len(scheme.mirror):
        raise InvalidInputError(
            f"scheme {scheme.name!r}: points {list_numbers(missing)} are "
            "missing; list them in unnamed, or give the mirror"
        )


def list_numbers(numbers: list[int]) -> str:
    """Numbers as an error lists them."""
    return ", ".join(map(str, numbers))


def check_groups(scheme: Scheme) -> None:
    """Refuse groups with names that the scheme does not have."""
    for group, names in scheme.groups.items():
        unknown = [name for name in names if not scheme.has(name)]
        if unknown:
            raise InvalidInputError(
                f"scheme {scheme.name!r}: group {group!r} has no points {', '.join(unknown)}"
            )


def other_side(expression: str) -> str:
    """The name of an expression weight with Right and Left exchanged."""
    if expression.endswith("Left"):
        return expression.removesuffix("Left") + "Right"
    if expression.endswith("Right"):
        return expression.removesuffix("Right") + "Left"
    return expression
