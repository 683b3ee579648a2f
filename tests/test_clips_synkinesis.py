"""A smile with which an eye closes: the lid takes no part in how far the mouth moves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from asymmetry import Extractor, read_clip
from asymmetry.core.arrays import Pixels
from asymmetry.core.schemes import SIDES, Side
from asymmetry.synthetic import Move, warp_photo
from tests.test_clips import RATE, SECONDS, shaken
from tests.videos import rise_and_fall, write_video

UP, LID = 4.0, 3.0


@pytest.fixture(scope="module")
def portrait(astronaut: Pixels) -> Pixels:
    return astronaut[:380, 60:400]


@pytest.mark.parametrize("eyes", [("left",), SIDES])
def test_both_sides_of_a_smile_move_alike_while_an_eye_closes(
    portrait: Pixels, tmp_path: Path, eyes: tuple[Side, ...]
) -> None:
    with Extractor() as extractor:
        landmarks = extractor.extract([portrait])
        frames = []
        for number, way in enumerate(rise_and_fall(SECONDS, 0.4, 0.3, 0.4)):
            moves = [Move("mouth_corner", side, up_mm=UP * way, out_mm=0) for side in SIDES]
            moves += [Move("upper_lid", side, up_mm=-LID * way, out_mm=0) for side in eyes]
            frames.append(shaken(warp_photo(portrait, landmarks, moves).pixels, number))
        path = write_video(tmp_path / "smile.mp4", frames, fps=RATE)
        timing = read_clip(path, extractor=extractor).timing
    for side, closed in zip(SIDES, timing.synkinesis, strict=True):
        assert (closed > 15) is (side in eyes)
    assert timing.ratio == pytest.approx(1.0, abs=0.12)
    excursions = [timing.right.excursion, timing.left.excursion]
    np.testing.assert_allclose(excursions, UP, rtol=0.12)
