"""Where the coded pictures of a HEIC file lie, by its boxes (ISO/IEC 14496-12, 23008-12)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["Grid", "find_grid", "find_slices", "show_alone"]

_META_FLAGS, _HEADER = 4, 8
#: Of an item's entry: the byte of its flags whose lowest bit hides it.
_INFE_FLAGS = 11
_LENGTH = 4  # of a NAL unit's length, in every file that is known
_CODED_PICTURE = 32  # ISO/IEC 23008-2, table 7-1: NAL units below it are slices


def find_slices(data: bytes) -> dict[int, slice]:
    """Items that the picture is made of, itself or its tiles, each with the bytes of its last slice.

    An item that is stored in another way than phones and encoders do is left out.

    Raises
    ------
    KeyError, IndexError, struct.error
        If a box is missing or can't be followed.
    """
    meta = _meta(data)
    first = _primary(data, meta)
    places = _places(data, *meta[b"iloc"])
    parts = _tiles(data, meta, first) or [first]
    return {item: _last_slice(data, *places[item]) for item in parts if item in places}


class Grid(NamedTuple):
    """A tile's size, px, or that of a picture in one piece, and the quarter turns to the left that follow."""

    width: int
    height: int
    turns: int


def find_grid(data: bytes) -> Grid | None:
    """The tiles of a picture; none where it is mirrored or cut afterwards, or the boxes can't be followed."""
    try:
        meta = _meta(data)
        first = _primary(data, meta)
        part = (_tiles(data, meta, first) or [first])[0]
        whole = _properties(data, meta, first)
        size = _properties(data, meta, part)[b"ispe"] + 4
        turns = data[whole[b"irot"]] & 3 if b"irot" in whole else 0
        grid = Grid(_number(data, size, 4), _number(data, size + 4, 4), turns)
    except (KeyError, IndexError, struct.error):
        return None
    return None if {b"imir", b"clap"} & whole.keys() else grid


def show_alone(data: bytes, item: int) -> bytes:
    """The same file with one of its items as its picture."""
    changed, meta = bytearray(data), _meta(data)
    start, _ = meta[b"pitm"]
    size = _id_size(data, start)
    changed[start + 4 : start + 4 + size] = item.to_bytes(size, "big")
    start, end = meta[b"iinf"]
    count = 4 if data[start] else 2
    for _, entry, _ in _boxes(data, start + 4 + count, end):
        changed[entry - _HEADER + _INFE_FLAGS] &= ~1
    return bytes(changed)


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and end of the content of each box."""
    while start + _HEADER <= end:
        length, kind = struct.unpack_from(">I4s", data, start)
        if length < _HEADER:
            return
        yield kind, start + _HEADER, min(start + length, end)
        start += length


def _meta(data: bytes) -> dict[bytes, tuple[int, int]]:
    """The boxes that describe the file."""
    top = {kind: (start, end) for kind, start, end in _boxes(data, 0, len(data))}
    start, end = top[b"meta"]
    return {kind: (first, last) for kind, first, last in _boxes(data, start + _META_FLAGS, end)}


def _id_size(data: bytes, start: int) -> int:
    """Bytes of an item's number, by the version of the box."""
    return 4 if data[start] else 2


def _number(data: bytes, at: int, size: int) -> int:
    if at + size > len(data):
        raise IndexError
    return int.from_bytes(data[at : at + size], "big")


def _primary(data: bytes, meta: dict[bytes, tuple[int, int]]) -> int:
    start, _ = meta[b"pitm"]
    return _number(data, start + 4, _id_size(data, start))


def _tiles(data: bytes, meta: dict[bytes, tuple[int, int]], item: int) -> list[int]:
    """The items that an item is put together from; none for a picture in one piece."""
    if b"iref" not in meta:
        return []
    start, end = meta[b"iref"]
    size = _id_size(data, start)
    for kind, at, _ in _boxes(data, start + 4, end):
        if kind == b"dimg" and _number(data, at, size) == item:
            count, first = _number(data, at + size, 2), at + size + 2
            return [_number(data, first + size * i, size) for i in range(count)]
    return []


def _properties(data: bytes, meta: dict[bytes, tuple[int, int]], item: int) -> dict[bytes, int]:
    """Kinds of an item's properties, and where the content of each begins."""
    boxes = {kind: (start, end) for kind, start, end in _boxes(data, *meta[b"iprp"])}
    known = [(kind, start) for kind, start, _ in _boxes(data, *boxes[b"ipco"])]
    start, _ = boxes[b"ipma"]
    number, index = _id_size(data, start), 1 + (data[start + 3] & 1)
    mask, at = (1 << 8 * index - 1) - 1, start + 8
    for _ in range(_number(data, start + 4, 4)):
        owner, count = _number(data, at, number), _number(data, at + number, 1)
        at += number + 1
        if owner == item:
            which = [_number(data, at + index * i, index) & mask for i in range(count)]
            return dict(known[i - 1] for i in which if i)
        at += index * count
    return {}


def _places(data: bytes, start: int, end: int) -> dict[int, tuple[int, int]]:
    """Start and end of each item that lies in one piece in the file itself."""
    version, sizes = data[start], _number(data, start + 4, 2)
    offset, length, base = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    index = sizes & 15 if version else 0
    number = 4 if version > 1 else 2
    items, at = _number(data, start + 6, number), start + 6 + number
    found = {}
    for _ in range(items):
        item, at = _number(data, at, number), at + number
        elsewhere, at = (_number(data, at, 2) & 15, at + 2) if version else (0, at)
        origin, pieces = _number(data, at + 2, base), _number(data, at + 2 + base, 2)
        at += 4 + base
        first = origin + _number(data, at + index, offset)
        last = first + _number(data, at + index + offset, length)
        at += pieces * (index + offset + length)
        if at > end:
            raise IndexError
        if pieces == 1 and not elsewhere:
            found[item] = first, last
    return found


def _last_slice(data: bytes, start: int, end: int) -> slice:
    """Bytes of an item's last slice; none where its units can't be followed."""
    found = slice(0, 0)
    while start + _LENGTH < end:
        first = start + _LENGTH
        start = first + _number(data, start, _LENGTH)
        if data[first] >> 1 & 63 < _CODED_PICTURE:
            found = slice(first, start)
    return found if start == end <= len(data) else slice(0, 0)
