"""The report: a series as one HTML or PDF file, and the overlays and plots in it (extra ``report``).

The names are loaded when they are first used: overlays work where matplotlib and jinja2 are missing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asymmetry.report.overlays import (
        Contours,
        Differences,
        Guides,
        Heights,
        Layers,
        Overlay,
        Points,
        SideNames,
        Spread,
    )
    from asymmetry.report.page import render
    from asymmetry.report.writing import write_report

__all__ = [
    "Contours",
    "Differences",
    "Guides",
    "Heights",
    "Layers",
    "Overlay",
    "Points",
    "SideNames",
    "Spread",
    "render",
    "write_report",
]

_HOMES = {"render": "page", "write_report": "writing"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES.get(name, 'overlays')}"), name)
