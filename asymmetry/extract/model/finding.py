"""Faces in a large photo: a smaller copy is looked at first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from asymmetry.core.arrays import Pixels
from asymmetry.extract.model.landmarker import Reading
from asymmetry.extract.model.protocol import Detector, detect_each
from asymmetry.photos.halvings import Halvings

__all__ = ["FIND_FACE", "FIND_SIDE", "find_faces", "find_faces_both_ways", "find_mirrored_faces"]

#: Px of the longer side in which faces are looked for first, and the width from which a face found there is
#: large enough, px: in the 256 px that the model reads a face fills two thirds.
FIND_SIDE, FIND_FACE = 800, 170


def find_faces(photo: Halvings, detector: Detector) -> list[Reading]:
    """Faces in a photo, the largest first; of a large photo with a large face a smaller copy is looked at.

    The model sees a face in 256 px, however many there are. This reading only tells where to look.

    Parameters
    ----------
    photo : Halvings
        RGB.
    detector : Detector
        The detector that looks at it.
    """
    return _find(photo, detector, [_as_it_is])[0]


def find_mirrored_faces(photo: Halvings, detector: Detector) -> list[Reading]:
    """As `find_faces`, in the photo's mirror image."""
    return _find(photo, detector, [_flip])[0]


def find_faces_both_ways(
    photo: Halvings, detector: Detector
) -> tuple[list[Reading], list[Reading]]:
    """The faces of `find_faces` and of `find_mirrored_faces`, looked for at once."""
    plain, mirrored = _find(photo, detector, [_as_it_is, _flip])
    return plain, mirrored


def _find(
    photo: Halvings, detector: Detector, ways: Sequence[Callable[[Pixels], Pixels]]
) -> list[list[Reading]]:
    """The faces that are seen in each way of looking at a photo."""
    pixels = photo.whole
    small = photo.down_to(FIND_SIDE / max(pixels.shape[:2]))
    found = detect_each(detector, [way(small) for way in ways])
    if small is pixels:
        return found
    (height, width), (low, narrow) = pixels.shape[:2], small.shape[:2]
    return [
        [reading.scaled(width / narrow, height / low) for reading in readings]
        if readings and np.ptp(readings[0].points[:, 0]) >= FIND_FACE
        else detector.detect(way(pixels))
        for readings, way in zip(found, ways, strict=True)
    ]


def _as_it_is(pixels: Pixels) -> Pixels:
    return pixels


def _flip(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.flip(pixels, 1), dtype=np.uint8)
