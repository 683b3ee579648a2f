"""JPEGs decoded as coarsely as measures the same: a photo of 12 megapixels has more than is used of it.

A JPEG can be decoded at a half, a quarter or an eighth of its size out of the lowest coefficients of its
blocks, which saves most of the decoding that is not reading. How coarse is enough depends on the size of the
face, which is known only when it is found: so a photo is decoded coarsely, and once more where the face turns
out to be small in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from asymmetry.core.landmarks import QUALITY, Landmarks
from asymmetry.extract.face.pose import fit_pose
from asymmetry.extract.model.canonical import Canonical
from asymmetry.extract.model.landmarker import Reading
from asymmetry.photos.halvings import Halvings
from asymmetry.photos.photo import Photo, PhotoSource, read_photo

__all__ = ["ENOUGH_PX_PER_MM", "FIRST_SIDE", "Seen", "in_full_size", "read_fitting"]

#: Pixels per mm that are kept, by the fitted pose as in `judge.quality.detail`. Warps of photos
#: with 2.6 to 3.1 of them are read as well (brows, mouth corners and lids: same error and repeatability) at
#: 0.74 of their size and at 0.6. There irises begin to scatter, by 1.0 % of their width instead of 0.5.
ENOUGH_PX_PER_MM = 2.2
#: Px of the longer side in which the face is looked for first: one that fills a fifth of it is large enough.
FIRST_SIDE = 1800


class Seen(NamedTuple):
    """A photo's pixels as they are looked at, and the faces in them, the largest first."""

    pixels: Halvings
    readings: list[Reading]


def read_fitting(
    source: PhotoSource,
    look: Callable[[Photo], Seen],
    canonical: Canonical,
    **how: Any,
) -> tuple[Photo, Seen]:
    """Read a photo no finer than is needed, and find the faces in it.

    Parameters
    ----------
    source : PhotoSource
        As for `read_photo`.
    look : callable
        Finds the faces in a photo.
    canonical : Canonical
        The face that the model takes for normal.
    **how
        Passed on to `read_photo`.

    Returns
    -------
    photo : Photo
        `Photo.reduced` says how much coarser than the file its pixels are.
    seen : Seen
        The faces in its pixels.

    Raises
    ------
    PhotoError
        As for `read_photo`.
    """
    photo = read_photo(source, least_side=FIRST_SIDE, **how)
    seen = look(photo)
    while photo.reduced > 1:
        # Where no face is seen there may be a small one.
        scale = _px_per_mm(seen.readings[0], canonical) if seen.readings else 0.0
        if scale >= ENOUGH_PX_PER_MM:
            break
        finer = max(1, photo.reduced // 2) if scale * 2 >= ENOUGH_PX_PER_MM else 1
        photo = read_photo(source, least_side=max(photo.full_size) // finer, **how)
        seen = look(photo)
    return photo, seen


def _px_per_mm(reading: Reading, canonical: Canonical) -> float:
    return fit_pose(reading.points, canonical.vertices, scheme=canonical.scheme).scale / 10


def in_full_size(row: Landmarks, photo: Photo) -> Landmarks:
    """What was read in a photo's pixels, in those of the whole photo."""
    quality = row.quality.copy()
    quality[:, QUALITY.index("px_per_mm")] *= photo.reduced
    return replace(
        row,
        points=row.points * np.float32(photo.reduced),
        spread=row.spread * np.float32(photo.reduced),
        quality=quality,
        size=np.array([photo.full_size]),
    )
