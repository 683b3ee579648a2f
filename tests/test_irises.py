"""Irises in the pixels: circles drawn where they are known to be."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from asymmetry.core.schemes import MEDIAPIPE_478, SIDES
from asymmetry.extract.edges.irises import IrisSearch, refine_irises
from asymmetry.extract.face.plane import surface
from asymmetry.extract.face.pose import Pose
from asymmetry.extract.model.canonical import Canonical, load_canonical

Array = npt.NDArray[np.float64]
SHEET = (1600, 1200)  # rows, columns
POSE = Pose(np.eye(3), np.array([600.0, 800.0]), 60.0, 0.0)
RADIUS = 0.6
#: The mesh draws an iris this much too wide.
IRIS_OVERREAD = 1.05
SEARCH = IrisSearch()
#: Where the eyes look from, cm: the patient's right and left.
CENTRES = {"right": np.array([-3.15, 2.7]), "left": np.array([3.15, 2.7])}


@pytest.fixture(scope="module")
def canonical() -> Canonical:
    return load_canonical()


def plane_of(
    canonical: Canonical, *, mesh_off: tuple[float, float] = (0.0, 0.0), opening: float = 1.0
) -> Array:
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


def drawn_eyes(canonical: Canonical, sides: tuple[str, ...] = SIDES) -> npt.NDArray[np.uint8]:
    """A white sheet with dark discs where the irises are."""
    sheet = np.full((*SHEET, 3), 225, np.uint8)
    for side in sides:
        point = surface(canonical, CENTRES[side])
        at, radius = POSE.project(point)[:2] - 0.5, RADIUS * float(POSE.scale_at(point))
        centre = tuple(int(v) for v in np.rint(at * 16))
        cv2.circle(sheet, centre, round(radius * 16), (60, 45, 40), cv2.FILLED, cv2.LINE_AA, shift=4)
    return np.asarray(cv2.GaussianBlur(sheet, (0, 0), 1.5), dtype=np.uint8)


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
        drawn_eyes(canonical), POSE, canonical, plane_of(canonical, mesh_off=off, opening=opening), SEARCH
    )
    assert found.found == {"right": True, "left": True}
    for side in SIDES:
        centre, medial, lateral = found.plane[
            MEDIAPIPE_478.of(side, ("iris_centre", "iris_medial", "iris_lateral"))
        ]
        # Lids 9 mm apart show a part of each flank: the height is a little less sure.
        np.testing.assert_allclose(centre, CENTRES[side], atol=0.01 if opening > 1 else 0.02)
        assert abs(lateral[0] - medial[0]) / 2 == pytest.approx(RADIUS, abs=0.01)


def test_where_no_iris_shows_it_is_the_mesh_less_its_mean_error(canonical: Canonical) -> None:
    plane = plane_of(canonical)
    found = refine_irises(np.full((*SHEET, 3), 225, np.uint8), POSE, canonical, plane, SEARCH)
    assert found.found == {"right": False, "left": False}
    centre, lateral = found.plane[MEDIAPIPE_478.of("left", ("iris_centre", "iris_lateral"))]
    assert centre[1] == pytest.approx(CENTRES["left"][1] + 0.045, abs=1e-3)
    assert lateral[0] - centre[0] == pytest.approx(RADIUS, abs=0.01)


def test_one_eye_gives_both_their_width(canonical: Canonical) -> None:
    found = refine_irises(drawn_eyes(canonical, ("right",)), POSE, canonical, plane_of(canonical), SEARCH)
    assert found.found == {"right": True, "left": False}
    for side in SIDES:
        medial, lateral = found.plane[MEDIAPIPE_478.of(side, ("iris_medial", "iris_lateral")), 0]
        assert abs(lateral - medial) / 2 == pytest.approx(RADIUS, abs=0.01)


def test_lids_that_hide_the_flanks_leave_no_iris(canonical: Canonical) -> None:
    found = refine_irises(drawn_eyes(canonical), POSE, canonical, plane_of(canonical, opening=0.25), SEARCH)
    assert found.found == {"right": False, "left": False}
