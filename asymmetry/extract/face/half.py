"""One half of the face's plane, as seen from the midline: outwards and up."""

from __future__ import annotations

import numpy as np

from asymmetry.core.arrays import FloatArray
from asymmetry.core.schemes import Side

__all__ = ["from_half", "to_half"]


def to_half(xy: FloatArray, side: Side) -> FloatArray:
    """Turn canonical x, y (..., 2) into outwards and up of one side, cm. It is its own inverse."""
    outwards = {"right": -1.0, "left": 1.0}[side]
    return np.asarray(xy * np.array([outwards, 1.0]))


from_half = to_half
