"""Colour profiles: a photo of a wide-gamut phone comes out as the same colours in sRGB."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from asymmetry.core.arrays import Pixels
from asymmetry.photos.photo import read_photo
from asymmetry.photos.profiles import convert_pixels
from tests.photos import picture


def saved(pixels: Pixels, kind: str, profile: bytes | None, **how: Any) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, kind, icc_profile=profile, **how)
    return stream.getvalue()


def srgb_bytes() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def with_swapped_primaries() -> bytes:
    """The sRGB profile with the tags of red and blue exchanged: red is blue and blue red."""
    data = bytearray(srgb_bytes())
    for one, other in ((b"rXYZ", b"bXYZ"), (b"rTRC", b"bTRC")):
        first, second = data.index(one, 128), data.index(other, 128)
        data[first : first + 4], data[second : second + 4] = other, one
    return bytes(data)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
@pytest.mark.parametrize("profile", [srgb_bytes(), b"no profile", None])
def test_srgb_and_broken_profiles_change_no_bit(kind: str, profile: bytes | None) -> None:
    plain = read_photo(saved(picture(), kind, None)).pixels
    assert np.array_equal(read_photo(saved(picture(), kind, profile)).pixels, plain)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_a_profile_is_applied(kind: str) -> None:
    plain = read_photo(saved(picture(), kind, None)).pixels
    found = read_photo(saved(picture(), kind, with_swapped_primaries())).pixels
    assert np.abs(found[..., ::-1].astype(int) - plain).max() <= 2


def test_a_profile_is_applied_to_an_image_in_memory() -> None:
    image = Image.open(io.BytesIO(saved(picture(), "PNG", with_swapped_primaries())))
    found = read_photo(image).pixels
    assert np.abs(found[..., ::-1].astype(int) - picture()).max() <= 2


def test_a_profile_of_another_kind_of_pixels_is_left_alone() -> None:
    grey = np.repeat(np.arange(64, dtype=np.uint8)[None], 64, axis=0)
    plain = read_photo(saved(grey, "PNG", None)).pixels
    assert np.array_equal(read_photo(saved(grey, "PNG", srgb_bytes())).pixels, plain)


def test_threads_share_the_rows_and_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (321, 90, 3), dtype=np.uint8)
    found = []
    for threads in (1, 2):
        monkeypatch.setattr("cv2.getNumThreads", lambda threads=threads: threads)
        found.append(convert_pixels(pixels, with_swapped_primaries()))
    assert (found[0] != pixels).any()
    np.testing.assert_array_equal(*found)
