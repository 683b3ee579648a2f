"""Whether a course has changed since a reference, decided again after each visit, as a series grows."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import FloatArray, Mask
from asymmetry.core.distributions import t_quantile
from asymmetry.series.course import Course
from asymmetry.series.day_to_day import Expected
from asymmetry.series.error import Error, latest_error, learn, moderate_repeats, shared_part
from asymmetry.series.limits import RECENT, life_limits

__all__ = ["Looks", "Verdict", "decide", "look_back"]

#: The error variance of a reference of one session counts so many times: nothing shows whether that session
#: was an unusual one.
ONE_SESSION = 1.25


@dataclass(frozen=True)
class Looks:
    """The visits after a reference, each compared with it by the error known then.

    Attributes
    ----------
    before : float
        Mean of the reference.
    total : ndarray, shape (n + 1,)
        Sums of the visits' changes, from none to all.
    spent : ndarray, shape (n + 1,)
        Sums of their expected error variances, from none to all.
    strange : ndarray, shape (n + 1,)
        How many of them were taken with another camera than the reference.
    reference : float
        Expected error variance of the reference.
    camera : float
        That of another camera.
    factor, serial : ndarray, shape (n,)
        The course's own word on its error by then, see `Known`.
    quantile : ndarray, shape (n,)
        Of its standard error, that a plain comparison is beyond in one of twenty.
    limit : ndarray, shape (n,)
        The same for all comparisons of a series together.
    own : Error
        The error of the course's readings, as the last visit knows it.
    any_beyond : bool
        Whether any visit, or the mean of any in a row up to three, is beyond the limit.
    """

    before: float
    total: FloatArray
    spent: FloatArray
    strange: FloatArray
    reference: float
    camera: float
    factor: FloatArray
    serial: FloatArray
    quantile: FloatArray
    limit: FloatArray
    own: Error
    any_beyond: bool

    def __len__(self) -> int:
        return len(self.factor)

    @property
    def errors(self) -> FloatArray:
        """Standard error of each visit's change, shape (n,)."""
        camera = self.camera * np.diff(self.strange)
        own: FloatArray = np.sqrt(self.factor * (np.diff(self.spent) + self.reference + camera))
        return own

    @property
    def errors_now(self) -> FloatArray:
        """The same as the last visit knows it."""
        known: FloatArray = self.errors * np.sqrt(self.factor[-1] / self.factor)
        return known

    def change(self, first: int, last: int) -> float:
        """Mean of these visits, both included, minus the reference."""
        return float(self.total[last + 1] - self.total[first]) / (last + 1 - first)

    def error(self, first: int, last: int) -> float:
        """Standard error of `change`, as known on the last of these visits."""
        serial = float(self.serial[last])
        camera = self.camera * (self.strange[last + 1] - self.strange[first]) / (last + 1 - first)
        own = self._variance(first, last, serial) + self.reference + camera
        return math.sqrt(float(self.factor[last] * own))

    def apart(self, then: tuple[int, int], now: tuple[int, int]) -> float:
        """How many standard errors two means of visits are apart."""
        serial, factor = float(self.serial[now[1]]), float(self.factor[now[1]])
        variance = self._variance(*then, serial) + self._variance(*now, serial)
        return abs(self.change(*then) - self.change(*now)) / math.sqrt(factor * variance)

    def _variance(self, first: int, last: int, serial: float) -> float:
        visits = last + 1 - first
        mean = float(self.spent[last + 1] - self.spent[first]) / visits**2
        return mean * shared_part(visits, serial) if serial else mean


@dataclass(frozen=True)
class Verdict:
    """The decision on a course.

    Attributes
    ----------
    beyond : tuple of bool
        Visits that belong to a change that was called and not taken back.
    visits : int
        The latest visits whose mean tells it: the fewest whose plain interval leaves out no change.
    """

    beyond: tuple[bool, ...]
    visits: int


def look_back(
    courses: Sequence[Course],
    old: Mask,
    new: Mask,
    shares: Sequence[float],
    strange: Sequence[Mask],
) -> list[Looks | None]:
    """Compare the visits after a reference with it, in several courses of the same days.

    Parameters
    ----------
    courses : sequence of Course, length k
        The courses.
    old, new : ndarray of bool, shape (d,)
        The days of the reference, and those after it, to the last one; at least one each.
    shares : sequence of float, length k
        The share of unchanged series in which a course may be called by chance.
    strange : sequence of ndarray of bool, shape (d,), length k
        Days that were taken with another camera than the reference.

    Returns
    -------
    list of Looks or None, length k
        None where nothing is known of the error.
    """
    errors = [moderate_repeats(c.readings, c.value, c.count, c.expected) for c in courses]
    asked = [at for at, each in enumerate(errors) if each.df and not math.isnan(each.sem)]
    found: list[Looks | None] = [None] * len(courses)
    if asked:
        known = [(courses[at], errors[at], shares[at], strange[at]) for at in asked]
        for at, looks in zip(asked, _look_back(known, old, new), strict=True):
            found[at] = looks
    return found


