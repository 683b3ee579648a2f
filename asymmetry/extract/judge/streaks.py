"""Streaks over a brow: hair that hangs before it, whichever way its strands or curls run."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.extract.face.frontal import Frontal, smooth

__all__ = ["Streaks", "read_streaks"]

#: Blur against grain, px (half a mm).
_SMOOTH = 1.0
#: Fewer rows or columns can't be judged. A variance below the second counts as it.
_LEAST_PX, _FAINTEST = 4, 1e-9


class Streaks(NamedTuple):
    """How a brow's brightness varies.

    ``by_height`` is the share of its variance that goes by the height in the brow: a brow is a band that is
    darker or lighter than the skin over and under it. ``across`` is its mean step from pixel to pixel along
    the brow, as a share of the skin's brightness.
    """

    by_height: float
    across: float


def read_streaks(
    view: Frontal, where: tuple[slice, slice], brow: npt.NDArray[np.float64]
) -> Streaks:
    """Look for streaks over a brow; NaN where not all of it is in the photo.

    Parameters
    ----------
    view : Frontal
        The face from the front.
    where : tuple of slice
        Rows and columns of the brow and the skin over it.
    brow : ndarray, shape (k, 2)
        The brow's points, px. Their arch is straightened.
    """
    grey = view.grey[where]
    height, width = grey.shape
    if min(height, width) < _LEAST_PX or not view.seen[where].all():
        return Streaks(np.nan, np.nan)
    columns, rows = np.arange(width), np.arange(height)
    brow = brow - (where[1].start, where[0].start)
    x, y = brow.T
    middle = np.polyval(np.polyfit(x, y, 2), np.clip(columns, x.min(), x.max()))
    across, down = np.meshgrid(columns, rows)
    down = down + middle - middle.mean()
    straight = cv2.remap(
        grey,
        across.astype(np.float32),
        down.astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    level = smooth(straight.astype(np.float32), _SMOOTH).astype(np.float64) / view.skin
    light = np.polyval(np.polyfit(columns, level.mean(axis=0), 2), columns)
    rest = level - light
    share = rest.mean(axis=1).var() / max(rest.var(), _FAINTEST)
    return Streaks(float(share), float(np.abs(np.diff(level, axis=1)).mean()))
