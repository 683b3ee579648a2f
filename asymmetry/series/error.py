"""How far the days of a course can be trusted: by the days of other people, and by the course itself."""

from __future__ import annotations

import math
from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import FloatArray
from asymmetry.core.notes import Note
from asymmetry.core.statistics import moderated_variance
from asymmetry.series.day_to_day import Expected

__all__ = [
    "Error",
    "Known",
    "course_error",
    "is_scatter",
    "latest_error",
    "learn",
    "moderate_repeats",
    "shared_part",
]

Many: TypeAlias = float | npt.NDArray[np.floating[Any]]

#: Degrees of freedom of each day between two others (Gasser, Sroka and Jennen-Steinmetz 1986).
WORTH = 18 / 35
#: A day that is farther off its neighbours than so many standard deviations was put there by a step, unless
#: there are more such days than a step makes and a tenth of all. Its square is so many times larger, over the
#: degrees of freedom, where the error is not well known: about as a quantile of Student's t.
STEP_SD, _BY_A_STEP, _STEP_DAYS, _UNSURE = 2.5, 2, 0.1, 6
#: Mean of the squares of normal numbers that are not.
WITHIN_STEP = 0.9113
#: From so many days between others on, the correlation of the errors of neighbouring days is looked for;
#: from twice as many on it counts in full.
SERIAL_DAYS = 20
#: Standard deviation of the logarithm of the ratio that tells it, times the root of the number of days:
#: counted in 3,000 random series each of 25 to 200 days.
_SERIAL_SD = 2.1
#: It counts from one standard deviation on, and in full from two on.
_FROM_SD = 1.0
#: More than this is not told from a course that bends.
MOST_SERIAL = 0.6
_NORMAL_MEDIAN = 0.4549  # of the squares of normal numbers
#: Correlations r, and how much farther off days two steps away are for each: of a first-order
#: autoregression.
_SERIAL = np.linspace(0, MOST_SERIAL, 61)
_FARTHER = (1 + _SERIAL) * (3 - _SERIAL**2) / (3 - _SERIAL)


@dataclass(frozen=True)
class Error:
    """The measurement error of a course.

    Attributes
    ----------
    sem : float
        Standard error of measurement of one photo beside others of its day, in the metric's unit.
    between : float
        Standard deviation of the error that all photos of a day share and another day doesn't, such as how
        the head was held, or the pull of another part that moves. More photos of a day don't lessen it.
    df : float
        Degrees of freedom: how well they are known.
    note : Note
        The basis of these figures.
    serial : float
        Correlation of the errors of one day and the next; 0 where none is found.
    """

    sem: float
    between: float
    df: float
    note: Note
    serial: float = 0.0

    @property
    def source(self) -> str:
        """The basis of these figures, in English."""
        return str(self.note)

    def variance(self, count: npt.ArrayLike) -> FloatArray:
        """Error variance of the mean of so many photos of one day."""
        return self.between**2 + self.sem**2 / np.asarray(count, dtype=np.float64)


@dataclass(frozen=True)
class Known:
    """The errors that courses have told of themselves after each of their days, shape (k, d).

    Attributes
    ----------
    factor : ndarray
        How many times larger the error variance is than was expected.
    df : ndarray
        Degrees of freedom of that.
    serial : ndarray
        Correlation of the errors of one day and the next.
    """

    factor: FloatArray
    df: FloatArray
    serial: FloatArray


def moderate_repeats(
    readings: FloatArray, value: FloatArray, count: npt.NDArray[np.intp], expected: Expected
) -> Expected:
    """The expected error, with the part that repeats of a day show steadied by them.

    The part that a day's photos share stays as expected: they can't tell it.

    Parameters
    ----------
    readings : ndarray, shape (n,)
        The readings, by day.
    value, count : ndarray, shape (d,)
        The days' means, and how many readings each is of.
    expected : Expected
        The expected error.
    """
    repeats = len(readings) - len(count)
    if not repeats:
        return expected
    within = float(np.square(readings - np.repeat(value, count)).sum()) / repeats
    sem = math.sqrt(moderated_variance(expected.sem**2, expected.df, within, repeats))
    between = expected.between if expected.df else 0.0
    note = Note("repeats_of_a_day", first=expected.note, df=repeats)
    return Expected(sem, between, expected.df or float(repeats), note)


