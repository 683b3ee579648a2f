"""Arrays that are checked, compared and kept from being written to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.errors import InvalidInputError

__all__ = ["as_numbers", "check_kind", "read_only", "same_values"]


def same_values(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> bool:
    """Whether two arrays hold the same; NaN equals NaN."""
    return np.array_equal(one, other, equal_nan=one.dtype.kind == "f" and other.dtype.kind == "f")


def read_only(values: npt.ArrayLike) -> npt.NDArray[Any]:
    """A view that can't be written to; nothing is copied, and the array stays its owner's."""
    view = np.asarray(values).view()
    view.flags.writeable = False
    return view


def as_numbers(name: str, values: npt.ArrayLike, kind: type[np.generic]) -> npt.NDArray[Any]:
    """An array of numbers; `InvalidInputError` with its name where it is none."""
    try:
        return np.asarray(values, dtype=kind)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"{name} have to be numbers in an even array ({error})") from error


def check_kind(parts: Sequence[object], kind: type[object]) -> None:
    """Refuse to join what is of another kind."""
    odd = [type(part).__name__ for part in parts if not isinstance(part, kind)]
    if odd:
        raise InvalidInputError(f"only {kind.__name__} can be joined, and this is {odd[0]}")
