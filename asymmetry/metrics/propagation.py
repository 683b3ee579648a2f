"""How sure a metric is: the effect of the points' errors on it, by linear propagation.

There are twelve errors in all (`asymmetry.metrics.mixture`). Each changes a metric; the changes add up in
squares. Those of the catalogue's static metrics come of their slopes (`asymmetry.metrics.linear`). For all
others a copy of the face is moved by each error in turn, put into its own frame again and measured. No metric
needs to know of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import product
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from asymmetry.core.frame import Face, Scale, anchors_of, reframe
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import SIDES
from asymmetry.core.stations import with_stations
from asymmetry.metrics.columns import list_columns, measure_faces, measure_movements
from asymmetry.metrics.definition import Metric, MovementMetric
from asymmetry.metrics.linear import (
    Errors,
    add_squares,
    frame_changes,
    is_smooth,
    linear_squares,
    trace,
)
from asymmetry.metrics.mixture import COPIES, mixtures_of

__all__ = ["differing", "moved_spreads", "spread_of_points", "spreads"]

FloatArray = npt.NDArray[np.floating[Any]]
Laying: TypeAlias = Callable[[Face, Face], Face]

# The mouth is misread sideways by more than upwards, between photos of a face that lies still: upwards it is
# found in the pixels.
_ACROSS_MOUTH, _MOUTH = 2.5, ("commissure", "inner_commissure")
# The outer canthi are misread sideways by more than upwards, most of all beside a moved lid: with so many
# times their spread 72 % of tuning people's warps read the width between them (`benchmarks.tune.repeats`).
# Where the scale rests on that width, both sides err alike.
_ACROSS_CANTHI, _CANTHI = 2.3, ("outer_canthus",)
# Part of a point's error that is the person's own, and so goes on from photo to photo: repeats of the tuning
# photos differ by this much less than two photos with errors of their own. The rest have none.
_LASTING = dict.fromkeys(("ala", "alar_base"), 0.8) | dict.fromkeys(
    (f"brow_{edge}_{station}" for edge in ("upper", "lower") for station in (1, 2)), 0.6
)


def spreads(
    face: Face,
    landmarks: Landmarks,
    scale: Scale,
    metrics: Sequence[Metric],
    smooth: Mapping[str, Metric] = MappingProxyType({}),
) -> FloatArray:
    """Standard deviation of the metrics' columns, one after the other, shape (columns, n).

    Parameters
    ----------
    face : Face
        n faces with the points that the metrics read.
    landmarks : Landmarks
        The photos of them, and the standard deviation of their points in ``spread``.
    scale : Scale
        Where millimetres come from, one for each photo. Its known value is taken as exact; the width that
        the iris reads in this photo is not.
    metrics : sequence of Metric
        Any.
    smooth : mapping of str to Metric
        Those among them that may be taken as linear for errors as small as these, by name. The others are
        measured on copies, and so is one with a bend.

    Returns
    -------
    ndarray
        NaN where the spread of a point is not known that the metric uses.
    """
    precision = face.points.dtype
    spread = spread_of_points(landmarks, face.rows) * face.mm_per_px.astype(precision)
    spread = _widen_sideways(spread, face.rows, _CANTHI, _ACROSS_CANTHI)
    linear = [m for m in metrics if smooth.get(m.name) is m and is_smooth(m, face)]
    known = {metric.name for metric in linear}
    others = [metric for metric in metrics if metric.name not in known]
    names = list_columns(metrics)
    squares = np.empty((len(names), face.size))
    places = dict(zip(names, squares, strict=True))
    if linear:
        traced = trace(face, _errors(face, spread, scale))
        for metric, rows in zip(linear, linear_squares(linear, traced), strict=True):
            for name, row in zip(metric.columns, rows, strict=True):
                places[name][:] = row
    if others:
        # Those without an error are put into their frame once more as well, so that a metric that an
        # error leaves alone has an SD of 0.
        own = replace(scale, mm=np.tile(scale.mm, 1 + COPIES))
        copies = reframe(_copies(face, spread), scale=own)
        columns = _squares_of_copies(measure_faces(copies, others), len(list_columns(others)), face)
        for name, row in zip(list_columns(others), columns, strict=True):
            places[name][:] = row
    return _take_roots(squares)


def _errors(face: Face, spread: FloatArray, scale: Scale) -> Errors:
    """The errors of the faces' points, with their effect on the frame."""
    anchors = anchors_of(face)
    copies = _copies(anchors, spread[:, [face.rows[name] for name in anchors.rows]])
    own = replace(scale, mm=np.tile(scale.mm, 1 + COPIES))
    frame, areas = frame_changes(copies, own, face.size)
    weights, _ = mixtures_of(face.layout.name, tuple(face.rows))
    return Errors(spread, weights.astype(spread.dtype), frame, areas)


