"""Style and helpers of all plots. Figures are made without pyplot, so that plots share no state."""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from asymmetry.core.text import Text
from asymmetry.errors import MissingExtraError
from asymmetry.report.palette import GREY

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["SMALL", "WIDTH", "Setting", "new_figure", "style_axes", "svg"]

#: Inches: as wide as a phone's page, so that letters are shown there as large as they are here.
WIDTH = 3.7
#: Points of the smallest letters: 11 px on the page.
SMALL = 8.25
_SVG_DPI = 72  # of matplotlib's SVG files
_SETTING = threading.Lock()


@dataclass(frozen=True)
class Setting:
    """Words and dates for every plot of one series.

    Attributes
    ----------
    text : Text
        The words.
    treated : bool
        Whether day 0 is a treatment.
    noted : tuple of float
        Days of notes; the first one is number 1.
    """

    text: Text
    treated: bool
    noted: tuple[float, ...] = ()

    @property
    def since(self) -> str:
        """Words for the day from which days are counted."""
        if self.treated:
            return self.text("page.since_treatment")
        return self.text("page.since_first")


def new_figure(width: float, height: float) -> Figure:
    """Make an empty figure; its size is in inches.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("drawing a plot", "report") from error
    return Figure(figsize=(width, height), layout="constrained")


def svg(figure: Figure) -> bytes:
    """A figure as an SVG file; the letters are outlines, so no font is needed to see them."""
    from matplotlib import rc_context

    stream = io.BytesIO()
    _place_axes(figure)
    # The same figure gives the same file. What is set there holds for all threads.
    with _SETTING, rc_context({"svg.hashsalt": "asymmetry"}):
        figure.savefig(
            stream, format="svg", transparent=True, metadata={"Date": None, "Creator": None}
        )
    return stream.getvalue()


def _place_axes(figure: Figure) -> None:
    """Lay a figure out for an SVG file; `savefig` would draw all of it once more for the same layout."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    engine, canvas, dpi = figure.get_layout_engine(), figure.canvas, figure.dpi
    if engine is None:
        return
    FigureCanvasSVG(figure)  # letters are as wide as they will be there
    figure.dpi = _SVG_DPI
    engine.execute(figure)
    figure.dpi = dpi
    figure.set_canvas(canvas)
    figure.set_layout_engine(None)


def style_axes(axes: Axes, text: Text, values: Literal["x", "y"] = "y") -> None:
    """Give axes no box, a light grid of values, and numbers in the notation of the language."""
    from matplotlib.ticker import FuncFormatter, ScalarFormatter

    def write_number(value: float, _: object) -> str:
        return f"{round(value, 6) + 0.0:g}".replace("-", "−").replace(".", text.decimal)

    axes.grid(axis=values, color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(colors=GREY, labelcolor="black")
    for axis in (axes.xaxis, axes.yaxis):
        if isinstance(axis.get_major_formatter(), ScalarFormatter):  # not names of parts
            axis.set_major_formatter(FuncFormatter(write_number))
