"""Brows and corners of the mouth that the photo hardly shows, by how sure the network of marks is of them.

The mesh draws a mouth on a scarf, a hand, a cup or a caption, and a brow on a plaster, up to 13 mm off. The
network that reads their places in the pixels (`asymmetry.extract.edges.marks`) spreads its distribution there
over centimetres, whatever the colour of the cover. From a limit on the part is noted, and its error grows
with that distribution; where the network sees next to nothing, the part is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from asymmetry.core.arrays import FloatArray
from asymmetry.core.notes import Note
from asymmetry.core.schemes import MEDIAPIPE_478, Side

__all__ = ["UnclearLimits", "Widths", "note_parts", "unseen_parts", "widen_unclear"]

#: Standard deviation of where the network sees a part, cm, by part ("brow", "mouth") and side.
Widths = Mapping[str, Mapping[Side, float]]

_POINTS = {"brow": MEDIAPIPE_478.groups["brow"], "mouth": MEDIAPIPE_478.groups["mouth"]}


@dataclass(frozen=True)
class UnclearLimits:
    """From which width of the network's distribution on a part is unclear, or not seen at all.

    Attributes
    ----------
    brow, mouth : float
        The part is noted from here on, cm. Of 307 photos in colour brows have up to 0.22, and one without
        brows 0.42; under plasters, captions and fingers 0.25 to 1.1. Mouths have up to 0.17; under masks,
        scarves, cups, hands and beards 0.2 to 1.0. In a blur of 3 mm both have up to 0.8.
    unseen_brow, unseen_mouth : float
        The part is left out from here on, cm, in a photo that has colour and is not blurred: of plates of
        1872 some have 0.56 at the brow and 0.63 at the mouth, one that is wide open. Mouths under masks and
        scarves have 0.64 and more, nearly all.
    """

    brow: float = 0.25
    mouth: float = 0.2
    unseen_brow: float = 0.6
    unseen_mouth: float = 0.5


def unseen_parts(widths: Widths | None, limits: UnclearLimits) -> list[tuple[str, Side]]:
    """The parts of which the network sees next to nothing."""
    return [*_beyond(widths, {"brow": limits.unseen_brow, "mouth": limits.unseen_mouth})]


def widen_unclear(
    spread: FloatArray, widths: Widths | None, px_per_cm: float, limits: UnclearLimits
) -> FloatArray:
    """Standard deviations (k,) of points, px, to which unclear parts add the network's beyond the limit."""
    wider = spread.copy()
    for (part, side), width in _beyond(widths, vars(limits)).items():
        beyond = np.sqrt(width**2 - getattr(limits, part) ** 2) * px_per_cm
        numbers = MEDIAPIPE_478.of(side, _POINTS[part])
        wider[numbers] = np.hypot(wider[numbers], beyond)
    return wider


def note_parts(points: FloatArray, widths: Widths | None, limits: UnclearLimits) -> list[Note]:
    """Notes on unclear parts whose points (k, 3) were not left out."""
    unclear = [
        (part, side)
        for part, side in _beyond(widths, vars(limits))
        if np.isfinite(points[MEDIAPIPE_478.of(side, _POINTS[part]), 0]).any()
    ]
    brows = [side for part, side in unclear if part == "brow"]
    corners = [side for part, side in unclear if part == "mouth"]
    notes = [Note("brow_unclear", sides=brows)] if brows else []
    return [*notes, Note("corner_unclear", sides=corners)] if corners else notes


def _beyond(widths: Widths | None, limits: Mapping[str, float]) -> dict[tuple[str, Side], float]:
    """The widths that are beyond their part's limit, by part and side."""
    return {
        (part, side): width
        for part, sides in (widths or {}).items()
        for side, width in sides.items()
        if width > limits[part]
    }
