"""Brows in the pixels: dark bands drawn where they are known to be."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from asymmetry.core.arrays import Pixels
from asymmetry.core.schemes import MEDIAPIPE_478, Side
from asymmetry.extract.edges.brows import BrowSearch, refine_brows
from asymmetry.extract.face.plane import places
from asymmetry.extract.model.canonical import Canonical
from tests.painted import POSE, SHEET, plane_of

GROUPS = MEDIAPIPE_478.groups
SEARCH = BrowSearch()
#: A band from end to end of the brow: from, to (shares of its length), cm above the mesh's, light.
Band = tuple[float, float, float, int]


def both(*bands: Band) -> dict[Side, list[Band]]:
    return {"right": list(bands), "left": list(bands)}


def drawn(canonical: Canonical, bands: dict[Side, list[Band]], thick: float = 0.6) -> Pixels:
    """A sheet of skin with dark bands along the brows."""
    sheet, plane = np.full((*SHEET, 3), 150, np.uint8), plane_of(canonical)
    for side, some in bands.items():
        upper, lower = (
            plane[MEDIAPIPE_478.of(side, GROUPS[f"brow_{edge}"])] for edge in ("upper", "lower")
        )
        out = -1.0 if side == "right" else 1.0
        middle = (upper + lower) / 2 * (out, 1.0)
        x, y = middle[np.argsort(middle[:, 0])].T
        for start, end, up, light in some:
            along = x[0] + (x[-1] - x[0]) * np.linspace(start, end, 30)
            line = np.stack([out * along, np.interp(along, x, y) + up], axis=1)
            at = np.rint((places(POSE, canonical, line) - 0.5) * 16).astype(np.int32)
            cv2.polylines(sheet, [at], False, (light,) * 3, round(thick * POSE.scale), shift=4)
    return np.asarray(cv2.GaussianBlur(sheet, (0, 0), 2.0), dtype=np.uint8)


def found_above(canonical: Canonical, photo: Pixels, search: BrowSearch = SEARCH) -> float | None:
    """How far above the mesh's the right brow is put, cm; None where none is seen."""
    plane = plane_of(canonical)
    brows = refine_brows(photo, POSE, canonical, plane, search)
    numbers = MEDIAPIPE_478.right(GROUPS["brow"])
    moved = (brows.plane - plane)[numbers, 1]
    assert np.ptp(moved) < 1e-12
    return float(moved[0]) if brows.sure else None


@pytest.mark.parametrize("up", [-0.3, -0.2, 0.0, 0.1, 0.3])
def test_brows_go_part_of_the_way_to_the_band(canonical: Canonical, up: float) -> None:
    photo = drawn(canonical, {"right": [(0, 1, up, 60)], "left": [(0, 1, -up, 60)]})
    assert found_above(canonical, photo) == pytest.approx(0.4 * up, abs=0.02)


def test_nothing_moves_but_brows(canonical: Canonical) -> None:
    plane = plane_of(canonical)
    brows = refine_brows(drawn(canonical, both((0, 1, 0.2, 60))), POSE, canonical, plane, SEARCH)
    numbers = MEDIAPIPE_478.right(GROUPS["brow"]) + MEDIAPIPE_478.left(GROUPS["brow"])
    assert set(np.flatnonzero((brows.plane != plane).any(axis=1))) == set(numbers)


def test_where_one_side_shows_none_both_stay(canonical: Canonical) -> None:
    plane = plane_of(canonical)
    brows = refine_brows(
        drawn(canonical, {"right": [(0, 1, 0.2, 60)]}), POSE, canonical, plane, SEARCH
    )
    assert brows.sure == 0
    np.testing.assert_array_equal(brows.plane, plane)


def test_a_fainter_band_moves_brows_by_less(canonical: Canonical) -> None:
    """Sureness comes and goes gradually."""
    ups = [
        found_above(canonical, drawn(canonical, both((0, 1, 0.3, light))))
        for light in (60, 140, 142, 148)
    ]
    assert ups[0] == pytest.approx(0.12, abs=0.02)
    assert ups[0] > ups[1] > ups[2] > 0
    assert ups[3] is None


