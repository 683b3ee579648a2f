"""Outlines of patches in a difference of density: at half of the height in the patch's middle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import Mask
from asymmetry.tissue.density import load_grid
from asymmetry.tissue.evidence import (
    Kind,
    Noise,
    band_passed,
    load_noise,
    own_excess,
    smooth,
    stand_out,
)
from asymmetry.tissue.masks import join_to_seeds, median
from asymmetry.tissue.shade import fit_light

__all__ = [
    "FAINTEST",
    "SEED",
    "Found",
    "Spot",
    "find_spots",
    "grow",
    "opened",
    "shrink",
    "without_holes",
]

FloatArray = npt.NDArray[np.floating[Any]]

#: A patch begins where a difference stands out by this at a scale. Small scales have more places at which
#: chance may do so, and moles.
SEED: dict[Kind, tuple[float, float, float]] = {"mirror": (8.5, 8.0, 7.0), "day": (8.0, 7.5, 6.5)}
#: Once the light is known, patches are looked for that stand out by this share of it. Those of one photo are
#: judged by `asymmetry.tissue.sureness`.
FAINTEST: dict[Kind, float] = {"mirror": 0.8, "day": 1.0}
# It is looked for around its peak where the difference stands out by this share of the peak, and at least of
# the limit at which a patch begins. No photo has more patches.
_GROWN, _LEAST_GROWN, _MOST_SPOTS = 0.5, 0.6, 16
# It begins no nearer than this to the rim of the skin that is seen, mm.
_RIM_MM = 3
# Rounds of fitting the light without the patches that were found, and of drawing an outline.
_LIGHTS, _OUTLINES = 6, 4
# An outline is drawn at this share of the middle's difference, in a difference smoothed by this, mm. Bridges
# narrower than twice the opening are cut.
_HALF, _SMOOTH_MM, _OPENING_MM = 0.5, 1.0, 1
# Depths are read from a difference smoothed by this, mm.
_SHARP_MM = 0.5
# The ring around a patch with which it is compared, mm from its outline; and its least size, mm².
_RING_MM, _LEAST_RING = (3, 8), 30
# The margin around patches that the light is not fitted to, mm, and the least size of a patch, px.
_MARGIN_MM, _LEAST = 4, 12
# Another patch begins this far from the outline of one, mm.
_APART_MM = 3
# Pixels that differ in hue from the middle of a patch belong to it where they stand out by this, in standard
# deviations; bridges to them are cut by this opening.
_SURE, _RIM_OPENING_MM = 6.0, 2
# Shading that a photo's own shadows must have to tell their colour, standard deviation.
_SHADOW = 0.04


class Spot(NamedTuple):
    """A patch in a difference of density.

    Attributes
    ----------
    mask : ndarray of bool, shape (h, w)
        Its pixels.
    share : ndarray of float32, shape (h, w)
        The difference along the patch's own colour, 1 in its middle.
    step : ndarray, shape (3,)
        The difference in its middle against the ring around it.
    strength : float
        How far it stands out; 1 is where a patch begins.
    around : ndarray, shape (3,)
        The difference around it.
    direction : ndarray, shape (3,)
        The direction of its colour in which it is clearest, so that its step along it is 1.
    colour : float
        Its change of colour as a share of its shading, beyond that of this photo's own shadows.
    """

    mask: Mask
    share: FloatArray
    step: FloatArray
    strength: float
    around: FloatArray
    direction: FloatArray
    colour: float = 1.0

    def share_in(self, difference: FloatArray) -> FloatArray:
        """The share of its step that a difference (h, w, 3) has at each pixel."""
        return np.asarray((difference - self.around) @ self.direction)


@dataclass(frozen=True, eq=False)
class Found:
    """The spots of a difference of density.

    Attributes
    ----------
    spots : tuple of Spot
        The patches.
    rest : ndarray, shape (h, w, 3)
        The difference without the light.
    evidence : ndarray, shape (h, w)
        How far each pixel stands out at most, as a share of the limit at which a patch begins.
    shadows : float
        How much stronger this photo's shadows are than usual, 0 to 2.
    """

    spots: tuple[Spot, ...]
    rest: FloatArray = field(repr=False)
    evidence: FloatArray = field(repr=False)
    shadows: float = 0.0


def find_spots(
    difference: FloatArray, seen: Mask, kind: Kind, first: FloatArray | None = None
) -> Found:
    """Patches in a difference of density.

    Light is fitted first to all skin, then without the patches that were found, until they stay. Then fainter
    ones are looked for.

    Parameters
    ----------
    difference : ndarray, shape (h, w, 3)
        Right minus left, or one day minus another.
    seen : ndarray of bool, shape (h, w)
        Pixels that are seen in both.
    kind : {"mirror", "day"}
        Which of the two.
    first : ndarray, shape (h, w, 3), optional
        The light that is taken out at first, where it is known better than from this difference alone.
    """
    clear: list[Spot] = []
    for number in range(_LIGHTS):
        before = _joined(clear, seen)
        quiet = seen & ~grow(before, _MARGIN_MM)
        given = first if number == 0 else None
        fitted = fit_light(difference, quiet, kind) if given is None else given
        rest = np.where(seen[..., None], difference - fitted, 0).astype(np.float32)
        search = _Search(rest, seen, quiet, kind, first=number == 0)
        clear = list(search.spots(1.0))
        settled = number > 0 and np.array_equal(before, _joined(clear, seen))
        if given is None and (settled or not clear):
            break
    faint = search.spots(FAINTEST[kind])
    return Found((*clear, *faint), rest, search.evidence, search.shadows[1])


def _joined(spots: list[Spot], seen: Mask) -> Mask:
    joined = np.zeros_like(seen)
    for spot in spots:
        joined |= spot.mask
    return joined


@dataclass(frozen=True, eq=False)
class _Search:
    """A difference without light, in which patches are looked for, one after the other."""

    rest: FloatArray
    seen: Mask
    quiet: Mask
    kind: Kind
    first: bool = False

    @cached_property
    def bands(self) -> FloatArray:
        """The difference at each scale."""
        return band_passed(self.rest, self.seen)

    @cached_property
    def shadows(self) -> tuple[FloatArray, float]:
        """As of `own_excess`; none at first, when a large bruise may pass for shadows."""
        if self.first:
            return np.zeros((3, 3)), 0.0
        return own_excess(self.bands[0], self.quiet, load_noise(self.kind))

    @cached_property
    def evidence(self) -> FloatArray:
        """How far each pixel stands out, as a share of the limit at which a patch begins."""
        return self._evidence(self.bands)

    def _evidence(self, bands: FloatArray) -> FloatArray:
        limits = np.array(SEED[self.kind], np.float32)[:, None, None]
        out = stand_out(bands, self.quiet, load_noise(self.kind), *self.shadows)
        return np.asarray((out / limits).max(axis=0))

    @cached_property
    def fine(self) -> FloatArray:
        """The difference that outlines are drawn in."""
        return smooth(self.rest, self.seen, _SMOOTH_MM)[0]

    @cached_property
    def sharp(self) -> FloatArray:
        """The difference that depths are read from."""
        return smooth(self.rest, self.seen, _SHARP_MM)[0]

    @cached_property
    def free(self) -> Mask:
        """Skin apart from the patches drawn so far, which are taken out of it."""
        return self.seen.copy()

    @cached_property
    def left(self) -> FloatArray:
        """The evidence on it."""
        return self.evidence.copy()

    def spots(self, least: float) -> Iterator[Spot]:
        """Outlines of patches that stand out by more than this, the clearest first.

        Each is looked for outside of those that were drawn before, also by an earlier call.
        """
        noise, safe = load_noise(self.kind), shrink(self.seen, _RIM_MM)
        shadow, _ = self.shadows
        for _ in range(_MOST_SPOTS):
            peaks = np.where(safe & self.free, self.left, 0)
            place = np.unravel_index(int(peaks.argmax()), peaks.shape)
            peak = float(peaks[place])
            if peak <= least:
                return
            core = _around(place, self.left > max(_GROWN * peak, _LEAST_GROWN)) & self.free
            spot = _draw(self.fine, self.free, core, noise)
            self.left[core] = 0
            if spot is None or spot.mask.sum() < _LEAST:
                continue
            self.free[grow(spot.mask, _APART_MM)] = False
            if peak > 1:  # a faint one hardly changes its surroundings
                self.left[:] = self._evidence(band_passed(self.rest, self.free))
                self.left[core] = 0
            share, colour = spot.share_in(self.sharp), _colour(spot.step, shadow)
            yield spot._replace(share=share, strength=peak, colour=colour)


def _colour(step: FloatArray, shadow: FloatArray) -> float:
    """Change of colour over shading of a step, less the colour that this photo's shadows have."""
    slope = shadow[0, 1:] / (shadow[0, 0] + _SHADOW**2)
    colour = step[1:] - slope * step[0]
    return float(np.hypot(*colour) / max(abs(float(step[0])), 1e-6))


