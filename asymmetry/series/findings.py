"""Findings of a series as data: which part of which side changed, how far, when, and how it is now.

A side is compared with its own former self, so the side that moved is the one that a finding is about. It is
called better only where it came nearer to the healthy side; how even both sides are is another question.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import FloatArray, Mask
from asymmetry.core.distributions import t_quantile
from asymmetry.core.notes import Note
from asymmetry.core.schemes import SIDES, Side
from asymmetry.metrics.headline import HEADLINES, MOVEMENT_HEADLINES
from asymmetry.series.both_sides import WEAK, compare_both
from asymmetry.series.change import Change, Sides
from asymmetry.series.course import Course
from asymmetry.series.finding import SURE_SIDE, Days, Finding, Kind, is_moved_by
from asymmetry.series.latest import latest_days, mean_of_days
from asymmetry.series.moved_side import SIGN, Moved, choose_farther, choose_moves

__all__ = ["list_findings"]

Rows = npt.NDArray[np.intp]

#: A movement of the affected side below this part of the other side's is weak; of a side that nobody named,
#: below `WEAK`. Of 16 healthy smiles 12 reach 0.8 and more, and two, of tuning people, 0.73.
WEAK_AFFECTED = 0.75
#: mm between the lids of a closed eye from which on a gap is told: closed lids of photos and of renders read
#: less (``docs/tables/closed_lids.md``, ``rendered_lids.md``).
GAP_MM = 2.0
#: How much more than the other an eye closes in a smile from which on that is told, percent.
SYNKINESIS_PCT = 20.0
#: Changes that stay and may seem to come back, of all.
_SEEMING = 0.05

#: Names of a measure that is less, and of one that is more. Of movements it is weaker and stronger.
_KINDS: Mapping[str, tuple[Kind, Kind]] = MappingProxyType(
    {
        "brow_height": ("lower", "higher"),
        "mrd1": ("lower", "higher"),
        "fissure_height": ("narrower", "wider"),
        "commissure_height": ("lower", "higher"),
        "synkinesis": ("less synkinesis", "synkinesis"),
    }
)
_OTHER: Mapping[Side, Side] = MappingProxyType({"right": "left", "left": "right"})
_MOVEMENT: tuple[Kind, Kind] = ("weaker", "stronger")
#: A finding of the first is not told beside one of the second of the same side: it is the same event.
_SAME_EVENT: Mapping[tuple[str, Kind], tuple[str, Kind]] = MappingProxyType(
    {
        ("fissure_height", "narrower"): ("mrd1", "lower"),
        ("fissure_height", "wider"): ("mrd1", "higher"),
        ("eye_closure", "weaker"): ("residual_gap", "gap"),
        ("eye_closure", "weaker than other side"): ("residual_gap", "gap"),
    }
)


def list_findings(
    changes: Iterable[Change],
    followed: Sequence[Sides],
    treated: bool,
    affected: Side | None = None,
) -> tuple[Finding, ...]:
    """The findings of a series: changes of a side against itself, and weak movements against the other side.

    Parameters
    ----------
    changes : iterable of Change
        Of a series, against its baseline.
    followed : sequence of Sides
        Its headline metrics over days.
    treated : bool
        Whether days count from a treatment.
    affected : {"right", "left"}, optional
        The patient's side that is ill or treated.

    Returns
    -------
    tuple of Finding
        Those that last first, and of these the surest.

    Examples
    --------
    >>> list_findings((), (), treated=True)
    ()
    """
    known = {(each.column, each.expression): each for each in changes}
    after = 0.0 if treated else -math.inf
    moving = sum(each.headline not in HEADLINES for each in followed)
    movements = {
        sides.diff.expression
        for sides in followed
        if sides.headline in MOVEMENT_HEADLINES.values()
        and (sides.diff.column, sides.diff.expression) in known
    }
    made: list[Finding] = []
    for sides in followed:
        expression = sides.diff.expression
        both = compare_both(sides, treated, moving)
        change = known.get((sides.diff.column, expression))
        if sides.headline.metric != "residual_gap":  # its size is told, not its change
            moves = choose_moves(sides, change, both)
            if expression in movements and is_moved_by(sides.headline.metric, expression):
                moves = []  # its movement tells it
            made += [_tell(each, sides, change, affected) for each in moves]
        made += [*_find_gaps(sides, after), *_find_synkinesis(sides, after)]
    told = {(each.part, each.side) for each in made if each.kind != "stronger" and not each.passed}
    weak = [each for sides in followed for each in _find_weak_sides(sides, affected, after)]
    made += [each for each in weak if (each.part, each.side) not in told]
    return tuple(_drop_same_events(_in_order(made)))


def _tell(moved: Moved, sides: Sides, change: Change | None, affected: Side | None) -> Finding:
    """A change as a finding: the latest days in a row on which it is called."""
    headline = sides.headline
    episode, earlier = _latest_episode(moved)
    worst = int(np.argmax(np.where(episode, np.abs(moved.change), -1)))
    size, called = float(moved.change[worst]), moved.day[episode]
    regained = math.nan
    if worst < len(moved.day) - 1:
        regained = _part_regained(size, moved.now, _least_back(moved, worst))
    certain = moved.back.certain and not math.isnan(regained)
    found = Finding(
        kind=_KINDS.get(headline.metric, _MOVEMENT)[int(size > 0)],
        part=headline.name,
        side=moved.side,
        measure=headline.metric,
        expression=sides.diff.expression,
        unit=headline.unit,
        before=moved.before,
        worst=moved.before + size,
        now=moved.before + moved.now,
        regained=min(regained, 1.0),
        back=moved.back if certain else None,
        error=float(moved.errors[-1]),
        worst_error=float(moved.errors[worst]),
        side_sure=moved.side_sure,
        noticeable=_noticeable_days(moved, sides, episode),
        days=Days(
            float(called[0]), float(moved.day[worst]), float(called[-1]), float(moved.day[-1])
        ),
        better=size > 0 and _is_better(moved, sides, change, affected),
        relative=moved.relative,
        photos=(moved.photos_before, moved.photos[worst], moved.photos[-1]),
    )
    cautions = _cautions(moved, sides), _tell_earlier(moved, earlier, worst, headline.unit)
    return replace(found, notes=(*_notes(moved, found), *itertools.chain(*cautions)))


def _notes(moved: Moved, found: Finding) -> tuple[Note, ...]:
    """Notes on the days whose readings the finding tells: the worst, the latest one, or both."""
    worst = moved.notes_farthest
    if found.days.worst != moved.farthest_day:
        worst = tuple(each for each in worst if each in moved.notes)  # of any day
    if found.passed and not found.uncertain_now:
        return worst
    if found.passed or found.regained > 0:
        return tuple(dict.fromkeys((*worst, *moved.notes)))
    return moved.notes


def _cautions(moved: Moved, sides: Sides) -> Iterator[Note]:
    """A caution that it may have been the other side."""
    if moved.side in SIDES and moved.side_sure < SURE_SIDE:
        unsure = {"side": moved.side, "share": moved.side_sure}
        if sides.headline in HEADLINES:
            yield Note("side_unsure", **unsure)
        else:
            yield Note("side_unsure_effort", **unsure)


def _tell_earlier(moved: Moved, earlier: Sequence[Rows], worst: int, unit: str) -> Iterator[Note]:
    """That it was so on earlier days already, and when it was larger then, beyond error."""
    if not earlier:
        return
    rows = np.concatenate(earlier)
    first, last = moved.day[rows[[0, -1]]].tolist()
    if len(earlier) > 1:
        yield Note("so_before_often", times=len(earlier), first=first, last=last)
    elif len(rows) > 1:
        yield Note("so_before", first=first, last=last)
    else:
        yield Note("so_before_once", day=first)
    size = np.abs(moved.change)
    largest = rows[np.argmax(size[rows])]
    if size[largest] - size[worst] > math.hypot(*moved.errors[[largest, worst]]):
        mm, day = float(size[largest]), float(moved.day[largest])
        yield Note("larger_before", mm=mm, unit=unit, day=day)


def _latest_episode(moved: Moved) -> tuple[Mask, list[Rows]]:
    """The latest days in a row on which it is called as at its worst, and the days in a row before these.

    A change that passed and came again is two: a "since" counts from the latter's beginning.
    """
    most = int(np.argmax(np.where(moved.called, np.abs(moved.change), -1)))
    same = moved.called & (moved.change * moved.change[most] > 0)
    runs = np.split(np.flatnonzero(same), np.flatnonzero(np.diff(np.flatnonzero(same)) > 1) + 1)
    episode = np.zeros(len(same), dtype=bool)
    episode[runs[-1]] = True
    return episode, runs[:-1]


def _noticeable_days(moved: Moved, sides: Sides, episode: Mask) -> tuple[float, ...]:
    """First and last day of it on which a bystander would notice a difference that it made; empty if none."""
    if moved.side == "both":  # studies of bystanders are about differences
        return ()
    visible = sides.headline.visible
    there = zip(moved.change.tolist(), sides.diff.value.tolist(), strict=True)
    seen = moved.day[episode & [visible(change) and visible(diff) for change, diff in there]]
    return (float(seen[0]), float(seen[-1])) if len(seen) else ()


def _least_back(moved: Moved, worst: int) -> float:
    """How far a change has to come back for that to be told: 5 % of changes that stay seem to come so far.

    The worst of many days is farther off than the others by chance, the more so the more days there are
    (Bonferroni). Two days are compared, each with the error of one.
    """
    days = max(int(moved.called.sum()), 1)
    times = t_quantile(moved.df, 1 - _SEEMING / days) / t_quantile(moved.df)
    return math.hypot(*moved.errors[[worst, -1]]) * float(times)


def _part_regained(worst: float, now: float, error: float) -> float:
    """The part of the way back from the worst; NaN where it is within the error of a comparison."""
    if abs(worst - now) <= error or worst * (worst - now) < 0:
        return math.nan
    return 1 - now / worst


def _is_better(moved: Moved, sides: Sides, change: Change | None, affected: Side | None) -> bool:
    """Whether the affected side's movement, the weaker one before, came nearer to the other side's."""
    movement = sides.headline in MOVEMENT_HEADLINES.values()
    if affected is None or moved.side != affected or change is None or not movement:
        return False
    ill, healthy = change.right, change.left
    if affected == "left":
        ill, healthy = healthy, ill
    return (
        ill.before < healthy.before and abs(ill.after - healthy.after) < healthy.before - ill.before
    )


def _find_weak_sides(sides: Sides, affected: Side | None, after: float) -> Iterator[Finding]:
    """A movement that is weaker than the other side's on the latest visits."""
    if sides.headline not in MOVEMENT_HEADLINES.values() or not len(sides.diff):
        return
    days = latest_days(sides.diff, after)
    diff, error = mean_of_days(sides.diff, days)
    means = {side: mean_of_days(getattr(sides, side), days)[0] for side in SIDES}
    for side in SIDES:
        least = WEAK
        if side == affected:
            least = WEAK_AFFECTED
        now, healthy = means[side], means[_OTHER[side]]
        if -SIGN[side] * diff > error and healthy > 0 and now < least * healthy:
            sizes = (healthy, now, now, error)
            state = _Latest("weaker than other side", side, sides.diff, days)
            yield _of_latest(state, sides, -1, sizes)


