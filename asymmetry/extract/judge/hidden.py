"""Parts of a face that were not seen: covered ones, irises of closed eyes, lids behind glasses.

The landmark model draws a whole face over anything it finds: eyes on dark glasses, a mouth on a mask. Those
points were not measured, and are left out. A part counts as covered only on clear evidence, because a real
eye that is left out costs more than a cover that is missed. A cover with a face's own contrast and colour,
such as a hand, is not found.

The limits, with the values they lie between, stand in `asymmetry.extract.judge.limits`.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np

from asymmetry.core.arrays import FloatArray, Mask
from asymmetry.core.beside import ALONE, Beside
from asymmetry.core.notes import Note
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from asymmetry.extract.face.frontal import (
    PX_PER_CM,
    Frontal,
    percentile,
    smooth_within,
    value_at,
)
from asymmetry.extract.judge.glasses import wears_glasses
from asymmetry.extract.judge.limits import CoverLimits, JudgeSettings
from asymmetry.extract.judge.quality import blur
from asymmetry.extract.judge.streaks import Streaks, read_streaks

__all__ = ["PARTS", "Part", "Unseen", "find_unseen"]

_GROUPS = MEDIAPIPE_478.groups


@dataclass(frozen=True)
class Part:
    """A part of a half face that may be covered.

    Attributes
    ----------
    name : str
        Name of the part in notes.
    pairs, midline : tuple of str
        Its points, which are left out if the part is covered.
    across, heights : tuple of str
        The points that span the box in which the part is judged, in width and in height.
    """

    name: str
    pairs: tuple[str, ...]
    midline: tuple[str, ...]
    across: tuple[str, ...]
    heights: tuple[str, ...]


_OVER_EYE = _GROUPS["brow_upper"][1:] + _GROUPS["brow_lower"][1:]

#: Parts that are judged on each side, from the brow down.
PARTS = (
    Part("brow", _GROUPS["brow"], (), _OVER_EYE, _OVER_EYE),
    Part(
        "eye",
        _GROUPS["canthi"] + _GROUPS["lids"] + _GROUPS["iris"],
        (),
        _GROUPS["canthi"],
        _GROUPS["canthi"],
    ),
    Part(
        "nose",
        ("ala", "alar_base"),
        ("nose_tip", "nose_tip_low", "subnasale"),
        ("alar_base", "subnasale"),
        ("nose_tip", "subnasale"),
    ),
    Part(
        "mouth",
        _GROUPS["lower"],
        (*_GROUPS["lower_midline"], "upper_lip_edge", "lower_lip_edge"),
        ("commissure", "upper_lip_outer_4"),
        ("subnasale", "pogonion"),
    ),
)
_BROW, _EYE = PARTS[:2]
# Parts under a mask, and the places whose colours tell whether there is one.
_BELOW_MASK = ("nose", "mouth")
_FOREHEAD = ("forehead_low", "glabella", "nose_bridge_1")
_UNDER_MASK = ("nose_tip", "philtrum", "pogonion")


@dataclass(frozen=True)
class Unseen:
    """The points that were not seen: a mask, shape (k,), and notes on them.

    ``glasses`` says whether they are worn, and ``half`` whether hair hangs over one eye and its cheek. So
    little of that half is seen that the head's pose, which sets the level then, is 1.8° off.
    """

    points: Mask
    notes: tuple[Note, ...]
    glasses: bool = False
    half: bool = False


def find_unseen(
    view: Frontal,
    blendshapes: FloatArray,
    margins: Mapping[Side, bool] | None,
    settings: JudgeSettings,
    beside: Beside = ALONE,
    unseen: Collection[tuple[str, Side]] = (),
) -> Unseen:
    """Find the points of a face that were not seen.

    Parameters
    ----------
    view : Frontal
        The face from the front.
    blendshapes : ndarray, shape (52,)
        The model's expression weights; NaN where not known.
    margins : mapping of Side to bool or None
        Whether the upper lid's margin was seen in the pixels. If not, lids behind glasses are left out.
        None: nobody looked for it, and lids stay.
    settings : JudgeSettings
        From which figures on a part was not seen.
    beside : Beside, optional
        Threads to look for glasses by.
    unseen : collection of (str, Side), optional
        Parts, by name, that are known not to be seen.
    """
    limits = settings.covers
    fringe = all(view.once(has_strands, _BROW, side, limits) for side in SIDES)
    masked = mask_colour(view, fringe=fringe) > limits.mask_colour
    # A mask's upper edge crosses nose and cheeks as rims do.
    worn = None if masked else beside.begin(wears_glasses, view, settings.glasses)
    covered = [
        (part, side)
        for part, side in product(PARTS, SIDES)
        if (masked and part.name in _BELOW_MASK)
        or (part.name, side) in unseen
        or _is_covered(view, blendshapes, part, side, settings)
    ]
    hidden_eyes = [side for part, side in covered if part.name == "eye"]
    shown_eyes = [side for side in SIDES if side not in hidden_eyes]
    closed = [side for side in shown_eyes if _is_closed(view, blendshapes, side, limits)]
    glasses = worn is not None and worn()
    reflecting = [side for side in shown_eyes if glasses and margins and not margins[side]]
    half = len(hidden_eyes) == 1 and has_strands(view, _EYE, hidden_eyes[0], limits)
    # An eye behind a reflection looks closed, which is no reason of its own.
    notes = list(_tell(covered, [side for side in closed if side not in reflecting], half=half))
    if glasses:
        notes += _tell_glasses(reflecting)
    return Unseen(_mask_points(covered, closed, reflecting), tuple(notes), glasses, half)


def _mask_points(
    covered: list[tuple[Part, Side]], closed: list[Side], reflecting: list[Side]
) -> Mask:
    """Mark the points of covered parts, of irises in closed eyes, and of lids behind reflections."""
    mask = np.zeros(MEDIAPIPE_478.size, dtype=bool)
    for part, side in covered:
        mask[MEDIAPIPE_478.of(side, part.pairs)] = True
        mask[[MEDIAPIPE_478.midline[name] for name in part.midline]] = True
    for side in closed:
        mask[MEDIAPIPE_478.of(side, _GROUPS["iris"])] = True
    for side in reflecting:
        mask[MEDIAPIPE_478.of(side, _GROUPS["lids"])] = True
    return mask


def contrast(view: Frontal, part: Part, side: Side, limits: CoverLimits) -> float:
    """Span of a part's brightness as a share of the skin's; NaN where too little of it lies in the photo."""
    box = view.once(_box, part, side, limits)
    if box is None:
        return np.nan
    return (percentile(box, limits.lightest) - percentile(box, limits.darkest)) / view.skin


def light(view: Frontal, part: Part, side: Side, limits: CoverLimits) -> float:
    """Brightness around a part as a share of the skin's; NaN as for `contrast`."""
    box = view.once(_box, part, side, limits)
    return np.nan if box is None else percentile(box, limits.around) / view.skin


