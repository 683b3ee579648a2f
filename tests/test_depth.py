"""How deep points lie: irises are flat, and a mouth goes back as it is drawn out."""

from __future__ import annotations

import numpy as np
import pytest

from asymmetry.core.arrays import FloatArray
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES
from asymmetry.extract.face.depth import project_face
from asymmetry.extract.face.plane import places
from asymmetry.extract.face.pose import Pose
from asymmetry.extract.model.canonical import Canonical

MOUTH, IRIS = MEDIAPIPE_478.groups["mouth"], MEDIAPIPE_478.groups["iris"]
RADIUS = 0.6


def turned(yaw: float) -> Pose:
    turn = np.radians(yaw)
    rotation = np.array(
        [[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]]
    )
    return Pose(rotation, np.array([600.0, 800.0]), 60.0, 0.0)


def plane_of(canonical: Canonical, drawn_out: float = 0.0) -> FloatArray:
    """The canonical face with irises, its mouth drawn out by so many cm on the left."""
    plane = np.zeros((MEDIAPIPE_478.size, 2))
    plane[: len(canonical.vertices)] = canonical.vertices[:, :2]
    for side, x in zip(SIDES, (-3.15, 3.15), strict=True):
        out = np.sign(x)
        ring = [
            (x, 2.7),
            (x - out * RADIUS, 2.7),
            (x, 2.7 + RADIUS),
            (x + out * RADIUS, 2.7),
            (x, 2.7 - RADIUS),
        ]
        plane[MEDIAPIPE_478.of(side, IRIS)] = ring
    plane[MEDIAPIPE_478.left(MOUTH), 0] += drawn_out
    return plane


def frontal(points: FloatArray, pose: Pose) -> FloatArray:
    """Photo points without their magnification, turned to the front, cm."""
    seen = np.column_stack([points[:, :2] - pose.origin, points[:, 2]]) * (1, -1, -1) / pose.scale
    seen[:, :2] *= 1 - seen[:, 2:] / 100
    return np.asarray(seen @ pose.rotation)


@pytest.mark.parametrize("yaw", [-20.0, 0.0, 12.0])
def test_every_point_stays_where_the_photo_shows_it(canonical: Canonical, yaw: float) -> None:
    pose, plane = turned(yaw), plane_of(canonical, 0.5)
    shown = places(pose, canonical, plane)
    # Those of an iris are given on the flat one.
    points = np.setdiff1d(
        np.arange(MEDIAPIPE_478.size), MEDIAPIPE_478.right(IRIS) + MEDIAPIPE_478.left(IRIS)
    )
    np.testing.assert_allclose(
        project_face(pose, canonical, plane)[points, :2], shown[points], atol=1e-3
    )


@pytest.mark.parametrize("yaw", [-20.0, 0.0, 12.0])
def test_either_iris_alone_is_as_wide_in_a_turned_head(canonical: Canonical, yaw: float) -> None:
    pose = turned(yaw)
    points = frontal(project_face(pose, canonical, plane_of(canonical)), pose)
    for side in SIDES:
        lateral, medial = points[MEDIAPIPE_478.of(side, ("iris_lateral", "iris_medial"))]
        assert np.hypot(*(lateral - medial)[:2]) == pytest.approx(2 * RADIUS, rel=1e-9)
        assert lateral[2] == pytest.approx(medial[2], abs=1e-9)


def test_a_mouth_that_is_drawn_out_goes_back(canonical: Canonical) -> None:
    pose = turned(0.0)
    rest = frontal(project_face(pose, canonical, plane_of(canonical)), pose)
    smile = frontal(project_face(pose, canonical, plane_of(canonical, 0.7)), pose)
    right, left = MEDIAPIPE_478.pairs["commissure"]
    surface = canonical.depth_at(*(canonical.vertices[left, :2] + (0.7, 0)))
    assert rest[left, 2] == pytest.approx(
        canonical.depth_at(*canonical.vertices[left, :2]), abs=1e-6
    )
    assert smile[left, 2] == pytest.approx(surface - 0.6 * 0.7, abs=1e-6)
    np.testing.assert_array_equal(smile[right], rest[right])


def test_depth_obeys_the_mirror_law(canonical: Canonical) -> None:
    plane = plane_of(canonical, 0.4)
    mirrored = plane[MEDIAPIPE_478.mirror] * (-1, 1)
    there = project_face(turned(9.0), canonical, plane)
    back = project_face(turned(-9.0), canonical, mirrored)[MEDIAPIPE_478.mirror]
    np.testing.assert_allclose(back * (-1, 1, 1) + (1200, 0, 0), there, atol=1e-9)
