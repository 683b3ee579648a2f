"""Rows of the store's tables as entries, and names that are fit for files."""

from __future__ import annotations

import json
import sqlite3
import unicodedata
from collections import defaultdict
from pathlib import PurePath
from typing import Any

from asymmetry.photos.listing import is_picture_name
from asymmetry.photos.readers import photo_suffixes
from asymmetry.web.store.database import Database
from asymmetry.web.store.entries import KeptPhoto, Patient, PlannedTreatment

__all__ = [
    "list_patients",
    "list_photos",
    "plain_letters",
    "plain_name",
    "safe_path",
    "safe_photo_path",
    "suffix_of",
    "write_treatments",
]

_LONGEST_NAME, _LONGEST_SUFFIX, _LONGEST_PATH = 120, 6, 400
#: Of a name in UTF-8; most file systems take 255.
_MOST_BYTES = 200


def list_patients(database: Database, query: str, *values: str) -> list[Patient]:
    """The patients that a query finds."""
    treatments: dict[str, list[PlannedTreatment]] = defaultdict(list)
    for row in database.rows("SELECT * FROM treatments ORDER BY date, id"):
        treatments[row["patient"]].append(PlannedTreatment(row["date"], row["note"]))
    counted = database.rows("SELECT patient, count(*) AS n FROM photos GROUP BY patient")
    photos = {row["patient"]: row["n"] for row in counted}
    return [
        Patient(
            row["id"],
            row["name"],
            row["affected"],
            row["setting"],
            tuple(treatments[row["id"]]),
            bool(row["demo"]),
            photos.get(row["id"], 0),
        )
        for row in database.rows(query, *values)
    ]


def list_photos(database: Database, condition: str, *values: str) -> list[KeptPhoto]:
    """The photos that meet a condition, with all that was corrected, in the order in which they came."""
    where = f"photo IN (SELECT id FROM photos WHERE {condition})"
    corrected: dict[str, dict[str, Any]] = defaultdict(dict)
    for row in database.rows(f"SELECT * FROM corrections WHERE {where} ORDER BY id", *values):
        new = json.loads(row["new"])
        corrected[row["photo"]].pop(row["fact"], None)
        if new is not None:
            corrected[row["photo"]][row["fact"]] = new
    found = database.rows(f"SELECT * FROM photos WHERE {condition} ORDER BY rowid", *values)
    return [KeptPhoto.of_row(row, corrected[row["id"]]) for row in found]


def write_treatments(tables: sqlite3.Connection, patient: Patient) -> None:
    """Put a patient's treatments in the place of the former ones."""
    tables.execute("DELETE FROM treatments WHERE patient = ?", (patient.id,))
    listed = [(patient.id, each.date, each.note) for each in patient.treatments]
    tables.executemany("INSERT INTO treatments (patient, date, note) VALUES (?, ?, ?)", listed)


def plain_letters(name: str) -> str:
    """A name by which names are put in order.

    Examples
    --------
    >>> sorted(["Zoe", "Özil", "adam", "Ábel"], key=plain_letters)
    ['Ábel', 'adam', 'Özil', 'Zoe']
    """
    letters = unicodedata.normalize("NFKD", name)
    return "".join(each for each in letters if not unicodedata.combining(each)).casefold()


def plain_name(name: str) -> str:
    """A file's name without folders.

    Examples
    --------
    >>> plain_name("../../2026-03-09 smile.jpg"), plain_name("..")
    ('2026-03-09 smile.jpg', 'photo')
    """
    return safe_path(name).rpartition("/")[2]


def safe_path(name: str) -> str:
    r"""A path that leads downwards alone, without letters that can't be seen.

    Examples
    --------
    >>> safe_path("/etc/../2026-03-09/smile.jpg"), safe_path(r"C:\Ada\smile.jpg")
    ('etc/2026-03-09/smile.jpg', 'C:/Ada/smile.jpg')
    """
    parts = name.replace("\\", "/").split("/")
    shown = (
        "".join(letter for letter in part if letter.isprintable()).strip(". ") for part in parts
    )
    return (
        "/".join(_shorten(part) for part in shown if part)[-_LONGEST_PATH:].lstrip("/") or "photo"
    )


def safe_photo_path(name: str) -> str:
    """A path for a photo; one whose name would not be taken for a photo's is given an ending.

    Examples
    --------
    >>> safe_photo_path("smile.HEIC"), safe_photo_path("scores.csv"), safe_photo_path("IMG_1")
    ('smile.HEIC', 'scores.csv.jpg', 'IMG_1.jpg')
    """
    path = safe_path(name)
    return path if is_picture_name(path) else safe_path(f"{path}.jpg")


def _shorten(part: str) -> str:
    """A name that file systems take, with its ending."""
    if len(part) <= _LONGEST_NAME and len(part.encode()) <= _MOST_BYTES:
        return part
    suffix = PurePath(part).suffix[:_LONGEST_SUFFIX]
    stem = part[: _LONGEST_NAME - len(suffix)].encode()[: _MOST_BYTES - len(suffix.encode())]
    return stem.decode("utf-8", "ignore").rstrip(". ") + suffix


def suffix_of(name: str) -> str:
    """The ending of a photo's name, if it is one; it is for people, as the content counts."""
    suffix = PurePath(name).suffix.lower()
    return suffix if suffix in photo_suffixes() else ""
