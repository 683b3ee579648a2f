"""The atlas of the skin: half a canonical face as a grid of pixels, its regions, and parts that are no skin.

The grid lies in the plane of the canonical face: columns run outwards from the midline, rows down. Both
halves of a photo are drawn into it, so regions and masks are the same for all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import Mask
from asymmetry.core.schemes import MEDIAPIPE_478
from asymmetry.core.schemes.vocabulary import STATIONS
from asymmetry.extract.model.canonical import Canonical, load_canonical

__all__ = ["HEIGHT", "PX_PER_CM", "REGIONS", "STEP", "TOP_CM", "WIDTH", "Atlas", "load_atlas"]

FloatArray = npt.NDArray[np.floating[Any]]
Labels = npt.NDArray[np.int8]

#: Pixels per cm of the pictures: 2 per mm of a canonical face.
PX_PER_CM = 20
#: Size of half a face, px, and the height of its upper edge on the canonical face, cm.
HEIGHT, WIDTH, TOP_CM = 368, 160, 8.8
#: Step of the grid at whose nodes places are worked out, px.
STEP = 4

#: Regions of the skin and their outlines on half the canonical face: outwards and up, cm. Where two overlap,
#: the later one has the skin.
_OUTLINES: dict[str, tuple[tuple[float, float], ...]] = {
    "cheek": ((1.5, 1.6), (8.0, 1.6), (8.0, -4.2), (3.3, -4.2), (1.5, -1.8)),
    "jaw": ((2.9, -4.2), (8.0, -4.2), (8.0, -9.6), (3.0, -9.6), (3.0, -6.0)),
    "chin": ((0.0, -5.9), (3.0, -5.9), (3.0, -9.6), (0.0, -9.6)),
    "perioral": ((0.0, -1.8), (1.9, -1.8), (3.3, -4.2), (3.0, -5.9), (0.0, -5.9)),
    "nose": ((0.0, 2.9), (0.9, 2.9), (1.3, 1.6), (1.9, -0.3), (1.9, -1.8), (0.0, -1.8)),
    "lower_lid": ((1.2, 2.6), (4.7, 2.6), (4.9, 1.8), (4.2, 1.1), (2.6, 0.9), (1.3, 1.5)),
    "upper_lid": (
        (0.9, 2.6),
        (4.7, 2.6),
        (5.0, 3.3),
        (4.8, 4.3),
        (2.6, 4.7),
        (1.2, 4.2),
        (0.9, 3.2),
    ),
    "crows_feet": ((4.7, 1.5), (7.9, 1.5), (7.9, 4.3), (5.2, 4.3), (5.0, 3.3), (4.7, 2.6)),
    "forehead": (
        (0.0, 4.8),
        (1.2, 4.9),
        (2.6, 5.0),
        (5.2, 4.3),
        (7.9, 4.3),
        (7.9, 8.8),
        (0.0, 8.8),
    ),
    "glabella": ((0.0, 2.9), (0.9, 2.9), (1.2, 4.2), (1.2, 5.2), (0.0, 5.2)),
}
#: Names of the regions, as in the columns.
REGIONS = (
    "forehead",
    "glabella",
    "upper_lid",
    "lower_lid",
    "crows_feet",
    "nose",
    "cheek",
    "jaw",
    "perioral",
    "chin",
)
# Nostrils, cm on half the canonical face.
_NOSTRILS = ((0.0, -1.0), (0.5, -0.95), (1.35, -1.0), (1.35, -1.75), (0.7, -2.0), (0.0, -1.85))
# How far the parts that are no skin reach beyond their outlines, mm: lashes, hair of the brows, and the red
# of the lips, which the points follow to within a millimetre or two.
_EYE_MM, _BROW_MM, _LIP_MM = 2.2, 2.5, 2.2
# Distances from the outline of the face that count as its rim, mm: hair, beard and the turn away from the
# camera begin there.
_RIM_MM = 4.0
# Smoothing of the shift fields, relative to the kernel's diagonal: passes within 0.2 mm of most points.
_STIFFNESS = 1e-4


@dataclass(frozen=True, eq=False)
class Atlas:
    """Half a canonical face as pixels.

    Attributes
    ----------
    region : ndarray of int8, shape (HEIGHT, WIDTH)
        Number of each pixel's region in `REGIONS`; -1 beyond the face.
    skin : ndarray of bool, shape (HEIGHT, WIDTH)
        Pixels that are skin in a face without beard: no eye, brow, lip or nostril, and not the rim.
    normal : ndarray, shape (HEIGHT, WIDTH, 3)
        Unit normals of the surface: outwards, up and towards the viewer.
    place : ndarray, shape (HEIGHT, WIDTH, 2)
        Outwards and up, cm.
    knots : ndarray, shape (k, 2)
        The canonical points of the half, outwards and up, cm.
    numbers : ndarray of int, shape (2, k)
        Their landmark numbers, of the right side and of the left.
    nodes : ndarray, shape (rows, columns, 2)
        The nodes of a coarse grid, outwards and up, cm: every `STEP` pixels, and one step beyond the picture.
    spline : ndarray, shape (rows, columns, k)
        Weights of the knots' shifts at the nodes.
    canonical : Canonical
        The canonical face.
    """

    region: Labels = field(repr=False)
    skin: Mask = field(repr=False)
    normal: FloatArray = field(repr=False)
    place: FloatArray = field(repr=False)
    knots: FloatArray = field(repr=False)
    numbers: npt.NDArray[np.intp] = field(repr=False)
    nodes: FloatArray = field(repr=False)
    spline: npt.NDArray[np.float32] = field(repr=False)
    canonical: Canonical = field(repr=False)

    def pixel(self, out_cm: float, up_cm: float) -> tuple[int, int]:
        """Row and column of the pixel at a place of the canonical face, or of the nearest one."""
        row, column = (TOP_CM - up_cm) * PX_PER_CM, out_cm * PX_PER_CM
        return int(np.clip(row, 0, HEIGHT - 1)), int(np.clip(column, 0, WIDTH - 1))


@cache
def load_atlas() -> Atlas:
    """The atlas of the installed model's canonical face; made once."""
    canonical = load_canonical()
    vertices = canonical.vertices
    half = np.flatnonzero(vertices[:, 0] > -1e-9)
    knots = vertices[half, :2]
    numbers = np.stack([MEDIAPIPE_478.mirror[half], half])
    place = _places(np.arange(WIDTH) + 0.5, np.arange(HEIGHT) + 0.5)
    outline = cv2.convexHull(_pixels(vertices[half, :2]).astype(np.float32))
    face = _fill([_pixels_of(np.asarray(outline[:, 0], float))])
    return Atlas(
        region=_label(face),
        skin=_shrink(face, _RIM_MM) & ~_no_skin(vertices),
        normal=_normals(canonical, place).astype(np.float32),
        place=place,
        knots=knots,
        numbers=numbers,
        nodes=_nodes(),
        spline=_spline_weights(knots, _nodes()),
        canonical=canonical,
    )


