"""Movement from rest: known answers on a face made by hand, laws, and faces with a known truth."""

from __future__ import annotations

import importlib
import math
import pickle
from dataclasses import replace
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import asymmetry
from asymmetry.core.arrays import FloatArray
from asymmetry.core.frame import Face, Scale
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.notes import Note
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES
from asymmetry.core.table import Measurements
from asymmetry.core.version import SCORE_VERSION
from asymmetry.errors import InvalidInputError
from asymmetry.metrics import (
    MAX_YAW,
    MAX_YAW_HORIZONTAL,
    MovementMetric,
    movement,
    movement_catalogue,
    movement_metric,
)
from tests.faces import BROW, CORNER, Moves, changeable, crowd, double, model, moved, number, photo
from tests.own_metrics import cheek_lift
from tests.test_laws import SEEDS, in_plane, numbers

#: Rounding of single precision, of a millimetre and of a percent.
NEAR = {"mm": 1e-3, "pct": 2e-2}
OPENING = 9.5
GROUPS = MEDIAPIPE_478.groups
engine = importlib.import_module("asymmetry.metrics.movements")


UPPER, LOWER = GROUPS["upper_lid"], GROUPS["lower_lid"]
SMILE = moved(CORNER, "left", 4, out=3)


#: Metric, what moves on the right side, and what it reads there.
KNOWN: list[tuple[str, Moves, float]] = [
    ("brow_excursion", moved(BROW, "right", 5), 5),
    ("brow_excursion", moved(BROW, "right", -2), -2),
    ("brow_medial_excursion", moved(("brow_upper_5", "brow_lower_5"), "right", 3), 3),
    ("brow_lateral_excursion", moved(("brow_upper_1", "brow_lower_1"), "right", 3), 3),
    ("frown_descent", moved(BROW, "right", -4, out=-2), 4),
    ("frown_draw", moved(BROW, "right", -4, out=-2), 2),
    ("eye_closure", moved(UPPER, "right", -6) | moved(LOWER, "right", 1), 7),
    ("eye_closed", moved(UPPER, "right", -OPENING / 2), 50),
    ("residual_gap", moved(UPPER, "right", -6), OPENING - 6),
    ("commissure_lift", moved(CORNER, "right", 4, out=3), 4),
    ("commissure_spread", moved(CORNER, "right", 4, out=3), 3),
    ("commissure_spread", moved(CORNER, "right", 0, out=-5), -5),
    ("commissure_travel", moved(CORNER, "right", 4, out=3), 5),
    ("commissure_travel", moved(CORNER, "right", -4, out=-3), 5),
    ("upper_lip_lift", moved(GROUPS["upper_lip_outer"], "right", 3), 3),
    ("lower_lip_drop", moved(GROUPS["lower_lip_outer"], "right", -3), 3),
    ("ala_lift", moved(["ala"], "right", 2), 2),
    # While the left corner smiles, the right eye narrows by a fifth.
    ("synkinesis", SMILE | moved(UPPER, "right", -OPENING / 5), 20),
]


@pytest.mark.parametrize(("name", "moves", "right"), KNOWN)
def test_a_known_movement_of_one_side(name: str, moves: Moves, right: float) -> None:
    entry = movement_catalogue()[name]
    table = movement(photo(), photo(model(moves)))
    still = OPENING if name == "residual_gap" else 0.0
    found = [float(table[column][0]) for column in entry.columns[:3]]
    assert found[:2] == pytest.approx([right, still], abs=NEAR[entry.unit])
    assert found[2] == found[0] - found[1]
    if entry.noise is not None:
        assert table[f"{name}_ratio"][0] == pytest.approx(0, abs=1e-3)


def test_every_movement_metric_has_a_known_answer() -> None:
    assert {name for name, _, _ in KNOWN} == movement_catalogue().keys()


def test_every_entry_is_complete() -> None:
    for name, entry in movement_catalogue().items():
        assert entry.name == name
        assert entry.sign
        assert entry.source
        assert entry.definition.endswith(".")


