"""Line charts over days, as SVG. Figures are made without pyplot, so no state is shared."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from asymmetry.core.table import Measurements
from asymmetry.errors import MissingExtraError
from asymmetry.report.palette import DIFFERENCE, LEFT, RIGHT
from asymmetry.series import Course as Days
from asymmetry.series import Headline

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Course", "band", "chart", "course", "svg"]

FloatArray = npt.NDArray[np.float64]

# Inches: wide enough for two beside each other on a desk, and legible on a phone.
_SIZE = (5.4, 4.5)
_GREY = "#666666"
#: An axis spans at least so many mm, so that noise does not look like a course.
_LEAST_SPAN_MM = 4.0


@dataclass(frozen=True)
class Course:
    """One metric over days.

    Attributes
    ----------
    headline : Headline
        Which metric.
    day : ndarray, shape (m,)
        Days, in order; one per photo that is dated and measured.
    right, left, diff : ndarray, shape (m,)
        Millimetres; diff is right minus left.
    """

    headline: Headline
    day: FloatArray = field(repr=False)
    right: FloatArray = field(repr=False)
    left: FloatArray = field(repr=False)
    diff: FloatArray = field(repr=False)

    def __len__(self) -> int:
        return len(self.day)


def course(table: Measurements, headline: Headline) -> Course:
    """The rows of a table that have a day and a value of that metric.

    Parameters
    ----------
    table : Measurements
        A series' table, in order of time, with the column ``day``.
    headline : Headline
        Which metric.
    """
    right, left, diff = (
        np.asarray(table[headline.column(side)], dtype=np.float64) for side in ("right", "left", "diff")
    )
    day = np.asarray(table["day"], dtype=np.float64)
    known = np.isfinite(day) & np.isfinite(diff)
    return Course(headline, day[known], right[known], left[known], diff[known])


def chart(course: Course, *, days_since: str, treated: bool) -> Figure:
    """Draw one metric over days: right and left above, their difference below.

    Parameters
    ----------
    course : Course
        What to draw.
    days_since : str
        What days are counted from, as in "days since treatment".
    treated : bool
        Whether day 0 is a treatment; it is then marked.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    figure = _figure()
    sides, difference = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    _draw(sides, course.day, course.right, RIGHT, "o", "patient's right")
    _draw(sides, course.day, course.left, LEFT, "s", "patient's left")
    sides.set_ylabel(f"mm {course.headline.axis}")
    _widen(sides)
    sides.legend(loc="lower right", bbox_to_anchor=(1.0, 1.05), ncols=2, frameon=False, borderaxespad=0)
    _draw_difference(difference, course)
    difference.set_xlabel(f"days since {days_since}")
    for axes in (sides, difference):
        axes.grid(axis="y", color="#dddddd", linewidth=0.6)
        axes.spines[["top", "right"]].set_visible(False)
        if treated:
            axes.axvline(0, color=_GREY, linewidth=1, linestyle=(0, (4, 3)))
    if treated:
        sides.annotate(
            "treatment", (0, 1), xycoords=("data", "axes fraction"), xytext=(0, 2),
            textcoords="offset points", ha="center", fontsize=8, color=_GREY,
        )  # fmt: skip
    return figure


def band(course: Days, *, days_since: str, treated: bool) -> Figure:
    """Draw one column over days: each day's mean with its 95 % band.

    Parameters
    ----------
    course : asymmetry.series.Course
        From `Series.course`.
    days_since, treated
        As for `chart`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    figure = _figure()
    axes = figure.subplots()
    axes.fill_between(course.day, course.low, course.high, color=DIFFERENCE, alpha=0.15, linewidth=0)
    axes.plot(course.day, course.value, color=DIFFERENCE, marker="o", markersize=4.5, linewidth=1.5)
    axes.axhline(0, color=_GREY, linewidth=1)
    axes.set_xlabel(f"days since {days_since}")
    axes.set_ylabel(course.column.replace("_", " "))
    axes.spines[["top", "right"]].set_visible(False)
    if treated:
        axes.axvline(0, color=_GREY, linewidth=1, linestyle=(0, (4, 3)))
    return figure


def _figure() -> Figure:
    """An empty figure."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("the report", "report") from error
    return Figure(figsize=_SIZE, layout="constrained")


def svg(figure: Figure) -> bytes:
    """A figure as an SVG file; the letters are outlines, so no font is needed to see them."""
    stream = io.BytesIO()
    figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return stream.getvalue()


def _draw(axes: Axes, day: FloatArray, values: FloatArray, colour: str, marker: str, label: str) -> None:
    """A marker for each photo, and a line through each day's mean."""
    days = np.unique(day)
    means = [float(values[day == each].mean()) for each in days]
    axes.plot(days, means, color=colour, linewidth=1.5)
    axes.plot(day, values, color=colour, marker=marker, markersize=4.5, linestyle="none", label=label)


def _widen(axes: Axes) -> None:
    """Give the axis of heights its least span, about its middle."""
    low, high = axes.get_ylim()
    spare = max(0.0, _LEAST_SPAN_MM - (high - low)) / 2
    axes.set_ylim(low - spare, high + spare)


def _draw_difference(axes: Axes, course: Course) -> None:
    headline = course.headline
    axes.axhline(0, color=_GREY, linewidth=1)
    _draw(axes, course.day, course.diff, DIFFERENCE, "D", "difference")
    reach = (
        max(_LEAST_SPAN_MM / 2, headline.visible_mm or 0, float(np.abs(course.diff).max(initial=0.0))) * 1.45
    )
    axes.set_ylim(-reach, reach)
    if headline.visible_mm is not None:
        for edge in (-headline.visible_mm, headline.visible_mm):
            axes.axhline(edge, color=_GREY, linewidth=1, linestyle=":")
        axes.annotate(
            "others see it from here on", (1, headline.visible_mm), xycoords=("axes fraction", "data"),
            xytext=(0, 2), textcoords="offset points", ha="right", fontsize=7.5, color=_GREY,
        )  # fmt: skip
    axes.set_ylabel("right − left, mm")
    for word, at, align in ((headline.more, 0.98, "top"), (headline.less, 0.03, "bottom")):
        axes.annotate(
            f"right {word}", (0.01, at), xycoords="axes fraction", va=align, fontsize=7.5, color=_GREY,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
        )  # fmt: skip
