"""A newcomer's tasks, each done from this one module: a rule and a plot.

A metric is in ``test_measure.py``, a photo format in ``test_readers.py``, a landmark scheme in
``test_schemes.py``, a network in ``test_models.py``, a language in ``test_report_kinds.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from asymmetry.core.text import Text
from asymmetry.report import Plot, register_plot, render, unregister_plot
from asymmetry.report.plots.style import Setting, new_figure
from asymmetry.series import RULES, History, Rule, register_rule, unregister_rule
from asymmetry.series.concerns import Situation, list_rules
from tests.pages import series

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def find_wide_eyes(
    situation: Situation,
) -> Iterator[tuple[str, float, tuple[str, ...], tuple[str, ...]]]:
    """The right eye is open by 2 mm more than the left one on the latest day."""
    for each in situation.followed:
        if each.headline.metric == "fissure_height" and each.diff.value[-1] > 2:
            day, wider = float(each.diff.day[-1]), float(each.diff.value[-1])
            yield f"right eye wider by {wider:.1f} mm", day, each.diff.photos[-1], ()


@pytest.fixture
def rule() -> Iterator[Rule]:
    made = register_rule(
        Rule("wide eye", "a right eye that is wider by 2 mm", "an example", find_wide_eyes)
    )
    yield made
    unregister_rule(made.name)


@pytest.mark.slow
def test_a_rule_is_applied_and_told_in_the_report(rule: Rule) -> None:
    made = series(4, upper_lid_right_mm=[0, 0, 0, 3])
    found = [each for each in made.concerns() if each.rule == rule.name]
    wider = made.static["fissure_height_diff_mm"][-1]
    assert [each.words for each in found] == [f"right eye wider by {wider:.1f} mm"]
    assert found[0].photos == (made.static["photo"][-1],)
    page = render(made, photos=False)
    assert f"right eye wider by {wider:.1f} mm." in page
    assert rule.source in page
    assert not any(each.rule == rule.name for each in made.concerns(RULES))


def test_a_rule_of_the_same_name_takes_the_others_place() -> None:
    silent = register_rule(Rule("lid drop", "nothing", "an example", lambda _: iter(())))
    assert [rule.name for rule in list_rules()] == [rule.name for rule in RULES]
    assert silent in list_rules()
    unregister_rule("lid drop")
    assert list_rules() == RULES


def draw_opening(made: History, setting: Setting) -> Figure | None:
    """The right eye over days."""
    if len(made) < 2:
        return None
    figure = new_figure(4, 3)
    axes = figure.subplots()
    axes.plot(made.static["day"], made.static["fissure_height_right_mm"])
    axes.set_xlabel(setting.since)
    return figure


def describe_opening(made: History, setting: Setting) -> str:
    heights = ", ".join(setting.text.number(mm) for mm in made.static["fissure_height_right_mm"])
    return f"Opening of the right eye: {heights} mm."


@pytest.fixture
def plot() -> Iterator[Plot]:
    made = register_plot(Plot("The right eye alone", draw_opening, describe_opening))
    yield made
    unregister_plot(made.title)


@pytest.mark.slow
def test_a_plot_is_in_the_report_with_its_numbers_in_words(plot: Plot) -> None:
    made = series(4, upper_lid_right_mm=[0, 1, 2, 3])
    figure = plot.draw(made, Setting(Text.load(), treated=True))
    assert figure is not None
    (line,) = figure.axes[0].get_lines()
    assert line.get_ydata().tolist() == made.static["fissure_height_right_mm"].tolist()
    page = render(made, photos=False)
    assert "<h3>The right eye alone</h3>" in page
    assert describe_opening(made, Setting(Text.load(), treated=True)) in page
    unregister_plot(plot.title)
    assert "The right eye alone" not in render(made, photos=False)


def test_a_plot_with_nothing_to_draw_is_left_out(plot: Plot) -> None:
    assert plot.title not in render(series(1), photos=False)
