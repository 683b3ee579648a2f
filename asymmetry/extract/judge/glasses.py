"""Spectacles, recognized by the bridge over the nose and by a rim on either side, or by dark lenses.

The landmark model takes rims for brows and reflections for lids, so brows and lids behind glasses may be
wrong. Bare skin is smooth where glasses have edges: across the nose between the eyes, beside it, and under
the eyes. Each of these regions is searched for its clearest edge from one end to the other. A frown has a
crease in place of the bridge, and tired eyes have one in place of the rim; glasses have both. A tinted lens
that eyes are seen through needs no bridge: all the skin above its lower edge is darker than the cheek.

Both halves of a face are judged in the same direction, outwards from the midline, by the same code, so that
a mirrored photo gives the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from asymmetry.core.schemes import SIDES
from asymmetry.extract.face.frontal import PX_PER_CM, Frontal, Grey
from asymmetry.extract.judge.limits import GlassesLimits, Region
from asymmetry.extract.judge.quality import colour

__all__ = ["bridge", "dimming", "lens_edge", "rims", "wears_glasses"]


def wears_glasses(view: Frontal, limits: GlassesLimits) -> bool:
    """Whether the face of a frontal picture wears glasses: with a bridge and a rim, or with dark lenses."""
    slopes = _Slopes.of(view, limits)
    return _has_rims(slopes, limits) or _has_dark_lenses(view, slopes, limits)


def _has_rims(slopes: _Slopes, limits: GlassesLimits) -> bool:
    across = _edge_across(slopes, limits.bridge)
    if across < limits.bridge.least:
        return False
    if across < limits.over_forehead * _edge_across(slopes, limits.forehead):
        return False
    return any(_edge_along(slopes, rim) >= rim.least for rim in limits.rims.values())


def _has_dark_lenses(view: Frontal, slopes: _Slopes, limits: GlassesLimits) -> bool:
    if _edge_under_dark(slopes, limits.lens) < limits.lens.least:
        return False
    return dimming(view, limits) >= limits.dimmed and view.once(colour) >= limits.colour


def lens_edge(view: Frontal, limits: GlassesLimits) -> float:
    """Mean slope along the lower edge of dark lenses, as `rims` has it for rims."""
    return _edge_under_dark(_Slopes.of(view, limits), limits.lens)


def dimming(view: Frontal, limits: GlassesLimits) -> float:
    """How much darker the skin is above the clearest edge under the eyes than below it: a logarithm.

    It is the mean along the edge, on the side where it is less. Of two bands above, the brighter one counts:
    a rim or a crease is dark in one.
    """
    lens, steps = limits.lens, _steps(view, limits)
    heights = [view.place("inner_canthus", side)[1] for side in SIDES]
    level, middle = round(float(sum(heights)) / 2), steps.shape[1] // 2
    first = max(level + round(lens.top * PX_PER_CM), 0)
    last = max(level + round(lens.bottom * PX_PER_CM), 0)
    near, far = round(lens.near * PX_PER_CM), round(lens.far * PX_PER_CM)
    rows = steps[first:last]
    halves = [half[:, middle + near : middle + far] for half in (rows[:, ::-1], rows)]
    if not len(rows):
        return 0.0
    return float(min(_edges(half).max() / half.shape[1] for half in halves))


def _steps(view: Frontal, limits: GlassesLimits) -> Grey:
    """How much lighter it is below each place than above it, as logarithms, shape (h, w)."""
    grey = cv2.GaussianBlur(view.grey, (0, 0), limits.fine)
    light: Grey = np.log(np.maximum(grey, limits.darkest)).astype(np.float32)
    means: Grey = cv2.blur(light, (1, limits.band)).astype(np.float32)
    near = limits.band // 2 + limits.gap
    far = near + limits.apart
    steps: Grey = np.zeros_like(means)
    above = np.maximum(means[: -near - far], means[limits.apart : -2 * near])
    steps[far:-near] = means[near + far :] - above
    return steps


def bridge(view: Frontal, limits: GlassesLimits) -> float:
    """Mean slope along the clearest edge across the nose, in shares of the skin's brightness per mm."""
    return _edge_across(_Slopes.of(view, limits), limits.bridge)


