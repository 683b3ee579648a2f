"""Brows, canthi and corners of the mouth: drawn where they are known to be, and in maps made by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from asymmetry.errors import ModelError
from asymmetry.extract.edges.marks import (
    BESIDE_CORNER,
    BROW_PICTURE,
    MOUTH_PICTURE,
    OVER_CANTHI,
    MarkNetwork,
    Marks,
    MarkSettings,
    Read,
    picture_middles,
    refine_marks,
)
from asymmetry.extract.face.plane import places
from asymmetry.extract.face.pose import Pose
from asymmetry.extract.model.canonical import Canonical
from asymmetry.photos.halvings import Halvings
from tests.painted import POSE, SHEET, plane_of

SKIN, HAIR, LIPS, LINE = (205, 165, 145), (80, 60, 50), (180, 110, 105), (90, 50, 50)
WHITE, IRIS, LASHES = (225, 220, 218), (90, 70, 55), (70, 45, 40)
GROUPS = MEDIAPIPE_478.groups
MIDDLE = ("brow_upper_3", "brow_lower_3")
#: All that the network reads, as far as it reads it.
WHOLLY = MarkSettings(canthus_share=1.0, corner_share=1.0, brow_share=1.0)


@pytest.fixture(scope="module")
def network() -> MarkNetwork:
    return MarkNetwork()


def face(canonical: Canonical, brows: dict[Side, float], corners: dict[Side, float]) -> Pixels:
    """A drawn face whose brows and corners lie so many cm above the mesh's."""
    plane = plane_of(canonical)
    sheet = np.full((*SHEET, 3), SKIN, np.uint8)

    def px(points: FloatArray) -> npt.NDArray[np.int32]:
        return np.rint((places(POSE, canonical, points) - 0.5) * 16).astype(np.int32)

    def fill(points: FloatArray, colour: tuple[int, int, int]) -> None:
        cv2.fillPoly(sheet, [px(points)], colour, cv2.LINE_AA, 4)

    for side in SIDES:
        upper, lower = (
            plane[MEDIAPIPE_478.of(side, GROUPS[f"brow_{edge}"])] for edge in ("upper", "lower")
        )
        fill(np.vstack([upper, lower[::-1]]) + np.array([0, brows.get(side, 0.0)]), HAIR)
        outer, inner = plane[MEDIAPIPE_478.of(side, GROUPS["canthi"])]
        along = np.linspace(0, 1, 21)[:, None]
        lids = [
            outer + along * (inner - outer) + np.sin(np.pi * along) * [0, up] for up in (0.5, -0.35)
        ]
        fill(np.concatenate([lids[0], lids[1][::-1]]), WHITE)
        turn = np.linspace(0, 2 * np.pi, 40)[:, None]
        fill((outer + inner) / 2 + 0.45 * np.hstack([np.cos(turn), np.sin(turn)]), IRIS)
        cv2.polylines(sheet, [px(lids[0])], False, LASHES, 4, cv2.LINE_AA, 4)
        raised = np.array([0, corners.get(side, 0.0)])
        corner = plane[MEDIAPIPE_478.of(side, ("commissure",))] + raised
        line, edges = [], []
        for group in ("upper_lip_outer", "lower_lip_outer"):
            share = np.linspace(0.75, 0.0, 4)[:, None]
            edges.append(plane[MEDIAPIPE_478.of(side, GROUPS[group])] + share * raised)
        middle = plane[[MEDIAPIPE_478.midline["upper_lip"], MEDIAPIPE_478.midline["lower_lip"]]]
        fill(np.concatenate([corner, edges[0], middle, edges[1][::-1]]), LIPS)
        line = np.concatenate([corner, (edges[0] + edges[1]) / 2, middle.mean(axis=0)[None]])
        cv2.polylines(sheet, [px(line)], False, LINE, 5, cv2.LINE_AA, 4)
    return np.asarray(cv2.GaussianBlur(sheet, (0, 0), 2), dtype=np.uint8)


def height(marks: Marks, side: Side, names: tuple[str, ...]) -> float:
    return float(marks.plane[MEDIAPIPE_478.of(side, names), 1].mean())


@pytest.mark.parametrize("up", [-0.4, -0.2, 0.3])
def test_a_brow_is_read_where_it_is_drawn(
    canonical: Canonical, network: MarkNetwork, up: float
) -> None:
    plane = plane_of(canonical)
    there, moved = (
        refine_marks(Halvings(face(canonical, brows, {})), POSE, canonical, plane, network, WHOLLY)
        for brows in ({}, {"right": up})
    )
    assert height(moved, "right", MIDDLE) - height(there, "right", MIDDLE) == pytest.approx(
        up, abs=0.08
    )
    assert height(moved, "left", MIDDLE) == pytest.approx(height(there, "left", MIDDLE), abs=0.02)
    brow = MEDIAPIPE_478.of("right", GROUPS["brow"])
    np.testing.assert_allclose((moved.plane - moved.raised)[brow], plane[brow], atol=1e-12)


