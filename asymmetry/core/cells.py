"""The cells of a table as text: for files, and for the screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from asymmetry.core.arrays import Column
from asymmetry.core.arrow import plain_values, valid_texts

__all__ = [
    "DECIMALS",
    "DECIMALS_BELOW_ONE",
    "guard_formula",
    "keep_end",
    "write_cells",
    "write_exactly",
    "write_short",
]

#: Decimals of numbers in text files: 0.1 µm. Numbers below 1, such as mm per px, get more.
DECIMALS, DECIMALS_BELOW_ONE = 4, 6
# Letters of a text in a printed table.
_WIDTH = 40
# A spreadsheet takes a cell that begins like this for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_cells(
    column: Column, number: Callable[[float], str], text: Callable[[Any], str]
) -> list[str]:
    """A column's values as text; values that were not measured are empty."""
    write: Callable[[Any], str] = text
    if column.dtype.kind == "f":
        write = number
    cells = [""] * len(column)
    for row, value in enumerate(plain_values(valid_texts(column))):
        if value is not None:
            cells[row] = write(value)
    return cells


def write_exactly(value: float) -> str:
    """A number for a file: fixed decimals without the zeros at the end."""
    decimals = DECIMALS
    if abs(value) < 1:
        decimals = DECIMALS_BELOW_ONE
    text = f"{value:.{decimals}f}".rstrip("0").rstrip(".")
    if text == "-0":
        return "0"
    return text


def write_short(value: float) -> str:
    """A number for the screen."""
    return f"{round(value, 2) + 0.0:.2f}"


def keep_end(value: Any) -> str:
    """A text for the screen; of a long path its end."""
    text = str(value)
    if len(text) <= _WIDTH:
        return text
    return f"…{text[1 - _WIDTH :]}"


def guard_formula(value: Any) -> str:
    """A text for a file that a spreadsheet may open."""
    text = str(value)
    if text.startswith(_FORMULA):
        return f"'{text}"
    return text