def _find_gaps(sides: Sides, after: float) -> Iterator[Finding]:
    """Eyes that stayed open on the latest visits though they were to be closed."""
    if sides.headline.metric != "residual_gap" or not len(sides.diff):
        return
    for side in SIDES:
        course: Course = getattr(sides, side)
        days = latest_days(course, after)
        gap, error = mean_of_days(course, days)
        if gap > GAP_MM:
            worst = int(np.argmax(course.value))
            sizes = (0.0, float(course.value[worst]), gap, error)
            yield _of_latest(_Latest("gap", side, course, days), sides, worst, sizes)


def _find_synkinesis(sides: Sides, after: float) -> Iterator[Finding]:
    """An eye that closes with the smile more than the other, on the latest visits."""
    if sides.headline.metric != "synkinesis" or not len(sides.diff):
        return
    days = latest_days(sides.diff, after)
    diff, error = mean_of_days(sides.diff, days)
    side = choose_farther(max(diff, 0), min(diff, 0))
    own = max(mean_of_days(getattr(sides, side), days)[0], 0.0)
    other = max(mean_of_days(getattr(sides, _OTHER[side]), days)[0], 0.0)
    if abs(diff) > error and own - other > SYNKINESIS_PCT:
        sizes = (other, own, own, error)
        yield _of_latest(_Latest("synkinesis", side, sides.diff, days), sides, -1, sizes)


