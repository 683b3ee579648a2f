"""`Timing`: one expression of a clip in time, and the frames that are read as photos."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from asymmetry.core.arrays import FloatArray, Mask
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.notes import Note, note_array
from asymmetry.core.schemes import SIDES
from asymmetry.core.table import Measurements
from asymmetry.metrics.definition import MovementMetric
from asymmetry.metrics.headline import MOVEMENT_HEADLINES
from asymmetry.metrics.movements import movement_catalogue
from asymmetry.timing.blinks import SPEED_FPS, Blink, find_blinks
from asymmetry.timing.lag import Lag, find_lag
from asymmetry.timing.moments import (
    Choices,
    Moments,
    calmest_frame,
    list_moments,
    rest_frames,
    tell_expression,
)
from asymmetry.timing.ratio import Ratio, find_ratio
from asymmetry.timing.smoothing import Smooth, median_of, sway
from asymmetry.timing.trace import Trace, trace_movement
from asymmetry.timing.transition import ONSET, Transition, find_transition

__all__ = ["Timing", "time_expression"]

_LIDS = "eye_closed"
#: Followed where a clip shows no expression.
_UNTOLD = "smile_open"
#: Expressions of the mouth, during which the eyes are to stay as they are.
_OF_THE_MOUTH = ("smile_closed", "smile_open", "snarl", "pucker")
#: Eyes are looked at while the mouth is at this share of its height.
_HELD = 0.8
#: A side moves if it reads this many standard deviations of a smoothed frame, and the metric's noise.
_SURE_SDS = 4.0
#: A face that is missing in more of the frames than this is told.
_LOST = 0.05


@dataclass(frozen=True, eq=False)
class Timing:
    """One expression of a clip in time.

    Attributes
    ----------
    expression : str or None
        One of `EXPRESSIONS`; None where the clip shows none and none was named.
    trace : Trace
        The headline movement of the expression, of each side over the frames.
    lids : Trace
        How much of each eye's opening at rest is gone, percent.
    right, left : Transition
        When and how fast each side moves.
    lag : Lag
        Right minus left, s.
    ratio, ratio_sd : float
        The weaker side's way over the stronger one's, by all frames, and its standard deviation; NaN where
        both sides are still.
    blinks : tuple of Blink
        The blinks, and the closings of the eyes.
    synkinesis : tuple of float
        How much of the right and of the left eye's opening is gone while the mouth is at its height, percent,
        blinks left out; NaN in expressions of another part.
    moments : Moments
        The frames that are read as photos.
    choices : Choices
        Those that would do, the best first. Of a clip all are read, and the most usual ones are its moments.
    notes : tuple of Note
        The limits of all this.
    """

    expression: str | None
    trace: Trace = field(repr=False)
    lids: Trace = field(repr=False)
    right: Transition
    left: Transition
    lag: Lag
    ratio: float
    ratio_sd: float
    blinks: tuple[Blink, ...]
    synkinesis: tuple[float, float]
    moments: Moments
    choices: Choices
    notes: tuple[Note, ...] = ()

    @property
    def frames_per_second(self) -> float:
        """Median rate."""
        return _rate(self.trace.seconds)

    def to_dict(self) -> dict[str, float]:
        """All numbers by column, as in a table; ``diff`` is right minus left."""
        unit = self.trace.unit
        found: dict[str, float] = {}
        kinds = {
            "excursion": unit,
            "onset": "s",
            "rise": "s",
            "peak": "s",
            "speed": f"{unit}_s",
        }
        for name, unit in kinds.items():
            attribute = name if name in ("excursion", "speed") else f"{name}_s"
            sides = [getattr(side, attribute) for side in (self.right, self.left)]
            found |= _by_side(name, unit, *sides)
        found |= {"excursion_ratio": self.ratio, "excursion_ratio_sd": self.ratio_sd}
        found |= {"lag_s": self.lag.seconds, "lag_sd_s": self.lag.sd}
        found["blinks"] = float(sum(each.is_blink for each in self.blinks))
        found |= _by_side("synkinesis", "pct", *self.synkinesis)
        return found

    def to_table(self, name: str, taken: str = "", **provenance: Any) -> Measurements:
        """All numbers as a table of one row."""
        status = "warn" if self.notes else "ok"
        about = {"photo": [name], "taken": [taken], "status": [status]}
        about |= {"expression": [self.expression or ""], "metric": [self.trace.metric]}
        columns = about | {column: [value] for column, value in self.to_dict().items()}
        return Measurements(columns, provenance).with_notes(note_array([self.notes]))


def _by_side(name: str, unit: str, right: float, left: float) -> dict[str, float]:
    values = (right, left, right - left)
    return {
        f"{name}_{kind}_{unit}": value for kind, value in zip((*SIDES, "diff"), values, strict=True)
    }


def time_expression(
    landmarks: Landmarks,
    seconds: FloatArray,
    sharpness: FloatArray,
    expression: str | None = None,
) -> Timing:
    """Follow each side through the expression of a clip.

    Parameters
    ----------
    landmarks : Landmarks
        n frames, one of them measured at least.
    seconds, sharpness : ndarray, shape (n,)
        As in `asymmetry.extract.tracking.Track`.
    expression : str, optional
        The expression that it shows. Default: it is read from the face.

    Returns
    -------
    Timing
        A value that can't be told is NaN, and the notes say why.
    """
    calm = calmest_frame(landmarks, seconds)
    told = expression or tell_expression(landmarks, seconds, calm)
    metric = movement_catalogue()[MOVEMENT_HEADLINES[told or _UNTOLD].metric]
    traces = trace_movement(landmarks, seconds, calm, (metric.name, _LIDS))
    trace, lids = traces[metric.name], traces[_LIDS]
    if not np.isfinite(trace.both).any():
        return _without_times(told, trace, lids, calm)
    rest = rest_frames(trace.both)
    trace = trace.rebase(rest)
    lids = lids.rebase(rest & np.isfinite(lids.right + lids.left))
    peak = int(np.nanargmax(trace.both))
    sways = sway(trace.smooth[0], rest), sway(trace.smooth[1], rest)
    sides = [
        _time_side(seconds, line, peak, metric, swayed)
        for line, swayed in zip(trace.smooth, sways, strict=True)
    ]
    blinks = find_blinks(seconds, lids.right, lids.left)
    closed = None if told == "eye_closure" else np.fmax(lids.right, lids.left)
    choices = list_moments(landmarks, sharpness, trace.both, trace.speed, closed)
    right, left = sides
    lag = _lag(trace, right, left, rest)
    ratio = _ratio(trace, right, left, lag)
    return Timing(
        expression=told,
        trace=trace,
        lids=lids,
        right=right,
        left=left,
        lag=lag,
        ratio=ratio.value,
        ratio_sd=ratio.sd,
        blinks=blinks,
        synkinesis=_synkinesis(trace, lids, told, blinks, right, left),
        moments=choices.best,
        choices=choices,
        notes=tuple(_list_notes(landmarks, trace, told, right, left, blinks)),
    )


def _without_times(told: str | None, trace: Trace, lids: Trace, calm: int) -> Timing:
    """A clip in whose frames the movement can't be measured, as when the head is turned away."""
    choices = Choices((calm,), (calm,))
    return Timing(
        expression=told,
        trace=trace,
        lids=lids,
        right=Transition(),
        left=Transition(),
        lag=Lag(math.nan, math.nan),
        ratio=math.nan,
        ratio_sd=math.nan,
        blinks=(),
        synkinesis=(math.nan, math.nan),
        moments=choices.best,
        choices=choices,
        notes=(Note("clip_not_timed"),),
    )


