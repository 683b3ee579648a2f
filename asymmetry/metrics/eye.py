"""Eyes: lids and canthi."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.frame import Half
from asymmetry.core.geometry import polygon_area
from asymmetry.core.schemes.vocabulary import GROUPS
from asymmetry.metrics.brow import brow_height
from asymmetry.metrics.definition import metric

__all__ = [
    "canthal_tilt",
    "eye_area",
    "fissure_height",
    "fissure_width",
    "lid_to_brow",
    "mrd1",
    "mrd2",
]

FloatArray = npt.NDArray[np.floating[Any]]

# The middle of each lid, where the pupil is in straight gaze.
_UPPER, _LOWER = "upper_lid_4", "lower_lid_4"
_OPENING = ("outer_canthus", *GROUPS["upper_lid"], "inner_canthus", *reversed(GROUPS["lower_lid"]))


@metric(
    unit="mm",
    sign="lid above the pupil's centre; negative when it covers the centre",
    source="Putterman 2012 (margin reflex distance), from the pupil's centre in place of the light's reflex.",
)
def mrd1(half: Half) -> FloatArray:
    """Height of the upper lid's margin over the pupil's centre."""
    return half.up(_UPPER) - half.up("iris_centre")


@metric(
    unit="mm",
    sign="lid below the pupil's centre; negative when it covers the centre",
    source="Putterman 2012 (margin reflex distance), from the pupil's centre in place of the light's reflex.",
)
def mrd2(half: Half) -> FloatArray:
    """Depth of the lower lid's margin under the pupil's centre."""
    return half.up("iris_centre") - half.up(_LOWER)


@metric(
    unit="mm",
    sign="wider open",
    source="Farkas 1994 (eye fissure height, ps-pi). Ours straight over and under the pupil's centre.",
    visible_mm=2.0,
    study="hohman_2014",
)
def fissure_height(half: Half) -> FloatArray:
    """Opening between the lids at the pupil; slightly negative where the margins of a closed eye cross."""
    return half.up(_UPPER) - half.up(_LOWER)


@metric(
    unit="mm",
    sign="wider",
    source="Farkas 1994 (eye fissure length, ex-en), projected on the frontal plane.",
    horizontal=True,
)
def fissure_width(half: Half) -> FloatArray:
    """Distance between the outer and the inner canthus in the frontal plane."""
    across = half.out("outer_canthus") - half.out("inner_canthus")
    rise = half.up("outer_canthus") - half.up("inner_canthus")
    return np.sqrt(across * across + rise * rise)


@metric(
    unit="mm2",
    sign="larger",
    source="Ours: area of the polygon through the canthi and seven points of each lid.",
    horizontal=True,
)
def eye_area(half: Half) -> FloatArray:
    """Area between the lids, canthus to canthus; parts where the margins cross count negative."""
    return polygon_area([half.out(name) for name in _OPENING], [half.up(name) for name in _OPENING])


@metric(
    unit="deg",
    sign="outer canthus higher than inner",
    source="Farkas 1994 (inclination of the eye fissure), against the level of all four canthi.",
)
def canthal_tilt(half: Half) -> FloatArray:
    """Slope of the line from the inner to the outer canthus against the level."""
    rise = half.up("outer_canthus") - half.up("inner_canthus")
    return np.degrees(np.arctan2(rise, half.out("outer_canthus") - half.out("inner_canthus")))


@metric(
    unit="mm",
    sign="brow farther above the lid",
    source="Ours, to the middle between the brow's edges; the literature often takes the lower one.",
)
def lid_to_brow(half: Half) -> FloatArray:
    """Height of the brow's arch, midway between its edges, over the upper lid's margin at the pupil."""
    return brow_height(half) - half.up(_UPPER)
