"""The days of a series that the report shows: before, the day of the largest change, and the latest one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from asymmetry.extract.judge.quality import FAULTS
from asymmetry.series import Change, Course, Finding, History
from asymmetry.series.finding import OF_SKIN

__all__ = [
    "Moment",
    "Story",
    "choose_stories",
    "find_peak",
    "find_poor",
    "has_peak",
    "rows_of",
    "strip_rows",
]

IntArray = npt.NDArray[np.intp]
Kind = Literal["before", "first", "worst", "near", "latest", "only"]
#: Faults that make a poor picture. A lid that droops over the pupil makes numbers doubtful, not the picture.
_FAULTS = {fault.code for fault in FAULTS.values()} | set(
    "head_turned head_pitched camera_near stretched face_cut covered corner_unclear glasses "
    "lids_behind_glasses small_photo".split()
)


@dataclass(frozen=True)
class Moment:
    """Some photos of one expression that stand for a time.

    Attributes
    ----------
    kind : {"before", "first", "worst", "near", "latest", "only"}
        The time, in the course of the series. First: the bruise or swelling is there already. Near: all
        photos of the worst day are poor.
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


@dataclass(frozen=True)
class Story:
    """The moments of one finding, in photos of its expression.

    Attributes
    ----------
    expression : str
        The expression in the photos.
    moments : tuple of Moment
        Before, worst and latest, as far as they are different days; a single one if there is one day.
    finding : Finding or None
        None where nothing changed, in the usual expression.
    """

    expression: str
    moments: tuple[Moment, ...]
    finding: Finding | None = None


def has_peak(change: Change) -> bool:
    """Whether a day in between was beyond measurement error, and the latest is not, or is far from it."""
    if not change.span:
        return False
    return not change.beyond or abs(change.farthest - change.change) > change.limit


def find_peak(change: Change, course: Course) -> tuple[float, float]:
    """The largest change of the days in a row on which it was called, and its day, as findings tell it.

    `Change.farthest` is of the day that stands out most beside its error, as one with several photos does.

    Parameters
    ----------
    change : Change
        A change that `has_peak`.
    course : Course
        The difference that it is of.
    """
    first, last = change.span
    there = (course.day >= first) & (course.day <= last)
    apart = np.where(there, course.value - change.before, 0.0)
    most = int(np.argmax(np.abs(apart)))
    return float(apart[most]), float(course.day[most])


def choose_stories(series: History) -> tuple[Story, ...]:
    """Choose the moments of each finding; the first of several in one expression stands for them all.

    Parameters
    ----------
    series : History
        The series.

    Returns
    -------
    tuple of Story
        Without findings the moments of the usual expression; none if no photo has a day.
    """
    first = {each.expression: each for each in reversed(series.findings)}
    chosen = [each for each in series.findings if first[each.expression] is each]
    made = [
        Story(each.expression, _moments(series, each.expression, each), each) for each in chosen
    ]
    found = tuple(story for story in made if story.moments)
    if found:
        return found
    moments = _moments(series, series.usual)
    return (Story(series.usual, moments),) if moments else ()


def _moments(
    series: History, expression: str, finding: Finding | None = None
) -> tuple[Moment, ...]:
    """Before, worst and latest of a finding in photos of its expression."""
    day, rows = series.static["day"], rows_of(series, expression)
    days = np.unique(day[rows])
    if not len(days):
        return ()
    if len(days) == 1:
        return (Moment("only", float(days[0]), rows),)
    old = rows[day[rows] == days[0]]
    if series.treated and days[0] <= 0 < days[-1]:
        old = rows[day[rows] <= 0]
    if finding is not None and (day[old] < finding.days.first).any():
        old = old[day[old] < finding.days.first]
    old = old[np.argsort(~find_poor(series)[old], kind="stable")]
    there = finding is not None and finding.kind in OF_SKIN and day[old[-1]] >= finding.days.first
    found = [Moment("first" if there else "before", float(day[old[-1]]), old)]
    if finding is not None:
        worst = _worst_day(series, rows, finding)
        if worst not in (*day[old], days[-1]):
            kind: Kind = "worst" if worst == finding.days.worst else "near"
            found.append(Moment(kind, worst, rows[day[rows] == worst]))
    return (*found, Moment("latest", float(days[-1]), rows[day[rows] == days[-1]]))


def _worst_day(series: History, rows: IntArray, finding: Finding) -> float:
    """The worst day, or of the days of the change the nearest with a photo in which nothing is wrong."""
    days, good = series.static["day"][rows], ~find_poor(series)[rows]
    called = (days >= finding.days.first) & (days <= finding.days.last)
    for among in (good & (days == finding.days.worst), good & called, called):
        if among.any():
            return float(min(days[among], key=lambda day: abs(day - finding.days.worst)))
    return float("nan")


def find_poor(series: History) -> npt.NDArray[np.bool_]:
    """Which photos are poor pictures: blurred, in bad light, of a turned or covered head, and the like."""
    return np.array(
        [any(note.code in _FAULTS for note in row) for row in series.landmarks.notes], dtype=bool
    )


def rows_of(series: History, expression: str) -> IntArray:
    """Rows of photos of one expression that were measured and have a day.

    They are in order of days, and those of one day in that of their quality: the last one is the best.
    """
    static = series.static
    known = np.isfinite(static["day"]) & np.isfinite(static["mm_per_px"])
    rows = np.flatnonzero(series.landmarks.usable & known & (static["expression"] == expression))
    found: IntArray = rows[np.lexsort((rows, ~find_poor(series)[rows], static["day"][rows]))]
    return found


def strip_rows(series: History, expression: str, wanted: Iterable[Moment], most: int) -> IntArray:
    """One photo of each day for a film strip; if there are many days, some at even steps and the moments.

    Parameters
    ----------
    series : History
        The series.
    expression : str
        The expression in the photos.
    wanted : iterable of Moment
        Moments whose photos have to be among them.
    most : int
        Limit of the number of days beside those.
    """
    days = series.static["day"]
    best = {float(days[row]): row for row in rows_of(series, expression).tolist()}
    rows = np.array(list(best.values()), dtype=np.intp)
    if len(rows) <= most:
        return rows
    steps = np.linspace(0, len(rows) - 1, most).round().astype(np.intp)
    extra = [moment.row for moment in wanted]
    chosen = np.union1d(rows[np.unique(steps)], np.array(extra, dtype=np.intp))
    found: IntArray = chosen[np.argsort(days[chosen], kind="stable")]
    return found
