"""How sure each point is: the standard deviation of its place, from what the reading itself shows.

Two things make a point unsure. A chimera is symmetric, so where the model reads a point and its mirror twin
differently, that is noise, and it grows where a photo is blurred, dark or small. And of an asymmetry a part
is misread, more or less of it from person to person, so the error grows with the asymmetry. Lids, irises and
the mouth's corners are found in the pixels, or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side

__all__ = ["behind_glasses", "point_spread"]

FloatArray = npt.NDArray[np.float64]

_GROUPS = MEDIAPIPE_478.groups
_BROW = _GROUPS["brow"]
_MOUTH = _GROUPS["mouth"]
_CORNER = ("commissure", "inner_commissure")


def _brow_ends(*stations: int) -> tuple[str, ...]:
    return tuple(f"{edge}_{station}" for edge in ("brow_upper", "brow_lower") for station in stations)


@dataclass(frozen=True)
class _Part:
    """Points that go wrong together.

    Attributes
    ----------
    points : tuple of str
        Their names.
    noise : float
        Their standard deviation as a share of the noise between mirror twins.
    uneven : tuple of str
        The points whose asymmetry misleads them.
    share : float
        Their standard deviation as a share of that asymmetry.
    """

    points: tuple[str, ...]
    noise: float
    uneven: tuple[str, ...]
    share: float


# Shares that make 68 % of the errors fall within one standard deviation, in copies and warps of 16 people's
# photos. The eight tuning people alone would give brows half of theirs: what constants were chosen on reads
# too well.
_PARTS = (
    _Part(_BROW, 0.045, _BROW, 0.078),
    _Part(_brow_ends(1, 2), 0.08, _BROW, 0.28),
    _Part(_brow_ends(5), 0.16, _BROW, 0.20),
    _Part(_MOUTH, 0.30, _MOUTH, 0.17),
    _Part(_CORNER, 0.05, _MOUTH, 0.045),
    _Part(_GROUPS["canthi"], 0.35, _BROW, 0.05),
    _Part(("philtrum", "upper_lip", "lower_lip"), 0.20, _MOUTH, 0.40),
    _Part(("pogonion", "menton"), 0.30, _MOUTH, 1.00),
)
_REST = _Part((), 0.20, _MOUTH, 0.40)
# Of lids on a margin and irises on a circle that the photo shows, cm; and of those that it does not show.
# What lids go wrong by grows by this share of half the difference between them.
_LID, _LID_UNSEEN, _LID_SHARE = 0.003, 0.06, 0.075
_IRIS, _IRIS_UNSEEN = 0.003, 0.02
# What a corner of the mouth is the less sure by that was not seen on that line, cm.
_CORNER_UNSEEN = 0.03
# What glasses add, cm: of 184 brows and 165 upper lids behind painted glasses that were found (tuning people)
# 68 % are off by less.
_BROW_BEHIND, _LID_BEHIND = 0.14, 0.03
# No place is surer than this, px.
_FINEST_PX = 0.05


def point_spread(
    plane: FloatArray,
    apart: Sequence[FloatArray],
    *,
    lids: dict[Side, bool],
    irises: dict[Side, bool],
    corners: dict[Side, bool],
    px_per_cm: float,
) -> FloatArray:
    """Standard deviation of every point, shape (k,), px.

    Parameters
    ----------
    plane : ndarray, shape (k, 2)
        Canonical x, y of all points, cm.
    apart : sequence of ndarray, shape (k, 2)
        Half of how far each point and its mirror twin are apart in its side's chimera, cm, at each size.
    lids, irises, corners : dict of Side to bool
        Whether the upper lid's margin, the iris and the line between the lips were seen in the pixels.
    px_per_cm : float
        Scale of the face in the photo.
    """
    noise = np.stack(apart)[..., 1]
    spread = np.empty(len(plane))
    spread[:] = _spread(_REST, plane, noise, slice(None))
    for part in _PARTS:
        numbers = [number for name in part.points for number in MEDIAPIPE_478.named[name]]
        # A point of the midline is its own twin; it shows no noise.
        twins = [number for number in numbers if MEDIAPIPE_478.mirror[number] != number]
        spread[numbers] = _spread(part, plane, noise, twins or slice(None))
    uneven = _LID_SHARE * _unevenness(plane, ("upper_lid_4",))
    for side in SIDES:
        spread[MEDIAPIPE_478.of(side, _GROUPS["lids"])] = np.hypot(
            _LID if lids[side] else _LID_UNSEEN, uneven
        )
        spread[MEDIAPIPE_478.of(side, _GROUPS["iris"])] = _IRIS if irises[side] else _IRIS_UNSEEN
        if not corners[side]:
            corner = MEDIAPIPE_478.of(side, _CORNER)
            spread[corner] = np.hypot(spread[corner], _CORNER_UNSEEN)
    return np.asarray(np.hypot(spread * px_per_cm, _FINEST_PX))


def behind_glasses(spread: FloatArray, px_per_cm: float) -> FloatArray:
    """Standard deviations (k,) of a face's points, px, with what glasses add to those of brows and lids."""
    wider = spread.copy()
    for names, more in ((_BROW, _BROW_BEHIND), (_GROUPS["lids"], _LID_BEHIND)):
        numbers = MEDIAPIPE_478.right(names) + MEDIAPIPE_478.left(names)
        wider[numbers] = np.hypot(wider[numbers], more * px_per_cm)
    return wider


def _spread(part: _Part, plane: FloatArray, noise: FloatArray, numbers: list[int] | slice) -> float:
    """One standard deviation for all points of a part, cm."""
    scatter = np.sqrt(np.mean(noise[:, numbers] ** 2))
    return float(np.hypot(part.noise * scatter, part.share * _unevenness(plane, part.uneven)))


def _unevenness(plane: FloatArray, names: tuple[str, ...]) -> float:
    """How far the heights of points lie from those that both sides have on average: root mean square, cm."""
    right, left = (plane[MEDIAPIPE_478.of(side, names), 1] for side in SIDES)
    return float(np.sqrt(np.mean((right - left) ** 2)) / 2)