def learn(
    value: FloatArray,
    variance: FloatArray,
    day: FloatArray,
    df: Sequence[float],
    reference: int = 0,
    treated: Sequence[float] = (),
) -> Known:
    """The errors of courses of the same days as the scatter from day to day tells them, day after day.

    Parameters
    ----------
    value, variance : ndarray, shape (k, d)
        Each course's means of the days, and their expected error variance.
    day : ndarray, shape (d,)
        The days.
    df : sequence of float, length k
        How well the variance is known, in degrees of freedom.
    reference : int
        So many days come before a treatment; no scatter is taken across it.
    treated : sequence of float
        Days of treatments, across which a step is none however many there are.

    Notes
    -----
    Each day is compared with the line through its neighbours (Gasser, Sroka and Jennen-Steinmetz 1986,
    Biometrika 73:625), which a steady course leaves at 0; one that a step put far off is left aside. Expected
    and observed variances are pooled in proportion to their degrees of freedom (Smyth 2004, Stat Appl Genet
    Mol Biol 3:3).
    """
    near = _off_the_line(value, variance, day, 1)
    apart = range(reference - 2, reference) if reference < len(day) else range(0)
    between = [(day[:-2] <= each) & (each < day[2:]) for each in treated]
    steps = set(np.flatnonzero(np.any(between, axis=0)).tolist()) if between else set()
    rows = [_learn(row, own, apart, steps) for row, own in zip(near.tolist(), df, strict=True)]
    early = min(2, len(day))  # days before there is one between two others
    factor = np.array([[1.0] * early + row[0] for row in rows])
    dfs = np.array([[own] * early + row[1] for row, own in zip(rows, df, strict=True)])
    serial = np.zeros_like(factor)
    for at, (_, _, kept) in enumerate(rows):
        if sum(kept) > SERIAL_DAYS:
            far = _off_the_line(value[at], variance[at], day, 2)
            clear = _clear_of_steps(kept)
            serial[at, 3:-1] = _serial_correlation(
                np.where(clear, near[at, 1:-1], 0), np.where(clear, far, 0)
            )
            serial[at, -1] = serial[at, -2]
    return Known(factor / (1 - 4 / 3 * serial + serial**2 / 3), dfs, serial)


def _learn(
    near: Sequence[float], df: float, apart: range, treated: Set[int]
) -> tuple[list[float], list[float], list[bool]]:
    """Factor and degrees of freedom after each day between two others, and whether it tells a correlation.

    Days in ``apart`` have the first treatment between them and a neighbour, those in ``treated`` any: what
    looks like a step there is one, however many there are.
    """
    factor, dfs, kept, total, steps = [], [], [], df, 0
    for i, square in enumerate(near):
        found = 0 if i in treated else steps
        counts = i not in apart and is_scatter(square, total, df, (found, i))
        steps += not counts and i not in apart and i not in treated
        if counts:
            total, df = total + WORTH * square / WITHIN_STEP, df + WORTH
        factor.append(total / df)
        dfs.append(df)
        kept.append(counts and i not in treated)
    return factor, dfs, kept


def is_scatter(square: Many, total: Many, df: Many, steps: tuple[Many, int]) -> Any:
    """Whether a day is off the line through its neighbours by scatter, and not by a step.

    Parameters
    ----------
    square : float or ndarray
        The square of how far it is off, over its expected size.
    total, df : float or ndarray
        Sum of the squares known by then, and their degrees of freedom.
    steps : tuple of float or ndarray, and int
        How many days were taken for those of a step, and how many were looked at.

    Returns
    -------
    bool or ndarray of bool
    """
    found, days = steps
    unlikely = STEP_SD**2 * (1 + _UNSURE / df) * total / df
    return (square <= unlikely) | (found >= _BY_A_STEP + _STEP_DAYS * days)


