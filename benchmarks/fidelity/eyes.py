"""Eyes of a real photo, changed by a known amount: a lid closed all the way, an iris moved alone."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import Pixels
from asymmetry.core.frame import face_frame
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import Side
from asymmetry.synthetic import Warped
from asymmetry.synthetic.skin import HalfView, Line, View, rise

__all__ = ["close_lid", "move_iris"]

FloatArray = npt.NDArray[np.floating[Any]]

# Millimetres, as seen on the photos: how far lashes reach over the lid's margin, which moves as a whole; how
# wide the edges of what is drawn are; how far the shade under the margin and the iris's soft rim reach.
_LASHES, _FEATHER, _SHADE, _RIM = 1.0, 0.3, 0.5, 0.4
# How far around the eye px are looked at, mm.
_WINDOW = 24.0


def close_lid(pixels: Pixels, landmarks: Landmarks, side: Side, *, share: float = 1.0) -> Warped:
    """Draw the upper lid down until its margin lies on the lower one; the skin from the brow down stretches.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (H, W, 3)
        The photo.
    landmarks : Landmarks
        One row: where the face is, with the lids where they truly are.
    side : {"right", "left"}
        The patient's own.
    share : float
        How much of the opening is closed.
    """
    half = _half(landmarks, side)
    groups = landmarks.layout.groups
    brow = half.line(*groups["brow_lower"])
    upper, lower = _margins(half, landmarks)

    def sources(out: FloatArray, up: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Height from which each px comes, and where the lid lies over it."""
        drop = share * np.maximum(upper(out) - lower(out), 0.0)
        fixed, rigid = brow(out), upper(out) + _LASHES
        stretched = fixed - (fixed - up) * (fixed - rigid) / (fixed - rigid + drop)
        source = np.where(up > fixed, up, np.where(up > rigid - drop, stretched, up + drop))
        # Where skin ends and the eye begins, the lid ends as well.
        over = rise(up - (upper(out) - drop), -_FEATHER, 0.0) * (drop > 0)
        return source, over

    window, out, up = _grid(pixels, half)
    source, over = sources(out, up)
    found = _sampled(pixels, half, out, source)
    result = pixels.copy()
    result[window] = _blended(pixels[window], found, over)
    shift = np.zeros((landmarks.layout.size, 2))
    numbers = half.numbers(groups["upper_lid"])
    at, height = half.to_mm(half.view.points[numbers])
    drop = share * (height - lower(at))
    shift[numbers] = -drop[:, None] * half.view.up / half.view.mm_per_px
    return Warped(result, shift)


def move_iris(pixels: Pixels, landmarks: Landmarks, side: Side, *, up_mm: float) -> Warped:
    """Move one iris up or down between lids that stay; a part that a lid hid is drawn as its mirror image.

    Parameters
    ----------
    pixels, landmarks, side
        As in `close_lid`.
    up_mm : float
        How far, upwards.
    """
    half = _half(landmarks, side)
    lids = _margins(half, landmarks)
    window, out, up = _grid(pixels, half)
    (centre,), (level,) = half.outline(["iris_centre"])
    ends, _ = half.outline(["iris_lateral", "iris_medial"])
    radius = float(np.ptp(ends)) / 2
    white = _without_iris(
        pixels, half, lids, out - centre, up - level, (centre, level, radius + _RIM)
    )
    white = np.where(np.isnan(white), pixels[window], white)
    # The iris at its new place, by its mirror image where a lid hid it.
    height = up - up_mm
    hidden = np.abs(_between(lids, out, height) - height) > 0
    height = np.where(hidden, _between(lids, out, 2 * level - height), height)
    iris = _sampled(pixels, half, out, height).astype(float)
    distance = np.hypot(out - centre, up - level - up_mm)
    disc = rise(-distance, -(radius + _RIM), -(radius + _RIM - _FEATHER))[..., None]
    upper, lower = lids
    eye = rise(upper(out) - up, 0.0, _FEATHER) * rise(up - lower(out), 0.0, _FEATHER)
    near = np.hypot(out - centre, up - level) < radius + abs(up_mm) + 2 * _RIM
    result = pixels.copy()
    result[window] = _blended(pixels[window], white * (1 - disc) + iris * disc, eye * near)
    shift = np.zeros((landmarks.layout.size, 2))
    shift[half.numbers(landmarks.layout.groups["iris"])] = (
        up_mm * half.view.up / half.view.mm_per_px
    )
    return Warped(result, shift)


