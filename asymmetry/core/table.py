"""`Measurements`: one column per quantity, one row per photo, and how they came about."""

from __future__ import annotations

import html
import importlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import Column, check_type, list_parts, same_values
from asymmetry.core.arrow import plain_values, to_arrow_array, valid_texts
from asymmetry.core.cells import keep_end, write_cells, write_short
from asymmetry.core.csv_text import csv_blocks
from asymmetry.core.files import replace_file
from asymmetry.core.notes import NoteArray, note_array, told_columns
from asymmetry.core.reading import arrow_columns, csv_columns, frame_columns
from asymmetry.core.text import ENGLISH, Text
from asymmetry.core.values import LISTS, as_column
from asymmetry.core.version import joined_provenance
from asymmetry.core.workbook import write_workbook
from asymmetry.errors import InvalidInputError, MissingExtraError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["HEADLINE", "LEADING", "Measurements"]

#: Columns that say which photo a row is; those present come first, in this order.
LEADING = ("photo", "taken", "day", "expression", "status", "reason", "flags")
#: Measurements that a printed table shows, beside the photo and its status.
HEADLINE = (
    "brow_height_diff_mm",
    "mrd1_diff_mm",
    "commissure_height_diff_mm",
    "asymmetry_total_mm",
)
# Rows that a printed table shows at each end.
_SHOWN = 5


