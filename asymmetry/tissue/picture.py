"""Both halves of a face drawn into the atlas of the skin: a photo's frontal skin picture."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import Mask, Pixels
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from asymmetry.extract.face.half import from_half, to_half
from asymmetry.extract.face.plane import average_at, places
from asymmetry.extract.face.pose import Pose, fit_pose, stable_numbers
from asymmetry.tissue.atlas import PX_PER_CM, STEP, WIDTH, Atlas, load_atlas
from asymmetry.tissue.colour import Light, density_from_srgb, linear_from_srgb

__all__ = ["FACING", "SkinPicture", "draw_skin"]

FloatArray = npt.NDArray[np.floating[Any]]

#: Skin whose surface is turned further away from the camera than this cosine is not judged: it is seen at
#: less than half of its size.
FACING = 0.45
# Skin nearer than this to a point that was not seen (covered by hair, a hand, an edge of the photo) is not
# judged, cm.
_HIDDEN_CM = 0.8
# Points that were not seen are moved as those around them, by weights of this reach, cm.
_FILL_CM = 1.5


@dataclass(frozen=True, eq=False)
class SkinPicture:
    """Both halves of one face in the atlas; the first axis is the side, right and left.

    Pixels (row, column) of both sides are the same place of the skin: the right half is drawn mirrored.

    Attributes
    ----------
    rgb : ndarray of uint8, shape (2, HEIGHT, WIDTH, 3)
        The picture.
    shifts : ndarray of float32, shape (2, rows, columns, 2)
        How far this face's places lie from the atlas's at the nodes of its grid: outwards and up, canonical
        cm. Places worked out from them are not kept: photos of a whole series stay in memory.
    inside : ndarray of bool, shape (2, HEIGHT, WIDTH)
        Skin that lies in the photo, faces the camera and is near no point that was hidden. Skin that hair,
        glasses and glare cover is still in it, see `asymmetry.tissue.masks`.
    mm_per_cm : float
        Millimetres of this face per canonical cm: about 10.
    pose : Pose
        The head in the photo.
    """

    rgb: Pixels = field(repr=False)
    shifts: Light = field(repr=False)
    inside: Mask = field(repr=False)
    mm_per_cm: float
    pose: Pose = field(repr=False)

    @property
    def atlas(self) -> Atlas:
        """Regions and masks."""
        return load_atlas()

    @property
    def plane(self) -> Light:
        """Places in the plane of this face, head pose removed: outwards and up, canonical cm.

        Of shape (2, HEIGHT, WIDTH, 2).
        """
        return (self.atlas.place + _finely(self.shifts)).astype(np.float32)

    @property
    def at(self) -> Light:
        """Places in the photo, px (x right, y down), shape (2, HEIGHT, WIDTH, 2)."""
        return _in_photo(self.shifts, self.pose, self.atlas).astype(np.float32)

    @property
    def light(self) -> Light:
        """Linear light, 0 to 1, shape (2, HEIGHT, WIDTH, 3)."""
        return linear_from_srgb(self.rgb)

    @property
    def dark(self) -> Light:
        """Mean natural logarithm of the channels, its sign turned: large in the dark, (2, HEIGHT, WIDTH)."""
        channels = density_from_srgb(self.rgb).reshape(-1, WIDTH, 3)
        mean = cv2.transform(channels, np.full((1, 3), 1 / 3, np.float32))
        return np.asarray(mean, np.float32).reshape(self.rgb.shape[:-1])

    @property
    def area(self) -> Light:
        """Area of skin that each pixel shows, mm² on the surface, shape (2, HEIGHT, WIDTH)."""
        out, up = np.moveaxis(self.shifts + self.atlas.nodes, -1, 0)
        down_out, across_out = np.gradient(out, STEP / PX_PER_CM, axis=(1, 2))
        down_up, across_up = np.gradient(up, STEP / PX_PER_CM, axis=(1, 2))
        stretch = np.abs(across_out * down_up - across_up * down_out).astype(np.float32)
        flat = np.float32((self.mm_per_cm / PX_PER_CM) ** 2) / self.atlas.normal[..., 2]
        return np.asarray(_finely(stretch) * flat, np.float32)

    @property
    def px_per_mm(self) -> float:
        """Pixels of the photo per mm of the face."""
        return self.pose.scale / self.mm_per_cm

    def locate(self, x: float, y: float) -> tuple[Side, float, float]:
        """Side, and outwards and up, mm, of a place in the photo, as of a `Patch`: of an injection's mark.

        Parameters
        ----------
        x, y : float
            Pixels of the photo that was drawn; a place beyond the face is that of the nearest skin.
        """
        at = self.at
        away = np.hypot(at[..., 0] - x, at[..., 1] - y)
        side, row, column = np.unravel_index(int(away.argmin()), away.shape)
        out, up = self.atlas.place[row, column] * self.mm_per_cm
        return SIDES[side], float(out), float(up)


def draw_skin(
    photo: Pixels, landmarks: Landmarks, *, mm_per_px: float = math.nan
) -> SkinPicture | None:
    """Draw a face's skin into the atlas.

    Parameters
    ----------
    photo : ndarray of uint8, shape (H, W, 3)
        RGB, upright, and turned back if it was stored mirrored, as the landmarks are. It may be smaller than
        the landmarks' photo (`Landmarks.size`).
    landmarks : Landmarks
        The face in it, n = 1, MediaPipe's scheme.
    mm_per_px : float
        Millimetres per px of the landmarks' photo, such as the column ``mm_per_px`` of `measure`. Default:
        that of a face as large as the canonical one.

    Returns
    -------
    SkinPicture or None
        None where the points that the head's pose is fitted to were not all seen.
    """
    atlas = load_atlas()
    shrunk = _shrunk(photo, landmarks)
    points = landmarks.points[0].astype(np.float64) * shrunk
    stable = points[stable_numbers(), :2]
    if landmarks.scheme != MEDIAPIPE_478.name or not np.isfinite(stable).all():
        return None
    focal = float(landmarks.focal_px[0]) * shrunk
    pose = fit_pose(points, atlas.canonical.vertices, focal_px=focal)
    shifts, hidden = _shift_halves(points, pose, atlas)
    at = _in_photo(shifts, pose, atlas)
    mm_per_cm = pose.scale * mm_per_px / shrunk
    return SkinPicture(
        rgb=np.stack([average_at(photo, half, pose.scale / PX_PER_CM) for half in at]),
        shifts=shifts,
        inside=_inside(photo, at, pose, atlas) & ~hidden,
        mm_per_cm=10.0 if math.isnan(mm_per_cm) else mm_per_cm,
        pose=pose,
    )


def _shrunk(photo: Pixels, landmarks: Landmarks) -> float:
    """The size of these pixels over that of the photo in which the points were read."""
    width = int(landmarks.size[0, 0])
    return photo.shape[1] / width if width else 1.0


def _shift_halves(points: npt.NDArray[np.float64], pose: Pose, atlas: Atlas) -> tuple[Light, Mask]:
    """Shifts of this face's places at the nodes of the atlas, cm, and pixels near hidden points."""
    plane = pose.unproject(points[:, :2], atlas.canonical.depth_at)
    moved, hidden = [], []
    for side, numbers in zip(SIDES, atlas.numbers, strict=True):
        shifts = to_half(plane[numbers], side) - atlas.knots
        unseen = np.isnan(shifts[:, 0])
        hidden.append(_near(atlas, atlas.knots[unseen]))
        moved.append(_fill(shifts, atlas.knots, unseen))
    # Both sides by one product.
    nodes = atlas.spline @ np.hstack(moved).astype(np.float32)
    return np.moveaxis(nodes.reshape(*nodes.shape[:2], len(SIDES), 2), 2, 0), np.stack(hidden)


