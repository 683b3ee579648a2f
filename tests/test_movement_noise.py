"""Noise in a movement: standard deviations, sides that are still, lengths, and means over days."""

from __future__ import annotations

import importlib
from dataclasses import replace
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asymmetry import Half
from asymmetry.core.arrays import FloatArray
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES
from asymmetry.core.table import Measurements
from asymmetry.metrics import movement, movement_catalogue, movement_metric
from asymmetry.metrics.movements import beyond_noise
from asymmetry.metrics.propagation import _ACROSS_MOUTH
from asymmetry.metrics.still import STILL_SD
from asymmetry.people import Series
from asymmetry.synthetic import face
from tests.faces import PX_PER_MM, Moves, changeable, crowd, model, number, photo
from tests.test_laws import SEEDS, numbers
from tests.test_movement import BROW, CORNER, OPENING, SMILE, UPPER, moved
from tests.test_spread import erring, spread_out

engine = importlib.import_module("asymmetry.metrics.movements")


def sure(landmarks: Landmarks, mm: float = 0.05, **other_mm: float) -> Landmarks:
    """All points with one spread, but for those of some names."""
    spread = np.full(landmarks.spread.shape, mm)
    for name, own in other_mm.items():
        spread[:, [number(name, side) for side in SIDES]] = own
    return replace(landmarks, spread=spread * PX_PER_MM)


def test_a_side_that_is_still_is_nan_and_its_standard_deviation_tells_why() -> None:
    table = movement(sure(photo()), sure(photo(model(SMILE))))
    assert np.isnan(table["commissure_lift_right_mm"][0])
    assert 0 < table["commissure_lift_right_rsd_mm"][0] < 0.3
    assert table["commissure_lift_left_mm"][0] == pytest.approx(4, abs=1e-3)
    # What both sides are made of stays.
    assert table["commissure_lift_diff_mm"][0] == pytest.approx(-4, abs=1e-3)
    assert table["commissure_lift_ratio"][0] == pytest.approx(0, abs=1e-3)
    assert table["status"][0] == "ok"
    # An eye that stays open has a gap.
    assert table["residual_gap_right_mm"][0] == pytest.approx(OPENING, abs=1e-3)
    assert np.isnan([table[f"{name}_right_pct"][0] for name in ("eye_closed", "synkinesis")]).all()


def test_noise_can_be_kept_and_taken_out_later() -> None:
    pair = sure(photo()), sure(photo(model(SMILE | moved(BROW, "right", 0.3))))
    kept, told = movement(*pair, keep_noise=True), movement(*pair)
    assert kept["brow_excursion_right_mm"][0] == pytest.approx(0.3, abs=1e-3)
    assert np.isnan(told["brow_excursion_right_mm"][0])
    assert kept["brow_excursion_right_still"].tolist() == [True]
    assert kept["commissure_lift_left_still"].tolist() == [False]
    assert "brow_excursion_right_still" not in told
    again = beyond_noise(kept)
    assert list(again) == list(told)
    for name in told:
        np.testing.assert_array_equal(again[name], told[name], err_msg=name)


def test_points_of_unknown_spread_stay_what_they_are() -> None:
    """And have no standard deviation."""
    table = movement(photo(), photo(model(moved(BROW, "right", 0.3))))
    assert table["brow_excursion_right_mm"][0] == pytest.approx(0.3, abs=1e-3)
    assert np.isnan(table["brow_excursion_right_rsd_mm"][0])


@pytest.mark.parametrize(("mm", "told"), [(0.05, True), (0.35, True), (0.6, False)])
def test_the_less_sure_the_points_the_farther_a_side_must_move(mm: float, told: bool) -> None:
    rest, after = sure(photo(), mm), sure(photo(model(moved(BROW, "right", 1.5))), mm)
    table = movement(rest, after)
    sd = table["brow_excursion_right_rsd_mm"][0]
    assert (STILL_SD * sd < 1.5) == told
    assert np.isfinite(table["brow_excursion_right_mm"][0]) == told


