"""Differences of a face from its mirror image, or from another day, as colours over its photo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.frame import MAX_YAW_HORIZONTAL, REGIONS, Scale, face_frame, head_angles
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import SIDES, Scheme
from asymmetry.core.statistics import mdc95
from asymmetry.report.pictures import Picture
from asymmetry.series.day_to_day import DEFAULT_SEM

__all__ = ["FROM_MM", "TO_MM", "Heat", "from_days", "from_mirror", "heat_colours", "paint_heat"]

#: Least difference that is coloured, mm: 95 of 100 repeated photos differ by less.
FROM_MM = float(mdc95(DEFAULT_SEM, 1, 1))
#: The colour stays the same above this, mm. All pictures have one scale, so that they can be compared.
TO_MM = 5.0
_MAP = "plasma"
#: Highest opacity of the colour, and how steeply it rises above the least difference.
_OPACITY, _STEEP = 0.8, 3.0
#: Reach of a point's colour into its surroundings (standard deviation, mm); the share of a point's weight
#: from which on the colour is full; and the least share that is divided by.
_REACH_MM, _NEAR, _FAINT = 4.5, 0.5, 1e-3


@dataclass(frozen=True)
class Heat:
    """Distance of each named point from its place without any difference.

    Attributes
    ----------
    mm : ndarray, shape (names, 2)
        By name, right before left; a point on the midline counts on both sides. NaN where not known.
    names : tuple of str
        Points of the regions that are compared with their mirror image, without the face's outline.
    """

    mm: FloatArray = field(repr=False)
    names: tuple[str, ...] = field(repr=False)

    @property
    def most(self) -> float:
        """The largest of them, mm; NaN where none is known."""
        if not np.isfinite(self.mm).any():
            return float("nan")
        return float(np.nanmax(self.mm))


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
    """Distance of each point from its old place, both faces in their own frame; means over photos.

    Parameters
    ----------
    before, after : Landmarks
        Photos of one expression.
    scales : pair of array_like
        The mm per px of both.
    """
    scale_before, scale_after = scales
    moved = _mean(after, scale_after) - _mean(before, scale_before)
    return _heat(moved, before.layout)


def _mean(faces: Landmarks, mm_per_px: npt.ArrayLike) -> FloatArray:
    """Mean points in the face's frame, shape (2, names, 2); of turned heads the heights only."""
    scale = Scale("ruler", 1 / np.asarray(mm_per_px, dtype=np.float64))
    names = compared_names(faces.layout)
    face = face_frame(faces, scale=scale, names=names)
    points = face.points[:, [face.rows[name] for name in names]]
    yaw = head_angles(faces.pose)[0]
    points[0, ..., np.abs(yaw) > MAX_YAW_HORIZONTAL] = np.nan
    known = np.isfinite(points)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(known, points, 0).sum(axis=-1) / known.sum(axis=-1))


def _heat(apart: FloatArray, layout: Scheme) -> Heat:
    """Distances from their parts outwards, which may not be known, and up."""
    outwards = np.where(np.isnan(apart[0]), 0, apart[0])
    mm = np.sqrt(outwards**2 + apart[1] ** 2)
    return Heat(mm, compared_names(layout))


def compared_names(layout: Scheme) -> tuple[str, ...]:
    """Names of the points of `Heat`."""
    groups = layout.groups
    names = []
    for region in REGIONS:
        names += [*groups[region], *groups[f"{region}_midline"]]
    return tuple(name for name in names if name not in groups["jaw"])


def paint_heat(picture: Picture, heat: Heat) -> Pixels:
    """Turn a picture grey and colour it where the face differs.

    Parameters
    ----------
    picture : Picture
        The face, with its points.
    heat : Heat
        The differences to show.

    Returns
    -------
    ndarray of uint8, shape (h, w, 3)
    """
    grey = cv2.cvtColor(cv2.cvtColor(picture.pixels, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    values, near = _spread_out(picture, heat)
    share = np.clip((values - FROM_MM) / (TO_MM - FROM_MM), 0, 1)
    opacity = (_OPACITY * np.clip(_STEEP * share, 0, 1) * near)[..., None]
    colours = 255 * heat_colours(share)
    mixed = opacity * colours + (1 - opacity) * grey
    return np.asarray(np.rint(mixed), dtype=np.uint8)


def _spread_out(picture: Picture, heat: Heat) -> tuple[FloatArray, FloatArray]:
    """Mean of the points around each pixel, mm, and the pixel's nearness to any, 0 to 1."""
    layout = picture.faces.layout
    numbers = [layout.pairs.get(name) or (layout.midline[name],) * 2 for name in heat.names]
    at = picture.faces.points[0, numbers, :2].astype(np.float64)
    within = ((at >= 0) & (at < (picture.width, picture.height))).all(axis=-1)
    inside = within & np.isfinite(heat.mm)
    sums, count = np.zeros((2, picture.height, picture.width))
    columns, rows = at[inside].astype(int).T
    np.add.at(sums, (rows, columns), heat.mm[inside])
    np.add.at(count, (rows, columns), 1.0)
    sigma = _REACH_MM / picture.mm_per_px
    sums = np.asarray(cv2.GaussianBlur(sums, (0, 0), sigma))
    count = np.asarray(cv2.GaussianBlur(count, (0, 0), sigma))
    one = 1 / (2 * np.pi * sigma**2)  # weight of a single point at its own place
    return sums / np.maximum(count, one * _FAINT), np.clip(count / one / _NEAR, 0, 1)


def heat_colours(share: npt.ArrayLike) -> FloatArray:
    """Colours for shares of the scale, 0 to 1, shape (..., 3); they differ in lightness too."""
    from matplotlib import colormaps

    return np.asarray(colormaps[_MAP](np.asarray(share)))[..., :3]
