"""``python -m benchmarks.golden``: writes ``tests/golden.csv``, what 12 photos measure.

A number that moves raises `asymmetry.core.version.SCORE_VERSION`, and the table is written anew.
"""

from __future__ import annotations

import csv
import importlib.util
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from asymmetry.core.table import Measurements
from asymmetry.core.version import SCORE_VERSION
from asymmetry.extract import Extractor
from asymmetry.metrics import catalogue, measure
from benchmarks.fidelity.photos import SHARED

__all__ = ["TABLE", "golden_photos", "main", "read_table", "rows"]

TABLE = Path(__file__).resolve().parents[1] / "tests" / "golden.csv"
#: Photos in wheels, and those of the shared faces.
_WHEELS = {"matplotlib": "mpl-data/sample_data/grace_hopper.jpg", "skimage": "data/astronaut.png"}
_SHARED = (
    "lisa/lisa1.jpg",
    "london/009_neutral.jpg",
    "london/013_smiling.jpg",
    "london/070_neutral.jpg",
    "london/137_neutral.jpg",
    "more/008_03.jpg",
    "more/044f.jpg",
    "portraits/r01.jpg",
    "portraits/r10.jpg",
    "warped/009_browL_up6.jpg",
)


def golden_photos() -> dict[str, Path]:
    """The photos that are there, by name."""
    found = {}
    for package, inside in _WHEELS.items():
        spec = importlib.util.find_spec(package)
        if spec is not None and spec.origin is not None:
            found[Path(inside).name] = Path(spec.origin).parent / inside
    found |= {name: SHARED / name for name in _SHARED}
    return {name: path for name, path in found.items() if path.is_file()}


def rows(table: Measurements, names: list[str]) -> Iterator[tuple[str, str, float]]:
    """Photo, column, and value, of every metric of every photo."""
    for i, name in enumerate(names):
        for metric in catalogue().values():
            for column in metric.columns:
                yield name, column, float(table[column][i])


def read_table() -> tuple[int, dict[tuple[str, str], float]]:
    """The version and the numbers that were written."""
    with TABLE.open(newline="", encoding="utf-8") as lines:
        version = int(lines.readline().rpartition(" ")[2])
        return version, {
            (row["photo"], row["column"]): float(row["value"]) for row in csv.DictReader(lines)
        }


def main() -> None:
    """Measure and write."""
    photos = golden_photos()
    with Extractor() as extractor:
        table = measure(extractor.extract(list(photos.values())), sd=False)
    with TABLE.open("w", newline="", encoding="utf-8") as lines:
        lines.write(f"# score_version {SCORE_VERSION}\n")
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(("photo", "column", "value"))
        for name, column, value in rows(table, list(photos)):
            writer.writerow((name, column, "nan" if np.isnan(value) else f"{value:.3f}"))


if __name__ == "__main__":
    main()
