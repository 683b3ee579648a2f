"""A folder of one person's photos, read into landmarks with a date for each photo."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from asymmetry.core.landmarks import Landmarks
from asymmetry.errors import InvalidInputError
from asymmetry.extract import Extractor
from asymmetry.extract.photo import PHOTO_SUFFIXES, image_files, read_taken
from asymmetry.extract.taken import Taken, taken_from_name

__all__ = ["Progress", "as_date", "read_folder", "taken_day"]

Progress: TypeAlias = "Callable[[Iterable[Any]], Iterable[Any]]"
"""Wraps an iterable and shows how far it has come, as ``tqdm.tqdm`` does."""

_SOURCES = {
    "exif_digitized": "the date is the scanner's",
    "exif_modified": "the date is that of the last edit",
}
UNDATED = "no date in the photo, its name or its folder"


def read_folder(
    folder: str | os.PathLike[str],
    *,
    extractor: Extractor,
    recursive: bool = True,
    progress: Progress | None = None,
) -> Landmarks:
    """Extract every photo below a folder; nobody is lost.

    Parameters
    ----------
    folder : path
        Where the photos are. Photo names in the result are relative to it.
    extractor : Extractor
        What reads the points.
    recursive : bool
        Also read the folders below it.
    progress : callable, optional
        As for `Extractor.extract`.

    Returns
    -------
    Landmarks
        One row per photo, in order of name. ``taken`` is the EXIF date, else that of the name, else that of
        the folder. A missing or a contradicted date is said in ``reason``.

    Raises
    ------
    InvalidInputError
        If there is no such folder, or no photo in it.
    """
    root = Path(folder)
    files = image_files(root, recursive=recursive)
    if not files:
        kinds = " ".join(sorted(PHOTO_SUFFIXES))
        raise InvalidInputError(f"{root}: no photos in this folder (looked for {kinds})")
    landmarks = extractor.extract(files, progress=progress)
    names = [path.relative_to(root).as_posix() for path in files]
    dates = [read_taken(path) for path in files]
    remarks = [_remark(taken, path) for taken, path in zip(dates, files, strict=True)]
    return replace(
        landmarks,
        photo=np.array(names, dtype=np.str_),
        taken=np.array([taken.isoformat() if taken else "" for taken in dates], dtype=np.str_),
        reason=_joined(landmarks.reason.tolist(), remarks),
    )


def _remark(taken: Taken | None, path: Path) -> str:
    """What is to be said about a photo's date; empty when nothing is."""
    if taken is None:
        return UNDATED
    named = taken_from_name(path)
    if taken.source == "exif" and named is not None and named.day != taken.day:
        place = "name" if named.source == "name" else "folder"
        return f"the camera's date is {taken.day}, the {place} says {named.day}: the camera's is used"
    return _SOURCES.get(taken.source, "")


def _joined(*columns: Sequence[str]) -> npt.NDArray[np.str_]:
    """Reasons side by side, row by row."""
    rows = ["; ".join(filter(None, row)) for row in zip(*columns, strict=True)]
    return np.array(rows, dtype=np.str_)


def taken_day(taken: str) -> date | None:
    """The calendar day of an ISO 8601 text; None where it is empty.

    Examples
    --------
    >>> taken_day("2026-03-02T18:15:00+01:00")
    datetime.date(2026, 3, 2)
    """
    return datetime.fromisoformat(taken).date() if taken else None


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
