"""HEIC, the photos of phones, read by pillow-heif: the extra ``heic``."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import ImageFile

from asymmetry.core.notes import Note
from asymmetry.errors import UnreadablePhotoError
from asymmetry.photos.formats.endings import is_heic_used_up
from asymmetry.photos.formats.pillow import CodedPhoto, brands_of

__all__ = ["HEIC", "HeicReader"]

#: ISO/IEC 23008-12, annex B.
_BRANDS = frozenset(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1")
)
_AVIF = frozenset((b"avif", b"avis"))


class HeicPhoto(CodedPhoto):
    """One HEIC that pillow-heif has opened."""

    def is_used_up(self, data: bytes) -> bool:
        """Whether the pixels took all the data."""
        return is_heic_used_up(data, np.asarray(self._image), _decode)


def _decode(data: bytes) -> NDArray[np.uint8]:
    from pillow_heif import open_heif

    return np.asarray(open_heif(data))


class HeicReader:
    """HEIC and HEIF."""

    name, suffixes = "HEIC", (".heic", ".heif", ".hif")

    def recognises(self, head: bytes) -> bool:
        """Whether a file that begins with these bytes is of this format; AVIF may bear its brands too."""
        brands = brands_of(head)
        return bool(brands & _BRANDS) and not brands & _AVIF

    def open(self, stream: BinaryIO, name: str) -> HeicPhoto:
        """Read the header of a file.

        Raises
        ------
        UnreadablePhotoError
            If the extra is not installed.
        """
        try:
            from pillow_heif import HeifImageFile
        except ImportError as error:
            raise UnreadablePhotoError(
                name, Note("extra_needed", format="HEIC", extra="heic")
            ) from error
        plugin: Callable[[BinaryIO], ImageFile.ImageFile] = HeifImageFile
        return HeicPhoto(plugin(stream), name)


HEIC = HeicReader()
