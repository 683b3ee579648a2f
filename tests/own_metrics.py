"""Metrics as a program of one's own has them: functions of a module, by whose names they are pickled."""

from __future__ import annotations

import asymmetry
from asymmetry import Face, Half
from asymmetry.core.arrays import FloatArray


@asymmetry.metric(unit="mm", sign="higher cheek", source="these tests")
def cheek_height(half: Half) -> FloatArray:
    """Height of the cheekbone over the pupil line."""
    return half.up("cheekbone")


@asymmetry.metric(unit="mm", sign="longer nose", source="these tests")
def nose_depth(face: Face) -> FloatArray:
    """How far the tip of the nose is below the pupil line."""
    return -face.point("nose_tip")[1]


@asymmetry.movement_metric(unit="mm", sign="raised", source="these tests", noise=0.5)
def cheek_lift(rest: Half, moved: Half) -> FloatArray:
    """How far the cheek moves up."""
    return moved.up("cheekbone") - rest.up("cheekbone")
