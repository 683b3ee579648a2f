"""How far errors of points change metrics, by one linearisation: slopes at the face, not measured copies.

A metric is a smooth function of its points, so its slopes come with its value (`asymmetry.core.slopes`). The
frame is not: a line of the level counts less from some degrees on. So its change is that of copies of the few
points that carry it. Roots of sums of squares bend near zero; these sums change exactly as those of copies do
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
from asymmetry.core.frame import Scale, frame_parts
from asymmetry.core.geometry import fit_mirror, moved_mirror_sums
from asymmetry.core.schemes import SIDES, Scheme, Side
from asymmetry.core.slopes import Slopes
from asymmetry.metrics.definition import Metric
from asymmetry.metrics.mixture import mixtures_of

__all__ = [
    "Errors",
    "TracedFace",
    "add_squares",
    "frame_changes",
    "is_smooth",
    "linear_squares",
    "trace",
]

FloatArray = npt.NDArray[np.floating[Any]]
# A coordinate: its axis, the row of its point, and the side that it is seen from, or both.
_Key: TypeAlias = tuple[int, int, "int | EllipsisType"]
_Slopes: TypeAlias = Mapping[_Key, Any]


@dataclass(frozen=True, eq=False)
class Errors:
    """Errors of the points of n faces: some kinds, each outwards or upwards, on the right or the left side.

    Attributes
    ----------
    spread : ndarray, shape (2, names, 2, n)
        Standard deviation of the points outwards and upwards, mm.
    weights : ndarray, shape (names, kinds)
        How much of each kind is in the error of a point.
    frame : ndarray, shape (errors, 4, n)
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
    frame : ndarray, shape (errors, 4, n)
        Change of the faces' size and of their turn, as shares, and how far all of a face moves to the left
        and down, mm.
    areas : ndarray, shape (1 + errors, n)
        Factor of an area.
    """
    cos, sin, across, height = frame_parts(copies, scale=scale).reshape(4, -1, n)
    areas = cos * cos + sin * sin
    changes = [part[1:] - part[0] for part in (cos, sin, across, height)]
    return np.stack(changes, axis=1, dtype=copies.points.dtype, casting="same_kind"), areas


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
        """Squares of the faces, and then of the faces with each error, one after the other."""
        rows, sizes = self.still.mirror_rows
        areas = self.errors.areas.reshape(-1)
        if rows is None:
            return self.by_region(np.full((len(sizes), len(areas)), np.nan), sizes)
        errors, still = self.errors, self.still.mirror_sums
        sums = moved_mirror_sums(self.points, errors.spread, errors.weights, sizes, still, rows)
        squares = fit_mirror(sums.reshape(*sums.shape[:2], -1), sizes) * areas
        return self.by_region(squares, sizes)


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
        """Shape of the values."""
        return self.values.shape

    def __getitem__(self, row: int) -> Slopes:
        """One point."""
        return Slopes(self.values[row], {(self.axis, row, self.side): 1.0})


def _trace_half(points: FloatArray, rows: Mapping[str, int], side: int | EllipsisType) -> Half:
    out, up = _Coordinates(points[0], 0, side), _Coordinates(points[1], 1, side)
    return Half(cast("FloatArray", out), cast("FloatArray", up), rows)


def linear_squares(metrics: Sequence[Metric], face: TracedFace) -> Iterator[FloatArray]:
    """Squared changes of each metric's columns, summed over the errors, (columns, n)."""
    for metric in metrics:
        value = _slopes_of(metric, face)
        if isinstance(value, Mapping):
            changes = _changes_of(metric, value, face)[:, 0 if metric.sides else 2 :]
        else:
            changes = _changes_of_copies(value, len(metric.kinds), face)
        yield add_squares(changes)


def add_squares(changes: FloatArray) -> FloatArray:
    """Sum of squares of the changes by each error, the first axis, right and left in turn."""
    by_side = changes.reshape(-1, len(SIDES), *changes.shape[1:])
    # First of each side, for the same bits in a mirror.
    right, left = np.einsum("ks...,ks...->s...", by_side, by_side)
    squares: FloatArray = right + left
    return squares


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
    weights, frame = np.ones((len(names), 1)), np.zeros((4, 4, 0))
    errors = Errors(nobody, weights, frame, np.zeros((5, 0)))
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
    return value.reshape(len(areas), columns, -1)[1:] - value[: face.size]


