"""Pupils whose place is a guess: a lid covers them, or the photo shows no iris there.

The level, the pupil line and millimetres hang on the irises. Under a lid that hangs before the pupil there is
no more of the iris to be seen than its lower part, and both are drawn along with the lid: where both lids of
17 tuning people were moved down by 3 to 6 mm, MRD1 reads 0.8 mm too high (median), brows up to 3.7 mm too
high, and the scale up to 13 % too large.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from asymmetry.core.frame import IRIS_MM
from asymmetry.core.notes import Note
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side

__all__ = ["GUESS_MM", "Guessed", "guess_pupils"]

FloatArray = npt.NDArray[np.float64]

#: A lid whose margin is less than this above the iris's centre, mm, hangs before the pupil: where lids were
#: moved down MRD1 is then 0.8 mm off (median), above it by 0.3.
COVERED_MM = 1.0
#: An eye that is open by more than this above the iris's centre, mm, shows its iris to the pixels, or it
#: is not where it is looked for. Where neither eye shows one, that is said of any that is not covered.
OPEN_MM = 2.0
#: Outer canthi that are farther apart than this by the irises' width, mm, stand beside irises that read too
#: small, as they do low under a lid: 3 SD above the mean of `asymmetry.core.frame.OUTER_CANTHI_MM`. In 119
#: photos of 103 people they are up to 95.2 apart.
MOST_CANTHI_MM = 96.5
#: Standard deviation of a guessed place, mm: as far as MRD1 is off under lids that were moved down.
GUESS_MM = 0.9


@dataclass(frozen=True)
class Guessed:
    """Sides whose pupil is a guess, because a lid covers it or because no iris is seen.

    ``small`` says whether the irises read too small for the face.
    """

    covered: tuple[Side, ...]
    unclear: tuple[Side, ...]
    small: bool = False

    @property
    def notes(self) -> tuple[Note, ...]:
        """The same as notes."""
        found = []
        if self.covered:
            found.append(Note("pupil_hidden", sides=self.covered))
        if self.unclear:
            found.append(Note("iris_unclear", sides=self.unclear))
        if self.small:
            found.append(Note("irises_small"))
        return tuple(found)


def guess_pupils(points: FloatArray, irises: Mapping[Side, bool] | None) -> Guessed:
    """Find the pupils whose place is a guess.

    Parameters
    ----------
    points : ndarray, shape (k, 3)
        A face's points, px; NaN where not seen.
    irises : mapping of Side to bool, optional
        Whether the iris was seen in the pixels. Default: it was not looked for.
    """
    right, left = points[list(MEDIAPIPE_478.pairs["outer_canthus"]), :2]
    across = left - right
    up = np.array([across[1], -across[0]]) / np.hypot(*across)
    open_mm = {side: _over_pupil(points, side, up) for side in SIDES}
    covered = tuple(side for side in SIDES if open_mm[side] < COVERED_MM)
    missed = [side for side in SIDES if irises is not None and not irises[side]]
    least = COVERED_MM if len(missed) == len(SIDES) else OPEN_MM
    unclear = tuple(side for side in missed if open_mm[side] >= least)
    names = ("iris_lateral", "iris_medial")
    rings = [np.hypot(*np.subtract(*points[MEDIAPIPE_478.of(side, names), :2])) for side in SIDES]
    wide = np.hypot(*across) / np.nanmean(rings) * IRIS_MM if np.isfinite(rings).any() else 0.0
    return Guessed(covered, unclear, bool(wide > MOST_CANTHI_MM))


def _over_pupil(points: FloatArray, side: Side, up: FloatArray) -> float:
    """Height of the upper lid over the iris's centre, mm; NaN where either was not seen."""
    names = ("iris_centre", "upper_lid_4", "iris_lateral", "iris_medial")
    centre, lid, lateral, medial = points[MEDIAPIPE_478.of(side, names), :2]
    return float((lid - centre) @ up / np.hypot(*(lateral - medial)) * IRIS_MM)
