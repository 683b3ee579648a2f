"""Evidence for the items of a scale: measurements of photos that are beyond doubt, and none of any other."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from asymmetry.core.arrays import FloatArray, Mask
from asymmetry.core.frame import IRIS_MM
from asymmetry.core.notes import Note
from asymmetry.core.records import Record
from asymmetry.core.scale import IRIS_SD_MM
from asymmetry.core.schemes import SIDES, Side
from asymmetry.core.table import Measurements
from asymmetry.metrics import Metric, MovementMetric, catalogue, movement_catalogue
from asymmetry.series.aids.scales import MM_PER_POINT, MOST_POINTS, Question
from asymmetry.series.guessing import REST
from asymmetry.series.headline_courses import measured_again
from asymmetry.series.judging import is_of_another

if TYPE_CHECKING:
    from asymmetry.series.history import History

__all__ = ["Evidence", "find_evidence"]

#: Errors are told as the half of an interval that holds 95 in 100.
_95_PERCENT = 1.96
#: Notes that make no measurement doubtful; and those that an expression brings along.
_HARMLESS = frozenset(
    """
    all_after_treatment all_before_treatment all_days_before date_in_utc date_of_edit date_of_sending
    faces_in_background photo_turned undated
    """.split()
)
_BROUGHT = {"eye_closure": frozenset(("eye_closed", "partly_measured"))}


@dataclass(frozen=True)
class Evidence(Record):
    """One measurement of one photo.

    Attributes
    ----------
    measure, unit : str
        The metric, and the unit of the numbers below.
    expression, photo, rest_photo : str
        The photo and its expression; of a movement also the photo at rest that it is measured from.
    right, left : float
        The patient's sides.
    error, diff_error : float
        Half of the 95 % interval of one side, and of right minus left.
    share : float
        How far the affected side moves, as a part of the healthy side; NaN where that is not asked, the
        affected side is not known, or the healthy side does not move beyond the error.
    suggests : tuple of int
        The values that a published definition gives this measurement, error included; empty where no
        definition does.
    healthy : tuple of int
        The same of the healthy side.
    """

    measure: str
    unit: str
    expression: str
    photo: str
    rest_photo: str
    right: float
    left: float
    error: float
    diff_error: float
    share: float = math.nan
    suggests: tuple[int, ...] = ()
    healthy: tuple[int, ...] = ()
    derived: ClassVar[tuple[str, ...]] = ("diff",)

    @property
    def diff(self) -> float:
        """Right minus left."""
        return self.right - self.left


def find_evidence(
    series: History, question: Question, day: float, affected: Side | None
) -> tuple[tuple[Evidence, ...], tuple[Note, ...]]:
    """The measurements of a day that inform an item, and the reasons where there are none.

    Parameters
    ----------
    series : History
        The person's photos.
    question : Question
        The item.
    day : float
        The day; NaN for undated photos.
    affected : {"right", "left"} or None
        The patient's affected side.
    """
    read = [each for look in question.looks for each in _measure(series, *look, day)]
    found = [each for each in read if isinstance(each, Evidence)]
    notes = list(dict.fromkeys(each for each in read if isinstance(each, Note)))
    if question.caution is not None and (found or not question.looks):
        notes.append(question.caution)
    if affected is None and question.looks:
        notes.insert(0, Note("aid_no_affected"))
    if affected is not None:
        found = [_compare(each, question, affected) for each in found]
    return tuple(found), tuple(notes)


def _measure(series: History, expression: str, name: str, day: float) -> Iterator[Evidence | Note]:
    """One metric in each photo of an expression, or the reason why there is none."""
    table = series.static if expression == REST else series.moved
    own = ~is_of_another(table.notes, "another_subject")
    shown = np.flatnonzero(own & (table["expression"] == expression) & _on_day(table["day"], day))
    if not len(shown):
        yield Note("aid_no_photo", expression=expression)
    for row in shown.tolist():
        doubt = _doubt(series, table, row, expression)
        if doubt is None:
            doubt = Note("aid_not_measured", photo=str(table["photo"][row]))
            made = _read(series, table, row, name)
            if np.isfinite([made.right, made.left, made.error, made.diff_error]).all():
                yield made
                continue
        yield doubt


def _on_day(days: FloatArray, day: float) -> Mask:
    return np.equal(days, day) | (np.isnan(days) & math.isnan(day))


def _doubt(series: History, table: Measurements, row: int, expression: str) -> Note | None:
    """The reason why a photo, or the one at rest that it is compared with, is no evidence."""
    photo, notes = str(table["photo"][row]), list(table.notes[row])
    names = [photo]
    if "rest_photo" in table:
        names.append(str(table["rest_photo"][row]))
    rows = {name: number for number, name in enumerate(series.static["photo"].tolist())}
    for name in names:
        if series.about[rows[name]].expression is None:
            return Note("aid_guessed", photo=name)
    for name in names[1:]:
        notes += series.static.notes[rows[name]]
    known = _HARMLESS | _BROUGHT.get(expression, frozenset())
    serious = tuple(dict.fromkeys(note for note in notes if note.code not in known))
    if serious:
        return Note("aid_doubtful", photo=photo, reasons=serious)
    return None


def _read(series: History, table: Measurements, row: int, name: str) -> Evidence:
    """A metric of one photo with its error; NaN where it was not measured."""
    if name in movement_catalogue():
        moving: MovementMetric = movement_catalogue()[name]
        return _as_evidence(moving, table, row, moving.rsd_columns, moving.least or 0.0)
    metric = catalogue()[name]
    if not np.isfinite(table["mm_per_px"][row]):
        return _as_evidence(metric, table, row, (), 0.0)
    again = measured_again(series.landmarks, series.static, [row], [metric])
    known = table.select([row]).with_columns(**{each: again[each] for each in metric.sd_columns})
    return _as_evidence(metric, known, 0, metric.sd_columns, 0.0)


def _as_evidence(
    metric: Metric, table: Measurements, row: int, sds: tuple[str, ...], least: float
) -> Evidence:
    """Both sides; the error is at least the reading that a still side may have."""
    right = float(table[metric.columns[0]][row])
    left = float(table[metric.columns[1]][row])
    errors = [max(_95_PERCENT * float(table[column][row]), least) for column in sds[:3]]
    if not errors or np.isnan([table[column][row] for column in sds[:3]]).any():
        errors = [math.nan] * 3
    return Evidence(
        measure=metric.name,
        unit=metric.unit,
        expression=str(table["expression"][row]),
        photo=str(table["photo"][row]),
        rest_photo=str(table["rest_photo"][row]) if "rest_photo" in table else "",
        right=right,
        left=left,
        error=max(errors[:2]),
        diff_error=errors[2],
    )


def _compare(found: Evidence, question: Question, affected: Side) -> Evidence:
    """The affected side beside the healthy one, and the points of its movement."""
    ill: float = getattr(found, affected)
    well: float = getattr(found, SIDES[1 - SIDES.index(affected)])
    if question.of_movement and found.measure != "residual_gap" and well > found.error:
        found = replace(found, share=ill / well)
    if question.part == "measured":
        points = [_count_points(mm, found.error) for mm in (ill, well)]
        found = replace(found, suggests=points[0], healthy=points[1])
    return found


def _count_points(mm: float, error: float) -> tuple[int, ...]:
    """House and Brackmann's points of a movement, of every size that it may have.

    The size of the iris, which millimetres rest on, adds to the error.

    Examples
    --------
    >>> [_count_points(mm, 0.5) for mm in (6.2, 7.6, 0.1, 14)]
    [(2,), (2, 3), (0,), (4,)]
    """
    half = math.hypot(error, _95_PERCENT * IRIS_SD_MM / IRIS_MM * mm)
    low, high = np.clip([mm - half, mm + half], 0, MOST_POINTS * MM_PER_POINT) // MM_PER_POINT
    return tuple(range(int(low), int(high) + 1))
