"""How deep points lie that are not on the canonical face's surface: irises, and a mouth that is drawn out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from asymmetry.core.schemes import SIDES
from asymmetry.core.schemes.vocabulary import GROUPS
from asymmetry.extract.face.plane import surface
from asymmetry.extract.face.pose import Pose
from asymmetry.extract.model.canonical import Canonical

__all__ = ["AROUND_TEETH", "seen_from"]

FloatArray = npt.NDArray[np.float64]

#: How far points of the mouth go back around the teeth while they go out, beyond what the surface does. In
#: renders 1.05. Of a smile at 10° of yaw nothing is then read 1 mm too wide on one side and too narrow on the
#: other; 0.6 leaves corners in frontal photos where hand and renders have them.
AROUND_TEETH = 0.6


def seen_from(
    pose: Pose, canonical: Canonical, plane: FloatArray, around_teeth: float = AROUND_TEETH
) -> FloatArray:
    """Photo x, y and z, px, of all points (k, 2) of the face's plane: where it shows them, and how deep.

    Irises are flat: the surface slopes off at the eyes, and an iris that sloped along would be too narrow on
    the near side of a turned head and too wide on the far one, by up to a fifth. The mouth's points go back
    as they are drawn out from where the canonical face has them.
    """
    points, scheme = surface(canonical, plane), canonical.scheme
    for side in SIDES:
        iris = scheme.of(side, scheme.pairs_of(GROUPS["iris"]))
        points[iris, 2] = points[iris[:1], 2]
        mouth = scheme.of(side, scheme.pairs_of(GROUPS["mouth"]))
        drawn_out = np.abs(points[mouth, 0]) - np.abs(canonical.vertices[mouth, 0])
        points[mouth] = _as_deep(pose, points[mouth], points[mouth, 2] - around_teeth * drawn_out)
    return pose.project(points)


def _as_deep(pose: Pose, points: FloatArray, depth: FloatArray) -> FloatArray:
    """Canonical points (k, 3) moved along the rays on which the photo shows them, to a depth (k,), cm."""
    plane = pose.unproject(pose.project(points)[:, :2], lambda *_: depth)
    return np.column_stack([plane, depth])
