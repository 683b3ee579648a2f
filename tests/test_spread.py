"""How sure a metric is: propagation against chance, laws, and what is not known."""

from __future__ import annotations

from dataclasses import replace
from unittest import mock

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from asymmetry.core.arrays import FloatArray
from asymmetry.core.frame import Face, Half, Scale, face_frame, level_lines
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.level import LEVEL_WEIGHTS, ODD_DEG, lines_apart
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from asymmetry.core.table import Measurements
from asymmetry.metrics import (
    MAX_YAW,
    MAX_YAW_HORIZONTAL,
    Metric,
    catalogue,
    measure,
    measuring,
    metric,
)
from asymmetry.metrics.mixture import COPIES, mixtures
from asymmetry.metrics.propagation import differing
from tests.faces import PX_PER_MM, changeable, crowd, double, model, number, photo
from tests.test_laws import in_plane

SEEDS = st.integers(0, 2**32 - 1)
#: Outer canthi err sideways by so many times as much as upwards.
SIDEWAYS = 2.3
RSD_COLUMNS = [name for entry in catalogue().values() for name in entry.rsd_columns]


def spread_out(landmarks: Landmarks, seed: int) -> Landmarks:
    """Every point with a spread of its own, as real ones have, in steps that floats carry exactly."""
    spread = np.random.default_rng(seed).uniform(0.05, 0.15, landmarks.spread.shape) * PX_PER_MM
    return replace(landmarks, spread=np.round(spread * 256) / 256)


def sds(table: Measurements) -> dict[str, FloatArray]:
    return {name: table[name] for name in RSD_COLUMNS}


def test_columns_come_last_and_can_be_left_out() -> None:
    told, plain = measure(photo()), measure(photo(), sd=False)
    sds = [name for entry in catalogue().values() for name in entry.sd_columns]
    assert list(told) == [*plain, *sds, *RSD_COLUMNS]
    assert catalogue()["mrd1"].sd_columns == (
        "mrd1_right_sd_mm",
        "mrd1_left_sd_mm",
        "mrd1_diff_sd_mm",
    )
    assert catalogue()["mrd1"].rsd_columns == (
        "mrd1_right_rsd_mm",
        "mrd1_left_rsd_mm",
        "mrd1_diff_rsd_mm",
    )
    assert catalogue()["mouth_cant"].rsd_columns == ("mouth_cant_rsd_deg",)
    for name in plain:
        np.testing.assert_array_equal(told[name], plain[name])


def test_nothing_in_gives_empty_columns() -> None:
    table = measure(Landmarks.blank([], status="ok"))
    assert {(table[name].dtype.kind, len(table[name])) for name in RSD_COLUMNS} == {("f", 0)}


# Against chance


def erring(landmarks: Landmarks, n: int, seed: int) -> Landmarks:
    """n readings of one face whose points err as they are said to."""
    rng = np.random.default_rng(seed)
    mix = mixtures(landmarks.scheme)
    paired = 2 * len(MEDIAPIPE_478.pairs)
    side = np.arange(len(mix)) % 2
    errors = rng.normal(size=(n, 2, mix.shape[1], 2))  # photos, axes, errors, sides
    per_side = np.einsum("ke,nxes->nxks", mix, errors)
    moved = np.where(
        np.arange(len(mix)) < paired, np.where(side, *np.moveaxis(per_side, -1, 0)[::-1]), 0
    )
    moved[..., paired:] = per_side[..., paired:, :].sum(axis=-1)
    numbers = [each for pair in MEDIAPIPE_478.pairs.values() for each in pair]
    numbers += list(MEDIAPIPE_478.midline.values())
    points = np.repeat(landmarks.points.astype(np.float64), n, axis=0)
    shift = moved * landmarks.spread[0, numbers]
    shift[:, 0, [numbers.index(each) for each in MEDIAPIPE_478.pairs["outer_canthus"]]] *= SIDEWAYS
    points[:, numbers, 0] += shift[:, 0]
    points[:, numbers, 1] -= shift[:, 1]
    return replace(landmarks[np.zeros(n, dtype=int)], points=points)


