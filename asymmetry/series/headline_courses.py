"""Which numbers of a series are followed over days, and the course of any other that is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from asymmetry.core.frame import Scale
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.notes import Note
from asymmetry.core.schemes import SIDES
from asymmetry.core.table import Measurements
from asymmetry.errors import InvalidInputError
from asymmetry.metrics import Metric, catalogue, measure
from asymmetry.metrics.absolute import unsure_iris
from asymmetry.metrics.expression import UNKNOWN
from asymmetry.metrics.headline import HEADLINES, MOVEMENT_HEADLINES, Headline
from asymmetry.metrics.measuring import choose
from asymmetry.metrics.movements import movement_catalogue
from asymmetry.series.change import Sides
from asymmetry.series.course import UNKNOWN_ERROR, USUAL, USUAL_MOVEMENT, Course, Expected, course
from asymmetry.series.labels import usual_expression

__all__ = ["find_course", "measured_again", "movement_courses", "own_errors", "static_courses"]

#: Photos whose own uncertainty is looked at: its median hardly changes with more.
SAMPLE = 12


def static_courses(landmarks: Landmarks, static: Measurements, expression: str) -> Iterator[Sides]:
    """The headline metrics of photos of one expression.

    Parameters
    ----------
    landmarks : Landmarks
        A series' photos.
    static : Measurements
        Their table.
    expression : str
        Which photos count.
    """
    own = own_errors(landmarks, static, [headline.metric for headline in HEADLINES])
    for headline in HEADLINES:
        yield _sides(static, headline, expression, own.get(headline.column("diff"), USUAL))


def movement_courses(movements: Measurements) -> Iterator[Sides]:
    """The headline movement of each expression that there is.

    Parameters
    ----------
    movements : Measurements
        A series' table of movements.
    """
    for expression in sorted(set(movements["expression"].tolist())):
        if expression in MOVEMENT_HEADLINES:
            yield _sides(movements, MOVEMENT_HEADLINES[expression], expression, USUAL_MOVEMENT)


def own_errors(
    landmarks: Landmarks, static: Measurements, metrics: Sequence[str | Metric]
) -> dict[str, Expected]:
    """The error of metrics' columns by the spread of the points: the median over some of the photos.

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
    dict of str to Expected
        By column; without those of which no photo tells it.
    """
    known = np.flatnonzero(np.isfinite(landmarks.spread).any(axis=1) & np.isfinite(static["mm_per_px"]))
    some = known[np.linspace(0, len(known) - 1, min(len(known), SAMPLE)).astype(np.intp)]
    if not len(some):
        return {}
    table = measured_again(landmarks, static, some, metrics)
    found = {}
    for metric in choose(metrics, catalogue()):
        for column, name in zip(metric.columns, metric.rsd_columns, strict=True):
            values = table[name][np.isfinite(table[name])]
            if len(values):
                found[column] = Expected(float(np.median(values)), Note("own_uncertainty"))
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
    scale = Scale("ruler", 1 / static["mm_per_px"][some], unsure_iris())
    return measure(landmarks[some], metrics=metrics, scale=scale)


def _sides(table: Measurements, headline: Headline, expression: str, expected: Expected) -> Sides:
    rows = table["expression"] == expression
    courses = [course(table, headline.column(s), rows, expression, expected) for s in (*SIDES, "diff")]
    return Sides(headline, *courses)


def find_course(
    landmarks: Landmarks,
    static: Measurements,
    movements: Measurements,
    metric: str,
    expression: str,
    side: str,
    usual: str,
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
    own : sequence of Metric
        Metrics beside those of the catalogues.

    Raises
    ------
    InvalidInputError
        If there is no such column.
    """
    known = {**catalogue(), **movement_catalogue(), **{each.name: each for each in own}}
    column = _column(metric, side, known)
    if column in static:
        filling = [each for each in known.values() if column in each.columns]
        expected = own_errors(landmarks, static, filling).get(column, _usual(column, USUAL))
        shown = expression or usual
        return course(static, column, static["expression"] == shown, shown, expected)
    if column not in movements:
        raise InvalidInputError(f"no metric and no column is called {metric!r} (side {side!r})")
    label, read = movements["expression"], np.isfinite(movements[column])
    expression = expression or usual_expression(label, movements["day"], read & (label != UNKNOWN))
    expected = _usual(column, USUAL_MOVEMENT)
    return course(movements, column, label == expression, expression, expected)


def _usual(column: str, of_lengths: Expected) -> Expected:
    """The usual error of a column: that of lengths, and of others nothing is known."""
    if column.endswith("_mm"):
        return of_lengths
    return UNKNOWN_ERROR


def _column(metric: str, side: str, known: Mapping[str, Metric]) -> str:
    """The column of one side of a metric; a name that is no metric's is a column's."""
    if metric not in known:
        return metric
    found = known[metric]
    if not found.sides:
        return found.columns[0]
    return f"{metric}_{side}_{found.unit}"
