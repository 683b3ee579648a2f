"""The CSV files of OpenFace: iBUG's 68 points in px, their depth in mm, and the head's pose."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import FloatArray
from asymmetry.landmark_files.points import as_number, as_scheme
from asymmetry.landmark_files.protocol import FoundFaces, LandmarkFormat
from asymmetry.landmark_files.tables import read_rows, stack_points

__all__ = ["OPENFACE"]

_ANGLES = ("pose_Rx", "pose_Ry", "pose_Rz")
#: OpenFace's camera has x right, y down and z away from it; that of `Landmarks.pose` y up and z towards it.
_FLIP = np.array([1.0, -1.0, -1.0])


def _recognise(text: str) -> bool:
    heads = set(read_rows(text.lstrip("\ufeff").partition("\n")[0])[0])
    return {"x_0", "y_0", "confidence"} <= heads


def _read(text: str, scheme: str) -> FoundFaces:
    heads, rows = read_rows(text)
    points, name = as_scheme(stack_points(heads, rows, "xy"), scheme)
    found = _flags(heads, rows)
    points[~found] = np.nan
    depth = _depth(heads, rows, points)
    if depth is not None:
        points = np.concatenate([points, depth[..., None]], axis=2)
    return FoundFaces(
        points=points,
        scheme=name,
        photo=_names(heads, rows),
        pose=_pose(heads, rows),
        faces=found.astype(int).tolist(),
        first_pixel=0.0,
    )


def _flags(heads: list[str], rows: list[list[str]]) -> npt.NDArray[np.bool_]:
    """Which rows hold a face that was found; a picture's, which have no such column, all do."""
    if "success" not in heads:
        return np.ones(len(rows), dtype=bool)
    column = heads.index("success")
    return np.array([float(row[column]) > 0 for row in rows])


def _names(heads: list[str], rows: list[list[str]]) -> list[str]:
    """Frames and faces by their numbers; nothing where there is only one."""
    numbered = [name for name in ("frame", "face", "face_id") if name in heads]
    if len(rows) < 2 or not numbered:
        return []
    return [" ".join(f"{name} {row[heads.index(name)]}" for name in numbered) for row in rows]


def _depth(
    heads: list[str], rows: list[list[str]], points: npt.NDArray[np.floating[Any]]
) -> FloatArray | None:
    """How far each point lies behind the face's middle, in px at the face, from its place in mm.

    Parameters
    ----------
    heads, rows : list
        Of `read_rows`.
    points : ndarray, shape (n, k, 2)
        The points in px.
    """
    names = [[f"{axis}_{i}" for i in range(points.shape[1])] for axis in "XYZ"]
    if not {name for each in names for name in each} <= set(heads):
        return None
    columns = [[heads.index(name) for name in each] for each in names]
    mm = np.array([[[as_number(row[at]) for row in rows] for at in each] for each in columns])
    mm[:, np.isnan(points[..., 0]).T] = np.nan
    middle = _about_mean(mm)
    spread = np.nansum(np.abs(_about_mean(points)), axis=(1, 2))
    wide = np.nansum(np.abs(middle[:2]), axis=(0, 1))
    px_per_mm = spread / np.where(wide > 0, wide, np.nan)
    return np.asarray(middle[2].T * px_per_mm[:, None])


def _about_mean(values: npt.NDArray[np.floating[Any]]) -> FloatArray:
    """Values less the mean of those along axis 1 that are known."""
    known = np.isfinite(values).sum(axis=1, keepdims=True)
    mean = np.nansum(values, axis=1, keepdims=True) / np.fmax(known, 1)
    return np.asarray(values - mean, dtype=np.float64)


def _pose(heads: list[str], rows: list[list[str]]) -> FloatArray | None:
    """The heads' poses, shape (n, 3, 3): OpenFace turns about x, then y, then z, in radians."""
    if not set(_ANGLES) <= set(heads):
        return None
    angles = np.array([[as_number(row[heads.index(name)]) for name in _ANGLES] for row in rows])
    turn_x, turn_y, turn_z = (_turn(axis, angles[:, axis]) for axis in range(3))
    pose: FloatArray = turn_x @ turn_y @ turn_z * _FLIP[:, None] * _FLIP
    return pose


def _turn(axis: int, angle: FloatArray) -> FloatArray:
    """Rotation about one axis, right-handed, shape (n, 3, 3)."""
    cos, sin = np.cos(angle), np.sin(angle)
    first, second = (axis + 1) % 3, (axis + 2) % 3
    matrix = np.zeros((len(angle), 3, 3))
    matrix[:, axis, axis] = 1.0
    matrix[:, first, first] = matrix[:, second, second] = cos
    matrix[:, first, second], matrix[:, second, first] = -sin, sin
    return matrix


OPENFACE = LandmarkFormat("OpenFace", (".csv",), _recognise, _read, many=True)
