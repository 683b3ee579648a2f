"""Parts that the mesh drags along: a table of shares, fitted on warps of known truth, to put them back.

A lid that moves takes the canthi, the wing of the nose, the ends of the brow and an iris that it hides along,
though they stay where they are; and both brows together move too little. Each share is measured by
``benchmarks/tune/response.py``, which writes the table. Parts that do not drag each other have no share: a
table that is free to couple all parts makes those worse that it was not shown.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from asymmetry.core.arrays import FloatArray
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side

__all__ = [
    "CORNERS",
    "PARTS",
    "TABLE",
    "WINGS",
    "Response",
    "leads",
    "load_response",
    "put_back",
    "whole_brows",
]

#: The table that comes with the package.
TABLE = Path(__file__).with_name("response.json")


#: Points that are dragged along, or drag along, as one: a part is as high as its points are on average.
PARTS: Mapping[str, tuple[str, ...]] = {
    "brow_lateral": ("brow_upper_1", "brow_upper_2", "brow_lower_1", "brow_lower_2"),
    "brow_arch": ("brow_upper_3", "brow_upper_4", "brow_lower_3", "brow_lower_4"),
    "brow_medial": ("brow_upper_5", "brow_lower_5"),
    "outer_canthus": ("outer_canthus",),
    "inner_canthus": ("inner_canthus",),
    "iris": MEDIAPIPE_478.groups["iris"],
    "ala": ("ala",),
    "upper_lid": ("upper_lid_4",),
    "lower_lid": ("lower_lid_4",),
}


#: Wings of the nose follow both corners of the mouth: halves are drawn with the corners where both have them
#: on average, and the mesh moves the wings along.
WINGS, CORNERS = ("ala", "alar_base"), ("commissure", "inner_commissure")


@dataclass(frozen=True)
class Response:
    """How far parts follow others, as the model reads them.

    Attributes
    ----------
    follows : mapping of str to mapping of str to float
        For each part that is dragged along, the share of a lead of each part that drags it.
    wings_follow : float
        Share of the distance of both mouth corners from their normal height that both wings follow.
    brows_shown : float
        Share of the common movement of both brows that the model shows.
    natural : float
        How far lids differ that nothing moved, cm: a lead of this size counts half, for it is as likely the
        face's own, which drags nothing.
    made : mapping
        How the table came about: people, photos, date, ridge, hashes. JSON values only.

    Examples
    --------
    >>> sorted(load_response().follows["outer_canthus"])
    ['lower_lid', 'upper_lid']
    """

    follows: Mapping[str, Mapping[str, float]] = field(default_factory=dict, repr=False)
    wings_follow: float = 0.0
    brows_shown: float = 1.0
    natural: float = 0.0
    made: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def shift(self, part: str, led: Mapping[str, float]) -> float:
        """How far a part was dragged by others' leads."""
        return sum(
            share * self.moved(led[other]) for other, share in self.follows.get(part, {}).items()
        )

    def moved(self, lead: float) -> float:
        """The part of a lead that is a movement."""
        square = lead * lead
        return lead * square / (square + self.natural * self.natural) if lead else 0.0

    def values(self) -> dict[str, Any]:
        """The table as JSON values, with its date and the hash of its numbers."""
        numbers = {
            "follows": {part: dict(shares) for part, shares in self.follows.items()},
            "wings_follow": self.wings_follow,
            "brows_shown": self.brows_shown,
            "natural": self.natural,
        }
        digest = hashlib.sha256(json.dumps(numbers, sort_keys=True).encode()).hexdigest()
        return {**numbers, "date": self.made.get("date", ""), "sha256": digest}


@functools.cache
def load_response() -> Response:
    """Read the table that ``benchmarks/tune/response.py`` wrote; once, since it does not change."""
    return Response(**json.loads(TABLE.read_text(encoding="utf-8")))


def leads(plane: FloatArray) -> dict[str, float]:
    """How much higher each part lies on the right than on the left, against the line of the outer canthi.

    Parameters
    ----------
    plane : ndarray, shape (k, 2)
        x to the patient's left and y up, of all points, in any unit, which is that of the leads.
    """
    right_number, left_number = MEDIAPIPE_478.pairs["outer_canthus"]
    right, left = plane[right_number], plane[left_number]
    slope = (left - right)[1] / (left - right)[0]
    level = plane[:, 1] - slope * plane[:, 0]
    return {
        part: float(np.subtract(*(level[MEDIAPIPE_478.of(side, names)].mean() for side in SIDES)))
        for part, names in PARTS.items()
    }


def put_back(
    plane: FloatArray, response: Response, seen: Mapping[Side, bool], vertices: FloatArray
) -> FloatArray:
    """Put back the points that the mesh dragged along.

    Only the difference between the sides is known to be drag, so only that is taken out, half from each side:
    a face whose sides are alike stays as it is. An iris that was seen in the pixels was not dragged along.
    Beside it, the whole difference is that of the one that was not seen; where neither was, both followed
    both lids, whose normal height is the canonical face's.

    Parameters
    ----------
    plane : ndarray, shape (k, 2)
        Canonical x, y of all points, cm, lids already on their margins.
    response : Response
        The table.
    seen : mapping of Side to bool
        Whether the iris was seen in the pixels.
    vertices : ndarray, shape (468, 3)
        The canonical face, cm.

    Returns
    -------
    ndarray, shape (k, 2)
        The same with the points that were dragged along put back, up or down.
    """
    apart = leads(plane)
    common = {
        part: _over_canthi(plane, PARTS[part]) - _over_canthi(vertices, PARTS[part])
        for part in response.follows.get("iris", {})
    }
    plane = plane.copy()
    plane[_both(WINGS), 1] -= response.wings_follow * (
        _over_canthi(plane, CORNERS) - _over_canthi(vertices, CORNERS)
    )
    for part in response.follows:
        away, together = response.shift(part, apart) / 2, 0.0
        if part == "iris":
            together = 0.0 if any(seen.values()) else response.shift(part, common)
            away *= 1 if seen["right"] == seen["left"] else 2
        for side, sign in zip(SIDES, (1, -1), strict=True):
            if part != "iris" or not seen[side]:
                plane[MEDIAPIPE_478.of(side, PARTS[part]), 1] -= sign * away + together
    return plane


def whole_brows(plane: FloatArray, response: Response, vertices: FloatArray) -> FloatArray:
    """Give both brows back the part of their distance to a normal height that the mesh takes.

    The part of their difference that it takes is found in `asymmetry.extract.halves.common`, and stays.

    Parameters
    ----------
    plane : ndarray, shape (k, 2)
        Canonical x, y of all points, cm.
    response : Response
        The table.
    vertices : ndarray, shape (468, 3)
        The canonical face, cm, whose brows are at a normal height.

    Returns
    -------
    ndarray, shape (k, 2)
        The same with all points of both brows moved up or down together.
    """
    brow = MEDIAPIPE_478.groups["brow"]
    away = _over_canthi(plane, brow) - _over_canthi(vertices, brow)
    plane = plane.copy()
    plane[_both(brow), 1] += (1 / response.brows_shown - 1) * away
    return plane


def _over_canthi(points: FloatArray, names: tuple[str, ...]) -> float:
    """Mean height of both sides' points over that of all canthi."""
    return float(
        points[_both(names), 1].mean() - points[_both(MEDIAPIPE_478.groups["canthi"]), 1].mean()
    )


def _both(names: tuple[str, ...]) -> list[int]:
    return MEDIAPIPE_478.right(names) + MEDIAPIPE_478.left(names)
