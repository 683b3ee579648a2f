"""A bruise that was found, read at its own place on another day: further than it would be found again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import Mask
from asymmetry.core.records import Record
from asymmetry.core.schemes import SIDES
from asymmetry.tissue.colour import FLOOR, delta_e, lab_from_linear
from asymmetry.tissue.density import Density, from_channels, light_of
from asymmetry.tissue.evidence import Kind, load_noise, smooth
from asymmetry.tissue.outline import grow, shrink
from asymmetry.tissue.patches import Patch, hue_of
from asymmetry.tissue.shade import fit_light

__all__ = ["Followed", "follow_patch"]

FloatArray = npt.NDArray[np.floating[Any]]

# Share of the patch's pixels of which more have to be seen.
_LEAST_SEEN = 0.5
# How far it may have spread, and the ring beyond that with which it is compared, mm.
_SPREAD_MM, _RING_MM = 8, 12
# Pixels of the ring that are enough, and the smoothing of the difference, mm.
_LEAST_RING, _SMOOTH_MM = 30, 1.0


@dataclass(frozen=True)
class Followed(Record):
    """A known patch on another day.

    Attributes
    ----------
    depth_de, depth_sd_de : float
        Its mean CIEDE2000 against the skin without it, and the standard deviation of that; about 0 where it
        is gone, below 0 where its place is paler. NaN where too little of it is seen.
    area_mm2 : float
        Area in and around its old outline that has half of its present depth or more; NaN where it is
        shallower than two standard deviations.
    hue : str
        Its present hue; empty where the area is NaN.
    seen : float
        Share of its old outline that is seen.
    """

    depth_de: float
    depth_sd_de: float
    area_mm2: float
    hue: str
    seen: float

    @property
    def is_gone(self) -> bool:
        """Whether its depth is within two standard deviations of none."""
        return self.depth_de < 2 * self.depth_sd_de


def follow_patch(patch: Patch, now: Density, before: Density | None = None) -> Followed:
    """Read a known patch's place in another photo of the same person.

    Parameters
    ----------
    patch : Patch
        As it was found on another day: its pixels are the same places of the skin.
    now : Density
        The photo.
    before : Density, optional
        A photo without it; without that it is compared with the mirror side.
    """
    side = SIDES.index(patch.side)
    rest, seen = _difference(patch, now, before)
    inside = patch.mask & seen
    share = float(inside.sum() / max(int(patch.mask.sum()), 1))
    if share < _LEAST_SEEN:
        return Followed(np.nan, np.nan, np.nan, "", share)
    fine, _ = smooth(rest, seen, _SMOOTH_MM)
    step = _step(fine, seen, patch.mask)
    light = light_of(now.value[side][inside]).mean(axis=0)
    kind: Kind = "mirror" if before is None else "day"
    covariance = load_noise(kind).covariance[:, -1].mean(axis=0)
    depth = float(np.sign(step[0])) * _depth(light, step)
    sd = float(np.sqrt(sum(_depth(light, each) ** 2 for each in _axes(covariance)) / 3))
    if depth < 2 * sd:
        return Followed(depth, sd, np.nan, "", share)
    return Followed(depth, sd, _area(fine, step, patch, now, seen), hue_of(step), share)


def _difference(patch: Patch, now: Density, before: Density | None) -> tuple[FloatArray, Mask]:
    """The difference on the patch's side without the light, and where it is seen."""
    side = SIDES.index(patch.side)
    kind: Kind = "mirror"
    difference = now.value[side] - now.value[1 - side]
    seen = now.seen[side] & now.seen[1 - side]
    if before is not None:
        kind = "day"
        difference = now.value[side] - before.value[side]
        seen = now.seen[side] & before.seen[side]
    quiet = seen & ~grow(patch.mask, _SPREAD_MM)
    return np.where(seen[..., None], difference - fit_light(difference, quiet, kind), 0), seen


def _step(fine: FloatArray, seen: Mask, mask: Mask) -> FloatArray:
    """The difference within a mask against the ring around it."""
    inner = shrink(mask, 1) & seen
    ring = grow(mask, _RING_MM) & ~grow(mask, _SPREAD_MM // 2) & seen
    around = np.median(fine[ring], axis=0) if ring.sum() > _LEAST_RING else np.zeros(3)
    return np.asarray(np.median(fine[inner if inner.any() else mask & seen], axis=0) - around)


def _depth(light: FloatArray, step: FloatArray) -> float:
    """CIEDE2000 of a light against the same without a step of density."""
    without = np.clip((light + FLOOR) * np.exp(from_channels(step)) - FLOOR, 0, 1)
    return float(delta_e(lab_from_linear(light.astype(np.float64)), lab_from_linear(without)))


def _axes(covariance: FloatArray) -> FloatArray:
    """One standard deviation along each axis of a covariance, rows."""
    values, axes = np.linalg.eigh(covariance)
    return np.asarray(axes.T * np.sqrt(np.maximum(values, 0))[:, None])


def _area(fine: FloatArray, step: FloatArray, patch: Patch, now: Density, seen: Mask) -> float:
    """Area in and around the old outline where half of the step or more is left."""
    share = fine @ step / float(step @ step)
    half = (share > 0.5) & grow(patch.mask, _SPREAD_MM) & seen
    return float(now.area[SIDES.index(patch.side)][half].sum())
