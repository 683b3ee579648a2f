"""Every metric on a face made by hand, with answers that can be worked out on paper."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pytest

from asymmetry.core.frame import REGIONS, face_frame
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from asymmetry.metrics import catalogue, measure, movement_catalogue
from asymmetry.metrics.__main__ import page
from asymmetry.metrics.points import points_of
from tests.faces import BROW, CORNER, Moves, crowd, double, model, moved, photo

GROUPS = MEDIAPIPE_478.groups
#: Rounding of single precision, of a millimetre, a square millimetre and a degree in these photos.
NEAR = {"mm": 1e-3, "mm2": 5e-3, "deg": 2e-3}


def slope(rise: float, run: float) -> float:
    return math.degrees(math.atan2(rise, run))


#: One side of the symmetric face; whole metrics are 0 on it.
KNOWN = {
    "brow_height": (26 + 21) / 2,
    "brow_medial_height": (22 + 16) / 2,
    "brow_lateral_height": (18 + 14) / 2,
    "brow_tilt": slope(16 - 19, 56 - 13),
    "mrd1": 4,
    "mrd2": 5.5,
    "fissure_height": 9.5,
    "fissure_width": math.hypot(28, 2),
    # Trapezes from the outer canthus: widths 3 4 3 4 4 3 4 3, openings 0 3 6 9 9.5 9 7 3 0.
    "eye_area": 4.5 + 18 + 22.5 + 37 + 37 + 24 + 20 + 4.5,
    "canthal_tilt": slope(2, 28),
    "lid_to_brow": 23.5 - 4,
    "commissure_height": -66,
    "commissure_excursion": math.hypot(25, 10),
    "smile_angle": slope(10, 25),
    "upper_lip_height": -60,
    "lower_lip_height": -73,
    "dental_show": (3 + 5) / 2,
    # Trapezes from the corner to the midline: widths 4 5 5 5 4, gaps 0 1 3 5 6 6.
    "mouth_area": 2 + 10 + 20 + 27.5 + 24,
    "ala_height": -38,
}
WHOLE = {
    "mouth_cant",
    "chin_deviation",
    "philtrum_deviation",
    "asymmetry_upper",
    "asymmetry_middle",
    "asymmetry_lower",
    "asymmetry_total",
}


def test_every_metric_has_a_known_answer() -> None:
    assert KNOWN.keys() | WHOLE == catalogue().keys()


@pytest.mark.parametrize("name", KNOWN)
def test_known_answer_on_a_symmetric_face(name: str) -> None:
    entry, table = catalogue()[name], measure(photo())
    right, left, diff = (float(table[column][0]) for column in entry.columns)
    assert right == pytest.approx(KNOWN[name], abs=NEAR[entry.unit])
    assert left == pytest.approx(KNOWN[name], abs=NEAR[entry.unit])
    assert diff == right - left


@pytest.mark.parametrize("name", [name for name, entry in catalogue().items() if entry.marks])
def test_a_height_is_measured_at_its_marks(name: str) -> None:
    marks = catalogue()[name].marks
    assert sum(marks.values()) == 1
    height = face_frame(photo()).half("right").height(marks)
    assert height[0] == pytest.approx(KNOWN[name], abs=NEAR["mm"])


def test_what_a_bystander_notices_is_what_the_studies_found() -> None:
    noticed = {
        name: (entry.study, entry.visible_mm) for name, entry in catalogue().items() if entry.study
    }
    assert noticed == {
        "brow_height": ("chu_2011", 3.0),
        "fissure_height": ("hohman_2014", 2.0),
        "commissure_height": ("hohman_2014", 3.0),
    }


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_a_symmetric_face_has_no_asymmetry(name: str) -> None:
    (column,) = catalogue()[name].columns
    assert measure(photo())[column][0] == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize(
    ("metric_name", "moves", "change"),
    [
        # a brow that drops 3 mm is 3 mm lower, against the face and not against its own eye
        ("brow_height", moved(BROW, "right", -3), -3),
        ("brow_height", moved(GROUPS["upper_lid"], "right", -3), 0),
        ("brow_medial_height", moved(BROW, "right", 2), 2),
        ("brow_lateral_height", moved(BROW, "right", 2), 2),
        # both edges of the lateral end 10 mm up: 7 over 43
        (
            "brow_tilt",
            moved(["brow_upper_1", "brow_lower_1"], "right", 10),
            slope(7, 43) - slope(-3, 43),
        ),
        # a lid that covers the pupil's centre by 1.5 mm reads -1.5
        ("mrd1", moved(GROUPS["upper_lid"], "right", -5.5), -5.5),
        ("mrd2", moved(GROUPS["lower_lid"], "right", 7), -7),
        ("fissure_height", moved(GROUPS["upper_lid"], "right", -5.5), -5.5),
        ("fissure_height", moved(GROUPS["lower_lid"], "right", 1), -1),
        (
            "fissure_width",
            moved(["outer_canthus"], "right", 0, out=2),
            math.hypot(30, 2) - math.hypot(28, 2),
        ),
        # every opening but the canthi's loses 1 mm: over 3/2 + 22 + 3/2 mm
        ("eye_area", moved(GROUPS["upper_lid"], "right", -1), -25),
        # the outer canthi set the level, so the inner one moves
        ("canthal_tilt", moved(["inner_canthus"], "right", -2), slope(4, 28) - slope(2, 28)),
        ("lid_to_brow", moved(BROW, "right", -3), -3),
        ("lid_to_brow", moved(GROUPS["upper_lid"], "right", -3), 3),
        ("commissure_height", moved(CORNER, "right", -8), -8),
        # the corner is where the line between the lips ends, not its inner point
        ("commissure_height", moved(["commissure"], "right", -8), -8),
        ("commissure_height", moved(["inner_commissure"], "right", -8), 0),
        ("commissure_excursion", moved(CORNER, "right", -10), 25 - math.hypot(25, 10)),
        (
            "commissure_excursion",
            moved(CORNER, "right", 8, out=6),
            math.hypot(31, 18) - math.hypot(25, 10),
        ),
        ("smile_angle", moved(CORNER, "right", -10), 0 - slope(10, 25)),
        ("upper_lip_height", moved(GROUPS["upper_lip_outer"], "right", 2), 2),
        ("lower_lip_height", moved(GROUPS["lower_lip_outer"], "right", -2), -2),
        ("dental_show", moved(GROUPS["lower_lip_inner"], "right", -2), 2),
        # gaps 2 mm larger but at the corner and at the midline: over 4/2 + 15 + 4/2 mm
        ("mouth_area", moved(GROUPS["lower_lip_inner"], "right", -2), 2 * (2 + 15 + 2)),
        ("ala_height", moved(["ala"], "right", 3), 3),
    ],
)
def test_a_known_move_on_one_side(metric_name: str, moves: Moves, change: float) -> None:
    entry, table = catalogue()[metric_name], measure(photo(model(moves)))
    right, left, diff = (float(table[column][0]) for column in entry.columns)
    near = NEAR[entry.unit]
    assert right == pytest.approx(KNOWN[metric_name] + change, abs=near)
    assert left == pytest.approx(KNOWN[metric_name], abs=near)
    assert diff == pytest.approx(change, abs=2 * near)


@pytest.mark.parametrize(
    ("column", "moves", "value"),
    [
        # the right corner 8 mm lower: 50 mm between the corners
        ("mouth_cant_deg", moved(CORNER, "right", -8), slope(-8, 50)),
        ("mouth_cant_deg", moved(CORNER, "left", -8), slope(8, 50)),
        # the chin 4 mm to the patient's left is negative
        ("chin_deviation_mm", {("menton", None): (4, 0)}, -4),
        ("philtrum_deviation_mm", {("philtrum", None): (-2, 0)}, 2),
    ],
)
def test_whole_face_has_a_sign(column: str, moves: Moves, value: float) -> None:
    assert measure(photo(model(moves)))[column][0] == pytest.approx(value, abs=2e-3)


@pytest.mark.parametrize("side", ["right", "left"])
def test_a_corner_8_mm_lower_is_worse(side: Side) -> None:
    table = measure(photo(model(moved(CORNER, side, -8))))
    assert table["asymmetry_total_mm"][0] > 1
    assert table["asymmetry_lower_mm"][0] > 5 * table["asymmetry_upper_mm"][0]


def test_mirror_distance_is_that_of_the_best_rigid_fit() -> None:
    """Against the textbook's way: turn and shift by singular value decomposition, photo by photo."""
    landmarks = double(crowd(3, 4))
    face, table, groups = face_frame(landmarks), measure(landmarks), MEDIAPIPE_478.groups
    pairs = [name for region in REGIONS for name in groups[region]]
    middle = [face.point(name) for region in REGIONS for name in groups[f"{region}_midline"]]
    right, left = (np.array([face.point(name, side) for name in pairs]) for side in SIDES)
    for i in range(4):
        points = np.concatenate([right[..., i], left[..., i], np.array(middle)[..., i]])
        image = np.concatenate([left[..., i], right[..., i], np.array(middle)[..., i]]) * [-1, 1]
        points, image = points - points.mean(axis=0), image - image.mean(axis=0)
        u, _, vt = np.linalg.svd(image.T @ points)
        distance = np.linalg.norm(points - image @ u @ vt, axis=1)
        assert np.linalg.det(u @ vt) > 0
        assert table["asymmetry_total_mm"][i] == pytest.approx(
            np.sqrt(np.mean(distance**2)), rel=1e-9
        )


