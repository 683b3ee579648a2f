"""From landmarks to a table: the frame, each metric, and those that a turned head leaves unmeasured."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from types import MappingProxyType
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import Mask, check_type
from asymmetry.core.face import iris_width
from asymmetry.core.frame import (
    MAX_YAW,
    MAX_YAW_HORIZONTAL,
    Face,
    Scale,
    Upright,
    eye_higher,
    head_angles,
    turn_upright,
    without_an_eye,
)
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.notes import Note, NoteArray, told_columns
from asymmetry.core.table import Measurements
from asymmetry.core.version import SCORE_VERSION
from asymmetry.errors import InvalidInputError
from asymmetry.metrics import brow, eye, mouth, whole
from asymmetry.metrics.absolute import Conditions, absolute_sds, lasting_errors, unsure_scale
from asymmetry.metrics.columns import (
    describe_columns,
    list_columns,
    list_rsd_columns,
    list_sd_columns,
    measure_faces,
)
from asymmetry.metrics.definition import AnyMetric, Metric, unique
from asymmetry.metrics.mixture import COPIES
from asymmetry.metrics.points import not_carried, points_of
from asymmetry.metrics.propagation import spreads

__all__ = [
    "PUPILS_ASLANT_DEG",
    "catalogue",
    "measure",
    "measure_upright",
]

FloatArray = npt.NDArray[np.floating[Any]]

#: Degrees between the lines of pupils and canthi that are said: 2 of 82 healthy people show more, and of
#: irises moved by 1.5 mm three quarters (`benchmarks/tune/level.py`).
PUPILS_ASLANT_DEG = 0.8
#: Photos measured at a time: enough to hide the cost of a NumPy call, few enough to stay in the cache. No
#: power of two, with which neighbouring rows take the same places in the cache (a twentieth slower).
CHUNK = 2500

#: Columns about the head, and their contents.
_POSE = {
    "yaw_deg": {
        "unit": "deg",
        "sign": "turned to the patient's left",
        "definition": "Turn of the head about the vertical axis.",
    },
    "pitch_deg": {
        "unit": "deg",
        "sign": "chin down",
        "definition": "Turn of the head about the axis of the ears.",
    },
    "roll_deg": {
        "unit": "deg",
        "sign": "anticlockwise in the photo",
        "definition": "Tilt of the face in the photo.",
    },
    "mm_per_px": {
        "unit": "mm",
        "sign": "none",
        "definition": "Millimetres of a pixel at the face.",
    },
}
_POSE_COLUMNS = tuple(_POSE)
# The notes of `_spoilt`.
_NOTES = (
    Note("turned_for_widths", limit=MAX_YAW_HORIZONTAL),
    Note("turned_away", limit=MAX_YAW),
    Note("no_frame"),
    Note("no_iris"),
    Note("no_iris_width"),
    Note("one_eye"),
    Note("pupils_aslant", limit=PUPILS_ASLANT_DEG),
    Note("partly_measured"),
    Note("not_carried"),
)


@functools.cache
def catalogue() -> Mapping[str, Metric]:
    """Every static metric by name, in the order of the table's columns; it can't be changed.

    Examples
    --------
    >>> catalogue()["brow_height"].columns[2]
    'brow_height_diff_mm'
    """
    modules = (brow, eye, mouth, whole)
    return MappingProxyType(
        unique(v for m in modules for v in vars(m).values() if isinstance(v, Metric))
    )


def measure(
    landmarks: Landmarks,
    *,
    metrics: Iterable[str | Metric] | None = None,
    scale: Scale | None = None,
    sd: bool = True,
) -> Measurements:
    """Measure every photo: all static metrics, one row per photo.

    Parameters
    ----------
    landmarks : Landmarks
        n photos.
    metrics : iterable of str or Metric, optional
        Names out of `catalogue`, and metrics of your own. Default: the whole catalogue.
    scale : Scale, optional
        Where millimetres come from. Default: the iris.
    sd : bool
        Also give each metric's two standard deviations, see `asymmetry.metrics.propagation` and
        `asymmetry.metrics.absolute`. For many photos at a time that is most of the work.

    Returns
    -------
    Measurements
        n rows: photo, taken, status, reason, flags; the metrics' columns; the head's ``yaw_deg``,
        ``pitch_deg`` and ``roll_deg`` (see `head_angles`; roll as the points show it); ``mm_per_px``; and
        two standard deviations of each column: ``<metric>_<side>_sd_<unit>`` of one photo about the
        truth, which also holds between people, and ``<metric>_<side>_rsd_<unit>`` of repeats, which holds
        for changes of one person and is NaN where `Landmarks.spread` is. Values that could not be measured
        are NaN, and the row's notes say why: as data in ``notes``, in English in ``reason``, as codes in
        ``flags``. Its status is then warn if it was ok. Metrics whose points the landmark scheme lacks are
        NaN in all rows; ``provenance["not_carried"]`` has the points that each would need.

    Raises
    ------
    InvalidInputError
        If a name is not in the catalogue, two metrics have one name, or a metric returns the wrong shape.

    Examples
    --------
    >>> m = measure(Landmarks.blank([], status="ok"), metrics=["brow_height"])
    >>> m["brow_height_diff_mm"].dtype, m.rows
    (dtype('float64'), 0)
    """
    check_landmarks(landmarks)
    chosen, scale = choose(metrics, catalogue()), scale or Scale()
    moving = [metric.name for metric in chosen if metric.photos > 1]
    if moving:
        raise InvalidInputError(
            f"{', '.join(moving)}: measured from rest to a movement; use movement"
        )
    return _measure_chunks(landmarks, None, chosen, scale, sd=sd)


def measure_upright(
    landmarks: Landmarks, turned: Upright, metrics: Iterable[str | Metric] | None, scale: Scale
) -> Measurements:
    """As `measure` without standard deviations, of faces that were turned upright already.

    Parameters
    ----------
    landmarks : Landmarks
        n photos.
    turned : Upright
        Their faces, of `turn_upright`.
    metrics, scale
        As for `measure`.
    """
    return _measure_chunks(landmarks, turned, choose(metrics, catalogue()), scale, sd=False)


def _measure_chunks(
    landmarks: Landmarks, turned: Upright | None, metrics: Sequence[Metric], scale: Scale, sd: bool
) -> Measurements:
    """The table of all photos, some of them at a time."""
    n, plan = len(landmarks), _plan(tuple(metrics), landmarks.scheme)
    count = len(plan.names)
    values = np.empty((count + len(_POSE_COLUMNS), n))
    rsd, absolute = np.empty((2, count * sd, n))
    spoilt = np.empty((len(_NOTES), n), dtype=bool)
    known = per_photo(scale, n)
    with np.errstate(all="ignore"):
        for rows in chunks(n, CHUNK):
            part, own = landmarks[rows], replace(scale, mm=known[rows])
            some = turned.select(rows) if turned else turn_upright(part)
            face = some.to_face(own, plan.points)
            yaw, pitch, _ = head_angles(part.pose)
            pose = (yaw, pitch, face.roll, face.mm_per_px)
            found = chain(measure_faces(face, metrics), pose)
            for row, column in zip(values[:, rows], found, strict=True):
                row[:] = column
            eyes, read = _eyes(face, own), values[:count, rows]
            if sd:
                _spreads(face, part, own, metrics, out=rsd[:, rows])
                unsure = unsure_scale(own, eyes[3])
                under = Conditions(yaw, pitch, face.mm_per_px, unsure)
                absolute[:, rows] = absolute_sds(part, metrics, read, rsd[:, rows], under)
            spoilt[:, rows] = _spoilt(part.usable, eyes, values[:, rows], plan)
            if sd:
                unread = np.isnan(read)
                for sds in (rsd, absolute):
                    np.copyto(sds[:, rows], np.nan, where=unread)
    status, notes = add_notes(landmarks, dict(zip(_NOTES, spoilt, strict=True)))
    values.flags.writeable = False  # so that its rows are columns as they are
    columns = dict(zip((*plan.names, *_POSE_COLUMNS), values, strict=True))
    if sd:
        columns |= zip(list_sd_columns(metrics), absolute, strict=True)
        columns |= zip(list_rsd_columns(metrics), rsd, strict=True)
    made: dict[str, Any] = {
        "scale_source": scale.source,
        "metrics": [metric.name for metric in metrics],
        "errors": lasting_errors().inputs[:12],
    }
    if plan.lacking:
        made["not_carried"] = {name: list(points) for name, points in plan.lacking.items()}
    leading = {"photo": landmarks.photo, "taken": landmarks.taken, "status": status}
    return Measurements(
        {**leading, **columns, **told_columns(notes)},
        {"score_version": SCORE_VERSION, **landmarks.provenance, **made},
        plan.about,
        notes,
    )


class _Plan(NamedTuple):
    """All that metrics need beside the photos.

    Attributes
    ----------
    names : tuple of str
        Their columns, shape (c,).
    across, carried : ndarray of bool, shape (c,)
        Which lean on horizontal distances, and for which the scheme has points.
    lacking : mapping of str to sequence of str
        The metrics for which it has not, and the points that it lacks.
    points : frozenset of str or None
        The points to frame.
    about : mapping of str to mapping
        Contents of the columns and those of the pose.
    """

    names: tuple[str, ...]
    across: Mask
    carried: Mask
    lacking: Mapping[str, Sequence[str]]
    points: frozenset[str] | None
    about: Mapping[str, Mapping[str, str]]


@functools.lru_cache(64)
def _plan(metrics: tuple[Metric, ...], scheme: str) -> _Plan:
    lacking = not_carried(metrics, scheme)
    across = [metric.horizontal for metric in metrics for _ in metric.columns]
    carried = [metric.name not in lacking for metric in metrics for _ in metric.columns]
    return _Plan(
        names=tuple(list_columns(metrics)),
        across=np.array(across, dtype=bool),
        carried=np.array(carried, dtype=bool),
        lacking=lacking,
        points=points_needed(metrics, catalogue(), scheme),
        about=_POSE | describe_columns(metrics),
    )


def _spreads(
    face: Face, landmarks: Landmarks, scale: Scale, metrics: Sequence[Metric], *, out: FloatArray
) -> None:
    """The columns of standard deviations; of one's own metrics few faces at a time, for their copies."""
    known = catalogue()
    if all(known.get(metric.name) is metric for metric in metrics):
        out[:] = spreads(face, landmarks, scale, metrics, known)
        return
    for rows in chunks(face.size, max(CHUNK // COPIES, 1)):
        own = replace(scale, mm=scale.mm[rows])
        out[:, rows] = spreads(face.select(rows), landmarks[rows], own, metrics, known)


def check_landmarks(landmarks: object) -> None:
    """Refuse anything but landmarks; raises `InvalidInputError`."""
    if not isinstance(landmarks, Landmarks):
        kind = type(landmarks).__name__
        raise InvalidInputError(f"give Landmarks, as Extractor.extract returns them, not {kind}")


def chunks(n: int, size: int) -> Iterator[slice]:
    """Slices of so many rows, and of the rest."""
    return (slice(start, min(start + size, n)) for start in range(0, n, size))


def choose(
    metrics: Iterable[str | AnyMetric] | None, known: Mapping[str, AnyMetric]
) -> list[AnyMetric]:
    """The metrics asked for: names from a catalogue and metrics of one's own, or the whole catalogue."""
    if metrics is None:
        return list(known.values())
    if isinstance(metrics, str) or not isinstance(metrics, Iterable):
        metrics = [metrics]
    entries = list(metrics)
    unknown = [entry for entry in entries if isinstance(entry, str) and entry not in known]
    if unknown:
        raise InvalidInputError(
            f"no metric is called {', '.join(unknown)}; known: {', '.join(known)}"
        )
    found = [_as_metric(entry, known) for entry in entries]
    unique([*known.values(), *found])
    return list(unique(found).values())


def _as_metric(entry: Any, known: Mapping[str, AnyMetric]) -> AnyMetric:
    """The metric of that name, or the metric itself."""
    if isinstance(entry, str):
        return known[entry]
    if isinstance(entry, Metric):
        return cast("AnyMetric", entry)
    raise InvalidInputError(
        f"metrics are names, or functions with @metric before them, and this is {entry!r}"
    )


def points_needed(
    metrics: Sequence[AnyMetric], known: Mapping[str, AnyMetric], scheme: str
) -> frozenset[str] | None:
    """Names of the points to frame for metrics out of a catalogue; None, which is all, for one's own."""
    if any(known.get(metric.name) is not metric for metric in metrics):
        return None
    return frozenset(name for metric in metrics for name in points_of(metric, scheme))


def per_photo(scale: Scale, n: int) -> FloatArray:
    """The scale's length for each of n photos."""
    check_type("scale", scale, Scale)
    try:
        return np.broadcast_to(np.asarray(scale.mm, dtype=np.float64), n)
    except (TypeError, ValueError):
        raise InvalidInputError(
            f"scale: give one length, or one for each of the {n} photos"
        ) from None


def _eyes(face: Face, scale: Scale) -> Mask:
    """Parts of the eyes that were not seen, shape (4, n).

    Where there is no iris, where one eye is missing, where one stands higher, and where millimetres had to do
    without an iris's width.
    """
    blind = np.isnan(face.points[0, face.rows["iris_centre"]]).all(axis=0)
    aslant = np.abs(eye_higher(face)) > PUPILS_ASLANT_DEG
    unscaled = np.isnan(iris_width(face)) & (scale.source == "iris")
    return np.array([blind, without_an_eye(face), aslant, unscaled])


def _spoilt(usable: Mask, eyes: Mask, values: FloatArray, plan: _Plan) -> list[Mask]:
    """Put NaN where a photo can't carry a metric; for each of the notes, the photos that it holds for.

    ``eyes`` is of `_eyes`.
    """
    across, carried = plan.across, plan.carried
    values[:, ~usable] = np.nan
    metrics, (yaw, _, roll, mm_per_px) = values[: len(across)], values[len(across) :]
    turned = usable & (np.abs(yaw) > MAX_YAW_HORIZONTAL)
    away = usable & (np.abs(yaw) > MAX_YAW)
    unframed = usable & np.isnan(roll + mm_per_px)
    partial = usable & ~unframed & ~away & np.isnan(metrics[carried]).any(axis=0)
    blind, lone, aslant, unscaled = eyes & usable & ~unframed
    nothing = usable & bool(len(carried) and not carried.any())
    metrics[np.ix_(across, turned)] = np.nan
    metrics[:, away] = np.nan
    found = [turned & ~away, away, unframed, blind, unscaled & ~blind, lone]
    return [*found, aslant & ~away, partial, nothing]


def add_notes(
    landmarks: Landmarks, found: Mapping[Note, Mask]
) -> tuple[npt.NDArray[np.str_], NoteArray]:
    """Status and notes of each photo, with these notes added to those that they hold for."""
    status = landmarks.status.astype(np.result_type(landmarks.status, "<U4"))
    notes = landmarks.notes.copy()
    for note, holds in found.items():
        for row in np.flatnonzero(holds).tolist():
            status[row] = "warn"
            if note not in notes[row]:  # points that were measured before bring their notes along
                notes[row] = (*notes[row], note)
    return status, notes
