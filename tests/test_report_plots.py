"""Plots: their data are the series', and their words come from the catalogue."""

from __future__ import annotations

import math
import re
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from asymmetry import Series
from asymmetry.core.text import Text, languages
from asymmetry.errors import InvalidInputError, MissingExtraError
from asymmetry.report import render
from asymmetry.report.plots.days import describe_days, draw_days, plot_course
from asymmetry.report.plots.dots import describe_dots, draw_dots, summary_dots
from asymmetry.report.plots.pairs import describe_pairs, draw_pairs, movement_pairs
from asymmetry.report.plots.skin_frame import draw_key, new_day_grid
from asymmetry.report.plots.style import Setting, svg
from asymmetry.series import HEADLINES, DiaryNote
from asymmetry.synthetic import face
from tests.pages import TREATED_ON, Page, dated, series, smiling

TREATED = Setting(Text.load(), treated=True)
UNTREATED = Setting(Text.load(), treated=False)


def lines(axes: Any) -> dict[str, Any]:
    return {str(line.get_label()): line for line in axes.get_lines()}


def words(figure: Any) -> set[str]:
    from matplotlib.text import Text as Drawn

    return {
        each.get_text() for each in figure.findobj(Drawn) if each.get_text() and each.get_visible()
    }


# Over days


def test_days_show_the_series_numbers() -> None:
    made = series(4, brow_right_mm=[0, -3, -2, -1])
    brow = made.followed[0]
    upper, lower = draw_days(brow, TREATED).axes
    assert lines(upper)["patient's right"].get_xdata().tolist() == [-10, 0, 10, 20]
    assert np.array_equal(
        lines(upper)["patient's right"].get_ydata(), made.static["brow_height_right_mm"]
    )
    assert np.array_equal(
        lines(upper)["patient's left"].get_ydata(), made.static["brow_height_left_mm"]
    )
    assert np.array_equal(
        lines(lower)["brow_height_diff_mm"].get_ydata(), made.static["brow_height_diff_mm"]
    )
    assert lower.get_xlabel() == "days since treatment"
    assert {3.0, -3.0} <= {
        line.get_ydata()[0] for line in lower.get_lines() if line.get_linestyle() == ":"
    }
    low, high = lower.get_ylim()
    assert low == -high
    assert high > 3


def test_the_band_is_the_measurement_error() -> None:
    course = series(9, brow_right_mm=np.linspace(0, -3, 9)).followed[0]
    _, lower = draw_days(course, TREATED).axes
    (band, *_) = [each for each in lower.collections if each.get_alpha() == 0.15]
    edge = band.get_paths()[0].vertices
    for day, low, high in zip(course.diff.day, course.diff.low, course.diff.high, strict=True):
        heights = edge[edge[:, 0] == day, 1]
        assert (heights.min(), heights.max()) == pytest.approx((low, high))


def test_a_line_runs_through_the_means_of_days() -> None:
    made = Series.from_landmarks(
        dated(face(3, brow_right_mm=[-1, -3, -4]), [0, 0, 5]), expression=["rest"] * 3
    )
    _, lower = draw_days(made.followed[0], UNTREATED).axes
    means = [line.get_ydata() for line in lower.get_lines() if len(line.get_xdata()) == 2]
    assert any(np.allclose(values, [-2, -4], atol=1e-3) for values in means)
    assert len(lines(lower)["brow_height_diff_mm"].get_ydata()) == 3


def test_phases_and_notes_are_on_the_axis_after_a_treatment() -> None:
    course = series(13).followed[0]
    figure = draw_days(course, replace(TREATED, noted=(3.0, 3.0, 40.0, 999.0)))
    upper, lower = figure.axes
    stripes = [patch.get_x() for patch in upper.patches]
    assert stripes == [0.5, 13.5, 90.5]  # every other phase: early, peak, wearing off
    assert {"treatment", "plateau", "1,2", "3"} <= words(figure)
    flags = [line.get_xdata()[0] for line in lower.get_lines() if line.get_marker() == "v"]
    assert flags == [3, 40]  # 999 lies beyond the photos
    plain = draw_days(course, UNTREATED)
    assert plain.axes[0].patches[:] == []
    assert not {"treatment", "plateau"} & words(plain)