def test_regions_add_up_to_the_whole() -> None:
    table, groups = measure(crowd(4, 3)), MEDIAPIPE_478.groups
    counts = {name: 2 * len(groups[name]) + len(groups[f"{name}_midline"]) for name in REGIONS}
    squares = sum(count * table[f"asymmetry_{name}_mm"] ** 2 for name, count in counts.items())
    total = np.sqrt(squares / sum(counts.values()))
    np.testing.assert_allclose(table["asymmetry_total_mm"], total, rtol=1e-12)


def test_closed_and_crossed_lips_show_nothing() -> None:
    """Lower inner lip on, and 1 mm over, the upper one: the gap is 0, and then -1, never folded up."""
    for over in (0.0, 1.0):
        upper, lower = GROUPS["upper_lip_inner"], GROUPS["lower_lip_inner"]
        at = {1: -66, 2: -65, 3: -64.5, 4: -64}, {1: -67, 2: -68, 3: -69.5, 4: -70}
        moves: Moves = {
            (name, "right"): (0, at[0][k] - at[1][k] + over)
            for k, name in enumerate(lower, start=1)
        }
        shown = measure(photo(model(moves)))["dental_show_right_mm"][0]
        assert len(upper) == len(lower)
        assert shown == pytest.approx(-over, abs=1e-3)


