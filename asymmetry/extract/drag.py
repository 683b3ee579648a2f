"""What a moving lid or brow drags along in the mesh: canthi and pupil, which do not move with it in life.

The level of the face hangs on the canthi, MRD1 on the pupil. In a warp that lowers one upper lid by 4 mm the
mesh takes that side's outer canthus 0.7 mm down and its pupil 1.0 mm, though both stay where they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from asymmetry.core.schemes import MEDIAPIPE_478

__all__ = ["undragged"]

FloatArray = npt.NDArray[np.float64]

# Share of an upper lid's and of a brow's movement that each point follows, in warps of the eight tuning people
# by 1 to 4 mm. With this taken out, 0.94 of a difference in MRD1 is read instead of 0.77.
_DRAG: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "outer_canthus": (0.14, 0.04),
        "inner_canthus": (0.07, 0.06),
        **dict.fromkeys(MEDIAPIPE_478.groups["iris"], (0.19, 0.02)),
    }
)
_LID, _BROW = "upper_lid_4", ("brow_upper_3", "brow_upper_4")


def undragged(plane: FloatArray) -> FloatArray:
    """Take out what one side's lid and brow drag along more than the other's.

    Only the difference between the sides is known to be drag, so only that is taken out, half from each side: a
    face with both lids alike stays as it is.

    Parameters
    ----------
    plane : ndarray, shape (k, 2)
        Canonical x, y of all points, cm, lids already on their margins.

    Returns
    -------
    ndarray, shape (k, 2)
        The same with canthi and irises put back.
    """

    def lead(*names: str) -> float:
        """How much higher the right point lies than the left, over the canthi, halved."""
        height = np.mean([plane[MEDIAPIPE_478.pairs[name], 1] for name in names], axis=0)
        base = plane[MEDIAPIPE_478.pairs["outer_canthus"], 1]
        return float((height[0] - base[0]) - (height[1] - base[1])) / 2

    lid, brow = lead(_LID), lead(*_BROW)
    plane = plane.copy()
    for name, (of_lid, of_brow) in _DRAG.items():
        right, left = MEDIAPIPE_478.pairs[name]
        drag = of_lid * lid + of_brow * brow
        plane[right, 1] -= drag
        plane[left, 1] += drag
    return plane
