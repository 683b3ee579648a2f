"""Pixels → Landmarks. The only room that imports mediapipe, and it does so when an `Extractor` is made."""

from __future__ import annotations

from asymmetry.extract.extractor import Extractor, Method

__all__ = ["Extractor", "Method"]