def _around(place: tuple[np.intp, ...], mask: Mask) -> Mask:
    """The part of a mask that is joined to a place."""
    _, labels = cv2.connectedComponents(mask.astype(np.uint8))
    return np.asarray(labels == labels[place])


def _draw(fine: FloatArray, seen: Mask, core: Mask, noise: Noise) -> Spot | None:
    """The outline of the patch that has a core."""
    core = core & seen
    mask, spot = core, None
    for _ in range(_OUTLINES):
        if not mask.any():
            return None
        step, around = _step(fine, seen, mask)
        region = int(np.bincount(np.maximum(load_grid().region[mask], 0)).argmax())
        clear = noise.precision[region, 0] @ step
        spot = Spot(mask, fine, step, 0.0, around, clear / max(float(step @ clear), 1e-12))
        share = spot.share_in(fine)
        inside = (share > _HALF) & seen
        rim = _other_hue(fine - around, step, noise.precision[region, 0]) & seen
        whole = opened(inside, _OPENING_MM) | opened(inside | rim, _RIM_OPENING_MM)
        drawn = join_to_seeds(whole, core)
        spot = spot._replace(mask=drawn, share=share)
        if np.array_equal(drawn, mask):
            break
        mask = drawn
    assert spot is not None
    return spot._replace(mask=without_holes(spot.mask) & seen)


