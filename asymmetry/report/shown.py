"""`Drawn`: a plot as it is put into a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from asymmetry.report.pictures import data_address
from asymmetry.report.plots.style import svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Drawn"]


@dataclass(frozen=True)
class Drawn:
    """A plot on the page: its address, its content in words, and its heading."""

    address: str = field(repr=False)
    alt: str
    title: str = ""

    @classmethod
    def of(cls, figure: Figure, alt: str, title: str = "") -> Drawn:
        """A figure, to be put into the page itself."""
        return cls(data_address("image/svg+xml", svg(figure)), alt, title)
