"""From pairs of photos, at rest and in an expression, to a table: how far each side moved."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.frame import Scale, apart, face_frame, head_angles
from asymmetry.core.geometry import total
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.notes import Note
from asymmetry.core.schemes import SIDES
from asymmetry.core.table import Measurements
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
    MAX_YAW,
    MAX_YAW_HORIZONTAL,
    add_notes,
    check_landmarks,
    choose,
    chunks,
    per_photo,
    points_needed,
)
from asymmetry.metrics.points import not_carried
from asymmetry.metrics.propagation import COPIES, differing, moved_spreads, spread_of_points

__all__ = ["beyond_noise", "movement", "movement_catalogue"]

FloatArray = npt.NDArray[np.floating[Any]]
Mask = npt.NDArray[np.bool_]

#: A side that reads no more than this many of its own standard deviations is still. Two, as in the metrics'
#: noise: five in a hundred readings of a side that did not move lie beyond.
STILL_SD = 2.0


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
    n, chosen, scale = len(expression), choose(metrics, movement_catalogue()), scale or Scale()
    if len(rest) != n or rest.scheme != expression.scheme:
        raise InvalidInputError(
            f"movement: {n} expressions with {len(rest)} photos at rest; give one for each"
        )
    every = list(unique([*chosen, *_leaned_on(chosen)]).values())
    values, spread, framed = _read_chunks(rest, expression, scale, every)
    columns = dict(zip(list_columns(every), values, strict=True))
    sds = dict(zip(list_rsd_columns(every), spread, strict=True))
    with np.errstate(all="ignore"):
        for metric in chosen:
            _settle(metric, columns, sds)
    lost = not_carried(chosen, expression.scheme)
    kinds = [
        (metric.horizontal, metric.name not in lost and _always(metric, name))
        for metric in chosen
        for name in metric.columns
    ]
    found = _spoilt(rest, expression, framed, values[: len(kinds)], np.array(kinds, dtype=bool))
    status, notes = add_notes(expression, found)
    spread[np.isnan(values)] = np.nan
    names = [metric.name for metric in chosen]
    made: dict[str, Any] = {"scale_source": scale.source, "metrics": names}
    if lost:
        made["not_carried"] = lost
    table = Measurements(
        {
            "photo": expression.photo,
            "taken": expression.taken,
            "status": status,
            "rest_photo": rest.photo,
            **{name: columns[name] for name in list_columns(chosen)},
            **{name: sds[name] for name in list_rsd_columns(chosen)},
        },
        {**expression.provenance, **made},
        describe_columns(chosen),
    ).with_notes(notes)
    if keep_noise:
        return replace(table, columns={**table.columns, **_still_sides(table, chosen)})
    return beyond_noise(table, chosen)


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
    flags = _still_sides(table, metrics)
    kept = {name: values for name, values in table.columns.items() if name not in flags}
    for metric in metrics:
        for name, flag in zip(metric.columns[:2], _flag_columns(metric), strict=False):
            kept[name] = np.where(flags[flag], np.nan, table[name])
    return replace(table, columns=kept)


def _still_sides(table: Measurements, metrics: Iterable[MovementMetric]) -> dict[str, Mask]:
    """Which sides move no farther than noise, by the names of the flags' columns."""
    flags = {}
    for metric in metrics:
        for i, flag in enumerate(_flag_columns(metric)):
            value, sd = table[metric.columns[i]], table[metric.rsd_columns[i]]
            flags[flag] = np.isfinite(sd) & ~_moves(metric, value, sd)
    return flags


def _flag_columns(metric: MovementMetric) -> tuple[str, ...]:
    """Names of the flags of both sides; none where any reading counts."""
    if metric.least is None:
        return ()
    return tuple(f"{metric.name}_{side}_still" for side in SIDES)


