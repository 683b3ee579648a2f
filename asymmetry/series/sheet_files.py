"""A `Sheet` as a data frame, as CSV, and as a workbook."""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asymmetry.core.cells import guard_formula
from asymmetry.core.files import replace_file
from asymmetry.core.paths import file_to_write
from asymmetry.core.records import make_plain
from asymmetry.core.text import ENGLISH, Text
from asymmetry.core.workbook import open_workbook
from asymmetry.errors import MissingExtraError, require
from asymmetry.series.sheet import Cell, Sheet, SheetRow, Visit

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "MARKS",
    "check_sheet_target",
    "name_visit",
    "percent_heading",
    "percent_words",
    "sheet_frame",
    "write_csv",
    "write_sheet",
    "write_xlsx",
]

_KINDS = ("right", "left", "percent", "right_arrow", "left_arrow", "photo", "reason")
#: Numbers of a row beside those of the visits.
_ERRORS = ("right_before", "left_before", "error", "right_error", "left_error")
_DECIMALS = 2
_A4 = 9
#: Height of a row of headings of up to four lines, points.
_HEAD_HEIGHT = 60
#: The arrows.
MARKS = {"up": "↑", "down": "↓", "": ""}


def check_sheet_target(path: str | os.PathLike[str]) -> Path:
    """The file that a sheet is to be written to, before any work is done for it.

    Parameters
    ----------
    path : path
        Ending in ``.csv`` or ``.xlsx``.

    Raises
    ------
    InvalidInputError
        If it ends otherwise, or there is no such folder.
    DestinationError
        If it is a URL.
    MissingExtraError
        If it is a workbook, and XlsxWriter is not installed.

    Examples
    --------
    >>> check_sheet_target("sheet.csv").suffix
    '.csv'
    """
    target = file_to_write(path, "sheet", (".csv", ".xlsx"))
    if target.suffix.lower() == ".xlsx":
        require("xlsxwriter", "writing a workbook", "excel")
    return target


def write_sheet(
    sheet: Sheet, path: str | os.PathLike[str], language: str | os.PathLike[str] = ENGLISH
) -> Path:
    """Write a sheet in the format that the file's ending names.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    path : path
        As for `check_sheet_target`.
    language : str or path
        The language of its words, as for a report.
    """
    target = check_sheet_target(path)
    if target.suffix.lower() == ".xlsx":
        sheet.to_xlsx(target, language=language)
    else:
        sheet.to_csv(target, language=language)
    return target


def name_visit(visit: Visit, text: Text) -> str:
    """A visit in words: its date, and its day."""
    day = f"{visit.day:.0f}"
    if visit.date is None:
        return text("sheet.visit_undated", day=day)
    return text("sheet.visit", date=visit.date.isoformat(), day=day)


def percent_heading(sheet: Sheet, text: Text) -> str:
    """The heading of the percentages, which depends on the affected side."""
    return _say_percent(sheet, text, "sheet.percent")


def percent_words(sheet: Sheet, text: Text) -> str:
    """The meaning of the percentages, in words."""
    return _say_percent(sheet, text, "sheet.percent_words")


def _say_percent(sheet: Sheet, text: Text, name: str) -> str:
    if sheet.affected is None:
        return text(name)
    return text(f"{name}_affected", side=sheet.affected)


def sheet_frame(sheet: Sheet) -> pd.DataFrame:
    """A data frame, see `Sheet.to_frame`."""
    try:
        import pandas as pd
    except ImportError as error:
        raise MissingExtraError("to_frame", "table") from error
    index = pd.MultiIndex.from_tuples(
        [(row.expression, row.measure) for row in sheet.rows], names=["expression", "measure"]
    )
    columns = pd.MultiIndex.from_tuples(
        [(visit.day, kind) for visit in sheet.visits for kind in _KINDS], names=["day", "kind"]
    )
    values = [[getattr(cell, kind) for cell in row.cells for kind in _KINDS] for row in sheet.rows]
    return pd.DataFrame(values, index=index, columns=columns)