def _time_side(
    seconds: FloatArray, line: Smooth, peak: int, metric: MovementMetric, swayed: float
) -> Transition:
    """One side's movement, if it is beyond noise."""
    sd = math.hypot(float(line.noise) * line.share, swayed)
    least = max(metric.least or 0.0, _SURE_SDS * sd)
    return find_transition(seconds, line, peak, least, sd)


def _moves(side: Transition) -> bool:
    """Whether a side moved beyond noise."""
    return not math.isnan(side.peak_s)


def _moves_away(side: Transition) -> bool:
    """Whether a side moved the other way, beyond noise."""
    return not _moves(side) and -side.excursion > _SURE_SDS * side.excursion_sd


def _lag(trace: Trace, right: Transition, left: Transition, rest: Mask) -> Lag:
    """The lag between two sides that both move."""
    if not (_moves(right) and _moves(left)):
        return Lag(math.nan, math.nan)
    first, last = np.fmin(right.onset_s, left.onset_s), max(right.peak_s, left.peak_s)
    span = float(np.nan_to_num(first, nan=trace.seconds[0])), last
    ways = right.excursion, left.excursion
    return find_lag(trace.seconds, *trace.smooth, ways, span, rest)


def _ratio(trace: Trace, right: Transition, left: Transition, lag: Lag) -> Ratio:
    """The ratio of two sides one of which moves at least."""
    if not (_moves(right) or _moves(left)):
        return Ratio(math.nan, math.nan)
    onset = float(np.nan_to_num(np.fmin(right.onset_s, left.onset_s), nan=trace.seconds[0]))
    return find_ratio(trace.seconds, *trace.smooth, float(np.nan_to_num(lag.seconds)), onset)


