"""Head pose and midline: a perspective fit of the exactly symmetric canonical face to stable points."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from asymmetry.core.arrays import FloatArray, read_only
from asymmetry.core.schemes import MEDIAPIPE_478, Scheme

__all__ = ["CAMERA_CM", "NEAR_CM", "Pose", "fit_pose", "is_near", "is_stretched"]

Depth = Callable[[FloatArray, FloatArray], FloatArray]

#: Assumed distance of the camera where its focal length is not known, cm. Between 90 and 120 the fit hardly
#: changes; at 60 or infinity it does.
CAMERA_CM = 100.0
#: Distances at which people are photographed, cm. At any other the focal length is not believed: the photo
#: was cut, or its tags belong to another one.
LEAST_CM, MOST_CM = 15.0, 1000.0
#: A camera nearer than this is called near, cm. None of 119 photos of 103 people, and of four of one woman by
#: a portrait lens, fits a distance below 32 best. Her photos at 15, 30, 45 and 60 cm fit 27, 32, 35 and 34:
#: the mesh straightens half of the perspective, so that only a very near camera shows.
NEAR_CM = 30.0
#: A face that is wider than high by more than the first (a logarithm, beside the canonical face), or whose
#: upper part is shifted sideways by more than the second, a share of its height, or by less of both, was
#: stretched or skewed. 307 photos of 104 people are up to 0.13 wide, plates of 1872 up to 0.16, and are
#: shifted by up to 0.04, one by 0.07. 4:3 shown as 16:9 adds 0.22 to 0.25.
MOST_WIDE, MOST_SKEW = 0.18, 0.1
#: Irises are round, but a near camera makes faces narrow. A photo is squeezed if irises are higher than wide
#: by more than this, and half of how narrow the face is (logarithms). Photos have up to 0.03, from 15 cm, and
#: one man 0.095; 12 of 16 that were squeezed by a quarter have 0.12 to 0.28.
MOST_NARROW = 0.115
# At 20° of yaw four rounds place the points of a face, 450 px wide, to 0.01 px, and three to 0.08 px. Where
# the camera's distance is fitted too it takes twice as many: at 35 cm and 12° eight place them to 0.01 px.
_ROUNDS, _NEAR_ROUNDS = 4, 8
_IRIS = ("iris_top", "iris_bottom", "iris_medial", "iris_lateral")
# Steps of the inverse: at 10° of yaw each reduces the error fivefold, in all to 2e-6 cm; at 20° threefold,
# to 2e-4.
_UNPROJECT_ROUNDS = 8


@dataclass(frozen=True)
class Pose:
    """Where a head is: canonical centimetres to photo pixels.

    Attributes
    ----------
    rotation : ndarray, shape (3, 3)
        As `Landmarks.pose`: face axes to camera axes (x right, y up, z towards the camera).
    origin : ndarray, shape (2,)
        Place of the canonical origin in the photo, px, y down.
    scale : float
        Pixels per cm at the canonical origin's distance.
    residual : float
        Root mean square misfit of the stable points, cm.
    focal_px : float
        Focal length of the camera, px; NaN where it is not known and `CAMERA_CM` is assumed.
    stretch, skew : float
        How many times as wide as high the face is, compared with the canonical one (a logarithm), and how
        far its upper part is shifted to the patient's left, as a share of its height: both beyond any turn
        of the head.
    """

    rotation: FloatArray = field(repr=False)
    origin: FloatArray
    scale: float
    residual: float
    focal_px: float = math.nan
    stretch: float = 0.0
    skew: float = 0.0

    @property
    def camera_cm(self) -> float:
        """Distance of the camera from the canonical origin, canonical cm."""
        return CAMERA_CM if math.isnan(self.focal_px) else self.focal_px / self.scale

    def project(self, points: FloatArray) -> FloatArray:
        """Project canonical points (..., 3), cm, to photo x, y (down) and z (away from the camera), px."""
        x, y, z = self.rotation @ points.reshape(-1, 3).T
        return np.stack([*self._show(x, y, z), -self.scale * z], axis=-1).reshape(points.shape)

    def place(self, x: FloatArray, y: FloatArray, z: FloatArray) -> FloatArray:
        """Photo x, y (..., 2), px, of canonical points, cm: `project` without the depth, and quicker."""
        points, at = np.empty((3, *x.shape)), np.empty((*x.shape, 2))
        points[0], points[1], points[2] = x, y, z
        across, down = self._show(*(self.rotation @ points.reshape(3, -1)))
        at[..., 0], at[..., 1] = across.reshape(x.shape), down.reshape(x.shape)
        return at

    def _show(self, x: FloatArray, y: FloatArray, z: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Photo x and y of points in the camera's axes, cm."""
        near = self._nearer(z)
        return self.origin[0] + x * near, self.origin[1] - y * near

    def resize(self, across: float, down: float) -> Pose:
        """Pose of the same head in a picture ``across`` times as wide and ``down`` times as high.

        Both have to be nearly equal: they may differ by the rounding of the picture's size.
        """
        ratio = float(np.sqrt(across * down))
        origin, focal = self.origin * (across, down), self.focal_px * ratio
        return replace(self, origin=origin, scale=self.scale * ratio, focal_px=focal)

    def scale_at(self, points: FloatArray) -> FloatArray:
        """Pixels per cm at canonical points (..., 3), cm: nearer to the camera it is larger."""
        return self._nearer(points @ self.rotation[2])

    def _nearer(self, towards: FloatArray) -> FloatArray:
        return np.asarray(self.scale / (1 - towards / self.camera_cm))

    def unproject(self, xy: FloatArray, depth: Depth) -> FloatArray:
        """Canonical x, y (..., 2), cm, of photo points on the surface ``z = depth(x, y)``.

        The inverse of `project`, by fixed-point steps, which converge wherever the surface faces the camera.
        """
        # Coordinates as rows: NumPy is slow along a last axis of two.
        x, y = (xy.reshape(-1, 2) - self.origin).T / self.scale
        seen = np.stack([x, -y])
        frontal = np.linalg.inv(self.rotation[:2, :2])
        plane, camera = frontal @ seen, self.camera_cm
        for _ in range(_UNPROJECT_ROUNDS):
            z = depth(*plane)
            away = self.rotation[2, :2] @ plane + z * self.rotation[2, 2]
            flat = seen * (1 - away / camera)
            plane = frontal @ (flat - self.rotation[:2, 2:] * z)
        return np.stack([*plane], axis=-1).reshape(xy.shape)


