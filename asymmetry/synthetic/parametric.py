"""Parametric landmark faces with a known truth, made from the exactly symmetric canonical mesh."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import numpy.typing as npt

from asymmetry.core.frame import CAMERA_DISTANCE, IRIS_MM
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES
from asymmetry.errors import InvalidInputError
from asymmetry.extract.model.canonical import canonical_mesh
from asymmetry.synthetic.move import PARTS, Part

__all__ = ["face", "rotation"]

FloatArray = npt.NDArray[np.floating[Any]]

_MM_PER_CM = 10.0
# Room around the face: the canonical face is 155 mm wide and 177 mm high.
_PHOTO_MM = 220.0


def face(
    n: int = 1,
    *,
    yaw: npt.ArrayLike = 0.0,
    pitch: npt.ArrayLike = 0.0,
    roll: npt.ArrayLike = 0.0,
    px_per_mm: npt.ArrayLike = 4.0,
    noise_px: npt.ArrayLike = 0.0,
    seed: int = 0,
    **up_mm: npt.ArrayLike,
) -> Landmarks:
    """Landmarks of n faces that are exactly symmetric, except for the parts that are moved.

    The mesh has irises of 11.71 mm between its lids. The camera is where the face's frame assumes it (about
    1 m, in front of the eyes), so that a frontal face measures exactly as stated.

    Parameters
    ----------
    n : int
        Number of faces.
    yaw, pitch, roll : float or array_like of shape (n,)
        Head pose in degrees, with the signs of `asymmetry.core.frame.head_angles`.
    px_per_mm : float or array_like of shape (n,)
        Pixels per mm at the eyes.
    noise_px : float or array_like of shape (n,)
        Standard deviation of independent noise on each coordinate, px.
    seed : int
        Seed of the noise.
    **up_mm : float or array_like of shape (n,)
        Height added to a part, mm: ``<part>_<side>_mm`` with a part of `PARTS` and the patient's own side,
        such as ``brow_right_mm=-3``. The part's points move as a rigid whole; its neighbours stay.

    Returns
    -------
    Landmarks
        n rows with pose and size.

    Raises
    ------
    InvalidInputError
        If a name is not known, or a shape does not fit n.

    Examples
    --------
    >>> drooping = face(2, brow_right_mm=[0, -3], yaw=10)
    >>> len(drooping), drooping.status.tolist()
    (2, ['ok', 'ok'])
    """
    model = np.broadcast_to(_model_mm(), (n, MEDIAPIPE_478.size, 3)).copy()
    for name, amount in up_mm.items():
        model[:, _numbers(name), 1] += _per_face(name, amount, n)[:, None]
    pose = rotation(
        _per_face("yaw", yaw, n), _per_face("pitch", pitch, n), _per_face("roll", roll, n)
    )
    turned = model @ pose.transpose(0, 2, 1)
    nearer = 1 / (1 - turned[..., 2:] / _camera_mm(model[0]))
    scale = _per_face("px_per_mm", px_per_mm, n)[:, None, None]
    size = np.rint(_PHOTO_MM * scale[:, 0] * np.ones(2)).astype(np.int64)
    to_photo = np.concatenate([nearer, -nearer, -np.ones_like(nearer)], axis=-1)
    points = turned * to_photo * scale
    points[..., :2] += size[:, None] / 2
    noise = np.random.default_rng(seed).standard_normal(points.shape)
    points += noise * _per_face("noise_px", noise_px, n)[:, None, None]
    return Landmarks.from_points(points, pose=pose, size=size)


def _per_face(name: str, value: npt.ArrayLike, n: int) -> FloatArray:
    """One value for each face, shape (n,)."""
    try:
        return np.broadcast_to(np.asarray(value, dtype=np.float64), (n,))
    except ValueError as error:
        message = f"{name} has shape {np.shape(value)}; use one value or {n}"
        raise InvalidInputError(message) from error


def _numbers(name: str) -> list[int]:
    """Numbers of the points that ``<part>_<side>_mm`` moves."""
    for part in get_args(Part):
        for column, side in enumerate(SIDES):
            if name == f"{part}_{side}_mm":
                return [MEDIAPIPE_478.pairs[point][column] for point in PARTS[part]]
    raise InvalidInputError(f"{name!r}: use <part>_<side>_mm with a part of {', '.join(PARTS)}")


def _model_mm() -> FloatArray:
    """The canonical face with irises, mm, its origin in the middle of the eyes, shape (478, 3)."""
    mesh = canonical_mesh() * _MM_PER_CM
    layout = MEDIAPIPE_478
    canthi = layout.right(layout.groups["canthi"]) + layout.left(layout.groups["canthi"])
    mesh = mesh - mesh[canthi].mean(axis=0)
    model = np.full((layout.size, 3), np.nan)
    model[: len(mesh)] = mesh
    radius = IRIS_MM / 2
    for column, outwards in ((0, -1.0), (1, 1.0)):
        lids = [layout.pairs[name][column] for name in layout.groups["lids"]]
        centre = model[lids].mean(axis=0)
        offsets = {
            "iris_centre": (0.0, 0.0),
            "iris_medial": (-radius * outwards, 0.0),
            "iris_lateral": (radius * outwards, 0.0),
            "iris_top": (0.0, radius),
            "iris_bottom": (0.0, -radius),
        }
        for name, offset in offsets.items():
            model[layout.pairs[name][column]] = centre + np.array([*offset, 0.0])
    return model


def _camera_mm(model: FloatArray) -> float:
    """Distance of the camera that the face's frame assumes: a multiple of that of the outer canthi."""
    right, left = model[list(MEDIAPIPE_478.pairs["outer_canthus"])]
    return float(CAMERA_DISTANCE * np.linalg.norm(left - right) + left[2])


def rotation(yaw: FloatArray, pitch: FloatArray, roll: FloatArray) -> FloatArray:
    """Roll after pitch after yaw, degrees, shape (n, 3, 3)."""
    turns = []
    for angle, (i, j) in ((roll, (0, 1)), (pitch, (1, 2)), (yaw, (2, 0))):
        c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        turn = np.zeros((len(angle), 3, 3))
        turn[:, range(3), range(3)] = 1.0
        turn[:, i, i], turn[:, j, j], turn[:, i, j], turn[:, j, i] = c, c, -s, s
        turns.append(turn)
    return turns[0] @ turns[1] @ turns[2]
