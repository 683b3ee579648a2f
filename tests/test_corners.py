"""Corners of the mouth in the pixels: dark lines drawn where they are known to be."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from asymmetry.core.schemes import MEDIAPIPE_478, Side
from asymmetry.extract.canonical import Canonical, load_canonical
from asymmetry.extract.corners import refine_corners
from asymmetry.extract.plane import places
from asymmetry.extract.pose import Pose

Array = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]
SHEET = (1600, 1200)  # rows, columns
POSE = Pose(np.eye(3), np.array([600.0, 800.0]), 60.0, 0.0)
CORNERS = ("commissure", "inner_commissure")


@pytest.fixture(scope="module")
def canonical() -> Canonical:
    return load_canonical()


def plane_of(canonical: Canonical) -> Array:
    plane = np.zeros((MEDIAPIPE_478.size, 2))
    plane[: len(canonical.vertices)] = canonical.vertices[:, :2]
    return plane


def lips(canonical: Canonical, up: dict[Side, float], level: int = 110) -> Pixels:
    """A sheet of skin with a dark line through both corners of each side, so many cm above the mesh's."""
    sheet, plane = np.full((*SHEET, 3), 150, np.uint8), plane_of(canonical)
    for side, shift in up.items():
        outer, inner = plane[MEDIAPIPE_478.of(side, CORNERS)]
        out = -1.0 if side == "right" else 1.0
        beyond, above = np.array([0.6 * out, 0.0]), np.array([0.0, shift])
        line = np.stack([inner - beyond, inner, outer, outer + beyond]) + above
        at = np.rint((places(POSE, canonical, line) - 0.5) * 16).astype(np.int32)
        cv2.polylines(sheet, [at], False, (level, level - 30, level - 30), 5, cv2.LINE_AA, shift=4)
    return np.asarray(cv2.GaussianBlur(sheet, (0, 0), 1.5), dtype=np.uint8)


@pytest.mark.parametrize("up", [-0.15, -0.04, 0.0, 0.07, 0.15])
def test_corners_come_to_lie_on_the_line(canonical: Canonical, up: float) -> None:
    plane = plane_of(canonical)
    found = refine_corners(lips(canonical, {"right": up, "left": -up}), POSE, canonical, plane)
    assert found.found == {"right": True, "left": True}
    shifts: dict[Side, float] = {"right": up, "left": -up}
    for side, shift in shifts.items():
        moved = (found.plane - plane)[MEDIAPIPE_478.of(side, CORNERS), 1]
        # What is expected holds it back a little.
        assert moved == pytest.approx([shift] * 2, abs=0.012)


def test_nothing_moves_but_what_is_near_a_corner(canonical: Canonical) -> None:
    plane = plane_of(canonical)
    corners = refine_corners(lips(canonical, {"right": 0.1}), POSE, canonical, plane)
    assert corners.found == {"right": True, "left": False}
    found = corners.plane
    moved = np.flatnonzero((found != plane).any(axis=1))
    near = (*CORNERS, *(f"{lip}_lip_{edge}_1" for lip in ("upper", "lower") for edge in ("outer", "inner")))
    assert set(moved) == set(MEDIAPIPE_478.right(near))
    np.testing.assert_array_equal(found[:, 0], plane[:, 0])


@pytest.mark.parametrize("photo", ["blank", "dark below"])
def test_without_a_line_the_corner_stays(canonical: Canonical, photo: str) -> None:
    plane = plane_of(canonical)
    sheet = np.full((*SHEET, 3), 150, np.uint8)
    if photo == "dark below":
        below = plane[MEDIAPIPE_478.right(("commissure",))[0]] - (0, 0.5)
        sheet[int(places(POSE, canonical, below)[1]) :] = 40
    corners = refine_corners(sheet, POSE, canonical, plane)
    assert corners.found == {"right": False, "left": False}
    np.testing.assert_array_equal(corners.plane, plane)


def test_corners_obey_the_mirror_law(canonical: Canonical) -> None:
    plane = plane_of(canonical)
    photo = lips(canonical, {"right": 0.08, "left": -0.05})
    there = refine_corners(photo, POSE, canonical, plane).plane
    back = refine_corners(np.ascontiguousarray(photo[:, ::-1]), POSE, canonical, plane).plane
    np.testing.assert_allclose(back[MEDIAPIPE_478.mirror] * (-1, 1), there, atol=1e-6)
