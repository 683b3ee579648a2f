"""The forms in which a photo may be handed in, and its name."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from asymmetry.core.paths import open_file
from asymmetry.errors import InvalidInputError, UnreadablePhotoError
from asymmetry.photos.pixels import decode_loaded
from asymmetry.photos.remote import MAX_FILE_BYTES, check_length, hide_secrets, is_url, read_url
from asymmetry.photos.taken import Taken

__all__ = [
    "BinaryFile",
    "PhotoBytes",
    "PhotoSource",
    "check_pixels",
    "digest_photo",
    "is_one_photo",
    "load_source",
    "name_source",
]

_CHANNELS = (1, 3, 4)
_ACCEPTED = (
    "a photo has to be a path, a URL, the bytes of a file, an open binary file, a PIL image, or pixels "
    "(uint8, shape (height, width, 3))"
)


@runtime_checkable
class BinaryFile(Protocol):
    """A file that is open for reading bytes."""

    def read(self, size: int = ..., /) -> bytes:
        """Read bytes, all or at most so many."""
        ...


@dataclass(frozen=True)
class PhotoBytes:
    """The bytes of a photo's file with its name and its date, as a database keeps them.

    Attributes
    ----------
    name : str
        Its name in tables, errors and reports. A date is looked for in it.
    data : bytes
        The file's content.
    taken : str, datetime.date, datetime.datetime or None
        When it was taken, if that is known (ISO 8601). It counts before the file's own date.

    Raises
    ------
    InvalidInputError
        If the data are no bytes, or `taken` is no date.

    Examples
    --------
    >>> photo = PhotoBytes("P17/rest", b"...", taken="2026-03-09")
    >>> photo.when.day
    datetime.date(2026, 3, 9)
    """

    name: str
    data: bytes | bytearray | memoryview = field(repr=False)
    taken: str | date | None = None

    def __post_init__(self) -> None:
        name: object = self.name
        if not isinstance(name, str) or not name:
            raise InvalidInputError(f"a photo's name has to be a text, not {self.name!r}")
        if not isinstance(self.data, bytes | bytearray | memoryview):
            raise InvalidInputError(
                f"{self.name}: data have to be bytes, not {type(self.data).__name__}"
            )
        self.when  # noqa: B018  a date that is none is an error here, not in the midst of a batch

    @property
    def when(self) -> Taken | None:
        """The given date; None where there is none."""
        return _parse_date(self.taken, self.name)


PhotoSource: TypeAlias = (
    str
    | os.PathLike[str]
    | PhotoBytes
    | bytes
    | bytearray
    | memoryview
    | BinaryFile
    | Image.Image
    | NDArray[np.uint8]
)
"""A path, a URL, a file's bytes, with a name or without, an open file, a PIL image, or pixels: uint8, RGB
(H, W, 3), RGBA (H, W, 4), or grey (H, W) or (H, W, 1)."""


def _parse_date(taken: str | date | None, name: str) -> Taken | None:
    """A date that somebody has said."""
    if taken is None or taken == "" or taken != taken:  # noqa: PLR0124  a date that a table lacks (NaT)
        return None
    if isinstance(taken, str):
        try:
            return Taken.parse(taken, "given")
        except ValueError as error:
            raise InvalidInputError(
                f"{name}: taken {taken!r} is not a date: write it as 2026-03-31"
            ) from error
    if isinstance(taken, datetime):
        return Taken(taken, "given")
    if isinstance(taken, date):
        return Taken(datetime.combine(taken, time()), "given", day_only=True)
    raise InvalidInputError(f"{name}: taken has to be a date or a text, not {type(taken).__name__}")


def name_source(source: object, stand_in: str = "") -> str:
    """The name of a photo: its path or URL, or the name that it has itself.

    Parameters
    ----------
    source : PhotoSource
        The photo.
    stand_in : str
        The name for one that has none. Default: its kind, as ``"<bytes>"``.

    Raises
    ------
    InvalidInputError
        If it is nothing that a photo can be.

    Examples
    --------
    >>> name_source("a.jpg"), name_source(b"..."), name_source(b"...", "<photo 3>")
    ('a.jpg', '<bytes>', '<photo 3>')
    """
    if isinstance(source, str | os.PathLike):
        return _name_path(os.fsdecode(source))
    if isinstance(source, PhotoBytes):
        return source.name
    if isinstance(source, bytes | bytearray | memoryview):
        return stand_in or "<bytes>"
    if isinstance(source, np.ndarray):
        return stand_in or "<array>"
    if isinstance(source, Image.Image):
        return _text(getattr(source, "filename", "")) or stand_in or "<image>"
    if isinstance(source, BinaryFile):
        return _text(getattr(source, "name", "")) or stand_in or "<file>"
    raise InvalidInputError(
        f"{stand_in and f'{stand_in}: '}{_ACCEPTED}; this is {type(source).__name__}"
    )


def _name_path(path: str) -> str:
    return hide_secrets(path) if is_url(path) else path


def _text(name: object) -> str:
    """The name of an open file, which may be a number or none."""
    if isinstance(name, str | bytes | os.PathLike):
        return os.fsdecode(name)
    return ""


def is_one_photo(photos: object) -> bool:
    """Whether this is a single photo in place of a list of them."""
    if isinstance(photos, np.ndarray):
        return photos.ndim in (2, 3)
    single = (str, bytes, bytearray, memoryview, os.PathLike, PhotoBytes, Image.Image, BinaryFile)
    return isinstance(photos, single)


def load_source(source: PhotoSource, name: str) -> PhotoSource:
    """Read photos that can be read only once or from far away, and check pixels; all else stays as it is.

    Parameters
    ----------
    source : PhotoSource
        The photo.
    name : str
        The photo's name in errors.

    Returns
    -------
    PhotoSource
        A path, bytes, a PIL image, or RGB pixels.

    Raises
    ------
    UnreadablePhotoError
        If a file or a URL can't be read.
    InvalidInputError
        If it is nothing that a photo can be.
    MissingExtraError
        If it is a URL, and the package that reads them is not installed.

    Examples
    --------
    >>> load_source(np.zeros((20, 10), np.uint8), "grey").shape
    (20, 10, 3)
    """
    name_source(source, name)
    if isinstance(source, np.ndarray):
        return check_pixels(source, name)
    if isinstance(source, str) and is_url(source):
        return PhotoBytes(name, read_url(source, name))
    paths_and_bytes = (str, os.PathLike, PhotoBytes, bytes, bytearray, memoryview, Image.Image)
    if isinstance(source, paths_and_bytes) or not isinstance(source, BinaryFile):
        return source
    return PhotoBytes(name, _read_open_file(source, name))


def _read_open_file(file: BinaryFile, name: str) -> bytes:
    """The bytes of an open file from where it stands."""
    try:
        data: object = file.read(MAX_FILE_BYTES + 1)
    except Exception as error:  # whatever a file-like object raises
        why = str(error) or type(error).__name__
        raise UnreadablePhotoError(name, f"it can't be read ({why})") from error
    if not isinstance(data, bytes):
        raise InvalidInputError(
            f"{name}: its read() gives {type(data).__name__}, not bytes: open it with mode 'rb'"
        )
    if not data:
        raise UnreadablePhotoError(name, "nothing is left to read in this open file: seek(0) first")
    check_length(len(data), name)
    return data


def check_pixels(pixels: NDArray[np.uint8], name: str) -> NDArray[np.uint8]:
    """Pixels that the caller decoded, as RGB in C order, or an error that names their fault.

    Grey becomes RGB, and transparent parts are laid over white.

    Raises
    ------
    InvalidInputError
        If they are not uint8, or have another shape.

    Examples
    --------
    >>> check_pixels(np.full((2, 2, 4), [255, 0, 0, 0], np.uint8), "clear")[0, 0].tolist()
    [255, 255, 255]
    """
    wanted = "pixels have to be RGB, uint8 (0 to 255), shape (height, width, 3), or grey or RGBA"
    found = f"these are {pixels.dtype}, shape {pixels.shape}"
    if pixels.dtype != np.uint8:
        raise InvalidInputError(f"{name}: {wanted}; {found}{_advice(pixels)}")
    channels = pixels.shape[2] if pixels.ndim == 3 else 1
    if pixels.ndim not in (2, 3) or channels not in _CHANNELS or pixels.size == 0:
        raise InvalidInputError(f"{name}: {wanted}; {found}{_advice(pixels)}")
    if channels == 1:
        return np.repeat(np.asarray(pixels).reshape(*pixels.shape[:2], 1), 3, axis=2)
    if channels == len("RGBA"):
        return decode_loaded(Image.fromarray(np.ascontiguousarray(pixels)), name)
    return np.ascontiguousarray(pixels)


def digest_photo(source: PhotoSource) -> str:
    """SHA-256 of a photo's bytes or pixels; empty where there are none to be had.

    Examples
    --------
    >>> digest_photo(b"a")[:8], digest_photo("no-such-photo.jpg")
    ('ca978112', '')
    """
    content: Any = b""
    with suppress(Exception):  # extraction will say why it can't be read
        if isinstance(source, str | os.PathLike):
            return _digest_file(Path(source))
        if isinstance(source, PhotoBytes):
            content = source.data
        elif isinstance(source, np.ndarray):
            content = np.ascontiguousarray(source).tobytes()
        elif isinstance(source, Image.Image):
            content = source.tobytes()
        else:
            content = source
        return hashlib.sha256(content).hexdigest() if len(content) else ""
    return ""


def _digest_file(path: Path) -> str:
    size = path.stat().st_size
    check_length(size, path.name)
    with open_file(path) as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return digest if size else ""


def _advice(pixels: NDArray[np.generic]) -> str:
    """How pixels of another type or shape are made right."""
    if pixels.dtype == np.uint8 and pixels.ndim == 3 and pixels.shape[0] in _CHANNELS:
        return ": move the channels last, numpy.moveaxis(pixels, 0, -1)"
    if pixels.dtype.kind == "f" and pixels.size and pixels.max() <= 1:  # of NaN nothing is said
        return ": (pixels * 255).round().astype(numpy.uint8) makes them so"
    if pixels.dtype == np.uint16:
        return ": (pixels / 257).round().astype(numpy.uint8) makes them so, if they use all 16 bits"
    return ""
