"""Landmarks as an xarray Dataset: every axis with its names. Needs the extra ``xarray``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from asymmetry.core.columns import QUALITY
from asymmetry.core.schemes import SIDES, Scheme
from asymmetry.errors import MissingExtraError

if TYPE_CHECKING:
    import xarray

    from asymmetry.core.landmarks import Landmarks

__all__ = ["landmark_dataset", "point_names"]


def landmark_dataset(landmarks: Landmarks) -> xarray.Dataset:
    """An `xarray.Dataset` whose axes have names: ``points.sel(point="right commissure", axis="y")``.

    Parameters
    ----------
    landmarks : Landmarks
        n photos.

    Raises
    ------
    MissingExtraError
        If xarray is not installed.
    """
    try:
        import xarray
    except ImportError as error:
        raise MissingExtraError("to_xarray", "xarray") from error
    found = landmarks
    variables = {
        "points": (("photo", "point", "axis"), found.points, {"units": "px"}),
        "spread": (("photo", "point"), found.spread, {"units": "px"}),
        "pose": (("photo", "camera_axis", "face_axis"), found.pose),
        "blendshapes": (("photo", "expression"), found.blendshapes),
        "size": (("photo", "side_of_photo"), found.size, {"units": "px"}),
        "quality": (("photo", "fact"), found.quality),
        "focal_px": ("photo", found.focal_px, {"units": "px"}),
        "taken": ("photo", found.taken),
        "status": ("photo", found.status),
        "reason": ("photo", found.reason),
    }
    names = {
        "photo": found.photo,
        "point": point_names(found.layout),
        "axis": ["x", "y", "z"],
        "camera_axis": ["right", "up", "towards"],
        "face_axis": ["left", "up", "out"],
        "expression": list(found.layout.expressions),
        "side_of_photo": ["width", "height"],
        "fact": list(QUALITY),
    }
    told = {"scheme": found.scheme, "provenance": json.dumps(dict(found.provenance))}
    return xarray.Dataset(variables, coords=names, attrs=told)


def point_names(layout: Scheme) -> list[str]:
    """A name for each number of a scheme: the patient's side and the point, or the number where it has none.

    Examples
    --------
    >>> from asymmetry.core.schemes import DLIB_68
    >>> names = point_names(DLIB_68)
    >>> names[48], names[54], names[8]
    ('right commissure', 'left commissure', 'menton')
    """
    names = [str(number) for number in range(layout.size)]
    for name, numbers in layout.pairs.items():
        for side, number in zip(SIDES, numbers, strict=True):
            names[number] = f"{side} {name}"
    for name, number in layout.midline.items():
        names[number] = name
    return names
