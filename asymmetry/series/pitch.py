"""Heights of one side, as they would be at the pitch that the head of a series' photos usually has."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["at_usual_pitch"]

FloatArray = npt.NDArray[np.float64]

#: Degrees off the usual pitch up to which slopes were learnt: three standard deviations of selfies.
SEEN_DEG = 12.0


def at_usual_pitch(values: FloatArray, pitch_deg: FloatArray, slope: float) -> FloatArray:
    """Take out of a side's readings how the head was pitched.

    The slope is known of other people (``day_to_day.toml``). One that is fitted within a series adds more
    noise than it takes away.

    Parameters
    ----------
    values, pitch_deg : ndarray, shape (n,)
        A column's readings, and the head's pitch in the same photos, positive downwards. Where that is NaN a
        reading stays as it is.
    slope : float
        How much larger the column reads for each degree.

    Examples
    --------
    >>> at_usual_pitch(np.array([20.0, 19.0, 20.0]), np.array([0.0, 10.0, np.nan]), -0.1)
    array([19.5, 19.5, 20. ])
    """
    known = pitch_deg[np.isfinite(pitch_deg)]
    if not slope or not len(known):
        return values
    off = np.clip(np.nan_to_num(pitch_deg - np.median(known)), -SEEN_DEG, SEEN_DEG)
    straight: FloatArray = values - slope * off
    return straight
