"""Bruises painted into photos with a known truth: light that blood and its remains absorb.

A bruise takes light away: the linear image is multiplied by ``exp(-c · w · v)``, with a soft weight w of an
irregular outline on the face's surface, v the absorption of a hue in red, green and blue, and c solved for
the mean colour difference that is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import Mask, Pixels
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import Side
from asymmetry.errors import InvalidInputError
from asymmetry.extract.face.half import from_half, to_half
from asymmetry.tissue.colour import delta_e, lab_from_linear, linear_from_srgb, srgb_from_linear
from asymmetry.tissue.picture import SkinPicture, draw_skin

__all__ = ["ABSORPTION", "Bruise", "PaintedSkin", "paint_bruise"]

FloatArray = npt.NDArray[np.floating[Any]]

#: Absorption of each hue in red, green and blue, relative.
ABSORPTION: Mapping[str, tuple[float, float, float]] = MappingProxyType(
    {
        "red": (0.15, 1.0, 0.85),
        "purple": (0.40, 1.0, 0.65),
        "blue": (1.0, 0.80, 0.45),
        "green": (1.0, 0.45, 0.90),
        "yellow": (0.10, 0.35, 1.0),
        "brown": (0.30, 0.60, 1.0),
    }
)
# Waves of the outline around the middle, and their largest height as a share of the radius.
_WAVES, _HEIGHT = (2, 3, 4, 5), 0.14
# Rounds in which the radius is found, and the strongest absorption that is tried.
_ROUNDS, _MOST = 12, 6.0
_MARGIN = 1.7
# Half of the weight, where a bruise's outline is; and the scale of a logistic curve with a standard deviation
# of 1.
_HALF, _SOFT = 0.5, 0.55


@dataclass(frozen=True)
class Bruise:
    """A bruise that is to be painted.

    Attributes
    ----------
    side : {"right", "left"}
        The patient's side.
    out_cm, up_cm : float
        Its middle on the canonical face: from the midline outwards, and up.
    area_mm2 : float
        Its area on the surface, within the half height of its edge.
    delta_e : float
        Mean CIEDE2000 between the skin with it and without, within that outline.
    hue : str
        One of `ABSORPTION`.
    edge_mm : float
        Width of the edge, standard deviation.
    seed : int
        Of the outline.
    rim : str
        Another hue of `ABSORPTION` that the bruise has outside of its core; empty for one hue.
    core : float
        Radius of the core as a share of the bruise's.
    """

    side: Side
    out_cm: float
    up_cm: float
    area_mm2: float
    delta_e: float
    hue: str = "purple"
    edge_mm: float = 1.2
    seed: int = 0
    rim: str = ""
    core: float = 0.62


class PaintedSkin(NamedTuple):
    """A photo with a bruise.

    Attributes
    ----------
    pixels : ndarray of uint8, shape (H, W, 3)
        The photo.
    weight : ndarray of float32, shape (H, W)
        The bruise, 0 to 1.
    area_mm2 : float
        Its area on the surface.
    delta_e : float
        Its mean CIEDE2000.
    """

    pixels: Pixels
    weight: npt.NDArray[np.float32]
    area_mm2: float
    delta_e: float


def paint_bruise(
    photo: Pixels, landmarks: Landmarks, bruise: Bruise, *, mm_per_px: float
) -> PaintedSkin:
    """Paint a bruise into a photo.

    Parameters
    ----------
    photo : ndarray of uint8, shape (H, W, 3)
        RGB, the photo of the landmarks.
    landmarks : Landmarks
        The face in it, n = 1.
    bruise : Bruise
        The bruise.
    mm_per_px : float
        The scale.

    Raises
    ------
    InvalidInputError
        If the face was not seen whole, or the bruise has no room in the photo.
    """
    picture = draw_skin(photo, landmarks, mm_per_px=mm_per_px)
    if picture is None:
        raise InvalidInputError("a bruise is painted on a face of which the pose is known")
    window, place, area = _surface(photo, picture, bruise)
    distance, radius = _fit_radius(place, area, bruise)
    weight = _weight(distance, radius, bruise)
    light = linear_from_srgb(photo[window]).astype(np.float64)
    density = _density(distance, radius, bruise)
    strength = _solve(light, density, weight > _HALF, bruise.delta_e)
    painted = photo.copy()
    painted[window] = srgb_from_linear(light * np.exp(-strength * density))
    whole = np.zeros(photo.shape[:2], np.float32)
    whole[window] = weight
    change = _mean_change(light, strength * density, weight > _HALF)
    return PaintedSkin(painted, whole, float(area[weight > _HALF].sum()), change)


def _surface(
    photo: Pixels, picture: SkinPicture, bruise: Bruise
) -> tuple[tuple[slice, slice], FloatArray, FloatArray]:
    """A window of the photo, its pixels' places about the bruise's middle, mm, and their areas, mm²."""
    atlas, pose = picture.atlas, picture.pose
    row, column = atlas.pixel(bruise.out_cm, bruise.up_cm)
    side = ("right", "left").index(bruise.side)
    middle = picture.plane[side, row, column].astype(np.float64)
    x, y = picture.at[side, row, column]
    reach = _MARGIN * np.sqrt(bruise.area_mm2) * picture.px_per_mm + 12 * picture.px_per_mm
    top, left = max(int(y - reach), 0), max(int(x - reach), 0)
    window = slice(top, int(y + reach)), slice(left, int(x + reach))
    height, width = photo[window].shape[:2]
    if min(height, width) < 3:
        raise InvalidInputError("the bruise lies outside of the photo")
    across, down = np.meshgrid(left + np.arange(width) + 0.5, top + np.arange(height) + 0.5)
    shape = (height, width)

    def depth_of(x: FloatArray, y: FloatArray) -> npt.NDArray[np.float64]:
        return atlas.canonical.depth_at(x.reshape(shape), y.reshape(shape)).ravel()

    plane = pose.unproject(np.stack([across, down], axis=-1), depth_of)
    half = to_half(plane, bruise.side)
    depth = atlas.canonical.depth_at(plane[..., 0], plane[..., 1])
    lifted = np.concatenate([plane, depth[..., None]], axis=-1) * picture.mm_per_cm
    area = np.linalg.norm(
        np.cross(np.gradient(lifted, axis=1), np.gradient(lifted, axis=0)), axis=-1
    )
    start = from_half(middle, bruise.side)
    lift = atlas.canonical.depth_at(start[0], start[1])
    away = np.concatenate([(half - middle), (depth - lift)[..., None]], axis=-1) * picture.mm_per_cm
    return window, away, area


def _fit_radius(place: FloatArray, area: FloatArray, bruise: Bruise) -> tuple[FloatArray, float]:
    """Distance of each pixel, its angle's wave taken out, and the radius with the area asked for, mm."""
    rng = np.random.default_rng(bruise.seed)
    heights = rng.uniform(-_HEIGHT, _HEIGHT, len(_WAVES)) / np.sqrt(np.arange(1, len(_WAVES) + 1))
    phases = rng.uniform(0, 2 * np.pi, len(_WAVES))
    angle = np.arctan2(place[..., 1], place[..., 0])
    wave = np.ones_like(angle)
    for high, count, phase in zip(heights, _WAVES, phases, strict=True):
        wave += high * np.cos(count * angle + phase)
    distance = np.linalg.norm(place, axis=-1) / wave
    radius = float(np.sqrt(bruise.area_mm2 / np.pi))
    for _ in range(_ROUNDS):
        shown = float(area[distance < radius].sum())
        radius *= float(np.sqrt(bruise.area_mm2 / shown)) if shown else 1.5
    return distance, radius