@pytest.mark.parametrize(
    ("right", "left", "ratio"),
    [
        ((4, 3), (4, 3), 1),
        ((4, 3), (2, 1.5), 0.5),
        ((1, 0.75), (4, 3), 0.25),
        ((0.3, 0.2), (0.2, 0.3), math.nan),  # neither is more than noise
        ((0, 0), (0, 0), math.nan),
    ],
)
def test_ratio_of_the_weaker_corner_to_the_stronger(
    right: tuple[float, float], left: tuple[float, float], ratio: float
) -> None:
    moves = {
        (name, side): (out, up)
        for side, (up, out) in zip(SIDES, (right, left), strict=True)
        for name in CORNER
    }
    table = movement(photo(), photo(model(moves)))
    assert table["commissure_travel_ratio"][0] == pytest.approx(ratio, abs=1e-3, nan_ok=True)


#: Most that may be read where nothing moved, mm, and a movement that counts by it: per mm on the right side.
NOISE = [
    ("brow_excursion", 0.45, moved(BROW, "right", 1)),
    ("eye_closure", 0.3, moved(UPPER, "right", -1)),
    ("ala_lift", 0.5, moved(["ala"], "right", 1)),
    ("commissure_lift", 0.6, moved(CORNER, "right", 1)),
    ("commissure_spread", 0.7, moved(CORNER, "right", 0, out=1)),
    ("upper_lip_lift", 0.8, moved(GROUPS["upper_lip_outer"], "right", 1)),
    # Of an eye that opens 9.5 mm, 3 % are 0.285 mm.
    ("eye_closed", 0.285, moved(UPPER, "right", -1)),
]


@pytest.mark.parametrize(("name", "noise", "moves"), NOISE)
def test_a_movement_counts_from_its_noise_on(name: str, noise: float, moves: Moves) -> None:
    for share, counts in ((0.93, False), (1.07, True)):
        way: Moves = {
            point: (out * share * noise, up * share * noise) for point, (out, up) in moves.items()
        }
        rest, after = (
            replace(shot, spread=np.full_like(shot.spread, 1e-3))
            for shot in (photo(), photo(model(way)))
        )
        right = movement(rest, after)[movement_catalogue()[name].columns[0]]
        assert np.isfinite(right).tolist() == [counts]


def test_sides_that_move_apart_have_a_negative_ratio() -> None:
    table = movement(photo(), photo(model(moved(BROW, "right", 6) | moved(BROW, "left", -1.5))))
    assert table["brow_excursion_ratio"][0] == pytest.approx(-0.25, abs=1e-3)


def test_no_smile_no_synkinesis() -> None:
    """Eyes that close while the corners stay, or hardly rise, say nothing about it."""
    for moves in ({}, moved(CORNER, "left", 1.9)):
        table = movement(photo(), photo(model(moved(UPPER, "right", -6) | moves)))
        assert np.isnan(table["synkinesis_right_pct"][0])
        assert table["eye_closed_right_pct"][0] > 60
        assert table["status"][0] == "ok"
    smile = movement(photo(), photo(model(moved(UPPER, "right", -6) | moved(CORNER, "left", 2.1))))
    assert smile["synkinesis_right_pct"][0] > 60


@given(seed=SEEDS, roll=st.floats(-30, 30), size=st.floats(0.5, 2), shift=st.floats(-200, 200))
def test_another_distance_and_place_of_the_camera_moves_nothing(
    seed: int, roll: float, size: float, shift: float
) -> None:
    rest, after = double(crowd(seed, 2)), double(crowd(seed + 1, 2))
    there = in_plane(after, roll, size, (shift, -shift))
    first, second = numbers(movement(rest, after)), numbers(movement(rest, there))
    for name, column in first.items():
        np.testing.assert_allclose(second[name], column, atol=1e-6, rtol=1e-6, err_msg=name)


@given(yaw=st.floats(-14, 14), pitch=st.floats(-14, 14), roll=st.floats(-45, 45))
def test_a_head_that_turns_too_moves_as_one_that_does_not(
    yaw: float, pitch: float, roll: float
) -> None:
    """For a face of known depth; its perspective is known as well."""
    after = model(SMILE | moved(BROW, "right", 5))
    still = movement(photo(), photo(after))
    turned = movement(photo(), photo(after, yaw=yaw, pitch=pitch, roll=roll))
    for entry in movement_catalogue().values():
        for name in entry.columns:
            np.testing.assert_allclose(
                turned[name], still[name], atol=0.1 if entry.unit == "pct" else 0.02, err_msg=name
            )


