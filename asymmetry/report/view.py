"""A face's place and directions in its picture, by which overlays place their shapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from asymmetry.core.arrays import FloatArray
from asymmetry.core.frame import face_frame
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import SIDES, Scheme, Side
from asymmetry.core.stations import with_stations

__all__ = ["View"]

#: Units of width between the outer canthi: lines grow with the face.
_UNITS = 48.0


@dataclass(frozen=True)
class View:
    """A face's place and directions in its picture.

    Attributes
    ----------
    points : ndarray, shape (k + m, 2)
        Its points and the stations that are read between them, px; the last one was never seen, NaN.
    spread : ndarray, shape (k + m,)
        Their standard deviations, px.
    layout : Scheme
        Their names.
    along, down : ndarray, shape (2,)
        Unit vectors of the picture: towards the patient's left, and towards the chin.
    unit : float
        The unit of lines and letters, px.
    size : (int, int)
        Width and height of the picture, px.
    """

    points: FloatArray = field(repr=False)
    spread: FloatArray = field(repr=False)
    layout: Scheme = field(repr=False)
    along: FloatArray
    down: FloatArray
    unit: float
    size: tuple[int, int]

    @classmethod
    def of(cls, faces: Landmarks, row: int) -> View:
        """The view of one row. Without eyes it is upright, and its unit comes from the picture's width."""
        every, spreads = with_stations(faces.points[[row]], faces.spread[[row]], faces.scheme)
        points = np.concatenate([every[0, :, :2].astype(np.float64), np.full((1, 2), np.nan)])
        spread = np.append(spreads[0].astype(np.float64), np.nan)
        canthi = points[list(faces.layout.pairs["outer_canthus"])]
        width, height = faces.size[row].tolist()
        apart = float(np.linalg.norm(canthi[0] - canthi[1]))
        unit = width / (2 * _UNITS)
        if np.isfinite(apart) and apart > 0:
            unit = apart / _UNITS
        roll = float(face_frame(faces[row], names=()).roll[0])
        turn = np.radians(np.nan_to_num(roll))
        along = np.array([np.cos(turn), -np.sin(turn)])
        down = np.array([np.sin(turn), np.cos(turn)])
        return cls(points, spread, faces.layout, along, down, unit, (width, height))

    def number(self, name: str, side: Side) -> int:
        """Number of a point, paired or of the midline; that of the last one where the scheme lacks it."""
        lacking = (len(self.points) - 1,) * 2
        return self.layout.places.get(name, lacking)[SIDES.index(side)]

    def place(self, weights: Mapping[str, float], side: Side) -> FloatArray:
        """Weighted mean of some points of one side; NaN where one was not seen."""
        points = self.points[[self.number(name, side) for name in weights]]
        found: FloatArray = np.array(list(weights.values())) @ points
        return found

    def eyes(self) -> FloatArray | None:
        """Right and left pupil, shape (2, 2), or the outer canthi where a pupil was not seen."""
        for name in ("iris_centre", "outer_canthus"):
            pair = self.points[[self.number(name, side) for side in SIDES]]
            if np.isfinite(pair).all():
                return pair
        return None
