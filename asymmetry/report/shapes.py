"""What overlays are made of: strokes, ellipses and labels, as SVG elements or painted onto pixels.

Coordinates and sizes are px of the picture, origin at its top-left edge, y down. Every shape has a dark
casing, so that it is readable on any skin.
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

from asymmetry.report.palette import DARK

__all__ = ["Ellipse", "Label", "Shape", "Stroke", "painted", "svg_of"]

FloatArray = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]
Anchor = Literal["start", "middle", "end"]

# The casing: how much wider than the line it is, as a share of the line's width, and how dark.
_CASING, _CASING_OPACITY = 1.4, 0.45
# The rim of a label, as a share of its height.
_RIM = 0.14
# cv2 takes coordinates in whole numbers of 1/16 px.
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
        Of the line, px.
    dash : tuple of float
        Lengths of dash and gap, px; empty for a line without gaps.
    """

    points: FloatArray = field(repr=False)
    colour: str
    width: float
    dash: tuple[float, ...] = ()

    @property
    def style(self) -> tuple[object, ...]:
        """What lines have in common that are drawn as one."""
        return self.colour, self.width, self.dash

    def paint(self, image: Pixels) -> Pixels:
        """The picture with the line on it."""
        dark = _polyline(image.copy(), self, (0, 0, 0), self.width * (1 + _CASING))
        cased = cv2.addWeighted(dark, _CASING_OPACITY, image, 1 - _CASING_OPACITY, 0)
        return _polyline(np.asarray(cased, dtype=np.uint8), self, ImageColor.getrgb(self.colour), self.width)


@dataclass(frozen=True)
class Ellipse:
    """An ellipse: a ring, or a soft spot.

    Attributes
    ----------
    centre : ndarray, shape (2,)
        Its centre.
    radii : (float, float)
        Across and along, px.
    colour : str
        As ``#rrggbb``.
    width : float
        Of the ring, px; 0 for a spot.
    opacity : float
        Of a spot.
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
        centre, radii = (tuple(_fixed(np.asarray(each)).tolist()) for each in (self.centre, self.radii))
        colour = ImageColor.getrgb(self.colour)
        cv2.ellipse(spot, centre, radii, 0, 0, 360, colour, -1, cv2.LINE_AA, _SHIFT)
        return np.asarray(cv2.addWeighted(spot, self.opacity, image, 1 - self.opacity, 0), dtype=np.uint8)


@dataclass(frozen=True)
class Label:
    """A word on the picture.

    Attributes
    ----------
    at : ndarray, shape (2,)
        Where its baseline begins, has its middle, or ends.
    text : str
        The word.
    colour : str
        As ``#rrggbb``.
    height : float
        Of its letters, px.
    anchor : {"start", "middle", "end"}
        Which part of it lies there.
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


def painted(image: Pixels, shapes: Iterable[Shape]) -> Pixels:
    """A picture with shapes painted on it; the picture that was passed stays as it is.

    Examples
    --------
    >>> grey = np.full((20, 20, 3), 128, np.uint8)
    >>> line = Stroke(np.array([[2.0, 10], [18, 10]]), "#ffffff", 3)
    >>> painted(grey, [line])[10, 10].tolist(), grey[10, 10].tolist()
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
    runs = itertools.groupby(shapes, key=lambda shape: shape.style if isinstance(shape, Stroke) else None)
    return "".join(
        _svg_lines([shape for shape in run if isinstance(shape, Stroke)])
        if style
        else "".join(shape.svg for shape in run if not isinstance(shape, Stroke))
        for style, run in runs
    )


def _svg_lines(lines: Sequence[Stroke]) -> str:
    """Lines of one style as two SVG elements: the casings, and the lines."""
    first = lines[0]
    at = "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in line.points) for line in lines)
    dash = f' stroke-dasharray="{" ".join(f"{each:.1f}" for each in first.dash)}"' if first.dash else ""
    common = f'<path d="{at}" fill="none" stroke-linejoin="round"{dash}'
    return (
        f'{common} stroke="{DARK}" stroke-opacity="{_CASING_OPACITY}" '
        f'stroke-width="{first.width * (1 + _CASING):.2f}"/>'
        f'{common} stroke="{first.colour}" stroke-width="{first.width:.2f}"/>'
    )


def _polyline(image: Pixels, line: Stroke, colour: tuple[int, ...], width: float) -> Pixels:
    """Paint a line into a picture; straight pieces end where their points are, as in SVG."""
    if len(line.points) > 2 and not line.dash:
        ends = _fixed(line.points)
        cv2.polylines(image, [ends], False, colour, max(1, round(width)), cv2.LINE_AA, _SHIFT)
        return image
    for start, end in _dashes(line.points, line.dash) if line.dash else [line.points]:
        length = float(np.linalg.norm(end - start))
        if length > 0:
            across = max(1.0, width) / 2 * np.array([start[1] - end[1], end[0] - start[0]]) / length
            corners = _fixed(np.array([start - across, end - across, end + across, start + across]))
            cv2.fillPoly(image, [corners], colour, cv2.LINE_AA, _SHIFT)
    return image


def _fixed(points: FloatArray) -> npt.NDArray[np.int32]:
    """Coordinates as cv2 takes them; there the centre of a pixel is a whole number."""
    edge = 0.5 if points.ndim > 1 else 0.0
    return np.asarray(np.rint((points - edge) * 2**_SHIFT), dtype=np.int32)


def _dashes(points: FloatArray, dash: tuple[float, ...]) -> Iterator[FloatArray]:
    """The dashes of a line, each as its two ends."""
    on, off = dash
    for start, end in itertools.pairwise(points):
        length = float(np.linalg.norm(end - start))
        for first in np.arange(0, length, on + off).tolist():
            shares = np.array([first, min(first + on, length)])[:, None] / length
            yield start + shares * (end - start)
