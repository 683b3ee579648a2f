"""One metric over days: right and left, and their difference with its measurement error."""

from __future__ import annotations

import itertools
import math
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from asymmetry.core.text import Text
from asymmetry.errors import MissingExtraError
from asymmetry.metrics.headline import MOVEMENT_HEADLINES
from asymmetry.report.palette import DIFFERENCE, GREY, LEFT, NOTE, RIGHT
from asymmetry.report.plots.style import SMALL, WIDTH, Setting, new_figure, style_axes
from asymmetry.series import HEADLINES, Course, Headline
from asymmetry.series.change import Sides
from asymmetry.series.timeline import PHASES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["describe_days", "draw_course", "draw_days", "plot_course"]

#: Inches.
_HEIGHT = 3.5
#: Least span of an axis, mm, so that noise does not look like a course.
_LEAST_SPAN_MM = 4.0
#: Room for words above and below the difference, as a share of its reach; and room for the names of phases
#: below the sides, as a share of their span.
_ROOM, _NAMES = 1.45, 0.06
#: With more days than this, a plot's description names its turning points only.
_MOST_SPOKEN = 40
# Letters of a line beside an axis.
_LABEL = 15
# Width of a letter of a phase's name, inches, and the axes' share of the figure's width.
_LETTER, _AXES = 0.068, 0.8


def draw_days(sides: Sides, setting: Setting) -> Figure:
    """Draw one metric over days: right and left above, their difference below.

    Parameters
    ----------
    sides : Sides
        The courses of both sides and of their difference.
    setting : Setting
        Words and dates of the series.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    figure = new_figure(WIDTH, _HEIGHT)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    text = setting.text
    _draw_line(upper, sides.right, RIGHT, "o", text("days.right"))
    _draw_line(upper, sides.left, LEFT, "s", text("days.left"))
    label = text(
        "days.axis",
        unit=sides.headline.unit,
        axis=text.known("axes", sides.headline.name),
    )
    upper.set_ylabel(textwrap.fill(label, _LABEL))
    _make_room(upper, for_names=setting.treated)
    upper.legend(
        loc="lower right",
        bbox_to_anchor=(1.0, 1.05),
        ncols=2,
        frameon=False,
        borderaxespad=0,
    )
    style_axes(upper, text)
    upper.tick_params(axis="x", length=0)  # notes are flagged there
    draw_course(lower, sides.diff, setting, sides.headline)
    for axes in (upper, lower):
        _draw_phases(axes, setting, _treatments(sides.diff, setting), named=axes is upper)
    _draw_notes(lower, setting)
    return figure


def _make_room(axes: Axes, *, for_names: bool) -> None:
    """Widen an axis of heights to its least span, with room for names below."""
    low, high = axes.get_ylim()
    spare = max(0.0, _LEAST_SPAN_MM - (high - low)) / 2
    names = _NAMES * (high - low + 2 * spare) * for_names
    axes.set_ylim(low - spare - names, high + spare)


def draw_course(
    axes: Axes, course: Course, setting: Setting, headline: Headline | None = None
) -> None:
    """Draw one column over days into axes: its photos, its days' means, and their 95 % band.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        The axes to draw into.
    course : Course
        The column.
    setting : Setting
        Words and dates of the series.
    headline : Headline, optional
        The headline whose difference this is. Its words, and the size that others notice, are drawn too.
    """
    from matplotlib.ticker import MaxNLocator

    text = setting.text
    axes.axhline(0, color=GREY, linewidth=1)
    known = np.isfinite(course.half_width)
    axes.fill_between(
        course.day[known],
        course.low[known],
        course.high[known],
        color=DIFFERENCE,
        alpha=0.15,
        linewidth=0,
    )
    _draw_line(axes, course, DIFFERENCE, "D", course.column)
    axes.set_xlabel(setting.since)
    axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True))
    if len(course) == 1:
        axes.set_xlim(course.day[0] - 1, course.day[0] + 1)
    axes.set_ylabel(course.column.replace("_", " "))
    style_axes(axes, text)
    for day in _treatments(course, setting):
        _mark_treatment(axes, day)
    if headline is not None:
        _draw_difference(axes, course, text, headline)


def _draw_difference(axes: Axes, course: Course, text: Text, headline: Headline) -> None:
    """Add a headline's words to its difference, and the size that others notice."""
    axes.set_ylabel(text("days.difference", unit=headline.unit))
    reach = float(np.abs(course.readings).max(initial=0.0))
    edge = max(_LEAST_SPAN_MM / 2, headline.visible_mm or 0, reach)
    axes.set_ylim(-_ROOM * edge, _ROOM * edge)
    if headline.visible_mm is not None:
        for height in (-headline.visible_mm, headline.visible_mm):
            axes.axhline(height, color=GREY, linewidth=1, linestyle=":")
        # Beside the line that the latest readings are away from.
        at = (1, -math.copysign(headline.visible_mm, course.readings[-1:].sum()))
        _word(axes, text("days.visible"), at, ("axes fraction", "data"), "right", 2)
    for section, height, align in (("upper_end", 0.97, "top"), ("lower_end", 0.03, "bottom")):
        axes.annotate(
            text.known(section, headline.name),
            (0.01, height),
            xycoords="axes fraction",
            va=align,
            fontsize=SMALL,
            color=GREY,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
        )


