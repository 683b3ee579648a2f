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
from asymmetry.series.treatments import Treatment, as_treatments, load_treatments

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
    treatments : tuple of Treatment
        All of them, where their days are known; the first one is day zero.

    Examples
    --------
    >>> DayZero(date(2026, 3, 9), treated=True).words
    'days since treatment on 2026-03-09'
    """

    day: date | None = None
    treated: bool = False
    treatments: tuple[Treatment, ...] = ()

    @classmethod
    def find(
        cls,
        treatments: Sequence[Treatment],
        dates: Sequence[date | None],
        counted: npt.NDArray[np.float64],
    ) -> DayZero:
        """Day zero of photos in order of time.

        Parameters
        ----------
        treatments : sequence of Treatment
            The treatments, in order of time.
        dates : sequence of datetime.date or None
            When each photo was taken.
        counted : ndarray, shape (n,)
            The day that each photo's name counts, NaN where it counts none.
        """
        if treatments:
            return cls(treatments[0].day, treated=True, treatments=tuple(treatments))
        first = next(filter(None, dates), None)
        by_names = first is None and bool(np.isfinite(counted).any())
        return cls(first, treated=by_names)

    @classmethod
    def from_provenance(cls, provenance: Mapping[str, Any]) -> DayZero:
        """Day zero as a table's provenance has it."""
        day = as_date(provenance["day_zero"] or None)
        treated = provenance["day_zero_is"] == _KINDS[True]
        treatments = load_treatments(provenance.get("treatments", ()))
        return cls(
            day, treated=treated, treatments=treatments or as_treatments(day if treated else None)
        )

    @property
    def provenance(self) -> dict[str, Any]:
        """Day zero as entries of a table's provenance."""
        zero = {"day_zero": str(self.day or ""), "day_zero_is": _KINDS[self.treated]}
        if self.treatments in ((), as_treatments(self.day)):  # which day zero says already
            return zero
        return {**zero, "treatments": [each.to_dict() for each in self.treatments]}

    @property
    def latest_treatment(self) -> float:
        """The day of the latest treatment; 0 where there is one, or none."""
        if not self.treatments:
            return 0.0
        return float((self.treatments[-1].day - self.treatments[0].day).days)

    @property
    def note(self) -> Note:
        """Day zero as a note."""
        if self.treated and self.day is not None:
            return Note("days_since_treatment", date=self.day)
        if self.treated:
            return Note("days_since_some_treatment")
        if self.day is not None:
            return Note("days_since_first", date=self.day)
        return Note("no_days")

    @property
    def words(self) -> str:
        """The note in English."""
        return str(self.note)
