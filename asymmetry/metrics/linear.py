"""How far errors of points change metrics, by one linearisation: slopes at the face, not measured copies.

A metric is a smooth function of its points, so its slopes come with its value (`asymmetry.core.slopes`). The
frame is not: the pupils count less from some degrees on. So its change is that of copies of the few points
that carry it. Roots of sums of squares bend near zero; these sums change exactly as those of copies do
(`asymmetry.core.geometry.moved_mirror_sums`), and the roots are taken of them.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import EllipsisType
from typing import Any, NamedTuple, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from asymmetry.core.face import Face, Half
from asymmetry.core.frame import Scale, own_frame
from asymmetry.core.geometry import fit_mirror, moved_mirror_sums, total
from asymmetry.core.schemes import SIDES, Scheme, Side
from asymmetry.core.slopes import Slopes
from asymmetry.metrics.definition import Metric
from asymmetry.metrics.mixture import mixtures_of

__all__ = [
    "Errors",
    "TracedFace",
    "add_squares",
    "blocks",
    "frame_changes",
    "is_smooth",
    "linear_squares",
    "trace",
]

FloatArray = npt.NDArray[np.floating[Any]]
# A coordinate: its axis, the row of its point, and the side that it is seen from, or both.
_Key: TypeAlias = tuple[int, int, "int | EllipsisType"]
_Slopes: TypeAlias = Mapping[_Key, Any]

# Faces that are worked on at a time, where little and where much is made of them on the way.
_BLOCK, _FEW = 512, 256


@dataclass(frozen=True, eq=False)
class Errors:
    """Errors of the points of n faces: some kinds, each outwards or upwards, on the right or the left side.

    Attributes
    ----------
    spread : ndarray, shape (2, names, 2, n)
        Standard deviation of the points outwards and upwards, mm.
    weights : ndarray, shape (names, kinds)
        How much of each kind is in the error of a point.
    frame : ndarray, shape (4, errors, 2, n)
        Of `frame_changes`.
    areas : ndarray, shape (1 + errors, n)
        Of `frame_changes`.
    """

    spread: FloatArray
    weights: FloatArray
    frame: FloatArray
    areas: FloatArray


def frame_changes(copies: Face, scale: Scale, n: int) -> tuple[FloatArray, FloatArray]:
    """How errors change the frame of n faces.

    Parameters
    ----------
    copies : Face
        Of `asymmetry.core.frame.anchors_of`: n without an error, then n with each of the errors.
    scale : Scale
        Where their millimetres come from.
    n : int
        Number of faces.

    Returns
    -------
    frame : ndarray, shape (4, errors, 2, n)
        Change of the size, the turn, and the place outwards and upwards, as either half sees them.
    areas : ndarray, shape (1 + errors, n)
        Factor of an area.
    """
    weights, origin = own_frame(copies, scale=scale)
    parts = np.array([weights[0, 0, 0], weights[1, 0, 0], -origin[0, 0], -origin[1, 0]])
    size, turn, *_ = parts = parts.reshape(4, len(SIDES), -1, n).swapaxes(1, 2)
    areas = size[:, 0] ** 2 + turn[:, 0] ** 2
    frame = (parts[:, 1:] - parts[:, :1]).astype(copies.points.dtype)
    return frame, areas


@dataclass(frozen=True, eq=False)
class TracedFace(Face):
    """Faces whose coordinates carry their slopes, and whose mirror images are those of copies.

    Attributes
    ----------
    still : Face
        The faces without an error.
    errors : Errors
        Of their points.
    """

    still: Face = field(kw_only=True)
    errors: Errors = field(kw_only=True)

    def half(self, side: Side) -> Half:
        """One side of the faces."""
        seen = SIDES.index(side)
        return _trace_half(self.points[:, :, seen], self.rows, seen)

    def halves(self) -> Half:
        """All right sides and then all left ones."""
        return _trace_half(self.points.reshape(2, len(self.rows), -1), self.rows, ...)

    @functools.cached_property
    def mirror_squares(self) -> Mapping[str, tuple[FloatArray, int]]:
        """Those of the faces, and then of the faces with each error, one after the other."""
        rows, sizes = self.still.mirror_rows
        areas = self.errors.areas
        squares = np.full((len(sizes), *areas.shape), np.nan)
        if rows is not None:
            weights, still = self.errors.weights[rows], self.still.mirror_sums
            for some in blocks(self.size):
                points = self.points[:, rows, :, some]
                spread = self.errors.spread[:, rows, :, some]
                sums = moved_mirror_sums(points, spread, weights, sizes, still[..., some])
                found = fit_mirror(sums.reshape(*sums.shape[:2], -1), sizes)
                squares[..., some] = found.reshape(sums.shape[1:]) * areas[:, some]
        return self.by_region(squares.reshape(len(sizes), -1), sizes)


def blocks(n: int, size: int = _BLOCK) -> Iterator[slice]:
    """So many faces at a time as all that is made of them on the way stays in the cache."""
    return (slice(start, start + size) for start in range(0, n, size))


def trace(face: Face, errors: Errors) -> TracedFace:
    """The faces, with errors of their points."""
    fields = {name: getattr(face, name) for name in Face.__dataclass_fields__}
    return TracedFace(**fields, still=face, errors=errors)


@dataclass(frozen=True)
class _Coordinates:
    """One axis of points, (names, n): a point has slope 1 of itself, by axis, row and side."""

    values: FloatArray
    axis: int
    side: int | EllipsisType

    @property
    def shape(self) -> tuple[int, ...]:
        """That of the values."""
        return self.values.shape

    def __getitem__(self, row: int) -> Slopes:
        """One point."""
        return Slopes(self.values[row], {(self.axis, row, self.side): 1.0})


def _trace_half(points: FloatArray, rows: Mapping[str, int], side: int | EllipsisType) -> Half:
    out, up = _Coordinates(points[0], 0, side), _Coordinates(points[1], 1, side)
    return Half(cast("FloatArray", out), cast("FloatArray", up), rows)


def linear_squares(metrics: Sequence[Metric], face: TracedFace) -> Iterator[FloatArray]:
    """Squared changes of each metric's columns, summed over the errors, (columns, n)."""
    values = [_slopes_of(metric, face) for metric in metrics]
    traced = [
        (metric, value)
        for metric, value in zip(metrics, values, strict=True)
        if isinstance(value, Mapping)
    ]
    squares = iter(_squares_of(traced, face))
    for metric, value in zip(metrics, values, strict=True):
        if isinstance(value, Mapping):
            yield next(squares)[0 if metric.sides else 2 :]
        else:
            changes = _changes_of_copies(value, len(metric.kinds), face)
            yield np.atleast_2d(add_squares(changes))


