"""Depth of points off the canonical face's surface: irises, and the mouth when it widens."""

from __future__ import annotations

import numpy as np

from asymmetry.core.arrays import FloatArray
from asymmetry.core.schemes import SIDES
from asymmetry.core.schemes.vocabulary import GROUPS
from asymmetry.extract.face.plane import surface
from asymmetry.extract.face.pose import Pose
from asymmetry.extract.model.canonical import Canonical

__all__ = ["AROUND_TEETH", "project_face"]

#: Way back around the teeth of the mouth's points, per cm that they move outwards, beyond the slope of the
#: surface. Without it a smile at 10° of yaw is read 1 mm too wide on one side and too narrow on the other.
#: Renders have 1.05; 0.6 leaves the corners in frontal photos where hand and renders have them.
AROUND_TEETH = 0.6


def project_face(
    pose: Pose, canonical: Canonical, plane: FloatArray, around_teeth: float = AROUND_TEETH
) -> FloatArray:
    """Project all points (k, 2) of the face's plane into the photo: x, y and depth, px.

    Irises are flat. The surface slopes off at the eyes, and an iris with that slope would be too narrow on
    the near side of a turned head and too wide on the far one, by up to a fifth. The mouth's points move back
    as they move outwards from their place on the canonical face.
    """
    points, scheme = surface(canonical, plane), canonical.scheme
    for side in SIDES:
        iris = scheme.of(side, scheme.pairs_of(GROUPS["iris"]))
        points[iris, 2] = points[iris[:1], 2]
    names = scheme.pairs_of(GROUPS["mouth"])
    mouth = scheme.right(names) + scheme.left(names)
    outwards = np.abs(points[mouth, 0]) - np.abs(canonical.vertices[mouth, 0])
    depth = points[mouth, 2] - around_teeth * outwards
    points[mouth] = _move_to_depth(pose, points[mouth], depth)
    return pose.project(points)


def _move_to_depth(pose: Pose, points: FloatArray, depth: FloatArray) -> FloatArray:
    """Move canonical points (k, 3) to a depth (k,), cm, along the rays on which the photo shows them."""
    plane = pose.unproject(pose.project(points)[:, :2], lambda *_: depth)
    return np.column_stack([plane, depth])
