"""`Treatment`: a treatment of a person on a day. A series counts its days from the first one."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from asymmetry.errors import InvalidInputError
from asymmetry.photos.dates import as_date
from asymmetry.photos.headings import TREATMENT_COLUMNS
from asymmetry.photos.listdates import DateOrder
from asymmetry.photos.sheet import read_rows
from asymmetry.series.sites import SiteText, read_sites

__all__ = [
    "TREATMENTS",
    "TreatedOn",
    "Treatment",
    "as_treatments",
    "days_in_course",
    "load_treatments",
    "read_treatments",
    "sites_by",
]

#: The list that is read from a person's folder when it is there, with any suffix of a table.
TREATMENTS = "treatments"


@dataclass(frozen=True)
class Treatment:
    """A treatment, in the words of whoever gave it.

    Attributes
    ----------
    day : datetime.date
        The day.
    product, dose, sites : str
        The product, how much of it, and where: free text. Places are recognised in it, see
        `asymmetry.series.sites.read_sites`.

    Examples
    --------
    >>> Treatment.of("2026-03-09", dose="20 U").day
    datetime.date(2026, 3, 9)
    """

    day: date
    product: str = ""
    dose: str = ""
    sites: str = ""

    @classmethod
    def of(
        cls, day: date | str, *, product: str = "", dose: str = "", sites: str = ""
    ) -> Treatment:
        """A treatment on a day that is written as ISO 8601 text, or is a date.

        Raises
        ------
        InvalidInputError
            If it is no date.
        """
        known = as_date(day)
        if known is None:
            raise InvalidInputError("a treatment needs a date, such as 2026-03-31")
        return cls(known, product, dose, sites)

    def to_dict(self) -> dict[str, str]:
        """The treatment as plain data, for JSON."""
        return {
            "day": str(self.day),
            "product": self.product,
            "dose": self.dose,
            "sites": self.sites,
        }


TreatedOn: TypeAlias = date | str | Treatment | Sequence[date | str | Treatment] | None
"""A day of treatment, a `Treatment`, or several of them."""


def as_treatments(given: TreatedOn) -> tuple[Treatment, ...]:
    """The treatments in order of time, however they were given.

    Raises
    ------
    InvalidInputError
        If one has no date.

    Examples
    --------
    >>> [str(each.day) for each in as_treatments(["2026-07-06", Treatment.of("2026-03-09")])]
    ['2026-03-09', '2026-07-06']
    """
    if given is None:
        return ()
    several: Iterable[date | str | Treatment] = given if isinstance(given, Sequence) else [given]
    if isinstance(given, str):
        several = [given]
    made = [each if isinstance(each, Treatment) else Treatment.of(each) for each in several]
    return tuple(sorted(made, key=lambda treatment: treatment.day))


def load_treatments(plain: Iterable[Mapping[str, Any]]) -> tuple[Treatment, ...]:
    """The treatments of which this is the plain data."""
    return tuple(Treatment.of(**each) for each in plain)


def days_in_course(day: npt.ArrayLike, treatments: Sequence[Treatment]) -> npt.NDArray[np.float64]:
    """Days since the latest treatment; before the first one days to it, negative.

    Parameters
    ----------
    day : array_like
        Days since the first treatment.
    treatments : sequence of Treatment
        In order of time.

    Examples
    --------
    >>> days_in_course([-3, 10, 119, 125], as_treatments(["2026-03-09", "2026-07-07"])).tolist()
    [-3.0, 10.0, 119.0, 5.0]
    """
    days = np.array(day, dtype=np.float64)
    counted = days.copy()
    for treatment in treatments[1:]:
        later = (treatment.day - treatments[0].day).days
        counted = np.where(days >= later, days - later, counted)
    return counted


def sites_by(day: float, treatments: Sequence[Treatment]) -> SiteText:
    """The sites of the latest treatment up to a day; of several on one day, of all of them.

    Parameters
    ----------
    day : float
        Days since the first treatment.
    treatments : sequence of Treatment
        In order of time.

    Examples
    --------
    >>> given = [
    ...     Treatment.of("2026-03-09", sites="chin"),
    ...     Treatment.of("2026-07-07", sites="cheek left"),
    ... ]
    >>> [each.name for each in sites_by(10, given).sites]
    ['chin']
    """
    past = [each for each in treatments if (each.day - treatments[0].day).days <= day]
    return read_sites("; ".join(each.sites for each in past if each.day == past[-1].day))


def read_treatments(path: str | os.PathLike[str]) -> tuple[Treatment, ...]:
    """Read a list of treatments, in order of time.

    Parameters
    ----------
    path : path
        A list as for `asymmetry.photos.manifest.read_manifest`, with the columns ``date``, ``product``,
        ``dose`` and ``sites``; all but the first optional, and free text.

    Raises
    ------
    InvalidInputError
        If the file can't be read, has no column ``date``, or holds a value there that is not a date.
    """
    rows = list(read_rows(path, TREATMENT_COLUMNS, "date"))
    order = DateOrder.of_list(row["date"] for _, row in rows)
    made = []
    for where, row in rows:
        try:
            day = order.read(row["date"]).day
        except InvalidInputError as error:
            raise InvalidInputError(f"{where}: {error}") from error
        told = {name: row.get(name, "") for name in ("product", "dose", "sites")}
        made.append(Treatment(day, **told))
    return as_treatments(made)
