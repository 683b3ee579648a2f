"""How much later one side moves than the other: the shift in time that lays both courses on each other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from asymmetry.core.arrays import FloatArray, Mask
from asymmetry.timing.smoothing import Smooth, sd_of_mean, sway_beyond

__all__ = ["LONGEST_S", "Lag", "find_lag"]

#: Shifts that are tried, s either way, and their steps as a share of the time between two frames.
LONGEST_S, _STEP = 0.5, 0.1
#: Before the earlier onset and behind the later peak so much of the course counts too, s.
_MARGIN_S = 0.15


class Lag(NamedTuple):
    """Right minus left, s: positive where the right side is later; and its standard deviation."""

    seconds: float
    sd: float


_UNKNOWN = Lag(np.nan, np.nan)


def find_lag(
    seconds: FloatArray,
    right: Smooth,
    left: Smooth,
    excursion: tuple[float, float],
    span: tuple[float, float],
    rest: Mask,
) -> Lag:
    """Find the shift by least squares, each course taken in parts of its own excursion.

    Parameters
    ----------
    seconds : ndarray, shape (n,)
        Times of the frames.
    right, left : Smooth
        Both sides above their rest, shape (n,).
    excursion : tuple of float
        How far the right and the left side move.
    span : tuple of float
        From the earlier onset to the later peak, s.
    rest : ndarray of bool, shape (n,)
        Which frames are at rest: how far they sway there makes the lag less sure.

    Returns
    -------
    Lag
        NaN where the best shift is the longest that is tried, or there is no movement. The standard deviation
        is that of the least squares: the scatter of the difference that is left over, over the slopes that
        the shift depends on (the bound of Cramér and Rao for a delay between two noisy signals). Courses of
        different shapes leave much over, and so the lag is less sure. A slow sway of the readings moves a
        whole rise up or down, and so in time.

    References
    ----------
    C. H. Knapp and G. C. Carter, The generalized correlation method for estimation of time delay,
    IEEE Trans. ASSP 24 (1976) 320.
    """
    start, end = span[0] - _MARGIN_S, span[1] + _MARGIN_S
    part = (seconds >= start) & (seconds <= end) & np.isfinite(right.value + left.value)
    if part.sum() < 4 or not np.isfinite(start + end):
        return _UNKNOWN
    own, slope = right.value / excursion[0], right.slope / excursion[0]
    known = np.isfinite(left.value)
    others, when = left.value[known] / excursion[1], seconds[known]
    frame = float(np.median(np.diff(seconds)))
    shifts = np.arange(-LONGEST_S, LONGEST_S + 1e-9, _STEP * frame)
    moved = np.interp(seconds[part][None] - shifts[:, None], when, others)
    left_over = own[part] - moved
    misfit = (left_over * left_over).mean(axis=1)
    best = int(misfit.argmin())
    if best in (0, len(shifts) - 1):
        return _UNKNOWN
    return Lag(
        float(shifts[best] + _between(misfit[best - 1 : best + 2]) * (shifts[1] - shifts[0])),
        float(np.hypot(_sd(left_over[best], slope[part]), _by_sway(right, left, part, rest))),
    )


def _by_sway(right: Smooth, left: Smooth, part: Mask, rest: Mask) -> float:
    """How far slow sways of the readings shift one rise against the other, s.

    Each side's reading at rest, over its slope, is a shift in time. A sway that both sides share cancels.
    """
    slopes = [np.sqrt((line.slope[part] ** 2).mean()) for line in (right, left)]
    shifts = right.value / slopes[0] - left.value / slopes[1]
    noise = np.hypot(right.noise / slopes[0], left.noise / slopes[1]) * right.share
    return sway_beyond(shifts[rest], float(noise))


def _between(three: FloatArray) -> float:
    """Place of a parabola's lowest point, in steps from the middle one of three values."""
    low, middle, high = three
    bend = low - 2 * middle + high
    return float((low - high) / (2 * bend)) if bend > 0 else 0.0


def _sd(left_over: FloatArray, slope: FloatArray) -> float:
    """Standard deviation of the shift, s."""
    return float(sd_of_mean(left_over) / np.sqrt((slope * slope).mean()))
