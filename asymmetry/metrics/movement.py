"""From pairs of photos, at rest and in an expression, to a table: how far each side moved."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from asymmetry.core.frame import Face, Scale, face_frame, head_angles
from asymmetry.core.geometry import total
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import SIDES
from asymmetry.core.table import Measurements
from asymmetry.errors import InvalidInputError
from asymmetry.metrics import excursion
from asymmetry.metrics.catalogue import MovementMetric, unique
from asymmetry.metrics.measuring import (
    CHUNK,
    MAX_YAW,
    MAX_YAW_HORIZONTAL,
    checked,
    choose,
    explained,
    per_photo,
    sides_of,
)

__all__ = ["movement", "movement_catalogue"]

FloatArray = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

#: What both faces are laid on each other by: no expression moves it much.
ANCHORS = ("outer_canthus", "inner_canthus")
_WIDTH = "outer_canthus"


@functools.cache
def movement_catalogue() -> Mapping[str, MovementMetric]:
    """Every movement metric by name, in the order of the table's columns; it can't be changed.

    Examples
    --------
    >>> movement_catalogue()["commissure_travel"].columns[3]
    'commissure_travel_ratio'
    """
    found = vars(excursion).values()
    return MappingProxyType(unique(v for v in found if isinstance(v, MovementMetric)))


def movement(
    rest: Landmarks,
    expression: Landmarks,
    *,
    metrics: Iterable[str | MovementMetric] | None = None,
    scale: Scale | None = None,
) -> Measurements:
    """Measure how far each side of a face moved, from a photo at rest to one in an expression.

    Both faces are brought into their own frame, as `measure` does. The second one is then scaled so that the
    outer canthi are as far apart as in the first, and shifted up or down until the canthi lie on each other.
    Another distance to the camera or another direction of gaze so moves nothing.

    Parameters
    ----------
    rest, expression : Landmarks
        n photos each; row i of one and row i of the other show the same person.
    metrics : iterable of str or MovementMetric, optional
        Names out of `movement_catalogue`, and metrics of your own. Default: the whole catalogue.
    scale : Scale, optional
        Where the millimetres of the photos at rest come from. Default: the iris.

    Returns
    -------
    Measurements
        n rows: photo, taken, status and reason of the expression, ``rest_photo``, and the metrics' columns.
        Those with sides fill right, left and diff, right minus left; and ``<metric>_ratio``, the smaller
        movement divided by the larger: 1 where both sides move alike, 0 where one is still, negative where
        they move in opposite directions, NaN where neither moves more than the metric's noise.

    Raises
    ------
    InvalidInputError
        If there are not as many photos at rest as in an expression, or the metrics are not as for `measure`.

    Examples
    --------
    >>> blank = Landmarks.blank(["a.jpg"], status="no_face", reason="no face found")
    >>> m = movement(blank, blank)
    >>> m["commissure_travel_ratio"].tolist(), m["rest_photo"].tolist()
    ([nan], ['a.jpg'])
    """
    n, chosen, scale = len(expression), choose(metrics, movement_catalogue()), scale or Scale()
    if len(rest) != n or rest.scheme != expression.scheme:
        raise InvalidInputError(
            f"movement: {n} expressions with {len(rest)} photos at rest; give one for each"
        )
    names = [name for metric in chosen for name in metric.columns]
    values = np.full((len(names), n), np.nan)
    framed = np.zeros(n, dtype=bool)
    known = per_photo(scale, n)
    with np.errstate(all="ignore"):
        for start in range(0, n, CHUNK):
            rows = slice(start, start + CHUNK)
            before = face_frame(rest[rows], scale=replace(scale, mm=known[rows]))
            after = _laid_on(before, face_frame(expression[rows], scale=Scale("ruler", 1.0)))
            framed[rows] = np.isfinite(before.mm_per_px + after.mm_per_px)
            for row, column in zip(values[:, rows], _columns(before, after, chosen), strict=True):
                row[:] = column
    across = np.array([metric.horizontal for metric in chosen for _ in metric.columns], dtype=bool)
    about = explained(expression, _spoilt(rest, expression, framed, values, across))
    made = {"scale_source": scale.source, "metrics": [metric.name for metric in chosen]}
    return Measurements(
        {
            "photo": expression.photo,
            "taken": expression.taken,
            **about,
            "rest_photo": rest.photo,
            **dict(zip(names, values, strict=True)),
        },
        {**expression.provenance, **made},
    )


def _laid_on(rest: Face, moved: Face) -> Face:
    """The moved face, which is still in px, in the size and on the level of the face at rest."""
    size = _width(rest) / _width(moved)
    points = moved.points * size
    points[1] += _level(rest) - _level(moved) * size
    return replace(moved, points=points, mm_per_px=size)


def _width(face: Face) -> FloatArray:
    (x, y) = np.subtract(*face.pair(_WIDTH))
    width: FloatArray = np.sqrt(x * x + y * y)
    return width


def _level(face: Face) -> FloatArray:
    """Mean height of the anchors, shape (n,)."""
    heights = [face.point(name, side)[1] for name in ANCHORS for side in SIDES]
    return total(np.array(heights)) / len(heights)


def _columns(rest: Face, moved: Face, metrics: Iterable[MovementMetric]) -> Iterator[FloatArray]:
    """The columns of a few pairs, one after the other."""
    halves = rest.halves(), moved.halves()

    def value(metric: MovementMetric) -> FloatArray:
        return checked(metric, rest.size, metric(*halves) if metric.sides else metric(rest, moved))

    for metric in metrics:
        found = value(metric)
        if metric.during is not None:
            still = ~_moves(metric.during, value(metric.during))
            found = np.where(np.tile(still, 1 + metric.sides), np.nan, found)
        yield from sides_of(found) if metric.sides else [found]
        if metric.noise is not None:
            yield _ratio(found, metric.noise)


def _moves(metric: MovementMetric, value: FloatArray) -> Mask:
    """Whether a metric reads more than its noise, on one side at least, shape (n,)."""
    sides = np.split(value, 1 + metric.sides)
    return np.asarray(np.fmax(sides[0], sides[-1]) > (metric.noise or 0.0))


def _ratio(value: FloatArray, noise: float) -> FloatArray:
    """The smaller of both sides' movements divided by the larger; NaN where the larger is noise."""
    right, left = np.split(value, 2)
    swap = np.abs(right) < np.abs(left)
    weaker, stronger = np.where(swap, right, left), np.where(swap, left, right)
    return np.where(np.abs(stronger) > noise, weaker / stronger, np.nan)


def _spoilt(
    rest: Landmarks, expression: Landmarks, framed: Mask, values: FloatArray, across: Mask
) -> dict[str, Mask]:
    """Put NaN where a pair can't carry a metric; the reasons, each with the pairs it holds for."""
    usable = expression.usable
    unmatched = usable & ~rest.usable
    both = usable & rest.usable
    yaw = np.fmax(*(np.abs(head_angles(lm.pose)[0]) for lm in (rest, expression)))
    turned, away = (both & (yaw > limit) for limit in (MAX_YAW_HORIZONTAL, MAX_YAW))
    values[:, ~both | away] = np.nan
    values[np.ix_(across, turned)] = np.nan
    here = "here or at rest"
    return {
        "the photo at rest can't be measured: movement not measured": unmatched,
        f"head turned more than {MAX_YAW_HORIZONTAL:g}°, {here}: movement across not measured": turned
        & ~away,
        f"head turned more than {MAX_YAW:g}°, {here}: movement not measured": away,
        f"points that carry the face's frame are missing, {here}: movement not measured": both & ~framed,
    }