def _changes_of(metric: Metric, slopes: _Slopes, face: TracedFace) -> FloatArray:
    """Change by each error of the right and of the left half, and of their difference, (errors, 3, n).

    Of a metric without sides by the right points and, with the other sign, by the left ones.
    """
    errors, n, dtype = face.errors, face.size, face.errors.frame.dtype
    change = np.empty((len(errors.frame), len(SIDES) + 1, n), dtype)
    precision = errors.weights.dtype.char
    plans = _plans(face.layout.name, tuple(face.rows), tuple(slopes), precision)
    laid = {axis: _lay_out(metric, slopes, plan.keys, n, dtype) for axis, plan in plans.items()}
    by_frame = _by_frame(face.points, plans, laid)
    np.einsum("efn,fhn->ehn", errors.frame, by_frame, out=change[:, :2])
    for axis, plan in plans.items():
        alone = laid[axis] * errors.spread[axis, plan.rows]
        # Of each kind: the right side's in right, left and difference (0 to 2), and then the left side's.
        own = change.reshape(2, -1, len(SIDES) * 3, n)[axis]
        own[plan.kinds, ::4] += np.einsum("ck,chn->khn", plan.weights, alone)
        if plan.beyond is not None:
            other = np.einsum("c,chn->hn", plan.beyond, alone)
            own[plan.shared, 1:4:2] += other[::-1]
    np.subtract(change[:, 0], change[:, 1], out=change[:, 2])
    return change


def _lay_out(
    metric: Metric, slopes: _Slopes, keys: Sequence[_Key], n: int, dtype: Any
) -> FloatArray:
    """Slopes by these coordinates, (coordinates, 2, n), or 1 for n; 0 on a side that has none.

    Of a metric without sides those by left points have the other sign.
    """
    own = [slopes[key] for key in keys]
    varied = [isinstance(slope, np.ndarray) for slope in own]
    if all(varied) and all(key[2] is ... for key in keys):
        alone = np.array(own, dtype).reshape(len(keys), len(SIDES), n)
    else:
        alone = np.zeros((len(keys), len(SIDES), n if any(varied) else 1), dtype)
        for row, slope, (_, _, side) in zip(alone, own, keys, strict=True):
            row[side] = slope.reshape(-1, n) if isinstance(slope, np.ndarray) else slope
    if not metric.sides:
        alone[:, 1] *= -1
    return alone


class _Plan(NamedTuple):
    """The coordinates on one axis that a value is made of.

    Attributes
    ----------
    keys : list of key
        The coordinates.
    rows : slice or ndarray of int, shape (c,)
        Their points, as a slice where it can be: that makes no copy.
    kinds : slice
        The kinds of error that they have.
    weights : ndarray, shape (c, kinds)
        How much of each of these is in the error of each, on its own side.
    beyond : ndarray, shape (c,), or None
        How much of the kind ``shared`` of the other side, for points of the midline: these go out on the one
        side and in on the other, and up on both.
    shared : int
        The kind of error that points of the midline have.
    """

    keys: Sequence[_Key]
    rows: slice | npt.NDArray[np.intp]
    kinds: slice
    weights: FloatArray
    beyond: FloatArray | None
    shared: int


def _by_frame(
    points: FloatArray, plans: Mapping[int, _Plan], laid: Mapping[int, FloatArray]
) -> FloatArray:
    """Change of a value by each of the frame's four, as either half sees it, shape (4, 2, n).

    ``plans`` and ``laid``, of `_lay_out`, are of the coordinates outwards (0) and upwards (1).
    """
    size, turn, left, down = by_frame = np.zeros((4, *points.shape[2:]), points.dtype)
    for axis, plan in plans.items():
        moved = np.einsum("chn,achn->ahn", laid[axis], points[:, plan.rows])
        size += moved[axis]
        if axis == 0:
            turn -= moved[1]
            left += np.einsum("chn->hn", laid[axis])
        else:
            turn += moved[0]
            down -= np.einsum("chn->hn", laid[axis])
    by_frame[1:3, 1] *= -1  # the left half sees these the other way round
    return by_frame


@functools.lru_cache(1024)
def _plans(
    scheme: str, names: tuple[str, ...], keys: tuple[_Key, ...], precision: str
) -> Mapping[int, _Plan]:
    """A plan for each axis that there are coordinates on, with numbers of a precision."""
    weights, paired = mixtures_of(scheme, names)
    weights = weights.astype(precision)
    shared = int(np.abs(weights[paired:]).sum(axis=0).argmax())
    plans = {}
    for axis in sorted({key[0] for key in keys}):
        own = [key for key in keys if key[0] == axis]
        rows = [key[1] for key in own]
        beyond = np.where(np.array(rows) < paired, 0, (-1, 1)[axis] * weights[rows, shared])
        there = np.flatnonzero(weights[rows].any(axis=0))
        kinds = slice(there[0], there[-1] + 1)
        middle = beyond if beyond.any() else None
        plans[axis] = _Plan(own, _evenly(rows), kinds, weights[rows, kinds], middle, shared)
    return plans


def _evenly(rows: list[int]) -> slice | npt.NDArray[np.intp]:
    """A slice of these rows, if they are so far apart each; else the rows."""
    first, step = rows[0], (rows[1:] or [rows[0] + 1])[0] - rows[0]
    stop = first + step * len(rows)
    if step > 0 and rows == list(range(first, stop, step)):
        return slice(first, stop, step)
    return np.array(rows, dtype=np.intp)
