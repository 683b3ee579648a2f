"""Values as columns keep them: numbers, truths or texts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import Column, read_only
from asymmetry.errors import InvalidInputError

__all__ = ["LISTS", "TEXTS", "as_column", "from_values"]

#: Columns of codes with a space between them, which are lists where a format has lists.
LISTS = ("flags",)
#: Columns that are texts, whatever stands in them: a photo may be called 12.
TEXTS = frozenset(
    ("photo", "taken", "expression", "status", "reason", "sha256", "subject", "notes", *LISTS)
)


def as_column(name: str, values: npt.ArrayLike) -> Column:
    """Values as a table keeps them, a view that can't be written to: numbers, truths or texts.

    Times become texts by ISO 8601, midnight the day alone; categories and objects become what they hold. A
    missing text (None, NaN, NaT, NA) is empty.

    Parameters
    ----------
    name : str
        The column's name; some columns are texts, whatever stands in them.
    values : array_like, shape (n,)
        NumPy's, pandas' or polars' values, or a list.

    Raises
    ------
    InvalidInputError
        If they are none of these, such as bytes, spans of time or complex numbers.

    Examples
    --------
    >>> as_column("visit", np.array(["2026-03-09", "NaT"], "datetime64[ns]")).tolist()
    ['2026-03-09', '']
    >>> as_column("group", ["a", np.nan]).tolist()
    ['a', '']
    """
    try:
        column = np.asarray(values)
    except ValueError as error:
        raise InvalidInputError(f"column {name}: holds neither numbers nor texts") from error
    if column.ndim != 1:  # whoever asks says so with the shapes of all
        return read_only(column)
    kind = column.dtype.kind
    if kind == "U" and isinstance(values, Sequence):
        # In a list NumPy makes "nan" of a NaN among texts.
        kind = "U" if all(isinstance(each, str) for each in values) else "O"
        column = column if kind == "U" else np.array(values, dtype=np.object_)
    if kind == "U" or (kind in "biuf" and name not in TEXTS):
        return read_only(column)
    if kind == "M":
        column = column.astype("datetime64[us]")  # of which NumPy makes moments, and None of NaT
    elif kind not in "biufOT":
        raise InvalidInputError(f"column {name}: holds neither numbers nor texts ({column.dtype})")
    known = [None if _is_missing(value) else value for value in column.tolist()]
    if kind in "MT":
        return read_only(np.array([_text_of(value) for value in known], dtype=np.str_))
    return read_only(from_values(name, known))


def _is_missing(value: object) -> bool:
    """Whether a value stands for one that is not known: None, NaN, NaT, or pandas' NA, which has no truth."""
    try:
        return value is None or bool(value != value)  # noqa: PLR0124  as NaN is
    except (TypeError, ValueError):
        return type(value).__name__ == "NAType"


def from_values(column: str, values: list[Any]) -> Column:
    """Values as one array; missing ones are NaN among numbers and empty among texts."""
    if column in LISTS:
        return np.array([_join_codes(value) for value in values], dtype=np.str_)
    known = [value for value in values if value is not None]
    if column in TEXTS or any(isinstance(value, str | date) for value in known):
        return np.array([_text_of(value) for value in values], dtype=np.str_)
    if known and all(isinstance(value, bool | np.bool_) for value in values):
        return np.array(values, dtype=bool)
    whole = len(known) == len(values) and all(
        isinstance(value, int | np.integer) for value in known
    )
    if whole and known:
        return np.array(values, dtype=np.int64)
    try:
        numbers = np.array(values, dtype=np.float64)  # which makes NaN of None
    except (TypeError, ValueError) as error:
        raise InvalidInputError(
            f"column {column}: holds neither numbers nor texts ({error})"
        ) from error
    if numbers.ndim != 1:
        raise InvalidInputError(f"column {column}: holds lists, and not one value for each row")
    return numbers


def _join_codes(value: Any) -> str:
    """A list of codes as one text."""
    if value is None or isinstance(value, str):
        return value or ""
    return " ".join(value)


def _text_of(value: Any) -> str:
    """A text, or a moment as ISO 8601: a day alone where it is midnight."""
    if value is None:
        return ""
    if isinstance(value, datetime) and value.tzinfo is None and value.time() == time():
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
