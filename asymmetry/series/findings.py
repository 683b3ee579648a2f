"""Findings of a series as data: which part of which side changed, how far, when, and how it is now.

A side is compared with its own former self, so the side that moved is the one that a finding is about. It is
called better only where it came nearer to the healthy side; how even both sides are is another question.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from asymmetry.core.distributions import t_quantile
from asymmetry.core.notes import Note
from asymmetry.core.schemes import SIDES, Side
from asymmetry.metrics.headline import HEADLINES, MOVEMENT_HEADLINES
from asymmetry.series.both_sides import WEAK, compare_both
from asymmetry.series.change import Change, Sides
from asymmetry.series.course import Course
from asymmetry.series.finding import Days, Finding, Kind
from asymmetry.series.moved_side import SIGN, Moved, choose_farther, choose_moves
from asymmetry.series.trend import VISITS

__all__ = ["list_findings", "mean_of_latest"]

#: A movement of the affected side below this part of the other side's is weak; of a side that nobody named,
#: below `WEAK`. Healthy sides reach 0.8 and more of each other.
WEAK_AFFECTED = 0.75
#: mm between the lids of a closed eye from which on a gap is told: closed lids of photos and of renders read
#: less (``docs/tables/closed_lids.md``, ``rendered_lids.md``).
GAP_MM = 2.0
#: How much more than the other an eye closes in a smile from which on that is told, percent.
SYNKINESIS_PCT = 20.0
#: A side that is less probable than this is told with a caution.
_SURE_SIDE = 0.9
#: Changes that stay and may seem to come back, of all.
_SEEMING = 0.05
#: Error that one of a hundred comparisons exceeds.
_RARE = 0.01

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
_SAME_EVENT = (("fissure_height", "mrd1"), ("eye_closure", "residual_gap"))


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
    moving = sum(each.headline not in HEADLINES for each in followed)
    made: list[Finding] = []
    for sides in followed:
        both = compare_both(sides, treated, moving)
        change = known.get((sides.diff.column, sides.diff.expression))
        if sides.headline.metric != "residual_gap":  # its size is told, not its change
            made += [_tell(each, sides, affected) for each in choose_moves(sides, change, both)]
        made += [*_find_gaps(sides), *_find_synkinesis(sides)]
    told = {(each.part, side) for each in made for side in each.sides if each.kind != "stronger"}
    weak = [each for sides in followed for each in _find_weak_sides(sides, affected)]
    made += [each for each in weak if (each.part, each.side) not in told]
    return tuple(sorted(_drop_same_events(made), key=lambda each: (each.passed, -each.sure)))


def _tell(moved: Moved, sides: Sides, affected: Side | None) -> Finding:
    """A change as a finding."""
    headline = sides.headline
    worst = int(np.argmax(np.where(moved.called, np.abs(moved.change), -1)))
    size, called = float(moved.change[worst]), moved.day[moved.called]
    noticeable: tuple[float, ...] = ()
    seen = moved.day[[headline.visible(each) and each * size > 0 for each in moved.change.tolist()]]
    if len(seen) and moved.side != "both":  # studies of bystanders are about differences
        noticeable = (float(seen[0]), float(seen[-1]))
    notes, certain = moved.notes, moved.back.certain
    regained = _part_regained(size, moved.now, _least_back(moved))
    certain = certain and not math.isnan(regained)
    if certain:
        regained = moved.back.regained
    if moved.side in SIDES and moved.side_sure < _SURE_SIDE:
        notes = (*notes, Note("side_unsure", side=moved.side, share=moved.side_sure))
    return Finding(
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
        error=moved.error,
        side_sure=moved.side_sure,
        noticeable=noticeable,
        days=Days(
            float(called[0]), float(moved.day[worst]), float(called[-1]), float(moved.day[-1])
        ),
        better=size > 0 and _is_better(moved, sides, affected),
        photos=(moved.photos_before, moved.photos[worst], moved.photos[-1]),
        notes=notes,
    )


def _least_back(moved: Moved) -> float:
    """How far a change has to come back for that to be told: 5 % of changes that stay seem to come so far.

    The worst of many days is farther off than the others by chance, the more so the more days there are
    (Bonferroni). Two days are compared, each with the error of one.
    """
    days = max(int(moved.called.sum()), 1)
    times = t_quantile(moved.df, 1 - _SEEMING / days) / t_quantile(moved.df)
    return math.sqrt(2) * float(times) * moved.error


def _part_regained(worst: float, now: float, error: float) -> float:
    """The part of the way back from the worst; NaN where it is within the error of a comparison."""
    if abs(worst - now) <= error or worst * (worst - now) < 0:
        return math.nan
    return 1 - now / worst


def _is_better(moved: Moved, sides: Sides, affected: Side | None) -> bool:
    """Whether it is about the affected side's movement, which had been weaker than the healthy side's."""
    if (
        affected is None
        or moved.side != affected
        or sides.headline not in MOVEMENT_HEADLINES.values()
    ):
        return False
    healthy = float(getattr(sides, _OTHER[affected]).value[0])
    return moved.before < healthy


def _find_weak_sides(sides: Sides, affected: Side | None) -> Iterator[Finding]:
    """A movement that is weaker than the other side's on the latest visits."""
    if sides.headline not in MOVEMENT_HEADLINES.values() or not len(sides.diff):
        return
    diff, error = mean_of_latest(sides.diff)
    for side in SIDES:
        least = WEAK
        if side == affected:
            least = WEAK_AFFECTED
        healthy, _ = mean_of_latest(getattr(sides, _OTHER[side]))
        now = healthy + SIGN[side] * diff
        if healthy - now > error and healthy > 0 and now < least * healthy:
            yield _of_latest("weaker than other side", sides, side, -1, (healthy, now, now, error))


