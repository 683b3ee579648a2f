"""The tables of a series: its photos in order of time, measured by one scale."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import check_type
from asymmetry.core.frame import Upright, turn_twice
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.notes import Note, NoteArray, note_array
from asymmetry.core.schemes import SIDES, Side
from asymmetry.core.table import LEADING, Measurements
from asymmetry.errors import InvalidInputError
from asymmetry.metrics import (
    EXPRESSIONS,
    UNKNOWN,
    Metric,
    MovementMetric,
    catalogue,
    movement_catalogue,
)
from asymmetry.metrics.headline import HEADLINES
from asymmetry.metrics.measuring import measure_upright
from asymmetry.photos.dates import day_of
from asymmetry.photos.photo import PhotoSource
from asymmetry.photos.record import PhotoRecord
from asymmetry.series.day_zero import DayZero
from asymmetry.series.judging import is_of_another, judge_photos
from asymmetry.series.labels import label_expressions, label_mirrored
from asymmetry.series.scale import pooled_scale
from asymmetry.series.timeline import days_since, phase_names
from asymmetry.series.treatments import Treatment, days_in_course

__all__ = [
    "SeriesTables",
    "check_affected",
    "list_records",
    "own_metrics",
    "series_tables",
    "sources_by_name",
]

# Sorts last.
_UNDATED = datetime.max.isoformat()


def list_records(
    landmarks: object, expression: Sequence[str | None] | None, about: Sequence[PhotoRecord] | None
) -> Sequence[PhotoRecord]:
    """The facts about each photo; of photos without any the expression alone.

    Raises
    ------
    InvalidInputError
        If ``landmarks`` are none, two of their photos have one name, a date is not written by ISO 8601, a
        list is not as long, or an expression is none that is known.
    """
    if not isinstance(landmarks, Landmarks):
        raise InvalidInputError(
            f"a series is made of Landmarks, and this is {type(landmarks).__name__}"
        )
    _check_names(landmarks.photo.tolist())
    for name, given in (("expression", expression), ("about", about)):
        if given is None:
            continue
        check_type(name, given, Sequence)
        if len(given) != len(landmarks):
            raise InvalidInputError(
                f"{name}: {len(given)} entries were given for {len(landmarks)} photos"
            )
    for taken in landmarks.taken.tolist():
        day_of(taken)  # or an error says how dates are written
    if about is not None:
        return about
    said = expression or [None] * len(landmarks)
    for each in said:
        if each is not None and str(each) not in (UNKNOWN, *EXPRESSIONS):
            known = ", ".join(EXPRESSIONS)
            raise InvalidInputError(f"unknown expression {each!r}: use one of {known}, or None")
    records = {each: PhotoRecord("", expression=each) for each in set(said)}
    return [records[each] for each in said]


def _check_names(names: Sequence[str]) -> None:
    """Refuse two photos of one name: a person could not tell them apart, and neither could a manifest."""
    twice = next((name for name, count in Counter(names).items() if count > 1), None)
    if twice is not None:
        raise InvalidInputError(
            f"landmarks: two photos are called {twice!r}; give each a name of its own, "
            "with dataclasses.replace(landmarks, photo=names)"
        )


def check_affected(affected: Side | None) -> Side | None:
    """Refuse a side that is none; `InvalidInputError`."""
    if affected not in (None, *SIDES):
        raise InvalidInputError(
            f"affected side {affected!r}: use 'right' or 'left', the patient's own"
        )
    return affected


def own_metrics(metrics: Iterable[str | Metric]) -> tuple[Metric, ...]:
    """The metrics that are not the catalogue's."""
    known = {**catalogue(), **movement_catalogue()}
    given = [each for each in metrics if isinstance(each, Metric)]
    return tuple(each for each in given if known.get(each.name) is not each)


@dataclass(frozen=True, eq=False)
class SeriesTables:
    """A series, measured; see `History`.

    Attributes
    ----------
    landmarks, as_read : Landmarks
        The points, with doubtful photos set aside, and as they were read.
    turned : Upright
        The faces, turned upright.
    static, photos : Measurements
        One row per photo.
    about : tuple of PhotoRecord
        The facts known about each photo.
    metrics : tuple of str or Metric, or None
        The metrics that were requested; None for the whole catalogue.
    """

    landmarks: Landmarks
    as_read: Landmarks
    turned: Upright
    static: Measurements
    photos: Measurements
    about: tuple[PhotoRecord, ...]
    metrics: tuple[str | Metric, ...] | None


def sources_by_name(
    landmarks: Landmarks, photos: Sequence[PhotoSource] | Mapping[str, PhotoSource]
) -> dict[str, PhotoSource]:
    """Pictures by the names of the rows that they are of."""
    if isinstance(photos, Mapping):
        return dict(photos)
    check_type("photos", photos, Sequence)
    names = landmarks.photo.tolist()
    if photos and len(photos) != len(names):
        raise InvalidInputError(
            f"photos: there are {len(photos)} for {len(names)} rows; give one for each"
        )
    return dict(zip(names, photos, strict=False))


