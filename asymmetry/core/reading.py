"""Tables back in: from CSV, Arrow and pandas to columns."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrow import LISTS
from asymmetry.core.paths import as_path
from asymmetry.errors import InvalidInputError

__all__ = ["arrow_columns", "csv_columns", "frame_columns"]

Column = npt.NDArray[Any]
Meaning: TypeAlias = dict[str, str]
_MEANING = ("unit", "sign", "definition")

#: Columns that are texts, whatever stands in them: a photo may be called 12.
_TEXTS = frozenset(
    ("photo", "taken", "expression", "status", "reason", "sha256", "subject", "notes")
)
_TRUE = {"True": True, "False": False, "true": True, "false": False}
# A text that begins like this got an apostrophe, see `Measurements.to_csv`.
_GUARDED = ("'=", "'+", "'-", "'@", "'\t", "'\r")


def csv_columns(path: str | os.PathLike[str]) -> dict[str, Column]:
    """The columns of a CSV file in UTF-8, with a heading.

    Raises
    ------
    InvalidInputError
        If it can't be read, or a line has another number of cells than the heading.
    """
    name = as_path(path)
    try:
        with name.open(encoding="utf-8-sig", newline="") as file:
            heading, *lines = csv.reader(file)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidInputError(f"{name}: can't be read as CSV in UTF-8 ({error})") from error
    except ValueError as error:
        raise InvalidInputError(f"{name}: is empty; its first line names the columns") from error
    for number, line in enumerate(lines, 2):
        if len(line) != len(heading):
            raise InvalidInputError(
                f"{name}: line {number} has {len(line)} cells, the heading {len(heading)}"
            )
    return {name: _from_text(name, [line[i] for line in lines]) for i, name in enumerate(heading)}


def arrow_columns(table: Any) -> tuple[dict[str, Column], dict[str, Any], dict[str, Meaning]]:
    """The columns of a `pyarrow.Table`, and the provenance and their contents in its schema's metadata."""
    columns = {name: _from_values(name, table[name].to_pylist()) for name in table.column_names}
    said = (table.schema.metadata or {}).get(b"asymmetry", b"{}")
    known = {field.name: field.metadata for field in table.schema if field.metadata}
    about = {name: _read_meaning(metadata) for name, metadata in known.items()}
    return columns, json.loads(said), {name: each for name, each in about.items() if each}


def _read_meaning(metadata: Mapping[bytes, bytes]) -> Meaning:
    """Unit, sign and definition, as far as they are there."""
    return {
        name: metadata[name.encode()].decode("utf-8", "replace")
        for name in _MEANING
        if name.encode() in metadata
    }


def frame_columns(frame: Any) -> tuple[dict[str, Column], dict[str, Any]]:
    """The columns of a `pandas.DataFrame`, and the provenance in its ``attrs``."""
    if not hasattr(frame, "isna"):
        raise InvalidInputError(
            f"from_dataframe reads a pandas.DataFrame, and this is {type(frame).__name__}"
        )
    missing = frame.isna()
    columns = {}
    for name in frame.columns:
        values = list(frame[name])
        for row in np.flatnonzero(missing[name]).tolist():
            values[row] = None
        columns[str(name)] = _from_values(str(name), values)
    return columns, dict(frame.attrs.get("asymmetry", {}))


def _from_text(column: str, cells: Iterable[str]) -> Column:
    """Cells as numbers or truths if all of them are, else as texts."""
    texts = list(cells)
    if column not in _TEXTS:
        if texts and all(text in _TRUE for text in texts):
            return np.array([_TRUE[text] for text in texts], dtype=bool)
        try:
            return np.array([float(text or "nan") for text in texts], dtype=np.float64)
        except ValueError:
            pass
    return np.array([_unguard(text) for text in texts], dtype=np.str_)


def _unguard(text: str) -> str:
    """A text as it was before `Measurements.to_csv` guarded it."""
    if text.startswith(_GUARDED):
        return text[1:]
    return text


def _from_values(column: str, values: list[Any]) -> Column:
    """Values as one array; missing ones are NaN among numbers and empty among texts."""
    if column in LISTS:
        return np.array([_join_codes(value) for value in values], dtype=np.str_)
    known = [value for value in values if value is not None]
    if column in _TEXTS or any(isinstance(value, str | date) for value in known):
        return np.array([_text_of(value) for value in values], dtype=np.str_)
    if known and all(isinstance(value, bool | np.bool_) for value in values):
        return np.array(values, dtype=bool)
    whole = len(known) == len(values) and all(
        isinstance(value, int | np.integer) for value in known
    )
    if whole and known:
        return np.array(values, dtype=np.int64)
    try:
        return np.array(values, dtype=np.float64)  # which makes NaN of None
    except (TypeError, ValueError) as error:
        raise InvalidInputError(
            f"column {column}: holds neither numbers nor texts ({error})"
        ) from error


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