@pytest.fixture(scope="module")
def by_chance() -> tuple[Measurements, Measurements]:
    """The stated errors of a lopsided face, and 4000 readings of it."""
    # Its pupils are far from level with its canthi, so that no error changes what they count.
    scattered = model() + np.random.default_rng(4).normal(0, 1, (MEDIAPIPE_478.size, 3))
    landmarks = spread_out(photo(scattered), 0)
    return measure(landmarks), measure(erring(landmarks, 4000, 1), sd=False)


@pytest.mark.parametrize("entry", catalogue().values(), ids=lambda entry: entry.name)
def test_points_that_err_by_their_spread_make_metrics_err_by_their_sd(
    entry: Metric, by_chance: tuple[Measurements, Measurements]
) -> None:
    told, read = by_chance
    # A root of squares bends: sums of many errors change it by more than each alone.
    bound = 0.10 if entry.name.startswith("asymmetry_") else 0.05
    for column, name in zip(entry.columns, entry.rsd_columns, strict=True):
        assert told[name][0] == pytest.approx(read[column].std(), rel=bound), name


def only(landmarks: Landmarks, **spread_mm: float) -> Landmarks:
    """All points exact but for those of some names, on the right side."""
    spread = np.zeros(landmarks.spread.shape)
    for name, mm in spread_mm.items():
        spread[:, number(name, "right")] = mm * PX_PER_MM
    return replace(landmarks, spread=spread)


def test_one_uncertain_point_makes_its_metric_as_uncertain() -> None:
    table = measure(only(photo(), ala=0.3, brow_upper_3=0.2, brow_lower_3=0.2))
    assert table["ala_height_right_rsd_mm"][0] == pytest.approx(0.3, rel=1e-4)
    assert table["ala_height_diff_rsd_mm"][0] == pytest.approx(0.3, rel=1e-4)
    assert table["ala_height_left_rsd_mm"][0] == 0
    # The edges of a brow err together, so their mean is no surer than each.
    assert table["brow_height_right_rsd_mm"][0] == pytest.approx(0.2, rel=1e-4)
    assert table["mrd1_diff_rsd_mm"][0] == 0


def test_an_uncertain_level_tells_in_every_difference() -> None:
    table = measure(only(photo(), outer_canthus=0.2))
    # Outer canthi, pupils and inner canthi, so far from the midline, set the level: one outer canthus turns
    # it over this base. The corner of the mouth lies 25 mm out.
    turn = 0.2 / (2 * np.dot(LEVEL_WEIGHTS, [45, 31, 17]))
    assert table["commissure_height_diff_rsd_mm"][0] == pytest.approx(2 * 25 * turn, rel=0.02)
    assert table["fissure_height_diff_rsd_mm"][0] < 1e-3


def test_the_iris_that_gives_the_scale_tells_in_lengths_but_not_with_a_ruler() -> None:
    landmarks = only(photo(), iris_lateral=0.2, iris_medial=0.2)
    by_iris = measure(landmarks)["commissure_height_right_rsd_mm"][0]
    by_ruler = measure(landmarks, scale=Scale("ruler", PX_PER_MM))[
        "commissure_height_right_rsd_mm"
    ][0]
    # Of one iris in two the width is wrong by 0.2 mm, and so 66 mm by half that share of 11.71 mm.
    assert by_iris == pytest.approx(66 * 0.2 / 2 / 11.71, rel=0.02)
    assert by_ruler < by_iris / 100


def test_canthi_that_give_the_scale_tell_in_lengths_of_both_sides_alike() -> None:
    table = measure(only(photo(), outer_canthus=0.2), scale=Scale("canthi", 90.0))
    by_ruler = measure(only(photo(), outer_canthus=0.2), scale=Scale("ruler", PX_PER_MM))
    # Of the 90 mm between both canthi one is off by 0.2 mm sideways, times as often as sideways errors are
    # larger; and the corner of the mouth lies 66 mm down.
    told, level = (each["commissure_height_right_rsd_mm"][0] for each in (table, by_ruler))
    assert np.sqrt(told**2 - level**2) == pytest.approx(66 * 0.2 * SIDEWAYS / 90, rel=0.02)
    for name in ("commissure_height_diff_rsd_mm", "canthal_tilt_right_rsd_deg"):
        assert table[name][0] == pytest.approx(by_ruler[name][0], rel=1e-3)


