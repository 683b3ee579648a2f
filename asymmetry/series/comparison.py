"""One course compared with the days of its reference: the verdict on it, and its cautions."""

from __future__ import annotations

import functools
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from asymmetry.core.arrays import Mask
from asymmetry.core.notes import Note
from asymmetry.series.cameras import Camera, find_strange_days
from asymmetry.series.course import Course
from asymmetry.series.decision import Looks, Verdict, decide, look_back
from asymmetry.series.error import Error
from asymmetry.series.reference import Reference

__all__ = ["Asked", "Compared", "compare"]

#: More standard errors than any change has, by which days with a called one come first.
_AHEAD = 1e9


@dataclass(frozen=True, eq=False)
class Compared:
    """One course compared with its reference.

    Attributes
    ----------
    course : Course
        The course.
    since : Reference
        The days that it is compared with.
    old, new, strange : ndarray of bool, shape (d,)
        The days of the reference, those after it, and those taken with another camera.
    models : tuple of str, length d
        Name of that camera, by day; empty if it is the reference's, or not known.
    looks : Looks or None
        The visits after the reference; None where nothing is known of the error.
    verdict : Verdict
        The decision on them.
    """

    course: Course
    since: Reference
    old: Mask
    new: Mask
    strange: Mask
    models: tuple[str, ...]
    looks: Looks | None
    verdict: Verdict

    @property
    def beyond(self) -> bool:
        """Whether a change is called on the latest visit."""
        return self.verdict.beyond[-1]

    @functools.cached_property
    def before(self) -> float:
        """Mean of all readings of the reference."""
        if self.looks is not None:
            return self.looks.before
        count = self.course.count[self.old]
        return float((self.course.value[self.old] * count).sum() / count.sum())

    @functools.cached_property
    def recent(self) -> float:
        """The change of the latest visits that tell it."""
        latest = self.course.value[-self.verdict.visits :]
        return float(latest.sum()) / len(latest) - self.before

    @functools.cached_property
    def sd(self) -> float:
        """Standard error of `recent`; NaN where it is not known."""
        if self.looks is None:
            return math.nan
        return self.looks.error(len(self.looks) - self.verdict.visits, len(self.looks) - 1)

    @property
    def mdc95(self) -> float:
        """Measurement error of `recent` at 95 %; NaN where it is not known."""
        return math.nan if self.looks is None else float(self.looks.quantile[-1]) * self.sd

    @functools.cached_property
    def errors(self) -> tuple[float, ...]:
        """Measurement error of each day's change at 95 %, if it were the only question; NaN before."""
        errors = np.full(len(self.course), math.nan)
        if self.looks is not None:
            errors[self.new] = self.looks.quantile[-1] * self.looks.errors_now
        return tuple(errors.tolist())

    @property
    def limit(self) -> float:
        """The size that a change must exceed to be called."""
        return math.nan if self.looks is None else float(self.looks.limit[-1]) * self.sd

    @property
    def margin(self) -> float:
        """Half of the interval that goes with the verdict."""
        return self.mdc95 if self.beyond else self.limit

    @property
    def error(self) -> Error:
        """Measurement error of one photo."""
        return self.course.error if self.looks is None else self.looks.own

    @functools.cached_property
    def beyond_mask(self) -> Mask:
        """Days on which a change was called, shape (d,)."""
        beyond = np.zeros(len(self.course), dtype=bool)
        beyond[self.new] = self.verdict.beyond
        return beyond

    @property
    def days_beyond(self) -> tuple[float, ...]:
        """Days on which a change was called."""
        return tuple(self.course.day[self.beyond_mask].tolist()) if any(self.verdict.beyond) else ()

    @property
    def farthest(self) -> int:
        """The day that stands out most, of those that are called if any are."""
        changes = np.abs(self.course.value[self.new] - self.before)
        if self.looks is not None:
            changes = changes / self.looks.errors
        marked = changes + _AHEAD * np.array(self.verdict.beyond)
        return int(np.flatnonzero(self.new)[int(np.argmax(marked))])

    @property
    def photos(self) -> tuple[str, ...]:
        """The photos of the reference."""
        return tuple(
            name for i in np.flatnonzero(self.old).tolist() for name in self.course.photos[i]
        )

    def notes_on(self, day: int) -> tuple[Note, ...]:
        """Cautions about the reference, a day's camera and the course, each of which widens the error."""
        notes = [self.since.remark] if self.since.remark else []
        if self.strange[day] and self.models[day]:
            notes.append(Note("another_model", since=self.since.note, camera=self.models[day]))
        elif self.strange[day]:
            notes.append(Note("another_camera", since=self.since.note))
        serial = 0.0 if self.looks is None else float(self.looks.serial[-1])
        if round(serial, 1) > 0:  # as it is printed
            notes.append(Note("serial_correlation", correlation=serial))
        return tuple(notes)


class Asked(NamedTuple):
    """A course to be compared.

    Attributes
    ----------
    course : Course
        The course.
    since : Reference
        The days to compare with.
    share : float
        The share of unchanged series in which it may be called by chance.
    """

    course: Course
    since: Reference
    share: float

    @property
    def days(self) -> tuple[bytes | float, ...]:
        """A key that courses share if their days and the days of their reference are the same."""
        days = self.course.day.tobytes(), len(self.course.times)
        return *days, self.since.first, self.since.last


def compare(asked: Sequence[Asked], cameras: Mapping[str, Camera]) -> list[Compared | None]:
    """Compare the days of courses with a reference.

    Parameters
    ----------
    asked : sequence of Asked
        The courses.
    cameras : mapping of str to Camera
        The camera of each photo, by its name, as far as it is known.

    Returns
    -------
    list of Compared or None
        None where there is no reading before or after.
    """
    found: list[Compared | None] = [None] * len(asked)
    alike = defaultdict(list)
    for at, each in enumerate(asked):
        alike[each.days].append(at)
    for rows in alike.values():
        made = _compare_alike([asked[at] for at in rows], cameras)
        for at, each_made in zip(rows, made, strict=False):
            found[at] = each_made
    return found


def _compare_alike(asked: Sequence[Asked], cameras: Mapping[str, Camera]) -> list[Compared]:
    """Compare courses of the same days; an empty list where they can't be compared."""
    courses, since = [each.course for each in asked], asked[0].since
    day = courses[0].day
    old, new = (day >= since.first) & (day <= since.last), day > since.last
    if not old.any() or not new.any():
        return []
    strange = [find_strange_days(each.photos, old, new, cameras) for each in courses]
    unknown = Verdict((False,) * int(new.sum()), 1)
    shares, days = [each.share for each in asked], [found for found, _ in strange]
    looks = look_back(courses, old, new, shares, days)
    verdicts = [unknown if each is None else decide(each) for each in looks]
    return [
        Compared(
            course=each.course,
            since=each.since,
            old=old,
            new=new,
            strange=found,
            models=models,
            looks=looked,
            verdict=verdict,
        )
        for each, (found, models), looked, verdict in zip(
            asked, strange, looks, verdicts, strict=True
        )
    ]