def moved_spreads(
    rest: Face, moved: Face, spread: FloatArray, metrics: Sequence[MovementMetric], lay: Laying
) -> FloatArray:
    """Standard deviation of the columns of movements, one after the other, shape (columns, n).

    Parameters
    ----------
    rest, moved : Face
        n faces with the points that the metrics read, the one laid on the other.
    spread : ndarray, shape (names, 2, n)
        Standard deviation of the difference of the points' errors in the two photos, mm: of `differing`.
    metrics : sequence of MovementMetric
        Any. A metric that looks at the moved face alone gets the standard deviation of its change.
    lay : callable
        Lays copies of the moved faces on copies of those at rest, which come face by face.
    """
    still = tile_faces(rest)
    copies = lay(still, _copies(moved, _widen_sideways(spread, moved.rows, _MOUTH, _ACROSS_MOUTH)))
    columns = measure_movements(metrics, still, copies)
    return _take_roots(_squares_of_copies(columns, len(list_columns(metrics)), rest))


def _widen_sideways(
    spread: FloatArray, names: Iterable[str], wider: Sequence[str], times: float
) -> FloatArray:
    """Spread outwards and upwards, shape (2, names, 2, n), where some points err more sideways."""
    both = np.array([spread, spread])
    both[0, np.isin(list(names), wider)] *= times
    return both


def differing(first: FloatArray, second: FloatArray, names: Sequence[str]) -> FloatArray:
    """Standard deviation of the difference between the errors of points in two photos of one person.

    Parameters
    ----------
    first, second : ndarray, shape (names, 2, n)
        Of the points in each.
    names : sequence of str
        Which points.
    """
    lasting = np.array([_LASTING.get(name, 0.0) for name in names])[:, None, None]
    return np.sqrt(first * first + second * second - 2 * lasting * first * second)


def tile_faces(face: Face) -> Face:
    """The faces, as often as `moved_spreads` has copies of them."""
    return _many(face, np.tile(face.points, 1 + COPIES))


def _squares_of_copies(columns: Iterable[FloatArray], count: int, face: Face) -> FloatArray:
    """From columns of copies to the square of the change that all errors together make, (count, n)."""
    changes = np.empty((1 + COPIES, count, face.size))
    for row, column in zip(changes.swapaxes(0, 1), columns, strict=True):
        row[:] = column.reshape(row.shape)
    return add_squares(changes[1:] - changes[0])


def _take_roots(squares: FloatArray) -> FloatArray:
    """The roots, in place; NaN where one is not finite."""
    np.copyto(squares, np.nan, where=~np.isfinite(squares))
    return np.sqrt(squares, out=squares)


def _copies(face: Face, spread: FloatArray) -> Face:
    """The faces as they are, then all with the first error in them, then all with the second, and so on.

    The two sides' copies of one error follow each other. ``spread`` is that of the points, mm, of the shape
    (names, 2, n), or (2, names, 2, n) where it differs outwards and upwards.
    """
    weights, paired = mixtures_of(face.layout.name, tuple(face.rows))
    spread = np.broadcast_to(spread, face.points.shape).astype(face.points.dtype)
    errors = weights.astype(spread.dtype)[:, None, :, None] * spread[:, :, :, None]
    points = np.empty((*face.points.shape[:3], 1 + COPIES, face.size), spread.dtype)
    points[...] = face.points[:, :, :, None]
    # An axis is split, so this is a view, and values written to it are in the points. NumPy before 2.1 can't
    # be told to refuse a copy.
    moved = points[..., 1:, :].reshape(*points.shape[:3], 2, errors.shape[3], len(SIDES), face.size)
    # A point of the midline goes out on the one side and in on the other, and up on both.
    for (axis, sign), (i, other) in product(((0, -1), (1, 1)), ((0, 1), (1, 0))):
        error = errors[axis]
        moved[axis, :, i, axis, :, i] += error[:, i]
        moved[axis, paired:, other, axis, :, i] += error[paired:, i] * sign
    return _many(face, points.reshape(*points.shape[:3], -1))


def _many(face: Face, points: FloatArray) -> Face:
    """So many copies of the faces, with other points."""
    roll = np.tile(face.roll, 1 + COPIES)
    return replace(face, points=points, roll=roll, mm_per_px=np.tile(face.mm_per_px, 1 + COPIES))


def spread_of_points(landmarks: Landmarks, names: Iterable[str]) -> FloatArray:
    """Spread of named points, shape (names, 2, n).

    Unknown for all of a face with an iris of unknown spread: its copies would pass for an iris not seen.
    """
    layout, rings = landmarks.layout, landmarks.layout.groups["iris"]
    irises = layout.right(rings) + layout.left(rings)
    _, spread = with_stations(landmarks.points, landmarks.spread, landmarks.scheme)
    found = spread.T[[layout.places[name] for name in names]]
    unknown = np.isnan(landmarks.spread[:, irises])
    if unknown.any():
        seen = np.isfinite(landmarks.points[:, irises, 0])
        found[..., (seen & unknown).any(axis=1)] = np.nan
    return found
