"""A face followed through frames: when it is looked for anew, and when a clip shows several people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import numpy as np
import pytest

from asymmetry import Extractor
from asymmetry.core.arrays import Pixels
from asymmetry.core.notes import Note
from asymmetry.errors import NoFaceError, SeveralFacesError
from asymmetry.extract.model.landmarker import Reading
from asymmetry.extract.tools import Tools
from asymmetry.extract.tracking import _Chase, as_measured
from asymmetry.photos.clips import Frame
from tests.painted import PaintedModel, moved, painted, reading, tools

HEIGHT, WIDTH = 240, 300
AT = (150.0, 120.0)


class Borrowed:
    """An `Extractor` as far as a chase needs one."""

    mirrored = False

    def __init__(self, model: PaintedModel) -> None:
        self._tools = tools(model, "fast")

    @contextmanager
    def borrow_tools(self) -> Iterator[Tools]:
        yield self._tools


def chase(model: PaintedModel) -> _Chase:
    return _Chase(cast(Extractor, Borrowed(model)), "a.mp4")


def frame(seconds: float, *, across: float = 0.0) -> Frame:
    return Frame(0, seconds, painted(moved(reading(AT, 8.0), across, 0), HEIGHT, WIDTH))


class Crowd(PaintedModel):
    """Sees a second face, as large as the first, when it is told to."""

    several = False

    def detect(self, pixels: Pixels) -> list[Reading]:
        found = super().detect(pixels)
        return [*found, *(moved(each, 140, 0) for each in found if self.several)]


@pytest.mark.parametrize(
    ("shape", "measured"),
    [
        ((8, 3838), (8, 3838)),
        ((8, 3840), (4, 1920)),
        ((3844, 8), (1922, 4)),
        ((8, 7678), (4, 3839)),
        ((8, 7680), (2, 1920)),
    ],
)
def test_frames_are_halved_as_long_as_1920_px_are_left(
    shape: tuple[int, int], measured: tuple[int, int]
) -> None:
    assert as_measured(np.zeros((*shape, 3), np.uint8), mirrored=False).shape[:2] == measured


def test_a_mirrored_frame_is_turned_back() -> None:
    pixels = np.arange(8 * 6 * 3, dtype=np.uint8).reshape(8, 6, 3)
    np.testing.assert_array_equal(as_measured(pixels, mirrored=True), pixels[:, ::-1])


def test_faces_are_searched_anew_after_a_second() -> None:
    model = PaintedModel()
    follow = chase(model).follow
    looks = []
    for seconds in (0.0, 0.5, 0.9, 1.1, 1.9, 2.05, 2.15):
        follow(frame(seconds))
        looks.append(len(model.looks))
    assert looks == [1, 1, 1, 2, 2, 2, 3]


def test_a_face_is_followed_to_where_it_went() -> None:
    follow = chase(PaintedModel()).follow
    for step in range(5):
        _, found, sharpness = follow(frame(step / 30, across=4.0 * step))
        assert found is not None
        expected = moved(reading(AT, 8.0), 4.0 * step, 0)
        assert np.abs(found.points - expected.points)[:, :2].max() < 0.5
        assert sharpness > 1


def test_a_face_that_is_lost_is_searched_at_once() -> None:
    model = PaintedModel()
    chased = chase(model)
    for number, pixels in enumerate([*[frame(0).pixels] * 2, np.zeros_like(frame(0).pixels)]):
        _, found, sharpness = chased.follow(Frame(number, number / 30, pixels))
    assert (found, len(model.looks)) == (None, 2)
    assert np.isnan(sharpness)


@pytest.mark.parametrize(("score", "seen"), [(-0.1, False), (0.1, True)])
def test_a_network_that_is_surer_than_0_sees_a_face(score: float, seen: bool) -> None:
    _, found, _ = chase(PaintedModel(sure=score)).follow(frame(0.0))
    assert (found is not None) == seen


@pytest.mark.parametrize(("several", "refused"), [(4, False), (5, True)])
def test_a_clip_whose_looks_show_several_people_half_of_the_time_is_refused(
    several: int, refused: bool
) -> None:
    model: Any = Crowd()
    chased = chase(model)
    for second in range(10):
        model.several = second < several
        chased.follow(frame(1.5 * second))
    assert len(model.looks) == 10
    if not refused:
        chased.check(True)
        return
    with pytest.raises(SeveralFacesError) as error:
        chased.check(True)
    assert error.value.note == Note("clip_several_faces")


def test_a_clip_without_a_face_is_refused() -> None:
    with pytest.raises(NoFaceError) as error:
        chase(PaintedModel()).check(False)
    assert error.value.note == Note("no_face")
