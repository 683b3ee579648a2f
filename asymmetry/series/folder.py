"""A folder of one person's photos, read into landmarks with the facts known about each photo."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from asymmetry.core.landmarks import Landmarks
from asymmetry.core.notes import Note, note_array
from asymmetry.errors import InvalidInputError
from asymmetry.extract import Extractor
from asymmetry.extract.intake import Progress
from asymmetry.photos.manifest import MANIFEST, NOTES, DiaryNote, Entry, read_manifest, read_notes
from asymmetry.photos.photo import image_files, photo_suffixes
from asymmetry.photos.record import About, about_photos, treatment_by_names
from asymmetry.photos.sources import digest_photo
from asymmetry.series.labels import label_mirrored

__all__ = ["FolderReading", "label_rows", "read_folder", "read_manifest_in"]


@dataclass(frozen=True, eq=False)
class FolderReading:
    """A folder's photos as they were read.

    Attributes
    ----------
    landmarks : Landmarks
        One row per photo, in order of name. A photo that was stored mirrored is turned back.
    about : tuple of About
        The facts known beforehand about the same photos.
    notes : tuple of DiaryNote
        The patient's diary.
    treated_on : datetime.date or None
        Day 0, if it was given or follows from the photos' names.
    """

    landmarks: Landmarks
    about: tuple[About, ...] = field(repr=False)
    notes: tuple[DiaryNote, ...] = ()
    treated_on: date | None = None


def read_folder(
    folder: str | os.PathLike[str],
    *,
    extractor: Extractor,
    treated_on: date | None = None,
    manifest: str | os.PathLike[str] | None = None,
    recursive: bool = True,
    progress: Progress | None = None,
) -> FolderReading:
    """Extract every photo below a folder; nobody is lost.

    Parameters
    ----------
    folder : path
        Where the photos are, and ``notes.csv`` if there is one. Photo names in the result are relative to it.
    extractor : Extractor
        The reader of the points.
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
    FolderReading
        ``taken`` is the camera's date, else that of the name, of the folder, of the manifest, and last that
        of a scan or an edit. ``notes`` lists missing and contradictory facts. Of files that are the
        same one is measured. A photo that only the manifest names has a row too.

    Raises
    ------
    InvalidInputError
        If there is no such folder, no photo in it, or a list in it can't be understood.
    """
    root = Path(folder)
    files = image_files(root, recursive=recursive)
    if not files:
        kinds = " ".join(sorted(photo_suffixes()))
        raise InvalidInputError(f"{root}: no photos in this folder (looked for {kinds})")
    entries = _entries(root, manifest)
    notes: tuple[DiaryNote, ...] = ()
    if (root / NOTES).is_file():
        notes = read_notes(root / NOTES)
    known = about_photos(root, files, entries, treated_on)
    for row, path in enumerate(files):
        if not known[row].copy_of:
            known[row] = replace(known[row], sha256=digest_photo(path))
    single = [row for row, each in enumerate(known) if not each.copy_of]
    found = extractor.extract([files[row] for row in single], progress=progress)
    blanks = [row for row, each in enumerate(known) if each.copy_of]
    copies = Landmarks.blank([""] * len(blanks), status="rejected")
    landmarks = Landmarks.concat([found, copies])[np.argsort([*single, *blanks])]
    absent = _absent(entries, known)
    lost = Landmarks.blank([""] * len(absent), status="unreadable")
    known = [*known, *absent]
    landmarks = label_rows(Landmarks.concat([landmarks, lost]), known)
    return FolderReading(landmarks, tuple(known), notes, treated_on or treatment_by_names(known))


def _entries(root: Path, manifest: str | os.PathLike[str] | None) -> Mapping[str, Entry]:
    """The manifest that was named, or the folder's own."""
    if manifest is not None:
        return read_manifest(manifest)
    return read_manifest_in(root)


def read_manifest_in(folder: Path) -> Mapping[str, Entry]:
    """The manifest of a folder; empty if it has none."""
    path = folder / MANIFEST
    if not path.is_file():
        return {}
    return read_manifest(path)


def _absent(entries: Mapping[str, Entry], known: Sequence[About]) -> list[About]:
    """Photos of the manifest that are not in the folder."""
    missing = (Note("only_in_manifest"),)
    there = {name for each in known for name in (each.photo, Path(each.photo).name)}
    return [
        About(each.photo, expression=each.expression, notes=each.notes, remarks=missing)
        for name, each in entries.items()
        if name not in there
    ]


def label_rows(landmarks: Landmarks, known: Sequence[About]) -> Landmarks:
    """Rows with their names, dates and remarks, and turned back where a manifest says so."""
    notes = [(*found, *_notes_before(each)) for found, each in zip(landmarks.notes, known, strict=True)]
    named = replace(
        landmarks,
        photo=np.array([each.photo for each in known], dtype=np.str_),
        taken=np.array([_iso_time(each) for each in known], dtype=np.str_),
        notes=note_array(notes),
    )
    stored = bool(landmarks.provenance.get("mirrored", False))
    mirrored = label_mirrored(landmarks, [each.mirrored for each in known])
    return _turn_rows(named, mirrored != stored)


def _notes_before(photo: About) -> tuple[Note, ...]:
    """The notes on a photo that are known without measuring it."""
    if not photo.copy_of:
        return photo.remarks
    return (Note("same_file", photo=photo.copy_of), *photo.remarks)


def _iso_time(photo: About) -> str:
    if photo.taken is None:
        return ""
    return photo.taken.isoformat()


def _turn_rows(landmarks: Landmarks, rows: npt.NDArray[np.bool_]) -> Landmarks:
    """Some of the photos as their mirror images."""
    if not rows.any():
        return landmarks
    both = Landmarks.concat([landmarks, landmarks.mirrored()])
    return both[np.arange(len(landmarks)) + len(landmarks) * rows]
