"""What a photo spoils: its light and sharpness, judged on a small frontal picture of the face.

The picture has a fixed number of px per cm, so that a limit means the same in every photo. Faults are noted
and the points stay. What of the face was not seen at all is found in `asymmetry.extract.judge.hidden`.

The limits were set on photos with and without each fault. Good ones: 32 portraits of 16 people of several
origins (Face Research Lab London Set), 64 warps of them, 112 evenly lit renders and nine other portraits;
ten plates of 1872 as a look at the edge. Bad ones: ten portraits made darker, unsharp, grainy and so on step
by step. Each limit is after the step where the left-right difference of the brows is read 0.3 mm off (root
mean square), three times what it varies by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.landmarks import QUALITY
from asymmetry.core.notes import Note
from asymmetry.extract.face.frontal import PX_PER_CM, Frontal, axes, smooth

__all__ = ["FAULTS", "Fault", "faults", "judged"]

Pixels = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Grey = npt.NDArray[np.float32]
FloatArray = npt.NDArray[np.float64]

# Light from the side is read on both sides of the midline from here to here, cm.
_CHEEK = (1.0, 4.5)
# A half of a face varies by more than this many grey levels (standard deviation); a cover need not.
_SHADED = 2.0
# What counts as white, and the exponent from grey value to light (sRGB, nearly).
_WHITE, _GAMMA = 250, 2.2
# Standard deviation over median absolute value, of normal noise.
_MAD = 1.4826
# Edges: blur before their width is read and blur to compare with, px; the percentile of gradients from which
# on they count, and the percentile of widths that stands for the sharp ones.
_BEFORE, _AGAIN, _EDGES, _SHARP = 1.0, 2.0, 90, 25
# An edge across an axis has this many times the gradient along it; an oblique one hides a blur in one
# direction.
_STRAIGHT = 2.0
# Gradients below this (Sobel sum over 8, grey levels per px) are no edge.
_FAINTEST = 0.25
# Side of JPEG's blocks, px.
_BLOCK = 8
# Grey levels between neighbours below which the quotient of their differences means nothing.
_EVEN = 0.05


@dataclass(frozen=True)
class Fault:
    """Something that makes a photo's points less sure.

    Attributes
    ----------
    measure : callable
        A frontal picture to a number.
    code : str
        Of the note that says what is wrong and what to do.
    least, most : float
        A number outside these is a fault.
    """

    measure: Callable[[Frontal], float]
    code: str
    least: float = -np.inf
    most: float = np.inf

    def spoils(self, value: float) -> bool:
        """Whether a number is a fault; False where it can't be judged."""
        return value < self.least or value > self.most


def judged(view: Frontal) -> FloatArray:
    """A photo's quality, in the order of `QUALITY`; NaN where no face was seen."""
    if not view.face.any():
        return np.full(len(QUALITY), np.nan)
    return np.array([FAULTS[name].measure(view) for name in QUALITY])


def faults(quality: FloatArray) -> tuple[Note, ...]:
    """What is wrong with a photo of a face, by what `judged` says; empty for a good one."""
    found = zip((FAULTS[name] for name in QUALITY), quality.tolist(), strict=True)
    return tuple(Note(fault.code, value=value) for fault, value in found if fault.spoils(value))


def detail(view: Frontal) -> float:
    """Pixels of the photo per mm of the face."""
    return view.px_per_mm


def brightness(view: Frontal) -> float:
    """Grey value, 0 to 255, that a quarter of the face exceeds."""
    return float(np.percentile(view.grey[view.face], 75))


def burnt(view: Frontal) -> float:
    """Share of the face that is white in all three colours."""
    white = cv2.inRange(view.rgb, np.full(3, _WHITE), np.full(3, 255))
    return float((np.asarray(white)[view.face] > 0).mean())


def side_light(view: Frontal) -> float:
    """How many times as much light the brighter half of the face gets as the darker one."""
    across, _ = axes()
    near, far = _CHEEK
    halves = [view.grey[view.face & (s * across > near) & (s * across < far)] for s in (-1, 1)]
    if min(float(half.std()) if half.size else 0.0 for half in halves) < _SHADED:
        return np.nan
    darker, brighter = sorted(float(((half / 255) ** _GAMMA).mean()) for half in halves)
    return brighter / max(darker, 1e-4)


