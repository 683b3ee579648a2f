"""How sure it is that a patch in the difference between both sides of a face is a bruise.

Light that fades over the skin, folds, strands of hair and freckles stand out too. They differ from bruises in
several measures at once, and in none of them clearly. So a logistic function weighs the measures: how
far the patch stands out, how steep its outline is, how large and deep it is, how much it changes colour, and
how the other side looks at its place. ``python -m benchmarks.tune.sureness`` fits it to painted bruises and
to all else that was found in photos of the same tuning people.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.schemes import SIDES
from asymmetry.tissue.density import Density
from asymmetry.tissue.outline import Spot, grow, shrink
from asymmetry.tissue.patches import Patch, departures, grain_ratio, slimness

__all__ = ["MEASURES", "TABLE", "judge_sureness", "may_be_bruise", "measure_patch"]

FloatArray = npt.NDArray[np.floating[Any]]

#: Where the weights stand.
TABLE = Path(__file__).with_name("sureness.toml")
#: Measures that are weighed; all but the last two as logarithms.
MEASURES = (
    "strength",
    "slope",
    "halfway",
    "area",
    "depth",
    "colour",
    "grain",
    "slimness",
    "opposite",
    "shading",
)
# Half-way pixels are counted no farther from a patch than this, mm.
_NEAR_MM = 10
# Least values of the measures that are logarithms.
_LEAST = 1e-2


def may_be_bruise(measures: FloatArray) -> bool:
    """Whether it is sure enough that a patch is a bruise.

    Parameters
    ----------
    measures : ndarray, shape (measures,)
        Of `measure_patch`.
    """
    return judge_sureness(measures) >= _load().least


def judge_sureness(measures: FloatArray) -> float:
    """How sure it is that a patch is a bruise, 0 to 1.

    Parameters
    ----------
    measures : ndarray, shape (measures,)
        Of `measure_patch`.
    """
    table = _load()
    return float(1 / (1 + np.exp(-(measures @ table.weights + table.offset))))


def measure_patch(spot: Spot, patch: Patch, density: Density) -> FloatArray:
    """Measure a patch by all that tells bruises from look-alikes, in the order of `MEASURES`.

    Parameters
    ----------
    spot : Spot
        Its pixels, the step right minus left.
    patch : Patch
        The patch.
    density : Density
        Of the photo.
    """
    own = SIDES.index(patch.side)
    opposite = departures(spot, density)[1 - own] * (1.0, -1.0)[own]
    amounts = [
        patch.strength,
        _slope(spot),
        _halfway(spot),
        patch.area_mm2,
        patch.depth_de,
        patch.colour,
        grain_ratio(patch, density),
        slimness(patch.mask),
    ]
    return np.array([*np.log(np.maximum(amounts, _LEAST)), opposite, patch.step[0]])


class _Table(NamedTuple):
    """The weights of the measures, the offset, and the least sureness of a bruise."""

    weights: FloatArray
    offset: float
    least: float


@cache
def _load() -> _Table:
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    weights = np.array([table["weights"][name] for name in MEASURES])
    return _Table(weights, float(table["offset"]), float(table["least"]))


def _slope(spot: Spot) -> float:
    """How steep a patch is along its outline, steps per mm."""
    down, across = np.gradient(spot.share)
    outline = grow(spot.mask, 1) & ~shrink(spot.mask, 1)
    return float(np.median(np.hypot(down, across)[outline]))


def _halfway(spot: Spot) -> float:
    """Area in and around a patch that is neither in it nor out of it, over the length of its outline, mm."""
    halfway = (spot.share > 0.25) & (spot.share < 0.75) & grow(spot.mask, _NEAR_MM)
    outlines, _ = cv2.findContours(
        spot.mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    length = sum(cv2.arcLength(each, True) for each in outlines)
    return float(halfway.sum() / max(length, 1.0))