def course_error(
    readings: FloatArray,
    day: FloatArray,
    value: FloatArray,
    count: npt.NDArray[np.intp],
    expected: Expected,
    times: FloatArray,
    treated: Sequence[float] = (),
) -> Error:
    """The error of a course as its last day knows it.

    Parameters
    ----------
    readings : ndarray, shape (n,)
        The readings, by day.
    day, value, count : ndarray, shape (d,)
        The days, the mean of each, and how many readings that is.
    expected : Expected
        The expected error.
    times : ndarray, shape (d,)
        How many times larger the error variance of each day's readings is than usual.
    treated : sequence of float
        As for `learn`.
    """
    known = moderate_repeats(readings, value, count, expected)
    if not known.df:
        known = _guess(value, day, count, known)
    if math.isnan(known.sem) or len(day) < 3:
        return Error(known.sem, known.between, known.df, known.note)
    variance = times * known.variance(count)
    return latest_error(known, learn(value[None], variance[None], day, [known.df], 0, treated))


def latest_error(expected: Expected, known: Known, row: int = 0) -> Error:
    """The expected error of a course, and the last day's word on it."""
    grown, note = math.sqrt(known.factor[row, -1]), expected.note
    if known.df[row, -1] > expected.df:
        note = Note("and_day_to_day", first=note)
    return Error(
        sem=expected.sem * grown,
        between=expected.between * grown,
        df=known.df[row, -1].item(),
        note=note,
        serial=known.serial[row, -1].item(),
    )


def shared_part(days: int, serial: float) -> float:
    """How many times larger the error variance of a mean of days is than that of as many independent ones.

    Examples
    --------
    >>> shared_part(3, 0.0), round(shared_part(3, 0.5), 2)
    (1.0, 1.83)
    """
    return 1 + 2 * sum((1 - lag / days) * serial**lag for lag in range(1, days))


def _guess(
    value: FloatArray, day: FloatArray, count: npt.NDArray[np.intp], known: Expected
) -> Expected:
    """An error of which nothing is known, by the median of the days' squares; one degree of freedom."""
    squares = _off_the_line(value, 1 / count, day, 1)
    if not len(squares):
        return known
    sem = math.sqrt(float(np.median(squares)) / _NORMAL_MEDIAN)
    return Expected(sem or math.nan, 0.0, 1.0, known.note)


def _off_the_line(value: FloatArray, variance: FloatArray, day: FloatArray, lag: int) -> FloatArray:
    """Squares of how far each day is off the line through two others, over their expected size."""
    before, after = day[lag:-lag] - day[: -2 * lag], day[2 * lag :] - day[lag:-lag]
    weight = after / (before + after)
    off = weight * value[..., : -2 * lag] + (1 - weight) * value[..., 2 * lag :]
    off -= value[..., lag:-lag]
    usual = weight**2 * variance[..., : -2 * lag] + (1 - weight) ** 2 * variance[..., 2 * lag :]
    usual += variance[..., lag:-lag]
    squares: FloatArray = off**2 / usual
    return squares


def _clear_of_steps(kept: Sequence[bool]) -> npt.NDArray[np.bool_]:
    """Days whose line through two days farther off crosses no step either; all but the first and last."""
    padded = np.pad(kept, 1, constant_values=True)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, 5).all(axis=1))


def _serial_correlation(near: FloatArray, far: FloatArray) -> FloatArray:
    """Correlation of neighbours after each day, by how much farther off days two steps away are.

    For a first-order autoregression with r that ratio is ``(1 + r) (3 - r²) / (3 - r)``.
    """
    days = np.cumsum(near > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.cumsum(far) / np.cumsum(near / WITHIN_STEP)
        sure = np.log(ratio) * np.sqrt(days) / _SERIAL_SD - _FROM_SD
    found = np.interp(ratio, _FARTHER, _SERIAL)
    weight = np.clip(sure, 0, 1) * np.clip(days / SERIAL_DAYS - 1, 0, 1)
    return np.nan_to_num(found * weight)
