"""How far a difference of density stands out from those of people without a bruise, at three scales."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import Mask
from asymmetry.tissue.atlas import REGIONS
from asymmetry.tissue.density import load_grid
from asymmetry.tissue.masks import median

__all__ = [
    "SCALES",
    "TABLE",
    "Kind",
    "Noise",
    "band_passed",
    "load_noise",
    "own_excess",
    "smooth",
    "stand_out",
]

FloatArray = npt.NDArray[np.floating[Any]]
Planes = npt.NDArray[np.float32]
Kind = Literal["mirror", "day"]

#: Where the noise stands, made by ``python -m benchmarks.tune.skin``.
TABLE = Path(__file__).with_name("noise.toml")
#: Standard deviations of the smoothing, mm; of those that have one, structures broader than so many times as
#: much are taken out.
SCALES = (2.5, 4.5, 8.0)
_BROADER: tuple[float | None, ...] = (3.0, None, None)
# Smoothing by this and more is done at half of the resolution, mm.
_BROAD = 4.0
# Least share of the smoothing's weight that lies on skin that is seen.
_LEAST_WEIGHT = 0.3
# The median of a chi distribution with three degrees of freedom, which a quiet photo has.
_MEDIAN = 1.538
# No photo is taken to be quieter than this share of the table's noise.
_QUIETEST = 0.75
# The share of a photo's skin by which its own covariance is judged, the factor that it is then multiplied by
# (as for normal distributions), and the least number of pixels.
_QUIETER, _TRIMMED, _LEAST_PIXELS = 0.8, 1.7, 200
# Strong shadows: a photo's own excess over the table's noise, in multiples of that. The part beyond the
# first counts, up to the second. Photos of tuning people in even light have up to 0.4, with a large bruise up
# to 1.4, portraits in strong light 1.5 to 7. All has to stand out more, by this share for each that counts.
_STRONG, _MOST, _CAUTION = 1.0, 2.0, 1.0


@dataclass(frozen=True, eq=False)
class Noise:
    """Covariances of differences of density in people without a bruise.

    Attributes
    ----------
    covariance : ndarray, shape (regions, scales, 3, 3)
        Of shading and both channels of colour.
    kind : {"mirror", "day"}
        Between the sides, or between days.
    """

    covariance: FloatArray = field(repr=False)
    kind: Kind = "mirror"

    @cached_property
    def precision(self) -> FloatArray:
        """Inverses of the covariances."""
        return np.linalg.inv(self.covariance)


@cache
def load_noise(kind: Kind) -> Noise:
    """The table's noise of differences between the sides, or between days."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))[kind]
    rows = np.array([table[region] for region in REGIONS], dtype=np.float64)
    covariance = np.empty((*rows.shape[:2], 3, 3))
    upper = np.triu_indices(3)
    covariance[..., upper[0], upper[1]] = rows
    covariance[..., upper[1], upper[0]] = rows
    return Noise(covariance, kind)


def smooth(values: FloatArray, seen: Mask, sigma: float) -> tuple[FloatArray, FloatArray]:
    """Mean of the seen values (h, w, 3) around each pixel, and the weight that lies on seen skin, (h, w)."""
    means, weight = _means(_weigh(values, seen), sigma)
    return np.ascontiguousarray(np.moveaxis(means, 0, -1)), weight


def _weigh(values: FloatArray, seen: Mask) -> Planes:
    """The values, 0 where they are not seen, and the weights, as planes (4, h, w)."""
    weight = seen.astype(np.float32)
    planes = np.zeros((4, *seen.shape), np.float32)
    np.copyto(planes[:-1], np.moveaxis(values, -1, 0), where=seen, casting="same_kind")
    planes[-1] = weight
    return planes


def _means(planes: Planes, sigma: float) -> tuple[Planes, FloatArray]:
    """Means of weighed values (4, h, w) around each pixel, (3, h, w), and the weight there, (h, w)."""
    blurred = np.stack([_blur(plane, sigma) for plane in planes])
    return blurred[:-1] / np.maximum(blurred[-1], np.float32(1e-3)), blurred[-1]


