"""Pictures for the network that reads brows, canthi and corners of the mouth, made anew with a known truth.

Brows, corners and what lies around them are moved by known amounts, and the picture is turned, shifted, lit,
shaded, tinted, drawn over with strokes of hair, creases, rims and patches, blurred and compressed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.extract.edges.network import Picture
from benchmarks.tune.known_marks import FINER, Marked
from benchmarks.tune.made_eyes import photographed

__all__ = ["MadeMarks", "make_marks"]

Shift = Callable[[FloatArray], FloatArray]

#: How far crops are off, cm, by what they show: beyond what the mesh's corner is off in portraits, and for
#: canthi it draws nearer.
SHIFTED = {True: 0.25, False: 0.18}
# A smooth step is at most so steep, and no move may fold the picture.
_STEEPEST, _FOLDS = 1.5, 0.85
# Height of a brow's middle over the picture's at which it does not touch the lid, and how far around it moves
# as one, cm.
_LID, _BAND = -0.75, 0.35
# Rounds in which a moved place is found, each of which leaves less than 0.85 of the miss, mostly a third.
_ROUNDS = 12
# How far beyond a brow's ends its height there still counts, and how much.
_BEYOND, _BEYOND_WEIGHT = 0.4, 0.1


@dataclass(frozen=True, eq=False)
class MadeMarks:
    """A picture for the network, and the truth in it.

    ``heights`` (2, columns) are those of the brow's edges with ``height_weights`` (2, columns), ``points``
    (3, 2) canthi and corner with ``point_weights`` (3,).
    """

    picture: Pixels
    heights: FloatArray
    height_weights: FloatArray
    points: FloatArray
    point_weights: FloatArray


def make_marks(marked: Marked, rng: np.random.Generator, *, plain: bool = False) -> MadeMarks:
    """One picture for the network, and its truth.

    Parameters
    ----------
    marked : Marked
        Of whom.
    rng : Generator
        What is chosen by chance.
    plain : bool
        Only turn, scale and shift it.
    """
    shape = marked.shape
    angle, size = np.radians(rng.normal() * 3.5), np.exp(rng.normal() * 0.07)
    turn = size * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turn[0, 1] += rng.normal() * 0.03
    shift = rng.normal(size=2) * SHIFTED[marked.mouth] * (0.5 if plain else 1.0)
    at = shape.grid() @ turn.T + shift
    moved: Shift = np.zeros_like if plain else _moves(marked, rng)
    source = at - moved(at)
    step = shape.step / FINER
    rows, columns = marked.picture.shape[:2]
    shown = cv2.remap(
        marked.picture,
        (columns / 2 - 0.5 - source[..., 0] / step).astype(np.float32),
        (rows / 2 - 0.5 - source[..., 1] / step).astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    ).astype(np.float64)
    back = np.linalg.inv(turn)

    known = (*marked.edges, marked.points)
    seen = (_forward(np.concatenate(known), moved) - shift) @ back.T
    *edges, points = np.split(seen, np.cumsum([len(each) for each in known])[:-1])
    picture = (
        np.clip(shown, 0, 255).astype(np.uint8)
        if plain
        else _altered(shown, marked, edges, points, rng)
    )
    heights, weights = _columns(edges, marked.edge_weights, shape)
    inside = (np.abs(points) < np.array([shape.width, shape.height]) * shape.step / 2 - 0.05).all(
        axis=1
    )
    return MadeMarks(picture, heights, weights, points, marked.point_weights * inside)


def _columns(
    edges: list[FloatArray], counted: tuple[FloatArray, ...], shape: Picture
) -> tuple[FloatArray, FloatArray]:
    """Heights of the edges at the picture's columns, and what they count."""
    columns = shape.columns
    heights, weights = np.zeros((2, 2, len(columns)))
    for i, (edge, weight) in enumerate(zip(edges, counted, strict=True)):
        order = np.argsort(edge[:, 0])
        x, y = edge[order].T
        heights[i] = np.interp(columns, x, y)
        beyond = np.maximum(x[0] - columns, columns - x[-1])
        within = np.interp(columns, x, weight[order])
        weights[i] = np.where(beyond <= 0, within, _BEYOND_WEIGHT * within * (beyond < _BEYOND))
    return heights, weights


def _forward(points: FloatArray, moved: Shift) -> FloatArray:
    """Where points of the unmoved picture come to lie."""
    there = points
    for _ in range(_ROUNDS):
        there = points + moved(there)
    return there


def _moves(marked: Marked, rng: np.random.Generator) -> Shift:
    """A smooth field: at a place of the moved picture, how far what lies there has come."""
    parts: list[Shift] = [
        _bump(rng.normal(size=2) * 1.2, rng.normal(size=2) * 0.05, 0.0, rng.uniform(0.7, 2))
    ]
    if rng.random() < 0.5:
        parts.append(
            _bump(rng.normal(size=2) * 1.2, rng.normal(size=2) * 0.05, 0.0, rng.uniform(0.7, 2))
        )
    if marked.mouth and rng.random() < 0.8:
        held, reach = rng.uniform(0.15, 0.5), rng.uniform(1.0, 2.4)
        way = rng.normal(size=2) * np.array([0.12, 0.3])
        way *= min(1.0, _FOLDS * (reach - held) / (_STEEPEST * np.hypot(*way)))
        parts.append(_bump(marked.points[2] + way, way, held, reach))
    elif marked.edges and rng.random() < 0.8:
        parts.append(_brow_move(marked, rng))
    return lambda at: np.sum([part(at) for part in parts], axis=0)


