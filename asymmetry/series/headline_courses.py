"""Which numbers of a series are followed over days, and the course of any other that is asked for."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from statistics import median

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import FloatArray, Mask
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import SIDES
from asymmetry.core.table import Measurements
from asymmetry.errors import InvalidInputError
from asymmetry.metrics import Metric, catalogue, measure
from asymmetry.metrics.expression import EXPRESSIONS, UNKNOWN
from asymmetry.metrics.headline import HEADLINES, MORE_MOVEMENTS, MOVEMENT_HEADLINES, Headline
from asymmetry.metrics.measuring import choose
from asymmetry.metrics.movements import movement_catalogue
from asymmetry.series.change import Sides
from asymmetry.series.course import Course, Visits, course
from asymmetry.series.day_to_day import (
    DEFAULT_SEM,
    MOVEMENT_SEM,
    Expected,
    Setting,
    expected_error,
    pitch_slope,
)
from asymmetry.series.labels import usual_expression
from asymmetry.series.pitch import off_usual_pitch
from asymmetry.series.scale import scale_of_table

__all__ = [
    "find_course",
    "measured_again",
    "movement_courses",
    "own_errors",
    "static_courses",
]

#: Part of a movement by which a person's effort differs from day to day, as a standard deviation: the travel
#: of posed smiles of 7 mm differs by 0.67 mm, and patients differ more.
EFFORT = 0.15
#: Photos whose own uncertainty is looked at: its median hardly changes with more.
SAMPLE = 12


def static_courses(static: Measurements, expression: str, setting: Setting) -> Iterator[Sides]:
    """The headline metrics of photos of one expression.

    Parameters
    ----------
    static : Measurements
        A series' table.
    expression : str
        Which photos count.
    setting : {"home", "clinic"}
        How the photos were taken.
    """
    rows = static["expression"] == expression
    visits = Visits(static, rows, expression)
    off = off_usual_pitch(np.where(rows, static["pitch_deg"], np.nan))
    for headline in HEADLINES:
        columns = [headline.column(side) for side in (*SIDES, "diff")]
        courses = [_static_course(static, name, visits, off, setting) for name in columns]
        yield Sides(headline, *courses)


def _static_course(
    static: Measurements, column: str, visits: Visits, off: FloatArray, setting: Setting
) -> Course:
    """A static column over days; heights of one side as at the usual pitch of these photos."""
    values, slope = static[column], pitch_slope(setting, column)
    if slope:
        values = values - slope * off
    return visits.course(column, values, expected_error(setting, column))


def movement_courses(movements: Measurements, setting: Setting) -> Iterator[Sides]:
    """The headline movements of each expression that there is.

    The difference is the one that the sides would have if the stronger one moved as far as it usually does:
    so it is free of effort. It is as large as in the table on a day of the usual effort.

    Parameters
    ----------
    movements : Measurements
        A series' table of movements.
    setting : {"home", "clinic"}
        How the photos were taken.
    """
    for expression in sorted(set(movements["expression"].tolist())):
        rows = movements["expression"] == expression
        visits = Visits(movements, rows, expression)
        if expression in MOVEMENT_HEADLINES:
            headline = MOVEMENT_HEADLINES[expression]
            yield _balance_sides(movements, headline, rows, visits, setting)
        for headline in MORE_MOVEMENTS.get(expression, ()):
            columns = [headline.column(side) for side in (*SIDES, "diff")]
            errors = [_with_effort(setting, movements, name, rows) for name in columns]
            courses = [
                visits.course(name, movements[name], expected)
                for name, expected in zip(columns, errors, strict=True)
            ]
            yield Sides(headline, *courses)


def _balance_sides(
    movements: Measurements, headline: Headline, rows: Mask, visits: Visits, setting: Setting
) -> Sides:
    """One movement: each side against its own former self, and their difference at the usual effort."""
    names = [headline.column(side) for side in (*SIDES, "diff")]
    right, left = movements[names[0]], movements[names[1]]
    stronger = np.fmax(right, left)
    least = movement_catalogue()[headline.metric].noise or 0.0
    with np.errstate(invalid="ignore", divide="ignore"):
        stronger = np.where(stronger > least, stronger, np.nan)
        kept = rows & np.isfinite(stronger)
        usual = median(stronger[kept].tolist()) if kept.any() else math.nan
        even = (right - left) * usual / stronger
        wider = (usual / stronger) ** 2
    expected = [_moving(setting, movements, name, rows) for name in names]
    if kept.any():
        expected[:2] = [each.vary(EFFORT * usual) for each in expected[:2]]
    return Sides(
        headline,
        visits.course(names[0], right, expected[0]),
        visits.course(names[1], left, expected[1]),
        visits.course(names[2], even, expected[2], wider),
    )


def _with_effort(setting: Setting, movements: Measurements, column: str, rows: Mask) -> Expected:
    """The expected error of a sign that comes and grows with a movement's effort, such as a closing eye."""
    values = np.abs(movements[column][rows & np.isfinite(movements[column])])
    expected = _moving(setting, movements, column, rows)
    return expected.vary(EFFORT * median(values.tolist())) if len(values) else expected


def _moving(setting: Setting, movements: Measurements, column: str, rows: Mask) -> Expected:
    """The expected error of a movement, by its own standard deviations of repeats."""
    return _column_error(setting, column, _repeats(movements, column, rows), MOVEMENT_SEM)


