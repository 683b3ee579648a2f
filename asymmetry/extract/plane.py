"""The face's plane: canonical x, y in centimetres, and what a photo shows there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.schemes import Side
from asymmetry.extract.canonical import Canonical
from asymmetry.extract.pose import Pose

__all__ = [
    "TAILS",
    "Halvings",
    "Refined",
    "dark_rows",
    "drawn",
    "light_and_red",
    "light_at",
    "on_a_grid",
    "places",
    "rival_share",
    "surface",
    "vertex",
]

Pixels = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float64]

# Step of the grid on which the photo's places are worked out, px; between its nodes they are straight to 0.05
# px.
_GRID = 4
#: Sigmas after which the profile of a line has ended.
TAILS = 4
# Log intensities are taken above this level, so that noise in the dark counts little.
_FLOOR = 8.0


@dataclass(frozen=True)
class Refined:
    """Points of which some were looked for in the pixels.

    Attributes
    ----------
    plane : ndarray, shape (k, 2)
        Canonical x, y of all points, cm, with those moved to where the photo shows them.
    found : dict of Side to bool
        Whether they were seen on that side, or are the mesh's.
    """

    plane: FloatArray = field(repr=False)
    found: dict[Side, bool]


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


def light_and_red(photo: Pixels, at: FloatArray) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Logarithms of the light, and of red over the other colours, at places (h, w, 2) of a photo."""
    red, green, blue = cv2.split(drawn(photo, at, cv2.INTER_LINEAR).astype(np.float32))
    others, floor = green + blue, np.float32(_FLOOR)
    return np.log((red + others) / 3 + floor), np.log(red + floor) - np.log(others / 2 + floor)


def light_at(photo: Pixels, at: FloatArray) -> npt.NDArray[np.float32]:
    """Logarithm of the light at places (h, w, 2) of a photo."""
    red, green, blue = cv2.split(drawn(photo, at, cv2.INTER_LINEAR).astype(np.float32))
    return np.log((red + (green + blue)) / 3 + np.float32(_FLOOR))


def dark_rows(light: npt.NDArray[np.float32], sigma: float) -> FloatArray:
    """How much darker each row of a strip is than what lies above and below it, shape (rows,).

    Parameters
    ----------
    light : ndarray, shape (rows, columns)
        Logarithm of the light.
    sigma : float
        Half the width of the dark line or band that is looked for, rows.
    """
    reach = int(np.ceil(TAILS * sigma))
    offset = np.arange(-reach, reach + 1) / sigma
    kernel = (offset**2 - 1) * np.exp(-(offset**2) / 2)
    kernel /= np.abs(kernel).sum() / 2
    shown = cv2.filter2D(light, -1, kernel[:, None], borderType=cv2.BORDER_REPLICATE)
    return np.asarray(shown.mean(axis=1), dtype=np.float64)


def vertex(values: FloatArray, best: int) -> float:
    """Where between the samples a peak lies: vertex of the parabola through it, -0.5 to 0.5.

    0 for a peak at an end, or beside one, where there is no parabola.
    """
    if not 0 < best < len(values) - 1 or not np.isfinite(values[best - 1 : best + 2]).all():
        return 0.0
    before, peak, after = values[best - 1 : best + 2]
    bend = before - 2 * peak + after
    return float((before - after) / (2 * bend)) if bend < 0 else 0.0


def rival_share(score: FloatArray, best: int, elsewhere: npt.NDArray[np.bool_]) -> float:
    """How high the highest peak elsewhere is, as a share of the best one; 0 where there is none.

    ``elsewhere`` says, shape (samples,), what is far enough from the best to be something else.
    """
    inner = score[1:-1]
    peaks = np.flatnonzero((inner > score[:-2]) & (inner >= score[2:])) + 1
    return float(score[peaks[elsewhere[peaks]]].max(initial=0.0) / score[best])
