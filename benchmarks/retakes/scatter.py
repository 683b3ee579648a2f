"""How far day means scatter within a person: the part that a day's photos share, and each photo's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import digamma, polygamma

from asymmetry.core.arrays import FloatArray
from asymmetry.core.table import Measurements
from asymmetry.metrics import catalogue, measure, movement, movement_catalogue
from asymmetry.series.pitch import off_usual_pitch
from asymmetry.series.scale import pooled_scale
from benchmarks.retakes.readings import Readings

__all__ = [
    "MOST_DF",
    "Scatter",
    "excess_variance",
    "find_scatter",
    "find_slopes",
    "prior_df",
    "split_unlikeness",
    "tabulate",
]

#: Of a person at least so many visits are needed.
LEAST_VISITS = 4
#: Degrees of freedom of a population whose people scatter alike; and as few as are believed.
MOST_DF, LEAST_DF = 100.0, 3.0


@dataclass(frozen=True)
class Scatter:
    """Scatter of one column within people.

    Attributes
    ----------
    shared : float
        Standard deviation of what all photos of a day share.
    own : float
        Standard deviation of a photo beside others of its day.
    unlike : float
        How unlike people are: the variance of the logarithm of their true variances.
    people : int
        How many people it is known from.
    """

    shared: float
    own: float
    unlike: float
    people: int

    @property
    def df(self) -> float:
        """The same in degrees of freedom: of samples whose variances scatter as those of people do."""
        return prior_df(self.unlike)

    def sd(self, photos: npt.ArrayLike) -> FloatArray:
        """Standard deviation of the mean of so many photos of a day."""
        return np.asarray(
            np.sqrt(self.shared**2 + self.own**2 / np.asarray(photos, dtype=np.float64))
        )


def find_slopes(people: Sequence[Readings]) -> dict[str, float]:
    """How much larger each side's lengths read for each degree of pitch, by the right one's column.

    The slope within people, both sides alike, that leaves the least scatter of all their readings.
    """
    tables = [_measured(each) for each in people]
    sides = [name for each in catalogue().values() if each.sides for name in each.columns[:2]]
    pairs = [pair for pair in zip(sides[::2], sides[1::2], strict=True) if pair[0].endswith("_mm")]
    return {
        right: _slope([(each["pitch_deg"], each[right] + each[left]) for each in tables]) / 2
        for right, left in pairs
    }


def _slope(people: Sequence[tuple[FloatArray, FloatArray]]) -> float:
    """Slope within people, from pairs of x and y; 0 where there is nothing to learn it from."""
    both = [np.stack(each)[:, np.isfinite(each).all(axis=0)] for each in people]
    off = np.concatenate(
        [each - each.mean(axis=1, keepdims=True) for each in both if each.size], axis=1
    )
    return float(off[0] @ off[1] / (off[0] @ off[0])) if off.size else 0.0


def _measured(readings: Readings) -> Measurements:
    """Static metrics of the photos at rest, as a series measures them."""
    return measure(readings.rest, scale=pooled_scale(readings.rest)[0], sd=False)


def tabulate(
    readings: Readings, slopes: Mapping[str, float] = MappingProxyType({})
) -> dict[str, FloatArray]:
    """One person's columns by visit and photo, (visits, photos), as a series measures them.

    Parameters
    ----------
    readings : Readings
        The person's retakes.
    slopes : mapping of str to float
        Those of sides with the head's pitch, see `find_slopes`.
    """
    scale, _ = pooled_scale(readings.rest)
    table = _measured(readings)
    off = off_usual_pitch(table["pitch_deg"])
    columns = {
        name: values - slopes.get(name.replace("_left_", "_right_"), 0.0) * off
        for name, values in _columns(table, list(catalogue()))
    }
    if readings.smiles is not None:
        moved = movement(
            readings.rest,
            readings.smiles,
            scale=scale,
            keep_noise=True,
        )
        columns |= dict(_columns(moved, list(movement_catalogue())))
    shape = readings.plan.visits, readings.plan.photos
    return {name: values.reshape(shape) for name, values in columns.items()}


def _columns(table: Measurements, metrics: Sequence[str]) -> Iterator[tuple[str, FloatArray]]:
    """The metrics' columns but ratios, which have no scale of their own."""
    for name in metrics:
        entry = {**catalogue(), **movement_catalogue()}[name]
        for column in entry.columns:
            if not column.endswith("_ratio"):
                yield column, np.asarray(table[column], dtype=np.float64)


