"""`Measurements`: one column per quantity, one row per photo, and how they came about."""

from __future__ import annotations

import csv
import html
import importlib
import io
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import numpy.typing as npt

from asymmetry.core.reading import arrow_columns, csv_columns, frame_columns
from asymmetry.errors import InvalidInputError, MissingExtraError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["HEADLINE", "LEADING", "Measurements"]

Column = npt.NDArray[Any]

#: Columns that say which photo a row is; those present come first, in this order.
LEADING = ("photo", "taken", "day", "expression", "status", "reason")
#: Measurements that a printed table shows, beside the photo and its status.
HEADLINE = (
    "brow_height_diff_mm",
    "mrd1_diff_mm",
    "commissure_height_diff_mm",
    "asymmetry_total_mm",
)
# Decimals of numbers in text files: 0.1 µm. Numbers below 1, such as mm per px, get more.
_DECIMALS, _DECIMALS_BELOW_ONE = 4, 6
# Rows that a printed table shows at each end.
_SHOWN = 5
# Letters of a text in a printed table.
_WIDTH = 40
# A spreadsheet takes a cell that begins like this for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


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

    def __post_init__(self) -> None:
        leading = [name for name in LEADING if name in self.columns]
        names = leading + [name for name in self.columns if name not in leading]
        columns = {name: _frozen(self.columns[name]) for name in names}
        shapes = {column.shape for column in columns.values()}
        if len(shapes) > 1 or any(len(shape) != 1 for shape in shapes):
            found = {name: column.shape for name, column in columns.items()}
            raise InvalidInputError(f"columns must be one-dimensional and of equal length, not {found}")
        object.__setattr__(self, "columns", MappingProxyType(columns))
        object.__setattr__(self, "provenance", MappingProxyType(dict(self.provenance)))

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
            return Measurements({each: self[each] for each in name}, self.provenance)
        try:
            column: Column = self.columns[name]
        except KeyError:
            raise KeyError(f"no column is called {name!r}; there are {', '.join(self.columns)}") from None
        return column

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    def __eq__(self, other: object) -> bool:
        """Whether the columns are the same, names and values; NaN equals NaN."""
        if not isinstance(other, Measurements):
            return NotImplemented
        return list(self) == list(other) and all(_same(self[name], other[name]) for name in self)

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[type[Measurements], tuple[dict[str, Any], dict[str, Any]]]:
        return type(self), (dict(self.columns), dict(self.provenance))

    def select(self, rows: slice | Sequence[int] | Column) -> Measurements:
        """Some of the rows, by slice, numbers or mask.

        Examples
        --------
        >>> Measurements({"photo": ["a", "b", "c"]}).select([2, 0])["photo"].tolist()
        ['c', 'a']
        """
        return Measurements({name: column[rows] for name, column in self.items()}, self.provenance)

    def with_columns(self, **columns: npt.ArrayLike) -> Measurements:
        """The same rows with columns added or replaced.

        Examples
        --------
        >>> list(Measurements({"photo": ["a"], "x_mm": [1.0]}).with_columns(day=[14]))
        ['photo', 'day', 'x_mm']
        """
        return Measurements({**self.columns, **columns}, self.provenance)

    @classmethod
    def concat(cls, parts: Iterable[Measurements]) -> Measurements:
        """Join row-wise. Of the provenance, what all parts agree on is kept.

        Raises
        ------
        InvalidInputError
            If the parts have different columns.

        Examples
        --------
        >>> one = Measurements({"photo": ["a"]})
        >>> Measurements.concat([one, one]).rows
        2
        """
        parts = list(parts)
        if not parts:
            return cls({})
        first = parts[0]
        for part in parts:
            if list(part) != list(first):
                odd = sorted(set(part) ^ set(first)) or "the columns' order"
                raise InvalidInputError(f"measurements with different columns can't be joined: {odd}")
        agreed = {
            key: value
            for key, value in first.provenance.items()
            if all(key in part.provenance and part.provenance[key] == value for part in parts)
        }
        return cls({name: np.concatenate([part[name] for part in parts]) for name in first}, agreed)

    @classmethod
    def from_csv(cls, path: str | os.PathLike[str]) -> Measurements:
        """Read what `to_csv` wrote: numbers to 1e-4, empty cells as NaN, and no provenance.

        Raises
        ------
        InvalidInputError
            If it can't be read as a table.
        """
        return cls(csv_columns(path))

    @classmethod
    def from_arrow(cls, table: Any) -> Measurements:
        """Read a `pyarrow.Table`, or what can be made one through ``__arrow_c_stream__``, such as polars'.

        Nulls become NaN, and empty texts; the provenance is that of `to_arrow`, as far as it is there.

        Raises
        ------
        MissingExtraError
            If pyarrow is not installed.
        InvalidInputError
            If a column holds neither numbers nor texts.
        """
        pyarrow = _extra("pyarrow", "from_arrow")
        made = table if isinstance(table, pyarrow.Table) else pyarrow.table(table)
        columns, provenance = arrow_columns(made)
        return cls(columns, provenance)

    @classmethod
    def from_dataframe(cls, frame: pd.DataFrame) -> Measurements:
        """Read a `pandas.DataFrame`, with the provenance of `to_dataframe`, as far as it is there."""
        columns, provenance = frame_columns(frame)
        return cls(columns, provenance)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The table for DuckDB, polars and whatever else reads Arrow (extra ``table``)."""
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def to_dict(self) -> dict[str, list[Any]]:
        """Columns as plain lists, safe for JSON: a number that is not finite becomes None.

        Examples
        --------
        >>> Measurements({"mrd1_diff_mm": [0.5, np.nan]}).to_dict()
        {'mrd1_diff_mm': [0.5, None]}
        """
        return {name: _plain(column) for name, column in self.items()}

    def to_dataframe(self) -> pd.DataFrame:
        """A `pandas.DataFrame`; the provenance is in its ``attrs``.

        Raises
        ------
        MissingExtraError
            If pandas is not installed.
        """
        pandas = _extra("pandas", "to_dataframe")
        frame = pandas.DataFrame({name: _valid(column) for name, column in self.items()})
        frame.attrs["asymmetry"] = dict(self.provenance)
        return frame

    def to_arrow(self) -> Any:
        """A `pyarrow.Table`; the provenance is JSON in the schema's metadata, under ``b"asymmetry"``.

        Raises
        ------
        MissingExtraError
            If pyarrow is not installed.
        """
        pyarrow = _extra("pyarrow", "to_arrow")
        table = pyarrow.table({name: pyarrow.array(_valid(column)) for name, column in self.items()})
        return table.replace_schema_metadata({b"asymmetry": json.dumps(dict(self.provenance)).encode()})

    def to_csv(self, path: str | os.PathLike[str] | None = None) -> str | None:
        """Write a CSV file in UTF-8, or return its text.

        Numbers are exact to 1e-4, and an empty cell is a number that was not measured. A text that a
        spreadsheet would run as a formula (it begins with ``= + - @``) gets an apostrophe before it.

        Parameters
        ----------
        path : path, optional
            The file to write. Without it the text is returned.
        """
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self)
        writer.writerows(zip(*(_cells(column, _exact, _guarded) for column in self.values()), strict=True))
        if path is None:
            return text.getvalue()
        Path(path).write_text(text.getvalue(), encoding="utf-8", newline="")
        return None

    def __repr__(self) -> str:
        names, rows = self._shown()
        widths = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
        lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in (names, *rows)]
        return "\n".join([self._title(), *lines])

    def _repr_html_(self) -> str:
        names, rows = self._shown()
        head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
        body = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
        return f"<table><caption>{self._title()}</caption><tr>{head}</tr>{body}</table>"

    def _title(self) -> str:
        return f"Measurements: {self.rows} photos, {len(self)} columns"

    def _shown(self) -> tuple[list[str], list[list[str]]]:
        """Headline columns as text; of many rows the first and the last."""
        others = [name for name in self if name not in LEADING]
        headline = [name for name in HEADLINE if name in others] or others[: len(HEADLINE)]
        names = [name for name in ("photo", "status") if name in self] + headline
        many = self.rows > 2 * _SHOWN
        part = self.select(np.r_[:_SHOWN, -_SHOWN:0]) if many else self
        rows = list(map(list, zip(*(_cells(part[name], _short, _ending) for name in names), strict=True)))
        return names, [*rows[:_SHOWN], ["..."] * len(names), *rows[_SHOWN:]] if many else rows


def _frozen(values: npt.ArrayLike) -> Column:
    if isinstance(values, np.ndarray) and not values.flags.writeable:
        return values
    column = np.asarray(values).view()
    column.flags.writeable = False
    return column


def _same(one: Column, other: Column) -> bool:
    return np.array_equal(one, other, equal_nan=one.dtype.kind == "f" and other.dtype.kind == "f")


def _plain(column: Column) -> list[Any]:
    values: list[Any] = column.tolist()
    if column.dtype.kind != "f":
        return values
    return [value if finite else None for value, finite in zip(values, np.isfinite(column), strict=True)]


def _cells(column: Column, number: Callable[[float], str], text: Callable[[Any], str]) -> list[str]:
    """A column's values as text; what was not measured is empty."""
    write = number if column.dtype.kind == "f" else text
    return ["" if value is None else write(value) for value in _plain(_valid(column))]


def _exact(value: float) -> str:
    """A number for a file: fixed decimals without the zeros at the end."""
    text = f"{value:.{_DECIMALS if abs(value) >= 1 else _DECIMALS_BELOW_ONE}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _short(value: float) -> str:
    """A number for the screen."""
    return f"{round(value, 2) + 0.0:.2f}"


def _ending(value: Any) -> str:
    """A text for the screen; of a long path its end."""
    text = str(value)
    return text if len(text) <= _WIDTH else f"…{text[1 - _WIDTH :]}"


def _guarded(value: Any) -> str:
    """A text for a file that a spreadsheet may open."""
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _valid(column: Column) -> Column:
    """The column with texts that UTF-8 can hold; the name of a file may have bytes that are no letters."""
    if column.dtype.kind != "U":
        return column
    return np.strings.decode(np.strings.encode(column, "utf-8", "backslashreplace"), "utf-8")


def _extra(module: str, what: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingExtraError(what, "table") from error
