"""The same face photographed again: turned, nearer, in other light, by another camera, looking elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import NamedTuple

import cv2
import numpy as np

from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.landmarks import Landmarks
from asymmetry.errors import InvalidInputError
from asymmetry.extract.face.plane import average_at, on_a_grid
from asymmetry.extract.face.pose import CAMERA_CM, Pose
from asymmetry.extract.model.canonical import Canonical, load_canonical
from asymmetry.synthetic.gaze import gaze_shift, shift_gaze
from asymmetry.synthetic.noise import compress
from asymmetry.synthetic.parametric import rotation
from asymmetry.synthetic.relief import Field, Relief, lift_face, shift_back, spread_field

__all__ = ["GAMMA", "Retake", "Retaken", "Sitter", "prepare_sitter", "retake_photo"]

# Step of the grid on which places are worked out, px, to which sizes are rounded up and then cut; and rows of
# it that are worked out at once.
_STEP, _ROWS = 8, 64
#: Screens and files raise light to 1 / 2.2.
GAMMA = 2.2
# The nose's tip stands this far out, cm: no camera comes nearer than twice of it.
_NEAREST_CM = 7.5
# Light from farther off the camera would leave nothing to a surface that faces it.
_MOST_OFF_DEG = 80.0


@dataclass(frozen=True)
class Retake:
    """The differences between a photo of a face and a new one. The default has none.

    Attributes
    ----------
    yaw_deg, pitch_deg, roll_deg : float
        Turn of the head from where it was, with the signs of `asymmetry.core.frame.head_angles`: to the
        patient's left, chin down, anticlockwise as seen.
    distance_cm : float
        From the camera to the middle of the head (the canonical origin, 3 cm behind the outer canthi).
    light_from_deg : float
        Where light comes from, as seen in the photo: 0 from above, 90 from the photo's right.
    light_off_deg : float
        How far off the camera it stands.
    light : float
        The share of the light that comes from there, 0 to 1; the rest is as it was.
    exposure_stops : float
        Brighter by so many times two.
    canthi_px : float
        Distance between the outer canthi in the new photo, px; 0 leaves it as it was.
    blur_px : float
        Standard deviation of the blur, px of the new photo.
    jpeg : int
        Quality of the JPEG, 1 to 95; 0 is no JPEG.
    gaze_left_mm, gaze_up_mm : float
        Shift of both irises. The eyeball turns by 1° for each 0.2 mm.
    smile : float
        The share of the sitter's full smile that is added; negative ones take it away.
    """

    yaw_deg: float = 0.0
    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    distance_cm: float = CAMERA_CM
    light_from_deg: float = 0.0
    light_off_deg: float = 0.0
    light: float = 0.0
    exposure_stops: float = 0.0
    canthi_px: float = 0.0
    blur_px: float = 0.0
    jpeg: int = 0
    gaze_left_mm: float = 0.0
    gaze_up_mm: float = 0.0
    smile: float = 0.0

    def __post_init__(self) -> None:
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        if not np.isfinite(list(values.values())).all():
            raise InvalidInputError(f"a retake is made of finite numbers, not {values}")
        if self.distance_cm < 2 * _NEAREST_CM or min(self.canthi_px, self.blur_px, self.jpeg) < 0:
            raise InvalidInputError(
                f"a retake has a distance of {2 * _NEAREST_CM:g} cm or more, and no size, blur or quality "
                f"below 0: {values}"
            )
        if not (0 <= self.light <= 1 and 0 <= self.light_off_deg <= _MOST_OFF_DEG):
            raise InvalidInputError(
                f"light is a share, 0 to 1, from 0 to {_MOST_OFF_DEG:g} degrees off the camera: {values}"
            )


@dataclass(frozen=True, eq=False)
class Sitter:
    """A face that is to be photographed again.

    Attributes
    ----------
    pixels : ndarray of uint8, shape (H, W, 3)
        The photo.
    landmarks : Landmarks
        The face in it.
    relief : Relief
        The face lifted off the photo.
    smile : Field
        Shifts of the face's plane at a full smile, cm; two channels.
    """

    pixels: Pixels = field(repr=False)
    landmarks: Landmarks = field(repr=False)
    relief: Relief = field(repr=False)
    smile: Field = field(repr=False)


class Retaken(NamedTuple):
    """A face photographed again.

    Attributes
    ----------
    pixels : ndarray of uint8, shape (H, W, 3)
        The new photo.
    points : ndarray, shape (k, 2)
        Where each landmark is in it, px (x right, y down): the truth.
    """

    pixels: Pixels
    points: FloatArray


def prepare_sitter(
    pixels: Pixels,
    landmarks: Landmarks,
    *,
    smile: FloatArray | None = None,
    distance_cm: float = CAMERA_CM,
    canonical: Canonical | None = None,
) -> Sitter:
    """Make a photo ready to be taken again; once for many retakes.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (H, W, 3)
        The photo.
    landmarks : Landmarks
        One row: the face in it. See `lift_face` for the method.
    smile : ndarray, shape (k, 2), optional
        How far each landmark moves in the face's plane in a full smile, cm (x to the patient's left, y up).
        Default: not at all.
    distance_cm : float
        The camera's distance in the photo.
    canonical : Canonical, optional
        The canonical face. Default: that of the installed model.

    Raises
    ------
    InvalidInputError
        If the input is no photo of exactly one whole face.
    """
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8:
        raise InvalidInputError(
            f"pixels are {pixels.dtype} {pixels.shape}; a retake needs uint8 (H, W, 3)"
        )
    relief = lift_face(landmarks, canonical or load_canonical(), distance_cm)
    shift = np.zeros_like(relief.plane) if smile is None else smile
    return Sitter(pixels, landmarks, relief, spread_field(relief.plane, shift))


def retake_photo(sitter: Sitter, retake: Retake) -> Retaken:
    """Photograph a face again.

    The photo is turned as the face's own surface, on which all around it lies too, so that nothing tears; a
    background turns with the head. The far side of a nose, which the photo
    does not show, is stretched: turns beyond 15° show it.

    Parameters
    ----------
    sitter : Sitter
        The face, of `prepare_sitter`.
    retake : Retake
        The differences.

    Returns
    -------
    Retaken
        The new photo, and where the landmarks are in it.

    Examples
    --------
    >>> from asymmetry.synthetic import face
    >>> photo = np.full((880, 880, 3), 128, np.uint8)
    >>> sitter = prepare_sitter(photo, face(px_per_mm=4))
    >>> retake_photo(sitter, Retake(yaw_deg=3, distance_cm=50)).pixels.shape
    (880, 880, 3)
    """
    pose, size = _frame(sitter, retake)
    looking = shift_gaze(sitter.pixels, sitter.landmarks, retake.gaze_left_mm, retake.gaze_up_mm)
    seen = _look(sitter, retake, pose, size)
    drawn = average_at(looking, seen[..., :2], sitter.relief.pose.scale / pose.scale)
    return Retaken(_develop(drawn, seen[..., 2], retake), _true_points(sitter, pose, retake))


def _length(ends: FloatArray) -> float:
    """How far two points are apart in the photo, px."""
    return float(np.linalg.norm(ends[1, :2] - ends[0, :2]))


def _frame(sitter: Sitter, retake: Retake) -> tuple[Pose, tuple[int, int]]:
    """Pose of the head in the new photo, and its width and height: they show as much as the old ones."""
    relief, before = sitter.relief, sitter.relief.pose
    turn = rotation(
        *(np.array([angle]) for angle in (retake.yaw_deg, retake.pitch_deg, retake.roll_deg))
    )[0]
    turned = replace(
        before, rotation=turn @ before.rotation, focal_px=retake.distance_cm * before.scale
    )
    canthi = relief.lift(relief.plane[list(sitter.landmarks.layout.pairs["outer_canthus"])])
    old, new = _length(before.project(canthi)), _length(turned.project(canthi))
    wanted = retake.canthi_px or old
    ratio = wanted / old
    scale = turned.scale * wanted / new
    pose = replace(
        turned, scale=scale, focal_px=retake.distance_cm * scale, origin=before.origin * ratio
    )
    height, width = sitter.pixels.shape[:2]
    return pose, (round(width * ratio), round(height * ratio))


def _look(sitter: Sitter, retake: Retake, pose: Pose, size: tuple[int, int]) -> FloatArray:
    """For each px of the new photo its place (x, y) in the old one, and the gain in light, (h, w, 3)."""
    relief, (width, height) = sitter.relief, size
    towards = pose.rotation.T @ _direction(retake)

    def of_plane(at: FloatArray) -> FloatArray:
        plane = pose.unproject(at, relief.depth)
        x, y = plane[..., 0], plane[..., 1]
        normal = np.append(-relief.slopes.at(x, y), np.ones((*x.shape, 1)), axis=-1)
        lit = np.maximum(normal @ towards, 0.0) / np.linalg.norm(normal, axis=-1)
        before = shift_back(plane, sitter.smile, retake.smile)
        place = relief.pose.project(relief.lift(before))[..., :2]
        return np.concatenate([place, 1 + retake.light * (lit[..., None] - 1)], axis=-1)

    def of_nodes(nodes: FloatArray) -> FloatArray:
        return np.concatenate([of_plane(nodes[i : i + _ROWS]) for i in range(0, len(nodes), _ROWS)])

    columns, rows = -(-width // _STEP) * _STEP, -(-height // _STEP) * _STEP
    return on_a_grid(columns, rows, of_nodes, _STEP)[:height, :width]


def _direction(retake: Retake) -> FloatArray:
    """Where light comes from, in the camera's axes: so long that skin facing the camera keeps its light."""
    off, around = np.radians([retake.light_off_deg, retake.light_from_deg])
    return np.array([np.tan(off) * np.sin(around), np.tan(off) * np.cos(around), 1.0])


def _true_points(sitter: Sitter, pose: Pose, retake: Retake) -> FloatArray:
    """Where the landmarks are in the new photo, px."""
    relief, layout = sitter.relief, sitter.landmarks.layout
    numbers = layout.right(layout.groups["iris"]) + layout.left(layout.groups["iris"])
    at = relief.pose.project(relief.lift(relief.plane))[:, :2]
    at[numbers] += gaze_shift(sitter.landmarks, retake.gaze_left_mm, retake.gaze_up_mm)
    plane = relief.pose.unproject(at, relief.depth)
    plane += retake.smile * sitter.smile.at(plane[:, 0], plane[:, 1])
    return pose.project(relief.lift(plane))[:, :2]


def _develop(drawn: Pixels, light: FloatArray, retake: Retake) -> Pixels:
    """Light, expose, blur and save the picture."""
    gain = (light * 2.0**retake.exposure_stops) ** (1 / GAMMA)
    lit = drawn * gain[..., None].astype(np.float32)
    if retake.blur_px:
        lit = cv2.GaussianBlur(lit, (0, 0), retake.blur_px)
    exposed = np.rint(lit).clip(0, 255).astype(np.uint8)
    return compress(exposed, retake.jpeg) if retake.jpeg else exposed
