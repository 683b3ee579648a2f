"""Bruises and swellings over days: the largest, how it is now, and when it was gone."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from asymmetry.core.notes import Note
from asymmetry.core.records import Told
from asymmetry.core.schemes import Side
from asymmetry.core.table import Measurements

__all__ = ["LEAST", "SkinCourse", "SkinFinding", "list_skin_courses", "list_skin_findings"]

FloatArray = npt.NDArray[np.float64]
Kind: TypeAlias = Literal["bruise", "swelling"]

#: What is taken for nothing though it is beyond its error: area of a bruise, mm², below which photos without
#: one read in 93 of 100 (docs/tables), and a swelling that nobody sees, mm.
LEAST: Mapping[Kind, float] = {"bruise": 20.0, "swelling": 0.3}
# Something is there, and has grown, where it is beyond so many standard deviations.
_LIMIT = 2.0
_COLUMN = re.compile(
    r"(?P<kind>bruise_area|swelling)_(?:(?P<region>\w+?)_)?(?P<side>right|left)_(?P<unit>mm2?)"
)


@dataclass(frozen=True, eq=False)
class SkinCourse:
    """One region of one side over days; days without a reading are left out.

    Attributes
    ----------
    kind : {"bruise", "swelling"}
        What it is about.
    region : str
        Such as ``"cheek"``; empty for the whole side.
    side : {"right", "left"}
        The patient's own.
    day, value, sd : ndarray, shape (n,)
        Days in order, their mean readings, mm² or mm, and standard deviations.
    photos : tuple of tuple of str
        The photos of each day.
    """

    kind: Kind
    region: str
    side: Side
    day: FloatArray = field(repr=False)
    value: FloatArray = field(repr=False)
    sd: FloatArray = field(repr=False)
    photos: tuple[tuple[str, ...], ...] = field(repr=False, default=())

    @property
    def there(self) -> npt.NDArray[np.bool_]:
        """The days on which something is there: beyond its error, and more than `LEAST`."""
        return np.asarray(self.value > np.maximum(_LIMIT * self.sd, LEAST[self.kind]))

    def has_grown(self, after: float) -> bool:
        """Whether a day later than that one has more than any day up to it, beyond both errors."""
        late = self.there & (self.day > after)
        early = self.day <= after
        if not late.any() or not early.any():
            return False
        most = int(np.argmax(np.where(late, self.value, -np.inf)))
        before = int(np.argmax(np.where(early, self.value, -np.inf)))
        grown = self.value[most] - self.value[before]
        return bool(grown > _LIMIT * math.hypot(self.sd[most], self.sd[before]))


@dataclass(frozen=True)
class SkinFinding(Told):
    """A bruise or a swelling, as data.

    Attributes
    ----------
    kind, region, side
        As of `SkinCourse`.
    first, worst, last, latest : float
        The days: on which it is seen first, is largest, is seen last; and the latest day that tells.
    gone : float
        The first day after the last one that shows it no more; NaN while it lasts. It went between both.
    most, now, sd : float
        Its size on the worst day, and on the latest; the standard deviation of the first of them.
    photos : tuple of str
        Of the worst day.
    """

    kind: Kind
    region: str
    side: Side
    first: float
    worst: float
    last: float
    latest: float
    gone: float
    most: float
    now: float
    sd: float
    photos: tuple[str, ...] = field(default=(), repr=False)
    derived: ClassVar[tuple[str, ...]] = ("words",)

    @property
    def note(self) -> Note:
        """It, to be told."""
        if math.isnan(self.gone):
            return self._tell_lasting(now=self.now, latest=self.latest, **self._where)
        if self.kind == "bruise":
            return Note("bruise_gone", gone=self.gone, **self._where)
        return Note("swelling_gone", gone=self.gone, **self._where)

    @property
    def growing(self) -> Note:
        """That it grew up to its worst day, to be told."""
        if self.kind == "bruise":
            return Note("bruise_grows", **self._where)
        return Note("swelling_grows", **self._where)

    def _tell_lasting(self, **values: str | float) -> Note:
        if self.kind == "bruise":
            return Note("bruise_lasts", **values)
        return Note("swelling_lasts", **values)

    @property
    def _where(self) -> dict[str, str | float]:
        """Its place and its size on the worst day."""
        region = self.region or "side"
        return {"side": self.side, "region": region, "most": self.most, "day": self.worst}

    @property
    def words(self) -> str:
        """It in English."""
        return str(self.note)


def list_skin_courses(table: Measurements) -> tuple[SkinCourse, ...]:
    """Courses of the skin's columns in a series' table: bruises first, each region by its right side first.

    Parameters
    ----------
    table : Measurements
        One row per photo, with ``photo``, ``day`` and columns of bruises and swellings; without these there
        are no courses.
    """
    return tuple(_list_courses(table))


def _list_courses(table: Measurements) -> Iterator[SkinCourse]:
    for name in sorted(table.columns):
        found = _COLUMN.fullmatch(name)
        if found is None:
            continue
        kind: Kind = "swelling" if found["kind"] == "swelling" else "bruise"
        side: Side = "right" if found["side"] == "right" else "left"
        sd = name.removesuffix(found["unit"]) + f"sd_{found['unit']}"
        errors = table[sd] if sd in table.columns else np.zeros(table.rows)
        day, value, error, photos = _by_day(table, name, np.asarray(errors, dtype=np.float64))
        if len(day):
            yield SkinCourse(kind, found["region"] or "", side, day, value, error, photos)


def _by_day(
    table: Measurements, name: str, errors: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, tuple[tuple[str, ...], ...]]:
    """Means of the days' photos; their errors are not taken for independent."""
    day = np.asarray(table["day"], dtype=np.float64)
    values = np.asarray(table[name], dtype=np.float64)
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


def list_skin_findings(courses: tuple[SkinCourse, ...]) -> tuple[SkinFinding, ...]:
    """Bruises and swellings that are there on some day, those first that still are.

    A whole side is told where none of its regions is.
    """
    found = [each for course in courses for each in _find(course)]
    named = {(each.kind, each.side) for each in found if each.region}
    told = [each for each in found if each.region or (each.kind, each.side) not in named]
    return tuple(sorted(told, key=lambda each: (not math.isnan(each.gone), each.kind, -each.most)))


def _find(course: SkinCourse) -> Iterator[SkinFinding]:
    there = np.flatnonzero(course.there)
    if not there.size:
        return
    last = int(there[-1])
    most = int(there[np.argmax(course.value[there])])
    after = course.day[last + 1 :]
    yield SkinFinding(
        kind=course.kind,
        region=course.region,
        side=course.side,
        first=float(course.day[there[0]]),
        worst=float(course.day[most]),
        last=float(course.day[last]),
        latest=float(course.day[-1]),
        gone=float(after[0]) if after.size else math.nan,
        most=float(course.value[most]),
        now=float(course.value[-1]),
        sd=float(course.sd[most]),
        photos=course.photos[most],
    )
