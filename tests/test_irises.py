"""Irises in the pixels: circles drawn where they are known to be."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from asymmetry.extract.edges.eye_patch import View
from asymmetry.extract.edges.irises import IrisSearch, _Eye, refine_irises
from asymmetry.extract.face.plane import surface
from asymmetry.extract.model.canonical import Canonical
from tests.painted import POSE, SHEET

RADIUS = 0.6
#: The mesh draws an iris this much too wide.
IRIS_OVERREAD = 1.05
SEARCH = IrisSearch()
#: Where the eyes look from, cm: the patient's right and left.
CENTRES = {"right": np.array([-3.15, 2.7]), "left": np.array([3.15, 2.7])}


def plane_of(
    canonical: Canonical, *, mesh_off: tuple[float, float] = (0.0, 0.0), opening: float = 1.0
) -> FloatArray:
    """The canonical face with eyes that are open by so many cm, and the mesh's irises a little off."""
    plane = np.zeros((MEDIAPIPE_478.size, 2))
    plane[: len(canonical.vertices)] = canonical.vertices[:, :2]
    for side in SIDES:
        for lid, height in (("upper_lid", opening / 2), ("lower_lid", -opening / 2)):
            plane[MEDIAPIPE_478.of(side, MEDIAPIPE_478.groups[lid]), 1] = CENTRES[side][1] + height
        plane[MEDIAPIPE_478.of(side, MEDIAPIPE_478.groups["canthi"]), 1] = CENTRES[side][1]
        out = -1.0 if side == "right" else 1.0
        for name, way in (("iris_centre", 0), ("iris_medial", -out), ("iris_lateral", out)):
            number = MEDIAPIPE_478.of(side, (name,))
            plane[number] = CENTRES[side] + mesh_off + np.array([way * RADIUS * IRIS_OVERREAD, 0.0])
    return plane


def drawn_eyes(
    canonical: Canonical,
    sides: tuple[Side, ...] = SIDES,
    *,
    radius: float = RADIUS,
    contrast: float = 1.5,
    limbus: float = 0.025,
) -> Pixels:
    """A white sheet with dark discs where the irises are.

    ``contrast`` is that of their light's logarithm, and ``limbus`` the standard deviation of their edge, cm.
    """
    share = np.zeros(SHEET, np.float32)
    for side in sides:
        point = surface(canonical, CENTRES[side])
        at, px = POSE.project(point)[:2] - 0.5, radius * float(POSE.scale_at(point))
        rows, columns = np.ogrid[: SHEET[0], : SHEET[1]]
        share = np.maximum(share, np.clip(px + 0.5 - np.hypot(columns - at[0], rows - at[1]), 0, 1))
    if limbus:
        share = np.asarray(cv2.GaussianBlur(share, (0, 0), limbus * POSE.scale), np.float64)
    levels = np.rint(225 * np.exp(-contrast * share)).astype(np.uint8)
    return np.repeat(levels[..., None], 3, axis=2)


def test_a_lower_lid_that_rises_does_not_lift_the_iris(canonical: Canonical) -> None:
    """The lid covers the iris from below, is itself read too low, and the mesh's iris has risen with it."""
    lid, read_too_low, risen = -0.32, 0.06, 0.1
    sheet = drawn_eyes(canonical)
    for side in SIDES:
        edge = POSE.project(surface(canonical, CENTRES[side] + (0.0, lid)))[1]
        across = POSE.project(surface(canonical, CENTRES[side]))[0]
        sheet[round(edge) :, round(across) - 120 : round(across) + 120] = (190, 150, 130)
    plane = plane_of(canonical, mesh_off=(0.0, risen))
    for side in SIDES:
        lower = MEDIAPIPE_478.of(side, MEDIAPIPE_478.groups["lower_lid"])
        plane[lower, 1] = CENTRES[side][1] + lid - read_too_low
    found = refine_irises(
        np.asarray(cv2.GaussianBlur(sheet, (0, 0), 1.5), np.uint8), POSE, canonical, plane, SEARCH
    )
    for side in SIDES:
        (centre,) = MEDIAPIPE_478.of(side, ("iris_centre",))
        assert found.found[side]
        assert abs(found.plane[centre, 1] - CENTRES[side][1]) < 0.03


