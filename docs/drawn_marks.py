"""Marks where a metric measures: bars, angles, outlines, arrows, each with the number it shows."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from asymmetry.core.arrays import FloatArray
from asymmetry.core.frame import REGIONS
from asymmetry.core.schemes import SIDES, Side
from asymmetry.core.schemes.vocabulary import GROUPS
from asymmetry.report.palette import LIGHT, ON_PHOTO, SEEN
from asymmetry.report.shapes import Ellipse, Shape, Stroke
from docs.drawn_faces import SCALE, Place, Sight


@dataclass(frozen=True)
class Trace:
    """The shapes drawn for one side, and the number that they show."""

    shapes: tuple[Shape, ...]
    shown: float


#: Draws a metric on one side of a face; a movement is drawn on two, at rest and moved.
Drawn = Callable[..., Trace]
_THIN, _BAR = 0.35 * SCALE, 1.0 * SCALE


def height(place: Place) -> Drawn:
    """From the pupil line to a place."""

    def draw(side: Side, now: Sight) -> Trace:
        end = now.at(place, side)
        return _bar(ON_PHOTO[side], np.array([end[0], now.middle[1]]), end, sign=True)

    return draw


def rise(low: Place, high: Place) -> Drawn:
    """From the level of one place up to another."""

    def draw(side: Side, now: Sight) -> Trace:
        start, end = now.at(low, side), now.at(high, side)
        trace = _bar(ON_PHOTO[side], np.array([end[0], start[1]]), end, sign=True)
        return replace(trace, shapes=(*trace.shapes, *_dots(ON_PHOTO[side], start)))

    return draw


def length(start: Place, end: Place) -> Drawn:
    """Straight from one place to another."""

    def draw(side: Side, now: Sight) -> Trace:
        return _bar(ON_PHOTO[side], now.at(start, side), now.at(end, side))

    return draw


def slope(start: Place, end: Place) -> Drawn:
    """The angle of a line against the level; a finer line is level."""

    def draw(side: Side, now: Sight) -> Trace:
        a, b = now.at(start, side), now.at(end, side)
        return _angle(ON_PHOTO[side], a, b)

    return draw


def _angle(colour: str, start: FloatArray, end: FloatArray) -> Trace:
    run, drop = end - start
    angle = float(np.degrees(np.arctan2(-drop, abs(run))))
    level = start + np.array([1.15 * run, 0.0])
    bar = _bar(colour, start, end)
    line = Stroke(np.array([start, level]), colour, _THIN)
    turns = np.radians(np.linspace(0, angle, 12))
    arc = np.stack([np.sign(run) * np.cos(turns), -np.sin(turns)], axis=1)
    bow = Stroke(start + 0.8 * abs(run) * arc, colour, _THIN)
    return Trace((line, bow, *bar.shapes), angle)


def area(*places: Place) -> Drawn:
    """A filled outline."""

    def draw(side: Side, now: Sight) -> Trace:
        outline = np.array([now.at(place, side) for place in places])
        x, y = outline.T / SCALE
        inside = 0.5 * float(x @ np.roll(y, -1) - y @ np.roll(x, -1))
        fill = [Stroke(np.array(ends), ON_PHOTO[side], _THIN) for ends in _hatch(outline)]
        rim = Stroke(np.vstack([outline, outline[:1]]), ON_PHOTO[side], 2 * _THIN)
        return Trace((*fill, rim), abs(inside))

    return draw


def _hatch(outline: FloatArray) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Upright lines inside an outline that a line cuts twice."""
    closed = np.vstack([outline, outline[:1]])
    left, right = outline[:, 0].min(), outline[:, 0].max()
    for x in np.arange(left + 1.0 * SCALE, right, 1.5 * SCALE):
        cuts = []
        for (ax, ay), (bx, by) in itertools.pairwise(closed):
            if (ax - x) * (bx - x) < 0:
                cuts.append(ay + (by - ay) * (x - ax) / (bx - ax))
        if len(cuts) > 1:
            yield np.array([x, min(cuts)]), np.array([x, max(cuts)])


def across(place: Place) -> Drawn:
    """From the midline to a point of the middle; positive to the patient's right."""

    def draw(side: Side, now: Sight) -> Trace:
        end = now.at(place, side)
        trace = _bar(SEEN, np.array([now.middle[0], end[1]]), end)
        return replace(trace, shown=(now.middle[0] - end[0]) / SCALE)

    return draw


def cant(place: Place) -> Drawn:
    """The angle of the line through both sides' place against the level; the same for either side."""

    def draw(side: Side, now: Sight) -> Trace:  # noqa: ARG001  it has no side
        right, left = now.at(place, "right"), now.at(place, "left")
        trace = _angle(SEEN, left, right)
        return replace(trace, shapes=(*trace.shapes, *_dots(SEEN, left)))

    return draw