def test_movements_err_by_their_standard_deviation() -> None:
    """By chance, in both photos."""
    rest = spread_out(
        photo(model() + np.random.default_rng(3).normal(0, 1, (MEDIAPIPE_478.size, 3))), 0
    )
    after = replace(rest, points=rest.points.copy())
    corners = [number(name, side) for name in CORNER for side in SIDES]
    changeable(after).points[:, corners, 1] -= 5 * PX_PER_MM
    told = movement(rest, after, keep_noise=True)
    read = movement(erring(rest, 2000, 1), erring(after, 2000, 2), keep_noise=True)
    for name in (
        "brow_excursion",
        "brow_medial_excursion",
        "eye_closure",
        "commissure_lift",
        "lower_lip_drop",
    ):
        entry = movement_catalogue()[name]
        for column, sd in zip(entry.columns[:3], entry.rsd_columns[:3], strict=True):
            assert told[sd][0] == pytest.approx(read[column].std(), rel=0.2), column


@movement_metric(unit="mm", sign="wider", source="a test", noise=0.1)
def corner_out(rest: Half, moved: Half) -> FloatArray:
    """How far the corner of the mouth goes out."""
    return moved.out("commissure") - rest.out("commissure")


@movement_metric(unit="mm", sign="higher", source="a test", noise=0.1)
def corner_up(rest: Half, moved: Half) -> FloatArray:
    """How far the corner of the mouth goes up."""
    return moved.up("commissure") - rest.up("commissure")


def test_a_corner_of_the_mouth_is_misread_sideways_by_more_than_upwards() -> None:
    pair = sure(photo(), 0.0, commissure=0.3), sure(photo(), 0.0, commissure=0.4)
    table = movement(*pair, metrics=[corner_out, corner_up], keep_noise=True)
    assert table["corner_up_right_rsd_mm"][0] == pytest.approx(0.5, rel=0.01)
    assert table["corner_out_right_rsd_mm"][0] == pytest.approx(2.5 * 0.5, rel=0.01)


def test_what_misleads_both_photos_alike_is_no_error_of_a_movement() -> None:
    both = movement(sure(photo(), ala=0.5), sure(photo(), ala=0.5))["ala_lift_right_rsd_mm"][0]
    one = movement(sure(photo(), ala=0.05), sure(photo(), ala=0.5))["ala_lift_right_rsd_mm"][0]
    assert both < one / 1.3


def paths(length: float, n: int) -> FloatArray:
    """How far the right corner reads to move up by some length, in n pairs of photos."""
    rest = sure(photo(), 0.01, commissure=0.3, inner_commissure=0.3)
    after = sure(
        photo(model(moved(CORNER, "right", length))), 0.01, commissure=0.3, inner_commissure=0.3
    )
    pair = [
        _across(each, erring(each, n, seed)) for seed, each in enumerate((rest, after), start=1)
    ]
    return np.array(movement(*pair, keep_noise=True)["commissure_travel_right_mm"])


def _across(exact: Landmarks, erring: Landmarks) -> Landmarks:
    """With corners of the mouth that err sideways by as much more as they are taken to."""
    points = erring.points.copy()
    corners = [number(name, side) for name in CORNER for side in SIDES]
    points[:, corners, 0] += (_ACROSS_MOUTH - 1) * (points - exact.points)[:, corners, 0]
    return replace(erring, points=points)


@pytest.mark.parametrize("length", [0.0, 1.0, 4.0])
def test_a_length_does_not_count_noise_as_movement(length: float) -> None:
    """The mean square of many is that of the path; that of what is read is larger by what noise adds."""
    found = paths(length, 3000)
    assert (found >= 0).all()
    # What would be negative is 0, so that of a side that is still something stays.
    assert np.sqrt(np.mean(found**2)) == pytest.approx(length, abs=0.9 if length == 0 else 0.12)
    if length == 0:
        assert np.median(found) < 0.7


