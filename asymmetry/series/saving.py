"""A series in one file: its points, and the facts known about its photos. No pickles and no pictures."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import Side
from asymmetry.errors import InvalidInputError
from asymmetry.photos.dates import as_date
from asymmetry.photos.manifest import DiaryNote
from asymmetry.photos.record import PhotoRecord
from asymmetry.series.day_to_day import Setting, check_setting
from asymmetry.series.treatments import Treatment, load_treatments

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
    about : tuple of PhotoRecord
        The facts known about each photo.
    notes : tuple of DiaryNote
        The patient's diary.
    treatments : tuple of Treatment
        The treatments, in order of time.
    affected : {"right", "left"} or None
        The patient's side that is ill or treated.
    setting : {"home", "clinic"}
        How the photos were taken.
    folder : pathlib.Path or None
        Where the photos were.
    """

    landmarks: Landmarks
    about: tuple[PhotoRecord, ...] = field(repr=False)
    notes: tuple[DiaryNote, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    affected: Side | None = None
    setting: Setting = "home"
    folder: Path | None = None

    def options(self) -> dict[str, Any]:
        """All but the points, as arguments of `History.from_landmarks`."""
        known = {
            item.name: getattr(self, item.name) for item in fields(self) if item.name != "landmarks"
        }
        return known | {"treated_on": known.pop("treatments")}


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
        "about": [each.to_dict() for each in saved.about],
        "notes": [{**asdict(each), "date": _iso(each.date)} for each in saved.notes],
        "treatments": [each.to_dict() for each in saved.treatments],
        "affected": saved.affected,
        "setting": saved.setting,
        "folder": saved.folder and str(saved.folder),
    }
    provenance = {**saved.landmarks.provenance, _PART: part}
    replace(saved.landmarks, provenance=provenance).save(path)


def load_saved(path: str | os.PathLike[str]) -> SavedSeries:
    """Read a file that `save_series` wrote.

    Raises
    ------
    InvalidInputError
        If the file holds no series, or a version wrote it whose numbers or records differ.
    """
    landmarks = Landmarks.load(path)
    provenance = dict(landmarks.provenance)
    part = provenance.pop(_PART, None)
    if part is None:
        raise InvalidInputError(
            f"{os.fspath(path)}: holds landmarks and no series; use Landmarks.load"
        )
    return SavedSeries(
        landmarks=replace(landmarks, provenance=provenance),
        about=_load_records(part["about"], os.fspath(path)),
        notes=tuple(DiaryNote(**{**each, "date": as_date(each["date"])}) for each in part["notes"]),
        treatments=load_treatments(
            part.get("treatments") or _one_treatment(part.get("treated_on"))
        ),
        affected=part["affected"],
        setting=check_setting(part.get("setting", "home")),
        folder=part["folder"] and Path(part["folder"]),
    )


def _one_treatment(day: str | None) -> list[dict[str, str]]:
    """The treatment of files of version 0.1.0, which knew one."""
    return [{"day": day}] if day else []


def _load_records(plain: Sequence[Mapping[str, Any]], file: str) -> tuple[PhotoRecord, ...]:
    try:
        return tuple(map(PhotoRecord.from_dict, plain))
    except (KeyError, TypeError) as error:
        raise InvalidInputError(
            f"{file}: was saved by an older version, which kept other facts about each photo: make the "
            "series again from the photos"
        ) from error


def _iso(day: date | None) -> str | None:
    if day is None:
        return None
    return day.isoformat()