def write_csv(
    sheet: Sheet, path: str | os.PathLike[str] | None, language: str | os.PathLike[str]
) -> str:
    """The sheet as CSV, see `Sheet.to_csv`."""
    text, lines = Text.load(language), io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    heads = ["expression", "measure", "unit", *_ERRORS]
    kinds = _kind_headings(sheet, text)
    visits = [
        f"{name_visit(visit, text)} {kind}" for visit in sheet.visits for kind in kinds.values()
    ]
    writer.writerow([*(text(f"sheet.{head}") for head in heads), *visits])
    for row in sheet.rows:
        numbers = [getattr(row, name) for name in _ERRORS]
        cells = [part for cell in row.cells for part in _cell_parts(cell, text)]
        writer.writerow([_plain_cell(each) for each in (*_row_words(row, text), *numbers, *cells)])
    if path is not None:
        with replace_file(path) as made:
            made.write_text(lines.getvalue(), encoding="utf-8-sig", newline="")
    return lines.getvalue()


def _kind_headings(sheet: Sheet, text: Text) -> dict[str, str]:
    """The headings of a visit's columns."""
    names = {name: text(f"sheet.{name}") for name in ("right", "left")}
    names["percent"] = percent_heading(sheet, text)
    others = ("right_change", "left_change", "photo", "reason")
    return names | {name: text(f"sheet.{name}") for name in others}


def _row_words(row: SheetRow, text: Text) -> list[str]:
    """Expression, measure and unit in words."""
    return [text.known(*pair) for pair in _row_names(row)]


def _row_names(row: SheetRow) -> list[tuple[str, str]]:
    return [("expressions", row.expression), ("titles", row.part), ("units", row.unit)]


def _cell_parts(cell: Cell, text: Text) -> Iterator[str | float]:
    yield from (cell.right, cell.left, cell.percent)
    words = {"": "", "up": text("sheet.up"), "down": text("sheet.down")}
    yield from (words[cell.right_arrow], words[cell.left_arrow], cell.photo, _reason(cell, text))


def _reason(cell: Cell, text: Text) -> str:
    return "; ".join(note.words(text) for note in cell.notes)


def _plain_cell(value: str | float) -> str:
    """A cell of a text file; empty where a number was not measured."""
    if isinstance(value, str):
        return guard_formula(make_plain(value))
    if math.isnan(value):
        return ""
    return f"{value + 0.0:.{_DECIMALS}f}"


def write_xlsx(
    sheet: Sheet, path: str | os.PathLike[str], language: str | os.PathLike[str]
) -> None:
    """The sheet as a workbook, see `Sheet.to_xlsx`."""
    text = Text.load(language)
    with open_workbook(path, "writing a workbook") as book:
        formats = _formats(book)
        _fill_sheet(book.add_worksheet(text("sheet.title")), sheet, text, formats)
        _fill_definitions(book.add_worksheet(text("sheet.definitions")), sheet, text, formats)
        _fill_photos(book.add_worksheet(text("sheet.photos")), sheet, text, formats)


def _formats(book: Any) -> dict[str, Any]:
    """The cells' formats; numbers by their decimals and the arrow behind them."""
    numbers = {
        f"{decimals}{arrow}": {"num_format": f'{digits}"{mark}"'}
        for decimals, digits in enumerate(("0", "0.0"))
        for arrow, mark in MARKS.items()
    }
    others = {
        "percent": {"num_format": "0", "right": 1},
        "head": {"bold": True, "align": "center", "bottom": 1, "text_wrap": True, "valign": "top"},
        "words": {"text_wrap": True, "valign": "top"},
    }
    return {name: book.add_format(how) for name, how in (numbers | others).items()}


