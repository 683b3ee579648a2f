"""Sides of faces whose brow, canthi and corner of the mouth are known: by hand, read in crops, or rendered.

All lengths are canonical cm; places count outwards and up from the middle of the picture that the network
would see.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from asymmetry.extract.edges.marks import BROW_PICTURE, MOUTH_PICTURE, picture_middles
from asymmetry.extract.edges.network import Picture
from asymmetry.extract.face.half import from_half, to_half
from asymmetry.extract.face.plane import draw_at, places
from asymmetry.extract.face.pose import Pose, fit_pose
from asymmetry.extract.model.canonical import Canonical, load_canonical
from asymmetry.extract.model.finding import find_faces
from asymmetry.extract.model.landmarker import Landmarker
from asymmetry.photos.halvings import Halvings
from asymmetry.photos.photo import read_photo
from benchmarks.fidelity import hand
from benchmarks.tune.eyes import rendered_points

__all__ = ["Marked", "read_marked"]

#: The stored picture is so much finer than the network's, and reaches so much farther either way.
FINER, FARTHER = 2, 1.5
# Numbers in the 189-point template, right and left: outer and inner canthus, corner; and of the renders' 68.
_TEMPLATE = ((18, 22, 87), (27, 23, 93))
_RENDER = ((36, 39, 48), (45, 42, 54))
_NAMES = ("lateral_canthus", "medial_canthus", "mouth_corner")
_EDGES = ("brow_upper", "brow_lower")
# Weight of one truth beside others. Of brows that were read over the iris's rim alone the mesh's own line
# through that point stands for the rest, and counts little.
_PLACED, _READ, _RENDERED, _REST = 1.0, 0.8, 0.5, 0.15
# Of a smooth contour every so-manieth place is kept.
_EVERY = 4
# How far from the iris's rim a brow that was read there counts fully, cm.
_NEAR_RIM = 0.15


@dataclass(frozen=True, eq=False)
class Marked:
    """One picture with known places.

    Attributes
    ----------
    photo : str
        Name of its file.
    mouth : bool
        Whether it shows the corner of the mouth, or the brow and the eye.
    picture : ndarray of uint8, shape (rows, columns, 3)
        `FINER` and `FARTHER` than the network's.
    edges : tuple of ndarray, shape (m, 2)
        The brow's upper and lower edge; empty where they are not known.
    edge_weights : tuple of ndarray, shape (m,)
        What each of their places counts.
    points : ndarray, shape (3, 2)
        Outer canthus, inner canthus, corner of the mouth.
    point_weights : ndarray, shape (3,)
        What each counts; 0 for what is not known or not in the picture.
    """

    photo: str
    mouth: bool
    picture: Pixels = field(repr=False)
    edges: tuple[FloatArray, ...] = field(repr=False)
    edge_weights: tuple[FloatArray, ...] = field(repr=False)
    points: FloatArray
    point_weights: FloatArray

    @property
    def shape(self) -> Picture:
        """How the network sees it."""
        return MOUTH_PICTURE if self.mouth else BROW_PICTURE


def read_marked(paths: Sequence[Path]) -> list[Marked]:
    """Both pictures of each side in these photos."""
    table, rendered, canonical = hand.read_table(), rendered_points(), load_canonical()
    found = []
    with Landmarker() as landmarker:
        for path in paths:
            photo = Halvings(read_photo(path).pixels)
            mesh = find_faces(photo, landmarker)[0].points
            pose = fit_pose(mesh, canonical.vertices)
            plane = pose.unproject(mesh[:, :2], canonical.depth_at)
            for number, side in enumerate(SIDES):
                view = _View(pose, canonical, side, to_half(plane, side))
                edges, edge_weights = view.brow(path, number, table)
                points, weights = view.points(path, number, table, rendered)
                for mouth, middle in enumerate(picture_middles(view.half, side)):
                    shape = MOUTH_PICTURE if mouth else BROW_PICTURE
                    found.append(
                        Marked(
                            path.name,
                            bool(mouth),
                            view.picture(photo, middle, shape),
                            () if mouth else tuple(edge - middle for edge in edges),
                            () if mouth else edge_weights,
                            np.nan_to_num(points - middle),
                            weights * ([0, 0, 1] if mouth else [1, 1, 0]),
                        )
                    )
    return found


@dataclass(frozen=True)
class _View:
    """One side of a photo: ``half`` (k, 2) is the mesh, outwards and up."""

    pose: Pose
    canonical: Canonical
    side: Side
    half: FloatArray

    def placed(self, at: FloatArray) -> FloatArray:
        """Photo places (m, 2), px, outwards and up."""
        return to_half(self.pose.unproject(at, self.canonical.depth_at), self.side)

    def picture(self, photo: Halvings, middle: FloatArray, shape: Picture) -> Pixels:
        step = shape.step / FINER
        size = (round(n * FINER * FARTHER) for n in (shape.width, shape.height))
        grid = Picture(step, *size).grid()
        at = places(self.pose, self.canonical, from_half(middle + grid, self.side))
        ratio, whole = step * self.pose.scale, photo.whole
        if ratio > 1.3:
            whole = np.asarray(cv2.GaussianBlur(whole, (0, 0), 0.45 * ratio), dtype=np.uint8)
        return draw_at(whole, at, cv2.INTER_LINEAR)

    def points(
        self, path: Path, number: int, table: hand.Readings, rendered: Mapping[str, FloatArray]
    ) -> tuple[FloatArray, FloatArray]:
        """Canthi and corner, the mean of both hands where there are two; NaN and 0 where there is none."""
        nothing = np.full(2, np.nan)
        hands = []
        if path.with_suffix(".tem").is_file():
            hands.append((_PLACED, hand.read_template(path)[list(_TEMPLATE[number])]))
        read = np.array([table.get((path.name, self.side, name), nothing) for name in _NAMES])
        hands.append((_READ, read))
        if path.name in rendered:
            hands.append((_RENDERED, rendered[path.name][list(_RENDER[number])]))
        at = np.array([self.placed(points) for _, points in hands])
        known = np.isfinite(at[..., 0])
        weights = (known * np.array([[weight] for weight, _ in hands])).max(axis=0)
        total = np.where(known[..., None], at, 0.0).sum(axis=0)
        mean = total / np.maximum(known.sum(axis=0), 1)[:, None]
        return np.where(weights[:, None] > 0, mean, np.nan), weights

    def brow(
        self, path: Path, number: int, table: hand.Readings
    ) -> tuple[tuple[FloatArray, ...], tuple[FloatArray, ...]]:
        """The brow's edges, and what each of their places counts."""
        traced = path.with_suffix(".tem").is_file()
        if not traced and (path.name, self.side, _EDGES[0]) not in table:
            return (), ()
        edges, weights = [], []
        for edge in _EDGES:
            if traced:
                line = hand.read_template(path)[list(hand.CONTOURS[edge][number])]
                line = self.placed(hand.smooth_contour(line))
            else:
                line = hand.smooth_contour(
                    self.half[MEDIAPIPE_478.of(self.side, MEDIAPIPE_478.groups[edge])]
                )
            counted = np.full(len(line), _PLACED if traced else _REST)
            read = table.get((path.name, self.side, edge))
            if read is not None:
                at = self.placed(read[None])[0]
                order = np.argsort(line[:, 0])
                above = at[1] - np.interp(at[0], line[order, 0], line[order, 1])
                line = line + np.array([0.0, above / 2 if traced else above])
                if not traced:
                    counted[np.abs(line[:, 0] - at[0]) < _NEAR_RIM] = _READ
            elif not traced:
                counted[:] = 0.0
            edges.append(line[::_EVERY])
            weights.append(counted[::_EVERY])
        return tuple(edges), tuple(weights)