def _bump(centre: FloatArray, way: FloatArray, held: float, reach: float) -> Shift:
    def shift(at: FloatArray) -> FloatArray:
        away = np.hypot(at[..., 0] - centre[0], at[..., 1] - centre[1])
        return _smooth((reach - away) / (reach - held))[..., None] * way

    return shift


def _brow_move(marked: Marked, rng: np.random.Generator) -> Shift:
    """The brow up or down, a little more at one end; the skin to the lid and on the forehead stretches."""
    lines = [edge[np.argsort(edge[:, 0])] for edge in marked.edges]
    x = np.linspace(-2.4, 3.0, 55)
    middle = np.mean([np.interp(x, *line.T) for line in lines], axis=0)
    up = rng.normal() * 0.3 + rng.normal() * 0.06 * x
    room = np.maximum(middle - _BAND - _LID, 0.3)
    # Up by d, the skin below is stretched over its room and d; down, the forehead's over 1.2 cm.
    most = _FOLDS / _STEEPEST * room / (1 - _FOLDS / _STEEPEST)
    up = np.clip(up, -_FOLDS / _STEEPEST * 1.2, most)

    def shift(at: FloatArray) -> FloatArray:
        d, level, below = (np.interp(at[..., 0], x, each) for each in (up, middle + up, room + up))
        over = at[..., 1] - level
        held = _smooth(1 - (over - _BAND) / 1.2) * _smooth(
            1 + (over + _BAND) / np.maximum(below, 0.3)
        )
        return np.stack([np.zeros_like(d), d * held], axis=-1)

    return shift


def _smooth(share: FloatArray) -> FloatArray:
    t = np.clip(share, 0, 1)
    return np.asarray(t * t * (3 - 2 * t))


def _altered(
    shown: FloatArray,
    marked: Marked,
    edges: list[FloatArray],
    points: FloatArray,
    rng: np.random.Generator,
) -> Pixels:
    """The picture with other hair and skin, under other light, as a camera shows it."""
    shape = marked.shape
    if edges and rng.random() < 0.45:
        shown = _tinted_brow(shown, edges, shape, rng)
    if rng.random() < 0.5:
        shown = _creased(shown, marked.mouth, rng)
    if rng.random() < 0.3:
        shown = _haired(shown, marked.mouth, rng)
    if not marked.mouth and rng.random() < 0.1:
        shown = _rimmed(shown, rng)
    if rng.random() < 0.06:
        shown = _covered(shown, rng)
    if marked.mouth and rng.random() < 0.3:
        shown = _lips_painted(shown, points[2], shape, rng)
    return photographed(_lit(shown, rng), rng)


