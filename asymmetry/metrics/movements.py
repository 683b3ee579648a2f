"""From pairs of photos, at rest and in an expression, to a table: how far each side moved."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import Mask, check_switches
from asymmetry.core.face import apart
from asymmetry.core.frame import (
    MAX_YAW,
    MAX_YAW_HORIZONTAL,
    Scale,
    Upright,
    head_angles,
    turn_upright,
)
from asymmetry.core.geometry import total
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.notes import Note, told_columns
from asymmetry.core.table import Measurements
from asymmetry.core.version import SCORE_VERSION
from asymmetry.errors import InvalidInputError
from asymmetry.metrics import excursion
from asymmetry.metrics.columns import (
    describe_columns,
    list_columns,
    list_rsd_columns,
    measure_movements,
    weaker_to_stronger,
)
from asymmetry.metrics.definition import MovementMetric, unique
from asymmetry.metrics.laying import middle, superpose, sure_pupils
from asymmetry.metrics.measuring import (
    CHUNK,
    add_notes,
    check_landmarks,
    choose,
    chunks,
    per_photo,
    points_needed,
)
from asymmetry.metrics.mixture import COPIES
from asymmetry.metrics.points import not_carried
from asymmetry.metrics.propagation import differing, moved_spreads, spread_of_points
from asymmetry.metrics.still import moves, still_sides, without_noise

__all__ = ["beyond_noise", "movement", "movement_catalogue", "movement_upright"]

FloatArray = npt.NDArray[np.floating[Any]]

# The notes of `_spoilt`.
_NOTES = (
    Note("no_rest"),
    Note("pair_turned_for_widths", limit=MAX_YAW_HORIZONTAL),
    Note("pair_turned_away", limit=MAX_YAW),
    Note("pair_without_frame"),
    Note("pair_partly_measured"),
)


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
    keep_noise: bool = False,
) -> Measurements:
    """Measure how far each side of a face moved, from a photo at rest to one in an expression.

    Both faces are brought into their own frame, as `measure` does. The second one is then turned, scaled and
    shifted in its plane until the eyes lie on each other (`superpose`). So the size of the face in the photo
    and the direction of gaze move nothing, and the millimetres of both are those of the photo at rest.

    Parameters
    ----------
    rest, expression : Landmarks
        n photos each; row i of one and row i of the other show the same person.
    metrics : iterable of str or MovementMetric, optional
        Names out of `movement_catalogue`, and metrics of your own. Default: the whole catalogue.
    scale : Scale, optional
        Where the millimetres of the photos at rest come from. Default: the iris.
    keep_noise : bool
        Keep the readings of sides that are still, and say so in ``<metric>_<side>_still``. Means and trends
        over many photos need that: if a side hardly moves, the readings that are left over are the large
        ones.

    Returns
    -------
    Measurements
        n rows: photo, taken, status, reason and flags of the expression, ``rest_photo``, and the metrics'
        columns. Those with sides fill right, left and diff, right minus left; and ``<metric>_ratio``, the
        smaller movement divided by the larger: 1 where both sides move alike, 0 where one is still, negative
        where they move in opposite directions, NaN where both are still. Then their standard deviations,
        ``<metric>_<side>_rsd_<unit>``, NaN where `Landmarks.spread` is: those of repeats,
        because an error that a person's face causes in both photos alike cancels in a movement.

        A side is still, and NaN, where it reads no more than the metric's noise, or no more than two of its
        own standard deviations. These stay, and so do the difference and the ratio. Where they are not known,
        as for points made by hand, the side is as the points give it.

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
    check_landmarks(rest)
    check_landmarks(expression)
    check_switches(keep_noise=keep_noise)
    return movement_upright((rest, expression), None, metrics, scale, keep_noise=keep_noise)


