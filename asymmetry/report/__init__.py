"""The report: a series as one HTML or PDF file, and the overlays and plots in it (extra ``report``).

The names are loaded when they are first used: overlays work where matplotlib and jinja2 are missing.
"""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
