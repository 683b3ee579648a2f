"""The skin of a person's photos over days: each against a photo without bruises, where there is one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from asymmetry.errors import InvalidInputError
from asymmetry.photos.photo import PhotoSource
from asymmetry.series.history import History
from asymmetry.series.labels import REST
from asymmetry.series.skin_course import SkinCourse, list_skin_courses
from asymmetry.skin_photos import Skin, SkinPhoto, read_skin

__all__ = ["SkinHistory", "choose_baseline", "read_series_skin"]


@dataclass(frozen=True, eq=False, repr=False)
class SkinHistory(History):
    """A person's dated photos, and bruises in them where they were asked for.

    Attributes
    ----------
    skin : Skin or None
        In the order of `static`; None where nobody asked.
    """

    skin: Skin | None = None

    @property
    def skin_courses(self) -> tuple[SkinCourse, ...]:
        """Bruises and swellings over days, where they were asked for."""
        return () if self.skin is None else list_skin_courses(self.skin.table)

    def with_skin(self, baseline: str | None = None) -> Self:
        """The same series with bruises looked for in each photo that can still be read.

        Parameters
        ----------
        baseline : str, optional
            Name of a photo without bruises. Default: the last one at rest before day zero. Without any, both
            sides of each photo are compared.

        Raises
        ------
        InvalidInputError
            If no photo is called so, or it can't be read.
        """
        return replace(self, skin=read_series_skin(self, baseline))


def read_series_skin(series: History, baseline: str | None = None) -> Skin:
    """The skin of each photo of a series, in its order.

    Parameters
    ----------
    series : History
        The photos, with their folder or pictures.
    baseline : str, optional
        Name of a photo without bruises. Default: `choose_baseline`.

    Raises
    ------
    InvalidInputError
        If no photo is called so, or it can't be read.
    """
    first = choose_baseline(series) if baseline is None else _row_of(series, baseline)
    before = None
    if first is not None:
        before = _skin_of(series, first)
        if before.density is None and baseline is not None:
            raise InvalidInputError(
                f"{baseline}: can't be read, so it can't be the baseline of the skin"
            )
    mirrored = [bool(each) for each in series.photos["mirrored"]]
    sources = [_source(series, row) for row in range(len(series.landmarks))]
    found = read_skin(
        series.landmarks, sources, series.static["mm_per_px"], before=before, mirrored=mirrored
    )
    about = {name: series.static[name] for name in ("day", "expression")}
    return Skin(found.table.with_columns(**about), found.photos)


def choose_baseline(series: History) -> int | None:
    """Row of the last usable photo at rest before day zero; None where there is none."""
    table = series.static
    fits = series.landmarks.usable & (table["expression"] == REST) & (table["day"] < 0)
    rows = np.flatnonzero(fits)
    return int(rows[-1]) if len(rows) else None


def _row_of(series: History, name: str) -> int:
    rows = np.flatnonzero(series.landmarks.photo == name)
    if not len(rows):
        raise InvalidInputError(f"{name}: no photo of the series is called so")
    return int(rows[0])


def _skin_of(series: History, row: int) -> SkinPhoto:
    mirrored = bool(series.photos["mirrored"][row])
    alone = read_skin(
        series.landmarks[row],
        [_source(series, row)],
        series.static["mm_per_px"][row : row + 1],
        mirrored=[mirrored],
    )
    return alone.photos[0]


def _source(series: History, row: int) -> PhotoSource | None:
    """A photo's pixels: those that were given, or its file in the folder."""
    name = str(series.landmarks.photo[row])
    if name in series.sources:
        return series.sources[name]
    return None if series.folder is None else series.folder / name
