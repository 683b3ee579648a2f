"""Colours that any colour vision distinguishes (Okabe and Ito, Color Universal Design, 2008)."""

from __future__ import annotations

__all__ = [
    "DARK",
    "DIFFERENCE",
    "ERROR",
    "FARTHEST",
    "GREY",
    "LEFT",
    "LIGHT",
    "NOTE",
    "ON_PHOTO",
    "RIGHT",
    "SEEN",
    "SIDE_COLOURS",
]

RIGHT = "#0072b2"  # blue
LEFT = "#d55e00"  # vermilion
DIFFERENCE = "#222222"
SIDE_COLOURS = {"right": RIGHT, "left": LEFT}
ERROR = "#56b4e9"  # sky blue, as a band
FARTHEST = "#cc79a7"  # reddish purple
NOTE = "#009e73"  # bluish green
GREY = "#595959"  # secondary text: a contrast of 7:1 on white

#: The two sides over a photo: lighter colours, which stand out from any skin with a dark casing.
ON_PHOTO = {"right": "#56b4e9", "left": "#ff9d2e"}
LIGHT, DARK = "#ffffff", "#000000"
SEEN = "#ffe600"  # a difference that others notice
