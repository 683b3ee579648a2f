"""`Sheet`: a series for a clinic's file, a row for each expression and measure, a column for each visit."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

from asymmetry.core.notes import Note
from asymmetry.core.records import Record
from asymmetry.core.schemes import Side
from asymmetry.core.text import ENGLISH
from asymmetry.metrics import catalogue, movement_catalogue

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Arrow", "Cell", "Sheet", "SheetRow", "Visit"]

#: The way in which a number changed since baseline; empty where no change is called.
Arrow: TypeAlias = Literal["up", "down", ""]


@dataclass(frozen=True)
class Visit(Record):
    """A day with photos, and a column of the sheet.

    Attributes
    ----------
    day : float
        Days since the treatment, or since the first photo.
    date : datetime.date or None
        The same as a date; None where it is not known.
    phase : str
        Phase of the treatment; empty without one.
    photos : tuple of str
        All of its photos.
    """

    day: float
    date: date | None
    phase: str
    photos: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class Cell(Record):
    """One measure at one visit.

    Attributes
    ----------
    right, left : float
        Means of the day's photos, in the row's unit; NaN where a side was not measured.
    percent : float
        The affected side as a percentage of the healthy one, negative where it moved the other way. Where no
        side is known to be affected, the smaller as a percentage of the larger. NaN for heights and gaps, and
        where the healthy side moves no farther than noise.
    right_arrow, left_arrow : {"up", "down", ""}
        The way in which the side's number changed since baseline, where that change is called on this day: of
        the side by itself, or of the difference, and then of the side that the finding is about. Up is more
        of the measure, whether that is better or not.
    photo : str
        The photo to show: the first of the day without a caution, else the first. Empty where there is none.
    photos : tuple of str
        All photos of the day in which it was measured.
    notes : tuple of Note
        Why a side is NaN.
    """

    right: float = math.nan
    left: float = math.nan
    percent: float = math.nan
    right_arrow: Arrow = ""
    left_arrow: Arrow = ""
    photo: str = ""
    photos: tuple[str, ...] = field(default=(), repr=False)
    notes: tuple[Note, ...] = ()
    derived: ClassVar[tuple[str, ...]] = ("reason",)

    @property
    def reason(self) -> str:
        """The notes in English."""
        return "; ".join(map(str, self.notes))


@dataclass(frozen=True)
class SheetRow(Record):
    """One measure of one expression over the visits.

    Attributes
    ----------
    part : str
        Name of the `Headline`, which has its title in words.
    measure, expression, unit : str
        The metric, the expression in the photos, and the unit of the numbers.
    cells : tuple of Cell
        One for each visit.
    since : Note or None
        The days that arrows compare with; None where there is nothing to compare.
    right_before, left_before : float
        Means of these days.
    error : float
        Measurement error of a comparison of the left-right difference: the smallest change that one
        comparison tells with 95 % confidence. NaN where there is none.
    right_error, left_error : float
        The same of each side by itself. It is larger for heights, for the head's pitch moves both sides.
    """

    part: str
    measure: str
    expression: str
    unit: str
    cells: tuple[Cell, ...] = field(repr=False)
    since: Note | None = None
    right_before: float = math.nan
    left_before: float = math.nan
    error: float = math.nan
    right_error: float = math.nan
    left_error: float = math.nan

    @property
    def decimals(self) -> int:
        """Decimals of the numbers in print: an area is told in whole mm²."""
        return 0 if self.unit == "mm2" else 1

    @property
    def definition(self) -> str:
        """The quantity that is measured, in English."""
        return {**catalogue(), **movement_catalogue()}[self.measure].definition


@dataclass(frozen=True)
class Sheet(Record):
    """A series by expression, measure and visit.

    Attributes
    ----------
    visits : tuple of Visit
        The columns, in order of time. Photos without a day are in none of them.
    rows : tuple of SheetRow
        The rows: the face at rest (or in the expression of most days), then each movement.
    affected : {"right", "left"} or None
        The patient's side that is ill or treated.
    """

    visits: tuple[Visit, ...]
    rows: tuple[SheetRow, ...]
    affected: Side | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def to_frame(self) -> pd.DataFrame:
        """A `pandas.DataFrame` (extra ``table``).

        Its index is expression and measure, its columns are day and kind, so that
        ``frame.loc[("smile_open", "commissure_lift"), (14.0, "right")]`` is a number.
        """
        from asymmetry.series.sheet_files import sheet_frame

        return sheet_frame(self)

    def to_csv(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        language: str | os.PathLike[str] = ENGLISH,
    ) -> str:
        """Write a CSV file that spreadsheets open, with one row of headings; the text is returned.

        Parameters
        ----------
        path : path, optional
            The file to write, in UTF-8 with a byte order mark. Without it nothing is written.
        language : str or path
            The language of the headings, as for a report.
        """
        from asymmetry.series.sheet_files import write_csv

        return write_csv(self, path, language)

    def to_xlsx(
        self, path: str | os.PathLike[str], *, language: str | os.PathLike[str] = ENGLISH
    ) -> None:
        """Write a workbook (extra ``excel``): the sheet, the definitions, and the photos with all reasons.

        The sheet prints on one landscape page's width. An arrow is part of a number's format: the cell is
        the number itself.

        Parameters
        ----------
        path : path
            The file to write, ending in ``.xlsx``.
        language : str or path
            The language of its words, as for a report.

        Raises
        ------
        MissingExtraError
            If XlsxWriter is not installed.
        """
        from asymmetry.series.sheet_files import write_xlsx

        write_xlsx(self, path, language)
