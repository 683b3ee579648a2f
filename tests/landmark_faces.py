"""Faces for tests of landmark files: drooping ones, and texts made of their points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from asymmetry import Landmarks, measure
from asymmetry.core.arrays import FloatArray
from asymmetry.core.schemes import Scheme
from asymmetry.synthetic import face
from tests.schemes import told_in


def drooping(scheme: Scheme) -> Landmarks:
    """A face without depth whose right corner of the mouth hangs by 4 mm, and left brow by 3."""
    made = whole(told_in(face(1, mouth_corner_right_mm=-4, brow_left_mm=-3), scheme))
    return replace(made, points=made.points * np.float32([1, 1, 0]))


def whole(made: Landmarks) -> Landmarks:
    """The same with points that no metric reads, which `told_in` has no place for, below the nose."""
    below = made.point("subnasale")[:, None]
    return replace(made, points=np.where(np.isnan(made.points), below, made.points))


def pixels(landmarks: Landmarks) -> list[list[float]]:
    return landmarks.points[0, :, :2].astype(float).tolist()


def written(folder: Path, name: str, lines: Sequence[object]) -> Path:
    path = folder / name
    path.write_text("\n".join(map(str, lines)) + "\n", encoding="utf-8")
    return path


def assert_same_numbers(read: Landmarks, true: Landmarks, within: float = 1e-3) -> None:
    found, known = measure(read, sd=False), measure(true, sd=False)
    for name in ("commissure_height_diff_mm", "brow_height_diff_mm", "fissure_height_right_mm"):
        np.testing.assert_allclose(found[name], known[name], atol=within, err_msg=name)
    assert known["commissure_height_diff_mm"][0] < -3


def flipped(landmarks: Landmarks) -> FloatArray:
    """x counted from the right edge, and each number as it was."""
    points = landmarks.points.astype(np.float64)
    return points * [-1, 1, 1] + [int(landmarks.size[0, 0]), 0, 0]
