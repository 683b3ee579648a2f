"""The skin of a person's photos over days: each against a photo without bruises, where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from asymmetry.core.notes import Note
from asymmetry.errors import InvalidInputError
from asymmetry.extract.judge.quality import FAULTS
from asymmetry.series.clinic_history import ClinicHistory
from asymmetry.series.guessing import REST
from asymmetry.series.history import History
from asymmetry.series.skin import SkinDays
from asymmetry.series.swelling import list_swelling_courses
from asymmetry.skin_photos import Skin, SkinPhoto, read_skin, show_alike
from asymmetry.tissue.atlas import REGIONS
from asymmetry.tissue.bruises import Bruises
from asymmetry.tissue.columns import LEAST_SEEN
from asymmetry.tissue.days import follow_bruises

__all__ = ["SkinHistory"]


@dataclass(frozen=True, eq=False, repr=False)
class SkinHistory(ClinicHistory):
    """A person's dated photos, and bruises in them where they were asked for.

    Attributes
    ----------
    skin : Skin or None
        In the order of `static`, without pictures and densities, of 1 MB each; None where nobody asked.
    """

    skin: Skin | None = None

    def with_skin(self, baseline: str | None = None) -> Self:
        """The same series with bruises looked for in each photo that can still be read.

        Those of the usual expression are followed over days, and are among the findings and in the report.

        Parameters
        ----------
        baseline : str, optional
            Name of a photo without bruises. Default: the last one at rest before day zero that is sharp and
            evenly lit, or the last one if none is. Without any, and in photos of another expression, both
            sides are compared.

        Raises
        ------
        InvalidInputError
            If no photo is called so, or it can't be read.
        """
        first = _choose_baseline(self) if baseline is None else _row_of(self, baseline)
        before = None if first is None else _skin_of(self, first)
        if baseline is not None and (before is None or before.density is None):
            raise InvalidInputError(
                f"{baseline}: can't be read, so it can't be the baseline of the skin"
            )
        skin = _read_series(self, before)
        alike = before is not None and show_alike(before.expression, self.usual)
        days = _follow_series(self, skin, first if alike else None)
        kept = tuple(replace(each, picture=None, density=None) for each in skin.photos)
        return replace(self, skin=replace(skin, photos=kept), skin_days=days)

    @property
    def _asked_baseline(self) -> str | None:
        """The baseline that `with_skin` was given; None where it is the usual one."""
        usual = _choose_baseline(self)
        names = {"" if usual is None else str(self.static["photo"][usual]), ""}
        if self.skin_days is None or self.skin_days.baseline in names:
            return None
        return self.skin_days.baseline


def _read_series(series: History, before: SkinPhoto | None) -> Skin:
    """The skin of each photo of a series, in its order, compared with a photo without bruises."""
    mirrored = [bool(each) for each in series.photos["mirrored"]]
    sources = [series.open_source(row) for row in range(len(series.landmarks))]
    found = read_skin(
        series.landmarks,
        sources,
        series.static["mm_per_px"],
        before=before,
        mirrored=mirrored,
        shown=series.static["expression"].tolist(),
    )
    about = {name: series.static[name] for name in ("day", "expression")}
    return Skin(found.table.with_columns(**about), found.photos)


def _follow_series(series: History, skin: Skin, baseline: int | None) -> SkinDays:
    """The bruises of a series over its days, one photo a day: that in which most skin is seen.

    Days before the treatment are left out where there is a baseline, by its row.
    """
    static = series.static
    wanted = series.landmarks.usable & np.isfinite(static["day"])
    wanted &= static["expression"] == series.usual
    if baseline is not None:
        wanted &= static["day"] > min(float(static["day"][baseline]), -1)
        wanted[baseline] = False
    rows = _best_of_days(static["day"], wanted, skin)
    shown = [skin.photos[row] for row in rows]
    before = skin.photos[baseline].density if baseline is not None else None
    read = [(each.density, each.bruises) for each in shown if each.density and each.bruises]
    return SkinDays(
        day=static["day"][rows],
        photos=tuple(static["photo"][rows].tolist()),
        expression=series.usual,
        bruises=follow_bruises(static["day"][rows], read, before),
        swellings=list_swelling_courses(skin.table),
        baseline=str(static["photo"][baseline]) if before is not None else "",
        treatments=series.treatments,
        pictures=tuple(each.picture.rgb for each in shown if each.picture),
        swelling_maps=tuple(each.swelling.map_mm for each in shown),
        unseen=_list_unseen([each.bruises for each in shown if each.bruises]),
    )


def _list_unseen(found: Sequence[Bruises]) -> tuple[str, ...]:
    """Regions of which on no day enough skin is seen, on one side at least."""
    if not found:
        return ()
    most = np.max([each.share_judged() for each in found], axis=0)
    return tuple(np.array(REGIONS)[(most < LEAST_SEEN).any(axis=0)].tolist())


def _best_of_days(
    day: npt.NDArray[np.float64], wanted: npt.NDArray[np.bool_], skin: Skin
) -> list[int]:
    """Rows of the photos in which most skin is seen, one for each day."""
    best: dict[float, tuple[int, int]] = {}
    for row in np.flatnonzero(wanted).tolist():
        density = skin.photos[row].density
        if density is not None:
            seen = int(density.seen.sum())
            best[day[row]] = max(best.get(day[row], (0, row)), (seen, row))
    return [best[each][1] for each in sorted(best)]


def _choose_baseline(series: History) -> int | None:
    """Row of the last photo at rest before day zero, without faults if there is one; None without any."""
    table, landmarks = series.static, series.landmarks
    fits = landmarks.usable & (table["expression"] == REST) & (table["day"] < 0)
    clear = fits & ~np.array([_is_faulty(notes) for notes in landmarks.notes], bool)
    rows = np.flatnonzero(clear if clear.any() else fits)
    return int(rows[-1]) if len(rows) else None


def _is_faulty(notes: Sequence[Note]) -> bool:
    """Whether light or sharpness of a photo are noted."""
    return any(note.code == fault.code for note in notes for fault in FAULTS.values())


def _row_of(series: History, name: str) -> int:
    rows = np.flatnonzero(series.landmarks.photo == name)
    if not len(rows):
        raise InvalidInputError(f"{name}: no photo of the series is called so")
    return int(rows[0])


def _skin_of(series: History, row: int) -> SkinPhoto:
    mirrored = bool(series.photos["mirrored"][row])
    alone = read_skin(
        series.landmarks[row],
        [series.open_source(row)],
        series.static["mm_per_px"][row : row + 1],
        mirrored=[mirrored],
        shown=[str(series.static["expression"][row])],
    )
    return alone.photos[0]
