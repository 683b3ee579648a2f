"""Movement per expression: how far each side moves, as a pair of bars."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from asymmetry.metrics.headline import MOVEMENT_HEADLINES
from asymmetry.report.palette import DIFFERENCE, GREY, SIDE_COLOURS
from asymmetry.report.plots.style import Setting, bare, new_figure
from asymmetry.series import Change, Headline
from asymmetry.series.change import Sides

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Pair", "draw_pairs", "movement_pairs", "spoken_pairs"]

_WIDTH, _LEAST_WIDTH, _HEIGHT = 1.3, 4.6, 3.2
_BAR = 0.36
_LEAST_PAIRS = 3  # places on the axis, so that a single pair is no wall


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
        Their changes, for what was before.
    """
    known = {each.column + each.expression: each for each in changes}
    made = []
    for each in followed:
        if each.headline not in MOVEMENT_HEADLINES.values() or not len(each.right) or not len(each.left):
            continue
        change = known.get(each.diff.column + each.diff.expression)
        courses = (each.right, each.left)
        right, left = (float(course.value[-1]) for course in courses)
        wide = (float(courses[0].half_width[-1]), float(courses[1].half_width[-1]))
        before = (change.right.before, change.left.before) if change else (math.nan, math.nan)
        made.append(Pair(each.headline, (right, left), wide, before))
    return tuple(made)


def draw_pairs(pairs: Sequence[Pair], setting: Setting) -> Figure:
    """Draw the bars.

    Parameters
    ----------
    pairs : sequence of Pair
        From left to right.
    setting : Setting
        Of the series.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    figure = new_figure(max(_LEAST_WIDTH, _WIDTH * len(pairs)), _HEIGHT)
    axes, text = figure.subplots(), setting.text
    places = np.arange(len(pairs))
    for i, side in enumerate(("right", "left")):
        at = places + (i - 0.5) * _BAR
        now, error, before = (
            np.array([getattr(pair, name)[i] for pair in pairs]) for name in ("now", "error", "before")
        )
        axes.bar(at, now, _BAR, yerr=error, color=SIDE_COLOURS[side], label=text(f"days.{side}"),
                 error_kw={"elinewidth": 1, "capsize": 3, "ecolor": DIFFERENCE})  # fmt: skip
        half = 0.45 * _BAR
        marked = np.isfinite(before)
        label = text("days.movement_before") if i == 0 and marked.any() else ""
        axes.hlines(
            before[marked], at[marked] - half, at[marked] + half, color=DIFFERENCE, linewidth=2.5, label=label
        )
        axes.hlines(before[marked], at[marked] - half, at[marked] + half, color="white", linewidth=1)
    axes.axhline(0, color=GREY, linewidth=1)
    axes.set_xticks(places, [text.known("titles", pair.headline.name) for pair in pairs])
    axes.set_xlim(-0.7, max(len(pairs), _LEAST_PAIRS) - 0.3)
    axes.set_ylabel(text("days.movement_axis"))
    bare(axes, text)
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.02), ncols=3, frameon=False, borderaxespad=0)
    return figure


def spoken_pairs(pairs: Sequence[Pair], setting: Setting) -> str:
    """The bars in words, with their numbers."""
    text = setting.text
    told = [
        text(
            "days.movement_told" if math.isnan(pair.before[0]) else "days.movement_told_before",
            title=text.known("titles", pair.headline.name),
            right=text.number(pair.now[0]),
            left=text.number(pair.now[1]),
            right_before=text.number(pair.before[0]),
            left_before=text.number(pair.before[1]),
        )
        for pair in pairs
    ]
    return text("days.movement_alt", told=" ".join(told))
