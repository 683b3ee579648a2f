"""How sure each point is: the standard deviation of its place, from what the reading itself shows.

Two things make a point unsure. A chimera is symmetric, so where the model reads a point and its mirror twin
differently, that is noise, and it grows where a photo is blurred, dark or small. And of an asymmetry a part
is misread, more or less of it from person to person, so the error grows with the asymmetry. Lids, irises and
the mouth's corners are found in the pixels, or not.

These are errors of repeats: what all photos of a person share is in `asymmetry.metrics.lasting`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side

__all__ = ["SCATTER", "Part", "Scatter", "behind_glasses", "lid_sds", "point_spread"]

FloatArray = npt.NDArray[np.float64]

_GROUPS = MEDIAPIPE_478.groups
_BROW = _GROUPS["brow"]
_MOUTH = _GROUPS["mouth"]
_CORNER = ("commissure", "inner_commissure")


def _brow_ends(*stations: int) -> tuple[str, ...]:
    return tuple(f"{edge}_{station}" for edge in ("brow_upper", "brow_lower") for station in stations)


@dataclass(frozen=True)
class Part:
    """Points that go wrong together.

    Attributes
    ----------
    name : str
        What they are called.
    points : tuple of str
        Their names; none for all that are in no part.
    uneven : tuple of str
        The points whose asymmetry misleads them.
    noise : float
        Their standard deviation as a share of the noise between mirror twins.
    share : float
        Their standard deviation as a share of that asymmetry.
    """

    name: str
    points: tuple[str, ...]
    uneven: tuple[str, ...]
    noise: float
    share: float


@dataclass(frozen=True)
class Scatter:
    """The numbers behind the standard deviations of points, made by ``python -m benchmarks.tune.repeats``.

    Attributes
    ----------
    parts : tuple of Part
        From the general to the special: a point that is in several has the last one's.
    lid, lid_unseen : float
        Of a lid on a margin that the photo shows, cm; and of one that it does not show.
    lid_share : float
        Lids go wrong by this share of half the difference between them more.
    iris, iris_unseen : float
        Of an iris on a circle that the photo shows, cm; and of one that it does not show.
    corner_unseen : float
        What a corner of the mouth is the less sure by that was not seen on the line between the lips, cm.
    brow_behind, lid_behind : float
        What glasses add, cm: of 184 brows and 165 upper lids behind painted glasses that were found (tuning
        people) 68 % are off by less.
    finest_px : float
        No place is surer than this, px.
    """

    parts: tuple[Part, ...]
    lid: float
    lid_unseen: float
    lid_share: float
    iris: float
    iris_unseen: float
    corner_unseen: float
    brow_behind: float = 0.14
    lid_behind: float = 0.03
    finest_px: float = 0.05

    def values(self) -> dict[str, Any]:
        """All numbers by name, as JSON values for provenance."""
        single = {name: value for name, value in vars(self).items() if name != "parts"}
        return {part.name: [part.noise, part.share] for part in self.parts} | single


#: The numbers that are used.
SCATTER = Scatter(
    parts=(
        Part("rest", (), _MOUTH, 0.20, 0.40),
        Part("brow", _BROW, _BROW, 0.045, 0.078),
        Part("brow_lateral", _brow_ends(1, 2), _BROW, 0.08, 0.28),
        Part("brow_medial", _brow_ends(5), _BROW, 0.16, 0.20),
        Part("mouth", _MOUTH, _MOUTH, 0.30, 0.17),
        Part("corner", _CORNER, _MOUTH, 0.05, 0.045),
        Part("canthi", _GROUPS["canthi"], _BROW, 0.35, 0.05),
        Part("lip_middle", ("philtrum", "upper_lip", "lower_lip"), _MOUTH, 0.20, 0.40),
        Part("chin", ("pogonion", "menton"), _MOUTH, 0.30, 1.00),
    ),
    lid=0.003,
    lid_unseen=0.06,
    lid_share=0.075,
    iris=0.003,
    iris_unseen=0.02,
    corner_unseen=0.03,
)


def lid_sds(seen: Mapping[Side, bool], scatter: Scatter = SCATTER) -> dict[Side, float]:
    """Standard deviation of the lids of each side, cm, by whether their margin was seen.

    Examples
    --------
    >>> lid_sds({"right": True, "left": False})
    {'right': 0.003, 'left': 0.06}
    """
    return {side: scatter.lid if found else scatter.lid_unseen for side, found in seen.items()}


def point_spread(
    plane: FloatArray,
    apart: Sequence[FloatArray],
    *,
    upper: Mapping[Side, float],
    lower: Mapping[Side, float],
    irises: Mapping[Side, bool],
    corners: Mapping[Side, bool],
    px_per_cm: float,
    scatter: Scatter = SCATTER,
) -> FloatArray:
    """Standard deviation of every point, shape (k,), px.

    Parameters
    ----------
    plane : ndarray, shape (k, 2)
        Canonical x, y of all points, cm.
    apart : sequence of ndarray, shape (k, 2)
        Half of how far each point and its mirror twin are apart in its side's chimera, cm, at each size.
    upper, lower : mapping of Side to float
        Standard deviation of the upper and of the lower lid, cm; NaN where it has no reading.
    irises, corners : mapping of Side to bool
        Whether the iris and the line between the lips were seen in the pixels.
    px_per_cm : float
        Scale of the face in the photo.
    scatter : Scatter
        The numbers.
    """
    noise = np.stack(apart)[..., 1]
    spread = np.empty(len(plane))
    for part in scatter.parts:
        numbers = [number for name in part.points for number in MEDIAPIPE_478.named[name]]
        # A point of the midline is its own twin; it shows no noise.
        twins = [number for number in numbers if MEDIAPIPE_478.mirror[number] != number]
        spread[numbers or slice(None)] = _spread(part, plane, noise, twins or slice(None))
    uneven = scatter.lid_share * _unevenness(plane, ("upper_lid_4",))
    for side in SIDES:
        for group, sds in (("upper_lid", upper), ("lower_lid", lower)):
            spread[MEDIAPIPE_478.of(side, _GROUPS[group])] = np.hypot(sds[side], uneven)
        spread[MEDIAPIPE_478.of(side, _GROUPS["iris"])] = (
            scatter.iris if irises[side] else scatter.iris_unseen
        )
        if not corners[side]:
            corner = MEDIAPIPE_478.of(side, _CORNER)
            spread[corner] = np.hypot(spread[corner], scatter.corner_unseen)
    return np.asarray(np.hypot(spread * px_per_cm, scatter.finest_px))


def behind_glasses(spread: FloatArray, px_per_cm: float, scatter: Scatter = SCATTER) -> FloatArray:
    """Standard deviations (k,) of a face's points, px, with what glasses add to those of brows and lids."""
    wider = spread.copy()
    for names, more in ((_BROW, scatter.brow_behind), (_GROUPS["lids"], scatter.lid_behind)):
        numbers = MEDIAPIPE_478.right(names) + MEDIAPIPE_478.left(names)
        wider[numbers] = np.hypot(wider[numbers], more * px_per_cm)
    return wider


def _spread(part: Part, plane: FloatArray, noise: FloatArray, numbers: list[int] | slice) -> float:
    """One standard deviation for all points of a part, cm."""
    scatter = np.sqrt(np.mean(noise[:, numbers] ** 2))
    return float(np.hypot(part.noise * scatter, part.share * _unevenness(plane, part.uneven)))


def _unevenness(plane: FloatArray, names: tuple[str, ...]) -> float:
    """How far the heights of points lie from those that both sides have on average: root mean square, cm."""
    right, left = (plane[MEDIAPIPE_478.of(side, names), 1] for side in SIDES)
    return float(np.sqrt(np.mean((right - left) ** 2)) / 2)
