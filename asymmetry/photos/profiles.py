"""Colour profiles (ICC) in photos' files: pixels of any profile → sRGB."""

from __future__ import annotations

import io
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from asymmetry.core.beside import Beside

__all__ = ["convert_ink", "convert_pixels"]

# Rows that are converted at once: a few hundred kB.
_STRIP_ROWS = 64
_MOST_THREADS = 2
# The profile's colour space for each kind of pixels that Pillow converts wrongly without it.
_INKS = {"CMYK": "CMYK", "L": "GRAY"}
# A profile that changes no colour of a lattice by more than this is sRGB by another name; pixels then stay
# as they are.
_SAME = 1
_LATTICE = np.stack(np.meshgrid(*[np.arange(0, 256, 51)] * 3), axis=-1).reshape(1, -1, 3)


def convert_pixels(pixels: NDArray[np.uint8], profile: bytes | None) -> NDArray[np.uint8]:
    """Pixels of an RGB profile as sRGB, (H, W, 3).

    Those of sRGB, of no profile and of a broken one stay as they are, to the bit. Threads share the rows, two
    or as many as OpenCV has been given; to convert a phone's photo takes longer than to find its face.
    """
    known = _read(profile)
    if known is None or known.profile.xcolor_space.strip() != "RGB":
        return pixels
    transform = ImageCms.buildTransform(known, ImageCms.createProfile("sRGB"), "RGB", "RGB")
    lattice = _LATTICE.astype(np.uint8)
    if np.abs(_apply(lattice, transform).astype(int) - lattice).max() <= _SAME:
        return pixels
    converted = np.empty_like(pixels)

    def convert(top: int) -> None:
        strip = slice(top, top + _STRIP_ROWS)
        converted[strip] = _apply(pixels[strip], transform)

    beside = Beside(min(_MOST_THREADS, cv2.getNumThreads()))
    beside.each(convert, range(0, len(pixels), _STRIP_ROWS))
    return converted


def convert_ink(image: Image.Image, profile: bytes | None) -> Image.Image | None:
    """A CMYK or grey image of such a profile as sRGB; None where there is no such profile."""
    known = _read(profile)
    if known is None or known.profile.xcolor_space.strip() != _INKS.get(image.mode):
        return None
    try:
        return ImageCms.profileToProfile(
            image, known, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except ImageCms.PyCMSError:
        return None


def _read(profile: bytes | None) -> ImageCms.ImageCmsProfile | None:
    """A profile, if it is there and whole."""
    if not profile:
        return None
    try:
        return ImageCms.ImageCmsProfile(io.BytesIO(profile))
    except (OSError, ImageCms.PyCMSError):
        return None


def _apply(pixels: NDArray[np.uint8], transform: Any) -> NDArray[np.uint8]:
    image = Image.fromarray(np.ascontiguousarray(pixels))
    return np.asarray(ImageCms.applyTransform(image, transform), dtype=np.uint8)
