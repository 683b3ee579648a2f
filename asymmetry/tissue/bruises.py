"""Bruises of one photo, against the mirror side or against the same person's photo without them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import Mask
from asymmetry.core.schemes import SIDES, Side
from asymmetry.tissue.atlas import REGIONS
from asymmetry.tissue.density import Density, load_grid
from asymmetry.tissue.outline import Spot, find_spots
from asymmetry.tissue.patches import Patch, describe, is_bruise, side_of, split_hues
from asymmetry.tissue.shade import fit_light_of_both
from asymmetry.tissue.sureness import may_be_bruise, measure_patch

__all__ = ["Bruises", "find_bruises"]

FloatArray = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class Bruises:
    """The bruises of one photo.

    Attributes
    ----------
    patches : tuple of Patch
        The bruises, the clearest first.
    judged : ndarray of bool, shape (2, h, w)
        Skin that was compared, of the right and of the left side.
    evidence : ndarray of float32, shape (2, h, w)
        How far each pixel stands out; 1 is where a clear patch begins. Against the mirror side both sides
        have the same, and how sure a patch is to be a bruise is judged by more than that.
    against : {"mirror", "baseline"}
        The other side of the comparison.
    shadows : float
        How much stronger the photo's shadows are than usual, 0 to 2: all has to stand out more then.
    """

    patches: tuple[Patch, ...]
    judged: Mask = field(repr=False)
    evidence: FloatArray = field(repr=False)
    against: str = "mirror"
    shadows: float = 0.0

    def share_judged(self) -> FloatArray:
        """Share of each region's skin that was compared, shape (2, regions)."""
        grid = load_grid()
        region, judged = grid.region[grid.skin], self.judged[:, grid.skin]
        pixels = np.bincount(region, minlength=len(REGIONS))
        return (
            np.stack([np.bincount(region[each], minlength=len(REGIONS)) for each in judged])
            / pixels
        )


def find_bruises(now: Density, before: Density | None = None) -> Bruises:
    """Find the bruises of a photo.

    Parameters
    ----------
    now : Density
        The photo.
    before : Density, optional
        A photo of the same person without them. Without it the sides are compared with each other, which
        does not show bruises that both have.
    """
    if before is None:
        return _against_mirror(now)
    return _against_baseline(now, before)


def _against_mirror(now: Density) -> Bruises:
    seen = now.seen[0] & now.seen[1]
    found = find_spots(now.value[0] - now.value[1], seen, "mirror")
    patches: list[Patch] = []
    for spot in found.spots:
        side = side_of(spot, now)
        sign = 1.0 if side == "right" else -1.0
        own = spot._replace(step=spot.step * sign)
        if may_be_bruise(measure_patch(spot, describe(own, side, now), now)):
            patches += _patches(own, found.rest * sign, side, now)
    evidence = np.stack([found.evidence] * 2)
    return Bruises(tuple(patches), np.stack([seen] * 2), evidence, shadows=found.shadows)


def _against_baseline(now: Density, before: Density) -> Bruises:
    seen = now.seen & before.seen
    change = now.value - before.value
    light = fit_light_of_both(change, seen)
    found = [find_spots(change[side], seen[side], "day", light[side]) for side in range(len(SIDES))]
    patches: list[Patch] = []
    for side, each in zip(SIDES, found, strict=True):
        for spot in each.spots:
            patches += _patches(spot, each.rest, side, now)
    evidence = np.stack([each.evidence for each in found])
    return Bruises(tuple(patches), seen, evidence, "baseline")


def _patches(spot: Spot, rest: FloatArray, side: Side, now: Density) -> Iterator[Patch]:
    """The bruises of a spot whose step is that of its own side: one, or a core and a rim."""
    if not is_bruise(describe(spot, side, now), now):
        return
    for part in split_hues(spot, rest):
        yield describe(part, side, now)
