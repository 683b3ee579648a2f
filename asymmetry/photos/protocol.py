"""`Reader` and `StoredPhoto`: the interface of a photo format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["HEAD_BYTES", "Reader", "StoredPhoto"]

#: How many of a file's first bytes a reader is asked about; DICOM's mark is at 128.
HEAD_BYTES = 132


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
