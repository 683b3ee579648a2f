"""The few metrics that are shown first, in words, and the size at which others notice a difference."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from asymmetry.core.records import Record
from asymmetry.core.table import Measurements

__all__ = ["HEADLINES", "MOVEMENT_HEADLINES", "Difference", "Headline", "notable"]

_LID_AND_SMILE = (
    "Hohman et al., Laryngoscope 2014;124:860-865: over 90 % of 145 viewers saw 2 mm at the eyelids and "
    "3 mm in a smile"
)
_BROW = (
    "Chu et al., Arch Facial Plast Surg 2011;13:14-19: 3 mm at the brow or the corner of the mouth was seen"
)


@dataclass(frozen=True)
class Headline:
    """A metric that is charted, said in words, and compared with what a bystander sees.

    Attributes
    ----------
    metric : str
        Name in the catalogue; the columns are ``<metric>_right_mm`` and so on.
    title : str
        What it is called in charts and tables.
    axis : str
        What its millimetres are counted from.
    part : str
        The part of the face, as in "right brow".
    more, less : str
        How the right part is when the difference is positive or negative.
    visible_mm : float or None
        Differences from this size on are noticed by a bystander; None where no study says.
    source : str
        The study.
    """

    metric: str
    title: str
    axis: str
    part: str
    more: str
    less: str
    visible_mm: float | None = None
    source: str = ""

    def column(self, side: str) -> str:
        """Name of the column of one side, or of ``"diff"``, ``"diff_sd"`` and so on."""
        return f"{self.metric}_{side}_mm"

    def words(self, diff_mm: float) -> str:
        """A difference in words; the right side is the subject, the left what it is compared with.

        Examples
        --------
        >>> HEADLINES[0].words(-2.94)
        'right brow 2.9 mm lower'
        >>> HEADLINES[0].words(0.04)
        'brows level'
        """
        size = f"{abs(diff_mm):.1f}"
        if math.isnan(diff_mm):
            return "not measured"
        if float(size) == 0:
            return f"{self.part}s level" if self.more == "higher" else f"{self.part}s alike"
        return f"right {self.part} {size} mm {self.more if diff_mm > 0 else self.less}"

    def visible(self, diff_mm: float) -> bool:
        """Whether a bystander would notice such a difference; False where it is NaN or no study says.

        It is taken to a tenth of a mm, as it is printed.
        """
        return self.visible_mm is not None and round(abs(diff_mm), 1) >= self.visible_mm


#: Metrics shown first, from the brow down.
HEADLINES = (
    Headline("brow_height", "Brow height", "over the pupil line", "brow", "higher", "lower", 3.0, _BROW),
    Headline("mrd1", "Upper lid (MRD1)", "over the pupil's centre", "upper lid", "higher", "lower"),
    Headline(
        "fissure_height",
        "Eye opening",
        "from lid to lid",
        "eye",
        "wider open",
        "less open",
        2.0,
        _LID_AND_SMILE,
    ),
    Headline(
        "commissure_height",
        "Mouth corner",
        "over the pupil line",
        "mouth corner",
        "higher",
        "lower",
        3.0,
        _LID_AND_SMILE,
    ),
)


#: What is looked at first in each expression: movements from rest.
MOVEMENT_HEADLINES = {
    "brow_raise": Headline(
        "brow_excursion", "Brow raise", "risen from rest", "brow movement", "larger", "smaller"
    ),
    "frown": Headline("frown_descent", "Frown", "sunk from rest", "brow movement", "larger", "smaller"),
    "eye_closure": Headline(
        "eye_closure", "Eye closure", "closed from rest", "lid movement", "larger", "smaller"
    ),
    "smile_closed": Headline(
        "commissure_travel", "Smile, lips closed", "from rest", "mouth corner movement", "larger", "smaller"
    ),
    "smile_open": Headline(
        "commissure_travel", "Smile", "from rest", "mouth corner movement", "larger", "smaller"
    ),
    "snarl": Headline(
        "upper_lip_lift", "Snarl", "risen from rest", "upper lip movement", "larger", "smaller"
    ),
    "pucker": Headline(
        "commissure_travel", "Pucker", "from rest", "mouth corner movement", "larger", "smaller"
    ),
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
    words : str
        The same in words.
    source : str
        The study that the size is from.
    sd_mm : float
        Absolute standard deviation of the difference, mm; NaN where it is not known.
    """

    column: str
    diff_mm: float
    visible_mm: float
    words: str
    source: str
    sd_mm: float = math.nan

    @property
    def told(self) -> str:
        """The words, with the standard deviation where it is known."""
        return self.words if math.isnan(self.sd_mm) else f"{self.words} (± {self.sd_mm:.1f} mm)"

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
            yield Difference(column, diff, headline.visible_mm, headline.words(diff), headline.source, unsure)
