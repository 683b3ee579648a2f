"""Metrics of a program's own in an archive."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Sequence

from asymmetry.core.landmarks import Landmarks
from asymmetry.errors import InvalidInputError
from asymmetry.metrics import Metric, measure

__all__ = ["check_metrics", "is_found_by_name"]


def check_metrics(
    metrics: Iterable[str | Metric] | None, engine: str
) -> Sequence[str | Metric] | None:
    """Refuse, before any work, metrics that can't be measured or not be taken to where photos are scored.

    Parameters
    ----------
    metrics : iterable of str or Metric, or None
        As for `measure`.
    engine : str
        Where they are measured.

    Returns
    -------
    list of str or Metric, or None
        The same.

    Raises
    ------
    InvalidInputError
        If there is no such metric, or another process can't find it.

    Examples
    --------
    >>> check_metrics("mrd1", "local")
    ['mrd1']
    """
    if metrics is None:
        return None
    if isinstance(metrics, str | Metric):
        metrics = [metrics]
    chosen = list(metrics)
    measure(Landmarks.blank([], status="ok"), metrics=chosen)
    for each in chosen:
        if engine == "ray" and not isinstance(each, str) and not is_found_by_name(each):
            raise InvalidInputError(
                f"metric {each.name}: Ray's processes take it by its name: define it at the top level of a "
                "module that they can import"
            )
    return chosen


def is_found_by_name(metric: Metric) -> bool:
    """Whether another process can find a metric by its module and name."""
    if metric.function.__module__ == "__main__":
        return False
    try:
        return pickle.loads(pickle.dumps(metric)) is metric
    except (AttributeError, ImportError):
        return False
