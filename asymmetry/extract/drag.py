"""What the mesh does to a face as a whole: brows that move too little, canthi that a lid drags along.

The level of the face hangs on the canthi. In a warp that lowers one upper lid by 4 mm the mesh takes that
side's outer canthus 0.7 mm down, though it stays where it is. Pupils are found in the pixels, but for those
that the lid hides: these it drags along too.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side

__all__ = ["undragged", "whole_brows"]

FloatArray = npt.NDArray[np.float64]

# Share of an upper lid's movement that each point follows, in warps of the eight tuning people by 1 to 4 mm.
_DRAG: Mapping[str, float] = MappingProxyType(
    {
        "outer_canthus": 0.14,
        "inner_canthus": 0.07,
    }
)
# The same of an iris that is not seen in the pixels: in warps by 4 mm the level is then off by half.
_IRIS_DRAG = 0.20
# Share of what both brows move together that the mesh shows, in warps of the tuning people.
_BROWS_SHOWN = 0.88


def undragged(plane: FloatArray, found: Mapping[Side, bool]) -> FloatArray:
    """Take out what one side's upper lid drags along more than the other's.

    Only the difference between the sides is known to be drag, so only that is taken out, half from each side:
    a face with both lids alike stays as it is.

    Parameters
    ----------
    plane : ndarray, shape (k, 2)
        Canonical x, y of all points, cm, lids already on their margins.
    found : mapping of Side to bool
        Whether the iris was seen in the pixels, and so is not dragged along.

    Returns
    -------
    ndarray, shape (k, 2)
        The same with the canthi, and irises not seen, put back.
    """
    lids, canthi = (plane[list(MEDIAPIPE_478.pairs[name]), 1] for name in ("upper_lid_4", "outer_canthus"))
    over = lids - canthi
    # How much higher the right lid is than the left, halved.
    lead = float(over[0] - over[1]) / 2
    plane = plane.copy()
    for side, higher in zip(SIDES, (lead, -lead), strict=True):
        for name, share in _DRAG.items():
            plane[MEDIAPIPE_478.of(side, (name,)), 1] -= share * higher
        if not found[side]:
            # Beside an iris that stays, the whole difference is this one's.
            both = 1 if found["left"] == found["right"] else 2
            plane[MEDIAPIPE_478.of(side, MEDIAPIPE_478.groups["iris"]), 1] -= both * _IRIS_DRAG * higher
    return plane


def whole_brows(plane: FloatArray, vertices: FloatArray) -> FloatArray:
    """Give both brows back what the mesh takes from their distance to a normal height.

    What it takes from the difference between them is found otherwise (`asymmetry.extract.common`), and stays.

    Parameters
    ----------
    plane : ndarray, shape (k, 2)
        Canonical x, y of all points, cm.
    vertices : ndarray, shape (468, 3)
        The canonical face, cm, whose brows are at a normal height.

    Returns
    -------
    ndarray, shape (k, 2)
        The same with all points of both brows moved up or down together.
    """
    away = _brows_over_canthi(plane) - _brows_over_canthi(vertices)
    plane = plane.copy()
    plane[_both("brow"), 1] += (1 / _BROWS_SHOWN - 1) * away
    return plane


def _brows_over_canthi(points: FloatArray) -> float:
    return float(points[_both("brow"), 1].mean() - points[_both("canthi"), 1].mean())


def _both(group: str) -> list[int]:
    names = MEDIAPIPE_478.groups[group]
    return MEDIAPIPE_478.right(names) + MEDIAPIPE_478.left(names)
