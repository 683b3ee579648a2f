"""Readings of real faces beside the hand's, set by set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from asymmetry.core.arrays import Mask
from asymmetry.core.frame import Scale
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.table import Measurements
from asymmetry.metrics import measure
from benchmarks.fidelity import hand, photos
from benchmarks.fidelity.parts import HEIGHTS

__all__ = [
    "AGAIN",
    "TABLED",
    "TEMPLATES",
    "Beside",
    "hand_photos",
    "measure_heights",
    "read_beside",
]

#: Sets of photos: whose, and which hand. Templates lie in both folders, the rest is ``truth.csv``.
TEMPLATES = ("London, neutral, template", "more, neutral, template")
TABLED = ("portraits", "London, smiling")
AGAIN = "London, neutral"


@dataclass(frozen=True)
class Beside:
    """One set of n photos as a method and a hand read it.

    Attributes
    ----------
    tuning : ndarray of bool, shape (n,)
        Whether constants may be chosen on each.
    read, hand : Measurements
        Both in the reading's millimetres, so that they differ by where points are alone.
    ruled : Measurements
        The reading, its millimetres taken for exact, as they are where they are the hand's too.
    above : Measurements
        The reading, with its lids taken over the iris's centre where the hand's are.
    levelled : Measurements
        The reading in the hand's level: with its pupils and canthi.
    own : Measurements
        The hand's in its own millimetres: 11.71 mm an iris of its own.
    landmarks : tuple of Landmarks
        The reading, and the hand's.
    """

    tuning: Mask
    read: Measurements
    ruled: Measurements = field(repr=False)
    above: Measurements = field(repr=False)
    levelled: Measurements = field(repr=False)
    hand: Measurements = field(repr=False)
    own: Measurements = field(repr=False)
    landmarks: tuple[Landmarks, Landmarks] = field(repr=False)


def hand_photos() -> list[Path]:
    """Every photo that a hand has read; empty where they are not there."""
    return [*photos.people(tuning=True), *photos.people(tuning=False)]


def read_beside(landmarks: Landmarks, paths: Sequence[Path]) -> dict[str, Beside]:
    """All sets.

    Parameters
    ----------
    landmarks : Landmarks
        A method's readings of `hand_photos`.
    paths : sequence of Path
        Those photos.
    """
    table = hand.read_table()
    tuning = np.array([photos.is_tuning(path) for path in paths])

    def rows(folder: str, ending: str) -> list[int]:
        return [
            i for i, p in enumerate(paths) if p.parent.name == folder and p.name.endswith(ending)
        ]

    sets = {}
    for name, folder, ending in zip(
        TEMPLATES, ("london", "more"), ("neutral.jpg", ".jpg"), strict=True
    ):
        picked = rows(folder, ending)
        read = landmarks[picked]
        truth = hand.template_landmarks([paths[i] for i in picked], read)
        sets[name] = _beside(tuning[picked], read, read, truth)
    for name, folder, ending in (
        (TABLED[0], "portraits", ".jpg"),
        (TABLED[1], "london", "smiling.jpg"),
        (AGAIN, "london", "neutral.jpg"),
    ):
        picked = rows(folder, ending)
        read = landmarks[picked]
        truth = hand.table_landmarks([paths[i].name for i in picked], read, table)
        above = hand.lids_at_centre(read, truth)
        sets[name] = _beside(tuning[picked], hand.brow_at_rim(read, truth), above, truth)
    return sets


def _beside(tuning: Mask, read: Landmarks, above: Landmarks, truth: Landmarks) -> Beside:
    table = measure_heights(read)
    same = Scale("ruler", np.nan_to_num(1 / table["mm_per_px"], nan=1.0))
    return Beside(
        tuning,
        table,
        measure_heights(read, same),
        measure_heights(above),
        measure_heights(hand.in_level_of(read, truth), same),
        measure_heights(truth, same),
        measure_heights(truth),
        (read, truth),
    )


def measure_heights(landmarks: Landmarks, scale: Scale | None = None) -> Measurements:
    """The eleven heights, and the opening of the lids."""
    return measure(landmarks, metrics=[*HEIGHTS.values(), "fissure_height"], scale=scale)
