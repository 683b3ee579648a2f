"""The 189 points of WebMorph's template ``frl``, which hands place on photos of faces."""

from __future__ import annotations

from asymmetry.core.schemes.scheme import Scheme, name_points, register_scheme

__all__ = ["WEBMORPH_189"]

#: WebMorph (DeBruine 2018), the template of the Face Research Lab: both edges of the brows, and the irises.
#:
#: The numbers were read off photos with the numbers drawn in; the twins are those of the mean of 77
#: hand-placed templates and its mirror image. It has one corner of the mouth for both borders of the lips, so
#: that ``mouth_area`` is not measured, and neither are ``ala_height`` and the philtrum's.
WEBMORPH_189 = register_scheme(
    Scheme(
        name="webmorph189",
        size=189,
        pairs={
            "outer_canthus": (18, 27),
            "inner_canthus": (22, 23),
            "iris_centre": (0, 1),
            "iris_medial": (8, 12),
            "iris_top": (2, 10),
            "iris_lateral": (4, 16),
            "iris_bottom": (6, 14),
            "commissure": (87, 93),
            "temple_1": (109, 112),
            **name_points("iris_rim", (3, 5, 7, 9), (17, 15, 13, 11)),
            **name_points(
                "jawline", (110, 111, 125, 126, 127, 128), (113, 114, 133, 132, 131, 130)
            ),
            **name_points("brow_above", (71, 72, 73, 74, 75), (82, 81, 80, 79, 78)),
            **name_points("brow_below", (83, 84, 76), (86, 85, 77)),
            **name_points("lid_above", (19, 20, 21), (26, 25, 24)),
            **name_points("lid_below", (28, 29, 30), (33, 32, 31)),
            **name_points("lip_above", (88, 89), (92, 91)),
            **name_points("lip_below", (104, 105), (108, 107)),
            **name_points("lip_above_inner", (94, 95), (98, 97)),
            **name_points("lip_below_inner", (99, 100), (103, 102)),
            **name_points("crease", range(34, 39), range(43, 38, -1)),
            **name_points("below_lid", (44, 45, 46), (49, 48, 47)),
            **name_points("nose_side", range(50, 55), range(56, 61)),
            **name_points("wing", range(61, 66), range(66, 71)),
            **name_points("ear", range(115, 120), range(120, 125)),
            **name_points("hairline", range(134, 139), range(144, 139, -1)),
            **name_points("hair", range(145, 151), range(157, 151, -1)),
            **name_points("mouth_fold", (158, 159, 160), (161, 162, 163)),
            **name_points("cheek_fold", (164, 165, 166), (167, 168, 169)),
            **name_points("philtrum_edge", (170, 171), (172, 173)),
            **name_points("chin_fold", (176,), (178,)),
            **name_points("nostril", (179, 180), (182, 181)),
            **name_points("neck", (183,), (184,)),
            **name_points("cheek", (185, 186), (187, 188)),
        },
        midline={
            "subnasale": 55,
            "upper_lip": 90,
            "upper_lip_edge": 96,
            "lower_lip_edge": 101,
            "lower_lip": 106,
            "menton": 129,
            "hairline_middle": 139,
            "hair_top": 151,
            "chin_upper": 174,
            "chin_lower": 175,
            "chin_fold_middle": 177,
        },
        contours={
            "brow_upper": tuple(f"brow_above_{i}" for i in range(1, 6)),
            "brow_lower": ("brow_above_1", *(f"brow_below_{i}" for i in range(1, 4))),
            "upper_lid": (
                "outer_canthus",
                *(f"lid_above_{i}" for i in range(1, 4)),
                "inner_canthus",
            ),
            "lower_lid": (
                "outer_canthus",
                *(f"lid_below_{i}" for i in range(1, 4)),
                "inner_canthus",
            ),
            "upper_lip_outer": ("commissure", "lip_above_1", "lip_above_2", "upper_lip"),
            "lower_lip_outer": ("commissure", "lip_below_1", "lip_below_2", "lower_lip"),
            "upper_lip_inner": (
                "commissure",
                "lip_above_inner_1",
                "lip_above_inner_2",
                "upper_lip_edge",
            ),
            "lower_lip_inner": (
                "commissure",
                "lip_below_inner_1",
                "lip_below_inner_2",
                "lower_lip_edge",
            ),
            "jaw": ("temple_1", *(f"jawline_{i}" for i in range(1, 7)), "menton"),
        },
    )
)
