"""Which named points a metric reads, and which of them a landmark scheme lacks."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from asymmetry.core.frame import face_frame
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import get_scheme
from asymmetry.errors import InvalidInputError
from asymmetry.metrics.definition import Metric, MovementMetric

__all__ = ["lacking", "not_carried", "points_of"]


class _Asked(dict[str, int]):
    """Rows of points that remembers which were asked for."""

    def __init__(self, rows: Mapping[str, int]) -> None:
        super().__init__(rows)
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> int:
        self.names.add(name)
        return super().__getitem__(name)


@functools.cache
def points_of(metric: Metric, scheme: str) -> frozenset[str]:
    """Names of the points that a metric reads: those that it asks for when there is no face to measure.

    Examples
    --------
    >>> from asymmetry.metrics.mouth import ala_height
    >>> sorted(points_of(ala_height, "mediapipe478"))
    ['ala']
    """
    return _points_of(metric, scheme)


def _points_of(metric: Metric, scheme: str) -> frozenset[str]:
    nobody = face_frame(Landmarks.blank([], status="ok", scheme=scheme))
    asked = _Asked(nobody.rows)
    faces = [replace(nobody, rows=asked)] * metric.photos
    with np.errstate(all="ignore"):
        metric(*metric.views(*faces))
    if isinstance(metric, MovementMetric):
        for other in (*metric.parts, *(metric.during or ())[:1]):
            asked.names |= _points_of(other, scheme)
    return frozenset(asked.names)


@functools.lru_cache(1024)
def lacking(metric: Metric, scheme: str) -> tuple[str, ...]:
    """Names of the points that a metric reads and a scheme does not have: none where it carries the metric.

    Examples
    --------
    >>> from asymmetry.metrics.eye import mrd1
    >>> lacking(mrd1, "dlib68"), lacking(mrd1, "wflw98")
    (('iris_centre',), ())
    """
    try:
        names = _points_of(metric, scheme)
    except InvalidInputError:
        raise
    except Exception:  # noqa: BLE001  a metric of one's own may not take no photos at all
        return ()
    return tuple(sorted(name for name in names if not get_scheme(scheme).has(name)))


def not_carried(metrics: Iterable[Metric], scheme: str) -> dict[str, list[str]]:
    """The metrics whose points a scheme lacks: name to the points that it would need.

    Examples
    --------
    >>> from asymmetry.metrics.eye import fissure_height, mrd1
    >>> not_carried([fissure_height, mrd1], "dlib68")
    {'mrd1': ['iris_centre']}
    """
    found = {metric.name: list(lacking(metric, scheme)) for metric in metrics}
    return {name: points for name, points in found.items() if points}
