"""The clinic's sheet on the page: a `Sheet` as text, cell by cell, with a picture of each visit."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from asymmetry.core.text import Text
from asymmetry.report.faces import Photo
from asymmetry.report.sections import Wording
from asymmetry.series.sheet import Cell, Sheet, SheetRow
from asymmetry.series.sheet_files import MARKS, percent_words
from asymmetry.series.sheet_rows import make_sheet
from asymmetry.series.sheet_text import choose_visits

__all__ = ["ClinicSheet", "choose_sheet"]

#: Visits that a landscape page has room for.
_MOST_VISITS = 8


@dataclass(frozen=True)
class Number:
    """One side's number, with its arrow."""

    text: str
    mark: str = ""


@dataclass(frozen=True)
class Numbers:
    """One measure at one visit, and why a number is missing."""

    right: Number
    left: Number
    percent: str
    reason: str


@dataclass(frozen=True)
class Line:
    """One measure over the visits."""

    title: str
    error: str
    cells: tuple[Numbers, ...]


@dataclass(frozen=True)
class Group:
    """The measures of one expression, and a picture of it at each visit that has one."""

    title: str
    pictures: tuple[Photo | None, ...] = field(repr=False)
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class ClinicSheet:
    """A series' sheet, and the visits of it that a page has room for.

    Attributes
    ----------
    wording : Wording
        The series in words.
    sheet : Sheet
        All of its visits.
    shown : tuple of int
        Places of the visits that are shown.
    """

    wording: Wording
    sheet: Sheet
    shown: tuple[int, ...]

    @property
    def photos(self) -> Iterator[int]:
        """Rows of the photos that its pictures are made of."""
        for row in self.sheet.rows:
            for at in self.shown:
                if row.cells[at].photo:
                    yield self._rows[row.cells[at].photo]

    @property
    def _rows(self) -> Mapping[str, int]:
        names = self.wording.series.static["photo"].tolist()
        return {name: row for row, name in enumerate(names)}

    def tell(self, pictures: Mapping[int, Photo]) -> dict[str, Any]:
        """The sheet for the page's template, with pictures by the row of their photo."""
        text = self.wording.text
        note = ""
        if len(self.shown) < len(self.sheet.visits):
            note = text("sheet.part", shown=len(self.shown), visits=len(self.sheet.visits))
        visits = [self.sheet.visits[at] for at in self.shown]
        groups = itertools.groupby(self.sheet.rows, key=lambda row: row.expression)
        return {
            "visits": [
                (text.day(each.day), str(each.date or ""), self._phase(each.phase))
                for each in visits
            ],
            "groups": [
                self._group(expression, list(rows), pictures) for expression, rows in groups
            ],
            "key": text("sheet.key", percent=percent_words(self.sheet, text)),
            "note": note,
        }

    def _phase(self, phase: str) -> str:
        if not phase:
            return ""
        return self.wording.text.known("phases", phase)

    def _group(self, expression: str, rows: list[SheetRow], pictures: Mapping[int, Photo]) -> Group:
        text = self.wording.text
        photos = [
            next((row.cells[at].photo for row in rows if row.cells[at].photo), "")
            for at in self.shown
        ]
        known = tuple(pictures.get(self._rows.get(photo, -1)) for photo in photos)
        return Group(
            text.known("expressions", expression),
            known if any(known) else (),
            tuple(self._line(row, text) for row in rows),
        )

    def _line(self, row: SheetRow, text: Text) -> Line:
        error, unit = "", ""
        if row.unit != "mm":
            unit = f" {text.known('units', row.unit)}"
        if not math.isnan(row.error):
            error = f"±\N{NO-BREAK SPACE}{text.number(row.error, decimals=row.decimals)}"
        title = text.known("titles", row.part)
        cells = tuple(self._numbers(row.cells[at], row.decimals, text) for at in self.shown)
        return Line(title, error + unit, cells)

    def _numbers(self, cell: Cell, decimals: int, text: Text) -> Numbers:
        return Numbers(
            Number(text.number(cell.right, decimals=decimals), MARKS[cell.right_arrow]),
            Number(text.number(cell.left, decimals=decimals), MARKS[cell.left_arrow]),
            "" if math.isnan(cell.percent) else text.number(cell.percent, decimals=0),
            self.wording.tell(*cell.notes),
        )


def choose_sheet(wording: Wording) -> ClinicSheet:
    """A series' sheet, with the visits to show: first, latest, the worst of each finding, and even steps."""
    sheet = make_sheet(wording.series)
    known = choose_visits(sheet, len(sheet.visits), ())
    steps = np.linspace(0, len(known) - 1, min(_MOST_VISITS, len(known))).round().astype(int)
    wanted = [each.days.worst for each in wording.series.findings]
    wanted += [sheet.visits[known[step]].day for step in steps.tolist()]
    return ClinicSheet(wording, sheet, tuple(choose_visits(sheet, _MOST_VISITS, wanted)))
