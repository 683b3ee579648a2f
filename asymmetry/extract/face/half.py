"""One half of the face's plane, as seen from the midline: outwards and up."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from asymmetry.core.schemes import Side

__all__ = ["from_half", "to_half"]

FloatArray = npt.NDArray[np.float64]


def to_half(xy: FloatArray, side: Side) -> FloatArray:
    """Canonical x, y (..., 2) as seen from one side: outwards and up, cm. Its own inverse."""
    return np.asarray(xy * np.array([-1.0 if side == "right" else 1.0, 1.0]))


from_half = to_half