def test_a_face_that_does_not_move_reads_0_and_has_no_ratio() -> None:
    table = movement(double(crowd(3, 4)), double(crowd(3, 4)))
    for entry in movement_catalogue().values():
        if entry.name not in ("residual_gap", "synkinesis"):
            np.testing.assert_allclose([table[name] for name in entry.columns[:3]], 0, atol=1e-9)
        if entry.noise is not None:
            assert np.isnan(table[f"{entry.name}_ratio"]).all()


def test_gaze_and_irises_that_are_not_seen_move_nothing() -> None:
    iris = GROUPS["iris"]
    up = photo(model({(name, side): (1, 4) for name in iris for side in SIDES} | SMILE))
    blind = photo(model(SMILE))
    changeable(blind).points[0, [number(name, side) for name in iris for side in SIDES]] = np.nan
    straight = numbers(movement(photo(), photo(model(SMILE))))
    for other in (up, blind):
        for name, column in numbers(movement(photo(), other)).items():
            np.testing.assert_allclose(column, straight[name], atol=1e-3, err_msg=name)


def test_millimetres_are_those_of_the_photo_at_rest() -> None:
    """The expression's own iris, read too wide, does not make the smile smaller."""
    wide = {("iris_lateral", side): (1.0, 0.0) for side in SIDES}
    smile = photo(model(wide | SMILE))
    assert movement(photo(), smile)["commissure_travel_left_mm"][0] == pytest.approx(5, abs=1e-3)
    doubled = movement(photo(), smile, scale=Scale("interpupillary", 124.0))  # the face has 62
    assert doubled["commissure_travel_left_mm"][0] == pytest.approx(10, abs=2e-3)
    each = movement(photo(), smile, scale=Scale("interpupillary", [31.0]))
    assert each["commissure_travel_left_mm"][0] == pytest.approx(2.5, abs=1e-3)


@given(seed=SEEDS)
def test_mirroring_swaps_the_sides_exactly(seed: int) -> None:
    rest, after = crowd(seed, 3, grid=1 / 256), crowd(seed + 1, 3, grid=1 / 256)
    straight, mirrored = movement(rest, after), movement(rest.mirrored(), after.mirrored())
    for entry in movement_catalogue().values():
        right, left, diff = entry.columns[:3]
        np.testing.assert_array_equal(straight[right], mirrored[left], err_msg=right)
        np.testing.assert_array_equal(straight[left], mirrored[right], err_msg=left)
        np.testing.assert_array_equal(straight[diff], -mirrored[diff], err_msg=diff)
        for ratio in entry.columns[3:]:
            np.testing.assert_array_equal(straight[ratio], mirrored[ratio], err_msg=ratio)


@given(seed=SEEDS, n=st.integers(1, 7), chunk=st.integers(1, 4))
def test_a_batch_gives_the_bits_of_single_pairs(seed: int, n: int, chunk: int) -> None:
    rest, after = crowd(seed, n), crowd(seed + 1, n)
    singles = Measurements.concat(movement(rest[i], after[i]) for i in range(n))
    with mock.patch.object(engine, "CHUNK", chunk):
        together = movement(rest, after)
    assert list(together) == list(singles)
    for name in together:
        assert together[name].tobytes() == singles[name].tobytes(), name


@given(seed=SEEDS)
def test_a_ratio_is_between_minus_1_and_1_and_never_that_of_noise(seed: int) -> None:
    table = movement(crowd(seed, 5), crowd(seed + 1, 5))
    for entry in movement_catalogue().values():
        if entry.noise is None:
            continue
        stronger = np.max(np.abs([table[name] for name in entry.columns[:2]]), axis=0)
        ratio = table[f"{entry.name}_ratio"]
        np.testing.assert_array_equal(np.isnan(ratio), stronger <= entry.noise)
        assert (np.abs(ratio[~np.isnan(ratio)]) <= 1).all()


