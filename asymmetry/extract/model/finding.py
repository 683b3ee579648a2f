"""Faces in a large photo: a smaller copy is looked at first."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.extract.model.landmarker import Reading
from asymmetry.extract.model.protocol import Detector
from asymmetry.photos.halvings import Halvings

__all__ = ["FIND_FACE", "FIND_SIDE", "find_faces"]

Pixels = npt.NDArray[np.uint8]

#: Px of the longer side in which faces are looked for first, and the width from which a face found there is
#: large enough, px: in the 256 px that the model reads a face fills two thirds.
FIND_SIDE, FIND_FACE = 800, 170


def find_faces(photo: Halvings, detector: Detector, *, mirrored: bool = False) -> list[Reading]:
    """Faces in a photo, the largest first; of a large photo with a large face a smaller copy is looked at.

    The model sees a face in 256 px, however many there are. This reading only tells where to look.

    Parameters
    ----------
    photo : Halvings
        RGB.
    detector : Detector
        The detector that looks at it.
    mirrored : bool
        Look at its mirror image; the readings are of that.
    """
    pixels = photo.whole
    small = photo.down_to(FIND_SIDE / max(pixels.shape[:2]))
    readings = detector.detect(_flip(small) if mirrored else small)
    if small is not pixels and not (readings and np.ptp(readings[0].points[:, 0]) >= FIND_FACE):
        return detector.detect(_flip(pixels) if mirrored else pixels)
    (height, width), (low, narrow) = pixels.shape[:2], small.shape[:2]
    return [reading.scaled(width / narrow, height / low) for reading in readings]


def _flip(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.flip(pixels, 1), dtype=np.uint8)
