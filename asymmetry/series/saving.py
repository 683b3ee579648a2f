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
from asymmetry.series.day_to_day import Setting, check_setting

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
    setting : {"home", "clinic"}
        How the photos were taken.
    folder : pathlib.Path or None
        Where the photos were.
    """

    landmarks: Landmarks
    about: tuple[About, ...] = field(repr=False)
    notes: tuple[DiaryNote, ...] = ()
    treated_on: date | None = None
    affected: Side | None = None
    setting: Setting = "home"
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
        "setting": saved.setting,
        "folder": None if saved.folder is None else str(saved.folder),
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
    name = os.fspath(path)
    landmarks = Landmarks.load(path)
    provenance = dict(landmarks.provenance)
    part = provenance.pop(_PART, None)
    if part is None:
        raise InvalidInputError(f"{name}: holds landmarks and no series; use Landmarks.load")
    return SavedSeries(
        landmarks=replace(landmarks, provenance=provenance),
        about=_load_about(part["about"]),
        notes=tuple(DiaryNote(**{**each, "date": as_date(each["date"])}) for each in part["notes"]),
        treated_on=as_date(part["treated_on"]),
        affected=part["affected"],
        setting=check_setting(part.get("setting", "home")),
        folder=None if part["folder"] is None else Path(part["folder"]),
    )


def _about_to_plain(about: About) -> dict[str, Any]:
    taken = about.taken
    plain = None if taken is None else {**asdict(taken), "when": taken.when.isoformat()}
    remarks = [note.to_dict() for note in about.remarks]
    known = {item.name: getattr(about, item.name) for item in fields(about)}
    return {**known, "taken": plain, "remarks": remarks}


def _load_about(plain: Sequence[Mapping[str, Any]]) -> tuple[About, ...]:
    return tuple(
        About(
            **{
                **each,
                "taken": _load_taken(each["taken"]),
                "remarks": tuple(map(Note.from_dict, each["remarks"])),
            }
        )
        for each in plain
    )


def _load_taken(plain: Mapping[str, Any] | None) -> Taken | None:
    return None if plain is None else Taken(**{**plain, "when": datetime.fromisoformat(plain["when"])})


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
