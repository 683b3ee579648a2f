"""Sides of movements that are still: those that read no more than noise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import Mask
from asymmetry.core.schemes import SIDES
from asymmetry.metrics.definition import MovementMetric

__all__ = ["STILL_SD", "moves", "still_sides", "without_noise"]

FloatArray = npt.NDArray[np.floating[Any]]
Columns: TypeAlias = Mapping[str, npt.NDArray[Any]]

#: A side that reads no more than this many of its own standard deviations is still. Two, as in the metrics'
#: noise: five in a hundred readings of a side that did not move lie beyond.
STILL_SD = 2.0


def without_noise(table: Columns, metrics: Iterable[MovementMetric]) -> dict[str, npt.NDArray[Any]]:
    """The columns with NaN for sides that are still, and without the flags of these."""
    flags = still_sides(table, metrics)
    kept = {name: values for name, values in table.items() if name not in flags}
    for metric in metrics:
        for name, flag in zip(metric.columns[:2], _flag_columns(metric), strict=False):
            kept[name] = np.where(flags[flag], np.nan, table[name])
    return kept


def still_sides(table: Columns, metrics: Iterable[MovementMetric]) -> dict[str, Mask]:
    """Which sides move no farther than noise, by the names of the flags' columns."""
    asked = [
        (flag, table[metric.columns[i]], table[metric.rsd_columns[i]], metric.least)
        for metric in metrics
        for i, flag in enumerate(_flag_columns(metric))
    ]
    if not asked:
        return {}
    names, values, sds, least = zip(*asked, strict=True)
    sd = np.array(sds)
    still = np.isfinite(sd) & ~moves(np.array(values), sd, np.array(least))
    return dict(zip(names, still, strict=True))


def _flag_columns(metric: MovementMetric) -> tuple[str, ...]:
    """Names of the flags of both sides; none where any reading counts."""
    if metric.least is None:
        return ()
    return tuple(f"{metric.name}_{side}_still" for side in SIDES)


def moves(value: FloatArray, sd: FloatArray, least: FloatArray) -> Mask:
    """Where sides move beyond their metric's noise and their own, as far as that is known.

    Rows of ``value`` and ``sd``, shape (..., m, n), have noises in ``least``, shape (m,).
    """
    found: Mask = np.abs(value) > np.fmax(least[:, None], STILL_SD * sd)
    return found
