"""Drawings and stickers over a face are noted by their colours; make-up, coloured light and hair are not."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from asymmetry import Extractor, Landmarks, measure
from asymmetry.core.arrays import Pixels
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from asymmetry.extract.face.frontal import Frontal
from asymmetry.extract.judge.drawn import DrawnLimits, is_drawn_over, vivid_mm2
from asymmetry.photos.photo import read_photo
from asymmetry.synthetic import Bruise, paint_bruise
from tests.notes import codes

Colour = tuple[int, int, int]
AT, LIMITS = MEDIAPIPE_478, DrawnLimits()
SKIN, RED = (200, 160, 140), (230, 20, 20)


def view(rgb: Pixels, points: npt.NDArray[np.floating] | None = None) -> Frontal:
    at = np.full((AT.size, 2), 130.0) if points is None else points
    return Frontal(rgb, np.ones(rgb.shape[:2], bool), at, rgb[..., 0], 2.0)


def plain(colour: Colour = SKIN) -> Pixels:
    return np.full((360, 260, 3), colour, np.uint8)


@pytest.mark.parametrize("colour", [RED, (255, 225, 0), (30, 220, 40), (0, 0, 255), (255, 140, 20)])
def test_its_area_counts_in_mm2(colour: Colour) -> None:
    photo = plain()
    photo[200:210, 150:170] = colour  # 20 px are 1 cm
    assert vivid_mm2(view(photo), LIMITS) == 50
    assert is_drawn_over(view(photo), LIMITS)


def test_the_limit_on_either_side() -> None:
    photo = plain()
    photo[200:204, 150:158] = RED
    assert not is_drawn_over(view(photo), LIMITS)
    photo[204, 150] = RED
    assert is_drawn_over(view(photo), LIMITS)


@pytest.mark.parametrize(
    "colour", [(190, 60, 70), (110, 12, 14), (60, 60, 160), (20, 20, 20), (255,) * 3]
)
def test_no_colour_of_lips_wounds_eyes_or_hair_counts(colour: Colour) -> None:
    photo = plain()
    photo[200:240, 100:160] = colour
    assert vivid_mm2(view(photo), LIMITS) == 0


def test_beside_the_face_and_in_coloured_light_nothing_counts() -> None:
    photo = plain()
    photo[:, :10] = RED
    assert vivid_mm2(view(photo), LIMITS) == 0
    assert vivid_mm2(view(plain(RED)), LIMITS) == 0


@pytest.mark.parametrize(("light", "counts"), [((220, 140, 110), True), ((225, 120, 80), False)])
def test_a_face_that_is_lit_in_colour_has_no_drawing(light: Colour, counts: bool) -> None:
    """Their colours are 40 and 55 strong."""
    photo = plain(light)
    photo[200:210, 150:170] = RED
    assert is_drawn_over(view(photo), LIMITS) == counts


@pytest.mark.parametrize(("beyond", "counts"), [(5, False), (8, True)])
def test_make_up_reaches_three_mm_beyond_the_lips(beyond: int, counts: bool) -> None:
    points = np.full((AT.size, 2), 130.0)
    numbers = AT.of("right", AT.groups["mouth"])
    points[numbers] = [(130, 215)]
    points[numbers[:4]] = [(100, 200), (160, 200), (160, 230), (100, 230)]
    photo = plain()
    photo[200 - beyond : 231 + beyond, 100 - beyond : 161 + beyond] = RED
    assert is_drawn_over(view(photo, points), LIMITS) == counts


@pytest.mark.parametrize("names", ["mouth", "lids"])
def test_made_up_lips_and_eyes_do_not_count(names: str) -> None:
    points = np.full((AT.size, 2), 130.0)
    numbers = AT.of("right", AT.groups[names])
    points[numbers] = np.random.default_rng(0).uniform((100, 200), (160, 230), (len(numbers), 2))
    points[numbers[:4]] = [(100, 200), (160, 200), (160, 230), (100, 230)]
    photo = plain()
    photo[197:233, 97:163] = RED
    assert vivid_mm2(view(photo, points), LIMITS) == 0
    photo[240:250, 97:163] = RED
    assert vivid_mm2(view(photo, points), LIMITS) > 100


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("colour", [RED, (255, 225, 0), (30, 220, 40)])
def test_a_ring_around_a_corner_is_noted(
    extractor: Extractor, portrait: Pixels, bare: Landmarks, side: Side, colour: Colour
) -> None:
    px = 1 / float(measure(bare, sd=False)["mm_per_px"][0])
    corner = bare.points[0, AT.of(side, ("commissure",))[0], :2]
    ring, axes = portrait.copy(), (round(13 * px), round(10 * px))
    cv2.ellipse(
        ring, corner.astype(int).tolist(), axes, 0, 0, 360, colour, round(1.6 * px), cv2.LINE_AA
    )
    assert "drawn_over" in codes(extractor.extract([ring]).notes[0])


def test_photos_of_people_are_not_noted(extractor: Extractor, shared_faces: Path) -> None:
    paths = sorted((shared_faces / "portraits").glob("*.jpg"))
    assert len(paths) > 20
    rows = extractor.extract(paths)
    assert not any("drawn_over" in codes(notes) for notes in rows.notes)


@pytest.mark.parametrize("hue", ["red", "yellow"])
def test_a_deep_bruise_on_reddish_skin_is_no_drawing(
    extractor: Extractor, shared_faces: Path, hue: str
) -> None:
    photo = read_photo(shared_faces / "portraits" / "r10.jpg").pixels
    there = extractor.extract([photo])
    bruise = Bruise("right", 4.0, -3.0, 500.0, 25.0, hue)
    scale = float(measure(there, sd=False)["mm_per_px"][0])
    bruised = paint_bruise(photo, there, bruise, mm_per_px=scale).pixels
    assert "drawn_over" not in codes(extractor.extract([bruised]).notes[0])
