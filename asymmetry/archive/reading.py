"""A scored archive as tables, and person by person."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from asymmetry.archive.parquet import MIRRORED, import_pyarrow, landmarks_of, whole_archive
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.notes import Note, note_array
from asymmetry.core.paths import path_text
from asymmetry.core.table import Measurements
from asymmetry.errors import InvalidInputError
from asymmetry.metrics import expressions
from asymmetry.metrics.expression import UNKNOWN
from asymmetry.photos.names import day_from_name, expression_from_name
from asymmetry.photos.record import PhotoRecord

__all__ = ["Person", "list_subjects", "read_archive", "read_person"]

#: Columns of an archive with landmarks that are no measurements.
_POINTS = frozenset(("points", "spread", "pose", "blendshapes", MIRRORED))


@dataclass(frozen=True, eq=False)
class Person:
    """One person of an archive.

    Attributes
    ----------
    landmarks : Landmarks
        The points of all photos.
    about : tuple of PhotoRecord
        The facts about each.
    """

    landmarks: Landmarks
    about: tuple[PhotoRecord, ...] = field(repr=False)


def read_archive(
    path: str | os.PathLike[str],
    *,
    columns: Sequence[str] | None = None,
    subject: str | None = None,
) -> Measurements:
    """Read the table of an archive.

    Parameters
    ----------
    path : path
        A file that `score_archive` wrote.
    columns : sequence of str, optional
        Which ones; few are read much faster. Default: all but the landmarks.
    subject : str, optional
        Only the photos of this person.

    Returns
    -------
    Measurements
        One row per photo, with the archive's provenance.

    Raises
    ------
    InvalidInputError
        If there is no such file, it is no archive, or a column is not there.
    MissingExtraError
        If pyarrow is not installed.

    Examples
    --------
    >>> read_archive("no-such-scores.parquet")
    Traceback (most recent call last):
    ...
    asymmetry.errors.InvalidInputError: no-such-scores.parquet: there is no such file
    """
    name = path_text(path)
    with whole_archive(name):
        schema = _open_schema(path)
    names = [name for name in schema.names if name not in _POINTS]
    missing = [name for name in columns or () if name not in names]
    if missing:
        raise InvalidInputError(f"{name}: has no column {', '.join(missing)}")
    with whole_archive(name):
        table = _read_table(path, list(names if columns is None else columns), subject)
        return Measurements.from_arrow(table)


def list_subjects(path: str | os.PathLike[str]) -> tuple[str, ...]:
    """The people of an archive, in order of their names; photos of unknown people are left out.

    Parameters
    ----------
    path : path
        A file that `score_archive` wrote.
    """
    return tuple(sorted(set(read_archive(path, columns=["subject"])["subject"].tolist()) - {""}))


def read_person(path: str | os.PathLike[str], subject: str) -> Person:
    """Read one person's points out of an archive with landmarks.

    Parameters
    ----------
    path : path
        A file that `score_archive` wrote with ``landmarks=True``.
    subject : str
        Who.

    Raises
    ------
    InvalidInputError
        If the archive has no landmarks, or nobody is called so.
    """
    name = path_text(path)
    _open_schema(path)
    with whole_archive(name):
        table = _read_table(path, None, subject)
    if not len(table):
        raise InvalidInputError(f"{name}: has no photo of a subject {subject!r}")
    table = _each_once(table)
    landmarks = _reject_copies(landmarks_of(table, name), table["sha256"].to_pylist())
    return Person(landmarks, tuple(_read_records(landmarks, table)))


def _read_records(landmarks: Landmarks, table: Any) -> Iterator[PhotoRecord]:
    """The facts that manifest and names said; an expression read from the face is left to be read again."""
    read = expressions(landmarks).label.tolist()
    labels, hashes = table["expression"].to_pylist(), table["sha256"].to_pylist()
    turned: list[bool | None] = [None] * len(labels)  # in archives of old
    if MIRRORED in table.column_names:
        turned = table[MIRRORED].to_pylist()
    rows = zip(landmarks.photo.tolist(), labels, read, hashes, turned, strict=True)
    for photo, label, found, digest, mirrored in rows:
        record = PhotoRecord(
            photo, day=day_from_name(photo), sha256=digest or "", mirrored=mirrored
        )
        if mirrored is not None:
            record = replace(record, written=("mirrored",))
        named = expression_from_name(photo) is not None
        if label not in (UNKNOWN, "", None) and (named or label != found):
            record = replace(record, expression=label)
        yield record


def _each_once(table: Any) -> Any:
    """The rows without those of a photo that a list names again: the first one counts."""
    first: dict[str, int] = {}
    for row, photo in enumerate(table["photo"].to_pylist()):
        first.setdefault(photo, row)
    return table.take(list(first.values()))


def _reject_copies(landmarks: Landmarks, hashes: Sequence[str | None]) -> Landmarks:
    """The points with one row that counts for each file, the first that is usable; its copies name it.

    An archive has a row for each of its files, and a person's photos often lie there more than once.
    """
    status, notes = landmarks.status.astype("<U16"), list(landmarks.notes)
    first: dict[str, int] = {}
    for row in np.flatnonzero(landmarks.usable).tolist():
        kept = first.setdefault(hashes[row] or f"row {row}", row)
        if kept == row:
            continue
        status[row] = "rejected"
        notes[row] = (*notes[row], Note("same_file", photo=str(landmarks.photo[kept])))
        if landmarks.taken[row] != landmarks.taken[kept]:
            twin = Note("same_file_with_another_date", photo=str(landmarks.photo[row]))
            notes[kept] = (*notes[kept], twin)
    return replace(landmarks, status=status, notes=note_array(notes))


def _open_schema(path: str | os.PathLike[str]) -> Any:
    """The names of an archive's columns."""
    name = path_text(path)
    try:
        schema = import_pyarrow("pyarrow.parquet").read_schema(path)
    except FileNotFoundError as error:
        raise InvalidInputError(f"{name}: there is no such file") from error
    except (OSError, ValueError) as error:
        raise InvalidInputError(f"{name}: not a Parquet file ({error})") from error
    if not {"photo", "subject", "status"} <= set(schema.names):
        raise InvalidInputError(f"{name}: was not written by score_archive")
    return schema


def _read_table(
    path: str | os.PathLike[str], columns: list[str] | None, subject: str | None
) -> Any:
    rows = None if subject is None else [("subject", "=", subject)]
    return import_pyarrow("pyarrow.parquet").read_table(path, columns=columns, filters=rows)
