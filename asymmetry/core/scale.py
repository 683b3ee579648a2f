"""Where millimetres come from: an iris, or another known length in the face."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import as_numbers
from asymmetry.core.face import Face, apart, iris_width
from asymmetry.errors import InvalidInputError

__all__ = [
    "IRIS_MM",
    "IRIS_SD_MM",
    "OUTER_CANTHI_MM",
    "OUTER_CANTHI_SD_MM",
    "PUPILS_OVER_CANTHI",
    "Scale",
]

FloatArray = npt.NDArray[np.floating[Any]]

#: Horizontal visible iris diameter, mm: mean and standard deviation of adults (Ruefer et al. 2005).
IRIS_MM, IRIS_SD_MM = 11.71, 0.42
#: Stand-ins for irises that were not seen, as when both eyes are closed: the distance between the outer
#: canthi, mm, and the height of the pupil line over the canthi's mean, as a share of that distance. Means of
#: 16 people of several origins (Face Research Lab London Set), read by this library and scaled by the iris.
#: SD 3.6 mm (4.2 %) and 0.4 mm.
OUTER_CANTHI_MM, OUTER_CANTHI_SD_MM, PUPILS_OVER_CANTHI = 85.7, 3.6, 0.032
# The length that goes with each source but the iris, which has a mean.
_NEEDED = {"interpupillary": "mm", "canthi": "mm", "ruler": "px_per_mm"}


@dataclass(frozen=True, eq=False)
class Scale:
    """Where millimetres come from.

    Parameters
    ----------
    source : {"iris", "interpupillary", "canthi", "ruler"}
        The known quantity: the horizontal iris diameter, the distance between the pupils or between the outer
        canthi, or the pixels of a millimetre. One iris will do; where neither was seen, the outer canthi
        stand in with their usual distance, and beside a canthus that was not seen the mean iris does.
    mm : float or array_like of shape (n,)
        The known length in mm; for ``"ruler"`` the pixels per mm. Default: the mean iris of adults; any
        other source needs one.
    share : float, optional
        Standard deviation of that length as a share of it, which absolute errors of lengths contain. Default:
        that of adults' irises (3.6 %) for their mean, and 0 for any other length, which is taken for known.

    Examples
    --------
    >>> Scale().source
    'iris'
    >>> Scale("interpupillary", 63.0).mm
    63.0
    """

    source: Literal["iris", "interpupillary", "canthi", "ruler"] = "iris"
    mm: Any = None
    share: float | None = None

    def __post_init__(self) -> None:
        if self.source not in ("iris", "interpupillary", "canthi", "ruler"):
            raise InvalidInputError(
                f"scale source {self.source!r}: use 'iris', 'interpupillary', 'canthi' or 'ruler'"
            )
        if self.mm is None and self.source != "iris":
            raise InvalidInputError(
                f"scale: give the known length too: Scale({self.source!r}, {_NEEDED[self.source]})"
            )
        if self.mm is None:
            object.__setattr__(self, "mm", IRIS_MM)
        lengths = as_numbers("scale: lengths", self.mm, np.float64)
        if not np.all((lengths > 0) & np.isfinite(lengths)):
            raise InvalidInputError(f"scale: {self.mm} is not a positive length")
        shares = as_numbers("scale: shares", self.share or 0.0, np.float64)
        if not np.all(shares >= 0):
            raise InvalidInputError(f"scale: share {self.share} is not 0 or more")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scale) and self._facts == other._facts

    def __hash__(self) -> int:
        return hash(self._facts)

    @property
    def _facts(self) -> tuple[str, tuple[float, ...], float | None]:
        lengths = np.ravel(np.asarray(self.mm, dtype=np.float64)).tolist()
        return self.source, tuple(lengths), self.share

    def mm_per_px(self, face: Face) -> FloatArray:
        """Millimetres per unit of a face that is still in px, shape (n,)."""
        known = np.asarray(self.mm, dtype=np.float64)
        if self.source == "ruler":
            return np.broadcast_to(1.0 / known, face.size).copy()
        if self.source == "interpupillary":
            return known / apart(face, "iris_centre")
        if self.source == "canthi":
            canthi = apart(face, "outer_canthus")
            return np.where(np.isnan(canthi), IRIS_MM / iris_width(face), known / canthi)
        irises = iris_width(face)
        factor: FloatArray = known / irises
        if (blind := np.isnan(irises)).any():
            factor = np.where(blind, OUTER_CANTHI_MM / apart(face, "outer_canthus"), factor)
        return factor
