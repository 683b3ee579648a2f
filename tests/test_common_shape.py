"""The shape both halves share, the spread of points, and photos in halves: known answers and laws."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from asymmetry.core.schemes import MEDIAPIPE_478, SIDES
from asymmetry.extract.canonical import canonical_mesh, load_canonical
from asymmetry.extract.common import CommonShape, to_half
from asymmetry.extract.drag import undragged, whole_brows
from asymmetry.extract.plane import Halvings
from asymmetry.extract.spread import SCATTER, lid_sds, point_spread

Array = npt.NDArray[np.float64]
BROW, MOUTH = MEDIAPIPE_478.groups["brow"], MEDIAPIPE_478.groups["mouth"]
EVERYWHERE = np.stack(np.meshgrid(np.linspace(0, 8, 30), np.linspace(-10, 10, 60)), axis=-1)


@pytest.fixture
def plane() -> Array:
    """The canonical face: exactly symmetric."""
    plane = np.zeros((MEDIAPIPE_478.size, 2))
    vertices = canonical_mesh()
    plane[: len(vertices)] = vertices[:, :2]
    for side, x in zip(SIDES, (-3.15, 3.15), strict=True):
        plane[MEDIAPIPE_478.of(side, MEDIAPIPE_478.groups["iris"])] = x, 2.7
    return plane


def raised(plane: Array, names: tuple[str, ...], up: float) -> Array:
    plane = plane.copy()
    plane[MEDIAPIPE_478.right(names), 1] += up
    return plane


def test_a_symmetric_face_is_drawn_as_it_is(plane: Array) -> None:
    for side in SIDES:
        np.testing.assert_allclose(CommonShape.of(plane).own(EVERYWHERE, side), EVERYWHERE, atol=1e-12)


@pytest.mark.parametrize("names", [BROW, MOUTH])
def test_each_half_gives_way_by_half_of_the_difference(plane: Array, names: tuple[str, ...]) -> None:
    uneven = raised(plane, names, 0.4)
    shape = CommonShape.of(uneven)
    common = np.mean([to_half(uneven[MEDIAPIPE_478.of(side, names)], side) for side in SIDES], axis=0)
    right, left = (shape.own(common, side)[:, 1] - common[:, 1] for side in SIDES)
    # Knots of the midline and of the eyes hold on to what is near them.
    assert np.median(right) == pytest.approx(0.2, abs=0.04)
    np.testing.assert_allclose(left, -right, atol=1e-12)


def test_nothing_crosses_the_midline_and_eyes_stay(plane: Array) -> None:
    shape = CommonShape.of(raised(raised(plane, BROW, 0.4), MOUTH, -0.5))
    middle = np.stack([np.zeros(50), np.linspace(-10, 10, 50)], axis=-1)
    eyes = to_half(plane[MEDIAPIPE_478.of("right", ("outer_canthus", "inner_canthus"))], "right")
    for side in SIDES:
        np.testing.assert_allclose(shape.own(middle, side)[:, 0], 0.0, atol=1e-12)
        np.testing.assert_allclose(shape.own(eyes, side), eyes, atol=0.03)


def test_a_mirrored_face_has_the_mirrored_shape(plane: Array) -> None:
    uneven = raised(plane, BROW, 0.3)
    mirrored = uneven[MEDIAPIPE_478.mirror] * np.array([-1.0, 1.0])
    one, other = CommonShape.of(uneven), CommonShape.of(mirrored)
    np.testing.assert_allclose(one.own(EVERYWHERE, "right"), other.own(EVERYWHERE, "left"), atol=1e-12)


def test_brows_get_back_what_both_lost_and_their_difference_stays(plane: Array) -> None:
    vertices = canonical_mesh()
    both = MEDIAPIPE_478.right(BROW) + MEDIAPIPE_478.left(BROW)
    np.testing.assert_allclose(whole_brows(plane, vertices), plane, atol=1e-12)
    uneven = raised(plane, BROW, 0.3)
    uneven[both, 1] += 0.2
    change = whole_brows(uneven, vertices) - uneven
    assert np.ptp(change[both, 1]) == pytest.approx(0, abs=1e-12)
    assert 0.02 < change[both[0], 1] < 0.1
    assert np.abs(np.delete(change, both, axis=0)).max() == 0


def spread_of(plane: Array, noise: float = 0.0, *, seen: bool = True) -> Array:
    known = dict.fromkeys(SIDES, seen)
    twins = [np.full((MEDIAPIPE_478.size, 2), noise)] * 2
    lids = lid_sds(known)
    return point_spread(
        plane, twins, upper=lids, lower=lids, irises=known, corners=known, px_per_cm=40.0, scatter=SCATTER
    )


def test_spread_grows_with_noise_and_with_the_asymmetry_of_its_own_part(plane: Array) -> None:
    brow, corner = (MEDIAPIPE_478.right(names)[0] for names in (("brow_upper_3",), ("commissure",)))
    calm, noisy = spread_of(plane), spread_of(plane, 0.03)
    uneven = spread_of(raised(plane, MOUTH, 0.4))
    assert calm[brow] < noisy[brow]
    assert calm[corner] < noisy[corner]
    assert uneven[corner] > 3 * calm[corner]
    assert uneven[brow] == calm[brow]


def test_what_the_pixels_do_not_show_is_less_sure(plane: Array) -> None:
    seen, unseen = spread_of(plane), spread_of(plane, seen=False)
    for name in ("upper_lid_4", "iris_centre"):
        assert unseen[MEDIAPIPE_478.right((name,))] > 3 * seen[MEDIAPIPE_478.right((name,))]


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


# What a lid drags along


IRIS = ("iris_centre",)
SEEN, UNSEEN = {"right": True, "left": True}, {"right": False, "left": True}


def drooping(plane: Array, iris: float) -> Array:
    """The right upper lid 4 mm down, and its iris dragged along."""
    plane = raised(plane, MEDIAPIPE_478.groups["upper_lid"], -0.4)
    return raised(plane, MEDIAPIPE_478.groups["iris"], iris)


def test_an_iris_that_a_lid_hides_is_put_back(plane: Array) -> None:
    right, left = MEDIAPIPE_478.pairs["iris_centre"]
    put = undragged(drooping(plane, -0.08), UNSEEN)
    assert put[right, 1] == pytest.approx(put[left, 1], abs=1e-9)
    np.testing.assert_array_equal(put[left], plane[left])


def test_an_iris_that_was_seen_stays(plane: Array) -> None:
    right, _ = MEDIAPIPE_478.pairs["iris_centre"]
    dragged = drooping(plane, -0.08)
    np.testing.assert_array_equal(undragged(dragged, SEEN)[right], dragged[right])


def test_putting_back_obeys_the_mirror_law(plane: Array) -> None:
    dragged = drooping(plane, -0.05)
    mirrored = dragged[MEDIAPIPE_478.mirror] * (-1, 1)
    put = undragged(mirrored, {"right": True, "left": False})
    np.testing.assert_array_equal(put, undragged(dragged, UNSEEN)[MEDIAPIPE_478.mirror] * (-1, 1))


def test_the_surface_is_nowhere_deeper_than_the_face() -> None:
    canonical = load_canonical()
    x, y = np.meshgrid(np.linspace(-16, 16, 65), np.linspace(-16, 16, 65))
    depth = canonical.depth_at(x, y)
    low, high = canonical.vertices[:, 2].min(), canonical.vertices[:, 2].max()
    assert low - 1e-6 <= depth.min() <= depth.max() <= high + 1e-6
    np.testing.assert_array_equal(depth, depth[:, ::-1])