def test_columns_rows_and_provenance() -> None:
    after = replace(
        photo(), photo=np.array(["smile.jpg"]), taken=np.array(["2026-03-02"]), provenance={"a": 1}
    )
    table = movement(photo(), after, metrics=["commissure_travel", "residual_gap"])
    assert list(table) == [
        "photo", "taken", "status", "reason", "flags", "rest_photo",
        "commissure_travel_right_mm", "commissure_travel_left_mm", "commissure_travel_diff_mm",
        "commissure_travel_ratio",
        "residual_gap_right_mm", "residual_gap_left_mm", "residual_gap_diff_mm",
        "commissure_travel_right_rsd_mm", "commissure_travel_left_rsd_mm", "commissure_travel_diff_rsd_mm",
        "commissure_travel_rsd_ratio",
        "residual_gap_right_rsd_mm", "residual_gap_left_rsd_mm", "residual_gap_diff_rsd_mm",
    ]  # fmt: skip
    assert (table["photo"][0], table["taken"][0], table["rest_photo"][0]) == (
        "smile.jpg",
        "2026-03-02",
        "by_hand.jpg",
    )
    assert dict(table.provenance) == {
        "score_version": SCORE_VERSION,
        "a": 1,
        "scale_source": "iris",
        "metrics": ["commissure_travel", "residual_gap"],
    }
    assert asymmetry.movement is movement


def test_nothing_in_gives_empty_columns_of_the_right_type() -> None:
    blank = Landmarks.blank([], status="ok")
    empty, full = movement(blank, blank), movement(photo(), photo())
    assert {name: (column.dtype.kind, len(column)) for name, column in empty.items()} == {
        name: (column.dtype.kind, 0) for name, column in full.items()
    }


def test_what_can_not_be_measured_is_nan_and_the_reason_says_why() -> None:
    failed = Landmarks.blank(["dark.jpg"], status="no_face", reason=Note("no_face"))
    lost, partial = photo(), photo()
    changeable(lost).points[0, number("outer_canthus", "left")] = np.nan
    changeable(partial).points[0, number("ala", "right")] = np.nan
    turned, away = photo(yaw=MAX_YAW_HORIZONTAL + 1), photo(yaw=-MAX_YAW - 1)
    rest = [photo(), failed, photo(), lost, turned, photo(), photo(), photo()]
    after = [photo(), photo(), failed, photo(), photo(), turned, away, partial]
    table = movement(Landmarks.concat(rest), Landmarks.concat(after))
    assert list(zip(table["status"].tolist(), table["flags"].tolist(), strict=True)) == [
        ("ok", ""),
        ("warn", "no_rest"),
        ("no_face", "no_face"),
        ("warn", "pair_without_frame"),
        ("warn", "pair_turned_for_widths"),
        ("warn", "pair_turned_for_widths"),
        ("warn", "pair_turned_away"),
        ("warn", "pair_partly_measured"),
    ]
    assert (
        table["reason"][4] == "head turned more than 15°, here or at rest: no horizontal movement"
    )
    nan = np.isnan(
        [table[name] for name in ("brow_excursion_left_mm", "commissure_spread_left_mm")]
    )
    assert nan[0].tolist() == [False, True, True, True, False, False, True, False]
    assert nan[1].tolist() == [False, True, True, True, True, True, True, False]
    assert np.isnan(table["ala_lift_right_mm"][-1])
    assert table["ala_lift_left_mm"][-1] == pytest.approx(0, abs=1e-3)


@movement_metric(unit="mm", sign="to the patient's right", source="a test")
def chin_shift(rest: Face, moved: Face) -> FloatArray:
    """Path of the chin across."""
    return rest.point("menton")[0] - moved.point("menton")[0]


def test_a_movement_metric_of_ones_own() -> None:
    assert isinstance(cheek_lift, MovementMetric)
    moves: Moves = {("cheekbone", "right"): (0, 2), ("menton", None): (-3, 0)}
    table = movement(photo(), photo(model(moves)), metrics=[cheek_lift, chin_shift, "ala_lift"])
    assert table["cheek_lift_diff_mm"][0] == pytest.approx(2, abs=1e-3)
    assert table["cheek_lift_ratio"][0] == pytest.approx(0, abs=1e-3)
    assert table["chin_shift_mm"][0] == pytest.approx(3, abs=1e-3)
    assert pickle.loads(pickle.dumps(cheek_lift)) is cheek_lift


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="2 expressions with 1 photos at rest"):
        movement(photo(), crowd(0, 2))
    with pytest.raises(InvalidInputError, match="no metric is called no_such_lift"):
        movement(photo(), photo(), metrics=["no_such_lift"])
    with pytest.raises(InvalidInputError, match="ratio"):
        movement_metric(unit="mm", sign="-", source="-", noise=1.0)(chin_shift.function)
