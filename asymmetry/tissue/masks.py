"""Skin that a photo does not show as it is: hair, beard and glasses over it, glare, hard shadow."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import Mask
from asymmetry.tissue.atlas import PX_PER_CM
from asymmetry.tissue.colour import Light
from asymmetry.tissue.picture import SkinPicture

__all__ = ["COARSE", "DARK", "find_seen", "halve", "join_to_seeds", "median"]

FloatArray = npt.NDArray[np.floating[Any]]

#: Pixels of the picture to one of the density, each way. The latter's are mm of a canonical face.
COARSE = 2
_PX_PER_MM = PX_PER_CM / 10

# A channel from this on, of 255, may be burnt out: 0.92 of white's light.
_BURNT = 246
# Glare and hard shadow against their surroundings: natural logarithms of the light, over this distance, mm.
_GLARE, _AROUND_MM = -0.5, 8.0
# Glare fades out around its core: over so many times the core's radius (a disc that fits inside), and no
# farther than this, mm. Cores of a smaller radius, mm, are pores and wet spots, which have none.
_FADES, _FARTHEST_MM, _LEAST_CORE_MM = 2.0, 16.0, 1.5
# Thin dark lines, such as hair: darker than both sides by this, and by so many times the grain of this
# photo, and narrower than this, mm.
_LINE, _OVER_GRAIN, _LINE_MM = 0.22, 6.0, 1.6
# Their least length, mm: shorter ones are pores and stubble, whose darkness the skin around has too.
_LONG_MM = 4.0
#: Dark areas that touch the rim are hair, beard or background: darker than the face's skin by this.
DARK = 1.0
# Margin around all of it, mm.
_MARGIN_MM = 1.0


def find_seen(picture: SkinPicture) -> Mask:
    """Skin of both halves that is seen as it is, shape (2, HEIGHT, WIDTH).

    Parameters
    ----------
    picture : SkinPicture
        The picture. Eyes, brows, lips, nostrils and skin that is turned away are left out already.
    """
    dark, red, green, blue = picture.dark, *np.moveaxis(picture.rgb, -1, 0)
    burnt, inside = np.maximum(np.maximum(red, green), blue) >= _BURNT, picture.inside
    coarse = zip(halve(dark), _mostly(inside), _mostly(burnt), strict=True)
    broad = np.stack([_broad(*side) for side in coarse])
    thin = np.stack([_lines(*side) for side in zip(dark, inside, strict=True)])
    covers = broad.repeat(COARSE, axis=1).repeat(COARSE, axis=2) | burnt | thin
    return inside & ~np.stack([_grow(side, _MARGIN_MM * _PX_PER_MM) for side in covers])


def halve(picture: Light) -> Light:
    """Means over blocks of pixels of both sides, (2, HEIGHT, WIDTH, ...)."""
    sides, height, width, *rest = picture.shape
    tall = picture.reshape(sides * height, width, *rest)
    small = cv2.resize(tall, None, fx=1 / COARSE, fy=1 / COARSE, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32).reshape(sides, height // COARSE, width // COARSE, *rest)


def _mostly(masks: Mask) -> Mask:
    """Blocks of pixels of which half or more are in a mask."""
    return halve(masks.astype(np.float32)) >= 0.5


def _broad(dark: Light, inside: Mask, burnt: Mask) -> Mask:
    """Hair, beard and glare over one side, a pixel per mm."""
    hanging = _hanging(dark, inside)
    # Hair is left out of the surroundings: skin beside it is no glare.
    around = _mean_around(dark, inside & ~hanging, _AROUND_MM)
    return hanging | _with_halo(burnt | (dark - around < _GLARE))


def _with_halo(cores: Mask) -> Mask:
    """Glare with the halo around each of its cores."""
    whole, inner = cores.copy(), _distance(np.pad(cores, 1))[1:-1, 1:-1]
    _, labels = cv2.connectedComponents(cores.astype(np.uint8))
    for number in np.unique(labels[inner > _LEAST_CORE_MM]):
        core = labels == number
        radius = float(inner[core].max())
        whole |= _distance(~core) < min(_FADES * radius, _FARTHEST_MM)
    return whole


def _distance(mask: Mask) -> Light:
    """Distance of each pixel of a mask from its outside, px."""
    return np.asarray(cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5), np.float32)


def _lines(dark: Light, inside: Mask) -> Mask:
    """Thin dark lines."""
    size = round(_LINE_MM * _PX_PER_MM) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    lines = cv2.morphologyEx(dark, cv2.MORPH_TOPHAT, kernel)
    if not inside.any():
        return np.zeros_like(inside)
    dark_lines = lines > max(_LINE, _OVER_GRAIN * float(np.median(lines[inside])))
    _, labels, about, _ = cv2.connectedComponentsWithStats(dark_lines.astype(np.uint8))
    long = (
        np.hypot(about[:, cv2.CC_STAT_WIDTH], about[:, cv2.CC_STAT_HEIGHT]) > _LONG_MM * _PX_PER_MM
    )
    return np.asarray(dark_lines & long[labels])


def _hanging(dark: Light, inside: Mask) -> Mask:
    """Dark areas that reach the rim of the skin."""
    if not inside.any():
        return np.zeros_like(inside)
    smooth = cv2.GaussianBlur(dark, (0, 0), 1)
    areas = smooth > median(dark[inside]) + DARK
    # The midline is no rim: skin there goes on in the other half.
    return join_to_seeds(areas & _grow(inside, 2 * _MARGIN_MM), _outer_rim(inside))


def join_to_seeds(mask: Mask, seeds: Mask) -> Mask:
    """The parts of a mask that touch any of the seeds."""
    number, labels = cv2.connectedComponents(mask.astype(np.uint8))
    kept = np.zeros(number, bool)
    kept[labels[seeds & mask]] = True
    return np.asarray(kept[labels])


def _outer_rim(inside: Mask) -> Mask:
    """The margin just outside of the skin, without that of eyes, brows, lips and nostrils."""
    whole = _fill_holes(inside)
    return _grow(whole, _MARGIN_MM) & ~whole


def _fill_holes(inside: Mask) -> Mask:
    """The skin with its holes filled: everything that is not joined to the picture's outer edge."""
    outside = np.pad((~inside).astype(np.uint8), ((1, 1), (0, 1)), constant_values=1)
    cv2.floodFill(outside, None, (outside.shape[1] - 1, 0), (2,))
    return np.asarray(outside[1:-1, :-1] != 2)


def _grow(mask: Mask, px: float) -> Mask:
    size = 2 * round(px) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return np.asarray(cv2.dilate(mask.astype(np.uint8), kernel) > 0)


def _mean_around(values: Light, where: Mask, px: float) -> Light:
    """Mean of the values within a mask, weighted by distance."""
    weight = where.astype(np.float32)
    size = (2 * round(px) + 1,) * 2  # a box thrice is a Gaussian, and takes a tenth of its time
    both = np.dstack([values * weight, weight])
    for _ in range(3):
        both = np.asarray(cv2.blur(both, size), dtype=np.float32)
    return np.asarray(both[..., 0] / np.maximum(both[..., 1], np.float32(1e-3)))


def median(values: FloatArray) -> FloatArray:
    """Median along the last axis, of an even number the upper one: in a fifth of `numpy.median`'s time."""
    middle = values.shape[-1] // 2
    return np.asarray(np.partition(values, middle, axis=-1)[..., middle])
