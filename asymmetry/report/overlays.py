"""Overlays: drawings over a photo, in pieces that can be combined freely.

An overlay places shapes by a face's points; it measures nothing. The same shapes become an SVG over a photo
in a page, or pixels: ``Contours().annotate(image, faces, row)``.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import SIDES, Side
from asymmetry.core.table import Measurements
from asymmetry.metrics import catalogue, measure
from asymmetry.metrics.noticing import exceeds_error
from asymmetry.report.palette import LIGHT, ON_PHOTO, SEEN
from asymmetry.report.shapes import Anchor, Ellipse, Label, Shape, Stroke, paint_shapes, svg_of
from asymmetry.report.view import View
from asymmetry.series import HEADLINES, Headline

__all__ = [
    "Contours",
    "Differences",
    "Guides",
    "Heights",
    "Layers",
    "Overlay",
    "Points",
    "SideNames",
    "Spread",
]

#: Widths of lines and heights of letters, in units of the view.
_THIN, _LINE, _BAR, _SEEN_BAR = 0.3, 0.45, 0.9, 1.3
_SMALL, _LARGE = 3.6, 7.0
#: Width of a bold letter at most, as a share of its height.
_LETTER = 0.74
#: Distance of a label under a corner of the mouth, units.
_UNDER = 1.6
#: Height of a digit's middle above its baseline, as a share of a letter's height.
_CENTRE = 0.36
_DASH = (1.5, 1.0)
_START: Anchor = "start"
#: Radius of a soft ellipse in standard deviations, and its opacity.
_SPREAD_SD, _SPREAD_OPACITY = 2.0, 0.4
#: Contours that are drawn on each side, from the lateral to the medial end, with the corners where they meet.
_CONTOURS: tuple[tuple[tuple[str, ...], str, tuple[str, ...]], ...] = (
    ((), "brow_upper", ()),
    ((), "brow_lower", ()),
    (("outer_canthus",), "upper_lid", ("inner_canthus",)),
    (("outer_canthus",), "lower_lid", ("inner_canthus",)),
    (("commissure",), "upper_lip_outer", ("upper_lip",)),
    (("commissure",), "lower_lip_outer", ("lower_lip",)),
)
#: Points that set where the midline is drawn: of the nose's root and the forehead.
_MIDDLE = ("nasion", "nose_bridge_1", "glabella", "forehead_low")
#: Sign of the direction away from the midline; the face's own runs towards the patient's left.
_OUTWARD: Mapping[Side, int] = MappingProxyType({"right": -1, "left": 1})
#: Heights over the pupil line that show on a picture, with the points that they are measured to.
_SHOWN = tuple(headline for headline in HEADLINES if catalogue()[headline.metric].marks)


@dataclass(frozen=True)
class Overlay:
    """A drawing over a photo. A new kind of overlay only has to give its `shapes`."""

    def shapes(self, faces: Landmarks, row: int) -> Iterator[Shape]:
        """The shapes, in drawing order; points that were not seen are left out.

        Parameters
        ----------
        faces : Landmarks
            Points in px of the picture.
        row : int
            Row of the face.
        """
        raise NotImplementedError

    def annotate(self, image: Pixels, faces: Landmarks, row: int = 0) -> Pixels:
        """Paint it onto a picture.

        Parameters
        ----------
        image : ndarray of uint8, shape (H, W, 3)
            The upright photo, RGB; it is not changed.
        faces : Landmarks
            n photos, with points in px of this picture.
        row : int
            Row of this photo.

        Returns
        -------
        ndarray of uint8, shape (H, W, 3)

        Examples
        --------
        >>> from asymmetry.synthetic import face
        >>> made = face(px_per_mm=1)
        >>> grey = np.full((220, 220, 3), 128, np.uint8)
        >>> bool((Contours().annotate(grey, made) != grey).any())
        True
        """
        return paint_shapes(image, self.shapes(faces, row))

    def svg(self, faces: Landmarks, row: int = 0) -> str:
        """The drawing as SVG elements, for an ``<svg>`` with the picture's size as its view box."""
        return svg_of(self.shapes(faces, row))


@dataclass(frozen=True)
class Layers(Overlay):
    """Several overlays, one over the other.

    Attributes
    ----------
    parts : tuple of Overlay
        The lowest first.
    """

    parts: tuple[Overlay, ...] = ()

    def shapes(self, faces: Landmarks, row: int) -> Iterator[Shape]:
        """All shapes of the parts."""
        return itertools.chain.from_iterable(part.shapes(faces, row) for part in self.parts)


@dataclass(frozen=True)
class Points(Overlay):
    """Every point that was seen, as a dot in its side's colour."""

    def shapes(self, faces: Landmarks, row: int) -> Iterator[Shape]:
        """One spot for each point."""
        view = View.of(faces, row)
        across = view.points[: view.layout.size] @ view.along
        twin = across[view.layout.mirror]
        seen = np.flatnonzero(np.isfinite(across)).tolist()
        if not seen:
            return
        # The right point of a pair lies farther to the picture's left; one without its twin, left of the
        # mean.
        beside = np.where(np.isfinite(twin), twin, np.nanmean(across))
        for number in seen:
            colour = ON_PHOTO[SIDES[int(across[number] > beside[number])]]
            if view.layout.mirror[number] == number:
                colour = LIGHT
            yield Ellipse(view.points[number], (_LINE * view.unit, _LINE * view.unit), colour)


