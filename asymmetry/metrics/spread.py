"""How sure a metric is: what the errors of the points do to it, by linear propagation.

Points are not wrong one by one. What is misread is a patch of skin, so neighbours go wrong together, while
the two ends of a contour, its two lips or lids, and the two sides of the face hardly do. So the error of a
point is a mixture of three that its side has, each upwards and outwards: twelve sources in all. A copy of the
face is moved by each of them in turn, put into its own frame again and measured; what the metric changes
by adds up in squares. No metric needs to know of it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.frame import Face, Scale, reframed
from asymmetry.core.geometry import total
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, get_scheme
from asymmetry.metrics.catalogue import Metric, measured

__all__ = ["COPIES", "mixtures", "spreads"]

FloatArray = npt.NDArray[np.float64]

# The three errors of a side. The level and the pupils hang on the first one, so that it is apart from what is
# measured against them.
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
# Both ends of an iris agree by 0.97, so that its width, and with it the scale, is surer than its place.
_WIDTH = 0.12
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
    | dict.fromkeys(MEDIAPIPE_478.groups["upper_lid"], _ACROSS)
    | dict.fromkeys(MEDIAPIPE_478.groups["lower_lid"], _MIDDLE)
)


@functools.cache
def mixtures(scheme: str) -> FloatArray:
    """How much of each of its side's errors is in the error of a point: shape (named points, errors).

    Points are in the order of `Face.points`. A point of the midline has half its variance from either side.
    """
    layout = get_scheme(scheme)
    weights = dict.fromkeys(layout.pairs, _LATERAL) | _SINGLE
    for name, (lateral, medial) in _CONTOURS.items():
        points = layout.groups[name]
        for point, turn in zip(points, np.linspace(0, np.pi / 2, len(points)), strict=True):
            weights[point] = np.cos(turn) * lateral + np.sin(turn) * medial
    pairs = np.repeat([weights[name] for name in layout.pairs], len(SIDES), axis=0)
    middle = np.tile(_MEDIAL / np.sqrt(2), (len(layout.midline), 1))
    return np.concatenate([pairs, middle])


def spreads(face: Face, landmarks: Landmarks, scale: Scale, metrics: Sequence[Metric]) -> FloatArray:
    """Standard deviation of the metrics' columns, one after the other, shape (columns, n).

    Parameters
    ----------
    face : Face
        n faces with the points that the metrics read.
    landmarks : Landmarks
        The photos of them, and the standard deviation of their points in ``spread``.
    scale : Scale
        Where millimetres come from, one for each photo. What is known of it is taken for exact; how wide the
        iris reads in this photo is not.
    metrics : sequence of Metric
        Any.

    Returns
    -------
    ndarray
        NaN where the spread of a point is not known that the metric uses.
    """
    # Against the same face put into its frame again, so that what an error leaves alone has an SD of 0.
    still = np.array(list(measured(reframed(face, scale=scale), metrics)))
    changes = np.empty((len(still), COPIES, face.size))
    for row, change in zip(changes, measured(_moved(face, landmarks, scale), metrics), strict=True):
        row[:] = change.reshape(row.shape)
    changes -= still[:, None]
    # Squares add up: first of both sides, for the same bits in a mirror.
    squares = np.square(changes, out=changes).swapaxes(0, 1)
    both = total(squares[0::2] + squares[1::2])
    return np.sqrt(np.where(np.isfinite(both), both, np.nan))


def _moved(face: Face, landmarks: Landmarks, scale: Scale) -> Face:
    """The faces with the errors in them: all with the first one, then all with the second.

    The two sides' copies of one error follow each other.
    """
    spread = _known(landmarks, face.rows) * face.mm_per_px
    error = _weights(face)[:, None, :, None] * spread[:, :, None]
    points = np.empty((*face.points.shape[:3], 2, error.shape[2], len(SIDES), face.size))
    points[...] = face.points[:, :, :, None, None, None]
    middle = slice(sum(name in face.layout.pairs for name in face.rows), None)
    for axis, (i, other) in product((0, 1), ((0, 1), (1, 0))):
        points[axis, :, i, axis, :, i] += error[:, i]
        # A point of the midline goes out on the one side and in on the other.
        points[axis, middle, other, axis, :, i] += error[middle, i] * (1 if axis else -1)

    def tiled(values: Any) -> Any:
        return np.tile(values, COPIES)

    moved = replace(
        face,
        points=points.reshape(*face.points.shape[:3], -1),
        roll=tiled(face.roll),
        mm_per_px=tiled(face.mm_per_px),
    )
    return reframed(moved, scale=replace(scale, mm=tiled(scale.mm)))


def _weights(face: Face) -> FloatArray:
    """`mixtures` of the points of a face, shape (names, errors)."""
    pairs, names = len(face.layout.pairs), list(face.layout.named)
    places = [names.index(name) for name in face.rows]
    return mixtures(face.layout.name)[[place + min(place, pairs) for place in places]]


def _known(landmarks: Landmarks, names: Iterable[str]) -> FloatArray:
    """Spread of named points, shape (names, 2, n).

    Unknown for all of a face with an iris of unknown spread: its copies would pass for an iris not seen.
    """
    layout, rings = landmarks.layout, landmarks.layout.groups["iris"]
    irises = layout.right(rings) + layout.left(rings)
    seen = np.isfinite(landmarks.points[:, irises, 0])
    unknown = (seen & np.isnan(landmarks.spread[:, irises])).any(axis=1)
    return np.where(unknown, np.nan, landmarks.spread.T[[layout.named[name] for name in names]])
