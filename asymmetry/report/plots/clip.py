"""One expression of a clip: each side's way from rest over seconds, and below it how far eyes are closed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from asymmetry.core.schemes import SIDES
from asymmetry.core.text import Text
from asymmetry.report.palette import GREY, SIDE_COLOURS
from asymmetry.report.plots.style import SMALL, new_figure, style_axes
from asymmetry.timing.timing import Timing
from asymmetry.timing.trace import Trace

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_clip"]

#: Inches.
_WIDTH, _HEIGHT = 6.4, 4.2
#: The lids' axis reaches from an eye wide open to one that is closed, percent.
_LIDS = (-25.0, 110.0)
#: Least span of the movement's axis, in its unit, so that noise does not look like a movement.
_LEAST_SPAN = 3.0
_DOTS = 2.0


def draw_clip(timing: Timing, text: Text) -> Figure:
    """Draw the course of both sides.

    Dots are frames as they were read, lines their smoothed course. A triangle marks each side's onset, a
    dotted line the frames that were read as photos, a grey stripe a blink.

    Parameters
    ----------
    timing : Timing
        The clip in time.
    text : Text
        The words.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    figure = new_figure(_WIDTH, _HEIGHT)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1.4))
    unit = text.known("units", timing.trace.unit)
    _draw_trace(upper, timing.trace, text)
    # A corner of the mouth is followed where no expression was recognised.
    title = text.known("titles", timing.expression or "commissure_height")
    upper.set_ylabel(text("clip.axis", title=title, unit=unit))
    low, high = upper.get_ylim()
    upper.set_ylim(min(low, -_LEAST_SPAN / 6), max(high, _LEAST_SPAN))
    _mark_onsets(upper, timing)
    _draw_trace(lower, timing.lids, text)
    lower.set_ylabel(text("clip.lids"))
    lower.set_ylim(*_LIDS)
    lower.set_xlabel(text("clip.seconds"))
    for axes in (upper, lower):
        axes.axhline(0, color=GREY, linewidth=0.8)
        _mark_blinks(axes, timing)
        style_axes(axes, text)
    _mark_photos(upper, lower, timing, text)
    upper.legend(loc="best", facecolor="white", framealpha=1, edgecolor="none", fontsize=SMALL)
    return figure


def _draw_trace(axes: Axes, trace: Trace, text: Text) -> None:
    """Both sides: a dot for each frame, a line through them."""
    for side, line in zip(SIDES, trace.smooth, strict=True):
        colour, marker = SIDE_COLOURS[side], {"right": "o", "left": "s"}[side]
        read = getattr(trace, side)
        axes.plot(
            trace.seconds,
            read,
            marker,
            color=colour,
            markersize=_DOTS,
            alpha=0.45,
            linestyle="none",
        )
        axes.plot(
            trace.seconds, line.value, color=colour, linewidth=1.5, label=text(f"clip.{side}")
        )


def _mark_onsets(axes: Axes, timing: Timing) -> None:
    """A triangle at each side's onset, on its line."""
    for side, line in zip(SIDES, timing.trace.smooth, strict=True):
        onset = getattr(timing, side).onset_s
        if math.isnan(onset):
            continue
        height = float(np.interp(onset, timing.trace.seconds, line.value))
        axes.plot([onset], [height], marker="^", color=SIDE_COLOURS[side], markersize=8, zorder=5)


def _mark_blinks(axes: Axes, timing: Timing) -> None:
    for blink in timing.blinks:
        start, end = blink.start_s, blink.start_s + blink.duration_s
        axes.axvspan(start, end, color="#000000", alpha=0.08, linewidth=0)


def _mark_photos(upper: Axes, lower: Axes, timing: Timing, text: Text) -> None:
    """A dotted line at each frame that was read as a photo, with its name above."""
    for number, name in zip(timing.moments, ("rest", "peak"), strict=True):
        when = float(timing.trace.seconds[number])
        for axes in (upper, lower):
            axes.axvline(when, color=GREY, linewidth=1, linestyle=":")
        upper.annotate(
            text(f"clip.{name}"),
            (when, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, 3),
            textcoords="offset points",
            ha="left" if name == "rest" and when < 1 else "center",
            fontsize=SMALL,
            color=GREY,
        )
