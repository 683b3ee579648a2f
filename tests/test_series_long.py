"""Long courses of one person: steps, several treatments that wear off, many visits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from asymmetry import Series
from asymmetry.core.text import Text
from asymmetry.report.plots.days import draw_days
from asymmetry.report.plots.style import Setting
from asymmetry.series import RULES
from asymmetry.series.concerns import Situation, concerns
from asymmetry.synthetic import face
from tests.test_series_change import TREATED_ON, dated, error


def test_a_step_is_no_correlation_of_neighbours() -> None:
    days = np.arange(60.0)
    noise = np.random.default_rng(0).normal(0, 0.25, (30, 60))
    flat, stepped = ([error(row + mm * (days > 30), days) for row in noise] for mm in (0.0, 3.0))
    assert np.mean([each.serial for each in stepped]) < 0.05
    wider = [b.variance(1) / a.variance(1) for a, b in zip(flat, stepped, strict=True)]
    assert np.mean(wider) == pytest.approx(1, abs=0.1)


# Botulinum toxin every three months, that wears off each time

MONTHS_3 = 91
CYCLES = 8
VISITS = {14: -3.0, 30: -3.0, 60: -1.5, 90: 0.0}


def worn_off(cycles: int = CYCLES, size: Callable[[int], float] = lambda _: 1.0) -> Series:
    """A right brow that each treatment lowers by 3 mm, times a size, until it has worn off."""
    cycle = range(cycles)
    days = [-7.0, -2, *(MONTHS_3 * each + day for each in cycle for day in VISITS)]
    drop = [0.0, 0, *(size(each) * mm for each in cycle for mm in VISITS.values())]
    made = dated(face(len(days), noise_px=0.3, seed=3, brow_right_mm=drop), days)
    first = date.fromisoformat(TREATED_ON)
    treated = [str(first + timedelta(days=MONTHS_3 * each)) for each in (*cycle, 2 * CYCLES)]
    return Series.from_landmarks(made, treated_on=treated, expression=["rest"] * len(days))


def test_what_treatments_do_is_no_scatter_however_many_there_are() -> None:
    made = worn_off()
    change = next(each for each in made.changes() if each.headline.metric == "brow_height")
    lowered = [MONTHS_3 * each + day for each in range(CYCLES) for day in (14, 30)]
    assert set(lowered) <= set(change.days_beyond)
    assert change.mdc95 < 1.5
    assert made.course("brow_height").half_width[-1] < 1


def test_of_many_earlier_episodes_none_is_lost() -> None:
    (one,) = worn_off().findings
    assert one.days.worst > MONTHS_3 * (CYCLES - 1)
    assert str(one.notes[-1]) == (
        "the same was there 7 times before, between day 14 and day 606, and passed each time"
    )


def test_an_earlier_episode_that_was_larger_is_told() -> None:
    (one,) = worn_off(3, lambda cycle: 2.0 if cycle == 0 else 1.0).findings
    assert [note.code for note in one.notes[-2:]] == ["so_before_often", "larger_before"]
    assert one.notes[-1]["mm"] == pytest.approx(6, abs=0.4)
    assert one.notes[-1]["day"] in (14, 30)


def test_a_mean_of_visits_is_not_told_as_the_latest_day() -> None:
    days = [-7.0, -3, 0, 14, 28]
    made = dated(face(5, brow_right_mm=[0, 0, 0, -3, -3]), days)
    series = Series.from_landmarks(made, treated_on=TREATED_ON, expression=["rest"] * 5)
    brow = next(each for each in series.changes() if each.beyond)
    for visits, ending in ((1, "on day 28"), (3, "on day 28, as the mean of the last 3 visits")):
        situation = Situation((replace(brow, visits=visits),), series.followed, treated=True)
        (told,) = concerns(situation, [each for each in RULES if each.name == "new asymmetry"])
        assert str(told.note).endswith(ending)


def test_a_movement_is_followed_in_its_own_expression_though_another_has_more_days() -> None:
    days = list(range(0, 60, 10))
    lift = [0.0] * 12 + [8.0] * 3
    made = dated(
        face(15, noise_px=0.1, mouth_corner_right_mm=lift, mouth_corner_left_mm=np.array(lift) / 2),
        [*days, *days, *days[-3:]],
    )
    series = Series.from_landmarks(
        made, expression=["rest"] * 6 + ["frown"] * 6 + ["smile_open"] * 3
    )
    course = series.course("commissure_lift")
    assert course.expression == "smile_open"
    assert course.value == pytest.approx([4, 4, 4], abs=0.3)
    assert series.course("commissure_spread").expression == "smile_open"
    assert series.course("lower_lip_drop").expression == "frown"  # of most days


def test_each_treatment_is_drawn_and_named_in_the_report(tmp_path: Path) -> None:
    made = worn_off(3)
    upper, lower = draw_days(made.followed[0], Setting(Text.load(), treated=True)).axes
    for axes in (upper, lower):
        marked = {each.get_xdata()[0] for each in axes.get_lines() if each.get_linestyle() == "--"}
        assert marked == {0, 91, 182}
        stripes = [patch.get_x() for patch in axes.patches]
        # Early and peak of each; wearing off of the last alone, for the next treatment ends the others.
        assert stripes == [0.5, 13.5, 91.5, 104.5, 182.5, 195.5, 272.5]
    page = made.report(tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Treatment on 2026-03-09; days are counted from it. Treated again on 2026-06-08" in page
