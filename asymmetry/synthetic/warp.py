"""One-sided warps of a real photo, with the exact displacement as the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import Pixels
from asymmetry.core.frame import Scale, face_frame
from asymmetry.core.landmarks import Landmarks
from asymmetry.errors import InvalidInputError
from asymmetry.synthetic.move import PARTS, Move
from asymmetry.synthetic.skin import HalfView, Skin, View, skin_of

__all__ = ["Warped", "warp_photo"]

FloatArray = npt.NDArray[np.floating[Any]]

# Skin gives way at most this far from the part that moves, mm.
_WINDOW = 45.0
# Neighbouring px whose shifts differ by more than this (px) would fold over each other.
_STEEPEST = 0.9
# The inverse stops when a step moves no px by more than this (px): first by a table of the field, then by the
# field itself. The steepest field takes 66 steps.
_SETTLED, _EXACT, _MOST_STEPS = 1e-3, 1e-2, 80


class Warped(NamedTuple):
    """A photo in which parts of the face were moved.

    Attributes
    ----------
    pixels : ndarray of uint8, shape (H, W, 3)
        The new photo. Where nothing moved, its pixels are the old ones, bit by bit.
    displacement : ndarray, shape (k, 2)
        Shift of each landmark, px (x right, y down): the truth.
    """

    pixels: Pixels
    displacement: FloatArray


def warp_photo(
    pixels: Pixels, landmarks: Landmarks, moves: Sequence[Move], *, mm_per_px: float | None = None
) -> Warped:
    """Move parts of the face in a photo by known amounts.

    A brow or a corner of the mouth moves as a rigid whole. A lid moves by the stated amount above or below
    the pupil and less towards the canthi, which stay. A lid that closes covers the eye: iris and white stay,
    and the skin stretches over them. A lid that opens further would bare a part of the eye that the photo
    does not show, so the eye between pupil and lid is stretched. No move reaches across the midline.

    Lengths are in the photo's plane at the eyes. In the face's own frame they differ a little where a head is
    turned by yaw or pitch (2 % at 10°), or where a brow is nearer to the camera than the eyes.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (H, W, 3)
        The photo.
    landmarks : Landmarks
        One row: the face in that photo. Its roll is respected.
    moves : sequence of Move
        The moves, made one after the other. Moves of one part add up.
    mm_per_px : float, optional
        Millimetres per pixel at the eyes. Default: from the iris.

    Returns
    -------
    Warped
        The new photo, and the displacement of each landmark; the pixels follow it to within 0.02 px.

    Raises
    ------
    InvalidInputError
        If there is not exactly one measured face, or no room for a move on this face: skin would fold.

    Examples
    --------
    >>> from asymmetry.synthetic import Move, face
    >>> photo = np.zeros((800, 800, 3), np.uint8)
    >>> moved = warp_photo(photo, face(px_per_mm=4), [Move("brow", "right", up_mm=-3)])
    >>> round(float(moved.displacement[:, 1].max()), 3)  # 3 mm downwards
    12.0
    """
    _check(pixels, landmarks)
    scale = None
    if mm_per_px is not None:
        scale = Scale("ruler", 1 / mm_per_px)
    frame = face_frame(landmarks, scale=scale)
    start = np.asarray(landmarks.points[0, :, :2], dtype=np.float64)
    roll, mm_per_px = float(frame.roll[0]), float(frame.mm_per_px[0])
    view = View.of(start, landmarks.layout, roll, mm_per_px)
    points = start
    for move in moves:
        half = HalfView(replace(view, points=points), move.side)
        skin = skin_of(half, move)
        pixels = _move_skin(pixels, half, skin, move)
        points = points + skin.of_points(half)[:, None] * half.shift(move)
    return Warped(pixels, points - start)


def _check(pixels: Pixels, landmarks: Landmarks) -> None:
    """Raise where the input is no photo with exactly one whole face."""
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8:
        raise InvalidInputError(
            f"pixels are {pixels.dtype} {pixels.shape}; a warp needs uint8 (H, W, 3)"
        )
    if len(landmarks) != 1 or not landmarks.usable.all() or not np.isfinite(landmarks.points).all():
        raise InvalidInputError(
            "a warp needs the landmarks of exactly one face, measured as a whole"
        )


def _move_skin(pixels: Pixels, half: HalfView, skin: Skin, move: Move) -> Pixels:
    """Make one move in a photo."""
    window = _window(pixels, half, move)
    patch = pixels[window]
    rows, columns = np.mgrid[window]
    there = np.stack([columns, rows], axis=-1) + 0.5  # coordinates start at a px's edge
    source = _source(there, half, skin, move)
    at = (source - there[0, 0]).astype(np.float32)
    x, y = at[..., 0], at[..., 1]
    found = cv2.remap(patch, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    if skin.over is not None:
        alpha = skin.over(*half.to_mm(source))[..., None]
        found = np.rint(found * alpha + patch * (1 - alpha)).astype(np.uint8)
    result = pixels.copy()
    result[window] = found
    return result


def _window(pixels: Pixels, half: HalfView, move: Move) -> tuple[slice, slice]:
    """Rows and columns that a move can reach."""
    points = half.view.points[half.numbers(PARTS[move.part])]
    reach = _WINDOW / half.view.mm_per_px
    limit = np.array(pixels.shape[1::-1])
    left, top = np.clip(points.min(axis=0) - reach, 0, limit - 1).astype(int)
    right, bottom = np.clip(points.max(axis=0) + reach, 1, limit).astype(int)
    return slice(top, bottom), slice(left, right)


def _source(there: FloatArray, half: HalfView, skin: Skin, move: Move) -> FloatArray:
    """Places from which the px at ``there`` (h, w, 2) come; both in px of the photo."""
    whole = half.shift(move)

    def shift(at: FloatArray) -> FloatArray:
        return np.asarray(skin.weight(*half.to_mm(at))[..., None] * whole)

    table = shift(there)
    _check_room(table, move)
    source = there - _shift_back(table)
    # Between its nodes the table is off by some hundredths of a px, so the last steps use the field itself.
    for _ in range(_MOST_STEPS):
        missed = source + shift(source) - there
        source = source - missed
        if np.abs(missed).max() < _EXACT:
            break
    return source


def _check_room(table: FloatArray, move: Move) -> None:
    """Raise where skin would fold: where the shifts of neighbouring px along the move differ too much.

    Shear across the move's direction does not fold skin. The inverse converges at the rate of the stretch.
    """
    stretch = np.gradient(table[..., 0], axis=1) + np.gradient(table[..., 1], axis=0)
    steepest = float(np.abs(stretch).max())
    if steepest > _STEEPEST:
        room = float(np.hypot(move.up_mm, move.out_mm)) * _STEEPEST / steepest
        raise InvalidInputError(
            f"{move} is too far: there is room for {room:.1f} mm on this face before skin would fold"
        )


def _shift_back(table: FloatArray) -> FloatArray:
    """Invert a table of shifts by fixed-point steps; both in px, shape (h, w, 2).

    Most px settle at once. As `cv2.remap` knows 32 places in a px, some go to and fro for ever, so each
    step looks only at the rows and columns where one still moves.
    """
    height, width = table.shape[:2]
    forward = table.astype(np.float32)
    grid = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1).astype(np.float32)
    whole = forward.copy()
    back = whole
    for _ in range(_MOST_STEPS):
        at = grid - back
        x, y = at[..., 0], at[..., 1]
        found = cv2.remap(forward, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        step = cv2.absdiff(found, back).reshape(len(back), -1)
        back[...] = found
        by_row, by_column = step.max(axis=1), step.max(axis=0).reshape(-1, 2).max(axis=1)
        if float(by_row.max()) < _SETTLED:
            break
        moving = _span(by_row > 0), _span(by_column > 0)
        grid, back = grid[moving], back[moving]
    return whole


def _span(true: npt.NDArray[np.bool_]) -> slice:
    """From the first to the last that is true; one is."""
    found = np.flatnonzero(true)
    return slice(found[0], found[-1] + 1)
