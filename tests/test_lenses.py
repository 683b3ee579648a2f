"""Tinted lenses that eyes are seen through: known by the light that they take."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from asymmetry import Extractor, measure
from asymmetry.core.arrays import Pixels
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES
from asymmetry.extract.face.frontal import HEIGHT, WIDTH, Frontal
from asymmetry.extract.judge import glasses
from asymmetry.synthetic import face
from benchmarks.tune.glasses import off_by
from tests.test_glasses import LIMITS, SKIN, view

#: These pictures are grey.
IN_GREY = replace(LIMITS, colour=0.0)


def wears_glasses(seen: Frontal) -> bool:
    return glasses.wears_glasses(seen, IN_GREY)


def through_lenses(light: float, *, bottom: int = 44, half: str = "both") -> Frontal:
    """Even skin of which lenses, down to so many px under the eyes, take a share of the light."""
    blank = view(SKIN)
    eyes = int(blank.place("inner_canthus", "right")[1])
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    out = np.abs(columns - (WIDTH - 1) / 2)
    lens = (out > 8) & (rows > eyes - bottom) & (rows < eyes + bottom)
    if half == "right":
        lens &= columns < WIDTH // 2
    return view(np.where(lens, SKIN * light, SKIN).astype(np.uint8))


@pytest.mark.parametrize("light", [0.75, 0.5, 0.3])
def test_dark_lenses_are_known_by_the_light_that_they_take(light: float) -> None:
    seen = through_lenses(light)
    assert glasses.dimming(seen, LIMITS) == pytest.approx(-np.log(light), rel=0.05)
    assert wears_glasses(seen)


def test_what_is_no_lens_is_none() -> None:
    assert glasses.dimming(view(SKIN), LIMITS) == pytest.approx(0, abs=1e-6)
    assert not wears_glasses(through_lenses(0.5, half="right"))
    eyes = int(view(SKIN).place("inner_canthus", "right")[1])
    bags = np.full((HEIGHT, WIDTH), SKIN, np.uint8)
    bags[eyes + 26 : eyes + 30] = SKIN // 2
    assert not wears_glasses(view(bags))
    shade = np.clip(SKIN * (0.4 + np.arange(HEIGHT)[:, None] / HEIGHT), 0, 255)
    assert not wears_glasses(view(shade))


def test_photos_without_colour_are_not_judged() -> None:
    """Shade in old plates ends as sharply."""
    assert not glasses.wears_glasses(through_lenses(0.5), LIMITS)


def test_a_mirrored_lens_is_as_dark() -> None:
    seen = through_lenses(0.5, half="right")
    other = replace(seen, rgb=np.ascontiguousarray(seen.rgb[:, ::-1]))
    assert glasses.dimming(seen, LIMITS) == glasses.dimming(other, LIMITS)


@pytest.mark.parametrize("colour", [(60, 60, 60), (80, 50, 30)])
def test_tinted_lenses_on_a_face_are_noted(colour: tuple[int, int, int], astronaut: Pixels) -> None:
    with Extractor(threads=1) as extractor:
        bare = extractor.extract([astronaut])
        px = 1 / float(measure(bare, sd=False)["mm_per_px"][0])
        tinted = astronaut.copy()
        for side in SIDES:
            lids = MEDIAPIPE_478.of(side, MEDIAPIPE_478.groups["lids"])
            middle = tuple(np.rint(bare.points[0, lids, :2].mean(axis=0)).astype(int).tolist())
            axes = (round(25 * px), round(20 * px))
            lens = cv2.ellipse(np.zeros_like(astronaut), middle, axes, 0, 0, 360, (1, 1, 1), -1)
            dark = astronaut * 0.4 + np.array(colour) * 0.6
            tinted = np.where(lens > 0, dark, tinted).astype(np.uint8)
        (notes,) = extractor.extract([tinted]).notes
    assert "glasses" not in [note.code for note in bare.notes[0]]
    assert "glasses" in [note.code for note in notes]


def test_errors_behind_lenses_are_told() -> None:
    bare, lower = face(), face(brow_right_mm=-3.0)
    assert off_by(bare, bare, "brow_height") == "0.0 mm at most, 100%"
    assert off_by(bare, lower, "brow_height") == "3.0 mm at most, 33%"
    assert off_by(bare[:0], bare[:0], "brow_height") == "–"
