"""Bruises as columns of a table, with their errors; NaN where too little skin is seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import Column
from asymmetry.core.notes import Note
from asymmetry.core.schemes import SIDES
from asymmetry.tissue.atlas import REGIONS
from asymmetry.tissue.bruises import Bruises
from asymmetry.tissue.colour import lab_from_linear, luminance
from asymmetry.tissue.density import Density, light_of
from asymmetry.tissue.patches import Patch

__all__ = ["LEAST_SEEN", "bruise_columns", "notes_of"]

FloatArray = npt.NDArray[np.floating[Any]]

#: Share of the skin of a region, or of a side, of which more has to be seen for an area to be told.
LEAST_SEEN = 0.5
# Standard deviation of the area where nothing is found, mm²: of missed bruises and false ones.
_NOTHING_MM2 = 10.0
# Skin darker than this (L*, median of the face) is called very dark: fewer of its bruises are found.
_DARK_L = 30.0
# Shadows that are stronger than this are noted, see `Bruises.shadows`.
_SHADOWS = 0.5


def bruise_columns(found: Sequence[Bruises | None]) -> dict[str, Column]:
    """All columns of some photos.

    Parameters
    ----------
    found : sequence of Bruises or None, n
        The bruises of each; None where nothing was measured.
    """
    rows = [dict(_row(each)) for each in found]
    names = list(rows[0]) if rows else []
    return {name: np.array([row[name] for row in rows]) for name in names}


def notes_of(found: Bruises | None, density: Density | None) -> tuple[Note, ...]:
    """The doubts about a photo's skin."""
    if found is None or density is None:
        return ()
    notes = []
    unseen = found.share_judged() < LEAST_SEEN
    names = [name for i, name in enumerate(REGIONS) if unseen[:, i].any()]
    if names:
        notes.append(Note("skin_unseen", regions=names))
    if _lightness(density) < _DARK_L:
        notes.append(Note("skin_dark"))
    if found.shadows > _SHADOWS:
        notes.append(Note("skin_shadows"))
    if found.against == "mirror":
        notes.append(Note("skin_one_photo"))
    return tuple(notes)


def _row(found: Bruises | None) -> Iterator[tuple[str, Any]]:
    """The columns of one photo."""
    shares = np.full((len(SIDES), len(REGIONS)), np.nan) if found is None else found.share_judged()
    patches = () if found is None else found.patches
    whole = np.nanmean(shares, axis=1) if found is not None else shares[:, 0]
    areas = {}
    for i, side in enumerate(SIDES):
        own = [each for each in patches if each.side == side]
        areas[side] = _area(own, whole[i])
        yield f"bruise_area_{side}_mm2", areas[side][0]
        yield f"bruise_area_{side}_sd_mm2", areas[side][1]
    yield "bruise_area_diff_mm2", areas["right"][0] - areas["left"][0]
    yield "bruise_area_diff_sd_mm2", float(np.hypot(areas["right"][1], areas["left"][1]))
    for i, side in enumerate(SIDES):
        own = [each for each in patches if each.side == side]
        depth, sd = _depth(own, whole[i])
        yield f"bruise_depth_{side}_de", depth
        yield f"bruise_depth_{side}_sd_de", sd
        yield f"bruise_hue_{side}", max(own, key=lambda each: each.area_mm2).hue if own else ""
    for number, region in enumerate(REGIONS):
        for i, side in enumerate(SIDES):
            own = [each for each in patches if each.side == side]
            area, sd = _area(own, shares[i, number], region=number)
            yield f"bruise_area_{region}_{side}_mm2", area
            yield f"bruise_area_{region}_{side}_sd_mm2", sd
            yield f"skin_seen_{region}_{side}", float(shares[i, number])


def _area(patches: Sequence[Patch], share: float, region: int | None = None) -> tuple[float, float]:
    """Area of the patches, all or that in a region, and its standard deviation, mm²."""
    if not share >= LEAST_SEEN:
        return np.nan, np.nan
    parts = [each.area_in(region) for each in patches]
    sds = [
        each.area_sd_mm2 * part / each.area_mm2 for each, part in zip(patches, parts, strict=True)
    ]
    return float(sum(parts)), float(np.sqrt(sum(sd**2 for sd in sds) + _NOTHING_MM2**2))


def _depth(patches: Sequence[Patch], share: float) -> tuple[float, float]:
    """Mean depth of the patches, by area, and its standard deviation; NaN where there are none."""
    if not share >= LEAST_SEEN or not patches:
        return np.nan, np.nan
    areas = np.array([each.area_mm2 for each in patches])
    weights = areas / areas.sum()
    depths = np.array([each.depth_de for each in patches])
    sds = np.array([each.depth_sd_de for each in patches])
    return float(weights @ depths), float(np.sqrt((weights**2) @ sds**2))


def _lightness(density: Density) -> float:
    """Median L* of the skin."""
    if not density.seen.any():
        return np.nan
    # L* rises with luminance alone, so that its median is that of the middle luminance.
    middle = np.median(luminance(light_of(density.value[density.seen])))
    return float(lab_from_linear(np.full(3, middle))[0])
