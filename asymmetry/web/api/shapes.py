"""Patients and photos as the API shows them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Any

from asymmetry.core.table import Measurements
from asymmetry.metrics import expressions
from asymmetry.metrics.headline import HEADLINES
from asymmetry.photos.dates import day_of
from asymmetry.web.desk import Desk
from asymmetry.web.person import list_metrics, list_points, turn_points
from asymmetry.web.store.entries import Correction, KeptPhoto, Patient

__all__ = [
    "changed_metrics",
    "find_zero",
    "list_corrected",
    "rate_differences",
    "show_correction",
    "show_photo",
    "show_summary",
]


def find_zero(patient: Patient, photos: Sequence[KeptPhoto]) -> date | None:
    """The day that days are counted from: the first treatment's, else the first photo's."""
    days = [patient.treatments[0].date] if patient.treatments else [photo.taken for photo in photos]
    return min((day for day in map(day_of, days) if day is not None), default=None)


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


def show_summary(photo: KeptPhoto, zero: date | None) -> dict[str, Any]:
    """A photo without its points and numbers."""
    return {
        "id": photo.id,
        "patient": photo.patient,
        "name": photo.name,
        "status": photo.status,
        "reason": photo.reason,
        "taken": photo.taken or None,
        "day": _count_day(photo, zero),
        "expression": photo.expression,
        "mirrored": photo.mirrored,
        "excluded": photo.excluded or None,
        "corrected": [f"{name} {side}" for name, side in list_corrected(photo)],
    }


def show_photo(desk: Desk, photo: KeptPhoto, zero: date | None) -> dict[str, Any]:
    """A photo with its named points, in px of the upright photo, and all metrics."""
    shown = show_summary(photo, zero)
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


def _count_day(photo: KeptPhoto, zero: date | None) -> int | None:
    """Days since day zero; where there is no date, the name's own count."""
    taken = day_of(photo.taken)
    if taken is None or zero is None:
        return photo.record.day
    return (taken - zero).days