@dataclass(frozen=True)
class Contours(Overlay):
    """Brows, lids, lips and irises, in their side's colour."""

    def shapes(self, faces: Landmarks, row: int) -> Iterator[Shape]:
        """A line for each contour and a ring for each iris."""
        view = View.of(faces, row)
        for side in SIDES:
            for start, group, end in _CONTOURS:
                names = (*start, *view.layout.groups[group], *end)
                line = view.points[[view.number(name, side) for name in names]]
                seen = line[np.isfinite(line).all(axis=1)]
                if len(seen) > 1:
                    yield Stroke(seen, ON_PHOTO[side], _LINE * view.unit)
            centre = view.points[view.number("iris_centre", side)]
            medial = view.points[view.number("iris_medial", side)]
            lateral = view.points[view.number("iris_lateral", side)]
            radius = float(np.linalg.norm(medial - lateral)) / 2
            if np.isfinite(radius) and np.isfinite(centre).all():
                yield Ellipse(centre, (radius, radius), ON_PHOTO[side], _LINE * view.unit)


@dataclass(frozen=True)
class Guides(Overlay):
    """The level line through the pupils, and the midline."""

    def shapes(self, faces: Landmarks, row: int) -> Iterator[Shape]:
        """Two dashed lines; none where neither pupils nor canthi were seen."""
        view = View.of(faces, row)
        eyes = view.eyes()
        if eyes is None:
            return
        known = [view.number(name, "right") for name in _MIDDLE if view.layout.has(name)]
        known = known or [view.number("inner_canthus", side) for side in SIDES]
        middle = view.points[known].mean(axis=0)
        if not np.isfinite(middle).all():
            return
        centre = eyes.mean(axis=0)
        centre = centre + float((middle - centre) @ view.along) * view.along
        reach = float(np.linalg.norm(eyes[0] - eyes[1]))
        dash = tuple(view.unit * each for each in _DASH)
        for ends in (
            (centre - reach * view.along, centre + reach * view.along),
            (centre - 1.1 * reach * view.down, centre + 1.9 * reach * view.down),
        ):
            yield Stroke(np.array(ends), LIGHT, _THIN * view.unit, dash)


@dataclass(frozen=True)
class _Measured(Overlay):
    """An overlay that shows numbers.

    Attributes
    ----------
    table : Measurements, optional
        The faces' table, row by row. Default: the faces are measured, by the iris.
    decimal : str
        The decimal sign.
    """

    table: Measurements | None = None
    decimal: str = "."

    def _row(self, faces: Landmarks, row: int) -> dict[str, float]:
        """Values of one face by column."""
        known = [each.column(kind) for each in _SHOWN for kind in (*SIDES, "diff", "diff_sd")]
        table = self.table
        if table is None:
            table, row = measure(faces[row], metrics=[headline.metric for headline in _SHOWN]), 0
        return {column: float(table[column][row]) for column in known if column in table}

    def _mm(self, value: float) -> str:
        return f"{abs(value):.1f} mm".replace(".", self.decimal)


@dataclass(frozen=True)
class Heights(_Measured):
    """Height of each brow and corner of the mouth over the pupil line, with its millimetres."""

    def shapes(self, faces: Landmarks, row: int) -> Iterator[Shape]:
        """A thin line from the pupil line and a label beside the face, for each side that was measured."""
        view, values = View.of(faces, row), self._row(faces, row)
        eyes = view.eyes()
        if eyes is None:
            return
        seen = view.points[np.isfinite(view.points).all(axis=1)]
        across = seen @ view.along
        edges = {"right": float(across.min()), "left": float(across.max())}
        for headline in _SHOWN:
            for side in SIDES:
                end = view.place(catalogue()[headline.metric].marks, side)
                value = values[headline.column(side)]
                if not np.isfinite(end).all() or not np.isfinite(value):
                    continue
                foot = end + float((eyes.mean(axis=0) - end) @ view.down) * view.down
                yield Stroke(np.array([foot, end]), ON_PHOTO[side], _THIN * view.unit)
                yield from self._lead_out(view, end, edges[side], side, value)

    def _lead_out(
        self, view: View, end: FloatArray, edge: float, side: Side, value: float
    ) -> Iterator[Shape]:
        """A label beside the face's edge, with a finer line that leads to it."""
        colour, outwards = ON_PHOTO[side], _OUTWARD[side] * view.along
        place = end + (edge - float(end @ view.along)) * view.along + view.unit * outwards
        lift, anchor = _beside(outwards, _SMALL * view.unit)
        label = _label(view, place + lift, self._mm(value), colour, anchor)
        # A label that is kept within the picture has moved; the line ends before it.
        axis = int(np.abs(outwards).argmax())
        reach = float((label.at - lift - end)[axis] / outwards[axis]) - view.unit / 2
        if reach > 0:
            yield Stroke(np.array([end, end + reach * outwards]), colour, _THIN * view.unit / 2)
        yield label


