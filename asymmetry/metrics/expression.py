"""Which expression a face shows, read from the expression weights that the landmarker gives for each side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import FloatArray
from asymmetry.core.frame import face_frame
from asymmetry.core.landmarks import Landmarks
from asymmetry.errors import InvalidInputError

__all__ = [
    "EXPRESSIONS",
    "UNKNOWN",
    "Expressions",
    "choose_expression",
    "expressions",
    "read_signs",
]

Sides: TypeAlias = Literal["either", "both"]

#: The labels that `expressions` tells apart, and the one it gives where it can't tell.
EXPRESSIONS = (
    "rest",
    "brow_raise",
    "frown",
    "eye_closure",
    "smile_closed",
    "smile_open",
    "snarl",
    "pucker",
)
UNKNOWN = "unknown"

#: Gap between the inner lips in the midline from which a smile is open, mm. Of eight people's closed smiles
#: and neutral lips all but one stay below 1.4, and of their open smiles all but one are above 2.9.
OPEN_LIPS_MM = 1.5
#: Lead that the best label must have over the next: closer ones can't be told apart.
MIN_LEAD = 0.1


class Expressions(NamedTuple):
    """The expression of each photo, shape (n,), and how sure it is, from 0 to 1, shape (n,)."""

    label: npt.NDArray[np.str_]
    confidence: FloatArray


class _Sign(NamedTuple):
    """Weights of which the strongest tells an expression, on whichever side.

    It tells nothing at the start of a range and everything at its end: ``alone`` in a photo by itself,
    ``beyond_rest`` where the person's rest is known, in parts of the way from there to 1.
    """

    weights: tuple[str, ...]
    alone: tuple[float, float]
    beyond_rest: tuple[float, float]


# An expression explains those below it: a smile lifts the upper lip, tightly closed eyes draw the brows down.
# Each range lies between rest and expression of the eight people that constants are chosen on and of renders.
# At rest smiles read up to 0.50, raised brows 0.53, frowns 0.50, blinks 0.14, puckers 0.66; faint smiles from
# 0.59, fully raised brows from 0.86, closed lids from 0.44, puckers made by warps from 0.78. Few photos show
# a frown or a snarl: their ranges are kept well clear of rest.
_SIGNS = {
    "smile": _Sign(("mouthSmile",), (0.35, 0.75), (0.2, 0.6)),
    "pucker": _Sign(("mouthPucker",), (0.75, 0.95), (0.3, 0.7)),
    "eye_closure": _Sign(("eyeBlink",), (0.27, 0.47), (0.15, 0.35)),
    "brow_raise": _Sign(("browInnerUp", "browOuterUp"), (0.45, 0.85), (0.15, 0.55)),
    "snarl": _Sign(("mouthUpperUp", "noseSneer"), (0.3, 0.7), (0.15, 0.55)),
    "frown": _Sign(("browDown",), (0.65, 0.95), (0.15, 0.55)),
    UNKNOWN: _Sign(
        ("jawOpen", "mouthFunnel", "mouthStretch", "mouthFrown"), (0.3, 0.7), (0.2, 0.6)
    ),
}
#: A weight of the whole face that one brow alone lifts.
_LIFTED_BY_ONE = "browInnerUp"
_LIP_EDGES = ("upper_lip_edge", "lower_lip_edge")
# A face whose weight at rest is nearly 1 has no way left to measure by.
_SHORTEST_WAY = 0.1


def expressions(
    landmarks: Landmarks, *, rest: npt.ArrayLike | None = None, sides: Sides = "either"
) -> Expressions:
    """Tell the expression of each photo.

    Parameters
    ----------
    landmarks : Landmarks
        n photos.
    rest : array_like, shape (52,) or (n, 52), optional
        The person's own weights at rest, ``landmarks.blendshapes`` of a photo at rest. People differ much
        at rest: with this, smaller movements are told, and a brow that is always low is no frown.
    sides : {"either", "both"}
        Whether one side is enough, so that a one-sided smile is a smile, or both have to show it.

    Returns
    -------
    Expressions
        ``label``, one of `EXPRESSIONS`, or ``"unknown"``: where nothing was measured, where two are equally
        likely, or where the mouth does something else. ``confidence``, 0 to 1: how far the label is ahead
        of the next likely one; 0 where it is unknown. Landmarks of a scheme without expression weights
        tell none.

    Raises
    ------
    InvalidInputError
        If `rest` has another shape.

    Examples
    --------
    >>> expressions(Landmarks.blank(["a.jpg"], status="no_face")).label.tolist()
    ['unknown']
    """
    return choose_expression(landmarks, read_signs(landmarks, rest=rest, sides=sides))


def read_signs(
    landmarks: Landmarks, *, rest: npt.ArrayLike | None = None, sides: Sides = "either"
) -> dict[str, FloatArray]:
    """How much the expression weights speak for each expression but rest, 0 to 1, each of shape (n,).

    Parameters
    ----------
    landmarks, rest, sides
        As for `expressions`.
    """
    if not landmarks.layout.expressions:
        return {}
    weights = _weights(landmarks, rest)
    found: dict[str, FloatArray] = {}
    for name, sign in _SIGNS.items():
        start, end = sign.alone if rest is None else sign.beyond_rest
        asked = [each for each in sign.weights if sides == "either" or each != _LIFTED_BY_ONE]
        by_side = np.max([weights[each] for each in asked], axis=0)
        shown = by_side.max(axis=0) if sides == "either" else by_side.min(axis=0)
        found[name] = np.clip((shown - start) / (end - start), 0, 1)
    return found


def choose_expression(landmarks: Landmarks, signs: Mapping[str, FloatArray]) -> Expressions:
    """The likeliest expression of each photo.

    Parameters
    ----------
    landmarks : Landmarks
        n photos.
    signs : mapping of str to ndarray, shape (n,)
        As `read_signs` gives them.
    """
    if not signs:
        return Expressions(np.full(len(landmarks), UNKNOWN), np.zeros(len(landmarks)))
    likely = _explain(signs)
    names, table = np.array(list(likely)), np.array(list(likely.values()))
    first = table.argmax(axis=0)
    lead = table.max(axis=0) - np.sort(table, axis=0)[-2]
    label = np.where(names[first] == "smile", _smile(landmarks), names[first])
    told = (lead >= MIN_LEAD) & (label != UNKNOWN) & landmarks.usable
    return Expressions(np.where(told, label, UNKNOWN), np.where(told, lead, 0.0))


def _weights(landmarks: Landmarks, rest: npt.ArrayLike | None) -> dict[str, FloatArray]:
    """Each weight by side, shape (2, n); or, of the way from rest to 1, the share that was gone.

    A weight of the whole face is that of both sides.
    """
    weights = landmarks.blendshapes.astype(np.float64)
    if rest is not None:
        own = np.asarray(rest, dtype=np.float64)
        if own.shape not in (weights.shape, weights.shape[1:]):
            raise InvalidInputError(
                f"rest has shape {own.shape}; use {weights.shape[1:]} or {weights.shape}"
            )
        weights = (weights - own) / np.maximum(1 - own, _SHORTEST_WAY)
    known = dict(zip(landmarks.layout.expressions, weights.T, strict=True))
    names = {name.removesuffix("Right").removesuffix("Left") for name in known}
    sides = ("Right", "Left")
    return {
        name: np.stack([known[name if name in known else name + side] for side in sides])
        for name in names
    }


def _explain(signs: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """How likely each sign is, 0 to 1, less the part the signs before it explain; rest is the remainder."""
    found: dict[str, FloatArray] = {}
    left = np.ones(len(signs["smile"]))
    for name in _SIGNS:
        found[name] = np.minimum(signs[name], left)
        left = np.minimum(left, 1 - found[name])
    return {"rest": left, **found}


def _smile(landmarks: Landmarks) -> npt.NDArray[np.str_]:
    """Whether a smile is open or closed, by the gap between the lips; unknown where they were not seen."""
    with np.errstate(invalid="ignore", divide="ignore"):
        face = face_frame(landmarks, names=_LIP_EDGES)
        upper, lower = _LIP_EDGES
        gap = face.point(upper)[1] - face.point(lower)[1]
    open_or_closed = np.where(gap > OPEN_LIPS_MM, "smile_open", "smile_closed")
    return np.where(np.isnan(gap), UNKNOWN, open_or_closed)
