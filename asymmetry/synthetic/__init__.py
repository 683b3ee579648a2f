"""Faces with a known truth: warps and retakes of real photos, parametric landmarks, a dated demo."""

from __future__ import annotations

from asymmetry.synthetic.bruise import ABSORPTION, Bruise, PaintedSkin, paint_bruise
from asymmetry.synthetic.demo import Demo, Portrait, demo_portrait, make_demo
from asymmetry.synthetic.move import PARTS, Move, Part
from asymmetry.synthetic.noise import Jittered, jitter_photo
from asymmetry.synthetic.parametric import face
from asymmetry.synthetic.retake import Retake, Retaken, Sitter, prepare_sitter, retake_photo
from asymmetry.synthetic.setting import CLINIC, HOME, SETTINGS, Setting, draw_occasion, draw_photo
from asymmetry.synthetic.warp import Warped, warp_photo

__all__ = [
    "ABSORPTION",
    "CLINIC",
    "HOME",
    "PARTS",
    "SETTINGS",
    "Bruise",
    "Demo",
    "Jittered",
    "Move",
    "PaintedSkin",
    "Part",
    "Portrait",
    "Retake",
    "Retaken",
    "Setting",
    "Sitter",
    "Warped",
    "demo_portrait",
    "draw_occasion",
    "draw_photo",
    "face",
    "jitter_photo",
    "make_demo",
    "paint_bruise",
    "prepare_sitter",
    "retake_photo",
    "warp_photo",
]