def plot_course(course: Course, treated: bool, axes: Axes | None = None) -> Axes:
    """Draw one column over days, in English; `Series.plot` returns these axes.

    Parameters
    ----------
    course : Course
        The column.
    treated : bool
        Whether day 0 is a treatment.
    axes : matplotlib.axes.Axes, optional
        The axes to draw into. Default: those of a new pyplot figure.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    if axes is None:
        try:
            from matplotlib import pyplot as plt
        except ImportError as error:
            raise MissingExtraError("drawing a plot", "report") from error
        axes = plt.figure(layout="constrained").subplots()
    known = {each.column("diff"): each for each in (*HEADLINES, *MOVEMENT_HEADLINES.values())}
    draw_course(axes, course, Setting(Text.load(), treated), known.get(course.column))
    return axes


def describe_days(sides: Sides, setting: Setting) -> str:
    """The difference over days in words, with its numbers."""
    text, course = setting.text, sides.diff
    values = list(zip(course.day.tolist(), course.value.tolist(), strict=True))
    names = ["days.alt_day"] * len(values)
    if len(values) > _MOST_SPOKEN:
        farthest = int(np.argmax(np.abs(course.value - course.value[0])))
        values = [values[0], values[farthest], values[-1]]
        names = ["days.alt_first", "days.alt_farthest", "days.alt_latest"]
    unit = sides.headline.unit
    days = ", ".join(
        text(name, day=text.number(day, decimals=0), value=text.number(value, "+"), unit=unit)
        for name, (day, value) in zip(names, values, strict=True)
    )
    title = text.known("titles", sides.headline.name)
    return text("days.alt", title=title, since=setting.since, told=days)


def _draw_line(axes: Axes, course: Course, colour: str, marker: str, label: str) -> None:
    """A marker for each photo, and a line through each day's mean."""
    axes.plot(course.day, course.value, color=colour, linewidth=1.5)
    days = np.repeat(course.day, course.count)
    axes.plot(
        days,
        course.readings,
        color=colour,
        marker=marker,
        markersize=4,
        linestyle="none",
        label=label,
    )


def _treatments(course: Course, setting: Setting) -> tuple[float, ...]:
    """The days of the treatments up to the last photo, and the first one in any case."""
    if not setting.treated:
        return ()
    return tuple(each for each in course.treated if (course.day >= each).any()) or (0.0,)


def _mark_treatment(axes: Axes, day: float) -> None:
    axes.axvline(day, color=GREY, linewidth=1, linestyle=(0, (4, 3)))


def _draw_phases(axes: Axes, setting: Setting, treatments: Sequence[float], *, named: bool) -> None:
    """Draw every other phase after each treatment as a stripe, and names where there is room."""
    if not treatments:
        return
    first, last = axes.get_xlim()
    axes.set_xlim(first, last)
    width = axes.get_figure(root=True).get_figwidth()  # type: ignore[union-attr]
    inches, free = width * _AXES / (last - first), first
    for day, until in itertools.pairwise((*treatments, math.inf)):
        _draw_course_of(axes, setting, (day, until), inches if named else 0)
        word = setting.text("days.treatment")
        if named and first <= day <= last:
            _mark_treatment(axes, day)
            half = len(word) * _LETTER / 2 / inches
            if day - half >= free or day == treatments[0]:
                _word(axes, word, (day, 1), ("data", "axes fraction"), "center", 2)
                free = day + half


def _draw_course_of(axes: Axes, setting: Setting, days: tuple[float, float], inches: float) -> None:
    """Draw the phases of one treatment, up to the next; so many inches a day are there for names."""
    first, last = axes.get_xlim()
    treated, until = days
    for number, phase in enumerate(PHASES):
        start = max(first, treated + phase.first - 0.5)
        end = min(last, treated + phase.last + 0.5, until - 0.5)
        before = number == 0 and treated  # of a later treatment: the phases of the one before it
        if end <= start or before:
            continue
        if number % 2:
            axes.axvspan(start, end, color="#000000", alpha=0.045, linewidth=0)
        name = setting.text.known("phases", phase.name)
        if (end - start) * inches > (len(name) + 3) * _LETTER:
            middle = ((start + end) / 2, 0)
            _word(axes, name, middle, ("data", "axes fraction"), "center", 3)


def _draw_notes(axes: Axes, setting: Setting) -> None:
    """Draw a numbered flag between the axes for each day with notes."""
    first, last = axes.get_xlim()
    for day, group in itertools.groupby(enumerate(setting.noted, 1), key=lambda each: each[1]):
        if first <= day <= last:
            numbers = ",".join(str(number) for number, _ in group)
            axes.plot(
                [day],
                [1],
                transform=axes.get_xaxis_transform(),
                marker="v",
                color=NOTE,
                markersize=5,
                clip_on=False,
                linestyle="none",
                zorder=5,
            )
            _word(axes, numbers, (day, 1), ("data", "axes fraction"), "center", 3.5)


def _word(
    axes: Axes,
    word: str,
    at: tuple[float, float],
    where: tuple[str, str],
    align: str,
    above: float,
) -> None:
    """Write a small grey word a little above a place."""
    axes.annotate(
        word,
        at,
        xycoords=where,
        xytext=(0, above),
        textcoords="offset points",
        ha=align,
        fontsize=SMALL,
        color=GREY,
    )
