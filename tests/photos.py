"""Small photos made in memory, in every format and kind of pixel, for the tests of what reads them."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from asymmetry.core.arrays import Pixels

HEIGHT, WIDTH = 33, 24  # one row more than whole blocks and strips have
ORIENTATION, DATETIME_ORIGINAL = 0x0112, 0x9003
LOSSLESS = {
    "png": ("PNG", {}),
    "bmp": ("BMP", {}),
    "gif": ("GIF", {}),
    "webp": ("WEBP", {"lossless": True}),
    "tiff": ("TIFF", {}),
    "tiff-lzw": ("TIFF", {"compression": "tiff_lzw"}),
    "tiff-deflate": ("TIFF", {"compression": "tiff_adobe_deflate"}),
}
LOSSY = {
    "jpeg": ("JPEG", {"quality": 95, "subsampling": 0}),
    "jpeg-progressive": ("JPEG", {"quality": 95, "subsampling": 0, "progressive": True}),
    "webp-lossy": ("WEBP", {"quality": 98}),
    "avif": ("AVIF", {"quality": 95, "subsampling": "4:4:4"}),
    "tiff-jpeg": ("TIFF", {"compression": "jpeg", "quality": 95}),
}
FORMATS = LOSSLESS | LOSSY
WITH_EXIF = sorted(FORMATS.keys() - {"bmp", "gif"})
LOSSY_TOLERANCE = 12  # of 255, of the worst pixel of a smooth picture


def picture() -> Pixels:
    """Smooth colours without any symmetry; few enough (12 × 17) that a palette holds them all."""
    y, x = np.mgrid[:HEIGHT, :WIDTH] // 2
    return np.stack([40 + 10 * x, 30 + 8 * y, 220 - 4 * x - 3 * y], axis=-1).astype(np.uint8)


def encoded(image: Image.Image | Pixels, form: str = "PNG", **options: object) -> bytes:
    image = image if isinstance(image, Image.Image) else Image.fromarray(image)
    with io.BytesIO() as buffer:
        image.save(buffer, form, **options)
        return buffer.getvalue()


def photo_bytes(name: str, pixels: Pixels | None = None, **options: object) -> bytes:
    form, settings = FORMATS[name]
    return encoded(picture() if pixels is None else pixels, form, **settings, **options)


def heic_bytes(**options: object) -> bytes:
    pillow_heif = pytest.importorskip("pillow_heif", reason="the extra heic is not installed")
    with io.BytesIO() as buffer:
        pillow_heif.from_pillow(Image.fromarray(picture())).save(buffer, quality=-1, **options)
        return buffer.getvalue()


def exif_bytes(orientation: object = 1) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return exif.tobytes()


def exif_of_type(kind: int, count: int, value: bytes) -> bytes:
    """An EXIF block whose orientation has a type that Pillow would not write."""
    entry = struct.pack("<HHI4s", ORIENTATION, kind, count, value)
    return b"Exif\0\0II*\0" + struct.pack("<IH", 8, 1) + entry + bytes(4)


def png_header(width: int, height: int) -> bytes:
    """A PNG that ends before its first pixel."""
    chunk = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    header = struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return b"\x89PNG\r\n\x1a\n" + header + struct.pack(">I", 999) + b"IDAT"


def tiff_bytes(pixels: bytes, width: int, height: int, **tags: int) -> bytes:
    """A little-endian, uncompressed TIFF in grey: what Pillow reads but does not write."""
    values = {254: tags.get("subfile", 0), 256: width, 257: height, 258: tags["bits"], 259: 1,
              262: tags.get("photometric", 1), 273: 8, 277: 1, 278: height, 279: len(pixels),
              339: tags.get("sample", 1)}  # fmt: skip
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in values.items())
    start = 8 + len(pixels)
    return (
        b"II*\0"
        + struct.pack("<I", start)
        + pixels
        + struct.pack("<H", len(values))
        + entries
        + bytes(4)
    )


def assert_near(pixels: Pixels, expected: Pixels, tolerance: float) -> None:
    assert pixels.shape == expected.shape
    assert np.abs(pixels.astype(int) - expected).max() <= tolerance


def grey() -> Pixels:
    return np.arange(256, dtype=np.uint8).reshape(16, 16)


def in_rgb(values: npt.NDArray[np.integer]) -> Pixels:
    return np.repeat(values.astype(np.uint8)[..., None], 3, axis=2)