@pytest.mark.parametrize("opening", [1.3, 0.9])
@pytest.mark.parametrize("off", [(0.0, -0.05), (0.06, -0.1), (-0.06, 0.03)])
def test_a_circle_is_found_wherever_the_mesh_has_the_iris(
    canonical: Canonical, off: tuple[float, float], opening: float
) -> None:
    found = refine_irises(
        drawn_eyes(canonical),
        POSE,
        canonical,
        plane_of(canonical, mesh_off=off, opening=opening),
        SEARCH,
    )
    assert found.found == {"right": True, "left": True}
    for side in SIDES:
        centre, medial, lateral = found.plane[
            MEDIAPIPE_478.of(side, ("iris_centre", "iris_medial", "iris_lateral"))
        ]
        # Lids 9 mm apart show a part of each flank: the height is a little less sure.
        np.testing.assert_allclose(centre, CENTRES[side], atol=0.01 if opening > 1 else 0.02)
        assert abs(lateral[0] - medial[0]) / 2 == pytest.approx(RADIUS, abs=0.01)
        top, bottom = found.plane[MEDIAPIPE_478.of(side, ("iris_top", "iris_bottom"))] - centre
        np.testing.assert_allclose([top, bottom], [(0, RADIUS), (0, -RADIUS)], atol=0.01)


def test_where_no_iris_shows_it_is_the_mesh_less_its_mean_error(canonical: Canonical) -> None:
    plane = plane_of(canonical)
    found = refine_irises(np.full((*SHEET, 3), 225, np.uint8), POSE, canonical, plane, SEARCH)
    assert found.found == {"right": False, "left": False}
    centre, lateral = found.plane[MEDIAPIPE_478.of("left", ("iris_centre", "iris_lateral"))]
    assert centre[1] == pytest.approx(CENTRES["left"][1] + 0.045, abs=1e-3)
    assert lateral[0] - centre[0] == pytest.approx(RADIUS, abs=0.01)


def test_one_eye_gives_both_their_width(canonical: Canonical) -> None:
    found = refine_irises(
        drawn_eyes(canonical, ("right",)), POSE, canonical, plane_of(canonical), SEARCH
    )
    assert found.found == {"right": True, "left": False}
    for side in SIDES:
        medial, lateral = found.plane[MEDIAPIPE_478.of(side, ("iris_medial", "iris_lateral")), 0]
        assert abs(lateral - medial) / 2 == pytest.approx(RADIUS, abs=0.01)


def test_lids_that_hide_the_flanks_leave_no_iris(canonical: Canonical) -> None:
    found = refine_irises(
        drawn_eyes(canonical), POSE, canonical, plane_of(canonical, opening=0.25), SEARCH
    )
    assert found.found == {"right": False, "left": False}


# Limits of the search


def seen(canonical: Canonical, sheet: Pixels, off: float = 0.0, opening: float = 1.3) -> bool:
    """Whether irises are found, of which the mesh is so far off across, less its mean error upwards."""
    plane = plane_of(canonical, mesh_off=(off, -SEARCH.rise), opening=opening)
    return set(refine_irises(sheet, POSE, canonical, plane, SEARCH).found.values()) == {True}


@pytest.mark.parametrize(
    ("contrast", "limbus", "found"),
    [(0.2, 0.0, True), (0.14, 0.0, False), (0.34, 0.05, True), (0.28, 0.05, False)],
)
def test_a_limbus_is_a_step_that_is_clear_over_half_a_mm(
    canonical: Canonical, contrast: float, limbus: float, found: bool
) -> None:
    """Seen through a blur of 0.03 cm, an edge that is 0.05 cm wide is half as clear as a sharp one."""
    assert seen(canonical, drawn_eyes(canonical, contrast=contrast, limbus=limbus)) == found


