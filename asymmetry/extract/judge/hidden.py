"""What of a face was not seen: parts that are covered, irises of closed eyes, lids behind glasses.

The landmark model draws a whole face over whatever it finds: eyes on dark glasses, a mouth on a mask. Those
points were never measured and are left out. A part counts as covered on plain evidence only, for a real eye
that is left out costs more than a cover that is missed. A cover with a face's own contrast and colour, such
as a hand, is not found.

The limits lie between what 233 photos of uncovered faces read (see `judge.quality`) and what
covers painted over a portrait do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.notes import Note
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from asymmetry.extract.face.frontal import PX_PER_CM, Frontal, value_at
from asymmetry.extract.judge.glasses import wears_glasses
from asymmetry.extract.judge.quality import blur

__all__ = ["PARTS", "Part", "Unseen", "unseen"]

Mask = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]

#: A part whose brightness spans less than this share of the skin's shows nothing: covered, or washed out. At
#: least 0.27 in good photos, 0.11 in the strongest blur; at most 0.08 under bars and dark glasses.
LEAST_CONTRAST = 0.10
#: A brow whose surroundings have less than this share of the skin's brightness lies under dark hair. At least
#: 0.33 in good photos; 0.26 and less where dark strands lie over light skin.
LEAST_LIGHT = 0.28
#: Nose, philtrum and chin all differ by this from the forehead's colour (CIE a*, b*): a mask. At most 7 in
#: good photos, whatever the skin, the beard or the make-up; from 10 under white and black masks, 26 under
#: coloured.
MASK_COLOUR = 10.0
#: An eye that the model calls open (its blink weight is below the one) must show an iris, darker than the
#: brighter of its flanks by the other (share of the skin's brightness), or it is a pair of glasses. At least
#: 0.10 in good photos, at most 0.02 under glasses that reflect.
OPEN_BLINK, OPEN_CONTRAST = 0.12, 0.05
#: An eye is closed if its blink weight is above the one and its iris shows by less than the other. Open eyes
#: weigh up to 0.31, in a broad smile, closed ones from 0.44. Irises well in sight show by 0.21, closed eyes
#: by 0.05.
CLOSED_BLINK, CLOSED_CONTRAST = 0.37, 0.2

#: Hair that hangs down is steeper across than down, by this many times and more over a brow and over an eye.
#: Brows and eyes run across: up to 1.0 and 1.14 in 245 photos; strands from 1.4 and 6.3, black ones, which
#: show by their darkness, from 1.0 (`benchmarks/tune/covers.py`, as the next two).
STRANDS: Mapping[str, float] = MappingProxyType({"brow": 1.2, "eye": 2.0})
#: In a mosaic most px are like their neighbours: the median step is less than this share of the mean one,
#: both ways. Eyes have at least 0.37; blocks of 4 mm and more 0, of 3 mm up to 0.33, of 2 mm 0.23 to 0.5.
MOSAIC = 0.3
#: An eye that was blurred has less than the one of what is finer than 1 mm, as a share of what is finer than
#: 3 mm, beside edges that are sharper than the other (mm). Eyes have at least 0.27, blurred by 1.5 mm 0.23 to
#: 0.29, by more up to 0.24.
SOFT, SHARP_MM = 0.25, 1.2

# Percentiles of a part: its darkest, its lightest, and what most of its surroundings have.
_DARKEST, _LIGHTEST, _AROUND = 5, 95, 65
# Fewer rows or columns than this show nothing, and steps below the other, grey levels, are none.
_LEAST, _FAINTEST = 2, 1e-3
# Blur beside which the rest of a part is fine, px: 3 mm.
_COARSE = 6.0
# A part is judged if at least this share of its box lies within the photo.
_ENOUGH = 0.5
_GROUPS = MEDIAPIPE_478.groups


@dataclass(frozen=True)
class Part:
    """A part of a half face that may be covered.

    Attributes
    ----------
    name : str
        What notes call it.
    pairs, midline : tuple of str
        Its points. They are left out when the part is covered.
    across, heights : tuple of str
        The points between which lies the box in which it is judged.
    above, below : float
        What the box has in addition, cm.
    """

    name: str
    pairs: tuple[str, ...]
    midline: tuple[str, ...]
    across: tuple[str, ...]
    heights: tuple[str, ...]
    above: float = 0.0
    below: float = 0.0


_OVER_EYE = _GROUPS["brow_upper"][1:] + _GROUPS["brow_lower"][1:]

#: What is judged on either side, from the brow down.
PARTS = (
    Part("brow", _GROUPS["brow"], (), _OVER_EYE, _OVER_EYE, above=0.8),
    Part(
        "eye",
        _GROUPS["canthi"] + _GROUPS["lids"] + _GROUPS["iris"],
        (),
        _GROUPS["canthi"],
        _GROUPS["canthi"],
        above=0.4,
        below=0.4,
    ),
    Part(
        "nose",
        ("ala", "alar_base"),
        ("nose_tip", "nose_tip_low", "subnasale"),
        ("alar_base", "subnasale"),
        ("nose_tip", "subnasale"),
        below=0.2,
    ),
    Part(
        "mouth",
        _GROUPS["lower"],
        (*_GROUPS["lower_midline"], "upper_lip_edge", "lower_lip_edge"),
        ("commissure", "upper_lip_outer_4"),
        ("subnasale", "pogonion"),
    ),
)
_EYE = PARTS[1]
# What a mask covers, and the places by whose colour it is told.
_BELOW_MASK = ("nose", "mouth")
_FOREHEAD, _UNDER_MASK = ("forehead_low", "glabella", "nose_bridge_1"), ("nose_tip", "philtrum", "pogonion")


@dataclass(frozen=True)
class Unseen:
    """What was not seen: a mask of points, shape (k,), and notes on it.

    ``glasses`` says whether they are worn, and ``half`` whether hair hangs over one eye and its cheek: so
    little of that half is seen that the head's pose, which is the level then, is 1.8° off.
    """

    points: Mask
    notes: tuple[Note, ...]
    glasses: bool = False
    half: bool = False


def unseen(view: Frontal, blendshapes: FloatArray, margins: Mapping[Side, bool] | None = None) -> Unseen:
    """Find the points of a face that were not seen.

    Parameters
    ----------
    view : Frontal
        The face from the front.
    blendshapes : ndarray, shape (52,)
        The model's expression weights; NaN where not known.
    margins : mapping of Side to bool, optional
        Whether the upper lid's margin was seen in the pixels. Where it was not, lids behind glasses are left
        out. Default: it was not looked for, and lids stay.
    """
    fringe = all(stranded(view, PARTS[0], side) for side in SIDES)
    masked = mask_colour(view, fringe=fringe) > MASK_COLOUR
    covered = [
        (part, side)
        for part, side in product(PARTS, SIDES)
        if (masked and part.name in _BELOW_MASK) or _covered(view, blendshapes, part, side)
    ]
    hidden_eyes = [side for part, side in covered if part.name == "eye"]
    closed = [side for side in SIDES if side not in hidden_eyes and _closed(view, blendshapes, side)]
    # A mask's upper edge crosses nose and cheeks as rims do.
    glasses = not masked and wears_glasses(view)
    reflecting = [
        side for side in SIDES if glasses and margins and not margins[side] and side not in hidden_eyes
    ]
    mask = np.zeros(MEDIAPIPE_478.size, dtype=bool)
    for part, side in covered:
        mask[_numbers(part.pairs, side)] = True
        mask[[MEDIAPIPE_478.midline[name] for name in part.midline]] = True
    for side in closed:
        mask[_numbers(_GROUPS["iris"], side)] = True
    for side in reflecting:
        mask[_numbers(_GROUPS["lids"], side)] = True
    # Behind a reflection an eye looks closed.
    half = len(hidden_eyes) == 1 and stranded(view, _EYE, hidden_eyes[0])
    notes = _tell(covered, [side for side in closed if side not in reflecting], half=half)
    worn = _tell_glasses(reflecting) if glasses else ()
    return Unseen(mask, (*notes, *worn), glasses, half)


def contrast(view: Frontal, part: Part, side: Side) -> float:
    """Span of a part's brightness as a share of the skin's; NaN where too little of it lies in the photo."""
    box = _box(view, part, side)
    return (
        np.nan if box is None else float(np.subtract(*np.percentile(box, (_LIGHTEST, _DARKEST)))) / view.skin
    )


def light(view: Frontal, part: Part, side: Side) -> float:
    """Brightness around a part as a share of the skin's; NaN as for `contrast`."""
    box = _box(view, part, side)
    return np.nan if box is None else float(np.percentile(box, _AROUND)) / view.skin