def add_squares(changes: FloatArray) -> FloatArray:
    """Sum of squares of the changes by each error, the first axis, right and left in turn."""
    squares = changes * changes
    # First of both sides, for the same bits in a mirror.
    return total(squares[0::2] + squares[1::2])


def _slopes_of(metric: Metric, face: TracedFace) -> _Slopes | FloatArray:
    """Slopes of a metric by coordinate; else its values, as they are where it reads no coordinate."""
    same = _same_slopes(metric, face.layout, tuple(face.rows))
    if same is not None:
        return same
    value: Any = metric(*metric.views(face))
    return value.slopes if isinstance(value, Slopes) else value


@functools.lru_cache(1024)
def _same_slopes(metric: Metric, layout: Scheme, names: tuple[str, ...]) -> _Slopes | None:
    """Slopes of a metric that is a weighted sum of coordinates, the same for all faces; None of others."""
    value = _trace_nobody(metric, layout, names)
    if isinstance(value, Slopes) and not any(map(np.ndim, value.slopes.values())):
        return value.slopes
    return None


def is_smooth(metric: Metric, face: Face) -> bool:
    """Whether a metric is made of its points without a bend, such as an absolute value."""
    return _trace_nobody(metric, face.layout, tuple(face.rows)) is not None


@functools.lru_cache(1024)
def _trace_nobody(metric: Metric, layout: Scheme, names: tuple[str, ...]) -> Any:
    """The metric of no faces, with its slopes; None if it has a bend."""
    nobody = np.zeros((2, len(names), len(SIDES), 0))
    rows = {name: row for row, name in enumerate(names)}
    errors = Errors(nobody, np.zeros((len(names), 0)), np.zeros((4, 0, 2, 0)), np.zeros((1, 0)))
    none = np.zeros(0)
    face = trace(Face(nobody, rows, layout, none, none), errors)
    try:
        return metric(*metric.views(face))
    except TypeError:
        return None


