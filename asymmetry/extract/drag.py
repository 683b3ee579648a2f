"""What a moving lid drags along in the mesh: canthi and pupil, which do not move with it in life.

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

# Share of an upper lid's movement that each point follows, in warps of the eight tuning people by 1 to 4 mm.
# With this taken out, 0.94 of a difference in MRD1 is read instead of 0.77.
_DRAG: Mapping[str, float] = MappingProxyType(
    {
        "outer_canthus": 0.14,
        "inner_canthus": 0.07,
    }
)


def undragged(plane: FloatArray) -> FloatArray:
    """Take out what one side's upper lid drags along more than the other's.

    Only the difference between the sides is known to be drag, so only that is taken out, half from each side:
    a face with both lids alike stays as it is.

    Parameters
    ----------
    plane : ndarray, shape (k, 2)
        Canonical x, y of all points, cm, lids already on their margins.

    Returns
    -------
    ndarray, shape (k, 2)
        The same with canthi and irises put back.
    """
    lids, canthi = (plane[list(MEDIAPIPE_478.pairs[name]), 1] for name in ("upper_lid_4", "outer_canthus"))
    over = lids - canthi
    # How much higher the right lid is than the left, halved.
    lead = float(over[0] - over[1]) / 2
    plane = plane.copy()
    for name, share in _DRAG.items():
        right, left = MEDIAPIPE_478.pairs[name]
        plane[right, 1] -= share * lead
        plane[left, 1] += share * lead
    return plane