def _across(shown: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Places of the pixels, -1 to 1 over the picture's height, to the right and down."""
    height, width = shown.shape[:2]
    down, right = np.mgrid[:height, :width] + 0.5
    return (2 * right - width) / height, (2 * down - height) / height


def _tinted_brow(
    shown: FloatArray, edges: list[FloatArray], shape: Picture, rng: np.random.Generator
) -> FloatArray:
    """Brows darker, fairer, or grey: towards the skin around them, or by a factor."""
    grid = shape.grid()
    high, low = (np.interp(grid[..., 0], *edge[np.argsort(edge[:, 0])].T) for edge in edges)
    ends = [max(edge[:, 0].min() for edge in edges), min(edge[:, 0].max() for edge in edges)]
    soft = rng.uniform(0.05, 0.15)
    mask = np.clip(np.minimum(high - grid[..., 1], grid[..., 1] - low) / soft + 0.7, 0, 1)
    mask *= np.clip(np.minimum(grid[..., 0] - ends[0], ends[1] - grid[..., 0]) / 0.2 + 1, 0, 1)
    mask = mask[..., None]
    if rng.random() < 0.5:
        skin = cv2.GaussianBlur(shown, (0, 0), 9)
        return np.asarray(shown + (np.maximum(skin, shown) - shown) * mask * rng.uniform(0.1, 0.8))
    tint = np.array([1, rng.uniform(0.85, 1.05), rng.uniform(0.75, 1.05)])
    return np.asarray(shown * (1 - mask * (1 - rng.uniform(0.4, 1.0) * tint)))


def _creased(shown: FloatArray, mouth: bool, rng: np.random.Generator) -> FloatArray:
    """Creases: dark or light soft arcs; across the forehead, or any way beside a mouth."""
    right, down = _across(shown)
    for _ in range(rng.integers(1, 5)):
        angle = rng.uniform(0, np.pi) if mouth else rng.normal() * 0.3
        u, v = (
            right * np.cos(angle) + down * np.sin(angle),
            down * np.cos(angle) - right * np.sin(angle),
        )
        away = v - rng.uniform(-1, 1) - rng.normal() * 0.2 * u**2
        long = np.clip((rng.uniform(0.3, 1.5) - np.abs(u - rng.normal() * 0.5)) / 0.3, 0, 1)
        line = np.exp(-((away / rng.uniform(0.01, 0.06)) ** 2)) * long
        shown = shown * (1 - line[..., None] * rng.uniform(-0.15, 0.5))
    return shown


def _haired(shown: FloatArray, mouth: bool, rng: np.random.Generator) -> FloatArray:
    """Strokes of hair: a fringe from above, a beard about a mouth."""
    height, width = shown.shape[:2]
    strokes = np.zeros((height, width), np.float32)
    lean = rng.normal() * 0.5
    for _ in range(rng.integers(10, 150) if mouth else rng.integers(3, 60)):
        if mouth:
            x, y = rng.uniform(0, width), rng.uniform(0, height)
            long, way = rng.uniform(1, 7), lean + rng.normal() * 0.5
        else:
            x, y = rng.normal(width * rng.uniform(0.2, 0.8), width / 5), -2.0
            long, way = abs(rng.normal()) * height * 0.45, lean + rng.normal() * 0.15
        end = x + long * np.sin(way), y + long * np.cos(way)
        at = [tuple(round(v * 8) for v in place) for place in ((x, y), end)]
        cv2.line(strokes, at[0], at[1], float(rng.uniform(0.3, 1)), 1, cv2.LINE_AA, 3)
    if rng.random() < 0.4:
        strokes = cv2.GaussianBlur(strokes, (0, 0), rng.uniform(0.5, 1.5))
    hair = rng.uniform(10, 200) * np.array([1, rng.uniform(0.75, 1), rng.uniform(0.5, 1)])
    share = np.clip(strokes * rng.uniform(0.3, 1.2), 0, 1)[..., None]
    return np.asarray(shown * (1 - share) + hair * share)


def _rimmed(shown: FloatArray, rng: np.random.Generator) -> FloatArray:
    """The rim of glasses around the eye."""
    right, down = _across(shown)
    wide, high = rng.uniform(0.7, 1.1), rng.uniform(0.4, 0.75)
    power = rng.uniform(2, 4)
    away = np.abs((right - rng.normal() * 0.1) / wide) ** power
    away = (away + np.abs((down - 0.5 - rng.normal() * 0.1) / high) ** power) ** (1 / power)
    rim = np.clip((rng.uniform(0.02, 0.1) - np.abs(away - 1)) / 0.03, 0, 1)[..., None]
    colour = rng.uniform(0, 160, 3) if rng.random() < 0.3 else np.full(3, rng.uniform(0, 120))
    return np.asarray(shown * (1 - rim) + colour * rim)


def _covered(shown: FloatArray, rng: np.random.Generator) -> FloatArray:
    """A patch of one colour over a part."""
    right, down = _across(shown)
    away = np.hypot(
        (right - rng.normal() * 0.7) / rng.uniform(0.1, 0.6), (down - rng.normal() * 0.7) / 0.3
    )
    patch = np.clip((1 - away) / 0.1, 0, 1)[..., None]
    return np.asarray(shown * (1 - patch) + rng.uniform(0, 255, 3) * patch)


def _lips_painted(
    shown: FloatArray, corner: FloatArray, shape: Picture, rng: np.random.Generator
) -> FloatArray:
    """Colour on both lips, medial of the corner."""
    grid = shape.grid() - corner
    inwards = np.maximum(-grid[..., 0], 0)
    lip = np.clip((inwards * rng.uniform(0.35, 0.7) - np.abs(grid[..., 1])) / 0.1 + 0.5, 0, 1)
    tint = np.array([rng.uniform(0.7, 1.1), rng.uniform(0.4, 1), rng.uniform(0.4, 1)])
    return np.asarray(
        shown * (1 - (lip * (inwards > 0) * rng.uniform(0.2, 0.9))[..., None] * (1 - tint))
    )


def _lit(shown: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Light from one side, and the edge of a shadow."""
    right, down = _across(shown)
    if rng.random() < 0.6:
        aslant = rng.normal(size=2) * 0.35
        shown = shown * np.exp(aslant[0] * right + aslant[1] * down)[..., None]
    if rng.random() < 0.35:
        angle, soft = rng.uniform(0, 2 * np.pi), rng.uniform(0.05, 0.5)
        past = (right - rng.normal() * 0.5) * np.cos(angle) + (down - rng.normal() * 0.5) * np.sin(
            angle
        )
        shade = rng.uniform(0, 0.6) / (1 + np.exp(np.clip(-3 * past / soft, -50, 50)))
        shown = shown * (1 - shade)[..., None]
    if rng.random() < 0.25:
        size = shown.shape[1::-1]
        small = cv2.resize(
            shown, None, fx=(share := rng.uniform(0.3, 0.8)), fy=share, interpolation=cv2.INTER_AREA
        )
        shown = cv2.resize(small, size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(shown)
