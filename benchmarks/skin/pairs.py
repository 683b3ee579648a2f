"""Photos beside the one from before, as far as nothing tuned takes part: the skin's shifts, and the truth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.schemes import SIDES
from asymmetry.extract.face.half import from_half
from asymmetry.synthetic.relief import Field
from asymmetry.synthetic.swelling import swell_face
from asymmetry.tissue.flow import BELOW, follow_skin, followed_skin
from asymmetry.tissue.picture import SkinPicture, draw_skin
from asymmetry.tissue.swelling import REGIONS, read_outwards, turn_between
from benchmarks.skin.swollen import Case, Visit

__all__ = ["REGION_OF", "TRIED", "Pair", "compare_visits"]

FloatArray = npt.NDArray[np.floating[Any]]

#: The region in which each place swells; others are not measured.
REGION_OF = {"cheek": "cheek", "malar": "cheek", "jaw": "jaw", "lower_lid": "lower_lid"}
#: Places that swell and are read too badly for a column of their own, and the skin on which that was tried.
TRIED = {"upper_lid": "upper_lid", "upper_lip": "perioral", "lower_lip": "perioral"}
# Rows of a picture that a field is read at once.
_ROWS = 96


@dataclass(frozen=True, eq=False)
class Pair:
    """One photo against the one from before.

    Attributes
    ----------
    name : str
        The person.
    visit : Visit
        What was photographed.
    shift, seen : ndarray
        Of `follow_skin`.
    turn_deg : float
        Angle between both heads.
    true_mm : ndarray, shape (2, regions)
        What would be read if the skin's shift in the plane of the face were known.
    tried_mm : ndarray, shape (2, tried)
        The same of the skin of `TRIED`.
    """

    name: str
    visit: Visit
    shift: FloatArray = field(repr=False)
    seen: npt.NDArray[np.bool_] = field(repr=False)
    turn_deg: float
    true_mm: FloatArray = field(repr=False)
    tried_mm: FloatArray = field(repr=False)

    @property
    def swollen(self) -> tuple[int, int] | None:
        """Side and region that are swollen, as numbers; None where no measured region is."""
        what = self.visit.swelling
        if what is None or what.place not in REGION_OF:
            return None
        return SIDES.index(what.side), REGIONS.index(REGION_OF[what.place])


def compare_visits(cases: Iterable[Case]) -> Iterator[Pair]:
    """Compare people's visits with the first one of its setting; what can't be drawn is left out."""
    for case in cases:
        before: dict[str, SkinPicture | None] = {}
        for number, visit in enumerate(case.visits):
            picture = draw_skin(case.photos[number], case.landmarks[number : number + 1])
            first = before.setdefault(visit.setting, picture)
            if picture is None or first is None or picture is first:
                continue
            shift, seen = follow_skin(first, picture)
            true = _truth(case, visit, picture)
            yield Pair(
                name=case.name,
                visit=visit,
                shift=shift.astype(np.float16),
                seen=seen,
                turn_deg=turn_between(first, picture),
                true_mm=true[:, : len(REGIONS)],
                tried_mm=true[:, len(REGIONS) :],
            )


def _truth(case: Case, visit: Visit, picture: SkinPicture) -> FloatArray:
    """Of the regions, then of the skin that was tried."""
    places = (*REGIONS, *TRIED.values())
    if visit.swelling is None:
        return np.zeros((len(SIDES), len(places)))
    shift = swell_face(case.sitter, visit.swelling).shift
    halves = [
        from_half(_read(shift, from_half(plane[BELOW].astype(np.float64), side)), side)
        for plane, side in zip(picture.plane, SIDES, strict=True)
    ]
    everywhere = np.broadcast_to(followed_skin(), (len(SIDES), *followed_skin().shape))
    return read_outwards(np.stack(halves) * picture.mm_per_cm, everywhere, places)


def _read(shift: Field, plane: FloatArray) -> FloatArray:
    parts = [plane[i : i + _ROWS] for i in range(0, len(plane), _ROWS)]
    return np.concatenate([shift.at(part[..., 0], part[..., 1]) for part in parts])
