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
    columns = sum(len(metric.columns) for metric in metrics)
    changes = np.empty((columns, 1 + COPIES, face.size))
    for row, column in zip(changes, measured(_copies(face, landmarks, scale), metrics), strict=True):
        row[:] = column.reshape(row.shape)
    still, squares = changes[:, 0], changes[:, 1:].swapaxes(0, 1)
    squares -= still
    squares *= squares
    # Squares add up: first of both sides, for the same bits in a mirror.
    both = total(squares[0::2] + squares[1::2])
    return np.sqrt(np.where(np.isfinite(both), both, np.nan))


def _copies(face: Face, landmarks: Landmarks, scale: Scale) -> Face:
    """The faces as they are, then all with the first error in them, then all with the second, and so on.

    The two sides' copies of one error follow each other. Those without an error are put into their frame
    once more as well, so that what an error leaves alone has an SD of 0.
    """
    spread = _known(landmarks, face.rows) * face.mm_per_px
    weights, paired = _weights(landmarks.scheme, tuple(face.rows))
    error = weights[:, None, :, None] * spread[:, :, None]
    points = np.empty((*face.points.shape[:3], 1 + COPIES, face.size))
    points[...] = face.points[:, :, :, None]
    moved = points[..., 1:, :].reshape(
        *points.shape[:3], 2, error.shape[2], len(SIDES), face.size, copy=False
    )
    for axis, (i, other) in product((0, 1), ((0, 1), (1, 0))):
        moved[axis, :, i, axis, :, i] += error[:, i]
        # A point of the midline goes out on the one side and in on the other.
        moved[axis, paired:, other, axis, :, i] += error[paired:, i] * (1 if axis else -1)
    roll, mm_per_px, mm = (np.tile(each, 1 + COPIES) for each in (face.roll, face.mm_per_px, scale.mm))
    copies = replace(face, points=points.reshape(*points.shape[:3], -1), roll=roll, mm_per_px=mm_per_px)
    return reframed(copies, scale=replace(scale, mm=mm))


@functools.lru_cache
def _weights(scheme: str, names: tuple[str, ...]) -> tuple[FloatArray, int]:
    """`mixtures` of named points, shape (names, errors), and how many of them are pairs; these come first."""
    pairs, known = len(get_scheme(scheme).pairs), list(get_scheme(scheme).named)
    places = [known.index(name) for name in names]
    weights = mixtures(scheme)[[place + min(place, pairs) for place in places]]
    return weights, sum(place < pairs for place in places)


def _known(landmarks: Landmarks, names: Iterable[str]) -> FloatArray:
    """Spread of named points, shape (names, 2, n).

    Unknown for all of a face with an iris of unknown spread: its copies would pass for an iris not seen.
    """
    layout, rings = landmarks.layout, landmarks.layout.groups["iris"]
    irises = layout.right(rings) + layout.left(rings)
    seen = np.isfinite(landmarks.points[:, irises, 0])
    unknown = (seen & np.isnan(landmarks.spread[:, irises])).any(axis=1)
    return np.where(unknown, np.nan, landmarks.spread.T[[layout.named[name] for name in names]])
