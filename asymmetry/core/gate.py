"""Points that come from elsewhere: definite errors in them are reported where the points come in."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.schemes import Scheme
from asymmetry.errors import InvalidInputError

__all__ = ["FAULTS", "check_points", "find_faults"]

FloatArray = npt.NDArray[np.floating[Any]]

#: A face whose points lie within so many px either way is none; in 0 to 1 of the photo's size it is.
LEAST_EXTENT_PX = 2.0
#: A face is seen the wrong way round if its eyes are apart, across the line from eyes to mouth and against
#: their order, by more than this share of that line's length. In a profile they are hardly apart at all.
LEAST_APART = 0.25
_ANYWAY = "or say check=False to take the points as they are"
#: Faults of points that are certain.
FAULTS = {
    "shares": "points have to be in pixels, and these are shares of the photo's size, 0 to 1",
    "upwards": "y has to run down from the photo's top edge, and here the mouth lies above the eyes",
    "exchanged": "sides have to be the patient's own, and here right and left are exchanged",
    "irises": "the right iris lies on the left of the left one, against the order of the eyes",
}
_REMEDIES = {
    "shares": "multiply x and z by its width and y by its height",
    "upwards": "give height - y for y",
    "exchanged": "in an unmirrored photo the patient's right is on the image's left",
    "irises": "exchange the irises, or the eyes",
}


def check_points(points: FloatArray, scheme: Scheme, photo: npt.NDArray[np.str_]) -> None:
    """Refuse points that can't be pixels of an upright y-down picture with the patient's own sides.

    Only definite errors are refused. A face that is upside down, lies on its side or is seen in profile
    passes: a turned picture keeps the order of right eye, left eye and mouth around the face, and only a
    flipped axis or exchanged sides turn it round.

    Parameters
    ----------
    points : ndarray, shape (n, k, 3)
        The points. Rows and points that are NaN are not judged.
    scheme : Scheme
        The scheme that names the points.
    photo : ndarray of str, shape (n,)
        Names, for the error.

    Raises
    ------
    InvalidInputError
        If the points of a photo are shares of its size, run upwards, or have right and left exchanged, or the
        irises alone have.
    """
    for fault, wrong in find_faults(points, scheme).items():
        if wrong.any():
            name = photo[int(wrong.argmax())]
            raise InvalidInputError(f"{name}: {FAULTS[fault]}: {_REMEDIES[fault]}, {_ANYWAY}")


def find_faults(points: FloatArray, scheme: Scheme) -> dict[str, npt.NDArray[np.bool_]]:
    """The definite errors of points, by the names of `FAULTS`: which photos have them, shape (n,).

    Parameters
    ----------
    points, scheme
        As for `check_points`.
    """
    with np.errstate(invalid="ignore"):
        flat = np.where(np.isfinite(points[..., :2]), points[..., :2], np.nan)
        high = np.fmax.reduce(flat, axis=1, initial=-np.inf)
        low = np.fmin.reduce(flat, axis=1, initial=np.inf)
        extent = np.max(high - low, axis=1, initial=0.0)
    found = {"shares": (extent > 0) & (extent < LEAST_EXTENT_PX)}
    if not {"outer_canthus", "commissure"} <= scheme.pairs.keys():
        return found
    right_number, left_number = scheme.pairs["outer_canthus"]
    right, left = points[:, right_number, :2], points[:, left_number, :2]
    mouth = points[:, list(scheme.pairs["commissure"]), :2].mean(axis=1)
    across, down = left - right, mouth - (right + left) / 2
    turn = across[:, 0] * down[:, 1] - across[:, 1] * down[:, 0]
    wrong = turn < -LEAST_APART * (down**2).sum(axis=1)
    above = down[:, 1] < -np.abs(down[:, 0])
    found |= {"upwards": wrong & above, "exchanged": wrong & ~above}
    if "iris_centre" in scheme.pairs:
        right_number, left_number = scheme.pairs["iris_centre"]
        apart = points[:, left_number, :2] - points[:, right_number, :2]
        found["irises"] = (apart * across).sum(axis=1) < 0
    return found
