"""The questions that are put to the library. Nothing else here knows how its answers look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from asymmetry.people import Series
from asymmetry.series import Doubt, Finding
from benchmarks.verdicts.courses import Told, Topic

__all__ = ["Answer", "ask"]

#: The topics of headlines. One that begins with a minus counts the other way.
_TOPICS: Mapping[str, tuple[Topic, int]] = MappingProxyType(
    {
        "brow_height": ("brow", 1),
        "mrd1": ("lid", 1),
        "fissure_height": ("lid", 1),
        "commissure_height": ("corner", 1),
        "brow_raise": ("brow raise", 1),
        "eye_closure": ("closure", 1),
        "residual_gap": ("closure", -1),
        "smile_open": ("smile", 1),
        "smile_closed": ("smile", 1),
        "synkinesis": ("synkinesis", 1),
        "synkinesis_open": ("synkinesis", 1),
        "synkinesis_closed": ("synkinesis", 1),
    }
)


@dataclass(frozen=True)
class Answer:
    """The library's answers about a series.

    Attributes
    ----------
    told : tuple of Told
        The changes that it tells.
    words : tuple of str
        The sentences.
    not_used : mapping of str to str
        Photos that are left out, each with the reason.
    doubted : frozenset of str
        Photos that are left out or asked about, other than for their expression.
    """

    told: tuple[Told, ...]
    words: tuple[str, ...]
    not_used: Mapping[str, str]
    doubted: frozenset[str]


def ask(series: Series) -> Answer:
    """The changes that are told of a series, and the photos that are left out of it.

    Parameters
    ----------
    series : Series
        The series.
    """
    found = series.findings
    doubts = series.review().doubts
    return Answer(
        tuple(_read_finding(each) for each in found),
        tuple(each.words for each in found),
        _not_used(doubts),
        frozenset(each.photo for each in doubts if each.photo and each.column != "expression"),
    )


def _read_finding(finding: Finding) -> Told:
    topic, sign = _TOPICS.get(finding.part, ("other", 1))
    way = sign * (1 if finding.worst > finding.before else -1)
    return Told(topic, finding.sides, way, finding.days.worst, finding.better)


def _not_used(doubts: Iterable[Doubt]) -> dict[str, str]:
    reasons: dict[str, str] = {}
    for doubt in doubts:
        if not doubt.used:
            reasons[doubt.photo] = "; ".join(filter(None, (reasons.get(doubt.photo), doubt.reason)))
    return reasons
