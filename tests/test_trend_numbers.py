"""Numbers of trends, forecasts, usual errors and hands, from geometry and tables."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from asymmetry.core.arrays import FloatArray
from asymmetry.core.table import Measurements
from asymmetry.series import day_to_day
from asymmetry.series.corrections import HandMM
from asymmetry.series.course import course
from asymmetry.series.day_to_day import SETTINGS, Setting, expected_error
from asymmetry.series.trend import Trend, forecast, trend


def line_of(values: list[float] | FloatArray) -> Trend:
    """The trend of a course of one photo a day."""
    days = np.arange(len(values), dtype=float)
    table = Measurements({"photo": days.astype(str), "day": days, "x_mm": np.asarray(values)})
    return trend(course(table, "x_mm", np.ones(len(values), dtype=bool), "rest"))


def steady() -> Trend:
    """A difference that falls from 8 to 4.2 by 0.2 a day, for 20 days."""
    return line_of(8 - 0.2 * np.arange(20))


@pytest.mark.parametrize(("days", "told"), [(4, False), (5, True)])
def test_a_trend_needs_five_days(days: int, told: bool) -> None:
    assert (line_of(np.arange(days, dtype=float)).note is None) == told


def test_a_slope_is_one_of_seven_days() -> None:
    found = steady()
    assert found.per_week == pytest.approx(-1.4)
    assert found.at(29) == pytest.approx(8 - 0.2 * 29)


def test_the_first_and_the_last_three_days_are_averaged() -> None:
    found = steady()
    assert (found.start, found.latest) == (pytest.approx(7.8), pytest.approx(4.4))


def test_the_height_of_a_line_errs_as_a_median_of_normal_errors_does() -> None:
    """Errors of 1 either way are 1 / 0.6745 standard deviations; t of 8 degrees of freedom is 2.306."""
    found = line_of([1.0, -1, -1, 1, 1, -1, -1, 1, 1, -1])
    expected = 2.306 / 0.6745 * math.sqrt(math.pi / 2) / math.sqrt(10)
    wider = math.sqrt((1 + found.serial) / (1 - found.serial))
    assert found.error == pytest.approx(expected * wider, rel=0.02)


def test_neighbouring_errors_are_taken_to_be_alike_by_0_6_at_most() -> None:
    assert line_of(np.abs(np.arange(31) - 15.0)).serial == pytest.approx(0.6)


def test_a_difference_is_not_smaller_than_a_hundredth_of_the_largest() -> None:
    found = line_of([0.0, 0, 0, 0, 1])
    assert found.decay is not None
    assert found.decay.at_middle == pytest.approx(math.log(0.01))


@pytest.mark.parametrize(
    ("threshold", "why"), [(2.0, ""), (0.8, "not_half_way"), (1.2, ""), (4.5, "under_already")]
)
def test_a_forecast_comes_from_half_way_on(threshold: float, why: str) -> None:
    """Of 7.8 to 4.4: half of the way to 1.0."""
    note = forecast(steady(), threshold).note
    assert ("" if note is None or note.code == "far_ahead" else note.code) == why


@pytest.mark.parametrize(("steadiness", "why"), [(0.83, "levels_off"), (0.87, "")])
def test_a_pace_that_falls_to_85_percent_levels_off(steadiness: float, why: str) -> None:
    note = forecast(replace(steady(), steadiness=steadiness), 2.0).note
    assert ("" if note is None or note.code == "far_ahead" else note.code) == why


@pytest.mark.parametrize(("ahead", "told"), [(0.9, True), (1.1, False)])
def test_a_forecast_looks_ahead_as_far_as_back(ahead: float, told: bool) -> None:
    """Two lines without errors that reach the threshold on the same day, 19 days after the last or so."""
    found = steady()
    last, threshold = found.days[1], 2.0
    day = last + ahead * (last - found.days[0])
    slope = -7 * (found.line.at_middle - threshold) / (day - found.middle)
    exact = replace(found, per_week=slope, low=slope, high=slope, error=0.0)
    assert found.decay is not None
    logs = -7 * (found.decay.at_middle - math.log(threshold)) / (day - found.decay.middle)
    decay = replace(found.decay, slope=logs, low=logs, high=logs, error=0.0)
    made = forecast(replace(exact, decay=decay, steadiness=1.0), threshold)
    assert (made.note is None) == told
    assert told == (made.day == pytest.approx(day))


def test_errors_of_columns_that_no_table_has_are_those_of_repeats() -> None:
    """Twice as large at home, once in a clinic, of 8 degrees of freedom."""
    home, clinic = (expected_error(each, "own_diff_mm", repeats=0.1) for each in ("home", "clinic"))
    assert (home.variance(1), home.df) == (pytest.approx(0.2**2), 8)
    assert (clinic.variance(1), clinic.df) == (pytest.approx(0.1**2), 8)


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_table_has_the_sides_of_each_difference(setting: Setting) -> None:
    listed = day_to_day._table()[setting]
    sides = [name.replace("_diff_", "_right_") for name in listed if "_diff_" in name]
    assert sides
    assert set(sides) <= set(listed)


def test_two_hands_differ_by_what_each_errs() -> None:
    hand = HandMM()
    found = [math.sqrt(2) * each for each in (hand.brow, hand.lid, hand.other)]
    assert found == pytest.approx([0.57, 0.22, 0.35])
