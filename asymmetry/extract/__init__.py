"""Pixels → Landmarks. The only room that imports mediapipe, and only for the method ``plain``.

The names are loaded when they are first used, so that `doctor` runs where OpenCV or Pillow is missing.
"""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
