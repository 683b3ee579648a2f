"""From a photo to an upright face: rays from a camera, and turns, as weights of coordinates.

A face is seen from both sides at once: a point has a distance out, from the midline to its own side, and a
height. Points have the shape (axes, points, 2, n), right before left; weights (axes in, axes out, 1, 2, n).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = [
    "from_both_sides",
    "from_rays",
    "head_angles",
    "in_plane",
    "level_line",
    "one_eyed",
    "pupils_aslant",
    "upright",
    "weighted_sum",
]

FloatArray = npt.NDArray[np.floating[Any]]

#: Weight of the pupils beside the outer canthi where the level is set. The field takes its level from the
#: pupils, and brows, mouth and lids drag them along least; the canthi have the wider base. The canthi alone
#: lose 5 % of a smile in renders. The more the pupils count in both levels, the better points placed by hand
#: agree (corners of tuning people are 0.46 mm off, 0.42 with 3), and the more brows scatter at home (0.21 mm,
#: 0.24). The hand's level of today is guessed best by this weight: with 3 corners are then 0.50 mm off.
PUPILS_WEIGHT = 0.75
#: Weight of the inner canthi beside the outer ones in the test of whether the pupils are level with both.
INNER_CANTHI_WEIGHT = 0.5
#: Degrees between the lines of pupils and canthi: from the first on the pupils count less, from the second
#: on one eye stands higher than the other. Of 82 photos of healthy people 95 % show up to 0.7 and one 1.1;
#: one iris moved by 1.5 mm shows 0.95, by 2 mm 1.3 (medians; `benchmarks/tune/level.py`).
ASLANT_DEG = (0.5, 1.1)
#: Weight of pupils that stand aslant. In the mesh both canthi of an eye follow its iris by 0.31 of the way;
#: a negative weight takes that out of the outer canthi. Beside an iris moved by 2 mm the error of the brows
#: is then 0.33 mm instead of 1.17.
ASLANT_WEIGHT = -0.34


def from_rays(seen: FloatArray, weights: FloatArray, out: FloatArray | None = None) -> FloatArray:
    """Turn x, y and depth, as the camera sees them, into points out and up.

    Each point is a ray that is turned, and then scaled by its depth. This undoes perspective, in which
    nearer points look larger.

    Parameters
    ----------
    seen : ndarray, shape (3, k, 2, n)
        Points less the place of the camera.
    weights : ndarray, shape (3, 2, 1, 2, n)
        The weights that `upright` gives.
    out : ndarray, shape (2, k, 2, n), optional
        An array for the result. Default: a new one.
    """
    x, y, depth = seen
    points = weighted_sum((x, y), weights[:2], out)
    points += weights[2]
    points *= depth
    return points


def upright(
    level: FloatArray, distance: FloatArray, pose: npt.NDArray[np.floating[Any]]
) -> tuple[FloatArray, FloatArray]:
    """Find the turn that brings faces upright: weights for `from_rays`, and the roll in degrees, (n,).

    Roll comes from the points, so that a photo turned in its plane measures the same whatever its pose says.
    Pitch and yaw come from the pose, and so does roll where an eye was not seen.

    Parameters
    ----------
    level : ndarray, shape (3, 2, 2, n)
        The pairs that set the level, as the camera sees them.
    distance : ndarray, shape (n,)
        Distance of the camera.
    pose : ndarray, shape (n, 3, 3)
        As in `Landmarks`.
    """
    (cy, sy), (cp, sp) = _turns(pose)
    x, y, depth = level
    shrink = depth / distance
    flattened = np.array([x * shrink, y * shrink, depth])
    line = level_line(flattened[:, :, 1] - flattened[:, :, 0])
    # Behind a patch an eye gives no line; the pose has one.
    pose_line = np.array([[1.0], [-1.0], [-1.0]]) * pose[:, :, 0].T
    x, down, away = np.where(one_eyed(level), pose_line, line)
    flat = np.sqrt(x * x + down * down)
    # Without pitch the pairs are level if roll is their slope here less asin(tan(pitch) away / flat).
    lean = np.clip(-sp / cp * away / flat, -1, 1)
    steep = np.sqrt(1 - lean * lean)
    cr, sr = (x * steep + down * lean) / flat, (x * lean - down * steep) / flat
    left = (cr * cy - sr * sp * sy) / distance, (-sr * cy - cr * sp * sy) / distance, cp * sy
    up = -sr * cp / distance, -cr * cp / distance, -sp
    weights = np.array([from_both_sides(*axis) for axis in zip(left, up, strict=True)])
    return weights, np.degrees(np.arctan2(sr, cr)) + 0.0


def head_angles(pose: npt.ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Yaw, pitch and roll in degrees, each of shape (n,).

    Yaw is positive when the face turns to the patient's left, pitch positive when the chin goes down, roll
    positive anticlockwise as seen in the photo. The rotation is read as roll after pitch after yaw,
    ``R = Rz Rx Ry``.

    Parameters
    ----------
    pose : array_like, shape (n, 3, 3)
        Rotations as in `Landmarks.pose`.

    Examples
    --------
    >>> [float(a[0]) for a in head_angles(np.eye(3)[None])]
    [0.0, 0.0, 0.0]
    """
    r = np.asarray(pose, dtype=np.float64)
    yaw = np.arctan2(-r[:, 2, 0], r[:, 2, 2])
    pitch = np.arcsin(np.clip(r[:, 2, 1], -1, 1))
    roll = np.arctan2(-r[:, 0, 1], r[:, 1, 1])
    return np.degrees(yaw) + 0.0, np.degrees(pitch) + 0.0, np.degrees(roll) + 0.0


