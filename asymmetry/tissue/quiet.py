"""Causes of seeming moves of skin that does not swell: another turn, a nearer camera, a little smile.

The surface of a person differs from the canonical one, so that a turned head shifts its skin by a little.
Such shifts are alike in all people: a few fields, made from retakes of people who did not change, describe
most of them. They are fitted with low polynomials, without places that stand out, and taken off. The skirts
of a swelling do not stand out, but would pull the fit along, so they are left out of it as well.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import Mask
from asymmetry.tissue.atlas import PX_PER_CM, TOP_CM, WIDTH
from asymmetry.tissue.flow import BELOW, outwards

__all__ = [
    "CELL",
    "EVEN",
    "MODES",
    "Cells",
    "coarsen",
    "join_fields",
    "join_sides",
    "polynomials",
    "take_off_quiet",
]

FloatArray = npt.NDArray[np.floating[Any]]

#: The fields, by ``python -m benchmarks.tune.swelling``, of shape (fields, rows, columns, 2), outwards
#: and up, on cells of so many pixels. The first ones, so many, are the same on both sides; the others
#: are turned round.
MODES, CELL, EVEN = Path(__file__).with_name("quiet.npy"), 8, 8
# Degree of the polynomials, and the half-extent of the face that they are scaled to, cm.
_DEGREE, _EXTENT_CM = 2, 8.0
# Rounds of the fit; cells farther off than so many standard deviations have no weight (Tukey's biweight at
# 95 % efficiency), which are never taken for less than this, mm.
_ROUNDS, _TUKEY, _LEAST_MM = 5, 4.685, 0.1
# Rounds of the fit without places that stand out or back by more than so many standard deviations, as means
# over this much, cells (standard deviation), and without this margin around them, cells: a swelling's skirts.
_FITS, _SWOLLEN, _MEAN_CELLS, _SKIRT_CELLS = 3, 4.0, 1.5, 4
_CONSISTENT = 1.1774  # median of a Rayleigh distribution, in its standard deviations
# The smallest share of a cell that must be seen.
_SEEN = 0.25


@dataclass(frozen=True, eq=False)
class Cells:
    """Shifts as means over cells of pixels.

    Attributes
    ----------
    mm : ndarray, shape (2, rows, columns, 2)
        Outwards and up of the right and the left half; 0 where nothing was seen.
    seen : ndarray, shape (2, rows, columns)
        Share of the cell that was seen; 0 where it is too little.
    """

    mm: FloatArray = field(repr=False)
    seen: FloatArray = field(repr=False)


def coarsen(shift: FloatArray, seen: Mask) -> Cells:
    """Means of shifts (2, h, w, 2) over the cells' pixels that were seen."""
    share = np.stack([_shrink(half.astype(np.float32)) for half in seen])
    weighted = np.where(seen[..., None], shift, 0.0)
    total = np.stack([_shrink(half.astype(np.float32)) for half in weighted])
    enough = share >= _SEEN
    mean = total / np.maximum(share, _SEEN)[..., None]
    return Cells(mean * enough[..., None], share * enough)


def take_off_quiet(
    shift: FloatArray, seen: Mask, fields: FloatArray | None = None
) -> tuple[FloatArray, float]:
    """Take off shifts that come from the head's turn, the camera and expression.

    Parameters
    ----------
    shift : ndarray, shape (2, h, w, 2)
        Shifts of the skin, mm, of `asymmetry.tissue.flow.follow_skin`.
    seen : ndarray of bool, shape (2, h, w)
        Pixels whose shifts are known.
    fields : ndarray, shape (2, rows, columns, 2, fields), optional
        The terms of quiet shifts, of `join_fields`. Default: polynomials and the fields of `MODES`.

    Returns
    -------
    rest : ndarray, shape (2, h, w, 2)
        The rest, mm.
    misfit : float
        Its robust standard deviation over the face, mm; NaN where too little of the face is seen to tell.
    """
    cells, basis = coarsen(shift, seen), _usual() if fields is None else fields
    known = cells.seen > 0
    if known.sum() < 2 * basis.shape[-1]:
        return np.full_like(shift, np.nan), float("nan")
    fitted = known
    for _ in range(_FITS):
        quiet = basis @ _fit(basis[fitted], cells.mm[fitted], cells.seen[fitted])
        rest = np.where(known[..., None], cells.mm - quiet, 0.0)
        misfit = _spread(np.linalg.norm(rest[known], axis=-1))
        fitted = known & ~_find_swollen(rest, known, misfit)
    size = shift.shape[2::-1][:2]
    halves = [cv2.resize(half, size) for half in quiet.astype(np.float32)]
    return shift - np.stack(halves), misfit


