"""How far skin moved between two photos of one person: dense flow between their pictures in the atlas."""

from __future__ import annotations

from functools import cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import Mask, Pixels
from asymmetry.core.schemes import MEDIAPIPE_478
from asymmetry.core.schemes.vocabulary import STATIONS
from asymmetry.tissue.atlas import HEIGHT, PX_PER_CM, TOP_CM, WIDTH, load_atlas
from asymmetry.tissue.picture import SkinPicture

__all__ = ["BELOW", "follow_skin", "followed_skin", "outwards"]

FloatArray = npt.NDArray[np.floating[Any]]
Shifts = npt.NDArray[np.float32]

#: Rows of the atlas in which skin is followed: from below the forehead, which does not swell here.
BELOW = slice(80, HEIGHT)
# Light is taken out as the part that is as coarse as this, px; the rest is stretched by this factor to 8
# bits, about their middle. In the dark so much is added to the pixels, so that noise counts little.
_COARSE, _STRETCH, _MIDDLE, _FLOOR = 10.0, 400.0, 128.0, 8.0
# Distance of patches, steps and refinements of the flow (Kroeger et al. 2016, OpenCV's DIS): finer ones cost
# twice as much and read known swellings of tuning people no better.
_STRIDE, _STEPS, _REFINEMENTS = 4, 12, 2
# The rim of the face is followed by the background, the eye by the gaze: so much is left out, mm.
_RIM_MM, _EYE_MM = 4.0, 1.0
_MM_PER_CM = 10.0


@cache
def followed_skin() -> Mask:
    """Pixels of half a face in which skin can be followed, shape (rows of `BELOW`, WIDTH)."""
    atlas = load_atlas()
    face = np.hstack([atlas.region[:, ::-1], atlas.region]) >= 0
    within = cv2.distanceTransform(np.pad(face, 1).astype(np.uint8), cv2.DIST_L2, 5)
    inside = within[1:-1, 1:-1][:, WIDTH:] > _RIM_MM * PX_PER_CM / _MM_PER_CM
    return np.asarray((inside & ~_eye())[BELOW])


@cache
def outwards() -> FloatArray:
    """Unit vectors (rows of `BELOW`, WIDTH, 2) in the plane of half a face, in which its surface faces."""
    aside = load_atlas().normal[BELOW][..., :2]
    return np.asarray(aside / np.maximum(np.linalg.norm(aside, axis=-1, keepdims=True), 1e-3))


def follow_skin(before: SkinPicture, now: SkinPicture) -> tuple[Shifts, Mask]:
    """Follow the skin from an earlier picture to a later one.

    Parameters
    ----------
    before, now : SkinPicture
        Pictures of one person.

    Returns
    -------
    shift : ndarray of float32, shape (2, rows of `BELOW`, WIDTH, 2)
        How far the skin at each pixel of the earlier picture moved in the plane of the face, outwards and up,
        mm. Head pose is removed as far as the canonical surface goes.
    seen : ndarray of bool, shape (2, rows of `BELOW`, WIDTH)
        Pixels whose skin both photos show.
    """
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    flow.setFinestScale(0)
    flow.setPatchStride(_STRIDE)
    flow.setGradientDescentIterations(_STEPS)
    flow.setVariationalRefinementIterations(_REFINEMENTS)
    shifts = []
    for half in range(2):
        old, new = _contrast(before.rgb[half, BELOW]), _contrast(now.rgb[half, BELOW])
        to = _pixels() + flow.calc(old, new, np.zeros((*old.shape, 2), np.float32))
        shifts.append(_draw(now.plane[half, BELOW], to) - before.plane[half, BELOW])
    judged = [picture.inside | ~picture.atlas.skin for picture in (before, now)]
    seen = judged[0][:, BELOW] & judged[1][:, BELOW] & followed_skin()
    return np.stack(shifts) * np.float32(before.mm_per_cm), seen


def _contrast(rgb: Pixels) -> Pixels:
    """A picture's detail without its light: the fine part of the logarithm."""
    log = np.log(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY) + np.float32(_FLOOR))
    fine = log - cv2.GaussianBlur(log, (0, 0), _COARSE)
    return np.asarray(np.clip(_MIDDLE + _STRETCH * fine, 0, 255), dtype=np.uint8)


def _draw(picture: Shifts, at: Shifts) -> Shifts:
    """Values of a picture (h, w, 2) at places between its pixels."""
    x, y = cv2.split(at)
    drawn = cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(drawn, dtype=np.float32)


@cache
def _pixels() -> Shifts:
    """Column and row of each pixel that is followed."""
    rows = np.arange(BELOW.stop - BELOW.start, dtype=np.float32)
    return np.stack(np.meshgrid(np.arange(WIDTH, dtype=np.float32), rows), axis=-1)


def _eye() -> Mask:
    """The eye between the canonical lids, with its margin."""
    names = (
        *STATIONS["upper_lid"],
        "inner_canthus",
        *tuple(STATIONS["lower_lid"])[::-1],
        "outer_canthus",
    )
    outline = load_atlas().canonical.vertices[MEDIAPIPE_478.left(names), :2]
    corners = (outline * (1, -1) + (0, TOP_CM)) * PX_PER_CM - 0.5
    eye = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.fillPoly(eye, [np.rint(corners).astype(np.int32)], (1,))
    size = 2 * round(_EYE_MM * PX_PER_CM / _MM_PER_CM) + 1
    return np.asarray(cv2.dilate(eye, np.ones((size, size), np.uint8)) > 0)
