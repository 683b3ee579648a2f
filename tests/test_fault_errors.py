"""Faults that are noted make the error of points wider, by their figure, and move no point."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from asymmetry.core.notes import Note
from asymmetry.core.schemes import MEDIAPIPE_478
from asymmetry.extract.face.pose import Pose
from asymmetry.extract.judge.fault_errors import FaultError, FaultErrors
from asymmetry.extract.judge.quality import FAULTS
from asymmetry.extract.steps import widen_errors
from asymmetry.extract.upright import FaceReading
from tests.faces import PX_PER_MM, photo

ERRORS = FaultErrors()
SPREAD = 0.5
NOTES = {
    "compressed": Note("compressed", value=4.0),
    "grainy": Note("grainy", value=9.0),
    "head_turned": Note("head_turned", angle=24.0),
}


def reading(*notes: Note) -> FaceReading:
    """A face all of whose points are equally sure."""
    points, pose = photo().points[0], Pose(np.eye(3), np.zeros(2), 10 * PX_PER_MM, 0.0)
    spread = np.full(MEDIAPIPE_478.size, SPREAD)
    return replace(FaceReading(points, spread, np.zeros(52), pose, points), notes=notes)


def spread_of(face: FaceReading, group: str) -> list[float]:
    names = MEDIAPIPE_478.groups[group]
    return face.spread[MEDIAPIPE_478.right(names) + MEDIAPIPE_478.left(names)].tolist()


@pytest.mark.parametrize("code", NOTES)
@pytest.mark.parametrize("group", ["brow", "lids", "iris", "mouth"])
def test_a_fault_adds_its_share(code: str, group: str) -> None:
    wider = widen_errors(reading(NOTES[code]), ERRORS)
    (_, figure), error = NOTES[code].values[0], getattr(ERRORS, code)
    added = getattr(error, group) * (figure - error.start) * 10 * PX_PER_MM
    assert added > 0
    np.testing.assert_allclose(spread_of(wider, group), np.hypot(SPREAD, added))
    np.testing.assert_array_equal(wider.points, reading().points)


def test_two_faults_add_up_and_others_add_nothing() -> None:
    both = widen_errors(reading(NOTES["grainy"], NOTES["head_turned"]), ERRORS)
    alone = [widen_errors(reading(NOTES[code]), ERRORS) for code in ("grainy", "head_turned")]
    added = sum(np.square(face.spread) - SPREAD**2 for face in alone)
    np.testing.assert_allclose(both.spread, np.sqrt(SPREAD**2 + added))
    plain = widen_errors(reading(Note("blurred", value=3.0), Note("camera_near")), ERRORS)
    assert set(plain.spread) == {SPREAD}


def test_points_that_were_not_seen_stay_unknown() -> None:
    face = reading(NOTES["compressed"])
    face.spread[:] = np.nan
    assert np.isnan(widen_errors(face, ERRORS).spread).all()


def test_each_fault_is_one_that_is_noted() -> None:
    known = {fault.code for fault in FAULTS.values()} | {"head_turned"}
    assert {each.name for each in fields(FaultErrors)} <= known
    assert all(isinstance(getattr(ERRORS, each.name), FaultError) for each in fields(FaultErrors))
