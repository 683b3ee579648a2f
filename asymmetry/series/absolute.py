"""Absolute standard deviations of a series' photos, which its table leaves out to be quick."""

from __future__ import annotations

import numpy as np

from asymmetry.core.landmarks import Landmarks
from asymmetry.core.table import Measurements
from asymmetry.metrics.headline import HEADLINES
from asymmetry.series.headline_courses import measured_again

__all__ = ["add_absolute_sds"]


def add_absolute_sds(landmarks: Landmarks, static: Measurements) -> Measurements:
    """The table of a series with the absolute standard deviations of its headline differences.

    Parameters
    ----------
    landmarks : Landmarks
        A series' n photos.
    static : Measurements
        Their table, with ``mm_per_px``.

    Returns
    -------
    Measurements
        The same n rows; NaN where there is no scale or nothing was measured.

    Examples
    --------
    >>> blank = Landmarks.blank(["a.jpg"], status="no_face")
    >>> table = add_absolute_sds(blank, Measurements({"photo": ["a.jpg"], "mm_per_px": [np.nan]}))
    >>> table["brow_height_diff_sd_mm"].tolist()
    [nan]
    """
    rows = np.flatnonzero(landmarks.usable & np.isfinite(static["mm_per_px"]))
    columns = {each.column("diff_sd"): np.full(len(landmarks), np.nan) for each in HEADLINES}
    if rows.size:
        table = measured_again(landmarks, static, rows, [each.metric for each in HEADLINES])
        for name, values in columns.items():
            values[rows] = table[name]
    return static.with_columns(**columns)