def _look_back(
    known: Sequence[tuple[Course, Expected, float, Mask]], old: Mask, new: Mask
) -> list[Looks]:
    """Compare courses whose errors are known. In arrays rows are courses, and columns days."""
    courses, errors, shares, strange = zip(*known, strict=True)
    visits, before = int(new.sum()), np.flatnonzero(old)
    since, first = slice(before[0], before[-1] + 1), len(new) - visits  # visits are the last days
    value = np.array([c.value for c in courses])
    count = np.array([c.count for c in courses])
    variance = _expect(courses, errors, count)
    told = learn(value, variance, courses[0].day, [e.df for e in errors], first, courses[0].treated)
    count = count[:, since]
    sessions, readings = count.shape[1], count.sum(axis=1)
    mean = (count * value[:, since]).sum(axis=1) / readings
    reference = ((count / readings[:, None]) ** 2 * variance[:, since]).sum(axis=1)
    if sessions == 1:
        reference *= ONE_SESSION
    factor, serial = told.factor[:, first:], told.serial[:, first:]
    for row in np.flatnonzero(serial.any(axis=1)).tolist():
        reference[row] *= shared_part(sessions, float(serial[row, -1]))
    ratio = reference / (variance[:, first:].sum(axis=1) / visits)
    parts = zip(ratio.tolist(), errors, shares, strict=True)
    limit = np.array([life_limits(each, error.df, share, visits) for each, error, share in parts])
    total, spent = _sums(value[:, first:] - mean[:, None]), _sums(variance[:, first:])
    beyond = _any_beyond(total, spent, limit**2 * factor, reference)
    others = _sums(np.array(strange)[:, first:].astype(np.float64))
    return [
        Looks(
            before=float(mean[row]),
            total=total[row],
            spent=spent[row],
            strange=others[row],
            reference=float(reference[row]),
            camera=float(error.variance(1)),
            factor=factor[row],
            serial=serial[row],
            quantile=np.array([_plain_quantile(int(df)) for df in told.df[row, first:].tolist()]),
            limit=limit[row],
            own=latest_error(error, told, row),
            any_beyond=beyond[row],
        )
        for row, error in enumerate(errors)
    ]


def _expect(
    courses: Sequence[Course], errors: Sequence[Expected], count: npt.NDArray[np.intp]
) -> FloatArray:
    """Expected error variance of each day, shape (courses, days)."""
    between, sem = np.array([(each.between**2, each.sem**2) for each in errors]).T[..., None]
    variance: FloatArray = between + sem / count
    return np.array([each.times for each in courses]) * variance


def _any_beyond(
    total: FloatArray, spent: FloatArray, least: FloatArray, reference: FloatArray
) -> list[bool]:
    """Of each course, whether any visit, or the mean of any in a row up to three, is beyond the limit.

    ``least`` is the limit's square for an error variance of 1; all else is as in `Looks`, a row a course.
    """
    found = np.zeros(len(total), dtype=bool)
    for visits in range(1, min(RECENT, least.shape[1]) + 1):
        mean = (total[:, visits:] - total[:, :-visits]) / visits
        own = (spent[:, visits:] - spent[:, :-visits]) / visits**2 + reference[:, None]
        found |= (mean * mean > least[:, visits - 1 :] * own).any(axis=1)
    beyond: list[bool] = found.tolist()
    return beyond


def decide(looks: Looks) -> Verdict:
    """Look after each visit whether a change is there.

    It is called when the visit, or the mean of the last three, is beyond the limit that holds for all
    comparisons of a series together. It then stays called until there is evidence against it: the visit, or
    the mean of the last two or three, is back within the error of a plain comparison, and too far from the
    change that was called for that to be still there. Or all visits since, together, are no longer beyond the
    error of a plain comparison.

    Parameters
    ----------
    looks : Looks
        The visits.
    """
    beyond = [False] * len(looks)
    if not looks.any_beyond:
        return Verdict(tuple(beyond), 1)
    start, fresh, sign, visits = -1, 0, 0.0, 1
    for now in range(len(looks)):
        found = _find_start(looks, now, fresh)
        if found is not None and (start < 0 or looks.change(found, now) * sign < 0):
            start = fresh = found
            sign = math.copysign(1.0, looks.change(found, now))
            beyond[start:now] = [True] * (now - start)
        elif start >= 0:
            end = _find_end(looks, start, now)
            if end <= now:
                beyond[end:now] = [False] * (now - end)
                start, fresh = -1, end
        if start >= 0:
            visits = _count_visits(looks, start, now, sign)
            start = start if visits else -1
        beyond[now] = start >= 0
    return Verdict(tuple(beyond), visits if start >= 0 else 1)


def _find_start(looks: Looks, now: int, fresh: int) -> int | None:
    """First of the latest visits that are beyond the limit as one or as a mean; None where none is."""
    for first in dict.fromkeys((now, max(now + 1 - RECENT, fresh))):
        if abs(looks.change(first, now)) > looks.limit[now] * looks.error(first, now):
            return first
    return None


def _find_end(looks: Looks, start: int, now: int) -> int:
    """First visit after a change that was called from ``start`` on, if the latest ones show that it is over.

    It is the one after the latest visit if they don't.
    """
    for visits in range(1, min(RECENT, now - start) + 1):
        first = now + 1 - visits
        least = looks.limit[now] if visits == 1 else looks.quantile[now]
        if (
            _within(looks, first, now, now)
            and looks.apart((start, first - 1), (first, now)) > least
        ):
            return next((i for i in range(first, now + 1) if _within(looks, i, i, now)), now + 1)
    return now + 1


def _within(looks: Looks, first: int, last: int, now: int) -> bool:
    """Whether these visits are within the error of a plain comparison with the reference."""
    return bool(abs(looks.change(first, last)) <= looks.quantile[now] * looks.error(first, last))


def _count_visits(looks: Looks, start: int, now: int, sign: float) -> int:
    """The fewest latest visits that tell the change by a plain comparison; 0 where not even all do."""
    for first in (now, max(now + 1 - RECENT, start), start):
        if sign * looks.change(first, now) > looks.quantile[now] * looks.error(first, now):
            return now + 1 - first
    return 0


@functools.lru_cache(maxsize=1024)
def _plain_quantile(df: int) -> float:
    return float(t_quantile(df))


def _sums(values: FloatArray) -> FloatArray:
    """Sums of the first values of each row, from none to all."""
    return np.array([[0.0, *itertools.accumulate(row)] for row in values.tolist()])
