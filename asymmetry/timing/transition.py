"""When one side moves: onset, rise, peak and speed of its way from rest to the height of an expression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from asymmetry.core.arrays import FloatArray
from asymmetry.core.records import Record
from asymmetry.timing.smoothing import Smooth

__all__ = ["ONSET", "REACHED", "Transition", "find_transition", "time_at"]

#: A movement begins at this share of its whole way, and has arrived at the other: the reference levels of
#: IEEE Std 181 for transitions, between which a rise is timed.
ONSET, REACHED = 0.1, 0.9
#: A side is at its height while it is above this share of its farthest place.
HELD = 0.8


@dataclass(frozen=True)
class Transition(Record):
    """One side's way from rest to the height of an expression; NaN where it hardly moves.

    Attributes
    ----------
    excursion : float
        The whole way, in the metric's unit.
    excursion_sd : float
        Its standard deviation, by the frames at rest.
    onset_s, onset_sd_s : float
        When a tenth of it is done, seconds since the clip's first frame, and its standard deviation.
    rise_s : float
        From a tenth of it to nine tenths of where it then stays.
    peak_s : float
        When it is farthest.
    speed : float
        Highest speed on the way, units per second.
    """

    excursion: float = np.nan
    excursion_sd: float = np.nan
    onset_s: float = np.nan
    onset_sd_s: float = np.nan
    rise_s: float = np.nan
    peak_s: float = np.nan
    speed: float = np.nan


def find_transition(
    seconds: FloatArray, line: Smooth, peak: int, least: float, sd: float
) -> Transition:
    """Time one side's movement.

    Parameters
    ----------
    seconds : ndarray, shape (n,)
        Times of the frames.
    line : Smooth
        The side's course above its rest, shape (n,).
    peak : int
        The frame in which both sides together are farthest; the side's own peak is looked for around it.
    least : float
        A side that moves no farther is still.
    sd : float
        Standard deviation of a smoothed reading.

    Returns
    -------
    Transition
        Of a side that is still only the excursion; without a frame at rest before it no onset.
    """
    own = _own_peak(line.value, peak)
    way = float(line.value[own])
    if not way > least:
        return Transition(way, sd)
    onset, slope = time_at(seconds, line, own, ONSET * way)
    reached = _reach(seconds, line.value, own, onset)
    rise = (seconds >= onset) & (seconds <= seconds[own])
    speed = float(np.nanmax(line.slope[rise])) if rise.any() else np.nan
    return Transition(
        excursion=way,
        excursion_sd=sd,
        onset_s=onset,
        onset_sd_s=sd / slope if slope > 0 else np.nan,
        rise_s=reached - onset,
        peak_s=float(seconds[own]),
        speed=speed,
    )


def _own_peak(value: FloatArray, peak: int) -> int:
    """The side's highest place in the stretch around a frame in which it is above half of it."""
    if np.isnan(value[peak]):
        return peak
    high = value > value[peak] / 2
    low = np.flatnonzero(~high)
    first = low[low < peak].max(initial=-1) + 1
    last = low[low > peak].min(initial=len(value))
    return int(first + np.nanargmax(value[first:last])) if last > first else peak


def _reach(seconds: FloatArray, value: FloatArray, peak: int, onset: float) -> float:
    """When a side first reaches nine tenths of its height after the onset; NaN where that was not seen.

    Its height is the median of the frames near the peak's, for a head that sways while an expression is held
    makes one of its frames the highest, long after the side arrived.
    """
    high = value >= HELD * value[peak]
    around = np.flatnonzero(~high)
    first = around[around < peak].max(initial=-1) + 1
    last = around[around > peak].min(initial=len(value))
    level = REACHED * float(np.median(value[first:last]))
    later = np.flatnonzero((seconds > onset) & (value >= level))
    if not len(later) or later[0] == 0:
        return np.nan
    after = int(later[0])
    low, top = value[after - 1 : after + 1]
    share = (level - low) / (top - low)
    return float(seconds[after - 1] + share * (seconds[after] - seconds[after - 1]))


def time_at(seconds: FloatArray, line: Smooth, peak: int, level: float) -> tuple[float, float]:
    """When a course last rose through a level before its peak, and how steeply; NaN where it did not.

    Parameters
    ----------
    seconds : ndarray, shape (n,)
    line : Smooth
        The course, shape (n,).
    peak : int
        The frame of its peak.
    level : float
        The height, in the course's unit.
    """
    below = np.flatnonzero(line.value[: peak + 1] < level)
    if not len(below) or below[-1] == peak:
        return np.nan, np.nan
    before = below[-1]
    low, high = line.value[before : before + 2]
    share = (level - low) / (high - low)
    if not np.isfinite(share):
        return np.nan, np.nan
    when = seconds[before] + share * (seconds[before + 1] - seconds[before])
    return float(when), float(
        np.interp(when, seconds[before : before + 2], line.slope[before : before + 2])
    )
