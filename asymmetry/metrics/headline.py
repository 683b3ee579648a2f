"""The few metrics that are shown first, in words, and the size at which others notice a difference."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from asymmetry.core.notes import Note
from asymmetry.core.records import Record
from asymmetry.core.table import Measurements
from asymmetry.core.text import english_text

__all__ = ["HEADLINES", "MORE_MOVEMENTS", "MOVEMENT_HEADLINES", "Difference", "Headline", "notable"]


@dataclass(frozen=True)
class Headline:
    """A metric that is charted, said in words, and compared with the difference that a bystander sees.

    Its words stand in ``asymmetry/texts`` under its name: its title (``[titles]``), from where its
    millimetres are counted (``[axes]``), the part of the face (``[parts]``), and how the right part is when
    the difference is positive, negative or none (``[more]``, ``[less]``, ``[level]``).

    Attributes
    ----------
    name : str
        Its own, for one metric may be shown in several expressions.
    metric : str
        Name in the catalogue; the columns are ``<metric>_right_mm`` and so on.
    visible_mm : float or None
        Differences from this size on are noticed by a bystander; None where no study says.
    study : str
        The study that says so, by its name in ``[studies]``.
    unit : str
        The metric's unit.
    """

    name: str
    metric: str
    visible_mm: float | None = None
    study: str = ""
    unit: str = "mm"

    @property
    def title(self) -> str:
        """Its title in charts and tables, in English."""
        return self._english("titles")

    @property
    def part(self) -> str:
        """The part of the face in English, as in "right brow"."""
        return self._english("parts")

    @property
    def source(self) -> str:
        """The study in English; empty where there is none."""
        return english_text().known("studies", self.study)

    def _english(self, section: str) -> str:
        return english_text().known(section, self.name)

    def column(self, side: str) -> str:
        """Name of the column of one side, or of ``"diff"``, ``"diff_sd"`` and so on."""
        return f"{self.metric}_{side}_{self.unit}"

    def note(self, diff_mm: float) -> Note:
        """A difference as a note; the right side is the subject, and is compared with the left.

        Examples
        --------
        >>> HEADLINES[0].note(-2.94)
        Note('right_less', headline='brow_height', mm=2.94)
        """
        if math.isnan(diff_mm):
            return Note("not_measured")
        if float(f"{diff_mm:.1f}") == 0:
            return Note("sides_alike", headline=self.name)
        if diff_mm > 0:
            return Note("right_more", headline=self.name, mm=diff_mm)
        return Note("right_less", headline=self.name, mm=-diff_mm)

    def side_note(self, side: str, moved: float, error: float) -> Note:
        """How one side changed against its own former self, as a note.

        Examples
        --------
        >>> str(HEADLINES[0].side_note("left", -4.1, 1.2))
        'left brow 4.1 mm lower (± 1.2)'
        """
        if moved > 0:
            return Note("side_more", side=side, headline=self.name, mm=moved, error=error)
        return Note("side_less", side=side, headline=self.name, mm=-moved, error=error)

    def words(self, diff_mm: float) -> str:
        """The same in English.

        Examples
        --------
        >>> HEADLINES[0].words(-2.94)
        'right brow 2.9 mm lower'
        >>> HEADLINES[0].words(0.04)
        'brows level'
        """
        return str(self.note(diff_mm))

    def visible(self, diff_mm: float) -> bool:
        """Whether a bystander would notice such a difference; False where it is NaN or no study says.

        It is taken to a tenth of a mm, as it is printed.
        """
        return self.visible_mm is not None and round(abs(diff_mm), 1) >= self.visible_mm


#: Metrics shown first, from the brow down.
HEADLINES = (
    Headline("brow_height", "brow_height", 3.0, "chu_2011"),
    Headline("mrd1", "mrd1"),
    Headline("fissure_height", "fissure_height", 2.0, "hohman_2014"),
    Headline("commissure_height", "commissure_height", 3.0, "hohman_2014"),
)

#: Movements from rest that are looked at first in each expression: the part of each that is read surest.
MOVEMENT_HEADLINES = {
    headline.name: headline
    for headline in (
        Headline("brow_raise", "brow_excursion"),
        Headline("frown", "frown_descent"),
        Headline("eye_closure", "eye_closure"),
        Headline("smile_closed", "commissure_lift"),
        Headline("smile_open", "commissure_lift"),
        Headline("snarl", "upper_lip_lift"),
        Headline("pucker", "commissure_travel"),
    )
}


#: What else an expression tells: the gap of an eye that does not close, and the eye that closes with a smile.
MORE_MOVEMENTS = {
    "eye_closure": (Headline("residual_gap", "residual_gap"),),
    "smile_closed": (Headline("synkinesis_closed", "synkinesis", unit="pct"),),
    "smile_open": (Headline("synkinesis_open", "synkinesis", unit="pct"),),
}


@dataclass(frozen=True)
class Difference(Record):
    """A difference that a bystander would notice.

    Attributes
    ----------
    column : str
        Its column in the table.
    diff_mm : float
        Right minus left, mm.
    visible_mm : float
        The size from which it is noticed.
    note : Note
        The same to be told.
    study : str
        The study that the size is from, by its name in ``[studies]``.
    sd_mm : float
        Absolute standard deviation of the difference, mm; NaN where it is not known.
    """

    column: str
    diff_mm: float
    visible_mm: float
    note: Note
    study: str
    sd_mm: float = math.nan

    @property
    def words(self) -> str:
        """The note in English."""
        return str(self.note)

    @property
    def source(self) -> str:
        """The study in English."""
        return english_text().known("studies", self.study)

    @property
    def full_note(self) -> Note:
        """The note, with the standard deviation where it is known."""
        if math.isnan(self.sd_mm):
            return self.note
        return Note("with_sd", difference=self.note, mm=self.sd_mm)

    def __str__(self) -> str:
        return self.words


def notable(measurements: Measurements) -> list[tuple[Difference, ...]]:
    """Differences that a bystander would notice, for each row.

    Parameters
    ----------
    measurements : Measurements
        n rows.

    Returns
    -------
    list of tuple of Difference
        One tuple per row, from the brow down; empty where nothing is noticed or nothing was measured.
    """
    return [tuple(_visible(measurements, row)) for row in range(measurements.rows)]


def _visible(measurements: Measurements, row: int) -> Iterator[Difference]:
    for headline in HEADLINES:
        column = headline.column("diff")
        diff = float(measurements[column][row]) if column in measurements else math.nan
        if headline.visible_mm is not None and headline.visible(diff):
            sd = measurements.get(headline.column("diff_sd"))
            unsure = math.nan if sd is None else float(sd[row])
            yield Difference(column, diff, headline.visible_mm, headline.note(diff), headline.study, unsure)
