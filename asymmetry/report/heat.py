"""Where a face differs from its mirror image, or from itself on another day, as colours over its photo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.frame import Face, Scale, face_frame, head_angles
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.statistics import mdc95
from asymmetry.metrics.measuring import MAX_YAW_HORIZONTAL
from asymmetry.report.pictures import Picture
from asymmetry.series.course import DEFAULT_SEM

__all__ = ["FROM_MM", "TO_MM", "Heat", "from_days", "from_mirror", "heat_colours", "heated"]

FloatArray = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]

#: Differences are coloured from here on: what repeated photos differ by at most, in 95 of 100.
FROM_MM = float(mdc95(DEFAULT_SEM, 1, 1))
#: From here on the colour stays the same, mm. One scale for every picture, so that pictures can be compared.
TO_MM = 5.0
_MAP = "plasma"
#: How opaque the colour is at most, and how fast it gets so from the first difference on.
_OPACITY, _STEEP = 0.8, 3.0
#: How far a point colours its surroundings (standard deviation, mm); as near as half of its own place it
#: does so fully.
_REACH_MM, _NEAR, _FAINT = 4.5, 0.5, 1e-3


@dataclass(frozen=True)
class Heat:
    """How far each named point is from where it would be if nothing differed.

    Attributes
    ----------
    mm : ndarray, shape (named points,)
        In the order of `Face.points`; NaN where not known.
    name : str
        The point that is farthest off; empty where none is known.
    """

    mm: FloatArray = field(repr=False)
    name: str

    @property
    def most(self) -> float:
        """The largest of them, mm; NaN where none is known."""
        return float(np.nanmax(self.mm)) if np.isfinite(self.mm).any() else float("nan")


def from_mirror(faces: Landmarks, mm_per_px: npt.ArrayLike) -> Heat:
    """Distance of each point from the mirror image of its twin; a mean over photos.

    Parameters
    ----------
    faces : Landmarks
        n photos of one day and expression.
    mm_per_px : array_like, shape (n,)
        Their scales.
    """
    points, layout = _mean(faces, mm_per_px)
    pairs = 2 * len(layout.layout.pairs)
    twin = points.copy()
    twin[:, 0:pairs:2], twin[:, 1:pairs:2] = points[:, 1:pairs:2], points[:, 0:pairs:2]
    twin[0] *= -1
    return _heat(points - twin, layout)


def from_days(before: Landmarks, after: Landmarks, scales: Sequence[npt.ArrayLike]) -> Heat:
    """Distance of each point from where it was, both faces in their own frame; means over photos.

    Parameters
    ----------
    before, after : Landmarks
        Photos of one expression.
    scales : pair of array_like
        The mm per px of both.
    """
    (old, layout), (new, _) = (_mean(*each) for each in zip((before, after), scales, strict=True))
    return _heat(new - old, layout)


def _mean(faces: Landmarks, mm_per_px: npt.ArrayLike) -> tuple[FloatArray, Face]:
    """Mean points in the face's frame, shape (2, named points); across only of heads that face the camera."""
    framed = face_frame(faces, scale=Scale("ruler", 1 / np.asarray(mm_per_px, dtype=np.float64)))
    points = framed.points.copy()
    points[0, :, np.abs(head_angles(faces.pose)[0]) > MAX_YAW_HORIZONTAL] = np.nan
    known = np.isfinite(points)
    with np.errstate(invalid="ignore"):
        mean: FloatArray = np.where(known, points, 0).sum(axis=-1) / known.sum(axis=-1)
    return mean, framed


def _heat(apart: FloatArray, face: Face) -> Heat:
    """Across and up, as far as known; without the points that are hardly ever seen right."""
    mm = np.sqrt(np.where(np.isnan(apart[0]), 0, apart[0]) ** 2 + apart[1] ** 2)
    names = _names(face)
    mm[[not _told(face, name) for name in names]] = np.nan
    return Heat(mm, names[int(np.nanargmax(mm))] if np.isfinite(mm).any() else "")


def _names(face: Face) -> list[str]:
    layout = face.layout
    return [name for name in layout.pairs for _ in range(2)] + list(layout.midline)


def _told(face: Face, name: str) -> bool:
    """Whether a point belongs to a region that is compared with its mirror image, and not to the outline."""
    groups = face.layout.groups
    kept = {
        n for region in ("upper", "middle", "lower") for n in (*groups[region], *groups[f"{region}_midline"])
    }
    return name in kept - set(groups["jaw"])


def heated(picture: Picture, heat: Heat) -> Pixels:
    """A picture in grey, coloured where the face differs.

    Parameters
    ----------
    picture : Picture
        The face, with its points.
    heat : Heat
        What to show.

    Returns
    -------
    ndarray of uint8, shape (h, w, 3)
    """
    grey = cv2.cvtColor(cv2.cvtColor(picture.pixels, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    values, near = _around(picture, heat)
    share = np.clip((values - FROM_MM) / (TO_MM - FROM_MM), 0, 1)
    opacity = (_OPACITY * np.clip(_STEEP * share, 0, 1) * near)[..., None]
    colours = 255 * heat_colours(share)
    return np.asarray(np.rint(opacity * colours + (1 - opacity) * grey), dtype=np.uint8)


def _around(picture: Picture, heat: Heat) -> tuple[FloatArray, FloatArray]:
    """Mean of the points around each pixel, mm, and how near it is to any, 0 to 1."""
    layout = picture.faces.layout
    numbers = [n for pair in layout.pairs.values() for n in pair] + list(layout.midline.values())
    at = picture.faces.points[0, numbers, :2].astype(np.float64)
    inside = ((at >= 0) & (at < (picture.width, picture.height))).all(axis=1) & np.isfinite(heat.mm)
    sums, count = np.zeros((2, picture.height, picture.width))
    columns, rows = at[inside].astype(int).T
    np.add.at(sums, (rows, columns), heat.mm[inside])
    np.add.at(count, (rows, columns), 1.0)
    sigma = _REACH_MM / picture.mm_per_px
    sums, count = np.stack([cv2.GaussianBlur(each, (0, 0), sigma) for each in (sums, count)])
    one = 1 / (2 * np.pi * sigma**2)  # what a point by itself leaves in its own place
    return sums / np.maximum(count, one * _FAINT), np.clip(count / one / _NEAR, 0, 1)


def heat_colours(share: npt.ArrayLike) -> FloatArray:
    """Colours of shares of the scale, 0 to 1, shape (..., 3); they differ in lightness too."""
    from matplotlib import colormaps

    return np.asarray(colormaps[_MAP](np.asarray(share)))[..., :3]