def blur(view: Frontal) -> float:
    """Standard deviation, mm, of the blur in the sharp edges, in the less sharp of the two directions.

    Source: the gradients of an edge before and after a known blur give its width (Zhuo and Sim 2011).
    """
    once = smooth(view.grey, _BEFORE)
    slopes = _slopes(once, view.face)
    widths = map(_edge_width, slopes, _slopes(smooth(once, _AGAIN), view.face), reversed(slopes))
    return float(max(widths)) * 10 / PX_PER_CM


def _slopes(grey: Grey, face: Mask) -> list[Grey]:
    """How steep a face is across and down, grey levels per px, each of shape (places,)."""
    return [np.abs(cv2.Sobel(grey, cv2.CV_32F, *axis, scale=1 / 8)[face]) for axis in ((1, 0), (0, 1))]


def _edge_width(steep: Grey, soft: Grey, along: Grey) -> float:
    """Blur of the sharp edges across one axis, px, without `_BEFORE`; NaN where there are no edges.

    ``steep`` and ``soft`` are the slopes across them before and after `_AGAIN`, ``along`` those along them.
    """
    across = (steep > _STRAIGHT * along) & (steep > _FAINTEST)
    if not across.any():
        return np.nan
    edges = across & (steep >= np.percentile(steep[across], _EDGES))
    quotient = steep[edges] / np.maximum(soft[edges], 1e-6)
    # An edge of width w has (w² + again²) / w² = quotient², seen alone; beside others it may not get softer.
    widths = _AGAIN / np.sqrt(np.maximum(quotient**2 - 1, 1e-2))
    return float(np.sqrt(max(np.percentile(widths, _SHARP) ** 2 - _BEFORE**2, 0.0)))


def grain(view: Frontal) -> float:
    """Standard deviation of what is finer than 1 mm, in percent of the face's brightness."""
    grey = view.grey[view.face]
    fine = np.abs(grey - view.smooth[view.face])
    return float(100 * _MAD * np.median(fine) / max(np.median(grey), 1.0))


def blocks(view: Frontal) -> float:
    """How many times as large steps between JPEG's blocks are as steps within, in the better direction.

    The phase of the blocks is not known, for the photo may have been turned or cropped.
    """
    grey = view.native
    if min(grey.shape) < 4 * _BLOCK:
        return np.nan
    quotients = []
    for axis, (here, there) in enumerate(((grey[1:], grey[:-1]), (grey[:, 1:], grey[:, :-1]))):
        steps = cv2.absdiff(here, there).mean(axis=1 - axis)
        phases = np.array([steps[phase::_BLOCK].mean() for phase in range(_BLOCK)])
        quotients.append(phases.max() / max(float(np.median(phases)), _EVEN))
    return float(min(quotients))


#: By the name in `QUALITY`, which gives the order.
#: Each with its limit between what good photos read at most (or least) and what faulty ones do.
FAULTS = {
    # Good ones from 0.57 (512 px, half a person); brows are 0.2 mm off at 0.5, 0.28 at 0.35 and 0.35 at 0.25.
    "px_per_mm": Fault(detail, "small_face", least=0.45),
    # Good ones from 69, of dark skin from 73; 0.3 mm at a quarter of the light (18 to 48).
    "brightness": Fault(brightness, "dark", least=30),
    # Good ones 0, plates up to 0.09; 0.26 mm at 0.09 and 0.3, with 0.7 for mouth corners, at 0.77.
    "burnt": Fault(burnt, "overexposed", most=0.30),
    # Good ones up to 1.42 (half a stop); light from the side 1.7 to 3. It costs little: 0.25 mm at 8.
    "side_light": Fault(side_light, "side_light", most=1.65),
    # Good ones up to 1.17, plates 1.26; 0.28 mm at 1.5 and 0.35 at 2. Shaking reads less than it blurs.
    "blur_mm": Fault(blur, "blurred", most=1.5),
    # Good ones up to 5.5 (dark skin), 0.25 mm from 4 (light skin) to 17 (dark skin).
    "grain": Fault(grain, "grainy", most=8.0),
    # Good ones up to 1.6; at JPEG quality 20 from 1.8 with 0.33 mm, at 10 from 2.4 with 0.5 mm.
    "blocks": Fault(blocks, "compressed", most=2.5),
}
