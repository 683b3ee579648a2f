"""Steps that a wrong bit leaves in a JPEG whose decoder noticed nothing, and steps that are no damage."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from PIL import Image

from asymmetry import Extractor
from asymmetry.core.arrays import Pixels
from asymmetry.photos.formats.jpeg_steps import STEPS, has_steps
from asymmetry.photos.photo import read_photo
from benchmarks.damage import DRESSINGS
from tests.photos import encoded

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


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dress", DRESSINGS)
def test_what_people_put_into_photos_is_no_damage(
    dress: Callable[[Pixels], Pixels], kind: str, astronaut: Pixels
) -> None:
    assert read_photo(stored(dress(astronaut), kind)).damage == ""


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
