"""The 68 points of iBUG 300-W, which dlib's shape predictor and many others give."""

from __future__ import annotations

from asymmetry.core.schemes.scheme import Scheme, name_points, register_scheme

__all__ = ["DLIB_68"]

#: iBUG 300-W (Sagonas et al. 2013), 68 points: no irises, and a brow is one line.
#:
#: Points along a contour are read at arc length. Both edges of a brow are that one line, so that points
#: midway between them lie on it. Parts that the scheme lacks are not measured: pupils (``mrd1``, ``mrd2``),
#: the wings' sides (``ala_height``) and the philtrum. The pupil line stands on the canthi, and so do
#: millimetres unless a scale is given.
DLIB_68 = register_scheme(
    Scheme(
        name="dlib68",
        size=68,
        pairs={
            "outer_canthus": (36, 45),
            "inner_canthus": (39, 42),
            "commissure": (48, 54),
            "inner_commissure": (60, 64),
            "alar_base": (31, 35),
            "temple_1": (0, 16),
            **name_points("jawline", (1, 2, 3, 4, 5, 6, 7), (15, 14, 13, 12, 11, 10, 9)),
            **name_points("brow_line", (17, 18, 19, 20, 21), (26, 25, 24, 23, 22)),
            **name_points("lid_above", (37, 38), (44, 43)),
            **name_points("lid_below", (41, 40), (46, 47)),
            **name_points("nostril", (32,), (34,)),
            **name_points("lip_above", (49, 50), (53, 52)),
            **name_points("lip_below", (59, 58), (55, 56)),
            **name_points("lip_above_inner", (61,), (63,)),
            **name_points("lip_below_inner", (67,), (65,)),
        },
        midline={
            "nasion": 27,
            "bridge_1": 28,
            "bridge_2": 29,
            "nose_tip": 30,
            "subnasale": 33,
            "upper_lip": 51,
            "lower_lip": 57,
            "upper_lip_edge": 62,
            "lower_lip_edge": 66,
            "menton": 8,
        },
        contours={
            "brow_upper": tuple(f"brow_line_{i}" for i in (1, 2, 3, 4, 5)),
            "brow_lower": tuple(f"brow_line_{i}" for i in (1, 2, 3, 4, 5)),
            "upper_lid": ("outer_canthus", "lid_above_1", "lid_above_2", "inner_canthus"),
            "lower_lid": ("outer_canthus", "lid_below_1", "lid_below_2", "inner_canthus"),
            "upper_lip_outer": ("commissure", "lip_above_1", "lip_above_2", "upper_lip"),
            "lower_lip_outer": ("commissure", "lip_below_1", "lip_below_2", "lower_lip"),
            "upper_lip_inner": ("inner_commissure", "lip_above_inner_1", "upper_lip_edge"),
            "lower_lip_inner": ("inner_commissure", "lip_below_inner_1", "lower_lip_edge"),
            "jaw": ("temple_1", *(f"jawline_{i}" for i in range(1, 8)), "menton"),
            "nose_bridge": ("nasion", "bridge_1", "bridge_2", "nose_tip"),
        },
    )
)
