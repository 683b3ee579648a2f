"""How much less sure points are in a photo whose faults the points themselves don't show.

A coarse or blurred photo makes a face's two readings differ, and so its error wider by itself. JPEG's blocks,
strong grain and a turned head move points where they can't be seen to have moved.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from asymmetry.core.notes import Note
from asymmetry.extract.judge.spread import widen

__all__ = ["FaultError", "FaultErrors", "widen_by_faults"]

FloatArray = npt.NDArray[np.float64]
_GROUPS = ("brow", "lids", "iris", "mouth")


@dataclass(frozen=True)
class FaultError:
    """The standard deviation that a fault adds to points, cm for each unit of its figure.

    Attributes
    ----------
    brow, lids, iris, mouth : float
        Of these points.
    start : float
        The figure of a photo without the fault.
    figure : str
        The name of the figure in the fault's note.
    """

    brow: float
    lids: float
    iris: float
    mouth: float
    start: float = 0.0
    figure: str = "value"

    def added(self, note: Note) -> dict[str, float]:
        """The standard deviation that is added, cm, by the name of the group of points.

        Examples
        --------
        >>> FaultError(0.01, 0.02, 0.0, 0.0, start=1.0).added(Note("compressed", value=4.0))["lids"]
        0.06
        """
        beyond = float(note[self.figure]) - self.start  # type: ignore[arg-type]
        return {name: getattr(self, name) * beyond for name in _GROUPS}


@dataclass(frozen=True)
class FaultErrors:
    """The error that each fault adds, by the code of its note: ``python -m benchmarks.tune.fault_errors``.

    By it 72 % of the left-right differences of tuning people's spoilt photos are within one standard
    deviation of those of the photos as they are.

    Attributes
    ----------
    compressed : FaultError
        By the steps between JPEG's blocks, in those within: 3.7 at quality 10.
    grainy : FaultError
        By the grain, percent of the brightness.
    head_turned : FaultError
        By the yaw, degrees.
    """

    compressed: FaultError = field(
        default_factory=lambda: FaultError(0.0060, 0.0098, 0.0101, 0.0112, start=1.0)
    )
    grainy: FaultError = field(default_factory=lambda: FaultError(0.0021, 0.0021, 0.0020, 0.0015))
    head_turned: FaultError = field(
        default_factory=lambda: FaultError(0.0017, 0.0004, 0.0025, 0.0008, figure="angle")
    )


def widen_by_faults(
    spread: FloatArray, px_per_cm: float, notes: Iterable[Note], errors: FaultErrors
) -> FloatArray:
    """Standard deviations (k,) of a face's points, px, widened by the faults that are noted."""
    for note in notes:
        error = getattr(errors, note.code, None)
        if isinstance(error, FaultError):
            spread = widen(spread, px_per_cm, error.added(note))
    return spread
