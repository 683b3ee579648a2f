"""Plane geometry over many faces at once. Elementwise: n faces give the same bits as each of them alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from asymmetry.core.slopes import Slopes, add_slopes, value_of

__all__ = [
    "fit_mirror",
    "mirror_squares",
    "mirror_sums",
    "moved_mirror_sums",
    "polygon_area",
    "total",
]

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


def polygon_area(x: Sequence[Any], y: Sequence[Any]) -> FloatArray:
    """Signed area of polygons by the shoelace formula, shape (n,); positive when run through anticlockwise.

    Parameters
    ----------
    x, y : sequence of ndarray of shape (n,)
        The corners, in order; with `Slopes`, the area has them too.

    Examples
    --------
    >>> polygon_area(
    ...     np.array([[0.0], [2.0], [2.0], [0.0]]), np.array([[0.0], [0.0], [1.0], [1.0]])
    ... ).tolist()
    [2.0]
    """
    corners = [(value_of(a), value_of(b)) for a, b in zip(x, y, strict=True)]
    # With the last corner once more before the first one, and the first one after the last.
    around = np.swapaxes([corners[-1], *corners, corners[0]], 0, 1)
    (before_x, before_y), (next_x, next_y) = around[:, :-2], around[:, 2:]
    across, along = around[:, 1:-1]
    area = total(across * next_y - along * next_x) / 2
    if not any(isinstance(corner, Slopes) for corner in x):
        return area
    # A corner moves the area by half of the step between its neighbours.
    derivatives = (*((next_y - before_y) / 2), *((before_x - next_x) / 2))
    parts = zip((*x, *y), derivatives, strict=True)
    return cast("FloatArray", add_slopes(area, parts))


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
    return fit_mirror(mirror_sums(points, regions), regions)


def mirror_sums(points: FloatArray, regions: Sequence[tuple[int, int]]) -> FloatArray:
    """Sums over each region that its distance from the mirror image depends on, shape (5, regions, n).

    Across, along, and the a, b and d of `mirror_squares`; the arguments are its own.
    """
    products, sums, first = _mirror_products(points), [], 0
    for paired, single in regions:
        middle, last = first + paired, first + paired + single
        sums.append(2 * total(products[first:middle]) + total(products[middle:last]))
        first = last
    return np.stack(sums, axis=1, dtype=np.float64)


def fit_mirror(sums: FloatArray, regions: Sequence[tuple[int, int]]) -> FloatArray:
    """Squared distances from the mirror image that fits best, summed by region, shape (regions, n).

    Parameters
    ----------
    sums : ndarray, shape (5, regions, n)
        Of `mirror_sums`.
    regions : sequence of (int, int)
        As for `mirror_squares`.
    """
    counts = np.array([[2 * paired + single] for paired, single in regions], sums.dtype)
    sum_across, sum_along, a, b, d = sums
    across = total(sum_across) / counts.sum()
    along = total(sum_along) / counts.sum()
    # Moments about the mean of all regions.
    a = a - across * (2 * sum_across - counts * across)
    b = b - (across * sum_along + along * (sum_across - counts * across))
    d = d - along * (2 * sum_along - counts * along)
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


def moved_mirror_sums(
    points: FloatArray,
    spread: FloatArray,
    weights: FloatArray,
    regions: Sequence[tuple[int, int]],
    still: FloatArray | None = None,
    rows: Sequence[int] | None = None,
) -> FloatArray:
    """`mirror_sums` without an error and with each of some, exactly, shape (5, regions, 1 + errors, n).

    The errors are of some kinds. Each kind moves points outwards, then upwards; in either direction those of
    the right and then those of the left side. A point of the midline goes out on the one side and in on the
    other.

    Parameters
    ----------
    points : ndarray, shape (2, points, 2, n)
        As for `mirror_squares`.
    spread : ndarray, shape (2, points, 2, n)
        Standard deviation of the points, outwards and upwards.
    weights : ndarray, shape (points, kinds)
        How much of each kind is in the error of a point.
    regions : sequence of (int, int)
        As for `mirror_squares`.
    still : ndarray, shape (5, regions, n), optional
        The sums without an error, where they are known already.
    rows : sequence of int, optional
        Which of the points, and in what order. Default: all.
    """
    if rows is None:
        rows = range(len(weights))
    if still is None:
        still = mirror_sums(points[:, rows], regions)
    kinds, n = weights.shape[1], points.shape[-1]
    sums = np.repeat(still[:, :, None].astype(points.dtype), 1 + 2 * kinds * 2, axis=2)
    changes = sums[:, :, 1:].reshape(5, len(regions), 2, kinds, 2, n)
    first = 0
    for region, (paired, single) in enumerate(regions):
        own = rows[first : first + paired + single]
        there = np.flatnonzero(weights[own].any(axis=0))
        some = slice(there[0], there[-1] + 1)
        into = changes[:, region, :, some]
        _add_changes(points[:, own], spread[:, own], weights[own, some], paired, into)
        first += len(own)
    return sums


# Signs of the changes by a point on the right and on the left: across, of b outwards, and of b upwards.
_SIGNS = np.array([[-1.0], [1.0]], dtype=np.float32)


def _add_changes(
    points: FloatArray, spread: FloatArray, weights: FloatArray, paired: int, sums: FloatArray
) -> None:
    """Add the changes (5, 2, kinds, 2, n) of a region to its sums; the other arguments are of its points."""
    right, left = points[:, :, 0], points[:, :, 1]
    # One term at a time, so that it is still in the cache when it is summed.
    term = spread * (right - left)[:, :, None]
    a = _weigh(weights, term)
    b = _weigh(weights, np.multiply(spread, points[::-1, :, ::-1], out=term))
    d = _weigh(weights, np.multiply(spread, (right + left)[:, :, None], out=term))
    shift, squares = _weigh(weights, spread), np.multiply(spread, spread, out=term)
    weighed = weights * weights
    pairs = 2 * _weigh(weighed[:paired], squares[:, :paired])
    # Both points of a pair count; the midline's one point is off from its image by twice its error.
    single = 4 * _weigh(weighed[paired:], squares[:, paired:])
    a *= -4 * _SIGNS
    a += pairs
    a[0] += single[0]
    d *= 4
    d += pairs
    d[1] += single[1]
    sums[0, 0] += shift[0] * (2 * _SIGNS)
    sums[1, 1] += shift[1] * 2
    sums[2] += a
    sums[3, 0] += b[0] * (4 * _SIGNS)
    sums[3, 1] += b[1] * (-4 * _SIGNS)
    sums[4] += d


def _weigh(weights: FloatArray, terms: FloatArray) -> FloatArray:
    """Sums of (2, points, 2, n) terms with the weights (points, kinds), shape (2, kinds, 2, n)."""
    sums: FloatArray = np.einsum("pk,apsn->aksn", weights, terms)
    return sums
