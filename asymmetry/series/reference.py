"""The days that others are compared with."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Reference", "reference_days"]


@dataclass(frozen=True)
class Reference:
    """The days that others are compared with.

    Attributes
    ----------
    first, last : float
        Both included.
    words : str
        As in "since baseline".
    remark : str
        What to mind about it; often empty.
    """

    first: float
    last: float
    words: str
    remark: str = ""


def reference_days(
    since: str | float, day: npt.NDArray[np.float64], treated: bool, called: str = ""
) -> Reference:
    """The days that are meant.

    Parameters
    ----------
    since : "baseline" or float
        All days before the treatment and its own, or one day; without a treatment the baseline is the first.
    day : ndarray, shape (d,)
        Days with photos, rising; at least one.
    treated : bool
        Whether days count from a treatment.
    called : str
        What a single day is called. Default: its number.

    Examples
    --------
    >>> reference_days("baseline", np.array([-7.0, 0, 3]), treated=True)
    Reference(first=-inf, last=0.0, words='at baseline', remark='')
    >>> reference_days(5, np.array([-7.0, 0, 3]), treated=True).remark
    'there is no photo of day 5; day 3 is the nearest'
    """
    if since == "baseline":
        if treated and day[0] <= 0:
            return Reference(-math.inf, 0.0, "at baseline")
        remark = f"no photo from before the treatment; day {day[0]:.0f} is the first" if treated else ""
        return Reference(float(day[0]), float(day[0]), f"on day {day[0]:.0f}", remark)
    asked = float(since)
    nearest = float(day[np.argmin(np.abs(day - asked))])
    remark = (
        ""
        if nearest == asked
        else f"there is no photo of {called or f'day {asked:.0f}'}; day {nearest:.0f} is the nearest"
    )
    return Reference(nearest, nearest, f"on day {nearest:.0f}", remark)
