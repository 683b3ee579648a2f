"""Corners of the mouth found in the photo's own pixels: they lie on the dark line between the lips.

The mesh draws a corner where it expects one beside such lips, up to 1.5 mm off the line that the photo shows.
So the line is looked for around both corner points of a side, as one piece that moves up or down as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from asymmetry.extract.edges.peaks import TAILS, Refined, dark_rows, vertex
from asymmetry.extract.face.plane import light_at, places
from asymmetry.extract.face.pose import Pose
from asymmetry.extract.model.canonical import Canonical

__all__ = ["FOLLOWERS", "CornerSearch", "refine_corners"]

#: Points that follow a corner, and the share of its way.
FOLLOWERS = {
    "commissure": 1.0,
    "inner_commissure": 1.0,
    "upper_lip_outer_1": 0.5,
    "upper_lip_inner_1": 0.5,
    "lower_lip_outer_1": 0.5,
    "lower_lip_inner_1": 0.5,
}


@dataclass(frozen=True)
class CornerSearch:
    """Where the line between the lips is looked for, and the criteria for it; lengths in canonical cm.

    ``python -m benchmarks.tune.sweep`` varies each and prints the results on warps and hand-placed points.

    Attributes
    ----------
    medial, lateral : float
        The piece of the line that is looked for: from so far medial of the inner corner point to so far
        lateral of it. One that begins at the point agrees better with corners placed by hand in neutral
        faces (RMSE 0.31 mm for 0.32) and mistakes folds for lips in old ones that smile (0.93 mm for 0.56).
    columns : int
        Places along that piece.
    reach, step : float
        How far up and down it is looked for, and how finely. In portraits of tuning people a reach of 3 mm
        finds folds (RMSE 0.84 mm for 0.56) unless places far off count less, which 2 mm need not.
    sigma : float
        Half the width of the line. Lines of 0.03 to 0.08 read warps and hand-placed points alike.
    faintest : float
        The faintest line that is taken, log intensity.
    """

    medial: float = 0.1
    lateral: float = 0.4
    columns: int = 31
    reach: float = 0.2
    step: float = 0.01
    sigma: float = 0.05
    faintest: float = 0.02


def refine_corners(
    photo: Pixels, pose: Pose, canonical: Canonical, plane: FloatArray, search: CornerSearch
) -> Refined:
    """Move the corners of the mouth up or down onto the line between the lips.

    A side that shows no line keeps the mesh's corner.

    Parameters
    ----------
    photo, pose, canonical, plane
        As for `asymmetry.extract.edges.brows.refine_brows`.
    search : CornerSearch
        Where the line is looked for.

    Returns
    -------
    Refined
        Both sides are treated by the same code, so a mirrored photo gives mirrored corners.
    """
    above = {side: _line_above(photo, pose, canonical, plane, side, search) for side in SIDES}
    plane = plane.copy()
    for side, up in above.items():
        plane[MEDIAPIPE_478.of(side, tuple(FOLLOWERS)), 1] += (up or 0.0) * np.array(
            list(FOLLOWERS.values())
        )
    return Refined(plane, {side: up is not None for side, up in above.items()})


def _line_above(
    photo: Pixels,
    pose: Pose,
    canonical: Canonical,
    plane: FloatArray,
    side: Side,
    search: CornerSearch,
) -> float | None:
    """How far above the mesh's corner the line lies, cm; None where none is seen."""
    outer, inner = plane[MEDIAPIPE_478.of(side, ("commissure", "inner_commissure"))]
    out = -1.0 if side == "right" else 1.0
    away = np.linspace(-search.medial, search.lateral, search.columns)
    # Level beyond either corner point, straight between them.
    height = np.interp(
        away, [0.0, max(float(out * (outer - inner)[0]), search.step)], [inner[1], outer[1]]
    )
    # The strip reaches beyond the rows that are searched, for a line at their end to show as a line.
    beyond = int(np.ceil(TAILS * search.sigma / search.step))
    last = round(search.reach / search.step)
    rows = np.arange(-last - beyond, last + beyond + 1) * search.step
    across = np.broadcast_to(inner[0] + out * away, (len(rows), search.columns))
    strip = np.stack([across, height + rows[:, None]], axis=-1)
    dark = dark_rows(light_at(photo, places(pose, canonical, strip)), search.sigma / search.step)
    shown = dark[beyond : len(rows) - beyond]
    best = int(np.argmax(shown))
    # A best at the end of the range is no line, but something dark beyond.
    if shown[best] < search.faintest or best in (0, len(shown) - 1):
        return None
    return float((best - last + vertex(shown, best)) * search.step)