def _weight(distance: FloatArray, radius: float, bruise: Bruise) -> FloatArray:
    """1 within a radius, 0 outside, and a soft edge."""
    return np.asarray(1 / (1 + np.exp((distance - radius) / (_SOFT * bruise.edge_mm))))


def _density(distance: FloatArray, radius: float, bruise: Bruise) -> FloatArray:
    """Density in red, green and blue, shape (h, w, 3), before it is made as strong as is asked for."""
    whole = _weight(distance, radius, bruise)[..., None]
    if not bruise.rim:
        return np.asarray(whole * np.array(ABSORPTION[bruise.hue]))
    core = _weight(distance, radius * bruise.core, bruise)[..., None]
    return np.asarray(
        core * np.array(ABSORPTION[bruise.hue])
        + np.maximum(whole - core, 0) * np.array(ABSORPTION[bruise.rim])
    )


def _mean_change(light: FloatArray, density: FloatArray, inside: Mask) -> float:
    before = light[inside]
    after = before * np.exp(-density[inside])
    return float(delta_e(lab_from_linear(before), lab_from_linear(after)).mean())


def _solve(light: FloatArray, density: FloatArray, inside: Mask, wanted: float) -> float:
    """The strength with the mean colour difference that is asked for, by halving."""
    low, high = 0.0, _MOST
    for _ in range(2 * _ROUNDS):
        middle = (low + high) / 2
        if _mean_change(light, middle * density, inside) < wanted:
            low = middle
        else:
            high = middle
    return (low + high) / 2
