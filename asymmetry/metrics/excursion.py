"""How far a part of the face moves from rest: both faces lie on each other by the corners of their eyes.

Each is counted in the direction that an expression means, so that a brow that rises and a corner that is
drawn back are positive. The ratio is that of the weaker side to the stronger one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.frame import Half
from asymmetry.metrics.brow import brow_height, brow_lateral_height, brow_medial_height
from asymmetry.metrics.definition import movement_metric
from asymmetry.metrics.eye import fissure_height
from asymmetry.metrics.mouth import (
    ala_height,
    commissure_height,
    corner,
    lower_lip_height,
    upper_lip_height,
)

__all__ = [
    "ala_lift",
    "brow_excursion",
    "brow_lateral_excursion",
    "brow_medial_excursion",
    "commissure_lift",
    "commissure_spread",
    "commissure_travel",
    "eye_closed",
    "eye_closure",
    "frown_descent",
    "frown_draw",
    "lower_lip_drop",
    "residual_gap",
    "synkinesis",
    "upper_lip_lift",
]

FloatArray = npt.NDArray[np.floating[Any]]

#: Readings that may occur where nothing moved, mm: two standard deviations of the error that stays in warps
#: of the tuning people's photos, taken again in another size, light and roll (0.2 at lids and nose, 0.3 at
#: brows and at the mouth's corners, 0.35 where a corner goes across, 0.4 to 0.55 at lips), and in quadrature
#: a third of the movement that renders read when the head turns by 10° (0.1 to 0.7).
BROW_NOISE, LID_NOISE, NOSE_NOISE = 0.45, 0.3, 0.5
CORNER_NOISE, CORNER_ACROSS_NOISE, LIP_NOISE = 0.6, 0.7, 0.8
#: The same of an eye's opening, percent: of 10 mm.
CLOSED_NOISE = 10 * LID_NOISE
#: A corner that rises by this, mm, smiles: the faintest of 16 posed smiles lifts the stronger corner by 2.2.
SMILE_MM = 2.0
_MEDIAL = "brow_upper_5"


@movement_metric(
    unit="mm", sign="brow raised", source="Ours: change of `brow_height`.", noise=BROW_NOISE
)
def brow_excursion(rest: Half, moved: Half) -> FloatArray:
    """Rise of the brow's arch."""
    return brow_height(moved) - brow_height(rest)


@movement_metric(
    unit="mm", sign="raised", source="Ours: change of `brow_medial_height`.", noise=BROW_NOISE
)
def brow_medial_excursion(rest: Half, moved: Half) -> FloatArray:
    """Rise of the brow's medial end."""
    return brow_medial_height(moved) - brow_medial_height(rest)


@movement_metric(
    unit="mm", sign="raised", source="Ours: change of `brow_lateral_height`.", noise=BROW_NOISE
)
def brow_lateral_excursion(rest: Half, moved: Half) -> FloatArray:
    """Rise of the brow's lateral end."""
    return brow_lateral_height(moved) - brow_lateral_height(rest)


@movement_metric(
    unit="mm",
    sign="drawn down",
    source="Ours: what corrugator and procerus do; the opposite of `brow_medial_excursion`.",
    noise=BROW_NOISE,
)
def frown_descent(rest: Half, moved: Half) -> FloatArray:
    """Descent of the brow's medial end."""
    return brow_medial_height(rest) - brow_medial_height(moved)


@movement_metric(
    unit="mm",
    sign="drawn in",
    source="Ours: what corrugator does.",
    noise=BROW_NOISE,
    horizontal=True,
)
def frown_draw(rest: Half, moved: Half) -> FloatArray:
    """Path of the brow's medial end towards the midline."""
    return rest.out(_MEDIAL) - moved.out(_MEDIAL)