def test_every_point_errs_by_its_spread_in_all() -> None:
    """Shares of errors add up, in squares, to one; an iris's sides err in width as well, by half."""
    layout = MEDIAPIPE_478
    rows = dict(zip(layout.places, range(len(layout.places)), strict=True))
    squares = (mixtures(layout.name) ** 2).sum(axis=1)
    for name in layout.sided:
        first = rows[name] * 2
        wide = name in {"iris_lateral", "iris_medial"}
        np.testing.assert_allclose(squares[first : first + 2], 1.25 if wide else 1.0, err_msg=name)
    # A point of the midline has half of it from either side.
    np.testing.assert_allclose(squares[2 * len(layout.sided) :], 0.5)


def test_errors_that_last_leave_less_of_a_difference() -> None:
    ends = [f"brow_{edge}_{station}" for edge in ("upper", "lower") for station in (1, 2)]
    shares = {"ala": 0.8, "alar_base": 0.8, **dict.fromkeys(ends, 0.6)}
    others = ("brow_upper_3", "brow_lower_5", "commissure", "upper_lid_4", "nose_tip")
    names = [*shares, *others]
    first, second = np.full((len(names), 2, 1), 0.3), np.full((len(names), 2, 1), 0.4)
    lasting = np.array([shares.get(name, 0.0) for name in names])[:, None, None]
    known = np.sqrt(0.3**2 + 0.4**2 - 2 * lasting * 0.3 * 0.4)
    np.testing.assert_allclose(
        differing(first, second, names), np.broadcast_to(known, (len(names), 2, 1))
    )


@metric(unit="mm", sign="farther", source="a test")
def half_width(half: Half) -> FloatArray:
    """Distance of the cheekbone from the midline, in a way that no catalogue knows."""
    return np.hypot(half.out("cheekbone"), half.up("cheekbone") - half.up("ala"))


@metric(unit="ratio", sign="wider", source="a test")
def mouth_to_eyes(face: Face) -> FloatArray:
    """Width of the mouth as a part of that between the eyes."""
    (mouth_right, mouth_left), (right, left) = face.pair("commissure"), face.pair("outer_canthus")
    return (mouth_left[0] - mouth_right[0]) / (left[0] - right[0])


def test_a_metric_of_ones_own_is_given_its_own() -> None:
    landmarks = only(photo(), commissure=0.5, cheekbone=0.4)
    table = measure(landmarks, metrics=[half_width, mouth_to_eyes])
    assert table["mouth_to_eyes_rsd_ratio"][0] == pytest.approx(0.5 / 90, rel=1e-3)
    assert table["half_width_right_rsd_mm"][0] == pytest.approx(0.4, rel=0.01)
    assert table["half_width_left_rsd_mm"][0] == 0


# Laws


@given(seed=SEEDS)
def test_mirroring_swaps_the_sides_exactly(seed: int) -> None:
    landmarks = spread_out(crowd(seed, 3, grid=1 / 256), seed)
    straight, mirrored = sds(measure(landmarks)), sds(measure(landmarks.mirrored()))
    twin = {"_right_": "_left_", "_left_": "_right_"}
    for name, column in straight.items():
        other = next((name.replace(*pair) for pair in twin.items() if pair[0] in name), name)
        np.testing.assert_array_equal(column, mirrored[other], err_msg=name)
        assert (column > 0).all(), name


@given(seed=SEEDS, n=st.integers(1, 5), chunk=st.integers(COPIES, 4 * COPIES))
def test_a_batch_gives_the_bits_of_single_photos(seed: int, n: int, chunk: int) -> None:
    landmarks = spread_out(crowd(seed, n), seed)
    singles = Measurements.concat(measure(landmarks[i]) for i in range(n))
    with mock.patch.object(measuring, "CHUNK", chunk):
        table = measure(landmarks)
    for name in RSD_COLUMNS:
        assert table[name].tobytes() == singles[name].tobytes(), name


