"""JPEG, decoded no finer than is needed, and strictly: a decoder's complaint about damage is kept.

The decoder itself goes on after damage: the rest is shifted, miscoloured or grey. Where it has no complaint,
the steps that damage leaves in the pixels are one (`asymmetry.photos.formats.jpeg_steps`).
"""

from __future__ import annotations

import os
import re
from typing import BinaryIO

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import JpegImagePlugin

from asymmetry.core.notes import Note
from asymmetry.errors import UnreadablePhotoError, UnsuitablePhotoError
from asymmetry.photos.formats.jpeg_steps import STEPS, has_steps
from asymmetry.photos.formats.pillow import PillowPhoto, PillowReader
from asymmetry.photos.pixels import decode_loaded
from asymmetry.photos.profiles import convert_pixels

__all__ = ["JPEG", "MOST_JUNK", "MOST_SCANS", "JpegPhoto", "JpegReader"]

_DCT_SCALES = (8, 4, 2)  # of libjpeg: a block of 8 × 8 as one pixel, as 2 × 2 or as 4 × 4
#: Height and width of a minimum coded unit, px, by how coarsely colours are kept (ITU-T T.81, A.2).
_CODED_TOGETHER = {
    "Gray": (8, 8),
    "444": (8, 8),
    "422": (8, 16),
    "420": (16, 16),
    "440": (16, 8),
    "411": (8, 32),
}
_SCAN = b"\xff\xda"  # ITU-T T.81, start of scan; within a scan no 0xFF has 0xDA behind it
#: Scans that are decoded. Encoders make 10, and scripts of ``jpegtran`` up to 64. Each costs a pass over the
#: whole photo: at 12 megapixels a hundred take 1.4 s at least (``python -m benchmarks.limits``). One of more
#: than the second that is damaged is not decoded a second time, as other damaged ones are.
MOST_SCANS, _USUAL_SCANS = 64, 20
#: Bytes that a photo may take: for each pixel, and in all for the header before them. Data behind
#: it is no part of it, such as a phone's video.
_BYTES_PER_PX, _BYTES_BEFORE = 8, 2**25


#: Bytes between two segments of a header that mean nothing. Pillow reads them one by one: 2.6 MB a second.
MOST_JUNK = 2**16
_JUNK = re.compile(rb"(?:\xff\x00|\xff(?=\xff))*")  # as Pillow skips it
_ALONE = frozenset((0x01, *range(0xD0, 0xD9)))  # ITU-T T.81, B.1.1.3: markers without a length


class JpegReader(PillowReader):
    """JPEG, whose header is looked through before Pillow reads it."""

    def open(self, stream: BinaryIO, name: str) -> PillowPhoto:
        """Read the header of a file.

        Raises
        ------
        UnreadablePhotoError
            If it has more than `MOST_JUNK` bytes that mean nothing.
        """
        if _junk(stream) > MOST_JUNK:
            raise UnreadablePhotoError(name, Note("damaged_header", error="no marker"))
        stream.seek(0)
        return super().open(stream, name)


