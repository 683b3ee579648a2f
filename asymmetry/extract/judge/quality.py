"""Faults of a photo: its light and sharpness, judged on a small frontal picture of the face.

The picture has a fixed number of px per cm, so that a limit means the same in every photo. Faults are noted
and the points stay. Parts of the face not seen at all are found in `asymmetry.extract.judge.hidden`. The
limits stand in `asymmetry.extract.judge.limits`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import FloatArray, Mask
from asymmetry.core.columns import QUALITY
from asymmetry.core.notes import Note
from asymmetry.extract.face.frontal import PX_PER_CM, Frontal, Grey, axes, percentile, smooth
from asymmetry.extract.judge.limits import QualityLimits

__all__ = [
    "FAULTS",
    "Fault",
    "blueness",
    "colour",
    "faults",
    "judge_quality",
    "mean_chroma",
    "noise",
]

# Standard deviation over median absolute value, of normal noise.
_MAD = 1.4826
# The part of a pixel that its neighbours don't tell, how many times as large as the noise it is (Immerkær
# 1996), and the side of the square in the middle of the face where it is looked at, px: enough pixels for a
# median.
_ALONE = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
_ALONE_NOISE = 6.0
_SQUARE = 160


@dataclass(frozen=True)
class Fault:
    """Something that makes a photo's points less sure.

    Attributes
    ----------
    code : str
        Of the note that names the fault and the remedy.
    low : bool
        A low number is the fault, not a high one.
    """

    code: str
    low: bool = False

    def spoils(self, value: float, limit: float) -> bool:
        """Whether a number is a fault; False where it can't be judged."""
        if self.low:
            return value < limit
        return value > limit


#: By the name in `QUALITY`; limits have the same names.
FAULTS = {
    "px_per_mm": Fault("small_face", low=True),
    "brightness": Fault("dark", low=True),
    "burnt": Fault("overexposed"),
    "side_light": Fault("side_light"),
    "blur_mm": Fault("blurred"),
    "grain": Fault("grainy"),
    "blocks": Fault("compressed"),
}


def judge_quality(view: Frontal, limits: QualityLimits) -> FloatArray:
    """A photo's quality, in the order of `QUALITY`; NaN where no face was seen."""
    if not view.face.any():
        return np.full(len(QUALITY), np.nan)
    values = {
        "px_per_mm": view.px_per_mm,
        "brightness": brightness(view),
        "burnt": burnt(view, limits),
        "side_light": side_light(view, limits),
        "blur_mm": blur(view, limits),
        "grain": grain(view),
        "blocks": blocks(view, limits),
    }
    return np.array([values[name] for name in QUALITY])


def faults(quality: FloatArray, limits: QualityLimits) -> tuple[Note, ...]:
    """The faults of a photo of a face, by the numbers of `judge_quality`; empty for a good one."""
    return tuple(
        Note(FAULTS[name].code, value=value)
        for name, value in zip(QUALITY, quality.tolist(), strict=True)
        if FAULTS[name].spoils(value, getattr(limits, name))
    )


def brightness(view: Frontal) -> float:
    """Grey value, 0 to 255, that a quarter of the face exceeds."""
    return _whole_percentile(view.grey[view.face], 75)


def burnt(view: Frontal, limits: QualityLimits) -> float:
    """Share of the face that is white in all three colours."""
    white = cv2.inRange(view.rgb, np.full(3, limits.white), np.full(3, 255))
    return float((np.asarray(white)[view.face] > 0).mean())


def colour(view: Frontal) -> float:
    """Variation of red and of blue against green over the face, in percent of its brightness."""
    red, green, blue = cv2.split(view.rgb.astype(np.int16))
    _, spreads = cv2.meanStdDev(
        cv2.merge([red - green, blue - green]), mask=view.face.view(np.uint8)
    )
    return float(100 * np.hypot(*spreads.ravel()) / max(view.grey[view.face].mean(), 1.0))


def mean_chroma(view: Frontal) -> float:
    """How strong the face's colour is on average."""
    return float(cv2.mean(view.chroma, mask=view.face.view(np.uint8))[0])


def blueness(view: Frontal) -> float:
    """Share of the face that is bluer than it is red."""
    red, _, blue = cv2.split(view.rgb)
    return float((blue > red)[view.face].mean())


def side_light(view: Frontal, limits: QualityLimits) -> float:
    """How many times as much light the brighter half of the face gets as the darker one."""
    across, _ = axes()
    near, far = limits.cheek
    halves = [view.grey[view.face & (s * across > near) & (s * across < far)] for s in (-1, 1)]
    if min(float(half.std()) if half.size else 0.0 for half in halves) < limits.shaded:
        return np.nan
    darker, brighter = sorted(float(((half / 255) ** limits.gamma).mean()) for half in halves)
    return brighter / max(darker, 1e-4)


