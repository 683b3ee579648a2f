"""A face lifted off its photo: each point of the photo on a surface with the person's own depth."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import FloatArray
from asymmetry.core.landmarks import Landmarks
from asymmetry.errors import InvalidInputError
from asymmetry.extract.face.pose import CAMERA_CM, Pose, fit_pose
from asymmetry.extract.model.canonical import Canonical

__all__ = ["Field", "Relief", "field_axes", "lift_face", "shift_back", "spread_field"]

# Half-extent of a field, cm, its cells per cm, and the reach of each point in it (SD of a Gaussian, cm): the
# mesh's points lie 0.3 to 1.5 cm apart.
_EXTENT, _CELLS, _REACH = 16.0, 4, 0.4
_AXIS = np.arange(-_EXTENT * _CELLS, _EXTENT * _CELLS + 1) / _CELLS
# A field is made in so many passes: of a peak as narrow as the nose the mean alone would keep half.
_PASSES = 3
# The network's own depths, less their tilt, are so many times too flat: with this, renders of a head that are
# turned by 10° here shift as much as those that were rendered turned (docs/tables/retaken_renders.md).
_DEEPER = 1.2
# Towards the outline, below this depth (cm; canthi and ends of brows lie above it), the canonical face is
# kept: the depths of the network change there from point to point, and a turned jaw would be jagged.
_OUTLINE = 2.5
# Light falls on slopes that are smooth over the first (SD of a Gaussian, cm), and fades out at the edge
# of the face over the second.
_SOFT, _FADE = 0.5, 1.5
# Binary digits of a cell, to which the face's outline is drawn.
_BITS = 6
# Weight of "nothing" beside the points: beyond the face a field fades to 0.
_NOTHING = 0.2
# Rounds of the inverse of a field: each reduces the error by the field's steepest slope, 0.3 or less.
_ROUNDS = 6


@dataclass(frozen=True, eq=False)
class Field:
    """A smooth field over the face's plane, known at the mesh's points and 0 far from them.

    Attributes
    ----------
    table : ndarray of float32, shape (h, w, c)
        Its values, ``_CELLS`` per cm over ±``_EXTENT`` cm; row 0 is the top.
    """

    table: npt.NDArray[np.float32] = field(repr=False)

    def at(self, x: FloatArray, y: FloatArray) -> FloatArray:
        """Values at points of any one shape (x to the patient's left, y up, cm), shape (..., c)."""
        columns = np.asarray((x.reshape(-1, 1) + _EXTENT) * _CELLS, dtype=np.float32)
        rows = np.asarray((_EXTENT - y.reshape(-1, 1)) * _CELLS, dtype=np.float32)
        found = cv2.remap(
            self.table, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(found, dtype=np.float64).reshape(*x.shape, -1)


def field_axes() -> tuple[FloatArray, FloatArray]:
    """Places x and y (h, w) of a field's cells in the face's plane, cm."""
    x, y = np.meshgrid(_AXIS, _AXIS[::-1])
    return x, y


def spread_field(plane: FloatArray, values: FloatArray) -> Field:
    """Carry values of points over the face's plane: the mean of those nearby, then that of the residuals.

    Parameters
    ----------
    plane : ndarray, shape (k, 2)
        The points, canonical x, y, cm.
    values : ndarray, shape (k, c)
        The value of each.

    Examples
    --------
    >>> flat = spread_field(np.zeros((1, 2)), np.zeros((1, 1)))
    >>> flat.at(np.array([3.0]), np.array([1.0])).tolist()
    [[0.0]]
    """
    across = np.exp(-((_AXIS[:, None] - plane[:, 0]) ** 2) / (2 * _REACH**2))
    up = np.exp(-((_AXIS[:, None] - plane[:, 1]) ** 2) / (2 * _REACH**2))
    weight = np.einsum("yk,xk->yx", up[::-1], across)[..., None] + _NOTHING
    found = Field(np.zeros((*weight.shape[:2], values.shape[1]), np.float32))
    for _ in range(_PASSES):
        missed = values - found.at(plane[:, 0], plane[:, 1])
        added = np.einsum("yk,xk,kc->yxc", up[::-1], across, missed, optimize=True) / weight
        found = Field(found.table + added.astype(np.float32))
    return found


@dataclass(frozen=True, eq=False)
class Relief:
    """A face in its photo as a surface: the canonical face's, and how far the person's own lies off it.

    Attributes
    ----------
    pose : Pose
        Where the head is in the photo.
    canonical : Canonical
        The canonical face.
    own : Field
        Depth beyond the canonical face's, cm, one channel.
    plane : ndarray, shape (k, 2)
        The landmarks in the face's plane, canonical x, y, cm.
    """

    pose: Pose
    canonical: Canonical = field(repr=False)
    own: Field = field(repr=False)
    plane: FloatArray = field(repr=False)

    def depth(self, x: FloatArray, y: FloatArray) -> FloatArray:
        """Depth of the surface, cm, at points of any one shape (x to the left, y up, cm)."""
        return self.canonical.depth_at(x, y) + self.own.at(x, y)[..., 0]

    def lift(self, plane: FloatArray) -> FloatArray:
        """Points (..., 2) of the face's plane on its surface, (..., 3), cm."""
        depth = self.depth(plane[..., 0], plane[..., 1])
        return np.concatenate([plane, depth[..., None]], axis=-1)

    @cached_property
    def slopes(self) -> Field:
        """The surface's slopes across and up, which light falls on: smooth, and level beyond the face."""
        x, y = field_axes()
        down, across = np.gradient(self.depth(x, y), 1 / _CELLS)
        slopes = cv2.GaussianBlur(np.stack([across, -down], axis=-1), (0, 0), _SOFT * _CELLS)
        outline = cv2.convexHull(self.plane.astype(np.float32))[:, 0]
        corners = np.rint(_CELLS * (outline * (1, -1) + _EXTENT) * 2**_BITS).astype(np.int32)
        face = cv2.fillConvexPoly(np.zeros(x.shape), corners, 1.0, shift=_BITS)
        inside = cv2.GaussianBlur(face, (0, 0), _FADE * _CELLS)
        return Field((slopes * np.clip(2 * inside - 1, 0, 1)[..., None]).astype(np.float32))


def lift_face(landmarks: Landmarks, canonical: Canonical, camera_cm: float = CAMERA_CM) -> Relief:
    """Lift a face off its photo.

    The canonical face is fitted to the landmarks, whose own depths then bend it. A tilt of all of them is
    left out: the landmark network does not tell it from the head's pose.

    Parameters
    ----------
    landmarks : Landmarks
        One row. The method ``plain`` gives each point the depth that the network sees; in the other methods
        depths are the canonical face's.
    canonical : Canonical
        The canonical face, of `asymmetry.extract.model.canonical.load_canonical`.
    camera_cm : float
        Distance of the camera in that photo.

    Raises
    ------
    InvalidInputError
        If there is not exactly one face, measured as a whole.
    """
    if len(landmarks) != 1 or not landmarks.usable.all() or not np.isfinite(landmarks.points).all():
        raise InvalidInputError(
            "a retake needs the landmarks of exactly one face, measured as a whole"
        )
    points = np.asarray(landmarks.points[0], dtype=np.float64)
    fitted_pose = fit_pose(points, canonical.vertices, camera_cm)
    pose = replace(fitted_pose, focal_px=camera_cm * fitted_pose.scale)
    plane = pose.unproject(points[:, :2], canonical.depth_at)
    surface = np.column_stack([plane, canonical.depth_at(*plane.T)])
    deeper = _DEEPER * (pose.project(surface)[:, 2] - points[:, 2]) / pose.scale
    tilt = np.column_stack([np.ones(len(plane)), plane])
    fitted, *_ = np.linalg.lstsq(tilt, deeper, rcond=None)
    own = np.clip(surface[:, 2] / _OUTLINE, 0.0, 1.0) * (deeper - tilt @ fitted)
    flat = Relief(pose, canonical, spread_field(plane, own[:, None]), plane)
    return replace(flat, plane=pose.unproject(points[:, :2], flat.depth))


def shift_back(plane: FloatArray, shifts: Field, share: float) -> FloatArray:
    """Where points (..., 2) of the face's plane were before a share of a field of shifts (cm) moved them."""
    before = plane
    if share:
        for _ in range(_ROUNDS):
            before = plane - share * shifts.at(before[..., 0], before[..., 1])
    return before
