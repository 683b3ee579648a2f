"""Swellings over days: maps of the face beside its true colours, and each region's course."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from asymmetry.report.palette import GREY, SIDE_COLOURS
from asymmetry.report.plots.skin_frame import (
    WITHIN,
    choose_days,
    draw_key,
    new_course,
    new_day_grid,
)
from asymmetry.report.plots.style import SMALL, Setting
from asymmetry.series.skin import SkinDays
from asymmetry.series.swelling import SwellingCourse
from asymmetry.tissue.atlas import load_atlas
from asymmetry.tissue.flow import BELOW

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["describe_swelling", "draw_swelling_maps", "draw_swellings"]

#: Height of a picture, inches.
_ROW = 0.75
#: The map's colours end at this many mm, outwards and inwards: purple and orange, which any colour vision
#: tells apart, about white.
_FULL_MM, _COLOURS = 2.0, "PuOr_r"
#: Grey of skin that is not seen, and white beyond the face.
_UNSEEN, _BEYOND = (217, 217, 217), (255, 255, 255)
#: Lines and markers of regions.
_STYLES = {"cheek": ("-", "o"), "jaw": ("--", "s"), "lower_lid": (":", "^")}


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
    shown = bool(photos and skin.pictures)
    known = [number for number, each in enumerate(skin.swelling_maps) if each is not None]
    numbers = choose_days(known)
    figure, places = new_day_grid(skin.day[numbers].tolist(), setting, _ROW, photos=shown)
    for number, day in zip(numbers, places, strict=True):
        if day.photo is not None:
            day.photo.imshow(_whole(skin.pictures[number][:, BELOW]))
        image = _draw_map(day.map, skin.swelling_maps[number])
    draw_key(figure, image, setting.text("skin.swelling_map_axis"), setting)
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
    figure, axes = new_course(setting, setting.text("skin.swelling_axis"))
    for each in skin.swellings:
        colour, (line, marker) = SIDE_COLOURS[each.side], _STYLES[each.region]
        error = WITHIN * each.sd
        axes.fill_between(
            each.day, each.value - error, each.value + error, color=colour, alpha=0.12, linewidth=0
        )
        label = setting.text("skin.swelling_of", side=each.side, region=each.region)
        axes.plot(
            each.day,
            each.value,
            line,
            marker=marker,
            markersize=4,
            color=colour,
            linewidth=1.2,
            label=label,
        )
    axes.axhline(0, color=GREY, linewidth=0.8)
    axes.legend(frameon=False, fontsize=SMALL)
    return figure


def describe_swelling(course: SwellingCourse, setting: Setting) -> str:
    """One swelling in words, for readers who can't see the plot."""
    points = [
        setting.text("skin.swelling_point", day=day, mm=mm, error=WITHIN * sd)
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


def _whole(halves: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Both halves (2, h, w, ...) as a face; the right one was drawn mirrored."""
    right, left = halves
    return np.concatenate([right[:, ::-1], left], axis=1)
