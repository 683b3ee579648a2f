"""What is drawn over a photo: the crop, and contours, lines and heights. Geometry only; the page draws it.

Coordinates are px of the crop, origin at its top-left edge, y down, so that they go into an SVG as they are.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from PIL import Image

from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import SIDES, Scheme, Side

__all__ = ["Contour", "Crop", "Gap", "Iris", "Line", "Overlay", "face_crop", "overlay"]

FloatArray = npt.NDArray[np.float64]

#: Room around the face, as a share of its height.
_MARGIN = 0.16
_JPEG_QUALITY = 82
#: Contours that are drawn on each side, from the lateral to the medial end, with the corners where they meet.
_CONTOURS: tuple[tuple[tuple[str, ...], str, tuple[str, ...]], ...] = (
    ((), "brow_upper", ()),
    ((), "brow_lower", ()),
    (("outer_canthus",), "upper_lid", ("inner_canthus",)),
    (("outer_canthus",), "lower_lid", ("inner_canthus",)),
    (("commissure",), "upper_lip_outer", ("upper_lip",)),
    (("commissure",), "lower_lip_outer", ("lower_lip",)),
)
#: Heights that are compared on the picture, and the points whose mean they are.
_HEIGHTS = {
    "brow_height": ("brow_upper_3", "brow_upper_4"),
    "commissure_height": ("commissure", "inner_commissure"),
}
#: Points that set where the midline is drawn: of the nose's root and the forehead.
_MIDDLE = ("nasion", "nose_bridge_1", "glabella", "forehead_low")


@dataclass(frozen=True)
class Crop:
    """The face cut out of a photo, encoded anew: no EXIF, no place, no file name.

    Attributes
    ----------
    jpeg : bytes
        The picture.
    width, height : int
        Its size in px.
    origin : (float, float)
        Where its top-left corner lies in the photo, px.
    zoom : float
        Crop px per photo px.
    """

    jpeg: bytes = field(repr=False)
    width: int
    height: int
    origin: tuple[float, float]
    zoom: float

    def placed(self, points: npt.ArrayLike) -> FloatArray:
        """Points of the photo, shape (..., 2), in the crop's px."""
        return (np.asarray(points, dtype=np.float64) - self.origin) * self.zoom


@dataclass(frozen=True)
class Contour:
    """A line along a part of the face on one side."""

    side: Side
    points: FloatArray = field(repr=False)

    @property
    def svg(self) -> str:
        """The points as SVG writes them."""
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in self.points)


@dataclass(frozen=True)
class Line:
    """A straight line between two points."""

    x1: float
    y1: float
    x2: float
    y2: float

    @classmethod
    def between(cls, start: npt.ArrayLike, end: npt.ArrayLike) -> Line:
        """From one point to another, rounded to a tenth of a px."""
        return cls(*np.round(np.concatenate([np.asarray(start), np.asarray(end)]), 1).tolist())


@dataclass(frozen=True)
class Iris:
    """The circle of one iris."""

    side: Side
    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class Gap:
    """A left-right difference in height, as it shows on the picture.

    Attributes
    ----------
    metric : str
        The headline metric.
    level : Line
        Level line at the higher side's height, across both sides.
    bar : Line
        From that line to the lower side's point.
    lower : {"right", "left"}
        The lower side.
    """

    metric: str
    level: Line
    bar: Line
    lower: Side


@dataclass(frozen=True)
class Overlay:
    """All that is drawn over one crop; what was not seen is left out."""

    contours: tuple[Contour, ...]
    irises: tuple[Iris, ...]
    guides: tuple[Line, ...]
    gaps: tuple[Gap, ...]


