"""The expression of photos for which none is stated: rest, unless the face clearly shows another.

A side that is ill or treated must not be taken for an expression. So against the person's usual rest both
sides have to show it. One side is enough only against another photo of the same visit: between two photos
of a few minutes a brow is raised or an eye closed, and no treatment sets in. Where that photo is the odd one
beside the visits before and after, it is a drop that it shows, such as that of a numb lip, and no raise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import FloatArray, Mask
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import SIDES
from asymmetry.core.table import Measurements
from asymmetry.metrics.expression import UNKNOWN, Expressions, choose_expression, read_signs

__all__ = ["REST", "guess_expressions"]

REST = "rest"
#: How far an expression that both sides show has to be ahead of the next likely one.
_STRONG = 0.3
#: A guess is never as sure as somebody's word.
_MOST = 0.99
#: Metrics of a side that tell an expression, and by how many mm they are higher than in a photo at rest of
#: the same visit before they tell anything, and when they tell it for certain.
_RISES = {"brow_raise": ("brow_height", 1.0, 2.5), "smile": ("commissure_height", 2.0, 4.0)}
#: The same for the part of an eye's opening that is closed.
_CLOSED = (0.35, 0.75)


def guess_expressions(
    landmarks: Landmarks, static: Measurements, day: FloatArray, said: npt.NDArray[np.str_]
) -> Expressions:
    """Guess the expression of each photo.

    Parameters
    ----------
    landmarks : Landmarks
        n photos of one person.
    static : Measurements
        Their heights in millimetres.
    day : ndarray, shape (n,)
        Their days; NaN where they are not known.
    said : ndarray of str, shape (n,)
        The expression that somebody says; empty where nobody does.

    Returns
    -------
    Expressions
        The guesses, also for photos of which somebody says one.
    """
    if not landmarks.layout.expressions:
        return choose_expression(landmarks, {})
    usual = None
    for _ in range(2):  # alone, then against the person's usual rest
        found, confidence = _ask_both_sides(landmarks, usual)
        label = np.where(said != "", said, found)
        usual = _usual_rest(landmarks, label == REST)
    doubt = np.max([*read_signs(landmarks, rest=usual).values()], axis=0)
    resting = found == REST
    confidence[resting] = np.minimum(confidence, 1 - doubt)[resting]
    at_rest = landmarks.usable & (label == REST)
    calm = _calmest_of_visit(static, day, at_rest, said == REST, doubt)
    rows = np.flatnonzero((calm >= 0) & resting & (calm != np.arange(len(calm))))
    rows = rows[~_as_on_other_days(static, day, rows, calm)]
    if len(rows):
        moved = _compare(landmarks, static, rows, calm[rows])
        found[rows] = np.where(moved.label == UNKNOWN, REST, moved.label)
        confidence[rows] = moved.confidence
    return Expressions(found, np.minimum(confidence, _MOST))


def _ask_both_sides(landmarks: Landmarks, rest: FloatArray | None) -> Expressions:
    """Rest, where both sides do not clearly show something else; its confidence is then none."""
    signs = read_signs(landmarks, rest=rest, sides="both")
    found = choose_expression(landmarks, signs)
    elsewhere = ~(signs[UNKNOWN] <= _STRONG)  # the mouth does something else, or no weight is known
    weak = landmarks.usable & (found.label != REST) & (found.confidence < _STRONG) & ~elsewhere
    return Expressions(np.where(weak, REST, found.label), np.where(weak, 0.0, found.confidence))


def _usual_rest(landmarks: Landmarks, resting: Mask) -> FloatArray | None:
    """The person's usual weights at rest; None where no photo shows them."""
    known = landmarks.usable & resting & np.isfinite(landmarks.blendshapes).all(axis=1)
    if not known.any():
        return None
    return np.median(landmarks.blendshapes[known].astype(np.float64), axis=0)


def _calmest_of_visit(
    static: Measurements, day: FloatArray, resting: Mask, said: Mask, doubt: FloatArray
) -> npt.NDArray[np.intp]:
    """For each photo the one of its day that is surest to be at rest, by row; -1 where there is none."""
    calm = np.full(len(day), -1)
    for each in np.unique(day[np.isfinite(day)]):
        rows = np.flatnonzero((day == each) & resting)
        if len(rows):
            pairs = _read_moves(static, rows[:, None], rows)
            moved = np.max([*pairs.values()], axis=0).max(axis=1)
            calm[day == each] = rows[np.lexsort((doubt[rows] + moved, ~said[rows]))[0]]
    return calm


def _as_on_other_days(
    static: Measurements, day: FloatArray, rows: npt.NDArray[np.intp], calm: npt.NDArray[np.intp]
) -> Mask:
    """Photos whose sides differ as in the visits before and after, and not as in the calmest of their own."""
    days, first = np.unique(day[calm >= 0], return_index=True)
    at_rest = calm[np.flatnonzero(calm >= 0)[first]]  # of each of these days
    place = np.searchsorted(days, day[rows])
    between = (place > 0) & (place < len(days) - 1)
    before, after = (at_rest[np.clip(place + step, 0, len(days) - 1)] for step in (-1, 1))
    usual, moved = np.zeros(len(rows), dtype=bool), _read_moves(static, rows, calm[rows])
    for name, (metric, start, _) in _RISES.items():
        diff = static[f"{metric}_diff_mm"]
        step = np.abs(diff[rows] - diff[calm[rows]])
        off = np.fmax(np.abs(diff[rows] - diff[before]), np.abs(diff[rows] - diff[after]))
        alone = np.max([sign for other, sign in moved.items() if other != name], axis=0) == 0
        usual |= alone & (step > start) & (off < step / 2)
    return usual & between


def _compare(
    landmarks: Landmarks,
    static: Measurements,
    rows: npt.NDArray[np.intp],
    calm: npt.NDArray[np.intp],
) -> Expressions:
    """The expression that at least one side shows against a photo at rest of the same visit."""
    signs = read_signs(landmarks[rows], rest=landmarks.blendshapes[calm])
    for name, moved in _read_moves(static, rows, calm).items():
        signs[name] = np.maximum(signs[name], moved)
    return choose_expression(landmarks[rows], signs)


def _read_moves(
    static: Measurements, rows: npt.NDArray[np.intp], calm: npt.NDArray[np.intp]
) -> Mapping[str, FloatArray]:
    """How much the more moved side speaks for each expression, 0 to 1; rows and calm are broadcast."""
    signs = {}
    for name, (metric, start, end) in _RISES.items():
        rise = _stronger(
            static[f"{metric}_{side}_mm"][rows] - static[f"{metric}_{side}_mm"][calm]
            for side in SIDES
        )
        signs[name] = np.clip((rise - start) / (end - start), 0, 1)
    gaps = [static[f"fissure_height_{side}_mm"] for side in SIDES]
    with np.errstate(divide="ignore", invalid="ignore"):
        closed = _stronger(1 - gap[rows] / gap[calm] for gap in gaps)
    signs["eye_closure"] = np.clip((closed - _CLOSED[0]) / (_CLOSED[1] - _CLOSED[0]), 0, 1)
    return signs


def _stronger(sides: Iterable[FloatArray]) -> FloatArray:
    """The larger of both sides; 0 where neither was read."""
    right, left = sides
    return np.nan_to_num(np.fmax(right, left))
