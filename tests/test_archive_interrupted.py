"""An archive that is interrupted gives the same file; what breaks a photo or a disk breaks nothing else."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import asymmetry
from asymmetry.archive.jobs import Job
from asymmetry.archive.ledger import FEWEST, Ledger, written
from asymmetry.archive.pool import WINDOW, Pool
from asymmetry.archive.rows import Settings
from asymmetry.errors import AsymmetryError, DestinationError, InvalidInputError
from asymmetry.photos.record import PhotoRecord
from tests.archives import (
    BREAKS,
    CRASHING,
    HANGING,
    HELD,
    HELD_UNTIL,
    ROOT,
    alive_in_session,
    kill,
    plain,
    portraits,
    run,
    start,
)

pandas = pytest.importorskip("pandas", reason="the extra table is not installed")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")

PORTRAITS, EVERY = 110, 4
KILLS = 5
#: As many parts are finished of portraits alone; the archive's last photo is held back.
MOST_PARTS = PORTRAITS // FEWEST
#: No photo is given up, however busy the machine: the held one takes as long as the test. The number of
#: workers is given, for before more are started the photos under way are waited for.
PATIENT = ("--method", "plain", "--time-limit", "600", "--workers", "2")


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory, portrait_path: Path) -> Path:
    """Many small files, the awkward ones where they are there, and last a photo that can be held."""
    folder = portraits(tmp_path_factory.mktemp("photos"), portrait_path, PORTRAITS, every=EVERY)
    ugly = Path(__file__).resolve().parents[2] / "shared" / "ugly"
    if ugly.is_dir():
        shutil.copytree(
            ugly, folder / "ugly", ignore=shutil.ignore_patterns("*.md", "*.json", "bomb*")
        )
    plain(folder / "zz held.jpg", HELD)
    return folder


@pytest.fixture(scope="module")
def undisturbed(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a run that nobody disturbs."""
    path = tmp_path_factory.mktemp("scores") / "scores.parquet"
    run(photos, "-o", path, *PATIENT)
    return path.read_bytes()


@pytest.fixture
def breaks(tmp_path: Path) -> Path:
    """A folder to put before all others on Python's path."""
    folder = tmp_path / "breaks"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(BREAKS)
    return folder


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Runs can't finish, on however fast or busy a machine, before this is called."""
    gate = tmp_path / "breaks" / "go on"
    monkeypatch.setenv(HELD_UNTIL, str(gate))
    return gate.touch


def finished_parts(folder: Path) -> int:
    """How many parts of the archive in a folder are finished."""
    return len(list(folder.glob("*.unfinished/part*.parquet")))


def ended(process: Any) -> None:
    """Nobody of the run's session is left; its workers notice within a moment."""
    until = time.monotonic() + 60
    while alive_in_session(process.pid) and time.monotonic() < until:
        time.sleep(0.1)
    assert alive_in_session(process.pid) == []


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_killed_at_random_it_gives_the_same_bytes(
    photos: Path, undisturbed: bytes, tmp_path: Path, breaks: Path, release: Callable[[], None]
) -> None:
    folder = tmp_path / "scores"
    path = folder / "scores.parquet"
    chance = random.Random(0)
    for _ in range(KILLS):
        enough = min(finished_parts(folder) + chance.randint(0, 1), MOST_PARTS)
        process = start(photos, "-o", path, *PATIENT, path=breaks)
        while finished_parts(folder) < enough:
            assert process.poll() is None
            time.sleep(0.02)
        time.sleep(chance.uniform(0, 0.4))
        kill(process, signal.SIGKILL)
        ended(process)
    release()
    run(photos, "-o", path, *PATIENT, path=breaks)
    assert path.read_bytes() == undisturbed
    assert [each.name for each in folder.iterdir()] == ["scores.parquet"]


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
@pytest.mark.usefixtures("release")
@pytest.mark.parametrize(
    ("number", "group", "code"),
    [(signal.SIGINT, True, 130), (signal.SIGTERM, False, 143), (signal.SIGTERM, True, 143)],
)
def test_a_signal_ends_it_and_leaves_no_process(
    photos: Path, tmp_path: Path, breaks: Path, number: int, group: bool, code: int
) -> None:
    """Ctrl-C reaches all processes at once; a service's end only the first, or all."""
    process = start(photos, "-o", tmp_path / "scores.parquet", *PATIENT, path=breaks)
    while not finished_parts(tmp_path):
        time.sleep(0.05)
        assert process.poll() is None
    kill(process, number, group=group)
    assert process.returncode == code
    ended(process)
    assert not (tmp_path / "scores.parquet").exists()


def test_photos_that_break_a_worker_have_their_rows(
    tmp_path: Path, portrait_path: Path, breaks: Path
) -> None:
    folder = portraits(tmp_path / "photos", portrait_path, 6)
    plain(folder / "crash.jpg", CRASHING)
    plain(folder / "hang.jpg", HANGING)
    path = tmp_path / "scores.parquet"
    # Of a busy machine a portrait may ask for seconds.
    run(folder, "-o", path, "--method", "fast", "--time-limit", "15", path=breaks)
    table = pandas.read_parquet(path).set_index("photo")
    assert table["status"].astype(str).value_counts().to_dict() == {
        "warn": 6,
        "unreadable": 2,
    }  # glasses
    assert table.loc["crash.jpg", "flags"].tolist() == ["ended_the_process"]
    assert "SIGSEGV" in table.loc["crash.jpg", "reason"]
    assert table.loc["hang.jpg", "flags"].tolist() == ["out_of_time"]
    assert table["sha256"].str.len().max() == 64


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_a_worker_killed_from_outside_changes_nothing(
    photos: Path, undisturbed: bytes, tmp_path: Path, breaks: Path, release: Callable[[], None]
) -> None:
    path = tmp_path / "scores.parquet"
    process = start(photos, "-o", path, *PATIENT, path=breaks)
    while not finished_parts(tmp_path):
        time.sleep(0.05)
        assert process.poll() is None
    workers = [each for each in alive_in_session(process.pid) if b"spawn_main" in command_of(each)]
    os.kill(workers[0], signal.SIGKILL)
    release()
    said = process.communicate(timeout=300)
    assert process.returncode == 0, said
    assert path.read_bytes() == undisturbed


