"""How sure a metric is: the effect of the points' errors on it, by linear propagation.

Points are not wrong one by one. A whole patch of skin is misread, so neighbours go wrong together, while
the two ends of a contour, its two lips or lids, and the two sides of the face hardly do. So the error of a
point is a mixture of three that its side has, each upwards and outwards: twelve sources in all. A copy of the
face is moved by each of them in turn, put into its own frame again and measured; the changes of the
metric add up in squares. No metric needs to know of it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import product
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from asymmetry.core.frame import Face, Scale, reframe
from asymmetry.core.geometry import total
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import SIDES, get_scheme
from asymmetry.core.schemes.vocabulary import GROUPS
from asymmetry.core.stations import with_stations
from asymmetry.metrics.columns import list_columns, measure_faces, measure_movements
from asymmetry.metrics.definition import Metric, MovementMetric

__all__ = ["COPIES", "differing", "mixtures", "moved_spreads", "spread_of_points", "spreads"]

FloatArray = npt.NDArray[np.floating[Any]]
Laying: TypeAlias = Callable[[Face, Face], Face]

# The three errors of a side. The level and the pupils hang on the first one, so that it is apart from points
# that are measured against them.
_LEVEL, _LATERAL, _MEDIAL = np.eye(3)
_MIDDLE, _ACROSS = (_LATERAL + _MEDIAL) / np.sqrt(2), (_LATERAL - _MEDIAL) / np.sqrt(2)
#: Copies of a face: three errors, upwards and outwards, on either side.
COPIES = 3 * 2 * len(SIDES)
# Contours from their lateral to their medial end. In copies of the tuning photos neighbours on a contour
# agree by 0.9, its ends by 0.2, and both sides by nothing.
_CONTOURS = {
    "brow_upper": (_LATERAL, _MEDIAL),
    "brow_lower": (_LATERAL, _MEDIAL),
    "upper_lip_outer": (_LATERAL, _MEDIAL),
    "upper_lip_inner": (_LATERAL, _MEDIAL),
    "lower_lip_outer": (_LATERAL, -_MEDIAL),
    "lower_lip_inner": (_LATERAL, -_MEDIAL),
    "jaw": (_LATERAL, -_MEDIAL),
}
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
# An iris's width, and with it the scale, is half as unsure as its place: circles repeat their radius to 0.3
# %.
_WIDTH = 0.5
_SINGLE = (
    {
        "outer_canthus": _LEVEL,
        "iris_centre": _LEVEL,
        "iris_top": _LEVEL,
        "iris_bottom": _LEVEL,
        "iris_lateral": _LEVEL + _WIDTH * _LATERAL,
        "iris_medial": _LEVEL - _WIDTH * _LATERAL,
        "ala": _MEDIAL,
        "alar_base": _MEDIAL,
    }
    | dict.fromkeys(GROUPS["upper_lid"], _ACROSS)
    | dict.fromkeys(GROUPS["lower_lid"], _MIDDLE)
)


@functools.cache
def mixtures(scheme: str) -> FloatArray:
    """How much of each of its side's errors is in the error of a point: shape (named points, errors).

    Points are in the order of `Face.points`. A point of the midline has half its variance from either side.
    """
    layout = get_scheme(scheme)
    weights = dict.fromkeys(layout.sided, _LATERAL) | _SINGLE
    for name, (lateral, medial) in _CONTOURS.items():
        points = GROUPS[name]
        for point, turn in zip(points, np.linspace(0, np.pi / 2, len(points)), strict=True):
            weights[point] = np.cos(turn) * lateral + np.sin(turn) * medial
    pairs = np.repeat([weights[name] for name in layout.sided], len(SIDES), axis=0)
    middle = np.tile(_MEDIAL / np.sqrt(2), (len(layout.places) - len(layout.sided), 1))
    return np.concatenate([pairs, middle])


def spreads(
    face: Face, landmarks: Landmarks, scale: Scale, metrics: Sequence[Metric]
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

    Returns
    -------
    ndarray
        NaN where the spread of a point is not known that the metric uses.
    """
    spread = spread_of_points(landmarks, face.rows) * face.mm_per_px
    copies = _copies(face, _widen_sideways(spread, face.rows, _CANTHI, _ACROSS_CANTHI))
    # Those without an error are put into their frame once more as well, so that a metric that an
    # error leaves alone has an SD of 0.
    copies = reframe(copies, scale=replace(scale, mm=np.tile(scale.mm, 1 + COPIES)))
    return _in_squares(measure_faces(copies, metrics), len(list_columns(metrics)), face.size)


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
    return _in_squares(columns, len(list_columns(metrics)), rest.size)


def _widen_sideways(
    spread: FloatArray, names: Iterable[str], wider: Sequence[str], times: float
) -> FloatArray:
    """Spread outwards and upwards, shape (2, names, 2, n), where some points err more sideways."""
    across = np.where(np.isin(list(names), wider), times, 1.0)[:, None, None]
    return np.array([spread * across, spread])


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


def _in_squares(columns: Iterable[FloatArray], count: int, n: int) -> FloatArray:
    """From columns of copies to the change that all errors together make, shape (count, n)."""
    changes = np.empty((count, 1 + COPIES, n))
    for row, column in zip(changes, columns, strict=True):
        row[:] = column.reshape(row.shape)
    still, squares = changes[:, 0], changes[:, 1:].swapaxes(0, 1)
    squares -= still
    squares *= squares
    # Squares add up: first of both sides, for the same bits in a mirror.
    both = total(squares[0::2] + squares[1::2])
    return np.sqrt(np.where(np.isfinite(both), both, np.nan))


def _copies(face: Face, spread: FloatArray) -> Face:
    """The faces as they are, then all with the first error in them, then all with the second, and so on.

    The two sides' copies of one error follow each other. ``spread`` is that of the points, mm, of the shape
    (names, 2, n), or (2, names, 2, n) where it differs outwards and upwards.
    """
    weights, paired = _weights(face.layout.name, tuple(face.rows))
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


@functools.lru_cache
def _weights(scheme: str, names: tuple[str, ...]) -> tuple[FloatArray, int]:
    """`mixtures` of named points, shape (names, errors), and how many of them are pairs; these come first."""
    pairs, known = len(get_scheme(scheme).sided), list(get_scheme(scheme).places)
    places = [known.index(name) for name in names]
    weights = mixtures(scheme)[[place + min(place, pairs) for place in places]]
    return weights, sum(place < pairs for place in places)


def spread_of_points(landmarks: Landmarks, names: Iterable[str]) -> FloatArray:
    """Spread of named points, shape (names, 2, n).

    Unknown for all of a face with an iris of unknown spread: its copies would pass for an iris not seen.
    """
    layout, rings = landmarks.layout, landmarks.layout.groups["iris"]
    irises = layout.right(rings) + layout.left(rings)
    _, spread = with_stations(landmarks.points, landmarks.spread, landmarks.scheme)
    seen = np.isfinite(landmarks.points[:, irises, 0])
    unknown = (seen & np.isnan(landmarks.spread[:, irises])).any(axis=1)
    return np.where(unknown, np.nan, spread.T[[layout.places[name] for name in names]])