def _changes_of_copies(value: FloatArray, columns: int, face: TracedFace) -> FloatArray:
    """Changes of one column of copies, as of roots of the mirror image's squares; NaN of any other value."""
    areas = face.errors.areas
    if value.size != areas.size:
        return np.full((len(areas) - 1, columns, face.size), np.nan)
    return value.reshape(areas.shape)[1:] - value[: face.size]


def _squares_of(traced: Sequence[tuple[Metric, _Slopes]], face: TracedFace) -> FloatArray:
    """Squared changes of metrics of these slopes, summed over the errors, (metrics, 3, n).

    On the right, on the left, and in their difference; of a metric without sides in the sum of both.
    """
    squares = np.empty((len(traced), 3, face.size))
    if not traced:
        return squares
    keys = tuple(tuple(own) for _, own in traced)
    order, plans = _plans(face.layout.name, tuple(face.rows), keys)
    slopes = [traced[value][1] for value in order]
    whole = [place for place, value in enumerate(order) if not traced[value][0].sides]
    alone = [_lay_out(slopes, plan, face) for plan in plans]
    for some in blocks(face.size, _FEW):
        sums = [
            _sum_points(own[..., some], plan, face, axis, some)
            for axis, (plan, own) in enumerate(zip(plans, alone, strict=True))
        ]
        change = _changes_of(sums, plans, face.errors.frame[..., some], len(traced))
        squares[order, :2, some] = add_squares(change.swapaxes(0, 1))
        right, left = change[:, :, 0], change[:, :, 1]
        both = right - left
        both[whole] = right[whole] + left[whole]
        squares[order, 2, some] = add_squares(both.swapaxes(0, 1))
    return squares


def _changes_of(
    sums: Sequence[FloatArray], plans: Sequence[_Plan], frame: FloatArray, count: int
) -> FloatArray:
    """Change of so many values by each error, (values, errors, 2, n): of both halves, or by their shares."""
    size, turn, *places = frame
    turned = np.zeros((count, 2, *size.shape[1:]), size.dtype)
    for plan, own in zip(plans, sums, strict=True):
        turned[plan.span] += own[:, :2]
    change: FloatArray = size * turned[:, 0, None]
    change += turn * turned[:, 1, None]
    by_halves = change.reshape(count, 2, -1, len(SIDES) ** 2, size.shape[-1])
    for axis, (plan, own) in enumerate(zip(plans, sums, strict=True)):
        change[plan.span] += places[axis] * own[:, 2, None]
        direct = by_halves[plan.span, axis]
        direct[:, :, ::3] += own[:, 3:-1]
        direct[plan.middle, plan.shared, 1:3] += own[plan.middle, -1, ::-1]
    return change


def _lay_out(slopes: Sequence[_Slopes], plan: _Plan, face: TracedFace) -> FloatArray:
    """Slopes by the coordinates of a plan, (coordinates, 2, n); 0 on a side that has none."""
    alone = np.zeros((len(plan.rows), len(SIDES), face.size), face.points.dtype)
    for own, (value, key) in zip(alone, plan.keys, strict=True):
        slope = slopes[value][key]
        own[key[2]] = slope.reshape(-1, face.size) if isinstance(slope, np.ndarray) else slope
    return alone


