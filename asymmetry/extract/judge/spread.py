"""How sure each point is: the standard deviation of its place, from the reading itself.

Three things make a point unsure. A chimera is symmetric, so where the model reads a point and its mirror twin
differently, that is noise, and it grows where a photo is blurred or dark. Edges are lost in large pixels.
And of an asymmetry a part is misread, more or less of it from person to person, so the error grows with the
asymmetry. Brows, lids, irises and the mouth's corners are found in the pixels, or not.

These are errors of repeats: errors that all photos of a person share are in `asymmetry.metrics.absolute`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from asymmetry.core.arrays import FloatArray, Mask
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side

__all__ = [
    "SCATTER",
    "Scatter",
    "Seen",
    "behind_glasses",
    "lid_lead",
    "lid_sds",
    "point_spread",
    "unevenness",
    "widen",
]

_GROUPS = MEDIAPIPE_478.groups
_BROW = _GROUPS["brow"]
_MOUTH = _GROUPS["mouth"]
_CORNER = ("commissure", "inner_commissure")
_RIM = ("iris_lateral", "iris_medial")


# Points that go wrong together, and the group of points whose asymmetry misleads them; from the general to
# the special: a point that is in several parts has the last one's standard deviation. The first is the rest.
_PARTS: dict[str, tuple[tuple[str, ...], str]] = {
    "rest": ((), "mouth"),
    "brow": (_BROW, "brow"),
    "brow_lateral": (("brow_upper_1", "brow_upper_2", "brow_lower_1", "brow_lower_2"), "brow"),
    "brow_medial": (("brow_upper_5", "brow_lower_5"), "brow"),
    "mouth": (_MOUTH, "mouth"),
    "corner": (_CORNER, "mouth"),
    "canthi": (_GROUPS["canthi"], "brow"),
    "lip_middle": (("philtrum", "upper_lip", "lower_lip"), "mouth"),
    "chin": (("pogonion", "menton"), "mouth"),
}


@dataclass(frozen=True)
class Scatter:
    """The numbers behind the standard deviations of points: ``scatter.toml``, which says how it was made.

    Attributes
    ----------
    noise, share, coarse : mapping of str to float
        Of each part: its standard deviation as a share of the noise between mirror twins, and of the
        asymmetry that misleads it; and per cm² of a pixel, for in copies of a quarter the size corners and
        irises' diameters scatter 8 to 14 times as far. Lids and the rims of irises have the last alone.
    natural : mapping of str to float
        How far brow, mouth and lids are from those that both sides have on average, cm, in nine of ten faces
        that nothing moved: an asymmetry of this size counts half, for it is as likely the face's own, which
        is misread alike in every photo.
    lid : float
        Of a lid on a margin that the photo shows, as a share of the width of its distribution.
    lid_moved : float
        Of a lid that is moved closer to shut than the other side's, more, cm: lids are misread alike on all
        their way down.
    iris, iris_unseen : float
        Of an iris on a circle that the photo shows, cm; and of one that it does not show.
    brow_unseen : float
        Standard deviation added to brows that the photo does not show as dark bands, cm.
    corner_unseen : float
        Standard deviation added to a corner of the mouth that was not seen on the line between the lips, cm.
    brow_behind, lid_behind : float
        Standard deviation that glasses add, cm.
    finest_px : float
        No place is surer than this, px.
    """

    noise: Mapping[str, float]
    share: Mapping[str, float]
    coarse: Mapping[str, float]
    natural: Mapping[str, float]
    lid: float
    lid_moved: float
    iris: float
    iris_unseen: float
    brow_unseen: float
    corner_unseen: float
    brow_behind: float
    lid_behind: float
    finest_px: float

    def moved(self, group: str, uneven: float) -> float:
        """The part of an asymmetry, cm, that is a movement, from 0 to 1."""
        fourth, natural = uneven**4, self.natural[group] ** 4
        return fourth / (fourth + natural)

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
    found: Mapping[Side, Mask],
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


@dataclass(frozen=True)
class Seen:
    """Parts that were found in the pixels.

    Attributes
    ----------
    irises, corners : mapping of Side to bool
        Whether the iris was, and the line between the lips at the corner of the mouth.
    brows : float
        How clearly both brows were, 0 to 1.
    """

    irises: Mapping[Side, bool]
    brows: float
    corners: Mapping[Side, bool]


def point_spread(
    plane: FloatArray,
    apart: Sequence[FloatArray],
    *,
    upper: Mapping[Side, float],
    lower: Mapping[Side, float],
    seen: Seen,
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
    seen : Seen
        The parts that the pixels show.
    px_per_cm : float
        Scale of the face in the photo.
    scatter : Scatter
        The numbers.
    """
    spread = _part_spread(plane, np.stack(apart)[..., 1], scatter)
    brows = _numbers(_BROW)
    spread[brows] = np.hypot(spread[brows], (1 - seen.brows) * scatter.brow_unseen)
    for side in SIDES:
        for group, sds in (("upper_lid", upper), ("lower_lid", lower)):
            moved = scatter.lid_moved * scatter.moved("lid", lid_lead(plane, group, side))
            spread[MEDIAPIPE_478.of(side, _GROUPS[group])] = np.hypot(sds[side], moved)
        iris = MEDIAPIPE_478.of(side, _GROUPS["iris"])
        spread[iris] = scatter.iris if seen.irises[side] else scatter.iris_unseen
        if not seen.corners[side]:
            corner = MEDIAPIPE_478.of(side, _CORNER)
            spread[corner] = np.hypot(spread[corner], scatter.corner_unseen)
    spread = np.hypot(spread, _coarseness(scatter) / px_per_cm**2)
    return np.asarray(np.hypot(spread * px_per_cm, scatter.finest_px))


