"""The questions that are put to the library. Nothing else here knows how its answers look."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from asymmetry.core.notes import Note
from asymmetry.people import Series
from asymmetry.series import Finding, list_findings, what_changed
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
#: Codes of notes that say of a part of one side that it is more or less than it was.
_WAYS = {"right_more": 1, "right_less": -1, "side_more": 1, "side_less": -1, "weak_movement": -1}
_BETTER = ("more even", "other way")


@dataclass(frozen=True)
class Answer:
    """What the library says of a series.

    Attributes
    ----------
    told : tuple of Told
        The changes that it tells.
    words : tuple of str
        The sentences.
    not_used : mapping of str to str
        Photos that are left out, each with the reason.
    """

    told: tuple[Told, ...]
    words: tuple[str, ...]
    not_used: Mapping[str, str]


def ask(series: Series, *, sentences: bool = False) -> Answer:
    """The changes that are told of a series, and the photos that are left out of it.

    Parameters
    ----------
    series : Series
        The series.
    sentences : bool
        Take what sentences and concerns say, in place of the findings.
    """
    if sentences:
        return _read_sentences(series)
    found = list_findings(series.changes(), series.followed, series.treated, series.affected)
    return Answer(
        tuple(_read_finding(each) for each in found), tuple(each.words for each in found), _not_used(series)
    )


def _read_sentences(series: Series) -> Answer:
    """What the sentences about changes and the concerns say."""
    said = [each for each in what_changed(series.changes()) if each.beyond]
    concerns = series.concerns()
    told = [each for one in said for each in _tell(one.note, math.nan, one.verdict in _BETTER)]
    told += [each for one in concerns for each in _tell(one.note, one.day, False)]
    words = (*(each.words for each in said), *(each.words for each in concerns))
    return Answer(tuple(told), words, _not_used(series))


def _read_finding(finding: Finding) -> Told:
    topic, sign = _TOPICS.get(finding.part, ("other", 1))
    way = sign * (1 if finding.worst > finding.before else -1)
    return Told(topic, finding.sides, way, finding.days.worst, finding.better)


def _not_used(series: Series) -> dict[str, str]:
    table = series.static
    rows = zip(table["photo"].tolist(), table["status"].tolist(), table["reason"].tolist(), strict=True)
    return {name: f"{status}: {reason}" for name, status, reason in rows if status not in ("ok", "warn")}


def _tell(note: Note, day: float, better: bool) -> Iterator[Told]:
    """The changes that a note and the notes in it tell."""
    values: dict[str, Any] = dict(note.values)
    day = values.get("day", day)
    if note.code == "lid_drop":
        yield Told("lid", (values["side"],), -1, day)
    elif note.code in _WAYS:
        topic, sign = _TOPICS.get(values["headline"], ("other", 1))
        yield Told(topic, (values.get("side", "right"),), sign * _WAYS[note.code], day, better)
    for value in values.values():
        for inner in value if isinstance(value, tuple | list) else (value,):
            if isinstance(inner, Note):
                yield from _tell(inner, day, better)