@pytest.mark.parametrize(("up", "seen"), [(0.3, True), (-0.3, True), (0.45, False), (-0.45, False)])
def test_a_band_is_looked_for_up_to_3_5_mm_away(
    canonical: Canonical, up: float, seen: bool
) -> None:
    assert (found_above(canonical, drawn(canonical, both((0, 1, up, 60)))) is not None) == seen


def test_what_is_beyond_the_ends_of_the_brow_does_not_count(canonical: Canonical) -> None:
    """Between the ends the brow, at either end something darker and higher."""
    photo = drawn(
        canonical, both((0.2, 0.8, 0.0, 110), (-0.3, 0.14, 0.3, 10), (0.86, 1.3, 0.3, 10))
    )
    assert found_above(canonical, photo) == pytest.approx(0.0, abs=0.03)
    # A point within them does.
    photo = drawn(canonical, both((0.0, 1.0, 0.0, 120), (0.21, 0.31, 0.3, 5), (0.69, 0.79, 0.3, 5)))
    assert found_above(canonical, photo) > 0.045


def test_a_band_counts_before_a_fine_crease_and_a_broad_shadow(canonical: Canonical) -> None:
    band = drawn(canonical, both((0, 1, 0.0, 110)))
    crease = np.minimum(band, drawn(canonical, both((0, 1, 0.3, 80)), 0.06))
    assert found_above(canonical, crease) == pytest.approx(0.0, abs=0.05)
    band = drawn(canonical, both((0, 1, -0.05, 100)), 0.4)
    shadow = np.minimum(band, drawn(canonical, both((0, 1, 0.3, 80)), 1.2))
    assert found_above(canonical, shadow) == pytest.approx(0.0, abs=0.03)


def test_what_lies_a_quarter_into_the_brow_counts(canonical: Canonical) -> None:
    brow = drawn(canonical, both((0, 1, 0.0, 125)), 0.5)
    darker = drawn(canonical, both((0.22, 0.26, 0.3, 5), (0.74, 0.78, 0.3, 5)), 0.2)
    assert found_above(canonical, np.minimum(brow, darker)) > 0.07


@pytest.mark.parametrize(("light", "share"), [(60, 0.0), (76, 1.0)])
def test_a_rival_takes_from_a_band_if_it_shows_nearly_as_well(
    canonical: Canonical, light: int, share: float
) -> None:
    faint, beside = (
        found_above(canonical, drawn(canonical, both((0, 1, -0.25, 60), (0, 1, 0.45, rival)), 0.4))
        for rival in (90, light)
    )
    assert (beside or 0.0) == pytest.approx(share * faint, abs=0.008)


@pytest.mark.parametrize(("away", "rival"), [(0.24, False), (0.36, True)])
def test_a_rival_is_at_least_3_mm_away(canonical: Canonical, away: float, rival: bool) -> None:
    """Shown by two lines that are nearly as dark as each other, to a search for lines as fine."""
    photo = drawn(canonical, both((0, 1, -0.2, 60), (0, 1, -0.2 + away, 62)), 0.06)
    found = found_above(canonical, photo, replace(SEARCH, sigma=0.06))
    assert (found > -0.04) == rival


def test_a_band_as_faint_as_skin_is_none(canonical: Canonical) -> None:
    for light, seen in ((137, True), (145, False)):
        found = found_above(canonical, drawn(canonical, both((0, 1, 0.0, light))))
        assert (found is not None) == seen, light


def test_brows_obey_the_mirror_law(canonical: Canonical) -> None:
    plane = plane_of(canonical)
    photo = drawn(canonical, {"right": [(0, 1, 0.2, 60)], "left": [(0, 1, -0.3, 90)]})
    there = refine_brows(photo, POSE, canonical, plane, SEARCH).plane
    back = refine_brows(np.ascontiguousarray(photo[:, ::-1]), POSE, canonical, plane, SEARCH).plane
    np.testing.assert_allclose(back[MEDIAPIPE_478.mirror] * (-1, 1), there, atol=1e-6)