def _finely(nodes: FloatArray) -> FloatArray:
    """Values between the nodes of the atlas's grid, at its pixels: (2, rows, columns, ...)."""
    fine = [cv2.resize(half, None, fx=STEP, fy=STEP)[STEP:-STEP, STEP:-STEP] for half in nodes]
    return np.stack(fine)


def _in_photo(shifts: Light, pose: Pose, atlas: Atlas) -> FloatArray:
    """Places in the photo, px, of this face's places in its plane; worked out at the nodes of the grid."""
    halves = zip(atlas.nodes + shifts, SIDES, strict=True)
    at = [places(pose, atlas.canonical, from_half(half, side)) for half, side in halves]
    return _finely(np.stack(at))


def _fill(shifts: FloatArray, knots: FloatArray, unseen: Mask) -> FloatArray:
    """Shifts with those of hidden points as of the points around them."""
    if not unseen.any():
        return shifts
    away = ((knots[unseen, None] - knots[None, ~unseen]) ** 2).sum(axis=-1)
    weights = np.exp(-away / (2 * _FILL_CM**2)) + 1e-9
    filled = shifts.copy()
    filled[unseen] = weights @ shifts[~unseen] / weights.sum(axis=1, keepdims=True)
    return filled


def _near(atlas: Atlas, hidden: FloatArray) -> Mask:
    """The pixels near any of these points."""
    near = np.zeros(atlas.skin.shape, bool)
    for knot in hidden:
        near |= ((atlas.place - knot) ** 2).sum(axis=-1) < _HIDDEN_CM**2
    return near


def _inside(photo: Pixels, at: FloatArray, pose: Pose, atlas: Atlas) -> Mask:
    """Skin that lies in the photo and faces the camera."""
    height, width = photo.shape[:2]
    x, y = at[..., 0], at[..., 1]
    within = (x > 1) & (y > 1) & (x < width - 1) & (y < height - 1)
    towards = pose.rotation[2] * np.array([[-1, 1, 1], [1, 1, 1]])
    facing = np.moveaxis(atlas.normal @ towards.T.astype(np.float32), -1, 0)
    return np.asarray(within & (facing > FACING) & atlas.skin)
