"""A summary at a glance: each difference before and now, with measurement error and visible size."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from asymmetry.report.moments import find_peak, has_peak
from asymmetry.report.palette import DIFFERENCE, ERROR, FARTHEST, GREY
from asymmetry.report.plots.style import SMALL, WIDTH, Setting, new_figure
from asymmetry.series import Change, Headline
from asymmetry.series.change import Sides

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Dot", "describe_dots", "draw_dots", "summary_dots"]

#: Inches.
_ROW, _REST = 0.5, 1.6
#: Of a row's height, from its line: the title.
_TITLE = 0.3
_LEAST_MM = 3.5


@dataclass(frozen=True)
class Dot:
    """One row of the plot, mm; NaN where there is none.

    Attributes
    ----------
    headline : Headline
        The metric.
    before, after : float
        Difference right minus left, before and now.
    limit : float
        Measurement error around `before`.
    farthest, day : float
        The largest difference from before on a day in between, and that day, if the change `has_peak`.
    """

    headline: Headline
    after: float
    before: float = math.nan
    limit: float = math.nan
    farthest: float = math.nan
    day: float = math.nan


def summary_dots(followed: Sequence[Sides], changes: Sequence[Change]) -> tuple[Dot, ...]:
    """One row for each metric in millimetres that is followed, from its change if there is one.

    Parameters
    ----------
    followed : sequence of Sides
        The metrics, in the order to show.
    changes : sequence of Change
        Their changes.
    """
    known = {each.column + each.expression: each for each in changes}
    return tuple(
        _dot(each, known.get(each.diff.column + each.diff.expression))
        for each in followed
        if len(each.diff) and each.headline.unit == "mm"
    )


def _dot(sides: Sides, change: Change | None) -> Dot:
    if change is None:
        return Dot(sides.headline, float(sides.diff.value[-1]))
    dot = Dot(sides.headline, change.after, change.before, change.limit)
    if not has_peak(change):
        return dot
    apart, day = find_peak(change, sides.diff)
    return replace(dot, farthest=change.before + apart, day=day)


def draw_dots(dots: Sequence[Dot], setting: Setting, since: str) -> Figure:
    """Draw the summary.

    Parameters
    ----------
    dots : sequence of Dot
        The rows, the first one on top.
    setting : Setting
        Words and dates of the series.
    since : str
        Words for the time of `before`.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    figure = new_figure(WIDTH, _ROW * len(dots) + _REST)
    axes, text = figure.subplots(), setting.text
    for height, dot in enumerate(dots):
        _draw_row(axes, dot, height, text.known("titles", dot.headline.name), setting)
    edge = max([_LEAST_MM, *(1.12 * abs(value) for dot in dots for value in _reach(dot))])
    axes.set_xlim(-edge, edge)
    axes.set_ylim(len(dots) - 0.6, -0.7)
    axes.axvline(0, color=GREY, linewidth=1, zorder=0)
    axes.set_yticks([])
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.set_xlabel(text("dots.axis"))
    for word, place, side in (("dots.less", 0.0, "left"), ("dots.more", 1.0, "right")):
        axes.annotate(
            text(word),
            (place, 1),
            xycoords="axes fraction",
            xytext=(0, 3),
            textcoords="offset points",
            ha=side,
            fontsize=SMALL,
            color=GREY,
        )
    _legend(axes, dots, setting, since)
    return figure


def _reach(dot: Dot) -> Iterator[float]:
    """The values that the axis has to reach."""
    seen = dot.headline.visible_mm or 0.0
    for value in (dot.before, dot.after, dot.farthest, seen):
        if not math.isnan(value):
            yield value


def _draw_row(axes: Axes, dot: Dot, height: float, name: str, setting: Setting) -> None:
    """Draw one metric: the band of measurement error, the size that others notice, before and now."""
    axes.axhline(height, color="#dddddd", linewidth=0.8, zorder=0)
    axes.annotate(
        name, (0, height - _TITLE), xycoords=("axes fraction", "data"), va="center", fontsize=SMALL
    )
    if dot.headline.visible_mm is not None:
        for edge in (-dot.headline.visible_mm, dot.headline.visible_mm):
            ends = [height - 0.15, height + 0.25]
            axes.plot([edge, edge], ends, color=GREY, linewidth=1.2, linestyle=":")
    if not math.isnan(dot.before):
        left = dot.before - dot.limit
        axes.barh(height, 2 * dot.limit, left=left, height=0.36, color=ERROR, alpha=0.3)
        axes.plot([dot.before, dot.after], [height, height], color=DIFFERENCE, linewidth=1.2)
        axes.plot(
            dot.before,
            height,
            marker="o",
            markersize=7,
            markerfacecolor="white",
            markeredgecolor=DIFFERENCE,
            linestyle="none",
        )
    if not math.isnan(dot.farthest):
        axes.plot(dot.farthest, height, marker="D", markersize=5, color=FARTHEST, linestyle="none")
        axes.annotate(
            setting.text.day(dot.day),
            (dot.farthest, height),
            xytext=(6, -3),
            textcoords="offset points",
            fontsize=SMALL,
            color=GREY,
        )
    axes.plot(
        dot.after, height, marker="o", markersize=7, color=DIFFERENCE, linestyle="none", label=name
    )


def _legend(axes: Axes, dots: Sequence[Dot], setting: Setting, since: str) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    text = setting.text
    entries: list[tuple[bool, Line2D | Patch]] = [
        (
            any(not math.isnan(dot.before) for dot in dots),
            Line2D([], [], marker="o", color="none", markerfacecolor="white", markeredgecolor=DIFFERENCE,
                   label=text("dots.before", since=since)),
        ),
        (True, Line2D([], [], marker="o", color="none", markerfacecolor=DIFFERENCE,
                      markeredgecolor=DIFFERENCE, label=text("dots.after"))),
        (
            any(not math.isnan(dot.farthest) for dot in dots),
            Line2D([], [], marker="D", color="none", markerfacecolor=FARTHEST, markeredgecolor=FARTHEST,
                   markersize=5, label=text("dots.farthest")),
        ),
        (
            any(not math.isnan(dot.limit) for dot in dots),
            Patch(color=ERROR, alpha=0.3, label=text("dots.error")),
        ),
        (
            any(dot.headline.visible_mm is not None for dot in dots),
            Line2D([], [], color=GREY, linestyle=":", label=text("dots.visible")),
        ),
    ]  # fmt: skip
    axes.figure.legend(
        handles=[entry for shown, entry in entries if shown], loc="outside lower left", ncols=1,
        frameon=False, fontsize=SMALL,
    )  # fmt: skip


def describe_dots(dots: Sequence[Dot], setting: Setting) -> str:
    """The summary in words, with its numbers."""
    text = setting.text
    rows = []
    for dot in dots:
        name = "dots.told_farthest"
        if math.isnan(dot.before):
            name = "dots.told_now"
        elif math.isnan(dot.farthest):
            name = "dots.told"
        rows.append(
            text(
                name,
                title=text.known("titles", dot.headline.name),
                before=text.number(dot.before, "+"),
                after=text.number(dot.after, "+"),
                farthest=text.number(dot.farthest, "+"),
                day=text.number(dot.day, decimals=0),
                limit=text.number(dot.limit),
            )
        )
    return text("dots.alt", told=" ".join(rows))