class _Latest(NamedTuple):
    """A state of the latest visits: of which side, and the course and the days that tell it."""

    kind: Kind
    side: Side
    course: Course
    days: FloatArray


def _of_latest(
    state: _Latest, sides: Sides, worst: int, sizes: tuple[float, float, float, float]
) -> Finding:
    """A state as a finding, with no baseline of its own; sizes are before, worst, now and error."""
    day, photos = state.course.day, state.course.photos
    before, at_worst, now, error = sizes
    latest = float(day[-1])
    return Finding(
        kind=state.kind,
        part=sides.headline.name,
        side=state.side,
        measure=sides.headline.metric,
        expression=sides.diff.expression,
        unit=sides.headline.unit,
        before=before,
        worst=at_worst,
        now=now,
        regained=_part_regained(at_worst - before, now - before, error),
        error=error,
        noticeable=(),
        days=Days(float(state.days[0]), float(day[worst]), latest, latest),
        photos=((), photos[worst], photos[-1]),
    )


def _in_order(made: Sequence[Finding]) -> list[Finding]:
    """Sort findings: those that last first, then the surest; one side comes after both."""
    alike = {(each.part, each.expression, each.passed) for each in made if each.side == "both"}

    def place(each: Finding) -> tuple[bool, bool, float]:
        after = each.side in SIDES and (each.part, each.expression, each.passed) in alike
        return each.passed, after, -each.sure

    return sorted(made, key=place)


def _drop_same_events(made: Sequence[Finding]) -> list[Finding]:
    """Drop findings that tell the same event twice; a lasting one and one that passed are two events."""
    there: dict[tuple[str, Kind, Any, bool], Finding] = {}
    for each in made:
        there.setdefault((each.measure, each.kind, each.side, each.passed), each)
    return [each for each in there.values() if not _is_twin(each, there)]


def _is_twin(each: Finding, there: Mapping[tuple[str, Kind, Any, bool], Finding]) -> bool:
    """Whether another finding tells the same event, and all of it."""
    kind = _SAME_EVENT.get((each.measure, each.kind))
    if kind is None:
        return False
    keys = [(*kind, each.side, passed) for passed in {False, each.passed}]
    twins = [there[key] for key in keys if key in there]
    if each.measure != "fissure_height":
        return bool(twins)
    size = abs(each.worst - each.before)  # the lower lid may have moved as well
    return any(size <= abs(one.worst - one.before) + one.error for one in twins)
