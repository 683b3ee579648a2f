"""Plane geometry over many faces at once. Elementwise: n faces give the same bits as each of them alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["mirror_squares", "polygon_area", "total"]

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
        if len(rows) % 2:
            pairs[0] += rows[-1]
        rows = pairs
    result: FloatArray = rows[0] if len(rows) else np.zeros(rows.shape[1:])
    return result


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


def mirror_squares(pairs: FloatArray, midline: FloatArray, regions: Sequence[tuple[int, int]]) -> FloatArray:
    """Squared distances to the mirror image, summed by region; it is laid over all regions by least squares.

    A mirror image that may be turned and shifted is the image in some other axis. Seen from that axis a pair
    and its image lie apart by the sum of its x (across) and the difference of its y (rise). For an axis that
    leans by an angle with cosine c and sine s, the sum of squares is ``a c² - 2 b c s + d s²``; its smallest
    value has a closed form.

    Parameters
    ----------
    pairs : ndarray, shape (2, pairs, 2, n)
        x and y of paired points, right then left, region after region.
    midline : ndarray, shape (2, midline points, n)
        x and y of points that are their own image, region after region.
    regions : sequence of (int, int)
        How many pairs and midline points each region has.

    Returns
    -------
    ndarray, shape (regions, n)
        Both points of a pair count, a point of the midline counts once.

    Examples
    --------
    >>> leaning = np.array([[[[-1.0], [3.0]]], [[[1.0], [5.0]]]])
    >>> axis = np.array([[[0.0], [2.0]], [[4.0], [2.0]]])
    >>> mirror_squares(leaning, axis, [(1, 2)]).round(9).tolist()
    [[0.0]]
    """
    counts = np.array([2.0 * paired + single for paired, single in regions])[:, None]
    sums = _mirror_sums(pairs, midline, regions)
    across, along = (total(sums[:, i]) / counts.sum() for i in (0, 1))
    # Moments about the mean of all regions.
    a = sums[:, 2] - across * (2 * sums[:, 0] - counts * across)
    b = sums[:, 3] - across * sums[:, 1] - along * (sums[:, 0] - counts * across)
    d = sums[:, 4] - along * (2 * sums[:, 1] - counts * along)
    stretch, skew = total(d) - total(a), 2 * total(b)
    length = np.sqrt(stretch * stretch + skew * skew)
    cos = np.sqrt((1 + stretch / length) / 2)
    sin = skew / length / (2 * cos)
    squares: FloatArray = np.maximum(a * cos * cos - 2 * b * cos * sin + d * sin * sin, 0)
    return squares


def _mirror_sums(pairs: FloatArray, midline: FloatArray, regions: Sequence[tuple[int, int]]) -> FloatArray:
    """Sums of across, along and their products over each region, shape (regions, 5, n)."""
    sums = []
    for k, m in regions:
        (x_right, x_left), (y_right, y_left) = pairs[:, :k].swapaxes(1, 2)
        paired = _products(x_right + x_left, y_right + y_left, y_right - y_left, x_left - x_right)
        x, y = 2 * midline[:, :m]
        single = _products(x, y, np.zeros_like(x), np.zeros_like(x))
        sums.append(2 * total(paired) + total(single))
        pairs, midline = pairs[:, k:], midline[:, m:]
    return np.stack(sums)


def _products(across: FloatArray, along: FloatArray, rise: FloatArray, width: FloatArray) -> FloatArray:
    """Terms of the five sums, shape (points, 5, n)."""
    products = (across * across + rise * rise, across * along + rise * width, along * along + width * width)
    return np.stack([across, along, *products], axis=1)
