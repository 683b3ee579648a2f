"""Days, phases after a treatment, and a patient's notes by day."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import FloatArray
from asymmetry.errors import InvalidInputError
from asymmetry.photos.dates import day_number
from asymmetry.photos.manifest import DiaryNote
from asymmetry.series.day_zero import DayZero
from asymmetry.series.treatments import days_in_course

__all__ = [
    "PEAK_DAY",
    "PHASES",
    "Entry",
    "Phase",
    "days_since",
    "phase_names",
    "timeline",
    "trend_days",
]


@dataclass(frozen=True)
class Phase:
    """A span of days after botulinum toxin, both ends included.

    Attributes
    ----------
    name : str
        The phase's name.
    first, last : float
        Days since the treatment.
    """

    name: str
    first: float
    last: float


#: Conventions, after the usual course: onset within days, full effect from the second to the fourth week,
#: wearing off after three months.
PHASES = (
    Phase("baseline", -np.inf, 0),
    Phase("early", 1, 6),
    Phase("developing", 7, 13),
    Phase("peak", 14, 30),
    Phase("plateau", 31, 90),
    Phase("wearing off", 91, 150),
    Phase("after", 151, np.inf),
)
#: From this day on the full effect is there, and a trend tells how it wears off.
PEAK_DAY = next(phase.first for phase in PHASES if phase.name == "peak")


@dataclass(frozen=True)
class Entry:
    """The photos and notes of one day.

    Attributes
    ----------
    day : float
        Day since day zero; NaN for photos and notes without a date.
    date : datetime.date or None
        The same as a date.
    phase : str
        Phase of the treatment; empty without one.
    photos : tuple of str
        Photos of that day.
    notes : tuple of DiaryNote
        The patient's notes of that day.
    """

    day: float
    date: date | None
    phase: str
    photos: tuple[str, ...] = ()
    notes: tuple[DiaryNote, ...] = ()


def days_since(start: date | None, days: Sequence[date | None]) -> FloatArray:
    """Days from a start; NaN where either is not known.

    Examples
    --------
    >>> days_since(date(2026, 3, 9), [date(2026, 3, 2), None]).tolist()
    [-7.0, nan]
    """
    counted = np.full(len(days), np.nan)
    for row, day in enumerate(days):
        if day and start:
            counted[row] = (day - start).days
    return counted


def trend_days(
    since: str | date | float | None, until: str | date | float | None, zero: DayZero
) -> tuple[float, float]:
    """The first and the last day that a trend counts: all, or those from the latest treatment's peak on."""
    first, last = -math.inf, math.inf
    if since is not None:
        first = _day_of("since", since, zero)
    elif zero.treated:
        first = PEAK_DAY + zero.latest_treatment
    if until is not None:
        last = _day_of("until", until, zero)
    return first, last


def _day_of(name: str, when: str | date | float, zero: DayZero) -> float:
    day = day_number(when, zero.day)
    if isinstance(day, str):
        raise InvalidInputError(f"{name}: {when!r} is no day; say a date or a day number")
    return day


def phase_names(day: npt.ArrayLike, treated: bool) -> npt.NDArray[np.str_]:
    """Phase of each day; empty where there was no treatment or the day is not known.

    Examples
    --------
    >>> phase_names([-3, 0, 1, 13, 14, np.nan], treated=True).tolist()
    ['baseline', 'baseline', 'early', 'developing', 'peak', '']
    """
    days = np.asarray(day, dtype=np.float64)
    inside = [treated & (days >= phase.first) & (days < phase.last + 1) for phase in PHASES]
    return np.select(inside, [np.array(phase.name) for phase in PHASES], default=np.array(""))


def timeline(
    day: FloatArray, photos: Sequence[str], notes: Sequence[DiaryNote], zero: DayZero
) -> tuple[Entry, ...]:
    """Photos and notes day by day, in order; those without a day come last.

    Parameters
    ----------
    day : ndarray, shape (n,)
        Day of each photo.
    photos : sequence of str
        Their names.
    notes : sequence of DiaryNote
        The patient's diary.
    zero : DayZero
        The day that days are counted from.

    Examples
    --------
    >>> (entry,) = timeline(np.array([2.0]), ["a.jpg"], [], DayZero(date(2026, 3, 9), treated=True))
    >>> entry.date, entry.phase, entry.photos
    (datetime.date(2026, 3, 11), 'early', ('a.jpg',))
    """
    shots: dict[float, list[str]] = defaultdict(list)
    texts: dict[float, list[DiaryNote]] = defaultdict(list)
    for when, photo in zip(_sortable(day), photos, strict=True):
        shots[when].append(photo)
    for when, note in zip(
        _sortable(days_since(zero.day, [note.date for note in notes])), notes, strict=True
    ):
        texts[when].append(note)
    days = sorted({*shots, *texts})
    phases = phase_names(days_in_course(days, zero.treatments), zero.treated)
    return tuple(
        _entry(when, zero.day, phase, shots[when], texts[when])
        for when, phase in zip(days, phases.tolist(), strict=True)
    )


def _sortable(days: FloatArray) -> list[float]:
    """The days, with infinity for those that are not known: they are one entry, and the last."""
    known: list[float] = np.nan_to_num(days, nan=np.inf, posinf=np.inf).tolist()
    return known


def _entry(
    day: float, start: date | None, phase: str, photos: Iterable[str], notes: Iterable[DiaryNote]
) -> Entry:
    when = None
    if math.isinf(day):
        day = math.nan
    elif start:
        when = start + timedelta(days=day)
    return Entry(day, when, phase, tuple(photos), tuple(notes))
