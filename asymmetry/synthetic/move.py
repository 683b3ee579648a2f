"""A known shift of one named part of a face, on one of the patient's own sides, in millimetres."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from asymmetry.errors import InvalidInputError

__all__ = ["PARTS", "Move", "Part"]

Part = Literal["brow", "mouth_corner", "upper_lid", "lower_lid"]

#: Points of each part; they move with it.
PARTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "brow": MEDIAPIPE_478.groups["brow"],
        "mouth_corner": ("commissure", "inner_commissure"),
        "upper_lid": MEDIAPIPE_478.groups["upper_lid"],
        "lower_lid": MEDIAPIPE_478.groups["lower_lid"],
    }
)


@dataclass(frozen=True)
class Move:
    """A known shift of one part of one side of a face.

    Parameters
    ----------
    part : {"brow", "mouth_corner", "upper_lid", "lower_lid"}
        The part that moves.
    side : {"right", "left"}
        The patient's own side.
    up_mm, out_mm : float
        Distance in the face's own frame: up, and away from the midline. Lids move up or down only.

    Raises
    ------
    InvalidInputError
        If the part or the side is not known, or a length is not a finite number.

    Examples
    --------
    >>> Move("brow", "right", up_mm=-3.0)
    Move(part='brow', side='right', up_mm=-3.0, out_mm=0.0)
    """

    part: Part
    side: Side
    up_mm: float = 0.0
    out_mm: float = 0.0

    def __post_init__(self) -> None:
        if self.part not in PARTS:
            raise InvalidInputError(
                f"no part is called {self.part!r}; known: {', '.join(get_args(Part))}"
            )
        if self.side not in SIDES:
            raise InvalidInputError(f"side {self.side!r}: use 'right' or 'left', the patient's own")
        if not (math.isfinite(self.up_mm) and math.isfinite(self.out_mm)):
            raise InvalidInputError(
                f"{self.side} {self.part}: {self.up_mm}, {self.out_mm} are not lengths"
            )
        if self.part.endswith("lid") and self.out_mm:
            raise InvalidInputError(
                f"{self.side} {self.part}: a lid moves up or down only, not out"
            )
