"""The shape both halves share, the spread of points, and photos in halves: known answers and laws."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from asymmetry.core.arrays import FloatArray
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES
from asymmetry.extract.face.half import to_half
from asymmetry.extract.halves.common import CommonShape, Field
from asymmetry.extract.judge.spread import SCATTER, Seen, lid_sds, point_spread
from asymmetry.extract.model.canonical import load_canonical
from asymmetry.photos.halvings import Halvings
from tests.painted import symmetric_plane

BROW, MOUTH = MEDIAPIPE_478.groups["brow"], MEDIAPIPE_478.groups["mouth"]
GRID = Field()
EVERYWHERE = np.stack(np.meshgrid(np.linspace(0, 8, 30), np.linspace(-10, 10, 60)), axis=-1)


@pytest.fixture
def plane() -> FloatArray:
    return symmetric_plane()


def raised(plane: FloatArray, names: tuple[str, ...], up: float) -> FloatArray:
    plane = plane.copy()
    plane[MEDIAPIPE_478.right(names), 1] += up
    return plane


def test_a_symmetric_face_is_drawn_as_it_is(plane: FloatArray) -> None:
    for side in SIDES:
        np.testing.assert_allclose(
            CommonShape.of(plane, GRID).own(EVERYWHERE, side), EVERYWHERE, atol=1e-12
        )


@pytest.mark.parametrize("names", [BROW, MOUTH])
def test_each_half_gives_way_by_half_of_the_difference(
    plane: FloatArray, names: tuple[str, ...]
) -> None:
    uneven = raised(plane, names, 0.4)
    shape = CommonShape.of(uneven, GRID)
    common = np.mean(
        [to_half(uneven[MEDIAPIPE_478.of(side, names)], side) for side in SIDES], axis=0
    )
    right, left = (shape.own(common, side)[:, 1] - common[:, 1] for side in SIDES)
    # Knots of the midline and of the eyes hold on to what is near them.
    assert np.median(right) == pytest.approx(0.2, abs=0.04)
    np.testing.assert_allclose(left, -right, atol=1e-12)


def test_wings_of_the_nose_hold_where_a_corner_moves(plane: FloatArray) -> None:
    shape = CommonShape.of(raised(plane, MOUTH, 0.6), GRID)
    wings = to_half(plane[MEDIAPIPE_478.of("right", ("ala", "alar_base"))], "right")
    np.testing.assert_allclose(shape.own(wings, "right"), wings, atol=0.03)


def test_a_shift_reaches_as_far_as_it_says() -> None:
    """One knot, 1 cm up: what places at one and two reaches from it follow, by the formula."""
    knots, moves = np.array([[4.0, 0.0]]), np.array([[[0.0, 1.0]]])
    shifts = Field(step=0.2, reach=0.4, stay=0.02).spread(knots, moves)[0, :, :, 1]
    row, column = 60, 20  # 12 cm down and 4 cm out of the grid's corner
    for steps, weight in ((0, 1.0), (2, np.exp(-0.5)), (4, np.exp(-2.0))):
        assert shifts[row, column + steps] == pytest.approx(weight / (weight + 0.02), abs=1e-9)
    # By default half of it is left 1.1 cm away.
    default = Field(step=0.1).spread(knots, moves)[0, 120, :, 1]
    half = np.argmax(default[40:] < 0.5) / 10
    assert half == pytest.approx(1.1, abs=0.1)
    assert default[40] == pytest.approx(0.98, abs=0.005)


def test_the_grid_holds_half_a_face(plane: FloatArray) -> None:
    """A node every 5 mm, 9 cm out and 12 cm up and down; nobody's face is larger."""
    shifts = CommonShape.of(plane, GRID).shifts["right"]
    assert shifts.shape == (2 * 24 + 1, 18 + 1, 2)
    assert np.abs(plane).max(axis=0) == pytest.approx((7.7, 9.4), abs=0.3)
    # The farthest place that moves, a raised brow's end, is well inside.
    brow = raised(plane, ("brow_upper_1",), 0.4)
    end = to_half(brow[MEDIAPIPE_478.of("right", ("brow_upper_1",))], "right")
    there, back = (CommonShape.of(brow, GRID).own(end - (0, 0.2), side)[0, 1] for side in SIDES)
    assert there - back > 0.1