def _part_spread(plane: FloatArray, noise: FloatArray, scatter: Scatter) -> FloatArray:
    """Spread of each part's points by its noise and its asymmetry, cm, shape (k,)."""
    spread, moved = np.empty(len(plane)), {}
    for group in ("brow", "mouth"):
        uneven = unevenness(plane, _GROUPS[group])
        moved[group] = uneven * scatter.moved(group, uneven)
    for part, (points, group) in _PARTS.items():
        numbers = _numbers(points)
        # A point of the midline is its own twin; it shows no noise.
        twins = [number for number in numbers if MEDIAPIPE_478.mirror[number] != number]
        seen = scatter.noise[part] * np.sqrt(np.mean(noise[:, twins or slice(None)] ** 2))
        spread[numbers or slice(None)] = np.hypot(seen, scatter.share[part] * moved[group])
    return spread


def _coarseness(scatter: Scatter) -> FloatArray:
    """Spread of a part's points for each cm² of a pixel, cm, shape (k,)."""
    coarse = np.zeros(MEDIAPIPE_478.size)
    for part, (points, _) in _PARTS.items():
        coarse[_numbers(points) or slice(None)] = scatter.coarse[part]
    coarse[_numbers(_GROUPS["lids"])] = scatter.coarse["lid"]
    coarse[_numbers(_GROUPS["iris"])] = 0.0
    coarse[_numbers(_RIM)] = scatter.coarse["rim"]
    return coarse


def lid_lead(plane: FloatArray, group: str, side: Side) -> float:
    """How much closer to shut a lid is than those of both sides on average, cm; 0 if it is not.

    Parameters
    ----------
    plane : ndarray, shape (k, 2)
        Canonical x, y of all points, cm. Heights count from each side's canthi.
    group : {"upper_lid", "lower_lid"}
        The lid.
    side : {"right", "left"}
        Whose.
    """
    right, left = (_heights(plane, each, (f"{group}_4",))[0] for each in SIDES)
    higher = float(right - left if side == "right" else left - right) / 2
    return max(-higher if group == "upper_lid" else higher, 0.0)


def behind_glasses(spread: FloatArray, px_per_cm: float, scatter: Scatter = SCATTER) -> FloatArray:
    """Standard deviations (k,) of a face's points, px, with the part that glasses add for brows and lids."""
    wider = spread.copy()
    for names, more in ((_BROW, scatter.brow_behind), (_GROUPS["lids"], scatter.lid_behind)):
        numbers = _numbers(names)
        wider[numbers] = np.hypot(wider[numbers], more * px_per_cm)
    return wider


def widen(spread: FloatArray, px_per_cm: float, added: Mapping[str, float]) -> FloatArray:
    """Standard deviations (k,) of points, px, with the errors added to groups of them, cm."""
    wider = spread.copy()
    for group, more in added.items():
        numbers = _numbers(_GROUPS[group])
        wider[numbers] = np.hypot(wider[numbers], more * px_per_cm)
    return wider


def unevenness(plane: FloatArray, names: tuple[str, ...]) -> float:
    """How far the heights of points lie from those that both sides have on average: root mean square, cm.

    Parameters
    ----------
    plane : ndarray, shape (k, 2)
        Canonical x, y of all points, cm. Heights count from each side's canthi.
    names : tuple of str
        The points, of both sides.
    """
    right, left = (_heights(plane, side, names) for side in SIDES)
    return float(np.sqrt(np.mean((right - left) ** 2)) / 2)


def _heights(plane: FloatArray, side: Side, names: tuple[str, ...]) -> FloatArray:
    """Heights of a side's points over its canthi."""
    canthi = plane[MEDIAPIPE_478.of(side, _GROUPS["canthi"]), 1].mean()
    return np.asarray(plane[MEDIAPIPE_478.of(side, names), 1] - canthi)


def _numbers(names: tuple[str, ...]) -> list[int]:
    return [number for name in names for number in MEDIAPIPE_478.named[name]]
