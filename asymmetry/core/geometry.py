"""Plane geometry over many faces at once. Elementwise: n faces give the same bits as each of them alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["mirror_squares", "polygon_area", "total"]

FloatArray = npt.NDArray[np.floating[Any]]


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
    if not len(rows):
        return np.zeros(rows.shape[1:])
    result: FloatArray = rows[0]
    return result


def polygon_area(x: Sequence[FloatArray], y: Sequence[FloatArray]) -> FloatArray:
    """Signed area of polygons by the shoelace formula, shape (n,); positive when run through anticlockwise.

    Parameters
    ----------
    x, y : sequence of ndarray of shape (n,)
        The corners, in order.

    Examples
    --------
    >>> polygon_area(
    ...     np.array([[0.0], [2.0], [2.0], [0.0]]), np.array([[0.0], [0.0], [1.0], [1.0]])
    ... ).tolist()
    [2.0]
    """
    corners_x, corners_y = np.asarray(x), np.asarray(y)
    next_x = np.concatenate([corners_x[1:], corners_x[:1]])
    next_y = np.concatenate([corners_y[1:], corners_y[:1]])
    return total(corners_x * next_y - corners_y * next_x) / 2


def mirror_squares(points: FloatArray, regions: Sequence[tuple[int, int]]) -> FloatArray:
    """Squared distances of points from their mirror image, summed by region.

    The mirror image is laid over all regions by least squares. An image that may be turned and shifted is
    the image in some other axis. Seen from that axis, a pair differs from its image by the sum of its x
    (across) and the difference of its y (rise). If the axis leans by an angle with cosine c and sine s, the
    sum of squares is ``a c² - 2 b c s + d s²``, and the smallest value of that has a closed form.

    Parameters
    ----------
    points : ndarray, shape (2, points, 2, n)
        Distance outwards and upwards of the points, as seen from the right and from the left: region after
        region, in each the pairs and then the points that are their own image.
    regions : sequence of (int, int)
        Number of pairs, and of points on the midline, of each region.

    Returns
    -------
    ndarray, shape (regions, n)
        Both points of a pair count; a point on the midline counts once.

    Examples
    --------
    >>> out = [[[1.0], [3.0]], [[0.0], [0.0]], [[-2.0], [2.0]]]
    >>> up = [[[1.0], [5.0]], [[4.0], [4.0]], [[2.0], [2.0]]]
    >>> mirror_squares(np.array([out, up]), [(1, 2)]).round(9).tolist()
    [[0.0]]
    """
    counts = np.array([2.0 * paired + single for paired, single in regions])[:, None]
    products, sums, first = _mirror_products(points), [], 0
    for paired, single in regions:
        middle, last = first + paired, first + paired + single
        sums.append(2 * total(products[first:middle]) + total(products[middle:last]))
        first = last
    sum_across, sum_along, a, b, d = np.stack(sums, axis=1, dtype=np.float64)
    across = total(sum_across) / counts.sum()
    along = total(sum_along) / counts.sum()
    # Moments about the mean of all regions.
    a -= across * (2 * sum_across - counts * across)
    b -= across * sum_along + along * (sum_across - counts * across)
    d -= along * (2 * sum_along - counts * along)
    stretch, skew = total(d) - total(a), 2 * total(b)
    length = np.sqrt(stretch * stretch + skew * skew)
    cos = np.sqrt((1 + stretch / length) / 2)
    sin = skew / length / (2 * cos)
    squares: FloatArray = np.maximum(a * cos * cos - 2 * b * cos * sin + d * sin * sin, 0)
    return squares


def _mirror_products(points: FloatArray) -> FloatArray:
    """Across, along, and the terms of the sums a, b and d of `mirror_squares`, shape (points, 5, n)."""
    (right, left), (right_up, left_up) = points.swapaxes(1, 2)
    width, rise = right + left, right_up - left_up
    # Each step overwrites an array that is no longer needed: new memory costs as much as the arithmetic.
    products = np.empty((5, *width.shape), width.dtype)
    across, along, a, b, d = products
    np.subtract(left, right, out=across)
    np.add(right_up, left_up, out=along)
    np.multiply(across, along, out=b)
    b += np.multiply(rise, width, out=a)
    np.multiply(across, across, out=a)
    a += np.multiply(rise, rise, out=rise)
    np.multiply(along, along, out=d)
    d += np.multiply(width, width, out=width)
    return products.swapaxes(0, 1)
