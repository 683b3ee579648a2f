"""Limits in a clip: what blinks, what is at rest, what moves, and which frames are read as photos.

Each limit is tested from both sides.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from asymmetry.core.arrays import FloatArray
from asymmetry.core.landmarks import Landmarks
from asymmetry.metrics.headline import MOVEMENT_HEADLINES
from asymmetry.metrics.movements import movement_catalogue
from asymmetry.synthetic import face
from asymmetry.timing.blinks import Blink, find_blinks
from asymmetry.timing.moments import Choices, list_moments, rest_frames, tell_expression
from asymmetry.timing.smoothing import Smooth
from asymmetry.timing.timing import _list_notes, _synkinesis, _time_side
from asymmetry.timing.trace import Trace
from asymmetry.timing.transition import Transition

#: A side that moved, with an onset.
MOVED = Transition(excursion=6.0, onset_s=0.5, peak_s=1.0)


def lid(
    seconds: FloatArray, depth: float, at: float = 0.5, shut: float = 0.1, way: float = 0.06
) -> FloatArray:
    """A lid that is half closed at a time, is so for a while, and takes some time for each way."""
    times = [at - way / 2, at + way / 2, at + shut - way / 2, at + shut + way / 2]
    return np.interp(seconds, times, [0.0, depth, depth, 0.0])


def notes_of(
    landmarks: Landmarks, seconds: FloatArray, *blinks: Blink
) -> dict[str, dict[str, object]]:
    """Values of the notes on a clip of which both sides are timed, by code."""
    trace = Trace("commissure_travel", "mm", seconds, seconds, seconds)
    notes = _list_notes(landmarks, trace, "smile_open", MOVED, MOVED, blinks)
    return {note.code: dict(note.values) for note in notes}


@pytest.mark.parametrize(("depth", "closings"), [(45.0, 0), (55.0, 1)])
def test_lids_that_close_by_less_than_half_do_not_blink(depth: float, closings: int) -> None:
    seconds = np.arange(120) / 120
    closed = lid(seconds, depth)
    assert len(find_blinks(seconds, closed, 0 * closed)) == closings
    assert len(find_blinks(seconds, 0 * closed, closed)) == closings


@pytest.mark.parametrize(("depth", "told"), [(45.0, False), (55.0, True)])
def test_the_lag_of_lids_is_told_where_both_close_by_more_than_half(
    depth: float, told: bool
) -> None:
    seconds = np.arange(240) / 240
    (found,) = find_blinks(seconds, lid(seconds, 95), lid(seconds, depth))
    assert found.closed_left_pct == pytest.approx(depth)
    assert math.isfinite(found.lag_s) == told


@pytest.mark.parametrize(("shut", "blinks"), [(0.45, True), (0.55, False)])
def test_lids_that_stay_closed_for_more_than_half_a_second_do_not_blink(
    shut: float, blinks: bool
) -> None:
    seconds = np.arange(180) / 120
    closed = lid(seconds, 95, shut=shut)
    (found,) = find_blinks(seconds, closed, closed)
    assert found.duration_s == pytest.approx(shut, abs=1e-9)
    assert found.is_blink == blinks


@pytest.mark.parametrize(("rate", "lag"), [(110, math.nan), (130, 0.02)])
def test_fewer_than_120_frames_per_second_tell_no_lag_of_lids(rate: int, lag: float) -> None:
    seconds = np.arange(rate) / rate
    (found,) = find_blinks(seconds, lid(seconds, 95, 0.52), lid(seconds, 95, 0.5))
    assert found.lag_s == pytest.approx(lag, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize(("rate", "slow"), [(110, True), (130, False)])
def test_a_clip_with_blinks_and_fewer_than_120_frames_per_second_says_so(
    rate: int, slow: bool
) -> None:
    seconds = np.arange(20) / rate
    blink = Blink(0.05, 0.1, 95.0, 95.0, math.nan, True)
    told = {"clip_slow_for_blinks": {"rate": pytest.approx(110), "least": 120.0}}
    assert notes_of(face(20), seconds, blink) == (told if slow else {})


@pytest.mark.parametrize(("frames", "told"), [(9, None), (11, "eye_closure")])
def test_eyes_closed_for_no_longer_than_half_a_second_are_no_expression(
    frames: int, told: str | None
) -> None:
    """20 frames per second: 0.45 s and 0.55 s."""
    landmarks = face(40)
    weights = np.zeros_like(landmarks.blendshapes)
    for name in ("eyeBlinkRight", "eyeBlinkLeft"):
        weights[10 : 10 + frames, landmarks.layout.expressions.index(name)] = 1.0
    closing = replace(landmarks, blendshapes=weights)
    assert tell_expression(closing, np.arange(40) / 20, 0) == told


@pytest.mark.parametrize(("height", "rests"), [(0.08, True), (0.12, False)])
def test_frames_in_the_lowest_tenth_of_a_course_are_at_rest(height: float, rests: bool) -> None:
    """The course goes from 2 to 7 mm."""
    course = np.repeat([2.0, 2 + 5 * height, 7.0], 10)
    assert rest_frames(course).tolist() == [True] * 10 + [rests] * 10 + [False] * 10


@pytest.mark.parametrize(("odd", "resting"), [(4, 60 + 4), (6, 6)])
def test_a_twentieth_of_the_frames_may_lie_below_rest(odd: int, resting: int) -> None:
    """4 % and 6 % of the frames read 10 mm too little."""
    course = np.repeat([-10.0, 0.0, 7.0], [odd, 60, 40 - odd])
    assert rest_frames(course).sum() == resting


#: A clip of nine frames: rest, one peak, rest. Only the peak is high, where a test says nothing else.
TOP = 4
COURSE = {TOP: 1.0}


def choose(
    course: dict[int, float] | None = None,
    blurred: dict[int, float] | None = None,
    slope: dict[int, float] | None = None,
    closed: dict[int, float] | None = None,
    landmarks: Landmarks | None = None,
) -> Choices:
    """The frames that are read of nine sharp, still and open-eyed ones, but for those that are named."""
    sharp, high, fast, shut = np.ones(9), np.zeros(9), np.zeros(9), np.zeros(9)
    named = (high, course or COURSE), (fast, slope or {}), (shut, closed or {})
    for values, given in ((sharp, {k: 1 - v for k, v in (blurred or {}).items()}), *named):
        for frame, value in given.items():
            values[frame] = value
    return list_moments(landmarks or face(9), sharp, high, fast, shut)


def turned(frame: int, **degrees: float) -> Landmarks:
    """The clip with the head turned in one frame."""
    there = np.arange(9) == frame
    return face(9, **{name: angle * there for name, angle in degrees.items()})


@pytest.mark.parametrize(("height", "peak"), [(0.98, 5), (0.96, TOP)])
def test_a_sharper_frame_shows_the_peak_if_it_has_97_percent_of_its_height(
    height: float, peak: int
) -> None:
    assert choose({TOP: 1.0, 5: height}, blurred={TOP: 0.5}).best.peak == peak


@pytest.mark.parametrize("after", [1, -1])
@pytest.mark.parametrize(("frames", "near"), [(2, True), (3, False)])
def test_a_sharper_frame_shows_the_peak_if_it_is_at_most_two_frames_away(
    frames: int, near: bool, after: int
) -> None:
    there = TOP + after * frames
    level = dict.fromkeys(range(9), 0.99) | {TOP: 1.0, 0: 0.0}
    blurred = dict.fromkeys(set(range(9)) - {there}, 0.5)
    assert (choose(level, blurred).best.peak == there) == near


def test_the_three_best_frames_of_each_moment_are_read() -> None:
    level = dict.fromkeys(range(2, 7), 0.99) | {TOP: 1.0}
    blurred = {2: 0.5, 3: 0.4, 4: 0.3, 5: 0.2, 6: 0.1, 0: 0.4, 1: 0.3, 7: 0.2, 8: 0.1}
    assert choose(level, blurred) == Choices(rest=(8, 7, 1), peak=(6, 5, 4))


FAULTS = ["a head turned by 10 degrees", "lids closed by 30 %", "the highest speed", "no movement"]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("part", "peak"), [(0.6, TOP), (0.8, 5)])
def test_a_fault_counts_as_much_as_the_loss_of_all_sharpness(
    part: float, peak: int, fault: str
) -> None:
    """The peak has a part of the fault, the frame after it has lost 0.7 of the sharpness.

    Speeds count by the highest of the clip, where that is a millionth of a unit per second at least.
    """
    turn, lids, speed, still = (part if fault == each else 0.0 for each in FAULTS)
    found = choose(
        course={TOP: 1.0, 5: 0.99},
        blurred={5: 0.7},
        slope={TOP: -8.0 * speed, 2: 8.0} if speed else {TOP: 1e-6 * still},
        closed={TOP: 30.0 * lids},
        landmarks=turned(TOP, yaw=10.0 * turn),
    )
    assert found.best.peak == peak


@pytest.mark.parametrize(("part", "rest"), [(0.6, 0), (0.8, 1)])
@pytest.mark.parametrize("axis", ["pitch", "yaw"])
def test_ten_degrees_between_rest_and_peak_count_as_much_as_the_loss_of_all_sharpness(
    part: float, rest: int, axis: str
) -> None:
    """A turn to the side counts twice: rest isn't faced to the camera, and isn't like the peak."""
    angle = 10.0 * part / (2 if axis == "yaw" else 1)
    level = dict.fromkeys(range(2, 9), 0.5) | {TOP: 1.0}
    found = choose(level, blurred={1: 0.7}, landmarks=turned(0, **{axis: angle}))
    assert found.best.rest == rest


@pytest.mark.parametrize(("height", "closed"), [(0.75, 0.0), (0.85, 30.0)])
def test_eyes_are_looked_at_while_the_mouth_is_at_four_fifths_of_its_height(
    height: float, closed: float
) -> None:
    """The right eye is closed by 30 % for two seconds, and open for the second of the peak."""
    seconds = np.arange(105) / 30
    mouth = np.repeat([0.0, 6 * height, 6.0], [15, 60, 30])
    eye = np.repeat([0.0, 30.0, 0.0], [15, 60, 30])
    trace = Trace("corner_excursion", "mm", seconds, mouth, mouth)
    lids = Trace("eye_closed", "pct", seconds, eye, 0 * eye)
    assert _synkinesis(trace, lids, "smile_open", (), MOVED, MOVED) == (closed, 0.0)


@pytest.mark.parametrize(("first", "last"), [(0.4, 2.0), (0.5, 2.1)])
def test_eyes_are_not_looked_at_for_as_long_as_a_blink_before_it_and_after_it(
    first: float, last: float
) -> None:
    """The blink lasts from 1 s to 1.5 s, and the eyes are open but from 0.5 s to 2 s."""
    seconds = np.arange(250) / 100
    mouth = np.where((seconds >= first - 1e-6) & (seconds <= last + 1e-6), 6.0, 0.0)
    eye = np.where((seconds >= 0.5 - 1e-6) & (seconds <= 2 + 1e-6), 80.0, 1.0)
    trace = Trace("corner_excursion", "mm", seconds, mouth, mouth)
    lids = Trace("eye_closed", "pct", seconds, eye, eye)
    blink = Blink(1.0, 0.5, 80.0, 80.0, math.nan, True)
    assert _synkinesis(trace, lids, "smile_open", (blink,), MOVED, MOVED) == (1.0, 1.0)


@pytest.mark.parametrize(("noise", "sway"), [(1.0, 0.0), (0.0, 1.0), (0.6, 0.8)])
@pytest.mark.parametrize(("sds", "moves"), [(3.5, False), (4.5, True)])
def test_a_side_moves_if_it_reads_four_standard_deviations(
    sds: float, moves: bool, noise: float, sway: float
) -> None:
    """Noise and sway of a smoothed reading make one standard deviation of 1 mm."""
    seconds = np.arange(60) / 30
    value = np.interp(seconds, [0.5, 1.0], [0.0, sds])
    line = Smooth(value, np.gradient(value, seconds), np.array(2 * noise), 0.5)
    metric = movement_catalogue()[MOVEMENT_HEADLINES["smile_open"].metric]
    found = _time_side(seconds, line, 40, metric, sway)
    assert found.excursion == sds
    assert found.excursion_sd == pytest.approx(1.0)
    assert math.isfinite(found.onset_s) == math.isfinite(found.peak_s) == moves


@pytest.mark.parametrize(("lost", "told"), [(2, False), (3, True)])
def test_a_face_lost_in_more_than_a_twentieth_of_the_frames_is_told(lost: int, told: bool) -> None:
    """4 % and 6 % of 50 frames."""
    landmarks = face(50)
    missing = replace(landmarks, status=np.where(np.arange(50) < lost, "no_face", "ok"))
    expected = {"clip_face_lost": {"share": pytest.approx(0.06)}} if told else {}
    assert notes_of(missing, np.arange(50) / 30) == expected