def _moves(metric: MovementMetric, value: FloatArray, sd: FloatArray) -> Mask:
    """Where one side moves beyond the metric's noise and its own, as far as that is known."""
    moves: Mask = np.abs(value) > np.fmax(metric.least or 0.0, STILL_SD * sd)
    return moves


def _leaned_on(metrics: Iterable[MovementMetric]) -> Iterator[MovementMetric]:
    """Metrics that these need: the parts of lengths, and the movement that they are measured during."""
    for metric in metrics:
        yield from (*metric.parts, *(metric.during or ())[:1])


def _read_chunks(
    rest: Landmarks, expression: Landmarks, scale: Scale, metrics: Sequence[MovementMetric]
) -> tuple[FloatArray, FloatArray, Mask]:
    """The columns of all pairs and their standard deviations, and which pairs have a frame."""
    n = len(rest)
    values, spread = np.full((2, len(list_columns(metrics)), n), np.nan)
    framed, known = np.zeros(n, dtype=bool), per_photo(scale, n)
    points = points_needed(metrics, movement_catalogue(), rest.scheme)
    with np.errstate(all="ignore"):
        for rows in chunks(n, CHUNK):
            pair, own = (rest[rows], expression[rows]), replace(scale, mm=known[rows])
            out = values[:, rows], spread[:, rows]
            framed[rows] = _read(pair, own, points, metrics, out=out)
    return values, spread, framed


def _read(
    pair: tuple[Landmarks, Landmarks],
    scale: Scale,
    points: Collection[str] | None,
    metrics: Sequence[MovementMetric],
    *,
    out: tuple[FloatArray, FloatArray],
) -> Mask:
    """The columns of a few pairs and their standard deviations, and which pairs have a frame."""
    before = face_frame(pair[0], scale=scale, names=points)
    after = face_frame(pair[1], scale=Scale("ruler", 1.0), names=points)
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
    for row, column in zip(values, measure_movements(metrics, before, after), strict=True):
        row[:] = column
    # As many pairs at a time as their copies fill a chunk.
    for rows in chunks(before.size, max(CHUNK // COPIES, 1)):
        lay = functools.partial(superpose, sure=np.tile(sure[rows], 1 + COPIES))
        faces = before.select(rows), after.select(rows)
        spread[:, rows] = moved_spreads(*faces, unsure[..., rows], metrics, lay)
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
    if metric.noise is not None:
        moves = [
            _moves(metric, columns[metric.columns[i]], sds[metric.rsd_columns[i]]) for i in (0, 1)
        ]
        own[3][:] = np.where(
            moves[0] | moves[1], weaker_to_stronger(np.concatenate(own[:2])), np.nan
        )


def _always(metric: MovementMetric, column: str) -> bool:
    """Whether a column has a number wherever the points are there."""
    return metric.during is None and not column.endswith("_ratio")


def _spoilt(
    rest: Landmarks, expression: Landmarks, framed: Mask, values: FloatArray, kinds: Mask
) -> dict[Note, Mask]:
    """Put NaN where a pair can't carry a metric; the notes, each with the pairs it holds for.

    ``kinds`` says which rows of ``values`` lean on horizontal distances, and which always have a number.
    """
    across, always = kinds.reshape(-1, 2).T
    usable = expression.usable & rest.usable
    yaw = np.fmax(*(np.abs(head_angles(lm.pose)[0]) for lm in (rest, expression)))
    turned, away = usable & (yaw > MAX_YAW_HORIZONTAL), usable & (yaw > MAX_YAW)
    partial = usable & framed & ~away & np.isnan(values[always]).any(axis=0)
    values[np.ix_(across, turned)] = np.nan
    values[:, ~usable | away] = np.nan
    return {
        Note("no_rest"): expression.usable & ~rest.usable,
        Note("pair_turned_for_widths", limit=MAX_YAW_HORIZONTAL): turned & ~away,
        Note("pair_turned_away", limit=MAX_YAW): away,
        Note("pair_without_frame"): usable & ~framed,
        Note("pair_partly_measured"): partial,
    }
