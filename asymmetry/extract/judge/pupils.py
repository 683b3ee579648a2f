"""Pupils whose place is a guess: a lid covers them, or the photo shows no iris there.

The level, the pupil line and millimetres depend on the irises. Of an iris under a lid that hangs before the
pupil only the lower part is seen, and both are drawn along with the lid: where both lids of 17 tuning people
were moved down by 3 to 6 mm, MRD1 reads 0.8 mm too high (median), brows up to 3.7 mm too high, and the scale
up to 13 % too large.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from asymmetry.core.arrays import FloatArray
from asymmetry.core.frame import IRIS_MM
from asymmetry.core.notes import Note
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from asymmetry.extract.judge.limits import PupilLimits

__all__ = ["Guessed", "guess_pupils"]


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
        """Notes on the pupils that are guesses."""
        found = []
        if self.covered:
            found.append(Note("pupil_hidden", sides=self.covered))
        if self.unclear:
            found.append(Note("iris_unclear", sides=self.unclear))
        if self.small:
            found.append(Note("irises_small"))
        return tuple(found)


def guess_pupils(
    points: FloatArray, irises: Mapping[Side, bool] | None, limits: PupilLimits
) -> Guessed:
    """Find the pupils whose place is a guess.

    Parameters
    ----------
    points : ndarray, shape (k, 3)
        A face's points, px; NaN where not seen.
    irises : mapping of Side to bool or None
        Whether the iris was seen in the pixels; None if it was not looked for.
    limits : PupilLimits
        From which figures on it is one.
    """
    right, left = points[list(MEDIAPIPE_478.pairs["outer_canthus"]), :2]
    across = left - right
    up = np.array([across[1], -across[0]]) / np.hypot(*across)
    open_mm = {side: _over_pupil(points, side, up) for side in SIDES}
    covered = tuple(side for side in SIDES if open_mm[side] < limits.covered_mm)
    missed = [side for side in SIDES if irises is not None and not irises[side]]
    least = limits.covered_mm if len(missed) == len(SIDES) else limits.open_mm
    unclear = tuple(side for side in missed if open_mm[side] >= least)
    names = ("iris_lateral", "iris_medial")
    rings = [np.hypot(*np.subtract(*points[MEDIAPIPE_478.of(side, names), :2])) for side in SIDES]
    wide = np.hypot(*across) / np.nanmean(rings) * IRIS_MM if np.isfinite(rings).any() else 0.0
    return Guessed(covered, unclear, bool(wide > limits.canthi_mm))


def _over_pupil(points: FloatArray, side: Side, up: FloatArray) -> float:
    """Height of the upper lid over the iris's centre, mm; NaN where either was not seen."""
    names = ("iris_centre", "upper_lid_4", "iris_lateral", "iris_medial")
    centre, lid, lateral, medial = points[MEDIAPIPE_478.of(side, names), :2]
    return float((lid - centre) @ up / np.hypot(*(lateral - medial)) * IRIS_MM)
