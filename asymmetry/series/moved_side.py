"""The side that moved: a change of left-right difference as that of one side, of both, or of neither more."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from asymmetry.core.arrays import FloatArray, Mask
from asymmetry.core.notes import Note
from asymmetry.core.schemes import Side
from asymmetry.metrics.headline import HEADLINES
from asymmetry.series.both_sides import BOTH_HEIGHTS, find_lost_days
from asymmetry.series.change import Change, Sides
from asymmetry.series.comparison import Compared
from asymmetry.series.course import Course
from asymmetry.series.finding import Subject
from asymmetry.series.recovery import Recovery, recovery

__all__ = ["SIGN", "Moved", "choose_farther", "choose_moves"]

#: The other side counts as moved too if it moved the same way by this part of the side that moved farther.
BOTH = 0.5
#: Sides that went away from each other by less unequal parts than this are told as such.
APART = 0.9
#: A side's movement whose size differs by this part from the difference's is told as relative to the other's.
_OTHER_SIZE = 0.25
_OF_PHOTOS = frozenset(
    ("head_turned_more", "eyes_looked_more", "face_larger", "face_smaller", "one_session")
)
#: By which the difference, right minus left, is multiplied to be the change of a side.
SIGN: Mapping[str, int] = MappingProxyType({"right": 1, "left": -1})


class Moved(NamedTuple):
    """A change of one side or both, by day: its size, on which days it is called, and from where."""

    side: Subject
    side_sure: float
    day: FloatArray
    change: FloatArray
    called: Mask
    before: float
    now: float
    #: The measurement error of each day's change.
    errors: FloatArray
    df: float
    photos: tuple[tuple[str, ...], ...]
    photos_before: tuple[str, ...]
    #: Cautions and possible explanations of its latest day, and of the day that stands out most.
    notes: tuple[Note, ...]
    notes_farthest: tuple[Note, ...]
    farthest_day: float
    back: Recovery
    #: Whether the side's own change is another than the difference's, which is told as its.
    relative: bool = False
    #: Whether the other side moved the same way, and that of both is told as well.
    with_other: bool = False


def choose_moves(sides: Sides, change: Change | None, both: Compared | None) -> list[Moved]:
    """The changes that are told: of one side by the difference, a way each, or of both by their mean.

    Parameters
    ----------
    sides : Sides
        A metric over days.
    change : Change or None
        That of its difference.
    both : Compared or None
        The mean of both sides against its reference.
    """
    asked = sides.headline not in HEADLINES or sides.headline.metric in BOTH_HEIGHTS
    if change is not None and change.days_beyond:
        seen = asked and both is not None and bool(both.days_beyond)
        found = [_of_side(sides, change, both, days, seen) for days in _split_days(sides, change)]
        if both is not None and any(each.with_other for each in found):
            return [*_split_ways(_of_both(both, both.beyond_mask, change)), *found]
        return found
    if both is None or not asked:
        return []
    if both.days_beyond:
        return _split_ways(_of_both(both, both.beyond_mask, change))
    lost = find_lost_days(both)
    if sides.headline in HEADLINES or not lost.any():
        return []
    return _split_ways(_of_both(both, lost, change))


def _split_days(sides: Sides, change: Change) -> list[FloatArray]:
    """The days on which the difference is called; in two where it went beyond its error both ways."""
    called = np.isin(sides.diff.day, change.days_beyond)
    errors = np.array(change.errors)
    ways = _find_ways(sides.diff.value - change.before, called, errors)
    return [sides.diff.day[way] for way in ways]


def _find_ways(change: FloatArray, called: Mask, errors: FloatArray) -> list[Mask]:
    """The days on which a change is called; those of either way where it went beyond its error both ways."""
    ways = [called & (change < 0), called & (change > 0)]
    if all((way & (np.abs(change) > errors)).any() for way in ways):
        return ways
    return [called]


def _of_side(
    sides: Sides, change: Change, both: Compared | None, days: FloatArray, seen: bool
) -> Moved:
    """The change of some days as that of the side that moved then, or moved farther."""
    right = _mean_change(sides.right, change.right.before, days)
    left = _mean_change(sides.left, change.left.before, days)
    subject = _subject(right, left)
    with_other = subject == "both" and seen
    if subject == "both":
        subject = choose_farther(right, left)
    sure = _side_sure((right + left) / 2, right - left, both)
    made = _of_difference(subject, change, sides, sure)
    own = {"right": right, "left": left}.get(subject)
    if own is not None:
        relative = with_other or _is_relative(made, own, change, days)
        made = made._replace(relative=relative, with_other=with_other)
    if len(days) < len(change.days_beyond):
        return made._replace(called=np.isin(sides.diff.day, days), back=_one_way(made))
    return made


def _is_relative(moved: Moved, own: float, change: Change, days: FloatArray) -> bool:
    """Whether a side's own change is plainly of another size than the difference's, which is told as its.

    Heights of one side lean on the head's pitch, movements on effort: the former have to differ beyond that
    error, the latter by a part of the change, as that the difference is free of effort is why it is told.
    """
    size = float(moved.change[np.isin(moved.day, days)].mean())
    least = _OTHER_SIZE * abs(size)
    if change.headline in HEADLINES:
        least = {"right": change.right, "left": change.left}[moved.side].mdc95
    return bool(abs(own - size) > np.fmax(change.mdc95, least))


def _side_sure(mean: float, diff: float, both: Compared | None) -> float:
    """Probability that it was this side and not the other, by how far the mean of both sides moved.

    It moves by half of the difference, up or down, whichever side moved, and by as much as the head's pitch
    and the like move both.
    """
    if both is None or both.looks is None:
        return math.nan
    error = both.mdc95 / float(both.looks.quantile[-1])
    return 1 / (1 + math.exp(-abs(mean * diff) / error**2))


def _subject(right: float, left: float) -> Subject:
    """The side that moved: the one that changed more, unless the other did nearly the same."""
    if not math.isfinite(right * left):
        return "apart"
    part = min(abs(right), abs(left)) / max(abs(right), abs(left))
    if right * left > 0 and part >= BOTH:
        return "both"
    if right * left < 0 and part >= APART:
        return "apart"
    return choose_farther(right, left)


def choose_farther(right: float, left: float) -> Side:
    """The side that changed more."""
    if abs(right) >= abs(left):
        return "right"
    return "left"


def _mean_change(course: Course, before: float, days: FloatArray) -> float:
    return float(course.value[np.isin(course.day, days)].mean()) - before


def _of_difference(subject: Subject, change: Change, sides: Sides, sure: float) -> Moved:
    """One side's change as that of the difference, which a pitched head leaves alone."""
    sign = SIGN.get(subject, 1)
    before = change.before
    if subject != "apart":
        before = float(getattr(change, subject).before)
    return Moved(
        side=subject,
        side_sure=sure,
        day=sides.diff.day,
        change=sign * (sides.diff.value - change.before),
        called=np.isin(sides.diff.day, change.days_beyond),
        before=before,
        now=sign * change.change,
        errors=np.array(change.errors),
        df=change.error.df,
        photos=sides.diff.photos,
        photos_before=change.photos_before,
        notes=change.notes,
        notes_farthest=change.notes_farthest,
        farthest_day=change.farthest_day,
        back=recovery(sides.diff, change.since),
    )


