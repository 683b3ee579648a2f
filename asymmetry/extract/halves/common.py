"""The shape that both halves of a face are drawn in before they are read.

The landmark model pulls every face towards the shape it has learnt, so of a brow that hangs by 3 mm it reads
a part, whatever else the picture shows. But it can't pull a shape it is not shown. A first reading says about
where the parts of either half lie; each half is then drawn with brow and mouth moved to where both halves
have them on average. The difference left to be read is small, and so is the loss: of a first reading with
gain g and a second one with gain h, 1 - (1 - g)(1 - h) of the difference is read.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import FloatArray
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Scheme, Side
from asymmetry.core.schemes.vocabulary import GROUPS
from asymmetry.extract.face.half import to_half

__all__ = ["CommonShape", "Field"]

# Moved parts: expressions and palsies move them, the model sees them clearly. Lids are read from the pixels.
_MOVED = GROUPS["brow"] + GROUPS["mouth"]
# Parts that hold the rest, with the midline. The wings of the nose hold too: let follow the corner of
# the mouth by a third of its way, they read 1.1 mm apart beside one that moved in warps, held 0.3.
_STILL = tuple(dict.fromkeys((*GROUPS["canthi"], *GROUPS["iris"], *GROUPS["stable_pairs"], "ala")))


@dataclass(frozen=True)
class Field:
    """How shifts of single points are spread over half a face: on a grid, straight between its nodes.

    ``python -m benchmarks.tune.sweep`` varies each and prints the results on warps and renders.

    Attributes
    ----------
    step, width, height : float
        Distance of the nodes, and how far they reach from the midline and up and down from the face's
        middle, cm.
    reach : float
        How far a point's shift reaches: sigma of a normal weight, cm. 0.4 to 0.6 read warps alike; of a brow
        raised by 10 mm in renders the shortest one reads most.
    stay : float
        Weight of staying where no point is near.
    """

    step: float = 0.5
    width: float = 9.0
    height: float = 12.0
    reach: float = 0.4
    stay: float = 0.02

    def spread(self, knots: FloatArray, moves: FloatArray) -> FloatArray:
        """Moves of the knots (sides, knots, 2) on the grid (sides, rows, columns, 2): weighted means."""
        columns = np.arange(0.0, self.width + self.step / 2, self.step)
        rows = np.arange(-self.height, self.height + self.step / 2, self.step)
        across, up = columns[:, None] - knots[:, 0], rows[:, None, None] - knots[:, 1]
        weights = np.exp(-(across**2) / (2 * self.reach**2)) * np.exp(
            -(up**2) / (2 * self.reach**2)
        )
        weights /= weights.sum(axis=-1, keepdims=True) + self.stay
        shifts = np.asarray(weights @ moves[:, None])
        # Nothing crosses the midline, or the halves of a chimera would not meet.
        shifts[:, :, 0, 0] = 0.0
        return shifts


@dataclass(frozen=True)
class CommonShape:
    """How far each half's parts lie from the common shape.

    Attributes
    ----------
    shifts : dict of Side to ndarray, shape (rows, columns, 2)
        Shifts from a place of the common shape to this half's own, outwards and up, cm, on a grid over one
        half.
    grid : Field
        That grid.
    """

    shifts: dict[Side, FloatArray] = field(repr=False)
    grid: Field

    @classmethod
    def of(cls, plane: FloatArray, grid: Field, scheme: Scheme = MEDIAPIPE_478) -> CommonShape:
        """The common shape of a reading: canonical x, y (k, 2) of all of a scheme's points, cm."""
        lively, still = scheme.pairs_of(_MOVED), scheme.pairs_of(_STILL)
        names = (*lively, *(name for name in still if name not in lively))
        halves = np.stack([to_half(plane[scheme.of(side, names)], side) for side in SIDES])
        common = halves.mean(axis=0)
        middle = plane[scheme.mirror == np.arange(len(plane))] * np.array([0.0, 1.0])
        knots = np.concatenate([common, middle])
        moves = np.zeros((len(SIDES), *knots.shape))
        moves[:, : len(lively)] = (halves - common)[:, : len(lively)]
        return cls(dict(zip(SIDES, grid.spread(knots, moves), strict=True)), grid)

    def own(self, half: FloatArray, side: Side) -> FloatArray:
        """Places (..., 2) of the common shape, outwards and up in cm, as this side has them."""
        shifts, grid = self.shifts[side], self.grid
        rows, columns = shifts.shape[:2]
        column, right = _nodes(half[..., 0] / grid.step, columns)
        row, up = _nodes((half[..., 1] + grid.height) / grid.step, rows)
        flat, first = shifts.reshape(-1, 2), row * columns + column
        below = flat[first] * (1 - right) + flat[first + 1] * right
        above = flat[first + columns] * (1 - right) + flat[first + columns + 1] * right
        return np.asarray(half + below * (1 - up) + above * up)


def _nodes(at: FloatArray, count: int) -> tuple[npt.NDArray[np.intp], FloatArray]:
    """Number of the node before each place (...), and the share of the way to the next one (..., 1)."""
    inside = np.clip(at, 0.0, count - 1.0)
    before = np.minimum(inside.astype(np.intp), count - 2)
    return before, (inside - before)[..., None]
