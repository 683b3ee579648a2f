"""Points that the mesh drags along: laws of putting back, a drag of known size undone, the table's shape."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from asymmetry.core.arrays import FloatArray
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from asymmetry.extract.halves.response import (
    PARTS,
    TABLE,
    Response,
    leads,
    load_response,
    put_back,
    whole_brows,
)
from asymmetry.extract.model.canonical import canonical_mesh
from asymmetry.extract.settings import Settings
from tests.painted import symmetric_plane

GROUPS = MEDIAPIPE_478.groups
BROW, IRIS = GROUPS["brow"], GROUPS["iris"]
BOTH: dict[Side, bool] = {"right": True, "left": True}
ONE: dict[Side, bool] = {"right": False, "left": True}
NONE: dict[Side, bool] = {"right": False, "left": False}
#: Shares that are easy to reckon with.
TABLE_OF_TESTS = Response(
    {
        "brow_lateral": {"upper_lid": 0.1, "lower_lid": 0.1},
        "inner_canthus": {"upper_lid": 0.1, "lower_lid": 0.3},
        "iris": {"upper_lid": 0.2, "lower_lid": 0.3},
    },
    brows_shown=0.8,
)


@pytest.fixture
def plane() -> FloatArray:
    return symmetric_plane()


def raised(plane: FloatArray, side: Side, names: tuple[str, ...], up: float) -> FloatArray:
    plane = plane.copy()
    plane[MEDIAPIPE_478.of(side, names), 1] += up
    return plane


def turned(plane: FloatArray, degrees: float) -> FloatArray:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return plane @ np.array([[c, s], [-s, c]])


def put(plane: FloatArray, seen: dict[Side, bool], table: Response = TABLE_OF_TESTS) -> FloatArray:
    return put_back(plane, table, seen, canonical_mesh())


def up(plane: FloatArray, name: str) -> tuple[float, float]:
    right, left = MEDIAPIPE_478.pairs[name]
    return float(plane[right, 1]), float(plane[left, 1])


@pytest.mark.parametrize("table", [TABLE_OF_TESTS, load_response()])
@pytest.mark.parametrize("seen", [BOTH, NONE])
def test_a_symmetric_face_stays_as_it_is(
    plane: FloatArray, table: Response, seen: dict[Side, bool]
) -> None:
    np.testing.assert_allclose(put(plane, seen, table), plane, atol=1e-9)


@pytest.mark.parametrize("table", [TABLE_OF_TESTS, load_response()])
@pytest.mark.parametrize("seen", [BOTH, ONE, NONE])
def test_putting_back_obeys_the_mirror_law(
    plane: FloatArray, table: Response, seen: dict[Side, bool]
) -> None:
    dragged = raised(raised(plane, "right", GROUPS["upper_lid"], -0.4), "left", BROW, 0.2)
    mirrored = dragged[MEDIAPIPE_478.mirror] * (-1, 1)
    other: dict[Side, bool] = {"right": seen["left"], "left": seen["right"]}
    back = put(mirrored, other, table)[MEDIAPIPE_478.mirror] * (-1, 1)
    np.testing.assert_allclose(back, put(dragged, seen, table), atol=1e-12)


@pytest.mark.parametrize(("lid", "share"), [("upper_lid", 0.1), ("lower_lid", 0.3)])
def test_a_canthus_that_followed_a_lid_is_put_back(
    plane: FloatArray, lid: str, share: float
) -> None:
    """The lid 4 mm down, the canthus dragged along by its share: afterwards both canthi are level."""
    dragged = raised(plane, "right", GROUPS[lid], -0.4)
    dragged = raised(dragged, "right", ("inner_canthus",), -0.4 * share)
    right, left = up(put(dragged, BOTH), "inner_canthus")
    assert right == pytest.approx(left, abs=1e-9)
    # Half of it comes from each side.
    assert left == pytest.approx(up(plane, "inner_canthus")[1] - 0.2 * share, abs=1e-9)


def test_a_lead_that_may_be_the_faces_own_counts_less() -> None:
    response = replace(TABLE_OF_TESTS, natural=0.15)
    assert response.moved(0.15) == pytest.approx(0.075)
    assert response.moved(-0.15) == pytest.approx(-0.075)
    assert response.moved(0.6) == pytest.approx(0.6, rel=0.06)
    assert response.moved(0.0) == 0.0
    assert load_response().natural == pytest.approx(0.15, rel=0.3)


def test_parts_without_a_share_stay(plane: FloatArray) -> None:
    dragged = raised(plane, "right", GROUPS["upper_lid"], -0.4)
    moved = np.flatnonzero((put(dragged, BOTH) != dragged).any(axis=1))
    followed = {n for part in ("brow_lateral", "inner_canthus") for n in PARTS[part]}
    both = MEDIAPIPE_478.right(tuple(followed)) + MEDIAPIPE_478.left(tuple(followed))
    assert set(moved) == set(both)
    np.testing.assert_array_equal(put(dragged, BOTH)[:, 0], dragged[:, 0])


def test_an_iris_that_a_lid_hides_is_put_back_and_the_other_stays(plane: FloatArray) -> None:
    dragged = raised(raised(plane, "right", GROUPS["upper_lid"], -0.4), "right", IRIS, -0.08)
    back = put(dragged, ONE)
    assert up(back, "iris_centre") == pytest.approx(up(plane, "iris_centre"), abs=1e-9)


def test_an_iris_that_was_seen_stays(plane: FloatArray) -> None:
    dragged = raised(raised(plane, "right", GROUPS["upper_lid"], -0.4), "right", IRIS, -0.08)
    assert up(put(dragged, BOTH), "iris_centre") == up(dragged, "iris_centre")


def test_irises_that_both_lids_hide_are_put_back(plane: FloatArray) -> None:
    """Both lids 4 mm below the canonical face's, both irises dragged along by a fifth of it."""
    dragged = plane
    for side in SIDES:
        dragged = raised(raised(dragged, side, GROUPS["upper_lid"], -0.4), side, IRIS, -0.08)
    assert up(put(dragged, NONE), "iris_centre") == pytest.approx(
        up(plane, "iris_centre"), abs=1e-9
    )


