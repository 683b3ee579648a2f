"""Damage that decoders keep to themselves: pictures that end before their data, or are not filled by it."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import ExifTags, Image

from asymmetry.core.arrays import Pixels
from asymmetry.errors import AsymmetryError
from asymmetry.photos.formats.endings import ENDS_EARLY, is_heic_used_up
from asymmetry.photos.formats.gif_codes import _count_pixels
from asymmetry.photos.formats.heic import _decode
from asymmetry.photos.formats.heic_boxes import find_grid, find_slices, show_alone
from asymmetry.photos.photo import Photo, read_photo
from tests.photos import encoded

WEBP = (
    {},
    {"quality": 20},
    {"quality": 100, "method": 6},
    {"lossless": True},
    {"exif": b"Exif\0\0"},
)
GIF: tuple[dict[str, object], ...] = (
    {},
    {"interlace": 0},
    {"optimize": True},
    {"comment": b"x" * 700},
    {"save_all": True, "append_images": [Image.new("L", (9, 9))]},
)
HEIC = ({}, {"quality": 20}, {"quality": -1}, {"exif": Image.Exif().tobytes()})


@pytest.fixture
def heif(monkeypatch: pytest.MonkeyPatch) -> Callable[..., bytes]:
    pillow_heif = pytest.importorskip("pillow_heif", reason="the extra heic is not installed")

    def store(pixels: Pixels, tile: int = 0, **options: object) -> bytes:
        monkeypatch.setattr(pillow_heif.options, "GRID_TILE_SIZE", tile)
        with io.BytesIO() as stream:
            pillow_heif.from_pillow(Image.fromarray(pixels)).save(stream, **options)
            return stream.getvalue()

    return store


def flip(data: bytes, at: int) -> bytes:
    damaged = bytearray(data)
    damaged[at] ^= 0x10
    return bytes(damaged)


def ends(data: bytes, whole: Photo, places: list[int]) -> list[str]:
    """How a file ends with one bit flipped at each of the places: as it was, refused, flagged or silent."""
    told = []
    for at in places:
        try:
            photo = read_photo(flip(data, at))
        except AsymmetryError:
            told.append("refused")
            continue
        off = np.abs(photo.pixels.astype(int) - whole.pixels).max(axis=-1) > 16
        told.append("flagged" if photo.damage else "silent" if off.mean() > 0.02 else "as it was")
    return told


@pytest.mark.parametrize("options", WEBP, ids=str)
def test_a_whole_webp_is_whole(options: dict[str, object], astronaut: Pixels) -> None:
    plain = np.full((200, 300, 3), 128, np.uint8)
    for pixels in (astronaut, astronaut[::2, ::3], plain, astronaut[:9, :7]):
        assert read_photo(encoded(Image.fromarray(pixels), "WEBP", **options)).damage == ""
    see_through = Image.fromarray(astronaut).convert("RGBA")
    see_through.putalpha(90)
    assert read_photo(encoded(see_through, "WEBP", **options)).damage == ""


@pytest.mark.parametrize("tile", [0, 128])
@pytest.mark.parametrize("options", HEIC, ids=str)
def test_a_whole_heic_is_whole(
    options: dict[str, object], tile: int, astronaut: Pixels, heif: Callable[..., bytes]
) -> None:
    plain = np.full((200, 300, 3), 128, np.uint8)
    for pixels in (astronaut, astronaut[:301, ::3], plain, astronaut[:66, :70]):
        assert read_photo(heif(pixels, tile, **options)).damage == ""


@pytest.mark.parametrize("options", GIF)
@pytest.mark.parametrize("mode", ["P", "L", "1"])
def test_a_whole_gif_is_whole(mode: str, options: dict[str, object], astronaut: Pixels) -> None:
    for side in (37, 200):
        image = Image.fromarray(astronaut).resize((side, side - 3)).convert(mode)
        assert read_photo(encoded(image, "GIF", **options)).damage == ""


def test_a_damaged_gif_is_flagged(astronaut: Pixels) -> None:
    data = encoded(Image.fromarray(astronaut), "GIF")
    places = np.linspace(1500, len(data) - 300, 30).astype(int).tolist()
    told = ends(data, read_photo(data), places)
    assert set(told) <= {"refused", "flagged", "as it was"}
    assert told.count("flagged") > 3


@pytest.mark.parametrize(
    "codes",
    [
        (4, 0, 6, 5),  # a run of one, and one of two that begins with it
        (4, 0, 1, 2, 5),
        (0, 1, 4, 2, 5),
    ],
)
def test_codes_are_counted(codes: tuple[int, ...]) -> None:
    """Of four colours: 4 clears the table, 5 ends, 6 is the first run."""
    assert _count_pixels(pack(codes, 3), 2) == 3
    assert _count_pixels(pack((4, 0, 7), 3), 2) == -1
    assert _count_pixels(pack((4, 6), 3), 2) == -1


def pack(codes: tuple[int, ...], width: int) -> bytes:
    """Codes of one width, the first in the lowest bits."""
    value = sum(code << i * width for i, code in enumerate(codes))
    return value.to_bytes(len(codes) * width // 8 + 1, "little")


@pytest.mark.parametrize("quality", [50, 90])
def test_a_damaged_webp_is_flagged(quality: int, astronaut: Pixels) -> None:
    data = encoded(Image.fromarray(astronaut), "WEBP", quality=quality)
    places = np.linspace(0.1 * len(data), 0.9 * len(data), 40).astype(int).tolist()
    told = ends(data, read_photo(data), places)
    assert told.count("silent") == 0
    assert told.count("refused") + told.count("flagged") > 30


@pytest.mark.parametrize("tile", [0, 256])
def test_a_damaged_heic_is_flagged(
    tile: int, astronaut: Pixels, heif: Callable[..., bytes]
) -> None:
    data = heif(astronaut, tile, quality=80)
    places = [
        int(where.start + share * (where.stop - where.start))
        for where in find_slices(data).values()
        for share in (0.2, 0.4, 0.6, 0.8)
    ]
    told = ends(data, read_photo(data), places)
    # A bit that is stored as it is, outside of the arithmetic code, leaves the end where it was.
    assert told.count("refused") + told.count("flagged") > 0.6 * len(told)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
@pytest.mark.parametrize("tile", [0, 256])
def test_a_whole_heic_is_decoded_once_more(
    tile: int, orientation: int, astronaut: Pixels, heif: Callable[..., bytes]
) -> None:
    """All tiles are spoilt at once, however the picture lies; those in damaged files are looked at alone."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    data = heif(astronaut[:500], tile, exif=exif.tobytes())
    decoded: list[bytes] = []

    def decode(data: bytes) -> Pixels:
        decoded.append(data)
        return _decode(data)

    assert is_heic_used_up(data, _decode(data), decode)
    assert len(decoded) == 1
    grid = find_grid(data)
    assert grid
    assert grid.turns == {1: 0, 3: 2, 6: 3, 8: 1}[orientation]
    assert (grid.width, grid.height) == ((tile, tile) if tile else (512, 500))


def test_slices_and_tiles_are_found(astronaut: Pixels, heif: Callable[..., bytes]) -> None:
    single, tiled = heif(astronaut), heif(astronaut, 256)
    (where,) = find_slices(single).values()
    assert where.stop == len(single)
    assert len(find_slices(tiled)) == 4
    assert sorted(find_slices(tiled).values(), key=lambda each: each.start)[-1].stop == len(tiled)
    sizes = {read_photo(show_alone(tiled, item)).full_size for item in find_slices(tiled)}
    assert sizes == {(256, 256)}


def test_the_words_are_a_decoder_s() -> None:
    assert ENDS_EARLY.startswith("premature end")
