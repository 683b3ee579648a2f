"""`Finding`: a change or a weakness of one part of the face, as data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar, Literal, TypeAlias

from asymmetry.core.notes import Note
from asymmetry.core.records import Record, Told
from asymmetry.core.schemes import SIDES, Side
from asymmetry.metrics.expression import UNKNOWN
from asymmetry.metrics.headline import HEADLINES
from asymmetry.series.guessing import REST
from asymmetry.series.recovery import Recovery

__all__ = [
    "OF_SKIN",
    "SURE_SIDE",
    "Days",
    "Finding",
    "Kind",
    "Subject",
    "is_moved_by",
    "tell_latest",
]

#: Kinds that are about the skin.
OF_SKIN = frozenset(("bruise", "bruise or mark", "swelling"))
_STATES = frozenset(("gap", "weaker than other side"))
_HEIGHTS = frozenset(each.metric for each in HEADLINES)
#: A side that is less probable than this is told with a caution, and what it did relative to the other.
SURE_SIDE = 0.9
#: Heights whose part an expression moves.
_MOVED_BY: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "mrd1": ("eye_closure",),
        "fissure_height": ("eye_closure",),
        "brow_height": ("brow_raise", "frown"),
    }
)

# Slower than this a pace reads as none, units per week.
_LEAST_PACE = 0.05

Kind: TypeAlias = Literal[
    "lower", "higher", "narrower", "wider", "weaker", "stronger", "gap", "synkinesis",
    "less synkinesis", "weaker than other side", "bruise", "bruise or mark",
    "swelling",
]  # fmt: skip
#: The side that moved; both, the same way; or neither more than the other, away from each other.
Subject: TypeAlias = Literal["right", "left", "both", "apart"]


@dataclass(frozen=True)
class Days(Record):
    """The days of a finding.

    Attributes
    ----------
    first, last : float
        The days between which it is called.
    worst : float
        The day on which it is largest.
    latest : float
        The last day with photos.
    gone : float
        The first day with photos on which a bruise is gone; NaN while it lasts, and of all else.
    """

    first: float
    worst: float
    last: float
    latest: float
    gone: float = math.nan


def is_moved_by(measure: str, expression: str) -> bool:
    """Whether an expression moves the part that a height is of, so that it is no height of the face at rest.

    Examples
    --------
    >>> is_moved_by("brow_height", "brow_raise"), is_moved_by("brow_height", "eye_closure")
    (True, False)
    """
    return expression in _MOVED_BY.get(measure, ())


def tell_latest(first: float, latest: float) -> Note:
    """Name the visits that a mean is of: the latest one alone, or several up to the latest."""
    if first == latest:
        return Note("latest_alone", latest=latest)
    return Note("latest_mean", latest=latest)


@dataclass(frozen=True)
class Finding(Told):
    """A change or a weakness of one part of the face.

    Attributes
    ----------
    kind : str
        Such as ``"lower"``, ``"weaker"`` or ``"gap"``.
    part : str
        Name of the `Headline`; of a bruise its region.
    side : {"right", "left", "both", "apart"}
        The patient's side that moved; both, the same way; or both, away from each other.
    measure, expression, unit : str
        The metric, the expression in the photos, and the unit of the numbers below.
    before : float
        The reference: the side's own former value, or the other side's for ``"weaker than other side"``.
    worst, now : float
        On the worst day, and on the latest visits.
    regained : float
        The part of the way back from the worst; NaN while it lasts unchanged or where it is not certain.
    back : Recovery or None
        The regained part with its interval and pace, by means of three visits; None where they can't be told.
    error : float
        Smallest change that a comparison of the latest day alone tells with 95 % confidence.
    noticeable : tuple of float
        First and last day on which a bystander would notice it; empty if on none.
    days : Days
        When it was.
    better : bool
        Whether the affected side came nearer to the healthy one.
    side_sure : float
        Probability that it was this side and not the other, for both sides' heights lean on the head's pitch;
        1 where the side is certain, NaN where it can't be told.
    photos : tuple of tuple of str
        Of before, of the worst day, and of the latest one.
    notes : tuple of Note
        Possible explanations.
    relative : bool
        Whether the side's own change is of another size than that of the difference, which is told: the other
        side moved too, or differs in effort.
    worst_error : float
        As `error`, for the worst day, which has photos and effort of its own; NaN where it is the same.
    """

    kind: Kind
    part: str
    side: Subject
    measure: str
    expression: str
    unit: str
    before: float
    worst: float
    now: float
    regained: float
    error: float
    noticeable: tuple[float, ...]
    days: Days
    better: bool = False
    side_sure: float = 1.0
    photos: tuple[tuple[str, ...], ...] = field(default=(), repr=False)
    notes: tuple[Note, ...] = ()
    back: Recovery | None = None
    relative: bool = False
    worst_error: float = math.nan
    derived: ClassVar[tuple[str, ...]] = ("sure", "passed", "words")

    @property
    def sure(self) -> float:
        """How many times larger it is, at its worst, than the error of one comparison."""
        return abs(self.worst - self.before) / self.error_at_worst

    @property
    def error_at_worst(self) -> float:
        """The error of one comparison of the worst day."""
        return self.error if math.isnan(self.worst_error) else self.worst_error

    @property
    def passed(self) -> bool:
        """Whether it is over on the latest day."""
        return self.days.last < self.days.latest

    @property
    def uncertain_now(self) -> bool:
        """Whether it is no longer called on the latest day, although half of it or more is still read."""
        worst, now = self.worst - self.before, self.now - self.before
        return self.passed and now * math.copysign(1.0, worst) >= abs(worst) / 2

    @property
    def at_its_most(self) -> bool:
        """Whether it is largest on the latest day, or still as large as ever, to the printed tenth."""
        worst, now = self.worst - self.before, self.now - self.before
        same = round(math.copysign(1.0, worst) * now, 1) >= round(abs(worst), 1)
        return same or self.days.worst == self.days.latest

    @property
    def sides(self) -> tuple[Side, ...]:
        """The sides that it is about."""
        return tuple(side for side in SIDES if self.side in (side, "both", "apart"))

    @property
    def note(self) -> Note:
        """The finding as a note."""
        days = {"day": self.days.worst, "first": self.days.first, "latest": self.days.latest}
        if self.kind in OF_SKIN:
            return self._skin_note(days)
        if self.kind in _STATES or (self.kind == "synkinesis" and not self.photos[0]):
            return self._state_note(days)
        if self.passed:
            return self._passed_note(days)
        if self.days.first == self.days.latest:
            return Note("found_new", moved=self.moved, latest=self.days.latest)
        if self.regained > 0:
            return self._regained_note(days)
        return self._lasting_note(days)

    @property
    def when(self) -> Note:
        """The visits that the numbers of a state come from, as a note."""
        return tell_latest(self.days.first, self.days.latest)

    def _state_note(self, days: Mapping[str, float]) -> Note:
        """A state of the latest visits, with no baseline of its own."""
        known = {"side": self.side, "part": self.part, "unit": self.unit, "error": self.error}
        known["when"] = self.when
        if self.kind == "gap" and self.at_its_most:
            return Note("found_gap_most", now=self.now, **days, **known)
        if self.kind == "gap":
            return Note("found_gap", now=self.now, worst=self.worst, **days, **known)
        if self.kind == "synkinesis":
            return Note("found_synkinesis", now=self.now, other=self.before, **days, **known)
        share = {"share": max(self.now / self.before, 0.0), "expression": self.expression}
        return Note("found_weak", now=self.now, other=self.before, **share, **days, **known)

    def _lasting_note(self, days: Mapping[str, float]) -> Note:
        """How large it is on the latest day, since when it is there, and how large it was at most."""
        worst, way = self.worst - self.before, math.copysign(1.0, self.worst - self.before)
        if self.at_its_most:
            return Note("found_lasting", moved=self.moved, most=Note("most_so_far"), **days)
        left = max(way * (self.now - self.before), 0.0)
        if left < self.error:
            return Note("found_reads", moved=self.moved, now=left, unit=self.unit, **days)
        most = Note("most_on", mm=abs(worst), unit=self.unit, day=self.days.worst)
        now = self._tell_moved(way * left, self.error)
        return Note("found_lasting", moved=now, most=most, **days)

    def _passed_note(self, days: Mapping[str, float]) -> Note:
        if self.uncertain_now:
            known = {"now": abs(self.now - self.before), "unit": self.unit}
            return Note("found_uncertain", moved=self.moved, **known, **days)
        if self.days.first == self.days.last:
            return Note("found_once", moved=self.moved, **days)
        return Note("found_passed", moved=self.moved, last=self.days.last, **days)

    def _skin_note(self, days: Mapping[str, float]) -> Note:
        """A bruise or a swelling: its size on its largest day, and how it is now or since when it is gone."""
        known: dict[str, Any] = {"side": self.side, "region": self.part}
        known |= {"most": self.worst, "error": self.error}
        if self.kind == "bruise or mark":
            return Note("found_mark", **known, **days)
        if self.kind == "swelling":
            return self._swelling_note(known | dict(days))
        if self.passed:
            over = {"last": self.days.last, "gone": self.days.gone}
            return Note("found_bruise_passed", **known, **days, **over)
        if self.days.worst == self.days.latest:
            return Note("found_bruise_new", **known, **days)
        return Note("found_bruise_lasting", now=self.now, **known, **days)

    def _swelling_note(self, known: Mapping[str, Any]) -> Note:
        if self.passed:
            over = {"last": self.days.last, "gone": self.days.gone}
            return Note("found_swelling_passed", **known, **over)
        if self.days.worst == self.days.latest:
            return Note("found_swelling_new", **known)
        return Note("found_swelling_lasting", now=self.now, **known)

    def _regained_note(self, days: Mapping[str, float]) -> Note:
        """The part regained, with its interval and pace where they are known."""
        found = {"moved": self.moved, "share": self.regained, **days}
        if self.back is None or self.back.per_week < _LEAST_PACE:
            return Note("found_regained", **found)
        errors = self.error, (1 - self.regained) * self.error_at_worst
        margin = math.hypot(*errors) / abs(self.worst - self.before)
        low, high = max(self.regained - margin, 0.0), min(self.regained + margin, 1.0)
        pace = {"per_week": self.back.per_week, "unit": self.unit}
        return Note("found_regained_so", low=low, high=high, **pace, **found)

    @property
    def moved(self) -> Note:
        """The change at its worst as a note; with the expression where heights are not those at rest."""
        return self._tell_moved(self.worst - self.before, self.error_at_worst)

    @property
    def in_expression(self) -> bool:
        """Whether it is about heights that are not those of the face at rest."""
        return self.measure in _HEIGHTS and self.expression not in (REST, UNKNOWN)

    def _tell_moved(self, size: float, error: float) -> Note:
        """A change of a size, with the expression where heights are not those at rest."""
        known: dict[str, Any] = {"headline": self.part, "mm": abs(size), "error": error}
        one: dict[str, Any] = {"side": self.side, **known}
        relative = self.relative or self.side_sure < SURE_SIDE
        if math.copysign(1.0, size) > 0:
            both = {"both": Note("both_more", **known), "apart": Note("apart_more", **known)}
            alone = Note("side_more_relative", **one) if relative else Note("side_more", **one)
        else:
            both = {"both": Note("both_less", **known), "apart": Note("apart_less", **known)}
            alone = Note("side_less_relative", **one) if relative else Note("side_less", **one)
        found = both.get(self.side, alone)
        if self.in_expression:
            return Note("moved_in", moved=found, expression=self.expression)
        return found
