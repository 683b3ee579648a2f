"""A movement in time: known answers on courses made by hand, laws, and what is too weak to be told."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from asymmetry.core.arrays import FloatArray
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.notes import Note
from asymmetry.synthetic import face
from asymmetry.timing.blinks import find_blinks
from asymmetry.timing.lag import find_lag
from asymmetry.timing.ratio import Ratio, find_ratio
from asymmetry.timing.smoothing import smooth, sway
from asymmetry.timing.timing import Timing, time_expression
from asymmetry.timing.transition import Transition, find_transition
from tests.videos import rise_and_fall

SECONDS = np.arange(90) / 30
AT_REST = SECONDS < 0.7
#: From 10 to 90 % of the way of least jerk, as a share of its whole time.
QUICK = 0.4937


def smile(onset: float, height: float, noise: float = 0.0, seed: int = 0) -> FloatArray:
    """A corner that rises within 0.4 s, stays for a second and comes back."""
    scatter = np.random.default_rng(seed).normal(0, noise, len(SECONDS)) if noise else 0.0
    return height * rise_and_fall(SECONDS, onset, 0.4, 1.0) + scatter


def test_a_parabola_is_not_changed_by_smoothing_whatever_its_times_and_gaps() -> None:
    times = np.sort(np.random.default_rng(1).uniform(0, 3, 80))
    values = 2 - 3 * times + 4 * times**2
    gaps = np.where(np.arange(80) % 11 == 5, np.nan, values)
    line = smooth(times, np.stack([values, gaps]))
    np.testing.assert_allclose(line.value, np.stack([values, values]), atol=1e-6)
    np.testing.assert_allclose(line.slope, np.stack([8 * times - 3] * 2), atol=1e-4)


def test_noise_is_told_from_the_movement() -> None:
    line = smooth(SECONDS, np.stack([smile(0.8, 6, noise=0.2, seed=seed) for seed in range(20)]))
    assert np.median(line.noise) == pytest.approx(0.2, rel=0.15)


def test_where_too_few_frames_were_seen_there_is_no_value() -> None:
    values = np.full(90, np.nan)
    values[40:42] = 1.0
    assert np.isnan(smooth(SECONDS, values).value).all()


def time_one(side: FloatArray, peak: int = 50) -> Transition:
    line = smooth(SECONDS, side)
    return find_transition(SECONDS, line, peak, least=0.6, sd=float(line.noise) * line.share)


def test_a_known_movement_has_its_known_times() -> None:
    found = time_one(smile(0.8, 6))
    assert found.excursion == pytest.approx(6, rel=0.005)  # a parabola overshoots at a corner
    assert found.rise_s == pytest.approx(0.4 * QUICK, abs=0.02)
    assert found.onset_s == pytest.approx(0.8 + 0.4 * (1 - QUICK) / 2, abs=0.01)
    # The highest speed of the way of least jerk is 15/8 of its mean speed; smoothing keeps 0.88 of it.
    assert found.speed == pytest.approx(0.88 * 15 / 8 * 6 / 0.4, rel=0.01)


def test_the_error_of_an_onset_is_that_of_many_clips() -> None:
    found = [time_one(smile(0.8, 6, 0.15, seed)) for seed in range(100)]
    spread = np.std([each.onset_s for each in found])
    assert np.median([each.onset_sd_s for each in found]) == pytest.approx(spread, rel=0.3)


def test_of_a_side_that_is_still_no_time_is_told() -> None:
    found = time_one(smile(0.8, 0.4, noise=0.1))
    assert found.excursion == pytest.approx(0.4, abs=0.2)
    assert math.isnan(found.onset_s + found.rise_s + found.peak_s + found.speed)


def test_a_clip_that_begins_in_the_movement_has_no_onset() -> None:
    found = time_one(smile(-0.2, 6), peak=10)
    assert math.isnan(found.onset_s)
    assert found.excursion > 5


def lag_of(right: FloatArray, left: FloatArray) -> tuple[float, float]:
    lines = [smooth(SECONDS, side) for side in (right, left)]
    return find_lag(SECONDS, lines[0], lines[1], (6, 3), (0.8, 1.6), AT_REST)


@pytest.mark.parametrize("lag", [0.0, 0.02, 1 / 30, 0.1, -0.2])
def test_a_known_lag_is_read_whatever_the_heights(lag: float) -> None:
    found, _ = lag_of(smile(0.8 + lag, 6), smile(0.8, 3))
    assert found == pytest.approx(lag, abs=0.003)


def test_sides_exchanged_exchange_the_lag() -> None:
    one, other = smile(0.9, 6, 0.1, 1), smile(0.8, 6, 0.1, 2)
    lines = [smooth(SECONDS, side) for side in (one, other)]
    there = find_lag(SECONDS, lines[0], lines[1], (6, 6), (0.8, 1.6), AT_REST)
    back = find_lag(SECONDS, lines[1], lines[0], (6, 6), (0.8, 1.6), AT_REST)
    assert there.seconds == pytest.approx(-back.seconds, abs=0.005)


def test_the_error_of_a_lag_holds() -> None:
    found = np.array(
        [lag_of(smile(0.85, 6, 0.15, seed), smile(0.8, 3, 0.15, 500 + seed)) for seed in range(200)]
    )
    missed = np.abs(found[:, 0] - 0.05)
    assert missed.max() < 1 / 30
    assert (missed < 1.96 * found[:, 1]).mean() > 0.9
    assert np.median(found[:, 1]) < 2 * np.sqrt((missed**2).mean())


def test_a_sway_that_is_slower_than_the_window_makes_times_less_sure() -> None:
    slow = 0.2 * np.sin(2 * np.pi * 0.4 * SECONDS)
    line = smooth(SECONDS, slow)
    assert sway(line, np.ones(len(SECONDS), bool)) == pytest.approx(
        1.4826 * 0.2 / math.sqrt(2), rel=0.1
    )
    one_side = lag_of(smile(0.9, 6) + slow, smile(0.8, 3))
    both_sides = lag_of(smile(0.9, 6) + slow, smile(0.8, 3) + slow / 2)
    assert one_side[1] > 0.01 > both_sides[1]


def test_there_is_no_lag_beyond_the_longest_one() -> None:
    assert math.isnan(lag_of(smile(1.6, 6), smile(0.2, 3))[0])


def blinking(*at: float, depth: float = 95.0, width: float = 0.06) -> FloatArray:
    return depth * sum(np.exp(-(((SECONDS - when) / width) ** 2)) for when in at)


def test_blinks_are_counted_with_the_depth_of_each_eye() -> None:
    found = find_blinks(SECONDS, blinking(0.7, 2.1), 0.4 * blinking(0.7, 2.1))
    assert [each.is_blink for each in found] == [True, True]
    assert [each.closed_right_pct for each in found] == pytest.approx([95, 95], abs=5)
    assert [each.closed_left_pct for each in found] == pytest.approx([38, 38], abs=2)
    half_width = 2 * 0.06 * math.sqrt(math.log(2))
    assert [each.duration_s for each in found] == pytest.approx([half_width] * 2, abs=0.02)
    assert math.isnan(found[0].lag_s)


def test_eyes_closed_on_purpose_do_not_blink() -> None:
    found = find_blinks(SECONDS, smile(0.5, 100), smile(0.5, 100))
    assert [each.is_blink for each in found] == [False]


def test_a_blink_that_the_end_cuts_is_left_out() -> None:
    assert find_blinks(SECONDS, blinking(0.0), blinking(3.0)) == ()


def test_many_frames_tell_the_lag_of_lids() -> None:
    seconds = np.arange(240) / 240

    def lid(at: float) -> FloatArray:
        return np.asarray(95 * np.exp(-(((seconds - at) / 0.05) ** 2)))

    (found,) = find_blinks(seconds, lid(0.52), lid(0.5))
    assert found.lag_s == pytest.approx(0.02, abs=0.002)


def filmed(right: FloatArray, left: FloatArray, **moves: FloatArray) -> Landmarks:
    return face(
        len(SECONDS),
        mouth_corner_right_mm=right,
        mouth_corner_left_mm=left,
        noise_px=0.2,
        **moves,
    )


def timed(landmarks: Landmarks, expression: str | None = "smile_open") -> Timing:
    sharp = np.ones(len(SECONDS))
    return time_expression(landmarks, SECONDS, sharp, expression)


def test_a_made_face_gives_its_loss_and_its_lag() -> None:
    found = timed(filmed(smile(0.9, 3), smile(0.8, 6)))
    assert found.right.excursion == pytest.approx(3, abs=0.15)
    assert found.left.excursion == pytest.approx(6, abs=0.15)
    assert found.ratio == pytest.approx(0.5, abs=0.03)
    assert found.lag.seconds == pytest.approx(0.1, abs=0.01)
    assert 1.2 < SECONDS[found.moments.peak] < 2.3
    assert SECONDS[found.moments.rest] < 0.9 or SECONDS[found.moments.rest] > 2.6
    assert found.notes == ()


def ratio_of(right: FloatArray, left: FloatArray, lag: float = 0.0) -> Ratio:
    return find_ratio(SECONDS, smooth(SECONDS, right), smooth(SECONDS, left), lag, 0.8)


@pytest.mark.parametrize("share", [1.0, 0.6, 0.2, 0.0, -0.25])
def test_a_known_ratio_is_read_whatever_the_levels_of_rest(share: float) -> None:
    found = ratio_of(1 + smile(0.8, 6 * share), smile(0.8, 6) - 2)
    assert found.value == pytest.approx(share, abs=1e-6)
    assert found.sd == pytest.approx(math.sqrt(2) * 0.05 * abs(share), abs=1e-6)


def test_a_lag_is_taken_out_of_a_ratio() -> None:
    late = ratio_of(smile(0.9, 3), smile(0.8, 6), 0.1)
    assert late.value == pytest.approx(0.5, abs=0.002)
    assert ratio_of(smile(0.9, 3), smile(0.8, 6)).value < 0.49


def test_sides_exchanged_do_not_change_the_ratio() -> None:
    one, other = smile(0.9, 3, 0.1, 1), smile(0.8, 6, 0.1, 2)
    there, back = ratio_of(one, other, 0.1), ratio_of(other, one, -0.1)
    assert there == pytest.approx(back, rel=1e-9)


def test_the_error_of_a_ratio_holds_without_the_part_of_the_skin() -> None:
    found = [
        ratio_of(smile(0.8, 3, 0.3, seed), smile(0.8, 6, 0.3, 500 + seed)) for seed in range(200)
    ]
    missed = np.array([each.value - 0.5 for each in found])
    of_skin = math.sqrt(2) * 0.05 * np.array([each.value for each in found])
    sds = np.sqrt(np.array([each.sd for each in found]) ** 2 - of_skin**2)
    assert abs(missed.mean()) < 0.003
    assert (np.abs(missed) < 1.96 * sds).mean() > 0.9
    assert np.median(sds) < 2 * missed.std()


def test_a_sway_of_one_side_at_the_height_moves_a_ratio_less_than_its_highest_frame() -> None:
    sway_of_one = 0.4 * np.exp(-(((SECONDS - 1.5) / 0.2) ** 2))
    weak, strong = smile(0.8, 3) + sway_of_one, smile(0.8, 6)
    assert abs(ratio_of(weak, strong).value - 0.5) < 0.6 * abs(weak.max() / strong.max() - 0.5)


def test_too_few_frames_tell_no_ratio() -> None:
    few = np.where(np.abs(SECONDS - 1.22) < 0.02, smile(0.8, 6), np.nan)
    assert all(math.isnan(number) for number in ratio_of(few, few))


def test_mirroring_exchanges_the_sides() -> None:
    landmarks = filmed(smile(0.9, 3), smile(0.8, 6))
    one, other = timed(landmarks), timed(landmarks.mirrored())
    assert one.right.excursion == pytest.approx(other.left.excursion, abs=1e-3)
    assert one.lag.seconds == pytest.approx(-other.lag.seconds, abs=5e-3)
    assert one.moments == other.moments


def test_a_face_that_does_nothing_tells_no_times() -> None:
    found = timed(filmed(0 * SECONDS, 0 * SECONDS))
    numbers = found.to_dict()
    assert math.isnan(found.ratio + found.lag.seconds + numbers["onset_right_s"])
    assert math.isnan(found.ratio_sd)
    assert Note("clip_still", sides=("right", "left")) in found.notes


def test_one_still_side_is_told() -> None:
    found = timed(filmed(0 * SECONDS, smile(0.8, 6)))
    assert Note("clip_still", sides=("right",)) in found.notes
    assert found.ratio == pytest.approx(0, abs=0.05)
    assert math.isnan(found.lag.seconds)


def test_an_eye_that_closes_with_the_smile_is_synkinesis_and_a_blink_is_none() -> None:
    lid = -3.0 * rise_and_fall(SECONDS, 0.8, 0.4, 1.0)
    blink = -9.0 * np.exp(-(((SECONDS - 1.6) / 0.06) ** 2))
    one = timed(filmed(smile(0.8, 6), smile(0.8, 6), upper_lid_right_mm=lid))
    assert one.synkinesis[0] > 20
    assert one.synkinesis[1] == pytest.approx(0, abs=3)
    other = timed(
        filmed(smile(0.8, 6), smile(0.8, 6), upper_lid_right_mm=blink, upper_lid_left_mm=blink)
    )
    assert other.synkinesis == pytest.approx((0, 0), abs=3)
    assert [each.is_blink for each in other.blinks] == [True]
    assert [note.code for note in other.notes] == ["clip_slow_for_blinks"]


def test_no_photo_is_taken_in_a_blink_or_from_a_blurred_frame() -> None:
    blink = -9.0 * np.exp(-(((SECONDS - 1.4) / 0.06) ** 2))
    landmarks = filmed(
        smile(0.8, 6), smile(0.8, 6), upper_lid_right_mm=blink, upper_lid_left_mm=blink
    )
    sharp = np.where(np.arange(len(SECONDS)) % 2, 1.0, 0.3)
    found = time_expression(landmarks, SECONDS, sharp, "smile_open")
    assert abs(SECONDS[found.moments.peak] - 1.4) > 0.06
    assert found.moments.rest % 2 == found.moments.peak % 2 == 1


def test_frames_without_a_face_are_left_out_and_told() -> None:
    landmarks = filmed(smile(0.9, 3), smile(0.8, 6))
    lost = np.arange(len(SECONDS)) % 5 == 2
    points = np.where(lost[:, None, None], np.nan, landmarks.points)
    status = np.where(lost, "no_face", landmarks.status)
    found = timed(replace(landmarks, points=points, status=status))
    assert found.lag.seconds == pytest.approx(0.1, abs=0.02)
    assert {note.code: note["share"] for note in found.notes} == {
        "clip_face_lost": pytest.approx(0.2)
    }


@pytest.mark.parametrize(
    ("first", "onset", "code"), [(0.7, 0.8, "clip_onset_unseen"), (-1.0, -0.2, "clip_no_rest")]
)
def test_an_onset_that_is_not_told_has_its_reason(first: float, onset: float, code: str) -> None:
    """The face is not seen from 0.7 to 1.2 s, while it begins to move; or the clip begins too late."""
    landmarks = filmed(smile(onset, 3), smile(onset, 6))
    lost = (first < SECONDS) & (first + 0.5 > SECONDS)
    points = np.where(lost[:, None, None], np.nan, landmarks.points)
    status = np.where(lost, "no_face", landmarks.status)
    found = timed(replace(landmarks, points=points, status=status))
    assert math.isnan(found.right.onset_s)
    assert [note.code for note in found.notes if note.code != "clip_face_lost"] == [code]


def test_a_head_turned_away_is_not_timed() -> None:
    landmarks = face(len(SECONDS), mouth_corner_right_mm=smile(0.8, 6), yaw=40.0)
    found = timed(landmarks)
    assert [note.code for note in found.notes] == ["clip_not_timed"]
    assert math.isnan(found.right.excursion)


def test_a_table_has_one_row_with_every_number() -> None:
    found = timed(filmed(smile(0.9, 3), smile(0.8, 6)))
    table = found.to_table("a.mp4", "2026-03-02")
    assert table.rows == 1
    assert table["photo"].tolist() == ["a.mp4"]
    assert table["lag_s"][0] == found.lag.seconds
    assert table["onset_diff_s"][0] == pytest.approx(0.1, abs=0.02)