def _count_scans(data: bytes) -> int:
    """Scans of a file: pairs from even and from odd bytes on, in a tenth of the time of ``count``."""
    scan, count = np.frombuffer(_SCAN, np.uint16), 0
    for part in (memoryview(data), memoryview(data)[1:]):
        pairs = np.frombuffer(part, np.uint16, len(part) // 2)
        count += int(np.count_nonzero(pairs == scan))
    return count


def _junk(stream: BinaryIO) -> int:
    """Bytes between the segments of a header; no more are counted than it takes to refuse them."""
    at, found = 2, 0
    while found <= MOST_JUNK:
        stream.seek(at)
        head = stream.read(4)
        if head[:2] in (b"\xff\xff", b"\xff\x00"):
            skipped = _JUNK.match(head + stream.read(MOST_JUNK))
            length = skipped.end() if skipped else 0
            found, at = found + length, at + length
        elif len(head) < 4 or head[0] != 0xFF or head[:2] == _SCAN:
            break
        elif head[1] in _ALONE:
            at += 2
        else:
            at += 2 + int.from_bytes(head[2:], "big")
    return found


class JpegPhoto(PillowPhoto):
    """One JPEG that Pillow has opened.

    Attributes
    ----------
    complaint : str
        The decoder's message about damage that it read past; empty for a whole photo.
    """

    def decode(self, least_side: int | None) -> tuple[NDArray[np.uint8], int]:
        """All pixels as RGB, at the coarsest of libjpeg's scales that keeps the longer side long enough.

        Raises
        ------
        UnsuitablePhotoError
            It has more than `MOST_SCANS` scans.
        UnreadablePhotoError
            It is damaged, and has more scans than encoders make.
        """
        data = self._read_data()
        scans = _count_scans(data)
        if scans > MOST_SCANS:
            raise UnsuitablePhotoError(
                self._name, Note("many_scans", count=scans, limit=MOST_SCANS)
            )
        reduced = self._coarsen(least_side or max(self._image.size))
        pixels, self.complaint = self._decode_strictly(data)
        if self.complaint and scans > _USUAL_SCANS:
            raise UnreadablePhotoError(self._name, Note("damaged", error=self.complaint))
        if pixels is None:  # Pillow's reading of damage, and of pixels that are no RGB
            read = decoded = decode_loaded(self._image, self._name)
        else:
            read, decoded = pixels, convert_pixels(pixels, self._image.info.get("icc_profile"))
        if not self.complaint and _has_steps(read, data, reduced):
            self.complaint = STEPS
        return decoded, reduced

    def _coarsen(self, least_side: int) -> int:
        """Set it to be decoded coarsely; by how much, either way.

        Only by a number that divides both sides: otherwise a photo that is turned upright begins within a
        pixel.
        """
        width, height = self._image.size
        fitting = [
            n
            for n in _DCT_SCALES
            if max(width, height) // n >= least_side and not (width % n or height % n)
        ]
        if fitting:
            self._image.draft(None, (width // fitting[0], height // fitting[0]))
        return width // self._image.width

    def _read_data(self) -> bytes:
        stream = self._image.fp
        if stream is None:
            return b""
        start = stream.tell()
        length = stream.seek(0, os.SEEK_END)
        stream.seek(0)
        width, height = self._image.size
        # No more is asked for than there is: it would be laid out in memory first.
        data: bytes = stream.read(min(length, _BYTES_PER_PX * width * height + _BYTES_BEFORE))
        stream.seek(start)  # from where Pillow goes on
        return data

    def _decode_strictly(self, data: bytes) -> tuple[NDArray[np.uint8] | None, str]:
        """Its pixels, if they are whole and RGB, and the decoder's complaint, if it has one.

        The pixels are the same as Pillow's, without its four bytes for each and a copy of them: a fifth less
        time.
        """
        width, height = self._image.size  # as it was set to be decoded, coarsely perhaps
        mode = self._image.mode
        try:
            pixels: NDArray[np.uint8] = simplejpeg.decode_jpeg(
                data, "CMYK" if mode == "CMYK" else "RGB", min_height=height, min_width=width
            )
        except ValueError as error:
            return None, str(error)
        if mode != "RGB" or pixels.shape != (height, width, 3):
            return None, ""
        return pixels, ""


def _has_steps(pixels: NDArray[np.uint8], data: bytes, reduced: int) -> bool:
    """Whether pixels that were decoded so much coarser than they are stored show damage."""
    kind = simplejpeg.decode_jpeg_header(data)[3]
    if kind not in _CODED_TOGETHER:
        return False
    height, width = _CODED_TOGETHER[kind]
    return has_steps(pixels, (height // reduced, width // reduced))


JPEG = JpegReader(
    "JPEG",
    (".jpg", ".jpeg", ".jpe", ".jfif"),
    rb"\xff\xd8\xff",
    JpegImagePlugin.JpegImageFile,
    JpegPhoto,
)
