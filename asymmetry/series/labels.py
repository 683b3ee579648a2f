"""The expression of each photo, said by someone or read from the expression weights; and its mirroring."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from asymmetry.core.landmarks import Landmarks
from asymmetry.core.table import Measurements
from asymmetry.metrics.expression import UNKNOWN
from asymmetry.series.guessing import REST, guess_expressions

__all__ = ["label_expressions", "label_mirrored", "usual_expression"]

#: What a face that is said to be at rest may show so surely that it is asked about: of 1,500 retakes at rest,
#: of people as they are and with a part that dropped, none is. Raised brows are asked about in 14 of them.
_SHOWN, _SURE = ("smile_open", "smile_closed", "eye_closure"), 0.5


def label_mirrored(landmarks: Landmarks, said: Sequence[bool | None]) -> npt.NDArray[np.bool_]:
    """Whether each photo was stored mirrored.

    Parameters
    ----------
    landmarks : Landmarks
        n photos, and in their provenance ``mirrored``, as the `Extractor` was told of all of them.
    said : sequence of bool or None
        A manifest's word on each; None where it says nothing.
    """
    all_of_them = bool(landmarks.provenance.get("mirrored", False))
    known = {None: all_of_them, True: True, False: False}
    return np.array([known[each] for each in said], dtype=bool)


def label_expressions(
    landmarks: Landmarks,
    said: Sequence[str | None],
    static: Measurements,
    day: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.str_], npt.NDArray[np.float64], npt.NDArray[np.str_]]:
    """The expression of each photo, how sure it is, and what faces show that are said to be at rest.

    Parameters
    ----------
    landmarks : Landmarks
        n photos.
    said : sequence of str or None
        The expression in a manifest or a name. Others are guessed, see `guess_expressions`.
    static : Measurements
        Their heights in millimetres.
    day : ndarray, shape (n,)
        Their days.

    Returns
    -------
    label : ndarray of str, shape (n,)
        The expression; ``"unknown"`` where nothing tells it.
    confidence : ndarray, shape (n,)
        0 to 1; 1 where it was said.
    shown : ndarray of str, shape (n,)
        The expression that a face surely shows of which somebody says that it is at rest; else empty.
    """
    given = np.array([each is not None for each in said], dtype=bool)
    labels = np.array([each or "" for each in said], dtype=np.str_)
    resting = labels == REST
    if given.all() and not resting.any():
        return labels, np.ones(len(landmarks)), np.zeros_like(labels)
    found = guess_expressions(landmarks, static, day, labels)
    sure = landmarks.usable & (found.confidence >= _SURE) & np.isin(found.label, _SHOWN)
    shown = np.where(resting & sure, found.label, "")
    return np.where(given, labels, found.label), np.where(given, 1.0, found.confidence), shown


def usual_expression(
    label: npt.NDArray[np.str_], day: npt.NDArray[np.float64], usable: npt.NDArray[np.bool_]
) -> str:
    """The expression that a face is followed in: rest, if two days have it, else that of most days.

    Parameters
    ----------
    label, day, usable : ndarray, shape (n,)
        Expression and day of each photo, and whether it was measured.

    Examples
    --------
    >>> days = np.array([0.0, 7, 7, 14])
    >>> usual_expression(np.array(["smile_open", "smile_open", "rest", "unknown"]), days, days >= 0)
    'smile_open'
    """
    dated = usable & np.isfinite(day)
    resting = day[dated & (label == REST)]
    if len(resting) and resting.min() < resting.max():  # two days, as in most series
        return REST
    days = {
        str(name): len(np.unique(day[dated & (label == name)])) for name in np.unique(label[dated])
    }
    if not days:
        return REST
    return max(sorted(days), key=lambda name: (days[name], name == REST, name != UNKNOWN))