@pytest.mark.parametrize(("contrast", "found"), [(0.23, True), (0.208, False)])
def test_an_iris_far_from_the_meshs_has_to_be_clearer(
    canonical: Canonical, contrast: float, found: bool
) -> None:
    """At 0.12 cm by 3 times its square, 0.043."""
    assert seen(canonical, drawn_eyes(canonical, contrast=contrast, limbus=0.0), off=0.12) == found


@pytest.mark.parametrize(("off", "found"), [(0.12, True), (-0.12, True), (0.17, False)])
def test_an_iris_is_looked_for_within_a_millimetre_and_a_half(
    canonical: Canonical, off: float, found: bool
) -> None:
    assert seen(canonical, drawn_eyes(canonical), off) == found


@pytest.mark.parametrize(
    ("radius", "found"), [(0.47, False), (0.53, True), (0.77, True), (0.84, False)]
)
def test_irises_are_10_to_15_mm_wide(canonical: Canonical, radius: float, found: bool) -> None:
    assert seen(canonical, drawn_eyes(canonical, radius=radius), opening=1.9) == found


def test_the_patch_holds_the_largest_iris_at_the_end_of_the_reach(canonical: Canonical) -> None:
    for off in (0.12, -0.12):
        assert seen(canonical, drawn_eyes(canonical, radius=0.77), off, opening=1.9)


def weights(upper: float, lower: float) -> FloatArray:
    """The weights of an iris's right flank between level lids, upwards."""
    line = np.array([-2.0, 2.0])
    lids = tuple(np.array([line, np.full(2, height)]) for height in (upper, lower))
    view = View(np.zeros(2), np.eye(2))
    eye = _Eye(SEARCH, view, RADIUS, lids, np.zeros((1, 1, 2), np.float32))  # type: ignore[arg-type]
    both = eye.weights(np.zeros(2), RADIUS)
    np.testing.assert_array_equal(both[0], both[1])
    return both[0]


#: Heights of the places of a flank, cm: from 60° below the middle to 25° above it.
HEIGHTS = RADIUS * np.sin(np.radians(np.linspace(-60, 25, 27)))


@pytest.mark.parametrize(
    ("upper", "lower", "low", "high"),
    [
        (2.0, -2.0, -2.0, 2.0),  # an eye that hides nothing
        (0.2, -2.0, -2.0, 0.08),  # 1.2 mm from the upper lid
        (2.0, -0.4, -0.3, 2.0),  # 1 mm from the lower one
        (0.2, -0.2, -0.12, 0.12),  # a fifth of the opening of a narrow eye
    ],
)
def test_flanks_count_between_the_lids(upper: float, lower: float, low: float, high: float) -> None:
    counted = (low < HEIGHTS) & (high > HEIGHTS)
    np.testing.assert_allclose(weights(upper, lower), np.where(counted, 0.5 / counted.sum(), 0.0))


@pytest.mark.parametrize(("places", "enough"), [(5, True), (3, False)])
def test_a_flank_counts_if_a_seventh_of_it_is_seen(places: int, enough: bool) -> None:
    upper = HEIGHTS[places - 1 : places + 1].mean() + 0.12
    assert weights(upper, -2.0).any() == enough


def test_the_patch_holds_all_that_flanks_reach_and_little_more() -> None:
    """From the circle that lies farthest off; more would cost time."""
    flanks = SEARCH.widest * SEARCH.normals.reshape(-1, 2)
    across, up = flanks.max(axis=0) + SEARCH.reach
    down = SEARCH.reach - flanks[:, 1].min()
    for held, reached in ((SEARCH.across, across), (SEARCH.up, up), (SEARCH.down, down)):
        assert 0.05 < held - reached < 0.25
