"""The database of the store: one file, one writer, each change on the disk before it is acknowledged."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from asymmetry.errors import AsymmetryError, InvalidInputError
from asymmetry.web.store.files import LOCK, STORE
from asymmetry.web.store.schema import migrate

__all__ = ["Database", "StoreInUseError"]

_SETTINGS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
)


#: Milliseconds that a change waits for another process.
_PATIENCE_MS = 5000
#: Seconds until a log that a reader holds is tried again.
_AGAIN = 0.5


class StoreInUseError(AsymmetryError):
    """Another server works on the same store."""


class Database:
    """A connection that threads share. A context manager.

    Parameters
    ----------
    folder : pathlib.Path
        Where its file is, or is to be.
    alone : bool
        Hold the store, so that no other server can. The system lets it go when the process ends, however
        it ends.

    Attributes
    ----------
    is_new : bool
        Whether there was no file yet.

    Raises
    ------
    StoreInUseError
        If another server holds it.
    InvalidInputError
        If the file is no store, or one of a later version.
    """

    def __init__(self, folder: Path, *, alone: bool = False) -> None:
        self._holds, self._closed = None, False
        self._mutex = threading.RLock()
        if alone:
            self._holds = _hold(folder)
        path = folder / STORE
        self.is_new = not path.exists()
        if self.is_new:
            path.touch(0o600)
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        try:
            for setting in _SETTINGS:
                self._connection.execute(setting)
            migrate(self._connection, str(path))
            if alone:
                self.forget()  # a server that was killed may have left its log
        except sqlite3.DatabaseError as error:
            self.close()
            raise InvalidInputError(f"{path}: is no store of asymmetry ({error})") from error
        except BaseException:
            self.close()
            raise

    def rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        """All rows of a query."""
        with self._mutex:
            return self._connection.execute(query, values).fetchall()

    def row(self, query: str, *values: Any) -> sqlite3.Row | None:
        """The first row of a query; None without one."""
        with self._mutex:
            found: sqlite3.Row | None = self._connection.execute(query, values).fetchone()
            return found

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """Changes that are made together or not at all; on the disk when the block ends."""
        with self._mutex:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk may have ended it already
                    self._connection.execute("ROLLBACK")
                raise

    def forget(self) -> None:
        """Take deleted entries out of the write-ahead log, too: at once, else when no reader holds it."""
        with self._mutex:
            if self._closed:
                return
            self._connection.execute("PRAGMA busy_timeout = 0")  # others wait for the mutex
            held, *_ = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            self._connection.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
        if held:
            again = threading.Timer(_AGAIN, self.forget)
            again.daemon = True
            again.start()

    def close(self) -> None:
        """Close it, and let the store go."""
        with self._mutex:
            self._closed = True
            self._connection.close()
        if self._holds is not None:
            self._holds.close()

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _hold(folder: Path) -> sqlite3.Connection:
    """A lock that ends with the process: a write that is begun in an empty database."""
    holds = sqlite3.connect(folder / LOCK, isolation_level=None, timeout=0, check_same_thread=False)
    try:
        holds.execute("PRAGMA journal_mode = MEMORY")
        holds.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        holds.close()
        raise StoreInUseError(
            f"{folder}: another asymmetry server works on this data; close it, or give another --data"
        ) from error
    return holds
