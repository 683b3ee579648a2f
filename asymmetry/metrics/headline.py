"""The few metrics that are shown first, in words, and the size at which others notice a difference."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from asymmetry.core.notes import Note
from asymmetry.core.records import Told
from asymmetry.core.table import Measurements
from asymmetry.core.text import english_text
from asymmetry.metrics.brow import brow_height
from asymmetry.metrics.definition import Metric
from asymmetry.metrics.excursion import (
    brow_excursion,
    commissure_lift,
    commissure_travel,
    eye_closure,
    frown_descent,
    residual_gap,
    synkinesis,
    upper_lip_lift,
)
from asymmetry.metrics.eye import fissure_height, mrd1
from asymmetry.metrics.mouth import commissure_height
from asymmetry.metrics.noticing import Noticeable, rate_difference

__all__ = [
    "HEADLINES",
    "MORE_MOVEMENTS",
    "MOVEMENT_HEADLINES",
    "RATED",
    "Difference",
    "Headline",
    "notable",
    "unrated",
]

#: Digits after the point in words, by the unit, where they are not one.
_DECIMALS = {"pct": 0}


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
    visible_mm, study
        Those of the `Metric`.
    unit : str
        The metric's unit.
    """

    name: str
    metric: str
    visible_mm: float | None = None
    study: str = ""
    unit: str = "mm"

    @classmethod
    def of(cls, metric: Metric, name: str = "") -> Headline:
        """The headline of a metric; its name is the metric's, unless it has one of its own."""
        return cls(name or metric.name, metric.name, metric.visible_mm, metric.study, metric.unit)

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

    def note(self, diff_mm: float, subject: str = "right") -> Note:
        """A difference as a note: one side, compared with the other.

        Parameters
        ----------
        diff_mm : float
            Right minus left, mm.
        subject : {"right", "left"}
            The side that is told of.

        Examples
        --------
        >>> HEADLINES[0].note(-2.94)
        Note('right_less', headline='brow_height', mm=2.94)
        >>> HEADLINES[0].note(-2.94, "left")
        Note('left_more', headline='brow_height', mm=2.94, side='left')
        """
        if math.isnan(diff_mm):
            return Note("not_measured")
        if float(f"{diff_mm:.{_DECIMALS.get(self.unit, 1)}f}") == 0:
            return Note("sides_alike", headline=self.name)
        if subject == "left" and diff_mm < 0:
            return Note("left_more", headline=self.name, mm=-diff_mm, side=subject)
        if subject == "left":
            return Note("left_less", headline=self.name, mm=diff_mm, side=subject)
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
        """The difference in English.

        Examples
        --------
        >>> HEADLINES[0].words(-2.94)
        'right brow 2.9 mm lower'
        >>> HEADLINES[0].words(0.04)
        'brows level'
        """
        return str(self.note(diff_mm))

    def noticeable(self, diff_mm: float, sd_mm: float = math.nan) -> Noticeable | None:
        """Whether a bystander notices such a difference, by probability.

        Parameters
        ----------
        diff_mm, sd_mm : float
            The reading, and its absolute standard deviation; without the latter it is taken for true.

        Returns
        -------
        "likely", "possible", "unlikely" or None
            None where the difference is NaN, no study says, or the error is too large to say: sides that
            read as level could differ by as much.

        Examples
        --------
        >>> [HEADLINES[0].noticeable(diff, 0.7) for diff in (-2.2, -2.9, -3.7)]
        ['unlikely', 'possible', 'likely']
        """
        if self.visible_mm is None or math.isnan(diff_mm):
            return None
        return rate_difference(diff_mm, sd_mm, self.visible_mm)

    def visible(self, diff_mm: float) -> bool:
        """Whether a bystander notices a difference that is truly so large; False where no study says.

        It is taken to a tenth of a mm, as it is printed. Of one photo ask `noticeable`.
        """
        return self.noticeable(diff_mm) == "likely"


#: Metrics shown first, from the brow down.
HEADLINES = tuple(map(Headline.of, (brow_height, mrd1, fissure_height, commissure_height)))
#: Those of which a study says from which size on others notice them.
RATED = tuple(each for each in HEADLINES if each.visible_mm is not None)

