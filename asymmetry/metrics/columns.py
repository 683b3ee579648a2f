"""From faces to the columns of metrics: right, left and difference, or one value of the whole face."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.frame import Face
from asymmetry.errors import InvalidInputError
from asymmetry.metrics.definition import Metric, MovementMetric

__all__ = [
    "describe_columns",
    "list_columns",
    "list_rsd_columns",
    "list_sd_columns",
    "measure_faces",
    "measure_movements",
    "weaker_to_stronger",
]

FloatArray = npt.NDArray[np.floating[Any]]


def list_columns(metrics: Iterable[Metric]) -> list[str]:
    """Names of the columns that metrics fill, one after the other."""
    return [name for metric in metrics for name in metric.columns]


def list_sd_columns(metrics: Iterable[Metric]) -> list[str]:
    """Names of the columns of their absolute standard deviations."""
    return [name for metric in metrics for name in metric.sd_columns]


def list_rsd_columns(metrics: Iterable[Metric]) -> list[str]:
    """Names of the columns of the standard deviations of their repeats."""
    return [name for metric in metrics for name in metric.rsd_columns]


def describe_columns(metrics: Iterable[Metric]) -> dict[str, Mapping[str, str]]:
    """Contents of all these columns, as in `Metric.about`."""
    return {name: about for metric in metrics for name, about in metric.about.items()}


def measure_faces(face: Face, metrics: Iterable[Metric]) -> Iterator[FloatArray]:
    """The metrics' columns of faces, one after the other."""
    for metric in metrics:
        yield from _columns_of(metric, _apply(metric, face))


def measure_movements(
    metrics: Iterable[MovementMetric], rest: Face, moved: Face, *, ratios: bool = True
) -> Iterator[FloatArray]:
    """The columns of movements as they are read, noise or not, one after the other.

    Without ``ratios`` NaN stands in the place of each.
    """
    unknown = np.full(rest.size, np.nan)
    for metric in metrics:
        value = _apply(metric, rest, moved)
        yield from _columns_of(metric, value)
        if metric.noise is not None:
            yield weaker_to_stronger(value) if ratios else unknown


def weaker_to_stronger(value: FloatArray) -> FloatArray:
    """The smaller of both sides' movements divided by the larger."""
    right, left = value.reshape(2, -1)
    swap = np.abs(right) < np.abs(left)
    ratio: FloatArray = np.where(swap, right, left) / np.where(swap, left, right)
    return ratio


def _apply(metric: Metric, *faces: Face) -> FloatArray:
    """The metric's value: one number for each photo, or for all right sides and then for all left ones."""
    value = metric(*metric.views(*faces))
    if np.shape(value) != (faces[0].size * (1 + metric.sides),):
        raise InvalidInputError(f"metric {metric.name}: it must return an array of shape (n,)")
    return value


def _columns_of(metric: Metric, value: FloatArray) -> tuple[FloatArray, ...]:
    """A metric's value as its columns: right, left and difference, or itself."""
    if not metric.sides:
        return (value,)
    right, left = value.reshape(2, -1)
    # In double, as tables keep it, so that it is the difference of the sides there too.
    return right, left, np.subtract(right, left, dtype=np.float64)
