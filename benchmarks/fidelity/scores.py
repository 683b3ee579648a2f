"""Readings against the truth: gain, cross-talk, error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.floating[Any]]


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


def gain_of(true: FloatArray, read: FloatArray) -> float:
    """Slope of read on true through the origin."""
    square = float(true @ true)
    return float(true @ read) / square if square else float("nan")


def agreement(person: npt.NDArray[Any], true: FloatArray, read: FloatArray, still: FloatArray) -> Agreement:
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
