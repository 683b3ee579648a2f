"""The tables of a series: its photos in order of time, measured by one scale."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.landmarks import Landmarks
from asymmetry.core.table import LEADING, Measurements
from asymmetry.metrics import measure
from asymmetry.series.scale import pooled_scale
from asymmetry.series.timeline import phase_names

__all__ = ["by_time", "measured", "photo_table"]


def measured(landmarks: Landmarks) -> Measurements:
    """All static metrics, by one scale for the whole series."""
    scale, source = pooled_scale(landmarks)
    table = measure(landmarks, scale=scale)
    lost = np.isnan(table["roll_deg"])  # no frame, so no scale either
    table = table.with_columns(mm_per_px=np.where(lost, np.nan, table["mm_per_px"]))
    return replace(table, provenance={**table.provenance, "scale_source": source})


def by_time(taken: list[str], day: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    """Row order by the camera's clock, then by counted day; undated rows last, equal ones as they came.

    Time zones are left aside, because only some cameras state one.
    """
    clocks = [datetime.fromisoformat(text).replace(tzinfo=None) if text else datetime.max for text in taken]
    keys = list(zip(clocks, np.nan_to_num(day, nan=np.inf).tolist(), strict=True))
    return np.array(sorted(range(len(taken)), key=keys.__getitem__), dtype=np.intp)


def photo_table(static: Measurements, treated: bool, **known: npt.NDArray[Any]) -> Measurements:
    """What is known about each photo beside its measurements, with the phase of the treatment."""
    columns = {name: static[name] for name in LEADING}
    return Measurements({**columns, "phase": phase_names(static["day"], treated), **known}, static.provenance)
