"""The tables of the store: one script for each version, each of which leads to the next."""

from __future__ import annotations

import sqlite3

from asymmetry.errors import InvalidInputError

__all__ = ["MIGRATIONS", "VERSION", "migrate"]

#: From an empty file to version 1, from 1 to 2, and so on. A script that was released is never changed.
MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE patients (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        affected TEXT CHECK (affected IN ('right', 'left')),
        setting TEXT NOT NULL DEFAULT 'home' CHECK (setting IN ('home', 'clinic')),
        demo INTEGER NOT NULL DEFAULT 0,
        created TEXT NOT NULL
    ) STRICT;
    CREATE TABLE treatments (
        id INTEGER PRIMARY KEY,
        patient TEXT NOT NULL REFERENCES patients ON DELETE CASCADE,
        date TEXT NOT NULL,
        note TEXT NOT NULL DEFAULT ''
    ) STRICT;
    CREATE TABLE visits (
        id INTEGER PRIMARY KEY,
        patient TEXT NOT NULL REFERENCES patients ON DELETE CASCADE,
        date TEXT NOT NULL,
        UNIQUE (patient, date)
    ) STRICT;
    CREATE TABLE notes (
        id INTEGER PRIMARY KEY,
        visit INTEGER NOT NULL REFERENCES visits ON DELETE CASCADE,
        text TEXT NOT NULL,
        written TEXT NOT NULL
    ) STRICT;
    CREATE TABLE photos (
        id TEXT PRIMARY KEY,
        patient TEXT NOT NULL REFERENCES patients ON DELETE CASCADE,
        sha256 TEXT NOT NULL,
        suffix TEXT NOT NULL,
        name TEXT NOT NULL,
        added TEXT NOT NULL,
        status TEXT NOT NULL DEFAULT 'queued',
        reason TEXT NOT NULL DEFAULT '',
        record TEXT NOT NULL,
        score_version INTEGER,
        UNIQUE (patient, sha256),
        UNIQUE (patient, name)
    ) STRICT;
    CREATE TABLE corrections (
        id INTEGER PRIMARY KEY,
        photo TEXT NOT NULL REFERENCES photos ON DELETE CASCADE,
        at TEXT NOT NULL,
        who TEXT NOT NULL,
        fact TEXT NOT NULL,
        old TEXT NOT NULL,
        new TEXT NOT NULL
    ) STRICT;
    CREATE INDEX corrections_by_photo ON corrections (photo, id);
    """,
)
#: The version of the tables that this program writes.
VERSION = len(MIGRATIONS)


def migrate(database: sqlite3.Connection, name: str, scripts: tuple[str, ...] = MIGRATIONS) -> None:
    """Bring the tables to the latest version, each step whole or not at all.

    Parameters
    ----------
    database : sqlite3.Connection
        An open database.
    name : str
        Its name in errors.
    scripts : tuple of str
        One for each version.

    Raises
    ------
    InvalidInputError
        If the tables are of a later version than this program knows.

    Examples
    --------
    >>> database = sqlite3.connect(":memory:")
    >>> migrate(database, "memory")
    >>> database.execute("PRAGMA user_version").fetchone() == (VERSION,)
    True
    """
    (found,) = database.execute("PRAGMA user_version").fetchone()
    if found > len(scripts):
        raise InvalidInputError(
            f"{name}: was written by a later version of asymmetry (tables {found}, known {len(scripts)}); "
            "update asymmetry"
        )
    for version in range(found, len(scripts)):
        database.executescript(
            f"BEGIN IMMEDIATE; {scripts[version]}; PRAGMA user_version = {version + 1}; COMMIT"
        )
