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
from .plots.registry import Plot, register_plot, unregister_plot
from .writing import write_report

__all__ = [
    "Contours",
    "Differences",
    "Guides",
    "Heights",
    "Layers",
    "Overlay",
    "Plot",
    "Points",
    "SideNames",
    "Spread",
    "register_plot",
    "render",
    "unregister_plot",
    "write_report",
]
