"""Rows of landmarks with the facts known about their photos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from asymmetry.core.landmarks import Landmarks
from asymmetry.core.notes import note_array
from asymmetry.photos.photo import DEFAULT_MAX_MEGAPIXELS
from asymmetry.photos.record import PhotoRecord

__all__ = ["label_rows", "own_limit"]


def label_rows(landmarks: Landmarks, records: Sequence[PhotoRecord]) -> Landmarks:
    """Rows with their names, dates and remarks, and turned back where a manifest says so.

    Parameters
    ----------
    landmarks : Landmarks
        n photos as they were read.
    records : sequence of PhotoRecord
        The facts about each, in the same order.

    Examples
    --------
    >>> row = label_rows(Landmarks.blank(["x"], status="no_face"), [PhotoRecord("a.jpg")])
    >>> row.photo.tolist()
    ['a.jpg']
    """
    notes = [
        (*found, *record.list_remarks())
        for found, record in zip(landmarks.notes, records, strict=True)
    ]
    named = replace(
        landmarks,
        photo=np.array([record.photo for record in records], dtype=np.str_),
        taken=np.array([record.iso_date for record in records], dtype=np.str_),
        notes=note_array(notes),
    )
    usual = bool(landmarks.provenance.get("mirrored", False))
    otherwise = [record.mirrored is not None and record.mirrored != usual for record in records]
    return _turn_rows(named, np.array(otherwise, dtype=bool))


def own_limit(landmarks: Landmarks, row: int = 0) -> float:
    """Megapixels that a photo may have when it is read again: its own, if so large a one was measured.

    Examples
    --------
    >>> own_limit(Landmarks.blank(["x"], status="no_face"))
    100.0
    """
    return max(DEFAULT_MAX_MEGAPIXELS, float(np.prod(landmarks.size[row])) / 1e6)


def _turn_rows(landmarks: Landmarks, rows: npt.NDArray[np.bool_]) -> Landmarks:
    """Some of the photos as their mirror images."""
    if not rows.any():
        return landmarks
    both = Landmarks.concat([landmarks, landmarks.mirrored()])
    return both[np.arange(len(landmarks)) + len(landmarks) * rows]
