"""Photos of a series that are blurred against the others."""

from __future__ import annotations

import numpy as np

from asymmetry.core.arrays import FloatArray, Mask
from asymmetry.core.columns import QUALITY
from asymmetry.core.landmarks import Landmarks

__all__ = ["find_blurred", "read_blur"]

#: A photo is too blurred beside the others if its blur is this many mm and this many times their median.
_BLURRED_MM, _TIMES_AS_BLURRED = 0.9, 1.8
_LEAST_PHOTOS = 3


def read_blur(landmarks: Landmarks) -> FloatArray:
    """Blur of each photo in mm, shape (n,); NaN where it is not known."""
    return landmarks.quality[:, QUALITY.index("blur_mm")].astype(np.float64)


def find_blurred(blur: FloatArray) -> Mask:
    """Photos that are much less sharp than most of the others; none where all are alike.

    Parameters
    ----------
    blur : ndarray, shape (n,)
        Blur of a series' photos, mm. Those of which it is not known are never found.

    Examples
    --------
    >>> find_blurred(np.array([0.5, 0.6, 1.4, 0.5])).tolist()
    [False, False, True, False]
    >>> find_blurred(np.array([1.3, 1.4, 1.4, 1.2])).tolist()
    [False, False, False, False]
    """
    known = blur[np.isfinite(blur)]
    if len(known) < _LEAST_PHOTOS:
        return np.zeros(len(blur), dtype=bool)
    limit = max(_BLURRED_MM, _TIMES_AS_BLURRED * float(np.median(known)))
    return np.asarray(blur > limit, dtype=bool)
