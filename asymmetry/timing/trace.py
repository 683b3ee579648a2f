"""`Trace`: one movement metric of both sides over the frames of a clip."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

import numpy as np

from asymmetry.core.arrays import FloatArray, Mask
from asymmetry.core.landmarks import Landmarks
from asymmetry.metrics.movements import movement, movement_catalogue
from asymmetry.timing.smoothing import Smooth, median_of, smooth

__all__ = ["Trace", "trace_movement"]


@dataclass(frozen=True, eq=False)
class Trace:
    """One movement metric of both sides over the frames of a clip.

    Attributes
    ----------
    metric, unit : str
        Name in the catalogue of movements, and its unit.
    seconds : ndarray, shape (n,)
        Times since the clip's first frame.
    right, left : ndarray, shape (n,)
        How far each side has moved from rest; NaN where it was not seen.
    """

    metric: str
    unit: str
    seconds: FloatArray = field(repr=False)
    right: FloatArray = field(repr=False)
    left: FloatArray = field(repr=False)

    @functools.cached_property
    def smooth(self) -> tuple[Smooth, Smooth]:
        """Right and left, smoothed."""
        return smooth(self.seconds, self.right), smooth(self.seconds, self.left)

    @property
    def both(self) -> FloatArray:
        """Mean of both sides, smoothed, shape (n,)."""
        right, left = self.smooth
        return (right.value + left.value) / 2

    @property
    def speed(self) -> FloatArray:
        """Mean of both sides' slopes, units per second, shape (n,)."""
        right, left = self.smooth
        return (right.slope + left.slope) / 2

    def rebase(self, rest: Mask) -> Trace:
        """The trace counted from the median of the frames at rest."""
        right = self.right - median_of(self.right[rest])
        left = self.left - median_of(self.left[rest])
        return Trace(self.metric, self.unit, self.seconds, right, left)


def trace_movement(
    landmarks: Landmarks, seconds: FloatArray, calm: int, metrics: tuple[str, ...]
) -> dict[str, Trace]:
    """Measure how far each side has moved in each frame.

    Parameters
    ----------
    landmarks : Landmarks
        n frames.
    seconds : ndarray, shape (n,)
        Their times.
    calm : int
        The frame that is compared with.
    metrics : tuple of str
        Names out of `movement_catalogue`.
    """
    rest = landmarks[np.full(len(landmarks), calm)]
    table = movement(rest, landmarks, metrics=metrics, keep_noise=True)
    known = movement_catalogue()
    return {
        name: Trace(
            name,
            known[name].unit,
            seconds,
            np.asarray(table[known[name].columns[0]]),
            np.asarray(table[known[name].columns[1]]),
        )
        for name in metrics
    }