def _find_gaps(sides: Sides) -> Iterator[Finding]:
    """Eyes that stayed open on the latest visits though they were to be closed."""
    if sides.headline.metric != "residual_gap" or not len(sides.diff):
        return
    for side in SIDES:
        course: Course = getattr(sides, side)
        gap, error = mean_of_latest(course)
        if gap > GAP_MM:
            worst = int(np.argmax(course.value))
            yield _of_latest(
                "gap", sides, side, worst, (0.0, float(course.value[worst]), gap, error)
            )


def _find_synkinesis(sides: Sides) -> Iterator[Finding]:
    """An eye that closes with the smile more than the other, on the latest visits."""
    if sides.headline.metric != "synkinesis" or not len(sides.diff):
        return
    diff, error = mean_of_latest(sides.diff)
    if abs(diff) > max(error, SYNKINESIS_PCT):
        side = choose_farther(max(diff, 0), min(diff, 0))
        other, _ = mean_of_latest(getattr(sides, _OTHER[side]))
        yield _of_latest(
            "synkinesis", sides, side, -1, (other, other + abs(diff), other + abs(diff), error)
        )


def _of_latest(
    kind: Kind, sides: Sides, side: Side, worst: int, sizes: tuple[float, float, float, float]
) -> Finding:
    """A state of the latest visits, with no baseline of its own; sizes are before, worst, now and error."""
    day, photos = sides.diff.day, sides.diff.photos
    before, at_worst, now, error = sizes
    return Finding(
        kind=kind,
        part=sides.headline.name,
        side=side,
        measure=sides.headline.metric,
        expression=sides.diff.expression,
        unit=sides.headline.unit,
        before=before,
        worst=at_worst,
        now=now,
        regained=_part_regained(at_worst - before, now - before, error),
        error=error,
        noticeable=(),
        days=Days(float(day[0]), float(day[worst]), float(day[-1]), float(day[-1])),
        photos=((), photos[worst], photos[-1]),
    )


def mean_of_latest(course: Course) -> tuple[float, float]:
    """Mean of the latest visits, and the error that it exceeds in one of a hundred.

    Parameters
    ----------
    course : Course
        A course with a day at least.
    """
    value, error = course.value[-VISITS:], course.error
    variance = course.times[-VISITS:] * error.variance(course.count[-VISITS:])
    sd = math.sqrt(float(variance.mean()) / len(value))
    return float(value.mean()), float(t_quantile(error.df, 1 - _RARE)) * sd


def _drop_same_events(made: Sequence[Finding]) -> list[Finding]:
    """The findings without those that tell the same event once more."""
    told = {(each.measure, each.side) for each in made}
    kept: list[Finding] = []
    same = dict(_SAME_EVENT)
    for each in made:
        if (same.get(each.measure), each.side) in told:
            continue
        told_already = {(one.kind, one.measure, one.side) for one in kept}
        if (each.kind, each.measure, each.side) not in told_already:
            kept.append(each)
    return kept
