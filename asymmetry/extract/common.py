"""The shape that both halves of a face are drawn in before they are read.

The landmark model pulls every face towards the shape it has learnt, so of a brow that hangs by 3 mm it reads
a part, whatever else the picture shows. But what it is not shown it can't pull. A first reading says about
where the parts of either half lie; each half is then drawn with brow and mouth moved to where both halves
have them on average, the brows at a normal height. What is left to be read is small, and so is what is lost
of it: of a first reading with gain g and a second one with gain h, 1 - (1 - g)(1 - h) of the difference is
read.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side

__all__ = ["CommonShape", "from_half", "to_half"]

FloatArray = npt.NDArray[np.float64]

_GROUPS = MEDIAPIPE_478.groups
# What is moved: what expressions and palsies move, and the model sees clearly. Lids are read from the pixels.
_BROW = _GROUPS["brow"]
_MOUTH = (
    "commissure",
    "inner_commissure",
    *_GROUPS["upper_lip_outer"],
    *_GROUPS["upper_lip_inner"],
    *_GROUPS["lower_lip_outer"],
    *_GROUPS["lower_lip_inner"],
)
_MOVED = (*_BROW, *_MOUTH)
# What holds the rest where it is, with the midline.
_STILL = tuple(dict.fromkeys((*_GROUPS["canthi"], *_GROUPS["iris"], *_GROUPS["stable_pairs"])))
# The field of shifts, in canonical cm: nodes over one half of the face, straight between them; how far a knot
# reaches (sigma of a normal weight), and the weight of staying where no knot is near. Reaches of 0.4 to 0.6
# read warps alike; of a brow raised by 10 mm in renders the shortest one reads most.
_STEP, _WIDTH, _HEIGHT = 0.5, 9.0, 12.0
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
    shifts : dict of Side to ndarray of float32, shape (rows, columns, 2)
        What takes a place of the common shape to this half's own, outwards and up, cm, on a grid over one
        half.
    """

    shifts: dict[Side, npt.NDArray[np.float32]] = field(repr=False)

    @classmethod
    def of(cls, plane: FloatArray, vertices: FloatArray) -> CommonShape:
        """The common shape of a reading.

        Parameters
        ----------
        plane : ndarray, shape (k, 2)
            Canonical x, y of all points, cm.
        vertices : ndarray, shape (468, 3)
            The canonical face, cm: its brows are at a normal height.
        """
        halves = np.stack([to_half(plane[MEDIAPIPE_478.of(side, _MOVED)], side) for side in SIDES])
        common = halves.mean(axis=0)
        common[: len(_BROW), 1] -= _brows_over_eyes(plane) - _brows_over_eyes(vertices)
        still = np.mean([to_half(plane[MEDIAPIPE_478.of(side, _STILL)], side) for side in SIDES], axis=0)
        middle = plane[MEDIAPIPE_478.mirror == np.arange(len(plane))] * np.array([0.0, 1.0])
        knots = np.concatenate([common, still, middle])
        moves = np.zeros((len(SIDES), *knots.shape))
        moves[:, : len(common)] = halves - common
        return cls(dict(zip(SIDES, _fields(knots, moves), strict=True)))

    def own(self, half: FloatArray, side: Side) -> FloatArray:
        """Places (..., 2) of the common shape, outwards and up in cm, as this side has them."""
        at = half.astype(np.float32) / np.float32(_STEP)
        columns, rows = at[..., 0], at[..., 1] + np.float32(_HEIGHT / _STEP)
        flat = (columns.reshape(-1, 1), rows.reshape(-1, 1)) if half.ndim < 3 else (columns, rows)
        shift = cv2.remap(self.shifts[side], *flat, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(half + shift.reshape(half.shape))


def _brows_over_eyes(points: FloatArray) -> float:
    """Mean height of both brows over the canthi, cm."""
    heights = [
        points[MEDIAPIPE_478.right(names) + MEDIAPIPE_478.left(names), 1].mean()
        for names in (_BROW, _GROUPS["canthi"])
    ]
    return float(heights[0] - heights[1])


def _fields(knots: FloatArray, moves: FloatArray) -> list[npt.NDArray[np.float32]]:
    """Moves of the knots (sides, knots, 2) spread over the grid: normal-weighted means of what is near."""
    columns, rows = np.meshgrid(
        np.arange(0, _WIDTH + _STEP / 2, _STEP), np.arange(-_HEIGHT, _HEIGHT + _STEP / 2, _STEP)
    )
    away = (columns[..., None] - knots[:, 0]) ** 2 + (rows[..., None] - knots[:, 1]) ** 2
    weights = np.exp(-away / (2 * _REACH**2))
    weights /= weights.sum(axis=-1, keepdims=True) + _STAY
    fields = weights @ moves[:, None]
    # Nothing crosses the midline, or the halves of a chimera would not meet.
    fields[:, :, 0, 0] = 0.0
    return list(np.ascontiguousarray(fields, dtype=np.float32))
