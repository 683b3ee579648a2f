"""The columns of `Landmarks`: shapes, defaults, and the statuses and qualities that there are."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from asymmetry.core.notes import note_array
from asymmetry.core.schemes import Scheme
from asymmetry.errors import InvalidInputError

__all__ = ["QUALITY", "USABLE", "Status", "check_status", "column_shapes", "unknown_columns"]

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


def check_status(status: npt.NDArray[np.str_]) -> None:
    """Raise `InvalidInputError` for a status that is not known."""
    known = get_args(Status)
    wrong = sorted(set(np.unique(status).tolist()) - set(known))
    if wrong:
        raise InvalidInputError(f"unknown status {wrong}; known: {', '.join(known)}")