def _sum_points(
    alone: FloatArray, plan: _Plan, face: TracedFace, axis: int, some: slice
) -> FloatArray:
    """Sums over the points that each value is made of, shape (values, sums, 2, n), of some faces.

    Slopes times the points' own axis, times the other axis as a turn changes it, and alone; and times each
    kind of error, of pairs and the midline and then of the other side's share in the midline.
    """
    weights, beyond = plan.weights.astype(alone.dtype), plan.beyond.astype(alone.dtype)
    points = face.points[:, plan.rows, :, some]
    terms = np.empty((len(alone), 4 + weights.shape[1], *alone.shape[1:]), alone.dtype)
    terms[:, 2] = alone
    np.multiply(alone, points[axis], out=terms[:, 0])
    # A turn moves points outwards by their height, and down by their distance from the midline.
    np.multiply(points[1 - axis], alone, out=terms[:, 1])
    if axis == 1:
        np.negative(terms[:, 1], out=terms[:, 1])
    errors = alone * face.errors.spread[axis, plan.rows, :, some]
    np.multiply(errors[:, None], weights, out=terms[:, 3:-1])
    np.multiply(errors, beyond, out=terms[:, -1])
    start = plan.counts[0]
    for more in plan.counts[1:]:
        terms[:more] += terms[start : start + more]
        start += more
    return terms[plan.places]


class _Plan(NamedTuple):
    """The coordinates on one axis that values are made of: the first one of each value, all second ones, ...

    Attributes
    ----------
    span : slice
        The values that have coordinates on this axis.
    places : ndarray of int
        Place of each of them in the order of the sums, those of most coordinates first.
    counts : list of int
        How many of the values have a first coordinate, a second one, and so on.
    keys : list of (int, key)
        Each coordinate's value and key.
    rows : ndarray, shape (k,)
        Their points.
    weights : ndarray, shape (k, kinds, 1, 1)
        How much of each kind of error of its own side is in each.
    beyond : ndarray, shape (k, 1, 1)
        How much of the kind ``shared`` of the other side, for points of the midline: these go out on the one
        side and in on the other, and up on both.
    shared : int
        The kind of error that points of the midline have.
    middle : ndarray of int
        Places in the span of the values that points of the midline are in.
    """

    span: slice
    places: npt.NDArray[np.intp]
    counts: Sequence[int]
    keys: Sequence[tuple[int, _Key]]
    rows: npt.NDArray[np.intp]
    weights: FloatArray
    beyond: FloatArray
    shared: int
    middle: npt.NDArray[np.intp]


@functools.lru_cache(1024)
def _plans(
    scheme: str, names: tuple[str, ...], keys: tuple[tuple[_Key, ...], ...]
) -> tuple[list[int], list[_Plan]]:
    """An order of the values, those with coordinates outwards alone first, and a plan for each axis."""
    order = sorted(range(len(keys)), key=lambda value: sorted({key[0] for key in keys[value]}))
    in_order = [keys[value] for value in order]
    return order, [_plan(scheme, names, in_order, axis) for axis in (0, 1)]


def _plan(
    scheme: str, names: tuple[str, ...], keys: Sequence[tuple[_Key, ...]], axis: int
) -> _Plan:
    own = [[key for key in some if key[0] == axis] for some in keys]
    here = [v for v in range(len(own)) if own[v]]
    values = sorted(here, key=lambda v: -len(own[v]))
    steps = [
        [(v, own[v][step]) for v in values if len(own[v]) > step]
        for step in range(len(own[values[0]]) if values else 0)
    ]
    found = [each for step in steps for each in step]
    rows = np.array([key[1] for _, key in found], dtype=np.intp)
    weights, paired = mixtures_of(scheme, names)
    shared = int(np.abs(weights[paired:]).sum(axis=0).argmax())
    beyond = np.where(rows >= paired, (-1, 1)[axis] * weights[rows, shared], 0.0)
    first = min(here, default=0)
    middle = [v - first for v in here if any(row >= paired for _, row, _ in own[v])]
    counts = [len(step) for step in steps] or [0]
    return _Plan(
        span=slice(first, first + len(here)),
        places=np.argsort(np.array(values, dtype=np.intp)),
        counts=counts,
        keys=found,
        rows=rows,
        weights=weights[rows][..., None, None],
        beyond=beyond[:, None, None],
        shared=shared,
        middle=np.array(middle, dtype=np.intp),
    )
