"""Photos behind URLs, through whatever file systems fsspec knows."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from asymmetry.core.notes import Note
from asymmetry.errors import MissingExtraError, UnreadablePhotoError, UnsuitablePhotoError

__all__ = [
    "MAX_FILE_BYTES",
    "check_extra",
    "check_length",
    "forget_systems",
    "hide_secrets",
    "import_fsspec",
    "is_url",
    "read_url",
]

#: Files above this are no photos, and are not read: a hundred megapixels in 8-bit colour take 300 MB. With
#: its pixels a file of this size fits into 1 GB of memory.
MAX_FILE_BYTES = 400 * 2**20
_WEB = ("http://", "https://")
# A server's words for nothing that is there (RFC 9110).
_GONE = (404, 410)
_SYSTEMS: dict[tuple[str, str], Any] = {}


#: Parts of a URL that must not be seen: who is logged in, and values that open the door.
_LOGIN = re.compile(r"(?<=://)[^/@\s]+@")
_KEY = re.compile(
    r"([?&][^=&\s]*(?:auth|credential|key|passw|secret|sig|token)[^=&\s]*=)[^&\s'\"]+",
    re.IGNORECASE,
)


def hide_secrets(text: str) -> str:
    """A URL, or a text with URLs in it, without the logins and keys that it holds.

    Examples
    --------
    >>> hide_secrets("https://me:pass@example.org/a.jpg?id=7&X-Amz-Signature=f00")
    'https://example.org/a.jpg?id=7&X-Amz-Signature=...'
    """
    return _KEY.sub(r"\1...", _LOGIN.sub("", text))


def is_url(source: object) -> bool:
    """Whether a photo is named by a URL.

    Examples
    --------
    >>> is_url("https://example.org/a.jpg"), is_url("photos/a.jpg"), is_url(b"")
    (True, False, False)
    """
    return isinstance(source, str) and "://" in source


def check_extra(photos: Iterable[object]) -> None:
    """Make sure, before any photo is read, that the package for URLs is installed if any photo is one.

    Raises
    ------
    MissingExtraError
        If it is not.
    """
    urls = [photo for photo in photos if is_url(photo)]
    if urls:
        import_fsspec("reading photos behind URLs", "url")
    if any(str(url).startswith(_WEB) for url in urls):
        _import_http()


def import_fsspec(purpose: str, extra: str) -> Any:
    """Import fsspec.

    Parameters
    ----------
    purpose, extra : str
        As for `MissingExtraError`.

    Raises
    ------
    MissingExtraError
        If it is not installed.
    """
    try:
        importlib.import_module("fsspec.core")
        return importlib.import_module("fsspec")
    except ImportError as error:
        raise MissingExtraError(purpose, extra) from error


def read_url(
    url: str, name: str, options: Mapping[str, Any] | None = None, *, root: str | None = None
) -> bytes:
    """Fetch the bytes of one photo.

    Parameters
    ----------
    url : str
        Any that fsspec knows: ``https://``, ``s3://``, ``memory://``.
    name : str
        The photo's name in errors.
    options : mapping, optional
        Of the file system, such as credentials.
    root : str, optional
        The URL of the file system in which `url` is a path. Default: its own.

    Raises
    ------
    UnreadablePhotoError
        If it can't be fetched.
    UnsuitablePhotoError
        If it is larger than `MAX_FILE_BYTES`.
    MissingExtraError
        If fsspec is not installed.
    """
    fsspec = import_fsspec("reading photos behind URLs", "url")
    if url.startswith(_WEB):
        _import_http()
    try:
        if root:
            system, path = _keep_system(root, options or {}), url
        else:
            system, path = fsspec.core.url_to_fs(url, **(options or {}))
        with system.open(path, "rb") as stream:
            data: bytes = stream.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError as error:
        cause = error.__cause__  # a server's other refusals and its silence come as this too
        if cause is None or getattr(cause, "status", None) in _GONE:
            raise UnreadablePhotoError(name, Note("nothing_there")) from error
        why = hide_secrets(str(cause)) or type(cause).__name__
        raise UnreadablePhotoError(name, Note("not_fetched", error=why)) from error
    except Exception as error:  # whatever a file system raises
        why = hide_secrets(str(error)) or type(error).__name__
        raise UnreadablePhotoError(name, Note("not_fetched", error=why)) from error
    check_length(len(data), name)
    return data


def _keep_system(root: str, options: Mapping[str, Any]) -> Any:
    """The file system of a URL, made once: that of a ZIP file reads its directory again each time."""
    key = root, repr(sorted(options.items()))
    if key not in _SYSTEMS:
        fsspec = import_fsspec("reading photos behind URLs", "url")
        _SYSTEMS[key] = fsspec.core.url_to_fs(root, **options)[0]
    return _SYSTEMS[key]


def forget_systems() -> None:
    """Open file systems anew from now on: a ZIP file may be another one since, under the same name."""
    _SYSTEMS.clear()


def check_length(size: int, name: str) -> None:
    """Refuse a file that is too large to be a photo.

    Raises
    ------
    UnsuitablePhotoError
        If it is larger than `MAX_FILE_BYTES`.
    """
    if size > MAX_FILE_BYTES:
        raise UnsuitablePhotoError(name, Note("large_file", limit=MAX_FILE_BYTES >> 20))


def _import_http() -> None:
    try:
        importlib.import_module("fsspec.implementations.http")
    except ImportError as error:
        raise MissingExtraError("reading photos behind https://", "url") from error
