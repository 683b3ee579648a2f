"""Brows. Heights count from the level line through the face's pupils, never from the lid or the eye below."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.frame import Half
from asymmetry.metrics.definition import metric

__all__ = ["brow_height", "brow_lateral_height", "brow_medial_height", "brow_tilt"]

FloatArray = npt.NDArray[np.floating[Any]]


def _between_edges(station: int) -> dict[str, float]:
    """The brow midway between its edges: the upper one alone shows 3 % too much of a known shift."""
    return {f"brow_upper_{station}": 0.5, f"brow_lower_{station}": 0.5}


# Stations along the brow: its arch, 4 mm lateral of the iris's outer rim on average
# (docs/tables/stations.md), and its ends. The station over the iris's inner rim shows 1.5 of a shift that
# passes it by, for the model bends a brow less sharply than a muscle does.
_ARCH = _between_edges(3)
_LATERAL, _MEDIAL = _between_edges(1), _between_edges(5)


@metric(
    unit="mm",
    sign="higher brow",
    source="Emotrics (Guarin et al. 2018), McKinney et al. 1991: pupil to the "
    "brow's upper edge. Ours goes to the arch, 4 mm lateral of the iris's "
    "outer rim, to the middle between its edges, which a plucked edge moves "
    "half as far; from the level of both pupils, so that a moved one can't "
    "hide a brow.",
    marks=_ARCH,
    visible_mm=3.0,
    study="chu_2011",
)
def brow_height(half: Half) -> FloatArray:
    """Height of the brow's arch, midway between its edges, over the level pupil line of the face."""
    return half.height(_ARCH)


@metric(
    unit="mm",
    sign="higher medial end",
    source="Ours, at the end of the brow's contour; the literature often takes the height above a canthus.",
    marks=_MEDIAL,
)
def brow_medial_height(half: Half) -> FloatArray:
    """Height of the brow's medial end, midway between its edges, over the level pupil line of the face."""
    return half.height(_MEDIAL)


@metric(
    unit="mm",
    sign="higher lateral end",
    source="Ours, at the end of the brow's contour; the literature often takes the height above a canthus.",
    marks=_LATERAL,
)
def brow_lateral_height(half: Half) -> FloatArray:
    """Height of the brow's lateral end, midway between its edges, over the level pupil line of the face."""
    return half.height(_LATERAL)


@metric(
    unit="deg",
    sign="lateral end higher than medial end",
    source="Ours: the line through both ends of the brow, midway between its edges.",
)
def brow_tilt(half: Half) -> FloatArray:
    """Slope of the line from the brow's medial to its lateral end against the level."""
    rise = half.height(_LATERAL) - half.height(_MEDIAL)
    return np.degrees(np.arctan2(rise, half.sideways(_LATERAL) - half.sideways(_MEDIAL)))
