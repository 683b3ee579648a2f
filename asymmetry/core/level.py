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
    "lines_apart",
    "one_eyed",
    "pupils_aslant",
    "upright",
    "weighted_sum",
]

FloatArray = npt.NDArray[np.floating[Any]]

#: Weights of the lines between outer canthi, pupils and inner canthi where the level is set; each also counts
#: by its length. The field takes its level from the pupils, and brows, mouth and lids drag them along least;
#: the outer canthi have the widest base and lose 5 % of a smile in renders if they are alone.
LEVEL_WEIGHTS = (1.0, 0.75, 0.3)
#: Degrees that a line is apart from the others (`lines_apart`): from the first on it counts less, from the
#: second on hardly. A hand misplaces one point, an eye squints, a canthus was operated on: the lines that
#: agree are right. Of 75 photos of healthy people 95 % show pupils up to 0.7 apart, none 1.1; an iris moved
#: by 1.5 mm shows 1.1 (median). `benchmarks/tune/level.py` has the results of other limits and weights.
ODD_DEG = ((0.7, 1.3), (0.8, 1.1), (0.7, 1.3))
#: Share that is left to an odd line, so that three which all disagree still set a level.
LEAST_SHARE = 0.005
#: Weight of the inner canthi beside the outer ones in the line of both that pupils are compared with.
INNER_CANTHI_WEIGHT = 0.5


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

    Outer canthi, pupils and inner canthi set it; a line that is apart from the others hardly counts. Where
    the pupils were not seen, the outer canthi set it alone.

    Parameters
    ----------
    across : ndarray, shape (axes, 3, n)
        From right to left between the outer canthi, between the pupils, which may not have been seen, and
        between the inner canthi. The first two axes are those of the plane.
    """
    start, end = np.sin(np.radians(ODD_DEG)).T[..., None].astype(across.dtype)
    weights = np.clip((end - lines_apart(across)) / (end - start), LEAST_SHARE, 1.0)
    weights *= np.array(LEVEL_WEIGHTS, across.dtype)[:, None]
    unseen = np.isnan(across[0, 1])
    if unseen.any():
        weights[1:, unseen] = 0.0
        across = np.where(weights == 0.0, 0.0, across)
    line: FloatArray = (weights * across).sum(axis=1)
    return line


def lines_apart(across: FloatArray) -> FloatArray:
    """How far each of the three lines is from the others, as sines, shape (3, n).

    Those of the canthi from the middle one of the three; that of the pupils from both canthi's, which an
    eye's own canthus follows least.

    Parameters
    ----------
    across : ndarray, shape (axes, 3, n)
        As in `level_line`.
    """
    x, y = across[:2]
    with np.errstate(invalid="ignore"):  # of points in one place
        lengths = np.sqrt(x * x + y * y)
        sines = (x[0] * y - y[0] * x) / (lengths[0] * lengths)
    outer, pupils, inner = sines  # of the angles from the outer canthi's line
    middle = np.fmax(np.fmin(outer, pupils), np.fmin(np.fmax(outer, pupils), inner))
    apart: FloatArray = np.abs(sines - middle)
    apart[1] = np.abs(pupils_aslant(across))
    return apart


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
