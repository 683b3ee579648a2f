"""Pixels → Landmarks. The only room that imports mediapipe, and it does so when an `Extractor` is made.

The names are loaded when they are first used, so that `doctor` runs where OpenCV or Pillow is missing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asymmetry.extract.extractor import Extractor, Method

__all__ = ["Extractor", "Method"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module("asymmetry.extract.extractor"), name)
