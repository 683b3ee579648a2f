"""`Reader`: a photo format, known by a file's first bytes. Formats register themselves."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Mapping
from typing import BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from asymmetry.core.notes import Note
from asymmetry.errors import InvalidInputError, UnreadablePhotoError

__all__ = [
    "HEAD_BYTES",
    "Reader",
    "StoredPhoto",
    "find_reader",
    "photo_suffixes",
    "register_reader",
    "unregister_reader",
]

#: How many of a file's first bytes a reader is asked about.
HEAD_BYTES = 64


class StoredPhoto(Protocol):
    """One photo in a file: its header was read, and no pixel decoded."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height as stored, px. Too large a photo is refused by this, before it is decoded."""
        ...

    def read_tags(self) -> Mapping[int, object]:
        """EXIF tags of the main and the Exif directory by number; empty where there are none.

        Dates and the orientation are taken from them. A reader that turns pixels upright itself leaves the
        orientation out.
        """
        ...

    def decode(self, least_side: int | None) -> tuple[NDArray[np.uint8], int]:
        """All pixels as stored, RGB, shape (H, W, 3); and how many of the file's each stands for, either way.

        Parameters
        ----------
        least_side : int or None
            The pixels may be coarser than stored by a whole number, as long as the longer side keeps this
            many px. None: as stored, 1.
        """
        ...


class Reader(Protocol):
    """A reader of photos of one format.

    Whatever a reader raises becomes an `UnreadablePhotoError` that names the photo, so it may let its
    library's own errors pass.

    Attributes
    ----------
    name : str
        The format, as errors list it.
    suffixes : tuple of str
        File name endings that folders are searched for, in lower case with their dot.
    """

    @property
    def name(self) -> str:
        """The format, as errors list it."""
        ...

    @property
    def suffixes(self) -> tuple[str, ...]:
        """File name endings, in lower case with their dot."""
        ...

    def recognises(self, head: bytes) -> bool:
        """Whether a file that begins with these `HEAD_BYTES` is of this format. Suffixes lie."""
        ...

    def open(self, stream: BinaryIO, name: str) -> StoredPhoto:
        """Read the header of a file; ``name`` is the photo's name in errors."""
        ...


_READERS: dict[str, Reader] = {}


def register_reader(reader: Reader) -> Reader:
    r"""Make a photo format known, to whatever reads photos and searches folders for them.

    Of two readers that recognise a file the later one reads it. One of the same name takes the other's place.
    Call it at the top of a module that each process imports: a worker process knows only its own readers.

    Parameters
    ----------
    reader : Reader
        See there for its methods.

    Returns
    -------
    Reader
        The reader that was given.

    Raises
    ------
    InvalidInputError
        If a suffix has no dot or is not in lower case.

    Examples
    --------
    Greyscale pictures in NumPy's own format:

    >>> import io
    >>> import numpy as np
    >>> from asymmetry.photos.photo import read_photo
    >>> class StoredArray:
    ...     def __init__(self, stream):
    ...         self.grey = np.load(stream, allow_pickle=False)
    ...         self.size = self.grey.shape[::-1]
    ...
    ...     def read_tags(self):
    ...         return {}
    ...
    ...     def decode(self, least_side):
    ...         return np.stack([self.grey] * 3, axis=-1), 1
    >>> class NumpyReader:
    ...     name, suffixes = "NumPy", (".npy",)
    ...
    ...     def recognises(self, head):
    ...         return head.startswith(b"\x93NUMPY")
    ...
    ...     def open(self, stream, name):
    ...         return StoredArray(stream)
    >>> reader = register_reader(NumpyReader())
    >>> file = io.BytesIO()
    >>> np.save(file, np.zeros((20, 10), np.uint8))
    >>> read_photo(file.getvalue()).pixels.shape
    (20, 10, 3)
    >>> unregister_reader("NumPy")
    """
    wrong = [end for end in reader.suffixes if not end.startswith(".") or end != end.lower()]
    if wrong:
        raise InvalidInputError(
            f"reader {reader.name}: suffixes are in lower case and begin with a dot, not {', '.join(wrong)}"
        )
    _load_built_in()
    return _add(reader)


def unregister_reader(name: str) -> None:
    """Forget a photo format; one that is not known is no error.

    Examples
    --------
    >>> unregister_reader("no such format")
    """
    _READERS.pop(name, None)


def find_reader(head: bytes, name: str) -> Reader:
    """The reader of a file that begins with `head`.

    Raises
    ------
    UnreadablePhotoError
        If no reader recognises it.
    """
    _load_built_in()
    for reader in reversed(_READERS.values()):
        if reader.recognises(head):
            return reader
    raise UnreadablePhotoError(name, Note("unknown_format", formats=tuple(_READERS)))


def photo_suffixes() -> frozenset[str]:
    """File name endings that folders are searched for, of all formats that are known.

    Examples
    --------
    >>> sorted(photo_suffixes())[:3]
    ['.avif', '.bmp', '.gif']
    """
    _load_built_in()
    return frozenset(end for reader in _READERS.values() for end in reader.suffixes)


def _add(reader: Reader) -> Reader:
    # The latest is asked first, though it takes the place of an earlier one.
    _READERS.pop(reader.name, None)
    _READERS[reader.name] = reader
    return reader


@functools.cache
def _load_built_in() -> None:
    """Register the formats that come with the package. They import Pillow, so not before one is needed."""
    for reader in importlib.import_module("asymmetry.photos.formats").BUILT_IN:
        _add(reader)
