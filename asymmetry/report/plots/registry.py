"""Plots that are put into every report beside its own, each by registering itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asymmetry.report.plots.style import Setting
from asymmetry.series import History

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Plot", "list_plots", "register_plot", "unregister_plot"]


@dataclass(frozen=True)
class Plot:
    """A plot for reports.

    Attributes
    ----------
    title : str
        Its heading, and its name.
    draw : callable
        Takes a series and a `Setting`, and returns a figure, see `asymmetry.report.plots.style.new_figure`;
        None where there is nothing to draw.
    describe : callable
        Takes the same, and returns the figure in words with its numbers, for those who don't see it.
    """

    title: str
    draw: Callable[[History, Setting], Figure | None]
    describe: Callable[[History, Setting], str]


_PLOTS: dict[str, Plot] = {}


def register_plot(plot: Plot) -> Plot:
    """Put a plot into every report, after its own plots over days.

    Parameters
    ----------
    plot : Plot
        One of the same title as another takes the other's place.

    Returns
    -------
    Plot
        The plot that was given.

    Examples
    --------
    >>> from asymmetry.report.plots.style import new_figure
    >>> def draw_opening(series, setting):
    ...     figure = new_figure(4, 3)
    ...     figure.subplots().plot(series.static["day"], series.static["fissure_height_right_mm"])
    ...     return figure
    >>> def describe_opening(series, setting):
    ...     return f"Opening of the right eye in {len(series)} photos."
    >>> plot = register_plot(Plot("Right eye", draw_opening, describe_opening))
    >>> [each.title for each in list_plots()]
    ['Right eye']
    >>> unregister_plot("Right eye")
    """
    _PLOTS[plot.title] = plot
    return plot


def unregister_plot(title: str) -> None:
    """Forget a plot; one that is not known is no error.

    Examples
    --------
    >>> unregister_plot("no such plot")
    """
    _PLOTS.pop(title, None)


def list_plots() -> tuple[Plot, ...]:
    """The plots that were registered, in their order."""
    return tuple(_PLOTS.values())
