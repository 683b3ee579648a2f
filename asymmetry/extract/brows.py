"""Brows found in the photo's own pixels: dark bands across the brow's width.

Beside a fringe, deep creases or fair hair the mesh draws a brow up to 6 mm off, and drawing both halves in a
common shape follows it there. So the band is looked for around the mesh's brow, as one piece that moves up or
down as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from asymmetry.extract.canonical import Canonical
from asymmetry.extract.plane import Refined, dark_rows, light_at, places, rivalled, vertex
from asymmetry.extract.pose import Pose

__all__ = ["BrowSearch", "refine_brows"]

Pixels = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float64]

_GROUPS = MEDIAPIPE_478.groups
_BROW = _GROUPS["brow"]


@dataclass(frozen=True)
class BrowSearch:
    """Where the band is looked for, and what is taken for one; lengths in canonical cm.

    Against brows placed by hand (tuning people): portraits RMSE 1.04 mm for 2.07 without the search, r 0.87
    for 0.75; London 0.49 for 0.59, r 0.96 for 0.95; 41 more people 0.68 for 0.64, r 0.77 for 0.78.
    ``python -m benchmarks.tune.sweep`` varies each.

    Attributes
    ----------
    end : float
        What is left out of the brow at either end, as a share of its length: hair thins out there.
    columns : int
        Places along it.
    reach, step : float
        How far up and down it is looked for, and how finely. 4 mm do not reach the brows that are far off.
    sigma : float
        Half the width of the band. Finer ones (1.5 mm) find creases, broader ones (4 mm) a fringe.
    faintest : float
        The faintest band that is taken, log intensity.
    apart, rival : float
        Another band within 12 mm, and this far from the best one or farther, leaves none if it shows as well
        but for this share: a fringe, a crease.
    share : float
        How far the brow goes towards the band. The mesh knows edges of fair brows better: the whole way, the
        more people's RMSE is 0.72 mm.
    """

    end: float = 0.2
    columns: int = 25
    reach: float = 0.8
    step: float = 0.02
    sigma: float = 0.3
    faintest: float = 0.03
    apart: float = 0.3
    rival: float = 0.8
    share: float = 0.7


def refine_brows(
    photo: Pixels, pose: Pose, canonical: Canonical, plane: FloatArray, search: BrowSearch
) -> Refined:
    """Move the brows up or down towards the dark bands that the photo shows.

    Where one side shows none both keep the mesh's brows: moved alone, the other would make a difference that
    is not there.

    Parameters
    ----------
    photo : ndarray of uint8, shape (H, W, 3)
        RGB, upright.
    pose : Pose
        Where the head is.
    canonical : Canonical
        The face's surface.
    plane : ndarray, shape (k, 2)
        Canonical x, y of all points, cm.
    search : BrowSearch
        Where the band is looked for.

    Returns
    -------
    Refined
        Both sides are treated by the same code, so a mirrored photo gives mirrored brows.
    """
    above = {side: _band_above(photo, pose, canonical, plane, side, search) for side in SIDES}
    both = [up for up in above.values() if up is not None]
    if len(both) < len(SIDES):
        return Refined(plane, dict.fromkeys(SIDES, False))
    plane = plane.copy()
    for side, up in zip(SIDES, both, strict=True):
        plane[MEDIAPIPE_478.of(side, _BROW), 1] += search.share * up
    return Refined(plane, dict.fromkeys(SIDES, True))


def _band_above(
    photo: Pixels, pose: Pose, canonical: Canonical, plane: FloatArray, side: Side, search: BrowSearch
) -> float | None:
    """How far above the middle of the mesh's brow the band lies, cm; None where none is seen."""
    edges = (plane[MEDIAPIPE_478.of(side, _GROUPS[edge])] for edge in ("brow_upper", "brow_lower"))
    out = -1.0 if side == "right" else 1.0
    middle = sum(edges) / 2 * np.array([out, 1.0])
    x, y = middle[np.argsort(middle[:, 0])].T
    across = x[0] + (x[-1] - x[0]) * np.linspace(search.end, 1 - search.end, search.columns)
    # As far beyond the rows that are searched as a band is broad, for one at their end to show.
    last = beyond = round(search.reach / search.step)
    rows = np.arange(-last - beyond, last + beyond + 1) * search.step
    at = np.stack(
        [
            np.broadcast_to(out * across, (len(rows), search.columns)),
            np.interp(across, x, y) + rows[:, None],
        ],
        axis=-1,
    )
    dark = dark_rows(light_at(photo, places(pose, canonical, at)), search.sigma / search.step)
    shown = dark[beyond : len(rows) - beyond]
    best = int(np.argmax(shown))
    # A best at the end of the range is no brow, but something dark beyond.
    if shown[best] < search.faintest or best in (0, len(shown) - 1):
        return None
    wider = dark[beyond // 2 : len(rows) - beyond // 2]
    place = best + beyond - beyond // 2
    elsewhere = np.abs(np.arange(len(wider)) - place) * search.step > search.apart
    if rivalled(wider, place, elsewhere, search.rival):
        return None
    return float((best - last + vertex(shown, best)) * search.step)
