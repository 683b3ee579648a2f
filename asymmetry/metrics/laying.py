"""Two faces of one person laid on each other by the points that expressions move least: canthi and pupils."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import Mask
from asymmetry.core.face import Face, apart, iris_width
from asymmetry.core.frame import LEVEL_PAIRS, level_lines, move_faces
from asymmetry.core.geometry import total
from asymmetry.core.level import from_both_sides, in_plane

__all__ = ["middle", "superpose", "sure_pupils"]

FloatArray = npt.NDArray[np.floating[Any]]

#: Points that give the place: 0.2 mm in a full smile of renders. Pupils follow the gaze, and are not seen
#: when the eyes close.
CANTHI = ("outer_canthus", "inner_canthus")
#: A pupil whose standard deviation is this many times that of the canthi was not seen: one that was seen has
#: 0.02 mm, one that was not 0.2 mm (`extract/judge/scatter.toml`), canthi 0.02 to 0.05 mm.
_HIDDEN = 3.0
#: Sizes that differ by a smaller part differ by chance: an iris's width scatters by as much. On warps, in
#: which no size changes, lips that stay are so read to 0.17 and 0.24 mm instead of 0.18 and 0.26.
_AGREE = 0.005


def superpose(rest: Face, moved: Face, sure: Mask | np.bool_ | bool) -> Face:
    """The moved face, turned, scaled and shifted in its plane until its eyes lie on those at rest.

    Parameters
    ----------
    rest, moved : Face
        n faces each.
    sure : bool or ndarray of bool, shape (n,)
        Where the pupils are known as well as the outer canthi, and so may give the turn.

    Returns
    -------
    Face
        The moved one; its ``mm_per_px`` goes with its size.

    Notes
    -----
    The pupils give the turn. A gaze turns both alike and so tilts nothing; a squint pulls a canthus by 1 mm.
    But a lid that hides a pupil drags it along; then the outer canthi give it. All four canthi give the
    place.
    """
    lines = np.array([level_lines(moved), level_lines(rest)])
    seen = sure & np.isfinite(lines[:, :, 1]).all(axis=(0, 1))
    (x, y), (to_x, to_y) = np.where(seen, lines[:, :, 1], lines[:, :, 0])
    size = _size(rest, moved, seen)
    factor = size / np.sqrt((x * x + y * y) * (to_x * to_x + to_y * to_y))
    same, turn = (to_x * x + to_y * y) * factor, (to_y * x - to_x * y) * factor
    (x, y), (to_x, to_y) = middle(moved), middle(rest)
    origin = from_both_sides(x * same - y * turn - to_x, x * turn + y * same - to_y)
    return replace(
        move_faces(moved, in_plane(same, -turn), origin), mm_per_px=moved.mm_per_px * size
    )


def middle(face: Face) -> FloatArray:
    """Between the canthi, shape (2, n)."""
    outer, inner = CANTHI
    both = face.points[:, face.rows[outer]] + face.points[:, face.rows[inner]]
    (right, left), (right_up, left_up) = both
    return np.array([left - right, right_up + left_up]) / 4


def sure_pupils(face: Face, spread: FloatArray) -> Mask:
    """Where pupils are seen, as their errors tell it, or nothing is known of them, shape (n,).

    Parameters
    ----------
    face : Face
        n faces.
    spread : ndarray, shape (names, 2, n)
        Standard deviation of its points.
    """
    canthi = total(spread[face.rows[LEVEL_PAIRS[0]]] ** 2)
    pupils = total(spread[face.rows[LEVEL_PAIRS[1]]] ** 2)
    return np.asarray(~(pupils > _HIDDEN**2 * canthi))


def _size(rest: Face, moved: Face, seen: Mask) -> FloatArray:
    """How much larger the face at rest is, shape (n,): by outer canthi, pupils and irises.

    A smile or a squint pulls outer canthi in by up to 1.5 % of their distance (pupils of renders keep theirs
    to 0.1 %), another vergence moves pupils, and an iris's width scatters by 0.5 %. Where pupils are seen
    and the three agree, their mean is surest, else the middle one counts. Without pupils the canthi alone
    tell it.
    """

    def ratio(name: str) -> FloatArray:
        return apart(rest, name) / apart(moved, name)

    irises = iris_width(rest) / iris_width(moved)
    three = np.array([ratio(CANTHI[0]), ratio("iris_centre"), irises])
    agree = seen & (np.ptp(three, axis=0) < _AGREE * three[0])
    canthi, pupils, irises = three
    low, high = np.minimum(canthi, pupils), np.maximum(canthi, pupils)
    median = np.maximum(low, np.minimum(high, irises))
    size = np.where(agree, total(three) / len(three), median)
    return np.where(np.isnan(size), three[0], size)
