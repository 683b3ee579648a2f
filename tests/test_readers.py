"""`Reader`: a photo format of one's own, in one file, is read wherever photos are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest

import asymmetry
from asymmetry.core.arrays import Pixels
from asymmetry.errors import InvalidInputError, PhotoTooLargeError, UnreadablePhotoError
from asymmetry.photos.formats import BUILT_IN
from asymmetry.photos.listing import image_files
from asymmetry.photos.photo import read_date, read_photo
from asymmetry.photos.protocol import Reader
from asymmetry.photos.readers import photo_suffixes, register_reader, unregister_reader
from tests.photos import DATETIME_ORIGINAL, ORIENTATION, photo_bytes, picture


# A format of one's own, in one file: this one. Netpbm's P6, with EXIF tags in its comments.
class PpmPhoto:
    """A colour picture of Netpbm."""

    def __init__(self, data: bytes, name: str) -> None:
        found = re.match(rb"P6\n(?:# (\d+)=(.*)\n)?(\d+) (\d+)\n255\n", data)
        if found is None:
            raise ValueError(f"no header of P6 in {name}")
        self.size = int(found[3]), int(found[4])
        self._tag, self._value = found[1], found[2]
        self._data = data[found.end() :]

    def read_tags(self) -> Mapping[int, object]:
        if self._tag is None:
            return {}
        text = self._value.decode()
        return {int(self._tag): int(text) if text.isdigit() else text}

    def decode(self, least_side: int | None) -> tuple[Pixels, int]:
        width, height = self.size
        pixels = np.frombuffer(self._data, np.uint8).reshape(height, width, 3)
        coarse = 2 if least_side and max(self.size) >= 2 * least_side else 1
        return pixels[::coarse, ::coarse], coarse


class PpmReader:
    """Reads Netpbm's P6."""

    name, suffixes = "PPM", (".ppm",)

    def recognises(self, head: bytes) -> bool:
        return head.startswith(b"P6\n")

    def open(self, stream: BinaryIO, name: str) -> PpmPhoto:
        return PpmPhoto(stream.read(), name)


def ppm(pixels: Pixels, comment: str = "") -> bytes:
    height, width = pixels.shape[:2]
    return f"P6\n{comment}{width} {height}\n255\n".encode() + pixels.tobytes()


@pytest.fixture(autouse=True)
def known() -> Iterator[Reader]:
    yield register_reader(PpmReader())
    unregister_reader("PPM")


def test_its_pixels_are_read() -> None:
    photo = read_photo(ppm(picture()))
    np.testing.assert_array_equal(photo.pixels, picture())
    assert photo.full_size == picture().shape[1::-1]


def test_its_tags_give_the_date_and_turn_it_upright() -> None:
    dated = ppm(picture(), f"# {DATETIME_ORIGINAL}=2026:03:02 18:15:00\n")
    taken = read_photo(dated).taken
    assert taken is not None
    assert (taken.isoformat(), taken.source) == ("2026-03-02T18:15:00", "exif")
    assert read_date(dated) == taken
    turned = read_photo(ppm(picture(), f"# {ORIENTATION}=6\n"))
    np.testing.assert_array_equal(turned.pixels, np.rot90(picture(), -1))


def test_it_may_be_decoded_coarsely() -> None:
    pixels = np.zeros((40, 60, 3), np.uint8)
    photo = read_photo(ppm(pixels), least_side=30)
    assert (photo.pixels.shape, photo.reduced, photo.full_size) == ((20, 30, 3), 2, (60, 40))


def test_folders_are_searched_for_it(tmp_path: Path) -> None:
    for name in ("day 1.PPM", "day 2.jpg", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    assert [path.name for path in image_files(tmp_path)] == ["day 1.PPM", "day 2.jpg"]
    unregister_reader("PPM")
    assert [path.name for path in image_files(tmp_path)] == ["day 2.jpg"]


def test_the_extractor_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "2026-03-02.ppm"
    path.write_bytes(ppm(np.zeros((64, 64, 3), np.uint8)))
    with asymmetry.Extractor(method="fast") as extractor:
        found = extractor.extract([path])
    assert (found.status[0], found.taken[0]) == ("no_face", "2026-03-02")


def test_what_is_wrong_with_it_names_the_photo() -> None:
    with pytest.raises(
        UnreadablePhotoError, match=r"mine\.ppm: .*header is damaged.*no header of P6"
    ):
        read_photo(b"P6\nnothing", name="mine.ppm")
    with pytest.raises(UnreadablePhotoError, match=r"mine\.ppm: .*incomplete or damaged"):
        read_photo(ppm(picture())[:-5], name="mine.ppm")
    with pytest.raises(PhotoTooLargeError, match="above the limit"):
        read_photo(b"P6\n30000 30000\n255\n")


def test_formats_are_listed_in_errors() -> None:
    with pytest.raises(UnreadablePhotoError, match=r"JPEG, PNG, .*AVIF, HEIC, .*PPM\)"):
        read_photo(b"text")


def test_the_later_reader_goes_first_and_a_name_is_one_reader() -> None:
    class Black(PpmPhoto):
        def decode(self, least_side: int | None) -> tuple[Pixels, int]:
            pixels, coarse = super().decode(least_side)
            return np.zeros_like(pixels), coarse

    class BlackReader(PpmReader):
        def open(self, stream: BinaryIO, name: str) -> PpmPhoto:
            return Black(stream.read(), name)

    register_reader(BlackReader())
    assert not read_photo(ppm(picture())).pixels.any()
    register_reader(PpmReader())
    assert read_photo(ppm(picture())).pixels.any()


def test_a_suffix_without_a_dot_is_refused() -> None:
    class Wrong(PpmReader):
        suffixes = ("ppm",)

    with pytest.raises(InvalidInputError, match="begin with a dot, not ppm"):
        register_reader(Wrong())


def test_pixels_that_are_no_rgb_are_refused() -> None:
    class Grey(PpmPhoto):
        def decode(self, least_side: int | None) -> tuple[Pixels, int]:
            return super().decode(least_side)[0][..., 0], 1

    class GreyReader(PpmReader):
        def open(self, stream: BinaryIO, name: str) -> PpmPhoto:
            return Grey(stream.read(), name)

    register_reader(GreyReader())
    with pytest.raises(
        UnreadablePhotoError, match=r"the reader of its format gave uint8 pixels of shape 33 × 24"
    ):
        read_photo(ppm(picture()))


def test_the_guide_works_as_written() -> None:
    text = (Path(__file__).parents[1] / "docs" / "own-models.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 4
    try:
        exec(compile("\n".join(blocks), "docs/own-models.md", "exec"), {})
    finally:
        unregister_reader("NumPy")


def test_built_in_readers_know_their_files_and_no_others() -> None:
    heads = {"JPEG": photo_bytes("jpeg"), "PNG": photo_bytes("png"), "AVIF": photo_bytes("avif")}
    for name, data in heads.items():
        assert [reader.name for reader in BUILT_IN if reader.recognises(data[:64])] == [name]
    assert {end for reader in BUILT_IN for end in reader.suffixes} <= photo_suffixes()
    assert asymmetry.register_reader is register_reader
