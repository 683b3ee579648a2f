"""Other light on a photo: from the side, of another colour, more of it, and a JPEG of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.synthetic.noise import compress
from asymmetry.tissue.colour import linear_from_srgb, srgb_from_linear
from asymmetry.tissue.picture import SkinPicture

__all__ = ["CASTS", "Light", "draw_light", "light_photo"]

#: Gains of red, green and blue: a lamp, shade, a tube.
CASTS = ((1.0, 1.0, 1.0), (1.12, 1.0, 0.80), (0.90, 1.0, 1.15), (0.95, 1.05, 0.95))
# Step of the grid on which normals are worked out, px.
_STEP = 8


@dataclass(frozen=True)
class Light:
    """The light of one photo against that of another.

    Attributes
    ----------
    kind : {"none", "linear", "lambert"}
        A gain that rises evenly across the photo, or one by the slope of the face's surface.
    ratio : float
        How many times as much light one cheek gets as the other.
    angle : float
        Where it comes from, degrees as seen: 0 from the photo's right, 90 from above.
    cast : tuple of float
        Gains of the channels.
    stops : float
        Brighter by so many times two.
    jpeg : int
        Quality of the JPEG.
    """

    kind: Literal["none", "linear", "lambert"] = "none"
    ratio: float = 1.0
    angle: float = 0.0
    cast: tuple[float, float, float] = (1.0, 1.0, 1.0)
    stops: float = 0.0
    jpeg: int = 85


def draw_light(rng: np.random.Generator, *, side: bool = True) -> Light:
    """Draw a light; without ``side`` an even one."""
    kind: Literal["linear", "lambert"] = "lambert" if rng.random() < 0.6 else "linear"
    return Light(
        kind if side else "none",
        float(rng.uniform(1.0, 2.0)) if side else 1.0,
        float(rng.choice([0, 180]) + rng.uniform(-50, 50)),
        CASTS[int(rng.integers(len(CASTS)))],
        float(rng.uniform(-0.4, 0.2)),
        int(rng.integers(75, 91)),
    )


def light_photo(photo: Pixels, picture: SkinPicture, light: Light) -> Pixels:
    """A photo in another light.

    Parameters
    ----------
    photo : ndarray of uint8, shape (H, W, 3)
        The photo.
    picture : SkinPicture
        The face in it.
    light : Light
        The light.
    """
    gain = _field(photo, picture, light)[..., None] * np.array(light.cast) * 2.0**light.stops
    lit = srgb_from_linear(linear_from_srgb(photo) * gain)
    return compress(lit, light.jpeg) if light.jpeg else lit


def _field(photo: Pixels, picture: SkinPicture, light: Light) -> FloatArray:
    """Gain of each pixel, shape (H, W); 1 in the middle of the face."""
    height, width = photo.shape[:2]
    columns, rows = np.arange(0, width + _STEP, _STEP), np.arange(0, height + _STEP, _STEP)
    x, y = np.meshgrid(columns, rows)
    towards = np.array([np.cos(np.radians(light.angle)), np.sin(np.radians(light.angle))])
    if light.kind == "none":
        return np.ones((height, width))
    if light.kind == "linear":
        # The cheeks are 11 cm apart.
        across = (x - picture.pose.origin[0]) * towards[0] - (y - picture.pose.origin[1]) * towards[
            1
        ]
        field = np.exp(np.log(light.ratio) * np.clip(across / (11 * picture.pose.scale), -1, 1))
    else:
        field = _lambert(x, y, picture, light.ratio, towards)
    fine = cv2.resize(field, None, fx=_STEP, fy=_STEP, interpolation=cv2.INTER_LINEAR)
    return np.asarray(fine[:height, :width], dtype=np.float64)


def _lambert(
    x: FloatArray, y: FloatArray, picture: SkinPicture, ratio: float, towards: FloatArray
) -> FloatArray:
    """Gain by the surface's slope: a lamp aside, and light from everywhere."""
    pose, depth_at = picture.pose, picture.atlas.canonical.depth_at
    at = np.stack([x, y], axis=-1).astype(np.float64)
    plane = np.stack([pose.unproject(row, depth_at) for row in at])
    step = 0.3
    slope_x = depth_at(plane[..., 0] + step, plane[..., 1]) - depth_at(
        plane[..., 0] - step, plane[..., 1]
    )
    slope_y = depth_at(plane[..., 0], plane[..., 1] + step) - depth_at(
        plane[..., 0], plane[..., 1] - step
    )
    normal = np.stack([-slope_x, -slope_y, np.full(x.shape, 2 * step)], axis=-1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    side = normal[..., 0] * towards[0] + normal[..., 1] * towards[1]
    # Cheeks look aside by 0.6 of their normal: their gains are (1 + k·0.6) and (1 - k·0.6).
    share = (ratio - 1) / (ratio + 1) / 0.6
    return np.asarray(np.maximum(1 + share * side, 0.25))
