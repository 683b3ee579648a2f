"""Files that are no photos, no whole ones, or too large: refused by an error of our own that names it."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFile
from PIL.PngImagePlugin import PngImageFile

from asymmetry.core.notes import Note
from asymmetry.errors import (
    InvalidInputError,
    PhotoTooLargeError,
    UnreadablePhotoError,
)
from asymmetry.photos.photo import read_photo
from tests.photos import (
    FORMATS,
    HEIGHT,
    LOSSY_TOLERANCE,
    WIDTH,
    assert_near,
    encoded,
    grey,
    heic_bytes,
    photo_bytes,
    picture,
    png_header,
    tiff_bytes,
)


@pytest.mark.parametrize(
    "data",
    [
        encoded(grey().astype(np.float32), "TIFF"),
        encoded(grey().astype(np.int32), "TIFF"),
        tiff_bytes(bytes(512), 16, 16, bits=16, sample=2),  # signed
        encoded(Image.new("LAB", (8, 8)), "TIFF"),
    ],
    ids=["float", "int32", "int16", "lab"],
)
def test_pixels_without_a_sure_meaning_are_refused(data: bytes) -> None:
    with pytest.raises(UnreadablePhotoError, match=r"a\.tif: .*can't be read reliably as RGB"):
        read_photo(data, name="a.tif")


def test_the_preview_of_a_raw_file_is_refused() -> None:
    data = tiff_bytes(grey().tobytes(), 16, 16, bits=8, subfile=1)
    with pytest.raises(UnreadablePhotoError) as caught:
        read_photo(data)
    assert caught.value.note == Note("raw_preview")


def test_size_is_refused_by_the_header_alone() -> None:
    with pytest.raises(PhotoTooLargeError) as caught:
        read_photo(png_header(30_000, 30_000), name="bomb.png")
    for part in ("bomb.png", "30000 × 30000", "900 megapixels", "limit of 100", "max_megapixels"):
        assert part in str(caught.value)
    assert caught.value.status == "rejected"


@pytest.mark.parametrize("name", FORMATS)
def test_the_limit_is_the_callers(name: str) -> None:
    data, megapixels = photo_bytes(name), HEIGHT * WIDTH / 1e6
    assert read_photo(data, max_megapixels=megapixels).full_size == (WIDTH, HEIGHT)
    with pytest.raises(PhotoTooLargeError):
        read_photo(data, max_megapixels=megapixels * 0.99)


@pytest.mark.parametrize(
    "name", sorted(FORMATS.keys() - {"webp", "webp-lossy"})
)  # WebP keeps Pillow's own
def test_pillows_own_limit_neither_warns_nor_changes(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = np.repeat(picture(), 4, axis=0)
    data = photo_bytes(name, pixels)
    ours = (
        pixels.shape[0] * pixels.shape[1] // 3
    )  # Pillow warns above it and raises above its double
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", ours)
    with pytest.raises(Image.DecompressionBombError):
        Image.open(io.BytesIO(data))
    assert_near(read_photo(data).pixels, pixels, LOSSY_TOLERANCE)
    assert ours == Image.MAX_IMAGE_PIXELS


@pytest.mark.parametrize("name", FORMATS)
def test_a_cut_off_file_is_refused_or_lacks_nothing(name: str) -> None:
    data = photo_bytes(name)
    whole = read_photo(data).pixels
    refused = 0
    for length in [*range(0, len(data), 7), *range(len(data) - 30, len(data))]:
        try:
            np.testing.assert_array_equal(read_photo(data[:length]).pixels, whole)
        except UnreadablePhotoError:
            refused += 1
    assert refused > len(data) // 7 - 5


def test_a_cut_off_heic_is_refused() -> None:
    data = heic_bytes()
    for length in range(0, len(data), 7):
        with pytest.raises(UnreadablePhotoError):
            read_photo(data[:length])


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("name", [*FORMATS, "heic"])
@given(st.data())
def test_damage_raises_nothing_but_our_own_errors(name: str, data: st.DataObject) -> None:
    damaged = bytearray(heic_bytes() if name == "heic" else photo_bytes(name))
    # Early bytes are headers, where damage does most.
    place = st.one_of(st.integers(0, min(200, len(damaged) - 1)), st.integers(0, len(damaged) - 1))
    for position, value in data.draw(
        st.lists(st.tuples(place, st.integers(0, 255)), min_size=1, max_size=9)
    ):
        damaged[position] = value
    try:
        photo = read_photo(damaged, name="hurt")
    except (UnreadablePhotoError, PhotoTooLargeError) as error:
        assert str(error).startswith("hurt: ")  # noqa: PT017
    else:
        assert photo.pixels.shape == (photo.full_size[1], photo.full_size[0], 3)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\xff\xd8", "unknown_format"),
        (b"Dear patient, see you on Monday.", "unknown_format"),
        (b"<!doctype html><title>404</title>", "unknown_format"),
        (b"%PDF-1.7 ...", "unknown_format"),
        (b"\0\0\0\x14ftypisom\0\0\0\0mp42", "unknown_format"),
        (b"BM and no more", "damaged_header"),
        (b"\xff\xd8\xff\xe0", "damaged_header"),
        (b"GIF89a", "damaged_header"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "damaged_header"),
        (png_header(0, 10), "damaged_header"),
        (png_header(10, 10), "damaged"),
    ],
)
def test_what_is_no_photo(content: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "patient 7.jpg"
    path.write_bytes(content)
    with pytest.raises(UnreadablePhotoError) as caught:
        read_photo(path)
    assert caught.value.note.code == code
    assert str(caught.value) == f"{path}: {caught.value.note}"
    assert caught.value.photo == str(path)
    assert caught.value.status == "unreadable"


def test_what_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "folder.jpg").mkdir()
    (tmp_path / "locked.jpg").touch()

    def locked(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", locked)  # no mode keeps the superuser out
    cases = {
        "missing.jpg": "no_such_file",
        "folder.jpg": "is_a_folder",
        "pipe.jpg": "no_ordinary_file",
        "locked.jpg": "no_permission",
        "nul\0.jpg": "not_opened",
        "long" * 99: "not_opened",
    }
    for name, code in cases.items():
        with pytest.raises(UnreadablePhotoError) as caught:
            read_photo(tmp_path / name)
        assert caught.value.note.code == code
        assert caught.value.photo == str(tmp_path / name)


def test_too_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(_: Image.Image) -> None:
        raise MemoryError

    monkeypatch.setattr(PngImageFile, "load", load)
    with pytest.raises(UnreadablePhotoError, match=r"^a\.png: there is not enough memory"):
        read_photo(photo_bytes("png"), name="a.png")


def test_errors_use_the_callers_name() -> None:
    with pytest.raises(UnreadablePhotoError, match=r"^<bytes>: "):
        read_photo(b"")
    with pytest.raises(UnreadablePhotoError, match=r"^visit 3: "):
        read_photo("missing.jpg", name="visit 3")


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_incomplete_photos_are_refused_though_pillow_is_told_to_fill_in(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    whole = photo_bytes(kind)
    read_photo(whole)
    with pytest.raises(UnreadablePhotoError):
        read_photo(whole[: -len(whole) // 3])
    assert ImageFile.LOAD_TRUNCATED_IMAGES is True


def test_heic_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(UnreadablePhotoError, match=r"a\.heic: .*pip install 'asymmetry\[heic\]'"):
        read_photo(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", name="a.heic")


@pytest.mark.parametrize(
    "pixels",
    [picture() / 255, picture().astype(np.int64), picture()[0, :, 0], picture()[..., :2], picture()[None],
     picture() > 0, np.empty((0, 4, 3), np.uint8)],
)  # fmt: skip
def test_arrays_of_another_kind(pixels: npt.NDArray[np.generic]) -> None:
    with pytest.raises(
        InvalidInputError, match=r"<array>: .*RGB, uint8.*shape \(height, width, 3\)"
    ):
        read_photo(pixels)


@pytest.mark.parametrize("source", [None, 3, [picture()], io.StringIO("text")])
def test_sources_of_another_kind(source: object) -> None:
    with pytest.raises(InvalidInputError, match=r"a path, .*the bytes of a file|mode 'rb'"):
        read_photo(source)


@pytest.mark.parametrize("limit", [0, -1, float("nan")])
def test_a_limit_that_makes_no_sense(limit: float) -> None:
    with pytest.raises(InvalidInputError, match="max_megapixels"):
        read_photo(picture(), max_megapixels=limit)


def test_ugly_files_that_are_refused(ugly: Path) -> None:
    names = [
        "truncated_95.jpg",
        "truncated_50.jpg",
        "truncated_10.jpg",
        "zero_bytes.jpg",
        "text.jpg",
        "html.jpg",
    ]
    for name in names:
        with pytest.raises(UnreadablePhotoError, match=name):
            read_photo(ugly / name)
    for name in ("bomb_30000x30000.png", "bomb_12000x10000.png"):
        with pytest.raises(PhotoTooLargeError, match=name):
            read_photo(ugly / name)
