"""Paths of files, files to read, and where results may be written to."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Sequence
from io import BufferedReader
from pathlib import Path

from asymmetry.errors import DestinationError, InvalidInputError

__all__ = [
    "as_path",
    "file_to_write",
    "keep_apart",
    "local_path",
    "looks_like_url",
    "open_file",
    "path_text",
]

# A drive of Windows has one letter; and a Path has already made one slash of two, or a backslash there.
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:[\\/]|.*::")


def as_path(path: str | os.PathLike[str]) -> Path:
    """A path, if it is one.

    Raises
    ------
    InvalidInputError
        If it is anything but a text or a `pathlib.Path`.

    Examples
    --------
    >>> as_path("scores.csv").suffix
    '.csv'
    """
    return Path(path_text(path))


def path_text(path: str | os.PathLike[str]) -> str:
    """A path or a URL as a text.

    Raises
    ------
    InvalidInputError
        As for `as_path`.

    Examples
    --------
    >>> path_text(Path("scores.csv"))
    'scores.csv'
    """
    if isinstance(path, (str, os.PathLike)):
        text = os.fspath(path)
        if isinstance(text, str):
            return text
    raise InvalidInputError(
        f"a path has to be a text or a pathlib.Path, and this is {type(path).__name__}"
    )


def local_path(path: str | os.PathLike[str]) -> Path:
    """A path to write to; refused if it is a URL, of which a folder with an odd name would be made here.

    Raises
    ------
    DestinationError
        If it is a URL.
    InvalidInputError
        If it is no path.

    Examples
    --------
    >>> local_path("s3://bucket/scores.parquet")
    Traceback (most recent call last):
    ...
    asymmetry.errors.DestinationError: s3://bucket/scores.parquet: results are written to local files, not ...
    """
    target = as_path(path)
    if looks_like_url(path):
        raise DestinationError(
            f"{os.fspath(path)}: results are written to local files, not to URLs: "
            "name a local file, and copy it afterwards"
        )
    return target


def looks_like_url(path: str | os.PathLike[str]) -> bool:
    """Whether a path was meant as a URL; a `pathlib.Path` has made one slash of its two.

    Examples
    --------
    >>> looks_like_url(Path("https://example.org/a.jpg")), looks_like_url("C:/photos/a.jpg")
    (True, False)
    """
    return bool(_URL.match(os.fspath(path)))


def open_file(path: str | os.PathLike[str]) -> BufferedReader:
    """Open an ordinary file to read its bytes: a pipe would be waited for, and a device may never end.

    Raises
    ------
    OSError
        If it is anything else, or can't be opened.

    Examples
    --------
    >>> open_file("/dev/null")  # doctest: +SKIP
    Traceback (most recent call last):
    ...
    OSError: [Errno 22] this is not a regular file: '/dev/null'
    """
    name = as_path(path)
    if not stat.S_ISREG(name.stat().st_mode):
        raise OSError(errno.EINVAL, "this is not a regular file", str(name))
    return name.open("rb")


def keep_apart(path: str | os.PathLike[str], *read: object) -> None:
    """Refuse to write over a file that is read: a photo, or a list that somebody made.

    Parameters
    ----------
    path : path
        The file that something is to be written to.
    *read : object
        Files that are read for it. Those that are none, such as pixels, can't be written over.

    Raises
    ------
    DestinationError
        If it is one of them.

    Examples
    --------
    >>> keep_apart(__file__, "face.jpg", __file__)
    Traceback (most recent call last):
    ...
    asymmetry.errors.DestinationError: ...paths.py: this file is read here: give another name to write to
    """
    target = as_path(path)
    for each in read:
        if isinstance(each, (str, os.PathLike)) and _is_same(target, as_path(each)):
            raise DestinationError(
                f"{target}: this file is read here: give another name to write to"
            )


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except (OSError, ValueError):  # one of them is not there
        return False


def file_to_write(path: str | os.PathLike[str], kind: str, suffixes: Sequence[str]) -> Path:
    """The file that something is to be written to, before any work is done for it.

    Parameters
    ----------
    path : path
        As it was given.
    kind : str
        The thing's name, for the error.
    suffixes : sequence of str
        Endings that name its formats, in lower case.

    Raises
    ------
    InvalidInputError
        If it ends otherwise, or there is no such folder.
    DestinationError
        If it is a URL.

    Examples
    --------
    >>> file_to_write("sheet.txt", "sheet", (".csv", ".xlsx"))
    Traceback (most recent call last):
    ...
    asymmetry.errors.InvalidInputError: sheet.txt: a sheet is written to a file ending in .csv or .xlsx
    """
    target = local_path(path)
    if target.suffix.lower() not in suffixes:
        *others, last = suffixes
        endings = " or ".join(filter(None, (", ".join(others), last)))
        raise InvalidInputError(f"{target}: a {kind} is written to a file ending in {endings}")
    if not target.parent.is_dir():
        raise InvalidInputError(f"{target}: there is no folder {target.parent}")
    return target
