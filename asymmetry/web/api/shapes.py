"""Patients and photos as the API shows them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from asymmetry.core.table import Measurements
from asymmetry.metrics import expressions
from asymmetry.metrics.headline import HEADLINES
from asymmetry.photos.dates import day_of
from asymmetry.photos.record import treatment_by_names
from asymmetry.web.desk import Desk
from asymmetry.web.person import describe_all, list_metrics, list_points, turn_points
from asymmetry.web.store.entries import Correction, KeptPhoto, Patient

__all__ = [
    "Dates",
    "changed_metrics",
    "find_dates",
    "list_corrected",
    "rate_differences",
    "show_correction",
    "show_photo",
    "show_summary",
]


@dataclass(frozen=True)
class Dates:
    """The dates of a patient's photos, as their series takes them before it doubts any.

    Attributes
    ----------
    zero : datetime.date or None
        The day that days are counted from: the first treatment's, else day 0 of the names, else the first
        photo's.
    taken : mapping of str to str
        When each photo was taken, by its number; ISO 8601, empty where it is not known.
    """

    zero: date | None
    taken: Mapping[str, str]


def find_dates(patient: Patient, photos: Sequence[KeptPhoto]) -> Dates:
    """The dates of a patient's photos."""
    about = describe_all(patient, photos)
    zero = day_of(patient.treatments[0].date) if patient.treatments else treatment_by_names(about)
    days = (each.taken.day for each in about if each.taken is not None)
    taken = {photo.id: record.iso_date for photo, record in zip(photos, about, strict=True)}
    return Dates(zero or min(days, default=None), taken)


def list_corrected(photo: KeptPhoto) -> list[tuple[str, str]]:
    """The corrected points, by the sides that the page shows."""
    if photo.mirrored:
        return list(turn_points(photo.points, 0.0))
    return list(photo.points)


def show_correction(photo: KeptPhoto, correction: Correction, width: float) -> dict[str, Any]:
    """A correction of a photo; that of a point by the side and in the place that the page shows."""
    shown = correction.to_dict()
    if not (photo.mirrored and correction.point):
        return shown
    for time in ("old", "new"):
        place = getattr(correction, time)
        ((name, side), turned), *_ = turn_points({correction.point: place or (0, 0)}, width).items()
        shown |= {"fact": f"point {name} {side}", time: place and list(turned)}
    return shown


def show_summary(photo: KeptPhoto, dates: Dates) -> dict[str, Any]:
    """A photo without its points and numbers."""
    taken = dates.taken[photo.id]
    return {
        "id": photo.id,
        "patient": photo.patient,
        "name": photo.name,
        "status": photo.status,
        "reason": photo.reason,
        "taken": taken or None,
        "day": _count_day(photo, taken, dates.zero),
        "expression": photo.expression,
        "mirrored": photo.mirrored,
        "excluded": photo.excluded or None,
        "corrected": [f"{name} {side}" for name, side in list_corrected(photo)],
    }


def show_photo(desk: Desk, photo: KeptPhoto, dates: Dates) -> dict[str, Any]:
    """A photo with its named points, in px of the upright photo, and all metrics."""
    shown = show_summary(photo, dates)
    if photo.waits:
        more: dict[str, Any] = {
            "size": None,
            "points": {},
            "metrics": {},
            "noticeable": {},
            "guessed": False,
        }
        return {**shown, **more}
    landmarks, table = desk.measure(photo)
    shown |= {"status": str(table["status"][0]), "reason": str(table["reason"][0])}
    shown |= {"size": None, "points": list_points(landmarks), "metrics": list_metrics(table)}
    shown |= {"noticeable": rate_differences(table), "guessed": False}
    if landmarks.usable[0]:
        shown["size"] = landmarks.size[0].tolist()
        shown["expression"] = photo.expression or str(expressions(landmarks).label[0])
        shown["guessed"] = not photo.expression
    return shown


def changed_metrics(before: Measurements, after: Measurements) -> dict[str, Any]:
    """The metrics whose value or error differs."""
    old, new = list_metrics(before), list_metrics(after)
    return {name: shown for name, shown in new.items() if shown != old[name]}


def rate_differences(table: Measurements) -> dict[str, str | None]:
    """Whether a bystander notices each headline difference: likely, possible or unlikely; by the metric."""
    found: dict[str, str | None] = {}
    for each in HEADLINES:
        diff = float(table[each.column("diff")][0])
        sd = float(table[each.column("diff_sd")][0])
        found[each.metric] = each.noticeable(diff, sd) if math.isfinite(diff) else None
    return found


def _count_day(photo: KeptPhoto, taken: str, zero: date | None) -> int | None:
    """Days since day zero; where there is no date, the name's own count."""
    day = day_of(taken)
    if day is None or zero is None:
        return photo.record.day
    return (day - zero).days