def movement_upright(
    photos: tuple[Landmarks, Landmarks],
    turned: tuple[Upright, Upright] | None,
    metrics: Iterable[str | MovementMetric] | None,
    scale: Scale | None,
    *,
    keep_noise: bool,
) -> Measurements:
    """As `movement`, of faces that may have been turned upright already.

    Parameters
    ----------
    photos : tuple of Landmarks
        n photos at rest, and in an expression.
    turned : tuple of Upright or None
        Their faces, of `turn_upright`.
    metrics, scale, keep_noise
        As for `movement`.
    """
    rest, expression = photos
    n = len(expression)
    chosen = choose(metrics, movement_catalogue())
    scale = scale or Scale()
    if len(rest) != n or rest.scheme != expression.scheme:
        raise InvalidInputError(
            f"movement: {n} expressions with {len(rest)} photos at rest; give one for each"
        )
    plan = _plan(tuple(chosen), expression.scheme)
    values, spread, framed = _read_chunks(photos, turned, scale, plan)
    columns = dict(zip(plan.names, values, strict=True))
    sds = dict(zip(plan.rsd_names, spread, strict=True))
    with np.errstate(all="ignore"):
        for metric in chosen:
            _settle(metric, columns, sds)
        _fill_ratios(values, spread, plan)
    found = _spoilt(rest, expression, framed, values[: len(plan.across)], plan)
    status, notes = add_notes(expression, found)
    spread[np.isnan(values)] = np.nan
    made: dict[str, Any] = {
        "scale_source": scale.source,
        "metrics": [metric.name for metric in chosen],
    }
    if plan.lacking:
        made["not_carried"] = {name: list(points) for name, points in plan.lacking.items()}
    # So that their rows are columns as they are.
    values.flags.writeable = spread.flags.writeable = False
    columns = dict(zip(plan.names, values, strict=True))
    sds = dict(zip(plan.rsd_names, spread, strict=True))
    read = {name: columns[name] for name in list_columns(chosen)}
    read |= {name: sds[name] for name in list_rsd_columns(chosen)}
    if keep_noise:
        read |= still_sides(read, chosen)
    else:
        read = without_noise(read, chosen)
    leading = {"photo": expression.photo, "taken": expression.taken, "status": status}
    return Measurements(
        {**leading, "rest_photo": rest.photo, **read, **told_columns(notes)},
        {"score_version": SCORE_VERSION, **expression.provenance, **made},
        plan.about,
        notes,
    )


class _Plan(NamedTuple):
    """All that movement metrics need beside the photos.

    Attributes
    ----------
    every : tuple of MovementMetric
        Those that are asked for, and then those that they lean on.
    names, rsd_names : tuple of str
        The columns of all of them, and those of their standard deviations.
    across, always : ndarray of bool, shape (c,)
        Which columns of those asked for lean on horizontal distances, and which always have a number.
    sides, ratios, noise : ndarray, shapes (2, m), (m,) and (m,)
        Of metrics with a ratio: columns of right and left sides, those of the ratio, and each metric's noise.
    lacking : mapping of str to sequence of str
        The metrics for which the scheme has no points, and the points that it lacks.
    points : frozenset of str or None
        The points to frame.
    about : mapping of str to mapping
        Contents of the columns of those asked for.
    """

    every: tuple[MovementMetric, ...]
    names: tuple[str, ...]
    rsd_names: tuple[str, ...]
    across: Mask
    always: Mask
    sides: npt.NDArray[np.intp]
    ratios: npt.NDArray[np.intp]
    noise: FloatArray
    lacking: Mapping[str, Sequence[str]]
    points: frozenset[str] | None
    about: Mapping[str, Mapping[str, str]]


@functools.lru_cache(64)
def _plan(metrics: tuple[MovementMetric, ...], scheme: str) -> _Plan:
    every = tuple(unique([*metrics, *_leaned_on(metrics)]).values())
    lacking = not_carried(metrics, scheme)
    columns = [(metric, name) for metric in metrics for name in metric.columns]
    names = tuple(list_columns(every))
    compared = [each for each in metrics if each.noise is not None]
    rows = [[names.index(name) for name in each.columns] for each in compared]
    right, left, _, ratio = np.array(rows, dtype=np.intp).reshape(-1, 4).T
    always = [each.name not in lacking and _always(each, name) for each, name in columns]
    return _Plan(
        every=every,
        names=names,
        rsd_names=tuple(list_rsd_columns(every)),
        across=np.array([metric.horizontal for metric, _ in columns], dtype=bool),
        always=np.array(always, dtype=bool),
        sides=np.array([right, left]),
        ratios=ratio,
        noise=np.array([each.noise for each in compared], dtype=np.float64),
        lacking=lacking,
        points=points_needed(every, movement_catalogue(), scheme),
        about=describe_columns(metrics),
    )


def beyond_noise(
    table: Measurements, metrics: Iterable[MovementMetric] | None = None
) -> Measurements:
    """The table of movements with NaN for sides that are still, see `movement`.

    Parameters
    ----------
    table : Measurements
        With the metrics' columns, made with ``keep_noise``.
    metrics : iterable of MovementMetric, optional
        Default: the whole catalogue.
    """
    if metrics is None:
        metrics = movement_catalogue().values()
    return replace(table, columns=without_noise(table, metrics))


def _leaned_on(metrics: Iterable[MovementMetric]) -> Iterator[MovementMetric]:
    """Metrics that these need: the parts of lengths, and the movement that they are measured during."""
    for metric in metrics:
        yield from (*metric.parts, *(metric.during or ())[:1])


