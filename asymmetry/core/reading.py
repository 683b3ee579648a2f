"""Tables back in: from CSV, Arrow and pandas to columns."""

from __future__ import annotations

import csv
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import numpy as np

from asymmetry.core.arrays import Column
from asymmetry.core.paths import as_path
from asymmetry.core.values import TEXTS, from_values
from asymmetry.errors import InvalidInputError

__all__ = ["arrow_columns", "csv_columns", "frame_columns"]

Meaning: TypeAlias = dict[str, str]
_MEANING = ("unit", "sign", "definition")

# No number, though `float` reads one: the name of a patient or a site, such as 007 and 12_3.
_CODE = re.compile(r"[-+]?0\d|.*_", re.DOTALL)
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
    _check_once(heading)
    return {name: _from_text(name, [line[i] for line in lines]) for i, name in enumerate(heading)}


def arrow_columns(table: Any) -> tuple[dict[str, Column], dict[str, Any], dict[str, Meaning]]:
    """The columns of a `pyarrow.Table`, and the provenance and their contents in its schema's metadata."""
    _check_once(table.column_names)
    columns = {name: from_values(name, table[name].to_pylist()) for name in table.column_names}
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
    index = [each for each in frame.index.names if each is not None and each not in frame.columns]
    if index:  # as after ``set_index("photo")``
        frame = frame.reset_index(index)
    _check_once(map(str, frame.columns))
    missing = frame.isna()
    columns = {}
    for name in frame.columns:
        values = list(frame[name])
        for row in np.flatnonzero(missing[name]).tolist():
            values[row] = None
        columns[str(name)] = from_values(str(name), values)
    return columns, dict(frame.attrs.get("asymmetry", {}))


def _check_once(names: Iterable[str]) -> None:
    """Refuse two columns of one name, of which one would be lost."""
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise InvalidInputError(f"two columns are called {twice[0]!r}; give one another name")


def _from_text(column: str, cells: Iterable[str]) -> Column:
    """Cells as numbers or truths if all of them are, else as texts."""
    texts = list(cells)
    if column not in TEXTS:
        if texts and all(text in _TRUE for text in texts):
            return np.array([_TRUE[text] for text in texts], dtype=bool)
        try:
            if not any(map(_CODE.match, texts)):
                return np.array([float(text or "nan") for text in texts], dtype=np.float64)
        except ValueError:
            pass
    return np.array([_unguard(text) for text in texts], dtype=np.str_)


def _unguard(text: str) -> str:
    """A text as it was before `Measurements.to_csv` guarded it."""
    if text.startswith(_GUARDED):
        return text[1:]
    return text
