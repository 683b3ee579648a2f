"""The table of day-to-day scatter: its statistics recover what was put in, and it is as a script wrote it."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import numpy as np
import pytest

from asymmetry.core.table import Measurements
from asymmetry.metrics import catalogue, measure, movement_catalogue
from asymmetry.people import Series
from asymmetry.synthetic import SETTINGS, face
from benchmarks.retakes import courses, scatter
from benchmarks.retakes.day_to_day import PHOTOS, TABLE
from benchmarks.retakes.readings import Plan, Readings, draw_visits
from benchmarks.retakes.scatter import (
    MOST_DF,
    excess_variance,
    find_scatter,
    find_slopes,
    prior_df,
    tabulate,
)
from benchmarks.retakes.smiles import WEAK_SMILE
from benchmarks.tune.seal import is_sealed

PLAN = Plan(visits=6, photos=2, steps=True)


@pytest.fixture(scope="module")
def readings() -> Readings:
    """Made landmarks: a face at rest, with a brow 2 mm lower, and a smile of 5 mm, weaker on the right."""
    n = PLAN.visits * PLAN.photos
    rest = face(n, noise_px=0.3, seed=1)
    smile = face(n, noise_px=0.3, seed=2, mouth_corner_right_mm=5.0, mouth_corner_left_mm=5.0)
    first = slice(None, None, PLAN.photos)
    lower = face(n, noise_px=0.3, seed=1, brow_right_mm=-2.0)[first]
    weak = face(n, noise_px=0.3, seed=2, mouth_corner_right_mm=3.0, mouth_corner_left_mm=5.0)[first]
    return Readings("made", PLAN, rest, smile, {"brow": lower, WEAK_SMILE: weak})


@pytest.mark.parametrize(("shared", "own"), [(0.3, 0.2), (0.0, 0.5), (0.4, 0.0)])
def test_both_parts_of_the_scatter_are_found(shared: float, own: float) -> None:
    rng = np.random.default_rng(4)
    people = [5 + rng.normal(0, shared, (200, 1)) + rng.normal(0, own, (200, 3)) for _ in range(50)]
    found = find_scatter(people)
    assert (found.shared**2, found.own**2) == pytest.approx((shared**2, own**2), abs=0.008)
    np.testing.assert_allclose(found.sd(3), np.hypot(shared, own / np.sqrt(3)), atol=0.02)
    assert found.people == 50


@pytest.mark.parametrize("df", [4.0, 12.0])
def test_the_populations_degrees_of_freedom_are_found(df: float) -> None:
    """Variances of people are drawn from a scaled inverse chi-square distribution (Smyth 2004)."""
    rng = np.random.default_rng(6)
    true = df / rng.chisquare(df, 4000)
    seen = true[:, None] * rng.chisquare(11, (4000, 2)) / 11
    assert prior_df(excess_variance(seen, np.full(4000, 11))) == pytest.approx(df, rel=0.1)


def test_people_who_scatter_alike_have_most_degrees_of_freedom() -> None:
    rng = np.random.default_rng(7)
    assert (
        prior_df(excess_variance(rng.chisquare(11, (5000, 2)) / 11, np.full(5000, 11)))
        > MOST_DF / 3
    )


def test_visits_that_lack_a_photo_are_left_out() -> None:
    rng = np.random.default_rng(8)
    whole = rng.normal(0, 1, (30, 2))
    holes = np.vstack([whole, [[np.nan, 50.0]]])
    assert find_scatter([holes, whole]) == find_scatter([whole, whole])
    assert find_scatter([np.full((5, 2), np.nan)]).people == 0


def test_the_same_person_is_drawn_alike_whoever_else_is_read() -> None:
    assert draw_visits("a", "home", PLAN) == draw_visits("a", "home", PLAN)
    assert draw_visits("a", "home", PLAN) != draw_visits("b", "home", PLAN)
    rest, smiles = draw_visits("a", "clinic", PLAN)
    assert len(rest) == len(smiles) == PLAN.visits * PLAN.photos
    assert rest[0].light_from_deg == rest[1].light_from_deg == smiles[0].light_from_deg


def test_columns_come_by_visit_and_photo(readings: Readings) -> None:
    table = tabulate(readings)
    shape = PLAN.visits, PLAN.photos
    assert {each.shape for each in table.values()} == {shape}
    assert not [name for name in table if name.endswith("_ratio")]
    assert table["commissure_lift_right_mm"].mean() == pytest.approx(5, abs=0.2)
    assert table["commissure_lift_diff_mm"].mean() == pytest.approx(0, abs=0.2)


def test_how_sides_lean_on_pitch_is_learnt_within_people(
    readings: Readings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A brow reads 0.1 mm lower for each degree, in people whose brows and heads differ."""
    rng = np.random.default_rng(5)

    def measured(person: Readings) -> Measurements:
        table = measure(person.rest, sd=False)
        pitch = rng.normal(rng.normal(0, 9), 4, table.rows)
        brow = {
            f"brow_height_{side}_mm": rng.normal(0, 5)
            - 0.1 * pitch
            + rng.normal(0, 0.1, table.rows)
            for side in ("right", "left")
        }
        return table.with_columns(pitch_deg=pitch, **brow)

    monkeypatch.setattr(scatter, "_measured", measured)
    slope = find_slopes([readings] * 20)["brow_height_right_mm"]
    assert slope == pytest.approx(-0.1, abs=0.005)
    before, after = (tabulate(readings, known) for known in ({}, {"brow_height_right_mm": slope}))
    for side in ("right", "left"):
        column = f"brow_height_{side}_mm"
        assert before[column].std() > 0.25
        assert after[column].std() < 0.15


