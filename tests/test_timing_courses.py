"""Courses in time by hand: which frames count for a lag and a ratio, and how readings are smoothed.

Each limit is tested from both sides.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from asymmetry.core.arrays import FloatArray
from asymmetry.timing.lag import Lag, find_lag
from asymmetry.timing.ratio import Ratio, find_ratio
from asymmetry.timing.smoothing import Smooth, sd_of_mean, smooth, sway_beyond
from asymmetry.timing.transition import find_transition
from tests.videos import ease

SECONDS = np.arange(300) / 100


def line_of(value: FloatArray, seconds: FloatArray = SECONDS) -> Smooth:
    """Values taken as smooth already, without noise."""
    return Smooth(value, np.gradient(value, seconds), np.array(0.0), 1.0)


def rise(onset: float, seconds: FloatArray = SECONDS) -> FloatArray:
    """From 0 to 1 within half a second."""
    return ease((seconds - onset) / 0.5)


def odd_at(when: float, value: FloatArray) -> FloatArray:
    """One frame reads something else."""
    return np.where(np.abs(SECONDS - when) < 1e-6, value + 0.3, value)


def seen_in(frames: int, value: FloatArray) -> FloatArray:
    """Only so many frames show the side, from 1.2 s on."""
    first = np.arange(len(value)) - 120
    return np.where((first >= 0) & (first < frames), value, np.nan)


@pytest.mark.parametrize(
    ("rate", "weights"),
    [
        (5, [-3, 12, 17, 12, -3]),
        (10, [-3, 12, 17, 12, -3]),
        (20, [-3, 12, 17, 12, -3]),
        (30, [-2, 3, 6, 7, 6, 3, -2]),
    ],
)
def test_neighbours_within_a_tenth_of_a_second_count_and_two_on_each_side_at_least(
    rate: int, weights: list[int]
) -> None:
    """Weights of a parabola through five and seven readings, as Savitzky and Golay print them."""
    one = np.zeros(21)
    one[10] = 1.0
    reach = len(weights) // 2
    expected = np.zeros(21)
    expected[10 - reach : 11 + reach] = np.array(weights) / sum(weights)
    found = smooth(np.arange(21) / rate, one).value
    np.testing.assert_allclose(found[reach:-reach], expected[reach:-reach], atol=1e-9)


@pytest.mark.parametrize(("frames", "known"), [(2, 0), (3, 3)])
def test_three_readings_tell_a_parabola(frames: int, known: int) -> None:
    assert np.isfinite(smooth(SECONDS, seen_in(frames, rise(1.0))).value).sum() == known


@pytest.mark.parametrize(("noise", "beyond"), [(0.0, 1.0), (0.4, 0.8), (0.6, 0.19**0.5), (0.7, 0)])
def test_readings_at_rest_sway_if_they_are_more_than_one_and_a_half_times_their_noise(
    noise: float, beyond: float
) -> None:
    """The sway is 1 by the median: noise of 2/3 explains all of it, less noise a part."""
    still = np.tile([1.0, -1.0], 20) / 1.4826
    assert sway_beyond(still, noise) == pytest.approx(beyond, abs=1e-4)


@pytest.mark.parametrize(
    ("left_over", "sd"),
    [
        # The correlation with the next reading is 1/4: of four readings 4 * 3/5 are free, so 1.4 but one.
        ([-1.5, -0.5, 0.5, 1.5], math.sqrt(1.25 / 1.4)),
        # It is 0.7: of ten readings 10 * 3/17 would be free, which is less than two.
        ([-1.0] * 5 + [1.0] * 5, 1.0),
    ],
)
def test_two_readings_at_least_are_free(left_over: list[float], sd: float) -> None:
    assert sd_of_mean(np.array(left_over)) == pytest.approx(sd)


def test_a_rise_is_timed_between_a_tenth_and_nine_tenths_of_the_way() -> None:
    even = line_of(np.interp(SECONDS, [1.0, 2.0], [0.0, 6.0]))
    found = find_transition(SECONDS, even, 250, 0.6, 0.1)
    assert found.onset_s == pytest.approx(1.1)
    assert found.rise_s == pytest.approx(0.8)


def test_a_sway_while_an_expression_is_held_makes_no_rise_longer() -> None:
    """One course arrives after half a second and stays; the other sways and is farthest a second later."""
    level = rise(0.5)
    swaying = level * (1 + 0.15 * np.sin(np.pi * (SECONDS - 1.0)).clip(0))
    still, swayed = (
        find_transition(SECONDS, line_of(way), 150, 0.1, 0.01) for way in (level, swaying)
    )
    assert swayed.peak_s == pytest.approx(1.5, abs=0.02)
    assert swayed.rise_s == pytest.approx(still.rise_s, abs=0.05)


def test_a_rise_in_frames_that_were_not_seen_has_no_time() -> None:
    hidden = np.where((SECONDS > 0.7) & (SECONDS < 0.95), np.nan, rise(0.5))
    found = find_transition(SECONDS, line_of(hidden), 150, 0.1, 0.01)
    assert np.isfinite(found.onset_s)
    assert math.isnan(found.rise_s)


@pytest.mark.parametrize(("valley", "peak"), [(0.55, 2.5), (0.45, 1.0)])
def test_a_side_has_its_own_peak_where_it_stays_above_half_of_its_height_at_the_common_one(
    valley: float, peak: float
) -> None:
    """The common peak is at 1 s; the side comes to a higher one at 2.5 s."""
    humps = line_of(np.interp(SECONDS, [0.5, 1.0, 1.75, 2.5], [0.0, 6.0, 6 * valley, 7.0]))
    assert find_transition(SECONDS, humps, 100, 0.6, 0.1).peak_s == pytest.approx(peak)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("lag", "told"), [(0.45, True), (0.55, False)])
def test_a_lag_of_more_than_half_a_second_is_not_told(lag: float, told: bool, sign: int) -> None:
    right, left = line_of(rise(1.2 + sign * lag)), line_of(rise(1.2))
    span = min(1.2, 1.2 + sign * lag), max(1.7, 1.7 + sign * lag)
    found = find_lag(SECONDS, right, left, (1, 1), span, SECONDS < 0.5)
    assert found.seconds == pytest.approx(sign * lag if told else math.nan, abs=1e-4, nan_ok=True)


@pytest.mark.parametrize(("lag", "told"), [(0.4938, True), (0.4962, False)])
def test_a_lag_nearer_to_the_longest_one_than_a_tenth_of_a_frame_before_is_not_told(
    lag: float, told: bool
) -> None:
    """Ten frames per second: shifts of half a second less 0, 0.01, ... s are tried."""
    seconds = np.arange(60) / 10
    right, left = (line_of(each, seconds) for each in (slow(seconds + lag), slow(seconds)))
    found = find_lag(seconds, right, left, (1, 1), (1.5, 4.0), seconds < 0.5)
    assert math.isfinite(found.seconds) == told


def slow(seconds: FloatArray) -> FloatArray:
    """An even rise within two seconds, whose readings between two frames lie on a line too."""
    return np.interp(seconds, [2.0, 4.0], [0.0, 1.0])


def lag_with(right: FloatArray) -> Lag:
    """The right side starts at 1.05 s, the left one at 1 s, and both have arrived at 1.55 s."""
    rest = SECONDS < 0.5
    return find_lag(SECONDS, line_of(right), line_of(rise(1.0)), (1, 1), (1.0, 1.55), rest)


@pytest.mark.parametrize(
    ("when", "counts"), [(0.82, False), (0.88, True), (1.67, True), (1.73, False)]
)
def test_frames_count_for_a_lag_from_0_15_s_before_the_onset_to_0_15_s_after_the_peak(
    when: float, counts: bool
) -> None:
    same = lag_with(odd_at(when, rise(1.05))) == lag_with(rise(1.05))
    assert same == (not counts)


@pytest.mark.parametrize(("frames", "lag"), [(3, math.nan), (4, 0.05)])
def test_four_frames_tell_a_lag(frames: int, lag: float) -> None:
    right = line_of(rise(1.05))._replace(value=seen_in(frames, rise(1.05)))
    found = find_lag(SECONDS, right, line_of(rise(1.0)), (1, 1), (1.0, 1.55), SECONDS < 0.5)
    assert found.seconds == pytest.approx(lag, abs=1e-3, nan_ok=True)


def ratio_with(right: FloatArray) -> Ratio:
    """The left side goes twice as far from 1 s on."""
    return find_ratio(SECONDS, line_of(right), line_of(2 * rise(1.0)), 0.0, 1.0)


@pytest.mark.parametrize(("when", "counts"), [(0.76, False), (0.84, True)])
def test_frames_count_for_a_ratio_from_0_2_s_before_the_onset(when: float, counts: bool) -> None:
    same = ratio_with(odd_at(when, rise(1.0))) == ratio_with(rise(1.0))
    assert same == (not counts)


@pytest.mark.parametrize(("frames", "ratio"), [(2, math.nan), (3, 0.5)])
def test_three_frames_tell_a_ratio(frames: int, ratio: float) -> None:
    found = ratio_with(seen_in(frames, rise(1.0)))
    assert found.value == pytest.approx(ratio, nan_ok=True)
