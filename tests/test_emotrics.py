"""Emotrics' measures, by hand from their definitions, beside ours from the same points."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from asymmetry import Landmarks, measure, read_landmarks, write_landmarks
from asymmetry.core.frame import Scale
from asymmetry.core.schemes import DLIB_78
from asymmetry.synthetic import face
from benchmarks.emotrics import IRIS_MM, OURS, by_hand, compare
from tests.schemes import told_in

#: Width of the iris here, mm.
OURS_MM = 11.71
#: One part moved on one side by so many mm, and the measure of Emotrics that shows it.
MOVED = [
    ({"brow_right_mm": -3.0}, "brow_height", -3.0),
    ({"brow_left_mm": 2.0}, "brow_height", -2.0),
    ({"upper_lid_left_mm": -2.0}, "mrd1", 2.0),
    ({"lower_lid_right_mm": -1.0}, "mrd2", 1.0),
    ({"upper_lid_right_mm": -2.0}, "fissure", -2.0),
    ({"mouth_corner_right_mm": -4.0}, "commissure", -4.0),
    ({"mouth_corner_left_mm": -3.0}, "commissure", 3.0),
]


def faces(**moved: float) -> Landmarks:
    return told_in(face(1, **moved), DLIB_78)


@pytest.mark.parametrize(("moved", "name", "mm"), MOVED)
def test_both_show_a_known_shift(moved: dict[str, float], name: str, mm: float) -> None:
    rest, shown = compare(faces()), compare(faces(**moved))
    hand, ours = (float(shown[name][i][0] - rest[name][i][0]) for i in range(2))
    # A cubic whose ends, the canthi, stay and whose inner points move by 1 moves by 9/8 in its middle.
    bulge = 9 / 8 if "lid" in next(iter(moved)) else 1.0
    assert hand == pytest.approx(mm * bulge * IRIS_MM / OURS_MM, abs=0.15)
    assert ours == pytest.approx(mm * bulge, abs=0.15)


@pytest.mark.parametrize("name", OURS)
def test_an_even_face_is_even_by_both(name: str) -> None:
    hand, ours = compare(faces())[name]
    np.testing.assert_allclose([hand, ours], 0, atol=0.05)


def test_each_side_by_hand_is_ours() -> None:
    """Not the differences alone: from a flat face, in the same millimetres."""
    made = faces(mouth_corner_right_mm=-4, upper_lid_left_mm=-1)
    flat = replace(made, points=made.points * np.float32([1, 1, 0]))
    widths = np.linalg.norm(flat.points[0, [71, 74], :2] - flat.points[0, [69, 76], :2], axis=1)
    table = measure(flat, scale=Scale("ruler", float(widths.mean() / IRIS_MM)))
    hand = by_hand(flat.points[0, :, :2].astype(np.float64))
    within = {"mrd1": 0.35, "mrd2": 0.35, "fissure": 0.5, "excursion": 0.1, "commissure": 0.1}
    for name, bound in within.items():
        for side, value in zip(("right", "left"), hand[name], strict=True):
            column = f"{OURS[name][1]}_{side}_mm"
            assert table[column][0] == pytest.approx(value, abs=bound), column
    for side, value in zip(("right", "left"), hand["smile_angle"], strict=True):
        assert table[f"smile_angle_{side}_deg"][0] == pytest.approx(value - 90, abs=0.5)


def test_a_lid_over_the_pupil_is_negative_here_alone() -> None:
    made = faces(upper_lid_right_mm=-6)
    hand = by_hand(made.points[0, :, :2].astype(np.float64))["mrd1"][0]
    ours = measure(made)["mrd1_right_mm"][0]
    assert hand > 1
    assert ours < -1


def test_a_file_of_emotrics_gives_its_measures_to_the_pixel(tmp_path: Path) -> None:
    true = faces(mouth_corner_right_mm=-4, brow_left_mm=-3)
    read = read_landmarks(write_landmarks(true, tmp_path / "a.txt"))
    for name, (hand, ours) in compare(read).items():
        if OURS[name][2] == "mm":
            assert ours[0] == pytest.approx(compare(true)[name][1][0], abs=0.5), name
            assert hand[0] == pytest.approx(compare(true)[name][0][0], abs=0.5), name


# The sample that Emotrics' author has published

#: Points of ``src/samples/Normal1_1.txt`` of github.com/dguari1/emotrics_js, commit d5c68e3 (2023), px, by
#: iBUG's first number of each part: brows, lids and lips, as far as a measure needs them.
SAMPLE = {
    17: "1031,1657 1243,1403 1442,1423 1670,1476 1838,1540",
    22: "2344,1551 2552,1433 2792,1362 2967,1362 3132,1620",
    36: "1369,1738 1467,1676 1634,1676 1751,1746 1634,1802 1467,1802",
    42: "2459,1751 2553,1676 2720,1676 2845,1760 2720,1802 2594,1802",
    48: "1598,2967 1801,2887 1963,2859 2048,2886 2158,2850 2316,2898 2553,2929",
    55: "2366,2969 2219,3013 2056,3022 1926,3013 1801,3013",
    60: "1717,2929 1968,2929 2093,2929 2219,2929 2469,2929 2219,2929 2093,2929 1968,2929",
}
#: Centre and radius of its irises, px.
IRISES = {"Left": "2650 1714 104", "Right": "1553 1711 104"}
#: Emotrics' own values of it, right and left, mm and degrees: its ``measurements.py`` at commit efba288,
#: with an iris of 11.77 mm. Of the deviations, which have one value, the difference.
ITS_OWN = {
    "brow_height": (14.865, 17.804),
    "mrd1": (2.868, 3.181),
    "mrd2": (5.972, 5.288),
    "fissure": (8.845, 8.480),
    "excursion": (28.465, 26.294),
    "smile_angle": (96.220, 101.811),
    "dental_show": (0.0, 0.0),
}
ITS_DEVIATIONS = {"commissure": 2.298, "upper_lip": 1.636, "lower_lip": 1.805}


@pytest.fixture
def sample(tmp_path: Path) -> Landmarks:
    """A file as Emotrics+ writes it; points that no measure needs are left unseen."""
    points = ["-1,-1"] * 68
    for first, part in SAMPLE.items():
        points[first : first + len(part.split())] = part.split()
    numbered = [f"{point},{number}" for number, point in enumerate(points, 1)]
    lines = ["# File name { ", "Normal1_1.txt", "# } ", "# Facial Landmarks [x,y] { ", *numbered]
    for side, circle in IRISES.items():
        lines += ["# } ", f"# {side} iris [x,y,r] {{ ", *circle.split()]
    path = tmp_path / "Normal1_1.txt"
    path.write_bytes("\r\n".join([*lines, "# } "]).encode())
    return read_landmarks(path)


def test_by_hand_the_published_sample_gives_the_values_of_emotrics(sample: Landmarks) -> None:
    hand = by_hand(sample.points[0, :, :2].astype(np.float64))
    for name, sides in ITS_OWN.items():
        assert hand[name] == pytest.approx(sides, abs=0.1), name
    for name, deviation in ITS_DEVIATIONS.items():
        assert abs(hand[name][0] - hand[name][1]) == pytest.approx(deviation, abs=0.1), name


def test_ours_differ_on_the_published_sample_as_the_docs_say(sample: Landmarks) -> None:
    """By no more than the pictures of people show: level is by canthi too, and a brow is its arch."""
    hand, ours = compare(sample), measure(sample)
    apart = {name: abs(float(pair[0][0] - pair[1][0])) for name, pair in hand.items()}
    largest = {"mrd1": 0.25, "mrd2": 0.25, "fissure": 0.25, "commissure": 0.5, "brow_height": 0.86}
    assert {name for name, bound in largest.items() if apart[name] > bound} == set()
    assert ours["commissure_height_diff_mm"][0] < -2  # right is lower, by both
    assert hand["commissure"][0][0] < -2