def test_a_pupil_that_is_hidden_does_not_turn_the_face() -> None:
    """A lid that comes down over it drags it along; its spread says so."""
    closing: Moves = {("iris_centre", "right"): (0, -2)} | moved(UPPER, "right", -6) | SMILE
    rest, after = sure(photo()), photo(model(closing))
    seen = sure(after)
    hidden = replace(seen, spread=seen.spread.copy())
    changeable(hidden).spread[0, number("iris_centre", "right")] = 0.5 * PX_PER_MM
    lifts = [
        movement(rest, each, keep_noise=True)["commissure_lift_right_mm"][0]
        for each in (hidden, seen)
    ]
    assert abs(lifts[0]) < 1e-3
    assert abs(lifts[1]) > 0.2


def test_a_squint_that_draws_a_canthus_in_does_not_make_the_face_larger() -> None:
    squint: Moves = {("outer_canthus", "left"): (-2, 0)} | SMILE
    table = movement(photo(), photo(model(squint)))
    assert table["commissure_lift_left_mm"][0] == pytest.approx(4, abs=0.05)
    assert table["commissure_lift_right_mm"][0] == pytest.approx(0, abs=0.05)


@given(seed=SEEDS)
def test_mirroring_swaps_the_sides_exactly(seed: int) -> None:
    rest, after = (spread_out(crowd(s, 3, grid=1 / 256), s) for s in (seed, seed // 2))
    straight, mirrored = movement(rest, after), movement(rest.mirrored(), after.mirrored())
    for entry in movement_catalogue().values():
        for sign, names in ((-1, entry.columns), (1, entry.rsd_columns)):
            right, left, diff, *ratio = names
            np.testing.assert_array_equal(straight[right], mirrored[left], err_msg=right)
            np.testing.assert_array_equal(straight[left], mirrored[right], err_msg=left)
            np.testing.assert_array_equal(straight[diff], sign * mirrored[diff], err_msg=diff)
            for name in ratio:
                np.testing.assert_array_equal(straight[name], mirrored[name], err_msg=name)


@given(seed=SEEDS, n=st.integers(1, 5), chunk=st.integers(1, 40))
def test_a_batch_gives_the_bits_of_single_pairs(seed: int, n: int, chunk: int) -> None:
    rest, after = (spread_out(crowd(s, n), s) for s in (seed, seed // 2))
    singles = Measurements.concat(movement(rest[i], after[i]) for i in range(n))
    with mock.patch.object(engine, "CHUNK", chunk):
        together = movement(rest, after)
    for name, column in numbers(together).items():
        assert column.tobytes() == numbers(singles)[name].tobytes(), name


def test_means_over_days_are_made_of_what_was_read() -> None:
    """A side that hardly moves would seem to move more, were only what is beyond noise averaged."""
    n = 30
    rng = np.random.default_rng(0)
    read = 0.3 + rng.normal(0, 0.3, n)
    up = np.ravel(np.column_stack([np.zeros(n), read]))
    made = face(2 * n, mouth_corner_right_mm=np.tile([0.0, 8.0], n), mouth_corner_left_mm=up)
    taken = (
        np.datetime64("2026-03-02") + np.repeat(np.arange(n), 2).astype("timedelta64[D]")
    ).astype(str)
    made = replace(made, taken=taken, spread=np.full_like(made.spread, 0.3))
    series = Series.from_landmarks(made, expression=["rest", "smile_open"] * n)
    told = series.movements["commissure_lift_left_mm"]
    assert np.isnan(told).sum() > n / 2
    course = series.course("commissure_lift", side="left")
    assert len(course) == n
    assert course.value.mean() == pytest.approx(read.mean(), abs=0.02)
    assert np.nanmean(told) > 2 * read.mean()
