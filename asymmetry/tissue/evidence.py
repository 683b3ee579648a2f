"""How far a difference of density stands out from those of people without a bruise, at three scales."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.tissue.atlas import REGIONS
from asymmetry.tissue.density import load_grid

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

Mask = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.floating[Any]]
Kind = Literal["mirror", "day"]

#: Where the noise stands, made by ``python -m benchmarks.tune.skin``.
TABLE = Path(__file__).with_name("noise.toml")
#: Standard deviations of the smoothing, mm; of those that have one, what is broader than so many times as
#: much is taken out.
SCALES = (2.5, 4.5, 8.0)
_BROADER: tuple[float | None, ...] = (3.0, None, None)
# Least share of the smoothing's weight that lies on skin that is seen.
_LEAST_WEIGHT = 0.3
# The median of a chi distribution with three degrees of freedom, which a quiet photo has.
_MEDIAN = 1.538
# No photo is taken to be quieter than this share of the table's noise.
_QUIETEST = 0.75
# The share of a photo's skin by which its own covariance is judged, what that is then multiplied by (as for
# normal distributions), and the least number of pixels.
_QUIETER, _TRIMMED, _LEAST_PIXELS = 0.8, 1.7, 200
# Strong shadows: a photo's own excess over the table's noise, in multiples of that. What is more than the
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

    @property
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
    both = np.zeros((*seen.shape, 4), np.float32)
    np.copyto(both[..., :-1], values, where=seen[..., None], casting="same_kind")
    both[..., -1] = seen
    both = np.asarray(cv2.GaussianBlur(both, (0, 0), sigma))
    return both[..., :-1] / np.maximum(both[..., -1:], np.float32(1e-3)), both[..., -1]


def band_passed(difference: FloatArray, seen: Mask) -> FloatArray:
    """The difference at each scale, shape (scales, h, w, 3); NaN where too little skin is seen."""
    bands = []
    for sigma, broader in zip(SCALES, _BROADER, strict=True):
        band, weight = smooth(difference, seen, sigma)
        if broader is not None:
            band = band - smooth(difference, seen, sigma * broader)[0]
        judged = seen & (weight > _LEAST_WEIGHT)
        bands.append(np.where(judged[..., None], band, np.nan))
    return np.stack(bands)


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
    out = np.zeros(bands.shape[:3], np.float32)
    sizes = np.trace(noise.covariance, axis1=2, axis2=3).mean(axis=0)
    for scale, band in enumerate(bands):
        # The finest scale alone tells: on broader ones a large bruise is a large part of the skin.
        precision = np.linalg.inv(noise.covariance[:, scale] + excess * sizes[scale] / sizes[0])
        judged = np.isfinite(band[..., 0])
        first, second = np.triu_indices(3)
        # A quadratic form: products off the diagonal count twice.
        twice = np.where(first == second, 1, 2)
        weights = (precision[:, first, second] * twice).astype(np.float32)[region[judged]]
        values = band[judged]
        squares = np.einsum("nk,nk->n", weights, values[:, first] * values[:, second])
        out[scale][judged] = np.sqrt(np.maximum(squares, 0))
    return out / (_own_noise(out, quiet) * (1 + _CAUTION * shadows))


def own_excess(band: FloatArray, quiet: Mask, noise: Noise) -> tuple[FloatArray, float]:
    """Covariance by which a photo differs more than the table at the finest scale, and how much of it counts.

    Shadows of strong light, as a camera renders them, have a colour of their own in each photo. It is
    judged by the quieter part of the skin. Between days they cancel, and there is none.
    """
    values = band[quiet & np.isfinite(band[..., 0])]
    if noise.kind == "day" or len(values) < _LEAST_PIXELS:
        return np.zeros((3, 3)), 0.0
    away = np.abs(values - np.median(values, axis=0))
    far = (away / (np.median(away, axis=0) + 1e-6)).max(axis=1)
    kept = values[far <= np.quantile(far, _QUIETER)]
    own = kept.T @ kept / len(kept) * _TRIMMED
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
    return max(float(np.median(values)) / _MEDIAN, _QUIETEST)
