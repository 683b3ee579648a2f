"""Drawings, stickers and paint on a face, by colours stronger than skin has.

People draw circles and arrows on photos. The mesh and the networks take a ring for the lips and an arrow for
a brow, and see it clearly.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.schemes import MEDIAPIPE_478
from asymmetry.extract.face.frontal import PX_PER_CM, Frontal

__all__ = ["DrawnLimits", "is_drawn_over", "vivid_mm2"]

_GROUPS = MEDIAPIPE_478.groups


@dataclass(frozen=True)
class DrawnLimits:
    """From which area of strong colour on a face is drawn over.

    Attributes
    ----------
    chroma : float
        A stronger colour (CIE a*, b*) is none of skin, hair and teeth: in 313 photos they have up to 50,
        lips up to 78. Red and yellow bruises of a depth of 25 on reddish skin have up to 74, on a few px;
        red, yellow and green markers and stickers 75 to 110.
    area : float
        More of it than this is a drawing, mm². Those photos have none.
    lit : float
        A face whose median is stronger than this is in coloured light: that is no drawing.
    room : float
        Left out around lips and eyes, which may be made up, cm.
    """

    chroma: float = 72.0
    area: float = 8.0
    lit: float = 45.0
    room: float = 0.3


def is_drawn_over(view: Frontal, limits: DrawnLimits) -> bool:
    """Whether something is drawn or stuck over a face."""
    return view.once(vivid_mm2, limits) > limits.area


def vivid_mm2(view: Frontal, limits: DrawnLimits) -> float:
    """Area of strong colour in a face beside lips and eyes, mm²; 0 in coloured light."""
    strong = view.chroma
    vivid = (strong > limits.chroma) & view.face
    if not vivid.any() or np.median(strong[view.face]) > limits.lit:
        return 0.0
    return float((vivid & ~_lips_and_eyes(view, limits)).sum()) * (10 / PX_PER_CM) ** 2


def _lips_and_eyes(view: Frontal, limits: DrawnLimits) -> npt.NDArray[np.bool_]:
    """The lips and the eyes, with some room."""
    mask = np.zeros(view.rgb.shape[:2], np.uint8)
    mouth = MEDIAPIPE_478.right(_GROUPS["mouth"]) + MEDIAPIPE_478.left(_GROUPS["mouth"])
    eyes = _GROUPS["canthi"] + _GROUPS["lids"]
    for numbers in (mouth, MEDIAPIPE_478.right(eyes), MEDIAPIPE_478.left(eyes)):
        outline = cv2.convexHull(np.nan_to_num(view.points[numbers]).astype(np.int32))
        cv2.fillConvexPoly(mask, outline, 1)
    side = 2 * round(limits.room * PX_PER_CM) + 1
    return np.asarray(cv2.dilate(mask, np.ones((side, side), np.uint8)) > 0)
