"""Files of the store: written beside their place, synced and renamed, so that each is whole or not there."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from asymmetry.core.files import PRIVATE_FILE, sync
from asymmetry.errors import InvalidInputError

__all__ = [
    "LOCK",
    "STORE",
    "TEMPORARY",
    "cannot_write",
    "make_private",
    "refuse_empty",
    "refuse_foreign",
    "remove_others",
    "write_whole",
]

#: The database, and the lock of a server on it.
STORE, LOCK = "store.sqlite", "lock.sqlite"
#: The ending of a file that is being written.
TEMPORARY = ".part"
_PRIVATE_FOLDER = 0o700
#: A disk that is full or may not be written to.
_NO_WRITING = frozenset(
    (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO)
)


def cannot_write(error: BaseException) -> bool:
    """Whether nothing can be written here and now: a disk that is full, read-only, or held."""
    if isinstance(error, OSError):
        return error.errno in _NO_WRITING
    return isinstance(error, sqlite3.OperationalError)


def make_private(folder: Path) -> Path:
    """Make a folder that nobody else may read, if it is not there yet."""
    folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
    folder.chmod(_PRIVATE_FOLDER)
    return folder


def refuse_foreign(folder: Path) -> None:
    """Refuse a folder of other things: files of no photo of the store are removed when a server starts.

    Raises
    ------
    InvalidInputError
        If there is no store in it, but something else.
    """
    if not folder.is_dir() or (folder / STORE).exists():
        return
    others = [path for path in folder.rglob("*") if path.is_file() and not _is_ours(path)]
    if others:
        raise InvalidInputError(
            f"{folder}: holds other files ({others[0].relative_to(folder)}) and no {STORE}; "
            "give a new folder for the data"
        )


def refuse_empty(folder: Path) -> None:
    """Refuse a folder without a store, where one is to be read.

    Raises
    ------
    InvalidInputError
        If there is none.
    """
    if not (folder / STORE).is_file():
        raise InvalidInputError(
            f"{folder}: holds no patients (no {STORE}); give the folder that 'asymmetry serve --data' got"
        )


def _is_ours(path: Path) -> bool:
    """Whether a file may be there before the store itself: a server was ended at its very start."""
    return path.name.startswith(LOCK)


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file that nobody else may read; at its place it is whole, or not there.

    Parameters
    ----------
    path : pathlib.Path
        Where it is to be.
    write : callable
        Writes it to the path that it is given.
    """
    part = path.with_name(path.name + TEMPORARY)
    try:
        part.touch(PRIVATE_FILE)
        write(part)
        sync(part)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync(path.parent)


def remove_others(folder: Path, keep: Iterable[Path]) -> list[Path]:
    """Remove the files below a folder that are not to be kept, and the folders that are empty then.

    Returns
    -------
    list of pathlib.Path
        The files that were removed.
    """
    kept, removed = set(keep), []
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            with suppress(OSError):  # it still holds something
                path.rmdir()
        elif path not in kept:
            path.unlink()
            removed.append(path)
    return removed
