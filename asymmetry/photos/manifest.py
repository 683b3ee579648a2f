"""The two lists that may lie beside a person's photos: ``manifest.csv`` and ``notes.csv``, or workbooks."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePath, PureWindowsPath

from asymmetry.core.schemes import SIDES, Side
from asymmetry.errors import InvalidInputError
from asymmetry.photos.headings import NOTE_COLUMNS, PHOTO_COLUMNS
from asymmetry.photos.listdates import DateOrder
from asymmetry.photos.names import EXPRESSION_NAMES, expression_from_text
from asymmetry.photos.sheet import SHEET_SUFFIXES, Row, fold, read_rows
from asymmetry.photos.taken import Taken

__all__ = [
    "MANIFEST",
    "NOTES",
    "DiaryNote",
    "Entry",
    "Manifest",
    "find_list",
    "manifest_entries",
    "nearest_name",
    "read_manifest",
    "read_notes",
]

#: Names of the lists that are read from a person's folder when they are there, with any suffix of a table.
MANIFEST, NOTES = "manifest", "notes"

_YES = frozenset("yes y true 1 x mirrored ja oui si sí flipped".split())
_NO = frozenset("no n false 0 nein non original".split())
#: How a head is turned to the camera. It is no expression, and says none.
_VIEWS = frozenset(
    "front frontal anterior ap face profile lateral oblique side left right 45 90 3/4 unknown n/a na none "
    "-".split()
)


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
    use : bool or None
        Whether it counts: False sets it aside, True believes it against all doubts.
    """

    photo: str
    taken: Taken | None = None
    expression: str | None = None
    mirrored: bool | None = None
    notes: str = ""
    subject: str = ""
    use: bool | None = None


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
    Entry(photo='a.jpg', taken=None, expression=None, mirrored=None, notes='', subject='', use=None)
    >>> [entry.photo for entry in manifest.leftover_lines()]
    ['lost.jpg']
    """

    def __init__(self, folder: Path, entries: Mapping[str, Entry]) -> None:
        self._folder = folder
        self._entries = entries
        self._photo_of: dict[str, str] = {}
        self._written: dict[str, str] = {}
        top = fold(folder.absolute().as_posix())
        for written in entries:
            for way in _ways(fold(written), top):
                self._written.setdefault(way, written)

    @classmethod
    def of_folder(cls, folder: Path) -> Manifest:
        """The manifest that lies in a folder; an empty one where there is none.

        Raises
        ------
        InvalidInputError
            As for `read_manifest`.
        """
        file = find_list(folder, MANIFEST)
        return cls(folder, read_manifest(file) if file else {})

    def find(self, photo: str) -> Entry | None:
        """The line about a photo, which is named relative to the folder; None where there is none.

        Names are the same in any letter case, with composed or decomposed letters, with the whole path before
        them or a part of it, and with the suffix or without.

        Raises
        ------
        InvalidInputError
            If the line gives a name alone, and another photo of that name took it.
        """
        written = self._find_line(photo)
        if written is None:
            return None
        other = self._photo_of.setdefault(written, photo)
        if other != photo and not self._is_one_file(other, photo):
            raise InvalidInputError(
                f"{self._folder}: the manifest's {written} matches {other} and {photo}; give the full path"
            )
        return self._entries[written]

    def _find_line(self, photo: str) -> str | None:
        """A line as it names its photo: by the path, else by the name, each with the suffix or without."""
        if photo in self._entries:
            return photo
        path = PurePath(photo)
        for name in (photo, path.with_suffix("").as_posix()):
            written = self._written.get(fold(name))
            if written is not None and not self._is_of_another(written, photo):
                return written
        for name in (path.name, path.stem):
            written = self._written.get(fold(name))
            if written is None or ("/" in photo and (self._folder / name).is_file()):
                continue
            if not self._is_of_another(written, photo):
                return written
        return None

    def _is_one_file(self, photo: str, other: str) -> bool:
        """Whether two names are of one file: a pattern follows links to folders."""
        with suppress(OSError):
            return (self._folder / photo).samefile(self._folder / other)
        return False

    def _is_of_another(self, written: str, photo: str) -> bool:
        """Whether a file is called exactly as a line writes it, and it is not this photo."""
        exact = self._folder / written
        if not exact.is_relative_to(
            self._folder
        ):  # where the photo was once, before it was copied here
            return False
        with suppress(OSError):
            return exact.is_file() and not exact.samefile(self._folder / photo)
        return False

    def leftover_lines(self) -> list[Entry]:
        """Lines that no photo has taken so far."""
        return [entry for written, entry in self._entries.items() if written not in self._photo_of]

    def has_line(self, photo: str) -> bool:
        """Whether a photo has taken a line."""
        return photo in self._photo_of.values()


def _ways(written: str, top: str) -> Iterator[str]:
    """How a photo in a list is found: as it is written, and of a whole path the part below the folder."""
    yield written
    if written.startswith(f"{top}/"):
        yield written.removeprefix(f"{top}/")
    elif written.startswith("/") or PureWindowsPath(written).drive:
        parts = written.split("/")
        home = top.rsplit("/", 1)[-1]
        if home in parts[:-1]:
            yield "/".join(parts[parts.index(home) + 1 :])
        yield parts[-1]


def find_list(folder: Path, name: str) -> Path | None:
    """The list of that name in a folder, with any suffix of a table and in any letter case.

    Raises
    ------
    InvalidInputError
        If there are several.
    """
    if not folder.is_dir():
        return None
    wanted = {f"{name}{suffix}" for suffix in SHEET_SUFFIXES if suffix != ".txt"}
    found = sorted(
        path for path in folder.iterdir() if path.name.lower() in wanted and path.is_file()
    )
    if len(found) > 1:
        names = " and ".join(path.name for path in found)
        raise InvalidInputError(f"{folder}: {names} both exist; keep one of them")
    return next(iter(found), None)


def nearest_name(name: str, photos: Iterable[str]) -> str | None:
    """The photo whose name is nearly the same; None where none is.

    Examples
    --------
    >>> nearest_name("IMG_412.jpg", ["IMG_0412.jpg", "IMG_0999.jpg"])
    'IMG_0412.jpg'
    """
    by_name = {fold(photo): photo for photo in photos}
    near = difflib.get_close_matches(fold(name), by_name, n=1, cutoff=0.8)
    return by_name[near[0]] if near else None


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
        A CSV file or a workbook, as `asymmetry.photos.sheet.read_rows` reads them, with a heading. Columns,
        in any order and all but the first optional: ``photo`` (relative to the manifest's folder, the name
        alone, or the whole path), ``taken`` (ISO 8601, or as `DateOrder` reads it), ``expression``,
        ``mirrored`` (yes or no), ``notes``, ``side``, ``subject``, ``use`` (yes or no). Other headings in
        common use, such as "File name", "Date taken" and "Pose", are known. Other columns are left alone.

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
            raise InvalidInputError(f"{where}: {entry.photo} is listed twice; keep one line")
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
    order = _date_order(path, PHOTO_COLUMNS, "photo")
    for where, row in read_rows(path, PHOTO_COLUMNS, "photo"):
        yield (
            where,
            Entry(
                photo=_path(row["photo"]),
                taken=_date(_moment(row), where, order),
                expression=_expression(row.get("expression", ""), where),
                mirrored=_flag("mirrored", row.get("mirrored", ""), where),
                notes="; ".join(filter(None, (row.get("side", ""), row.get("notes", "")))),
                subject=row.get("subject", ""),
                use=_flag("use", row.get("use", ""), where),
            ),
        )


def read_notes(path: str | os.PathLike[str]) -> tuple[DiaryNote, ...]:
    """Read a patient's diary, in order of date; notes without a date come last.

    Parameters
    ----------
    path : path
        A list as for `read_manifest`, with the columns ``date``, ``text``, ``symptom`` and ``side``; all
        but ``text`` optional.

    Raises
    ------
    InvalidInputError
        If the file can't be read, has no column ``text``, or holds a value that is not a date or a side.
    """
    order = _date_order(path, NOTE_COLUMNS, "text")
    notes = []
    for where, row in read_rows(path, NOTE_COLUMNS, "text"):
        taken = _date(row.get("taken", ""), where, order)
        day = taken.day if taken else None
        side = _side(row.get("side", ""), where)
        notes.append(DiaryNote(day, row["text"], row.get("symptom", ""), side))
    return tuple(sorted(notes, key=lambda note: note.date or date.max))


def _date_order(
    path: str | os.PathLike[str], columns: Mapping[str, tuple[str, ...]], needed: str
) -> DateOrder:
    """The order of day and month in a list's dates, which takes a reading of its own."""
    rows: Iterator[Row] = read_rows(path, columns, needed)
    return DateOrder.of_list(row.get("taken", "") for _, row in rows)


