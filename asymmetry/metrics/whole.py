"""The whole face: one value, no sides. Signed ones are positive towards the patient's right, or right side higher."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from asymmetry.core.frame import REGIONS, Face
from asymmetry.metrics.catalogue import metric

__all__ = [
    "asymmetry_lower",
    "asymmetry_middle",
    "asymmetry_total",
    "asymmetry_upper",
    "chin_deviation",
    "mouth_cant",
    "philtrum_deviation",
]

FloatArray = npt.NDArray[np.float64]

_MIRROR = (
    "Mardia et al. 2000 and Klingenberg et al. 2002: Procrustes distance to the mirror image; ours keeps mm."
)


def _rms(face: Face, *regions: str) -> FloatArray:
    """Root mean square distance to the mirror image over all points of some regions."""
    sums, counts = zip(*(face.mirror_squares[region] for region in regions), strict=True)
    return np.sqrt(sum(sums) / sum(counts))


@metric(
    unit="deg",
    sign="right corner higher than left",
    source="Ours: slope of the line that orthodontists read as the lips' cant, over both corner points.",
)
def mouth_cant(face: Face) -> FloatArray:
    """Slope of the line through both corners of the mouth against the level."""
    outer, inner = face.pair("commissure"), face.pair("inner_commissure")
    across, rise, _ = (outer[0] + inner[0]) - (outer[1] + inner[1])
    return np.degrees(np.arctan2(rise, -across))


@metric(
    unit="mm",
    sign="chin towards the patient's right",
    source="Haraguchi et al. 2008 (soft-tissue menton against the facial midline).",
    horizontal=True,
)
def chin_deviation(face: Face) -> FloatArray:
    """Distance of the chin's lowest point from the face's midline."""
    return -face.point("menton")[0]


@metric(
    unit="mm",
    sign="philtrum towards the patient's right",
    source="Emotrics (Guarin et al. 2018): philtrum against the midline.",
    horizontal=True,
)
def philtrum_deviation(face: Face) -> FloatArray:
    """Distance of the philtrum from the face's midline."""
    return -face.point("philtrum")[0]


@metric(unit="mm", sign="farther from symmetry", source=_MIRROR, horizontal=True)
def asymmetry_upper(face: Face) -> FloatArray:
    """Root mean square distance of the brows to those of the mirrored face, laid over the whole face."""
    return _rms(face, "upper")


@metric(unit="mm", sign="farther from symmetry", source=_MIRROR, horizontal=True)
def asymmetry_middle(face: Face) -> FloatArray:
    """Root mean square distance of eyes, cheeks and nose to those of the mirrored face, laid over the whole face."""
    return _rms(face, "middle")


@metric(unit="mm", sign="farther from symmetry", source=_MIRROR, horizontal=True)
def asymmetry_lower(face: Face) -> FloatArray:
    """Root mean square distance of mouth and jaw to those of the mirrored face, laid over the whole face."""
    return _rms(face, "lower")


@metric(unit="mm", sign="farther from symmetry", source=_MIRROR, horizontal=True)
def asymmetry_total(face: Face) -> FloatArray:
    """Root mean square distance between the whole face and its mirror image, laid over it."""
    return _rms(face, *REGIONS)
