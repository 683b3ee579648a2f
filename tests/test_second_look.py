"""A second look at turned and small faces, painted where they are known to be."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from asymmetry.core.arrays import Pixels
from asymmetry.extract.model.landmarker import Reading
from asymmetry.extract.second_look import (
    Patch,
    choose_surest,
    find_small_faces,
    look_upright,
    quarter_turns,
    read_upright_patch,
    roll_of,
    same_face,
    sureness,
)
from asymmetry.photos.halvings import Halvings
from tests.painted import PaintedModel, canonical, moved, painted, reading

HEIGHT, WIDTH = 380, 460
PATCH = (640, 640)


@pytest.fixture
def model() -> PaintedModel:
    return PaintedModel()


def blank(height: int, width: int) -> Halvings:
    return Halvings(np.full((height, width, 3), 128, np.uint8))


def apart(one: Reading, other: Reading) -> float:
    """The largest distance of a point in two readings, px."""
    return float(np.hypot(*(one.points - other.points)[:, :2].T).max())


@pytest.mark.parametrize("roll", [-170, -90, -20, 0, 45, 135])
def test_the_roll_of_a_face_is_that_of_its_points(roll: float) -> None:
    assert roll_of(reading(roll=roll), canonical()) == pytest.approx(roll, abs=1e-6)


@pytest.mark.parametrize(("share", "same"), [(0.24, True), (0.26, False)])
def test_faces_a_quarter_of_their_width_apart_are_two(share: float, same: bool) -> None:
    one = reading()
    away = share * float(np.ptp(one.points[:, 0]))
    for other in (moved(one, away, 0), moved(one, 0.6 * away, -0.8 * away)):
        assert same_face(one.points, other.points) == same


# Patches


@pytest.mark.parametrize("roll", [0.0, 30.0, -120.0])
@pytest.mark.parametrize("px_per_cm", [5.0, 40.0])
def test_a_face_lies_upright_in_a_patch_of_640_px_and_fills_half_of_it(
    px_per_cm: float, roll: float
) -> None:
    one = reading((600.0, 600.0), px_per_cm, roll)
    patch = Patch.around(one.points[:, :2], roll)
    drawn = patch.draw(Halvings(painted(one, 1200, 1200)))
    assert drawn.shape == (*PATCH, 3)
    (there,) = PaintedModel().detect(drawn)
    assert roll_of(there, canonical()) == pytest.approx(0, abs=0.5)
    low, high = there.points[:, :2].min(axis=0), there.points[:, :2].max(axis=0)
    assert (high - low).max() == pytest.approx(320, rel=0.01)
    assert (low + high) / 2 == pytest.approx([320, 320], abs=2)
    assert apart(patch.to_photo(there), one) < 0.02 * px_per_cm + 0.3


def test_where_a_patch_shows_no_face_the_reading_stays(model: PaintedModel) -> None:
    one = reading()
    assert read_upright_patch(blank(HEIGHT, WIDTH), one, canonical(), model) is one
    assert model.looks == [PATCH]


# The right way up


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@pytest.mark.parametrize(("off", "whole"), [(18.0, True), (-18.0, True), (22.0, False)])
def test_a_face_within_20_degrees_of_a_quarter_turn_is_read_in_the_whole_photo(
    model: PaintedModel, turns: int, off: float, whole: bool
) -> None:
    one = reading((220.0, 190.0), roll=off - 90 * turns)
    photo = Halvings(painted(one, HEIGHT, WIDTH))
    found = look_upright(photo, moved(one, 5, -4), canonical(), model)
    assert apart(found, one) < 1.0
    size = (WIDTH, HEIGHT) if turns % 2 else (HEIGHT, WIDTH)
    assert set(model.looks) == {size if whole else PATCH}


@pytest.mark.parametrize(("width", "shape"), [(342, (8, 800)), (338, PATCH)])
def test_a_face_of_170_px_is_large_enough_in_800_px_of_a_photo(
    model: PaintedModel, width: float, shape: tuple[int, int]
) -> None:
    one = reading()
    one = one.scaled(*[width / float(np.ptp(one.points[:, 0]))] * 2)
    look_upright(blank(16, 1600), one, canonical(), model)
    assert model.looks[0] == shape


def test_any_face_is_large_enough_in_a_photo_that_is_looked_at_as_it_is(
    model: PaintedModel,
) -> None:
    look_upright(blank(16, 1590), reading(px_per_cm=3.0), canonical(), model)
    assert model.looks[0] == (16, 1590)


@pytest.mark.parametrize(("turns", "roll"), [(1, -90.0), (2, 175.0), (3, 85.0)])
def test_a_face_is_found_by_quarter_turns_of_the_photo(
    model: PaintedModel, turns: int, roll: float
) -> None:
    one = reading((220.0, 190.0), roll=roll)
    found = quarter_turns(Halvings(painted(one, HEIGHT, WIDTH)), model)
    assert [apart(each, one) < 1.0 for each in found] == [True]
    assert len(model.looks) == 4  # and the mirror image of the picture with the face
    assert model.looks[turns] == ((WIDTH, HEIGHT) if turns % 2 else (HEIGHT, WIDTH))


# How sure the network is


def test_the_network_is_asked_about_an_upright_face_that_fills_two_thirds_of_256_px(
    model: PaintedModel,
) -> None:
    one = reading((200.0, 190.0), 15.0, roll=40)
    assert sureness(Halvings(painted(one, 400, 400)), one, canonical(), model) == 20.0
    (square,) = model.squares
    assert square.shape == (256, 256, 3)
    heights = model.read_square(square)[0][:, 1]
    # The canonical face is highest at the forehead and lowest at the chin.
    assert np.ptp(heights) == pytest.approx(2 / 3 * 256, rel=0.015)
    assert (heights.min() + heights.max()) / 2 == pytest.approx(128, abs=2)


def test_a_reading_that_is_upside_down_shows_no_upright_face(model: PaintedModel) -> None:
    one = reading()
    photo = Halvings(painted(one, 400, 400))
    wrong = reading((200.0, 200.0), roll=180)
    assert sureness(photo, wrong, canonical(), model) == -1.0


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [(0, 58, True), (0, 62, False), (-170, 132, True), (-170, 128, False)],
)
def test_readings_within_60_degrees_have_the_face_the_same_way_round(
    model: PaintedModel, one: float, other: float, alike: bool
) -> None:
    """Their mean is taken; where the model sees nothing more it is what comes out."""
    # Turned about the middle of their points, in which two readings of a face agree.
    readings = [reading((0.0, 0.0), roll=roll) for roll in (one, other)]
    readings = [moved(each, *(200 - each.points[:, :2].mean(axis=0)).tolist()) for each in readings]
    best = choose_surest(blank(400, 400), readings, canonical(), model, model)
    assert best is not None
    expected = np.mean([each.points for each in readings], axis=0) if alike else readings[0].points
    np.testing.assert_allclose(best[0].points, expected)
    assert best[1] == -1.0


def test_the_surest_reading_is_chosen(model: PaintedModel) -> None:
    true, wrong = reading(roll=100), reading(roll=-80)
    photo = Halvings(painted(true, 400, 400))
    best = choose_surest(photo, [wrong, moved(true, 2, 2)], canonical(), model, model)
    assert best is not None
    assert (apart(best[0], true) < 1.0, best[1]) == (True, 20.0)
    assert choose_surest(photo, [], canonical(), model, model) is None


# Small faces


def tiles(model: PaintedModel, height: int, width: int) -> list[tuple[int, ...]]:
    """Shapes of the tiles that are looked at in a photo without a face."""
    assert find_small_faces(blank(height, width), canonical(), model, model) == []
    return model.looks


@pytest.mark.parametrize(("long", "sides"), [(499, set()), (500, {400}), (999, {400})])
def test_tiles_are_400_px_in_photos_from_500_px_on(
    model: PaintedModel, long: int, sides: set[int]
) -> None:
    assert {width for _, width in tiles(model, 8, long)} == sides


@pytest.mark.parametrize(
    ("long", "sides"), [(1000, [800, 400]), (1999, [800, 400]), (2000, [1600, 800, 400])]
)
def test_tiles_of_twice_and_four_times_that_side_come_first_in_larger_photos(
    model: PaintedModel, long: int, sides: list[int]
) -> None:
    for size in ((8, long), (long, 8)):
        model.looks.clear()
        looked = [max(shape) for shape in tiles(model, *size)]
        assert list(dict.fromkeys(looked)) == sides


@pytest.mark.parametrize("long", [500, 880, 1130, 2640])
def test_tiles_begin_at_most_six_tenths_of_their_side_apart_and_are_no_more_than_that_takes(
    long: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = np.zeros((8, long, 3), np.uint8)
    photo[..., 0], photo[..., 1] = np.divmod(np.arange(long), 256)
    starts: list[int] = []
    model = PaintedModel()

    def seen(pixels: Pixels) -> list[Reading]:
        if pixels.shape[1] == 400:
            starts.append(int(pixels[0, 0, :2] @ np.array([256, 1])))
        return []

    monkeypatch.setattr(model, "detect", seen)
    find_small_faces(Halvings(photo), canonical(), model, model)
    assert (starts[0], starts[-1]) == (0, long - 400)
    assert max(after - before for before, after in pairwise(starts)) <= 240
    assert len(starts) == {500: 2, 880: 3, 1130: 5, 2640: 11}[long]


@pytest.mark.parametrize(("sure", "count"), [(14.5, 0), (15.5, 1)])
def test_a_small_face_counts_if_the_network_is_surer_of_it_than_15(sure: float, count: int) -> None:
    model = PaintedModel(sure)
    one = reading((330.0, 110.0), 5.0, roll=10)
    photo = Halvings(painted(one, 220, 560))
    found = find_small_faces(photo, canonical(), model, model)
    assert [apart(each, one) < 1.0 for each in found] == [True] * count


@pytest.mark.parametrize(("share", "sides"), [(0.31, {800, 400}), (0.33, {800})])
def test_smaller_tiles_are_searched_for_others_beside_a_face_that_is_small_in_its_tile(
    model: PaintedModel, share: float, sides: set[int]
) -> None:
    wide = float(np.ptp(reading(px_per_cm=1.0).points[:, 0]))
    one = reading((500.0, 400.0), share * 800 / wide)
    photo = Halvings(painted(one, 800, 1000))
    found = find_small_faces(photo, canonical(), model, model)
    assert [apart(each, one) < 1.0 for each in found] == [True]
    assert {max(shape) for shape in model.looks} - {max(PATCH)} == sides
