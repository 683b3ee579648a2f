"""The days that others are compared with."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from asymmetry.core.notes import Note

__all__ = ["Reference", "reference_days"]


@dataclass(frozen=True)
class Reference:
    """The days that others are compared with.

    Attributes
    ----------
    first, last : float
        Both included.
    note : Note
        The days' name, as in "at baseline".
    remark : Note or None
        A caution about these days.
    """

    first: float
    last: float
    note: Note
    remark: Note | None = None

    @property
    def words(self) -> str:
        """The days' name, in English."""
        return str(self.note)


def reference_days(since: str | float, day: npt.NDArray[np.float64], treated: bool) -> Reference:
    """Find the reference days that are asked for.

    Parameters
    ----------
    since : "baseline" or float
        All days before the treatment and its own, or one day; without a treatment the baseline is the first.
    day : ndarray, shape (d,)
        Days with photos, rising; at least one.
    treated : bool
        Whether days count from a treatment.

    Examples
    --------
    >>> reference_days("baseline", np.array([-7.0, 0, 3]), treated=True)
    Reference(first=-inf, last=0.0, note=Note('at_baseline'), remark=None)
    >>> str(reference_days(5, np.array([-7.0, 0, 3]), treated=True).remark)
    'there is no photo of day 5; day 3 is the nearest'
    """
    first = float(day[0])
    if since == "baseline":
        if treated and first <= 0:
            return Reference(-math.inf, 0.0, Note("at_baseline"))
        return _one_day(first, Note("none_before_treatment", day=first) if treated else None)
    asked = float(since)
    nearest = float(day[np.argmin(np.abs(day - asked))])
    missing = nearest != asked
    return _one_day(nearest, Note("none_of_day", asked=asked, day=nearest) if missing else None)


def _one_day(day: float, remark: Note | None) -> Reference:
    return Reference(day, day, Note("on_day", day=day), remark)
