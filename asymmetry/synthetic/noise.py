"""Differences between two photos of one face: the way the camera is held, the light, the file."""

from __future__ import annotations

from io import BytesIO
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from asymmetry.core.arrays import Pixels
from asymmetry.errors import InvalidInputError

__all__ = ["Jittered", "compress", "jitter_photo"]

FloatArray = npt.NDArray[np.floating[Any]]

# Shift of the frame as a share of the photo's width, difference in exposure, and difference of the light
# between a side of the photo and its middle.
_SHIFT, _GAIN, _GRADIENT = 0.02, 0.08, 0.06
# JPEG qualities, from a messenger's to a camera's.
_WORST_JPEG, _BEST_JPEG = 80, 95


class Jittered(NamedTuple):
    """The same face in another photo.

    Attributes
    ----------
    pixels : ndarray of uint8, shape (H, W, 3)
        The new photo.
    matrix : ndarray, shape (2, 3)
        Map from points of the old photo to the new one, px: ``matrix @ (x, y, 1)``.
    """

    pixels: Pixels
    matrix: FloatArray


def jitter_photo(
    pixels: Pixels,
    rng: np.random.Generator,
    *,
    roll_deg: float = 3.0,
    scale: float = 0.08,
    zoom: float = 1.0,
    light: float = 1.0,
) -> Jittered:
    """Photograph the photo again: a little turned, nearer or farther, in other light, compressed by JPEG.

    All amounts are drawn from an even distribution between plus and minus their limit.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (H, W, 3)
        The photo.
    rng : numpy.random.Generator
        The source of chance.
    roll_deg : float
        Limit of the roll in the photo's plane, degrees.
    scale : float
        Limit of the change in size, as a share of it.
    zoom : float
        Further enlargement, about the middle. 1.2 keeps the photo's edge out of sight; below that its mirror
        image continues it beyond the edge.
    light : float
        1 for exposure within 8 % and a gradient within 6 %; 0 for none.

    Returns
    -------
    Jittered
        The new photo, of the same size, and the exact geometry.

    Raises
    ------
    InvalidInputError
        If ``pixels`` are not RGB uint8.

    Examples
    --------
    >>> photo = np.full((80, 60, 3), 128, np.uint8)
    >>> jitter_photo(photo, np.random.default_rng(1)).matrix.shape
    (2, 3)
    """
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8:
        raise InvalidInputError(
            f"pixels are {pixels.dtype} {pixels.shape}; use RGB uint8 (H, W, 3)"
        )
    height, width = pixels.shape[:2]
    angle, grow, right, down, gain, gradient = rng.uniform(-1, 1, 6)
    middle = np.array([width, height]) / 2
    matrix = _similarity(np.radians(roll_deg * angle), zoom * (1 + scale * grow), middle)
    matrix[:, 2] += np.array([right, down]) * _SHIFT * width
    turned = cv2.warpAffine(
        pixels,
        _between_centres(matrix),
        (width, height),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REFLECT,
    )
    across = np.linspace(-1, 1, width)[:, None]
    lit = turned * (1 + light * (_GAIN * gain + _GRADIENT * gradient * across))
    quality = int(rng.integers(_WORST_JPEG, _BEST_JPEG, endpoint=True))
    exposed = np.rint(lit).clip(0, 255).astype(np.uint8)
    return Jittered(compress(exposed, quality), matrix)


def _similarity(angle: float, size: float, middle: FloatArray) -> FloatArray:
    """A turn (anticlockwise as seen) and enlargement about a point, shape (2, 3)."""
    c, s = size * np.cos(angle), size * np.sin(angle)
    turn = np.array([[c, s], [-s, c]])
    return np.column_stack([turn, middle - turn @ middle])


def _between_centres(matrix: FloatArray) -> FloatArray:
    """The same map for coordinates that start at the first pixel's centre instead of its edge."""
    shifted = matrix.copy()
    shifted[:, 2] += matrix[:, :2] @ np.array([0.5, 0.5]) - 0.5
    return shifted


def compress(pixels: Pixels, quality: int) -> Pixels:
    """Save pixels as a JPEG of this quality and read them again."""
    file = BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    with Image.open(file) as image:
        return np.asarray(image)
