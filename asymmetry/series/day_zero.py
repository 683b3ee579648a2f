"""The day that a series counts its days from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.notes import Note
from asymmetry.photos.dates import as_date

__all__ = ["DayZero"]

_KINDS = {True: "treatment", False: "first photo"}


@dataclass(frozen=True)
class DayZero:
    """The day that a series counts its days from: treatment, else first photo.

    Attributes
    ----------
    day : datetime.date or None
        The day; None where photos' names count days from a treatment of unknown date, or nothing is dated.
    treated : bool
        Whether it is a treatment.

    Examples
    --------
    >>> DayZero(date(2026, 3, 9), treated=True).words
    'days since treatment on 2026-03-09'
    """

    day: date | None = None
    treated: bool = False

    @classmethod
    def find(
        cls, treated_on: date | None, dates: Sequence[date | None], counted: npt.NDArray[np.float64]
    ) -> DayZero:
        """Day zero of photos in order of time.

        Parameters
        ----------
        treated_on : datetime.date or None
            The day of the treatment, where it is known.
        dates : sequence of datetime.date or None
            When each photo was taken.
        counted : ndarray, shape (n,)
            The day that each photo's name counts, NaN where it counts none.
        """
        if treated_on is not None:
            return cls(treated_on, treated=True)
        first = next(filter(None, dates), None)
        by_names = first is None and bool(np.isfinite(counted).any())
        return cls(first, treated=by_names)

    @classmethod
    def from_provenance(cls, provenance: Mapping[str, Any]) -> DayZero:
        """Day zero as a table's provenance has it."""
        day = as_date(provenance["day_zero"] or None)
        return cls(day, treated=provenance["day_zero_is"] == _KINDS[True])

    @property
    def provenance(self) -> dict[str, str]:
        """The same for a table's provenance."""
        return {"day_zero": str(self.day or ""), "day_zero_is": _KINDS[self.treated]}

    @property
    def note(self) -> Note:
        """The same as data."""
        if self.treated and self.day is not None:
            return Note("days_since_treatment", date=self.day)
        if self.treated:
            return Note("days_since_some_treatment")
        if self.day is not None:
            return Note("days_since_first", date=self.day)
        return Note("no_days")

    @property
    def words(self) -> str:
        """The same in English."""
        return str(self.note)
