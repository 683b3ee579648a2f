"""Large JPEGs are decoded coarsely, and measured as if they were not."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

import asymmetry
from asymmetry.extract import Extractor, reduced
from asymmetry.photos.photo import read_photo
from tests.photos import encoded, exif_bytes

Pixels = npt.NDArray[np.uint8]
#: mm by which whole and coarse decoding of one photo may differ: the repeatability of the method is 0.1.
AS_GOOD = 0.25


def large(pixels: Pixels, side: int, **options: object) -> bytes:
    """A portrait enlarged to a square JPEG."""
    image = Image.fromarray(pixels).resize((side, side), Image.Resampling.BICUBIC)
    return encoded(image, "JPEG", quality=92, **options)


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    return Extractor()


@pytest.mark.parametrize(
    ("size", "least", "expected"),
    [
        ((400, 320), None, 1),
        ((400, 320), 200, 2),
        ((400, 320), 201, 1),
        ((400, 320), 100, 4),
        ((400, 320), 10, 8),
        ((400, 322), 100, 2),  # 322 is no multiple of 4
        ((401, 320), 10, 1),
    ],
)
def test_the_coarsest_scale_that_is_large_enough(
    size: tuple[int, int], least: int | None, expected: int
) -> None:
    photo = read_photo(encoded(Image.new("RGB", size), "JPEG"), least_side=least)
    assert photo.reduced == expected
    assert photo.full_size == size
    assert photo.pixels.shape == (size[1] // expected, size[0] // expected, 3)


def test_only_jpegs_are_decoded_coarsely() -> None:
    assert read_photo(encoded(Image.new("RGB", (400, 320)), "PNG"), least_side=10).reduced == 1


@pytest.mark.parametrize("orientation", range(1, 9))
def test_coarse_pixels_are_the_means_of_whole_ones(orientation: int) -> None:
    y, x = np.mgrid[:64, :96]
    pixels = np.stack([2 * x, 3 * y, 128 + 0 * x], axis=-1).astype(np.uint8)
    data = encoded(pixels, "JPEG", quality=98, subsampling=0, exif=exif_bytes(orientation))
    whole, coarse = read_photo(data), read_photo(data, least_side=24)
    assert coarse.reduced == 4
    assert coarse.full_size == whole.full_size
    height, width = coarse.pixels.shape[:2]
    means = whole.pixels.reshape(height, 4, width, 4, 3).mean(axis=(1, 3))
    assert np.abs(coarse.pixels - means).max() <= 3


def test_a_damaged_one_is_refused_all_the_same() -> None:
    data = large(np.full((50, 50, 3), 90, np.uint8), 2400)
    with pytest.raises(asymmetry.PhotoError, match="incomplete"):
        read_photo(data[: len(data) // 2], least_side=10)


@pytest.mark.parametrize("side", [4800, 7680])
def test_points_and_numbers_are_those_of_the_whole_photo(
    extractor: Extractor, astronaut: Pixels, side: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = large(astronaut, side)
    factors: list[int] = []

    def seen(*arguments: object, **how: object) -> object:
        photo = read_photo(*arguments, **how)  # type: ignore[arg-type]
        factors.append(photo.reduced)
        return photo

    monkeypatch.setattr(reduced, "read_photo", seen)
    coarse = extractor.extract([data])
    assert factors[-1] in (2, 4)
    monkeypatch.setattr(reduced, "FIRST_SIDE", None)
    whole = extractor.extract([data])
    assert factors[-1] == 1
    assert coarse.size.tolist() == whole.size.tolist() == [[side, side]]
    np.testing.assert_allclose(coarse.points, whole.points, atol=0.004 * side)
    one, other = asymmetry.measure(coarse), asymmetry.measure(whole)
    for name in ("brow_height_diff_mm", "commissure_height_diff_mm", "fissure_height_diff_mm"):
        assert one[name][0] == pytest.approx(other[name][0], abs=AS_GOOD)
    assert one["mm_per_px"][0] == pytest.approx(other["mm_per_px"][0], rel=0.01)


def test_a_small_face_is_decoded_whole(extractor: Extractor, astronaut: Pixels) -> None:
    canvas = Image.new("RGB", (3600, 3600), (90, 90, 90))
    canvas.paste(Image.fromarray(astronaut[:300, 80:380]).resize((1350, 1350)), (1100, 1100))
    data = encoded(canvas, "JPEG", quality=95)
    factors = []
    with extractor.borrow_tools() as tools:
        photo, seen = reduced.read_fitting(
            data,
            lambda photo: factors.append(photo.reduced) or extractor._look(tools, photo),
            tools.canonical,
        )
    assert (factors, photo.reduced, len(seen.readings)) == ([2, 1], 1, 1)


def test_where_no_face_is_seen_the_whole_photo_is_looked_at(extractor: Extractor) -> None:
    photo = encoded(Image.new("RGB", (3840, 3840)), "JPEG")
    with extractor.borrow_tools() as tools:
        look = partial(extractor._look, tools)
        photo, seen = reduced.read_fitting(photo, look, tools.canonical)
    assert (photo.reduced, seen.readings) == (1, [])


def test_the_mirror_law_holds_for_large_photos(extractor: Extractor, astronaut: Pixels) -> None:
    landmarks = extractor.extract([large(astronaut, 3840), large(astronaut[:, ::-1], 3840)])
    found = asymmetry.measure(landmarks)
    for name in ("brow_height_diff_mm", "commissure_height_diff_mm"):
        one, other = found[name]
        assert one == pytest.approx(-other, abs=AS_GOOD)


def test_a_file_of_the_disk_too(extractor: Extractor, astronaut: Pixels, tmp_path: Path) -> None:
    path = tmp_path / "2026-03-02.jpg"
    path.write_bytes(large(astronaut, 2560))
    landmarks = extractor.extract([path])
    assert (landmarks.taken[0], landmarks.status[0]) == ("2026-03-02", "ok")