def _synkinesis(
    trace: Trace,
    lids: Trace,
    told: str | None,
    blinks: tuple[Blink, ...],
    right: Transition,
    left: Transition,
) -> tuple[float, float]:
    """How far the eyes are closed while the mouth is at its height."""
    if told not in _OF_THE_MOUTH or not (_moves(right) or _moves(left)):
        return math.nan, math.nan
    held = trace.both >= _HELD * np.nanmax(trace.both)
    for blink in blinks:
        if blink.is_blink:
            start, end = blink.start_s - blink.duration_s, blink.start_s + 2 * blink.duration_s
            held &= (trace.seconds < start) | (trace.seconds > end)
    return median_of(lids.right[held]), median_of(lids.left[held])


def _list_notes(
    landmarks: Landmarks,
    trace: Trace,
    told: str | None,
    right: Transition,
    left: Transition,
    blinks: tuple[Blink, ...],
) -> Iterator[Note]:
    """The limits of the timing."""
    if told is None:
        yield Note("clip_no_expression")
    lost = float(1 - landmarks.usable.mean())
    if lost > _LOST:
        yield Note("clip_face_lost", share=lost)
    both = dict(zip(SIDES, (right, left), strict=True))
    away = [name for name, side in both.items() if _moves_away(side)]
    if away:
        yield Note("clip_away", sides=away)
    still = [name for name, side in both.items() if not _moves(side) and name not in away]
    if still:
        yield Note("clip_still", sides=still)
    no_onset = [
        _is_still_before(trace.seconds, line.value, side)
        for side, line in zip((right, left), trace.smooth, strict=True)
        if _moves(side) and math.isnan(side.onset_s)
    ]
    if not all(no_onset):
        yield Note("clip_no_rest")
    elif no_onset:
        yield Note("clip_onset_unseen")
    rate = _rate(trace.seconds)
    if any(each.is_blink for each in blinks) and rate < SPEED_FPS:
        yield Note("clip_slow_for_blinks", rate=rate, least=SPEED_FPS)


def _is_still_before(seconds: FloatArray, value: FloatArray, side: Transition) -> bool:
    """Whether a frame shows a side that has not moved yet."""
    return bool((value[seconds < side.peak_s] < ONSET * side.excursion).any())


def _rate(seconds: FloatArray) -> float:
    return float(1 / np.median(np.diff(seconds))) if len(seconds) > 1 else math.nan
