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
