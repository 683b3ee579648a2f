"""Large JPEGs are decoded coarsely, and measured as if they were not."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import asymmetry
from asymmetry.core.arrays import Pixels
from asymmetry.core.columns import QUALITY
from asymmetry.extract import Extractor, reduced
from asymmetry.extract.face.pose import Pose
from asymmetry.extract.model.landmarker import Reading
from asymmetry.extract.reduced import Seen, read_fitting, scale_to_full_size
from asymmetry.extract.steps import to_landmarks
from asymmetry.extract.upright import FaceReading
from asymmetry.photos.halvings import Halvings
from asymmetry.photos.photo import Photo, read_photo
from tests.painted import canonical, reading
from tests.photos import encoded, exif_bytes

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


def decoded(size: tuple[int, int], px_per_mm: float | None = None) -> list[int]:
    """By what a JPEG is reduced each time it is decoded, if its own pixels show so many per mm of a face."""
    factors: list[int] = []

    def look(photo: Photo) -> Seen:
        factors.append(photo.reduced)
        faces: list[Reading] = []
        if px_per_mm is not None:
            faces = [reading(px_per_cm=10 * px_per_mm / photo.reduced), reading(px_per_cm=1.0)]
        return Seen(Halvings(photo.pixels), faces)

    photo, seen = read_fitting(encoded(Image.new("RGB", size), "JPEG"), look, canonical())
    assert photo.reduced == factors[-1]
    assert seen.pixels.whole is photo.pixels
    return factors


@pytest.mark.parametrize(
    ("size", "first"), [((3600, 16), 2), ((3584, 16), 1), ((16, 7200), 4), ((16, 7168), 2)]
)
def test_a_face_is_looked_for_first_in_1800_px_or_more(size: tuple[int, int], first: int) -> None:
    assert decoded(size, px_per_mm=100)[0] == first


@pytest.mark.parametrize(
    ("coarse", "factors"),
    [
        (2.3, [4]),
        (2.1, [4, 2]),
        (1.15, [4, 2]),
        (1.05, [4, 1]),
    ],
)
def test_a_face_of_less_than_2_2_px_per_mm_is_decoded_finer(
    coarse: float, factors: list[int]
) -> None:
    """``coarse`` is what a quarter of the photo's size shows of its largest face."""
    assert decoded((7200, 16), 4 * coarse) == factors


def test_a_photo_without_a_face_is_decoded_whole() -> None:
    assert decoded((7200, 16)) == [4, 1]


def test_what_was_decoded_before_is_not_decoded_again() -> None:
    data = encoded(Image.new("RGB", (3600, 16)), "JPEG")
    before = read_photo(data, least_side=1000)
    looked = Seen(Halvings(before.pixels), [reading(px_per_cm=30.0)])
    assert read_fitting(b"", lambda _: looked, canonical(), before) == (before, looked)


def test_a_row_is_scaled_to_the_pixels_of_the_file() -> None:
    photo = read_photo(encoded(Image.new("RGB", (3600, 1600)), "JPEG"), least_side=900)
    assert photo.reduced == 4
    one, known = reading(px_per_cm=30.0), np.arange(len(QUALITY), dtype=np.float64) + 1
    pose = Pose(np.eye(3), np.zeros(2), 30.0, 0.1, focal_px=700.0)
    face = FaceReading(
        one.points, np.full(478, 0.5), one.blendshapes, pose, one.points, quality=known
    )
    row = to_landmarks(face, "a")
    whole = scale_to_full_size(row, photo)
    np.testing.assert_allclose(whole.points, 4 * row.points)
    np.testing.assert_allclose(whole.spread, 2.0)
    assert (whole.size.tolist(), whole.focal_px.tolist()) == ([[3600, 1600]], [2800.0])
    known[QUALITY.index("px_per_mm")] *= 4
    np.testing.assert_allclose(whole.quality[0], known)


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