def rims(view: Frontal, limits: GlassesLimits) -> dict[str, float]:
    """Mean slope along the clearest edge in each place of a rim, on the side where it is fainter."""
    slopes = _Slopes.of(view, limits)
    return {name: _edge_along(slopes, region) for name, region in limits.rims.items()}


@dataclass(frozen=True)
class _Slopes:
    """Slopes of brightness in both halves of a face, each seen outwards from the midline.

    ``values`` has shape (2 halves, 2 directions: down and outwards, h, w), in shares of the skin's brightness
    per mm. Its first row and column lie at ``row``, px below the inner canthi, and ``overlap`` cm beyond
    the midline.
    """

    values: Grey
    row: int
    overlap: float

    @classmethod
    def of(cls, view: Frontal, limits: GlassesLimits) -> _Slopes:
        """Slopes of a frontal picture, in all rows of the regions."""
        heights = [view.place("inner_canthus", side)[1] for side in SIDES]
        level = round(float(sum(heights)) / 2)
        margin = round(4 * limits.coarse)
        top = min(region.top for region in limits.regions)
        bottom = max(region.bottom for region in limits.regions)
        first = level + round(top * PX_PER_CM) - margin
        last = level + round(bottom * PX_PER_CM) + margin
        first = min(max(first, 0), len(view.grey) - 2)
        last = min(max(last, first + 2), len(view.grey))
        middle = view.grey.shape[1] // 2 - round(limits.overlap * PX_PER_CM)
        rows = view.grey[first:last] / np.float32(view.skin)
        halves = [np.ascontiguousarray(half[:, middle:]) for half in (rows[:, ::-1], rows)]
        slopes = np.stack([_slopes(half, limits) for half in halves])
        return cls(slopes, first - level, limits.overlap)

    def within(self, region: Region) -> Grey:
        """Slopes across the edges of a region, shape (2, rows, columns); edges run along the rows."""
        top = max(round(region.top * PX_PER_CM) - self.row, 0)
        bottom = max(round(region.bottom * PX_PER_CM) - self.row, 0)
        near = round((region.near + self.overlap) * PX_PER_CM)
        far = round((region.far + self.overlap) * PX_PER_CM)
        part = self.values[:, int(region.down), top:bottom, near:far]
        if region.down:
            return part.swapaxes(1, 2)
        return part


def _slopes(half: Grey, limits: GlassesLimits) -> Grey:
    """Slope of brightness downwards and outwards, per mm, without grain and shading, (2, h, w)."""
    fine = cv2.GaussianBlur(half, (0, 0), limits.fine)
    coarse = cv2.GaussianBlur(half, (0, 0), limits.coarse)
    return np.stack(np.gradient(fine - coarse)) * np.float32(PX_PER_CM / 10)


def _edge_across(slopes: _Slopes, region: Region) -> float:
    """Mean slope along the clearest edge from one side of the face to the other, across the midline."""
    part = slopes.within(region)[..., ::-1]
    if not part.shape[1]:
        return 0.0
    both = (_edges(part), _edges(-part))  # dark above light, and light above dark
    joined = [right + _best_neighbours(left) for right, left in both]
    return float(np.max(joined) / (2 * part.shape[2]))


def _edge_along(slopes: _Slopes, region: Region) -> float:
    """Mean slope along the clearest edge of a region, on the side where it is fainter."""
    part = slopes.within(region)
    if not part.shape[1]:
        return 0.0
    clearest = np.max([_edges(part), _edges(-part)], axis=(0, 2))
    return float(np.min(clearest) / part.shape[2])


def _edge_under_dark(slopes: _Slopes, region: Region) -> float:
    """Mean slope along the clearest edge with dark above light, on the side where it is fainter."""
    part = slopes.within(region)
    if not part.shape[1]:
        return 0.0
    return float(np.min(np.max(_edges(part), axis=1)) / part.shape[2])


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
