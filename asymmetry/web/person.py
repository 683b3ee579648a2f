"""From the store to numbers: one photo's measurements, and a patient's series."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from asymmetry.core.landmarks import Landmarks
from asymmetry.core.records import make_plain
from asymmetry.core.schemes import SIDES
from asymmetry.core.table import Measurements
from asymmetry.errors import InvalidInputError
from asymmetry.metrics import catalogue
from asymmetry.people import Series
from asymmetry.photos.dates import day_of
from asymmetry.photos.folder import count_days, mark_copies
from asymmetry.photos.manifest import DiaryNote, Entry
from asymmetry.photos.record import PhotoRecord, describe_photo, treatment_by_names
from asymmetry.photos.rows import label_rows
from asymmetry.photos.taken import Taken
from asymmetry.series.corrections import MIDDLE, Points, correct_points, measure_corrected
from asymmetry.series.sites import find_sites
from asymmetry.series.treatments import Treatment
from asymmetry.web.store.entries import KeptPhoto, Patient, PlannedTreatment
from asymmetry.web.store.store import Store

__all__ = [
    "describe_all",
    "describe_kept",
    "find_patient",
    "list_metrics",
    "list_points",
    "measure_photo",
    "patient_series",
    "turn_points",
]

_OTHER = {"right": "left", "left": "right", MIDDLE: MIDDLE}


def describe_kept(photo: KeptPhoto) -> PhotoRecord:
    """The facts about a photo; corrections on the page are believed as a manifest is.

    Day numbers in names are not counted yet, see `describe_all`.
    """
    said = photo.corrected
    taken = None
    if said.get("taken"):
        taken = Taken.parse(said["taken"], "manifest")
    entry = Entry(
        photo.name,
        taken=taken,
        expression=said.get("expression"),
        mirrored=said.get("mirrored"),
        use=False if photo.excluded else None,
    )
    described = describe_photo(photo.name, entry)
    return replace(
        described.add_dates(photo.record.dates),
        sha256=photo.sha256,
        front_camera=photo.record.front_camera,
        camera=photo.record.camera,
    )


def describe_all(patient: Patient, photos: Sequence[KeptPhoto]) -> list[PhotoRecord]:
    """The facts about a patient's photos, dated by the day numbers in their names as in a folder."""
    treated = day_of(patient.treatments[0].date) if patient.treatments else None
    return count_days([describe_kept(photo) for photo in photos], treated)


def turn_points(points: Points, width: float) -> dict[tuple[str, str], tuple[float, float]]:
    """Points of a photo in its mirror image: right and left change places."""
    return {(name, _OTHER[side]): (width - x, y) for (name, side), (x, y) in points.items()}


def measure_photo(
    store: Store, photo: KeptPhoto, as_read: Measurements | None = None
) -> tuple[Landmarks, Measurements]:
    """The points of one photo, those that were corrected in their new places, and all metrics.

    Parameters
    ----------
    store : Store
        The store.
    photo : KeptPhoto
        The photo.
    as_read : Measurements, optional
        Its measurements without corrections of points, where they are at hand.
    """
    return measure_corrected(*_read_points(store, photo), as_read)


def _read_points(
    store: Store, photo: KeptPhoto, record: PhotoRecord | None = None
) -> tuple[Landmarks, Points]:
    """The points as they were read, turned round if the photo is mirrored, and those that were corrected."""
    landmarks = label_rows(store.landmarks(photo), [record or describe_kept(photo)])
    if not landmarks.usable[0]:
        return landmarks, {}
    if photo.mirrored:
        return landmarks, turn_points(photo.points, float(landmarks.size[0, 0]))
    return landmarks, photo.points


def _place(store: Store, photo: KeptPhoto, record: PhotoRecord) -> Landmarks:
    """The points of one photo for a series, those that were corrected in their new places; none of a copy."""
    if record.copy_of:
        return label_rows(Landmarks.blank([photo.name], status="rejected"), [record])
    return correct_points(*_read_points(store, photo, record))


def list_points(landmarks: Landmarks) -> dict[str, dict[str, list[float]]]:
    """The named points of one photo: name to side (or ``"middle"``) to x and y in px."""
    if not landmarks.usable[0]:
        return {}
    layout = landmarks.layout
    numbers: dict[tuple[str, str], int] = {
        (name, side): row
        for name, pair in layout.pairs.items()
        for side, row in zip(SIDES, pair, strict=True)
    }
    numbers |= {(name, MIDDLE): row for name, row in layout.midline.items()}
    found: dict[str, dict[str, list[float]]] = {}
    for (name, side), row in numbers.items():
        place = landmarks.points[0, row, :2]
        if np.isfinite(place).all():
            found.setdefault(name, {})[side] = [round(float(each), 2) for each in place]
    return found


def list_metrics(table: Measurements) -> dict[str, dict[str, Any]]:
    """The measurements of one photo: column to its value and its standard deviation of one photo."""
    return {
        column: make_plain({"value": float(table[column][0]), "sd": float(table[sd][0])})
        for column, sd in _columns()
    }


@functools.cache
def _columns() -> tuple[tuple[str, str], ...]:
    """Every column of the catalogue, and that of its standard deviation."""
    return tuple(
        pair
        for metric in catalogue().values()
        for pair in zip(metric.columns, metric.sd_columns, strict=True)
    )


def find_patient(store: Store, called: str) -> Patient:
    """The patient of that number, else the only one of that name.

    Raises
    ------
    InvalidInputError
        If there is none, or several have the name.
    """
    patients = store.patients()
    found = [each for each in patients if each.id == called] or [
        each for each in patients if each.name == called
    ]
    if len(found) == 1:
        return found[0]
    if found:
        numbers = ", ".join(each.id for each in found)
        raise InvalidInputError(
            f"{len(found)} patients are called {called!r}: give a number ({numbers})"
        )
    names = ", ".join(each.name for each in patients) or "none"
    raise InvalidInputError(f"there is no patient {called!r}; the store has {names}")


def _plan(treatment: PlannedTreatment) -> Treatment:
    """A treatment of the page; places of the face in its note are its sites."""
    note = treatment.note
    return Treatment.of(treatment.date, product=note, sites=find_sites(note))


def patient_series(store: Store, patient: Patient, days: Iterable[str] | None = None) -> Series:
    """A patient's photos as a series: those that were read, with all corrections.

    Parameters
    ----------
    store : Store
        The store.
    patient : Patient
        Whose.
    days : iterable of str, optional
        Only photos of these days, ISO 8601. Default: all.
    """
    photos = [photo for photo in store.photos(patient.id) if not photo.waits]
    about = mark_copies(describe_all(patient, photos), [store.path(photo) for photo in photos])
    if days is not None:
        chosen = set(days)
        kept = [row for row, record in enumerate(about) if record.iso_day in chosen]
        photos, about = [photos[row] for row in kept], [about[row] for row in kept]
    points = [_place(store, photo, record) for photo, record in zip(photos, about, strict=True)]
    notes = [DiaryNote(day_of(note.date), note.text) for note in store.notes(patient.id)]
    return Series.from_landmarks(
        Landmarks.concat(points),
        treated_on=[_plan(each) for each in patient.treatments] or treatment_by_names(about),
        affected=patient.affected,
        setting=patient.setting,
        about=about,
        notes=notes,
        photos={photo.name: store.path(photo) for photo in photos},
    )
