"""The shape that both halves of a face are drawn in before they are read.

The landmark model pulls every face towards the shape it has learnt, so of a brow that hangs by 3 mm it reads
a part, whatever else the picture shows. But what it is not shown it can't pull. A first reading says about
where the parts of either half lie; each half is then drawn with brow and mouth moved to where both halves
have them on average. What is left to be read is small, and so is what is lost of it: of a first reading with
gain g and a second one with gain h, 1 - (1 - g)(1 - h) of the difference is read.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side

__all__ = ["CommonShape", "from_half", "to_half"]

FloatArray = npt.NDArray[np.float64]

_GROUPS = MEDIAPIPE_478.groups
# What is moved: what expressions and palsies move, and the model sees clearly. Lids are read from the pixels.
_MOVED = _GROUPS["brow"] + _GROUPS["mouth"]
# What holds the rest where it is, with the midline. The wings of the nose hold too: let follow the corner of
# the mouth by a third of its way, they read 1.1 mm apart beside one that moved in warps, held 0.3.
_STILL = tuple(dict.fromkeys((*_GROUPS["canthi"], *_GROUPS["iris"], *_GROUPS["stable_pairs"], "ala")))
# The field of shifts, in canonical cm: nodes over one half of the face, straight between them; how far a knot
# reaches (sigma of a normal weight), and the weight of staying where no knot is near. Reaches of 0.4 to 0.6
# read warps alike; of a brow raised by 10 mm in renders the shortest one reads most.
_STEP, _WIDTH, _HEIGHT = 0.5, 9.0, 12.0
_COLUMNS = np.arange(0.0, _WIDTH + _STEP / 2, _STEP)
_ROWS = np.arange(-_HEIGHT, _HEIGHT + _STEP / 2, _STEP)
_REACH, _STAY = 0.4, 0.02


def to_half(xy: FloatArray, side: Side) -> FloatArray:
    """Canonical x, y (..., 2) as seen from one side: outwards and up, cm. Its own inverse."""
    return np.asarray(xy * np.array([-1.0 if side == "right" else 1.0, 1.0]))


from_half = to_half


@dataclass(frozen=True)
class CommonShape:
    """How far each half's parts lie from the common shape.

    Attributes
    ----------
    shifts : dict of Side to ndarray, shape (rows, columns, 2)
        What takes a place of the common shape to this half's own, outwards and up, cm, on a grid over one
        half.
    """

    shifts: dict[Side, FloatArray] = field(repr=False)

    @classmethod
    def of(cls, plane: FloatArray) -> CommonShape:
        """The common shape of a reading: canonical x, y (k, 2) of all points, cm."""
        names = (*_MOVED, *_STILL)
        halves = np.stack([to_half(plane[MEDIAPIPE_478.of(side, names)], side) for side in SIDES])
        common = halves.mean(axis=0)
        middle = plane[MEDIAPIPE_478.mirror == np.arange(len(plane))] * np.array([0.0, 1.0])
        knots = np.concatenate([common, middle])
        moves = np.zeros((len(SIDES), *knots.shape))
        moves[:, : len(_MOVED)] = (halves - common)[:, : len(_MOVED)]
        return cls(dict(zip(SIDES, _fields(knots, moves), strict=True)))

    def own(self, half: FloatArray, side: Side) -> FloatArray:
        """Places (..., 2) of the common shape, outwards and up in cm, as this side has them."""
        field = self.shifts[side]
        at = np.clip((half + np.array([0.0, _HEIGHT])) / _STEP, 0.0, np.array(field.shape[1::-1]) - 1.0)
        low = np.minimum(at.astype(np.intp), np.array(field.shape[1::-1]) - 2)
        (column, row), (right, up) = np.moveaxis(low, -1, 0), np.moveaxis(at - low, -1, 0)[..., None]
        below, above = (
            field[row + i, column] * (1 - right) + field[row + i, column + 1] * right for i in (0, 1)
        )
        return np.asarray(half + below * (1 - up) + above * up)


def _fields(knots: FloatArray, moves: FloatArray) -> FloatArray:
    """Moves of the knots (sides, knots, 2) spread over the grid: normal-weighted means of what is near."""
    away = (_COLUMNS[:, None] - knots[:, 0]) ** 2 + (_ROWS[:, None, None] - knots[:, 1]) ** 2
    weights = np.exp(-away / (2 * _REACH**2))
    weights /= weights.sum(axis=-1, keepdims=True) + _STAY
    fields = np.asarray(weights @ moves[:, None])
    # Nothing crosses the midline, or the halves of a chimera would not meet.
    fields[:, :, 0, 0] = 0.0
    return fields
