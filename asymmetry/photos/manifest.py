"""The two lists that may lie beside a person's photos: ``manifest.csv`` and ``notes.csv``."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePath
from typing import TextIO

from asymmetry.core.schemes import SIDES, Side
from asymmetry.errors import InvalidInputError
from asymmetry.photos.names import expression_from_text
from asymmetry.photos.taken import Taken

__all__ = [
    "MANIFEST",
    "NOTES",
    "DiaryNote",
    "Entry",
    "Manifest",
    "manifest_entries",
    "read_manifest",
    "read_notes",
]

#: Names of the files that are read from a person's folder when they are there.
MANIFEST, NOTES = "manifest.csv", "notes.csv"

_YES = frozenset("yes y true 1 x mirrored".split())
_NO = frozenset("no n false 0".split())
#: Other headings under which a column is found.
_ALSO_CALLED = {
    "file": "photo",
    "filename": "photo",
    "path": "photo",
    "patient": "subject",
    "person": "subject",
    "date": "taken",
    "side_notes": "notes",
    "note": "notes",
}
_SEPARATORS = ",;\t"


@dataclass(frozen=True)
class Entry:
    """A manifest's facts about one photo; fields that it leaves open are None or empty.

    Attributes
    ----------
    photo : str
        Path relative to the folder, with forward slashes.
    taken : Taken or None
        When it was taken.
    expression : str or None
        The expression.
    mirrored : bool or None
        Whether it was stored mirrored.
    notes : str
        Remarks.
    subject : str
        Who it shows.
    """

    photo: str
    taken: Taken | None = None
    expression: str | None = None
    mirrored: bool | None = None
    notes: str = ""
    subject: str = ""


class Manifest:
    """The lines of a folder's manifest, and the photos that took them.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the photos.
    entries : mapping of str to Entry
        As `read_manifest` returns them: by the photo's path relative to the folder, or by its name alone.

    Examples
    --------
    >>> manifest = Manifest(Path("Ada"), {"a.jpg": Entry("a.jpg"), "lost.jpg": Entry("lost.jpg")})
    >>> manifest.find("2026-03-02/a.jpg")
    Entry(photo='a.jpg', taken=None, expression=None, mirrored=None, notes='', subject='')
    >>> [entry.photo for entry in manifest.leftover_lines()]
    ['lost.jpg']
    """

    def __init__(self, folder: Path, entries: Mapping[str, Entry]) -> None:
        self._folder = folder
        self._entries = entries
        self._photo_of: dict[str, str] = {}

    @classmethod
    def of_folder(cls, folder: Path) -> Manifest:
        """The manifest that lies in a folder; an empty one where there is none.

        Raises
        ------
        InvalidInputError
            As for `read_manifest`.
        """
        if (folder / MANIFEST).is_file():
            return cls(folder, read_manifest(folder / MANIFEST))
        return cls(folder, {})

    def find(self, photo: str) -> Entry | None:
        """The line about a photo, which is named relative to the folder; None where there is none.

        Raises
        ------
        InvalidInputError
            If the line gives a name alone, and another photo of that name took it.
        """
        written = photo
        if photo not in self._entries:
            written = PurePath(photo).name
        entry = self._entries.get(written)
        if entry is None or (written != photo and (self._folder / written).is_file()):
            return None
        other = self._photo_of.setdefault(written, photo)
        if other != photo:
            raise InvalidInputError(f"the manifest's {written} may be {other} or {photo}: write which")
        return entry

    def leftover_lines(self) -> list[Entry]:
        """Lines that no photo has taken so far."""
        return [entry for written, entry in self._entries.items() if written not in self._photo_of]


@dataclass(frozen=True)
class DiaryNote:
    """A patient's note on a day.

    Attributes
    ----------
    date : datetime.date or None
        The day.
    text : str
        The note.
    symptom : str
        The symptom, such as ``"headache"``; may be empty.
    side : {"right", "left"} or None
        The patient's own side.
    """

    date: date | None
    text: str
    symptom: str = ""
    side: Side | None = None


def read_manifest(path: str | os.PathLike[str]) -> dict[str, Entry]:
    """Read the notes of a person or a clinic about each photo.

    Parameters
    ----------
    path : path
        A CSV file in UTF-8, separated by commas, semicolons or tabs, with a heading. Columns, in any order
        and all but the first optional: ``photo`` (relative to the manifest's folder, or the name alone),
        ``taken`` (ISO 8601), ``expression``, ``mirrored`` (yes or no), ``notes``, ``side``. Others are left
        alone.

    Returns
    -------
    dict of str to Entry
        By the photo's path as it is written there.

    Raises
    ------
    InvalidInputError
        If the file can't be read, has no column ``photo``, names a photo twice, or holds a value that is not
        a date, an expression or a yes or no. The message names the line.
    """
    entries: dict[str, Entry] = {}
    for where, entry in manifest_entries(path):
        if entry.photo in entries:
            raise InvalidInputError(f"{where}: {entry.photo} is there twice; keep one of the lines")
        entries[entry.photo] = entry
    return entries


def manifest_entries(path: str | os.PathLike[str]) -> Iterator[tuple[str, Entry]]:
    """The lines of a manifest one by one, however long it is: where each stands, and its content.

    Parameters
    ----------
    path : path
        As for `read_manifest`; a column ``subject`` is read too.

    Raises
    ------
    InvalidInputError
        As for `read_manifest`, but a photo may be named twice.
    """
    for where, row in _rows(path, "photo"):
        yield (
            where,
            Entry(
                photo=_path(row["photo"]),
                taken=_date(row.get("taken", ""), where),
                expression=_expression(row.get("expression", ""), where),
                mirrored=_flag(row.get("mirrored", ""), where),
                notes="; ".join(filter(None, (row.get("side", ""), row.get("notes", "")))),
                subject=row.get("subject", ""),
            ),
        )


def read_notes(path: str | os.PathLike[str]) -> tuple[DiaryNote, ...]:
    """Read a patient's diary, in order of date; notes without a date come last.

    Parameters
    ----------
    path : path
        A CSV file as for `read_manifest`, with the columns ``date``, ``text``, ``symptom`` and ``side``; all
        but ``text`` optional.

    Raises
    ------
    InvalidInputError
        If the file can't be read, has no column ``text``, or holds a value that is not a date or a side.
    """
    notes = []
    for where, row in _rows(path, "text"):
        taken = _date(row.get("taken", ""), where)
        day = taken.day if taken else None
        side = _side(row.get("side", ""), where)
        notes.append(DiaryNote(day, row["text"], row.get("symptom", ""), side))
    return tuple(sorted(notes, key=lambda note: note.date or date.max))


def _rows(path: str | os.PathLike[str], needed: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Rows with something in the needed column, each with where it stands; cells without outer spaces."""
    file = Path(path)
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            yield from _cells(file, lines, needed)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidInputError(f"{file}: can't be read as a CSV file in UTF-8 ({error})") from error


def _cells(file: Path, lines: TextIO, needed: str) -> Iterator[tuple[str, dict[str, str]]]:
    first = lines.readline()
    lines.seek(0)
    reader = csv.DictReader(lines, delimiter=max(_SEPARATORS, key=first.count))
    headings = [heading.strip().lower().replace(" ", "_") for heading in reader.fieldnames or ()]
    reader.fieldnames = [_ALSO_CALLED.get(heading, heading) for heading in headings]
    if needed not in reader.fieldnames:
        raise InvalidInputError(
            f"{file}: there is no column {needed!r}; its headings are {', '.join(headings)}"
        )
    for row in reader:
        cells = {name: (value or "").strip() for name, value in row.items() if isinstance(name, str)}
        if cells[needed]:
            yield f"{file} line {reader.line_num}", cells


def _path(text: str) -> str:
    """A path with forward slashes; a URL stays as it is."""
    if "://" in text:
        return text
    return PurePath(text.replace("\\", "/")).as_posix()


def _date(text: str, where: str) -> Taken | None:
    if not text:
        return None
    try:
        return Taken.parse(text, "manifest")
    except ValueError as error:
        raise InvalidInputError(f"{where}: {text!r} is not a date; write it as 2026-03-31") from error


def _expression(text: str, where: str) -> str | None:
    found = expression_from_text(text)
    if text and text != "unknown" and found is None:
        raise InvalidInputError(f"{where}: {text!r} is no expression; write one such as rest or smile_open")
    return found


def _flag(text: str, where: str) -> bool | None:
    if text.lower() in _YES | _NO:
        return text.lower() in _YES
    if text:
        raise InvalidInputError(f"{where}: mirrored is {text!r}; write yes or no")
    return None


def _side(text: str, where: str) -> Side | None:
    if text.lower() in ("", "both"):
        return None
    for side in SIDES:
        if text.lower() in (side, side[0]):
            return side
    raise InvalidInputError(f"{where}: side is {text!r}; write right or left, the patient's own")