def _blur(plane: FloatArray, sigma: float) -> FloatArray:
    """A Gaussian's mean; of broad ones at half of the resolution."""
    if sigma < _BROAD:
        return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma))
    half = cv2.resize(plane, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    half = cv2.GaussianBlur(half, (0, 0), sigma / 2, borderType=cv2.BORDER_REFLECT)
    return np.asarray(cv2.resize(half, plane.shape[::-1]))


def band_passed(difference: FloatArray, seen: Mask) -> FloatArray:
    """The difference at each scale, shape (scales, h, w, 3); NaN where too little skin is seen."""
    planes = _weigh(difference, seen)
    bands = []
    for sigma, broader in zip(SCALES, _BROADER, strict=True):
        band, weight = _means(planes, sigma)
        if broader is not None:
            band -= _means(planes, sigma * broader)[0]
        bands.append(np.where(seen & (weight > _LEAST_WEIGHT), band, np.float32(np.nan)))
    return np.moveaxis(np.stack(bands), 1, -1)


def stand_out(
    bands: FloatArray, quiet: Mask, noise: Noise, excess: FloatArray, shadows: float
) -> FloatArray:
    """How far each pixel stands out, in standard deviations of people without a bruise, (scales, h, w).

    Parameters
    ----------
    bands : ndarray, shape (scales, h, w, 3)
        A difference of density without the light, of `band_passed`.
    quiet : ndarray of bool, shape (h, w)
        Pixels outside of patches, by which this photo's own noise is judged.
    noise : Noise
        The table's.
    excess, shadows
        Of `own_excess`.
    """
    region = np.maximum(load_grid().region, 0)
    out = np.empty(bands.shape[:3], np.float32)
    sizes = np.trace(noise.covariance, axis1=2, axis2=3).mean(axis=0)
    for scale, band in enumerate(bands):
        # The finest scale alone tells: on broader ones a large bruise is a large part of the skin.
        precision = np.linalg.inv(noise.covariance[:, scale] + excess * sizes[scale] / sizes[0])
        squares = _squares(np.moveaxis(band, -1, 0), precision.astype(np.float32), region)
        out[scale] = np.sqrt(np.fmax(squares, 0))  # 0 where there is no band
    return out / np.float32(_own_noise(out, quiet) * (1 + _CAUTION * shadows))


def _squares(band: FloatArray, precision: FloatArray, region: npt.NDArray[np.int8]) -> FloatArray:
    """Squared distances (h, w) of a band (3, h, w) from 0, each by its region's precision (3, 3)."""
    squares = np.zeros(region.shape, np.float32)
    for first, second in zip(*np.triu_indices(3), strict=True):
        # A quadratic form: products off the diagonal count twice.
        twice = 1 if first == second else 2
        weights = (precision[:, first, second] * np.float32(twice)).take(region)
        squares += weights * (band[first] * band[second])
    return squares


def own_excess(band: FloatArray, quiet: Mask, noise: Noise) -> tuple[FloatArray, float]:
    """Covariance by which a photo differs more than the table at the finest scale, and how much of it counts.

    Shadows of strong light, as a camera renders them, have a colour of their own in each photo. It is
    judged by the quieter part of the skin. Between days they cancel, and there is none.
    """
    values = np.moveaxis(band, -1, 0)[:, quiet & np.isfinite(band[..., 0])]
    if noise.kind == "day" or values.shape[1] < _LEAST_PIXELS:
        return np.zeros((3, 3)), 0.0
    away = np.abs(values - median(values)[:, None])
    far = (away / (median(away)[:, None] + 1e-6)).max(axis=0)
    kept = values[:, far <= np.quantile(far, _QUIETER)]
    own = np.einsum("in,jn->ij", kept, kept) / kept.shape[1] * _TRIMMED
    usual = noise.covariance[:, 0].mean(axis=0)
    sizes, axes = np.linalg.eigh(own - usual)
    sizes = np.maximum(sizes, 0)
    counts = float(np.clip(sizes.sum() / np.trace(usual) - _STRONG, 0, _MOST))
    return np.asarray(counts * (axes * sizes) @ axes.T), counts


def _own_noise(out: FloatArray, quiet: Mask) -> float:
    """How noisy this photo is against the table."""
    values = out[0][quiet & (out[0] > 0)]
    if not len(values):
        return 1.0
    return max(float(median(values)) / _MEDIAN, _QUIETEST)
