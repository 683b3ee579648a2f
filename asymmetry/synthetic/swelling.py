"""A face that is swollen by a known amount: skin raised along its own normals, with its shading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import NamedTuple

import cv2
import numpy as np

from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.schemes import SIDES, Side
from asymmetry.errors import InvalidInputError
from asymmetry.extract.face.plane import average_at, on_a_grid
from asymmetry.synthetic.relief import Field, Relief, field_axes
from asymmetry.synthetic.retake import GAMMA, Sitter
from asymmetry.synthetic.skin import rise

__all__ = ["SPOTS", "Spot", "Swelling", "Swollen", "swell_face"]

# Step of the grid on which places are worked out, px, and rows of it that are worked out at once.
_STEP, _ROWS = 4, 32
# Light on the bump: from above and a little aside, so many parts across for one from the camera, and the
# share of all light that it is. The rest comes from everywhere.
_LIGHT = np.array([0.2, 0.5, 1.0]) / np.linalg.norm([0.2, 0.5, 1.0])
_DIRECTED = 0.6
# Slopes of the skin are smooth over this much (SD of a Gaussian, cm).
_SOFT = 0.3
# A swollen lid ends at its margin: it rises over so much, cm.
_MARGIN = 0.3
# Rounds in which points find their places on the swollen face: each reduces the error by half or more.
_ROUNDS = 20


@dataclass(frozen=True)
class Spot:
    """A place of one side of the face that may swell, and how far the swelling reaches.

    Attributes
    ----------
    points : tuple of str
        Named points, whose mean is its middle.
    across, up : float
        Reach along and up the face's plane, cm: standard deviations of a Gaussian.
    up_cm : float
        The middle lies so much above the points' mean.
    margin : str
        The contour of a lid, beyond which nothing swells; empty for other skin.
    """

    points: tuple[str, ...]
    across: float
    up: float
    up_cm: float = 0.0
    margin: str = ""


#: By name.
SPOTS: Mapping[str, Spot] = MappingProxyType(
    {
        "jaw": Spot(("jaw_3", "jaw_4", "commissure"), 1.2, 1.3),
        "cheek": Spot(("temple_4", "jaw_1", "ala"), 1.2, 1.4),
        "malar": Spot(("cheekbone",), 1.0, 0.8),
        "lower_lid": Spot(("lower_lid_3", "lower_lid_5"), 1.0, 0.35, -0.55, "lower_lid"),
        "upper_lid": Spot(("upper_lid_4", "brow_lower_3"), 1.0, 0.35, 0.0, "upper_lid"),
        "upper_lip": Spot(("upper_lip_outer_3", "upper_lip_inner_3"), 0.8, 0.35),
        "lower_lip": Spot(("lower_lip_outer_3", "lower_lip_inner_3"), 0.8, 0.35),
    }
)


@dataclass(frozen=True)
class Swelling:
    """A swelling of one place.

    Attributes
    ----------
    place : str
        A name of `SPOTS`.
    side : {"right", "left"}
        The patient's own.
    height_mm : float
        How far the skin is raised along its normal in the middle.
    """

    place: str
    side: Side
    height_mm: float

    def __post_init__(self) -> None:
        if self.place not in SPOTS or self.side not in SIDES or not np.isfinite(self.height_mm):
            raise InvalidInputError(
                f"{self}: a swelling is on the right or left, {', '.join(SPOTS)}, with a height in mm"
            )


class Swollen(NamedTuple):
    """A swollen face.

    Attributes
    ----------
    sitter : Sitter
        The face, ready to be photographed again; its ``pixels`` are the photo.
    shift : Field
        How far the skin that is seen at a point of the face's plane was moved there, cm: x to the patient's
        left, y up.
    """

    sitter: Sitter
    shift: Field


def swell_face(sitter: Sitter, swelling: Swelling) -> Swollen:
    """Raise the skin of one place.

    Only as much of it shows in a frontal photo as the skin faces aside there, up or down; the rest comes
    towards the camera and shows as shading. Irises and teeth stay.

    Parameters
    ----------
    sitter : Sitter
        The face, of `prepare_sitter`.
    swelling : Swelling
        Where, and by how much.

    Returns
    -------
    Swollen
        The same face with the swelling, and the shift of its skin.

    Examples
    --------
    >>> from asymmetry.synthetic import face, prepare_sitter
    >>> photo = np.full((880, 880, 3), 128, np.uint8)
    >>> swollen = swell_face(
    ...     prepare_sitter(photo, face(px_per_mm=4)), Swelling("cheek", "right", 4)
    ... )
    >>> bool(-0.4 < swollen.shift.table[..., 0].min() < -0.1)  # cm, to the patient's right
    True
    """
    relief = sitter.relief
    x, y = field_axes()
    plane = np.stack([x, y], axis=-1)
    height = _bump(sitter, swelling, plane)
    before = _normals(relief.depth(x, y))
    shift = Field((height * before[..., :2]).astype(np.float32))
    from_plane = plane - shift.table
    depth = (
        relief.depth(from_plane[..., 0], from_plane[..., 1]) + (height * before[..., 2:])[..., 0]
    )
    own = (depth - relief.canonical.depth_at(x, y))[..., None]
    gain = (_shade(_normals(depth)) / _shade(before))[..., None]
    raised = replace(relief, own=Field(own.astype(np.float32)), plane=_moved(relief.plane, shift))
    pixels = _draw(sitter, raised, shift, Field(gain.astype(np.float32)))
    points = sitter.landmarks.points.copy()
    points[0, :, :2] = raised.pose.project(raised.lift(raised.plane))[:, :2]
    landmarks = replace(sitter.landmarks, points=points)
    return Swollen(replace(sitter, pixels=pixels, landmarks=landmarks, relief=raised), shift)


def _bump(sitter: Sitter, swelling: Swelling, plane: FloatArray) -> FloatArray:
    """Height of the swelling over the face's plane (h, w, 2), cm, shape (h, w, 1)."""
    spot, points = SPOTS[swelling.place], sitter.relief.plane
    layout = sitter.landmarks.layout
    middle = points[layout.of(swelling.side, spot.points)].mean(axis=0)
    middle[1] += spot.up_cm
    away = (plane - middle) / (spot.across, spot.up)
    height = swelling.height_mm / 10 * np.exp(-np.square(away).sum(axis=-1) / 2)
    if spot.margin:
        margin = points[layout.of(swelling.side, layout.groups[spot.margin])]
        along = margin[np.argsort(margin[:, 0])]
        beyond = plane[..., 1] - np.interp(plane[..., 0], *along.T)
        height *= rise(beyond * np.sign(middle[1] - margin[:, 1].mean()), 0.0, _MARGIN)
    return np.asarray(height[..., None])


