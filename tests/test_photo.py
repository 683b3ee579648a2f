"""Reading photos: every format, source, orientation and kind of pixel comes out as upright RGB."""

from __future__ import annotations

import io
import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from asymmetry.errors import UnreadablePhotoError
from asymmetry.photos.photo import Photo, read_photo
from tests.photos import (
    FORMATS,
    HEIGHT,
    LOSSLESS,
    LOSSY_TOLERANCE,
    WIDTH,
    WITH_EXIF,
    Pixels,
    assert_near,
    encoded,
    exif_bytes,
    exif_of_type,
    grey,
    heic_bytes,
    in_rgb,
    photo_bytes,
    picture,
    tiff_bytes,
)


@pytest.mark.parametrize("name", FORMATS)
def test_format(name: str, tmp_path: Path) -> None:
    path = tmp_path / "no ending – ünïcode 顔"
    path.write_bytes(photo_bytes(name))
    photo = read_photo(path)
    assert (photo.name, photo.taken, photo.full_size) == (str(path), None, (WIDTH, HEIGHT))
    assert photo.pixels.dtype == np.uint8
    assert photo.pixels.flags.c_contiguous
    assert_near(photo.pixels, picture(), 0 if name in LOSSLESS else LOSSY_TOLERANCE)


def test_heic_without_touching_pillows_own_formats() -> None:
    data = heic_bytes()
    before = dict(Image.OPEN)
    assert_near(read_photo(data).pixels, picture(), LOSSY_TOLERANCE)
    assert before == Image.OPEN


def test_every_kind_of_source_gives_the_same(tmp_path: Path) -> None:
    data = photo_bytes("png")
    path = tmp_path / "a.png"
    path.write_bytes(data)
    for source in (path, str(path), data, bytearray(data), memoryview(data), picture()):
        np.testing.assert_array_equal(read_photo(source).pixels, picture())


def test_the_first_frame_counts() -> None:
    frames = [Image.fromarray(pixels) for pixels in (picture(), 255 - picture())]
    for form in ("GIF", "TIFF", "PNG"):
        data = encoded(frames[0], form, save_all=True, append_images=frames[1:])
        np.testing.assert_array_equal(read_photo(data).pixels, picture())


#: How an upright picture is stored under each orientation (Exif 2.32, 4.6.4: what row 0 and column 0 are).
STORED = {
    1: lambda upright: upright,
    2: lambda upright: upright[:, ::-1],
    3: lambda upright: upright[::-1, ::-1],
    4: lambda upright: upright[::-1],
    5: lambda upright: upright.swapaxes(0, 1),
    6: np.rot90,
    7: lambda upright: upright[::-1, ::-1].swapaxes(0, 1),
    8: lambda upright: np.rot90(upright, -1),
}


@pytest.mark.parametrize("name", WITH_EXIF)
@pytest.mark.parametrize("orientation", STORED)
def test_orientation(name: str, orientation: int) -> None:
    stored = np.ascontiguousarray(STORED[orientation](picture()))
    photo = read_photo(photo_bytes(name, stored, exif=exif_bytes(orientation)))
    assert photo.full_size == (WIDTH, HEIGHT)
    assert_near(photo.pixels, picture(), 0 if name in LOSSLESS else LOSSY_TOLERANCE)


@pytest.mark.parametrize("orientation", STORED)
def test_orientation_of_heic(orientation: int) -> None:
    # The encoder writes the turn into the container as well; it must not be applied twice.
    data = heic_bytes(exif=exif_bytes(orientation))
    upright = read_photo(data).pixels
    assert_near(np.ascontiguousarray(STORED[orientation](upright)), picture(), LOSSY_TOLERANCE)


