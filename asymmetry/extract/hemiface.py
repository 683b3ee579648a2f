"""Hemiface: each side of a face read from a whole face made of that side and its own mirror image.

The landmark model has learnt that faces are symmetric and pulls both sides together. In a face that is made
of one half and its mirror image there is nothing to pull, and the two sides never see each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from asymmetry.extract.brows import refine_brows
from asymmetry.extract.canonical import Canonical
from asymmetry.extract.common import CommonShape, from_half, to_half
from asymmetry.extract.corners import refine_corners
from asymmetry.extract.depth import seen_from
from asymmetry.extract.irises import refine_irises
from asymmetry.extract.landmarker import Reading
from asymmetry.extract.lids import LidNetwork, refine_lids
from asymmetry.extract.marks import MarkNetwork, refine_marks
from asymmetry.extract.mesh import INPUT_FILL, INPUT_SIDE, LEAST_SCORE, Mesh
from asymmetry.extract.plane import Halvings, drawn, on_a_grid, places
from asymmetry.extract.pose import Pose, fit_pose
from asymmetry.extract.response import put_back, whole_brows
from asymmetry.extract.settings import Drawing, Settings
from asymmetry.extract.spread import lid_sds, point_spread

__all__ = ["Networks", "Square", "chimera", "mirrored_reading", "read_hemifaces"]

Pixels = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float64]

# For each expression weight, that of the other side.
_TWINS = [
    MEDIAPIPE_478.expressions.index(
        name.removesuffix("Right") + "Left"
        if name.endswith("Right")
        else name.removesuffix("Left") + "Right"
        if name.endswith("Left")
        else name
    )
    for name in MEDIAPIPE_478.expressions
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
    def of(cls, vertices: FloatArray, size: float) -> Square:
        """The square in which the canonical face fills what the network expects, times ``size``."""
        top = vertices[MEDIAPIPE_478.midline["forehead"], 1]
        bottom = vertices[MEDIAPIPE_478.midline["menton"], 1]
        return cls(INPUT_SIDE, INPUT_SIDE * INPUT_FILL * size / (top - bottom), (top + bottom) / 2)

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
        RGB, already shrunk where the square is much smaller than the face.
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
    own = shape.own if shape else lambda half, _: half

    def place(xy: FloatArray) -> FloatArray:
        half = own(to_half(square.to_face(xy), "right"), side)
        return places(pose, canonical, from_half(half, side))

    at = on_a_grid(square.side // 2, square.side, place)
    shown = drawn(photo, at, cv2.INTER_LINEAR)
    return np.concatenate([shown, shown[:, ::-1]], axis=1)


def mirrored_reading(reading: Reading, width: float) -> Reading:
    """A reading of a mirrored picture as a reading of the picture itself."""
    return Reading(mirrored_points(reading.points, width), reading.blendshapes[_TWINS])


def mirrored_points(points: FloatArray, width: float) -> FloatArray:
    """A reading (k, 3) of a mirrored picture as a reading of the picture itself."""
    twin = points[MEDIAPIPE_478.mirror]
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
    photo: Pixels, pose: Pose, canonical: Canonical, square: Square, mesh: Mesh, shape: CommonShape
) -> SquareReading | None:
    """What the model sees in the chimeras of both sides; None if it finds no face in one."""
    planes, twins, seen, scores = {}, {}, {}, []
    right = _right_numbers(canonical.vertices)
    for side in SIDES:
        points, score = mesh.scored(chimera(photo, pose, canonical, square, side, shape))
        if score <= LEAST_SCORE:
            return None
        scores.append(score)
        # The chimera is symmetric: where a point and its mirror twin differ, that is noise.
        mirrored = mirrored_points(points, square.side)
        seen[side] = (points + mirrored) / 2
        planes[side] = square.to_face(seen[side][:, :2])
        twins[side] = (points - mirrored)[:, :2] / (2 * square.scale)
        shown = right if side == "right" else right[MEDIAPIPE_478.mirror]
        planes[side][shown] = from_half(shape.own(to_half(planes[side][shown], side), side), side)
    plane, apart, drawn_in = (_joined(each, right) for each in (planes, twins, seen))
    return SquareReading(plane, apart, drawn_in, min(scores))


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
    """What hemiface found: points (k, 3) px, spread (k,) px, expression weights (52,), pose.

    ``margins`` and ``irises`` say whether both lids' margins and the iris were seen in the pixels, and
    ``score`` how sure the network is of the half that looks least like a face's. ``mesh_brows`` (k, 3) px has
    the brows where the mesh draws them: behind glasses the dark band is as often a rim as a brow.
    """

    points: FloatArray = field(repr=False)
    spread: FloatArray = field(repr=False)
    blendshapes: FloatArray = field(repr=False)
    pose: Pose
    margins: dict[Side, bool]
    irises: dict[Side, bool]
    score: float
    mesh_brows: FloatArray = field(repr=False)


class Networks(NamedTuple):
    """The networks that read places in the pixels."""

    lids: LidNetwork
    marks: MarkNetwork


def read_hemifaces(
    photo: Halvings,
    first: Reading,
    canonical: Canonical,
    mesh: Mesh,
    networks: Networks,
    sizes: Sequence[float],
    settings: Settings,
) -> Hemifaces | None:
    """Read both halves of one face.

    Parameters
    ----------
    photo : Halvings
        RGB, upright.
    first : Reading
        A plain reading of the face.
    canonical : Canonical
        The symmetric face.
    mesh : Mesh
        The network; it reads twice per size.
    networks : Networks
        Those that read the pixels; each reads both sides once.
    sizes : sequence of float
        Sizes of the face in the square. Each is read in the common shape that the one before it leads to, the
        first in that of ``first``; the readings are averaged.
    settings : Settings
        The constants.

    Returns
    -------
    Hemifaces or None
        None if the model finds no face in a chimera.
    """
    pose = fit_pose(first.points, canonical.vertices)
    squares = [Square.of(canonical.vertices, size) for size in sizes]
    small, view = _shrunk(photo, pose, squares[0], settings.drawing)
    middle = MEDIAPIPE_478.mirror == np.arange(MEDIAPIPE_478.size)
    start = plane = pose.unproject(first.points[:, :2], canonical.depth_at)
    kept = []
    for square in squares:
        shape = CommonShape.of(plane, settings.common)
        reading = read_square(small, view, canonical, square, mesh, shape)
        if reading is None:
            return None
        plane = reading.plane
        # A chimera's midline is straight whatever the face's is: sideways, its points are the first
        # reading's.
        plane[middle, 0] = start[middle, 0]
        kept.append(reading)
    plane = np.mean([reading.plane for reading in kept], axis=0)
    plane = whole_brows(plane, settings.response, canonical.vertices)
    brows = refine_brows(photo.whole, pose, canonical, plane, settings.brows)
    corners = refine_corners(photo.whole, pose, canonical, brows.plane, settings.corners)
    marks = refine_marks(photo, pose, canonical, corners.plane, networks.marks, settings.marks)
    raised = brows.plane - plane + marks.raised
    lids = refine_lids(photo, pose, canonical, marks.plane, networks.lids, settings.lids)
    irises = refine_irises(photo.whole, pose, canonical, lids.plane)
    plane = put_back(irises.plane, settings.response, irises.found, canonical.vertices)
    points = seen_from(pose, canonical, plane, settings.around_teeth)
    unread = plane - raised
    mesh_brows = seen_from(pose, canonical, unread, settings.around_teeth)
    upper, lower = lid_sds(lids.widths, lids.found, settings.scatter)
    spread = point_spread(
        irises.plane,
        [reading.twins for reading in kept],
        upper=upper,
        lower=lower,
        irises=irises.found,
        corners={side: corners.found[side] or marks.corners[side] for side in SIDES},
        px_per_cm=pose.scale,
        scatter=settings.scatter,
    )
    weights = _side_weights(first.blendshapes, mesh.weights(kept[-1].drawn), settings.drawing)
    score = min(reading.score for reading in kept)
    margins = {side: bool(found.all()) for side, found in lids.found.items()}
    return Hemifaces(points, spread, weights, pose, margins, irises.found, score, mesh_brows)


def _shrunk(photo: Halvings, pose: Pose, square: Square, drawing: Drawing) -> tuple[Pixels, Pose]:
    """A photo hardly finer than chimeras show it, and the head in it: what lies between is averaged."""
    small = photo.down_to(square.scale / pose.scale)
    view = pose.resized(small.shape[1] / photo.whole.shape[1], small.shape[0] / photo.whole.shape[0])
    ratio = view.scale / square.scale
    if ratio > drawing.alias_ratio:
        small = np.asarray(cv2.GaussianBlur(small, (0, 0), drawing.alias_sigma * ratio), dtype=np.uint8)
    return small, view


def _side_weights(first: FloatArray, halves: FloatArray, drawing: Drawing) -> FloatArray:
    """Expression weights with each side's own.

    Those of the eyes are of the halves. In the shape that both halves are drawn in, a smile or a raised brow
    is the same on either side, so the others are those of the whole face, which pulls its sides together, put
    apart again.
    """
    apart = (first - first[_TWINS]) / 2 / drawing.weights_shown
    weights = np.clip((first + first[_TWINS]) / 2 + apart, 0.0, 1.0)
    return np.where([name.startswith("eye") for name in MEDIAPIPE_478.expressions], halves, weights)
