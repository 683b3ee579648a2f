"""Points that a person moved: put into the landmarks, with the standard deviation of a hand.

Standard deviations of points that were placed by hand, mm: of one side, from the right-left differences of
three readers for brows (0.57) and of two for mouth corners (0.35), and of the opening of one eye, read again
(0.22), each divided by the square root of two; see ``HAND_SD`` in ``benchmarks/fidelity/real.py``. Other
points are taken to be as sure as a mouth corner.
"""

from __future__ import annotations

import csv
import math
import os
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from asymmetry.core.landmarks import Landmarks
from asymmetry.core.notes import Note, note_array
from asymmetry.core.schemes import SIDES, Side
from asymmetry.core.schemes.vocabulary import GROUPS
from asymmetry.core.table import Measurements
from asymmetry.errors import InvalidInputError
from asymmetry.metrics import catalogue, measure
from asymmetry.metrics.absolute import LENGTHS, unsure_iris
from asymmetry.metrics.definition import Metric
from asymmetry.metrics.points import points_of
from asymmetry.photos.headings import CORRECTION_COLUMNS
from asymmetry.photos.sheet import read_rows

__all__ = [
    "CORRECTIONS",
    "MIDDLE",
    "HandMM",
    "Points",
    "correct_points",
    "correct_rows",
    "measure_corrected",
    "read_corrections",
    "write_corrections",
]

#: The list that is read from a person's folder when it is there, with any suffix of a table.
CORRECTIONS = "corrections"

Points = Mapping[tuple[str, str], tuple[float, float]]
#: The side of a point of the midline.
MIDDLE = "middle"
_BROW = frozenset((*GROUPS["brow_upper"], *GROUPS["brow_lower"]))
_LID = frozenset((*GROUPS["upper_lid"], *GROUPS["lower_lid"]))


@dataclass(frozen=True)
class HandMM:
    """Standard deviation of a point that was placed by hand, either way, mm.

    Attributes
    ----------
    brow, lid, other : float
        Of points of brows, of lids' margins, and of all others.
    """

    brow: float = 0.57 / math.sqrt(2)
    lid: float = 0.22 / math.sqrt(2)
    other: float = 0.35 / math.sqrt(2)

    def of(self, name: str) -> float:
        """Standard deviation of a named point.

        Examples
        --------
        >>> round(HandMM().of("commissure"), 2)
        0.25
        """
        if name in _BROW:
            return self.brow
        if name in _LID:
            return self.lid
        return self.other


def correct_points(landmarks: Landmarks, points: Points, hand: HandMM | None = None) -> Landmarks:
    """One photo with points where a person put them; its notes name them.

    Parameters
    ----------
    landmarks : Landmarks
        n = 1.
    points : mapping of (str, str) to (float, float)
        Name and side of each point, to x and y in px of the photo. The side is the patient's own, or
        ``"middle"``.
    hand : HandMM, optional
        How sure a hand is.

    Raises
    ------
    InvalidInputError
        If the scheme has no such point.
    """
    if not points:
        return landmarks
    hand = hand or HandMM()
    placed, spread = landmarks.points.copy(), landmarks.spread.copy()
    (mm_per_px,) = measure(landmarks, metrics=(), sd=False)["mm_per_px"]
    for (name, side), place in points.items():
        number = landmarks.layout.number(name, _side_or_none(side))
        placed[0, number, :2] = place
        spread[0, number] = hand.of(name) / mm_per_px
    told = Note("corrected_points", points=tuple(f"{name} {side}" for name, side in points))
    notes = note_array([(*landmarks.notes[0], told)])
    return replace(landmarks, points=placed, spread=spread, notes=notes)


def correct_rows(landmarks: Landmarks, corrections: Mapping[str, Points]) -> Landmarks:
    """Photos with the points of each where a person put them, by the photo's name.

    Raises
    ------
    InvalidInputError
        If there is no such photo, it has no points, or the scheme has no such point.
    """
    names = landmarks.photo.tolist()
    rows = {name: row for row, name in enumerate(names)}
    lost = [name for name in corrections if name not in rows or not landmarks.usable[rows[name]]]
    if lost:
        raise InvalidInputError(f"corrections: no points were read from {', '.join(lost)}")
    if not corrections:
        return landmarks
    return Landmarks.concat(
        [
            correct_points(landmarks[row], corrections.get(each, {}))
            for row, each in enumerate(names)
        ]
    )


