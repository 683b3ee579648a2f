"""Patches of the skin: side, size, depth and hue; and marks that are no bruise."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import Mask
from asymmetry.core.records import Record
from asymmetry.core.schemes import SIDES, Side
from asymmetry.tissue.atlas import REGIONS
from asymmetry.tissue.colour import FLOOR, delta_e, lab_from_linear
from asymmetry.tissue.density import Density, from_channels, light_of, load_grid
from asymmetry.tissue.evidence import smooth
from asymmetry.tissue.masks import median
from asymmetry.tissue.outline import Spot, grow, opened, shrink, without_holes

__all__ = [
    "HUES",
    "MOLE_DE",
    "MOLE_MM2",
    "Patch",
    "departures",
    "describe",
    "grain_ratio",
    "hue_of",
    "is_bruise",
    "side_of",
    "slimness",
    "split_hues",
]

FloatArray = npt.NDArray[np.floating[Any]]

#: Hues by the angle of the two channels of colour, degrees, from each hue's first angle to the next one's.
#: Painted bruises of tuning people; the angles of pure absorption are 8 to 31 for red and purple.
_HUES = ((-155.0, "blue"), (-58.0, "red-purple"), (42.0, "yellow-brown"), (98.0, "green"))
HUES = ("red-purple", "blue", "green", "yellow-brown")
# The ring around a patch against which each side is judged, mm from its outline.
_RING_MM = (3, 12)
_LEAST_RING = 20
# How much shading counts beside colour in telling the side, and how much being darker does.
_SHADING, _DARKER, _LARGE_MM2 = 0.7, 0.15, 500.0
# Hair has so many times the grain of the skin at the same place of the other side.
_HAIR = 2.5
# Hair and shadow darken all channels alike. Blood and its remains change colour by more than this share of
# the shading: painted ones of tuning people by 0.23 or more in 95 %.
_COLOUR = 0.18
# Folds beside nose and mouth are slimmer than this, see `slimness`, and smaller, mm². Painted bruises have
# up to 2.4; those of the lids may be slimmer.
_FOLD, _FOLD_MM2, _LIDS = 3.2, 800.0, ("upper_lid", "lower_lid")
#: A mole: smaller than this, mm², and deeper than this, de.
MOLE_MM2, MOLE_DE = 50.0, 12.0
# Bruises smaller than this are not told from other marks, mm².
_LEAST_MM2 = 20.0
# Nor are those that differ by less from the skin without them, de.
_LEAST_DE = 2.5
# Two hues in one patch are this far apart, degrees, and either has this area, mm², and this share of it.
_APART_DEG, _PART_MM2, _PART = 40.0, 40.0, 0.15
# Smoothing within a patch before its hues are told apart, mm.
_HUE_MM = 1.5
# The mean depth of painted bruises of tuning people is read as this share of it, in one photo and between
# two: their edges are blurred by the pixels of a mm.
_READ = 0.965
# Errors of a patch, found on painted bruises of tuning people: of its area, as a share of it and in mm of its
# outline; of its depth, as a share of it and in de.
_AREA_SHARE, _OUTLINE_MM = 0.05, 0.35
_DEPTH_SHARE, _DEPTH_DE = 0.10, 0.8


@dataclass(frozen=True, eq=False)
class Patch(Record):
    """A bruise, or a part of one that has another hue.

    Attributes
    ----------
    side : {"right", "left"}
        The patient's side.
    region : str
        The region in which most of it lies, of `asymmetry.tissue.atlas.REGIONS`.
    area_mm2, area_sd_mm2 : float
        Its area on the surface, and the standard deviation of that.
    depth_de, depth_p95_de, depth_sd_de : float
        CIEDE2000 between its skin and the same without it, in the photo's own light: mean, 95th percentile,
        and the standard deviation of the mean.
    hue : str
        One of `HUES`.
    out_mm, up_mm : float
        Its middle in the face's own frame: from the midline outwards, and up from the canonical origin, which
        is a little below the eyes.
    strength : float
        How far it stands out; 1 is where a patch begins.
    mask : ndarray of bool, shape (h, w)
        Its pixels in the atlas, one per mm. The same place of the skin in every photo of a person.
    step : ndarray, shape (3,)
        Density that it adds, in `asymmetry.tissue.density.CHANNELS`.
    parts : ndarray, shape (regions,)
        Its area in each region, mm².
    colour : float
        As of its `Spot`.
    mm_per_cm : float
        Millimetres of this face per cm of the atlas.
    """

    side: Side
    region: str
    area_mm2: float
    area_sd_mm2: float
    depth_de: float
    depth_p95_de: float
    depth_sd_de: float
    hue: str
    out_mm: float
    up_mm: float
    strength: float
    mask: Mask = field(repr=False)
    step: FloatArray = field(repr=False)
    parts: FloatArray = field(repr=False)
    colour: float = field(default=1.0, repr=False)
    mm_per_cm: float = field(default=10.0, repr=False)

    def area_in(self, region: int | None) -> float:
        """Its area in one of `REGIONS`, by number, or all of it, mm²."""
        return self.area_mm2 if region is None else float(self.parts[region])

    def distance_mm(self, out_mm: float, up_mm: float) -> float:
        """Distance of a place, such as an injection's, from the patch: 0 within it.

        Parameters
        ----------
        out_mm, up_mm : float
            The place, as the patch's middle is given.
        """
        places = load_grid().place[self.mask] * self.mm_per_cm
        away = np.hypot(places[:, 0] - out_mm, places[:, 1] - up_mm)
        return max(float(away.min()) - 0.5, 0.0)


def hue_of(step: FloatArray) -> str:
    """The class of hue of an added density.

    Examples
    --------
    >>> from asymmetry.tissue.density import CHANNELS
    >>> [hue_of(CHANNELS @ np.array(each)) for each in ((0.1, 1, 0.8), (0.1, 0.4, 1))]
    ['red-purple', 'yellow-brown']
    """
    angle = math.degrees(math.atan2(step[2], step[1]))
    hue = "green"
    for first, name in _HUES:
        if angle >= first:
            hue = name
    return hue


def side_of(spot: Spot, density: Density) -> Side:
    """The side of a patch in a difference between both: the one that departs from its own ring."""
    departs = departures(spot, density)
    # Glare is paler than its ring, and smaller than this; of a larger patch much of the ring may be hidden.
    large = float(spot.mask.sum()) > _LARGE_MM2
    darker = (1.0 if large else _DARKER) * float(spot.step[0])
    return "right" if departs[0] + darker > -departs[1] - darker else "left"


def departures(spot: Spot, density: Density) -> list[float]:
    """How far each side departs from its own ring, right and left, along the step of a patch."""
    near, far = _RING_MM
    ring = grow(spot.mask, far) & ~grow(spot.mask, near)
    weights = np.array([_SHADING, 1.0, 1.0])
    direction = spot.step * weights / np.linalg.norm(spot.step)
    departs = []
    for side in range(len(SIDES)):
        around = ring & density.seen[side]
        step = median(density.value[side][spot.mask].T)
        if around.sum() > _LEAST_RING:
            step = step - median(density.value[side][around].T)
        departs.append(float((step * weights) @ direction))
    return departs


def describe(spot: Spot, side: Side, density: Density) -> Patch:
    """The patch of a spot whose step is that of its own side.

    Parameters
    ----------
    spot : Spot
        The pixels, and the density that is added there.
    side : {"right", "left"}
        Where.
    density : Density
        Of the photo.
    """
    number, mask = SIDES.index(side), spot.mask
    grid = load_grid()
    change = _change(spot, light_of(density.value[number][mask]))
    region, weights = np.maximum(grid.region[mask], 0), density.area[number][mask]
    parts = np.bincount(region, weights, minlength=len(REGIONS)).astype(np.float64)
    area = float(parts.sum())
    outline = float(np.sqrt(4 * np.pi * area))
    depth = float(change.mean()) / _READ
    out, up = grid.place[mask].mean(axis=0) * density.mm_per_cm
    return Patch(
        side=side,
        region=REGIONS[int(parts.argmax())],
        area_mm2=area,
        area_sd_mm2=math.hypot(_AREA_SHARE * area, _OUTLINE_MM * outline),
        depth_de=depth,
        depth_p95_de=float(np.quantile(change, 0.95)),
        depth_sd_de=math.hypot(_DEPTH_SHARE * depth, _DEPTH_DE),
        hue=hue_of(spot.step),
        out_mm=float(out),
        up_mm=float(up),
        strength=spot.strength,
        mask=mask,
        step=spot.step,
        parts=parts,
        colour=spot.colour,
        mm_per_cm=density.mm_per_cm,
    )


def _change(spot: Spot, light: FloatArray) -> FloatArray:
    """CIEDE2000 of the light of each pixel of a spot against the same without it."""
    shown = light.astype(np.float64)
    added = np.clip(spot.share[spot.mask], 0, None)[:, None] * from_channels(spot.step)
    without = np.clip((shown + FLOOR) * np.exp(added) - FLOOR, 0, 1)
    return delta_e(lab_from_linear(shown), lab_from_linear(without))


def is_bruise(patch: Patch, density: Density) -> bool:
    """Whether a patch is a bruise, and not hair, a mole or a light patch."""
    if grain_ratio(patch, density) > _HAIR:
        return False
    if patch.area_mm2 < _LEAST_MM2 or patch.depth_de < _LEAST_DE:
        return False
    if patch.colour < _COLOUR or patch.step[0] <= 0:
        return False
    small = patch.area_mm2 < _FOLD_MM2 and patch.region not in _LIDS
    if small and slimness(patch.mask) > _FOLD:
        return False
    return not (patch.area_mm2 < MOLE_MM2 and patch.depth_de > MOLE_DE)


def grain_ratio(patch: Patch, density: Density) -> float:
    """Grain of a patch over that of the skin at the same place of the other side."""
    inner = shrink(patch.mask, 2)
    grain = density.grain[:, inner if inner.any() else patch.mask].mean(axis=1)
    side = SIDES.index(patch.side)
    return float(grain[side] / max(float(grain[1 - side]), 1e-9))


def slimness(mask: Mask) -> float:
    """Area over that of the largest disc inside: 1 for a disc, 2 for an ellipse twice as long as wide."""
    mask = without_holes(mask)
    inside = cv2.distanceTransform(np.pad(mask, 1).astype(np.uint8), cv2.DIST_L2, 5)
    return float(mask.sum() / (np.pi * max(float(inside.max()), 0.5) ** 2))


def split_hues(spot: Spot, rest: FloatArray) -> Iterator[Spot]:
    """A spot as it is, or as its parts of two hues, a core and a rim.

    Parameters
    ----------
    spot : Spot
        The spot, its step that of its own side.
    rest : ndarray, shape (h, w, 3)
        The difference of density on that side, without the light.
    """
    fine, _ = smooth(rest, spot.mask, _HUE_MM)
    angle = np.arctan2(fine[..., 2], fine[..., 1])
    first, second = _two_hues(angle[spot.mask])
    nearer = np.cos(angle - first) > np.cos(angle - second)
    parts = [opened(spot.mask & each, 1) for each in (nearer, ~nearer)]
    apart = abs(math.degrees(np.angle(np.exp(1j * (first - second)))))
    least = max(_PART_MM2, _PART * float(spot.mask.sum()))
    if apart < _APART_DEG or min(part.sum() for part in parts) < least:
        yield spot
        return
    for part in parts:
        step = np.median(fine[part], axis=0)
        share = fine @ step / float(step @ step)
        yield spot._replace(mask=part, share=share, step=step)


def _two_hues(angles: FloatArray) -> tuple[float, float]:
    """Two middles of angles: means of both groups, until they stay."""
    whole = float(np.angle(np.exp(1j * angles).mean()))
    offset = np.angle(np.exp(1j * (angles - whole)))
    low, high = np.quantile(offset, [0.15, 0.85]).tolist()
    for _ in range(10):
        upper = np.abs(offset - high) < np.abs(offset - low)
        if upper.all() or not upper.any():
            break
        low, high = float(offset[~upper].mean()), float(offset[upper].mean())
    return whole + low, whole + high
