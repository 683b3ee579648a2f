"""What of a face was not seen: parts that are covered, irises of closed eyes, lids behind glasses.

The landmark model draws a whole face over whatever it finds: eyes on dark glasses, a mouth on a mask. Those
points were never measured and are left out. A part counts as covered on plain evidence only, for a real eye
that is left out costs more than a cover that is missed. Covers with a face's own contrast and colour, such
as a hand, a fair fringe or mosaic, are not found.

The limits lie between what 233 photos of uncovered faces read (see `asymmetry.extract.quality`) and what
covers painted over a portrait do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from asymmetry.extract.glasses import wears_glasses
from asymmetry.extract.quality import PX_PER_CM, Frontal, value_at

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

# Percentiles of a part: its darkest, its lightest, and what most of its surroundings have.
_DARKEST, _LIGHTEST, _AROUND = 5, 95, 65
# A part is judged if at least this share of its box lies within the photo.
_ENOUGH = 0.5
_GROUPS = MEDIAPIPE_478.groups


@dataclass(frozen=True)
class Part:
    """A part of a half face that may be covered.

    Attributes
    ----------
    name, both : str
        What a reader calls one of them, and both.
    pairs, midline : tuple of str
        Its points. They are left out when the part is covered.
    across, heights : tuple of str
        The points between which lies the box in which it is judged.
    above, below : float
        What the box has in addition, cm.
    """

    name: str
    both: str
    pairs: tuple[str, ...]
    midline: tuple[str, ...]
    across: tuple[str, ...]
    heights: tuple[str, ...]
    above: float = 0.0
    below: float = 0.0


_OVER_EYE = _GROUPS["brow_upper"][1:] + _GROUPS["brow_lower"][1:]

#: What is judged on either side, from the brow down.
PARTS = (
    Part("brow", "both brows", _GROUPS["brow"], (), _OVER_EYE, _OVER_EYE, above=0.8),
    Part(
        "eye",
        "both eyes",
        _GROUPS["canthi"] + _GROUPS["lids"] + _GROUPS["iris"],
        (),
        _GROUPS["canthi"],
        _GROUPS["canthi"],
        above=0.4,
        below=0.4,
    ),
    Part(
        "half of the nose",
        "the nose",
        ("ala", "alar_base"),
        ("nose_tip", "nose_tip_low", "subnasale"),
        ("alar_base", "subnasale"),
        ("nose_tip", "subnasale"),
        below=0.2,
    ),
    Part(
        "half of the mouth",
        "the mouth",
        _GROUPS["lower"],
        (*_GROUPS["lower_midline"], "upper_lip_edge", "lower_lip_edge"),
        ("commissure", "upper_lip_outer_4"),
        ("subnasale", "pogonion"),
    ),
)
# What a mask covers, and the places by whose colour it is told.
_BELOW_MASK = ("half of the nose", "half of the mouth")
_FOREHEAD, _UNDER_MASK = ("forehead_low", "glabella", "nose_bridge_1"), ("nose_tip", "philtrum", "pogonion")


@dataclass(frozen=True)
class Unseen:
    """What was not seen: a mask of points, shape (k,), the reasons in words, and whether glasses are worn."""

    points: Mask
    reasons: list[str]
    glasses: bool = False


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
    masked = mask_colour(view) > MASK_COLOUR
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
    reasons = _reasons(covered, [side for side in closed if side not in reflecting])
    return Unseen(mask, reasons + ([_behind(reflecting)] if glasses else []), glasses)


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


def mask_colour(view: Frontal) -> float:
    """How far nose, philtrum and chin are from the forehead in colour: the nearest of them, CIE a* and b*."""
    above = np.median([view.colour(view.place(name)) for name in _FOREHEAD], axis=0)
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
    columns = [_place(view, name, side)[0] for name in part.across]
    rows = [_place(view, name, side)[1] for name in part.heights]
    height, width = view.smooth.shape
    left, right = np.clip((min(columns), max(columns) + 1), 0, width).astype(int)
    above, below = part.above * PX_PER_CM, part.below * PX_PER_CM
    top, bottom = np.clip((min(rows) - above, max(rows) + below + 1), 0, height).astype(int)
    seen = view.seen[top:bottom, left:right]
    if not seen.size or seen.mean() < _ENOUGH:
        return None
    return np.asarray(view.smooth[top:bottom, left:right][seen], dtype=np.float64)


def _place(view: Frontal, name: str, side: Side) -> FloatArray:
    return view.place(name, None if name in MEDIAPIPE_478.midline else side)


def _numbers(names: tuple[str, ...], side: Side) -> list[int]:
    return MEDIAPIPE_478.right(names) if side == "right" else MEDIAPIPE_478.left(names)


def _reasons(covered: list[tuple[Part, Side]], closed: list[Side]) -> list[str]:
    found = []
    names = [
        part.both if len(sides) > 1 else f"{sides[0]} {part.name}"
        for part in PARTS
        if (sides := [side for other, side in covered if other is part])
    ]
    if names:
        found.append(f"covered or washed out, so not measured: {', '.join(names)}")
    if any(part.name == "eye" for part, _ in covered):
        found.append("without both eyes a face has no level and no scale: nothing is measured in mm")
    if closed:
        found.append(f"{' and '.join(closed)} eye closed: iris not seen")
    return found


def _behind(reflecting: list[Side]) -> str:
    """What glasses spoil, in words."""
    lids = f"; {' and '.join(reflecting)} lids not seen behind them, so not measured" if reflecting else ""
    return f"glasses: brows and lids may be off, take them off{lids}"
