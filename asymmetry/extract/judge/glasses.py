"""Clear spectacles, recognized by the bridge over the nose and by a rim on either side.

The landmark model takes rims for brows and reflections for lids, so brows and lids behind glasses may be
wrong. Bare skin is smooth where glasses have edges: across the nose between the eyes, beside it, and under
the eyes. Each of these regions is searched for its clearest edge from one end to the other. A frown has a
crease in place of the bridge, and tired eyes have one in place of the rim; glasses have both.

Both halves of a face are judged in the same direction, outwards from the midline, by the same code, so that
a mirrored photo gives the same numbers.
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
    """A region searched for an edge on both sides, cm: below the inner canthi, and out from the midline.

    ``down`` says that the edge runs down the face and not across it.
    """

    top: float
    bottom: float
    near: float
    far: float
    down: bool = False


# Bridges lie at the eyes' level or above. The lower rim crosses the cheek, the inner one runs down beside the
# nose; a half rim has only the upper part of the inner one.
_BRIDGE = _Region(-1.7, 1.2, 0.0, 0.7)
_FOREHEAD = _Region(-5.2, -3.6, 0.0, 0.7)
_RIMS = {
    "under the eye": _Region(0.9, 3.2, 1.5, 5.0),
    "beside the nose": _Region(-0.2, 1.2, 0.5, 2.0, down=True),
    "beside the bridge": _Region(-0.9, 0.3, 0.5, 1.7, down=True),
}

#: Least mean slope along the clearest edge of a bridge, in shares of the skin's brightness per mm. Where
#: there may be a rim too, faces without glasses have at most 0.045, and an old man's frown in a plate of 1872
#: has 0.072. Of 15 real faces with glasses one has 0.062, the others 0.086 to 0.24.
LEAST_BRIDGE = 0.08
#: The same of a rim, on the side where it is fainter. Frowns, joined brows and fringes as clear as a bridge
#: have at most 0.03, 0.055 and 0.048, in this order. The 15 have 0.066 to 0.23 under the eye.
LEAST_RIM = {"under the eye": 0.055, "beside the nose": 0.08, "beside the bridge": 0.10}
#: Least ratio of a bridge's slope to that of an edge across the forehead. An engraving has 0.3, for it is
#: made of lines; 0.5 spares people whose hair hangs into the forehead.
LEAST_OVER_FOREHEAD = 0.5

# Blurs between which an edge lies, px: a rim is coarser than grain and finer than the shading of a cheek.
_FINE, _COARSE = 1.5, 4.2
# The halves overlap by this much at the midline, cm: more than the blur reaches.
_OVERLAP = 1.0


def wears_glasses(view: Frontal) -> bool:
    """Whether the face of a frontal picture wears glasses with a bridge and a rim."""
    slopes = _Slopes.of(view)
    across = _edge_across(slopes, _BRIDGE)
    if across < LEAST_BRIDGE:
        return False
    if across < LEAST_OVER_FOREHEAD * _edge_across(slopes, _FOREHEAD):
        return False
    return any(_edge_along(slopes, _RIMS[name]) >= least for name, least in LEAST_RIM.items())


def bridge(view: Frontal) -> float:
    """Mean slope along the clearest edge across the nose, in shares of the skin's brightness per mm."""
    return _edge_across(_Slopes.of(view), _BRIDGE)


def rims(view: Frontal) -> dict[str, float]:
    """Mean slope along the clearest edge in each place of a rim, on the side where it is fainter."""
    slopes = _Slopes.of(view)
    return {name: _edge_along(slopes, region) for name, region in _RIMS.items()}


@dataclass(frozen=True)
class _Slopes:
    """Slopes of brightness in both halves of a face, each seen outwards from the midline.

    ``values`` has shape (2 halves, 2 directions: down and outwards, h, w), in shares of the skin's brightness
    per mm. Its first row and column lie at ``row``, px below the inner canthi, and `_OVERLAP` beyond the
    midline.
    """

    values: Grey
    row: int

    @classmethod
    def of(cls, view: Frontal) -> _Slopes:
        """Slopes of a frontal picture, in all rows of the regions."""
        regions = (_BRIDGE, _FOREHEAD, *_RIMS.values())
        heights = [view.place("inner_canthus", side)[1] for side in SIDES]
        level = round(float(sum(heights)) / 2)
        margin = round(4 * _COARSE)
        top = min(region.top for region in regions)
        bottom = max(region.bottom for region in regions)
        first = level + round(top * PX_PER_CM) - margin
        last = level + round(bottom * PX_PER_CM) + margin
        first = min(max(first, 0), len(view.grey) - 2)
        last = min(max(last, first + 2), len(view.grey))
        middle = view.grey.shape[1] // 2 - round(_OVERLAP * PX_PER_CM)
        rows = view.grey[first:last] / np.float32(view.skin)
        halves = [np.ascontiguousarray(half[:, middle:]) for half in (rows[:, ::-1], rows)]
        return cls(np.stack([_slopes(half) for half in halves]), first - level)

    def within(self, region: _Region) -> Grey:
        """Slopes across the edges of a region, shape (2, rows, columns); edges run along the rows."""
        top = max(round(region.top * PX_PER_CM) - self.row, 0)
        bottom = max(round(region.bottom * PX_PER_CM) - self.row, 0)
        near = round((region.near + _OVERLAP) * PX_PER_CM)
        far = round((region.far + _OVERLAP) * PX_PER_CM)
        part = self.values[:, int(region.down), top:bottom, near:far]
        if region.down:
            return part.swapaxes(1, 2)
        return part


def _slopes(half: Grey) -> Grey:
    """Slope of brightness downwards and outwards, per mm, without grain and shading, (2, h, w)."""
    fine = cv2.GaussianBlur(half, (0, 0), _FINE)
    coarse = cv2.GaussianBlur(half, (0, 0), _COARSE)
    return np.stack(np.gradient(fine - coarse)) * np.float32(PX_PER_CM / 10)


def _edge_across(slopes: _Slopes, region: _Region) -> float:
    """Mean slope along the clearest edge from one side of the face to the other, across the midline."""
    part = slopes.within(region)[..., ::-1]
    if not part.shape[1]:
        return 0.0
    both = (_edges(part), _edges(-part))  # dark above light, and light above dark
    joined = [right + _best_neighbours(left) for right, left in both]
    return float(np.max(joined) / (2 * part.shape[2]))


def _edge_along(slopes: _Slopes, region: _Region) -> float:
    """Mean slope along the clearest edge of a region, on the side where it is fainter."""
    part = slopes.within(region)
    if not part.shape[1]:
        return 0.0
    clearest = np.max([_edges(part), _edges(-part)], axis=(0, 2))
    return float(np.min(clearest) / part.shape[2])


def _edges(slopes: Grey) -> Grey:
    """Sum of slopes along the best edge that ends in each row of the last column: (..., h, w) to (..., h).

    From column to column an edge moves up or down by one row at most.
    """
    best = slopes[..., 0]
    for column in range(1, slopes.shape[-1]):
        best = _best_neighbours(best) + slopes[..., column]
    return best


def _best_neighbours(best: Grey) -> Grey:
    """The best value of each row and its neighbours, (..., h)."""
    highest = best.copy()
    np.maximum(highest[..., 1:], best[..., :-1], out=highest[..., 1:])
    np.maximum(highest[..., :-1], best[..., 1:], out=highest[..., :-1])
    return highest