def test_nothing_crosses_the_midline_and_eyes_stay(plane: FloatArray) -> None:
    shape = CommonShape.of(raised(raised(plane, BROW, 0.4), MOUTH, -0.5), GRID)
    middle = np.stack([np.zeros(50), np.linspace(-10, 10, 50)], axis=-1)
    eyes = to_half(plane[MEDIAPIPE_478.of("right", ("outer_canthus", "inner_canthus"))], "right")
    for side in SIDES:
        np.testing.assert_allclose(shape.own(middle, side)[:, 0], 0.0, atol=1e-12)
        np.testing.assert_allclose(shape.own(eyes, side), eyes, atol=0.03)


def test_a_mirrored_face_has_the_mirrored_shape(plane: FloatArray) -> None:
    uneven = raised(plane, BROW, 0.3)
    mirrored = uneven[MEDIAPIPE_478.mirror] * np.array([-1.0, 1.0])
    one, other = CommonShape.of(uneven, GRID), CommonShape.of(mirrored, GRID)
    np.testing.assert_allclose(
        one.own(EVERYWHERE, "right"), other.own(EVERYWHERE, "left"), atol=1e-12
    )


def spread_of(
    plane: FloatArray,
    apart: float = 0.0,
    /,
    *,
    seen: bool = True,
    px_per_cm: float = 40.0,
    **numbers: Any,
) -> FloatArray:
    known = dict.fromkeys(SIDES, seen)
    twins = [np.full((MEDIAPIPE_478.size, 2), apart)] * 2
    widths = dict.fromkeys(SIDES, np.full(2, 0.05))
    upper, lower = lid_sds(widths, dict.fromkeys(SIDES, np.full(2, seen)))
    return point_spread(
        plane,
        twins,
        upper=upper,
        lower=lower,
        seen=Seen(known, float(seen), known),
        px_per_cm=px_per_cm,
        scatter=replace(SCATTER, **numbers),
    )


def test_spread_grows_with_noise_and_with_the_asymmetry_of_its_own_part(plane: FloatArray) -> None:
    brow, corner = (MEDIAPIPE_478.right(names)[0] for names in (("brow_upper_3",), ("commissure",)))
    calm, noisy = spread_of(plane), spread_of(plane, 0.03)
    uneven = spread_of(raised(plane, MOUTH, 0.4))
    assert calm[brow] < noisy[brow]
    assert calm[corner] < noisy[corner]
    assert uneven[corner] > calm[corner]
    assert uneven[brow] == calm[brow]


def test_what_the_pixels_do_not_show_is_less_sure(plane: FloatArray) -> None:
    seen, unseen = spread_of(plane), spread_of(plane, seen=False)
    for name in ("brow_upper_3", "upper_lid_4", "iris_centre", "commissure"):
        assert unseen[MEDIAPIPE_478.right((name,))] > 3 * seen[MEDIAPIPE_478.right((name,))]


def test_large_pixels_cost_by_their_area(plane: FloatArray) -> None:
    """In photos so coarse that all else is little beside it."""
    for part, name in (("brow", "brow_upper_3"), ("corner", "commissure"), ("lid", "lower_lid_4")):
        number = MEDIAPIPE_478.right((name,))[0]
        for px_per_cm in (0.01, 0.02):
            cm = spread_of(plane, px_per_cm=px_per_cm, finest_px=0.0)[number] / px_per_cm
            assert cm == pytest.approx(SCATTER.coarse[part] / px_per_cm**2, rel=1e-3)
    centre, lateral = (MEDIAPIPE_478.right((name,))[0] for name in ("iris_centre", "iris_lateral"))
    coarse = spread_of(plane, px_per_cm=8.0)
    assert coarse[lateral] > 2 * coarse[centre]


def test_no_point_is_surer_than_a_part_of_a_pixel(plane: FloatArray) -> None:
    assert spread_of(plane, px_per_cm=1e5).min() >= SCATTER.finest_px


