"""What a photo spoils: its light and sharpness, judged on a small frontal picture of the face.

The picture has a fixed number of px per cm, so that a limit means the same in every photo. Faults are noted
and the points stay. What of the face was not seen at all is found in `asymmetry.extract.hidden`.

The limits were set on photos with and without each fault. Good ones: 32 portraits of 16 people of several
origins (Face Research Lab London Set), 64 warps of them, 112 evenly lit renders and nine other portraits;
ten plates of 1872 as a look at the edge. Bad ones: ten portraits made darker, unsharp, grainy and so on step
by step. Each limit is after the step where the left-right difference of the brows is read 0.3 mm off (root
mean square), three times what it varies by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from asymmetry.extract.canonical import Canonical
from asymmetry.extract.plane import drawn, on_a_grid, places
from asymmetry.extract.pose import Pose

__all__ = ["FAULTS", "PX_PER_CM", "Fault", "Frontal", "faults", "frontal", "judged"]

Pixels = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Grey = npt.NDArray[np.float32]
FloatArray = npt.NDArray[np.float64]

#: Scale of the frontal picture: half a mm per px, finer than the chimeras. Its height and width in px.
PX_PER_CM, HEIGHT, WIDTH = 20.0, 360, 260
# The face in it: half-axes of an ellipse about the middle between forehead and chin, cm. No hair, no ears.
_HALF_WIDTH, _HALF_HEIGHT = 5.2, 7.2
# Light from the side is read on both sides of the midline from here to here, cm.
_CHEEK = (1.0, 4.5)
# Smoothing for grain and for colours, px: 1 mm; and how far OpenCV's kernel for it reaches.
_SMOOTH, _SMOOTH_REACH = 2.0, 8

# A half of a face varies by more than this many grey levels (standard deviation); a cover need not.
_SHADED = 2.0
# What OpenCV has for an a* or b* of 0 in 8 bits.
_NO_COLOUR = np.float32(128)
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
# JPEG's blocks, and the side of the cutout in which they are looked for, px.
_BLOCK, _CUTOUT = 8, 768
# Grey levels between neighbours below which the quotient of their differences means nothing.
_EVEN = 0.05

# Places that are skin in nearly every photo; their median stands for the skin.
_SKIN = ("forehead_low", "glabella", "nose_bridge_3", "nose_tip", "pogonion")
_SKIN_PAIR = "cheekbone"


@dataclass(frozen=True, eq=False)
class Frontal:
    """A face seen from the front, at `PX_PER_CM`.

    Attributes
    ----------
    rgb : ndarray of uint8, shape (h, w, 3)
        The picture; the patient's right is on its left.
    seen : ndarray of bool, shape (h, w)
        What of it lies within the photo.
    points : ndarray, shape (k, 2)
        The face's points in it, px.
    native : ndarray of uint8, shape (h, w)
        The middle of the face as the photo has it, grey.
    px_per_mm : float
        Pixels of the photo per mm of the face.
    """

    rgb: Pixels = field(repr=False)
    seen: Mask = field(repr=False)
    points: FloatArray = field(repr=False)
    native: Pixels = field(repr=False)
    px_per_mm: float

    @cached_property
    def grey(self) -> Grey:
        """Brightness, 0 to 255."""
        return cv2.cvtColor(self.rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)

    @cached_property
    def smooth(self) -> Grey:
        """Brightness, blurred by 1 mm."""
        return _blurred(self.grey, _SMOOTH)

    @cached_property
    def face(self) -> Mask:
        """The face's inner part, as far as it was seen, shape (h, w)."""
        across, up = _axes()
        return ((across / _HALF_WIDTH) ** 2 + (up / _HALF_HEIGHT) ** 2 < 1) & self.seen

    @cached_property
    def skin(self) -> float:
        """Brightness of the skin, 1 to 255."""
        places = [self.place(name) for name in _SKIN] + [self.place(_SKIN_PAIR, side) for side in SIDES]
        return max(float(np.median([value_at(self.smooth, place) for place in places])), 1.0)

    def colour(self, place: FloatArray) -> Grey:
        """CIE a* and b* at a place in px, blurred by 1 mm, shape (2,)."""
        column, row = _pixel(place)
        top, left = max(row - _SMOOTH_REACH, 0), max(column - _SMOOTH_REACH, 0)
        around = self.rgb[top : row + _SMOOTH_REACH + 1, left : column + _SMOOTH_REACH + 1]
        lab = cv2.cvtColor(around, cv2.COLOR_RGB2LAB).astype(np.float32)
        smooth = _blurred(np.ascontiguousarray(lab[..., 1:]) - _NO_COLOUR, _SMOOTH)
        colour: Grey = smooth[row - top, column - left]
        return colour

    def place(self, name: str, side: Side | None = None) -> FloatArray:
        """Where a named point lies, px, shape (2,); no side on the midline."""
        scheme = MEDIAPIPE_478
        number = scheme.midline[name] if side is None else scheme.pairs[name][SIDES.index(side)]
        place: FloatArray = self.points[number]
        return place


