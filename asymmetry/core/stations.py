"""Points that a scheme has between its own: the stations of contours, read at their share of the length.

A scheme with other points along a brow, a lid or a lip than the metrics' stations is read where these lie:
on a smooth curve through its points, as far along it as the vocabulary says. So a metric means the same
place in every scheme. All of it is elementwise over photos.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from asymmetry.core.schemes import get_scheme
from asymmetry.core.schemes.vocabulary import PAIRS, STATIONS

__all__ = ["has_stations", "read_contour", "with_stations"]

FloatArray = npt.NDArray[np.floating[Any]]

# Neighbours that lie in one place, as rounded points may, are taken to be this far apart, px.
_TINY = 1e-9


class _Line(NamedTuple):
    """One contour of a scheme: its points, and the stations to be read along it.

    ``points`` is of the shape (sides, m): both sides' numbers, or one row of those of the midline.
    """

    points: npt.NDArray[np.intp]
    stations: npt.NDArray[np.intp]
    shares: tuple[float, ...]


def has_stations(scheme: str) -> bool:
    """Whether points of a scheme are read between its own, or are lacking."""
    return _count_more(scheme) > 0


def with_stations(
    points: FloatArray, spread: FloatArray, scheme: str
) -> tuple[FloatArray, FloatArray]:
    """Points and their spread, and then those of the stations, numbered as in `Scheme.places`.

    Parameters
    ----------
    points : ndarray, shape (n, k, 3)
        As in `Landmarks`.
    spread : ndarray, shape (n, k)
        As in `Landmarks`; a station's is that of the points beside it.
    scheme : str
        Name of the scheme.

    Returns
    -------
    points : ndarray, shape (n, k + m, 3)
        The given points themselves, where the scheme has all that metrics need. A contour with a point that
        was not seen is not read: NaN. The last point of all is NaN, for points that the scheme lacks.
    spread : ndarray, shape (n, k + m)
        NaN where it is not known.

    Examples
    --------
    >>> points, spread = with_stations(np.zeros((1, 68, 3)), np.zeros((1, 68)), "dlib68")
    >>> points.shape, bool(np.isnan(points[0, -1]).all())
    ((1, 169, 3), True)
    """
    if not has_stations(scheme):
        return points, spread
    n, more = len(points), _count_more(scheme)
    points = np.concatenate([points, np.full((n, more, 3), np.nan, points.dtype)], axis=1)
    spread = np.concatenate([spread, np.full((n, more), np.nan, spread.dtype)], axis=1)
    for line in _lines(scheme):
        chain = points[:, line.points].astype(np.float64)
        segment, way, steps = _places_along(chain, line.shares)
        points[:, line.stations] = _smooth(chain, steps, segment, way)
        lost = np.where(np.isnan(chain).any(axis=(2, 3)), np.nan, 0.0)
        points[:, line.stations] += lost[..., None, None]
        spread[:, line.stations] = _straight(spread[:, line.points], segment, way)
    return points, spread


def read_contour(chain: npt.ArrayLike, shares: tuple[float, ...]) -> FloatArray:
    """Points of a smooth curve through others, each at a share of its length.

    The curve is a cubic between each two points, with the slopes of parabolas through three (Catmull-Rom with
    chords for steps); its length is that of the chords.

    Parameters
    ----------
    chain : array_like, shape (..., m, axes)
        The points that it runs through, from its first end to its last one.
    shares : tuple of float
        From 0 to 1.

    Returns
    -------
    ndarray, shape (..., len(shares), axes)

    Examples
    --------
    >>> read_contour([[0, 0], [10, 0], [20, 0], [40, 0]], (0.0, 0.3, 1.0)).round(6).tolist()
    [[0.0, 0.0], [12.0, 0.0], [40.0, 0.0]]
    """
    points = np.asarray(chain, dtype=np.float64)
    segment, way, steps = _places_along(points, shares)
    return _smooth(points, steps, segment, way)


@functools.lru_cache
def _count_more(scheme: str) -> int:
    """How many points a scheme has beyond its own numbers: stations, and one for all that it lacks."""
    layout = get_scheme(scheme)
    return 1 + max(number for pair in layout.places.values() for number in pair) - layout.size


@functools.lru_cache
def _lines(scheme: str) -> tuple[_Line, ...]:
    layout = get_scheme(scheme)
    lines = []
    for contour, chain in layout.contours.items():
        shares = {
            name: share for name, share in STATIONS[contour].items() if name in layout.stations
        }
        if not shares:
            continue
        sides = 1
        if next(iter(shares)) in PAIRS:
            sides = 2
        points = _numbers(layout.places, chain)
        stations = _numbers(layout.places, tuple(shares))
        lines.append(_Line(points[:sides], stations[:sides], tuple(shares.values())))
    return tuple(lines)


def _numbers(places: Mapping[str, tuple[int, int]], names: tuple[str, ...]) -> npt.NDArray[np.intp]:
    """Numbers of named points, shape (2, m), right before left."""
    return np.array([places[name] for name in names], dtype=np.intp).T


def _places_along(
    chain: FloatArray, shares: tuple[float, ...]
) -> tuple[npt.NDArray[np.intp], FloatArray, FloatArray]:
    """In which step of a chain each share lies, how far along it (0 to 1), and the steps' lengths.

    The shapes are (..., shares), (..., shares) and (..., m - 1).
    """
    across = np.diff(chain, axis=-2)
    steps = np.maximum(np.sqrt((across * across).sum(axis=-1)), _TINY)
    starts = np.concatenate([np.zeros_like(steps[..., :1]), np.cumsum(steps, axis=-1)], axis=-1)
    along = np.asarray(shares) * starts[..., -1:]
    segment = (along[..., None] >= starts[..., None, 1:-1]).sum(axis=-1)
    way = (along - np.take_along_axis(starts, segment, -1)) / np.take_along_axis(steps, segment, -1)
    return segment, way, steps


def _smooth(
    chain: FloatArray, steps: FloatArray, segment: npt.NDArray[np.intp], way: FloatArray
) -> FloatArray:
    """Points on cubics through a chain (Hermite's form)."""
    length = steps[..., None]
    chords = np.diff(chain, axis=-2) / length
    slopes = np.concatenate([chords[..., :1, :], chords], axis=-2)
    if chords.shape[-2] > 1:
        before, after = length[..., :-1, :], length[..., 1:, :]
        middle = (after * chords[..., :-1, :] + before * chords[..., 1:, :]) / (before + after)
        first = 2 * chords[..., :1, :] - middle[..., :1, :]
        last = 2 * chords[..., -1:, :] - middle[..., -1:, :]
        slopes = np.concatenate([first, middle, last], axis=-2)
    here, there = segment[..., None], segment[..., None] + 1
    start, end = np.take_along_axis(chain, here, -2), np.take_along_axis(chain, there, -2)
    step = np.take_along_axis(length, here, -2)
    leave = np.take_along_axis(slopes, here, -2) * step
    arrive = np.take_along_axis(slopes, there, -2) * step
    t = way[..., None]
    rest = 1 - t
    return np.asarray(
        rest * rest * ((1 + 2 * t) * start + t * leave)
        + t * t * ((3 - 2 * t) * end - rest * arrive)
    )


def _straight(values: FloatArray, segment: npt.NDArray[np.intp], way: FloatArray) -> FloatArray:
    """Values between those of a chain's points, shape (..., shares)."""
    start = np.take_along_axis(values, segment, -1)
    end = np.take_along_axis(values, segment + 1, -1)
    return np.asarray(start * (1 - way) + end * way)