@dataclass(frozen=True, eq=False, repr=False)
class Measurements(Mapping[str, Column]):
    """Named columns of equal length; a mapping of column name to array of shape (n,).

    Nothing in it can be changed: `select`, `with_columns` and `concat` make new ones.

    Parameters
    ----------
    columns : mapping of str to array_like of shape (n,)
        The columns. Those named in `LEADING` are put first.
    provenance : mapping
        How the numbers came about: JSON values only.
    about : mapping of str to mapping of str to str
        Contents of columns, for those of which they are known: ``unit``, ``sign`` and ``definition``.
    notes : ndarray of tuple of Note, shape (n,), optional
        The notes on each row, as data; `with_notes` makes the columns ``reason`` and ``flags`` of them.
        Default: the column ``reason``, if there is one.

    Raises
    ------
    InvalidInputError
        If the columns differ in length or are not one-dimensional.

    Examples
    --------
    >>> m = Measurements({"photo": ["a.jpg", "b.jpg"], "mrd1_diff_mm": [0.5, np.nan]})
    >>> m.rows, m["mrd1_diff_mm"].tolist()
    (2, [0.5, nan])
    >>> print(m.to_csv(), end="")
    photo,mrd1_diff_mm
    a.jpg,0.5
    b.jpg,
    """

    columns: Mapping[str, Any]
    provenance: Mapping[str, Any] = field(default_factory=dict)
    about: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    notes: NoteArray = field(default_factory=lambda: np.empty(0, np.object_))

    def __post_init__(self) -> None:
        check_type("columns", self.columns, Mapping)
        leading = {name: self.columns[name] for name in LEADING if name in self.columns}
        ordered = {**leading, **self.columns}
        columns = {name: as_column(name, column) for name, column in ordered.items()}
        shapes = {column.shape for column in columns.values()}
        if len(shapes) > 1 or any(len(shape) != 1 for shape in shapes):
            found = {name: column.shape for name, column in columns.items()}
            raise InvalidInputError(
                f"columns must be one-dimensional and of equal length, not {found}"
            )
        object.__setattr__(self, "columns", MappingProxyType(columns))
        object.__setattr__(self, "provenance", MappingProxyType(dict(self.provenance)))
        about = {name: self.about[name] for name in columns if name in self.about}
        object.__setattr__(self, "about", MappingProxyType(about))
        if self.notes.shape != (self.rows,):
            object.__setattr__(self, "notes", self._read_notes())

    def _read_notes(self) -> NoteArray:
        """Notes that say the same as the column ``reason``."""
        if self.notes.shape != (0,):
            raise InvalidInputError(f"notes of {self.notes.shape} for {self.rows} rows")
        if "reason" not in self.columns:
            return note_array([()] * self.rows)
        return note_array((str(reason),) for reason in self.columns["reason"].tolist())

    @property
    def rows(self) -> int:
        """Number of rows, n."""
        return len(next(iter(self.columns.values()), ()))

    @overload
    def __getitem__(self, name: str) -> Column: ...
    @overload
    def __getitem__(self, name: list[str]) -> Measurements: ...

    def __getitem__(self, name: str | list[str]) -> Column | Measurements:
        """A column; or, of a list of names, a table of these columns.

        Examples
        --------
        >>> list(Measurements({"photo": ["a"], "x_mm": [1.0], "y_mm": [2.0]})[["photo", "y_mm"]])
        ['photo', 'y_mm']
        """
        if isinstance(name, list):
            columns = {each: self[each] for each in name}
            notes = self.notes if columns else note_array([])
            return Measurements(columns, self.provenance, self.about, notes)
        try:
            column: Column = self.columns[name]
        except KeyError:
            raise KeyError(
                f"no column is called {name!r}; there are {', '.join(self.columns)}"
            ) from None
        return column

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    def __eq__(self, other: object) -> bool:
        """Whether the columns are the same, names and values; NaN equals NaN."""
        if not isinstance(other, Measurements):
            return NotImplemented
        return list(self) == list(other) and all(
            same_values(self[name], other[name]) for name in self
        )

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[type[Measurements], tuple[Any, ...]]:
        return type(self), (dict(self.columns), dict(self.provenance), dict(self.about), self.notes)

    def select(self, rows: slice | Sequence[int] | Column) -> Measurements:
        """Some of the rows, by slice, numbers or mask.

        Examples
        --------
        >>> Measurements({"photo": ["a", "b", "c"]}).select([2, 0])["photo"].tolist()
        ['c', 'a']
        """
        columns = {name: column[rows] for name, column in self.items()}
        return Measurements(columns, self.provenance, self.about, self.notes[rows])

    def with_columns(self, **columns: npt.ArrayLike) -> Measurements:
        """The same rows with columns added or replaced.

        Examples
        --------
        >>> list(Measurements({"photo": ["a"], "x_mm": [1.0]}).with_columns(day=[14]))
        ['photo', 'day', 'x_mm']
        """
        notes = self.notes
        if "reason" in columns:
            notes = note_array([])  # those of the new reasons
        about = {name: said for name, said in self.about.items() if name not in columns}
        return Measurements({**self.columns, **columns}, self.provenance, about, notes)

    def with_notes(self, notes: NoteArray) -> Measurements:
        """The same rows with other notes, and the columns ``reason`` and ``flags`` that go with them.

        Examples
        --------
        >>> from asymmetry.core.notes import Note
        >>> table = Measurements({"photo": ["a"]}).with_notes(note_array([[Note("no_iris")]]))
        >>> table["flags"].tolist(), table["reason"][0][:12]
        (['no_iris'], 'no iris seen')
        """
        columns = {**self.columns, **told_columns(notes)}
        return Measurements(columns, self.provenance, self.about, notes)

    @classmethod
    def concat(cls, parts: Iterable[Measurements]) -> Measurements:
        """Join row-wise. The provenance of different parts becomes a mixture, as in `Landmarks.concat`.

        Raises
        ------
        InvalidInputError
            If the parts have different columns, or their numbers are of different versions.

        Examples
        --------
        >>> one = Measurements({"photo": ["a"]})
        >>> Measurements.concat([one, one]).rows
        2
        """
        parts = list_parts(parts, Measurements)
        if not parts:
            return cls({})
        first = parts[0]
        for part in parts:
            if list(part) != list(first):
                odd = sorted(set(part) ^ set(first)) or "the columns' order"
                raise InvalidInputError(
                    f"measurements with different columns can't be joined: {odd}"
                )
        joined = {name: np.concatenate([part[name] for part in parts]) for name in first}
        about = {name: said for part in reversed(parts) for name, said in part.about.items()}
        provenance = joined_provenance(part.provenance for part in parts)
        return cls(joined, provenance, about, np.concatenate([part.notes for part in parts]))

    @classmethod
    def from_csv(cls, path: str | os.PathLike[str]) -> Measurements:
        """Read a file that `to_csv` wrote: numbers to 1e-4, empty cells as NaN, and no provenance.

        Raises
        ------
        InvalidInputError
            If it can't be read as a table.
        """
        return cls(csv_columns(path))

    @classmethod
    def from_arrow(cls, table: Any) -> Measurements:
        """Read a `pyarrow.Table`, or a table that converts to one by ``__arrow_c_stream__``, such as polars'.

        Nulls become NaN, and empty texts; the provenance and the contents of columns are those of `to_arrow`,
        as far as they are there.

        Raises
        ------
        MissingExtraError
            If pyarrow is not installed.
        InvalidInputError
            If a column holds neither numbers nor texts.
        """
        pyarrow = _extra("pyarrow", "from_arrow")
        if not isinstance(table, pyarrow.Table):
            try:
                table = pyarrow.table(table)
            except (TypeError, ValueError) as error:
                kind = type(table).__name__
                raise InvalidInputError(
                    f"from_arrow reads Arrow tables, and this is {kind}"
                ) from error
        return cls(*arrow_columns(table))

    @classmethod
    def from_dataframe(cls, frame: pd.DataFrame) -> Measurements:
        """Read a `pandas.DataFrame`, with the provenance of `to_dataframe`, as far as it is there."""
        columns, provenance = frame_columns(frame)
        return cls(columns, provenance)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The table for DuckDB and whatever else reads Arrow; give polars `to_arrow` (extra ``table``)."""
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def to_dict(self) -> dict[str, list[Any]]:
        """Columns as plain lists, safe for JSON: a number that is not finite becomes None.

        Examples
        --------
        >>> Measurements({"mrd1_diff_mm": [0.5, np.nan]}).to_dict()
        {'mrd1_diff_mm': [0.5, None]}
        """
        found = {name: plain_values(column) for name, column in self.items()}
        return found | {
            name: [text.split() for text in found[name]] for name in LISTS if name in found
        }

    def to_dataframe(self) -> pd.DataFrame:
        """A `pandas.DataFrame`; the provenance is in its ``attrs``.

        Raises
        ------
        MissingExtraError
            If pandas is not installed.
        """
        pandas = _extra("pandas", "to_dataframe")
        frame = pandas.DataFrame({name: valid_texts(column) for name, column in self.items()})
        frame.attrs["asymmetry"] = dict(self.provenance)
        return frame

    def to_arrow(self) -> pa.Table:
        """A `pyarrow.Table`, for Arrow, Parquet and programs that read them.

        A number that was not measured is null. ``taken`` is a timestamp by the clock where the photo was
        taken, without its time zone, null where it is not known and midnight where only the day is.
        ``status`` is dictionary-encoded. The provenance is JSON in the schema's metadata, under
        ``b"asymmetry"``; ``unit``, ``sign`` and ``definition`` of a measurement are in its field's.

        Raises
        ------
        MissingExtraError
            If pyarrow is not installed.
        InvalidInputError
            If ``taken`` holds a text that is no time by ISO 8601.
        """
        pyarrow = _extra("pyarrow", "to_arrow")
        arrays = [to_arrow_array(pyarrow, name, column) for name, column in self.items()]
        fields = [
            pyarrow.field(name, array.type, metadata=self.about.get(name))
            for name, array in zip(self, arrays, strict=True)
        ]
        told = {b"asymmetry": json.dumps(dict(self.provenance)).encode()}
        return pyarrow.Table.from_arrays(arrays, schema=pyarrow.schema(fields, metadata=told))

    def to_csv(self, path: str | os.PathLike[str] | None = None) -> str | None:
        """Write a CSV file in UTF-8, or return its text.

        Numbers are exact to 1e-4, and an empty cell is a number that was not measured. A text that a
        spreadsheet would run as a formula (it begins with ``= + - @``) gets an apostrophe before it.

        Parameters
        ----------
        path : path, optional
            The file to write. Without it the text is returned.
        """
        if path is None:
            return "".join(csv_blocks(self.columns))
        with replace_file(path) as made, made.open("w", encoding="utf-8", newline="") as file:
            file.writelines(csv_blocks(self.columns))
        return None

    def to_xlsx(self, path: str | os.PathLike[str], *, language: str = ENGLISH) -> None:
        """Write a workbook (extra ``excel``): the numbers, and on a second sheet each column's meaning.

        A cell is empty where nothing was measured. No text is run as a formula.

        Parameters
        ----------
        path : path
            The file, ending in ``.xlsx``.
        language : str
            The language of the second sheet, as for a report.
        """
        write_workbook(self, path, Text.load(language))

    def __repr__(self) -> str:
        names, rows = self._screen_rows()
        widths = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
        lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in (names, *rows)]
        return "\n".join([self._title(), *lines])

    def _repr_html_(self) -> str:
        names, rows = self._screen_rows()
        head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
        body = ""
        for row in rows:
            cells = "".join(f"<td>{html.escape(cell)}</td>" for cell in row)
            body += f"<tr>{cells}</tr>"
        return f"<table><caption>{self._title()}</caption><tr>{head}</tr>{body}</table>"

    def _title(self) -> str:
        return f"Measurements: {self.rows} photos, {len(self)} columns"

    def _screen_rows(self) -> tuple[list[str], list[list[str]]]:
        """Headline columns as text; of many rows the first and the last."""
        others = [name for name in self if name not in LEADING]
        headline = [name for name in HEADLINE if name in others] or others[: len(HEADLINE)]
        names = [name for name in ("photo", "status") if name in self] + headline
        if self.rows <= 2 * _SHOWN:
            return names, self._screen_cells(names)
        first, last = self.select(slice(_SHOWN)), self.select(slice(-_SHOWN, None))
        between = ["..."] * len(names)
        return names, [*first._screen_cells(names), between, *last._screen_cells(names)]

    def _screen_cells(self, names: list[str]) -> list[list[str]]:
        cells = (write_cells(self[name], write_short, keep_end) for name in names)
        return list(map(list, zip(*cells, strict=True)))


def _extra(module: str, what: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingExtraError(what, "table") from error
