"""One millimetre scale for all photos of one person."""

from __future__ import annotations

import numpy as np

from asymmetry.core.frame import OUTER_CANTHI_MM, Scale, face_frame
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.notes import Note
from asymmetry.metrics.absolute import unsure_iris

__all__ = ["pooled_scale"]

#: An eye counts as open when its blink weight is below this: half of the way from 0 to 1.
_OPEN_EYE = 0.5
_BLINKS = ("eyeBlinkRight", "eyeBlinkLeft")


def pooled_scale(landmarks: Landmarks) -> tuple[Scale, Note]:
    """Millimetres for the photos of one person, pooled over those with open eyes.

    The iris gives the scale, but in a single photo it is a few px wide and its width is noisy. The distance
    between the outer corners of the eyes is wider and does not change within a person. So that distance is
    measured in each photo by the iris, its median is taken as the person's own, and each photo is scaled to
    it. Proportions within a photo are as before; only its size is the series' own.

    Parameters
    ----------
    landmarks : Landmarks
        n photos of one person.

    Returns
    -------
    scale : Scale
        Pixels per millimetre, of shape (n,).
    source : Note
        How it came about.

    Examples
    --------
    >>> str(pooled_scale(Landmarks.blank(["a.jpg"], status="no_face"))[1])
    'iris'
    """
    face = face_frame(landmarks, names=())
    right, left = face.pair("outer_canthus")
    width = np.hypot(right[0] - left[0], right[1] - left[1])
    usable = landmarks.usable & np.isfinite(width)
    layout = landmarks.layout
    if not layout.has("iris_lateral"):
        return Scale(), Note("canthal_scale", mm=OUTER_CANTHI_MM)
    blink = [layout.expressions.index(name) for name in _BLINKS if name in layout.expressions]
    irises = landmarks.points[:, layout.pairs["iris_centre"], 0]
    # A weight that is not known (NaN) does not count as closed; an iris that is left out was not seen.
    blinking = landmarks.blendshapes[:, blink].max(axis=1, initial=0.0) >= _OPEN_EYE
    open_eyed = usable & ~blinking & ~np.isnan(irises).any(axis=1)
    pool = open_eyed
    if not open_eyed.any():
        pool = usable
    if not pool.any():
        return Scale(), Note("iris_scale")
    person = float(np.median(width[pool]))
    with np.errstate(invalid="ignore"):
        px_per_mm = np.where(usable, width / (face.mm_per_px * person), 1.0)
    found = {"photos": int(pool.sum()), "mm": person}
    source = Note("pooled_scale", **found)
    if not open_eyed.any():
        source = Note("pooled_scale_of_closed_eyes", **found)
    return Scale("ruler", px_per_mm, unsure_iris()), source
