"""From pairs of photos, at rest and in an expression, to a table: how far each side moved."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from asymmetry.core.frame import Face, Scale, face_frame, head_angles, placed
from asymmetry.core.geometry import total
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import SIDES
from asymmetry.core.table import Measurements
from asymmetry.core.upright import from_both_sides, in_plane
from asymmetry.errors import InvalidInputError
from asymmetry.metrics import excursion
from asymmetry.metrics.catalogue import MovementMetric, checked, sides_of, unique
from asymmetry.metrics.measuring import (
    CHUNK,
    MAX_YAW,
    MAX_YAW_HORIZONTAL,
    choose,
    chunks,
    explained,
    needed,
    per_photo,
)

__all__ = ["movement", "movement_catalogue"]

FloatArray = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

#: What both faces are laid on each other by: what expressions move least, 0.2 mm in a full smile of renders.
#: Pupils follow the gaze, and are not seen when the eyes close.
CANTHI, SPAN = ("outer_canthus", "inner_canthus"), "outer_canthus"


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

    Both faces are brought into their own frame, as `measure` does. The second one is then turned, scaled and
    shifted in its plane until the corners of the eyes lie on each other. So the size of the face in the photo
    and the direction of gaze move nothing, and the millimetres of both are those of the photo at rest.

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
    points = needed(chosen, movement_catalogue(), rest.scheme)
    with np.errstate(all="ignore"):
        for rows in chunks(n, CHUNK):
            before = face_frame(rest[rows], scale=replace(scale, mm=known[rows]), names=points)
            after = face_frame(expression[rows], scale=Scale("ruler", 1.0), names=points)
            after = _laid_on(before, after)
            framed[rows] = np.isfinite(_middle(before) + _middle(after)).all(axis=0)
            for row, column in zip(values[:, rows], _columns(before, after, chosen), strict=True):
                row[:] = column
    kinds = [(metric.horizontal, _always(metric, name)) for metric in chosen for name in metric.columns]
    about = explained(expression, _spoilt(rest, expression, framed, values, np.array(kinds, dtype=bool)))
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
    """The moved face, turned, scaled and shifted in its plane until its canthi lie on those at rest.

    The outer ones, far apart, give turn and size; all four give the place.
    """
    (x, y), (to_x, to_y) = (_across(face) for face in (moved, rest))
    square = x * x + y * y
    same, turn = (to_x * x + to_y * y) / square, (to_y * x - to_x * y) / square
    (x, y), (to_x, to_y) = (_middle(face) for face in (moved, rest))
    origin = from_both_sides(x * same - y * turn - to_x, x * turn + y * same - to_y)
    return placed(moved, in_plane(same, -turn), origin)


def _across(face: Face) -> FloatArray:
    """From the right outer canthus to the left one, shape (2, n)."""
    right, left = face.pair(SPAN)
    return left - right


def _middle(face: Face) -> FloatArray:
    """Between the canthi, shape (2, n)."""
    canthi = [face.point(name, side) for name in CANTHI for side in SIDES]
    return total(np.array(canthi)) / len(canthi)


def _columns(rest: Face, moved: Face, metrics: Iterable[MovementMetric]) -> Iterator[FloatArray]:
    """The columns of a few pairs, one after the other."""

    def value(metric: MovementMetric) -> FloatArray:
        return checked(metric, rest.size, metric(*metric.views(rest, moved)))

    for metric in metrics:
        found = value(metric)
        if metric.during is not None:
            other, least = metric.during
            sides = value(other).reshape(1 + other.sides, -1)
            moving = np.fmax(sides[0], sides[-1]) > least
            found = np.where(np.tile(moving, 1 + metric.sides), found, np.nan)
        yield from sides_of(found) if metric.sides else [found]
        if metric.noise is not None:
            yield _ratio(found, metric.noise)


def _ratio(value: FloatArray, noise: float) -> FloatArray:
    """The smaller of both sides' movements divided by the larger; NaN where the larger is noise."""
    right, left = value.reshape(2, -1)
    swap = np.abs(right) < np.abs(left)
    weaker, stronger = np.where(swap, right, left), np.where(swap, left, right)
    return np.where(np.abs(stronger) > noise, weaker / stronger, np.nan)


def _always(metric: MovementMetric, column: str) -> bool:
    """Whether a column has a number wherever the points are there."""
    return metric.during is None and not column.endswith("_ratio")


def _spoilt(
    rest: Landmarks, expression: Landmarks, framed: Mask, values: FloatArray, kinds: Mask
) -> dict[str, Mask]:
    """Put NaN where a pair can't carry a metric; the reasons, each with the pairs it holds for.

    ``kinds`` says which rows of ``values`` lean on horizontal distances, and which always have a number.
    """
    across, always = kinds.reshape(-1, 2).T
    usable = expression.usable & rest.usable
    yaw = np.fmax(*(np.abs(head_angles(lm.pose)[0]) for lm in (rest, expression)))
    turned, away = (usable & (yaw > limit) for limit in (MAX_YAW_HORIZONTAL, MAX_YAW))
    partial = usable & framed & ~away & np.isnan(values[always]).any(axis=0)
    values[np.ix_(across, turned)] = np.nan
    values[:, ~usable | away] = np.nan
    here = "here or at rest"
    return {
        "the photo at rest can't be measured: no movement": expression.usable & ~rest.usable,
        f"head turned more than {MAX_YAW_HORIZONTAL:g}°, {here}: no horizontal movement": turned & ~away,
        f"head turned more than {MAX_YAW:g}°, {here}: no movement": away,
        f"points that carry the face's frame are missing, {here}: no movement": usable & ~framed,
        f"points are missing, {here}: some movements not measured": partial,
    }
