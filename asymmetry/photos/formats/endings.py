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

import cv2
import numpy as np
from numpy.typing import NDArray

from asymmetry.photos.formats.heic_boxes import Grid, find_grid, find_slices, show_alone

__all__ = ["ENDS_EARLY", "is_heic_used_up", "is_webp_used_up"]

#: The complaint, in the manner of decoders.
ENDS_EARLY = "premature end of picture, before the end of the data"
#: Bytes that are spoilt: the last of them may code an area beyond the edge of the picture. A slice of fewer
#: than the second is plain background, and is not judged.
_SPOILT, _LEAST = 64, 256
_CUT = 8
_EDGE = 2  # px of a tile, as far as colours are smoothed
_RIFF, _CHUNK = 12, 8
_MASK = 0x55


def is_webp_used_up(data: bytes) -> bool:
    """Whether a WebP's decoder fails without the last bytes of the picture; true where it has no lossy one.

    OpenCV decodes it, without colours: in a third of the time that Pillow takes.

    Parameters
    ----------
    data : bytes
        The whole file.
    """
    at = _RIFF
    while at + _CHUNK <= len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        if kind == b"VP8 " and length > _LEAST:
            cut = np.frombuffer(_cut_chunk(data, at, length), np.uint8)
            return cv2.imdecode(cut, cv2.IMREAD_GRAYSCALE) is None
        at += _CHUNK + length + length % 2
    return True


def _cut_chunk(data: bytes, at: int, length: int) -> bytes:
    """A file of one chunk, the one at this place without its last bytes."""
    kept = length - _CUT
    body = data[at : at + 4] + struct.pack("<I", kept)
    body += data[at + _CHUNK : at + _CHUNK + kept] + bytes(kept % 2)
    return b"RIFF" + struct.pack("<I4s", len(body) + 4, b"WEBP") + body


def is_heic_used_up(
    data: bytes, pixels: NDArray[np.uint8], decode: Callable[[bytes], NDArray[np.uint8]]
) -> bool:
    """Whether the last bytes of a HEIC's picture, or of each of its tiles, change the decoded picture.

    All tiles are spoilt at once. One that stays as it was is looked at again, alone: its end may be cut off.

    Parameters
    ----------
    data : bytes
        The whole file.
    pixels : (H, W, C) uint8 array
        Its picture, as ``decode`` gives it.
    decode : callable
        The pixels of a file; raises an error of any kind if it can't.
    """
    try:
        slices = find_slices(data)
    except (KeyError, IndexError, struct.error):  # of a kind that is not known
        return True
    judged = {item: at for item, at in slices.items() if at.stop - at.start >= _LEAST}
    changed, grid = set[int](), find_grid(data)
    if grid and min(grid.width, grid.height) > 2 * _EDGE:
        spoilt = _decode_spoilt(data, list(judged.values()), decode)
        changed = _find_changed(list(slices), pixels, spoilt, grid)
    return all(
        item in changed or _is_tile_used_up(show_alone(data, item), at, decode)
        for item, at in judged.items()
    )


def _decode_spoilt(
    data: bytes, ends: list[slice], decode: Callable[[bytes], NDArray[np.uint8]]
) -> NDArray[np.uint8] | None:
    """The picture with the last bytes of each slice spoilt; none where the decoder gives up."""
    spoilt = bytearray(data)
    for where in ends:
        for at in range(where.stop - _SPOILT, where.stop):
            spoilt[at] ^= _MASK
    try:
        return decode(bytes(spoilt))
    except Exception:  # noqa: BLE001  whatever a decoder raises
        return None


def _find_changed(
    items: list[int], whole: NDArray[np.uint8], spoilt: NDArray[np.uint8] | None, grid: Grid
) -> set[int]:
    """The tiles in whose area two pictures differ, beyond the edge, where colours of neighbours run in."""
    if spoilt is None or spoilt.shape != whole.shape:
        return set()
    whole, spoilt = np.rot90(whole, -grid.turns), np.rot90(spoilt, -grid.turns)
    columns = -(-whole.shape[1] // grid.width)
    found = set()
    for i, item in enumerate(items):
        top, left = i // columns * grid.height + _EDGE, i % columns * grid.width + _EDGE
        tile = np.s_[top : top + grid.height - 2 * _EDGE, left : left + grid.width - 2 * _EDGE]
        if not np.array_equal(whole[tile], spoilt[tile]):
            found.add(item)
    return found


def _is_tile_used_up(
    data: bytes, where: slice, decode: Callable[[bytes], NDArray[np.uint8]]
) -> bool:
    spoilt = _decode_spoilt(data, [where], decode)
    return spoilt is None or not np.array_equal(spoilt, decode(data))
