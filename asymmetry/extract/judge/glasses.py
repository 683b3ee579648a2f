"""Clear spectacles, told by the bridge over the nose and by a rim on either side.

Their rims are taken for brows and their reflections for lids, so what is read behind them may be wrong. Bare
skin is smooth where glasses have edges: across the nose between the eyes, beside it, and under the eyes. In
each of these regions the clearest edge from one end to the other is looked for. A frown has a crease where
the bridge is, and tired eyes have one where the rim is; glasses have both.

Both halves of a face are judged in the same direction, outwards from the midline, by the same code: a
mirrored photo gives the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.schemes import SIDES
from asymmetry.extract.face.frontal import PX_PER_CM, Frontal

__all__ = ["LEAST_BRIDGE", "LEAST_OVER_FOREHEAD", "LEAST_RIM", "bridge", "rims", "wears_glasses"]

Grey = npt.NDArray[np.float32]


@dataclass(frozen=True)
class _Region:
    """Where an edge is looked for on both sides, cm: below the inner canthi, and out from the midline.

    ``down`` says that the edge goes down the face and not across it.
    """

    top: float
    bottom: float
    near: float
    far: float
    down: bool = False


# Bridges lie at the eyes' level or above. Of the rims the lower one crosses the cheek, the inner one goes
# down beside the nose; a half rim has only the upper part of that.
_BRIDGE = _Region(-1.7, 1.2, 0.0, 0.7)
_FOREHEAD = _Region(-5.2, -3.6, 0.0, 0.7)
_RIMS = {
    "under the eye": _Region(0.9, 3.2, 1.5, 5.0),
    "beside the nose": _Region(-0.2, 1.2, 0.5, 2.0, down=True),
    "beside the bridge": _Region(-0.9, 0.3, 0.5, 1.7, down=True),
}

#: Mean slope along the clearest edge, in shares of the skin's brightness per mm, from which on it is a
#: bridge. Where there may be a rim too, faces without glasses have at most 0.045, and an old man's frown in a
#: plate of 1872 has 0.072. Of 15 real faces with glasses one has 0.062, the others 0.086 to 0.24.
LEAST_BRIDGE = 0.08
#: The same of a rim, on the side where it shows less. Frowns, joined brows and fringes that are as clear as a
#: bridge have at most 0.03, 0.055 and 0.048, in this order. The 15 have 0.066 to 0.23 under the eye.
LEAST_RIM = {"under the eye": 0.055, "beside the nose": 0.08, "beside the bridge": 0.10}
#: A bridge is at least so many times as clear as an edge across the forehead. An engraving has 0.3, for it is
#: made of lines; 0.5 spares those whose hair hangs into the forehead.
LEAST_OVER_FOREHEAD = 0.5

# An edge is finer than the one blur and not as fine as the other, px: a rim, not grain and not a cheek.
_FINE, _COARSE = 1.5, 4.2
# The halves overlap by this much at the midline, cm: more than the blur reaches.
_OVERLAP = 1.0


def wears_glasses(view: Frontal) -> bool:
    """Whether a face wears glasses with a bridge and a rim: a frontal picture to a yes or no."""
    slopes = _Slopes.of(view)
    across = _across(slopes, _BRIDGE)
    if across < LEAST_BRIDGE or across < LEAST_OVER_FOREHEAD * _across(slopes, _FOREHEAD):
        return False
    return any(_rim(slopes, region) >= LEAST_RIM[name] for name, region in _RIMS.items())


def bridge(view: Frontal) -> float:
    """Mean slope along the clearest edge across the nose, in shares of the skin's brightness per mm."""
    return _across(_Slopes.of(view), _BRIDGE)


def rims(view: Frontal) -> dict[str, float]:
    """The same for each place of a rim, on the side where it shows less."""
    slopes = _Slopes.of(view)
    return {name: _rim(slopes, region) for name, region in _RIMS.items()}


@dataclass(frozen=True)
class _Slopes:
    """Slopes of both halves of a face, each seen outwards from the midline.

    ``values`` has shape (2 halves, 2 directions: down and outwards, h, w), in shares of the skin's brightness
    per mm. Its first row and column lie at ``row``, px below the inner canthi, and `_OVERLAP` beyond the
    midline.
    """

    values: Grey
    row: int

    @classmethod
    def of(cls, view: Frontal) -> _Slopes:
        """Those of a frontal picture, in all rows that are looked at."""
        regions = (_BRIDGE, _FOREHEAD, *_RIMS.values())
        level = round(float(sum(view.place("inner_canthus", side)[1] for side in SIDES)) / 2)
        margin = round(4 * _COARSE)
        first = level + round(min(region.top for region in regions) * PX_PER_CM) - margin
        last = level + round(max(region.bottom for region in regions) * PX_PER_CM) + margin
        first = min(max(first, 0), len(view.grey) - 2)
        last = min(max(last, first + 2), len(view.grey))
        middle = view.grey.shape[1] // 2 - round(_OVERLAP * PX_PER_CM)
        rows = view.grey[first:last] / np.float32(view.skin)
        halves = [np.ascontiguousarray(half[:, middle:]) for half in (rows[:, ::-1], rows)]
        return cls(np.stack([_slopes(half) for half in halves]), first - level)

    def within(self, region: _Region) -> Grey:
        """Slopes across the edges of a region, shape (2, rows, columns); edges go along the columns."""
        top, bottom = (round(y * PX_PER_CM) - self.row for y in (region.top, region.bottom))
        near, far = (round((x + _OVERLAP) * PX_PER_CM) for x in (region.near, region.far))
        part = self.values[:, int(region.down), max(top, 0) : max(bottom, 0), near:far]
        return part.swapaxes(1, 2) if region.down else part


def _slopes(half: Grey) -> Grey:
    """How steeply brightness rises down and outwards, per mm, without grain and shading, (2, h, w)."""
    fine, coarse = (cv2.GaussianBlur(half, (0, 0), sigma) for sigma in (_FINE, _COARSE))
    return np.stack(np.gradient(fine - coarse)) * np.float32(PX_PER_CM / 10)


def _across(slopes: _Slopes, region: _Region) -> float:
    """The clearest edge from one side to the other: it goes on from half to half where they meet."""
    part = slopes.within(region)[..., ::-1]
    if not part.shape[1]:
        return 0.0
    joined = [right + _reached(left) for right, left in (_edges(part), _edges(-part))]
    return float(np.max(joined) / (2 * part.shape[2]))


def _rim(slopes: _Slopes, region: _Region) -> float:
    """The clearest edge along a region, on the side where it shows less."""
    part = slopes.within(region)
    if not part.shape[1]:
        return 0.0
    clearest = np.max([_edges(part), _edges(-part)], axis=(0, 2))
    return float(np.min(clearest) / part.shape[2])


def _edges(slopes: Grey) -> Grey:
    """Sum of slopes along the best edge up to each row of the last column: (..., h, w) to (..., h).

    From column to column an edge goes up or down by one row at most.
    """
    best = slopes[..., 0]
    for column in range(1, slopes.shape[-1]):
        best = _reached(best) + slopes[..., column]
    return best


def _reached(best: Grey) -> Grey:
    """The best of each row and its neighbours, (..., h)."""
    reached = best.copy()
    np.maximum(reached[..., 1:], best[..., :-1], out=reached[..., 1:])
    np.maximum(reached[..., :-1], best[..., 1:], out=reached[..., :-1])
    return reached
