"""Photos without colour: noted, and their points less sure by what the missing colour moved them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from asymmetry import Extractor
from asymmetry.core.schemes import MEDIAPIPE_478
from asymmetry.extract.face.frontal import HEIGHT, WIDTH, Frontal
from asymmetry.extract.face.pose import Pose
from asymmetry.extract.judge.limits import GreyLimits
from asymmetry.extract.steps import note_grey
from asymmetry.extract.upright import FaceReading
from asymmetry.photos.photo import read_photo
from tests.faces import PX_PER_MM, photo
from tests.notes import codes

LIMITS = GreyLimits()
SPREAD = 0.5
#: mm that each part is less sure.
ADDED = {"brow": 0.16, "lids": 0.10, "iris": 0.17, "mouth": 0.27}


def view(redder: int) -> Frontal:
    """Grey, of which every other row is redder by so many levels: half of that is its variation."""
    rgb = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)
    rgb[::2, :, 0] += redder
    points = np.full((MEDIAPIPE_478.size, 2), WIDTH / 2)
    seen = np.ones((HEIGHT, WIDTH), dtype=bool)
    return Frontal(rgb=rgb, seen=seen, points=points, native=rgb[..., 0], px_per_mm=2.0)


def reading() -> FaceReading:
    """A face all of whose points are equally sure."""
    points, pose = photo().points[0], Pose(np.eye(3), np.zeros(2), 10 * PX_PER_MM, 0.0)
    spread = np.full(MEDIAPIPE_478.size, SPREAD)
    return FaceReading(points, spread, np.zeros(52), pose, points)


@pytest.mark.parametrize(("redder", "grey"), [(0, True), (8, True), (13, False)])
def test_colour_that_varies_by_less_than_4_percent_is_none(redder: int, grey: bool) -> None:
    """By 0, 3 and 5 percent of the brightness."""
    assert ("no_colour" in codes(note_grey(reading(), view(redder), LIMITS).notes)) == grey


@pytest.mark.parametrize(("red", "blue", "noted"), [(140, 115, False), (115, 140, True)])
def test_a_blue_face_is_noted(red: int, blue: int, noted: bool) -> None:
    shown = view(20)
    shown.rgb[..., 0], shown.rgb[..., 2] = red, blue
    shown.rgb[::2, :, 1] += 20
    assert codes(note_grey(reading(), shown, LIMITS).notes) == ["blue_face"] * noted


@pytest.mark.parametrize(("share", "noted"), [(0.7, False), (0.96, True)])
def test_a_blue_face_is_blue_nearly_all_over(share: float, noted: bool) -> None:
    """A blue mask covers 0.7 of a face."""
    shown = view(20)
    shown.rgb[..., 0], shown.rgb[..., 2] = 140, 115
    rows, columns = np.nonzero(shown.face)
    some = np.random.default_rng(0).permutation(len(rows))[: round(share * len(rows))]
    shown.rgb[rows[some], columns[some]] = (115, 130, 140)
    assert ("blue_face" in codes(note_grey(reading(), shown, LIMITS).notes)) == noted


def test_pixels_as_opencv_reads_them_are_noted(portrait_path: Path) -> None:
    rgb = read_photo(portrait_path).pixels
    with Extractor(method="fast") as extractor:
        found = extractor.extract([rgb, rgb[..., ::-1]])
    assert ["blue_face" in codes(notes) for notes in found.notes] == [False, True]


@pytest.mark.parametrize("part", ADDED)
def test_points_are_less_sure_by_what_colour_moves_them(part: str) -> None:
    spread = note_grey(reading(), view(0), LIMITS).spread
    for side in (MEDIAPIPE_478.right, MEDIAPIPE_478.left):
        found = spread[side(MEDIAPIPE_478.groups[part])]
        assert found == pytest.approx(np.hypot(SPREAD, ADDED[part] * PX_PER_MM))
    kept = note_grey(reading(), view(13), LIMITS).spread
    assert (kept == SPREAD).all()


@pytest.mark.parametrize("colour", [(20, 150, 30), (200, 20, 25), (20, 40, 160)])
def test_a_face_in_coloured_light_is_noted_and_less_sure(colour: tuple[int, int, int]) -> None:
    lit = view(0)
    lit.rgb[:] = colour
    lit.rgb[::2] //= 2
    found = note_grey(reading(), lit, LIMITS)
    assert codes(found.notes) == ["coloured_light"]
    assert (found.spread == note_grey(reading(), view(0), LIMITS).spread).all()


@pytest.mark.parametrize("colour", [(230, 170, 120), (150, 70, 45), (60, 35, 25), (235, 160, 95)])
def test_skin_in_white_or_warm_light_is_not(colour: tuple[int, int, int]) -> None:
    skin = view(0)
    skin.rgb[:] = colour
    skin.rgb[::2] //= 2
    assert note_grey(reading(), skin, LIMITS).notes == ()


def test_a_face_that_is_partly_beyond_the_photo_is_judged_by_what_is_seen() -> None:
    lit = view(0)
    lit.rgb[:] = (230, 170, 120)
    lit.rgb[::2] //= 2
    lit.rgb[:, : WIDTH // 2] = (0, 255, 0)
    assert "coloured_light" in codes(note_grey(reading(), lit, LIMITS).notes)
    lit.seen[:, : WIDTH // 2] = False
    rest = Frontal(lit.rgb, lit.seen, lit.points, lit.native, 2.0)
    assert note_grey(reading(), rest, LIMITS).notes == ()