def series_tables(
    landmarks: Landmarks,
    about: Sequence[PhotoRecord],
    treatments: Sequence[Treatment],
    metrics: Iterable[str | Metric] | None = None,
) -> SeriesTables:
    """Judge, sort, count days and measure.

    Parameters
    ----------
    landmarks : Landmarks
        n photos of one person.
    about : sequence of PhotoRecord
        The facts known about them, in the same order: day, expression, mirrored, notes.
    treatments : sequence of Treatment
        In order of time. The first is day zero; without one that of the photos' names, if none has a date,
        else the first photo's.
    metrics : iterable of str or Metric, optional
        The metrics to measure, see `History.from_landmarks`.

    Returns
    -------
    SeriesTables
        In order of time; undated photos last.
    """
    if metrics is not None:
        if isinstance(metrics, str):
            metrics = [metrics]
        check_type("metrics", metrics, Iterable)
        metrics = tuple(metrics)
    order = _by_time(landmarks, about)  # the photos that came first decide what a person looks like
    as_read, about = landmarks[order], [about[row] for row in order]
    first = treatments[0].day if treatments else None
    turned, exactly = turn_twice(as_read)
    landmarks = judge_photos(as_read, about, turned, first, date.today())
    if (landmarks.taken != as_read.taken).any():  # dates were set aside
        order = _by_time(landmarks, about)
        landmarks = landmarks[order]
        as_read = as_read[order]
        about = [about[row] for row in order]
        turned, exactly = turned.select(order), exactly.select(order)
    counted = np.array([each.day for each in about], dtype=np.float64)
    dates = [day_of(taken) for taken in landmarks.taken.tolist()]
    person = np.flatnonzero(~is_of_another(landmarks.notes)).tolist()
    zero = DayZero.find(treatments, [dates[row] for row in person], counted[person])
    days = counted
    if zero.day is not None:
        days = days_since(zero.day, dates)
    scale, source = pooled_scale(landmarks, days, exactly)
    heights = measure_upright(landmarks, turned, _with_headlines(metrics), scale)
    lost = np.isnan(heights["roll_deg"])  # no frame, so no scale either
    label, confidence, shown = label_expressions(
        landmarks, [each.expression for each in about], heights, days
    )
    own = {
        "mm_per_px": np.where(lost, np.nan, heights["mm_per_px"]),
        "day": days,
        "expression": label,
    }
    scaled = {"scale_source": str(source), "scale_note": source.to_dict()}
    static = replace(
        heights,
        notes=_note_contradicted(heights.notes, shown.tolist(), about),
        columns={**heights.columns, **own},
        provenance={**heights.provenance, **scaled, **zero.provenance},
    )
    known = {
        "phase": phase_names(days_in_course(days, zero.treatments), zero.treated),
        "expression_confidence": confidence,
        "mirrored": label_mirrored(landmarks, [each.mirrored for each in about]),
        "notes": np.array([each.notes for each in about], dtype=np.str_),
    }
    leading = {name: static[name] for name in LEADING}
    photos = replace(static, columns=leading | known)
    return SeriesTables(landmarks, as_read, turned, static, photos, tuple(about), metrics)


def _note_contradicted(
    notes: NoteArray, shown: Sequence[str], about: Sequence[PhotoRecord]
) -> NoteArray:
    """The photos' notes, and one where a name says rest and the face shows another expression."""
    doubted = [
        Note("not_at_rest", shown=each) if each and "expression" not in known.written else None
        for each, known in zip(shown, about, strict=True)
    ]
    if not any(doubted):
        return notes
    return note_array(
        [own if new is None else (*own, new) for own, new in zip(notes, doubted, strict=True)]
    )


def _with_headlines(metrics: Iterable[str | Metric] | None) -> list[str | Metric] | None:
    """The requested metrics that one photo can give, and the headline metrics of changes and reports."""
    if metrics is None:
        return None
    moving = movement_catalogue()
    chosen = [
        each for each in metrics if not isinstance(each, MovementMetric) and each not in moving
    ]
    names = {getattr(each, "name", each) for each in chosen}
    return [*(each.metric for each in HEADLINES if each.metric not in names), *chosen]


def _by_time(landmarks: Landmarks, about: Sequence[PhotoRecord]) -> npt.NDArray[np.intp]:
    """Row order by the camera's clock, then by counted day; undated rows last, equal ones as they came.

    Time zones are left aside, because only some cameras state one.
    """
    taken = landmarks.taken.tolist()
    day = np.array([each.day for each in about], dtype=np.float64)
    clocks = [datetime.fromisoformat(text or _UNDATED).replace(tzinfo=None) for text in taken]
    keys = list(zip(clocks, np.nan_to_num(day, nan=np.inf).tolist(), strict=True))
    return np.array(sorted(range(len(taken)), key=keys.__getitem__), dtype=np.intp)
