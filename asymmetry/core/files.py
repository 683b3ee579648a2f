"""Files that are written whole or not at all, and saved arrays that are read with bounded memory."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np

from asymmetry.core.paths import as_path, local_path, open_file
from asymmetry.errors import DestinationError, InvalidInputError

__all__ = ["PRIVATE_FILE", "open_arrays", "replace_file", "sync"]

#: Rights of a new file that holds faces or landmarks: its owner alone reads it.
PRIVATE_FILE = 0o600
#: Bytes that saved arrays may take unpacked: so many, and so many for each byte of their file. Points pack to
#: a half, and rows without points to a thousandth: 7,000 of them are within the first.
_LEAST_UNPACKED, _UNPACKED = 2**26, 40
_DEVICES = ("/dev", "/proc")


@contextmanager
def replace_file(
    path: str | os.PathLike[str], *, private: bool = False, scratch: Path | None = None
) -> Iterator[Path]:
    """A file to write to, beside `path`, that takes its place when it is whole and on the disk.

    After an error nothing is left of it, and an old file at `path` is as it was. A file that was there keeps
    its rights. A device, such as ``/dev/stdout``, is written to itself.

    Parameters
    ----------
    path : path
        A file of this machine.
    private : bool
        It holds faces or landmarks: a new file is for its owner alone.
    scratch : pathlib.Path, optional
        A folder on the same disk for the file as long as it is not whole. Default: that of `path`.

    Raises
    ------
    DestinationError
        If `path` is a URL or a folder, or its folder is not there or can't be written to, or the disk is
        full.

    Examples
    --------
    >>> with replace_file("no-such-folder/sheet.csv"):
    ...     pass
    Traceback (most recent call last):
    ...
    asymmetry.errors.DestinationError: no-such-folder/sheet.csv: can't be written (No such file or directory)
    """
    target = local_path(path)
    with _own_error(target):
        if _is_device(target):
            yield target
            return
        place = Path(os.path.realpath(target))
        with _private_folder(scratch or place.parent) as folder:
            made = folder / place.name
            yield made
            _set_rights(made, place, private=private)
            sync(made)
            made.replace(place)
        sync(place.parent)


@contextmanager
def _private_folder(parent: Path) -> Iterator[Path]:
    """A folder for its owner alone, which is gone afterwards.

    Python's own is left behind where a signal ends the program while it is made or removed.
    """
    folder = parent / f".asymmetry-{secrets.token_hex(8)}"
    try:
        folder.mkdir(0o700)
        yield folder
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    """Remove a folder, though a signal comes between."""
    try:
        shutil.rmtree(folder, ignore_errors=True)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


@contextmanager
def _own_error(target: Path) -> Iterator[None]:
    try:
        if target.is_dir():
            raise DestinationError(f"{target}: this is a folder; give the name of a file")
        yield
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        raise DestinationError(f"{target}: can't be written ({why})") from error


def _is_device(target: Path) -> bool:
    """Whether it is no ordinary file, or a name by which a program is given one that is open."""
    if str(target.absolute()).startswith(_DEVICES):
        return True
    return target.exists() and not target.is_file()


def _set_rights(made: Path, place: Path, *, private: bool) -> None:
    if place.exists():
        made.chmod(stat.S_IMODE(place.stat().st_mode))
    elif private:
        made.chmod(PRIVATE_FILE)


def sync(path: Path) -> None:
    """Flush a file, or a folder's list of names, to the disk."""
    if path.is_dir() and os.name == "nt":  # Windows syncs names by itself
        return
    flags = os.O_RDONLY if path.is_dir() else os.O_RDWR
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def open_arrays(path: str | os.PathLike[str], kind: str) -> Iterator[Any]:
    """The arrays of an ``.npz`` file, by name. Nothing in it is run, and it can't fill the memory.

    Parameters
    ----------
    path : path
        The file.
    kind : str
        The content that it should have, for errors.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    InvalidInputError
        If it is anything else, or the caller's reading of it fails.

    Examples
    --------
    >>> with open_arrays(__file__, "points"):
    ...     pass
    Traceback (most recent call last):
    ...
    asymmetry.errors.InvalidInputError: ...files.py: not a file of points (...)
    """
    name = as_path(path)
    try:
        with open_file(name) as file:
            _check_unpacked(file)
            with np.load(file, allow_pickle=False) as archive:
                yield archive
    except FileNotFoundError:
        raise
    except Exception as error:  # damaged bytes raise nearly every type there is
        raise InvalidInputError(f"{name}: not a file of {kind} ({error})") from error


def _check_unpacked(file: IO[bytes]) -> None:
    """Refuse a file that would unpack to far more than saved arrays do."""
    with zipfile.ZipFile(file) as packed:
        unpacked = sum(member.file_size for member in packed.infolist())
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if unpacked > _LEAST_UNPACKED + _UNPACKED * size:
        raise ValueError(f"it unpacks from {size} to {unpacked} bytes")
