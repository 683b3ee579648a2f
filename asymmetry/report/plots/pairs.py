"""Movement per expression: the way of each side from rest, as a pair of bars."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from asymmetry.core.arrays import FloatArray
from asymmetry.metrics.headline import MOVEMENT_HEADLINES
from asymmetry.report.palette import DIFFERENCE, GREY, SIDE_COLOURS
from asymmetry.report.plots.style import SMALL, WIDTH, Setting, new_figure, style_axes
from asymmetry.series import Change, Headline
from asymmetry.series.change import Sides

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Pair", "describe_pairs", "draw_pairs", "movement_pairs"]

#: Inches.
_ROW, _REST = 0.62, 1.0
#: Of a row's height: a bar, and from the row's middle up to its title.
_BAR, _TITLE = 0.27, 0.4


@dataclass(frozen=True)
class Pair:
    """The two bars of one expression, mm from rest; each holds right and left.

    Attributes
    ----------
    headline : Headline
        The movement.
    now, error : tuple of float
        Mean of the latest day, and half of its 95 % interval.
    before : tuple of float
        Mean before; NaN where there is none.
    """

    headline: Headline
    now: tuple[float, float]
    error: tuple[float, float]
    before: tuple[float, float] = (math.nan, math.nan)


def movement_pairs(followed: Sequence[Sides], changes: Sequence[Change]) -> tuple[Pair, ...]:
    """The movements that are followed.

    Parameters
    ----------
    followed : sequence of Sides
        All metrics of a series; static ones are left out.
    changes : sequence of Change
        Their changes, for the values before.
    """
    known = {each.column + each.expression: each for each in changes}
    made = []
    for each in followed:
        if (
            each.headline not in MOVEMENT_HEADLINES.values()
            or not len(each.right)
            or not len(each.left)
        ):
            continue
        change = known.get(each.diff.column + each.diff.expression)
        now = (float(each.right.value[-1]), float(each.left.value[-1]))
        error = (float(each.right.half_width[-1]), float(each.left.half_width[-1]))
        pair = Pair(each.headline, now, error)
        if change:
            pair = replace(pair, before=(change.right.before, change.left.before))
        made.append(pair)
    return tuple(made)


def draw_pairs(pairs: Sequence[Pair], setting: Setting) -> Figure:
    """Draw the bars.

    Parameters
    ----------
    pairs : sequence of Pair
        The rows, the first one on top.
    setting : Setting
        Words and dates of the series.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    figure = new_figure(WIDTH, _ROW * len(pairs) + _REST)
    axes, text = figure.subplots(), setting.text
    places = np.arange(len(pairs))
    for i, side in enumerate(("right", "left")):
        at = places + (i - 0.5) * _BAR
        axes.barh(
            at,
            [pair.now[i] for pair in pairs],
            _BAR,
            xerr=[pair.error[i] for pair in pairs],
            color=SIDE_COLOURS[side],
            label=text(f"days.{side}"),
            error_kw={"elinewidth": 1, "capsize": 2, "ecolor": DIFFERENCE},
        )
        before = np.array([pair.before[i] for pair in pairs])
        marked = np.isfinite(before)
        label = ""
        if i == 0 and marked.any():
            label = text("days.movement_before")
        _draw_before(axes, at[marked], before[marked], label)
    axes.axvline(0, color=GREY, linewidth=1)
    for place, pair in zip(places, pairs, strict=True):
        title = text.known("titles", pair.headline.name)
        axes.annotate(
            title,
            (0, place - _TITLE),
            xytext=(3, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
        )
    axes.set_yticks([])
    axes.set_ylim(len(pairs) - 0.6, -0.6)
    axes.set_xlabel(text("days.movement_axis"))
    style_axes(axes, text, "x")
    axes.spines["left"].set_visible(False)
    figure.legend(loc="outside upper left", ncols=3, frameon=False, fontsize=SMALL, columnspacing=1)
    return figure


def _draw_before(axes: Axes, at: FloatArray, lengths: FloatArray, label: str) -> None:
    """Mark the lengths of bars before by light lines with a dark edge."""
    start, end = at - 0.45 * _BAR, at + 0.45 * _BAR
    axes.vlines(lengths, start, end, color=DIFFERENCE, linewidth=2.5, label=label)
    axes.vlines(lengths, start, end, color="white", linewidth=1)


def describe_pairs(pairs: Sequence[Pair], setting: Setting) -> str:
    """The bars in words, with their numbers."""
    text = setting.text
    bars = [
        text(
            _sentence(pair),
            title=text.known("titles", pair.headline.name),
            right=text.number(pair.now[0]),
            left=text.number(pair.now[1]),
            right_before=text.number(pair.before[0]),
            left_before=text.number(pair.before[1]),
        )
        for pair in pairs
    ]
    return text("days.movement_alt", told=" ".join(bars))


def _sentence(pair: Pair) -> str:
    """Name of the sentence about a pair, with or without the values before."""
    if math.isnan(pair.before[0]):
        return "days.movement_told"
    return "days.movement_told_before"
