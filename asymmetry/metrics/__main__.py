"""The catalogue as a page: ``python -m asymmetry.metrics > docs/metrics.md``."""

from __future__ import annotations

import sys

from asymmetry.metrics import MAX_YAW, MAX_YAW_HORIZONTAL, Metric, catalogue

__all__ = ["page"]

_HEAD = f"""# Metrics

Written by `python -m asymmetry.metrics`; a test holds it to the code.

Right and left are the patient's own. Heights count upwards from the level line through the pupils, so what
lies below it is negative. A metric with sides fills three columns, `<metric>_right_<unit>`,
`<metric>_left_<unit>` and `<metric>_diff_<unit>`; the difference is right minus left, and never absolute. A
metric of the whole face fills `<metric>_<unit>`. What could not be measured is NaN, and the row's `reason` says
why.

Metrics marked ↔ lean on distances across the face: they are not measured when the head is turned more than
{MAX_YAW_HORIZONTAL:g}° to a side. Beyond {MAX_YAW:g}° nothing is.

| metric | unit | sides | what is measured | positive means | source |
|---|---|---|---|---|---|
"""


def page() -> str:
    """The catalogue as Markdown.

    Examples
    --------
    >>> page().splitlines()[0]
    '# Metrics'
    """
    return _HEAD + "".join(map(_row, catalogue().values()))


def _row(metric: Metric) -> str:
    sides = "right, left, diff" if metric.sides else "whole"
    name = f"`{metric.name}`{' ↔' if metric.horizontal else ''}"
    cells = (name, metric.unit, sides, metric.definition, metric.sign, metric.source)
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    sys.stdout.write(page())
