"""A folder of one person's photos, read into landmarks with what is known about each photo."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from asymmetry.core.landmarks import Landmarks
from asymmetry.errors import InvalidInputError
from asymmetry.extract import Extractor
from asymmetry.extract.photo import PHOTO_SUFFIXES, image_files
from asymmetry.series.about import About, about_photos, treatment_by_names
from asymmetry.series.manifest import MANIFEST, NOTES, Entry, Note, read_manifest, read_notes

__all__ = ["Progress", "Reading", "as_date", "day_number", "read_folder", "taken_day"]

Progress: TypeAlias = "Callable[[Iterable[Any]], Iterable[Any]]"
"""Wraps an iterable and shows how far it has come, as ``tqdm.tqdm`` does."""

MISSING = "the manifest names it, but there is no such photo"


@dataclass(frozen=True, eq=False)
class Reading:
    """A folder's photos as they were read.

    Attributes
    ----------
    landmarks : Landmarks
        One row per photo, in order of name. A photo that was stored mirrored is turned back.
    about : tuple of About
        What was known beforehand about the same photos.
    notes : tuple of Note
        The patient's diary.
    treated_on : datetime.date or None
        Day 0, if it was given or follows from the photos' names.
    """

    landmarks: Landmarks
    about: tuple[About, ...] = field(repr=False)
    notes: tuple[Note, ...] = ()
    treated_on: date | None = None


def read_folder(
    folder: str | os.PathLike[str],
    *,
    extractor: Extractor,
    treated_on: date | None = None,
    manifest: str | os.PathLike[str] | None = None,
    recursive: bool = True,
    progress: Progress | None = None,
) -> Reading:
    """Extract every photo below a folder; nobody is lost.

    Parameters
    ----------
    folder : path
        Where the photos are, and ``notes.csv`` if there is one. Photo names in the result are relative to it.
    extractor : Extractor
        What reads the points.
    treated_on : date, optional
        Turns day numbers in names (``day-10``) into dates.
    manifest : path, optional
        See `read_manifest`. Default: ``manifest.csv`` in the folder, if there is one.
    recursive : bool
        Also read the folders below it.
    progress : callable, optional
        As for `Extractor.extract`.

    Returns
    -------
    Reading
        ``taken`` is the camera's date, else that of the name, of the folder, of the manifest, and last that
        of a scan or an edit. What is missing or contradicted is said in ``reason``. Of files that are the
        same one is measured. A photo that only the manifest names has a row too.

    Raises
    ------
    InvalidInputError
        If there is no such folder, no photo in it, or a list in it can't be understood.
    """
    root = Path(folder)
    files = image_files(root, recursive=recursive)
    if not files:
        kinds = " ".join(sorted(PHOTO_SUFFIXES))
        raise InvalidInputError(f"{root}: no photos in this folder (looked for {kinds})")
    entries = _entries(root, manifest)
    notes = read_notes(root / NOTES) if (root / NOTES).is_file() else ()
    known = about_photos(root, files, entries, treated_on)
    single = [row for row, each in enumerate(known) if not each.copy_of]
    found = extractor.extract([files[row] for row in single], progress=progress)
    blanks = [row for row, each in enumerate(known) if each.copy_of]
    copies = Landmarks.blank([""] * len(blanks), status="rejected")
    landmarks = Landmarks.concat([found, copies])[np.argsort([*single, *blanks])]
    absent = _absent(entries, known)
    lost = Landmarks.blank([""] * len(absent), status="unreadable")
    known = [*known, *absent]
    landmarks = _labelled(Landmarks.concat([landmarks, lost]), known)
    stored = bool(found.provenance.get("mirrored", False))
    mirrored = np.array([stored if each.mirrored is None else each.mirrored for each in known], dtype=bool)
    turned = _turned(landmarks, mirrored != stored)
    return Reading(turned, tuple(known), notes, treated_on or treatment_by_names(known))


def _entries(root: Path, manifest: str | os.PathLike[str] | None) -> Mapping[str, Entry]:
    """The manifest that was named, or the one that is there."""
    if manifest is not None:
        return read_manifest(manifest)
    return read_manifest(root / MANIFEST) if (root / MANIFEST).is_file() else {}


def _absent(entries: Mapping[str, Entry], known: Sequence[About]) -> list[About]:
    """Photos of the manifest that are not in the folder."""
    there = {name for each in known for name in (each.photo, Path(each.photo).name)}
    return [
        About(each.photo, expression=each.expression, notes=each.notes, remarks=(MISSING,))
        for name, each in entries.items()
        if name not in there
    ]


def _labelled(landmarks: Landmarks, known: Sequence[About]) -> Landmarks:
    """The rows with their names, dates and remarks."""
    reasons = [
        "; ".join(filter(None, (reason, each.copy_of and f"the same file as {each.copy_of}", *each.remarks)))
        for reason, each in zip(landmarks.reason.tolist(), known, strict=True)
    ]
    return replace(
        landmarks,
        photo=np.array([each.photo for each in known], dtype=np.str_),
        taken=np.array([each.taken.isoformat() if each.taken else "" for each in known], dtype=np.str_),
        reason=np.array(reasons, dtype=np.str_),
    )


def _turned(landmarks: Landmarks, rows: npt.NDArray[np.bool_]) -> Landmarks:
    """Some of the photos as their mirror images."""
    if not rows.any():
        return landmarks
    both = Landmarks.concat([landmarks, landmarks.mirrored()])
    return both[np.arange(len(landmarks)) + len(landmarks) * rows]


def taken_day(taken: str) -> date | None:
    """The calendar day of an ISO 8601 text; None where it is empty.

    Examples
    --------
    >>> taken_day("2026-03-02T18:15:00+01:00")
    datetime.date(2026, 3, 2)
    """
    try:
        return datetime.fromisoformat(taken).date() if taken else None
    except ValueError as error:
        raise InvalidInputError(f"taken {taken!r}: give a time as 2026-03-31T12:30:00, or a day") from error


def as_date(day: date | str | None) -> date | None:
    """A date, however it was written.

    Raises
    ------
    InvalidInputError
        If a text is not an ISO 8601 date.

    Examples
    --------
    >>> as_date("2026-03-02")
    datetime.date(2026, 3, 2)
    """
    if day is None or (isinstance(day, date) and not isinstance(day, datetime)):
        return day
    if isinstance(day, datetime):
        return day.date()
    try:
        return date.fromisoformat(day)
    except ValueError as error:
        raise InvalidInputError(f"{day!r} is not a date: write it as 2026-03-31") from error


def day_number(when: str | date | float, day_zero: date | None) -> str | float:
    """A day number of whatever says it; "baseline" stays.

    Raises
    ------
    InvalidInputError
        If it is a date while day zero is not known, or no date at all.

    Examples
    --------
    >>> day_number("2026-03-12", date(2026, 3, 9)), day_number("baseline", None)
    (3.0, 'baseline')
    """
    if isinstance(when, (int, float)):
        return float(when)
    if when == "baseline":
        return "baseline"
    asked = as_date(when)
    if day_zero is None or asked is None:
        raise InvalidInputError(f"{when}: these photos have no dates; say a day number")
    return float((asked - day_zero).days)
