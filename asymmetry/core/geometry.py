"""Plane geometry over many faces at once. Elementwise: n faces give the same bits as each of them alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["mirror_gaps", "polygon_area", "total"]

FloatArray = npt.NDArray[np.float64]


def total(rows: FloatArray) -> FloatArray:
    """Sum over the first axis, pair by pair.

    NumPy's own sum adds in another order for one photo than for many.

    Examples
    --------
    >>> total(np.arange(10.0).reshape(5, 2)).tolist()
    [20.0, 25.0]
    """
    while len(rows) > 1:
        half = len(rows) // 2
        pairs = rows[:half] + rows[half : 2 * half]
        rows = np.concatenate([pairs, rows[2 * half :]]) if len(rows) % 2 else pairs
    return rows[0]


def polygon_area(x: Sequence[FloatArray], y: Sequence[FloatArray]) -> FloatArray:
    """Signed area of polygons by the shoelace formula, shape (n,); positive when run through anticlockwise.

    Parameters
    ----------
    x, y : sequence of ndarray of shape (n,)
        The corners, in order.

    Examples
    --------
    >>> polygon_area(np.array([[0.0], [2.0], [2.0], [0.0]]), np.array([[0.0], [0.0], [1.0], [1.0]])).tolist()
    [2.0]
    """
    corners_x, corners_y = np.asarray(x), np.asarray(y)
    next_x, next_y = (np.concatenate([c[1:], c[:1]]) for c in (corners_x, corners_y))
    return total(corners_x * next_y - corners_y * next_x) / 2


def mirror_gaps(pairs: FloatArray, midline: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Squared distance of each point to its twin in the mirror image, laid over the points by least squares.

    A mirror image that may be turned and shifted is the image in some other axis. In the frame of the best axis the
    points need no alignment any more: a pair's gap is what its midpoint is off the axis, twice, and its difference
    in height. The best axis makes the sum of squares ``A c² - 2 B c s + D s²`` smallest, with c and s the cosine and
    sine of its lean.

    Parameters
    ----------
    pairs : ndarray, shape (2, pairs, 2, n)
        x and y of paired points, right then left.
    midline : ndarray, shape (2, midline points, n)
        x and y of points that are their own twins.

    Returns
    -------
    paired, middle : ndarray, shapes (pairs, n) and (midline points, n)
        Both points of a pair have the same gap.

    Examples
    --------
    >>> leaning = np.array([[[[-1.0], [3.0]]], [[[1.0], [5.0]]]])
    >>> paired, middle = mirror_gaps(leaning, np.array([[[0.0], [2.0]], [[4.0], [2.0]]]))
    >>> bool(max(paired.max(), middle.max()) < 1e-12)
    True
    """
    (x_right, x_left), (y_right, y_left) = pairs.swapaxes(1, 2)
    width, rise = x_left - x_right, y_right - y_left
    weight = np.repeat([2.0, 1.0], [pairs.shape[1], midline.shape[1]])[:, None]
    # A pair's two points, and a midline point twice: their sums across and along the axis, about the mean.
    sums = np.concatenate([[x_right + x_left, y_right + y_left], 2 * midline], axis=1)
    across, along = (rows - total(weight * rows) / weight.sum() for rows in sums)
    a = total(weight * across * across) + 2 * total(rise * rise)
    b = total(weight * across * along) + 2 * total(rise * width)
    d = total(weight * along * along) + 2 * total(width * width)
    double_cos = (d - a) / np.sqrt((d - a) * (d - a) + 4 * b * b)
    double_sin = 2 * b / np.sqrt((d - a) * (d - a) + 4 * b * b)
    cos = np.sqrt((1 + double_cos) / 2)
    sin = double_sin / (2 * cos)
    off, tilt = across * cos - along * sin, rise * cos - width * sin
    gaps = off * off
    return gaps[: len(rise)] + tilt * tilt, gaps[len(rise) :]