def _fill_sheet(page: Any, sheet: Sheet, text: Text, formats: Mapping[str, Any]) -> None:
    """Expressions and measures by visit: right, left and the percentage."""
    heads = [text(f"sheet.{name}") for name in ("expression", "measure", "unit")]
    start = len(heads) + 1
    kinds = [text("sheet.right"), text("sheet.left"), percent_heading(sheet, text)]
    page.write_row(1, 0, [*heads, text("sheet.error")], formats["head"])
    for number, visit in enumerate(sheet.visits):
        column = start + number * len(kinds)
        page.merge_range(
            0, column, 0, column + len(kinds) - 1, name_visit(visit, text), formats["head"]
        )
        page.write_row(1, column, kinds, formats["head"])
    for number, row in enumerate(sheet.rows, 2):
        page.write_row(number, 0, _row_words(row, text))
        plain = f"{row.decimals}"
        _write_number(page, (number, start - 1), row.error, formats[plain])
        for at, cell in enumerate(row.cells):
            column = start + at * len(kinds)
            right, left = formats[plain + cell.right_arrow], formats[plain + cell.left_arrow]
            _write_number(page, (number, column), cell.right, right)
            _write_number(page, (number, column + 1), cell.left, left)
            _write_number(page, (number, column + 2), cell.percent, formats["percent"])
    page.set_column(0, 0, 22)
    page.set_column(1, 1, 34)
    page.set_column(start - 1, start - 1, 12)
    page.set_column(start, start + len(kinds) * max(len(sheet.visits), 1) - 1, 9)
    page.set_row(1, _HEAD_HEIGHT)
    page.freeze_panes(2, start)
    page.repeat_columns(0, 1)
    _print_wide(page)


def _print_wide(page: Any) -> None:
    """Printed across, as wide as a page."""
    page.set_landscape()
    page.set_paper(_A4)
    page.fit_to_pages(1, 0)


def _write_number(page: Any, place: tuple[int, int], value: float, form: Any) -> None:
    """A number; an empty cell where it was not measured."""
    if math.isnan(value):
        page.write_blank(*place, None, form)
    else:
        page.write_number(*place, value, form)


def _fill_definitions(page: Any, sheet: Sheet, text: Text, formats: Mapping[str, Any]) -> None:
    """The definition of each measure, and how the sheet is to be read."""
    heads = ("measure", "unit", "definition", *_ERRORS)
    page.write_row(0, 0, [text(f"sheet.{name}") for name in heads], formats["head"])
    shown = {row.part: row for row in sheet.rows}
    for number, row in enumerate(shown.values(), 1):
        title, unit = _row_words(row, text)[1:]
        said = text.entries.get(f"definitions.{row.measure}", row.definition)
        page.write_row(number, 0, [title, unit, said], formats["words"])
        for at, name in enumerate(_ERRORS, 3):
            _write_number(page, (number, at), getattr(row, name), formats[f"{row.decimals}"])
    remarks = [
        text("sheet.sides"),
        text("sheet.percents", percent=percent_words(sheet, text)),
        *(text(f"sheet.{name}") for name in ("arrows", "errors", "blanks", "device")),
    ]
    page.write_column(len(shown) + 2, 0, remarks)
    page.set_column(0, 0, 30)
    page.set_column(2, 2, 92)
    page.set_column(3, 7, 12)
    page.set_row(0, _HEAD_HEIGHT)
    _print_wide(page)


def _fill_photos(page: Any, sheet: Sheet, text: Text, formats: Mapping[str, Any]) -> None:
    """The photo of each cell, or why there is no number."""
    names = [name_visit(visit, text) for visit in sheet.visits]
    page.write_row(0, 0, [text("sheet.expression"), text("sheet.measure"), *names], formats["head"])
    for number, row in enumerate(sheet.rows, 1):
        page.write_row(number, 0, _row_words(row, text)[:2], formats["words"])
        told = [_photo_or_reason(cell, text) for cell in row.cells]
        page.write_row(number, 2, told, formats["words"])
    page.set_column(0, 0, 22)
    page.set_column(1, 1, 34)
    page.set_column(2, 2 + len(names), 28)
    page.freeze_panes(1, 2)
    _print_wide(page)


def _photo_or_reason(cell: Cell, text: Text) -> str:
    told: Sequence[str] = [each for each in (cell.photo, _reason(cell, text)) if each]
    return str(make_plain("\n".join(told)))
