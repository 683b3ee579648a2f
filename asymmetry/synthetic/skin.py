"""How skin gives way when one part of a face moves: for each part a weight over the photo.

The weight is 1 on the part, so that it moves as a rigid whole, and 0 on neighbours that have to stay (the
midline, the eye, the nose). It is a product of plateaus along the face's two axes, in millimetres, between
lines through named points.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.schemes import Scheme, Side
from asymmetry.synthetic.move import PARTS, Move

__all__ = ["HalfView", "Skin", "View", "rise", "skin_of"]

FloatArray = npt.NDArray[np.floating[Any]]
Line = Callable[[FloatArray], FloatArray]
Weight = Callable[[FloatArray, FloatArray], FloatArray]

# Reach of hair, lashes and lips beyond the points that outline them, mm.
_BROW_EDGE, _LASHES, _CORNER = 1.5, 1.0, 2.0
# Reach of the skin that gives way above and beside a brow, around a corner of the mouth, and below a lower
# lid, mm: about that of the muscles there, and short of hairline, jaw and ear.
_BROW_REACH, _MOUTH_REACH, _CHEEK_REACH = 14.0, 20.0, 12.0
# A lid that covers the eye reaches this far beyond its outline, and fades out over this width, mm: its lashes
# and shadow move along. With 0.4 and 0.4 a strip of the eye does too, and moved lids read 1.06 and 1.11 of
# their way (upper, lower; tuning people); an edge of 0.3 about the outline leaves the shadow (0.97, 1.03).
_LID_EDGE, _LID_FEATHER = 0.1, 0.2
# Least room for any stretch, mm: lines that touch then fold, which is refused, and nothing is divided by 0.
_LEAST_ROOM = 0.1


@dataclass(frozen=True)
class View:
    """A face's axes in its photo.

    Attributes
    ----------
    points : ndarray, shape (k, 2)
        Landmarks, px, y down.
    layout : Scheme
        Their names.
    origin : ndarray, shape (2,)
        The middle of the canthi, px.
    left, up : ndarray, shape (2,)
        Unit vectors in the photo: to the patient's left, and up.
    mm_per_px : float
        The scale.
    """

    points: FloatArray = field(repr=False)
    layout: Scheme = field(repr=False)
    origin: FloatArray
    left: FloatArray
    up: FloatArray
    mm_per_px: float

    @classmethod
    def of(cls, points: FloatArray, layout: Scheme, roll: float, mm_per_px: float) -> View:
        """The view of a face that is rolled by some degrees, anticlockwise as seen."""
        canthi = layout.groups["canthi"]
        c, s = np.cos(np.radians(roll)), np.sin(np.radians(roll))
        origin = points[layout.right(canthi) + layout.left(canthi)].mean(axis=0)
        return cls(points, layout, origin, np.array([c, -s]), np.array([-s, -c]), mm_per_px)


@dataclass(frozen=True)
class HalfView:
    """One side of a face in its photo, mapped so that both sides read alike."""

    view: View
    side: Side

    @property
    def out_axis(self) -> FloatArray:
        """Unit vector away from the midline, px."""
        if self.side == "left":
            return self.view.left
        return -self.view.left

    def to_mm(self, px: FloatArray) -> tuple[FloatArray, FloatArray]:
        """``out`` and ``up`` of photo points (..., 2)."""
        offset = (px - self.view.origin) * self.view.mm_per_px
        return offset @ self.out_axis, offset @ self.view.up

    def shift(self, move: Move) -> FloatArray:
        """The full shift of a move, px, shape (2,)."""
        mm = move.out_mm * self.out_axis + move.up_mm * self.view.up
        return mm / self.view.mm_per_px

    def numbers(self, names: Sequence[str]) -> list[int]:
        """Numbers of named points of this side."""
        return self.view.layout.of(self.side, tuple(names))

    def outline(self, names: Sequence[str]) -> tuple[FloatArray, FloatArray]:
        """``out`` and ``up`` of named points of this side."""
        return self.to_mm(self.view.points[self.numbers(names)])

    def line(self, *names: str) -> Line:
        """Height as a function of ``out``: straight between named points, level beyond them."""
        out, up = self.outline(names)
        order = np.argsort(out)
        return lambda where: np.interp(where, out[order], up[order])

    def midline(self) -> Line:
        """``out`` of the midline as a function of height."""
        out, up = self.to_mm(self.view.points[list(self.view.layout.midline.values())])
        order = np.argsort(up)
        return lambda where: np.interp(where, up[order], out[order])


@dataclass(frozen=True)
class Skin:
    """The part of the photo that takes part in a move.

    Attributes
    ----------
    weight : callable
        From ``out`` and ``up``, mm, to the share of the move that is made there, 0 to 1.
    over : callable, optional
        1 where the skin lies over an eye that stays beneath it, 0 where the eye is seen. Without it
        everything with a weight moves.
    with_eye : bool
        Whether the iris takes part where it has a weight. Otherwise it stays, also where skin hides it.
    """

    weight: Weight
    over: Weight | None = None
    with_eye: bool = False

    def of_points(self, half: HalfView) -> FloatArray:
        """The weight of each landmark, shape (k,)."""
        where = half.to_mm(half.view.points)
        weight = self.weight(*where)
        if self.over is not None:
            weight = np.where(self.over(*where) < 0.5, 0.0, weight)
        if not self.with_eye:
            weight[half.numbers(half.view.layout.groups["iris"])] = 0.0
        return weight


def skin_of(half: HalfView, move: Move) -> Skin:
    """The skin that takes part in a move on this side."""
    if move.part == "brow":
        return _brow(half)
    if move.part == "mouth_corner":
        return _mouth_corner(half)
    return _lid(half, move)


def rise(x: FloatArray, start: Any, end: Any) -> FloatArray:
    """Smooth step from 0 at ``start`` to 1 at ``end``: a cubic that is level at both."""
    t = np.clip((x - start) / np.maximum(end - start, _LEAST_ROOM), 0.0, 1.0)
    return np.asarray(t * t * (3 - 2 * t))


def _plateau(x: FloatArray, start: Any, low: Any, high: Any, end: Any) -> FloatArray:
    """1 between ``low`` and ``high``, 0 before ``start`` and beyond ``end``."""
    return rise(x, start, low) * rise(-x, -end, -high)


def _arch(x: FloatArray, start: float, top: float, end: float) -> FloatArray:
    """1 at ``top``, 0 at and beyond ``start`` and ``end``: a parabola on each side, like an eye's opening."""
    reach = np.where(x < top, top - start, end - top)
    return np.asarray(np.maximum(1 - ((x - top) / np.maximum(reach, _LEAST_ROOM)) ** 2, 0.0))


