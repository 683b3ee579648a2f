"""A decoder's pixels → upright RGB with 8 bits."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageFile

from asymmetry.core.notes import Note
from asymmetry.errors import UnreadablePhotoError
from asymmetry.photos.profiles import convert_ink, convert_pixels

__all__ = ["decode_loaded", "read_exif", "upright"]

#: Steps that make each EXIF orientation upright (Exif 2.32, 4.6.4, tag 274): whether rows and columns change
#: places, and then OpenCV's code of a flip, of columns (1), of rows (0) or of both. 1 already is.
_UPRIGHT: dict[object, tuple[bool, int | None]] = {
    2: (False, 1),
    3: (False, -1),
    4: (False, 0),
    5: (True, None),
    6: (True, 1),
    7: (True, -1),
    8: (True, 0),
}

_GREY16_MODES = frozenset(("I;16", "I;16L", "I;16B", "I;16N"))
_EIGHT_BIT_MODES = frozenset("1 L LA La P PA RGB RGBA RGBa RGBX CMYK YCbCr".split())
_WHITE_IS_ZERO = 0  # TIFF 6.0, PhotometricInterpretation
_STRIP_ROWS = 16  # a few hundred kB for a phone's photo, which the processor's cache holds


def decode_loaded(image: Image.Image, name: str) -> NDArray[np.uint8]:
    """RGB pixels of a PIL image as it is in memory, which may be edited: uint8, (H, W, 3).

    Raises
    ------
    UnreadablePhotoError
        If its pixels have no sure meaning as RGB.
    """
    with _STRICTNESS.hold():  # weasyprint, for one, lets Pillow fill gaps with grey
        image.load()
    profile = image.info.get("icc_profile")
    return convert_pixels(_to_array(_rgb(image, name, profile)), profile)


def read_exif(image: Image.Image) -> dict[int, object]:
    """EXIF tags of the main and the Exif directory; none where the block is broken."""
    try:
        exif = image.getexif()
        return {**exif, **exif.get_ifd(ExifTags.IFD.Exif)}
    except Exception:  # noqa: BLE001  a broken block raises anything, and must not stop a readable photo
        return {}


class _Strictness:
    """Pillow refuses incomplete files as long as somebody decodes here, whatever the program told it."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._held = 0
        self._before = False

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Be strict, in any number of threads; the last one puts the program's own setting back."""
        with self._mutex:
            if not self._held:
                self._before = ImageFile.LOAD_TRUNCATED_IMAGES
                ImageFile.LOAD_TRUNCATED_IMAGES = False
            self._held += 1
        try:
            yield
        finally:
            with self._mutex:
                self._held -= 1
                if not self._held:
                    ImageFile.LOAD_TRUNCATED_IMAGES = self._before


_STRICTNESS = _Strictness()


def upright(pixels: NDArray[np.uint8], tags: Mapping[int, object]) -> NDArray[np.uint8]:
    """Turn pixels upright by the EXIF tags."""
    orientation = tags.get(ExifTags.Base.Orientation)
    swapped, flip = False, None
    if isinstance(orientation, int):
        swapped, flip = _UPRIGHT.get(orientation, (False, None))
    if swapped:
        pixels = np.asarray(cv2.transpose(pixels), dtype=np.uint8)
    if flip is not None:
        pixels = np.asarray(cv2.flip(pixels, flip), dtype=np.uint8)
    return pixels


def _rgb(image: Image.Image, name: str, profile: bytes | None) -> Image.Image:
    """Bring any kind of pixels to RGB with 8 bits."""
    if image.mode in _GREY16_MODES:
        image = _from_grey16(image)
    if image.mode not in _EIGHT_BIT_MODES:
        raise UnreadablePhotoError(name, Note("unknown_pixels", kind=image.mode))
    if image.has_transparency_data:
        front = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", front.size, "white"), front)
    if image.mode != "RGB":
        return convert_ink(image, profile) or image.convert("RGB")
    return image


def _to_array(image: Image.Image) -> NDArray[np.uint8]:
    """Copy an RGB image strip by strip: all at once, Pillow takes twice the time and twice the memory."""
    pixels = np.empty((image.height, image.width, 3), np.uint8)
    for top in range(0, image.height, _STRIP_ROWS):
        bottom = min(top + _STRIP_ROWS, image.height)
        pixels[top:bottom] = np.asarray(image.crop((0, top, image.width, bottom)))
    return pixels


def _from_grey16(image: Image.Image) -> Image.Image:
    """Scale grey of up to 16 bits to 8; Pillow's own conversion cuts off everything above 255."""
    tiff_tags = getattr(image, "tag_v2", {})
    bits = tiff_tags.get(ExifTags.Base.BitsPerSample, (16,))[0]
    white = 2**bits - 1
    levels = np.rint(np.minimum(np.arange(2**16) / white, 1) * 255).astype(np.uint8)
    if tiff_tags.get(ExifTags.Base.PhotometricInterpretation) == _WHITE_IS_ZERO:
        levels = 255 - levels
    return Image.fromarray(levels[np.asarray(image)])
