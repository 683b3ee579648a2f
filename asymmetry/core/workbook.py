"""A table as a workbook: numbers, and on a second sheet the meaning of each column (extra ``excel``)."""

from __future__ import annotations

import io
import math
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from asymmetry.core.arrow import plain_values, valid_texts
from asymmetry.core.files import replace_file
from asymmetry.core.paths import as_path
from asymmetry.core.records import make_plain
from asymmetry.core.text import Text
from asymmetry.errors import InvalidInputError, MissingExtraError

if TYPE_CHECKING:
    import xlsxwriter

    from asymmetry.core.table import Measurements

__all__ = ["open_workbook", "write_workbook"]

_COLUMN = re.compile(
    r"(?P<metric>.+?)(_(?P<side>right|left|diff))?(_(?P<kind>sd|rsd))?_(?P<unit>mm2?|deg|pct|ratio)"
)
# Widths, in letters.
_NARROW, _WIDE = 14, 80


@contextmanager
def open_workbook(
    path: str | os.PathLike[str], action: str, **options: object
) -> Iterator[xlsxwriter.Workbook]:
    """A workbook to fill, which takes its place at `path` when it is whole, as in `replace_file`.

    Texts are never run as formulas, and nothing is put down elsewhere meanwhile.

    Parameters
    ----------
    path : path
        The file.
    action : str
        The action that needs the extra ``excel``, for an error.
    **options
        As for ``xlsxwriter.Workbook``.

    Raises
    ------
    InvalidInputError
        If the file's name does not end in ``.xlsx``: as another one no program opens a workbook.
    MissingExtraError
        If XlsxWriter is not installed.
    DestinationError
        As for `replace_file`.
    """
    if as_path(path).suffix.lower() != ".xlsx":
        raise InvalidInputError(
            f"{os.fspath(path)}: a workbook is written to a file ending in .xlsx"
        )
    try:
        import xlsxwriter
    except ImportError as error:
        raise MissingExtraError(action, "excel") from error
    plain = {"strings_to_formulas": False, "in_memory": True, **options}
    with replace_file(path) as made:
        stream = io.BytesIO()
        with xlsxwriter.Workbook(stream, plain) as book:
            yield book
        made.write_bytes(stream.getvalue())


def write_workbook(table: Measurements, path: str | os.PathLike[str], text: Text) -> None:
    """Write the workbook of `Measurements.to_xlsx`."""
    with open_workbook(path, "to_xlsx", strings_to_urls=False) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        _fill_numbers(book.add_worksheet(text("workbook.title")), table, bold)
        _fill_meanings(book.add_worksheet(text("workbook.columns")), table, text, bold, wrapped)
        origin = book.add_worksheet(text("workbook.origin"))
        _fill_origin(origin, table.provenance, text, bold, wrapped)


def _fill_numbers(page: Any, table: Measurements, bold: Any) -> None:
    """One row a photo; a cell is empty where nothing was measured."""
    for column, (name, values) in enumerate(table.items()):
        page.write_string(0, column, name, bold)
        for row, value in enumerate(plain_values(valid_texts(values)), 1):
            if isinstance(value, bool):
                page.write_boolean(row, column, value)
            elif isinstance(value, (int, float)) and math.isfinite(value):
                page.write_number(row, column, value)
            elif value not in (None, ""):
                page.write_string(row, column, str(make_plain(value)))
    page.set_column(0, max(len(table) - 1, 0), _NARROW)
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, table.rows, max(len(table) - 1, 0))


def _fill_meanings(page: Any, table: Measurements, text: Text, bold: Any, wrapped: Any) -> None:
    """The meaning of each column."""
    heads = ("column", "unit", "definition", "sign")
    page.write_row(0, 0, [text(f"workbook.{head}") for head in heads], bold)
    for row, name in enumerate(table, 1):
        about = table.about.get(name, {})
        page.write_row(row, 0, [name, about.get("unit", ""), *_meaning(name, about, text)], wrapped)
    page.set_column(0, 0, 2 * _NARROW)
    page.set_column(2, 2, _WIDE)
    page.set_column(3, 3, 3 * _NARROW)
    page.freeze_panes(1, 1)


def _meaning(name: str, about: Mapping[str, str], text: Text) -> tuple[str, str]:
    """The meaning of a column and of a positive number, in a language as far as it has words."""
    if not about:
        return (text(f"workbook.{name}") if f"workbook.{name}" in text.entries else "", "")
    sign = text("workbook.no_sign") if about["sign"] == "none" else about["sign"]
    found = _COLUMN.fullmatch(name)
    if found is None:
        return text.entries.get(f"definitions.{name}", about["definition"]), sign
    if found["kind"]:
        column = name.replace(f"_{found['kind']}_", "_")
        return text(f"workbook.{found['kind']}", column=column), sign
    definition = text.entries.get(f"definitions.{found['metric']}")
    if definition is None:
        return about["definition"], sign
    if found["unit"] == "ratio":
        return text("workbook.ratio", definition=definition), sign
    own = text.entries.get(f"signs.{found['metric']}", sign)
    if found["side"] == "diff":
        own = text("workbook.difference", more=own.partition(";")[0])
    return definition, own


def _fill_origin(
    page: Any, provenance: Mapping[str, Any], text: Text, bold: Any, wrapped: Any
) -> None:
    """How the numbers came about."""
    page.write_row(0, 0, [text("workbook.what"), text("workbook.value")], bold)
    for row, (name, value) in enumerate(_entries(provenance), 1):
        page.write_row(row, 0, [name, value], wrapped)
    page.set_column(0, 0, 2 * _NARROW)
    page.set_column(1, 1, _WIDE)


def _entries(provenance: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Entries of the provenance that a reader can take in; trees of constants are left to Parquet."""
    for name, value in provenance.items():
        if isinstance(value, (list, tuple)):
            yield name, ", ".join(map(str, value))
        elif not isinstance(value, Mapping):
            yield name, str(value)
