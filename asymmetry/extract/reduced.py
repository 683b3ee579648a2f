"""JPEGs decoded no finer than measuring needs: a photo of 12 megapixels has more pixels than are used.

A JPEG can be decoded at a half, a quarter or an eighth of its size from the lowest coefficients of its
blocks, which saves most of the time of decoding. The size that is needed depends on that of the face, which
is known only once it is found. So a photo is decoded coarsely first, and again where its face turns out to be
small.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np

from asymmetry.core.columns import QUALITY
from asymmetry.core.landmarks import Landmarks
from asymmetry.extract.face.pose import fit_pose
from asymmetry.extract.model.canonical import Canonical
from asymmetry.extract.model.landmarker import Reading
from asymmetry.photos.halvings import Halvings
from asymmetry.photos.photo import DEFAULT_MAX_MEGAPIXELS, Photo, PhotoSource, read_photo

__all__ = ["ENOUGH_PX_PER_MM", "FIRST_SIDE", "Seen", "read_fitting", "scale_to_full_size"]

#: Pixels per mm that are kept, by the fitted pose as in `Frontal.px_per_mm`. Warps of photos with 2.6 to
#: 3.1 px per mm are read equally well at 0.74 and at 0.6 of their size (brows, mouth corners and lids have
#: the same error and repeatability). At 0.6 irises begin to scatter, by 1.0 % of their width instead of 0.5.
ENOUGH_PX_PER_MM = 2.2
#: Longer side in which a face is searched for first, px: a face that fills a fifth of it is large enough.
FIRST_SIDE = 1800


class Seen(NamedTuple):
    """The pixels of a photo that are searched, and the faces in them, the largest first.

    ``focal_px`` is the camera's focal length in these pixels; NaN where it is not known. ``twins`` are the
    faces in the mirror image, in its own pixels; None where it was not searched.
    """

    pixels: Halvings
    readings: list[Reading]
    focal_px: float = math.nan
    twins: list[Reading] | None = None


def read_fitting(
    source: PhotoSource,
    look: Callable[[Photo], Seen],
    canonical: Canonical,
    decoded: Photo | None = None,
    *,
    max_megapixels: float = DEFAULT_MAX_MEGAPIXELS,
    name: str | None = None,
) -> tuple[Photo, Seen]:
    """Read a photo no finer than needed, and find the faces in it.

    Parameters
    ----------
    source : PhotoSource
        As for `read_photo`.
    look : callable
        Finds the faces in a photo.
    canonical : Canonical
        The face that the model takes for normal.
    decoded : Photo, optional
        The photo, if it was decoded before, for `FIRST_SIDE`.
    max_megapixels, name
        As for `read_photo`.

    Returns
    -------
    photo : Photo
        `Photo.reduced` is the factor by which its pixels are coarser than the file's.
    seen : Seen
        The faces in its pixels.

    Raises
    ------
    PhotoError
        As for `read_photo`.
    """
    read = partial(read_photo, source, max_megapixels=max_megapixels, name=name)
    photo = decoded or read(least_side=FIRST_SIDE)
    seen = look(photo)
    while photo.reduced > 1:
        scale = 0.0  # where no face is seen there may be a small one
        if seen.readings:
            scale = _px_per_mm(seen.readings[0], canonical)
        if scale >= ENOUGH_PX_PER_MM:
            break
        finer = 1
        if scale * 2 >= ENOUGH_PX_PER_MM:
            finer = max(1, photo.reduced // 2)
        photo = read(least_side=max(photo.full_size) // finer)
        seen = look(photo)
    return photo, seen


def _px_per_mm(reading: Reading, canonical: Canonical) -> float:
    return fit_pose(reading.points, canonical.vertices, scheme=canonical.scheme).scale / 10


def scale_to_full_size(row: Landmarks, photo: Photo) -> Landmarks:
    """Scale a reading from a photo's reduced pixels to those of its file."""
    quality = row.quality.copy()
    quality[:, QUALITY.index("px_per_mm")] *= photo.reduced
    return replace(
        row,
        points=row.points * np.float32(photo.reduced),
        spread=row.spread * np.float32(photo.reduced),
        quality=quality,
        size=np.array([photo.full_size]),
        focal_px=row.focal_px * photo.reduced,
    )
