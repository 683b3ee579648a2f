"""Hemiface: each side of a face read from a whole face made of that side and its own mirror image.

The landmark model has learnt that faces are symmetric and pulls both sides together. In a face that is made
of one half and its mirror image there is nothing to pull, and the two sides never see each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from asymmetry.extract.canonical import Canonical
from asymmetry.extract.common import CommonShape, from_half, to_half
from asymmetry.extract.drag import undragged
from asymmetry.extract.irises import refine_irises
from asymmetry.extract.landmarker import Reading
from asymmetry.extract.lids import refine_lids
from asymmetry.extract.plane import drawn, places, surface
from asymmetry.extract.pose import Pose, fit_pose

__all__ = ["Square", "chimera", "mirrored_points", "read_hemifaces"]

Pixels = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float64]
Detect = Callable[[Pixels], list[Reading]]

#: Side of the chimera, px. The landmarker reads 256 px; 800 px measured no better.
SQUARE = 400
#: How much of the square the canonical face's height fills, at size 1.
FILL = 0.55
# Photo px per chimera px above which the photo is blurred first, and the blur's sigma per px of ratio.
_ALIAS_RATIO, _ALIAS_SIGMA = 1.3, 0.45


@dataclass(frozen=True)
class Square:
    """The upright square that chimeras are drawn in.

    Attributes
    ----------
    side : int
        Width and height, px; even, so that the midline lies between two columns.
    scale : float
        Pixels per cm.
    middle : float
        Canonical height, cm, of the square's centre.
    """

    side: int
    scale: float
    middle: float

    @classmethod
    def of(cls, vertices: FloatArray, size: float) -> Square:
        """The square in which the canonical face fills its share, times ``size``."""
        top = vertices[MEDIAPIPE_478.midline["forehead"], 1]
        bottom = vertices[MEDIAPIPE_478.midline["menton"], 1]
        return cls(SQUARE, SQUARE * FILL * size / (top - bottom), (top + bottom) / 2)

    def to_face(self, xy: FloatArray) -> FloatArray:
        """Pixel-edge coordinates (..., 2) to canonical x, y in cm."""
        half = self.side / 2
        return np.stack(
            [(xy[..., 0] - half) / self.scale, (half - xy[..., 1]) / self.scale + self.middle], axis=-1
        )

    def from_face(self, xy: FloatArray) -> FloatArray:
        """Canonical x, y (..., 2) in cm to pixel-edge coordinates."""
        half = self.side / 2
        return np.stack(
            [half + xy[..., 0] * self.scale, half - (xy[..., 1] - self.middle) * self.scale], axis=-1
        )


def chimera(
    photo: Pixels,
    pose: Pose,
    canonical: Canonical,
    square: Square,
    side: Side,
    shape: CommonShape | None = None,
) -> Pixels:
    """A whole frontal face made of one side and its mirror image.

    Parameters
    ----------
    photo : ndarray of uint8, shape (H, W, 3)
        RGB, already blurred where the square is much smaller than the face.
    pose : Pose
        Where the head is in this photo.
    canonical : Canonical
        The face's surface.
    square : Square
        What to draw into.
    side : {"right", "left"}
        The patient's side that is shown twice.
    shape : CommonShape, optional
        The shape to draw it in. Default: its own.

    Returns
    -------
    ndarray of uint8, shape (side, side, 3)
        Exactly mirror-symmetric.
    """
    columns, rows = np.meshgrid(np.arange(square.side // 2) + 0.5, np.arange(square.side) + 0.5)
    half = to_half(square.to_face(np.stack([columns, rows], axis=-1)), "right")
    if shape is not None:
        half = shape.own(half, side)
    shown = drawn(photo, places(pose, canonical, from_half(half, side)))
    return np.concatenate([shown, shown[:, ::-1]], axis=1)


def mirrored_points(points: FloatArray, width: float) -> FloatArray:
    """A reading (k, 3) of a mirrored picture as a reading of the picture itself."""
    twin = points[MEDIAPIPE_478.mirror]
    return np.stack([width - twin[:, 0], twin[:, 1], twin[:, 2]], axis=1)


def read_square(
    photo: Pixels, pose: Pose, canonical: Canonical, square: Square, detect: Detect, shape: CommonShape
) -> tuple[FloatArray, dict[Side, FloatArray]] | None:
    """Canonical x, y (k, 2) of every point, each side from its own chimera, and the expression weights.

    None if the model finds no face in a chimera.
    """
    planes, weights = {}, {}
    right = _right_numbers(canonical.vertices)
    for side in SIDES:
        found = detect(chimera(photo, pose, canonical, square, side, shape))
        if not found:
            return None
        points = found[0].points
        # The chimera is symmetric: where a point and its mirror twin differ, that is noise.
        points = (points + mirrored_points(points, square.side)) / 2
        planes[side] = square.to_face(points[:, :2])
        shown = right if side == "right" else right[MEDIAPIPE_478.mirror]
        planes[side][shown] = from_half(shape.own(to_half(planes[side][shown], side), side), side)
        weights[side] = found[0].blendshapes
    return _joined(planes, right), weights


def _right_numbers(vertices: FloatArray) -> npt.NDArray[np.bool_]:
    """Which points lie on the patient's right: by the canonical face, and by name for the irises."""
    right = np.zeros(MEDIAPIPE_478.size, dtype=bool)
    right[: len(vertices)] = vertices[:, 0] < 0
    right[MEDIAPIPE_478.right(MEDIAPIPE_478.groups["iris"])] = True
    return right


