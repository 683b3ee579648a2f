"""Throughput and memory of the core: every static metric for many faces, against one copy of their points.

Run it as ``python -m benchmarks.core`` or ``make bench``. Times differ from machine to machine, ratios less.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import MEDIAPIPE_478
from asymmetry.metrics import measure, movement

__all__ = ["extra_memory", "fastest", "machine", "main", "report", "some_faces"]

# Runs of each task; the fastest counts, for whatever else a machine does only takes the caches away.
_RUNS = 7
# Faces that differ; the rest repeat them, so that making them takes no time.
_DIFFERENT = 1000
# Numbers of faces that the time per face is compared over.
_SIZES = (1, 1_000, 10_000, 100_000, 1_000_000)


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
    made = Landmarks.from_points(points)
    made = replace(made, spread=np.full(made.spread.shape, 0.4, np.float32))
    return made[np.arange(n) % _DIFFERENT]


def fastest(task: Callable[[], object], runs: int = _RUNS) -> float:
    """Processor seconds of the fastest of several runs."""
    times = []
    for _ in range(runs):
        start = time.process_time()
        task()
        times.append(time.process_time() - start)
    return min(times)


def extra_memory(task: Callable[[], object], landmarks: Landmarks) -> float:
    """Most that a task holds at a time, its result included, in parts of the points' own memory."""
    tracemalloc.start()
    try:
        task()
        return tracemalloc.get_traced_memory()[1] / landmarks.points.nbytes
    finally:
        tracemalloc.stop()


def machine() -> str:
    """What ran it, in a line."""
    where = f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}"
    return f"{where}; Python {platform.python_version()}, NumPy {np.__version__}"


def _both(landmarks: Landmarks) -> tuple[Callable[[], float], Callable[[], float]]:
    """Seconds of all static metrics, and of one copy of the points."""
    return lambda: fastest(lambda: measure(landmarks, sd=False)), lambda: fastest(
        landmarks.points.copy
    )


def report(n: int) -> str:
    """Measure, and say so in a table.

    Parameters
    ----------
    n : int
        Number of faces; smaller numbers are compared with it.
    """
    landmarks = some_faces(n)
    tasks: dict[str, Callable[[], object]] = {
        "one copy of the points": landmarks.points.copy,
        "static metrics": lambda: measure(landmarks, sd=False),
        "static metrics with SDs": lambda: measure(landmarks),
        "movements with SDs": lambda: movement(landmarks, landmarks),
    }
    seconds = {name: fastest(task) / n for name, task in tasks.items()}
    copy = next(iter(seconds.values()))
    lines = [
        f"| {n:,} faces | µs a face | × copy | faces/s | extra memory |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, s in seconds.items():
        memory = extra_memory(tasks[name], landmarks)
        lines.append(f"| {name} | {s * 1e6:.2f} | {s / copy:.1f} | {1 / s:,.0f} | {memory:.0%} |")
    lines += ["", "| static metrics of | µs a face | × copy |", "|---|---:|---:|"]
    for size in sorted({min(size, n) for size in _SIZES}):
        each, copied = (task() / size for task in _both(landmarks[:size]))
        lines.append(f"| {size:,} | {each * 1e6:.2f} | {each / copied:.1f} |")
    return "\n".join([*lines, "", f"{machine()}; processor time, fastest of {_RUNS} runs"])


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description="Throughput of the core against one copy of the points."
    )
    parser.add_argument(
        "--faces", type=int, default=100_000, help="number of faces (default: %(default)s)"
    )
    print(report(parser.parse_args().faces))


if __name__ == "__main__":
    main()