@pytest.mark.parametrize("up", [-0.4, -0.15, 0.2])
def test_a_corner_is_read_where_it_is_drawn(
    canonical: Canonical, network: MarkNetwork, up: float
) -> None:
    plane, names = plane_of(canonical), ("commissure",)
    there, moved = (
        refine_marks(
            Halvings(face(canonical, {}, corners)), POSE, canonical, plane, network, WHOLLY
        )
        for corners in ({}, {"right": up})
    )
    assert there.corners == {"right": True, "left": True}
    assert height(moved, "right", names) - height(there, "right", names) == pytest.approx(
        up, abs=0.08
    )
    assert height(moved, "left", names) == pytest.approx(height(there, "left", names), abs=0.02)


def test_canthi_go_to_where_they_are_drawn(canonical: Canonical, network: MarkNetwork) -> None:
    plane = plane_of(canonical)
    photo, off = Halvings(face(canonical, {}, {})), plane.copy()
    canthi = MEDIAPIPE_478.of("right", GROUPS["canthi"])
    off[canthi] += np.array([[0.0, 0.15], [0.0, -0.1]])
    there, mended = (
        refine_marks(photo, POSE, canonical, at, network, WHOLLY) for at in (plane, off)
    )
    np.testing.assert_allclose(mended.plane[canthi], there.plane[canthi], atol=0.05)


def test_marks_obey_the_mirror_law(canonical: Canonical, network: MarkNetwork) -> None:
    plane = plane_of(canonical)
    photo = face(canonical, {"right": 0.2}, {"left": -0.2})
    there = refine_marks(Halvings(photo), POSE, canonical, plane, network).plane
    mirrored = np.ascontiguousarray(photo[:, ::-1])
    back = refine_marks(Halvings(mirrored), POSE, canonical, plane, network).plane
    np.testing.assert_allclose(back[MEDIAPIPE_478.mirror] * (-1, 1), there, atol=1e-5)


def test_where_nothing_shows_the_mesh_stays(canonical: Canonical, network: MarkNetwork) -> None:
    plane = plane_of(canonical)
    sheet = np.full((*SHEET, 3), 128, np.uint8)
    marks = refine_marks(Halvings(sheet), POSE, canonical, plane, network)
    assert marks.corners == {"right": False, "left": False}
    np.testing.assert_allclose(marks.plane, plane, atol=1e-12)


class Fixed:
    """A network that reads the same on both sides: so far over the mesh, with so wide distributions."""

    def __init__(
        self, plane: FloatArray, brow: float, up: float, widths: tuple[float, ...] = (0.05,) * 3
    ) -> None:
        edges = [
            plane[MEDIAPIPE_478.right(GROUPS[f"brow_{edge}"][1:-1])] for edge in ("upper", "lower")
        ]
        canthi = plane[MEDIAPIPE_478.right(GROUPS["canthi"])] * (-1, 1)
        middle = canthi.mean(axis=0) + OVER_CANTHI
        heights = [
            np.interp(BROW_PICTURE.columns, *(edge[::order] * (-1, 1) - middle).T) + brow
            for edge, order in ((each, -1) for each in edges)
        ]
        points = np.vstack([canthi - middle, -BESIDE_CORNER]) + np.array([0.0, up])
        spread = np.array(widths)
        wide = np.broadcast_to(spread[[1, 1, 2], None], (3, 2))
        read = Read(
            np.array(heights), np.full((2, len(BROW_PICTURE.columns)), spread[0]), points, wide
        )
        self.reads = [read] * 2

    def read(self, brows: Pixels, mouths: Pixels) -> list[Read]:
        assert brows.shape == (2, BROW_PICTURE.height, BROW_PICTURE.width, 3)
        assert mouths.shape == (2, MOUTH_PICTURE.height, MOUTH_PICTURE.width, 3)
        return self.reads


def moves(canonical: Canonical, fixed: Fixed, pose: Pose = POSE, **settings: float) -> FloatArray:
    """How far every point is moved, cm."""
    plane = plane_of(canonical)
    sheet = Halvings(np.full((*SHEET, 3), 128, np.uint8))
    chosen = replace(MarkSettings(), **settings)
    return refine_marks(sheet, pose, canonical, plane, fixed, chosen).plane - plane  # type: ignore[arg-type]