def stranded(view: Frontal, part: Part, side: Side) -> bool:
    """Whether strands of hair hang over a part."""
    return part.name in STRANDS and steepness(view, part, side) > STRANDS[part.name]


def blotted(view: Frontal, part: Part, side: Side) -> bool:
    """Whether a part was made unrecognizable: by a mosaic, or by a blur that the rest does not have."""
    if evenness(view, part, side) < MOSAIC:
        return True
    return fineness(view, part, side) < SOFT and blur(view) < SHARP_MM


def steepness(view: Frontal, part: Part, side: Side) -> float:
    """How many times as steep a part is across as down; NaN where none of it is in the picture."""
    grey = view.grey[_bounds(view, part, side)]
    if min(grey.shape) < _LEAST:
        return np.nan
    across, down = (np.abs(cv2.Sobel(grey, cv2.CV_32F, *axis)).mean() for axis in ((1, 0), (0, 1)))
    return float(across / max(down, _FAINTEST))


def evenness(view: Frontal, part: Part, side: Side) -> float:
    """The median step between neighbours as a share of the mean one, in the less even direction."""
    grey = view.grey[_bounds(view, part, side)]
    if min(grey.shape) < _LEAST:
        return np.nan
    steps = [np.abs(np.diff(grey, axis=axis)) for axis in (0, 1)]
    return max(float(np.median(step) / max(step.mean(), _FAINTEST)) for step in steps)