def _places(columns: FloatArray, rows: FloatArray) -> FloatArray:
    """Outwards and up, cm, of pixel-edge coordinates."""
    x, y = np.meshgrid(columns / PX_PER_CM, TOP_CM - rows / PX_PER_CM)
    return np.stack([x, y], axis=-1)


def _nodes() -> FloatArray:
    """Places of the grid's nodes, one step beyond the picture, as in `asymmetry.extract.face.plane`."""
    columns = (np.arange(-1, WIDTH // STEP + 1) + 0.5) * STEP
    rows = (np.arange(-1, HEIGHT // STEP + 1) + 0.5) * STEP
    return _places(columns, rows)


def _pixels(plane: FloatArray) -> FloatArray:
    return (plane * (1, -1) + (0, TOP_CM)) * PX_PER_CM


def _pixels_of(corners: FloatArray) -> npt.NDArray[np.int32]:
    return np.asarray(np.rint(corners - 0.5), dtype=np.int32)


def _fill(outlines: list[npt.NDArray[np.int32]]) -> Mask:
    picture = np.zeros((HEIGHT, WIDTH), np.uint8)
    for outline in outlines:
        cv2.fillPoly(picture, [outline], (1,))
    return picture > 0


def _label(face: Mask) -> Labels:
    """Number of the region of each pixel of the face."""
    labels = np.full((HEIGHT, WIDTH), REGIONS.index("cheek"), np.int8)
    for name, corners in _OUTLINES.items():
        labels[_fill([_pixels_of(_pixels(np.array(corners)))])] = REGIONS.index(name)
    return np.where(face, labels, np.int8(-1))


def _shrink(mask: Mask, mm: float) -> Mask:
    """A mask without its rim towards the outside; the midline is no rim."""
    padded = np.pad(mask, 1)
    padded[:, 0] = padded[:, 1]
    whole = np.hstack([padded[:, ::-1], padded]).astype(np.uint8)
    inside = cv2.distanceTransform(whole, cv2.DIST_L2, 5) > mm * PX_PER_CM / 10
    return np.asarray(inside[1:-1, padded.shape[1] + 1 : -1])


def _no_skin(vertices: FloatArray) -> Mask:
    """Eye, brow, lips and nostrils, each with its margin."""
    eye = [*STATIONS["upper_lid"], "inner_canthus", *_back("lower_lid"), "outer_canthus"]
    brow = [*STATIONS["brow_upper"], *_back("brow_lower")]
    lips = ["commissure", *STATIONS["upper_lip_outer"]]
    below = _back("lower_lip_outer")
    middle = [MEDIAPIPE_478.midline[name] for name in ("upper_lip", "lower_lip")]
    mouth = [*_numbers(lips), *middle, *_numbers(below)]
    masks = [
        _grow(_outline(vertices, _numbers(eye)), _EYE_MM),
        _grow(_outline(vertices, _numbers(brow)), _BROW_MM),
        _grow(_outline(vertices, mouth), _LIP_MM),
        _fill([_pixels_of(_pixels(np.array(_NOSTRILS)))]),
    ]
    return np.asarray(np.any(masks, axis=0))


def _back(contour: str) -> list[str]:
    return list(STATIONS[contour])[::-1]


def _numbers(names: list[str]) -> list[int]:
    return MEDIAPIPE_478.left(tuple(names))


def _outline(vertices: FloatArray, numbers: list[int]) -> Mask:
    return _fill([_pixels_of(_pixels(vertices[numbers, :2]))])


def _grow(mask: Mask, mm: float) -> Mask:
    away = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5)
    return np.asarray(away <= mm * PX_PER_CM / 10)


def _normals(canonical: Canonical, place: FloatArray) -> FloatArray:
    """Unit normals of the canonical surface."""
    depth = canonical.depth_at(place[..., 0], place[..., 1])
    down, out = np.gradient(depth, 1 / PX_PER_CM)
    normal = np.stack([-out, down, np.ones_like(depth)], axis=-1)
    return np.asarray(normal / np.linalg.norm(normal, axis=-1, keepdims=True))


def _spline_weights(knots: FloatArray, nodes: FloatArray) -> npt.NDArray[np.float32]:
    """Weights (rows, columns, k) of a smoothing thin-plate spline through shifts of the knots."""
    n, flat = len(knots), nodes.reshape(-1, 2)
    plane = np.column_stack([np.ones(n), knots])
    system = np.zeros((n + 3, n + 3))
    system[:n, :n] = _kernel(knots, knots) + _STIFFNESS * n * np.eye(n)
    system[:n, n:], system[n:, :n] = plane, plane.T
    inverse = np.linalg.inv(system)[:, :n]
    basis = np.column_stack([_kernel(flat, knots), np.ones(len(flat)), flat])
    return np.asarray((basis @ inverse).reshape(*nodes.shape[:2], n), dtype=np.float32)


def _kernel(a: FloatArray, b: FloatArray) -> FloatArray:
    r2 = ((a[:, None] - b[None]) ** 2).sum(axis=-1)
    return np.asarray(r2 * np.log(np.maximum(r2, 1e-12)) / 2)
