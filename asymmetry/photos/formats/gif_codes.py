"""Damage in a GIF, told by how many pixels its codes stand for.

A GIF has no checksum, and its decoder paints whatever it gets. But each code stands for a run of pixels
(LZW), and after a wrong one the runs are of other lengths: together they no longer fill the picture.
Source: GIF89a specification, appendix F.
"""

from __future__ import annotations

import struct

__all__ = ["is_gif_used_up"]

_HEADER, _SCREEN, _DESCRIPTOR = 6, 7, 9
_EXTENSION, _IMAGE = 0x21, 0x2C
_TABLE_FLAG, _TABLE_SIZE = 0x80, 0x07
_MOST_CODES, _MOST_BITS = 4096, 12


def is_gif_used_up(data: bytes) -> bool:
    """Whether the codes of a GIF's first picture stand for as many pixels as it has.

    Parameters
    ----------
    data : bytes
        The whole file.
    """
    try:
        width, height, bits, codes = _find_picture(data)
    except (IndexError, struct.error):
        return False
    return _count_pixels(codes, bits) == width * height


def _find_picture(data: bytes) -> tuple[int, int, int, bytes]:
    """Width and height of the first picture, the bits of its colours, and its codes."""
    at = _HEADER + _SCREEN + _table_length(data[_HEADER + 4])
    while data[at] == _EXTENSION:
        _, at = _join_blocks(data, at + 2)
    if data[at] != _IMAGE:
        raise IndexError("no picture where one is expected")
    width, height = struct.unpack_from("<HH", data, at + 5)
    at += 1 + _DESCRIPTOR + _table_length(data[at + _DESCRIPTOR])
    codes, _ = _join_blocks(data, at + 1)
    return width, height, data[at], codes


def _table_length(flags: int) -> int:
    """Bytes of a table of colours, by the flags before it."""
    if not flags & _TABLE_FLAG:
        return 0
    return 3 << ((flags & _TABLE_SIZE) + 1)


def _join_blocks(data: bytes, at: int) -> tuple[bytes, int]:
    """Blocks that begin with their length, joined, and the place behind the empty one."""
    blocks = []
    while data[at]:
        blocks.append(data[at + 1 : at + 1 + data[at]])
        at += 1 + data[at]
    return b"".join(blocks), at + 1


def _count_pixels(codes: bytes, bits: int) -> int:
    """The pixels that codes stand for; -1 where one of them is in no table."""
    clear = 1 << bits
    roots = [1] * clear + [0, 0]
    runs, width, pixels, before = list(roots), bits + 1, 0, 0
    held, known = 0, 0
    for byte in codes:
        held |= byte << known
        known += 8
        while known >= width:
            code, held, known = held & ((1 << width) - 1), held >> width, known - width
            if code == clear:
                runs, width, before = list(roots), bits + 1, 0
                continue
            if code == clear + 1:
                return pixels
            if code > len(runs) or (code == len(runs) and not before):
                return -1
            if before and len(runs) < _MOST_CODES:
                runs.append(before + 1)
                if len(runs) == 1 << width and width < _MOST_BITS:
                    width += 1
            before = runs[code]
            pixels += before
    return pixels
