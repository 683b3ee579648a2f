"""`LandmarkFormat` and `FoundFaces`: the interface of a format of landmark files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.landmarks import Landmarks
from asymmetry.errors import InvalidInputError

__all__ = ["FoundFaces", "LandmarkFormat"]

FloatArray = npt.NDArray[np.floating[Any]]

#: Where the centre of the first pixel lies if the origin is the corner of the picture, as in `Landmarks`.
PIXEL_CENTRE = 0.5


@dataclass(frozen=True, eq=False, kw_only=True)
class FoundFaces:
    """The faces in a file, as the file has them: n photos with k points each.

    Attributes
    ----------
    points : ndarray, shape (n, k, 2) or (n, k, 3)
        Points by the scheme's numbers; NaN where the file has none. Shares of the photo's size are told from
        pixels by their extent.
    scheme : str
        Name of the landmark scheme.
    photo : sequence of str
        Names of the photos; empty where the file does not say them.
    size : ndarray, shape (n, 2), optional
        Width and height of the photos, px.
    pose : ndarray, shape (n, 3, 3), optional
        As in `Landmarks`.
    blendshapes : ndarray, shape (n, 52), optional
        As in `Landmarks`.
    faces : sequence of int, optional
        How many faces the file has of each photo, if it is not one each. Default: one.
    upwards : bool
        Whether y runs up from the photo's lower edge.
    first_pixel : float
        Coordinate of the first pixel's centre: 0 where pixels are counted from 0, 1 where they are counted
        from 1, and 0.5 where the origin is the photo's corner.
    told : mapping
        Further facts for the provenance.
    """

    points: FloatArray = field(repr=False)
    scheme: str
    photo: Sequence[str] = ()
    size: npt.NDArray[np.integer[Any]] | None = field(default=None, repr=False)
    pose: FloatArray | None = field(default=None, repr=False)
    blendshapes: FloatArray | None = field(default=None, repr=False)
    faces: Sequence[int] | None = None
    upwards: bool = False
    first_pixel: float = PIXEL_CENTRE
    told: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class LandmarkFormat:
    """One format of landmark files.

    Attributes
    ----------
    name : str
        Its name in errors and provenance.
    suffixes : tuple of str
        File name endings in lower case with their dot; the first one is written.
    recognise : callable
        From a file's text to whether it is of this format. Suffixes lie.
    read : callable
        From a file's text and the name of a scheme, empty where the caller named none, to `FoundFaces`.
        `InvalidInputError` where it can't be read; whatever else is raised becomes one.
    write : callable, optional
        From `Landmarks` to a file's text. Default: the format is only read.
    many : bool
        Whether a file may hold several photos.
    """

    name: str
    suffixes: tuple[str, ...]
    recognise: Callable[[str], bool]
    read: Callable[[str, str], FoundFaces]
    write: Callable[[Landmarks], str] | None = None
    many: bool = False

    def __post_init__(self) -> None:
        wrong = [end for end in self.suffixes if not end.startswith(".") or end != end.lower()]
        if wrong or not self.suffixes:
            raise InvalidInputError(
                f"landmark format {self.name}: suffixes are in lower case and begin with a dot, "
                f"not {', '.join(wrong) or 'none'}"
            )
