"""PNG, WebP, TIFF, BMP, GIF and AVIF, read by Pillow."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    ExifTags,
    GifImagePlugin,
    Image,
    ImageFile,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from asymmetry.core.notes import Note
from asymmetry.core.quiet import quiet
from asymmetry.errors import UnreadablePhotoError
from asymmetry.photos.formats.endings import ENDS_EARLY, is_webp_used_up
from asymmetry.photos.formats.gif_codes import is_gif_used_up
from asymmetry.photos.pixels import decode_loaded, read_exif

__all__ = ["PILLOW_READERS", "CodedPhoto", "PillowPhoto", "PillowReader", "brands_of"]

# TIFF 6.0, NewSubfileType, bit 0: the preview of something else, as in camera raw files.
_REDUCED_COPY = 1


class PillowPhoto:
    """One photo that Pillow has opened.

    Parameters
    ----------
    image : PIL.ImageFile.ImageFile
        Opened, of any kind.
    name : str
        The photo's name in errors.

    Raises
    ------
    UnreadablePhotoError
        If it is but the preview in a camera raw file.
    """

    def __init__(self, image: ImageFile.ImageFile, name: str) -> None:
        if getattr(image, "tag_v2", {}).get(ExifTags.Base.NewSubfileType, 0) & _REDUCED_COPY:
            raise UnreadablePhotoError(name, Note("raw_preview"))
        self._image = image
        self._name = name
        self.size = image.size

    def read_tags(self) -> Mapping[int, object]:
        """EXIF tags of the main and the Exif directory; none where the block is broken."""
        return read_exif(self._image)

    def decode(self, least_side: int | None) -> tuple[NDArray[np.uint8], int]:
        """All pixels as RGB, as they are stored."""
        del least_side
        image = self._image
        if isinstance(image, TiffImagePlugin.TiffImageFile):
            # Pillow would make this memory itself, but check its size by a limit of the whole process.
            stored = (
                image.tag_v2[ExifTags.Base.ImageWidth],
                image.tag_v2[ExifTags.Base.ImageLength],
            )
            image.im = Image.new(image.mode, stored).im
            with quiet():  # libtiff tells of damage on the terminal too
                return decode_loaded(image, self._name), 1
        return decode_loaded(image, self._name), 1


class CodedPhoto(PillowPhoto):
    """One photo whose decoder does not tell of damage.

    Attributes
    ----------
    complaint : str
        As in `JpegPhoto`.
    """

    def __init__(self, image: ImageFile.ImageFile, name: str) -> None:
        super().__init__(image, name)
        self.complaint = ""

    def decode(self, least_side: int | None) -> tuple[NDArray[np.uint8], int]:
        """All pixels as RGB, as they are stored; then whether they took all the data."""
        data = self.read_data()
        pixels = super().decode(least_side)
        if not self.is_used_up(data):
            self.complaint = ENDS_EARLY
        return pixels

    def read_data(self) -> bytes:
        """The whole file."""
        stream = self._image.fp
        if stream is None:
            return b""
        start = stream.tell()
        stream.seek(0)
        data: bytes = stream.read()
        stream.seek(start)
        return data

    def is_used_up(self, data: bytes) -> bool:
        """Whether the pixels took all the data."""
        raise NotImplementedError


class WebPPhoto(CodedPhoto):
    """One WebP that Pillow has opened."""

    def is_used_up(self, data: bytes) -> bool:
        """Whether the pixels took all the data."""
        return is_webp_used_up(data)


class GifPhoto(CodedPhoto):
    """One GIF that Pillow has opened."""

    def is_used_up(self, data: bytes) -> bool:
        """Whether the codes stand for as many pixels as the picture has."""
        return is_gif_used_up(data)


class BmpPhoto(PillowPhoto):
    """One BMP that Pillow has opened.

    Parameters
    ----------
    image, name
        As for `PillowPhoto`.

    Raises
    ------
    UnreadablePhotoError
        If its pixels are stored as run lengths, which Pillow decodes one by one: 2 s for each megapixel.
    """

    def __init__(self, image: ImageFile.ImageFile, name: str) -> None:
        super().__init__(image, name)
        if any(tile.codec_name == "bmp_rle" for tile in image.tile):
            raise UnreadablePhotoError(name, Note("run_lengths"))


@dataclass(frozen=True)
class PillowReader:
    """A format that one of Pillow's plugins reads, known by its first bytes.

    Pillow's own search would also try formats that are no photos, and warn about sizes by a limit that
    belongs to the whole process.

    Attributes
    ----------
    name, suffixes
        As for `asymmetry.photos.protocol.Reader`.
    signature : bytes
        Regular expression for the first bytes.
    plugin : callable
        Pillow's class for the format.
    photo : type
        The decoder.
    """

    name: str
    suffixes: tuple[str, ...]
    signature: bytes
    plugin: Callable[[BinaryIO], ImageFile.ImageFile]
    photo: type[PillowPhoto] = PillowPhoto

    def recognises(self, head: bytes) -> bool:
        """Whether a file that begins with these bytes is of this format."""
        return re.match(self.signature, head, re.DOTALL) is not None

    def open(self, stream: BinaryIO, name: str) -> PillowPhoto:
        """Read the header of a file."""
        return self.photo(self.plugin(stream), name)


@dataclass(frozen=True)
class BrandReader(PillowReader):
    """A format in an ISO media file, known by the brands in its first box.

    Attributes
    ----------
    brands : frozenset of bytes
        Any of them.
    """

    brands: frozenset[bytes] = frozenset()

    def recognises(self, head: bytes) -> bool:
        """Whether a file that begins with these bytes is of one of the brands."""
        return bool(brands_of(head) & self.brands)


def brands_of(head: bytes) -> frozenset[bytes]:
    """Brands in the first box of an ISO media file (ISO/IEC 14496-12); none where it is no such file."""
    if head[4:8] != b"ftyp":
        return frozenset()
    end = min(int.from_bytes(head[:4], "big"), len(head))
    return frozenset(head[i : i + 4] for i in range(8, end, 4))


_PNG, _WEBP = PngImagePlugin.PngImageFile, WebPImagePlugin.WebPImageFile
_TIFF = TiffImagePlugin.TiffImageFile
_BMP = BmpImagePlugin.BmpImageFile
_GIF = GifImagePlugin.GifImageFile

PILLOW_READERS = (
    PillowReader("PNG", (".png",), rb"\x89PNG\r\n\x1a\n", _PNG),
    PillowReader("WebP", (".webp",), rb"RIFF.{4}WEBP", _WEBP, WebPPhoto),
    PillowReader("TIFF", (".tif", ".tiff"), rb"II[*+]\0|MM\0[*+]", _TIFF),
    PillowReader("BMP", (".bmp",), rb"BM", _BMP, BmpPhoto),
    PillowReader("GIF", (".gif",), rb"GIF8[79]a", _GIF, GifPhoto),
    # AV1 Image File Format 1.1.
    BrandReader(
        "AVIF", (".avif",), b"", AvifImagePlugin.AvifImageFile, brands=frozenset((b"avif", b"avis"))
    ),
)
