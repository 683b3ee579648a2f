"""Peaks in profiles across an edge or a line, and points moved to them."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import FloatArray
from asymmetry.core.schemes import Side

__all__ = ["TAILS", "Refined", "dark_rows", "rival_share", "vertex"]

#: Sigmas after which the profile of a line has ended.
TAILS = 4


@dataclass(frozen=True)
class Refined:
    """Points of which some were looked for in the pixels.

    Attributes
    ----------
    plane : ndarray, shape (k, 2)
        Canonical x, y of all points, cm, with those moved to where the photo shows them.
    found : dict of Side to bool
        Whether they were seen on that side, or are the mesh's.
    """

    plane: FloatArray = field(repr=False)
    found: dict[Side, bool]


def dark_rows(light: npt.NDArray[np.float32], sigma: float) -> FloatArray:
    """How much darker each row of a strip is than its surroundings above and below, shape (rows,).

    Parameters
    ----------
    light : ndarray, shape (rows, columns)
        Logarithm of the light.
    sigma : float
        Half the width of the dark line or band that is looked for, rows.
    """
    reach = int(np.ceil(TAILS * sigma))
    offset = np.arange(-reach, reach + 1) / sigma
    kernel = (offset**2 - 1) * np.exp(-(offset**2) / 2)
    kernel /= np.abs(kernel).sum() / 2
    shown = cv2.filter2D(light, -1, kernel[:, None], borderType=cv2.BORDER_REPLICATE)
    return np.asarray(shown.mean(axis=1), dtype=np.float64)


def vertex(values: FloatArray, best: int) -> float:
    """Where between the samples a peak lies: vertex of the parabola through it, -0.5 to 0.5.

    0 for a peak at an end, or beside one, where there is no parabola.
    """
    if not 0 < best < len(values) - 1 or not np.isfinite(values[best - 1 : best + 2]).all():
        return 0.0
    before, peak, after = values[best - 1 : best + 2]
    bend = before - 2 * peak + after
    return float((before - after) / (2 * bend)) if bend < 0 else 0.0


def rival_share(score: FloatArray, best: int, elsewhere: npt.NDArray[np.bool_]) -> float:
    """How high the highest peak elsewhere is, as a share of the best one; 0 where there is none.

    ``elsewhere``, shape (samples,), marks samples far enough from the best to be something else.
    """
    inner = score[1:-1]
    peaks = np.flatnonzero((inner > score[:-2]) & (inner >= score[2:])) + 1
    return float(score[peaks[elsewhere[peaks]]].max(initial=0.0) / score[best])
