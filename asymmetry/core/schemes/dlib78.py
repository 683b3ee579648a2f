"""The 68 points of iBUG with both irises, each a circle, as Emotrics keeps a face."""

from __future__ import annotations

from asymmetry.core.schemes.dlib68 import DLIB_68
from asymmetry.core.schemes.scheme import Scheme, register_scheme

__all__ = ["DLIB_78"]

#: `DLIB_68`, and behind it the centre and four ends of each iris, right before left.
DLIB_78 = register_scheme(
    Scheme(
        name="dlib78",
        size=78,
        pairs={
            **DLIB_68.pairs,
            "iris_centre": (68, 73),
            "iris_medial": (69, 74),
            "iris_top": (70, 75),
            "iris_lateral": (71, 76),
            "iris_bottom": (72, 77),
        },
        midline=DLIB_68.midline,
        contours=DLIB_68.contours,
    )
)
