"""Throughput of the core: every static metric for many faces, against one copy of their points.

Run it as ``python -m benchmarks.core`` or ``make bench``. Times differ from machine to machine, ratios less.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Callable

import numpy as np

from asymmetry.core.frame import face_frame
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import MEDIAPIPE_478
from asymmetry.metrics import catalogue, measure, measuring

__all__ = ["fastest", "main", "report", "some_faces"]

# Runs of each task; the fastest counts, for whatever else a machine does only slows a run down.
_RUNS = 5
# Faces that differ; the rest repeat them, so that making them takes no time.
_DIFFERENT = 1000


def some_faces(n: int) -> Landmarks:
    """Frontal faces of scattered points: what they measure means nothing, the work is the same.

    Parameters
    ----------
    n : int
        Number of faces.

    Returns
    -------
    Landmarks
        n rows, none of them a special case.
    """
    rng = np.random.default_rng(0)
    shape = (MEDIAPIPE_478.size, 3)
    points = rng.normal(500, 100, shape) + rng.normal(0, 1, (_DIFFERENT, *shape))
    return Landmarks.from_points(points)[np.arange(n) % _DIFFERENT]


def fastest(task: Callable[[], object], runs: int = _RUNS) -> float:
    """Seconds of the fastest of several runs."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        task()
        times.append(time.perf_counter() - start)
    return min(times)


def report(n: int) -> str:
    """Measure, and say so in a small table.

    Parameters
    ----------
    n : int
        Number of faces.
    """
    landmarks = some_faces(n)
    few = landmarks[: measuring.CHUNK]
    tasks: dict[str, tuple[int, Callable[[], object]]] = {
        "one copy of the points": (n, landmarks.points.copy),
        f"{len(catalogue())} metrics of all faces": (n, lambda: measure(landmarks)),
        f"{len(catalogue())} metrics of {len(few)} faces": (len(few), lambda: measure(few)),
        f"the frame of {len(few)} faces": (len(few), lambda: face_frame(few)),
        f"{len(catalogue())} metrics of one face": (1, lambda: measure(few[0])),
    }
    seconds = {name: fastest(task) / count for name, (count, task) in tasks.items()}
    copy = next(iter(seconds.values()))
    lines = [f"{'per face':28}{'µs':>10}{'× copy':>10}{'faces/s':>12}"]
    lines += [f"{name:28}{s * 1e6:10.2f}{s / copy:10.1f}{1 / s:12,.0f}" for name, s in seconds.items()]
    machine = f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}"
    versions = f"Python {platform.python_version()}, NumPy {np.__version__}"
    points = f"{n:,} faces, points of {landmarks.points.nbytes / 1e6:,.0f} MB"
    return "\n".join([*lines, "", f"{points}; {machine}; {versions}; fastest of {_RUNS} runs"])


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Throughput of the core against one copy of the points.")
    parser.add_argument("--faces", type=int, default=100_000, help="number of faces (default: %(default)s)")
    print(report(parser.parse_args().faces))


if __name__ == "__main__":
    main()