def find_scatter(people: Sequence[FloatArray]) -> Scatter:
    """Scatter of one column.

    Parameters
    ----------
    people : sequence of ndarray, each of shape (visits, photos)
        Readings; NaN was not measured. A visit that lacks a photo is left out.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> made = [rng.normal(0, 3, (50, 1)) + rng.normal(0, 1, (50, 4)) for _ in range(40)]
    >>> found = find_scatter(made)
    >>> round(found.shared, 1), round(found.own, 1)
    (3.0, 1.0)
    """
    whole = [each[np.isfinite(each).all(axis=1)] for each in people]
    whole = [each for each in whole if len(each) >= LEAST_VISITS]
    if not whole:
        return Scatter(np.nan, np.nan, np.nan, 0)
    photos = whole[0].shape[1]
    df = np.array([len(each) - 1 for each in whole])
    own = _pooled(
        [each.var(axis=1, ddof=1).mean() if photos > 1 else 0.0 for each in whole], df + 1
    )
    means = _pooled([each.mean(axis=1).var(ddof=1) for each in whole], df)
    shared = max(means - own / photos, 0.0)
    single = np.array([each.var(axis=0, ddof=1) for each in whole])
    return Scatter(
        float(np.sqrt(shared)), float(np.sqrt(own)), excess_variance(single, df), len(whole)
    )


def excess_variance(variances: FloatArray, df: npt.NDArray[np.integer]) -> float:
    """Variance of the logarithms of people's variances beyond that of samples; may be below 0 by chance.

    Parameters
    ----------
    variances : ndarray, shape (people, photos)
        Variance over visits of each person's first photo, of the second, and so on.
    df : ndarray of int, shape (people,)
        Their degrees of freedom.

    Notes
    -----
    Smyth 2004, Stat Appl Genet Mol Biol 3:3, section 6.2 (limma's fitFDist): the variance less
    trigamma(df / 2). Here it is the mean over the photos.
    """
    half = df[:, None] / 2
    logs = np.log(variances) - digamma(half) + np.log(half)
    return float(logs.var(axis=0, ddof=1).mean() - polygamma(1, half).mean())


def split_unlikeness(
    people: Sequence[Mapping[str, FloatArray]], columns: Sequence[str]
) -> tuple[float, float]:
    """How unlike people are, in two parts: a factor that all their columns share, and each column's own.

    Parameters
    ----------
    people : sequence of mapping of str to ndarray
        Each one's columns, as `tabulate` returns them.
    columns : sequence of str
        The columns that are compared.

    Returns
    -------
    shared, own : float
        Variances of the logarithm of people's true variances; may be below 0 by chance.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> scales = np.exp(
    ...     rng.normal(0, 0.5, 300)
    ... )  # of the errors, so 1 is the variance of their squares' logarithm
    >>> made = [{name: rng.normal(0, scale, (30, 3)) for name in "abcd"} for scale in scales]
    >>> shared, own = split_unlikeness(made, "abcd")
    >>> round(shared, 1), abs(round(own, 1))
    (1.1, 0.0)
    """
    spread = [[np.nanvar(each[name], axis=0, ddof=1) for name in columns] for each in people]
    logs = np.log(np.array(spread))
    off = logs - logs.mean(axis=0)
    mean = off.mean(axis=1, keepdims=True)
    freedom = (len(people) - 1) * (len(columns) - 1)
    rest = float(np.square(off - mean).sum(axis=(0, 1)).mean()) / freedom
    shared = float(mean.var(axis=0, ddof=1).mean()) - rest / len(columns)
    visits = len(next(iter(people[0].values())))
    return shared, rest - float(polygamma(1, (visits - 1) / 2))


def prior_df(excess: float) -> float:
    """Degrees of freedom of the population whose variances' logarithms have that variance (Smyth 2004).

    Examples
    --------
    >>> round(prior_df(float(polygamma(1, 12 / 2))), 6)
    12.0
    """
    if excess <= polygamma(1, MOST_DF / 2):
        return MOST_DF
    if excess >= polygamma(1, LEAST_DF / 2):
        return LEAST_DF
    return float(brentq(lambda prior: polygamma(1, prior / 2) - excess, LEAST_DF, MOST_DF))


def _pooled(variances: Sequence[float], weights: npt.NDArray[np.integer]) -> float:
    return float(np.average(variances, weights=weights))
