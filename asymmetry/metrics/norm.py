"""How much the sides of people without a palsy differ, as this library reads them.

Its table, ``norms.toml``, is made by ``python -m benchmarks.norms`` from photos of named public sets. Errors
of the measurement are in its numbers, as they are in a patient's.
"""

from __future__ import annotations

import functools
import math
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar

from asymmetry.core.notes import Note
from asymmetry.core.records import Record
from asymmetry.core.text import english_text

__all__ = ["Norm", "Norms", "norms"]

_UNKNOWN = (math.nan, math.nan)


@dataclass(frozen=True)
class Norm(Record):
    """How far the sides of photographed adults are apart in one metric, whichever side is ahead.

    Of a metric with sides it is the size of right minus left, of a metric of the whole face that of its
    value.

    Attributes
    ----------
    metric : str
        Name in `catalogue` or `movement_catalogue`.
    unit : str
        The metric's.
    expression : str
        The faces' expression: ``"rest"``, or an expression that is measured from rest.
    n : int
        How many people, one photo each.
    median, p90 : float
        Half of them, and nine in ten, are below. The latter is NaN where n is too small for it.
    median_interval, p90_interval : (float, float)
        Intervals of at least 95 %, between two of the people (order statistics).
    sd : float
        The error of one such difference, a standard deviation: the median over the photos. It is absolute,
        and of repeats in a movement.
    published : tuple of str
        Values of others, by their names in ``[published]`` of ``asymmetry/texts``.
    """

    metric: str
    unit: str
    expression: str
    n: int
    median: float
    median_interval: tuple[float, float]
    p90: float = math.nan
    p90_interval: tuple[float, float] = _UNKNOWN
    sd: float = math.nan
    published: tuple[str, ...] = ()

    derived: ClassVar[tuple[str, ...]] = ("words", "sources")

    @property
    def note(self) -> Note:
        """The norm as a note."""
        told = {"n": self.n, "median": self.median, "unit": self.unit}
        if math.isnan(self.p90):
            return Note("norm_of_few", **told)
        return Note("norm", p90=self.p90, **told)

    @property
    def words(self) -> str:
        """The note in English.

        Examples
        --------
        >>> Norm("mrd1", "mm", "rest", 40, 0.8, (0.5, 1.0), 2.1, (1.6, 3.0)).words
        'In 40 photographed adults half are below 0.8 mm, nine in ten below 2.1.'
        """
        return str(self.note)

    @property
    def sources(self) -> tuple[str, ...]:
        """The published values in English, each with its source."""
        return tuple(english_text().known("published", name) for name in self.published)


@dataclass(frozen=True)
class Norms(Mapping[str, Norm]):
    """The table of norms: a mapping of metric to `Norm`.

    Attributes
    ----------
    made : str
        The day on which it was made.
    score_version : int
        Version of the numbers that it holds for.
    method : str
        The extractor's method.
    photos : str
        SHA-256 of the list of photos and of each one's content.
    ages : (int, int)
        Years of the youngest and the oldest of them.
    people : mapping of str to tuple of str
        Expression to the names of its photos, one for each person.
    source : str
        The sets that they are of.
    """

    made: str
    score_version: int
    method: str
    photos: str
    ages: tuple[int, int]
    people: Mapping[str, tuple[str, ...]] = field(repr=False)
    source: str
    _known: Mapping[str, Norm] = field(repr=False)

    def hold_for(self, provenance: Mapping[str, Any]) -> bool:
        """Whether photos were read by the method of the norms, so that both can be compared."""
        return provenance.get("method") == self.method and "model" not in provenance

    @property
    def note(self) -> Note:
        """The people whose faces at rest these are, as a note to print below a table of norms."""
        first, last = self.ages
        return Note("norms", n=len(self.people["rest"]), first=first, last=last)

    def __getitem__(self, metric: str) -> Norm:
        """The norm of a metric."""
        return self._known[metric]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def __reduce__(self) -> tuple[Callable[[], Norms], tuple[()]]:
        return norms, ()  # there is one table in a version


@functools.cache
def norms() -> Norms:
    """How much the sides of photographed adults without a palsy differ, by metric.

    They are young: their ages stand in the table. Errors of the measurement are in the numbers, so
    compare them with numbers that this library measured, by the same method, and not with a caliper's.

    Returns
    -------
    Norms
        A mapping of metric to `Norm`, and of whom and how it was made. Metrics that are not in it have none.

    Examples
    --------
    >>> known = norms()
    >>> known["brow_height"].unit, known["brow_height"].expression
    ('mm', 'rest')
    >>> known["commissure_travel"].expression
    'smile_open'
    """
    table = tomllib.loads(Path(__file__).with_name("norms.toml").read_text(encoding="utf-8"))
    people = {name: tuple(photos) for name, photos in table["people"].items()}
    return Norms(
        made=table["made"],
        score_version=table["score_version"],
        method=table["method"],
        photos=table["photos"],
        ages=tuple(table["ages"]),
        people=MappingProxyType(people),
        source=table["source"],
        _known=MappingProxyType({name: _norm(name, row) for name, row in table["norm"].items()}),
    )


def _norm(metric: str, row: Mapping[str, Any]) -> Norm:
    """One row of the table; TOML's arrays become tuples."""
    found = dict(row)
    for key in {"median_interval", "p90_interval", "published"} & set(found):
        found[key] = tuple(found[key])
    return Norm(metric, **found)
