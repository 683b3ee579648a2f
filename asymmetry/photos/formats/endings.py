"""Damage that HEIC's and WebP's decoders pass over in silence, told by the end of the data.

HEVC and VP8 are arithmetic codes: after most wrong bits all symbols are others, to the end, and take another
number of bytes. A decoder that runs out of bytes complains; one that is ready early does not. So the last
bytes are spoilt: whoever needs them notices. Bits that HEVC stores as they are (signs, small differences) and
lossless WebP, whose code falls into step again, are beyond this. ``python -m benchmarks.damage`` says how
much is found.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from asymmetry.photos.formats.heic_boxes import find_slices, show_alone

__all__ = ["ENDS_EARLY", "is_heic_used_up", "is_webp_used_up"]

#: The complaint, in the manner of decoders.
ENDS_EARLY = "premature end of picture, before the end of the data"
#: Bytes that are spoilt: the last of them may code an area beyond the edge of the picture. A slice of fewer
#: than the second is plain background, and is not judged.
_SPOILT, _LEAST = 64, 256
_CUT = 8
_RIFF, _CHUNK = 12, 8
_MASK = 0x55


def is_webp_used_up(data: bytes, decode: Callable[[bytes], object]) -> bool:
    """Whether a WebP's decoder fails without the last bytes of the picture; true where it has no lossy one.

    Parameters
    ----------
    data : bytes
        The whole file.
    decode : callable
        Decodes a file, and raises an error of any kind if it can't.
    """
    at = _RIFF
    while at + _CHUNK <= len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        if kind == b"VP8 " and length > _LEAST:
            return _fails(decode, _cut_chunk(data, at, length))
        at += _CHUNK + length + length % 2
    return True


def _cut_chunk(data: bytes, at: int, length: int) -> bytes:
    """A file of one chunk, the one at this place without its last bytes."""
    kept = length - _CUT
    body = data[at : at + 4] + struct.pack("<I", kept)
    body += data[at + _CHUNK : at + _CHUNK + kept] + bytes(kept % 2)
    return b"RIFF" + struct.pack("<I4s", len(body) + 4, b"WEBP") + body


def _fails(decode: Callable[[bytes], object], data: bytes) -> bool:
    try:
        decode(data)
    except Exception:  # noqa: BLE001  whatever a decoder raises
        return True
    return False


def is_heic_used_up(data: bytes, decode: Callable[[bytes], bytes]) -> bool:
    """Whether the last bytes of a HEIC's picture, or of each of its tiles, change the decoded picture.

    Parameters
    ----------
    data : bytes
        The whole file.
    decode : callable
        The pixels of a file, as bytes; raises an error of any kind if it can't.
    """
    try:
        return all(
            _is_slice_used_up(show_alone(data, item), where, decode)
            for item, where in find_slices(data).items()
            if where.stop - where.start >= _LEAST
        )
    except (KeyError, IndexError, struct.error):  # of a kind that is not known
        return True


def _is_slice_used_up(data: bytes, where: slice, decode: Callable[[bytes], bytes]) -> bool:
    spoilt = bytearray(data)
    for at in range(where.stop - _SPOILT, where.stop):
        spoilt[at] ^= _MASK
    try:
        return decode(bytes(spoilt)) != decode(data)
    except Exception:  # noqa: BLE001  whatever a decoder raises: it met the bytes
        return True
