"""The two whole faces that each half makes with its mirror image, to look at: right twice, and left twice."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import Pixels
from asymmetry.core.schemes import SIDES, Side
from asymmetry.extract.face.pose import fit_pose, stable_numbers
from asymmetry.extract.halves.square import Square, chimera
from asymmetry.extract.model.canonical import Canonical, load_canonical

__all__ = ["chimeras"]

#: How large the face is in the square, against the pictures that the landmarker reads.
_SIZE = 1.25


def chimeras(
    pixels: Pixels, points: npt.ArrayLike, *, canonical: Canonical | None = None
) -> dict[Side, Pixels]:
    """Two frontal faces, each made of one side and its mirror image.

    The head's turn is removed, and the midline is that of the measurement.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (H, W, 3)
        The upright photo, RGB; not much larger than twice the pictures to be made, or they come out grainy.
    points : array_like, shape (k, 3)
        The face's points in px of the photo.
    canonical : Canonical, optional
        The symmetric face, where it is loaded already.

    Returns
    -------
    dict of side to ndarray of uint8, shape (s, s, 3)
        By the patient's side that is shown twice, each exactly mirror-symmetric; empty where points were not
        seen that the head's turn is found by.

    Examples
    --------
    >>> chimeras(np.zeros((64, 64, 3), np.uint8), np.full((478, 3), np.nan))
    {}
    """
    face = canonical or load_canonical()
    known = np.asarray(points, dtype=np.float64)
    if not np.isfinite(known[stable_numbers(face.scheme), :2]).all():
        return {}
    pose = fit_pose(known, face.vertices, scheme=face.scheme)
    square = Square.of(face, _SIZE)
    return {side: chimera(pixels, pose, face, square, side) for side in SIDES}