def level_line(across: FloatArray) -> FloatArray:
    """Find the direction of the level line, from right to left, shape (axes, n).

    The outer canthi and the pupils set it; pupils that are not level with the canthi set no level.

    Parameters
    ----------
    across : ndarray, shape (axes, 3, n)
        From right to left between the outer canthi, between the pupils, which may not have been seen, and
        between the inner canthi. The first two axes are those of the plane.
    """
    canthi, pupils = across[:, 0], across[:, 1]
    low, high = np.sin(np.radians(ASLANT_DEG))
    aslant = np.clip((np.abs(pupils_aslant(across)) - low) / (high - low), 0.0, 1.0)
    weight = PUPILS_WEIGHT + (ASLANT_WEIGHT - PUPILS_WEIGHT) * aslant
    line: FloatArray = canthi + np.where(np.isnan(pupils), 0.0, weight * pupils)
    return line


def one_eyed(pairs: FloatArray) -> npt.NDArray[np.bool_]:
    """Say which faces show one eye only, as with a patch over the other, shape (n,).

    Parameters
    ----------
    pairs : ndarray, shape (axes, 3, 2, n)
        The points that set the level, right before left.
    """
    right, left = np.isnan(pairs[0]).all(axis=0)
    return np.asarray(right ^ left)


def pupils_aslant(across: FloatArray) -> FloatArray:
    """Sine of the angle from the line of the canthi to that of the pupils, shape (n,); NaN if not known.

    Parameters
    ----------
    across : ndarray, shape (axes, 3, n)
        As in `level_line`.
    """
    (outer_x, x, inner_x), (outer_y, y, inner_y) = across[:2]
    along = outer_x + INNER_CANTHI_WEIGHT * inner_x
    up = outer_y + INNER_CANTHI_WEIGHT * inner_y
    sine: FloatArray = (along * y - up * x) / np.sqrt((along * along + up * up) * (x * x + y * y))
    return sine


def in_plane(cos: FloatArray, sin: FloatArray) -> FloatArray:
    """Weights for `weighted_sum` that turn upright faces in their plane, clockwise as seen in the photo.

    Parameters
    ----------
    cos, sin : ndarray, shape (n,)
        Cosine and sine of the angle, times a factor that sizes change by.
    """
    along, across = np.array([cos, cos]), np.array([-sin, sin])
    return np.array([[[along], [-across]], [[across], [along]]])


def weighted_sum(
    axes: Iterable[FloatArray], weights: FloatArray, out: FloatArray | None = None
) -> FloatArray:
    """Weighted sum of two axes, taken term by term so that any batch gives the same bits.

    Parameters
    ----------
    axes : iterable of two ndarrays, shape (k, 2, n)
        Coordinates.
    weights : ndarray, shape (2, 2, 1, 2, n)
        Weight of each axis outwards and upwards.
    out : ndarray, shape (2, k, 2, n), optional
        An array for the result. Default: a new one.
    """
    first, second = axes
    points: FloatArray = np.multiply(first, weights[0], out=out)
    points += second * weights[1]
    return points


def from_both_sides(x: FloatArray, y: FloatArray) -> FloatArray:
    """A place or a direction, out and up as seen from either side, shape (2, 1, 2, n).

    Parameters
    ----------
    x, y : ndarray, shape (n,)
        To the patient's left, and up.
    """
    return np.array([[[-x, x]], [[y, y]]])


def _turns(pose: npt.NDArray[np.floating[Any]]) -> tuple[tuple[FloatArray, FloatArray], ...]:
    """Cosine and sine of yaw, and of pitch, as in `head_angles`."""
    x, y, z = pose[:, 2].T.astype(np.float64)
    flat = np.sqrt(x * x + z * z)
    length = np.sqrt(x * x + y * y + z * z)
    return (z / flat, -x / flat), (flat / length, y / length)
