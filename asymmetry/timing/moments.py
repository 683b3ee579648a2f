"""The frames that count in a clip: at rest, and at the height of its expression."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from asymmetry.core.arrays import FloatArray, Mask
from asymmetry.core.frame import head_angles
from asymmetry.core.landmarks import Landmarks
from asymmetry.metrics.expression import EXPRESSIONS, expressions
from asymmetry.timing.blinks import LONGEST_BLINK_S
from asymmetry.timing.smoothing import smooth

__all__ = [
    "Choices",
    "Moments",
    "calmest_frame",
    "list_moments",
    "rest_frames",
    "tell_expression",
]

#: Frames within this share of the lowest part of a course are at rest.
_REST_SHARE = 0.1
#: Of the height: frames around the peak that show it as well, and how many on either side.
_PEAK_SHARE, _PEAK_FRAMES = 0.97, 2
#: A turn of the head, degrees, and a closing of the lids, percent, that cost as much as losing all sharpness.
_TURN_DEG, _CLOSED_PCT = 10.0, 30.0
#: Frames that are read for each of the two moments. The sharpest alone may be odd: a coded clip's first frame
#: has another grain than those after it, and a corner was read 0.4 mm elsewhere in it.
_CHOICES = 3
#: Units per second: nothing moves.
_LEAST_SPEED = 1e-6
_REST, _EYE_CLOSURE = "rest", "eye_closure"


class Moments(NamedTuple):
    """Numbers of the frames at rest and at the height of the expression."""

    rest: int
    peak: int


class Choices(NamedTuple):
    """Numbers of frames that would do for each moment, the best first."""

    rest: tuple[int, ...]
    peak: tuple[int, ...]

    @property
    def best(self) -> Moments:
        """The best of each."""
        return Moments(self.rest[0], self.peak[0])


def calmest_frame(landmarks: Landmarks, seconds: FloatArray) -> int:
    """The frame in which the face does least, by its expression weights.

    In a scheme without them it is the first one that was measured.

    Parameters
    ----------
    landmarks : Landmarks
        n frames, one of them measured at least.
    seconds : ndarray, shape (n,)
        Their times.
    """
    usable = landmarks.usable & np.isfinite(landmarks.pose).all(axis=(1, 2))
    names = landmarks.layout.expressions
    moving = [i for i, name in enumerate(names) if not name.startswith(("_", "eyeLook"))]
    if not moving:
        return int(np.argmax(usable))
    weights = landmarks.blendshapes[:, moving].sum(axis=1, dtype=np.float64)
    calm = smooth(seconds, np.where(usable, weights, np.nan)).value
    if not np.isfinite(calm).any():
        return int(np.argmax(usable))
    return int(np.nanargmin(np.where(usable, calm, np.nan)))


def tell_expression(landmarks: Landmarks, seconds: FloatArray, calm: int) -> str | None:
    """The expression that a clip shows longest and most surely; None where it shows none.

    Parameters
    ----------
    landmarks : Landmarks
        n frames.
    seconds : ndarray, shape (n,)
        Their times. Eyes that close for no longer than a blink are no expression.
    calm : int
        The frame to compare with.
    """
    read = expressions(landmarks, rest=landmarks.blendshapes[calm])
    lasting = np.gradient(seconds) if len(seconds) > 1 else np.ones(1)
    found = {
        name: float((read.confidence * lasting)[read.label == name].sum())
        for name in EXPRESSIONS
        if name != _REST
    }
    if lasting[read.label == _EYE_CLOSURE].sum() <= LONGEST_BLINK_S:
        found[_EYE_CLOSURE] = 0.0
    best = max(found, key=found.__getitem__)
    return best if found[best] > 0 else None


def rest_frames(course: FloatArray) -> Mask:
    """Which frames lie in the lowest part of a smoothed course, shape (n,)."""
    low, high = np.nanpercentile(course, (5, 100))
    return np.asarray(course <= low + _REST_SHARE * (high - low))


def list_moments(
    landmarks: Landmarks,
    sharpness: FloatArray,
    course: FloatArray,
    slope: FloatArray,
    closed: FloatArray | None,
) -> Choices:
    """List the frames to read as photos: sharp, still, faced to the camera, both moments alike.

    Parameters
    ----------
    landmarks : Landmarks
        n frames.
    sharpness : ndarray, shape (n,)
        As in `asymmetry.extract.tracking.Track`.
    course, slope : ndarray, shape (n,)
        How far both sides have moved on average, smoothed, and how fast.
    closed : ndarray, shape (n,), or None
        How much of the eyes' opening is gone, percent, where they should be open; None where closing them is
        the expression.
    """
    yaw, pitch, _ = head_angles(landmarks.pose)
    top = int(np.nanargmax(course))
    blur = 1 - sharpness / np.nanmax(sharpness)
    speed = np.abs(slope) / np.fmax(np.nanmax(np.abs(slope)), _LEAST_SPEED)
    shut = 0.0 if closed is None else np.clip(closed, 0, None) / _CLOSED_PCT
    cost = blur + speed + shut + np.abs(yaw) / _TURN_DEG
    near = np.abs(np.arange(len(course)) - top) <= _PEAK_FRAMES
    peaks = _cheapest(cost, near & (course >= _PEAK_SHARE * course[top]), top)
    turned = np.abs(yaw - yaw[peaks[0]]) + np.abs(pitch - pitch[peaks[0]])
    lowest = int(np.nanargmin(course))
    return Choices(_cheapest(cost + turned / _TURN_DEG, rest_frames(course), lowest), peaks)


def _cheapest(cost: FloatArray, allowed: Mask, otherwise: int) -> tuple[int, ...]:
    """The frames of least cost among some, the cheapest first."""
    among = np.where(allowed & np.isfinite(cost), cost, np.inf)
    found = among.argsort(kind="stable")[: min(_CHOICES, np.isfinite(among).sum())]
    return tuple(found.tolist()) or (otherwise,)
