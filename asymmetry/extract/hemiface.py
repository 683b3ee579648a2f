"""Hemiface: each side of a face read from a whole face made of that side and its own mirror image.

The landmark model has learnt that faces are symmetric and pulls both sides together. In a face that is made
of one half and its mirror image there is nothing to pull, and the two sides never see each other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.beside import ALONE, Beside
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Scheme, Side
from asymmetry.extract.edges.brows import refine_brows
from asymmetry.extract.edges.corners import refine_corners
from asymmetry.extract.edges.irises import draw_eyes, refine_irises
from asymmetry.extract.edges.lids import LidNetworks, refine_lids
from asymmetry.extract.edges.marks import MarkNetwork, refine_marks
from asymmetry.extract.face.depth import project_face
from asymmetry.extract.face.frontal import Drawn, draw_face
from asymmetry.extract.face.plane import surface
from asymmetry.extract.face.pose import Pose, fit_pose
from asymmetry.extract.halves.common import CommonShape
from asymmetry.extract.halves.response import put_back, whole_brows
from asymmetry.extract.halves.square import Square, SquareReading, read_square
from asymmetry.extract.judge.spread import Seen, lid_sds, point_spread
from asymmetry.extract.model.canonical import Canonical
from asymmetry.extract.model.landmarker import Reading
from asymmetry.extract.model.protocol import SquareReader
from asymmetry.extract.settings import Drawing, Settings
from asymmetry.photos.halvings import Halvings

__all__ = ["EdgeNetworks", "Hemifaces", "read_hemifaces"]

_BROWS = [number for name in MEDIAPIPE_478.groups["brow"] for number in MEDIAPIPE_478.pairs[name]]


@dataclass(frozen=True)
class Hemifaces:
    """The findings of hemiface: points (k, 3) px, spread (k,) px, expression weights (52,), pose.

    ``margins`` and ``irises`` say whether both lids' margins and the iris were seen in the pixels, and
    ``score`` how sure the network is of the half that looks least like a face's. ``mesh_brows`` (k, 3) px has
    the brows where the mesh draws them: behind glasses the dark band is as often a rim as a brow. ``drawn``
    gives the face as seen from the front, which is being drawn; None where nobody began to. ``widths`` are
    those of `asymmetry.extract.edges.marks.Marks`.
    """

    points: FloatArray = field(repr=False)
    spread: FloatArray = field(repr=False)
    blendshapes: FloatArray = field(repr=False)
    pose: Pose
    margins: dict[Side, bool]
    irises: dict[Side, bool]
    score: float
    mesh_brows: FloatArray = field(repr=False)
    drawn: Callable[[], Drawn] | None = field(default=None, repr=False)
    widths: dict[str, dict[Side, float]] | None = None


class EdgeNetworks(NamedTuple):
    """The networks that read places in the pixels, and the threads that share this work."""

    lids: LidNetworks
    marks: MarkNetwork
    beside: Beside = ALONE


def read_hemifaces(
    photo: Halvings,
    first: Reading,
    canonical: Canonical,
    mesh: SquareReader,
    networks: EdgeNetworks,
    sizes: Sequence[float],
    settings: Settings,
    focal_px: float = math.nan,
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
    mesh : SquareReader
        The network; it reads twice per size.
    networks : EdgeNetworks
        Those that read the pixels; each reads both sides once.
    sizes : sequence of float
        Sizes of the face in the square. Each is read in the common shape that the one before it leads to, the
        first in that of ``first``; the readings are averaged.
    settings : Settings
        The constants.
    focal_px : float
        Focal length of the camera, px; NaN where it is not known.

    Returns
    -------
    Hemifaces or None
        None if the model finds no face in a chimera.
    """
    scheme = canonical.scheme
    pose = fit_pose(first.points, canonical.vertices, focal_px=focal_px, scheme=scheme)
    squares = [Square.of(canonical, size) for size in sizes]
    small, view, blur = _shrunk(photo, pose, squares[0], settings.drawing)
    middle = scheme.mirror == np.arange(scheme.size)
    start = plane = pose.unproject(first.points[:, :2], canonical.depth_at)
    kept = []
    for square in squares:
        shape = CommonShape.of(plane, settings.common, scheme)
        reading = read_square(small, view, canonical, square, mesh, shape, blur, networks.beside)
        if reading is None:
            return None
        plane = reading.plane
        # A chimera's midline is straight whatever the face's is: sideways, its points are the first
        # reading's.
        plane[middle, 0] = start[middle, 0]
        kept.append(reading)
    plane = np.mean([reading.plane for reading in kept], axis=0)
    weighed = networks.beside.begin(
        _weigh, first.blendshapes, kept[-1].drawn, mesh, settings.drawing, scheme
    )
    known = plane, kept, pose, canonical, first.blendshapes
    try:
        if scheme is MEDIAPIPE_478:
            found = _refine(photo, *known, networks, settings)
        else:
            found = _as_read(*known, settings)
    finally:
        weights = weighed()  # until it is done no other thread may use the network
    return replace(found, blendshapes=weights)


