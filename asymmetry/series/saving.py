"""A series in one file: its points, and the facts known about its photos. No pickles and no pictures."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from asymmetry.core.landmarks import Landmarks
from asymmetry.core.notes import Note
from asymmetry.core.schemes import Side
from asymmetry.errors import InvalidInputError
from asymmetry.photos.dates import as_date
from asymmetry.photos.manifest import DiaryNote
from asymmetry.photos.record import About
from asymmetry.photos.taken import Taken

__all__ = ["SavedSeries", "load_saved", "save_series"]

# The series' own part of the file, beside how the points came about.
_PART = "series"


@dataclass(frozen=True, eq=False)
class SavedSeries:
    """The contents of a saved series, in order of time.

    Attributes
    ----------
    landmarks : Landmarks
        The points.
    about : tuple of About
        The facts known about each photo.
    notes : tuple of DiaryNote
        The patient's diary.
    treated_on : datetime.date or None
        The day of the treatment.
    affected : {"right", "left"} or None
        The patient's side that is ill or treated.
    folder : pathlib.Path or None
        Where the photos were.
    """

    landmarks: Landmarks
    about: tuple[About, ...] = field(repr=False)
    notes: tuple[DiaryNote, ...] = ()
    treated_on: date | None = None
    affected: Side | None = None
    folder: Path | None = None


def save_series(saved: SavedSeries, path: str | os.PathLike[str]) -> None:
    """Write a series to one ``.npz`` file, which `Landmarks.load` reads too.

    Parameters
    ----------
    saved : SavedSeries
        The series.
    path : path
        Written as named; no suffix is added.
    """
    part = {
        "about": [_about_to_plain(each) for each in saved.about],
        "notes": [{**asdict(each), "date": _iso(each.date)} for each in saved.notes],
        "treated_on": _iso(saved.treated_on),
        "affected": saved.affected,
        "folder": saved.folder and str(saved.folder),
    }
    provenance = {**saved.landmarks.provenance, _PART: part}
    replace(saved.landmarks, provenance=provenance).save(path)


def load_saved(path: str | os.PathLike[str]) -> SavedSeries:
    """Read a file that `save_series` wrote.

    Raises
    ------
    InvalidInputError
        If the file holds no series, or its points were read by a version whose numbers differ.
    """
    landmarks = Landmarks.load(path)
    provenance = dict(landmarks.provenance)
    part = provenance.pop(_PART, None)
    if part is None:
        raise InvalidInputError(f"{os.fspath(path)}: holds landmarks and no series; use Landmarks.load")
    return SavedSeries(
        landmarks=replace(landmarks, provenance=provenance),
        about=_load_about(part["about"]),
        notes=tuple(DiaryNote(**{**each, "date": as_date(each["date"])}) for each in part["notes"]),
        treated_on=as_date(part["treated_on"]),
        affected=part["affected"],
        folder=part["folder"] and Path(part["folder"]),
    )


def _about_to_plain(about: About) -> dict[str, Any]:
    known = {item.name: getattr(about, item.name) for item in fields(about)}
    if about.taken is not None:
        known["taken"] = {**asdict(about.taken), "when": about.taken.when.isoformat()}
    return {**known, "remarks": [note.to_dict() for note in about.remarks]}


def _load_about(plain: Sequence[Mapping[str, Any]]) -> tuple[About, ...]:
    return tuple(map(_about_from_plain, plain))


def _about_from_plain(plain: Mapping[str, Any]) -> About:
    known = {**plain, "remarks": tuple(map(Note.from_dict, plain["remarks"]))}
    if known["taken"] is not None:
        when = datetime.fromisoformat(known["taken"]["when"])
        known["taken"] = Taken(**{**known["taken"], "when": when})
    return About(**known)


def _iso(day: date | None) -> str | None:
    if day is None:
        return None
    return day.isoformat()
