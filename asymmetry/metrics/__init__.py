"""Landmarks to measurements: every static metric, signed, in millimetres and degrees. NumPy only.

Examples
--------
>>> from asymmetry.core.landmarks import Landmarks
>>> m = measure(Landmarks.blank(["a.jpg"], status="no_face", reason="no face found"))
>>> m["brow_height_diff_mm"].tolist(), m["status"].tolist()
([nan], ['no_face'])
>>> catalogue()["mrd1"].unit
'mm'
"""

from __future__ import annotations

from asymmetry.core.frame import MAX_YAW, MAX_YAW_HORIZONTAL, Face, Half
from asymmetry.metrics.definition import Metric, MovementMetric, metric, movement_metric
from asymmetry.metrics.expression import EXPRESSIONS, UNKNOWN, Expressions, expressions
from asymmetry.metrics.measuring import catalogue, measure
from asymmetry.metrics.movements import movement, movement_catalogue
from asymmetry.metrics.norm import Norm, Norms, norms

__all__ = [
    "EXPRESSIONS",
    "MAX_YAW",
    "MAX_YAW_HORIZONTAL",
    "UNKNOWN",
    "Expressions",
    "Face",
    "Half",
    "Metric",
    "MovementMetric",
    "Norm",
    "Norms",
    "catalogue",
    "expressions",
    "measure",
    "metric",
    "movement",
    "movement_catalogue",
    "movement_metric",
    "norms",
]