def read_corrections(path: str | os.PathLike[str]) -> dict[str, Points]:
    """Read a list of points that a person moved, by the photo's name.

    Parameters
    ----------
    path : path
        A list as for `asymmetry.photos.manifest.read_manifest`, with the columns ``photo``, ``point``,
        ``side`` (right, left or middle, the patient's own), ``x`` and ``y`` (px of the upright photo; of its
        mirror image if it was stored mirrored).

    Raises
    ------
    InvalidInputError
        If the file can't be read, has no column ``photo``, or a place in it is no number.
    """
    found: dict[str, dict[tuple[str, str], tuple[float, float]]] = defaultdict(dict)
    for where, row in read_rows(path, CORRECTION_COLUMNS, "photo"):
        try:
            place = _read_px(row["x"]), _read_px(row["y"])
        except (KeyError, ValueError) as error:
            raise InvalidInputError(f"{where}: give x and y as numbers of px") from error
        found[row["photo"]][row.get("point", ""), row.get("side", "")] = place
    return dict(found)


def _read_px(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def write_corrections(path: str | os.PathLike[str], corrections: Mapping[str, Points]) -> None:
    """Write the list that `read_corrections` reads."""
    with open(path, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123
        writer = csv.writer(file)
        writer.writerow(("photo", "point", "side", "x", "y"))
        for photo, points in corrections.items():
            writer.writerows((photo, *key, *map(repr, place)) for key, place in points.items())


def measure_corrected(
    landmarks: Landmarks, points: Points, as_read: Measurements | None = None
) -> tuple[Landmarks, Measurements]:
    """Measure one photo with points where a person put them.

    The absolute error of a column has a part that all photos of a person share, because the method reads some
    points wrongly in each. Of the points that a hand placed there is no such part: it falls with their share
    among the points that the metric reads, and the error of the hand takes its place.

    Parameters
    ----------
    landmarks : Landmarks
        n = 1, as it was read.
    points : mapping of (str, str) to (float, float)
        As for `correct_points`.
    as_read : Measurements, optional
        Its measurements without the corrections, where they are at hand.

    Returns
    -------
    Landmarks, Measurements
        The photo with these points, and its measurements.
    """
    if as_read is None:
        as_read = measure(landmarks)
    if not points:
        return landmarks, as_read
    corrected = correct_points(landmarks, points)
    table = measure(corrected)
    columns = dict(table.columns)
    for metric in catalogue().values():
        power = LENGTHS.get(metric.unit, 0) * unsure_iris()
        shares = _placed_shares(metric, points, landmarks.scheme)
        names = zip(metric.columns, metric.sd_columns, metric.rsd_columns, shares, strict=True)
        for name, sd, rsd, share in names:
            scale = np.square(power * as_read[name])
            lasting = np.maximum(np.square(as_read[sd]) - np.square(as_read[rsd]) - scale, 0.0)
            squares = np.square(table[rsd]) + (1 - share) * lasting + np.square(power * table[name])
            same = (share == 0) & (table[rsd] == as_read[rsd]) & (table[name] == as_read[name])
            columns[sd] = np.where(same, as_read[sd], np.sqrt(squares))
    return corrected, replace(table, columns=columns)


def _placed_shares(metric: Metric, points: Points, scheme: str) -> list[float]:
    """The share of its points that a hand placed, for each of a metric's columns."""
    names = points_of(metric, scheme)
    placed = {
        side: len([name for name in names if (name, side) in points]) for side in (*SIDES, MIDDLE)
    }
    each: dict[str, float] = {side: placed[side] / len(names) for side in SIDES}
    both = sum(placed.values()) / (2 * len(names))
    return [each.get(kind, min(both, 1.0)) for kind in metric.kinds]


def _side_or_none(side: str) -> Side | None:
    return None if side == MIDDLE else side  # type: ignore[return-value]