def _repeats(movements: Measurements, column: str, rows: Mask) -> float:
    """Median of a movement's standard deviations of repeats; NaN where none is known."""
    stem, _, unit = column.rpartition("_")
    rsd = movements.get(f"{stem}_rsd_{unit}", np.array([]))
    known = rsd[rows & np.isfinite(rsd)] if len(rsd) else rsd
    return median(known.tolist()) if len(known) else math.nan


def _column_error(
    setting: Setting, column: str, repeats: float = math.nan, usual: float = DEFAULT_SEM
) -> Expected:
    """The expected error of a column; of lengths something is usual, of the rest nothing."""
    return expected_error(setting, column, repeats, usual if column.endswith("_mm") else math.nan)


def own_errors(
    landmarks: Landmarks, static: Measurements, metrics: Sequence[str | Metric]
) -> dict[str, float]:
    """Standard deviation of repeats of metrics' columns by the spread of the points: a median of photos.

    Parameters
    ----------
    landmarks : Landmarks
        A series' photos.
    static : Measurements
        Their table, with ``mm_per_px``.
    metrics : sequence of str or Metric
        Names in the catalogue, and metrics of one's own.

    Returns
    -------
    dict of str to float
        By column; without those of which no photo tells it.
    """
    known = np.flatnonzero(
        np.isfinite(landmarks.spread).any(axis=1) & np.isfinite(static["mm_per_px"])
    )
    some = known[np.linspace(0, len(known) - 1, min(len(known), SAMPLE)).astype(np.intp)]
    if not len(some):
        return {}
    table = measured_again(landmarks, static, some, metrics)
    found = {}
    for metric in choose(metrics, catalogue()):
        for column, name in zip(metric.columns, metric.rsd_columns, strict=True):
            values = table[name][np.isfinite(table[name])]
            if len(values):
                found[column] = float(np.median(values))
    return found


def measured_again(
    landmarks: Landmarks, static: Measurements, rows: npt.ArrayLike, metrics: Sequence[str | Metric]
) -> Measurements:
    """Some photos of a series with the standard deviations that its table lacks, in the series' millimetres.

    Parameters
    ----------
    landmarks : Landmarks
        A series' photos.
    static : Measurements
        Their table, with ``mm_per_px``.
    rows : array_like of int
        Which photos; they have a scale.
    metrics : sequence of str or Metric
        Names in the catalogue, and metrics of one's own.
    """
    some = np.asarray(rows, dtype=np.intp)
    chosen = landmarks[some]
    scale = scale_of_table(chosen, static["mm_per_px"][some])
    return measure(chosen, metrics=metrics, scale=scale)


def find_course(  # noqa: PLR0913  the parts of one series
    landmarks: Landmarks,
    static: Measurements,
    movements: Measurements,
    metric: str,
    expression: str,
    side: str,
    usual: str,
    *,
    setting: Setting = "home",
    own: Sequence[Metric] = (),
) -> Course:
    """The course of a metric, static or of movement.

    Parameters
    ----------
    landmarks : Landmarks
        A series' photos.
    static, movements : Measurements
        Its tables.
    metric : str
        Name in a catalogue, or of a column.
    expression : str
        Photos that count; empty for the usual ones.
    side : {"right", "left", "diff"}
        Which column of the metric; of a metric of the whole face its only one.
    usual : str
        The expression that static metrics are followed in.
    setting : {"home", "clinic"}
        How the photos were taken.
    own : sequence of Metric
        Metrics beside those of the catalogues.

    Raises
    ------
    InvalidInputError
        If there is no such column or expression.
    """
    if expression and expression not in {*EXPRESSIONS, *static["expression"].tolist()}:
        raise InvalidInputError(
            f"unknown expression {expression!r}: use one of {', '.join(EXPRESSIONS)}"
        )
    known = {**catalogue(), **movement_catalogue(), **{each.name: each for each in own}}
    column = _column(metric, side, known)
    if column in static:
        filling = [each for each in known.values() if column in each.columns]
        shown = expression or usual
        rows = static["expression"] == shown
        if expected_error(setting, column).df:
            off = off_usual_pitch(np.where(rows, static["pitch_deg"], np.nan))
            return _static_course(static, column, Visits(static, rows, shown), off, setting)
        repeats = own_errors(landmarks, static, filling).get(column, math.nan)
        return course(static, column, rows, shown, _column_error(setting, column, repeats))
    if column not in movements:
        raise InvalidInputError(f"no metric and no column is called {metric!r} (side {side!r})")
    label, read = movements["expression"], np.isfinite(movements[column])
    told = read & np.isin(label, [*_expressions_of(column)])  # which other ones hardly show it
    read &= told if told.any() else label != UNKNOWN
    expression = expression or usual_expression(label, movements["day"], read)
    for followed in movement_courses(movements, setting):  # the difference at the usual effort
        for each in (followed.right, followed.left, followed.diff):
            if (each.column, each.expression) == (column, expression):
                return each
    rows = label == expression
    return course(movements, column, rows, expression, _moving(setting, movements, column, rows))


def _expressions_of(column: str) -> set[str]:
    """The expressions in which a movement is followed, else those in which another of its part is."""
    told = [*MOVEMENT_HEADLINES.items()]
    told += [(name, each) for name, more in MORE_MOVEMENTS.items() for each in more]
    own = {name for name, each in told if column.startswith(f"{each.metric}_")}
    part = column.partition("_")[0]
    return own or {name for name, each in told if each.metric.partition("_")[0] == part}


def _column(metric: str, side: str, known: Mapping[str, Metric]) -> str:
    """The column of one side of a metric; a name that is no metric's is a column's."""
    if metric not in known:
        return metric
    found = known[metric]
    if not found.sides:
        return found.columns[0]
    return f"{metric}_{side}_{found.unit}"
