"""How far days of one person differ though nothing changed, as it is known of other people."""

from __future__ import annotations

import functools
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import FloatArray
from asymmetry.core.notes import Note
from asymmetry.errors import InvalidInputError

__all__ = [
    "SETTINGS",
    "UNKNOWN",
    "Expected",
    "Setting",
    "check_setting",
    "expected_error",
    "pitch_slope",
]

Setting = Literal["home", "clinic"]
SETTINGS: tuple[Setting, ...] = get_args(Setting)

#: Standard deviation of repeats of a sitting where nothing tells it, mm: the demo's photos of one face, each
#: held and lit differently, scatter by 0.1 to 0.25 mm about their truth.
DEFAULT_SEM = 0.2
#: The same for a movement, mm, at the same effort: two photos are read, and only the part that moves differs.
MOVEMENT_SEM = 0.25
#: Standard deviation of a day in standard deviations of repeats, for columns that the table does not list;
#: the part above 1 is shared by a day's photos.
OTHERS = {"home": 2.0, "clinic": 1.0}
#: How alike people are in that, in degrees of freedom, where the table does not list a column.
USUAL_DF = 8.0


@dataclass(frozen=True)
class Expected:
    """The expected error of a reading, before a series tells more.

    Attributes
    ----------
    sem : float
        Standard deviation of a photo beside others of its day, in the metric's unit.
    between : float
        Standard deviation of the error that all photos of a day share.
    df : float
        How alike people are in both, in degrees of freedom.
    note : Note
        The basis of these figures.
    """

    sem: float
    between: float
    df: float
    note: Note

    def variance(self, count: npt.ArrayLike) -> FloatArray:
        """Error variance of the mean of so many photos of one day."""
        return self.between**2 + self.sem**2 / np.asarray(count, dtype=np.float64)

    def vary(self, sd: float) -> Expected:
        """The error where days differ by this much more, as in effort."""
        return Expected(self.sem, math.hypot(self.between, sd), self.df, self.note)


#: Of such a metric nothing is known beforehand; only the series itself can tell.
UNKNOWN = Expected(math.nan, math.nan, 0.0, Note("unknown_error"))


def check_setting(setting: str) -> Setting:
    """A setting that the table has.

    Raises
    ------
    InvalidInputError
        If it is another word.
    """
    for known in SETTINGS:
        if setting == known:
            return known
    raise InvalidInputError(f"setting {setting!r}: use 'home' or 'clinic'")


def expected_error(
    setting: Setting, column: str, repeats: float = math.nan, usual: float = math.nan
) -> Expected:
    """The expected error of a column.

    Parameters
    ----------
    setting : {"home", "clinic"}
        How the photos were taken.
    column : str
        Name of the column; a left side's is that of the right one.
    repeats : float
        Standard deviation of repeats by the readings' own points, where it is known.
    usual : float
        That of repeats where neither the table nor the points tell it; NaN where nobody does.

    Returns
    -------
    Expected
        By the table ``day_to_day.toml``, for any other column by the standard deviation of repeats.

    Examples
    --------
    >>> one, three = expected_error("home", "brow_height_diff_mm").variance([1, 3])
    >>> bool(one > three > one / 3)
    True
    """
    listed = _table()[setting]
    name = column.replace("_left_", "_right_")
    if name in listed:
        return _split(setting, name)
    sem = usual if math.isnan(repeats) else repeats
    if math.isnan(sem):
        return UNKNOWN
    between = sem * math.sqrt(OTHERS[setting] ** 2 - 1)
    note = Note("usual_error") if math.isnan(repeats) else Note("own_uncertainty")
    return Expected(sem, between, USUAL_DF, note)


def pitch_slope(setting: Setting, column: str) -> float:
    """How much larger a column of one side reads for each degree of pitch; 0 where that is not known.

    Examples
    --------
    >>> pitch_slope("home", "brow_height_left_mm") < 0, pitch_slope("home", "brow_height_diff_mm")
    (True, 0.0)
    """
    row = _table()[setting].get(column.replace("_left_", "_right_"), {})
    return float(row.get("pitch", 0.0))


@functools.cache
def _split(setting: Setting, column: str) -> Expected:
    """A listed column's variance in two parts, that of the day and that of one photo: ``b² + w² / n``."""
    row = _table()[setting][column]
    photos = np.array(row["photos"], dtype=np.float64)
    sd = np.array(row["sd"], dtype=np.float64)
    within = 0.0
    if len(photos) > 1:
        within = float(np.polyfit(1 / photos, sd**2, 1)[0])
    one = float(sd[0] ** 2)
    within = min(max(within, 0.0), one)
    note = Note("setting_error", setting=setting)
    return Expected(math.sqrt(within), math.sqrt(one - within), float(row["df"]), note)


@functools.cache
def _table() -> Mapping[str, Any]:
    text = Path(__file__).with_name("day_to_day.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
