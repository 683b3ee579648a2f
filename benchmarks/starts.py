"""The cost of a start, of a long table as text, and of a photo where memory costs nothing.

Run it as ``python -m benchmarks.starts`` or ``make bench``. Starts are told in parts of ``import numpy``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

import numpy as np

from asymmetry.metrics import measure
from benchmarks import speed
from benchmarks.core import some_faces
from benchmarks.speed_docs import add_docs_option, conditions, markdown, show_tables

__all__ = ["kept_memory", "long_table", "main", "starts"]

_NUMPY = '`python -c "import numpy"`'
_STARTS = {
    _NUMPY: "import numpy",
    "`import asymmetry`": "import asymmetry",
    "`asymmetry --help`": "import sys; sys.argv = ['asymmetry', '--help']\n"
    "from asymmetry.cli import main; main()",
    "`Extractor()`": "import asymmetry; asymmetry.Extractor()",
    "`Extractor()` and its first photo": "import asymmetry, sys; asymmetry.score(sys.argv[1])",
}
#: glibc keeps what was freed, however large, so that the system need not clear it again.
_KEEP = {"MALLOC_MMAP_THRESHOLD_": str(2**30), "MALLOC_TRIM_THRESHOLD_": str(2**32)}
_LONG = 100_000


def starts(runs: int) -> list[list[str]]:
    """Rows of a table: processor seconds of new processes, the fastest of runs that take turns."""
    with tempfile.TemporaryDirectory() as name:
        photo = speed.saved(Path(name, "small.jpg"), speed.photo(speed.SMALL, speed.SMALL))
        # Modules are compiled once, by the run that isn't counted.
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": name}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        seconds = dict.fromkeys(_STARTS, np.inf)
        for run in range(runs + 1):
            for kind, code in _STARTS.items():
                before = os.times()
                command = [sys.executable, "-c", code, str(photo)]
                subprocess.run(command, env=environment, check=False, capture_output=True)
                taken = sum(os.times()[2:4]) - sum(before[2:4])
                if run:
                    seconds[kind] = min(seconds[kind], taken)
    rows = [["a new process", "processor seconds", "× `import numpy`"]]
    for kind, taken in seconds.items():
        rows.append([kind, f"{taken:.2f}", f"{taken / seconds[_NUMPY]:.1f}"])
    return rows


def long_table() -> list[list[str]]:
    """Rows of a table: a long table as CSV, by seconds and by memory beyond the table's own."""
    table = measure(some_faces(_LONG))
    with tempfile.TemporaryDirectory() as name:
        path = Path(name, "long.csv")
        before = time.process_time()
        table.to_csv(path)
        taken = time.process_time() - before
        tracemalloc.start()
        table.to_csv(path)
        memory = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        size = path.stat().st_size
    return [
        [f"{_LONG:,} rows of {len(list(table))} columns", "seconds", "MB of text", "MB of memory"],
        ["`to_csv`", f"{taken:.1f}", f"{size / 1e6:.0f}", f"{memory / 1e6:.0f}"],
    ]


def kept_memory(runs: int) -> list[list[str]]:
    """Rows of a table: `benchmarks.speed.pipelines` where glibc keeps memory, by a process of its own."""
    code = (
        "import json, sys; from pathlib import Path; from benchmarks import speed\n"
        "path = speed.saved(Path(sys.argv[1], 'large.jpg'), speed.photo(*speed.LARGE))\n"
        f"print(json.dumps(speed.pipelines(path, {runs})))"
    )
    with tempfile.TemporaryDirectory() as name:
        command = [sys.executable, "-c", code, name]
        done = subprocess.run(
            command, env={**os.environ, **_KEEP}, check=True, capture_output=True, text=True
        )
    rows: list[list[str]] = json.loads(done.stdout.splitlines()[-1])
    rows[0][0] += ", memory kept"
    return rows


def main() -> None:
    """Measure, print, and write into the docs if asked."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.starts", description="What a start costs."
    )
    parser.add_argument("--runs", type=int, default=7, help="runs of each (default: %(default)s)")
    add_docs_option(parser)
    chosen = parser.parse_args()
    tables = {
        "starts": starts(chosen.runs),
        "kept": kept_memory(chosen.runs),
        "csv": long_table(),
    }
    made = conditions(chosen.runs)
    told = {name: f"{markdown(rows)}\n\n{made}" for name, rows in tables.items()}
    show_tables(told, "starts", docs=chosen.docs)


if __name__ == "__main__":
    main()
