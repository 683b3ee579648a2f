"""The plan for 100 million photos, from figures measured here: ``python -m benchmarks.plan --docs``.

A worker reads some large photos, and then twice as many; the difference leaves its start out.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import shutil
import tempfile
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path

import asymmetry
from asymmetry.archive.jobs import Job
from asymmetry.archive.parquet import part_table, write_part
from asymmetry.archive.rows import Row
from asymmetry.photos.record import PhotoRecord
from benchmarks import speed
from benchmarks.core import some_faces
from benchmarks.speed_docs import add_docs_option, conditions, markdown, show_tables

__all__ = ["Figures", "figures_of_here", "main", "plan"]

#: Photos, bytes of one, nodes, cores of each, and the price of a core-hour: examples.
PHOTOS, BYTES, NODES, CORES, PRICE = 100_000_000, 3e6, 10, 64, 0.04
#: Photos of a part: what a worker that dies has to do again at most.
PART = 4096
# Photos that differ, how many are read, and how often.
_DIFFERENT, _READ, _RUNS = 8, 40, 3
# Rows that are written; all differ.
_ROWS = 1000


@dataclass(frozen=True)
class Figures:
    """Measured figures: seconds of a core for a photo, and bytes of a row without and with its landmarks."""

    seconds: float
    row: float
    landmarks: float


def figures_of_here() -> Figures:
    """Measure them with `hemiface` on photos of 12 megapixels, and on rows of faces that all differ."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seconds = _seconds_of_photo(folder)
        row, landmarks = (_bytes_of_row(folder / "rows.parquet", each) for each in (False, True))
    return Figures(seconds, row, landmarks)


def _seconds_of_photo(folder: Path) -> float:
    """Core-seconds of a photo beyond a worker's start, the fastest of some runs."""
    kinds = [
        speed.saved(folder / f"{i}.jpg", speed.photo(*speed.LARGE, seed=i))
        for i in range(_DIFFERENT)
    ]
    busy = {_READ: math.inf, 2 * _READ: math.inf}
    for run, count in product(range(_RUNS), busy):
        source = folder / str(count)
        source.mkdir(exist_ok=True)
        for i in range(count):
            shutil.copy(kinds[i % _DIFFERENT], source / f"{i:03d}.jpg")
        made = folder / f"{count}_{run}.parquet"
        task = partial(asymmetry.score_archive, source, made, workers=1)
        busy[count] = min(busy[count], speed.spent(task)[1])
    return (busy[2 * _READ] - busy[_READ]) / _READ


def _bytes_of_row(file: Path, landmarks: bool) -> float:
    """Bytes of a row beyond the file's own, its landmarks among them if asked for."""
    faces = some_faces(_ROWS)
    rows = [Row(faces[i], hashlib.sha256(str(i).encode()).hexdigest()) for i in range(_ROWS)]
    names = [f"P{i:06d}/{i:06d}.jpg" for i in range(_ROWS)]
    jobs = [Job(name, PhotoRecord(name)) for name in names]
    sizes = []
    for count in (_ROWS // 2, _ROWS):
        told = {"method": "hemiface"}
        table = part_table(jobs[:count], rows[:count], told, landmarks=landmarks)
        write_part(table, file)
        sizes.append(file.stat().st_size)
    return (sizes[1] - sizes[0]) / (_ROWS - _ROWS // 2)


def plan(found: Figures) -> dict[str, str]:
    """The plan's two tables."""
    hours = PHOTOS * found.seconds / 3600
    given = [
        ["", "", ""],
        ["N", "photos", f"{PHOTOS:,}"],
        ["c", "core-seconds a photo of 12 megapixels, `hemiface`", f"{found.seconds:.3f}"],
        ["b", "bytes a photo", f"*{BYTES / 1e6:.0f} MB*"],
        [
            "r",
            "bytes a row, and with landmarks",
            f"{found.row / 1e3:.1f} kB, {found.landmarks / 1e3:.1f} kB",
        ],
        ["n, k", "nodes, and cores of each", f"*{NODES}, {CORES}*"],
        ["p", "price of a core-hour", f"*{PRICE}*"],
    ]
    bandwidth = NODES * CORES * BYTES / found.seconds
    made = PHOTOS * found.row / 1e9, PHOTOS * found.landmarks / 1e12
    minutes = PART * found.seconds / 60
    told = [
        ["", "", ""],
        ["core-hours", "N · c / 3600", f"{hours:,.0f}"],
        ["hours", "N · c / 3600 / (n · k)", f"{hours / NODES / CORES:.1f}"],
        ["read from storage", "N · b", f"{PHOTOS * BYTES / 1e12:.0f} TB"],
        ["bandwidth of the storage", "n · k · b / c", f"{bandwidth / 1e9:.0f} GB/s"],
        ["the file, and with landmarks", "N · r", f"{made[0]:.0f} GB, {made[1]:.1f} TB"],
        ["price of all", "N · c / 3600 · p", f"{hours * PRICE:,.0f}"],
        ["lost when a worker dies", f"{PART} · c", f"{minutes:.0f} minutes of one core"],
    ]
    return {
        "plan_given": f"{markdown(given)}\n\n{conditions(_RUNS)}",
        "plan": markdown(told),
    }


def main() -> None:
    """Measure, print, and write into the docs if asked."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.plan", description="The plan for 100 million photos."
    )
    add_docs_option(parser)
    chosen = parser.parse_args()
    show_tables(plan(figures_of_here()), "plan", docs=chosen.docs)


if __name__ == "__main__":
    main()
