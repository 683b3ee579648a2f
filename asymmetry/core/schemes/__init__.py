"""Landmark schemes: which number is which point of the face.

This is the only place that holds landmark numbers, one module for each scheme. Everywhere else a point has a
name and a side. Sides are the patient's own.
"""

from __future__ import annotations

from asymmetry.core.schemes.mediapipe478 import MEDIAPIPE_478
from asymmetry.core.schemes.scheme import (
    SIDES,
    Scheme,
    Side,
    get_scheme,
    name_points,
    register_scheme,
    registered_schemes,
)

# After MediaPipe's, which is the first to be named.
from asymmetry.core.schemes.dlib68 import DLIB_68  # isort: skip
from asymmetry.core.schemes.wflw98 import WFLW_98  # isort: skip
from asymmetry.core.schemes.dlib78 import DLIB_78  # isort: skip
from asymmetry.core.schemes.webmorph189 import WEBMORPH_189  # isort: skip

__all__ = [
    "DLIB_68",
    "DLIB_78",
    "MEDIAPIPE_478",
    "SIDES",
    "WEBMORPH_189",
    "WFLW_98",
    "Scheme",
    "Side",
    "get_scheme",
    "name_points",
    "register_scheme",
    "registered_schemes",
]