def _read_chunks(
    photos: tuple[Landmarks, Landmarks],
    turned: tuple[Upright, Upright] | None,
    scale: Scale,
    plan: _Plan,
) -> tuple[FloatArray, FloatArray, Mask]:
    """The columns of all pairs and their standard deviations, and which pairs have a frame."""
    n = len(photos[0])
    values, spread = np.full((2, len(plan.names), n), np.nan)
    framed, known = np.zeros(n, dtype=bool), per_photo(scale, n)
    with np.errstate(all="ignore"):
        for rows in chunks(n, CHUNK):
            pair, own = (photos[0][rows], photos[1][rows]), replace(scale, mm=known[rows])
            if turned is None:
                some = turn_upright(pair[0]), turn_upright(pair[1])
            else:
                some = turned[0].select(rows), turned[1].select(rows)
            framed[rows] = _read(pair, some, own, plan, out=(values[:, rows], spread[:, rows]))
    return values, spread, framed


def _read(
    pair: tuple[Landmarks, Landmarks],
    turned: tuple[Upright, Upright],
    scale: Scale,
    plan: _Plan,
    *,
    out: tuple[FloatArray, FloatArray],
) -> Mask:
    """The columns of a few pairs and their standard deviations, and which pairs have a frame."""
    before = turned[0].to_face(scale, plan.points)
    after = turned[1].to_face(Scale("ruler", 1.0), plan.points)
    larger = apart(before, "outer_canthus") / apart(after, "outer_canthus")
    first, second = pair
    unsure = differing(
        spread_of_points(first, before.rows) * before.mm_per_px,
        spread_of_points(second, before.rows) * larger,
        list(before.rows),
    )
    sure = sure_pupils(before, unsure)
    after = superpose(before, after, sure)
    values, spread = out
    columns = measure_movements(plan.every, before, after, ratios=False)
    for row, column in zip(values, columns, strict=True):
        row[:] = column
    # As many pairs at a time as their copies fill a chunk.
    for rows in chunks(before.size, max(CHUNK // COPIES, 1)):
        lay = functools.partial(superpose, sure=np.tile(sure[rows], 1 + COPIES))
        faces = before.select(rows), after.select(rows)
        spread[:, rows] = moved_spreads(*faces, unsure[..., rows], plan.every, lay)
    return np.asarray(np.isfinite(middle(before) + middle(after)).all(axis=0))


def _settle(
    metric: MovementMetric, columns: Mapping[str, FloatArray], sds: Mapping[str, FloatArray]
) -> None:
    """Take the noise out of lengths, and leave out values that do not count, in place."""
    own = [columns[name] for name in metric.columns]
    if metric.parts:
        for i, length in enumerate(own[:2]):
            noise = np.nan_to_num(np.array([sds[part.rsd_columns[i]] for part in metric.parts]))
            length[:] = np.sqrt(np.maximum(length * length - total(noise * noise), 0))
        own[2][:] = own[0] - own[1]
    if metric.during is not None:
        other, least = metric.during
        sides = [columns[name] for name in other.columns[: 1 + other.sides]]
        for column in own:
            column[~(np.fmax(sides[0], sides[-1]) > least)] = np.nan


def _fill_ratios(values: FloatArray, spread: FloatArray, plan: _Plan) -> None:
    """Put the ratio of the weaker to the stronger side where one moves, in place."""
    sides = values[plan.sides]
    moving = moves(sides, spread[plan.sides], plan.noise).any(axis=0)
    ratio = weaker_to_stronger(sides.reshape(-1)).reshape(moving.shape)
    values[plan.ratios] = np.where(moving, ratio, np.nan)


def _always(metric: MovementMetric, column: str) -> bool:
    """Whether a column has a number wherever the points are there."""
    return metric.during is None and not column.endswith("_ratio")


def _spoilt(
    rest: Landmarks, expression: Landmarks, framed: Mask, values: FloatArray, plan: _Plan
) -> dict[Note, Mask]:
    """Put NaN where a pair can't carry a metric; the notes, each with the pairs it holds for."""
    usable = expression.usable & rest.usable
    yaw = np.fmax(*(np.abs(head_angles(lm.pose)[0]) for lm in (rest, expression)))
    turned, away = usable & (yaw > MAX_YAW_HORIZONTAL), usable & (yaw > MAX_YAW)
    partial = usable & framed & ~away & np.isnan(values[plan.always]).any(axis=0)
    values[np.ix_(plan.across, turned)] = np.nan
    values[:, ~usable | away] = np.nan
    found = expression.usable & ~rest.usable, turned & ~away, away, usable & ~framed, partial
    return dict(zip(_NOTES, found, strict=True))
