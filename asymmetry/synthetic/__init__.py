"""Faces with a known truth: one-sided warps of real photos, parametric landmarks, and a dated demo series."""

from __future__ import annotations

from asymmetry.synthetic.demo import Demo, Portrait, demo_portrait, make_demo
from asymmetry.synthetic.move import PARTS, Move, Part
from asymmetry.synthetic.noise import Jittered, jitter_photo
from asymmetry.synthetic.parametric import face
from asymmetry.synthetic.warp import Warped, warp_photo

__all__ = [
    "PARTS",
    "Demo",
    "Jittered",
    "Move",
    "Part",
    "Portrait",
    "Warped",
    "demo_portrait",
    "face",
    "jitter_photo",
    "make_demo",
    "warp_photo",
]
