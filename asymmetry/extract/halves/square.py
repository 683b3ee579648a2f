"""Chimeras: whole faces made of one half and its mirror image, drawn into a square and read there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from asymmetry.core.arrays import FloatArray, Mask, Pixels
from asymmetry.core.beside import Beside
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Scheme, Side
from asymmetry.core.schemes.vocabulary import GROUPS
from asymmetry.extract.face.half import from_half, to_half
from asymmetry.extract.face.plane import draw_at, on_a_grid, places
from asymmetry.extract.face.pose import Pose
from asymmetry.extract.halves.common import CommonShape
from asymmetry.extract.model.canonical import Canonical
from asymmetry.extract.model.landmarker import Reading
from asymmetry.extract.model.mesh import INPUT_FILL, INPUT_SIDE, LEAST_SCORE
from asymmetry.extract.model.protocol import SquareReader, read_squares

__all__ = [
    "Square",
    "SquareReading",
    "chimera",
    "mirrored_points",
    "mirrored_reading",
    "read_square",
]


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
    def of(cls, canonical: Canonical, size: float) -> Square:
        """The square in which the canonical face fills the area that the network expects, times ``size``."""
        heights, midline = canonical.vertices[:, 1], canonical.scheme.midline
        top = heights[midline["forehead"]] if "forehead" in midline else heights.max()
        bottom = heights[midline["menton"]] if "menton" in midline else heights.min()
        return cls(INPUT_SIDE, INPUT_SIDE * INPUT_FILL * size / (top - bottom), (top + bottom) / 2)

    def to_face(self, xy: FloatArray) -> FloatArray:
        """Pixel-edge coordinates (..., 2) to canonical x, y in cm."""
        half = self.side / 2
        return np.stack(
            [(xy[..., 0] - half) / self.scale, (half - xy[..., 1]) / self.scale + self.middle],
            axis=-1,
        )


def chimera(
    photo: Pixels,
    pose: Pose,
    canonical: Canonical,
    square: Square,
    side: Side,
    shape: CommonShape | None = None,
    blur: float = 0.0,
) -> Pixels:
    """A whole frontal face made of one side and its mirror image.

    Parameters
    ----------
    photo : ndarray of uint8, shape (H, W, 3)
        RGB, already shrunk where the square is much smaller than the face.
    pose : Pose
        Where the head is in this photo.
    canonical : Canonical
        The face's surface.
    square : Square
        The square to draw into.
    side : {"right", "left"}
        The patient's side that is shown twice.
    shape : CommonShape, optional
        The shape to draw it in. Default: its own.
    blur : float
        Standard deviation of a blur of the photo, px, where it is finer than the square.

    Returns
    -------
    ndarray of uint8, shape (side, side, 3)
        Exactly mirror-symmetric.
    """
    own = shape.own if shape else lambda half, _: half

    def place(xy: FloatArray) -> FloatArray:
        half = own(to_half(square.to_face(xy), "right"), side)
        return places(pose, canonical, from_half(half, side))

    at = on_a_grid(square.side // 2, square.side, place)
    shown = draw_at(photo, at, cv2.INTER_LINEAR, blur)
    return np.asarray(cv2.hconcat([shown, cv2.flip(shown, 1)]), dtype=np.uint8)


def mirrored_reading(reading: Reading, width: float, scheme: Scheme = MEDIAPIPE_478) -> Reading:
    """A reading of a mirrored picture as a reading of the picture itself."""
    weights = reading.blendshapes[scheme.expression_twins]
    return Reading(mirrored_points(reading.points, width, scheme), weights)


def mirrored_points(points: FloatArray, width: float, scheme: Scheme = MEDIAPIPE_478) -> FloatArray:
    """A reading (k, 3) of a mirrored picture as a reading of the picture itself."""
    twin = points[scheme.mirror]
    return np.stack([width - twin[:, 0], twin[:, 1], twin[:, 2]], axis=1)


class SquareReading(NamedTuple):
    """Both halves of a face as read at one size, each side from its own chimera.

    ``plane`` (k, 2) is canonical x, y, cm; ``twins`` (k, 2) half of how far each point and its mirror twin
    are apart in the chimera, cm; ``drawn`` (k, 3) the points where they are in the chimeras, px; ``score``
    how sure the network is of the less sure one.
    """

    plane: FloatArray
    twins: FloatArray
    drawn: FloatArray
    score: float


def read_square(
    photo: Pixels,
    pose: Pose,
    canonical: Canonical,
    square: Square,
    mesh: SquareReader,
    shape: CommonShape,
    blur: float,
    beside: Beside,
) -> SquareReading | None:
    """The model's reading of the chimeras of both sides; None if it finds no face in one."""
    planes, twins, seen = {}, {}, {}
    scheme, right = canonical.scheme, _right_numbers(canonical)

    def draw(side: Side) -> Pixels:
        return chimera(photo, pose, canonical, square, side, shape, blur)

    drawn = beside.each(draw, SIDES)
    read = read_squares(mesh, drawn)
    least = min(score for _, score in read)
    if least <= LEAST_SCORE:
        return None
    for side, (points, _) in zip(SIDES, read, strict=True):
        # The chimera is symmetric: where a point and its mirror twin differ, that is noise.
        mirrored = mirrored_points(points, square.side, scheme)
        seen[side] = (points + mirrored) / 2
        planes[side] = square.to_face(seen[side][:, :2])
        twins[side] = (points - mirrored)[:, :2] / (2 * square.scale)
        shown = right if side == "right" else right[scheme.mirror]
        planes[side][shown] = from_half(shape.own(to_half(planes[side][shown], side), side), side)
    return SquareReading(
        _join_sides(planes, right, scheme),
        _join_sides(twins, right, scheme),
        _join_sides(seen, right, scheme),
        least,
    )


def _right_numbers(canonical: Canonical) -> Mask:
    """Which points lie on the patient's right: by the canonical face, and by name for the irises."""
    scheme, vertices = canonical.scheme, canonical.vertices
    right = np.zeros(scheme.size, dtype=bool)
    right[: len(vertices)] = vertices[:, 0] < 0
    right[scheme.right(scheme.pairs_of(GROUPS["iris"]))] = True
    return right


def _join_sides(planes: dict[Side, FloatArray], right: Mask, scheme: Scheme) -> FloatArray:
    middle = scheme.mirror == np.arange(scheme.size)
    sides = np.where(right[:, None], planes["right"], planes["left"])
    return np.where(middle[:, None], (planes["right"] + planes["left"]) / 2, sides)