@dataclass(frozen=True)
class Differences(_Measured):
    """The difference in height between both sides, where a bystander likely notices it.

    It is drawn only if the same side is lower in the picture as in the measurement, from which the head's
    turn is removed.

    Attributes
    ----------
    all : bool
        Also draw differences that are not noticed, except for those within the error of their reading.
    """

    all: bool = False

    def shapes(self, faces: Landmarks, row: int) -> Iterator[Shape]:
        """A level line at the higher side, a bar down to the lower one, and its label."""
        view, values = View.of(faces, row), self._row(faces, row)
        for headline in _SHOWN:
            diff = values[headline.column("diff")]
            sd = values.get(headline.column("diff_sd"), math.nan)
            seen = headline.noticeable(diff, sd) == "likely"
            # A difference that rounds to 0, or is not known, is not drawn.
            if abs(np.round(diff, 1)) > 0 and (seen or (self.all and exceeds_error(diff, sd))):
                yield from self._gap(view, headline, diff, seen=seen)

    def _gap(self, view: View, headline: Headline, diff: float, *, seen: bool) -> Iterator[Shape]:
        marks = catalogue()[headline.metric].marks
        ends = [view.place(marks, side) for side in SIDES]
        depth = [float(end @ view.down) for end in ends]
        lower = int(depth[1] > depth[0])
        if not np.isfinite(depth).all() or (diff < 0) == bool(lower):
            return
        low, high = ends[lower], ends[1 - lower]
        foot = low + (depth[1 - lower] - depth[lower]) * view.down
        colour, width = LIGHT, _BAR
        if seen:
            colour, width = SEEN, _SEEN_BAR
        yield Stroke(np.array([high, foot]), LIGHT, _THIN * view.unit)
        yield Stroke(np.array([foot, low]), colour, width * view.unit)
        # Over the bar, where the forehead is.
        towards, place = -view.down, foot - view.unit * view.down
        if headline.metric != "brow_height":  # under the corner
            towards, place = view.down, low + _UNDER * view.unit * view.down
        lift, anchor = _beside(towards, _SMALL * view.unit)
        if headline.metric != "brow_height" and anchor == "middle":
            # Off the lips and off the label of its height.
            anchor = _beside(_OUTWARD[SIDES[lower]] * view.along, 0)[1]
        yield _label(view, place + lift, self._mm(diff), colour, anchor)


@dataclass(frozen=True)
class Spread(Overlay):
    """Scatter of the readings of each contour's points: soft ellipses of two standard deviations."""

    def shapes(self, faces: Landmarks, row: int) -> Iterator[Shape]:
        """One soft spot for each point whose spread is known."""
        view = View.of(faces, row)
        for side in SIDES:
            for start, group, end in _CONTOURS:
                for name in (*start, *view.layout.groups[group], *end):
                    number = view.number(name, side)
                    at, colour = view.points[number], ON_PHOTO[side]
                    reach = _SPREAD_SD * float(view.spread[number])
                    if np.isfinite(reach) and np.isfinite(at).all():
                        yield Ellipse(at, (reach, reach), colour, opacity=_SPREAD_OPACITY)


@dataclass(frozen=True)
class SideNames(Overlay):
    """The patient's right and left, in the picture's corners on that side of the face.

    Attributes
    ----------
    right, left : str
        The names of the sides.
    """

    right: str = "R"
    left: str = "L"

    def shapes(self, faces: Landmarks, row: int) -> Iterator[Shape]:
        """Two labels, each where that side of the face is; none where no point was seen."""
        view = View.of(faces, row)
        if not np.isfinite(view.points).any():
            return
        width, height = view.size
        letter = _LARGE / 100 * min(width, height)
        for side, name in zip(SIDES, (self.right, self.left), strict=True):
            towards = _OUTWARD[side] * view.along
            x, y, anchor = letter / 3, 1.15 * letter, _START
            if abs(towards[0]) < abs(towards[1]):
                y = y if towards[1] < 0 else height - letter / 3
            elif towards[0] > 0:
                x, anchor = width - letter / 3, "end"
            yield Label(np.array([x, y]), name, ON_PHOTO[side], letter, anchor)


def _label(view: View, at: FloatArray, text: str, colour: str, anchor: Anchor) -> Label:
    """A label, kept within the picture."""
    height, (width, tall) = _SMALL * view.unit, view.size
    length = _LETTER * height * len(text)
    before = {"start": 0.0, "middle": length / 2, "end": length}[anchor]
    x = np.clip(at[0], before, max(before, width - length + before))
    y = np.clip(at[1], height, tall - height / 2)
    return Label(np.array([x, y]), text, colour, height, anchor)


def _beside(towards: FloatArray, height: float) -> tuple[FloatArray, Anchor]:
    """How an upright label is placed past a point, towards a direction of the picture: shift and anchor."""
    across, down = towards.tolist()
    if abs(across) >= abs(down):
        return np.array([0.0, _CENTRE * height]), "start" if across > 0 else "end"
    return np.array([0.0, height if down > 0 else 0.0]), "middle"
