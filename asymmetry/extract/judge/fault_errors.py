"""How much a photo's faults add to the error of points, where the points themselves don't show it.

A coarse or blurred photo makes a face's two readings differ, and so its error wider by itself. JPEG's blocks,
noise, strong grain and a turned head move points where they can't be seen to have moved. The errors from
blocks and noise grow with them, from the highest figures of good photos on, whether they are noted or not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from asymmetry.core.arrays import FloatArray
from asymmetry.extract.judge.spread import widen

__all__ = ["FaultError", "FaultErrors", "widen_by_faults"]

_GROUPS = ("brow", "lids", "iris", "mouth")


@dataclass(frozen=True)
class FaultError:
    """The standard deviation that a fault adds to points, for each unit of its figure.

    Attributes
    ----------
    brow, lids, iris, mouth : float
        Of these points, in cm; in px if `in_px`.
    start : float
        The figure of a photo without the fault; below it nothing is added.
    power : float
        With which power of the figure beyond `start` it grows.
    in_px : bool
        It is a share of a pixel: the finer a photo is, the less it costs.
    """

    brow: float
    lids: float
    iris: float
    mouth: float
    start: float = 0.0
    power: float = 1.0
    in_px: bool = False

    def added(self, figure: float, px_per_cm: float) -> dict[str, float]:
        """The standard deviation that is added, cm, by the name of the group of points.

        Parameters
        ----------
        figure : float
            The fault's figure; where it is NaN nothing is added.
        px_per_cm : float
            Scale of the face in the photo.

        Examples
        --------
        >>> FaultError(0.01, 0.02, 0.0, 0.0, start=1.0).added(4.0, px_per_cm=20.0)["lids"]
        0.06
        >>> FaultError(0.1, 0.25, 0.0, 0.0, power=0.5, in_px=True).added(4.0, px_per_cm=16.0)[
        ...     "lids"
        ... ]
        0.03125
        """
        beyond = max(0.0, figure - self.start) ** self.power  # of NaN and 0 the latter
        if self.in_px:
            beyond /= px_per_cm
        return {name: getattr(self, name) * beyond for name in _GROUPS}


@dataclass(frozen=True)
class FaultErrors:
    """The error that each fault adds: ``python -m benchmarks.tune.fault_errors``.

    By it 72 % of the left-right differences of tuning people's spoilt photos are within one standard
    deviation of those of the photos as they are.

    Attributes
    ----------
    compressed : FaultError
        By the steps between JPEG's blocks, in those within. Photos of 3 px per mm that were stored well have
        1.5, those of quality 40 at 2 px per mm 1.8 and of quality 10 3.7.
    noisy : FaultError
        By the noise from pixel to pixel, percent of the brightness, where grain is not noted; the same for
        all points. Good photos of 3 px per mm have 0.3 to 1.0; noise of 5 grey levels is 2.1 and more.
    grainy : FaultError
        By the grain that is noted, percent of the brightness.
    head_turned : FaultError
        By the yaw that is noted, degrees.
    """

    compressed: FaultError = field(
        default_factory=lambda: FaultError(0.22, 0.33, 0.33, 0.31, start=1.5, power=0.5, in_px=True)
    )
    noisy: FaultError = field(
        default_factory=lambda: FaultError(0.038, 0.038, 0.038, 0.038, start=1.0, in_px=True)
    )
    grainy: FaultError = field(default_factory=lambda: FaultError(0.0021, 0.0021, 0.0020, 0.0015))
    head_turned: FaultError = field(
        default_factory=lambda: FaultError(0.0017, 0.0004, 0.0025, 0.0008)
    )


def widen_by_faults(
    spread: FloatArray, px_per_cm: float, figures: Mapping[str, float], errors: FaultErrors
) -> FloatArray:
    """Standard deviations (k,) of a face's points, px, widened by faults, by their figures."""
    for name, figure in figures.items():
        spread = widen(spread, px_per_cm, getattr(errors, name).added(figure, px_per_cm))
    return spread
