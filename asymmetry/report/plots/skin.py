"""A bruise over days: its place in true colours and as a map, and its area with its hue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.schemes import SIDES
from asymmetry.report.palette import SIDE_COLOURS
from asymmetry.report.plots.skin_frame import (
    WITHIN,
    choose_days,
    draw_key,
    new_course,
    new_day_grid,
)
from asymmetry.report.plots.style import SMALL, Setting
from asymmetry.series.skin import SkinDays
from asymmetry.tissue.days import BruiseCourse
from asymmetry.tissue.masks import COARSE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["describe_bruise", "draw_bruise", "draw_bruise_maps"]

#: Height of a picture, inches.
_ROW = 0.95
#: Evidence at which the map's colours end; they begin at none. Cividis looks alike to any colour vision.
_FULL, _COLOURS = 3.0, "cividis"
# Pixels of the atlas around the bruise that are shown, mm.
_MARGIN = 25
#: Markers of the hues, and their colours.
_HUES = {
    "red-purple": ("o", "#8e1b4f"),
    "blue": ("s", "#3b4a8c"),
    "green": ("^", "#3f7d4e"),
    "yellow-brown": ("D", "#a8812a"),
}


def draw_bruise_maps(
    course: BruiseCourse, skin: SkinDays, setting: Setting, *, photos: bool = True
) -> Figure:
    """Draw a bruise's place on some days: true colours above, how far the colour stands out below.

    All maps have the same colours. The outline is that of its largest day.

    Parameters
    ----------
    course : BruiseCourse
        The bruise.
    skin : SkinDays
        The series' skin, with its pictures.
    setting : Setting
        Words and dates of the series.
    photos : bool
        Whether the faces are shown.
    """
    shown = bool(photos and skin.pictures)
    numbers = choose_days(np.flatnonzero(_days_of(course)).tolist(), course.largest)
    figure, places = new_day_grid(course.day[numbers].tolist(), setting, _ROW, photos=shown)
    window = _window(course.mask)
    outline = _as_seen(course.mask[window], course)
    for number, day in zip(numbers, places, strict=True):
        if day.photo is not None:
            picture = skin.pictures[number][SIDES.index(course.side)]
            day.photo.imshow(_as_seen(_fine(picture, window), course), interpolation="nearest")
            _draw_outline(day.photo, np.kron(outline, np.ones((COARSE, COARSE))), 0.5)
        image = day.map.imshow(
            _as_seen(course.evidence[number][window], course),
            cmap=_COLOURS,
            vmin=0,
            vmax=_FULL,
            interpolation="nearest",
        )
        _draw_outline(day.map, outline, 0.8)
    draw_key(figure, image, setting.text("skin.map_axis"), setting)
    return figure


def _draw_outline(axes: Axes, mask: npt.NDArray[Any], width: float) -> None:
    axes.contour(mask, levels=[0.5], colors="white", linewidths=width)


def draw_bruise(course: BruiseCourse, setting: Setting) -> Figure:
    """Draw a bruise's area over days, with its error and hue.

    Parameters
    ----------
    course : BruiseCourse
        The bruise.
    setting : Setting
        Words and dates of the series.
    """
    figure, axes = new_course(setting, setting.text("skin.area_axis"))
    seen = _days_of(course)
    day, area = course.day[seen], course.area_mm2[seen]
    error = WITHIN * course.area_sd_mm2[seen]
    colour = SIDE_COLOURS[course.side]
    axes.fill_between(
        day, np.maximum(area - error, 0), area + error, color=colour, alpha=0.2, linewidth=0
    )
    axes.plot(day, area, color=colour, linewidth=1.2)
    hues = np.array(course.hue)[seen]
    for hue, (marker, shade) in _HUES.items():
        own = hues == hue
        if own.any():
            label = setting.text.known("hues", hue)
            axes.plot(day[own], area[own], marker, color=shade, markersize=6, label=label)
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, fontsize=SMALL)
    return figure


def describe_bruise(course: BruiseCourse, setting: Setting) -> str:
    """The bruise in words, for readers who can't see the plot."""
    told = []
    for number in np.flatnonzero(_days_of(course)).tolist():
        day, area, hue = course.day[number], course.area_mm2[number], course.hue[number]
        known = setting.text.known("hues", hue) if hue else setting.text("skin.none")
        told.append(setting.text("skin.point", day=day, mm2=area, hue=known))
    return setting.text("lists.comma").join(told)


def _days_of(course: BruiseCourse) -> npt.NDArray[np.bool_]:
    """The days on which its place was seen: not those of another bruise that came there."""
    return np.asarray(np.isfinite(course.depth_de))


def _window(mask: npt.NDArray[np.bool_]) -> tuple[slice, slice]:
    """The part of the atlas around a bruise."""
    rows, columns = np.nonzero(mask)
    return (
        slice(max(int(rows.min()) - _MARGIN, 0), int(rows.max()) + _MARGIN),
        slice(max(int(columns.min()) - _MARGIN, 0), int(columns.max()) + _MARGIN),
    )


def _fine(picture: npt.NDArray[np.uint8], window: tuple[slice, slice]) -> npt.NDArray[Any]:
    """The same part of a picture, which has finer pixels than the map."""
    rows, columns = window
    fine = slice(COARSE * rows.start, COARSE * rows.stop)
    return picture[fine, COARSE * columns.start : COARSE * columns.stop]


def _as_seen(half: npt.NDArray[Any], course: BruiseCourse) -> npt.NDArray[Any]:
    """A half with its outer side where it is in a photo: the right one was drawn mirrored."""
    return half[:, ::-1] if course.side == "right" else half
