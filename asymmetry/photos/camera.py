"""A photo's camera, as far as its EXIF tags tell: the focal length in pixels, and its side of a phone."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PIL import ExifTags

__all__ = ["focal_from_exif", "is_front_camera", "name_camera"]

#: Diagonal of the 36 × 24 mm frame that focal lengths "in 35 mm film" belong to (CIPA DCG-001), mm.
FRAME_MM = math.hypot(36.0, 24.0)
#: Proportions of whole sensors and of the parts that phones cut from them in height. Others are crops.
WHOLE = (4 / 3, 3 / 2, 16 / 9)
#: By how much a photo's proportions may differ from those, and from those in its tags: sizes are rounded.
ROUNDING = 0.01
#: Focal lengths in 35 mm film that cameras have, mm.
LEAST_MM, MOST_MM = 8.0, 1000.0


def focal_from_exif(tags: Mapping[int, object], size: tuple[int, int]) -> float:
    """Find the focal length of a whole photo, in its own pixels.

    A photo that was made smaller as a whole counts; one that was cut does not, for nothing tells how much of
    the picture is left.

    Parameters
    ----------
    tags : mapping of int to object
        EXIF tags of the main and the Exif directory.
    size : tuple of int
        Width and height of the photo, px, either way round.

    Returns
    -------
    float
        FocalLengthIn35mmFilm / 43.27 · √(width² + height²), px; NaN where the tags don't say it, the photo
        was cut, or the camera zoomed digitally.

    Examples
    --------
    >>> tags = {0xA405: 26, 0xA002: 4032, 0xA003: 3024}
    >>> round(focal_from_exif(tags, (4032, 3024)))
    3029
    >>> focal_from_exif(tags, (3024, 3024))
    nan
    """
    focal_mm = _number(tags, ExifTags.Base.FocalLengthIn35mmFilm)
    zoom = _number(tags, ExifTags.Base.DigitalZoomRatio)
    tagged = (
        _number(tags, ExifTags.Base.ExifImageWidth),
        _number(tags, ExifTags.Base.ExifImageHeight),
    )
    if (
        not LEAST_MM <= focal_mm <= MOST_MM
        or zoom > 1 + ROUNDING
        or not all(each > 0 for each in tagged)
    ):
        return math.nan
    shape, whole = max(size) / min(size), max(tagged) / min(tagged)
    alike = [abs(shape / other - 1) < ROUNDING for other in (whole, *WHOLE)]
    if not alike[0] or not any(alike[1:]):
        return math.nan
    return focal_mm / FRAME_MM * math.hypot(*size)


def is_front_camera(tags: Mapping[int, object]) -> bool:
    """Whether EXIF tags name the camera on a phone's screen side, as "iPhone 15 front camera" does.

    Examples
    --------
    >>> is_front_camera({0xA434: "iPhone 15 front TrueDepth camera 2.69mm f/1.9"})
    True
    """
    return "front" in str(tags.get(ExifTags.Base.LensModel, "")).lower()


def name_camera(tags: Mapping[int, object]) -> str:
    """The camera's maker and model in EXIF tags, and which side of a phone it is on; empty without a model.

    Examples
    --------
    >>> name_camera(
    ...     {0x010F: "Apple", 0x0110: "iPhone 15", 0xA434: "iPhone 15 front camera 2.69mm f/1.9"}
    ... )
    'Apple iPhone 15, front'
    >>> name_camera({0x010F: "Canon", 0x0110: "Canon EOS R6"})
    'Canon EOS R6'
    """
    make = str(tags.get(ExifTags.Base.Make, "")).strip(" \0")
    model = str(tags.get(ExifTags.Base.Model, "")).strip(" \0")
    if make and model and not model.lower().startswith(make.lower()):
        model = f"{make} {model}"
    return f"{model}, front" if model and is_front_camera(tags) else model


def _number(tags: Mapping[int, object], tag: int) -> float:
    """A tag's number; NaN where it has none."""
    try:
        return float(tags[tag])  # type: ignore[arg-type]
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return math.nan