def _without_iris(
    pixels: Pixels,
    half: HalfView,
    lids: tuple[Line, Line],
    out: FloatArray,
    up: FloatArray,
    circle: tuple[float, float, float],
) -> FloatArray:
    """The white where the iris is, from left to right between the px on either side of it; NaN elsewhere.

    ``out`` and ``up`` count from the iris's centre.
    """
    centre, level, radius = circle
    reach = np.sqrt(np.maximum(radius**2 - up**2, 0.0))
    before, after = (
        _sampled(pixels, half, centre + at, _between(lids, centre + at, level + up)).astype(float)
        for at in (-reach, reach)
    )
    t = ((out + reach) / np.maximum(2 * reach, _FEATHER))[..., None]
    return np.where((np.abs(out) < reach)[..., None], before * (1 - t) + after * t, np.nan)


def _between(lids: tuple[Line, Line], out: FloatArray, up: FloatArray) -> FloatArray:
    """The nearest height at which the eye shows, under the upper lid's shade."""
    upper, lower = (lid(out) for lid in lids)
    lowest = lower + _FEATHER
    return np.asarray(np.clip(up, lowest, np.maximum(upper - _SHADE, lowest)))


def _half(landmarks: Landmarks, side: Side) -> HalfView:
    frame = face_frame(landmarks)
    points = np.asarray(landmarks.points[0, :, :2], dtype=np.float64)
    return HalfView(
        View.of(points, landmarks.layout, float(frame.roll[0]), float(frame.mm_per_px[0])), side
    )


def _margins(half: HalfView, landmarks: Landmarks) -> tuple[Line, Line]:
    """Heights of both lids' margins by how far out; alike beyond the canthi."""
    groups = landmarks.layout.groups
    upper, lower = (
        half.line(*groups["canthi"], *groups[name]) for name in ("upper_lid", "lower_lid")
    )
    return upper, lower


def _grid(pixels: Pixels, half: HalfView) -> tuple[tuple[slice, slice], FloatArray, FloatArray]:
    """Window around the eye, and how far out and up its px lie, mm."""
    (x, y), reach = (
        half.view.points[half.numbers(["iris_centre"])][0],
        _WINDOW / half.view.mm_per_px,
    )
    top, left = (max(int(v - reach), 0) for v in (y, x))
    window = (
        slice(top, min(int(y + reach), len(pixels))),
        slice(left, min(int(x + reach), pixels.shape[1])),
    )
    rows, columns = np.mgrid[window]
    out, up = half.to_mm(np.stack([columns, rows], axis=-1) + 0.5)
    return window, out, up


def _sampled(pixels: Pixels, half: HalfView, out: FloatArray, up: FloatArray) -> Pixels:
    """The photo's px at places given in mm."""
    view = half.view
    at = (
        view.origin
        + (out[..., None] * half.out_axis + up[..., None] * view.up) / view.mm_per_px
        - 0.5
    )
    x, y = (np.ascontiguousarray(each, dtype=np.float32) for each in (at[..., 0], at[..., 1]))
    return np.asarray(cv2.remap(pixels, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE))


def _blended(under: Pixels, over: npt.NDArray[Any], alpha: FloatArray) -> Pixels:
    mixed = over * alpha[..., None] + under * (1 - alpha[..., None])
    return np.clip(np.rint(mixed), 0, 255).astype(np.uint8)
