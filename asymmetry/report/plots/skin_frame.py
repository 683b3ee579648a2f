"""The frame that plots of bruises and swellings share: maps by day in the same colours, and courses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from asymmetry.report.palette import GREY
from asymmetry.report.plots.style import SMALL, WIDTH, Setting, new_figure, style_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

__all__ = ["WITHIN", "DayAxes", "choose_days", "draw_key", "new_course", "new_day_grid"]

FloatArray = npt.NDArray[np.floating[Any]]

#: Standard deviations of the error that is drawn: 95 %.
WITHIN = 1.96
#: Days that are drawn at most, and how many beside each other.
_MOST_DAYS, _ACROSS = 8, 4
#: Inches: of a course, of a day's name, and of the bar of colours; and about pictures, whose shape the
#: layout does not foresee, so that it pushed names over the edge.
_HEIGHT, _DAY, _BAR, _SPARE = 2.6, 0.3, 0.6, 0.1


class DayAxes(NamedTuple):
    """Places of one day: its true colours, None where the faces are not shown, and its map."""

    photo: Axes | None
    map: Axes


def choose_days(known: Sequence[int], *must: int) -> list[int]:
    """Numbers of days that are drawn: all, or some at even steps with those that must be among them."""
    steps = np.linspace(0, len(known) - 1, min(len(known), _MOST_DAYS)).round().astype(int)
    chosen = np.asarray(known)[steps]
    for each in must:
        chosen[np.argmin(np.abs(chosen - each))] = each
    return [int(each) for each in np.unique(chosen)]


def new_day_grid(
    days: Sequence[float], setting: Setting, height: float, *, photos: bool
) -> tuple[Figure, list[DayAxes]]:
    """Make a figure of small maps, a column for each day.

    Parameters
    ----------
    days : sequence of float
        The days, whose names are above.
    setting : Setting
        Words and dates of the series.
    height : float
        Of one picture, inches.
    photos : bool
        Whether each map has its true colours above it.
    """
    kinds, rows = 1 + photos, -(-len(days) // _ACROSS)
    figure = new_figure(WIDTH, rows * (kinds * height + _DAY) + _BAR)
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.set(h_pad=_SPARE)  # type: ignore[call-arg]
    grid = figure.subplots(rows * kinds, _ACROSS, squeeze=False)
    for axes in grid.ravel():
        axes.set_axis_off()
    places = []
    for place, day in enumerate(days):
        row, column = divmod(place, _ACROSS)
        upper, lower = grid[row * kinds, column], grid[row * kinds + kinds - 1, column]
        upper.set_title(setting.text("skin.day", day=day), fontsize=SMALL, color=GREY)
        places.append(DayAxes(upper if photos else None, lower))
    return figure, places


def draw_key(figure: Figure, image: AxesImage, label: str, setting: Setting) -> None:
    """Draw the colours that all maps share below them, with their numbers."""
    bar = figure.colorbar(
        image,
        ax=list(figure.axes),
        orientation="horizontal",
        fraction=0.05,
        aspect=40,
        pad=0.02,
    )
    bar.set_label(label, fontsize=SMALL)
    bar.ax.tick_params(labelsize=SMALL)
    style_axes(bar.ax, setting.text, "x")
    bar.ax.grid(visible=False)
    bar.outline.set_visible(False)


def new_course(setting: Setting, label: str) -> tuple[Figure, Axes]:
    """Make a figure of something over days; its label is that of the values."""
    figure = new_figure(WIDTH, _HEIGHT)
    axes: Axes = figure.subplots()
    axes.set_ylabel(label)
    axes.set_xlabel(setting.since)
    style_axes(axes, setting.text)
    return figure, axes
