"""How far one photo is from the truth: the scatter of repeats, and the error all photos of a person share.

Copies of a photo agree far better with each other than with the face: the part of a brow that hair hides, or
a corner that the model draws too low, is misread alike in each. That lasting error cancels in a change from
day to day, and does not in one photo, nor between people. Its table, ``errors.toml``, is made by ``python -m
benchmarks.tune.errors`` from points that were placed by hand, and lists the material used.
"""

from __future__ import annotations

import functools
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import Mask
from asymmetry.core.columns import QUALITY
from asymmetry.core.frame import IRIS_MM, Scale
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.scale import IRIS_SD_MM, OUTER_CANTHI_MM, OUTER_CANTHI_SD_MM
from asymmetry.metrics.definition import Metric

__all__ = [
    "CONDITIONS",
    "LENGTHS",
    "Conditions",
    "LastingErrors",
    "absolute_sds",
    "lasting_errors",
    "unsure_iris",
    "unsure_scale",
]

FloatArray = npt.NDArray[np.floating[Any]]

#: Conditions that a lasting error grows with, in the order of the table's numbers: it adds up, in squares,
#: from a constant and a figure for each degree of yaw, each degree of pitch, each mm per px, and each e-fold
#: more light on one half.
CONDITIONS = ("frontal", "yaw_deg", "pitch_deg", "mm_per_px", "side_light")
# The table's kind of row for each kind of column: both sides are read equally well.
_ERROR_KINDS = {"right": "side", "left": "side", "diff": "diff", "whole": "whole"}
#: How often millimetres are in a unit.
LENGTHS = {"mm": 1, "mm2": 2}


@dataclass(frozen=True)
class LastingErrors:
    """The table of lasting errors.

    Attributes
    ----------
    made, inputs : str
        The day on which it was made, and SHA-256 of the files that it was made of.
    people : int
        How many people's photos these are.
    iris : float
        Standard deviation of an iris's width as it is read in all photos of a person, as a share.
    methods : mapping of str to mapping
        Method, metric, and kind of column (side, diff or whole) to a number for each of `CONDITIONS`, in the
        metric's unit.
    """

    made: str
    inputs: str
    people: int
    iris: float
    methods: Mapping[str, Mapping[str, Mapping[str, Sequence[float]]]] = field(repr=False)


def _rows(
    metric: Metric, known: Mapping[str, Mapping[str, Sequence[float]]]
) -> list[Sequence[float]]:
    """One row of numbers for each column of a metric."""
    kinds = known.get(metric.name) or _own_error(metric.lasting)
    return [kinds[_ERROR_KINDS[kind]] for kind in metric.kinds]


def _own_error(lasting: float | None) -> Mapping[str, Sequence[float]]:
    """Rows for a metric that has no table: its error is the same in all conditions, or not known."""
    if lasting is None:
        lasting = math.nan
    more = [0.0] * (len(CONDITIONS) - 1)
    return {
        "side": [lasting, *more],
        "diff": [lasting * math.sqrt(2), *more],
        "whole": [lasting, *more],
    }


@functools.cache
def lasting_errors() -> LastingErrors:
    """The table that comes with this version.

    Examples
    --------
    >>> len(lasting_errors().methods["hemiface"]["brow_height"]["diff"]) == len(CONDITIONS)
    True
    """
    text = Path(__file__).with_name("errors.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    return LastingErrors(
        table["made"], table["inputs"], table["people"], table["iris"], table["method"]
    )


@functools.lru_cache(64)
def _lasting_squares(method: str, metrics: tuple[Metric, ...]) -> FloatArray:
    """Squares of the table's numbers, shape (conditions, columns); NaN where nothing is known."""
    known = lasting_errors().methods.get(method, {})
    rows = [row for metric in metrics for row in _rows(metric, known)]
    numbers = np.array(rows, dtype=np.float64).reshape(-1, len(CONDITIONS))
    # Columns last, so that they are summed in one order for any number of photos.
    return np.ascontiguousarray(np.square(numbers.T))