def polynomials() -> FloatArray:
    """Low powers of outwards and up at the cells, shape (fields, rows, columns, 2)."""
    x, y = np.meshgrid(
        (np.arange(WIDTH // CELL) + 0.5) * CELL / PX_PER_CM,
        TOP_CM - (np.arange(BELOW.start, BELOW.stop, CELL) + CELL / 2) / PX_PER_CM,
    )
    powers = [(i, j) for i in range(_DEGREE + 1) for j in range(_DEGREE + 1 - i)]
    each = [(x / _EXTENT_CM) ** i * (y / _EXTENT_CM) ** j for i, j in powers]
    none = np.zeros_like(x)
    return np.array([np.stack(pair, -1) for one in each for pair in ((one, none), (none, one))])


def join_sides(even: FloatArray, odd: FloatArray) -> FloatArray:
    """Fields of one half as fields of both, shape (2, rows, columns, 2, fields)."""
    halves = [np.concatenate([even, sign * odd]) for sign in (-1, 1)]
    return np.moveaxis(np.stack(halves, axis=1), 0, -1)


def join_fields(fields: FloatArray) -> FloatArray:
    """Fields as in `MODES`, with the polynomials, as fields of both sides."""
    even, odd = (np.concatenate([polynomials(), part]) for part in np.split(fields, [EVEN]))
    return join_sides(even, odd)


@cache
def _usual() -> FloatArray:
    return join_fields(np.load(MODES))


def _fit(fields: FloatArray, values: FloatArray, share: FloatArray) -> FloatArray:
    """Factors of fields at cells (n, 2, fields) that fit values (n, 2), without outliers."""
    weight = share
    for _ in range(_ROUNDS):
        factors = _solve(fields, values, weight)
        off = np.linalg.norm(values - fields @ factors, axis=-1)
        near = np.clip(1 - (off / (_TUKEY * max(_spread(off), _LEAST_MM))) ** 2, 0.0, None)
        weight = share * near**2
    return factors


def _spread(off: FloatArray) -> float:
    """Robust standard deviation, by lengths of vectors in a plane."""
    return float(np.median(off)) / _CONSISTENT


def _find_swollen(rest: FloatArray, known: Mask, misfit: float) -> Mask:
    """Cells that stand out or back, with the skirts around them."""
    limit = _SWOLLEN * max(misfit, _LEAST_MM)
    skirt = np.ones((2 * _SKIRT_CELLS + 1,) * 2, np.uint8)
    swollen = np.zeros_like(known)
    for side, moved in enumerate((rest * _outwards()).sum(axis=-1)):
        share = known[side].astype(np.float32)
        sums = cv2.GaussianBlur(np.dstack([moved * share, share]), (0, 0), _MEAN_CELLS)
        core = (np.abs(sums[..., 0]) > limit * sums[..., 1]) & known[side]
        swollen[side] = cv2.dilate(core.astype(np.uint8), skirt) > 0
    return swollen


@cache
def _outwards() -> FloatArray:
    """`outwards` at the cells."""
    return _shrink(outwards().astype(np.float32))


def _solve(fields: FloatArray, values: FloatArray, weight: FloatArray) -> FloatArray:
    """Factors of the fields that fit the values best by weighted least squares."""
    weighted = (fields * weight[:, None, None]).reshape(-1, fields.shape[-1])
    flat = fields.reshape(-1, fields.shape[-1])
    system = weighted.T @ flat
    nothing = 1e-9 * np.trace(system) * np.eye(len(system))
    return np.asarray(np.linalg.solve(system + nothing, weighted.T @ values.ravel()))


def _shrink(picture: npt.NDArray[np.float32]) -> FloatArray:
    size = picture.shape[1] // CELL, picture.shape[0] // CELL
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
