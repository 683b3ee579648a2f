"""The names that metrics measure by, which mean the same place of the face in every landmark scheme.

A scheme gives its points these names where it has them. Where it has other points along a contour, the
contour's stations are read between them, each at its share of the contour's length.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["FRAME", "GROUPS", "MIDLINE", "PAIRS", "STATIONS", "ends_of"]

#: Contours of one side: their stations, and how far along the contour each lies, as a share of its length
#: from the first end to the second one (of `ends_of`). Measured on MediaPipe's canonical face.
STATIONS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        contour: MappingProxyType(
            {f"{contour}_{i}": share for i, share in enumerate(shares, start=1)}
        )
        for contour, shares in {
            "brow_upper": (0.0, 0.245, 0.483, 0.736, 1.0),
            "brow_lower": (0.0, 0.222, 0.438, 0.683, 1.0),
            "upper_lid": (0.089, 0.191, 0.336, 0.511, 0.665, 0.818, 0.928),
            "lower_lid": (0.083, 0.187, 0.333, 0.514, 0.672, 0.830, 0.937),
            "upper_lip_outer": (0.134, 0.321, 0.539, 0.786),
            "upper_lip_inner": (0.161, 0.365, 0.580, 0.789),
            "lower_lip_outer": (0.135, 0.314, 0.541, 0.769),
            "lower_lip_inner": (0.187, 0.356, 0.571, 0.781),
            "jaw": (0.295, 0.408, 0.517, 0.620, 0.718, 0.792, 0.863, 0.928),
            "nose_bridge": (0.219, 0.425, 0.608, 0.797),
        }.items()
    }
)

_ENDS = {
    "brow_upper": ("brow_upper_1", "brow_upper_5"),
    "brow_lower": ("brow_lower_1", "brow_lower_5"),
    "upper_lid": ("outer_canthus", "inner_canthus"),
    "lower_lid": ("outer_canthus", "inner_canthus"),
    "upper_lip_outer": ("commissure", "upper_lip"),
    "upper_lip_inner": ("inner_commissure", "upper_lip_edge"),
    "lower_lip_outer": ("commissure", "lower_lip"),
    "lower_lip_inner": ("inner_commissure", "lower_lip_edge"),
    "jaw": ("temple_1", "menton"),
    "nose_bridge": ("nasion", "nose_tip"),
}


def ends_of(contour: str) -> tuple[str, str]:
    """Names of the points between which a contour's length is measured: lateral and medial, or from above.

    Examples
    --------
    >>> ends_of("upper_lid")
    ('outer_canthus', 'inner_canthus')
    """
    return _ENDS[contour]


#: Points that both sides have, and where they are.
PAIRS: Mapping[str, str] = MappingProxyType(
    {
        "outer_canthus": "outer corner of the eye",
        "inner_canthus": "inner corner of the eye",
        "iris_centre": "centre of the pupil",
        "iris_medial": "medial end of the iris's horizontal diameter",
        "iris_top": "upper end of its vertical diameter",
        "iris_lateral": "lateral end of its horizontal diameter",
        "iris_bottom": "lower end of its vertical diameter",
        "commissure": "where the lips' outer borders meet",
        "inner_commissure": "where the lips' inner borders meet",
        "ala": "most lateral point of the wing of the nose",
        "alar_base": "lateral end of the nostril's lower border",
        "cheekbone": "prominence of the cheek",
        "temple_1": "edge of the face at the height of the eyes",
        "temple_2": "edge of the face, above",
        "temple_3": "edge of the face, a little below the eyes",
        "temple_4": "edge of the face, at the height of the nose",
        "temple_5": "edge of the face, at the height of the brows",
        "forehead_1": "upper edge of the face beside the midline",
        "forehead_2": "upper edge of the face, farther out",
    }
    | {
        station: f"{contour.replace('_', ' ')}, {100 * share:.0f} % of the way to its medial end"
        for contour, stations in STATIONS.items()
        for station, share in stations.items()
        if contour != "nose_bridge"
    }
)

#: Points of the midline, and where they are.
MIDLINE: Mapping[str, str] = MappingProxyType(
    {
        "forehead": "upper edge of the face",
        "forehead_low": "middle of the forehead",
        "glabella": "between the brows",
        "nasion": "root of the nose",
        "nose_bridge_1": "ridge of the nose, 22 % of the way from its root to its tip",
        "nose_bridge_2": "ridge of the nose, 43 % of the way",
        "nose_bridge_3": "ridge of the nose, 61 % of the way",
        "nose_bridge_4": "ridge of the nose, 80 % of the way",
        "nose_tip": "tip of the nose",
        "nose_tip_low": "tip of the nose, where it turns to the lip",
        "subnasale": "where the nose meets the lip",
        "philtrum": "between nose and lip",
        "upper_lip": "middle of the upper lip's outer border",
        "upper_lip_edge": "middle of the upper lip's inner border",
        "lower_lip_edge": "middle of the lower lip's inner border",
        "lower_lip": "middle of the lower lip's outer border",
        "pogonion": "foremost point of the chin",
        "menton": "lowest point of the chin",
    }
)

#: Points that carry the face's frame. A scheme needs the canthi; see `asymmetry.core.frame` for the others.
FRAME = (
    "outer_canthus",
    "inner_canthus",
    "iris_centre",
    "iris_lateral",
    "iris_medial",
    "nasion",
    "nose_bridge_1",
    "glabella",
)

_LINES = {
    contour: tuple(stations) for contour, stations in STATIONS.items() if contour != "nose_bridge"
}
_BROW = _LINES["brow_upper"] + _LINES["brow_lower"]
_LIDS = _LINES["upper_lid"] + _LINES["lower_lid"]
_LIPS = (
    _LINES["upper_lip_outer"]
    + _LINES["upper_lip_inner"]
    + _LINES["lower_lip_outer"]
    + _LINES["lower_lip_inner"]
)
#: Lists of names; a scheme has those of them that it has points for. Contours run from lateral to medial.
GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **_LINES,
        "brow": _BROW,
        "lids": _LIDS,
        "mouth": ("commissure", "inner_commissure", *_LIPS),
        "iris": ("iris_centre", "iris_medial", "iris_top", "iris_lateral", "iris_bottom"),
        "canthi": ("outer_canthus", "inner_canthus"),
        # Points that no expression and no palsy moves much: used for pose, level and midline.
        "stable_pairs": (
            "outer_canthus",
            "inner_canthus",
            "alar_base",
            "temple_1",
            "temple_2",
            "temple_3",
            "temple_4",
            "temple_5",
            "jaw_1",
            "forehead_1",
            "forehead_2",
        ),
        "stable_midline": (
            "forehead",
            "nasion",
            "nose_bridge_1",
            "nose_bridge_2",
            "nose_bridge_3",
            "nose_bridge_4",
            "nose_tip",
            "nose_tip_low",
            "subnasale",
        ),
        # Regions of the mirror comparison.
        "upper": _BROW,
        "middle": ("outer_canthus", "inner_canthus", "ala", "alar_base", "cheekbone", *_LIDS),
        "lower": ("commissure", "inner_commissure", *_LIPS, *_LINES["jaw"]),
        "upper_midline": ("glabella",),
        "middle_midline": ("nasion", "nose_tip", "subnasale"),
        "lower_midline": ("philtrum", "upper_lip", "lower_lip", "pogonion", "menton"),
    }
)
