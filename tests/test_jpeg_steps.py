"""Steps that a wrong bit leaves in a JPEG whose decoder noticed nothing, and steps that are no damage."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from asymmetry import Extractor
from asymmetry.photos.formats.jpeg_steps import STEPS, has_steps
from asymmetry.photos.photo import read_photo
from tests.photos import encoded

Pixels = npt.NDArray[np.uint8]
KINDS = {"4:4:4": (8, 8), "4:2:2": (8, 16), "4:2:0": (16, 16)}


@pytest.fixture(scope="module")
def portrait(astronaut: Pixels) -> Pixels:
    """A photo without black and white, which can't get darker or brighter."""
    large = np.asarray(cv2.resize(astronaut, (1024, 1024), interpolation=cv2.INTER_CUBIC))
    return (large * 0.5 + 64).astype(np.uint8)


def shifted(
    pixels: Pixels, block: tuple[int, int], first: tuple[int, int], step: tuple[int, int, int]
) -> Pixels:
    """A photo of which all blocks from one on, row by row, are brighter or darker."""
    made = pixels.astype(int)
    top, left = first[0] * block[0], first[1] * block[1]
    made[top : top + block[0], left:] += step
    made[top + block[0] :] += step
    return np.clip(made, 0, 255).astype(np.uint8)


def stored(pixels: Pixels, kind: str) -> bytes:
    return encoded(Image.fromarray(pixels), "JPEG", quality=90, subsampling=kind)


@pytest.mark.parametrize("step", [(20, 20, 20), (-60, -60, -60), (0, -12, 25)])
@pytest.mark.parametrize("kind", KINDS)
def test_blocks_that_are_all_shifted_are_damage(
    kind: str, step: tuple[int, int, int], portrait: Pixels
) -> None:
    damaged = shifted(portrait, KINDS[kind], (20, 24), step)
    assert read_photo(stored(damaged, kind)).damage == STEPS
    assert read_photo(stored(portrait, kind)).damage == ""


@pytest.mark.parametrize("reduced", [2, 4])
def test_it_is_seen_at_a_half_and_a_quarter_of_the_size_too(
    reduced: int, astronaut: Pixels
) -> None:
    large = np.asarray(cv2.resize(astronaut, (2048, 2048)), np.uint8)
    damaged = shifted(large, (16, 16), (50, 70), (25, 20, 30))
    for pixels, damage in ((large, ""), (damaged, STEPS)):
        photo = read_photo(stored(pixels, "4:2:0"), least_side=2048 // reduced)
        assert (photo.reduced, photo.damage) == (reduced, damage)


def bordered(pixels: Pixels) -> Pixels:
    made = pixels.copy()
    made[:48] = made[-64:] = 255
    return made


def striped(pixels: Pixels) -> Pixels:
    made = pixels // 2
    for top in range(0, len(made), 32):
        made[top : top + 16] += 40
    return made


def tinted(pixels: Pixels) -> Pixels:
    made = pixels.copy()
    made[320:] //= 2
    made[64:96, 160:] = made[64:96, 160:] // 2 + 90
    return made


def collage(pixels: Pixels) -> Pixels:
    small = pixels[::2, ::2]
    upper, lower = np.hstack([small, small[:, ::-1] // 2]), np.hstack([255 - small, small])
    return np.vstack([upper, lower])


def stairs(pixels: Pixels) -> Pixels:
    made = pixels // 2
    for i in range(0, len(made), 16):
        made[i:, i : i + 16] += 60
    return made


def page(pixels: Pixels) -> Pixels:
    made = np.full_like(pixels, 245)
    made[:32], made[64:80, 320:] = (30, 60, 160), 200
    made[96:352, 32:288] = pixels[::2, ::2]
    return made


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("make", [bordered, striped, tinted, collage, stairs, page])
def test_what_people_put_into_photos_is_no_damage(
    make: Callable[[Pixels], Pixels], kind: str, astronaut: Pixels
) -> None:
    assert read_photo(stored(make(astronaut), kind)).damage == ""


@pytest.mark.parametrize("size", [(1, 1), (8, 9), (40, 400), (400, 20), (17, 4000)])
def test_photos_of_few_blocks_are_not_judged_or_whole(size: tuple[int, int]) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    assert not has_steps(noise, (8, 8))
    assert not has_steps(noise, (1, 1))


def test_such_a_photo_is_measured_with_a_warning(portrait: Pixels) -> None:
    damaged = shifted(portrait, (16, 16), (12, 21), (-30, -25, -20))
    with Extractor(method="fast") as extractor:
        whole, noted = extractor.extract([stored(x, "4:2:0") for x in (portrait, damaged)])
    assert "read_past_damage" not in [note.code for note in whole.notes[0]]
    assert "read_past_damage" in [note.code for note in noted.notes[0]]