def test_points_go_their_share(canonical: Canonical) -> None:
    moved = moves(canonical, Fixed(plane_of(canonical), 0.04, 0.2))
    settings = MarkSettings()
    corners = dict.fromkeys(("commissure", "inner_commissure"), 0.6)
    lips = {f"{lip}_lip_{edge}_1": 0.3 for lip in ("upper", "lower") for edge in ("outer", "inner")}
    names = corners | lips | dict.fromkeys(("outer_canthus", "inner_canthus"), 0.3)
    for name, share in names.items():
        for side in SIDES:
            (number,) = MEDIAPIPE_478.of(side, (name,))
            np.testing.assert_allclose(moved[number], (0, share * 0.2), atol=1e-9)
    way = settings.brow_share * (0.04 + settings.lower)
    for side in SIDES:
        brow = MEDIAPIPE_478.of(side, GROUPS["brow"])
        np.testing.assert_allclose(moved[brow], np.broadcast_to((0, way), (10, 2)), atol=0.01)


@pytest.mark.parametrize(("off", "unsure"), [(0.29, 0.05), (0.31, 0.31), (0.8, 0.8)])
def test_a_corner_far_off_is_unsure_without_a_line_between_the_lips(
    canonical: Canonical, off: float, unsure: float
) -> None:
    plane = plane_of(canonical)
    sheet = Halvings(np.full((*SHEET, 3), 128, np.uint8))
    fixed: Any = Fixed(plane, 0.0, off)
    lines: dict[Side, bool] = {"right": True, "left": False}
    seen = refine_marks(sheet, POSE, canonical, plane, fixed, lines=lines).widths["mouth"]
    assert seen == pytest.approx({"right": 0.05, "left": unsure})


@pytest.mark.parametrize(("along", "up", "width"), [(0.3, 0.1, 0.2), (0.3, 0.25, 0.25)])
def test_a_corner_is_half_as_wide_again_along_the_lips(
    canonical: Canonical, along: float, up: float, width: float
) -> None:
    plane = plane_of(canonical)
    fixed: Any = Fixed(plane, 0.0, 0.0)
    wide = np.array([[0.05, 0.05], [0.05, 0.05], [along, up]])
    fixed.reads = [replace(read, widths=wide) for read in fixed.reads]
    sheet = Halvings(np.full((*SHEET, 3), 128, np.uint8))
    seen = refine_marks(sheet, POSE, canonical, plane, fixed).widths["mouth"]
    assert seen == pytest.approx({"right": width, "left": width})


def test_nothing_else_moves(canonical: Canonical) -> None:
    shifts = moves(canonical, Fixed(plane_of(canonical), 0.3, 0.2))
    moved = set(np.flatnonzero((np.abs(shifts) > 1e-9).any(axis=1)))
    lips = (f"{lip}_lip_{edge}_1" for lip in ("upper", "lower") for edge in ("outer", "inner"))
    names = (*GROUPS["brow"], *GROUPS["canthi"], "commissure", "inner_commissure", *lips)
    assert moved == {*MEDIAPIPE_478.right(names), *MEDIAPIPE_478.left(names)}


def _brow(moved: FloatArray) -> float:
    return float(moved[MEDIAPIPE_478.right(MIDDLE), 1].mean())


@pytest.mark.parametrize(("away", "share"), [(-0.06, 0.0), (0.05, 0.1), (0.44, 0.55), (-0.86, 1.0)])
def test_a_brow_that_lies_far_off_goes_all_its_way(
    canonical: Canonical, away: float, share: float
) -> None:
    moved = _brow(moves(canonical, Fixed(plane_of(canonical), away, 0.0)))
    assert moved == pytest.approx(share * (away + MarkSettings().lower), abs=0.02)


@pytest.mark.parametrize(
    ("yaw", "share"), [(0, 1.0), (9, 1.0), (12.5, 0.5), (-12.5, 0.5), (20, 0.0)]
)
def test_brows_of_turned_heads_are_the_meshs(
    canonical: Canonical, yaw: float, share: float
) -> None:
    turn = np.radians(yaw)
    rotation = np.array(
        [[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]]
    )
    fixed = Fixed(plane_of(canonical), -0.5, 0.0)
    turned = _brow(moves(canonical, fixed, replace(POSE, rotation=rotation)))
    assert turned == pytest.approx(share * _brow(moves(canonical, fixed)), abs=1e-6)


def test_a_brow_beyond_the_picture_stays(canonical: Canonical) -> None:
    fixed = Fixed(plane_of(canonical), -0.5, 0.0)
    assert _brow(moves(canonical, fixed, inside=-2.0, outside=-1.5)) == 0
    assert _brow(moves(canonical, fixed)) != 0


@pytest.mark.parametrize(("part", "share"), [(0.4, 1.0), (0.75, 0.5), (1.0, 0.0)])
def test_what_is_less_clear_is_taken_in_part(
    canonical: Canonical, part: float, share: float
) -> None:
    plane = plane_of(canonical)
    clear, unclear = (
        moves(canonical, Fixed(plane, -0.4, 0.2, widths))
        for widths in ((0.05,) * 3, (0.6 * part, 0.4 * part, 0.4 * part))
    )
    np.testing.assert_allclose(unclear, share * clear, atol=1e-9)


