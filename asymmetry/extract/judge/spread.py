"""How sure each point is: the standard deviation of its place, from the reading itself.

Two things make a point unsure. A chimera is symmetric, so where the model reads a point and its mirror twin
differently, that is noise, and it grows where a photo is blurred, dark or small. And of an asymmetry a part
is misread, more or less of it from person to person, so the error grows with the asymmetry. Lids, irises and
the mouth's corners are found in the pixels, or not.

These are errors of repeats: errors that all photos of a person share are in `asymmetry.metrics.absolute`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side

__all__ = ["SCATTER", "Scatter", "behind_glasses", "lid_sds", "point_spread"]

FloatArray = npt.NDArray[np.float64]

_GROUPS = MEDIAPIPE_478.groups
_BROW = _GROUPS["brow"]
_MOUTH = _GROUPS["mouth"]
_CORNER = ("commissure", "inner_commissure")


def _brow_ends(*stations: int) -> tuple[str, ...]:
    return tuple(f"{edge}_{station}" for edge in ("brow_upper", "brow_lower") for station in stations)


# Points that go wrong together, and the points whose asymmetry misleads them; from the general to the
# special: a point that is in several parts has the last one's standard deviation. The first part is the rest.
_PARTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "rest": ((), _MOUTH),
    "brow": (_BROW, _BROW),
    "brow_lateral": (_brow_ends(1, 2), _BROW),
    "brow_medial": (_brow_ends(5), _BROW),
    "mouth": (_MOUTH, _MOUTH),
    "corner": (_CORNER, _MOUTH),
    "canthi": (_GROUPS["canthi"], _BROW),
    "lip_middle": (("philtrum", "upper_lip", "lower_lip"), _MOUTH),
    "chin": (("pogonion", "menton"), _MOUTH),
}


@dataclass(frozen=True)
class Scatter:
    """The numbers behind the standard deviations of points: ``scatter.toml``, which says how it was made.

    Attributes
    ----------
    noise, share : mapping of str to float
        Of each part: its standard deviation as a share of the noise between mirror twins, and of the
        asymmetry that misleads it.
    lid : float
        Of a lid on a margin that the photo shows, as a share of the width of its distribution.
    lid_share : float
        Lids go wrong by this share of half the difference between them more.
    iris, iris_unseen : float
        Of an iris on a circle that the photo shows, cm; and of one that it does not show.
    corner_unseen : float
        Standard deviation added to a corner of the mouth that was not seen on the line between the lips, cm.
    brow_behind, lid_behind : float
        Standard deviation that glasses add, cm.
    finest_px : float
        No place is surer than this, px.
    """

    noise: Mapping[str, float]
    share: Mapping[str, float]
    lid: float
    lid_share: float
    iris: float
    iris_unseen: float
    corner_unseen: float
    brow_behind: float
    lid_behind: float
    finest_px: float

    def values(self) -> dict[str, Any]:
        """All numbers by name, as JSON values for provenance."""
        return {name: dict(v) if isinstance(v, Mapping) else v for name, v in vars(self).items()}


def _load() -> Scatter:
    table = tomllib.loads(Path(__file__).with_name("scatter.toml").read_text(encoding="utf-8"))
    return Scatter(**{item.name: table[item.name] for item in fields(Scatter)})


#: The numbers that are used.
SCATTER = _load()


def lid_sds(
    widths: Mapping[Side, FloatArray],
    found: Mapping[Side, npt.NDArray[np.bool_]],
    scatter: Scatter = SCATTER,
) -> tuple[dict[Side, float], dict[Side, float]]:
    """Standard deviations of the upper and of the lower lid of each side, cm.

    Parameters
    ----------
    widths, found : mapping of Side to ndarray, shape (2,)
        Of `asymmetry.extract.edges.lids.Lids`. Of a margin that was not seen the whole width counts.
    scatter : Scatter
        The numbers.

    Examples
    --------
    >>> upper, _ = lid_sds({"left": np.array([0.5, 0.05])}, {"left": np.array([False, True])})
    >>> upper
    {'left': 0.5}
    """
    sds = {side: np.where(found[side], scatter.lid, 1.0) * width for side, width in widths.items()}
    upper = {side: float(sd[0]) for side, sd in sds.items()}
    lower = {side: float(sd[1]) for side, sd in sds.items()}
    return upper, lower


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
    for part, (points, misleading) in _PARTS.items():
        numbers = [number for name in points for number in MEDIAPIPE_478.named[name]]
        # A point of the midline is its own twin; it shows no noise.
        twins = [number for number in numbers if MEDIAPIPE_478.mirror[number] != number]
        seen = scatter.noise[part] * np.sqrt(np.mean(noise[:, twins or slice(None)] ** 2))
        spread[numbers or slice(None)] = np.hypot(seen, scatter.share[part] * _unevenness(plane, misleading))
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
    """Standard deviations (k,) of a face's points, px, with the part that glasses add for brows and lids."""
    wider = spread.copy()
    for names, more in ((_BROW, scatter.brow_behind), (_GROUPS["lids"], scatter.lid_behind)):
        numbers = MEDIAPIPE_478.right(names) + MEDIAPIPE_478.left(names)
        wider[numbers] = np.hypot(wider[numbers], more * px_per_cm)
    return wider


def _unevenness(plane: FloatArray, names: tuple[str, ...]) -> float:
    """How far the heights of points lie from those that both sides have on average: root mean square, cm."""
    right, left = plane[MEDIAPIPE_478.right(names), 1], plane[MEDIAPIPE_478.left(names), 1]
    return float(np.sqrt(np.mean((right - left) ** 2)) / 2)
