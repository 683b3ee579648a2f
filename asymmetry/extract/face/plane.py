"""The face's plane, canonical x, y in centimetres, and the pixels of a photo at its points."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.extract.face.pose import Pose
from asymmetry.extract.model.canonical import Canonical
from asymmetry.photos.halvings import Halvings

__all__ = [
    "average_at",
    "draw_at",
    "light_at",
    "on_a_grid",
    "places",
    "surface",
]

Logs = npt.NDArray[np.float32]

# Step of the grid at whose nodes places in a photo are computed, px. Between nodes they are interpolated, to
# within 0.05 px.
_GRID = 4
# Added to intensities before their logarithm, so that noise in the dark counts little.
_FLOOR = 8.0


def surface(canonical: Canonical, xy: FloatArray) -> FloatArray:
    """Lift points (..., 2) of the face's plane onto its surface, (..., 3)."""
    depth = canonical.depth_at(xy[..., 0], xy[..., 1])
    return np.concatenate([xy, depth[..., None]], axis=-1)


def places(pose: Pose, canonical: Canonical, plane: FloatArray) -> FloatArray:
    """Places of canonical x, y (..., 2), cm, in the photo: x, y (..., 2), px, y down."""
    x, y = plane[..., 0], plane[..., 1]
    return pose.place(x, y, canonical.depth_at(x, y))


def on_a_grid(
    width: int, height: int, place: Callable[[FloatArray], FloatArray], step: int = _GRID
) -> FloatArray:
    """The places (height, width, 2) of a picture's pixels in another one.

    Parameters
    ----------
    width, height : int
        Size of the picture; whole multiples of the grid's step.
    place : callable
        From pixel-edge coordinates (h, w, 2) to places. It is called for the nodes of a grid only.
    step : int
        The grid's step, px.
    """
    nodes = cv2.split(place(_nodes(width, height, step)))
    # Each axis for itself, as OpenCV and NumPy are slow along a last axis of two.
    fine = np.empty((len(nodes), *np.multiply(nodes[0].shape, step)))
    for axis, out in zip(nodes, fine, strict=True):
        cv2.resize(axis, None, out, fx=step, fy=step)
    return np.moveaxis(fine[:, step:-step, step:-step], 0, -1)


@functools.cache
def _nodes(width: int, height: int, step: int) -> FloatArray:
    """Nodes of a grid that reaches one step beyond the picture, so that the picture's edges lie inside."""
    columns = (np.arange(-1, width // step + 1) + 0.5) * step
    rows = (np.arange(-1, height // step + 1) + 0.5) * step
    nodes = np.stack(np.meshgrid(columns, rows), axis=-1)
    nodes.flags.writeable = False
    return nodes


def draw_at(
    photo: Pixels, at: FloatArray, interpolation: int = cv2.INTER_CUBIC, blur: float = 0.0
) -> Pixels:
    """Draw a photo's pixels at places (h, w, 2); beyond its edge, the pixels of the edge.

    Drawn linearly, the photo may be blurred first, by a Gaussian of this standard deviation, px.
    """
    # remap rounds places to 1/32 px in single precision. Rounded here in double precision, a mirrored photo
    # is drawn exactly mirrored.
    steps = at - 0.5
    steps *= cv2.INTER_TAB_SIZE
    exact = np.rint(steps, out=steps).astype(np.float32)
    exact /= cv2.INTER_TAB_SIZE
    columns = np.ascontiguousarray(exact[..., 0])
    rows = np.ascontiguousarray(exact[..., 1])
    if interpolation == cv2.INTER_LINEAR:
        return _draw_linear(photo, columns, rows, blur)
    pixels = cv2.remap(photo, columns, rows, interpolation, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(pixels, dtype=np.uint8)


def _draw_linear(photo: Pixels, columns: Logs, rows: Logs, blur: float) -> Pixels:
    """The same pixels as `cv2.remap` draws, by its quicker code for four channels: in half the time."""
    height, width = photo.shape[:2]
    left, right = _around(columns, width)
    top, bottom = _around(rows, height)
    needed = _blurred_part(photo, slice(top, bottom), slice(left, right), blur)
    part = cv2.cvtColor(needed, cv2.COLOR_RGB2RGBA)
    columns -= left
    rows -= top
    drawn = cv2.remap(part, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.cvtColor(drawn, cv2.COLOR_RGBA2RGB), dtype=np.uint8)


def _blurred_part(photo: Pixels, rows: slice, columns: slice, sigma: float) -> Pixels:
    """Rows and columns of a blurred photo, without blurring all others."""
    if not sigma:
        return photo[rows, columns]
    reach = math.ceil(4 * sigma) + 1  # of OpenCV's kernel, and more
    top, left = max(rows.start - reach, 0), max(columns.start - reach, 0)
    around = photo[top : rows.stop + reach, left : columns.stop + reach]
    blurred = np.asarray(cv2.GaussianBlur(around, (0, 0), sigma), dtype=np.uint8)
    return blurred[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]


def _around(places: Logs, size: int) -> tuple[int, int]:
    """The first pixel of an axis that is needed for its pixels at these places, and the end."""
    low, high = float(places.min()), float(places.max())
    if not math.isfinite(high - low):
        return 0, size
    first = min(max(int(low) - 1, 0), size - 1)
    return first, max(min(int(high) + 3, size), first + 1)


def average_at(photo: Pixels, at: FloatArray, ratio: float) -> Pixels:
    """Draw a photo at places (h, w, 2) that lie ``ratio`` px apart; above 1 px, by means of its pixels."""
    if ratio <= 1:
        return draw_at(photo, at)
    height, width = photo.shape[:2]
    low, high = np.array([(axis.min(), axis.max()) for axis in np.moveaxis(at, -1, 0)]).T
    left, top = np.clip(low - ratio, 0, (width - 1, height - 1)).astype(int)
    right, bottom = np.clip(high + ratio, (left + 1, top + 1), (width, height)).astype(int)
    size = np.ceil(np.array([right - left, bottom - top]) / ratio).astype(int)
    # Halved first: OpenCV shrinks by other ratios several times as slowly.
    part = Halvings(photo[top:bottom, left:right]).down_to(1 / ratio)
    shrunk = cv2.resize(part, size.tolist(), interpolation=cv2.INTER_AREA)
    share = size / (right - left, bottom - top)
    return draw_at(np.asarray(shrunk, dtype=np.uint8), at * share - (left, top) * share)


def light_at(photo: Pixels, at: FloatArray) -> Logs:
    """Logarithm of the light at places (h, w, 2) of a photo."""
    red, green, blue = cv2.split(draw_at(photo, at, cv2.INTER_LINEAR).astype(np.float32))
    return np.log((red + (green + blue)) / 3 + np.float32(_FLOOR))
