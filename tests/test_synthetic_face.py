"""Parametric landmark faces: symmetric to the micrometre but for what was asked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asymmetry.core.frame import face_frame, head_angles
from asymmetry.core.schemes import SIDES, Side
from asymmetry.errors import InvalidInputError
from asymmetry.extract.face.pose import fit_pose
from asymmetry.extract.model.canonical import canonical_mesh
from asymmetry.metrics import measure
from asymmetry.synthetic import face


@given(roll=st.floats(-180, 180), px_per_mm=st.floats(2, 20), pitch=st.floats(-10, 10))
def test_the_canonical_face_is_symmetric(roll: float, px_per_mm: float, pitch: float) -> None:
    table = measure(face(roll=roll, px_per_mm=px_per_mm, pitch=pitch))
    for name in (name for name in table if "sd_" not in name):
        if "_diff_" in name or name.startswith(
            ("asymmetry", "mouth_cant", "chin_dev", "philtrum_dev")
        ):
            assert table[name] == pytest.approx(0.0, abs=2e-3), name


@pytest.mark.parametrize(
    ("part", "metric"),
    [
        ("brow", "brow_height"),
        ("mouth_corner", "commissure_height"),
        ("upper_lid", "mrd1"),
        ("upper_lid", "fissure_height"),
    ],
)
@pytest.mark.parametrize("side", SIDES)
def test_a_known_droop_measures_exactly_that(part: str, metric: str, side: Side) -> None:
    droop = np.array([0.0, -1.0, -3.0, 2.0])
    table = measure(face(4, **{f"{part}_{side}_mm": droop}))
    sign = 1 if side == "right" else -1
    np.testing.assert_allclose(table[f"{metric}_diff_mm"], sign * droop, atol=1e-3)
    moved = table[f"{metric}_{side}_mm"]
    np.testing.assert_allclose(moved - moved[0], droop, atol=1e-3)
    other = "left" if side == "right" else "right"
    still = table[f"{metric}_{other}_mm"]
    np.testing.assert_allclose(still, still[0], atol=1e-3)


@given(yaw=st.floats(-15, 15), pitch=st.floats(-10, 10), roll=st.floats(-30, 30))
def test_a_turned_head_droops_as_much(yaw: float, pitch: float, roll: float) -> None:
    table = measure(
        face(yaw=yaw, pitch=pitch, roll=roll, brow_right_mm=-3.0, mouth_corner_left_mm=-2.0)
    )
    assert table["brow_height_diff_mm"] == pytest.approx(-3.0, abs=0.01)
    assert table["commissure_height_diff_mm"] == pytest.approx(2.0, abs=0.01)


def test_a_lower_lid_that_is_lower_lengthens_mrd2() -> None:
    table = measure(face(2, lower_lid_left_mm=[0.0, -1.5]))
    assert np.diff(table["mrd2_left_mm"]) == pytest.approx(1.5, abs=1e-3)


def test_poses_are_what_was_asked() -> None:
    yaw, pitch, roll = [10.0, -15.0, 0.0], [5.0, -5.0, 0.0], [3.0, 0.0, -20.0]
    landmarks = face(3, yaw=yaw, pitch=pitch, roll=roll)
    np.testing.assert_allclose(head_angles(landmarks.pose), [yaw, pitch, roll], atol=1e-9)
    mesh = canonical_mesh()
    fitted = [fit_pose(points.astype(float), mesh).rotation for points in landmarks.points]
    np.testing.assert_allclose(head_angles(np.array(fitted)), [yaw, pitch, roll], atol=2.0)


def test_scale_comes_from_the_irises() -> None:
    np.testing.assert_allclose(
        1 / face_frame(face(2, px_per_mm=[3.0, 8.0])).mm_per_px, [3.0, 8.0], rtol=1e-5
    )


def test_noise_has_the_stated_size_and_the_seed_decides_it() -> None:
    clean, noisy = face(40), face(40, noise_px=0.5, seed=3)
    assert np.std(noisy.points - clean.points) == pytest.approx(0.5, rel=0.02)
    assert np.array_equal(noisy.points, face(40, noise_px=0.5, seed=3).points)
    assert not np.array_equal(noisy.points, face(40, noise_px=0.5, seed=4).points)


@pytest.mark.parametrize(
    "wrong", [{"ear_right_mm": 1.0}, {"brow_middle_mm": 1.0}, {"yaw": [1.0, 2.0]}]
)
def test_a_face_that_cannot_be_made_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        face(3, **wrong)