def face_crop(pixels: npt.NDArray[np.uint8], points: FloatArray, longest: int) -> Crop:
    """Cut the face out of a photo.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (H, W, 3)
        The upright photo, RGB.
    points : ndarray, shape (k, 3)
        The face's points in px of the photo. Where all are NaN the whole photo is taken.
    longest : int
        The crop's longer side in px, at most; nothing is enlarged.

    Returns
    -------
    Crop
    """
    height, width = pixels.shape[:2]
    size = np.array([width, height])
    seen = points[np.isfinite(points[:, 0]), :2]
    low, high = (seen.min(axis=0), seen.max(axis=0)) if len(seen) else (np.zeros(2), size)
    margin = _MARGIN * (high - low)[1] if len(seen) else 0.0
    x0, y0 = np.clip(np.floor(low - margin), 0, size - 1).astype(int).tolist()
    x1, y1 = np.clip(np.ceil(high + margin), (x0 + 1, y0 + 1), size).astype(int).tolist()
    zoom = min(1.0, longest / max(x1 - x0, y1 - y0))
    image = Image.fromarray(np.ascontiguousarray(pixels[y0:y1, x0:x1]))
    target = (max(1, round(image.width * zoom)), max(1, round(image.height * zoom)))
    stream = io.BytesIO()
    image.resize(target, Image.Resampling.LANCZOS).save(stream, "JPEG", quality=_JPEG_QUALITY, optimize=True)
    return Crop(stream.getvalue(), *target, origin=(x0, y0), zoom=zoom)


def overlay(landmarks: Landmarks, roll: float, crop: Crop) -> Overlay:
    """Place one photo's points, lines and height differences on its crop.

    Parameters
    ----------
    landmarks : Landmarks
        The photo's row, n = 1, measured.
    roll : float
        In-plane rotation of the face, degrees, as in `Face.roll`.
    crop : Crop
        From `face_crop`.

    Returns
    -------
    Overlay
    """
    layout = landmarks.layout
    points = crop.placed(landmarks.points[0, :, :2])
    angle = np.radians(roll)
    along, down = np.array([np.cos(angle), -np.sin(angle)]), np.array([np.sin(angle), np.cos(angle)])
    gaps = (
        _gap(
            metric,
            [points[[_number(layout, name, side) for name in names]].mean(axis=0) for side in SIDES],
            down,
        )
        for metric, names in _HEIGHTS.items()
    )
    return Overlay(
        contours=tuple(_contours(layout, points)),
        irises=tuple(_irises(layout, points)),
        guides=_guides(layout, points, along, down),
        gaps=tuple(gap for gap in gaps if gap is not None),
    )


def _guides(layout: Scheme, points: FloatArray, along: FloatArray, down: FloatArray) -> tuple[Line, ...]:
    """The level line through the pupils, or the outer canthi where those were not seen, and the midline."""
    pairs = (points[list(layout.pairs[name])] for name in ("iris_centre", "outer_canthus"))
    eyes = next((pair for pair in pairs if np.isfinite(pair).all()), None)
    middle = points[[layout.midline[name] for name in _MIDDLE]].mean(axis=0)
    if eyes is None or not np.isfinite(middle).all():
        return ()
    centre = eyes.mean(axis=0)
    centre = centre + float((middle - centre) @ along) * along
    reach = float(np.linalg.norm(eyes[0] - eyes[1]))
    return (
        Line.between(centre - reach * along, centre + reach * along),
        Line.between(centre - 1.1 * reach * down, centre + 1.9 * reach * down),
    )


def _contours(layout: Scheme, points: FloatArray) -> Iterator[Contour]:
    for side in SIDES:
        for start, group, end in _CONTOURS:
            names = (*start, *layout.groups[group], *end)
            line = points[[_number(layout, name, side) for name in names]]
            seen = line[np.isfinite(line).all(axis=1)]
            if len(seen) > 1:
                yield Contour(side, seen)


def _number(layout: Scheme, name: str, side: Side) -> int:
    """Number of a point, paired or of the midline."""
    return layout.pairs[name][SIDES.index(side)] if name in layout.pairs else layout.midline[name]


def _irises(layout: Scheme, points: FloatArray) -> Iterator[Iris]:
    names = ("iris_centre", "iris_medial", "iris_lateral")
    for side in SIDES:
        centre, medial, lateral = (points[_number(layout, name, side)] for name in names)
        radius = float(np.linalg.norm(medial - lateral) / 2)
        if np.isfinite(radius):
            yield Iris(side, float(centre[0]), float(centre[1]), radius)


def _gap(metric: str, ends: Sequence[FloatArray], down: FloatArray) -> Gap | None:
    """The difference in height between a place on the right and its twin on the left, where both are seen."""
    if not np.isfinite(ends).all():
        return None
    depth = [float(end @ down) for end in ends]
    lower = int(depth[1] > depth[0])
    low, high = ends[lower], ends[1 - lower]
    foot = low + (depth[1 - lower] - depth[lower]) * down
    return Gap(metric, Line.between(high, foot), Line.between(foot, low), SIDES[lower])
