"""Throughput and memory of the core: every static metric for many faces, against one copy of their points.

Run it as ``python -m benchmarks.core`` or ``make bench``. Times differ from machine to machine, ratios less.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import time
import tracemalloc
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from asymmetry.core.landmarks import Landmarks
from asymmetry.metrics import measure, movement
from asymmetry.synthetic import face
from benchmarks.speed_docs import add_docs_option, show_tables

__all__ = ["extra_memory", "fastest", "fastest_of", "machine", "main", "report", "some_faces"]

# The unit of the ratios.
_COPY = "one copy of the points"
# Runs of each task; the fastest counts, for whatever else a machine does only takes the caches away.
_RUNS = 7
# Faces that differ; the rest repeat them, so that making them takes no time.
_DIFFERENT = 1000
# Numbers of faces that the time per face is compared over.
_SIZES = (1, 1_000, 10_000, 30_000, 100_000, 1_000_000)


def some_faces(n: int) -> Landmarks:
    """Frontal faces whose points are scattered a little.

    Parameters
    ----------
    n : int
        Number of faces.

    Returns
    -------
    Landmarks
        n rows, hardly one of them a special case.
    """
    made = face(_DIFFERENT, noise_px=1.0)
    made = replace(made, spread=np.full(made.spread.shape, 0.4, np.float32))
    return made[np.arange(n) % _DIFFERENT]


def fastest(task: Callable[[], object], runs: int = _RUNS) -> float:
    """Processor seconds of the fastest of several runs."""
    return fastest_of({"": task}, runs)[""]


def fastest_of(tasks: Mapping[str, Callable[[], object]], runs: int = _RUNS) -> dict[str, float]:
    """Processor seconds of the fastest of several runs of each task; they take turns."""
    seconds = dict.fromkeys(tasks, math.inf)
    for _ in range(runs):
        for name, task in tasks.items():
            start = time.process_time()
            task()
            seconds[name] = min(seconds[name], time.process_time() - start)
    return seconds


def extra_memory(task: Callable[[], object], landmarks: Landmarks) -> float:
    """Most that a task holds at a time, its result included, in parts of the points' own memory."""
    tracemalloc.start()
    try:
        task()
        return tracemalloc.get_traced_memory()[1] / landmarks.points.nbytes
    finally:
        tracemalloc.stop()


def machine() -> str:
    """The machine and the versions, in a line."""
    where = f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}"
    return f"{where}; Python {platform.python_version()}, NumPy {np.__version__}"


def report(n: int) -> str:
    """Measure, and say so in a table.

    Parameters
    ----------
    n : int
        Number of faces; smaller numbers are compared with it.
    """
    landmarks = some_faces(n)
    tasks: dict[str, Callable[[], object]] = {
        _COPY: _copy_into_place(landmarks),
        "static metrics": lambda: measure(landmarks, sd=False),
        "static metrics with SDs": lambda: measure(landmarks),
        "movements with SDs": lambda: movement(landmarks, landmarks),
    }
    seconds = {name: taken / n for name, taken in fastest_of(tasks).items()}
    copy = seconds[_COPY]
    lines = [
        f"| {n:,} faces | µs a face | × copy | faces/s | extra memory |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, s in seconds.items():
        memory = extra_memory(tasks[name], landmarks)
        lines.append(f"| {name} | {s * 1e6:.2f} | {s / copy:.1f} | {1 / s:,.0f} | {memory:.0%} |")
    lines += [
        "",
        "| µs a face (× copy) | one copy | static metrics | with SDs |",
        "|---|---:|---:|---:|",
    ]
    for size in sorted({min(size, n) for size in _SIZES}):
        some = landmarks[:size]
        taken = fastest_of(
            {
                _COPY: _copy_into_place(some),
                "": partial(measure, some, sd=False),
                "sd": partial(measure, some),
            }
        )
        own, *others = (each / size * 1e6 for each in taken.values())
        cells = [f"{each:.2f} ({each / own:.1f})" for each in others]
        lines.append(f"| {size:,} | {own:.2f} | {' | '.join(cells)} |")
    return "\n".join([*lines, "", f"{machine()}; processor time, fastest of {_RUNS} runs"])


def _copy_into_place(landmarks: Landmarks) -> Callable[[], object]:
    """Copying the points into memory that is there already, as the processor and its caches can at best."""
    place = landmarks.points.copy()
    return partial(np.copyto, place, landmarks.points)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description="Throughput of the core against one copy of the points."
    )
    parser.add_argument(
        "--faces", type=int, default=100_000, help="number of faces (default: %(default)s)"
    )
    add_docs_option(parser)
    chosen = parser.parse_args()
    show_tables({"core": report(chosen.faces)}, "core", docs=chosen.docs)


if __name__ == "__main__":
    main()
