"""An archive whose folder, workers or source are damaged or lost: done again, or said, and never lost."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import pytest

import asymmetry
from asymmetry.archive.jobs import Job
from asymmetry.archive.ledger import FEWEST, Ledger
from asymmetry.archive.pool import Pool
from asymmetry.archive.rows import PASSING, Row, Settings, failed
from asymmetry.errors import AsymmetryError, DestinationError, InvalidInputError
from asymmetry.photos.record import PhotoRecord
from tests.archives import portraits

pebble = pytest.importorskip("pebble", reason="the extra archive is not installed")

ABOUT = {"method": "fast", "archive": {"source": "photos"}}


def jobs(number: int) -> Callable[[], list[Job]]:
    return lambda: [Job(f"{i}.jpg", PhotoRecord(f"{i}.jpg")) for i in range(number)]


@pytest.mark.parametrize("name", ["part-00000001.parquet", "part-00000001.json"])
@pytest.mark.parametrize(
    "spoil",
    [
        lambda data, _: data[:-1],
        lambda data, _: data + b"x",
        lambda data, _: data[:9] + bytes([data[9] ^ 1]) + data[10:],
        lambda data, _: bytes(len(data)),
        lambda _, __: b"",
        lambda _, __: b"[]",
        lambda _, other: other,
        None,
    ],
    ids=["cut", "longer", "flipped", "zeros", "empty", "list", "another", "gone"],
)
def test_a_damaged_part_is_done_again(
    tmp_path: Path, name: str, spoil: Callable[[bytes, bytes], bytes] | None
) -> None:
    with Ledger(tmp_path / "s.parquet") as ledger:
        ledger.begin(ABOUT, jobs(3 * FEWEST))
        for number in range(3):
            ledger.part(number).write_bytes(b"the rows of part %d" % number)
            ledger.seal(number)
    damaged = ledger.folder / name
    if spoil is None:
        damaged.unlink()
    else:
        other = damaged.with_name(name.replace("1", "2"))
        damaged.write_bytes(spoil(damaged.read_bytes(), other.read_bytes()))
    with Ledger(tmp_path / "s.parquet") as ledger:
        ledger.begin(ABOUT, jobs(99))
        assert (list(dict(ledger.unfinished())), ledger.done) == ([1], 2 * FEWEST)


@pytest.mark.parametrize("name", ["ledger.json", "photos.jsonl"])
@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.replace(b"1", b"2", 1),
        lambda data: data[:-2],
        lambda data: data + b"x",
        lambda data: bytes(len(data)),
        lambda _: b"",
        lambda _: b"[]",
        lambda _: b"\xff\xfe[[",
        None,
    ],
    ids=["changed", "cut", "longer", "zeros", "empty", "list", "no text", "gone"],
)
def test_a_damaged_list_is_said_and_made_anew(
    tmp_path: Path, name: str, spoil: Callable[[bytes], bytes] | None
) -> None:
    with Ledger(tmp_path / "s.parquet") as ledger:
        ledger.begin(ABOUT, jobs(3))
        ledger.part(0).write_bytes(b"the rows")
        ledger.seal(0)
    damaged = ledger.folder / name
    if spoil is None:
        damaged.unlink()
    else:
        damaged.write_bytes(spoil(damaged.read_bytes()))
    told = ""
    try:
        with Ledger(tmp_path / "s.parquet") as ledger:
            ledger.begin(ABOUT, jobs(4))
            assert ledger.done == 0  # the finished part was one of another list
    except DestinationError as error:
        told = str(error)
    assert told == "" or "run the same again to start over" in told
    with Ledger(tmp_path / "s.parquet") as ledger:
        ledger.begin(ABOUT, jobs(4))
        assert (ledger.done, ledger.photos) == (0, 4)


def test_other_settings_keep_the_finished_work(tmp_path: Path) -> None:
    with Ledger(tmp_path / "s.parquet") as ledger:
        ledger.begin(ABOUT, jobs(3))
        ledger.part(0).touch()
        ledger.seal(0)
    with pytest.raises(InvalidInputError), Ledger(tmp_path / "s.parquet") as ledger:
        ledger.begin({**ABOUT, "method": "plain"}, jobs(3))
    with Ledger(tmp_path / "s.parquet") as ledger:
        ledger.begin(ABOUT, jobs(3))
        assert ledger.done == 3


class Forgetful:
    """A pool whose workers all end before they begin: it forgets what it was given."""

    active = True

    def __init__(self, given: list[Future[Row]]) -> None:
        self.given = given

    def schedule(self, *_: object, **__: object) -> Future[Row]:
        self.given.append(Future())
        self.active = len(self.given) < 3
        return self.given[-1]

    def stop(self) -> None: ...

    def join(self) -> None: ...


class Working(Forgetful):
    def schedule(
        self, work: Callable[..., Row], args: tuple[Settings, Job], **_: object
    ) -> Future[Row]:
        del work
        future: Future[Row] = Future()
        future.set_result(failed(args[1], "done"))
        return future


def test_photos_that_wait_are_not_lost_with_their_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    lost: list[Future[Row]] = []
    pools = iter([Forgetful(lost), Working([])])
    monkeypatch.setattr(Pool, "_start_pool", lambda _: next(pools))
    monkeypatch.setattr("asymmetry.archive.pool.LOOK_S", 0.01)
    with Pool(Settings(), workers=1) as pool:
        rows = list(pool.rows(jobs(5)()))
    assert len(lost) == 3
    assert [str(row.landmarks.photo[0]) for row in rows] == [job.photo for job in jobs(5)()]


class Deaf(Forgetful):
    """A pool whose workers wait for ever: one was killed with the lock of their pipe."""

    def schedule(self, *_: object, **__: object) -> Future[Row]:
        return Future()

    def stop(self) -> None:
        self.active = False


@pytest.mark.parametrize("number", [1, 5])
def test_workers_that_take_no_photo_are_started_anew(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pools = iter([Deaf([]), Deaf([]), Working([])])
    monkeypatch.setattr(Pool, "_start_pool", lambda _: next(pools))
    monkeypatch.setattr("asymmetry.archive.pool.LOOK_S", 0.01)
    monkeypatch.setattr("asymmetry.archive.pool.STALLED", 3)
    with Pool(Settings(), workers=1) as pool:
        rows = list(pool.rows(jobs(number)()))
    assert [str(row.landmarks.photo[0]) for row in rows] == [job.photo for job in jobs(number)()]
    assert next(pools, None) is None


class Killed(Working):
    """A pool whose workers are ended in the middle of each photo."""

    exitcode = -9

    def schedule(self, *_: object, **__: object) -> Future[Row]:
        future: Future[Row] = Future()
        future.set_exception(pebble.ProcessExpired("ended", code=self.exitcode))
        return future


@pytest.mark.parametrize(
    ("exitcode", "passing"), [(-9, True), (-15, True), (-11, False), (1, False)]
)
def test_a_worker_ended_from_outside_is_not_its_photo_s_fault(
    exitcode: int, passing: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = Killed([])
    pool.exitcode = exitcode
    monkeypatch.setattr(Pool, "_start_pool", lambda _: pool)
    with Pool(Settings(), workers=1) as scorer:
        (row,) = scorer.rows(jobs(1)())
    (note,) = row.landmarks.notes[0]
    assert (note.code in PASSING) == passing


class Hasty(Working):
    """A pool that finds a worker gone while it ends them, as pebble does."""

    ends = 0

    def join(self) -> None:
        self.ends += 1
        if self.ends == 1:
            raise KeyError(8705)


def test_a_worker_that_ends_by_itself_meanwhile_is_no_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pool = Hasty([])
    monkeypatch.setattr(Pool, "_start_pool", lambda _: pool)
    Pool(Settings(), workers=1).close()
    assert pool.ends == 2


class Stuck(Working):
    """A pool whose thread waits for the lock of a photo, which a signal left to the main thread."""

    def __init__(self, lost: list[Future[Row]]) -> None:
        super().__init__(lost)
        self.released = threading.Event()

    def join(self) -> None:
        self.released.wait()


def test_a_lock_that_a_signal_left_held_does_not_hold_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pool = Stuck([])
    monkeypatch.setattr(Pool, "_start_pool", lambda _: pool)
    monkeypatch.setattr("asymmetry.archive.pool._ENDS_S", 0.1)
    Pool(Settings(), workers=1).close()
    assert not pool.released.is_set()
    pool.released.set()


def test_a_photo_that_is_gone_is_read_when_it_is_back(tmp_path: Path, portrait_path: Path) -> None:
    folder = portraits(tmp_path / "photos", portrait_path, 2)
    first, _ = sorted(folder.iterdir())
    path, away = tmp_path / "scores.parquet", tmp_path / "away.jpg"
    whole = asymmetry.score_archive(folder, path, method="plain", workers=0)
    undisturbed = path.read_bytes()
    path.unlink()

    def move(_: object) -> None:
        if first.exists():
            first.rename(away)

    made = asymmetry.score_archive(folder, path, method="plain", workers=0, progress=move)
    assert (whole.unread, made.unread, made.statuses["unreadable"]) == (0, 1, 1)
    again = asymmetry.score_archive(folder, path, method="plain", workers=0)
    assert again.unread == 1
    away.rename(first)
    healed = asymmetry.score_archive(folder, path, method="plain", workers=0)
    assert (healed.unread, healed.scored) == (0, 1)
    assert path.read_bytes() == undisturbed


def test_where_no_process_can_be_started_it_says_what_does_without(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        """As /dev/shm does in some containers."""
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("multiprocessing.synchronize.SemLock.__init__", refuse)
    with pytest.raises(AsymmetryError, match=r"Read-only file system.* 'workers' 0 does without"):
        Pool(Settings(), workers=1)