def _joined(planes: dict[Side, FloatArray], right: npt.NDArray[np.bool_]) -> FloatArray:
    middle = MEDIAPIPE_478.mirror == np.arange(MEDIAPIPE_478.size)
    sides = np.where(right[:, None], planes["right"], planes["left"])
    return np.where(middle[:, None], (planes["right"] + planes["left"]) / 2, sides)


@dataclass(frozen=True)
class Hemifaces:
    """What hemiface found: points (k, 3) px, spread (k,) px, expression weights (52,), pose."""

    points: FloatArray = field(repr=False)
    spread: FloatArray = field(repr=False)
    blendshapes: FloatArray = field(repr=False)
    pose: Pose


def read_hemifaces(
    photo: Pixels, first: FloatArray, canonical: Canonical, detect: Detect, sizes: Sequence[float]
) -> Hemifaces | None:
    """Read both halves of one face.

    Parameters
    ----------
    photo : ndarray of uint8, shape (H, W, 3)
        RGB, upright.
    first : ndarray, shape (k, 3)
        A plain reading of the face, px.
    canonical : Canonical
        The symmetric face.
    detect : callable
        RGB picture to readings, largest first; called twice per size.
    sizes : sequence of float
        Sizes of the face in the square. Each is read in the common shape that the one before it leads to, the
        first in that of ``first``; the readings are averaged.

    Returns
    -------
    Hemifaces or None
        None if the model finds no face in a chimera.
    """
    pose = fit_pose(first, canonical.vertices)
    squares = [Square.of(canonical.vertices, size) for size in sizes]
    smooth = _anti_aliased(photo, pose.scale / squares[0].scale)
    middle = MEDIAPIPE_478.mirror == np.arange(MEDIAPIPE_478.size)
    start = plane = pose.unproject(first[:, :2], canonical.depth_at)
    kept = []
    for square in squares:
        shape = CommonShape.of(plane, canonical.vertices)
        reading = read_square(smooth, pose, canonical, square, detect, shape)
        if reading is None:
            return None
        plane, _ = reading
        # A chimera's midline is straight whatever the face's is: sideways, its points are the first
        # reading's.
        plane[middle, 0] = start[middle, 0]
        kept.append(reading)
    planes = np.stack([plane for plane, _ in kept])
    plane = refine_lids(photo, pose, canonical, planes.mean(axis=0)).plane
    plane = undragged(refine_irises(photo, pose, canonical, plane))
    points = pose.project(surface(canonical, plane))
    one = len(sizes) == 1
    spread = np.full(len(points), np.nan) if one else planes.std(axis=0, ddof=1).max(axis=-1) * pose.scale
    weights = {side: np.mean([w[side] for _, w in kept], axis=0) for side in SIDES}
    return Hemifaces(points, spread, _side_weights(weights), pose)


def _anti_aliased(photo: Pixels, ratio: float) -> Pixels:
    if ratio <= _ALIAS_RATIO:
        return photo
    return np.asarray(cv2.GaussianBlur(photo, (0, 0), _ALIAS_SIGMA * ratio), dtype=np.uint8)


def _side_weights(weights: dict[Side, FloatArray]) -> FloatArray:
    """Expression weights with each side's own: a weight named Right comes from the right half's chimera."""
    names = MEDIAPIPE_478.expressions
    out = (weights["right"] + weights["left"]) / 2
    for i, name in enumerate(names):
        for side, ending in (("right", "Right"), ("left", "Left")):
            if name.endswith(ending):
                stem = name.removesuffix(ending)
                twins = [names.index(stem + "Right"), names.index(stem + "Left")]
                out[i] = weights[side][twins].mean()  # type: ignore[index]
    return out