def has_strands(view: Frontal, part: Part, side: Side, limits: CoverLimits) -> bool:
    """Whether strands of hair hang over a part."""
    ratios = limits.strands
    if part.name not in ratios:
        return False
    if steepness(view, part, side, limits) > ratios[part.name]:
        return True
    if part is not _BROW:
        return False
    found = streaks(view, side, limits)
    return found.by_height < limits.by_height and found.across > limits.across


def streaks(view: Frontal, side: Side, limits: CoverLimits) -> Streaks:
    """How a brow's brightness varies; NaN where not all of it is in the photo."""
    brow = np.array([view.place(name, side) for name in _BROW.heights])
    return read_streaks(view, view.once(_bounds, _BROW, side, limits), brow)


def is_unlike(view: Frontal, part: Part, side: Side, limits: CoverLimits) -> bool:
    """Whether something covers this side of a part: it is far darker or lighter than the other side.

    Light from one side makes all parts so, and does not count.
    """
    if part.name not in limits.unlike:
        return False
    levels = {each: view.once(_levels, each, limits) for each in PARTS}
    ratios = {each: right - left for each, (right, left) in levels.items()}
    others = [ratio for each, ratio in ratios.items() if each is not part and not math.isnan(ratio)]
    beyond = ratios[part] - (float(np.median(others)) if others else 0.0)
    if not abs(beyond) > limits.unlike[part.name]:
        return False
    from_skin = np.abs(np.array(levels[part]) - math.log(view.skin))
    return SIDES[int(from_skin.argmax())] == side