def _other_hue(rest: FloatArray, step: FloatArray, precision: FloatArray) -> Mask:
    """Pixels as different from the skin around as half of a step, if darker, whatever their hue: a rim's."""
    size = np.sqrt(np.maximum(((rest @ precision) * rest).sum(axis=-1), 0))
    half = max(_HALF * float(np.sqrt(step @ precision @ step)), _SURE)
    darker = rest[..., 0] * np.sign(step[0]) > 0
    return np.asarray((size > half) & darker)


def _step(fine: FloatArray, seen: Mask, mask: Mask) -> tuple[FloatArray, FloatArray]:
    """The difference in the middle of a patch against that around it, and the latter."""
    inner = next((each for each in (shrink(mask, 2), shrink(mask, 1)) if each.sum() > 6), mask)
    near, far = _RING_MM
    ring = grow(mask, far) & ~grow(mask, near) & seen
    around: FloatArray = np.zeros(3)
    if ring.sum() > _LEAST_RING:
        around = median(fine[ring].T)
    return median(fine[inner].T) - around, around


def without_holes(mask: Mask) -> Mask:
    """A mask with all that it surrounds."""
    outside = np.pad((~mask).astype(np.uint8), 1, constant_values=1)
    cv2.floodFill(outside, None, (0, 0), (2,))
    return np.asarray(outside[1:-1, 1:-1] != 2)


def grow(mask: Mask, mm: int) -> Mask:
    """A mask and all within a distance of it; a pixel is a mm."""
    return np.asarray(cv2.dilate(mask.astype(np.uint8), _disc(mm)) > 0)


def shrink(mask: Mask, mm: int) -> Mask:
    """A mask without its rim; the picture's edges are no rim."""
    return np.asarray(cv2.erode(mask.astype(np.uint8), _disc(mm)) > 0)


def opened(mask: Mask, mm: int) -> Mask:
    """A mask without parts narrower than twice this."""
    return np.asarray(cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, _disc(mm)) > 0)


def _disc(mm: int) -> npt.NDArray[np.uint8]:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * mm + 1, 2 * mm + 1)))
