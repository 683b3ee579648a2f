"""The light on a face, taken out of differences of density: smooth, with too few terms to follow a patch.

Light from the side makes one cheek darker than the other. How much follows from the slope of the surface and
the distance from the midline, and nothing else of the light does, so a difference is fitted by a few terms
over the whole half face, robustly, and without the pixels of patches that were found. A bruise over a
quarter of it does not pull the fit along, as a polynomial of each region would.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import Mask
from asymmetry.tissue.density import load_grid
from asymmetry.tissue.masks import median

__all__ = ["fit_light", "fit_light_of_both"]

FloatArray = npt.NDArray[np.floating[Any]]
Kind = Literal["mirror", "day"]

# Every so many-th pixel is fitted, each way.
_EVERY = 2
# Rounds of the robust fit, at most, the change of its factors at which it ends, and Tukey's constant, in
# standard deviations (95 % efficiency).
_ROUNDS, _SETTLED, _TUKEY = 8, 1e-3, 4.685
_MAD = 1.4826
# Ridge, against terms that tell nothing apart in the pixels that are seen.
_RIDGE = 1e-3


def fit_light(difference: FloatArray, seen: Mask, kind: Kind) -> FloatArray:
    """The part of a difference of density that light may have made.

    Parameters
    ----------
    difference : ndarray, shape (h, w, 3)
        Right minus left (``"mirror"``), or one day minus another of one side (``"day"``).
    seen : ndarray of bool, shape (h, w)
        Pixels to fit.
    kind : {"mirror", "day"}
        Light makes no difference between the sides at the midline; between days it does.

    Returns
    -------
    ndarray, shape (h, w, 3)
    """
    return _fit_terms(_terms(kind), difference, seen)


def fit_light_of_both(difference: FloatArray, seen: Mask) -> FloatArray:
    """The part of a difference between days that one light may have made of both sides of a face.

    Either side has half of the pixels: a bruise over most of one side is less than half of both, and does
    not pass for the light.

    Parameters
    ----------
    difference : ndarray, shape (2, h, w, 3)
        One day minus another, right and left.
    seen : ndarray of bool, shape (2, h, w)
        Pixels to fit.

    Returns
    -------
    ndarray, shape (2, h, w, 3)
    """
    terms = _terms("day")
    odd = _terms("mirror").shape[-1]
    turned = np.where(np.arange(terms.shape[-1]) < odd, -terms, terms)
    return _fit_terms(np.stack([turned, terms]), difference, seen)


def _fit_terms(terms: FloatArray, difference: FloatArray, seen: Mask) -> FloatArray:
    """The sum of the terms (..., k) that fits a difference (..., 3)."""
    some = np.zeros_like(seen)
    some[..., ::_EVERY, ::_EVERY] = seen[..., ::_EVERY, ::_EVERY]
    if some.sum() < 10 * terms.shape[-1]:
        return np.zeros_like(difference)
    x, y = terms[some].T, difference[some].T
    factors = _fit(np.ascontiguousarray(x), np.ascontiguousarray(y, dtype=np.float64))
    return np.asarray(np.einsum("...k,ck->...c", terms, factors), dtype=np.float32)


def _fit(x: FloatArray, y: FloatArray) -> FloatArray:
    """Robust least squares of channels (c, n) by terms (k, n) with Tukey's weights: factors (c, k).

    Sums go without BLAS, whose threads would wake for them and spin.
    """
    weight = np.ones_like(y)
    ridge = _RIDGE * y.shape[1] * np.diag((x**2).mean(axis=1))
    found = np.zeros((len(y), len(x)))
    for _ in range(_ROUNDS):
        weighted, before = x * weight[:, None], found
        system = np.einsum("ckn,ln->ckl", weighted, x)
        target = np.einsum("ckn,cn->ck", weighted, y)
        found = np.linalg.solve(system + ridge, target[..., None])[..., 0]
        if np.abs(found - before).max() < _SETTLED:
            break
        away = y - np.einsum("ck,kn->cn", found, x)
        spread = _MAD * median(np.abs(away))[:, None] + 1e-6
        weight = np.clip(1 - (away / (_TUKEY * spread)) ** 2, 0, None) ** 2
    return found


@cache
def _terms(kind: Kind) -> FloatArray:
    """Terms that light can make of a face (h, w, k), those first that differ in sign between the sides."""
    grid = load_grid()
    out, up = grid.normal[..., 0], grid.normal[..., 1]
    x, y = grid.place[..., 0] / 8, grid.place[..., 1] / 8
    odd = [out, out * up, out * grid.normal[..., 2], x, x * y]
    if kind == "mirror":
        return np.stack(odd, axis=-1)
    even = [np.ones_like(x), up, up**2, out**2, y, y**2]
    return np.stack([*odd, *even], axis=-1)