def _brow(half: HalfView) -> Skin:
    """Skin from the upper lid's lashes to the forehead; the brow's own hair keeps its shape."""
    groups = half.view.layout.groups
    lower, upper = half.line(*groups["brow_lower"]), half.line(*groups["brow_upper"])
    lid = half.line(*groups["canthi"], *groups["upper_lid"])
    midline = half.midline()
    brow_out, _ = half.outline(groups["brow"])
    first, last = brow_out.min() - _BROW_EDGE, brow_out.max() + _BROW_EDGE

    def weight(out: FloatArray, up: FloatArray) -> FloatArray:
        below, above = lower(out) - _BROW_EDGE, upper(out) + _BROW_EDGE
        across = _plateau(out, midline(up), first, last, last + _BROW_REACH)
        return across * _plateau(up, lid(out) + _LASHES, below, above, above + _BROW_REACH)

    return Skin(weight)


def _mouth_corner(half: HalfView) -> Skin:
    """Lips and cheek around a corner of the mouth, from the midline outwards, below the nose."""
    corner_out, corner_up = half.outline(PARTS["mouth_corner"])
    first, last = corner_out.min() - _CORNER, corner_out.max() + _CORNER
    low, high = corner_up.min() - _CORNER, corner_up.max() + _CORNER
    (nose,) = half.outline(["alar_base"])[1]
    midline = half.midline()

    def weight(out: FloatArray, up: FloatArray) -> FloatArray:
        across = _plateau(out, midline(up), first, last, last + _MOUTH_REACH)
        top = min(nose, high + _MOUTH_REACH)
        return across * _plateau(up, low - _MOUTH_REACH, low, high, top)

    return Skin(weight)


def _lid(half: HalfView, move: Move) -> Skin:
    """A lid: it moves most at the pupil and not at the canthi. A lower lid is an upper one upside down."""
    groups = half.view.layout.groups
    upright = 1.0
    if move.part == "lower_lid":
        upright = -1.0
    margin = half.line(*groups["canthi"], *PARTS[move.part])
    brow = half.line(*groups["brow_lower"])
    inner, outer = half.outline(["inner_canthus", "outer_canthus"])[0]
    (pupil,), _ = half.outline(["iris_centre"])
    still = half.line("inner_canthus", "iris_centre", "outer_canthus")

    def over_margin(out: FloatArray, up: FloatArray) -> FloatArray:
        return upright * (up - margin(out))

    def skin(out: FloatArray, up: FloatArray) -> FloatArray:
        room: FloatArray | float = _CHEEK_REACH
        if move.part == "upper_lid":
            room = brow(out) - _BROW_EDGE - margin(out)
        arch = _arch(out, inner, pupil, outer)
        return arch * rise(-over_margin(out, up), -room, -_LASHES)

    def skin_and_eye(out: FloatArray, up: FloatArray) -> FloatArray:
        bared = np.maximum(upright * (margin(out) - still(out)), _LEAST_ROOM)
        seen = np.clip(1 + over_margin(out, up) / bared, 0.0, 1.0)
        return np.asarray(skin(out, up) * seen)

    def over(out: FloatArray, up: FloatArray) -> FloatArray:
        return rise(over_margin(out, up), -_LID_EDGE - _LID_FEATHER, -_LID_EDGE)

    closes = upright * move.up_mm < 0
    if closes:
        return Skin(skin, over)
    return Skin(skin_and_eye, with_eye=True)
