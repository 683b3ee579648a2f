"""Corners of the mouth found in the photo's own pixels: they lie on the dark line between the lips.

The mesh draws a corner where it expects one beside such lips, up to 1.5 mm off the line that the photo shows.
So the line is looked for around both corner points of a side, as one piece that moves up or down as a whole.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from asymmetry.extract.canonical import Canonical
from asymmetry.extract.plane import Refined, light_at, places, rivalled, vertex
from asymmetry.extract.pose import Pose

__all__ = ["refine_corners"]

Pixels = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float64]

# All lengths in canonical cm. The piece of the line: from so far medial of the inner corner point to so far
# lateral of it; its columns, and how far up and down it is looked for, and how finely.
_MEDIAL, _LATERAL, _COLUMNS = 0.2, 0.4, 31
_REACH, _STEP = 0.3, 0.01
# Half the width of the line. Lines of 0.03 to 0.08 read warps and hand-placed points alike.
_SIGMA = 0.05
# Cost per cm² of the distance from the mesh's corner, and the faintest line (in log intensity) that is taken.
# Another line this far away that shows as well but for this share leaves none: a shadow, teeth, a moustache.
_PRIOR, _FAINTEST = 5.0, 0.02
_APART, _RIVAL = 0.1, 0.8
# What follows a corner, and by how much of its way.
_FOLLOW = {
    "commissure": 1.0,
    "inner_commissure": 1.0,
    "upper_lip_outer_1": 0.5,
    "upper_lip_inner_1": 0.5,
    "lower_lip_outer_1": 0.5,
    "lower_lip_inner_1": 0.5,
}


def refine_corners(photo: Pixels, pose: Pose, canonical: Canonical, plane: FloatArray) -> Refined:
    """Move the corners of the mouth up or down onto the line between the lips.

    A side that shows no line keeps the mesh's corner.

    Parameters
    ----------
    photo : ndarray of uint8, shape (H, W, 3)
        RGB, upright.
    pose : Pose
        Where the head is.
    canonical : Canonical
        The face's surface.
    plane : ndarray, shape (k, 2)
        Canonical x, y of all points, cm.

    Returns
    -------
    Refined
        Both sides are treated by the same code, so a mirrored photo gives mirrored corners.
    """
    above = {side: _line_above(photo, pose, canonical, plane, side) for side in SIDES}
    plane = plane.copy()
    for side, up in above.items():
        plane[MEDIAPIPE_478.of(side, tuple(_FOLLOW)), 1] += (up or 0.0) * np.array(list(_FOLLOW.values()))
    return Refined(plane, {side: up is not None for side, up in above.items()})


def _line_above(
    photo: Pixels, pose: Pose, canonical: Canonical, plane: FloatArray, side: Side
) -> float | None:
    """How far above the mesh's corner the line lies, cm; None where none is seen."""
    outer, inner = plane[MEDIAPIPE_478.of(side, ("commissure", "inner_commissure"))]
    out = -1.0 if side == "right" else 1.0
    away = np.linspace(-_MEDIAL, _LATERAL, _COLUMNS)
    # Level beyond either corner point, straight between them.
    height = np.interp(away, [0.0, max(float(out * (outer - inner)[0]), _STEP)], [inner[1], outer[1]])
    rows = np.arange(-_REACH, _REACH + _STEP / 2, _STEP)
    across = np.broadcast_to(inner[0] + out * away, (len(rows), _COLUMNS))
    strip = np.stack([across, height + rows[:, None]], axis=-1)
    shown = _darkness(light_at(photo, places(pose, canonical, strip))).mean(axis=1)
    score = shown - _PRIOR * rows**2
    best = int(np.argmax(score))
    elsewhere = np.abs(np.arange(len(rows)) - best) * _STEP > _APART
    # A best at the end of the range is no line, but something dark beyond.
    if shown[best] < _FAINTEST or best in (0, len(rows) - 1) or rivalled(score, best, elsewhere, _RIVAL):
        return None
    return float(rows[best] + vertex(score, best) * _STEP)


def _darkness(light: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """How much darker each place is than what lies above and below, over the width of the line."""
    reach = int(np.ceil(4 * _SIGMA / _STEP))
    offset = np.arange(-reach, reach + 1) * _STEP / _SIGMA
    kernel = (offset**2 - 1) * np.exp(-(offset**2) / 2)
    kernel /= np.abs(kernel).sum() / 2
    return np.asarray(cv2.filter2D(light, -1, kernel[:, None], borderType=cv2.BORDER_REPLICATE))
