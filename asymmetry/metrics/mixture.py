"""How errors of points go together: which share each error of a side has in them.

Points are not wrong one by one. A whole patch of skin is misread, so neighbours go wrong together, while
the two ends of a contour, its two lips or lids, and the two sides of the face hardly do. So the error of a
point is a mixture of three that its side has, each upwards and outwards: twelve errors in all.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.schemes import SIDES, get_scheme
from asymmetry.core.schemes.vocabulary import GROUPS

__all__ = ["COPIES", "mixtures", "mixtures_of"]

FloatArray = npt.NDArray[np.floating[Any]]

# The three errors of a side. The level and the pupils depend on the first one, so that it is apart from
# points that are measured against them.
_LEVEL, _LATERAL, _MEDIAL = np.eye(3)
_MIDDLE = (_LATERAL + _MEDIAL) / np.sqrt(2)
_ACROSS = (_LATERAL - _MEDIAL) / np.sqrt(2)
#: Copies of a face: three errors, upwards and outwards, on either side.
COPIES = 3 * 2 * len(SIDES)
# Contours from their lateral to their medial end. In copies of the tuning photos neighbours on a contour
# agree by 0.9, its ends by 0.2, and both sides by nothing.
_CONTOURS = {
    "brow_upper": (_LATERAL, _MEDIAL),
    "brow_lower": (_LATERAL, _MEDIAL),
    "upper_lip_outer": (_LATERAL, _MEDIAL),
    "upper_lip_inner": (_LATERAL, _MEDIAL),
    "lower_lip_outer": (_LATERAL, -_MEDIAL),
    "lower_lip_inner": (_LATERAL, -_MEDIAL),
    "jaw": (_LATERAL, -_MEDIAL),
}
# An iris's width, and with it the scale, is half as unsure as its place: circles repeat their radius to 0.3
# %.
_WIDTH = 0.5
_SINGLE = (
    {
        "outer_canthus": _LEVEL,
        "iris_centre": _LEVEL,
        "iris_top": _LEVEL,
        "iris_bottom": _LEVEL,
        "iris_lateral": _LEVEL + _WIDTH * _LATERAL,
        "iris_medial": _LEVEL - _WIDTH * _LATERAL,
        "ala": _MEDIAL,
        "alar_base": _MEDIAL,
    }
    | dict.fromkeys(GROUPS["upper_lid"], _ACROSS)
    | dict.fromkeys(GROUPS["lower_lid"], _MIDDLE)
)


@functools.cache
def mixtures(scheme: str) -> FloatArray:
    """How much of each of its side's errors is in the error of a point: shape (named points, errors).

    Points are in the order of `Face.points`. A point of the midline has half its variance from either side.
    """
    layout = get_scheme(scheme)
    weights = dict.fromkeys(layout.sided, _LATERAL) | _SINGLE
    for name, (lateral, medial) in _CONTOURS.items():
        points = GROUPS[name]
        for point, turn in zip(points, np.linspace(0, np.pi / 2, len(points)), strict=True):
            weights[point] = np.cos(turn) * lateral + np.sin(turn) * medial
    pairs = np.repeat([weights[name] for name in layout.sided], len(SIDES), axis=0)
    middle = np.tile(_MEDIAL / np.sqrt(2), (len(layout.places) - len(layout.sided), 1))
    return np.concatenate([pairs, middle])


@functools.lru_cache
def mixtures_of(scheme: str, names: tuple[str, ...]) -> tuple[FloatArray, int]:
    """`mixtures` of named points, shape (names, errors), and how many of them are pairs; these come first."""
    pairs, known = len(get_scheme(scheme).sided), list(get_scheme(scheme).places)
    places = [known.index(name) for name in names]
    weights = mixtures(scheme)[[place + min(place, pairs) for place in places]]
    return weights, sum(place < pairs for place in places)
