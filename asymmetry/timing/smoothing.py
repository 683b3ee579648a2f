"""A line of readings smoothed, with its slope: a parabola through the neighbours of each."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from asymmetry.core.arrays import FloatArray, Mask

__all__ = ["WINDOW_S", "Smooth", "median_of", "sd_of_mean", "smooth", "sway", "sway_beyond"]

#: Neighbours up to so far away in time count, s. At 30 frames per second these are seven, and a movement of
#: least jerk that takes 0.4 s keeps 0.88 of its highest speed. ``python -m benchmarks.clips --tuning`` prints
#: the figures of others.
WINDOW_S = 0.1
#: Neighbours on each side that count at least, whatever the frame rate.
_LEAST_NEIGHBOURS = 2
# A normal distribution's standard deviation over its median absolute deviation.
_TO_SD = 1.4826
# Of some twenty smoothed frames, of which seven are free, noise alone shows up to so many times its size.
_BY_CHANCE = 1.5
# Free readings at least.
_LEAST_FREE = 2.0


class Smooth(NamedTuple):
    """Smoothed values and their slopes, shape (..., n), and the standard deviation of the noise, shape (...).

    ``noise`` is that of one reading, and ``share`` the share of it that is left in a smoothed value.
    """

    value: FloatArray
    slope: FloatArray
    noise: FloatArray
    share: float


def smooth(seconds: FloatArray, values: FloatArray, window: float = WINDOW_S) -> Smooth:
    """Fit a parabola around each reading by least squares; its value and slope there are the result.

    At an even rate this is the filter of Savitzky and Golay. Here readings may have any times, and some may
    be missing.

    Parameters
    ----------
    seconds : ndarray, shape (n,)
        Rising times.
    values : ndarray, shape (..., n)
        Readings; NaN where there is none.
    window : float
        Neighbours up to so many seconds away count.

    Returns
    -------
    Smooth
        NaN where there are fewer than three readings around, or all of them lie on one side of a gap. The
        noise is the standard deviation of the readings about the line, made larger by the
        part of them that the line follows.

    References
    ----------
    A. Savitzky and M. J. E. Golay, Analytical Chemistry 36 (1964) 1627.

    Examples
    --------
    >>> t = np.arange(9) / 30
    >>> line = smooth(t, 2 * t)
    >>> np.allclose(line.value, 2 * t), np.allclose(line.slope, 2)
    (True, True)
    """
    values = np.asarray(values, dtype=np.float64)
    n = len(seconds)
    step = float(np.median(np.diff(seconds))) if n > 1 else 1.0
    reach = max(round(window / step), _LEAST_NEIGHBOURS)
    pad = [(0, 0)] * (values.ndim - 1) + [(reach, reach)]
    near = np.lib.stride_tricks.sliding_window_view
    around = near(np.pad(values, pad, constant_values=np.nan), 2 * reach + 1, axis=-1)
    times = near(np.pad(seconds, reach, mode="edge"), 2 * reach + 1) - seconds[:, None]
    known = np.isfinite(around)
    powers = (times / (step * reach))[..., None] ** np.arange(3)
    weighed = powers * known[..., None]
    normal = np.swapaxes(weighed, -1, -2) @ powers
    right = np.einsum("...ij,...i->...j", weighed, np.nan_to_num(around))
    between = known[..., :reach].any(axis=-1) & known[..., reach + 1 :].any(axis=-1)
    enough = (known.sum(axis=-1) >= 3) & (known[..., reach] | between)
    normal[~enough] = np.eye(3)
    fitted = np.linalg.solve(normal, right[..., None])[..., 0]
    fitted[~enough] = np.nan
    value, slope = fitted[..., 0], fitted[..., 1] / (step * reach)
    kept = float(np.linalg.inv(normal[..., n // 2, :, :]).reshape(-1, 3, 3)[0, 0, 0])
    noise = _scatter(values - value) / np.sqrt(max(1 - kept, 0.1))
    return Smooth(value, slope, noise, float(np.sqrt(min(kept, 1.0))))


def sway(line: Smooth, rest: Mask) -> float:
    """How far a side's smoothed course sways at rest beyond its noise, as a standard deviation.

    A head that turns, and a video's compression, move readings for longer than the window.
    """
    return sway_beyond(line.value[rest], float(line.noise * line.share))


def sway_beyond(still: FloatArray, noise: float) -> float:
    """The part of readings that should be 0 which their noise does not explain, as a standard deviation."""
    swayed = _TO_SD * median_of(np.abs(still))  # the first frames of a rise hardly change it
    surely = _BY_CHANCE * noise
    return float(np.sqrt(max(np.nan_to_num(swayed) ** 2 - surely**2, 0.0)))


def sd_of_mean(left_over: FloatArray) -> float:
    """Standard deviation of the mean of a fit's residuals, which differ little from frame to frame.

    Courses are smoothed and a head sways slowly, so fewer readings are free than there are, by the
    correlation of each with the next one (Bartlett 1935).
    """
    centred = left_over - left_over.mean()
    power = float((centred * centred).sum())
    alike = float((centred[1:] * centred[:-1]).sum()) / power if power > 0 else 0.0
    free = max(len(left_over) * (1 - alike) / (1 + alike), _LEAST_FREE)
    return float(np.sqrt((left_over * left_over).mean() / (free - 1)))


def _scatter(rest: FloatArray) -> FloatArray:
    """Standard deviation of the rest, which some wild readings hardly change."""
    rows = np.abs(rest).reshape(-1, rest.shape[-1])
    return np.reshape([_TO_SD * median_of(row) for row in rows], rest.shape[:-1])


def median_of(values: FloatArray) -> float:
    """The median of the readings that are there; NaN where there is none."""
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else np.nan