@pytest.mark.parametrize(
    "exif",
    [
        exif_bytes(0),
        exif_bytes(9),
        exif_bytes(65535),
        exif_of_type(2, 2, b"6"),
        exif_of_type(3, 2, b"\6\0\6\0"),
    ],
    ids=["0", "9", "65535", "text", "two"],
)
@pytest.mark.parametrize("name", ["jpeg", "png", "webp"])
def test_no_orientation_counts_as_upright(name: str, exif: bytes) -> None:
    photo = read_photo(photo_bytes(name, exif=exif))
    assert_near(photo.pixels, picture(), LOSSY_TOLERANCE)


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("name", ["jpeg", "png", "webp"])
@pytest.mark.parametrize(
    "block", [b"Exif\0\0", b"Exif\0\0rubbish", exif_bytes(6)[:-9], b"Exif\0\0II*\0\xff\xff\xff\xff"]
)
def test_a_broken_exif_block_stops_nothing(name: str, block: bytes) -> None:
    photo = read_photo(photo_bytes(name, exif=block))
    assert_near(photo.pixels, picture(), LOSSY_TOLERANCE)
    assert photo.taken is None


@pytest.mark.parametrize(
    "data",
    [
        encoded(grey()),
        encoded(grey(), "TIFF"),
        encoded(grey(), "BMP"),
        encoded(Image.fromarray(grey()).convert("LA")),
        encoded(grey().astype(np.uint16) * 257),
        encoded(grey().astype(np.uint16) * 257, "TIFF"),
        encoded(grey().astype(np.uint16) * 257, "TIFF", compression="tiff_lzw"),
        encoded(grey().astype(">u2") * 257, "TIFF", big_tiff=True),
        tiff_bytes((65535 - grey().astype("<u2") * 257).tobytes(), 16, 16, bits=16, photometric=0),
        tiff_bytes((255 - grey()).tobytes(), 16, 16, bits=8, photometric=0),
    ],
    ids="png tiff bmp la png16 tiff16 tiff16-lzw tiff16-big white-is-0-16 white-is-0-8".split(),
)
def test_grey(data: bytes) -> None:
    np.testing.assert_array_equal(read_photo(data).pixels, in_rgb(grey()))


def test_twelve_bits_are_scaled_by_their_own_white() -> None:
    data = tiff_bytes(b"\xff\xff\xff\x80\x08\x00\x00\x00\x00", 2, 3, bits=12)
    np.testing.assert_array_equal(read_photo(data).pixels[:, 0, 0], [255, 128, 0])


def test_black_and_white() -> None:
    bits = picture()[..., 0] > 100
    np.testing.assert_array_equal(
        read_photo(encoded(Image.fromarray(bits))).pixels, in_rgb(bits * 255)
    )


@pytest.mark.parametrize("ending", [".png", ".tiff"])
def test_colour_in_sixteen_bits(ending: str) -> None:
    done, data = cv2.imencode(ending, picture()[..., ::-1].astype(np.uint16) * 257)
    assert done
    np.testing.assert_array_equal(read_photo(data.tobytes()).pixels, picture())


@pytest.mark.parametrize("form", ["PNG", "TIFF", "GIF", "BMP"])
def test_palette(form: str) -> None:
    data = encoded(Image.fromarray(picture()).quantize(), form)
    np.testing.assert_array_equal(read_photo(data).pixels, picture())


@pytest.mark.parametrize("form", ["JPEG", "TIFF"])  # JPEG stores the inks inverted, TIFF does not
def test_cmyk(form: str) -> None:
    options = {"quality": 95, "subsampling": 0} if form == "JPEG" else {}
    data = encoded(Image.fromarray(picture()).convert("CMYK"), form, **options)
    assert_near(read_photo(data).pixels, picture(), LOSSY_TOLERANCE)


@pytest.mark.parametrize("form", ["PNG", "TIFF", "WEBP"])
def test_transparent_parts_are_white(form: str) -> None:
    alpha = np.full((HEIGHT, WIDTH, 1), 255, np.uint8)
    alpha[:8], alpha[8:16] = 0, 51
    options = {"lossless": True, "exact": True} if form == "WEBP" else {}
    pixels = read_photo(encoded(np.concatenate([picture(), alpha], axis=2), form, **options)).pixels
    np.testing.assert_array_equal(pixels[16:], picture()[16:])
    np.testing.assert_array_equal(pixels[:8], 255)
    assert_near(pixels[8:16], (0.2 * picture()[8:16] + 0.8 * 255).astype(np.uint8), 1)


