"""The columns of `Landmarks`: shapes, defaults, and the statuses and qualities that there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import as_numbers, read_only
from asymmetry.core.notes import note_array
from asymmetry.core.schemes import Scheme
from asymmetry.core.values import TEXTS, as_column
from asymmetry.errors import InvalidInputError

__all__ = [
    "QUALITY",
    "USABLE",
    "Status",
    "check_columns",
    "column_shapes",
]

Status = Literal["ok", "warn", "no_face", "several_faces", "unreadable", "rejected"]
#: The statuses of photos that were measured.
USABLE = ("ok", "warn")
#: Facts about a photo's quality: pixels per mm of the face, brightness (0 to 255) that a quarter of it
#: exceeds, share that is white, how many times as much light one half gets, blur (mm), noise (% of the
#: brightness), and how many times JPEG's blocks show. Limits: `asymmetry.extract.judge.limits.QualityLimits`.
QUALITY = ("px_per_mm", "brightness", "burnt", "side_light", "blur_mm", "grain", "blocks")


def column_shapes(n: int, scheme: Scheme) -> dict[str, tuple[int, ...]]:
    """The shape of each column for n photos.

    Examples
    --------
    >>> from asymmetry.core.schemes import MEDIAPIPE_478
    >>> column_shapes(5, MEDIAPIPE_478)["spread"]
    (5, 478)
    """
    shapes: dict[str, tuple[int, ...]] = {
        "points": (n, scheme.size, 3),
        "spread": (n, scheme.size),
        "pose": (n, 3, 3),
        "blendshapes": (n, len(scheme.expressions)),
        "size": (n, 2),
        "quality": (n, len(QUALITY)),
    }
    return shapes | dict.fromkeys(("photo", "taken", "status", "notes", "focal_px"), (n,))


def unknown_columns(n: int) -> dict[str, npt.NDArray[Any]]:
    """Columns of n photos of which nothing is known."""
    return {
        "quality": np.full((n, len(QUALITY)), np.nan, np.float32),
        "focal_px": np.full(n, np.nan),
        "notes": note_array([()] * n),
    }


def check_columns(
    given: Mapping[str, npt.ArrayLike], n: int, scheme: Scheme
) -> dict[str, npt.NDArray[Any]]:
    """The columns of n photos as `Landmarks` keeps them; of those that are empty nothing is known.

    Numbers and texts become of the kind that a file holds, or it could not be read again: a list of dates out
    of a table, or a focal length in whole numbers. Points in single or double precision stay as they are.

    Parameters
    ----------
    given : mapping of str to array_like
        All columns by name.
    n : int
        Number of photos.
    scheme : Scheme
        Their points.

    Raises
    ------
    InvalidInputError
        If the shape of one does not fit, or its values are none of its kind.
    """
    found: dict[str, Any] = dict(given)
    for name, column in unknown_columns(n).items():
        if np.size(found[name]) == 0:
            found[name] = column
    for name, shape in column_shapes(n, scheme).items():
        if (got := np.shape(found[name])) != shape:
            raise InvalidInputError(
                f"Landmarks.{name} has shape {got}; {scheme.name} with n={n} needs {shape}"
            )
        found[name] = as_kind(name, found[name])
    check_status(found["status"])
    return found


def as_kind(name: str, values: Any) -> npt.NDArray[Any]:
    """A column's values as numbers or texts of its kind, a view that can't be written to.

    Points in single or double precision stay as they are.

    Examples
    --------
    >>> as_kind("focal_px", [800, 900]).dtype, as_kind("taken", ["2026-03-09", None]).tolist()
    (dtype('float64'), ['2026-03-09', ''])
    """
    if name == "notes":
        texts = np.asarray(values).dtype.kind == "U"  # which are notes that say so
        return read_only(note_array((text,) for text in values) if texts else values)
    if name in TEXTS:
        return as_column(name, values)
    kind = np.int64 if name == "size" else np.float64
    if np.asarray(values).dtype.kind != np.dtype(kind).kind:
        values = as_numbers(name, values, kind)
    return read_only(values)


def check_status(status: npt.NDArray[np.str_]) -> None:
    """Raise `InvalidInputError` for a status that is not known."""
    known = get_args(Status)
    wrong = sorted(set(np.unique(status).tolist()) - set(known))
    if wrong:
        raise InvalidInputError(f"unknown status {wrong}; known: {', '.join(known)}")
