from .overlays import (
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
from .page import render
from .writing import write_report

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
