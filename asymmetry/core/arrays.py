"""Arrays that are checked, compared and kept from being written to."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Integral, Real
from typing import Any, TypeGuard, TypeVar

import numpy as np
import numpy.typing as npt

from asymmetry.errors import InvalidInputError

__all__ = [
    "Column",
    "FloatArray",
    "Mask",
    "Pixels",
    "as_numbers",
    "as_texts",
    "check_switch",
    "check_switches",
    "check_type",
    "is_number",
    "is_whole",
    "list_parts",
    "read_only",
    "same_values",
]

FloatArray = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Column = npt.NDArray[Any]

_Part = TypeVar("_Part")


def same_values(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> bool:
    """Whether two arrays hold the same; NaN equals NaN."""
    return np.array_equal(one, other, equal_nan=one.dtype.kind == "f" and other.dtype.kind == "f")


def read_only(values: npt.ArrayLike) -> npt.NDArray[Any]:
    """A view that can't be written to; nothing is copied, and the array stays its owner's."""
    if type(values) is np.ndarray and not values.flags.writeable:
        return values
    view = np.asarray(values).view()
    view.flags.writeable = False
    return view


def as_numbers(name: str, values: npt.ArrayLike, kind: type[np.generic]) -> npt.NDArray[Any]:
    """Convert values to an array of numbers; raises `InvalidInputError` if they are none."""
    try:
        return np.asarray(values, dtype=kind)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(
            f"{name} have to be numbers in a regular array ({error})"
        ) from error


def as_texts(name: str, values: Iterable[str]) -> npt.NDArray[np.str_]:
    """Convert a list of texts to an array; raises `InvalidInputError` if it is none.

    Examples
    --------
    >>> as_texts("photo", ["a.jpg"]).tolist()
    ['a.jpg']
    """
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise InvalidInputError(
            f"{name} has to be a list of texts, one for each photo, not {values!r}"
        )
    return np.array(list(values), dtype=np.str_)


def is_number(value: object) -> TypeGuard[float]:
    """Whether a value is one number, of Python or NumPy; a text or a truth is none.

    Examples
    --------
    >>> is_number(np.float32(1.5)), is_number("1.5"), is_number(True)
    (True, False, False)
    """
    return isinstance(value, Real) and not isinstance(value, bool)


def is_whole(value: object) -> TypeGuard[int]:
    """Whether a value is one whole number, as for `is_number`."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def check_switch(name: str, value: object) -> None:
    """Refuse anything but True and False: a text such as "false" would count as true."""
    if not isinstance(value, bool | np.bool_):
        raise InvalidInputError(f"{name} has to be True or False, not {value!r}")


def check_switches(**switches: object) -> None:
    """As `check_switch`, of several by their names."""
    for name, value in switches.items():
        check_switch(name, value)


def check_type(name: str, value: object, kind: type[object]) -> None:
    """Refuse a value of another type."""
    if not isinstance(value, kind):
        raise InvalidInputError(
            f"{name} must be of type {kind.__name__}, not {type(value).__name__}"
        )


def list_parts(parts: Iterable[_Part], kind: type[_Part]) -> list[_Part]:
    """List the parts to be joined; raises `InvalidInputError` if one is of another kind."""
    check_type("parts", parts, Iterable)
    listed = list(parts)
    odd = [type(part).__name__ for part in listed if not isinstance(part, kind)]
    if odd:
        raise InvalidInputError(f"only {kind.__name__} can be joined, and this is {odd[0]}")
    return listed
