"""The face's own frame: head pose removed, level, in millimetres, seen from either side.

The frame's x runs to the patient's left from the midline, y up from the pupil line, z out of the face. All of it is
elementwise over photos, so a batch of n gives the same bits as n single photos.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from asymmetry.errors import InvalidInputError

__all__ = ["IRIS_MM", "Face", "Half", "Scale", "face_frame", "head_angles"]

FloatArray = npt.NDArray[np.float64]

#: Horizontal visible iris diameter, mm: mean of adults, population SD 0.42 (Ruefer et al. 2005).
IRIS_MM = 11.71
#: Camera distance assumed when perspective is removed, in outer-canthal distances: about 1 m over 89 mm.
CAMERA_DISTANCE = 11.2
#: Pairs that set the level: stable ones. Wide ones weigh more by themselves.
LEVEL_PAIRS = MEDIAPIPE_478.groups["stable_pairs"]
# What sets the midline: midpoints of these pairs, and these midline points.
_MIDLINE_PAIRS = ("outer_canthus", "inner_canthus", "forehead_1", "forehead_2")
_MIDLINE_POINTS = ("nasion", "nose_bridge_1", "glabella", "forehead_low", "forehead")


@dataclass(frozen=True)
class Scale:
    """Where millimetres come from.

    Parameters
    ----------
    source : {"iris", "interpupillary", "ruler"}
        What is known: the horizontal iris diameter, the distance between the pupils, or the pixels of a millimetre.
    mm : float or array_like of shape (n,)
        The known length in mm; for ``"ruler"`` the pixels per mm.

    Examples
    --------
    >>> Scale().source
    'iris'
    >>> Scale("interpupillary", 63.0).mm
    63.0
    """

    source: Literal["iris", "interpupillary", "ruler"] = "iris"
    mm: Any = IRIS_MM

    def __post_init__(self) -> None:
        if self.source not in ("iris", "interpupillary", "ruler"):
            raise InvalidInputError(f"scale source {self.source!r}: use 'iris', 'interpupillary' or 'ruler'")
        if not np.all(np.asarray(self.mm, dtype=float) > 0):
            raise InvalidInputError(f"scale: {self.mm} is not a positive length")

    def mm_per_px(self, face: Face) -> FloatArray:
        """Millimetres per unit of a face that is still in px, shape (n,)."""
        known = np.asarray(self.mm, dtype=np.float64)
        if self.source == "ruler":
            return np.broadcast_to(1.0 / known, face.size).copy()
        if self.source == "interpupillary":
            return known / _distance(face.pair("iris_centre"))
        right, left = (
            _distance((face.point("iris_lateral", s), face.point("iris_medial", s))) for s in SIDES
        )
        return known / ((right + left) / 2)


@dataclass(frozen=True)
class Half:
    """One side of n faces, seen so that both sides read alike: ``out`` is away from the midline, ``up`` is up.

    A metric written on a `Half` obeys the mirror law by construction.
    """

    face: Face
    side: Side

    def out(self, name: str) -> FloatArray:
        """Distance from the midline, positive towards this side, mm, shape (n,)."""
        x = self.face.point(name, self.side)[0]
        return -x if self.side == "right" else x

    def up(self, name: str) -> FloatArray:
        """Height over the pupil line, mm, shape (n,)."""
        return self.face.point(name, self.side)[1]

    def outline(self, names: Sequence[str]) -> tuple[FloatArray, FloatArray]:
        """``out`` and ``up`` of several points, each of shape (k, n)."""
        return np.stack([self.out(name) for name in names]), np.stack([self.up(name) for name in names])


@dataclass(frozen=True)
class Face:
    """n faces in their own frame.

    Attributes
    ----------
    xyz : mapping of (name, side) to ndarray of shape (3, n)
        Coordinates of each named point; side is None on the midline.
    size : int
        Number of faces.
    roll : ndarray, shape (n,)
        In-plane rotation that was removed, degrees, positive anticlockwise as seen in the photo.
    mm_per_px : ndarray, shape (n,)
        The scale that was used.
    """

    xyz: Mapping[tuple[str, Side | None], FloatArray] = field(repr=False)
    size: int
    roll: FloatArray = field(repr=False)
    mm_per_px: FloatArray = field(repr=False)

    def point(self, name: str, side: Side | None = None) -> FloatArray:
        """Coordinates x, y, z of one point, shape (3, n)."""
        return self.xyz[name, side]

    def pair(self, name: str) -> tuple[FloatArray, FloatArray]:
        """The right and the left point of that name."""
        return self.xyz[name, "right"], self.xyz[name, "left"]

    def half(self, side: Side) -> Half:
        """One side of the faces."""
        return Half(self, side)

    def mapped(self, change: Callable[[FloatArray], FloatArray]) -> Face:
        """The same change applied to every point."""
        return replace(self, xyz={key: change(value) for key, value in self.xyz.items()})


def face_frame(landmarks: Landmarks, *, scale: Scale | None = None) -> Face:
    """Bring every photo's named points into the face's own frame, in millimetres.

    Steps: perspective removed for a camera at about 1 m; yaw and pitch removed with ``landmarks.pose``; roll removed
    so that stable pairs (canthi, temples, forehead, alar base) are level; the midline put where stable midline
    points and pair midpoints lie (never philtrum, lips or chin: palsy moves those); y = 0 at the pupil line.

    Parameters
    ----------
    landmarks : Landmarks
        n photos.
    scale : Scale, optional
        Where millimetres come from. Default: the iris.

    Returns
    -------
    Face
        Rows that could not be measured are NaN.

    Examples
    --------
    >>> face_frame(Landmarks.blank(["a.jpg"], status="no_face")).size
    1
    """
    face = _named_points(landmarks)
    face = _without_perspective(face)
    face = _upright(face, landmarks.pose)
    face = _centred(face)
    factor = (scale or Scale()).mm_per_px(face)
    return replace(face.mapped(lambda p: p * factor), mm_per_px=factor)


def head_angles(pose: npt.ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Yaw, pitch and roll in degrees, each of shape (n,).

    Yaw is positive when the face turns to the patient's left, pitch positive when the chin goes down, roll positive
    anticlockwise as seen in the photo. The rotation is read as roll after pitch after yaw, ``R = Rz Rx Ry``.

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


def _named_points(landmarks: Landmarks) -> Face:
    """Every named point as (3, n), y up and z out of the face, in px."""
    layout = landmarks.layout
    keys: list[tuple[str, Side | None]] = [(name, side) for name in layout.pairs for side in SIDES]
    numbers = [number for pair in layout.pairs.values() for number in pair]
    keys += [(name, None) for name in layout.midline]
    numbers += layout.midline.values()
    signs = np.array([1.0, -1.0, -1.0])[:, None]
    picked = landmarks.points[:, numbers].transpose(1, 2, 0) * signs
    unknown = np.full(len(landmarks), np.nan)
    return Face(dict(zip(keys, picked, strict=True)), len(landmarks), unknown, unknown)


def _total(rows: Iterable[FloatArray]) -> FloatArray:
    """Sum row by row: NumPy's own sum adds in another order for one photo than for many."""
    return functools.reduce(np.add, rows)