def test_transparent_palette_entry_is_white() -> None:
    image = Image.fromarray(picture()).quantize()
    clear = np.asarray(image) == 0
    pixels = read_photo(encoded(image, transparency=0)).pixels
    np.testing.assert_array_equal(pixels[clear], 255)
    np.testing.assert_array_equal(pixels[~clear], picture()[~clear])


def test_an_array_is_not_copied() -> None:
    pixels = picture()
    photo = read_photo(pixels, name="2026-03-02")
    assert photo.pixels is pixels
    assert (photo.name, photo.full_size) == ("2026-03-02", (WIDTH, HEIGHT))
    assert photo.taken is not None
    assert read_photo(pixels).name == "<array>"


def test_an_array_is_brought_into_c_order() -> None:
    blue_green_red = picture()[..., ::-1].copy()
    photo = read_photo(blue_green_red[..., ::-1])
    assert photo.pixels.flags.c_contiguous
    np.testing.assert_array_equal(photo.pixels, picture())


def test_real_portraits(portrait_path: Path, astronaut_path: Path, astronaut: Pixels) -> None:
    assert read_photo(portrait_path).full_size == (512, 600)
    np.testing.assert_array_equal(read_photo(astronaut_path).pixels, astronaut)


GREY = ("gray.jpg", "gray16.png", "gray_alpha.png")
ENCODING_TOLERANCE = (
    4.0  # of 255, of the mean pixel; the palette's is 3.9, a wrong turn's is above 50
)


def unlike(path: Path, reference: Photo) -> str:
    """How a file that shows the same as the reference differs from it; empty when it does not."""
    photo = read_photo(path)
    if photo.full_size != reference.full_size:
        return f"{photo.full_size}"
    expected = reference.pixels
    if path.name in GREY:
        expected = np.asarray(Image.fromarray(expected).convert("L").convert("RGB"))
    with Image.open(path) if "alpha" in path.name else Image.new("L", (1, 1), 255) as image:
        opaque = np.broadcast_to(np.asarray(image)[..., -1:] == 255, expected.shape)
    off = np.abs(photo.pixels.astype(int) - expected)[opaque].mean()
    return "" if off <= ENCODING_TOLERANCE else f"{off:.1f}"


def test_ugly_files_that_show_the_same(ugly: Path) -> None:
    expected = json.loads((ugly / "expected.json").read_text(encoding="utf-8"))
    names = [
        name for name, facts in expected.items() if "same_as" in facts and (ugly / name).exists()
    ]
    if not find_spec("pillow_heif"):
        names.remove("photo.heic")
    reference = read_photo(ugly / "00_reference.jpg")
    assert len(names) > 20
    assert {name: off for name in names if (off := unlike(ugly / name, reference))} == {}


@pytest.mark.parametrize("subsampling", [0, 1, 2])
@pytest.mark.parametrize("how", [{}, {"progressive": True}, {"quality": 30}, {"optimize": True}])
def test_a_jpeg_has_the_pixels_that_pillow_decodes(subsampling: int, how: dict[str, Any]) -> None:
    written = io.BytesIO()
    rng = np.random.default_rng(3)
    noise = rng.integers(0, 256, (120, 88, 3), dtype=np.uint8)
    Image.fromarray(noise).save(written, "JPEG", subsampling=subsampling, **how)
    for side in (None, 60):
        opened = Image.open(written)
        if side:
            opened.draft(None, (44, 60))
        read = read_photo(written.getvalue(), least_side=side)
        np.testing.assert_array_equal(read.pixels, np.asarray(opened))


def test_what_is_not_whole_is_left_to_pillow() -> None:
    """A JPEG that ends properly but early is readable to Pillow, with a warning that it keeps to itself."""
    written = io.BytesIO()
    Image.fromarray(np.random.default_rng(4).integers(0, 256, (120, 88, 3), dtype=np.uint8)).save(
        written, "JPEG"
    )
    data = written.getvalue()
    early = data[: len(data) // 2] + b"\xff\xd9"
    np.testing.assert_array_equal(
        read_photo(early).pixels, np.asarray(Image.open(io.BytesIO(early)))
    )
    with pytest.raises(UnreadablePhotoError, match="incomplete"):
        read_photo(data[: len(data) // 2])
