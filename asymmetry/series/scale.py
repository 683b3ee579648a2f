"""One millimetre scale for all photos of one person."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import Mask
from asymmetry.core.face import apart
from asymmetry.core.frame import Scale, Upright, turn_twice
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.notes import Note
from asymmetry.core.scale import OUTER_CANTHI_MM
from asymmetry.metrics.absolute import unsure_iris

__all__ = ["pooled_scale", "scale_of_table"]

FloatArray = npt.NDArray[np.floating[Any]]

#: An eye counts as open when its blink weight is below this: half of the way from 0 to 1.
_OPEN_EYE = 0.5
_BLINKS = ("eyeBlinkRight", "eyeBlinkLeft")
#: Days within which a face keeps its size, so that photos are pooled: a child's grows by about 1 % in a year.
YEAR = 365


def pooled_scale(
    landmarks: Landmarks, days: FloatArray | None = None, turned: Upright | None = None
) -> tuple[Scale, Note]:
    """Millimetres for the photos of one person, pooled over those with open eyes within a year.

    The iris gives the scale, but in a single photo it is a few px wide and its width is noisy. The distance
    between the outer corners of the eyes is wider and does not change within a year. So that distance is
    measured in each photo by the iris, the median of all photos within a year is taken as the person's own
    at that time, and each photo is scaled to it. Proportions within a photo are as before; only its size is
    the series' own. An adult's stays; a child's grows, while the iris hardly does after the second year.

    Parameters
    ----------
    landmarks : Landmarks
        n photos of one person.
    days : ndarray, shape (n,), optional
        Their days, from any day on; a photo whose day is NaN is pooled with all. Default: all are.
    turned : Upright, optional
        Their faces, turned upright in double precision, where they are known already.

    Returns
    -------
    scale : Scale
        The person's distance between the outer canthi in each photo, of shape (n,).
    source : Note
        How it came about.

    Examples
    --------
    >>> str(pooled_scale(Landmarks.blank(["a.jpg"], status="no_face"))[1])
    'iris'
    """
    width = _canthi_apart(turned or turn_twice(landmarks)[1], Scale())
    usable = landmarks.usable & np.isfinite(width)
    if not landmarks.layout.has("iris_lateral"):
        return Scale(), Note("canthal_scale", mm=OUTER_CANTHI_MM)
    if not usable.any():
        return Scale(), Note("iris_scale")
    if days is None:
        days = np.full(len(landmarks), np.nan)
    open_eyed = usable & _have_open_eyes(landmarks)
    person = _usual_width(width, days, usable, open_eyed)
    dated = usable & ~np.isnan(days)
    if not dated.any():
        dated = usable
    scale = Scale("canthi", np.where(usable, person, OUTER_CANTHI_MM), unsure_iris())
    return scale, _source(person[dated], open_eyed, int(usable.sum()))


def scale_of_table(landmarks: Landmarks, mm_per_px: FloatArray) -> Scale:
    """The same scale from the millimetres that a series' table has, for some of its photos.

    Parameters
    ----------
    landmarks : Landmarks
        n photos.
    mm_per_px : ndarray, shape (n,)
        Of their rows.
    """
    width = _canthi_apart(turn_twice(landmarks)[1], Scale("ruler", 1 / mm_per_px))
    return Scale("canthi", np.where(np.isnan(width), OUTER_CANTHI_MM, width), unsure_iris())


def _canthi_apart(turned: Upright, scale: Scale) -> FloatArray:
    """Distance between the outer canthi, mm, shape (n,), in double precision, for it becomes a scale."""
    return apart(turned.to_face(scale, ()), "outer_canthus")


def _have_open_eyes(landmarks: Landmarks) -> Mask:
    """Where both irises were seen and no eye is closed."""
    layout = landmarks.layout
    blink = [layout.expressions.index(name) for name in _BLINKS if name in layout.expressions]
    irises = landmarks.points[:, layout.pairs["iris_centre"], 0]
    # A weight that is not known (NaN) does not count as closed; an iris that is left out was not seen.
    blinking = landmarks.blendshapes[:, blink].max(axis=1, initial=0.0) >= _OPEN_EYE
    seen: Mask = ~blinking & ~np.isnan(irises).any(axis=1)
    return seen


def _usual_width(width: FloatArray, days: FloatArray, usable: Mask, open_eyed: Mask) -> FloatArray:
    """Median width of the photos within a year of each, open-eyed ones where there are any; shape (n,)."""
    dated = days[usable & ~np.isnan(days)]
    if not len(dated) or np.ptp(dated) <= YEAR:  # all are near
        return np.full(len(width), np.median(width[open_eyed if open_eyed.any() else usable]))
    found = np.full(len(width), np.nan)
    usual: dict[bytes, float] = {}  # most days have the same photos within a year
    for day in np.unique(days[usable]):
        same = days == day
        # Days that are not known compare as false: those photos count for all, and all count for them.
        near = ~(np.abs(days - day) > YEAR)
        if np.isnan(day):
            same = np.isnan(days)
        pool = near & open_eyed
        if not pool.any():
            pool = near & usable
        photos = pool.tobytes()
        if photos not in usual:
            usual[photos] = float(np.median(width[pool]))
        found[same] = usual[photos]
    return found


def _source(person: FloatArray, open_eyed: Mask, usable: int) -> Note:
    """How the scale came about, of the widths in order of time."""
    found = {"photos": int(open_eyed.sum()), "mm": float(person[0])}
    if not open_eyed.any():
        return Note("pooled_scale_of_closed_eyes", photos=usable, mm=float(person[0]))
    if np.ptp(person) > 0:
        return Note("pooled_scale_by_year", last_mm=float(person[-1]), **found)
    return Note("pooled_scale", **found)