#: Movements from rest that are looked at first in each expression: the part of each that is read surest.
MOVEMENT_HEADLINES = {
    expression: Headline.of(metric, expression)
    for expression, metric in {
        "brow_raise": brow_excursion,
        "frown": frown_descent,
        "eye_closure": eye_closure,
        "smile_closed": commissure_lift,
        "smile_open": commissure_lift,
        "snarl": upper_lip_lift,
        "pucker": commissure_travel,
    }.items()
}


#: An expression also tells the gap of an eye that does not close, and the eye that closes with a smile.
MORE_MOVEMENTS = {
    "eye_closure": (Headline.of(residual_gap),),
    "smile_closed": (Headline.of(synkinesis, "synkinesis_closed"),),
    "smile_open": (Headline.of(synkinesis, "synkinesis_open"),),
}


@dataclass(frozen=True)
class Difference(Told):
    """A difference that a bystander likely or possibly notices.

    Attributes
    ----------
    column : str
        Its column in the table.
    diff_mm : float
        Right minus left, mm.
    visible_mm : float
        The size from which it is noticed.
    note : Note
        The difference in words, as data.
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

    derived: ClassVar[tuple[str, ...]] = ("noticeable",)

    @property
    def noticeable(self) -> Noticeable | None:
        """``"likely"`` or ``"possible"``, by its size, its standard deviation, and the noticed size."""
        return rate_difference(self.diff_mm, self.sd_mm, self.visible_mm)

    @property
    def source(self) -> str:
        """The study in English."""
        return english_text().known("studies", self.study)

    def of_side(self, subject: str) -> Difference:
        """The same difference, told about this side.

        Examples
        --------
        >>> higher = Difference("brow_height_diff_mm", 4.1, 3.0, HEADLINES[0].note(4.1), "brow")
        >>> str(higher.note), str(higher.of_side("left").note)
        ('right brow 4.1 mm higher', 'left brow 4.1 mm lower')
        """
        headline = next(each for each in HEADLINES if each.column("diff") == self.column)
        return replace(self, note=headline.note(self.diff_mm, subject))

    @property
    def full_note(self) -> Note:
        """The note, with the standard deviation where it is known."""
        if math.isnan(self.sd_mm):
            return self.note
        return Note("with_sd", difference=self.note, mm=self.sd_mm)


def notable(measurements: Measurements) -> list[tuple[Difference, ...]]:
    """Differences that a bystander likely or possibly notices, for each row.

    Parameters
    ----------
    measurements : Measurements
        n rows.

    Returns
    -------
    list of tuple of Difference
        One tuple per row, from the brow down; empty where nothing is likely or possible, or measured.
    """
    return [tuple(_visible(measurements, row)) for row in range(measurements.rows)]


def unrated(measurements: Measurements, row: int) -> tuple[Headline, ...]:
    """Differences of which it can't be told whether a bystander notices them: not measured, or too unsure.

    Parameters
    ----------
    measurements : Measurements
        n rows.
    row : int
        One of them.
    """
    asked = (each for each in RATED if each.column("diff") in measurements)
    return tuple(each for each in asked if _rate(each, measurements, row) is None)


def _rate(headline: Headline, measurements: Measurements, row: int) -> Noticeable | None:
    diff, sd = (_value(measurements, headline.column(kind), row) for kind in ("diff", "diff_sd"))
    return headline.noticeable(diff, sd)


def _visible(measurements: Measurements, row: int) -> Iterator[Difference]:
    for headline in HEADLINES:
        column = headline.column("diff")
        diff = _value(measurements, column, row)
        sd = _value(measurements, headline.column("diff_sd"), row)
        rated = headline.noticeable(diff, sd)
        if headline.visible_mm is not None and rated in ("likely", "possible"):
            note = headline.note(diff, _find_subject(headline, diff, measurements, row))
            yield Difference(column, diff, headline.visible_mm, note, headline.study, sd)


def _find_subject(headline: Headline, diff: float, measurements: Measurements, row: int) -> str:
    """The side that is told of: the right, but of eyes to be closed the one that stays open."""
    of_lids = headline.metric == fissure_height.name and _is_closed(measurements, row)
    return "left" if of_lids and diff < 0 else "right"


def _is_closed(measurements: Measurements, row: int) -> bool:
    """Whether the eyes were to be closed."""
    return "expression" in measurements and str(measurements["expression"][row]) == "eye_closure"


def _value(measurements: Measurements, column: str, row: int) -> float:
    """One number; NaN where there is no such column."""
    if column not in measurements:
        return math.nan
    return float(measurements[column][row])