def fineness(view: Frontal, part: Part, side: Side) -> float:
    """What of a part is finer than 1 mm, as a share of what is coarser but finer than 3 mm."""
    where = _bounds(view, part, side)
    grey, smooth = view.grey[where], view.smooth[where]
    if min(grey.shape) < _LEAST:
        return np.nan
    coarse = cv2.GaussianBlur(view.grey, (0, 0), _COARSE)[where]
    return float(np.abs(grey - smooth).mean() / max(np.abs(smooth - coarse).mean(), _FAINTEST))


def mask_colour(view: Frontal, *, fringe: bool = False) -> float:
    """How far nose, philtrum and chin are from the forehead in colour: the nearest of them, CIE a* and b*.

    Under a fringe, from the nose's root.
    """
    forehead = _FOREHEAD[-1:] if fringe else _FOREHEAD
    above = np.median([view.colour(view.place(name)) for name in forehead], axis=0)
    below = np.array([view.colour(view.place(name)) for name in _UNDER_MASK])
    return float(np.hypot(*(below - above).T).min())


def iris_contrast(view: Frontal, side: Side) -> float:
    """How much darker the iris is than the brighter of its flanks, as a share of the skin's brightness."""
    centre, medial, lateral, inner, outer = (
        view.place(name, side)
        for name in ("iris_centre", "iris_medial", "iris_lateral", "inner_canthus", "outer_canthus")
    )
    iris = [value_at(view.smooth, place) for place in (centre, (centre + medial) / 2, (centre + lateral) / 2)]
    flanks = [value_at(view.smooth, place) for place in ((medial + inner) / 2, (lateral + outer) / 2)]
    return float(max(flanks) - np.median(iris)) / view.skin


def _covered(view: Frontal, blendshapes: FloatArray, part: Part, side: Side) -> bool:
    return (
        contrast(view, part, side) < LEAST_CONTRAST
        or (part.name == "brow" and light(view, part, side) < LEAST_LIGHT)
        or stranded(view, part, side)
        or (part.name == "eye" and blotted(view, part, side))
        or (
            part.name == "eye"
            and _blink(blendshapes, side) < OPEN_BLINK
            and iris_contrast(view, side) < OPEN_CONTRAST
        )
    )


def _closed(view: Frontal, blendshapes: FloatArray, side: Side) -> bool:
    return _blink(blendshapes, side) > CLOSED_BLINK and iris_contrast(view, side) < CLOSED_CONTRAST


def _blink(blendshapes: FloatArray, side: Side) -> float:
    return float(blendshapes[MEDIAPIPE_478.expressions.index(f"eyeBlink{side.capitalize()}")])


def _box(view: Frontal, part: Part, side: Side) -> FloatArray | None:
    """Brightness of a part's places that lie in the photo; None where these are too few."""
    rows, columns = _bounds(view, part, side)
    seen = view.seen[rows, columns]
    if not seen.size or seen.mean() < _ENOUGH:
        return None
    return np.asarray(view.smooth[rows, columns][seen], dtype=np.float64)


def _bounds(view: Frontal, part: Part, side: Side) -> tuple[slice, slice]:
    """Rows and columns of a part's box in the picture."""
    across = [_place(view, name, side)[0] for name in part.across]
    down = [_place(view, name, side)[1] for name in part.heights]
    height, width = view.smooth.shape
    left, right = np.clip((min(across), max(across) + 1), 0, width).astype(int)
    above, below = part.above * PX_PER_CM, part.below * PX_PER_CM
    top, bottom = np.clip((min(down) - above, max(down) + below + 1), 0, height).astype(int)
    return slice(top, bottom), slice(left, right)


def _place(view: Frontal, name: str, side: Side) -> FloatArray:
    return view.place(name, None if name in MEDIAPIPE_478.midline else side)


def _numbers(names: tuple[str, ...], side: Side) -> list[int]:
    return MEDIAPIPE_478.right(names) if side == "right" else MEDIAPIPE_478.left(names)


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
    """The parts that are covered, from the brow down."""
    for part in PARTS:
        sides = [side for other, side in covered if other is part]
        if len(sides) == len(SIDES):
            yield Note("both_parts", part=part.name)
        elif sides:
            yield Note("one_part", part=part.name, side=sides[0])


def _tell_glasses(reflecting: list[Side]) -> Iterator[Note]:
    """Notes on glasses that are worn, and on what they hide."""
    yield Note("glasses")
    if reflecting:
        yield Note("lids_behind_glasses", sides=reflecting)