def test_leads_count_from_the_line_of_the_canthi(plane: FloatArray) -> None:
    """A turned head leads nowhere; a lid that is 3 mm up does so by 3 mm, turned or not."""
    assert max(map(abs, leads(turned(plane, 5.0)).values())) < 1e-9
    lifted = turned(raised(plane, "left", GROUPS["upper_lid"], 0.3), 5.0)
    assert leads(lifted)["upper_lid"] == pytest.approx(-0.3 / np.cos(np.radians(5.0)), abs=2e-3)
    assert leads(lifted)["lower_lid"] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(
    ("part", "stations"), [("brow_lateral", (1, 2)), ("brow_arch", (3, 4)), ("brow_medial", (5,))]
)
def test_each_third_of_a_brow_leads_by_itself(
    plane: FloatArray, part: str, stations: tuple[int, ...]
) -> None:
    names = tuple(f"brow_{edge}_{station}" for edge in ("upper", "lower") for station in stations)
    found = leads(raised(plane, "right", names, 0.3))
    assert found[part] == pytest.approx(0.3)
    assert {name for name, lead in found.items() if abs(lead) > 1e-9} == {part}


def test_a_table_that_says_nothing_changes_nothing(plane: FloatArray) -> None:
    vertices = canonical_mesh()
    uneven = raised(raised(plane, "right", BROW, 0.3), "left", GROUPS["upper_lid"], 0.2)
    uneven[MEDIAPIPE_478.right(BROW) + MEDIAPIPE_478.left(BROW), 1] += 0.25
    np.testing.assert_allclose(whole_brows(uneven, Response(), vertices), uneven, atol=1e-12)
    np.testing.assert_allclose(put_back(uneven, Response(), NONE, vertices), uneven, atol=1e-12)


def test_brows_get_back_what_both_lost_and_their_difference_stays(plane: FloatArray) -> None:
    vertices = canonical_mesh()
    both = MEDIAPIPE_478.right(BROW) + MEDIAPIPE_478.left(BROW)
    np.testing.assert_allclose(whole_brows(plane, TABLE_OF_TESTS, vertices), plane, atol=1e-12)
    uneven = raised(plane, "right", BROW, 0.3)
    uneven[both, 1] += 0.25
    change = whole_brows(uneven, TABLE_OF_TESTS, vertices) - uneven
    # 0.4 on average, of which 0.8 are shown.
    assert change[both, 1] == pytest.approx(0.4 / 0.8 - 0.4, abs=1e-9)
    assert np.abs(np.delete(change, both, axis=0)).max() == 0


def test_the_package_has_the_table_that_its_script_wrote() -> None:
    response = load_response()
    assert set(response.follows) <= set(PARTS)
    assert all(
        0 <= share < 1.5 for shares in response.follows.values() for share in shares.values()
    )
    assert response.made["photos"]
    assert len(response.made["inputs_sha256"]) == 64
    assert json.loads(TABLE.read_text())["follows"] == response.follows


def test_provenance_names_the_table_and_every_constant() -> None:
    settings = Settings()
    said = settings.values()
    assert json.loads(json.dumps(said)) == said
    assert said["marks"]["reach"] == settings.marks.reach
    assert said["response"]["follows"] == settings.response.follows
    other = replace(settings, response=replace(settings.response, brows_shown=0.5))
    assert other.values()["response"]["sha256"] != said["response"]["sha256"]