@pytest.mark.parametrize("lead", [0.0, 0.1, 0.5, 1.0])
@pytest.mark.parametrize(("group", "way"), [("upper_lid", -1.0), ("lower_lid", 1.0)])
def test_a_lid_on_its_way_to_shut_is_less_sure_by_no_more_than_is_known(
    plane: FloatArray, group: str, way: float, lead: float
) -> None:
    moved, natural = (
        raised(plane, MEDIAPIPE_478.groups[group], way * lead),
        SCATTER.natural | {"lid": 0.1},
    )
    exact, shared = (
        spread_of(moved, lid_moved=cm, natural=natural, finest_px=0.0) / 40.0 for cm in (0.0, 0.03)
    )
    more = np.sqrt(shared**2 - exact**2)
    half = lead / 2  # from both sides' mean; one that is as large as the natural one counts half
    lid = MEDIAPIPE_478.of("right", MEDIAPIPE_478.groups[group])
    np.testing.assert_allclose(more[lid], 0.03 * half**4 / (half**4 + 0.1**4), atol=1e-6)
    assert not np.delete(more, lid).any()
    opened = raised(plane, MEDIAPIPE_478.groups[group], -way * lead)
    assert spread_of(opened)[lid] == pytest.approx(spread_of(plane)[lid])


def test_an_asymmetry_misleads_by_the_part_of_it_that_is_a_movement(plane: FloatArray) -> None:
    """A brow that is 2 h higher is h off what both sides have on average."""
    brow = MEDIAPIPE_478.right(("brow_upper_3",))[0]
    numbers = {
        "noise": dict.fromkeys(SCATTER.noise, 0.0),
        "coarse": dict.fromkeys(SCATTER.coarse, 0.0),
    }
    numbers |= {"share": SCATTER.share | {"brow": 0.5}, "natural": SCATTER.natural | {"brow": 0.1}}
    for half in (0.05, 0.1, 0.3):
        uneven = raised(plane, BROW, 2 * half)
        cm = spread_of(uneven, finest_px=0.0, **numbers)[brow] / 40.0
        assert cm == pytest.approx(0.5 * half * half**4 / (half**4 + 0.1**4))


@pytest.mark.parametrize(
    ("least", "shape"), [(0.6, (101, 64)), (0.5, (51, 32)), (0.3, (51, 32)), (0.2, (26, 16))]
)
def test_photos_are_halved_no_further_than_asked(least: float, shape: tuple[int, int]) -> None:
    photo = np.full((101, 64, 3), 90, np.uint8)
    small = Halvings(photo).down_to(least)
    assert small.shape[:2] == shape
    assert (small == 90).all()
    mirrored = Halvings(np.ascontiguousarray(photo[:, ::-1])).down_to(least)
    np.testing.assert_array_equal(mirrored, small[:, ::-1])


def test_the_surface_is_nowhere_deeper_than_the_face() -> None:
    canonical = load_canonical()
    x, y = np.meshgrid(np.linspace(-16, 16, 65), np.linspace(-16, 16, 65))
    depth = canonical.depth_at(x, y)
    low, high = canonical.vertices[:, 2].min(), canonical.vertices[:, 2].max()
    assert low - 1e-6 <= depth.min() <= depth.max() <= high + 1e-6
    np.testing.assert_array_equal(depth, depth[:, ::-1])


def test_the_ends_of_a_brow_have_numbers_of_their_own(plane: FloatArray) -> None:
    """Its stations run from the lateral end, 1 and 2, to the medial one, 5."""
    for part, stations in (("brow_lateral", {1, 2}), ("brow", {3, 4}), ("brow_medial", {5})):
        calm = dict.fromkeys(SCATTER.noise, 0.0)
        spread = spread_of(plane, 0.03, noise=calm | {part: 1.0}, finest_px=0.0)
        for edge in ("upper", "lower"):
            noisy = {
                station
                for station in range(1, 6)
                if spread[MEDIAPIPE_478.right((f"brow_{edge}_{station}",))[0]] > 0.03 * 39
            }
            assert noisy == stations