def blur(view: Frontal, limits: QualityLimits) -> float:
    """Standard deviation, mm, of the blur in the sharp edges, in the less sharp of the two directions.

    Source: the gradients of an edge before and after a known blur give its width (Zhuo and Sim 2011).
    """
    once = smooth(view.grey, limits.before)
    across, down = _slopes(once, view.face)
    soft_across, soft_down = _slopes(smooth(once, limits.again), view.face)
    widths = (
        _edge_width(across, soft_across, down, limits),
        _edge_width(down, soft_down, across, limits),
    )
    return max(widths) * 10 / PX_PER_CM


def _slopes(grey: Grey, face: Mask) -> list[Grey]:
    """How steep a face is across and down, grey levels per px, each of shape (places,)."""
    return [
        np.abs(cv2.Sobel(grey, cv2.CV_32F, *axis, scale=1 / 8)[face]) for axis in ((1, 0), (0, 1))
    ]


def _edge_width(steep: Grey, soft: Grey, along: Grey, limits: QualityLimits) -> float:
    """Blur of the sharp edges across one axis, px, as before both blurs; NaN where there are no edges.

    ``steep`` and ``soft`` are the slopes across them before and after the second blur, ``along`` those along
    them.
    """
    across = np.flatnonzero((steep > limits.straight * along) & (steep > limits.faintest))
    if not len(across):
        return np.nan
    steep, soft = steep[across], soft[across]
    edges = steep >= percentile(steep, limits.edges)
    quotient = steep[edges] / np.maximum(soft[edges], 1e-6)
    # An edge of width w has (w² + again²) / w² = quotient², seen alone; beside others it may not get softer.
    widths = limits.again / np.sqrt(np.maximum(quotient**2 - 1, 1e-2))
    return float(np.sqrt(max(percentile(widths, limits.sharp) ** 2 - limits.before**2, 0.0)))


def grain(view: Frontal) -> float:
    """Standard deviation of detail finer than 1 mm, in percent of the face's brightness."""
    fine = np.abs(view.grey - view.smooth)[view.face]
    middle = _whole_percentile(view.grey[view.face], 50)
    return 100 * _MAD * percentile(fine, 50) / max(middle, 1.0)


def noise(view: Frontal) -> float:
    """Standard deviation of noise from pixel to pixel in the photo, in percent of its brightness.

    Skin and edges have next to none: over three pixels they are straight in one direction at least. Source:
    Immerkær, "Fast Noise Variance Estimation", 1996; the median in place of his mean spares hair.
    """
    top, left = (max((side - _SQUARE) // 2, 0) for side in view.native.shape)
    grey = view.native[top : top + _SQUARE, left : left + _SQUARE]
    if min(grey.shape) < len(_ALONE):
        return np.nan
    alone = np.abs(cv2.filter2D(grey, cv2.CV_16S, _ALONE)[1:-1, 1:-1]).ravel()
    middle = _whole_percentile(grey.ravel(), 50)
    return 100 * _MAD * _whole_percentile(alone, 50) / _ALONE_NOISE / max(middle, 1.0)


def _whole_percentile(values: npt.NDArray[Any], percent: float) -> float:
    """A percentile of whole numbers from 0 on: counted, in a fifth of `np.percentile`'s time."""
    up_to = np.cumsum(np.bincount(values.astype(np.uint16)))
    place = percent / 100 * (len(values) - 1)
    low, high = np.searchsorted(up_to, [math.floor(place), math.ceil(place)], side="right").tolist()
    return float(low + (high - low) * (place % 1))


def blocks(view: Frontal, limits: QualityLimits) -> float:
    """How many times as large steps between JPEG's blocks are as steps within, in the better direction.

    The phase of the blocks is not known, for the photo may have been turned or cropped.
    """
    grey = view.native
    if min(grey.shape) < 4 * limits.block:
        return np.nan
    quotients = []
    for axis, (here, there) in enumerate(((grey[1:], grey[:-1]), (grey[:, 1:], grey[:, :-1]))):
        sums = cv2.reduce(cv2.absdiff(here, there), 1 - axis, cv2.REDUCE_SUM, dtype=cv2.CV_32S)
        steps = np.asarray(sums).ravel() / here.shape[1 - axis]
        phases = np.array([steps[phase :: limits.block].mean() for phase in range(limits.block)])
        quotients.append(phases.max() / max(float(np.median(phases)), limits.even))
    return float(min(quotients))