@given(seed=SEEDS, roll=st.floats(-45, 45), scale=st.floats(0.3, 3))
def test_scale_and_roll_change_nothing(seed: int, roll: float, scale: float) -> None:
    before = spread_out(double(crowd(seed, 2)), seed)
    turned = in_plane(before, roll, scale, (40.0, -70.0))
    after = replace(turned, spread=before.spread * scale)
    start, end = sds(measure(before)), sds(measure(after))
    for name, column in start.items():
        np.testing.assert_allclose(end[name], column, rtol=1e-6, err_msg=name)


@given(seed=SEEDS, factor=st.floats(0.1, 1))
def test_half_the_spread_is_half_the_sd(seed: int, factor: float) -> None:
    landmarks = spread_out(crowd(seed, 2), seed)
    # Nor where an error changes what a line counts in the level.
    apart = np.degrees(lines_apart(level_lines(face_frame(landmarks))))
    low, high = np.transpose(ODD_DEG)[..., None]
    assume(((apart < low - 0.2) | (apart > high + 0.2)).all())
    more = replace(landmarks, spread=landmarks.spread * factor)
    start, end = sds(measure(landmarks)), sds(measure(more))
    for name, column in start.items():
        # A root of squares bends, see above.
        bound = 0.25 if name.startswith("asymmetry_") else 0.03
        np.testing.assert_allclose(end[name], column * factor, rtol=bound, err_msg=name)


# Unknown errors


def test_unknown_spread_gives_no_sd_and_no_warning() -> None:
    table = measure(photo())
    assert all(np.isnan(column).all() for column in sds(table).values())
    assert table["status"].tolist() == ["ok"]


@pytest.mark.parametrize("name", ["outer_canthus", "iris_centre", "iris_lateral"])
def test_where_the_frame_is_of_unknown_quality_nothing_is_sure(name: str) -> None:
    landmarks = spread_out(photo(), 0)
    changeable(landmarks).spread[0, number(name, "left")] = np.nan
    table = measure(landmarks)
    lengths = [column for column in RSD_COLUMNS if column.endswith("_mm")]
    assert np.isnan([table[column][0] for column in lengths]).all()


def test_an_unknown_point_takes_out_only_what_uses_it() -> None:
    whole = spread_out(crowd(5, 3), 5)
    lost = replace(whole, spread=whole.spread.copy())
    changeable(lost).spread[1, number("brow_upper_3", "right")] = np.nan
    before, after = measure(whole), measure(lost)
    gone = {
        *(
            f"{name}_{side}_rsd_mm"
            for name in ("brow_height", "lid_to_brow")
            for side in ("right", "diff")
        ),
        *(f"asymmetry_{region}_rsd_mm" for region in ("upper", "middle", "lower", "total")),
    }
    for name in RSD_COLUMNS:
        np.testing.assert_array_equal(after[name][[0, 2]], before[name][[0, 2]])
        if name in gone:
            assert np.isnan(after[name][1]), name
        else:
            assert after[name][1] == before[name][1], name


def test_no_value_no_sd() -> None:
    faces = [photo(yaw=yaw) for yaw in (0, MAX_YAW_HORIZONTAL + 1, -MAX_YAW - 1)]
    failed = Landmarks.blank(["dark.jpg"], status="no_face", reason="no face found")
    landmarks = spread_out(Landmarks.concat([*faces, failed]), 0)
    table = measure(landmarks)
    for entry in catalogue().values():
        for name in entry.rsd_columns:
            assert np.isnan(table[name]).tolist() == [False, entry.horizontal, True, True], name


@pytest.mark.parametrize("side", SIDES)
def test_an_iris_that_was_not_seen_is_no_error(side: Side) -> None:
    landmarks = spread_out(photo(), 0)
    for name in MEDIAPIPE_478.groups["iris"]:
        changeable(landmarks).points[0, number(name, side)] = np.nan
        changeable(landmarks).spread[0, number(name, side)] = np.nan
    table = measure(landmarks)
    assert np.isnan(table[f"mrd1_{side}_rsd_mm"]).all()
    assert 0 < table["commissure_height_diff_rsd_mm"][0] < 0.5