def _cross(one: FloatArray, other: FloatArray) -> FloatArray:
    """The cross product of two vectors (3,); NumPy's takes a tenth of the fit's time."""
    (a, b, c), (d, e, f) = one.tolist(), other.tolist()
    return np.array([b * f - c * e, c * d - a * f, a * e - b * d])


@functools.lru_cache(maxsize=4)
def _stable_model(points: bytes) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Stable points (n, 3), given by their bytes, their middle, and their pseudo-inverse around it."""
    model = np.frombuffer(points).reshape(-1, 3)
    centre = model.mean(axis=0)
    return model, read_only(centre), read_only(np.linalg.pinv(model - centre))


@functools.cache
def stable_numbers(scheme: Scheme = MEDIAPIPE_478) -> list[int]:
    """Numbers of the points that the fit uses: canthi, nose, temples, forehead; no brow, lid, lip or chin."""
    pairs = tuple(name for name in scheme.groups["stable_pairs"] if name in scheme.pairs)
    single = [name for name in scheme.groups["stable_midline"] if name in scheme.midline]
    middle = [scheme.midline[name] for name in single]
    return scheme.right(pairs) + scheme.left(pairs) + middle


def is_near(
    points: FloatArray, vertices: FloatArray, pose: Pose, scheme: Scheme = MEDIAPIPE_478
) -> bool:
    """Whether the camera was nearer than `NEAR_CM`.

    Where its distance is not known: whether 10 % nearer than that fits the face better than 10 % farther.

    Parameters
    ----------
    points, vertices
        As for `fit_pose`.
    pose : Pose
        The pose that was fitted.
    scheme : Scheme
        As for `fit_pose`.
    """
    if not math.isnan(pose.focal_px):
        return pose.camera_cm < NEAR_CM
    nearer = fit_pose(points, vertices, NEAR_CM * 0.9, scheme=scheme)
    farther = fit_pose(points, vertices, NEAR_CM * 1.1, scheme=scheme)
    return nearer.residual < farther.residual


def is_stretched(
    points: FloatArray, whole: FloatArray, vertices: FloatArray, pose: Pose, scheme: Scheme
) -> bool:
    """Whether the photo was stretched, squeezed or skewed, or is one of a photo seen from aside.

    Parameters
    ----------
    points, vertices, pose, scheme
        As for `is_near`. The points are asked and not the pose, for the first reading of the whole face
        straightens half of a skew.
    whole : ndarray, shape (k, 3)
        That first reading, px, whose irises nobody made round.
    """
    fitted = fit_pose(points, vertices, focal_px=pose.focal_px, scheme=scheme)
    wide = max(fitted.stretch, 0.0) / MOST_WIDE
    if math.hypot(wide, fitted.skew / MOST_SKEW) > 1:
        return True
    return _iris_height(whole, pose, scheme) - fitted.stretch / 2 > MOST_NARROW


def _iris_height(points: FloatArray, pose: Pose, scheme: Scheme) -> float:
    """How many times as high as wide irises are, a logarithm; NaN where there are none."""
    if not set(_IRIS) <= set(scheme.pairs):
        return math.nan
    top, bottom, medial, lateral = (points[list(scheme.pairs[name]), :2] for name in _IRIS)
    across = pose.rotation[:2, 0] * (1, -1)
    up = pose.rotation[:2, 0][::-1]
    high = float(np.abs((top - bottom) @ up).sum())
    wide = float(np.abs((medial - lateral) @ across).sum())
    return math.log(high / wide) if high > 0 and wide > 0 else math.nan


def fit_pose(
    points: FloatArray,
    vertices: FloatArray,
    camera_cm: float = CAMERA_CM,
    *,
    focal_px: float = math.nan,
    scheme: Scheme = MEDIAPIPE_478,
) -> Pose:
    """Fit the canonical face to a reading's stable points (POSIT: DeMenthon and Davis 1995).

    Parameters
    ----------
    points : ndarray, shape (k, 3)
        A reading in px; only x and y are used.
    vertices : ndarray, shape (468, 3)
        The canonical face, cm.
    camera_cm : float
        Distance of the camera for the fit where its focal length is not known. The pose that comes out
        projects from `CAMERA_CM` then.
    focal_px : float
        Focal length of the camera, px. It is not believed where it puts the camera nearer than `LEAST_CM` or
        farther than `MOST_CM`: the pose's is NaN then.
    scheme : Scheme
        Scheme of the points and of the vertices.

    Returns
    -------
    Pose
        The pose; its plane x = 0 is the face's midline.
    """
    numbers = stable_numbers(scheme)
    seen = points[numbers, :2] * np.array([1.0, -1.0])
    model = np.asarray(vertices[numbers], dtype=np.float64)
    return _fit(
        seen.tobytes(), model.tobytes(), camera_cm, None if math.isnan(focal_px) else focal_px
    )


@functools.lru_cache(maxsize=1)
def _fit(shown: bytes, stable: bytes, camera_cm: float, focal_px: float | None) -> Pose:
    """Fit points (n, 3), cm, to where they are seen (n, 2), px, y up, both given by their bytes.

    The last one is kept: a face is asked for its size, its turn and its halves, one after the other.
    """
    seen = np.frombuffer(shown).reshape(-1, 2)
    model, centre, solve = _stable_model(stable)
    depth = np.zeros(len(model))
    origin = seen.mean(axis=0)
    rotation = np.empty((3, 3))
    for _ in range(_NEAR_ROUNDS if focal_px else _ROUNDS):
        flat = origin + (seen - origin) * (1 - depth[:, None] / camera_cm)
        middle = flat.mean(axis=0)
        affine = (solve @ (flat - middle)).T
        left, stretch, right = np.linalg.svd(affine, full_matrices=False)
        scale = float(stretch[0] + stretch[1]) / 2
        rows = left @ right
        rotation[:2], rotation[2] = rows, _cross(*rows)
        origin = middle - scale * rows @ centre
        depth = model @ rotation[2]
        if focal_px:
            camera_cm = max(focal_px / scale, LEAST_CM)
    if focal_px and not LEAST_CM < camera_cm < MOST_CM:
        return _fit(shown, stable, CAMERA_CM, None)
    misfit = flat - origin - scale * model @ rows.T
    residual = float(np.sqrt((misfit**2).sum(axis=1).mean()) / scale)
    return Pose(
        read_only(rotation),
        read_only(origin * np.array([1.0, -1.0])),
        scale,
        residual,
        focal_px or math.nan,
        *_deformation(affine / scale, rows),
    )


def _deformation(affine: FloatArray, rows: FloatArray) -> tuple[float, float]:
    """`Pose.stretch` and `Pose.skew` of an affine view (2, 3), beside the nearest rows of a rotation."""
    across, up = rows[:, 0] / np.hypot(*rows[:, 0])
    upright = np.array([[across, up], [-up, across]]) @ affine
    squares, axes = np.linalg.eigh(upright @ upright.T)
    logs = axes * np.log(squares) @ axes.T / 2
    return float(logs[0, 0] - logs[1, 1]), float(2 * logs[0, 1])
