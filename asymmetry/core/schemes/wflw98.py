"""The 98 points of WFLW, which many networks for faces in the wild give."""

from __future__ import annotations

from asymmetry.core.schemes.scheme import Scheme, name_points, register_scheme

__all__ = ["WFLW_98"]

#: WFLW (Wu et al. 2018), 98 points: both edges of the brows, and the pupils without the irises' rims.
#:
#: Points along a contour are read at arc length. The brow's lateral end belongs to both of its edges. Parts
#: that the scheme lacks are not measured: the wings' sides (``ala_height``) and the philtrum. Millimetres
#: stand on the canthi, unless a scale is given: ``Scale("interpupillary", mm)`` or ``Scale("ruler", px)``.
WFLW_98 = register_scheme(
    Scheme(
        name="wflw98",
        size=98,
        pairs={
            "outer_canthus": (60, 72),
            "inner_canthus": (64, 68),
            "iris_centre": (96, 97),
            "commissure": (76, 82),
            "inner_commissure": (88, 92),
            "alar_base": (55, 59),
            "temple_1": (0, 32),
            **name_points("jawline", range(1, 16), range(31, 16, -1)),
            **name_points("brow_above", (33, 34, 35, 36, 37), (46, 45, 44, 43, 42)),
            **name_points("brow_below", (41, 40, 39, 38), (47, 48, 49, 50)),
            **name_points("lid_above", (61, 62, 63), (71, 70, 69)),
            **name_points("lid_below", (67, 66, 65), (73, 74, 75)),
            **name_points("nostril", (56,), (58,)),
            **name_points("lip_above", (77, 78), (81, 80)),
            **name_points("lip_below", (87, 86), (83, 84)),
            **name_points("lip_above_inner", (89,), (91,)),
            **name_points("lip_below_inner", (95,), (93,)),
        },
        midline={
            "nasion": 51,
            "bridge_1": 52,
            "bridge_2": 53,
            "nose_tip": 54,
            "subnasale": 57,
            "upper_lip": 79,
            "lower_lip": 85,
            "upper_lip_edge": 90,
            "lower_lip_edge": 94,
            "menton": 16,
        },
        contours={
            "brow_upper": tuple(f"brow_above_{i}" for i in (1, 2, 3, 4, 5)),
            "brow_lower": ("brow_above_1", *(f"brow_below_{i}" for i in (1, 2, 3, 4))),
            "upper_lid": ("outer_canthus", *(f"lid_above_{i}" for i in (1, 2, 3)), "inner_canthus"),
            "lower_lid": ("outer_canthus", *(f"lid_below_{i}" for i in (1, 2, 3)), "inner_canthus"),
            "upper_lip_outer": ("commissure", "lip_above_1", "lip_above_2", "upper_lip"),
            "lower_lip_outer": ("commissure", "lip_below_1", "lip_below_2", "lower_lip"),
            "upper_lip_inner": ("inner_commissure", "lip_above_inner_1", "upper_lip_edge"),
            "lower_lip_inner": ("inner_commissure", "lip_below_inner_1", "lower_lip_edge"),
            "jaw": ("temple_1", *(f"jawline_{i}" for i in range(1, 16)), "menton"),
            "nose_bridge": ("nasion", "bridge_1", "bridge_2", "nose_tip"),
        },
    )
)
