"""Blinks in the course of the lids: when, how long, and how far each eye closes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from asymmetry.core.arrays import FloatArray
from asymmetry.core.records import Record

__all__ = ["BLINK_PCT", "LONGEST_BLINK_S", "SPEED_FPS", "Blink", "find_blinks"]

#: Lids that close by less than this share of their opening don't blink, percent.
BLINK_PCT = 50.0
#: Lids that stay closed for longer are closed on purpose, or in sleep, s: blinks last 0.1 to 0.4 s.
LONGEST_BLINK_S = 0.5
#: Frames per second from which on a blink's speed and the lag between both lids can be told. Lids close
#: within 0.1 s, of which 30 frames per second show three.
SPEED_FPS = 120.0


@dataclass(frozen=True)
class Blink(Record):
    """One blink, or one closing of the eyes.

    Attributes
    ----------
    start_s, duration_s : float
        When the eye that closes farther is half as far closed as at its most, and until when; seconds since
        the clip's first frame.
    closed_right_pct, closed_left_pct : float
        How much of the opening at rest is gone at the most. Between two frames it may have been more.
    lag_s : float
        Right minus left, by when each lid is half as far closed as at its most; NaN of fewer than
        `SPEED_FPS` frames per second.
    is_blink : bool
        False where the eyes stayed closed for longer than a blink.
    """

    start_s: float
    duration_s: float
    closed_right_pct: float
    closed_left_pct: float
    lag_s: float
    is_blink: bool


def find_blinks(seconds: FloatArray, right: FloatArray, left: FloatArray) -> tuple[Blink, ...]:
    """Find the stretches in which an eye is closed.

    Parameters
    ----------
    seconds : ndarray, shape (n,)
        Times of the frames.
    right, left : ndarray, shape (n,)
        How much of each eye's opening at rest is gone, percent; NaN where it was not seen.

    Returns
    -------
    tuple of Blink
        In order of time. Those that the clip's ends cut are left out.

    Examples
    --------
    >>> closed = np.array([0, 0, 40, 95, 60, 10, 0.0])
    >>> (blink,) = find_blinks(np.arange(7) / 30, closed, closed / 2)
    >>> round(blink.duration_s, 3), blink.closed_left_pct, blink.is_blink
    (0.07, 47.5, True)
    """
    most = np.fmax(right, left)
    closed = np.concatenate([[False], most > BLINK_PCT, [False]])
    edges = np.flatnonzero(np.diff(closed.astype(np.int8)))
    found = []
    for first, end in edges.reshape(-1, 2).tolist():
        if first == 0 or end == len(seconds):
            continue
        found.append(_blink(seconds, right, left, first, end))
    return tuple(found)


def _blink(seconds: FloatArray, right: FloatArray, left: FloatArray, first: int, end: int) -> Blink:
    sides = [np.nan_to_num(side, nan=0.0) for side in (right, left)]
    deepest = [float(side[first:end].max()) for side in sides]
    start, stop = _half_times(seconds, sides[int(np.argmax(deepest))], first, end)
    lag = np.nan
    if 1 / np.median(np.diff(seconds)) >= SPEED_FPS and min(deepest) > BLINK_PCT:
        times = [_half_times(seconds, side, first, end)[0] for side in sides]
        lag = times[0] - times[1]
    return Blink(
        start_s=start,
        duration_s=stop - start,
        closed_right_pct=_most(right[first:end]),
        closed_left_pct=_most(left[first:end]),
        lag_s=lag,
        is_blink=stop - start <= LONGEST_BLINK_S,
    )


def _most(closed: FloatArray) -> float:
    """The largest reading; NaN where there is none."""
    known = closed[np.isfinite(closed)]
    return float(known.max()) if len(known) else np.nan


def _half_times(seconds: FloatArray, side: FloatArray, first: int, end: int) -> tuple[float, float]:
    """When a lid passes half of its farthest closing, going down and coming up."""
    deepest = first + int(side[first:end].argmax())
    half = side[deepest] / 2
    open_before = np.flatnonzero(side[:deepest] < half)
    open_after = deepest + np.flatnonzero(side[deepest:] < half)
    start = end_s = np.nan
    if len(open_before):
        start = _cross(seconds, side, int(open_before[-1]), half)
    if len(open_after):
        end_s = _cross(seconds, side, int(open_after[0]) - 1, half)
    return start, end_s


def _cross(seconds: FloatArray, side: FloatArray, before: int, level: float) -> float:
    """When a line through two readings reaches a level."""
    share = (level - side[before]) / (side[before + 1] - side[before])
    return float(seconds[before] + share * (seconds[before + 1] - seconds[before]))
