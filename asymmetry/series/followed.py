"""Which numbers of a series are followed over days, and the course of any other that is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from asymmetry.core.schemes import SIDES
from asymmetry.core.table import Measurements
from asymmetry.errors import InvalidInputError
from asymmetry.metrics import catalogue
from asymmetry.metrics.expressions import UNKNOWN
from asymmetry.metrics.movement import movement_catalogue
from asymmetry.series.change import Sides
from asymmetry.series.course import DEFAULT_SEM, MOVEMENT_SEM, Course, course
from asymmetry.series.expression import usual_expression
from asymmetry.series.headline import HEADLINES, MOVEMENT_HEADLINES, Headline

__all__ = ["find_course", "movement_courses", "static_courses"]


def static_courses(static: Measurements, expression: str) -> Iterator[Sides]:
    """The headline metrics of photos of one expression.

    Parameters
    ----------
    static : Measurements
        A series' table.
    expression : str
        Which photos count.
    """
    for headline in HEADLINES:
        yield _sides(static, headline, expression, DEFAULT_SEM)


def movement_courses(movements: Measurements) -> Iterator[Sides]:
    """The headline movement of each expression that there is.

    Parameters
    ----------
    movements : Measurements
        A series' table of movements.
    """
    for expression in sorted(set(movements["expression"].tolist())):
        if expression in MOVEMENT_HEADLINES:
            yield _sides(movements, MOVEMENT_HEADLINES[expression], expression, MOVEMENT_SEM)


def _sides(table: Measurements, headline: Headline, expression: str, expected: float) -> Sides:
    rows = table["expression"] == expression
    courses = [course(table, headline.column(s), rows, expression, expected) for s in (*SIDES, "diff")]
    return Sides(headline, *courses)


def find_course(
    static: Measurements, movements: Measurements, metric: str, expression: str, side: str, usual: str
) -> Course:
    """The course of a metric, static or of movement.

    Parameters
    ----------
    static, movements : Measurements
        A series' tables.
    metric : str
        Name in a catalogue, or of a column.
    expression : str
        Photos that count; empty for the usual ones.
    side : {"right", "left", "diff"}
        Which column of the metric; of a metric of the whole face its only one.
    usual : str
        The expression that static metrics are followed in.

    Raises
    ------
    InvalidInputError
        If there is no such column.
    """
    column = _column(metric, side)
    if column in static:
        return course(static, column, static["expression"] == (expression or usual), expression or usual)
    if column not in movements:
        raise InvalidInputError(f"no metric and no column is called {metric!r} (side {side!r})")
    label, known = movements["expression"], np.isfinite(movements[column])
    expression = expression or usual_expression(label, movements["day"], known & (label != UNKNOWN))
    return course(movements, column, label == expression, expression, MOVEMENT_SEM)


def _column(metric: str, side: str) -> str:
    """The column of one side of a metric; what is no metric's name is a column's."""
    known: Mapping[str, object] = {**catalogue(), **movement_catalogue()}
    if metric not in known:
        return metric
    found = {**catalogue(), **movement_catalogue()}[metric]
    return f"{metric}_{side}_{found.unit}" if found.sides else found.columns[0]