def _mean(rows: Sequence[FloatArray]) -> FloatArray:
    return _total(rows) / len(rows)


def _distance(ends: tuple[FloatArray, FloatArray]) -> FloatArray:
    """Distance in the frontal plane, shape (n,)."""
    d = ends[0] - ends[1]
    return np.sqrt(d[0] * d[0] + d[1] * d[1])


def _midpoint(face: Face, name: str) -> FloatArray:
    right, left = face.pair(name)
    return (right + left) / 2


def _without_perspective(face: Face) -> Face:
    """Undo the magnification of what is nearer to the camera."""
    right, left = face.pair("outer_canthus")
    width = np.sqrt(_total((right - left) ** 2))
    centre = (_midpoint(face, "outer_canthus") + _midpoint(face, "inner_canthus")) / 2
    distance = CAMERA_DISTANCE * width

    def flatten(point: FloatArray) -> FloatArray:
        offset = point - centre
        nearer = 1 - offset[2] / distance
        return np.stack([offset[0] * nearer, offset[1] * nearer, offset[2]])

    return face.mapped(flatten)


def _upright(face: Face, pose: FloatArray) -> Face:
    """Remove roll as the level pairs show it, then pitch and yaw as the pose gives them.

    Roll comes from the points, so that a photo turned in its plane measures the same whatever its pose says.
    """
    yaw, pitch, _ = (np.radians(angle) for angle in head_angles(pose))
    across = _total([left - right for right, left in map(face.pair, LEVEL_PAIRS)])
    flat = np.sqrt(across[0] * across[0] + across[1] * across[1])
    roll = np.arctan2(across[1], across[0]) + np.arcsin(np.clip(np.tan(pitch) * across[2] / flat, -1, 1))
    (cr, sr), (cp, sp), (cy, sy) = ((np.cos(angle), np.sin(angle)) for angle in (roll, pitch, yaw))

    def turn(point: FloatArray) -> FloatArray:
        x, y, z = point
        x, y = x * cr + y * sr, y * cr - x * sr
        y, z = y * cp + z * sp, z * cp - y * sp
        x, z = x * cy - z * sy, z * cy + x * sy
        return np.stack([x, y, z])

    return replace(face.mapped(turn), roll=np.degrees(roll))


def _centred(face: Face) -> Face:
    """Put x = 0 on the midline and y = 0 on the pupil line."""
    middle = [_midpoint(face, name)[0] for name in _MIDLINE_PAIRS] + [
        face.point(name)[0] for name in _MIDLINE_POINTS
    ]
    x0 = _mean(middle)
    y0 = _midpoint(face, "iris_centre")[1]
    return face.mapped(lambda p: np.stack([p[0] - x0, p[1] - y0, p[2]]))