def test_a_plot_is_told_with_its_numbers() -> None:
    course = series(3, brow_right_mm=[0, -3.4, -1]).followed[0]
    assert describe_days(course, TREATED) == (
        "Brow height over days since treatment, difference right minus left: "
        "day −10: 0.0 mm, day 0: −3.4 mm, day 10: −1.0 mm."
    )
    many = series(50, brow_right_mm=np.linspace(0, -5, 50)).followed[0]
    assert describe_days(many, TREATED).endswith(
        "first, day −10: 0.0 mm, largest change, day 480: −5.0 mm, latest, day 480: −5.0 mm."
    )


def test_a_plot_is_the_same_file_every_time_and_points_nowhere() -> None:
    course = series(2).followed[0]
    first, second = (svg(draw_days(course, TREATED)) for _ in range(2))
    assert first == second
    assert b"<dc:date>" not in first
    assert first.rstrip().endswith(b"</svg>")
    assert all(each.startswith("#") for each in re.findall(r'href="([^"]*)"', first.decode()))


def test_series_plot_returns_axes_and_takes_them() -> None:
    from matplotlib import pyplot as plt
    from matplotlib.axes import Axes

    made = series(4, brow_right_mm=[0, -1, -2, -3])
    axes = made.plot("brow_height")
    assert isinstance(axes, Axes)
    assert lines(axes)["brow_height_diff_mm"].get_xydata() == pytest.approx(
        np.array([[-10, 0], [0, -1], [10, -2], [20, -3]]), abs=1e-3
    )
    assert axes.get_xlabel() == "days since treatment"
    plt.close(axes.figure)
    figure, mine = plt.subplots()
    assert made.plot("smile_angle", side="right", ax=mine) is mine
    assert mine.get_ylabel() == "smile angle right deg"
    plt.close(figure)


def test_without_matplotlib_the_extra_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    course = series(2).followed[0]
    for module, draw in (
        ("matplotlib.figure", lambda: draw_days(course, TREATED)),
        ("matplotlib", lambda: plot_course(course.diff, treated=True)),
    ):
        with monkeypatch.context() as patch:
            patch.setitem(sys.modules, module, None)
            with pytest.raises(MissingExtraError, match=r"asymmetry\[report\]"):
                draw()


# The summary


def test_dots_are_the_changes() -> None:
    made = series(6, brow_right_mm=[0, 0, -4, -4, 0, 0])
    changes = made.changes()
    dots = summary_dots(made.followed, changes)
    assert [dot.headline for dot in dots] == list(HEADLINES)
    brow = next(each for each in changes if each.headline is HEADLINES[0])
    assert (dots[0].before, dots[0].after, dots[0].limit) == (brow.before, brow.after, brow.limit)
    assert (dots[0].farthest, dots[0].day) == (pytest.approx(-4, abs=1e-3), brow.farthest_day)
    assert math.isnan(dots[1].farthest)
    (axes,) = draw_dots(dots, TREATED, "baseline").axes
    assert lines(axes)["Brow height"].get_xydata().tolist() == [[brow.after, 0]]
    band = axes.patches[0]
    assert (band.get_x(), band.get_x() + band.get_width()) == pytest.approx(
        (brow.before - brow.limit, brow.before + brow.limit)
    )
    assert {each.title for each in HEADLINES} <= words(axes.figure)
    assert max(abs(value) for value in axes.get_xlim()) > 4
    told = describe_dots(dots, TREATED)
    assert "Brow height: before 0.0, largest change to −4.0 on day" in told
    assert "Mouth corner: before 0.0, latest 0.0, a change is called at" in told


def test_the_largest_change_is_that_of_the_finding() -> None:
    """A day with several photos stood in the plot and the table, another one in the words."""
    days = [0, 1, 10, 20, 20, 20, 20, 50, 60]
    drop = [0, 0, -4.1, -4, -4, -4, -4, 0, 0]
    made = Series.from_landmarks(
        dated(face(9, px_per_mm=4, noise_px=0.05, brow_right_mm=drop), days), treated_on=TREATED_ON
    )
    (finding,) = made.findings
    brow = made.changes()[0]
    assert finding.days.worst == 10 != brow.farthest_day
    dot = summary_dots(made.followed, made.changes())[0]
    assert (dot.day, dot.farthest) == (10, pytest.approx(brow.before - 4.1, abs=0.1))
    assert "−4.1 (day 10)" in Page(render(made)).text


