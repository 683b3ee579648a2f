"""A gaze that goes a little elsewhere: both irises shift alike between lids that stay."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import Pixels
from asymmetry.core.frame import face_frame
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import SIDES
from asymmetry.synthetic.skin import HalfView, View, rise

__all__ = ["gaze_shift", "shift_gaze"]

FloatArray = npt.NDArray[np.floating[Any]]

# Millimetres, as seen on photos: the iris's soft rim; the way beyond it over which the white gives way; the
# width of the lids' edges, and of the shade under the upper one.
_RIM, _WHITE, _FEATHER, _SHADE = 0.6, 5.0, 0.3, 0.5
# Px around the eye that are looked at, mm.
_WINDOW = 24.0


def shift_gaze(pixels: Pixels, landmarks: Landmarks, left_mm: float, up_mm: float) -> Pixels:
    """Move both irises, the white giving way; lids stay, and the irises slide under them.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (H, W, 3)
        The photo.
    landmarks : Landmarks
        One row: the face in it, with the lids where they are.
    left_mm, up_mm : float
        How far, to the patient's left and up. The eyeball turns by 1° for each 0.2 mm.

    Returns
    -------
    ndarray of uint8, shape (H, W, 3)
        The new photo; the same one where nothing moves.
    """
    if not (left_mm or up_mm):
        return pixels
    view = _view(landmarks)
    for side in SIDES:
        outwards = left_mm if side == "left" else -left_mm
        pixels = _shift_iris(pixels, HalfView(view, side), outwards, up_mm)
    return pixels


def gaze_shift(landmarks: Landmarks, left_mm: float, up_mm: float) -> FloatArray:
    """How far the irises are moved by such a gaze, px (x right, y down), shape (2,)."""
    view = _view(landmarks)
    return np.asarray((left_mm * view.left + up_mm * view.up) / view.mm_per_px)


def _view(landmarks: Landmarks) -> View:
    frame = face_frame(landmarks)
    points = np.asarray(landmarks.points[0, :, :2], dtype=np.float64)
    return View.of(points, landmarks.layout, float(frame.roll[0]), float(frame.mm_per_px[0]))


def _shift_iris(pixels: Pixels, half: HalfView, out_mm: float, up_mm: float) -> Pixels:
    """Move the iris of one side."""
    view, groups = half.view, half.view.layout.groups
    upper = half.line(*groups["canthi"], *groups["upper_lid"])
    lower = half.line(*groups["canthi"], *groups["lower_lid"])
    (centre_out,), (centre_up,) = half.outline(["iris_centre"])
    radius = float(np.ptp(half.outline(["iris_lateral", "iris_medial"])[0])) / 2 + _RIM
    window, there = _window(pixels, half)
    out, up = half.to_mm(there)
    distance = np.hypot(out - centre_out - out_mm, up - centre_up - up_mm)
    share = rise(-distance, -(radius + _WHITE), -radius)
    from_out = out - share * out_mm
    # Skin never comes into the eye: places that the lids hid are drawn as the eye's nearest part.
    lowest = lower(from_out) + _FEATHER
    from_up = np.clip(up - share * up_mm, lowest, np.maximum(upper(from_out) - _SHADE, lowest))
    at = (
        view.origin
        + (from_out[..., None] * half.out_axis + from_up[..., None] * view.up) / view.mm_per_px
    )
    x, y = cv2.split((at - 0.5).astype(np.float32))
    moved = cv2.remap(pixels, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    eye = rise(upper(out) - up, 0.0, _FEATHER) * rise(up - lower(out), 0.0, _FEATHER)
    alpha = (eye * (share > 0))[..., None]
    result = pixels.copy()
    result[window] = np.rint(moved * alpha + pixels[window] * (1 - alpha)).astype(np.uint8)
    return result


def _window(pixels: Pixels, half: HalfView) -> tuple[tuple[slice, slice], FloatArray]:
    """Rows and columns around an eye, and the places of their px, (h, w, 2)."""
    x, y = half.view.points[half.numbers(["iris_centre"])][0]
    reach = _WINDOW / half.view.mm_per_px
    height, width = pixels.shape[:2]
    rows = slice(max(int(y - reach), 0), min(int(y + reach), height))
    columns = slice(max(int(x - reach), 0), min(int(x + reach), width))
    down, across = np.mgrid[rows, columns]
    return (rows, columns), np.stack([across, down], axis=-1) + 0.5
