"""Swellings over days: each region's course against the photo from before."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from asymmetry.core.arrays import FloatArray, Mask
from asymmetry.core.schemes import SIDES, Side
from asymmetry.core.table import Measurements
from asymmetry.tissue.days import find_returns

__all__ = ["LEAST_MM", "SwellingCourse", "list_swelling_courses"]

#: A swelling that nobody sees, mm: taken for nothing though it is beyond its error.
LEAST_MM = 0.3
# Something is there beyond so many standard deviations: six places are read in each photo, so that in a
# series chance would go beyond two somewhere. From then on it is there while it is beyond two: a reading
# that may still be a swelling is not told as gone. It has grown beyond two of the difference.
_LIMIT, _STAYS, _GROWN = 3.0, 2.0, 2.0
_COLUMN = re.compile(r"swelling_(?P<region>\w+?)_(?P<side>right|left)_mm")


@dataclass(frozen=True, eq=False)
class SwellingCourse:
    """One region of one side over days; days without a reading are left out.

    Attributes
    ----------
    region : str
        Such as ``"cheek"``.
    side : {"right", "left"}
        The patient's own.
    day, value, sd : ndarray, shape (n,)
        Days in order, their mean readings, mm outwards, and standard deviations.
    photos : tuple of tuple of str
        The photos of each day.
    """

    region: str
    side: Side
    day: FloatArray = field(repr=False)
    value: FloatArray = field(repr=False)
    sd: FloatArray = field(repr=False)
    photos: tuple[tuple[str, ...], ...] = field(repr=False, default=())

    @property
    def there(self) -> Mask:
        """The days on which it is swollen: beyond the error, and by more than `LEAST_MM`."""
        there = self.value > np.maximum(_LIMIT * self.sd, LEAST_MM)
        stays = self.value > np.maximum(_STAYS * self.sd, LEAST_MM)
        for number in range(1, len(there)):
            there[number] |= there[number - 1] & stays[number]
        return np.asarray(there)

    @property
    def first_day(self) -> float:
        """The first day on which it is swollen."""
        return float(self.day[self.there][0])

    @property
    def last_day(self) -> float:
        """The last day on which it is swollen."""
        return float(self.day[self.there][-1])

    @property
    def largest(self) -> int:
        """Number of the day, of those on which it is swollen, on which it is most so."""
        return int(np.argmax(np.where(self.there, self.value, -np.inf)))

    @property
    def gone_by(self) -> float:
        """The first day after the last swollen one; NaN while it lasts."""
        later = self.day[self.day > self.last_day]
        return float(later[0]) if later.size else math.nan

    def has_grown(self, after: float) -> bool:
        """Whether a day has more than any up to the first one from ``after`` on, beyond both errors."""
        known = self.day[self.day >= after]
        if not known.size:
            return False
        early = self.day <= known[0]
        late = self.there & ~early
        if not late.any():
            return False
        most = int(np.argmax(np.where(late, self.value, -np.inf)))
        before = int(np.argmax(np.where(early, self.value, -np.inf)))
        grown = self.value[most] - self.value[before]
        return bool(grown > _GROWN * math.hypot(self.sd[most], self.sd[before]))


def list_swelling_courses(table: Measurements) -> tuple[SwellingCourse, ...]:
    """Courses of a series' swellings, by region, of those that are swollen on some day.

    Parameters
    ----------
    table : Measurements
        One row per photo, with ``photo``, ``day`` and columns of swellings; without these there are none.
    """
    made = (part for each in _list_courses(table) for part in _split_episodes(each))
    return tuple(each for each in made if each.there.any())


def _split_episodes(course: SwellingCourse) -> Iterator[SwellingCourse]:
    """The course; one of each time that it swelled, where it had gone down in between."""
    there = course.there
    starts = find_returns(course.day, there, np.ones(len(there), dtype=bool))
    first = 0
    for end in [*starts, len(there)]:
        own = slice(first, end)
        yield replace(
            course,
            day=course.day[own],
            value=course.value[own],
            sd=course.sd[own],
            photos=course.photos[own],
        )
        first = int(np.flatnonzero(there[:end])[-1]) + 1 if there[:end].any() else end


def _list_courses(table: Measurements) -> Iterator[SwellingCourse]:
    for name in sorted(table.columns):
        found = _COLUMN.fullmatch(name)
        if found is not None:
            side = SIDES[SIDES.index(found["side"])]
            yield SwellingCourse(found["region"], side, *_by_day(table, name))


def _by_day(
    table: Measurements, name: str
) -> tuple[FloatArray, FloatArray, FloatArray, tuple[tuple[str, ...], ...]]:
    """Means of the days' photos; their errors are not taken for independent."""
    day = np.asarray(table["day"], dtype=np.float64)
    values = np.asarray(table[name], dtype=np.float64)
    errors = np.asarray(table[name.removesuffix("mm") + "sd_mm"], dtype=np.float64)
    known = np.isfinite(values) & np.isfinite(day)
    days = np.unique(day[known])
    rows = [known & (day == each) for each in days]
    names = np.asarray(table["photo"])
    return (
        days,
        np.array([values[each].mean() for each in rows]),
        np.array([np.nanmean(errors[each]) for each in rows]),
        tuple(tuple(names[each].tolist()) for each in rows),
    )
