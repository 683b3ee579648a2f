"""The benchmark of promises on people photographed again: faces that are read exactly keep all of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from asymmetry.synthetic import face
from benchmarks.retakes.promises import PLANS, Made, error_rows, quiet_rows, smile_rows, told_rows
from benchmarks.retakes.readings import Plan, Readings
from benchmarks.retakes.smiles import WEAK_SMILE

PLAN = Plan(steps=True)


@pytest.fixture(scope="module")
def folk() -> dict[str, list[Readings]]:
    """One person at home whose points are read to a tenth of a pixel."""
    photos, visits = PLAN.visits * PLAN.photos, PLAN.visits
    corners = {"mouth_corner_right_mm": 6.0, "mouth_corner_left_mm": 6.0}
    steps = {
        "brow": face(visits, noise_px=0.1, seed=3, brow_right_mm=-2.0),
        "mouth_corner": face(visits, noise_px=0.1, seed=4, mouth_corner_right_mm=-2.0),
        "upper_lid": face(visits, noise_px=0.1, seed=5, upper_lid_right_mm=-1.0),
        WEAK_SMILE: face(visits, noise_px=0.1, seed=6, **{**corners, "mouth_corner_right_mm": 3.6}),
    }
    rest = face(photos, noise_px=0.1, seed=1)
    return {
        "home": [Readings("made", PLAN, rest, face(photos, noise_px=0.1, seed=2, **corners), steps)]
    }


@pytest.mark.slow
def test_where_nothing_changes_nothing_is_called(folk: dict[str, list[Readings]]) -> None:
    head, *rows = quiet_rows(folk, draws=1)
    assert head[1:] == [f"{visits} ({before})" for visits, before in PLANS]
    assert {cell for row in rows for cell in row[1:]} == {"0.0"}


@pytest.mark.slow
def test_true_changes_are_told_and_stay(folk: dict[str, list[Readings]]) -> None:
    told = {row[0]: row[1:] for row in told_rows(folk, draws=1)}
    assert told["brow 2 mm"] == told["mouth_corner 2 mm"] == ["100", "0.0"]
    assert told["brow 1 mm"] == ["100", ""]
    assert [row[0] for row in smile_rows(folk, draws=1)[1:]] == ["home"]
    assert set(smile_rows(folk, draws=1)[1][1:]) == {"100"}


def test_errors_that_are_far_smaller_than_printed_are_all_within(
    folk: dict[str, list[Readings]],
) -> None:
    rows = error_rows(folk, draws=1)[1:]
    assert {row[0].partition(": ")[2] for row in rows} == {
        "a day's mean",
        "a change",
        "a change of a side",
    }
    assert all(cell.split(", ")[-1] == "100" for row in rows for cell in row[1:])


def test_a_series_is_looked_at_after_each_visit() -> None:
    days = np.datetime64("2026-01-05") + np.arange(0, 42, 7).astype("timedelta64[D]")
    made = Made(replace(face(6), taken=days.astype(str)), ["rest"] * 6, "home", 2)
    assert [len(made.after(n)) for n in (3, 6)] == [3, 6]
    assert len(made.looks(6)) == 4
    assert made.after(6).static["day"].tolist() == [-11.0, -4.0, 3.0, 10.0, 17.0, 24.0]
