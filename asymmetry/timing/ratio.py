"""How far the weaker side goes for each part of the stronger one's way: one line through all frames."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from asymmetry.core.arrays import FloatArray
from asymmetry.timing.smoothing import Smooth, sd_of_mean

__all__ = ["Ratio", "find_ratio"]

#: Frames count from so long before the earlier onset, s.
_MARGIN_S = 0.2
#: A side's way is read too long or too short by this share of it, as a standard deviation: skin answers a
#: known move differently from face to face and from side to side. That of brows, where it is largest;
#: ``python -m benchmarks.clips --tuning`` prints it.
_RESPONSE = 0.05
#: Frames that tell a line at least.
_LEAST_FRAMES = 3


class Ratio(NamedTuple):
    """The weaker side's way over the stronger one's, negative where they go opposite ways; and its SD."""

    value: float
    sd: float


def find_ratio(seconds: FloatArray, right: Smooth, left: Smooth, lag: float, onset: float) -> Ratio:
    """Fit one line to the readings of one side against those of the other, by total least squares.

    Parameters
    ----------
    seconds : ndarray, shape (n,)
        Times of the frames.
    right, left : Smooth
        Both sides, shape (n,).
    lag : float
        Right minus left, s; it is taken out.
    onset : float
        When the earlier side begins, s: frames long before it are left out.

    Returns
    -------
    Ratio
        NaN where fewer than three frames show both sides. The standard deviation has two parts: that of the
        fit, by how far frames lie off the line, and that of the face's own skin.

    Notes
    -----
    Each frame between rest and height tells the ratio as well as the height does, so that one side's sway in
    the few frames at the top counts little, and no level of rest is needed. Both sides err alike, so the
    distance at right angles to the line is made least (Adcock 1878).

    Examples
    --------
    >>> from asymmetry.timing.smoothing import smooth
    >>> t = np.arange(30) / 30
    >>> way = np.sin(3 * t)
    >>> found = find_ratio(t, smooth(t, 4 * way), smooth(t, 1 + 2 * way), 0.0, 0.0)
    >>> round(found.value, 3)
    0.5
    """
    when = seconds[seconds >= onset - _MARGIN_S]
    x = _read_at(when + lag / 2, seconds, right.value)
    y = _read_at(when - lag / 2, seconds, left.value)
    known = np.isfinite(x + y)
    if known.sum() < _LEAST_FRAMES:
        return Ratio(np.nan, np.nan)
    x, y = x[known] - x[known].mean(), y[known] - y[known].mean()
    angle = np.arctan2(2 * (x * y).sum(), (x * x - y * y).sum()) / 2
    of_right, of_left = np.cos(angle), np.sin(angle)
    along, aside = of_right * x + of_left * y, of_right * y - of_left * x
    weaker, stronger = sorted((of_right, of_left), key=abs)
    value = float(weaker / stronger)
    by_fit = sd_of_mean(aside) / np.sqrt((along * along).mean()) / stronger**2
    return Ratio(value, float(np.hypot(by_fit, np.sqrt(2) * _RESPONSE * value)))


def _read_at(when: FloatArray, seconds: FloatArray, values: FloatArray) -> FloatArray:
    """Readings at other times; NaN beyond the first and the last one, and beside a gap."""
    return np.interp(when, seconds, values, left=np.nan, right=np.nan)
