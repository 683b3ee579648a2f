"""One course compared with the days of its reference: what is told of it, and with what cautions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from asymmetry.core.notes import Note
from asymmetry.series.course import Course
from asymmetry.series.decision import Looks, decide, look_back
from asymmetry.series.reference import Reference

__all__ = ["Compared", "compare"]

Mask = npt.NDArray[np.bool_]


class Compared(NamedTuple):
    """One course compared with its reference.

    Attributes
    ----------
    before : float
        Mean of the reference.
    told, visits, mdc95, limit, beyond
        As for a `Change`.
    called : ndarray of bool, shape (d,)
        Days on which a change was called.
    farthest : int
        The day that stands out most.
    photos : tuple of str
        Those of the reference.
    notes : tuple of Note
        Cautions about the comparison.
    """

    before: float
    told: float
    visits: int
    mdc95: float
    limit: float
    beyond: bool
    called: Mask
    farthest: int
    photos: tuple[str, ...]
    notes: tuple[Note, ...]

    @property
    def margin(self) -> float:
        """Half of the interval that goes with the verdict."""
        return self.mdc95 if self.beyond else self.limit


def compare(course: Course, since: Reference, share: float, cameras: Mapping[str, str]) -> Compared | None:
    """Compare the days of a course with a reference.

    Parameters
    ----------
    course : Course
        The course.
    since : Reference
        The days to compare with.
    share : float
        Series in which nothing changes and that may have it called, of all.
    cameras : mapping of str to str
        What each photo was taken with, by its name, as far as it is known.

    Returns
    -------
    Compared or None
        None where there is no reading before or after.
    """
    old = (course.day >= since.first) & (course.day <= since.last)
    new = course.day > since.last
    if not old.any() or not new.any():
        return None
    strange = _strange_cameras(course.photos, old, new, cameras)
    looks = look_back(course, old, new, share, strange)
    notes = _cautions(since, old, strange, looks)
    photos = tuple(name for held, names in zip(old, course.photos, strict=True) if held for name in names)
    called = np.zeros(len(course), dtype=bool)
    if looks is None:
        before = _mean(course, old)
        far = int(np.argmax(np.where(new, np.abs(course.value - before), -1)))
        told = float(course.value[-1]) - before
        return Compared(before, told, 1, math.nan, math.nan, False, called, far, photos, notes)
    verdict = decide(looks)
    called[new] = verdict.called
    last = len(looks) - 1
    first = last + 1 - verdict.visits
    error = looks.error(first, last)
    return Compared(
        looks.before,
        looks.change(first, last),
        verdict.visits,
        float(looks.quantile[last]) * error,
        float(looks.limit[last]) * error,
        verdict.called[-1],
        called,
        _farthest(looks, verdict.called, np.flatnonzero(new)),
        photos,
        notes,
    )


def _farthest(looks: Looks, called: Sequence[bool], days: npt.NDArray[np.intp]) -> int:
    """The day that stands out most, of those that are called if any are."""
    ratios = [abs(looks.change(i, i)) / looks.error(i, i) for i in range(len(looks))]
    marked = [ratio + 1e9 * held for ratio, held in zip(ratios, called, strict=True)]
    return int(days[int(np.argmax(marked))])


def _cautions(since: Reference, old: Mask, strange: Mask, looks: Looks | None) -> tuple[Note, ...]:
    """Cautions about the reference, the camera and the course, each of which widens the error."""
    notes = [since.remark] if since.remark else []
    if old.sum() == 1 and since.of_baseline:
        notes.append(Note("one_session"))
    if strange[-1]:
        notes.append(Note("another_camera", since=since.note))
    if looks is not None and looks.serial[-1] > 0:
        notes.append(Note("serial_correlation", correlation=float(looks.serial[-1])))
    return tuple(notes)


def _strange_cameras(
    photos: Sequence[Sequence[str]], old: Mask, new: Mask, cameras: Mapping[str, str]
) -> Mask:
    """Days after the reference whose photos were all taken with a camera that the reference does not know."""
    strange = np.zeros(len(photos), dtype=bool)
    used = [{cameras.get(name, "") for name in names} for names in photos]
    known = set().union(*(each for each, held in zip(used, old, strict=True) if held))
    if known and "" not in known:
        for i in np.flatnonzero(new).tolist():
            strange[i] = "" not in used[i] and not used[i] & known
    return strange


def _mean(course: Course, days: Mask) -> float:
    """Mean of all readings of some days."""
    count = course.count[days]
    return float((course.value[days] * count).sum() / count.sum())
