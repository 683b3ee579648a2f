"""The entries of the store, as frozen data: patients, photos, corrections and notes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from asymmetry.core.records import Record
from asymmetry.core.schemes import Side
from asymmetry.photos.record import PhotoRecord
from asymmetry.series.day_to_day import Setting

__all__ = ["FACTS", "QUEUED", "Correction", "KeptPhoto", "Patient", "PlannedTreatment", "VisitNote"]

#: The status of a photo that waits to be read.
QUEUED = "queued"
_PLAIN = ("id", "patient", "sha256", "suffix", "name", "added", "status", "reason")
#: Facts about a photo, beside its points, that can be corrected.
FACTS = ("expression", "taken", "mirrored", "excluded")


@dataclass(frozen=True)
class PlannedTreatment(Record):
    """A treatment of a patient.

    Attributes
    ----------
    date : str
        The day, ISO 8601.
    note : str
        Product, dose and sites in free text.
    """

    date: str
    note: str = ""


@dataclass(frozen=True)
class Patient(Record):
    """A patient.

    Attributes
    ----------
    id : str
        Given by the store.
    name : str
        A pseudonym or a name.
    affected : {"right", "left"} or None
        The patient's side that is ill or treated.
    setting : {"home", "clinic"}
        How the photos are taken.
    treatments : tuple of PlannedTreatment
        In order of time.
    demo : bool
        Whether it is the demo's patient.
    photos : int
        How many photos there are.
    """

    id: str
    name: str
    affected: Side | None = None
    setting: Setting = "home"
    treatments: tuple[PlannedTreatment, ...] = ()
    demo: bool = False
    photos: int = 0


@dataclass(frozen=True)
class Correction(Record):
    """One correction of a photo; it is kept for good beside those that follow.

    Attributes
    ----------
    at : str
        When, ISO 8601.
    who : str
        Who made it.
    fact : str
        One of `FACTS`, or ``"point <name> <side>"``.
    old, new : object
        The value before and after: JSON values. None as `new`: as it was read.
    """

    at: str
    who: str
    fact: str
    old: Any
    new: Any

    @property
    def point(self) -> tuple[str, str] | None:
        """Name and side of the point; None for another fact."""
        return _read_point(self.fact)

    @classmethod
    def of_row(cls, row: sqlite3.Row) -> Correction:
        """The correction that a row of the table holds."""
        return cls(
            row["at"], row["who"], row["fact"], json.loads(row["old"]), json.loads(row["new"])
        )


@dataclass(frozen=True)
class VisitNote(Record):
    """A note about a day.

    Attributes
    ----------
    id : int
        Given by the store.
    date : str
        The day, ISO 8601.
    text : str
        The note.
    written : str
        When it was written, ISO 8601.
    """

    id: int
    date: str
    text: str
    written: str


@dataclass(frozen=True)
class KeptPhoto:
    """A photo of a patient.

    Attributes
    ----------
    id, patient : str
        Given by the store.
    sha256, suffix : str
        Of the file; together they are its name in the store.
    name : str
        The name that it came with; another one of that name is numbered.
    added : str
        When it came, ISO 8601.
    status : str
        ``"queued"`` while it waits, then as in `Landmarks`.
    reason : str
        Why it was not measured, or the remarks on it.
    record : PhotoRecord
        The facts that its name and its tags say.
    corrected : mapping of str to object
        The facts and points that were corrected, and their values now.
    """

    id: str
    patient: str
    sha256: str
    suffix: str
    name: str
    added: str
    status: str
    reason: str
    record: PhotoRecord = field(repr=False)
    corrected: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of_row(cls, row: sqlite3.Row, corrected: Mapping[str, Any]) -> KeptPhoto:
        """The photo that a row of the table holds."""
        plain = {name: row[name] for name in _PLAIN}
        return cls(
            **plain, record=PhotoRecord.from_dict(json.loads(row["record"])), corrected=corrected
        )

    @property
    def waits(self) -> bool:
        """Whether it was not read yet."""
        return self.status == QUEUED

    @property
    def excluded(self) -> str:
        """Why it is left out; empty if it counts."""
        return self.corrected.get("excluded") or ""

    @property
    def expression(self) -> str | None:
        """The expression as it was corrected, else as its name says it."""
        return self.corrected.get("expression") or self.record.expression

    @property
    def taken(self) -> str:
        """When it was taken, as it was corrected, else as its tags or its name say it; ISO 8601."""
        return self.corrected.get("taken") or self.record.iso_date

    @property
    def mirrored(self) -> bool:
        """Whether it was stored mirrored."""
        return bool(self.corrected.get("mirrored"))

    @property
    def as_read(self) -> KeptPhoto:
        """The photo without corrections of points."""
        kept = {
            fact: value for fact, value in self.corrected.items() if not fact.startswith("point ")
        }
        return replace(self, corrected=kept)

    @property
    def points(self) -> dict[tuple[str, str], tuple[float, float]]:
        """The points that were corrected: name and side, in the photo as it was stored, to x and y in px."""
        found = {}
        for fact, value in self.corrected.items():
            point = _read_point(fact)
            if point is not None and value is not None:
                found[point] = (float(value[0]), float(value[1]))
        return found


def _read_point(fact: str) -> tuple[str, str] | None:
    """Name and side of the point that a fact is about."""
    kind, _, rest = fact.partition(" ")
    if kind != "point":
        return None
    name, _, side = rest.rpartition(" ")
    return name, side
