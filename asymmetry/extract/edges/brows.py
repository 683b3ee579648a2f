"""Brows found in the photo's own pixels: dark bands across the brow's width.

Beside a fringe, deep creases or fair hair the mesh draws a brow up to 6 mm off, and drawing both halves in a
common shape follows it there. So the band is looked for around the mesh's brow, as one piece that moves up or
down as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from asymmetry.extract.edges.peaks import dark_rows, rival_share, vertex
from asymmetry.extract.face.plane import light_at, places
from asymmetry.extract.face.pose import Pose
from asymmetry.extract.model.canonical import Canonical

__all__ = ["BrowSearch", "Brows", "refine_brows"]

_GROUPS = MEDIAPIPE_478.groups
_BROW = _GROUPS["brow"]


@dataclass(frozen=True)
class BrowSearch:
    """Where the band is looked for, and the criteria for it; lengths in canonical cm.

    Brows of warps of the tuning people are read to 0.08 mm with it (RMSE), to 0.15 without.
    ``python -m benchmarks.tune.sweep`` varies each.

    Attributes
    ----------
    end : float
        The part left out of the brow at either end, as a share of its length: hair thins out there.
    columns : int
        Places along it.
    reach, step : float
        How far up and down it is looked for, and how finely. Farther off lie fringes and creases: with 8 mm
        a few portraits' brows read better, and one whose lid's fold shows as well as its brow is 2 mm off.
    sigma : float
        Half the width of the band. Finer ones (1.5 mm) find creases, broader ones (4 mm) a fringe.
    faintest : float
        The faintest band that is taken at all, log intensity; one that is twice as dark is taken wholly.
    apart, rival : float
        Another band within half as far again, and this far from the best one or farther, takes from it if it
        shows by more than this share of it: a fringe, a crease. One that shows as well leaves none.
    share : float
        How far the brow goes towards the band. In warps of the tuning people 0.35 to 0.7 read alike, and
        against the hand too; the less, the less harm a band does that is none.
    """

    end: float = 0.2
    columns: int = 25
    reach: float = 0.35
    step: float = 0.02
    sigma: float = 0.3
    faintest: float = 0.03
    apart: float = 0.3
    rival: float = 0.8
    share: float = 0.4


@dataclass(frozen=True)
class Brows:
    """Both brows, looked for in the pixels.

    Attributes
    ----------
    plane : ndarray, shape (k, 2)
        Canonical x, y of all points, cm, with the brows moved towards the bands that the photo shows.
    sure : float
        How clearly the photo shows both bands, from 0, where the brows are the mesh's, to 1.
    """

    plane: FloatArray = field(repr=False)
    sure: float


def refine_brows(
    photo: Pixels, pose: Pose, canonical: Canonical, plane: FloatArray, search: BrowSearch
) -> Brows:
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
    Brows
        Both sides are treated by the same code, so a mirrored photo gives mirrored brows.
    """
    bands = {side: _find_band(photo, pose, canonical, plane, side, search) for side in SIDES}
    sure = min(band.sure for band in bands.values())
    plane = plane.copy()
    for side, band in bands.items():
        plane[MEDIAPIPE_478.of(side, _BROW), 1] += search.share * sure * band.above
    return Brows(plane, sure)


class _Band(NamedTuple):
    """How far a band lies above the middle of the mesh's brow, cm, and how clearly it is the brow, 0 to 1."""

    above: float
    sure: float


def _find_band(
    photo: Pixels,
    pose: Pose,
    canonical: Canonical,
    plane: FloatArray,
    side: Side,
    search: BrowSearch,
) -> _Band:
    """The band beside one side's brow."""
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
    if shown[best] <= search.faintest or best in (0, len(shown) - 1):
        return _Band(0.0, 0.0)
    wider = dark[beyond // 2 : len(rows) - beyond // 2]
    place = best + beyond - beyond // 2
    elsewhere = np.abs(np.arange(len(wider)) - place) * search.step > search.apart
    rival = rival_share(wider, place, elsewhere)
    # Sureness comes and goes gradually, or brows would jump between photos that differ by a little light.
    clear = min(float(shown[best]) / search.faintest - 1, 1.0)
    alone = min((1 - rival) / (1 - search.rival), 1.0)
    above = float((best - last + vertex(shown, best)) * search.step)
    return _Band(above, clear * max(alone, 0.0))