def test_every_entry_is_complete() -> None:
    for name, entry in catalogue().items():
        assert entry.name == name
        assert entry.sign
        assert entry.source
        assert entry.definition.endswith(".")


def test_the_documents_list_is_the_catalogue() -> None:
    path = Path(__file__).parents[1] / "docs" / "metrics.md"
    assert path.read_text(encoding="utf-8") == page(), (
        "run: python -m asymmetry.metrics > docs/metrics.md"
    )


def test_every_source_is_listed_in_full() -> None:
    told, _, sources = page().partition("\n## Sources\n")
    table = "\n".join(re.findall(r"^- \*\*Source\*\*: .*$", told, re.MULTILINE))
    listed = sources.split("\n- ")[1:]
    cited = set(
        re.findall(r"([A-Z][A-Za-z]+)(?: et al\.| and [A-Z][a-z]+)? ((?:19|20)\d\d)", table)
    )
    assert len(cited) > 5
    for author, year in cited:
        full = [
            entry for entry in listed if entry.startswith(author) and f"{year}." in entry.split()
        ]
        assert len(full) == 1, f"{author} {year}"


def test_points_of_a_metric() -> None:
    scheme = MEDIAPIPE_478.name
    assert points_of(catalogue()["mrd1"], scheme) == {"upper_lid_4", "iris_centre"}
    assert points_of(catalogue()["chin_deviation"], scheme) == {"menton"}
    groups = MEDIAPIPE_478.groups
    regions = {
        name for region in REGIONS for name in (*groups[region], *groups[f"{region}_midline"])
    }
    assert points_of(catalogue()["asymmetry_total"], scheme) == regions
    # One that is only measured while another reads enough needs the other's too.
    assert {"commissure", "upper_lid_4"} <= points_of(movement_catalogue()["synkinesis"], scheme)


@pytest.mark.parametrize("name", catalogue())
def test_a_metric_alone_gives_the_bits_that_it_gives_among_all(name: str) -> None:
    landmarks = crowd(9, 3)
    alone, every = measure(landmarks, metrics=[name], sd=False), measure(landmarks, sd=False)
    for column in catalogue()[name].columns:
        assert alone[column].tobytes() == every[column].tobytes()
