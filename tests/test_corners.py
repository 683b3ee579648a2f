"""Corners of the mouth in the pixels: dark lines drawn where they are known to be."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from asymmetry.core.arrays import Pixels
from asymmetry.core.schemes import MEDIAPIPE_478, Side
from asymmetry.extract.edges.corners import CornerSearch, refine_corners
from asymmetry.extract.face.plane import light_at, places
from asymmetry.extract.model.canonical import Canonical
from tests.painted import POSE, SHEET, plane_of

CORNERS = ("commissure", "inner_commissure")
SEARCH = CornerSearch()


def lips(canonical: Canonical, up: dict[Side, float], level: int = 110) -> Pixels:
    """A sheet of skin with a dark line through both corners of each side, so many cm above the mesh's."""
    return drawn_lines(canonical, [(side, shift, -0.6, 1.0, level) for side, shift in up.items()])


def drawn_lines(canonical: Canonical, lines: list[tuple[Side, float, float, float, int]]) -> Pixels:
    """Dark lines on skin: side, cm above the mesh's corner, from and to so far lateral of the inner point."""
    sheet, plane = np.full((*SHEET, 3), 150, np.uint8), plane_of(canonical)
    for side, shift, start, end, level in lines:
        outer, inner = plane[MEDIAPIPE_478.of(side, CORNERS)]
        out = -1.0 if side == "right" else 1.0
        away = np.linspace(start, end, 25)
        height = np.interp(away, [0.0, out * (outer - inner)[0]], [inner[1], outer[1]]) + shift
        line = np.stack([inner[0] + out * away, height], axis=1)
        at = np.rint((places(POSE, canonical, line) - 0.5) * 16).astype(np.int32)
        cv2.polylines(sheet, [at], False, (level, level - 30, level - 30), 5, cv2.LINE_AA, shift=4)
    return np.asarray(cv2.GaussianBlur(sheet, (0, 0), 1.5), dtype=np.uint8)


def found_above(canonical: Canonical, photo: Pixels, search: CornerSearch = SEARCH) -> float | None:
    """How far above the mesh's the right corner is found, cm; None where it is not."""
    plane = plane_of(canonical)
    corners = refine_corners(photo, POSE, canonical, plane, search)
    (number,) = MEDIAPIPE_478.right(("commissure",))
    return float((corners.plane - plane)[number, 1]) if corners.found["right"] else None


@pytest.mark.parametrize("up", [-0.15, -0.04, 0.0, 0.07, 0.15])
def test_corners_come_to_lie_on_the_line(canonical: Canonical, up: float) -> None:
    plane = plane_of(canonical)
    found = refine_corners(
        lips(canonical, {"right": up, "left": -up}), POSE, canonical, plane, SEARCH
    )
    assert found.found == {"right": True, "left": True}
    shifts: dict[Side, float] = {"right": up, "left": -up}
    for side, shift in shifts.items():
        moved = (found.plane - plane)[MEDIAPIPE_478.of(side, CORNERS), 1]
        assert moved == pytest.approx([shift] * 2, abs=0.006)


def test_nothing_moves_but_what_is_near_a_corner(canonical: Canonical) -> None:
    plane = plane_of(canonical)
    corners = refine_corners(lips(canonical, {"right": 0.1}), POSE, canonical, plane, SEARCH)
    assert corners.found == {"right": True, "left": False}
    found = corners.plane
    moved = np.flatnonzero((found != plane).any(axis=1))
    near = (
        *CORNERS,
        *(f"{lip}_lip_{edge}_1" for lip in ("upper", "lower") for edge in ("outer", "inner")),
    )
    assert set(moved) == set(MEDIAPIPE_478.right(near))
    # The red of the lips beside it goes half of its way.
    ways = (found - plane)[MEDIAPIPE_478.right(near), 1]
    np.testing.assert_allclose(ways / ways[0], [1, 1, 0.5, 0.5, 0.5, 0.5])
    np.testing.assert_array_equal(found[:, 0], plane[:, 0])


@pytest.mark.parametrize("photo", ["blank", "dark below"])
def test_without_a_line_the_corner_stays(canonical: Canonical, photo: str) -> None:
    plane = plane_of(canonical)
    sheet = np.full((*SHEET, 3), 150, np.uint8)
    if photo == "dark below":
        below = plane[MEDIAPIPE_478.right(("commissure",))[0]] - (0, 0.5)
        sheet[int(places(POSE, canonical, below)[1]) :] = 40
    corners = refine_corners(sheet, POSE, canonical, plane, SEARCH)
    assert corners.found == {"right": False, "left": False}
    np.testing.assert_array_equal(corners.plane, plane)


@pytest.mark.parametrize(
    ("up", "seen"), [(0.17, True), (-0.17, True), (0.26, False), (-0.26, False)]
)
def test_a_line_is_looked_for_up_to_2_mm_away(canonical: Canonical, up: float, seen: bool) -> None:
    assert (found_above(canonical, lips(canonical, {"right": up})) is not None) == seen


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        # A faint line medially, a dark one laterally: the dark one is seen if the search reaches it.
        (0.24, 0.12),
        # The dark one begins beyond the search: the faint one is seen.
        (0.46, 0.0),
    ],
)
def test_the_line_is_looked_for_around_the_corner_and_no_farther(
    canonical: Canonical, step: float, expected: float
) -> None:
    photo = drawn_lines(
        canonical, [("right", 0.0, -0.6, step - 0.04, 120), ("right", 0.12, step, 1.2, 50)]
    )
    assert found_above(canonical, photo) == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize(("end", "expected"), [(-0.05, 0.12), (-0.11, 0.0)])
def test_the_line_is_looked_for_from_1_mm_medial_of_the_corner_on(
    canonical: Canonical, end: float, expected: float
) -> None:
    """A black line above a faint one ends short of the corner: what of it is seen is the darker one."""
    photo = drawn_lines(canonical, [("right", 0.0, -0.6, 1.0, 135), ("right", 0.12, -0.6, end, 30)])
    assert found_above(canonical, photo) == pytest.approx(expected, abs=0.02)


def test_a_line_as_faint_as_noise_is_none(canonical: Canonical) -> None:
    sheet = np.full((*SHEET, 3), 150, np.uint8)
    for level, seen in ((144, True), (146, False)):
        photo = lips(canonical, {"right": 0.0}, level)
        photo[..., 1:] = photo[..., :1]
        assert (found_above(canonical, photo) is not None) == seen, level
    assert found_above(canonical, sheet) is None


def test_corners_obey_the_mirror_law(canonical: Canonical) -> None:
    plane = plane_of(canonical)
    photo = lips(canonical, {"right": 0.08, "left": -0.05})
    there = refine_corners(photo, POSE, canonical, plane, SEARCH).plane
    back = refine_corners(
        np.ascontiguousarray(photo[:, ::-1]), POSE, canonical, plane, SEARCH
    ).plane
    np.testing.assert_allclose(back[MEDIAPIPE_478.mirror] * (-1, 1), there, atol=1e-6)


def test_in_the_dark_a_grey_level_counts_as_a_ninth() -> None:
    """Light is told by its logarithm, 8 grey levels added, so that noise in the dark counts little."""
    photo = np.repeat(np.array([[0, 1, 100, 200]], np.uint8)[..., None], 3, axis=2)
    at = np.stack([np.arange(4) + 0.5, np.full(4, 0.5)], axis=-1)[None].astype(np.float32)
    light = light_at(photo, at)[0]
    np.testing.assert_allclose(np.diff(light), np.log([9 / 8, 108 / 9, 208 / 108]), atol=1e-5)