def _bar(colour: str, start: FloatArray, end: FloatArray, *, sign: bool = False) -> Trace:
    """A bar from start to end, with a dot at its end; with a sign it counts upwards."""
    shown = float(np.linalg.norm(end - start)) / SCALE
    if sign:
        shown = float(start[1] - end[1]) / SCALE
    bar = Stroke(np.array([start, end]), colour, _BAR)
    return Trace((bar, *_dots(colour, end)), shown)


def _dots(colour: str, *places: FloatArray) -> Iterator[Shape]:
    for place in places:
        yield Ellipse(place, (1.1 * SCALE, 1.1 * SCALE), LIGHT)
        yield _dot(place, colour)


def moved(place: Place, kind: str) -> Drawn:
    """From where a place was at rest to where it is, or that way's part up or out."""

    def draw(side: Side, now: Sight, rest: Sight) -> Trace:
        start, end = rest.at(place, side), now.at(place, side)
        outward = {"right": -1, "left": 1}[side]
        out, up = outward * (end[0] - start[0]) / SCALE, (start[1] - end[1]) / SCALE
        parts = {"up": up, "down": -up, "out": out, "in": -out, "path": float(np.hypot(out, up))}
        if kind in ("up", "down"):
            start = np.array([end[0], start[1]])
        if kind in ("out", "in"):
            start = np.array([start[0], end[1]])
        return Trace(tuple(_arrow(side, start, end)), parts[kind])

    return draw


def _arrow(side: Side, start: FloatArray, end: FloatArray) -> Iterator[Shape]:
    way = end - start
    far = float(np.linalg.norm(way))
    ahead = way / max(far, 1e-9)
    head = min(2.2 * SCALE, 0.6 * far)
    aside = np.array([-ahead[1], ahead[0]])
    yield Stroke(np.array([start, end]), ON_PHOTO[side], _BAR)
    barbs = np.array([end - head * (ahead + aside), end, end - head * (ahead - aside)])
    yield Stroke(barbs, ON_PHOTO[side], _BAR)
    yield Ellipse(start, (0.9 * SCALE, 0.9 * SCALE), LIGHT)


def closing(low: Place, high: Place, kind: str) -> Drawn:
    """The opening at rest, in white, and beside it the opening that is left."""

    def draw(side: Side, now: Sight, rest: Sight) -> Trace:
        aside = np.array([{"right": 1.2, "left": -1.2}[side] * SCALE, 0.0])
        before = [rest.at(low, side), rest.at(high, side)]
        after = [now.at(low, side), now.at(high, side)]
        was = (before[0][1] - before[1][1]) / SCALE
        left = (after[0][1] - after[1][1]) / SCALE
        shown = {"gone": was - left, "percent": 100 * (was - left) / was, "left": left}[kind]
        white = Stroke(np.array([end + aside for end in before]), LIGHT, _BAR)
        bar = Stroke(np.array([end - aside for end in after]), ON_PHOTO[side], _BAR)
        kept = (white, bar)
        if kind == "left":
            kept = (bar,)
        return Trace(kept, shown)

    return draw


def mirror(*regions: str) -> Drawn:
    """From each point to where the mirror image has it, which is laid over the whole face."""

    def draw(side: Side, now: Sight) -> Trace:
        own, image = laid_over(now)
        points = np.concatenate([own[region] for region in regions])
        twins = np.concatenate([image[region] for region in regions])
        steps = [
            Stroke(np.array(ends), LIGHT, 2 * _THIN) for ends in zip(twins, points, strict=True)
        ]
        ours = (points[:, 0] > now.middle[0]) == (side == "left")
        spots = [_dot(end, ON_PHOTO[side]) for end in points[ours]]
        apart = np.sqrt(np.mean(np.sum((points - twins) ** 2, axis=1))) / SCALE
        return Trace((*steps, *spots), float(apart))

    return draw


def laid_over(now: Sight) -> tuple[dict[str, FloatArray], dict[str, FloatArray]]:
    """By region the points that are compared, and the mirror image's, turned and shifted onto them."""
    points, twins = {}, {}
    for region in REGIONS:
        paired, single = GROUPS[region], GROUPS[f"{region}_midline"]
        sides = [[now.at(name, side) for name in paired] for side in SIDES]
        middle = [now.at(name, "right") for name in single]
        points[region] = np.array([*sides[0], *sides[1], *middle])
        twins[region] = np.array([*sides[1], *sides[0], *middle]) * [-1, 1]
    whole = np.concatenate(list(points.values()))
    image = np.concatenate(list(twins.values()))
    centre, other = whole.mean(axis=0), image.mean(axis=0)
    u, _, v = np.linalg.svd((image - other).T @ (whole - centre))
    return points, {name: (each - other) @ u @ v + centre for name, each in twins.items()}


def _dot(at: FloatArray, colour: str) -> Ellipse:
    return Ellipse(at, (0.8 * SCALE, 0.8 * SCALE), colour)
