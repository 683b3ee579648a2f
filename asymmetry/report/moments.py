"""The days of a series that the report shows closely: before, the farthest from it, and the latest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from asymmetry.series import Change, History

__all__ = ["Moment", "choose_moments", "has_peak", "strip_rows", "usual_rows"]

IntArray = npt.NDArray[np.intp]
Kind = Literal["before", "farthest", "latest", "only"]


@dataclass(frozen=True)
class Moment:
    """Some photos of one expression that stand for a time.

    Attributes
    ----------
    kind : {"before", "farthest", "latest", "only"}
        The time, in the course of the series.
    day : float
        The day of the photo that is shown.
    rows : ndarray of int, shape (m,)
        All of its photos; the last one is shown.
    """

    kind: Kind
    day: float
    rows: IntArray = field(repr=False)

    @property
    def row(self) -> int:
        """The photo that is shown."""
        return int(self.rows[-1])


def has_peak(change: Change) -> bool:
    """Whether a day in between was beyond measurement error, and the latest is not, or is far from it."""
    if not change.span:
        return False
    return not change.beyond or abs(change.farthest - change.change) > change.limit


def choose_moments(series: History, changes: Sequence[Change]) -> tuple[Moment, ...]:
    """Choose the moments of a series, from its photos in the usual expression.

    Parameters
    ----------
    series : History
        The series.
    changes : sequence of Change
        Its changes since baseline.

    Returns
    -------
    tuple of Moment
        Before and latest, with the farthest day between them if a change `has_peak`; a single one if there is
        one day; none if no photo has a day.
    """
    day, rows = series.static["day"], usual_rows(series)
    days = np.unique(day[rows])
    if not len(days):
        return ()
    if len(days) == 1:
        return (Moment("only", float(days[0]), rows),)
    old = rows[day[rows] == days[0]]
    if series.treated and days[0] <= 0 < days[-1]:
        old = rows[day[rows] <= 0]
    found = [Moment("before", float(day[old[-1]]), old)]
    apart = [each for each in changes if has_peak(each) and each.expression == series.usual]
    if apart:
        far = max(apart, key=lambda each: abs(each.farthest) / each.limit).farthest_day
        found.append(Moment("farthest", far, rows[day[rows] == far]))
    return (*found, Moment("latest", float(days[-1]), rows[day[rows] == days[-1]]))


def usual_rows(series: History) -> IntArray:
    """Rows of photos that were measured, have a day, and show the usual expression; in order of days."""
    static = series.static
    known = np.isfinite(static["day"]) & np.isfinite(static["mm_per_px"])
    usual = static["expression"] == series.usual
    rows = np.flatnonzero(series.landmarks.usable & known & usual)
    found: IntArray = rows[np.argsort(static["day"][rows], kind="stable")]
    return found


def strip_rows(series: History, wanted: Sequence[Moment], most: int) -> IntArray:
    """One photo of each day for a film strip; if there are many days, some at even steps and the moments.

    Parameters
    ----------
    series : History
        The series.
    wanted : sequence of Moment
        Moments whose photos have to be among them.
    most : int
        Limit of the number of days beside those.
    """
    rows = usual_rows(series)
    first = rows[np.unique(series.static["day"][rows], return_index=True)[1]]
    if len(first) <= most:
        return first
    steps = np.linspace(0, len(first) - 1, most).round().astype(np.intp)
    some = first[np.unique(steps)]
    days = series.static["day"]
    wanted_days = {moment.day for moment in wanted}
    extra = [row for row in first.tolist() if days[row] in wanted_days]
    chosen = np.union1d(some, np.array(extra, dtype=np.intp))
    found: IntArray = chosen[np.argsort(days[chosen], kind="stable")]
    return found
