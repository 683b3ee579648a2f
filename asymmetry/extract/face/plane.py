"""The face's plane: canonical x, y in centimetres, and what a photo shows there."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.extract.face.pose import Pose
from asymmetry.extract.model.canonical import Canonical

__all__ = [
    "drawn",
    "light_and_red",
    "light_at",
    "on_a_grid",
    "places",
    "surface",
]

Pixels = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float64]

# Step of the grid on which the photo's places are worked out, px; between its nodes they are straight to 0.05
# px.
_GRID = 4
# Log intensities are taken above this level, so that noise in the dark counts little.
_FLOOR = 8.0


def surface(canonical: Canonical, xy: FloatArray) -> FloatArray:
    """Points (..., 2) of the face's plane lifted onto its surface, (..., 3)."""
    return np.concatenate([xy, canonical.depth_at(xy[..., 0], xy[..., 1])[..., None]], axis=-1)


def places(pose: Pose, canonical: Canonical, plane: FloatArray) -> FloatArray:
    """Where the photo shows canonical x, y (..., 2) in cm: photo x, y (..., 2), px, y down."""
    return pose.project(surface(canonical, plane))[..., :2]


def on_a_grid(width: int, height: int, place: Callable[[FloatArray], FloatArray]) -> FloatArray:
    """The places (height, width, 2) of a picture's pixels in another one.

    Parameters
    ----------
    width, height : int
        Of the picture; whole multiples of the grid's step.
    place : callable
        From pixel-edge coordinates (h, w, 2) to places. It is asked for the nodes of a grid.
    """
    # The grid reaches one step beyond the picture, for its edges to lie inside.
    columns, rows = ((np.arange(-1, n // _GRID + 1) + 0.5) * _GRID for n in (width, height))
    nodes = place(np.stack(np.meshgrid(columns, rows), axis=-1))
    fine = np.asarray(cv2.resize(nodes, None, fx=_GRID, fy=_GRID), dtype=np.float64)
    return fine[_GRID:-_GRID, _GRID:-_GRID]


def drawn(photo: Pixels, at: FloatArray, interpolation: int = cv2.INTER_CUBIC) -> Pixels:
    """A photo's pixels at places (h, w, 2); beyond its edge, the pixels of the edge."""
    # Rounded here, as remap would do it, but in double precision: so a mirrored photo is drawn mirrored.
    exact = (np.rint((at - 0.5) * cv2.INTER_TAB_SIZE) / cv2.INTER_TAB_SIZE).astype(np.float32)
    columns, rows = cv2.split(exact)
    pixels = cv2.remap(photo, columns, rows, interpolation, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(pixels, dtype=np.uint8)


def light_and_red(photo: Pixels, at: FloatArray) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Logarithms of the light, and of red over the other colours, at places (h, w, 2) of a photo."""
    red, green, blue = cv2.split(drawn(photo, at, cv2.INTER_LINEAR).astype(np.float32))
    others, floor = green + blue, np.float32(_FLOOR)
    return np.log((red + others) / 3 + floor), np.log(red + floor) - np.log(others / 2 + floor)


def light_at(photo: Pixels, at: FloatArray) -> npt.NDArray[np.float32]:
    """Logarithm of the light at places (h, w, 2) of a photo."""
    red, green, blue = cv2.split(drawn(photo, at, cv2.INTER_LINEAR).astype(np.float32))
    return np.log((red + (green + blue)) / 3 + np.float32(_FLOOR))
