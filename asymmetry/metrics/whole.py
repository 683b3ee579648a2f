"""The whole face: one value, no sides. Positive is to the patient's right, or a higher right side."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.frame import REGIONS, Face
from asymmetry.core.geometry import total
from asymmetry.metrics.definition import metric
from asymmetry.metrics.mouth import corner

__all__ = [
    "asymmetry_lower",
    "asymmetry_middle",
    "asymmetry_total",
    "asymmetry_upper",
    "chin_deviation",
    "mouth_cant",
    "philtrum_deviation",
]

FloatArray = npt.NDArray[np.floating[Any]]

_MIRROR = (
    "Mardia et al. 2000, Klingenberg et al. 2002: fit of the mirror image by Procrustes; ours stays "
    "in mm."
)


@metric(
    unit="deg",
    sign="right corner higher than left",
    source="Ours: the lips' cant of orthodontics, through the corners of `commissure_height`.",
)
def mouth_cant(face: Face) -> FloatArray:
    """Slope of the line through both corners of the mouth against the level."""
    right, left = corner(face.half("right")), corner(face.half("left"))
    return np.degrees(np.arctan2(right[1] - left[1], left[0] + right[0]))


@metric(
    unit="mm",
    sign="chin towards the patient's right",
    source="Ours: soft-tissue menton against the midline of canthi and nasal bridge.",
    horizontal=True,
)
def chin_deviation(face: Face) -> FloatArray:
    """Distance of the chin's lowest point from the face's midline."""
    x: FloatArray = face.point("menton")[0]
    return -x


@metric(
    unit="mm",
    sign="philtrum towards the patient's right",
    source="Ours: against the midline of canthi and nasal bridge, which the mouth does not drag along.",
    horizontal=True,
)
def philtrum_deviation(face: Face) -> FloatArray:
    """Distance of the philtrum from the face's midline."""
    x: FloatArray = face.point("philtrum")[0]
    return -x


@metric(unit="mm", sign="farther from symmetry", source=_MIRROR, horizontal=True)
def asymmetry_upper(face: Face) -> FloatArray:
    """Root mean square distance of the brows to the mirrored face's, which is laid over the whole face."""
    return _mirror_rms(face, "upper")


@metric(unit="mm", sign="farther from symmetry", source=_MIRROR, horizontal=True)
def asymmetry_middle(face: Face) -> FloatArray:
    """Root mean square distance of eyes, cheeks and nose to the mirrored face's, laid over the whole face."""
    return _mirror_rms(face, "middle")


@metric(unit="mm", sign="farther from symmetry", source=_MIRROR, horizontal=True)
def asymmetry_lower(face: Face) -> FloatArray:
    """Root mean square distance of mouth and jaw to the mirrored face's, laid over the whole face."""
    return _mirror_rms(face, "lower")


@metric(unit="mm", sign="farther from symmetry", source=_MIRROR, horizontal=True)
def asymmetry_total(face: Face) -> FloatArray:
    """Root mean square distance between the whole face and its mirror image, which is laid over it."""
    return _mirror_rms(face, *REGIONS)


def _mirror_rms(face: Face, *regions: str) -> FloatArray:
    sums = [face.mirror_squares[region] for region in regions]
    points = sum(count for _, count in sums)
    return np.sqrt(total(np.array([squares for squares, _ in sums])) / points)