def _normals(depth: FloatArray) -> FloatArray:
    """Unit normals (h, w, 3) of a surface that is known at `field_axes`."""
    x, y = field_axes()
    down, across = np.gradient(depth, y[0, 0] - y[1, 0], x[0, 1] - x[0, 0])
    normals = np.stack([-across, down, np.ones_like(depth)], axis=-1)
    cells = 1 / (x[0, 1] - x[0, 0])
    soft = cv2.GaussianBlur(normals, (0, 0), _SOFT * cells)
    return np.asarray(soft / np.linalg.norm(soft, axis=-1, keepdims=True))


def _shade(normals: FloatArray) -> FloatArray:
    """Light on skin with these normals (h, w, 3)."""
    return np.asarray(1 - _DIRECTED + _DIRECTED * np.maximum(normals @ _LIGHT, 0.0))


def _moved(points: FloatArray, shift: Field) -> FloatArray:
    """Places (k, 2) of points of the face's plane after a shift that is known where they come to lie."""
    after = points
    for _ in range(_ROUNDS):
        after = points + shift.at(after[:, 0], after[:, 1])
    return after


def _draw(sitter: Sitter, raised: Relief, shift: Field, gain: Field) -> Pixels:
    """The photo of the raised surface, from where the other was taken."""
    height, width = sitter.pixels.shape[:2]

    def look(at: FloatArray) -> FloatArray:
        plane = raised.pose.unproject(at, raised.depth)
        x, y = plane[..., 0], plane[..., 1]
        seen = raised.pose.project(sitter.relief.lift(plane - shift.at(x, y)))[..., :2]
        return np.concatenate([seen, gain.at(x, y)], axis=-1)

    def of_nodes(nodes: FloatArray) -> FloatArray:
        return np.concatenate([look(nodes[i : i + _ROWS]) for i in range(0, len(nodes), _ROWS)])

    columns, rows = -(-width // _STEP) * _STEP, -(-height // _STEP) * _STEP
    seen = on_a_grid(columns, rows, of_nodes, _STEP)[:height, :width]
    drawn = average_at(sitter.pixels, seen[..., :2], 1.0)
    lit = drawn * seen[..., 2:].astype(np.float32) ** (1 / GAMMA)
    return np.asarray(np.rint(lit).clip(0, 255), dtype=np.uint8)
