"""Optical density of the skin, one pixel per mm, as shading and two channels of colour.

A pigment or blood takes the same share of the light whatever the light is, so in logarithms it is a sum:
bruises, moles and blush move the colour, light moves the shading most.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import Mask
from asymmetry.tissue.atlas import REGIONS, Atlas, load_atlas
from asymmetry.tissue.colour import FLOOR, Light
from asymmetry.tissue.masks import COARSE, find_seen, halve
from asymmetry.tissue.picture import SkinPicture

__all__ = [
    "CHANNELS",
    "Density",
    "Grid",
    "density_of",
    "from_channels",
    "light_of",
    "load_grid",
]

FloatArray = npt.NDArray[np.floating[Any]]

#: Density in red, green and blue to shading and colour: orthonormal rows.
CHANNELS = np.array(
    [
        [1 / np.sqrt(3)] * 3,
        [-1 / np.sqrt(2), 1 / np.sqrt(2), 0.0],
        [-1 / np.sqrt(6), -1 / np.sqrt(6), 2 / np.sqrt(6)],
    ]
)
# Regions that glasses cover, shade or press on.
_BEHIND_GLASSES = ("upper_lid", "lower_lid", "crows_feet", "glabella", "nose")


@dataclass(frozen=True, eq=False)
class Grid:
    """The atlas at the density's scale.

    Attributes
    ----------
    region : ndarray of int8, shape (h, w)
        As in `Atlas`.
    skin : ndarray of bool, shape (h, w)
        As in `Atlas`.
    normal, place : ndarray, shape (h, w, 3) and (h, w, 2)
        As in `Atlas`.
    """

    region: npt.NDArray[np.int8] = field(repr=False)
    skin: Mask = field(repr=False)
    normal: FloatArray = field(repr=False)
    place: FloatArray = field(repr=False)


@dataclass(frozen=True, eq=False)
class Density:
    """Density of both halves of a face; the first axis is the side, right and left.

    Attributes
    ----------
    value : ndarray of float32, shape (2, h, w, 3)
        Shading, and colour in two channels, of `CHANNELS`; where no skin is seen, that of the pixels there.
    seen : ndarray of bool, shape (2, h, w)
        Skin that is seen.
    area : ndarray of float32, shape (2, h, w)
        Area of skin of each pixel, mm².
    grain : ndarray of float32, shape (2, h, w)
        Mean step of the darkness from pixel to pixel: hair has much of it, and pigment none of its own.
    mm_per_cm : float
        Scale of the face, as of its `SkinPicture`.
    """

    value: Light = field(repr=False)
    seen: Mask = field(repr=False)
    area: Light = field(repr=False)
    grain: Light = field(repr=False)
    mm_per_cm: float = 10.0

    @property
    def light(self) -> Light:
        """Linear light, shape (2, h, w, 3)."""
        return light_of(self.value)


@cache
def load_grid() -> Grid:
    """The atlas at the density's scale; made once."""
    atlas: Atlas = load_atlas()
    middle = slice(COARSE // 2, None, COARSE)
    return Grid(
        region=atlas.region[middle, middle],
        skin=atlas.skin[middle, middle],
        normal=np.asarray(_blocks(atlas.normal).mean(axis=(1, 3))),
        place=np.asarray(_blocks(atlas.place).mean(axis=(1, 3))),
    )


def density_of(picture: SkinPicture, *, glasses: bool = False) -> Density:
    """The density of a picture; hair, glare and the like are left out of each pixel's mean.

    Parameters
    ----------
    picture : SkinPicture
        The picture.
    glasses : bool
        Glasses are worn: skin that they cover or shade is left out.
    """
    lit, dark = picture.light, picture.dark
    seen = find_seen(picture)
    if glasses:
        seen &= ~np.isin(picture.atlas.region, [REGIONS.index(name) for name in _BEHIND_GLASSES])
    share = halve(seen.astype(np.float32))[..., None]
    mean = halve(lit)
    np.divide(halve(lit * seen[..., None]), share, out=mean, where=share > 0)
    return Density(
        value=_to_channels(-np.log(mean + np.float32(FLOOR))),
        seen=share[..., 0] >= 0.5,
        area=halve(picture.area) * np.float32(COARSE**2),
        grain=halve(_steps(dark)),
        mm_per_cm=picture.mm_per_cm,
    )


def light_of(value: Light) -> Light:
    """Linear light of densities, (..., 3)."""
    flat = cv2.transform(value.reshape(-1, 1, 3), -CHANNELS.T.astype(np.float32))
    return np.exp(np.asarray(flat, np.float32).reshape(value.shape)) - np.float32(FLOOR)


def _to_channels(logs: Light) -> Light:
    """Shading and colour of densities in red, green and blue, (..., 3)."""
    flat = cv2.transform(logs.reshape(-1, 1, 3), CHANNELS.astype(np.float32))
    return np.asarray(flat, np.float32).reshape(logs.shape)


def _steps(dark: Light) -> Light:
    """Steps from each pixel to its neighbours, outwards and down."""
    across = np.abs(np.diff(dark, axis=2, append=dark[:, :, -1:]))
    return np.asarray((across + np.abs(np.diff(dark, axis=1, append=dark[:, -1:]))) / 2)


def from_channels(value: FloatArray) -> FloatArray:
    """Density in red, green and blue, (..., 3), of shading and colour."""
    return np.asarray(value @ CHANNELS)


def _blocks(picture: FloatArray) -> FloatArray:
    height, width = picture.shape[:2]
    return picture.reshape(height // COARSE, COARSE, width // COARSE, COARSE, *picture.shape[2:])
