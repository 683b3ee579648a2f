"""Readings against the truth: gain, cross-talk, error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import FloatArray

# Fewer pairs than this make no line, nor do true values that differ by less than this (mm).
_LEAST, _ALIKE = 3, 1e-3


@dataclass(frozen=True)
class Agreement:
    """How well readings follow a known change.

    Attributes
    ----------
    n : int
        Readings with a number.
    missing : float
        Share without one.
    gain : float
        Read over true difference: slope of the least-squares line through the origin.
    low, high : float
        Smallest and largest gain of one person.
    rmse, median : float
        Root mean square and median absolute error, mm.
    crosstalk : float
        What the still side moves, wrongly, as a share of the true difference.
    """

    n: int
    missing: float
    gain: float
    low: float
    high: float
    rmse: float
    median: float
    crosstalk: float


@dataclass(frozen=True)
class Fit:
    """How n readings follow a hand's: correlation, slope of read on true, root mean square error."""

    n: int
    r: float
    slope: float
    rmse: float


def fit(true: FloatArray, read: FloatArray, *, through_origin: bool = False) -> Fit:
    """Least-squares line of read on true; rows without a number are left out."""
    known = np.isfinite(true) & np.isfinite(read)
    true, read = true[known].astype(float), read[known].astype(float)
    if len(true) < _LEAST:
        return Fit(len(true), *(3 * [float("nan")]))
    rmse = float(np.sqrt(np.mean((read - true) ** 2)))
    if np.ptp(true) < _ALIKE:
        return Fit(len(true), float("nan"), float("nan"), rmse)
    slope = gain_of(true, read) if through_origin else float(np.polyfit(true, read, 1)[0])
    return Fit(len(true), float(np.corrcoef(true, read)[0, 1]), slope, rmse)


def within(error: FloatArray, sd: FloatArray) -> tuple[float, float]:
    """Shares of the errors within one and within two standard deviations."""
    known = np.isfinite(error) & np.isfinite(sd)
    if not known.any():
        return float("nan"), float("nan")
    apart = np.abs(error[known])
    return float((apart < sd[known]).mean()), float((apart < 2 * sd[known]).mean())


def gain_of(true: FloatArray, read: FloatArray) -> float:
    """Slope of read on true through the origin."""
    square = float(true @ true)
    return float(true @ read) / square if square else float("nan")


def agreement(
    person: npt.NDArray[Any], true: FloatArray, read: FloatArray, still: FloatArray
) -> Agreement:
    """Compare n changes of a right-left difference.

    Parameters
    ----------
    person : ndarray, shape (n,)
        Whose photo each is.
    true, read : ndarray, shape (n,)
        Change of the difference against the unwarped photo, mm.
    still : ndarray, shape (n,)
        Change of the side that did not move, less its true change, mm, positive in the moved one's direction.
    """
    known = np.isfinite(read) & np.isfinite(true)
    person, true, read, still = person[known], true[known], read[known], still[known]
    gains = [gain_of(true[person == one], read[person == one]) for one in np.unique(person)]
    error = read - true
    nothing = float("nan")
    return Agreement(
        n=int(known.sum()),
        missing=float(1 - known.mean()) if len(known) else nothing,
        gain=gain_of(true, read),
        low=min(gains, default=nothing),
        high=max(gains, default=nothing),
        rmse=float(np.sqrt(np.mean(error**2))) if len(error) else nothing,
        median=float(np.median(np.abs(error))) if len(error) else nothing,
        crosstalk=gain_of(np.abs(true), still),
    )


def repeatability(values: FloatArray) -> float:
    """Standard deviation of repeats (people, copies), pooled over people."""
    return float(np.sqrt(np.nanmean(np.nanvar(values, axis=1, ddof=1))))
