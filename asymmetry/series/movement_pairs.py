"""Movements within a series: each photo of an expression against the person's own face at rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import FloatArray
from asymmetry.core.frame import Scale, Upright, turn_upright
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.notes import Note, NoteArray, told_columns
from asymmetry.core.table import Measurements
from asymmetry.metrics import MovementMetric, movement_catalogue
from asymmetry.metrics.expression import UNKNOWN
from asymmetry.metrics.movements import movement_upright
from asymmetry.series.guessing import REST

__all__ = ["any_moved", "movements"]

IntArray = npt.NDArray[np.intp]


def any_moved(expression: npt.NDArray[np.str_]) -> bool:
    """Whether any photo shows an expression other than rest.

    Parameters
    ----------
    expression : ndarray of str, shape (n,)
        The expression of each photo.

    Examples
    --------
    >>> any_moved(np.array(["rest", "unknown"])), any_moved(np.array(["rest", "smile_open"]))
    (False, True)
    """
    return bool(((expression != REST) & (expression != UNKNOWN)).any())


def movements(
    landmarks: Landmarks,
    static: Measurements,
    own: Sequence[MovementMetric] = (),
    turned: Upright | None = None,
) -> Measurements:
    """Pair each expression with the rest photo of its day, or the nearest one, and measure the movement.

    Parameters
    ----------
    landmarks : Landmarks
        n photos of one person, in order of time.
    static : Measurements
        Their table, with ``day``, ``expression`` and ``mm_per_px``.
    own : sequence of MovementMetric
        Metrics beside those of the catalogue.
    turned : Upright, optional
        The faces, turned upright, where they are known already.

    Returns
    -------
    Measurements
        One row per photo of a known expression that is not rest: photo, taken, day, expression, status,
        reason, flags, ``rest_photo``, ``rest_day``, and the columns that `asymmetry.movement` measures with
        ``keep_noise``. A rest photo of another day is told in the notes. Where no photo at rest was measured
        there are rows of closed eyes alone, with how far they stay open.
    """
    label, day = static["expression"], static["day"]
    resting = np.flatnonzero((label == REST) & landmarks.usable & np.isfinite(static["mm_per_px"]))
    moved = np.flatnonzero((label != REST) & (label != UNKNOWN))
    alone = not len(resting)
    if alone:
        # Without a face at rest only the gap of a closed eye can be told.
        moved = resting = np.flatnonzero((label == "eye_closure") & landmarks.usable)
    pairs = _nearest(moved, resting, day)
    px_per_mm = 1 / np.where(np.isfinite(static["mm_per_px"]), static["mm_per_px"], 1.0)
    turned = turned or turn_upright(landmarks)
    table = movement_upright(
        (landmarks[pairs], landmarks[moved]),
        (turned.select(pairs), turned.select(moved)),
        metrics=[*movement_catalogue().values(), *own],
        scale=Scale("ruler", px_per_mm[pairs]),
        keep_noise=True,
    )
    known = {
        "day": day[moved],
        "expression": label[moved],
        "rest_day": day[pairs],
    }
    said = {
        key: static.provenance[key]
        for key in ("scale_source", "scale_note", "day_zero", "day_zero_is", "treatments")
        if key in static.provenance
    }
    notes = _add_rest_days(table.notes, day[moved], day[pairs])
    columns = _keep_gaps(table.columns) if alone else table.columns
    return replace(
        table,
        columns={**columns, **known, **told_columns(notes)},
        provenance={**table.provenance, **said},
        notes=notes,
    )


def _keep_gaps(columns: Mapping[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    """The columns with no number but the gaps of closed eyes, and with no photo at rest."""
    kept = {
        name: np.full_like(each, np.nan)
        for name, each in columns.items()
        if each.dtype.kind == "f" and not name.startswith("residual_gap")
    }
    kept["rest_photo"] = np.full_like(columns["rest_photo"], "")
    return {**columns, **kept}


def _nearest(moved: IntArray, resting: IntArray, day: FloatArray) -> IntArray:
    """For each expression the rest photo of the nearest day; of several the nearest in order."""
    if not len(moved):
        return moved
    dated = np.nan_to_num(day, nan=np.inf)
    with np.errstate(invalid="ignore"):
        apart = np.nan_to_num(np.abs(dated[moved, None] - dated[resting]), nan=0.0, posinf=1e9)
    places = np.abs(moved[:, None] - resting) / (len(day) + 1)
    found: IntArray = resting[np.argmin(apart + places, axis=1)]
    return found


def _add_rest_days(notes: NoteArray, day: FloatArray, rest_day: FloatArray) -> NoteArray:
    """The notes, with the rest photo's day where it is another."""
    noted = notes.copy()
    for row in np.flatnonzero((day != rest_day) & ~np.isnan(day)).tolist():
        noted[row] = (*noted[row], Note("rest_of_another_day", day=rest_day[row]))
    return noted