def _of_both(both: Compared, called: Mask, change: Change | None) -> Moved:
    course, far = both.course, both.farthest
    latest, farthest = (change.notes, change.notes_farthest) if change else ((), ())
    same = change is not None and change.farthest_day == course.day[far]
    return Moved(
        side="both",
        side_sure=1.0,
        day=course.day,
        change=course.value - both.before,
        called=called,
        before=both.before,
        now=float(course.value[-1]) - both.before,
        errors=np.array(both.errors),
        df=both.error.df,
        photos=course.photos,
        photos_before=both.photos,
        notes=(*both.notes_on(-1), *_of_photos(latest)),
        notes_farthest=(
            *both.notes_on(far),
            *_of_photos(farthest if same else [each for each in latest if each in farthest]),
        ),
        farthest_day=float(course.day[far]),
        back=recovery(course, both.since),
    )


def _of_photos(notes: Iterable[Note]) -> Iterator[Note]:
    """Those of a difference's notes that hold for both sides: how the photos were taken, and how often."""
    return (each for each in notes if each.code in _OF_PHOTOS)


def _split_ways(moved: Moved) -> list[Moved]:
    """The change; two of them where it went beyond its error both ways."""
    ways = _find_ways(moved.change, moved.called, moved.errors)
    if len(ways) == 1:
        return [moved]
    return [moved._replace(called=way, back=_one_way(moved)) for way in ways]


def _one_way(moved: Moved) -> Recovery:
    """No recovery: that of a change both ways is not that of either."""
    return Recovery(moved.back.column)
