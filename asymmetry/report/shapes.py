"""Shapes of overlays: strokes, ellipses and labels, as SVG elements or painted onto pixels.

Coordinates and sizes are px of the picture, with the origin at its top-left corner, y down. Every shape has a
dark casing, so that it is readable on any skin.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Literal, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageColor, ImageDraw, ImageFont

from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.report.palette import DARK

__all__ = ["Ellipse", "Label", "Shape", "Stroke", "paint_shapes", "svg_of"]

Anchor = Literal["start", "middle", "end"]

# Width that the casing adds, as a share of the line's width, and its opacity.
_CASING, _CASING_OPACITY = 1.4, 0.45
# The rim of a label, as a share of its height.
_RIM = 0.14
# cv2 takes coordinates as whole numbers of 1/16 px.
_SHIFT = 4
_ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}


@dataclass(frozen=True)
class Stroke:
    """A line through points.

    Attributes
    ----------
    points : ndarray, shape (m, 2)
        The points.
    colour : str
        As ``#rrggbb``.
    width : float
        Width of the line, px.
    dash : tuple of float
        Lengths of dash and gap, px; empty for a line without gaps.
    """

    points: FloatArray = field(repr=False)
    colour: str
    width: float
    dash: tuple[float, ...] = ()

    @property
    def style(self) -> tuple[object, ...]:
        """The values shared by lines that are drawn as one."""
        return self.colour, self.width, self.dash

    def paint(self, image: Pixels) -> Pixels:
        """The picture with the line on it."""
        dark = _polyline(image.copy(), self, (0, 0, 0), self.width * (1 + _CASING))
        cased = cv2.addWeighted(dark, _CASING_OPACITY, image, 1 - _CASING_OPACITY, 0)
        colour = ImageColor.getrgb(self.colour)
        return _polyline(np.asarray(cased, dtype=np.uint8), self, colour, self.width)


@dataclass(frozen=True)
class Ellipse:
    """An ellipse: a ring, or a soft spot.

    Attributes
    ----------
    centre : ndarray, shape (2,)
        Its centre.
    radii : (float, float)
        Horizontal and vertical radius, px.
    colour : str
        As ``#rrggbb``.
    width : float
        Width of the ring, px; 0 for a spot.
    opacity : float
        Opacity of a spot, 0 to 1.
    """

    centre: FloatArray = field(repr=False)
    radii: tuple[float, float]
    colour: str
    width: float = 0.0
    opacity: float = 1.0

    @property
    def svg(self) -> str:
        """The ellipse as SVG elements."""
        (x, y), (across, along) = self.centre, self.radii
        common = f'<ellipse cx="{x:.1f}" cy="{y:.1f}" rx="{across:.2f}" ry="{along:.2f}"'
        if not self.width:
            return f'{common} fill="{self.colour}" fill-opacity="{self.opacity:.2f}"/>'
        return (
            f'{common} fill="none" stroke="{DARK}" stroke-opacity="{_CASING_OPACITY}" '
            f'stroke-width="{self.width * (1 + _CASING):.2f}"/>'
            f'{common} fill="none" stroke="{self.colour}" stroke-width="{self.width:.2f}"/>'
        )

    def paint(self, image: Pixels) -> Pixels:
        """The picture with the ellipse on it."""
        if self.width:
            turn = np.linspace(0, 2 * np.pi, 49)
            ring = self.centre + np.stack([np.cos(turn), np.sin(turn)], axis=1) * self.radii
            return Stroke(ring, self.colour, self.width).paint(image)
        spot = image.copy()
        centre = _to_fixed_point(np.asarray(self.centre)).tolist()
        radii = _to_fixed_point(np.asarray(self.radii)).tolist()
        colour = ImageColor.getrgb(self.colour)
        cv2.ellipse(spot, centre, radii, 0, 0, 360, colour, -1, cv2.LINE_AA, _SHIFT)
        mixed = cv2.addWeighted(spot, self.opacity, image, 1 - self.opacity, 0)
        return np.asarray(mixed, dtype=np.uint8)


@dataclass(frozen=True)
class Label:
    """A word on the picture.

    Attributes
    ----------
    at : ndarray, shape (2,)
        Place of the start, middle or end of its baseline, px.
    text : str
        The word.
    colour : str
        As ``#rrggbb``.
    height : float
        Height of its letters, px.
    anchor : {"start", "middle", "end"}
        The part of the baseline that lies at ``at``.
    """

    at: FloatArray = field(repr=False)
    text: str
    colour: str
    height: float
    anchor: Anchor = "start"

    @property
    def svg(self) -> str:
        """Two SVG elements, the rim and the word."""
        x, y = self.at
        common = (
            f'x="{x:.1f}" y="{y:.1f}" text-anchor="{self.anchor}" font-size="{self.height:.1f}" '
            'font-weight="bold" font-family="system-ui, DejaVu Sans, sans-serif"'
        )
        word = escape(self.text)
        return (
            f'<text {common} fill="{DARK}" stroke="{DARK}" stroke-linejoin="round" '
            f'stroke-width="{2 * _RIM * self.height:.1f}">{word}</text>'
            f'<text {common} fill="{self.colour}">{word}</text>'
        )

    def paint(self, image: Pixels) -> Pixels:
        """The picture with the word on it."""
        canvas = Image.fromarray(image)
        ImageDraw.Draw(canvas).text(
            tuple(self.at.tolist()),
            self.text,
            fill=self.colour,
            font=ImageFont.load_default(max(1.0, self.height)),
            anchor=_ANCHORS[self.anchor],
            stroke_width=_RIM * self.height,
            stroke_fill=DARK,
        )
        return np.array(canvas)


Shape: TypeAlias = "Stroke | Ellipse | Label"


def paint_shapes(image: Pixels, shapes: Iterable[Shape]) -> Pixels:
    """Paint shapes onto a copy of a picture.

    Examples
    --------
    >>> grey = np.full((20, 20, 3), 128, np.uint8)
    >>> line = Stroke(np.array([[2.0, 10], [18, 10]]), "#ffffff", 3)
    >>> paint_shapes(grey, [line])[10, 10].tolist(), grey[10, 10].tolist()
    ([255, 255, 255], [128, 128, 128])
    """
    for shape in shapes:
        image = shape.paint(image)
    return image


def svg_of(shapes: Iterable[Shape]) -> str:
    """Shapes as SVG elements, in the same order.

    Examples
    --------
    >>> "&lt;b&gt;" in svg_of([Label(np.zeros(2), "<b>", "#ffffff", 8)])
    True
    """
    elements = []
    for _, run in itertools.groupby(shapes, key=_line_style):
        lines = []
        for shape in run:
            if isinstance(shape, Stroke):
                lines.append(shape)
            else:
                elements.append(shape.svg)
        if lines:
            elements.append(_svg_lines(lines))
    return "".join(elements)


def _line_style(shape: Shape) -> tuple[object, ...]:
    """The style of a line, by which neighbouring lines are drawn as one; empty for other shapes."""
    if isinstance(shape, Stroke):
        return shape.style
    return ()


def _svg_lines(lines: Sequence[Stroke]) -> str:
    """Lines of one style as two SVG elements: the casings, and the lines."""
    first = lines[0]
    at = "".join(_svg_path(line.points) for line in lines)
    dash = ""
    if first.dash:
        lengths = " ".join(f"{each:.1f}" for each in first.dash)
        dash = f' stroke-dasharray="{lengths}"'
    common = f'<path d="{at}" fill="none" stroke-linejoin="round"{dash}'
    return (
        f'{common} stroke="{DARK}" stroke-opacity="{_CASING_OPACITY}" '
        f'stroke-width="{first.width * (1 + _CASING):.2f}"/>'
        f'{common} stroke="{first.colour}" stroke-width="{first.width:.2f}"/>'
    )


def _svg_path(points: FloatArray) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _polyline(image: Pixels, line: Stroke, colour: tuple[int, ...], width: float) -> Pixels:
    """Paint a line into a picture; straight pieces end exactly at their points, as in SVG."""
    if len(line.points) > 2 and not line.dash:
        ends = _to_fixed_point(line.points)
        cv2.polylines(image, [ends], False, colour, max(1, round(width)), cv2.LINE_AA, _SHIFT)
        return image
    for start, end in _pieces(line):
        length = float(np.linalg.norm(end - start))
        if length > 0:
            normal = np.array([start[1] - end[1], end[0] - start[0]])
            across = max(1.0, width) / 2 * normal / length
            corners = np.array([start - across, end - across, end + across, start + across])
            cv2.fillPoly(image, [_to_fixed_point(corners)], colour, cv2.LINE_AA, _SHIFT)
    return image


def _to_fixed_point(points: FloatArray) -> npt.NDArray[np.int32]:
    """Points, or one point or size, in cv2's coordinates: its pixels have whole numbers at their centres."""
    edge = 0.0
    if points.ndim > 1:
        edge = 0.5
    return np.asarray(np.rint((points - edge) * 2**_SHIFT), dtype=np.int32)


def _pieces(line: Stroke) -> Iterator[FloatArray]:
    """The two ends of each dash of a line, or of the line itself if it has none."""
    if not line.dash:
        yield line.points
        return
    on, off = line.dash
    for start, end in itertools.pairwise(line.points):
        length = float(np.linalg.norm(end - start))
        for first in np.arange(0, length, on + off).tolist():
            shares = np.array([first, min(first + on, length)])[:, None] / length
            yield start + shares * (end - start)
