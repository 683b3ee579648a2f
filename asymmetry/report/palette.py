"""Colours that are told apart with any colour vision (Okabe and Ito, Color Universal Design, 2008)."""

from __future__ import annotations

__all__ = ["DIFFERENCE", "LEFT", "RIGHT", "SIDE_COLOURS"]

RIGHT = "#0072b2"  # blue
LEFT = "#d55e00"  # vermilion
DIFFERENCE = "#222222"
SIDE_COLOURS = {"right": RIGHT, "left": LEFT}
