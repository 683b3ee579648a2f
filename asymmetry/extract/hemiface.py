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
from asymmetry.extract.drag import undragged
from asymmetry.extract.landmarker import Reading
from asymmetry.extract.lids import refine_lids
from asymmetry.extract.pose import Pose, fit_pose

__all__ = ["Square", "chimera", "drawn", "mirrored_points", "places", "read_hemifaces"]

Pixels = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float64]
Detect = Callable[[Pixels], list[Reading]]

#: Side of the chimera, px. The landmarker reads 256 px; 800 px measured no better.
SQUARE = 400
#: How much of the square the canonical face's height fills, at size 1.
FILL = 0.55
#: The mesh draws the iris this much too wide: 1.04 against hand-placed rings (horizontal, 8 people), 1.06 on
#: renders. Corrected here, since millimetres hang on it.
IRIS_OVERREAD = 1.045
# Where an eye's opening is taken, and the least that counts, cm.
_MIDDLE_OF_LIDS, _LEAST_OPENING = ("upper_lid_4", "lower_lid_4"), 0.02
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


def _surface(canonical: Canonical, xy: FloatArray) -> FloatArray:
    """Points (..., 2) of the face's plane lifted onto its surface, (..., 3)."""
    return np.concatenate([xy, canonical.depth_at(xy[..., 0], xy[..., 1])[..., None]], axis=-1)


def chimera(photo: Pixels, pose: Pose, canonical: Canonical, square: Square, side: Side) -> Pixels:
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

    Returns
    -------
    ndarray of uint8, shape (side, side, 3)
        Exactly mirror-symmetric.
    """
    half = square.side // 2
    columns, rows = np.meshgrid(np.arange(half) + 0.5, np.arange(square.side) + 0.5)
    plane = square.to_face(np.stack([columns, rows], axis=-1))
    if side == "left":
        plane = plane * np.array([-1.0, 1.0])
    shown = drawn(photo, places(pose, canonical, plane))
    return np.concatenate([shown, shown[:, ::-1]], axis=1)


def places(pose: Pose, canonical: Canonical, plane: FloatArray) -> FloatArray:
    """Where the photo shows canonical x, y (..., 2) in cm: photo x, y (..., 2), px, y down."""
    return pose.project(_surface(canonical, plane))[..., :2]


def drawn(photo: Pixels, at: FloatArray) -> Pixels:
    """A photo's pixels at places (h, w, 2); beyond its edge, the pixels of the edge."""
    columns, rows = np.moveaxis(at.astype(np.float32) - np.float32(0.5), -1, 0)
    pixels = cv2.remap(photo, columns, rows, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(pixels, dtype=np.uint8)


def mirrored_points(points: FloatArray, width: float) -> FloatArray:
    """A reading (k, 3) of a mirrored picture as a reading of the picture itself."""
    twin = points[MEDIAPIPE_478.mirror]
    return np.stack([width - twin[:, 0], twin[:, 1], twin[:, 2]], axis=1)


def read_square(
    photo: Pixels, pose: Pose, canonical: Canonical, square: Square, detect: Detect
) -> tuple[FloatArray, dict[Side, FloatArray]] | None:
    """Canonical x, y (k, 2) of every point, each side from its own chimera, and the expression weights.

    None if the model finds no face in a chimera.
    """
    planes, weights = {}, {}
    for side in SIDES:
        found = detect(chimera(photo, pose, canonical, square, side))
        if not found:
            return None
        points = found[0].points
        # The chimera is symmetric: where a point and its mirror twin differ, that is noise.
        points = (points + mirrored_points(points, square.side)) / 2
        planes[side] = square.to_face(points[:, :2])
        weights[side] = found[0].blendshapes
    return _joined(planes, _right_numbers(canonical.vertices)), weights


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
        Sizes of the face in the square; their readings are averaged.

    Returns
    -------
    Hemifaces or None
        None if the model finds no face in a chimera.
    """
    pose = fit_pose(first, canonical.vertices)
    squares = [Square.of(canonical.vertices, size) for size in sizes]
    smooth = _anti_aliased(photo, pose.scale / squares[0].scale)
    found = [read_square(smooth, pose, canonical, square, detect) for square in squares]
    kept = [reading for reading in found if reading is not None]
    if len(kept) < len(squares):
        return None
    planes = np.stack([plane for plane, _ in kept])
    # A chimera's midline is straight whatever the face's is: sideways, these points are the first reading's.
    middle = MEDIAPIPE_478.mirror == np.arange(MEDIAPIPE_478.size)
    planes[:, middle, 0] = pose.unproject(first[middle, :2], canonical.depth_at)[:, 0]
    plane = refine_lids(photo, pose, canonical, planes.mean(axis=0)).plane
    points = pose.project(_surface(canonical, undragged(_true_irises(plane))))
    one = len(sizes) == 1
    spread = np.full(len(points), np.nan) if one else planes.std(axis=0, ddof=1).max(axis=-1) * pose.scale
    weights = {side: np.mean([w[side] for _, w in kept], axis=0) for side in SIDES}
    return Hemifaces(points, spread, _side_weights(weights), pose)


def _true_irises(plane: FloatArray) -> FloatArray:
    """The iris rings drawn in to their true width, the same on both sides.

    A lid that covers half an iris makes it read 4 % narrow, so each side counts by its opening, squared.
    """
    plane = plane.copy()
    rings, widths, weights = [], [], []
    for numbers in (MEDIAPIPE_478.right, MEDIAPIPE_478.left):
        centre, medial, _, lateral, _ = ring = numbers(MEDIAPIPE_478.groups["iris"])
        upper, lower = numbers(_MIDDLE_OF_LIDS)
        rings.append((centre, ring))
        widths.append(abs(plane[lateral, 0] - plane[medial, 0]))
        weights.append(max(plane[upper, 1] - plane[lower, 1], _LEAST_OPENING) ** 2)
    width = (widths[0] * weights[0] + widths[1] * weights[1]) / (weights[0] + weights[1])
    for (centre, ring), own in zip(rings, widths, strict=True):
        plane[ring] = plane[centre] + (plane[ring] - plane[centre]) * (width / own / IRIS_OVERREAD)
    return plane


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