def level_brows(canonical: Canonical, over: float = 0.3) -> FloatArray:
    """A mesh whose brows lie level, both edges so many cm over the middle of the picture."""
    plane = plane_of(canonical)
    for side in SIDES:
        canthi = plane[MEDIAPIPE_478.of(side, GROUPS["canthi"]), 1].mean()
        plane[MEDIAPIPE_478.of(side, GROUPS["brow"]), 1] = canthi + 1.2 + over
    return plane


def brow_moves(canonical: Canonical, plane: FloatArray, fixed: Fixed, **settings: float) -> float:
    """How far the right brow is moved up, cm."""
    sheet = Halvings(np.full((*SHEET, 3), 128, np.uint8))
    chosen = replace(MarkSettings(), **settings)
    raised = refine_marks(sheet, POSE, canonical, plane, fixed, chosen).raised  # type: ignore[arg-type]
    return float(raised[MEDIAPIPE_478.right(("brow_upper_3",))[0], 1])


@pytest.mark.parametrize(
    ("away", "way"),
    # Hands draw brows 0.06 cm lower than the mesh. Up to 0.3 cm a tenth of the way, from 0.7 cm on all of it.
    [(0.04, 0.01), (-0.36, -0.03), (0.44, 0.55 * 0.5), (0.66, 0.72), (-0.86, -0.8)],
)
def test_a_brow_goes_a_growing_share_of_its_way(
    canonical: Canonical, away: float, way: float
) -> None:
    plane = level_brows(canonical)
    assert brow_moves(canonical, plane, Fixed(plane, away, 0.0)) == pytest.approx(way, abs=1e-6)


@pytest.mark.parametrize(("over", "share"), [(1.55, 1.0), (1.8, 0.5), (2.05, 0.0)])
def test_a_brow_at_the_pictures_edge_is_the_meshs(
    canonical: Canonical, over: float, share: float
) -> None:
    plane = level_brows(canonical, over)
    moved = brow_moves(canonical, plane, Fixed(plane, -0.86, 0.0))
    assert moved == pytest.approx(share * -0.8, abs=1e-6)


def test_columns_of_a_brow_are_averaged_over_2_mm(canonical: Canonical) -> None:
    """Over a parabola a mean lies higher than the brow by its variance."""
    plane = level_brows(canonical)
    fixed = Fixed(plane, 0.0, 0.0)
    for side in SIDES:
        canthi = plane[MEDIAPIPE_478.of(side, GROUPS["canthi"])].mean(axis=0)
        brow = MEDIAPIPE_478.of(side, GROUPS["brow"])
        out = np.abs(plane[brow, 0]) - abs(canthi[0]) - 0.6
        plane[brow, 1] = canthi[1] + 1.2 + out**2
    fixed.reads[0].edges[:] = BROW_PICTURE.columns**2
    assert brow_moves(canonical, plane, fixed, brow_share=1.0, lower=0.0) == pytest.approx(
        0.04, rel=0.1
    )


def test_how_clear_a_brow_is_is_told_within_1_cm(canonical: Canonical) -> None:
    plane = level_brows(canonical)
    columns = np.abs(BROW_PICTURE.columns)
    for blurred, share in ((columns > 1.01, 1.0), (columns > 0.8, 0.0)):
        fixed = Fixed(plane, -0.86, 0.0)
        fixed.reads[0].edge_widths[:, blurred] = 9.0
        assert brow_moves(canonical, plane, fixed) == pytest.approx(share * -0.8, abs=1e-6)


def test_pictures_are_as_the_network_learnt_them(canonical: Canonical) -> None:
    """Brows: 5.6 by 4.8 cm, 6 mm out of the canthi and 12 mm up; mouths: 3.92 by 3.36 cm, 3 mm in."""
    for picture, first in ((BROW_PICTURE, (2.775, 2.375)), (MOUTH_PICTURE, (1.9425, 1.6625))):
        assert picture.grid().shape == (96, 112, 2)
        np.testing.assert_allclose(picture.grid()[0, 0], first)
    half = plane_of(canonical)
    canthi = half[MEDIAPIPE_478.left(GROUPS["canthi"])].mean(axis=0)
    (mouth,) = half[MEDIAPIPE_478.left(("commissure",))]
    brow, corner = picture_middles(half, "left")
    np.testing.assert_allclose(brow - canthi, (0.6, 1.2))
    np.testing.assert_allclose(corner - mouth, (-0.3, 0.0), atol=1e-12)


def test_a_damaged_network_is_refused() -> None:
    with pytest.raises(ModelError, match=r"marks\.tflite"):
        MarkNetwork(b"no network")