def frontal(photo: Pixels, pose: Pose, canonical: Canonical, points: FloatArray) -> Frontal:
    """Draw a face as seen from the front.

    Parameters
    ----------
    photo : ndarray of uint8, shape (H, W, 3)
        RGB, upright.
    pose : Pose
        Where the head is in it.
    canonical : Canonical
        The face's surface.
    points : ndarray, shape (k, 3)
        The face's points, px.
    """
    middle = _middle(canonical)

    def place(xy: FloatArray) -> FloatArray:
        plane = (xy - (WIDTH / 2, HEIGHT / 2)) / (PX_PER_CM, -PX_PER_CM) + (0.0, middle)
        return places(pose, canonical, plane)

    at = on_a_grid(WIDTH, HEIGHT, place)
    height, width = photo.shape[:2]
    x, y = at[..., 0], at[..., 1]
    seen: Mask = (x >= 0) & (x <= width) & (y >= 0) & (y <= height)
    on_face = pose.unproject(points[:, :2], canonical.depth_at) - (0.0, middle)
    return Frontal(
        rgb=_shown(photo, at, pose.scale / PX_PER_CM),
        seen=seen,
        points=on_face * (PX_PER_CM, -PX_PER_CM) + (WIDTH / 2, HEIGHT / 2),
        native=_cutout(photo, points),
        px_per_mm=pose.scale / 10,
    )


def value_at(picture: Grey, place: FloatArray) -> Grey:
    """A picture's value at a place in px; the nearest within the picture."""
    column, row = _pixel(place)
    value: Grey = picture[row, column]
    return value


def _pixel(place: FloatArray) -> tuple[int, int]:
    """Column and row of the picture's pixel at a place in px; the nearest within the picture."""
    column, row = np.clip(np.nan_to_num(place), 0, (WIDTH - 1, HEIGHT - 1))
    return int(column), int(row)


def _axes() -> tuple[FloatArray, FloatArray]:
    """Each pixel's place, cm: to the patient's left of the midline, and up from the picture's middle."""
    across, down = (np.arange(0.5 - size / 2, size / 2) / PX_PER_CM for size in (WIDTH, HEIGHT))
    return across[None, :], -down[:, None]


def _blurred(picture: Grey, sigma: float) -> Grey:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), dtype=np.float32)


def _middle(canonical: Canonical) -> float:
    """Height of the picture's middle on the canonical face, cm: halfway from forehead to chin."""
    ends = [MEDIAPIPE_478.midline[name] for name in ("forehead", "menton")]
    return float(canonical.vertices[ends, 1].mean())


def _shown(photo: Pixels, at: FloatArray, ratio: float) -> Pixels:
    """The photo's pixels at places (h, w, 2); where they lie more than a px apart, means of its pixels.

    ``ratio`` says how far apart, px.
    """
    if ratio <= 1:
        return drawn(photo, at)
    height, width = photo.shape[:2]
    low, high = ([extreme(at[..., axis]) for axis in (0, 1)] for extreme in (np.min, np.max))
    left, top = np.clip(np.subtract(low, ratio), 0, (width - 1, height - 1)).astype(int)
    right, bottom = np.clip(np.add(high, ratio), (left + 1, top + 1), (width, height)).astype(int)
    size = np.ceil(np.array([right - left, bottom - top]) / ratio).astype(int)
    shrunk = cv2.resize(photo[top:bottom, left:right], size.tolist(), interpolation=cv2.INTER_AREA)
    across, down = size / (right - left, bottom - top)
    to_shrunk = np.array([[across, 0, -left * across], [0, down, -top * down]])
    return drawn(np.asarray(shrunk, dtype=np.uint8), np.asarray(cv2.transform(at, to_shrunk), np.float64))


