"""Columns as Arrow has them: null for unknown values, times, and texts of few kinds."""

from __future__ import annotations

from datetime import datetime
from typing import Any, get_args

import numpy as np

from asymmetry.core.arrays import Column
from asymmetry.core.columns import Status
from asymmetry.core.values import LISTS
from asymmetry.errors import InvalidInputError

__all__ = ["plain_values", "to_arrow_array", "valid_texts"]

# In this order in the dictionary of every Arrow table, so that tables can be joined.
_STATUSES = get_args(Status)


def valid_texts(column: Column) -> Column:
    """The column with texts that UTF-8 can hold; the name of a file may have bytes that are no letters."""
    if column.dtype.kind != "U":
        return column
    return np.strings.decode(np.strings.encode(column, "utf-8", "backslashreplace"), "utf-8")


def to_arrow_array(pyarrow: Any, name: str, column: Column) -> Any:
    """A column as an Arrow array; one of no rows has the type of any other."""
    if name == "taken" and column.dtype.kind == "U":
        return pyarrow.array(
            [_wall_clock(text) for text in column.tolist()], pyarrow.timestamp("us")
        )
    if name == "status" and set(column.tolist()) <= set(_STATUSES):
        numbers = np.array([_STATUSES.index(text) for text in column.tolist()], dtype=np.int8)
        return pyarrow.DictionaryArray.from_arrays(pyarrow.array(numbers), pyarrow.array(_STATUSES))
    if name in LISTS:
        codes = [text.split() for text in column.tolist()]
        return pyarrow.array(codes, pyarrow.list_(pyarrow.string()))
    return pyarrow.array(valid_texts(column), from_pandas=True)  # which makes a null of NaN


def _wall_clock(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError as error:
        raise InvalidInputError(
            f"taken {text!r}: give a time as 2026-03-31T12:30:00, or a day"
        ) from error


def plain_values(column: Column) -> list[Any]:
    """A column's values for JSON; None for numbers that are not finite."""
    values: list[Any] = column.tolist()
    if column.dtype.kind != "f":
        return values
    for row in np.flatnonzero(~np.isfinite(column)).tolist():
        values[row] = None
    return values
