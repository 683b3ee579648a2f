"""Steps in the pixels of a JPEG whose bits are wrong where its decoder noticed nothing.

A JPEG stores a block's mean as the difference to the block before it (ITU-T T.81, F.1.1.5.1), so one that is
read wrong shifts all later blocks by as much. They differ from those above them for exactly as many blocks as
a row has: from the wrong one to the end of its row, and in the next row up to where it began. Borders, bars,
collages and the like that people put into photos have no such stair of one block's height across the photo.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["STEPS", "has_steps"]

#: The complaint, in the manner of decoders.
STEPS = "a step of brightness or colour along a row of blocks"
#: How large a step is, grey levels, and how alike it is from block to block: within a share of it.
_LEAST, _ALIKE = 4.0, 0.25
#: The share of blocks that have to be so on either side of where it begins and of where it ends. Whole photos
#: come to 0.3 at most, with borders, bars and collages on the rows of blocks too
#: (``python -m benchmarks.damage whole``: none is taken for damaged).
_SHARE = 0.5
#: Blocks on either side, at least, and as a share of a row; rows that are looked at, the likeliest first.
_BESIDE, _BESIDE_SHARE, _PLACES = 3, 1 / 16, 6


def has_steps(pixels: NDArray[np.uint8], block: tuple[int, int]) -> bool:
    """Whether blocks differ from those above them for exactly as many blocks as a row has.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (H, W, 3)
        As they are decoded, before they are turned upright.
    block : tuple of int
        Height and width in these pixels of a minimum coded unit, whose blocks are coded together, px.

    Returns
    -------
    bool
        False also where blocks are less than two pixels high.

    Examples
    --------
    >>> whole = np.full((160, 480, 3), 90, np.uint8)
    >>> damaged = whole.copy()
    >>> damaged[64:80, 160:] += 40
    >>> damaged[80:] += 40
    >>> has_steps(whole, (16, 16)), has_steps(damaged, (16, 16))
    (False, True)
    """
    height, width = pixels.shape[:2]
    if block[0] < 2 or height < 4 * block[0] or width < 4 * _BESIDE * block[1]:
        return False
    # The rows at the very edge of a block are left out: colours are smoothed across it.
    below = pixels[block[0] + 1 :: block[0]]
    above = pixels[block[0] - 2 :: block[0]][: len(below)]
    rows = np.add.outer(_likeliest(below, above, block[1]), range(2)).ravel()
    if not len(rows):
        return False
    jumps = _means(below[rows], block[1]) - _means(above[rows], block[1])
    return _any_steps(jumps.reshape(len(rows) // 2, -1, 3))


def _likeliest(below: NDArray[np.uint8], above: NDArray[np.uint8], step: int) -> list[int]:
    """Rows that, with the next one, differ most from those above them; the largest first."""
    jumps = np.subtract(_row_means(below, step), _row_means(above, step), dtype=np.int32)
    sizes = np.abs(jumps[:-1] + jumps[1:]).max(axis=1)
    around = np.pad(sizes, 1)
    peaks = (sizes >= around[:-2]) & (sizes > around[2:]) & (sizes >= _LEAST / 2)
    rows: list[int] = np.argsort(-sizes * peaks)[: min(_PLACES, int(peaks.sum()))].tolist()
    return rows


def _row_means(rows: NDArray[np.uint8], step: int) -> NDArray[np.uint8]:
    """Means of every so manyth pixel of rows."""
    whole = np.ascontiguousarray(rows).view("V3")[:, ::step]  # a pixel at a time
    rows = np.ascontiguousarray(whole).view(np.uint8).reshape(len(rows), -1, 3)
    return cv2.resize(rows, (1, len(rows)), interpolation=cv2.INTER_AREA)[:, 0].astype(np.uint8)


def _means(rows: NDArray[np.uint8], width: int) -> NDArray[np.float32]:
    """Means of each block's piece of rows of pixels, (rows, blocks, 3); a last piece is as the one before."""
    whole = rows.shape[1] // width
    pieces = np.ascontiguousarray(rows[:, : whole * width], dtype=np.float32)
    means = cv2.resize(pieces, (whole, len(rows)), interpolation=cv2.INTER_AREA)
    if rows.shape[1] % width:
        means = np.concatenate([means, means[:, -1:]], axis=1)
    return np.asarray(means, np.float32)


def _any_steps(lines: NDArray[np.float32]) -> bool:
    """Whether in any of several pairs of rows (n, 2 rows of blocks, 3) there is a step.

    There the jumps are alike from one block to below the one before it, and else none.
    """
    across = lines.shape[1] // 2
    sums = np.cumsum(lines, axis=1)
    beside = max(_BESIDE, round(across * _BESIDE_SHARE))
    means = np.abs(sums[:, across:-1] - sums[:, : across - 1]).max(axis=2)
    begins = beside + means[:, beside - 1 : across - beside].argmax(axis=1)
    shifted = np.array(
        [line[begin : begin + across] for line, begin in zip(lines, begins, strict=True)]
    )
    steps = np.median(shifted, axis=1)
    large = np.flatnonzero(np.abs(steps).max(axis=1) >= _LEAST)
    return any(_is_step(lines[i], int(begins[i]), steps[i]) for i in large)


def _is_step(line: NDArray[np.float32], begin: int, step: NDArray[np.float32]) -> bool:
    """Whether the jumps of a pair of rows are so, from this block on."""
    across, end = len(line) // 2, begin + len(line) // 2
    bound = max(2.0, _ALIKE * float(np.abs(step).max()))
    parts = (line[:begin], line[begin:across] - step, line[across:end] - step, line[end:])
    return all(np.mean(np.abs(part).max(axis=1) <= bound) >= _SHARE for part in parts)