def command_of(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:  # it has ended meanwhile
        return b""


# the ledger


def jobs(number: int) -> Callable[[], Iterator[Job]]:
    return lambda: (Job(f"{i}.jpg", PhotoRecord(f"{i}\udcff.jpg")) for i in range(number))


ABOUT = {"archive": {"source": "here"}, "method": "fast"}


def test_parts_hold_each_photo_once(tmp_path: Path) -> None:
    with Ledger(tmp_path / "s.parquet") as ledger:
        ledger.begin(ABOUT, jobs(2 * FEWEST + 5))
        assert (ledger.photos, ledger.parts, ledger.done) == (2 * FEWEST + 5, 3, 0)
        parts = dict(ledger.unfinished())
        assert [len(part) for part in parts.values()] == [FEWEST, FEWEST, 5]
        assert [job.photo for part in parts.values() for job in part] == [
            f"{i}\udcff.jpg" for i in range(2 * FEWEST + 5)
        ]
        ledger.part(2).touch()
        assert ledger.done == 0
        ledger.seal(2)
        assert (list(dict(ledger.unfinished())), ledger.done) == ([0, 1], 5)


def test_it_goes_on_with_the_list_that_was_made(tmp_path: Path) -> None:
    with Ledger(tmp_path / "s.parquet") as ledger:
        ledger.begin(ABOUT, jobs(3))
    with Ledger(tmp_path / "s.parquet") as ledger:
        ledger.begin(ABOUT, jobs(99))
        assert ledger.photos == 3


def test_other_settings_are_refused(tmp_path: Path) -> None:
    with Ledger(tmp_path / "s.parquet") as ledger:
        ledger.begin(ABOUT, jobs(3))
    with (
        Ledger(tmp_path / "s.parquet") as ledger,
        pytest.raises(InvalidInputError, match=r"method was 'fast' and now is 'plain'"),
    ):
        ledger.begin({**ABOUT, "method": "plain"}, jobs(3))


def test_two_runs_at_once_are_refused(tmp_path: Path) -> None:
    with Ledger(tmp_path / "s.parquet"), pytest.raises(DestinationError, match="another run"):
        Ledger(tmp_path / "s.parquet")
    Ledger(tmp_path / "s.parquet").clear()


def test_what_fails_while_it_is_written_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("before")

    def half() -> None:
        with written(path) as temporary:
            temporary.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


# disks


def test_a_destination_that_can_not_be_written_is_said_first(
    tmp_path: Path, portrait_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DestinationError, match="can't be written"):
        asymmetry.score_archive(portrait_path, tmp_path / "file" / "s.parquet")
    (tmp_path / "s.parquet").mkdir()
    with pytest.raises(InvalidInputError, match="is a folder"):
        asymmetry.score_archive(portrait_path, tmp_path / "s.parquet")


FULL_DISK = """
import resource, sys
from pyarrow import parquet
from asymmetry.cli import main
limit, write = (int(sys.argv.pop(1)),) * 2, parquet.write_table
def write_limited(*args, **options):
    resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    write(*args, **options)
parquet.write_table = write_limited
main()
"""


def test_a_full_disk_is_said_and_leaves_nothing_half_written(
    tmp_path: Path, portrait_path: Path
) -> None:
    """The limit on a file's size stands for the disk's: writing a part fails with an error of the system."""
    folder = portraits(tmp_path / "photos", portrait_path, FEWEST + 3, every=EVERY)
    path = tmp_path / "scores.parquet"
    command = [sys.executable, "-c", FULL_DISK, "20000", "archive", str(folder), "-o", str(path)]
    done = subprocess.run(
        [*command, "--method", "plain"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("Error: ")
    assert "can't be written (File too large)" in done.stderr
    assert "Traceback" not in done.stderr
    assert not path.exists()
    assert not list(tmp_path.glob("*.unfinished/*part*"))
    run(folder, "-o", path, "--method", "plain")
    assert len(pandas.read_parquet(path)) == FEWEST + 3


# memory

GROWS = """
import sys
from pathlib import Path
from asymmetry.archive.jobs import find_jobs
from asymmetry.archive.rows import Settings, score_job, start_worker

def resident():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))

settings = Settings(method="plain")
start_worker(settings)
jobs = list(find_jobs(sys.argv[1]))
for i in range(10 * len(jobs)):
    score_job(settings, jobs[i % len(jobs)])
    if i + 1 in (2 * len(jobs), 10 * len(jobs)):
        print(resident())
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_worker_does_not_grow(tmp_path: Path, portrait_path: Path) -> None:
    folder = portraits(tmp_path / "photos", portrait_path, 30)
    command = [sys.executable, "-c", GROWS, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    early, late = map(int, done.stdout.split())
    assert late < 1.05 * early


def test_workers_that_can_not_start_are_an_error_not_rows(tmp_path: Path) -> None:
    (tmp_path / "no.task").write_bytes(b"no model")
    settings = Settings(method="plain", model=str(tmp_path / "no.task"))
    with (
        Pool(settings, workers=1) as pool,
        pytest.raises(AsymmetryError, match="as soon as they start"),
    ):
        # More than a pipe holds: nobody may be left writing to one that nobody reads.
        list(pool.rows(jobs(2 * WINDOW)()))