def test_a_series_has_the_change_that_was_asked_for(readings: Readings) -> None:
    share = courses.step_at(6, 3)
    stepped = courses.make_series(
        readings, np.random.default_rng(1), 6, 2, change="brow", share=0.5 * share
    )
    quiet = courses.make_series(readings, np.random.default_rng(1), 6, 2)
    assert np.unique(stepped.taken, return_counts=True)[1].tolist() == [2] * 6
    brow = [
        Series.from_landmarks(each, treated_on="2026-01-20", expression=["rest"] * 12).photos.rows
        for each in (quiet, stepped)
    ]
    assert brow == [12, 12]
    shift = stepped.points - quiet.points
    moved = shift[:, stepped.layout.pairs["brow_upper_3"][0], 1].reshape(6, 2)
    np.testing.assert_allclose(moved[:3], 0, atol=1e-4)
    np.testing.assert_allclose(
        moved[3:], 4.0, rtol=0.02
    )  # 1 mm down, a little nearer than the eyes


def test_a_weak_smile_is_weak_on_the_right(readings: Readings) -> None:
    landmarks, shown = courses.make_smiles(readings, np.random.default_rng(1), 4, 1, share=1.0)
    assert shown == ["rest"] * 4 + ["smile_open"] * 4
    rise = -(landmarks.points[4:] - landmarks.points[:4])[
        :, landmarks.layout.pairs["commissure"], 1
    ]
    np.testing.assert_allclose(rise.mean(axis=0), [12, 20], atol=1)
    with pytest.raises(ValueError, match="no photo of a smile"):
        courses.make_smiles(replace(readings, smiles=None), np.random.default_rng(1), 4)
    with pytest.raises(ValueError, match="6 visits"):
        courses.make_series(readings, np.random.default_rng(1), 7)


def test_recoveries_begin_whole_and_end_with_nothing() -> None:
    days = np.array([0.0, 30.0, 60.0])
    np.testing.assert_allclose(courses.linear(days, 60), [1, 0.5, 0])
    np.testing.assert_allclose(courses.exponential(days, 30), np.exp([0, -1, -2]))
    np.testing.assert_allclose(courses.sigmoid(days, 30, 5)[1], 0.5)
    assert courses.step_at(4, 2).tolist() == [0, 0, 1, 1]


def test_the_table_is_as_the_script_wrote_it() -> None:
    text = TABLE.read_text(encoding="utf-8")
    assert is_sealed(text)
    table = tomllib.loads(text)
    columns = {name for entry in catalogue().values() for name in entry.columns}
    moving = {name for entry in movement_catalogue().values() for name in entry.columns}
    for setting in SETTINGS:
        assert {"brow_height_diff_mm", "mrd1_right_mm", "commissure_lift_diff_mm"} <= set(
            table[setting]
        )
        assert set(table[setting]) <= columns | moving
        assert table[setting]["brow_height_right_mm"]["pitch"] < -0.05
        for entry in table[setting].values():
            assert set(entry) - {"pitch"} == {"photos", "sd", "df"}
            assert tuple(entry["photos"]) == PHOTOS
            assert sorted(entry["sd"], reverse=True) == entry["sd"]
            assert entry["sd"][-1] > 0
            assert 0 < entry["df"] <= MOST_DF


def test_home_scatters_more_than_a_clinic() -> None:
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    for column in ("brow_height_diff_mm", "mrd1_diff_mm", "fissure_height_diff_mm"):
        assert table["home"][column]["sd"][0] > 1.2 * table["clinic"][column]["sd"][0]
