"""A folder of one person's photos, read into landmarks with the facts known about each photo."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np

from asymmetry.core.landmarks import Landmarks
from asymmetry.errors import InvalidInputError
from asymmetry.extract import Extractor
from asymmetry.extract.intake import Progress
from asymmetry.photos.folder import describe_folder
from asymmetry.photos.listing import Leftover, find_leftovers, image_files
from asymmetry.photos.manifest import (
    MANIFEST,
    NOTES,
    DiaryNote,
    Manifest,
    find_list,
    read_manifest,
    read_notes,
)
from asymmetry.photos.readers import photo_suffixes
from asymmetry.photos.record import PhotoRecord, treatment_by_names
from asymmetry.photos.rows import label_rows
from asymmetry.photos.sources import digest_photo
from asymmetry.series.corrections import CORRECTIONS, correct_rows, read_corrections
from asymmetry.series.treatments import TREATMENTS, Treatment, as_treatments, read_treatments

__all__ = ["FolderReading", "folder_lists", "read_folder"]


@dataclass(frozen=True, eq=False)
class FolderReading:
    """A folder's photos as they were read.

    Attributes
    ----------
    landmarks : Landmarks
        One row per photo, in order of name. A photo that was stored mirrored is turned back.
    about : tuple of PhotoRecord
        The facts known beforehand about the same photos.
    notes : tuple of DiaryNote
        The patient's diary.
    treatments : tuple of Treatment
        Those that were given, else those of ``treatments.csv``, else the day 0 of the photos' names.
    leftovers : tuple of Leftover
        Files that are not read.
    """

    landmarks: Landmarks
    about: tuple[PhotoRecord, ...] = field(repr=False)
    notes: tuple[DiaryNote, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    leftovers: tuple[Leftover, ...] = ()


def folder_lists(folder: str | os.PathLike[str]) -> list[Path]:
    """The lists in a folder that are read with its photos.

    Raises
    ------
    InvalidInputError
        If there are several of a name.
    """
    names = (MANIFEST, NOTES, TREATMENTS, CORRECTIONS)
    found = [find_list(Path(folder), name) for name in names]
    return [each for each in found if each is not None]


def read_folder(
    folder: str | os.PathLike[str],
    *,
    extractor: Extractor,
    treatments: Sequence[Treatment] = (),
    manifest: str | os.PathLike[str] | None = None,
    recursive: bool = True,
    progress: Progress | None = None,
) -> FolderReading:
    """Extract every photo below a folder; no photo is lost.

    Parameters
    ----------
    folder : path
        Where the photos are, and ``notes.csv`` if there is one. Photo names in the result are relative to it.
    extractor : Extractor
        The reader of the points.
    treatments : sequence of Treatment, optional
        In order of time; the first one turns day numbers in names (``day-10``) into dates. Default: those of
        ``treatments.csv`` in the folder, if there is one.
    manifest : path, optional
        See `read_manifest`. Default: ``manifest.csv`` in the folder, if there is one.
    recursive : bool
        Also read the folders below it.
    progress : callable, optional
        As for `Extractor.extract`.

    Returns
    -------
    FolderReading
        ``taken`` is the manifest's date, else the camera's, that of the name, of the folder, and last that
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
    lines = Manifest.of_folder(root)
    if manifest is not None:
        lines = Manifest(root, read_manifest(manifest))
    diary = find_list(root, NOTES)
    notes = read_notes(diary) if diary else ()
    listed = find_list(root, TREATMENTS)
    if listed and not treatments:
        treatments = read_treatments(listed)
    known = describe_folder(root, files, lines, treatments[0].day if treatments else None)
    single = [row for row in range(len(files)) if not known[row].copy_of]
    for row in single:
        known[row] = replace(known[row], sha256=digest_photo(files[row]))
    chosen = [files[row] for row in single]
    found = extractor.extract(chosen, progress=_keep_order(progress, chosen))
    copies = [row for row in range(len(files)) if known[row].copy_of]
    rejected = Landmarks.blank([""] * len(copies), status="rejected")
    lost = Landmarks.blank([""] * (len(known) - len(files)), status="unreadable")
    order = np.argsort([*single, *copies, *range(len(files), len(known))])
    landmarks = label_rows(Landmarks.concat([found, rejected, lost])[order], known)
    moved = find_list(root, CORRECTIONS)
    if moved:
        landmarks = correct_rows(landmarks, read_corrections(moved))
    others = tuple(find_leftovers(root, recursive=recursive))
    treated = tuple(treatments) or as_treatments(treatment_by_names(known))
    return FolderReading(landmarks, tuple(known), notes, treated, others)


def _keep_order(progress: Progress | None, files: Sequence[Path]) -> Progress | None:
    """A progress that may not drop or reorder photos: rows are named by their order."""
    if progress is None:
        return None

    def shown(given: Iterable[Any]) -> Iterator[Any]:
        for file, handed in zip_longest(files, progress(given)):
            if handed is not file:
                raise InvalidInputError("progress has to hand on every photo, in the order given")
            yield handed

    return shown
