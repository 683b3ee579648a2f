"""Landmark schemes: their tables, stations read along contours, and a scheme of one's own."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import asymmetry
from asymmetry.core.arrays import FloatArray
from asymmetry.core.frame import Half, Scale
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import (
    DLIB_68,
    MEDIAPIPE_478,
    Scheme,
    get_scheme,
    register_scheme,
    registered_schemes,
)
from asymmetry.core.schemes.vocabulary import GROUPS, MIDLINE, PAIRS, STATIONS
from asymmetry.core.stations import read_contour
from asymmetry.errors import InvalidInputError
from asymmetry.extract.model.canonical import canonical_mesh
from asymmetry.metrics import measure, metric
from asymmetry.synthetic import face
from tests.schemes import OTHERS, every, outline

# A scheme of one's own, in one file: this one. Eyes, corners of the mouth and chin.
FACE_9 = register_scheme(
    Scheme(
        name="face9",
        size=9,
        pairs={
            "outer_canthus": (0, 3),
            "inner_canthus": (1, 2),
            "commissure": (4, 5),
            "dimple": (7, 8),
        },
        midline={"menton": 6},
    )
)

# Tables


def test_built_in_schemes_are_known_by_name() -> None:
    assert [scheme.name for scheme in registered_schemes()][:3] == [
        "mediapipe478",
        "dlib68",
        "wflw98",
    ]
    assert asymmetry.register_scheme is register_scheme
    assert asymmetry.Scheme is Scheme


def test_mediapipe_has_a_point_for_every_name() -> None:
    assert set(MEDIAPIPE_478.named) == set(PAIRS) | set(MIDLINE)
    assert dict(MEDIAPIPE_478.groups) == dict(GROUPS)
    assert not MEDIAPIPE_478.stations


@every
def test_each_number_stands_once_and_mirrors_its_twin(scheme: Scheme) -> None:
    twins = scheme.mirror[scheme.mirror]
    np.testing.assert_array_equal(twins, np.arange(scheme.size))
    used = [number for pair in scheme.pairs.values() for number in pair] + list(
        scheme.midline.values()
    )
    assert len(set(used)) == len(used)
    assert [right for right, left in scheme.pairs.values() if scheme.mirror[right] != left] == []


def test_the_others_name_all_their_points_but_none_twice() -> None:
    for scheme in OTHERS:
        assert sum(2 for _ in scheme.pairs) + len(scheme.midline) == scheme.size


BROKEN: list[tuple[dict[str, Any], str]] = [
    ({"pairs": {"commissure": (0, 1), "ala": (1, 2)}}, "has points 1 twice"),
    ({"pairs": {"commissure": (0, 4)}, "midline": {"menton": 1}}, "has points 0 to 3, not 4"),
    ({"pairs": {"commissure": (0, 1)}}, "points 2, 3 are missing; list them in unnamed"),
    ({"pairs": {"commissure": (0, 1)}, "unnamed": [(2,), (2, 3)]}, "has points 2 twice"),
    ({"pairs": {"commissure": (0, 1)}, "mirror": [1, 0, 3, 1]}, "twins of points 2, 3 are not"),
    ({"pairs": {"commissure": (0, 1)}, "mirror": [0, 1, 3, 2]}, "not those of the pairs"),
    ({"pairs": {"commissure": (0, 1)}, "mirror": [1, 0, 2]}, "its mirror must name 4 points"),
    ({"pairs": {"menton": (0, 1)}, "unnamed": [(2, 3)]}, "menton: on the midline or on both sides"),
    (
        {"pairs": {"Mouth corner": (0, 1)}, "unnamed": [(2, 3)]},
        "'Mouth corner' is not a valid name",
    ),
    (
        {"pairs": {"a": (0, 1), "b": (2, 3)}, "contours": {"cheek": ("a", "b")}},
        "no contour is called 'cheek'; known: brow_upper",
    ),
    (
        {"pairs": {"a": (0, 1), "b": (2, 3)}, "contours": {"jaw": ("a", "c")}},
        "contour 'jaw' needs two points or more that have a name; unknown: c",
    ),
    (
        {"pairs": {"a": (0, 1), "b": (2, 3)}, "groups": {"mine": ("a", "c")}},
        "group 'mine' has no points c",
    ),
    (
        {"pairs": {"a": (0, 1), "b": (2, 3)}, "expressions": ("smileLeft",)},
        "must be listed once, and for both sides; not so: smileLeft",
    ),
]


@pytest.mark.parametrize(("table", "message"), BROKEN, ids=lambda value: str(value)[:40])
def test_a_broken_table_is_refused(table: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        Scheme("broken", 4, **table)


def test_a_name_is_one_scheme() -> None:
    same = Scheme("face9", 9, pairs=dict(FACE_9.pairs), midline=dict(FACE_9.midline))
    assert register_scheme(same) is FACE_9
    with pytest.raises(InvalidInputError, match="another landmark scheme is called 'dlib68'"):
        register_scheme(Scheme("dlib68", 2, pairs={"outer_canthus": (0, 1)}))
    assert get_scheme("dlib68") is DLIB_68


@every
def test_a_scheme_is_pickled_by_name(scheme: Scheme) -> None:
    assert pickle.loads(pickle.dumps(scheme)) is scheme


# Stations


@pytest.mark.parametrize("contour", STATIONS)
def test_stations_lie_where_the_canonical_face_has_them(contour: str) -> None:
    mesh, names = canonical_mesh(), outline(contour)
    points = mesh[[MEDIAPIPE_478.named[name][0] for name in names]]
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    found = dict(zip(names, along / along[-1], strict=True))
    for name, share in STATIONS[contour].items():
        assert share == pytest.approx(found[name], abs=6e-4), name


def test_a_contour_through_points_of_a_parabola_is_read_on_it() -> None:
    """Four points of a lid 28 mm wide: straight lines would pass its height by 0.5 mm."""
    x = np.linspace(-14, 14, 4)
    lid = np.stack([x, 4.5 * (1 - (x / 14) ** 2)], axis=1)
    (peak,) = read_contour(lid, (0.5,))
    np.testing.assert_allclose(peak, [0, 4.5], atol=0.1)


def test_points_in_one_place_do_not_spoil_a_contour() -> None:
    chain = np.array([[0, 0], [10, 0], [10, 0], [20, 0]])
    read = read_contour(chain, (0.0, 0.25, 1.0))
    np.testing.assert_allclose(read, [[0, 0], [5, 0], [20, 0]], atol=3)


# A scheme and a metric of one's own


@metric(unit="mm", sign="higher dimple", source="a test", marks={"dimple": 1.0})
def dimple_height(half: Half) -> FloatArray:
    """Height of the dimple over the level pupil line."""
    return half.up("dimple")


@metric(unit="mm", sign="none", source="a test")
def misspelt(half: Half) -> FloatArray:
    """Height of a point that no scheme has."""
    return half.up("cheek_bone")


def small_faces() -> Landmarks:
    """Faces of nine points; the second one has a low right corner and a high left dimple, by 3 and 2 mm."""
    right = np.array([[-45, 1], [-17, -1], [-25, -66], [-40, -50]], dtype=float)
    left = right * (-1, 1)
    level = np.array(
        [right[0], right[1], left[1], left[0], right[2], left[2], (0, -112), right[3], left[3]]
    )
    points = np.stack([level, level])
    points[1, 4, 1] -= 3
    points[1, 8, 1] += 2
    flat = np.concatenate([points * (4, -4) + 500, np.zeros((2, 9, 1))], axis=-1)
    return Landmarks.from_points(flat, scheme="face9")


def test_a_scheme_of_ones_own_is_measured() -> None:
    table = measure(small_faces(), scale=Scale("ruler", 4.0))
    np.testing.assert_allclose(table["commissure_height_diff_mm"], [0, -3], atol=1e-4)
    np.testing.assert_allclose(table["fissure_width_right_mm"], np.hypot(28, 2), atol=1e-4)
    np.testing.assert_allclose(table["chin_deviation_mm"], 0, atol=1e-4)
    missing = table.provenance["not_carried"]
    assert missing["brow_height"] == ["brow_lower_3", "brow_upper_3"]
    assert {"asymmetry_upper", "asymmetry_total", "mouth_area"} <= set(missing)
    assert np.isnan(table["asymmetry_total_mm"]).all()
    assert np.isnan(table["eye_area_right_mm2"]).all()


def test_a_metric_of_ones_own_by_a_schemes_own_point() -> None:
    table = measure(
        small_faces(), metrics=["brow_height", dimple_height], scale=Scale("ruler", 4.0)
    )
    np.testing.assert_allclose(table["dimple_height_diff_mm"], [0, -2], atol=1e-4)
    elsewhere = measure(face(1), metrics=[dimple_height])
    assert np.isnan(elsewhere["dimple_height_diff_mm"][0])
    assert elsewhere.provenance["not_carried"] == {"dimple_height": ["dimple"]}


@pytest.mark.parametrize("faces", [small_faces, lambda: face(1)], ids=["own", "mediapipe"])
def test_a_name_that_no_scheme_has_is_an_error(faces: Callable[[], Landmarks]) -> None:
    with pytest.raises(InvalidInputError, match="no landmark scheme has a point 'cheek_bone'"):
        measure(faces(), metrics=[misspelt])


def test_landmarks_of_ones_own_scheme_are_kept(tmp_path: Any) -> None:
    faces = small_faces()
    faces.save(tmp_path / "faces.npz")
    loaded = Landmarks.load(tmp_path / "faces.npz")
    assert loaded.scheme == "face9"
    np.testing.assert_array_equal(loaded.mirrored().mirrored().points, faces.points)
