"""A full disk and signals at many moments of each writer: the old file or the new one, none beside it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from asymmetry import Landmarks, measure
from asymmetry.errors import DestinationError
from asymmetry.hospital import write_fhir
from asymmetry.landmark_files import write_landmarks
from asymmetry.synthetic import face

resource = pytest.importorskip("resource", reason="limits of files are those of POSIX")

ROOT = Path(__file__).resolve().parents[1]
OLD = b"the old file"
ROWS = Landmarks.concat([face()] * 3)
TABLE = measure(ROWS)
WRITERS: dict[str, Callable[[Path], object]] = {
    "a.csv": TABLE.to_csv,
    "a.xlsx": TABLE.to_xlsx,
    "a.fhir.json": lambda path: write_fhir(TABLE, path),
    "a.npz": ROWS.save,
    "a.landmarks.json": lambda path: write_landmarks(ROWS, path),
}
#: Shares of the file after which the disk is full.
SHARES = (0.0, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.999)


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Stands for a disk that is full: the system refuses to write more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("name", WRITERS)
def test_a_full_disk_leaves_the_old_file(name: str, share: float, tmp_path: Path) -> None:
    if name.endswith(".xlsx"):
        pytest.importorskip("xlsxwriter", reason="the extra excel is not installed")
    whole, path = tmp_path / f"whole-{name}", tmp_path / name
    WRITERS[name](whole)
    path.write_bytes(OLD)
    with (
        files_of_at_most(int(share * whole.stat().st_size)),
        pytest.raises(DestinationError, match="can't be written"),
    ):
        WRITERS[name](path)
    assert path.read_bytes() == OLD
    assert sorted(tmp_path.iterdir()) == sorted([path, whole])


#: Run in a process of its own: children that write a file, and get a signal at one moment after another: each
#: time that Python tells its audit hooks of a call to the system. Prints the moments, and what was wrong.
SIGNALS = """
import os, shutil, signal, sys
from pathlib import Path
from asymmetry.cli.commands import _end
from tests.test_torn import OLD, WRITERS

def write(name, path, number, moment):
    met = 0
    def count(event, arguments):
        nonlocal met
        if event in ("open", "tempfile.mkdtemp") or event.startswith(("os.", "shutil.")):
            met += 1
            if met == moment:
                os.kill(os.getpid(), number)
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.addaudithook(count)
    try:
        WRITERS[name](path)
    except BaseException:
        os._exit(3)  # at once: what is left by now would be there after a crash
    os._exit(0 if met < moment else 4)

folder, wrong, moments = Path(sys.argv[1]), [], 0
for name in sys.argv[2:]:
    path, whole = folder / name, folder.parent / name
    WRITERS[name](whole)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL):
        for moment in range(1, 60):
            path.write_bytes(OLD)
            child = os.fork()
            if not child:
                write(name, path, number, moment)
            _, status = os.waitpid(child, 0)
            told = (name, number.name, moment, status)
            if path.read_bytes() not in (OLD, whole.read_bytes()):
                wrong.append((*told, "torn"))
            left = [each for each in folder.iterdir() if each != path]
            if left and number != signal.SIGKILL:
                wrong.append((*told, "left", [each.name for each in left]))
            for each in left:
                shutil.rmtree(each)
            if status == 0:
                break
            moments += 1
    path.unlink()
print(moments, wrong)
"""


def test_a_signal_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    names = ["a.csv", "a.npz", "a.landmarks.json"]
    command = [sys.executable, "-W", "ignore", "-c", SIGNALS, str(tmp_path / "made"), *names]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    moments, _, wrong = done.stdout.partition(" ")
    assert wrong.strip() == "[]"
    assert int(moments) >= 45