def _cutout(photo: Pixels, points: FloatArray) -> Pixels:
    """The middle of the face as the photo has it, grey."""
    height, width = photo.shape[:2]
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    half = np.minimum((high - low) / 2, _CUTOUT / 2)
    middle = (low + high) / 2
    left, top = np.clip(middle - half, 0, (width - 1, height - 1)).astype(int)
    right, bottom = np.clip(middle + half, (left + 1, top + 1), (width, height)).astype(int)
    return np.asarray(cv2.cvtColor(photo[top:bottom, left:right], cv2.COLOR_RGB2GRAY), dtype=np.uint8)


@dataclass(frozen=True)
class Fault:
    """Something that makes a photo's points less sure.

    Attributes
    ----------
    measure : callable
        A frontal picture to a number.
    least, most : float
        A number outside these is a fault.
    words : str
        What is wrong and what to do, with ``{value}`` for the number.
    """

    measure: Callable[[Frontal], float]
    words: str
    least: float = -np.inf
    most: float = np.inf

    def note(self, value: float) -> str:
        """The fault in words; empty where there is none, or where it can't be judged."""
        return self.words.format(value=value) if value < self.least or value > self.most else ""


def judged(view: Frontal) -> FloatArray:
    """A photo's quality: what each of `FAULTS` measures, in its order; NaN where no face was seen."""
    if not view.face.any():
        return np.full(len(FAULTS), np.nan)
    return np.array([fault.measure(view) for fault in FAULTS])


def faults(quality: FloatArray) -> list[str]:
    """What is wrong with a photo of a face, in words, by what `judged` says; empty for a good one."""
    return [note for fault, value in zip(FAULTS, quality, strict=True) if (note := fault.note(value))]


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
    across, _ = _axes()
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
    once = _blurred(view.grey, _BEFORE)
    slopes = _slopes(once, view.face)
    widths = map(_edge_width, slopes, _slopes(_blurred(once, _AGAIN), view.face), reversed(slopes))
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


#: In the order of `asymmetry.core.landmarks.QUALITY`.
#: Each with its limit between what good photos read at most (or least) and what faulty ones do.
FAULTS = (
    # Good ones from 0.57 (512 px, half a person); brows are 0.2 mm off at 0.5, 0.28 at 0.35 and 0.35 at 0.25.
    Fault(
        detail,
        "the face is small ({value:.2f} px per mm): use the original photo, or move closer",
        least=0.45,
    ),
    # Good ones from 69, of dark skin from 73; 0.3 mm at a quarter of the light (18 to 48).
    Fault(
        brightness, "the face is dark (brightness {value:.0f} of 255): take the photo in more light", least=30
    ),
    # Good ones 0, plates up to 0.09; 0.26 mm at 0.09 and 0.3, with 0.7 for mouth corners, at 0.77.
    Fault(
        burnt, "the face is overexposed ({value:.0%} of it is white): take the photo in less light", most=0.30
    ),
    # Good ones up to 1.42 (half a stop); light from the side 1.7 to 3. It costs little: 0.25 mm at 8.
    Fault(
        side_light,
        "light from one side (half of the face gets {value:.1f} times as much): let it come from the front",
        most=1.65,
    ),
    # Good ones up to 1.17, plates 1.26; 0.28 mm at 1.5 and 0.35 at 2. Shaking reads less than it blurs.
    Fault(
        blur,
        "the face is blurred (by {value:.1f} mm): focus on the eyes, hold the camera still, wipe the lens",
        most=1.5,
    ),
    # Good ones up to 5.5 (dark skin), 0.25 mm from 4 (light skin) to 17 (dark skin).
    Fault(grain, "the face is grainy ({value:.0f} % noise): take the photo in more light", most=8.0),
    # Good ones up to 1.6; at JPEG quality 20 from 1.8 with 0.33 mm, at 10 from 2.4 with 0.5 mm.
    Fault(
        blocks,
        "the photo is compressed too much (JPEG's blocks show {value:.1f} times): use the original file",
        most=2.5,
    ),
)
