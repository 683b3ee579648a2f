"""A photo and smaller copies of it."""

from __future__ import annotations

import cv2
import numpy as np

from asymmetry.core.arrays import Pixels

__all__ = ["Halvings"]


class Halvings:
    """A photo, and its halvings, each made when it is first asked for.

    Halving is quick. An odd width or height is rounded up, edges stay edges.

    Attributes
    ----------
    whole : ndarray of uint8, shape (H, W, 3)
        The photo.
    """

    def __init__(self, whole: Pixels) -> None:
        self.whole = whole
        self._made = [whole]

    def down_to(self, least: float) -> Pixels:
        """The photo shrunk to a half, a quarter, ... but no further than to ``least`` of its size."""
        times = max(int(np.floor(-np.log2(least))), 0)
        while len(self._made) <= times:
            height, width = self._made[-1].shape[:2]
            size = (width + 1) // 2, (height + 1) // 2
            smaller = cv2.resize(self._made[-1], size, interpolation=cv2.INTER_AREA)
            self._made.append(np.asarray(smaller, dtype=np.uint8))
        return self._made[times]
