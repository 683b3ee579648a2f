"""The catalogue as a page: ``python -m asymmetry.metrics > docs/metrics.md``."""

from __future__ import annotations

import sys
from pathlib import Path

from asymmetry.core.frame import IRIS_MM, IRIS_SD_MM
from asymmetry.metrics import (
    MAX_YAW,
    MAX_YAW_HORIZONTAL,
    Metric,
    MovementMetric,
    catalogue,
    movement_catalogue,
)
from asymmetry.metrics.absolute import lasting_errors
from asymmetry.metrics.movements import STILL_SD
from asymmetry.metrics.norm import norms

__all__ = ["page"]


def page() -> str:
    """The catalogue as Markdown.

    Examples
    --------
    >>> page().splitlines()[0]
    '# Metrics'
    """
    static = (_row(metric) for metric in catalogue().values())
    moving = (_row(metric, _noise(metric)) for metric in movement_catalogue().values())
    normal = norms()
    text = Path(__file__).with_name("page.txt").read_text(encoding="utf-8")
    return text.format(
        static="".join(static),
        moving="".join(moving),
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
    name = f"`{metric.name}`"
    if metric.horizontal:
        name += " ↔"
    kinds = ", ".join(metric.kinds)
    cells = (name, metric.unit, kinds, *more, metric.definition, metric.sign, metric.source)
    return f"| {' | '.join(cells)} |\n"


def _noise(metric: MovementMetric) -> str:
    if metric.least is None:
        return ""
    return f"{metric.least:g} {metric.unit}"


if __name__ == "__main__":
    sys.stdout.write(page())
