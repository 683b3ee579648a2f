"""Mouth and nose wings."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.frame import Half
from asymmetry.core.geometry import polygon_area
from asymmetry.core.schemes.vocabulary import GROUPS
from asymmetry.metrics.definition import metric

__all__ = [
    "ala_height",
    "commissure_excursion",
    "commissure_height",
    "dental_show",
    "lower_lip_height",
    "mouth_area",
    "smile_angle",
    "upper_lip_height",
]

FloatArray = npt.NDArray[np.floating[Any]]

# Stations along a half lip, from the corner to the midline, on either side of its middle.
_HALFWAY = (2, 3)
_ABOVE, _BELOW = GROUPS["upper_lip_inner"], GROUPS["lower_lip_inner"]


def corner(half: Half) -> tuple[FloatArray, FloatArray]:
    """Where the line between the lips ends; the inner point lies 2 mm medial of where hands place it."""
    return half.out("commissure"), half.up("commissure")


def _halfway(contour: str) -> dict[str, float]:
    """A lip's contour halfway between the corner and the midline."""
    return {f"{contour}_{station}": 0.5 for station in _HALFWAY}


@metric(
    unit="mm",
    sign="higher corner",
    source="Emotrics (Guarin et al. 2018): level of one corner against the other. Ours from the pupil line.",
    marks={"commissure": 1.0},
    visible_mm=3.0,
    study="hohman_2014",
)
def commissure_height(half: Half) -> FloatArray:
    """Height of the mouth's corner over the level pupil line; the lower the more negative."""
    return corner(half)[1]


@metric(
    unit="mm",
    sign="corner farther from the lip's middle",
    source="SMILE (Bray et al. 2010), FACE-gram (Hadlock and Urban 2012), "
    "Emotrics (Guarin et al. 2018). It starts where the midline meets the "
    "lower lip's border; palsy pulls the lip's own middle off that line.",
    horizontal=True,
)
def commissure_excursion(half: Half) -> FloatArray:
    """Distance from the face's midline at the lower lip's border to the mouth's corner."""
    out, up = corner(half)
    rise = up - half.up("lower_lip")
    return np.sqrt(out * out + rise * rise)


@metric(
    unit="deg",
    sign="corner above the lower lip's border in the midline",
    source="Emotrics (Guarin et al. 2018), against the horizontal. Against the midline it is 90 more.",
    horizontal=True,
)
def smile_angle(half: Half) -> FloatArray:
    """Slope of the line from the face's midline at the lower lip's border to the mouth's corner."""
    out, up = corner(half)
    return np.degrees(np.arctan2(up - half.up("lower_lip"), out))


@metric(
    unit="mm",
    sign="higher border",
    source="Emotrics (Guarin et al. 2018): level of the red border halfway; "
    "ours from the pupil line. Farkas 1994 measures the red's thickness "
    "(ls-sto), which a lip that hangs as a whole does not change.",
    marks=_halfway("upper_lip_outer"),
)
def upper_lip_height(half: Half) -> FloatArray:
    """Height of the upper lip's red border halfway from corner to midline, over the level pupil line."""
    return half.height(_halfway("upper_lip_outer"))


@metric(
    unit="mm",
    sign="higher border",
    source="Emotrics (Guarin et al. 2018): level of the red border halfway; "
    "ours from the pupil line. Farkas 1994 measures the red's thickness "
    "(sto-li), which a lip that hangs as a whole does not change.",
    marks=_halfway("lower_lip_outer"),
)
def lower_lip_height(half: Half) -> FloatArray:
    """Height of the lower lip's red border halfway from corner to midline, over the level pupil line."""
    return half.height(_halfway("lower_lip_outer"))


@metric(
    unit="mm",
    sign="wider gap",
    source="Emotrics (Guarin et al. 2018). The gap counts whether or not teeth fill it.",
)
def dental_show(half: Half) -> FloatArray:
    """Gap between the lips halfway from corner to midline; slightly negative where closed lips cross."""
    return half.height(_halfway("upper_lip_inner")) - half.height(_halfway("lower_lip_inner"))


@metric(
    unit="mm2",
    sign="larger",
    source="Ours: polygon through one half's points of the inner lips, closed along the face's midline.",
    horizontal=True,
)
def mouth_area(half: Half) -> FloatArray:
    """Area between the lips on one side of the midline; parts where closed lips cross count negative."""
    top, bottom = half.up("upper_lip_edge"), half.up("lower_lip_edge")
    midline = 0 * top
    over = ["inner_commissure", *_ABOVE]
    under = list(reversed(_BELOW))
    out = [*map(half.out, over), midline, midline, *map(half.out, under)]
    return polygon_area(out, [*map(half.up, over), top, bottom, *map(half.up, under)])


@metric(
    unit="mm",
    sign="higher wing",
    source="Ours: the height that nasalis and the lip's levators give the wing of the nose.",
    marks={"ala": 1.0},
)
def ala_height(half: Half) -> FloatArray:
    """Height of the nose's wing over the level pupil line; the lower the more negative."""
    return half.up("ala")