@pytest.mark.parametrize(("days", "height"), [(1, 0.75), (4, 0.75), (5, 0.95)])
def test_days_are_named_above_their_maps_and_whole(days: int, height: float) -> None:
    """The upper half of "Day 4" was cut off over maps of a swelling."""
    figure, places = new_day_grid(list(range(days)), TREATED, height, photos=True)
    for place in places:
        for axes in (place.photo, place.map):
            assert axes is not None
            image = axes.imshow(np.zeros((90, 100)))
    draw_key(figure, image, "mm outwards since the photo from before", TREATED)
    svg(figure)
    figure.set_dpi(72)
    figure.draw_without_rendering()
    tops = [axes.title.get_window_extent().y1 for axes in figure.axes if axes.get_title()]
    assert len(tops) == days
    assert max(tops) < figure.bbox.y1


def test_dots_of_one_day_show_what_there_is() -> None:
    dots = summary_dots(series(1, brow_right_mm=-2).followed, ())
    assert dots[0].after == pytest.approx(-2, abs=1e-3)
    assert math.isnan(dots[0].before)
    figure = draw_dots(dots, UNTREATED, "baseline")
    assert not {"largest change in between", "no change is called within this"} & words(figure)
    assert describe_dots(dots[:1], UNTREATED).endswith("Brow height: −2.0.")


# Movement


def test_bars_are_the_movements() -> None:
    made = smiling()
    changes = made.changes()
    (pair,) = movement_pairs(made.followed, changes)
    table = made.movements
    assert pair.now == (
        table["commissure_travel_right_mm"][-1],
        table["commissure_travel_left_mm"][-1],
    )
    assert pair.now == pytest.approx((8, 4), abs=0.1)
    assert pair.before[1] > pair.now[1]
    (axes,) = draw_pairs([pair], TREATED).axes
    assert [bar.get_width() for bar in axes.patches] == list(pair.now)
    assert "right 8.0" in describe_pairs([pair], TREATED)
    assert "before" in describe_pairs([pair], TREATED)
    (alone,) = movement_pairs(made.followed, ())
    assert np.isnan(alone.before).all()
    assert "before" not in describe_pairs([alone], TREATED)
    assert draw_pairs([alone, alone], TREATED)
    assert movement_pairs(series(2).followed, ()) == ()


# Words


def test_every_language_has_its_tag() -> None:
    assert "en" in languages()
    assert [Text.load(tag).tag for tag in languages()] == languages()


def test_numbers_in_words() -> None:
    text = Text.load()
    assert [text.number(value, "+") for value in (-0.04, 0.04, -1.25, math.nan)] == [
        "0.0",
        "0.0",
        "−1.2",
        "–",
    ]
    assert text.day(math.nan) == "No date"
    assert text.count("page.photos", 1) == "1 photo"


def catalogue(tmp_path: Path, text: str) -> Text:
    file = tmp_path / "de.toml"
    file.write_text(text, encoding="utf-8")
    return Text.load(file)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('[page]\nday = "{tag}"', "page.day has no {tag}"),
        ('[notes]\nhead_turned = "{angle}"', "notes.head_turned has no {angle}"),
        ('[notes]\nhead_turned = "{angle:sides}"', "notes.head_turned has no {angle}"),
        ('[notes]\neye_closed = "{sides:.1f}"', "notes.eye_closed has no {sides}"),
        ('[notes]\neye_closed = "{sides:nowhere}"', "notes.eye_closed has no {sides}"),
        ('[more]\nmrd1 = "{angle:.0f}"', "more.mrd1 has no {angle}"),
        ("page day", "can't be read"),
    ],
)
def test_a_catalogue_that_can_t_be_used_is_refused(
    tmp_path: Path, content: str, message: str
) -> None:
    with pytest.raises(InvalidInputError, match=re.escape(message)):
        catalogue(tmp_path, content)


def test_a_language_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="use de, en"):
        Text.load("xx")
    with pytest.raises(InvalidInputError, match="can't be read"):
        Text.load(tmp_path / "none.toml")


def test_plots_speak_the_language_of_the_catalogue(foreign: Path) -> None:
    made = replace(smiling(), notes=(DiaryNote(date.fromisoformat(TREATED_ON), "tired"),))
    setting = Setting(Text.load(foreign), treated=True, noted=(0.0,))
    changes = made.changes()
    figures = [draw_days(each, setting) for each in made.followed]
    figures.append(draw_dots(summary_dots(made.followed, changes), setting, "ω"))
    figures.append(draw_pairs(movement_pairs(made.followed, changes), setting))
    every = set.union(*map(words, figures))
    assert len(every) > 30
    assert {word for word in every if re.search("[A-Za-z]", word)} == set()
