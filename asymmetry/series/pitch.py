"""Heights of one side, as they would be at the pitch that the head of a series' photos usually has."""

from __future__ import annotations

import numpy as np

from asymmetry.core.arrays import FloatArray

__all__ = ["off_usual_pitch"]

#: Degrees off the usual pitch up to which slopes were learnt: three standard deviations of selfies.
SEEN_DEG = 12.0


def off_usual_pitch(pitch_deg: FloatArray) -> FloatArray:
    """How far the head was off the usual pitch of a series' photos, degrees, shape (n,).

    So many times the slope is taken out of a side's readings. The slope is known of other people
    (``day_to_day.toml``). One that is fitted within a series adds more noise than it takes away.

    Parameters
    ----------
    pitch_deg : ndarray, shape (n,)
        The head's pitch, positive downwards. Where it is NaN a reading stays as it is: 0.

    Examples
    --------
    >>> off_usual_pitch(np.array([0.0, 10.0, np.nan])).tolist()
    [-5.0, 5.0, 0.0]
    """
    known = pitch_deg[np.isfinite(pitch_deg)]
    if not len(known):
        return np.zeros_like(pitch_deg)
    return np.clip(np.nan_to_num(pitch_deg - np.median(known)), -SEEN_DEG, SEEN_DEG)