def _levels(view: Frontal, part: Part, limits: CoverLimits) -> tuple[float, float]:
    """Logarithm of a part's median brightness on both sides; NaN where too little of it is in the photo."""
    boxes = [view.once(_box, part, side, limits) for side in SIDES]
    right, left = (
        math.nan if box is None else math.log(max(percentile(box, 50), 1.0)) for box in boxes
    )
    return right, left


def is_blotted_out(view: Frontal, part: Part, side: Side, settings: JudgeSettings) -> bool:
    """Whether a part was made unrecognizable: by a mosaic, or by a blur that the rest does not have."""
    limits = settings.covers
    if evenness(view, part, side, limits) < limits.mosaic:
        return True
    soft = fineness(view, part, side, limits) < limits.soft
    return soft and blur(view, settings.quality) < limits.sharp_mm


def steepness(view: Frontal, part: Part, side: Side, limits: CoverLimits) -> float:
    """Ratio of a part's slopes across to those down; NaN where none of it is in the picture."""
    grey = view.grey[view.once(_bounds, part, side, limits)]
    if min(grey.shape) < limits.least_px:
        return np.nan
    across = np.abs(cv2.Sobel(grey, cv2.CV_32F, 1, 0)).mean()
    down = np.abs(cv2.Sobel(grey, cv2.CV_32F, 0, 1)).mean()
    return float(across / max(down, limits.faintest))


def evenness(view: Frontal, part: Part, side: Side, limits: CoverLimits) -> float:
    """Median step between neighbours as a share of the mean step, in the direction where it is larger."""
    grey = view.grey[view.once(_bounds, part, side, limits)]
    if min(grey.shape) < limits.least_px:
        return np.nan
    steps = [np.abs(np.diff(grey, axis=axis)) for axis in (0, 1)]
    shares = [percentile(step, 50) / max(step.mean(), limits.faintest) for step in steps]
    return float(max(shares))


def fineness(view: Frontal, part: Part, side: Side, limits: CoverLimits) -> float:
    """Detail of a part finer than 1 mm, as a share of its detail between 1 and 3 mm."""
    where = view.once(_bounds, part, side, limits)
    grey, smooth = view.grey[where], view.smooth[where]
    if min(grey.shape) < limits.least_px:
        return np.nan
    coarse = smooth_within(view.grey, where, limits.coarse)
    fine_detail = np.abs(grey - smooth).mean()
    coarse_detail = np.abs(smooth - coarse).mean()
    return float(fine_detail / max(coarse_detail, limits.faintest))


def plainness(view: Frontal, part: Part, side: Side, limits: CoverLimits) -> float:
    """Largest share of a part's box that is of one brightness; NaN as for `contrast`."""
    box = view.once(_box, part, side, limits)
    if box is None:
        return np.nan
    levels = np.floor(box / max(percentile(box, 50), 1.0) / limits.one_level).astype(int)
    counts = np.bincount(levels - levels.min())
    pairs = counts[:-1] + counts[1:]  # so that no border between two levels parts a plaster
    return float(max(pairs.max(initial=0), counts.max())) / box.size


def mask_colour(view: Frontal, *, fringe: bool = False) -> float:
    """Least difference in colour of nose, philtrum and chin from the forehead, CIE a* and b*.

    Under a fringe the nose's root stands for the forehead.
    """
    forehead = list(_FOREHEAD)
    if fringe:
        forehead = forehead[-1:]
    above = np.median([view.colour(view.place(name)) for name in forehead], axis=0)
    below = np.array([view.colour(view.place(name)) for name in _UNDER_MASK])
    return float(np.hypot(*(below - above).T).min())


