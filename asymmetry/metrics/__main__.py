"""The catalogue as a page: ``python -m asymmetry.metrics > docs/metrics.md``."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from pathlib import Path

from asymmetry.core.frame import IRIS_MM
from asymmetry.core.scale import IRIS_SD_MM
from asymmetry.metrics import (
    MAX_YAW,
    MAX_YAW_HORIZONTAL,
    Metric,
    MovementMetric,
    catalogue,
    movement_catalogue,
)
from asymmetry.metrics.absolute import lasting_errors
from asymmetry.metrics.norm import norms
from asymmetry.metrics.still import STILL_SD

__all__ = ["page"]


def page() -> str:
    """The catalogue as Markdown.

    Examples
    --------
    >>> page().splitlines()[0]
    '# Metrics'
    """
    static, moving = catalogue().values(), movement_catalogue().values()
    normal = norms()
    text = Path(__file__).with_name("page.txt").read_text(encoding="utf-8")
    return text.format(
        static="".join(_row(metric) for metric in static),
        moving="".join(_row(metric, _noise(metric)) for metric in moving),
        static_sections="\n".join(map(_section, static)),
        moving_sections="\n".join(map(_section, moving)),
        iris=100 * IRIS_SD_MM / IRIS_MM,
        people=lasting_errors().people,
        yaw=MAX_YAW,
        yaw_horizontal=MAX_YAW_HORIZONTAL,
        still_sd=STILL_SD,
        adults=len(normal.people["rest"]),
        smiling=len(normal.people["smile_open"]),
        youngest=normal.ages[0],
        oldest=normal.ages[1],
    )


def _row(metric: Metric, *more: str) -> str:
    name = f"[`{metric.name}`](#{metric.name})"
    if metric.horizontal:
        name += " ↔"
    return f"| {' | '.join((name, metric.definition, metric.unit, *more))} |\n"


def _section(metric: Metric) -> str:
    """A metric by itself: where it measures, its source, healthy people and error."""
    lines = [
        f"### `{metric.name}`\n",
        f"![Where {metric.name} measures](drawings/{metric.name}.svg)\n",
        f"{metric.definition}\n",
        f"- **Columns**: {', '.join(f'`{column}`' for column in metric.columns)}.",
        f"- **Positive**: {metric.sign}.",
        f"- **Source**: {metric.source}",
        *_healthy(metric.name),
    ]
    return "\n".join(lines) + "\n"


def _healthy(name: str) -> Iterator[str]:
    """How far healthy sides are apart, and the error of such a difference."""
    norm = norms().get(name)
    if norm is None:
        yield "- **Healthy sides**: not known; no set of photos of healthy people shows it."
        return
    low, high = norm.p90_interval
    interval, shown = "", ""
    if norm.expression != "rest":
        shown = " in a smile"
    if math.isfinite(low):
        interval = f" ({low:g} to {high:g} in 95 %)"
    yield f"- **Healthy sides**{shown}: {norm.words.removesuffix('.')}{interval}."
    for source in norm.sources:
        yield f"- **Published**: {source}."
    yield f"- **Error** of such a difference: {norm.sd:g} {norm.unit} (standard deviation)."


def _noise(metric: MovementMetric) -> str:
    if metric.least is None:
        return ""
    return f"{metric.least:g} {metric.unit}"


if __name__ == "__main__":
    sys.stdout.write(page())