def _as_read(
    plane: FloatArray,
    kept: Sequence[SquareReading],
    pose: Pose,
    canonical: Canonical,
    weights: FloatArray,
    settings: Settings,
) -> Hemifaces:
    """The network's own reading of both halves, for points whose edges nobody knows how to find."""
    points = project_face(pose, canonical, plane, settings.around_teeth)
    score = min(reading.score for reading in kept)
    return Hemifaces(
        points=points,
        spread=np.full(len(points), np.nan),
        blendshapes=weights,
        pose=pose,
        margins={},
        irises={},
        score=score,
        mesh_brows=points,
    )


def _refine(
    photo: Halvings,
    plane: FloatArray,
    kept: Sequence[SquareReading],
    pose: Pose,
    canonical: Canonical,
    weights: FloatArray,
    networks: EdgeNetworks,
    settings: Settings,
) -> Hemifaces:
    """MediaPipe's points, with edges found in the pixels and the points they drag along put back."""
    beside = networks.beside
    eyes = beside.begin(draw_eyes, photo.whole, pose, canonical, plane, settings.irises)
    plane = whole_brows(plane, settings.response, canonical.vertices)
    brows = refine_brows(photo.whole, pose, canonical, plane, settings.brows)
    corners = refine_corners(photo.whole, pose, canonical, brows.plane, settings.corners)
    lids = refine_lids(photo, pose, canonical, corners.plane, networks.lids, settings.lids, beside)
    marks = refine_marks(
        photo, pose, canonical, lids.plane, networks.marks, settings.marks, beside, corners.found
    )
    raised = brows.plane - plane + marks.raised
    drawn = beside.begin(draw_face, photo.whole, pose, canonical)
    irises = refine_irises(photo.whole, pose, canonical, marks.plane, settings.irises, eyes())
    plane = put_back(irises.plane, settings.response, irises.found, canonical.vertices)
    points = project_face(pose, canonical, plane, settings.around_teeth)
    mesh_brows = points.copy()
    mesh_brows[_BROWS] = pose.project(surface(canonical, (plane - raised)[_BROWS]))
    upper, lower = lid_sds(lids.widths, lids.found, settings.scatter)
    on_line = {side: corners.found[side] or marks.corners[side] for side in SIDES}
    spread = point_spread(
        irises.plane,
        [reading.twins for reading in kept],
        upper=upper,
        lower=lower,
        seen=Seen(irises.found, brows.sure, on_line),
        px_per_cm=pose.scale,
        scatter=settings.scatter,
    )
    score = min(reading.score for reading in kept)
    margins = {side: bool(found.all()) for side, found in lids.found.items()}
    return Hemifaces(
        points=points,
        spread=spread,
        blendshapes=weights,
        pose=pose,
        margins=margins,
        irises=irises.found,
        score=score,
        mesh_brows=mesh_brows,
        drawn=drawn,
        widths=marks.widths,
    )


def _shrunk(
    photo: Halvings, pose: Pose, square: Square, drawing: Drawing
) -> tuple[Pixels, Pose, float]:
    """A photo hardly finer than chimeras show it, the head in it, and the blur that averages pixels, px."""
    small = photo.down_to(square.scale / pose.scale)
    view = pose.resize(small.shape[1] / photo.whole.shape[1], small.shape[0] / photo.whole.shape[0])
    ratio = view.scale / square.scale
    return small, view, drawing.alias_sigma * ratio if ratio > drawing.alias_ratio else 0.0


def _weigh(
    first: FloatArray, drawn: FloatArray, mesh: SquareReader, drawing: Drawing, scheme: Scheme
) -> FloatArray:
    """Expression weights by those of the whole face and the points in chimeras; none without a network."""
    if not scheme.expressions:
        return first
    return _side_weights(first, mesh.weigh_expressions(drawn), drawing, scheme)


def _side_weights(
    first: FloatArray, halves: FloatArray, drawing: Drawing, scheme: Scheme
) -> FloatArray:
    """Expression weights with each side's own.

    Those of the eyes are of the halves. In the shape that both halves are drawn in, a smile or a raised brow
    is the same on either side, so the others are those of the whole face, which pulls its sides together, put
    apart again.
    """
    twins = first[scheme.expression_twins]
    apart = (first - twins) / 2 / drawing.weights_shown
    weights = np.clip((first + twins) / 2 + apart, 0.0, 1.0)
    return np.where([name.startswith("eye") for name in scheme.expressions], halves, weights)