@dataclass(frozen=True, eq=False)
class Conditions:
    """Conditions under which n photos were taken and read.

    Attributes
    ----------
    yaw, pitch, mm_per_px : ndarray, shape (n,)
        Of the head, degrees; and the scale.
    unsure : ndarray, shape (n,)
        Standard deviation of the length that gives the scale, as a share: of `unsure_scale`.
    """

    yaw: FloatArray
    pitch: FloatArray
    mm_per_px: FloatArray
    unsure: FloatArray


def unsure_scale(scale: Scale, blind: Mask) -> FloatArray:
    """Standard deviation of millimetres between people, as a share of them, shape (n,).

    Parameters
    ----------
    scale : Scale
        Where they come from. A ruler has none, and neither has a distance between the pupils.
    blind : ndarray of bool, shape (n,)
        Faces without an iris, where the mean outer canthi stand in for the mean iris.

    Examples
    --------
    >>> unsure_scale(Scale("ruler", 4.0), np.array([False]))
    array([0.])
    """
    if scale.source != "iris":
        return np.full(len(blind), scale.share or 0.0)
    share = scale.share
    if share is None:
        share = IRIS_SD_MM / IRIS_MM * (np.asarray(scale.mm, dtype=np.float64) == IRIS_MM)
    by_iris = np.hypot(share, lasting_errors().iris)
    return np.where(blind, OUTER_CANTHI_SD_MM / OUTER_CANTHI_MM, by_iris)


def unsure_iris() -> float:
    """Standard deviation between people of a scale that rests on irises of the mean width, as a share."""
    return float(unsure_scale(Scale(), np.zeros(1, dtype=bool))[0])


def absolute_sds(
    landmarks: Landmarks,
    metrics: Sequence[Metric],
    values: FloatArray,
    rsd: FloatArray,
    under: Conditions,
) -> FloatArray:
    """Standard deviation of one photo's metrics about the truth, shape (columns, n).

    Parameters
    ----------
    landmarks : Landmarks
        n photos.
    metrics : sequence of Metric
        The metrics that were measured.
    values, rsd : ndarray, shape (columns, n)
        Their columns, and the standard deviations of their repeats.
    under : Conditions
        Of the photos.

    Returns
    -------
    ndarray
        NaN where the method is not known, as for points made by hand or read by another model, and for
        metrics of your own that declare no lasting error. Of points that were read plainly repeats are not
        known; there the table holds all of it.
    """
    table, method = lasting_errors(), str(landmarks.provenance.get("method", ""))
    if "model" in landmarks.provenance:
        method = ""
    plain = np.isnan(landmarks.spread[:, 0]) & (method in table.methods)
    plain[plain] = np.isnan(landmarks.spread[plain]).all(axis=1)
    conditions = _squared(landmarks, under)
    numbers = _lasting_squares(method, tuple(metrics))
    plainly = None
    if plain.any() and method != "plain":
        plainly = _lasting_squares("plain", tuple(metrics))
    times = np.array([LENGTHS.get(metric.unit, 0) for metric in metrics for _ in metric.columns])
    squares = _weigh(numbers, conditions)
    repeats = np.where(plain, 0.0, rsd) if plain.any() else rsd
    if plainly is not None:
        squares = np.where(plain, _weigh(plainly, conditions), squares)
    terms = np.square(repeats)
    squares += terms
    np.multiply(values, under.unsure, out=terms)
    terms *= times[:, None]
    squares += np.square(terms, out=terms)
    return np.sqrt(squares, out=squares)


def _squared(landmarks: Landmarks, under: Conditions) -> FloatArray:
    """Squares of the photos' conditions, shape (conditions, n)."""
    # Light that is not known is taken as even.
    light = np.nan_to_num(
        np.log(landmarks.quality[:, QUALITY.index("side_light")].astype(np.float64))
    )
    always = np.ones(len(landmarks))
    return np.square([always, under.yaw, under.pitch, under.mm_per_px, light])


def _weigh(numbers: FloatArray, conditions: FloatArray) -> FloatArray:
    """The lasting errors' squares, shape (columns, n)."""
    squares: FloatArray = np.einsum("kc,kn->cn", numbers, conditions)
    return squares