def iris_contrast(view: Frontal, side: Side) -> float:
    """Difference in brightness of the iris to the brighter of its flanks, as a share of the skin's."""
    centre = view.place("iris_centre", side)
    medial, lateral = view.place("iris_medial", side), view.place("iris_lateral", side)
    inner, outer = view.place("inner_canthus", side), view.place("outer_canthus", side)
    on_iris = (centre, (centre + medial) / 2, (centre + lateral) / 2)
    beside = ((medial + inner) / 2, (lateral + outer) / 2)
    iris = [value_at(view.smooth, place) for place in on_iris]
    flanks = [value_at(view.smooth, place) for place in beside]
    return float(max(flanks) - np.median(iris)) / view.skin


def _is_covered(
    view: Frontal, blendshapes: FloatArray, part: Part, side: Side, settings: JudgeSettings
) -> bool:
    limits = settings.covers
    if contrast(view, part, side, limits) < limits.contrast:
        return True
    if view.once(has_strands, part, side, limits) or is_unlike(view, part, side, limits):
        return True
    if part.name == "brow":
        plain = plainness(view, part, side, limits) > limits.plain_brow
        return plain or light(view, part, side, limits) < limits.light
    if part.name == "eye":
        no_iris = iris_contrast(view, side) < limits.open_contrast
        open_wide = _blink(blendshapes, side) < limits.open_blink
        return is_blotted_out(view, part, side, settings) or (no_iris and open_wide)
    return False


def _is_closed(view: Frontal, blendshapes: FloatArray, side: Side, limits: CoverLimits) -> bool:
    shut = _blink(blendshapes, side) > limits.closed_blink
    return shut and iris_contrast(view, side) < limits.closed_contrast


def _blink(blendshapes: FloatArray, side: Side) -> float:
    name = f"eyeBlink{side.capitalize()}"
    return float(blendshapes[MEDIAPIPE_478.expressions.index(name)])


def _box(view: Frontal, part: Part, side: Side, limits: CoverLimits) -> FloatArray | None:
    """Brightness of the pixels of a part's box that lie in the photo; None where they are too few."""
    rows, columns = view.once(_bounds, part, side, limits)
    seen = view.seen[rows, columns]
    if not seen.size or seen.mean() < limits.enough:
        return None
    return np.asarray(view.smooth[rows, columns][seen], dtype=np.float64)


def _bounds(view: Frontal, part: Part, side: Side, limits: CoverLimits) -> tuple[slice, slice]:
    """Rows and columns of a part's box in the picture."""
    across = [_place(view, name, side)[0] for name in part.across]
    down = [_place(view, name, side)[1] for name in part.heights]
    height, width = view.smooth.shape
    left, right = np.clip((min(across), max(across) + 1), 0, width).astype(int)
    above, below = np.multiply(limits.rooms[part.name], PX_PER_CM)
    top, bottom = np.clip((min(down) - above, max(down) + below + 1), 0, height).astype(int)
    return slice(top, bottom), slice(left, right)


def _place(view: Frontal, name: str, side: Side) -> FloatArray:
    if name in MEDIAPIPE_478.midline:
        return view.place(name)
    return view.place(name, side)


def _tell(covered: list[tuple[Part, Side]], closed: list[Side], *, half: bool) -> Iterator[Note]:
    """Notes on parts that are covered and on eyes that are closed."""
    parts = list(_name_parts(covered))
    if parts:
        yield Note("covered", parts=parts)
    if half or sum(part is _EYE for part, _ in covered) == len(SIDES):
        yield Note("no_eyes")
    if closed:
        yield Note("eye_closed", sides=closed)


def _name_parts(covered: list[tuple[Part, Side]]) -> Iterator[Note]:
    """Notes that name covered parts, from the brow down; a part covered on both sides has one."""
    for part in PARTS:
        sides = [side for other, side in covered if other is part]
        if len(sides) == len(SIDES):
            yield Note("both_parts", part=part.name)
        elif sides:
            yield Note("one_part", part=part.name, side=sides[0])


def _tell_glasses(reflecting: list[Side]) -> Iterator[Note]:
    """Notes on glasses that are worn, and on the parts that they hide."""
    yield Note("glasses")
    if reflecting:
        yield Note("lids_behind_glasses", sides=reflecting)