def _path(text: str) -> str:
    """A path with forward slashes; a URL stays as it is."""
    if "://" in text:
        return text
    return PurePath(text.replace("\\", "/")).as_posix()


def _moment(row: Mapping[str, str]) -> str:
    """A date, with the time that a column of its own says."""
    return f"{row.get('taken', '')} {row.get('time', '')}".strip()


def _date(text: str, where: str, order: DateOrder) -> Taken | None:
    if not text.strip("0:-/. "):  # programs write no date as a dash or in noughts
        return None
    try:
        return order.read(text)
    except InvalidInputError as error:
        raise InvalidInputError(f"{where}: {error}") from error


def _expression(text: str, where: str) -> str | None:
    found = expression_from_text(text)
    if found is None and not set(text.lower().split()) <= _VIEWS:
        known = ", ".join(EXPRESSION_NAMES)
        raise InvalidInputError(f"{where}: unknown expression {text!r}; use one of {known}")
    return found


def _flag(column: str, text: str, where: str) -> bool | None:
    if text.lower() in _YES | _NO:
        return text.lower() in _YES
    if text:
        raise InvalidInputError(f"{where}: {column} is {text!r}; write yes or no")
    return None


def _side(text: str, where: str) -> Side | None:
    if text.lower() in ("", "both"):
        return None
    for side in SIDES:
        if text.lower() in (side, side[0]):
            return side
    raise InvalidInputError(f"{where}: side is {text!r}; write right or left, the patient's own")
