"""Files that are damaged but can be decoded, and files made to be decoded for ever."""

from __future__ import annotations

import io
import struct
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from asymmetry import Extractor
from asymmetry.core.arrays import Pixels
from asymmetry.errors import PhotoTooLargeError, UnreadablePhotoError, UnsuitablePhotoError
from asymmetry.photos.formats.jpeg import MOST_JUNK, MOST_SCANS
from asymmetry.photos.photo import LONGEST_SIDE, read_photo
from asymmetry.photos.remote import MAX_FILE_BYTES
from tests.photos import encoded, picture, png_header

METHOD = "fast"

END = b"\xff\xd9"
KINDS = ({}, {"progressive": True}, {"subsampling": 0})


def start_of_scan(data: bytes) -> int:
    return data.rindex(b"\xff\xda")


def cut(data: bytes, share: float) -> bytes:
    """A JPEG that ends early, with the marker that says that it is whole."""
    return data[: int(share * len(data))] + END


@pytest.fixture(scope="module")
def portrait(astronaut: Pixels) -> Image.Image:
    return Image.fromarray(astronaut)


@pytest.mark.parametrize("how", KINDS, ids=["baseline", "progressive", "4:4:4"])
@pytest.mark.parametrize("kind", ["RGB", "L", "CMYK"])
def test_a_decoder_s_complaint_is_kept(kind: str, how: dict[str, object]) -> None:
    image = Image.effect_noise((256, 200), 60).convert(kind)
    data = encoded(image, "JPEG", quality=90, **how)
    assert read_photo(data).damage == ""
    assert "Corrupt JPEG data" in read_photo(cut(data, 0.75)).damage


def test_a_damaged_jpeg_is_measured_with_a_warning(
    portrait: Image.Image, extractor: Extractor
) -> None:
    data = encoded(portrait, "JPEG", quality=90)
    whole, damaged = extractor.extract([data, cut(data, 0.7)])
    assert "read_past_damage" not in [note.code for note in whole.notes[0]]
    assert damaged.status[0] == "warn"
    assert "read_past_damage" in [note.code for note in damaged.notes[0]]


def test_a_jpeg_that_lacks_part_of_the_face_is_refused(
    portrait: Image.Image, extractor: Extractor
) -> None:
    data = encoded(portrait, "JPEG", quality=90)
    rows = extractor.extract([cut(data, 0.25), cut(data, 0.1)])
    assert rows.status.tolist() == ["unreadable", "unreadable"]
    assert "face is missing" in rows.reason[0]


@pytest.mark.parametrize("size", [(LONGEST_SIDE + 1, 60), (60, LONGEST_SIDE + 1)])
def test_a_side_that_the_runtime_can_t_count_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(PhotoTooLargeError, match="above the limit of 32766 px"):
        read_photo(png_header(*size))
    with pytest.raises(PhotoTooLargeError, match="above the limit of 32766 px"):
        read_photo(np.zeros((*size[::-1], 3), np.uint8))


@pytest.mark.parametrize("method", ["hemiface", "plain"])
def test_the_longest_side_is_read(method: str) -> None:
    with Extractor(method=method) as reader:  # type: ignore[arg-type]
        rows = reader.extract([np.zeros((41, LONGEST_SIDE, 3), np.uint8)])
    assert rows.status.tolist() == ["no_face"]


def test_a_jpeg_of_very_many_scans_is_refused() -> None:
    data = encoded(picture(), "JPEG", progressive=True)
    at = start_of_scan(data)
    scan = data[at : -len(END)]
    with pytest.raises(UnsuitablePhotoError, match="passes, above the limit of 64"):
        read_photo(data[:at] + scan * (MOST_SCANS + 1) + END)
    with pytest.raises(UnreadablePhotoError, match="Inconsistent progression"):
        read_photo(data[:at] + scan * 20 + END)
    assert read_photo(data).damage == ""


def test_what_lies_behind_a_jpeg_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(encoded(picture(), "JPEG"))
    with path.open("r+b") as file:
        file.truncate(MAX_FILE_BYTES)  # a hole, which takes no space
    assert read_photo(path).damage == ""
    with path.open("r+b") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(UnsuitablePhotoError, match="larger than 400 MiB"):
        read_photo(path)


@pytest.mark.parametrize("junk", [b"\xff", b"\xff\x00"])
@pytest.mark.parametrize("after", [2, 20])
def test_a_header_of_nothing_is_refused(junk: bytes, after: int) -> None:
    """Pillow reads it byte by byte; a little of it is in whole files, too."""
    data = encoded(picture(), "JPEG")
    for length, refused in ((200, False), (MOST_JUNK, False), (10 * MOST_JUNK, True)):
        made = data[:after] + junk * (length // len(junk)) + data[after:]
        if refused:
            with pytest.raises(UnreadablePhotoError, match="no marker"):
                read_photo(made)
        else:
            assert read_photo(made).pixels.shape == picture().shape


def test_a_bmp_in_run_lengths_is_refused() -> None:
    plain = encoded(Image.fromarray(picture()).convert("P"), "BMP")
    rle8 = bytearray(plain)
    rle8[30:34] = struct.pack("<I", 1)  # BITMAPINFOHEADER, biCompression: BI_RLE8
    assert read_photo(plain).pixels.shape == picture().shape
    with pytest.raises(UnreadablePhotoError, match="RLE"):
        read_photo(bytes(rle8))


def test_a_truncated_jpeg_is_refused_as_before() -> None:
    data = encoded(Image.effect_noise((256, 200), 60), "JPEG")
    with pytest.raises(UnreadablePhotoError, match="incomplete or damaged"):
        read_photo(io.BytesIO(data[: len(data) // 2]))


@pytest.mark.skipif(sys.platform == "win32", reason="C's stderr can't be reached there")
@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_deflate", "jpeg"])
def test_a_damaged_tiff_is_refused_without_lines_on_the_terminal(
    compression: str, capfd: pytest.CaptureFixture[str]
) -> None:
    data = encoded(picture(), "TIFF", compression=compression)
    middle = len(data) // 3
    with pytest.raises(UnreadablePhotoError):
        read_photo(data[:middle] + b"\xff\x00" * 40 + data[middle + 80 :])
    assert capfd.readouterr().err == ""