@movement_metric(
    unit="mm", sign="closing", source="Ours: change of `fissure_height`.", noise=LID_NOISE
)
def eye_closure(rest: Half, moved: Half) -> FloatArray:
    """How much of the opening between the lids is gone."""
    return fissure_height(rest) - fissure_height(moved)


@movement_metric(
    unit="pct",
    sign="closing; 100 is closed",
    source="Ours: `eye_closure` as a part of the opening at rest.",
    still=CLOSED_NOISE,
)
def eye_closed(rest: Half, moved: Half) -> FloatArray:
    """How much of the opening at rest is gone."""
    return 100 * eye_closure(rest, moved) / fissure_height(rest)


@movement_metric(
    unit="mm",
    sign="open",
    source="Lagophthalmos of the clinic: `fissure_height` of the closed eye.",
)
def residual_gap(rest: Half, moved: Half) -> FloatArray:  # noqa: ARG001  a metric of two photos
    """Opening between the lids that is left; slightly negative where the margins of a closed eye cross."""
    return fissure_height(moved)


@movement_metric(
    unit="mm",
    sign="corner raised",
    source="SMILE (Bray et al. 2010) and FACE-gram (Hadlock and Urban 2012) "
    "take it from the lip's middle; ours from where the corner was at rest.",
    noise=CORNER_NOISE,
)
def commissure_lift(rest: Half, moved: Half) -> FloatArray:
    """Rise of the mouth's corner."""
    return commissure_height(moved) - commissure_height(rest)


@movement_metric(
    unit="mm",
    sign="corner drawn outwards; negative in a pucker",
    source="As `commissure_lift`.",
    noise=CORNER_ACROSS_NOISE,
    horizontal=True,
)
def commissure_spread(rest: Half, moved: Half) -> FloatArray:
    """Path of the mouth's corner away from the midline."""
    return corner(moved)[0] - corner(rest)[0]


@movement_metric(
    unit="mm",
    sign="farther; whatever the direction",
    source="As `commissure_lift`: the length of the path in the frontal "
    "plane, less what noise adds: the variances of both components to its "
    "square (Rice 1944).",
    noise=CORNER_NOISE,
    horizontal=True,
    parts=(commissure_lift, commissure_spread),
)
def commissure_travel(rest: Half, moved: Half) -> FloatArray:
    """Distance that the mouth's corner moves."""
    lift, spread = commissure_lift(rest, moved), commissure_spread(rest, moved)
    return np.sqrt(lift * lift + spread * spread)


@movement_metric(
    unit="mm", sign="raised", source="Ours: change of `upper_lip_height`.", noise=LIP_NOISE
)
def upper_lip_lift(rest: Half, moved: Half) -> FloatArray:
    """Rise of the upper lip's red border halfway from corner to midline."""
    return upper_lip_height(moved) - upper_lip_height(rest)


@movement_metric(
    unit="mm", sign="lowered", source="Ours: change of `lower_lip_height`.", noise=LIP_NOISE
)
def lower_lip_drop(rest: Half, moved: Half) -> FloatArray:
    """Descent of the lower lip's red border halfway from corner to midline."""
    return lower_lip_height(rest) - lower_lip_height(moved)


@movement_metric(unit="mm", sign="raised", source="Ours: change of `ala_height`.", noise=NOSE_NOISE)
def ala_lift(rest: Half, moved: Half) -> FloatArray:
    """Rise of the nose's wing, as in a snarl."""
    return ala_height(moved) - ala_height(rest)


@movement_metric(
    unit="pct",
    sign="eye narrower than at rest",
    source="Ours: `eye_closed` of a photo in which a corner of the mouth "
    "rises by more than 2 mm. A hearty smile narrows both eyes, synkinesis "
    "one: look at the difference.",
    still=CLOSED_NOISE,
    during=(commissure_lift, SMILE_MM),
)
def synkinesis(rest: Half, moved: Half) -> FloatArray:
    """How much of the eye's opening at rest is gone while the mouth smiles."""
    return eye_closed(rest, moved)
