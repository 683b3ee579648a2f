"""Which expression each photo shows: said by someone, or read from the expression weights."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from asymmetry.core.landmarks import Landmarks

__all__ = ["known_expressions"]

UNKNOWN = "unknown"


def known_expressions(
    landmarks: Landmarks, said: Sequence[str | None]
) -> tuple[npt.NDArray[np.str_], npt.NDArray[np.float64]]:
    """The expression of each photo, and how sure it is.

    Parameters
    ----------
    landmarks : Landmarks
        n photos.
    said : sequence of str or None
        What a manifest or a name says.

    Returns
    -------
    label : ndarray of str, shape (n,)
        The expression; ``"unknown"`` where nothing tells it.
    confidence : ndarray, shape (n,)
        0 to 1; 1 where it was said.
    """
    found = np.full(len(landmarks), UNKNOWN)
    sure = np.zeros(len(landmarks))
    given = np.array([each is not None for each in said], dtype=bool)
    labels = np.array([each or "" for each in said], dtype=np.str_)
    return np.where(given, labels, found), np.where(given, 1.0, sure)
