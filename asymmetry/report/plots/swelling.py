"""Swellings over days: maps of the face beside its true colours, and each region's course."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from asymmetry.report.palette import GREY, SIDE_COLOURS
from asymmetry.report.plots.style import SMALL, WIDTH, Setting, new_figure, style_axes
from asymmetry.series.skin import SkinDays
from asymmetry.series.swelling import SwellingCourse
from asymmetry.tissue.atlas import load_atlas
from asymmetry.tissue.flow import BELOW

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["describe_swelling", "draw_swelling_maps", "draw_swellings"]

#: Days that are drawn, at even steps, and how many beside each other.
_MOST_DAYS, _ACROSS = 8, 4
#: Inches: of a course, of a row of pictures, of its days' names, and of the bar of colours.
_HEIGHT, _ROW, _DAY, _BAR = 2.6, 0.75, 0.2, 0.6
#: The map's colours end at this many mm, outwards and inwards: purple and orange, which any colour vision
#: tells apart, about white.
_FULL_MM, _COLOURS = 2.0, "PuOr_r"
#: Grey of skin that is not seen, and white beyond the face.
_UNSEEN, _BEYOND = (217, 217, 217), (255, 255, 255)
#: Lines and markers of regions.
_STYLES = {"cheek": ("-", "o"), "jaw": ("--", "s"), "lower_lid": (":", "^")}
#: Standard deviations of the error that is drawn: 95 %.
_WITHIN = 1.96


def draw_swelling_maps(skin: SkinDays, setting: Setting, *, photos: bool = True) -> Figure:
    """Draw how far the skin stands out on some days: true colours above, the map below, in the same colours.

    Parameters
    ----------
    skin : SkinDays
        The series' skin, with its maps.
    setting : Setting
        Words and dates of the series.
    photos : bool
        Whether the faces are shown.
    """
    days = _choose_days(skin)
    kinds = 1 + bool(photos and skin.pictures)
    rows = -(-len(days) // _ACROSS)
    figure = new_figure(WIDTH, rows * (kinds * _ROW + _DAY) + _BAR)
    grid = figure.subplots(rows * kinds, _ACROSS, squeeze=False)
    for axes in grid.ravel():
        axes.set_axis_off()
    image: Any = None
    for place, number in enumerate(days.tolist()):
        row, column = divmod(place, _ACROSS)
        upper, lower = grid[row * kinds, column], grid[row * kinds + kinds - 1, column]
        if kinds > 1:
            upper.imshow(_whole(skin.pictures[number][:, BELOW]))
        image = _draw_map(lower, skin.swelling_maps[number])
        day = setting.text("skin.day", day=skin.day[number])
        upper.set_title(day, fontsize=SMALL, color=GREY)
    bar = figure.colorbar(
        image, ax=grid, orientation="horizontal", fraction=0.05, aspect=40, pad=0.02
    )
    bar.set_label(setting.text("skin.swelling_map_axis"), fontsize=SMALL)
    bar.ax.tick_params(labelsize=SMALL)
    style_axes(bar.ax, setting.text, "x")
    bar.ax.grid(visible=False)
    bar.outline.set_visible(False)
    return figure


def draw_swellings(skin: SkinDays, setting: Setting) -> Figure:
    """Draw each swelling over days, with its error.

    Parameters
    ----------
    skin : SkinDays
        The series' skin.
    setting : Setting
        Words and dates of the series.
    """
    figure = new_figure(WIDTH, _HEIGHT)
    axes: Axes = figure.subplots()
    for each in skin.swellings:
        colour, (line, marker) = SIDE_COLOURS[each.side], _STYLES[each.region]
        error = _WITHIN * each.sd
        axes.fill_between(
            each.day, each.value - error, each.value + error, color=colour, alpha=0.12, linewidth=0
        )
        label = setting.text("skin.swelling_of", side=each.side, region=each.region)
        axes.plot(
            *(each.day, each.value, line),
            marker=marker,
            markersize=4,
            color=colour,
            linewidth=1.2,
            label=label,
        )
    axes.axhline(0, color=GREY, linewidth=0.8)
    axes.set_ylabel(setting.text("skin.swelling_axis"))
    axes.set_xlabel(setting.since)
    axes.legend(frameon=False, fontsize=SMALL)
    style_axes(axes, setting.text)
    return figure


def describe_swelling(course: SwellingCourse, setting: Setting) -> str:
    """One swelling in words, for those who don't see it."""
    points = [
        setting.text("skin.swelling_point", day=day, mm=mm, error=_WITHIN * sd)
        for day, mm, sd in zip(
            course.day.tolist(), course.value.tolist(), course.sd.tolist(), strict=True
        )
    ]
    name = setting.text("skin.swelling_of", side=course.side, region=course.region)
    return f"{name}: {setting.text('lists.comma').join(points)}"


def _draw_map(axes: Axes, shown: Any) -> Any:
    """One day's map, on a face that is grey where nothing is seen."""
    face = load_atlas().region[BELOW][::2, ::2] >= 0
    ground = np.where(_whole(np.stack([face, face]))[..., None], _UNSEEN, _BEYOND)
    axes.imshow(ground.astype(np.uint8))
    return axes.imshow(
        np.ma.masked_invalid(_whole(shown)), cmap=_COLOURS, vmin=-_FULL_MM, vmax=_FULL_MM
    )


def _choose_days(skin: SkinDays) -> npt.NDArray[np.intp]:
    """Numbers of the days that have a map: all, or some at even steps."""
    known = np.flatnonzero([each is not None for each in skin.swelling_maps])
    steps = np.linspace(0, len(known) - 1, min(len(known), _MOST_DAYS)).round().astype(np.intp)
    return known[np.unique(steps)]


def _whole(halves: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Both halves (2, h, w, ...) as a face; the right one was drawn mirrored."""
    right, left = halves
    return np.concatenate([right[:, ::-1], left], axis=1)
