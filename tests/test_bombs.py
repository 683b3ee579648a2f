"""Files made to take all memory or time. All of them, and each command: ``python -m benchmarks.bombs``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from asymmetry.cli import main
from benchmarks import bombs

ROOT = Path(__file__).resolve().parents[1]
#: Those that take long to make are left to the benchmark.
SLOW_TO_MAKE = (
    "packed",
    "MiB",
    "longest file",
    "megapixels",
    "16000",
    "GIF of 3000",
    "zip",
    "TIFF",
)
QUICK = [name for name in bombs.FILES if not any(part in name for part in SLOW_TO_MAKE)]
MOST_SECONDS = 60  # of a processor, for all: one alone that is not refused takes more

READ = """
import sys, time
from asymmetry import Extractor
from benchmarks import bombs
def most_kib():  # of this program alone: getrusage's begins with that of the process it was started by
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
with Extractor(method="fast", threads=1) as extractor:
    for name in sys.stdin.read().splitlines():
        row = extractor.extract([bombs.FILES[name]()])
        print(row.status[0], most_kib() * 1024, name)
print("s", time.process_time(), "")
"""


def test_bombs_are_refused_within_bounds() -> None:
    if not Path("/proc/self/status").is_file():
        pytest.skip("memory is told by Linux")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", READ],
        cwd=ROOT,
        input="\n".join(QUICK),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    *rows, (_, seconds, _) = [line.split(" ", 2) for line in done.stdout.splitlines()]
    ends = {name: status for status, _, name in rows}
    assert len(ends) == len(QUICK) > 20
    assert set(ends.values()) <= {"unreadable", "no_face", "rejected"}
    assert max(int(memory) for _, memory, _ in rows) < bombs.MOST_BYTES
    assert float(seconds) < MOST_SECONDS


@pytest.mark.parametrize("command", ["photo", "series", "report"])
def test_the_command_line_tells_of_them(command: str, tmp_path: Path) -> None:
    names = ["PNG of 30000 px a side, no pixels", "GIF of 32767 px a side", "zeros"]
    for day, name in enumerate(names, 1):
        (tmp_path / f"2026-03-{day:02}.jpg").write_bytes(bombs.FILES[name]())
    photos = [str(path) for path in sorted(tmp_path.iterdir())]
    given = {
        "photo": photos,
        "series": [str(tmp_path)],
        "report": [str(tmp_path), "-o", str(tmp_path / "report.html")],
    }
    done = CliRunner().invoke(main, [command, *given[command]])
    assert done.exit_code in (1, 3)
    assert isinstance(done.exception, SystemExit)
    assert "Traceback" not in done.output
