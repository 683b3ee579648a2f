"""A `Sheet` as lines of text: as many of its visits as fit."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from asymmetry.core.text import Text
from asymmetry.metrics import movement_catalogue
from asymmetry.series.sheet import Cell, Sheet, SheetRow
from asymmetry.series.sheet_files import MARKS, percent_words

__all__ = ["choose_visits", "sheet_lines"]

#: Letters of a row's title with its error, of a side's number with its arrow, and of a percentage.
_TITLE, _SIDE, _PERCENT = 32, 7, 6
_VISIT = 2 * _SIDE + _PERCENT


def sheet_lines(
    sheet: Sheet, text: Text, width: int = 100, days: Iterable[float] = ()
) -> Iterator[str]:
    """The sheet as text.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    text : Text
        The language.
    width : int
        Letters of a line. At least one visit is shown.
    days : iterable of float
        Days to show before others, beside the first and the latest one.

    Examples
    --------
    >>> from asymmetry.core.text import english_text
    >>> list(sheet_lines(Sheet((), ()), english_text()))
    []
    """
    most = max((width - _TITLE) // _VISIT, 1)
    shown = choose_visits(sheet, most, days)
    if not shown or not sheet.rows:
        return
    heads = [text.day(sheet.visits[at].day) for at in shown]
    yield f"{text('sheet.title'):<{_TITLE}}" + "".join(f"{head:>{_VISIT}}" for head in heads)
    sides = f"{text('sheet.right'):>{_SIDE}}{text('sheet.left'):>{_SIDE}}{'%':>{_PERCENT}}"
    yield " " * _TITLE + sides * len(shown)
    group = ""
    for row in sheet.rows:
        if _name_group(row, text) != group:
            group = _name_group(row, text)
            yield group
        yield (
            _name_row(row, text)
            + "".join(_write_cell(row.cells[at], row.decimals, text) for at in shown)
        ).rstrip()
    yield text("sheet.key", percent=percent_words(sheet, text))
    if len(shown) < len(sheet.visits):
        yield text("sheet.some", shown=len(shown), visits=len(sheet.visits))


def choose_visits(sheet: Sheet, most: int, wanted: Iterable[float]) -> list[int]:
    """Places of the visits to show, of those with a number.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    most : int
        How many there is room for.
    wanted : iterable of float
        Days to show beside the latest and the first one, before all later ones.
    """
    days = [each.day for each in sheet.visits]
    places = [
        at for at in range(len(days)) if any(_is_measured(row.cells[at]) for row in sheet.rows)
    ]
    asked = [days.index(day) for day in wanted if day in days]
    order = dict.fromkeys([*places[-1:], *places[:1], *asked, *reversed(places)])
    return sorted(list(order)[:most])


def _is_measured(cell: Cell) -> bool:
    return not (math.isnan(cell.right) and math.isnan(cell.left))


def _name_group(row: SheetRow, text: Text) -> str:
    if row.measure in movement_catalogue():
        return text("sheet.movements")
    name = text.known("expressions", row.expression)
    return name[:1].upper() + name[1:]


def _name_row(row: SheetRow, text: Text) -> str:
    """Its title and the error of a change, cut to fit."""
    error, unit = "", text.known("units", row.unit)
    if not math.isnan(row.error):
        error = f" ±{text.number(row.error, decimals=row.decimals)}"
    if row.unit != "mm":
        error += f" {unit}"
    room = _TITLE - len(error) - 1
    return f"{'  ' + text.known('titles', row.part):<.{room}}{error}".ljust(_TITLE)


def _write_cell(cell: Cell, decimals: int, text: Text) -> str:
    right = _write_side(cell.right, decimals, MARKS[cell.right_arrow], text)
    left = _write_side(cell.left, decimals, MARKS[cell.left_arrow], text)
    percent = ""
    if not math.isnan(cell.percent):
        percent = f"{cell.percent:.0f}"
    return f"{right}{left}{percent:>{_PERCENT}}"


def _write_side(value: float, decimals: int, mark: str, text: Text) -> str:
    """A number with its arrow; the decimal points of a column stay under each other."""
    if math.isnan(value):
        return f"{'–':>{_SIDE - 1}} "
    number = f"{round(value, decimals) + 0.0:.{decimals}f}".replace(".", text.decimal)
    return f"{number:>{_SIDE - 1}}{mark or ' '}"
