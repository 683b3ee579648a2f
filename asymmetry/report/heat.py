"""Where a face differs from its mirror image, or from itself on another day, as colours over its photo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.frame import REGIONS, Scale, face_frame, head_angles
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import SIDES, Scheme
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
    mm : ndarray, shape (names, 2)
        By name, right before left; a point of the midline is on both sides. NaN where not known.
    names : tuple of str
        The points of the regions that are compared with their mirror image, without the face's outline.
    """

    mm: FloatArray = field(repr=False)
    names: tuple[str, ...] = field(repr=False)

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
    points = _mean(faces, mm_per_px)
    apart = points[..., :1] - points[..., 1:]
    return _heat(np.repeat(apart, len(SIDES), axis=-1), faces.layout)


def from_days(before: Landmarks, after: Landmarks, scales: Sequence[npt.ArrayLike]) -> Heat:
    """Distance of each point from where it was, both faces in their own frame; means over photos.

    Parameters
    ----------
    before, after : Landmarks
        Photos of one expression.
    scales : pair of array_like
        The mm per px of both.
    """
    old, new = (_mean(*each) for each in zip((before, after), scales, strict=True))
    return _heat(new - old, before.layout)


def _mean(faces: Landmarks, mm_per_px: npt.ArrayLike) -> FloatArray:
    """Mean points in the face's frame, shape (2, names, 2); outwards only of heads that face the camera."""
    scale = Scale("ruler", 1 / np.asarray(mm_per_px, dtype=np.float64))
    names = told(faces.layout)
    face = face_frame(faces, scale=scale, names=names)
    points = face.points[:, [face.rows[name] for name in names]]
    points[0, ..., np.abs(head_angles(faces.pose)[0]) > MAX_YAW_HORIZONTAL] = np.nan
    known = np.isfinite(points)
    with np.errstate(invalid="ignore"):
        mean: FloatArray = np.where(known, points, 0).sum(axis=-1) / known.sum(axis=-1)
    return mean


def _heat(apart: FloatArray, layout: Scheme) -> Heat:
    """Outwards and up, as far as known."""
    mm = np.sqrt(np.where(np.isnan(apart[0]), 0, apart[0]) ** 2 + apart[1] ** 2)
    return Heat(mm, told(layout))


def told(layout: Scheme) -> tuple[str, ...]:
    """Names of the points of `Heat`."""
    groups = layout.groups
    names = [name for region in REGIONS for name in (*groups[region], *groups[f"{region}_midline"])]
    return tuple(name for name in names if name not in groups["jaw"])


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
    numbers = [layout.pairs.get(name) or (layout.midline[name],) * 2 for name in heat.names]
    at = picture.faces.points[0, numbers, :2].astype(np.float64)
    inside = ((at >= 0) & (at < (picture.width, picture.height))).all(axis=-1) & np.isfinite(heat.mm)
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
