"""Possible causes of a change other than the face itself: the head, the eyes, the camera, or less effort."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from asymmetry.core.arrays import FloatArray
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.notes import Note
from asymmetry.core.schemes import SIDES, Side
from asymmetry.core.table import Measurements
from asymmetry.metrics.headline import MOVEMENT_HEADLINES
from asymmetry.series.change import Change

__all__ = ["Circumstance", "Circumstances", "check", "circumstances", "explain"]

#: Degrees from which on another turn of the head is told. In the renders of the fidelity benchmark a height
#: shifts by up to 1.2 mm over 20°, so by 0.3 mm over 5°.
TURN_DEG = 5.0
#: Difference in the eyeLook weights from which on another direction of gaze is told: 16 people who look into
#: the camera differ with a standard deviation of 0.1.
GAZE = 0.25
#: How many times larger or smaller a face is in the picture before another distance is told.
SIZE = 1.5
#: A healthy side that moves less than this part of its movement before was not made to move as far.
EFFORT = 0.8


class Circumstance(NamedTuple):
    """How photos were taken.

    Attributes
    ----------
    yaw, pitch : float or ndarray
        How the head was turned, degrees.
    up, left : float or ndarray
        Where the eyes looked, in weights from -1 to 1.
    size : float or ndarray
        Logarithm of the face's size in the picture.
    """

    yaw: Any
    pitch: Any
    up: Any
    left: Any
    size: Any


class Circumstances:
    """How each photo of a series was taken.

    Parameters
    ----------
    photo : sequence of str, length n
        Their names.
    each : Circumstance
        Of each, shape (n,).
    """

    def __init__(self, photo: Sequence[str], each: Circumstance) -> None:
        self._rows = {name: row for row, name in enumerate(photo)}
        self._each = np.array(each)
        # Several changes rest on the same photos.
        self._known: dict[tuple[str, ...], FloatArray] = {}

    def compare(self, before: Sequence[str], after: Sequence[str]) -> Circumstance:
        """Mean of the photos after minus that of those before; 0 where either is not known."""
        steps = np.nan_to_num(self._mean(tuple(after)) - self._mean(tuple(before)))
        return Circumstance(*steps.tolist())

    def _mean(self, photos: tuple[str, ...]) -> FloatArray:
        """Mean over these photos, as far as it is known, shape (5,)."""
        if photos not in self._known:
            rows = sorted(self._rows[photo] for photo in photos)
            self._known[photos] = _average(self._each.take(rows, axis=1))
        return self._known[photos]


def _average(rows: FloatArray) -> FloatArray:
    """Mean of each row, as far as it is known."""
    if rows.size and np.isfinite(rows).all():
        return np.asarray(rows.mean(axis=1))
    known = (row[np.isfinite(row)] for row in rows)
    return np.array([row.mean() if len(row) else np.nan for row in known])


def circumstances(landmarks: Landmarks, static: Measurements) -> Circumstances:
    """Gather how the photos of a series were taken.

    Parameters
    ----------
    landmarks : Landmarks
        The series' photos.
    static : Measurements
        Their table.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.log(1 / (static["mm_per_px"] * landmarks.size.max(axis=1)))
    each = Circumstance(
        yaw=static["yaw_deg"],
        pitch=static["pitch_deg"],
        up=_weight(landmarks, "Up", "Up") - _weight(landmarks, "Down", "Down"),
        left=_weight(landmarks, "In", "Out") - _weight(landmarks, "Out", "In"),
        size=size,
    )
    return Circumstances(static["photo"].tolist(), each)


def explain(
    changes: Iterable[Change], taken: Circumstances, affected: Side | None
) -> tuple[Change, ...]:
    """Changes with possible explanations, of the latest visit and of the day farthest from before.

    Parameters
    ----------
    changes : iterable of Change
        A series' changes.
    taken, affected
        As for `check`.
    """
    return tuple(
        replace(
            each,
            notes=(*each.notes, *check(each, taken, affected)),
            notes_farthest=(
                *each.notes_farthest,
                *check(each, taken, affected, each.photos_farthest),
            ),
        )
        for each in changes
    )


def check(
    change: Change,
    taken: Circumstances,
    affected: Side | None,
    photos: Sequence[str] | None = None,
) -> tuple[Note, ...]:
    """Differences between the photos that a change rests on.

    Parameters
    ----------
    change : Change
        The change.
    taken : Circumstances
        How the series' photos were taken.
    affected : {"right", "left"} or None
        The patient's side that is ill or treated; the other one is the healthy one.
    photos : sequence of str, optional
        Photos of another day, to compare with those before. Default: those of the latest visits compared.

    Returns
    -------
    tuple of Note
        Empty where the photos were taken alike.
    """
    new = change.photos_after if photos is None else photos
    steps, since = taken.compare(change.photos_before, new), change.since.note
    notes = [
        *_note_turn(steps, since),
        *_gaze(steps, since),
        *_distance(steps, since),
    ]
    if photos is None and change.headline in MOVEMENT_HEADLINES.values():
        notes += _effort(change, affected)
    return tuple(notes)


def _note_turn(steps: Circumstance, since: Note) -> Iterator[Note]:
    for step, more, less in ((steps.yaw, "left", "right"), (steps.pitch, "down", "up")):
        if abs(step) > TURN_DEG:
            yield Note(
                "head_turned_more", angle=abs(step), way=more if step > 0 else less, since=since
            )


def _gaze(steps: Circumstance, since: Note) -> Iterator[Note]:
    for step, more, less in ((steps.up, "up", "down"), (steps.left, "left", "right")):
        if abs(step) > GAZE:
            yield Note("eyes_looked_more", way=more if step > 0 else less, since=since)


def _weight(landmarks: Landmarks, right: str, left: str) -> FloatArray:
    """Mean of both eyes' weights of looking that way; NaN where the scheme has no such weights."""
    known = landmarks.layout.expressions
    names = (f"eyeLook{right}Right", f"eyeLook{left}Left")
    if not set(names) <= set(known):
        return np.full(len(landmarks), np.nan)
    weights: FloatArray = landmarks.blendshapes[:, [known.index(name) for name in names]].mean(
        axis=1, dtype=np.float64
    )
    return weights


def _distance(steps: Circumstance, since: Note) -> Iterator[Note]:
    step = steps.size
    times = math.exp(abs(step))
    if step > math.log(SIZE):
        yield Note("face_larger", times=times, since=since)
    if step < -math.log(SIZE):
        yield Note("face_smaller", times=times, since=since)


def _effort(change: Change, affected: Side | None) -> Iterator[Note]:
    """Whether the side that should be able to move as before did so."""
    strength = {"right": change.right.strength, "left": change.left.strength}
    if affected is not None and strength[affected] >= EFFORT:
        return  # the ill side moved as before: it was no lack of effort
    healthy = [side for side in SIDES if side != affected]
    if all(strength[side] < EFFORT for side in healthy):
        percent = 100 * max(strength[side] for side in healthy)
        if len(healthy) == 1:
            yield Note(
                "healthy_side_weaker", side=healthy[0], percent=percent, since=change.since.note
            )
        else:
            yield Note("both_sides_weaker", percent=percent, since=change.since.note)
