"""The local engine: worker processes, each with its own model, that outlive any photo.

A pool of the standard library loses all its running work when one worker dies, and can't stop a photo that
hangs. `pebble` gives each photo its own time limit and says on which photo a worker died.
"""

from __future__ import annotations

import logging
import math
import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from itertools import count, islice
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from asymmetry.archive.jobs import Job
from asymmetry.archive.rows import Row, Settings, failed, score_job, start_worker
from asymmetry.core.arrays import is_number, is_whole
from asymmetry.core.beside import usable_cores
from asymmetry.core.notes import Note
from asymmetry.errors import AsymmetryError, InvalidInputError, MissingExtraError

__all__ = ["Pool", "Scorer", "check_pool", "score_parts", "worker_count"]

_LOG = logging.getLogger(__name__)

#: Photos that may be under way or done while the row that is next is still missing, as behind a slow photo.
WINDOW = 256
#: Photos handed to the workers at a time: for each of them, and in all at most. All have to fit into a pipe
#: (64 KB on Linux, about 0.5 KB a photo): if it is full when the last worker ends, nobody reads it again, and
#: the process that writes to it waits for ever.
HANDED, MOST_HANDED = 8, 64
#: Rows after which the number of workers is set, by the time that they wait for bytes.
MEASURED_ROWS = 24
#: Most workers for each core, however slow the storage.
MOST_PER_CORE = 8
#: Memory of one worker, bytes: at most 300e6 on photos of 12 megapixels, and half as much again for larger
#: ones; and the share of the machine's memory to use.
WORKER_BYTES, MEMORY_SHARE = 450e6, 0.7
#: Tries for a photo whose worker died: the fault may have lain elsewhere.
TRIES = 2
#: Exit codes of workers that the system or a person ends: SIGKILL and SIGTERM, of POSIX.
_FROM_OUTSIDE = (-9, -15)
#: Times in a row that all workers may end before a photo is done.
MOST_BREAKS = 3
#: Seconds between looks at the pool: where all its workers ended, it forgets photos that were not begun.
LOOK_S = 1.0
#: Looks in a row that find nothing under way though photos wait, after which the workers are restarted.
#: One that is killed as it takes a photo from the pipe takes it along, or the pipe's lock. Starting takes
#: seconds; where it is slower, each further try waits longer.
STALLED = 60
#: Seconds that the workers and their pool have to end.
_ENDS_S = 4.0


class _Handed(NamedTuple):
    """A photo in the hands of a pool."""

    job: Job
    future: Future[Row]
    pool: Any

    @property
    def lost(self) -> bool:
        """Whether no worker will ever do it."""
        return not (self.future.done() or self.pool.active)


class Scorer(Protocol):
    """A pool or another engine that scores photos."""

    def rows(self, jobs: Iterable[Job]) -> Iterator[Row]:
        """Score photos; one row for each, in order."""
        ...


def worker_count(cores: int, seconds: float, waited: float, memory: float) -> int:
    """Number of workers that keeps the cores busy.

    Parameters
    ----------
    cores : int
        Cores that may be used.
    seconds, waited : float
        Time that photos took, and the part of it that workers waited for bytes.
    memory : float
        Memory that workers may take, bytes.

    Examples
    --------
    >>> worker_count(2, seconds=10.0, waited=0.1, memory=64e9)  # a local disk
    2
    >>> worker_count(2, seconds=10.0, waited=6.0, memory=64e9)  # a slow network
    5
    """
    busy = 1.0
    if seconds > 0:
        busy = max(1 - waited / seconds, 1 / MOST_PER_CORE)
    return max(1, min(round(cores / busy), int(memory / WORKER_BYTES)))


def check_pool(workers: object, time_limit: object) -> None:
    """Refuse an invalid number of workers or time limit.

    Raises
    ------
    InvalidInputError
        If there are fewer than no workers, or there is no time.
    """
    if not is_number(time_limit) or not time_limit > 0:
        raise InvalidInputError(f"time_limit has to be above 0 seconds, not {time_limit!r}")
    if workers is not None and (not is_whole(workers) or workers < 0):
        raise InvalidInputError(f"workers has to be at least 0, not {workers!r}")


class Pool:
    """Worker processes that score photos. A context manager.

    Parameters
    ----------
    settings : Settings
        Settings by which photos are read.
    workers : int, optional
        Number of processes. Default: at first one for each usable core, then more if the first photos show
        that workers wait for slow storage.
    time_limit : float
        Seconds that one photo may take.

    Raises
    ------
    InvalidInputError
        If the time limit or the number of workers is not positive.
    MissingExtraError
        If pebble is not installed.
    """

    def __init__(
        self, settings: Settings, *, workers: int | None = None, time_limit: float = 60.0
    ) -> None:
        check_pool(workers, time_limit)
        self.settings = settings
        self.time_limit = time_limit
        self.workers = workers or worker_count(usable_cores(), 0.0, 0.0, _memory())
        self._settled = workers is not None
        self._broken = 0
        self._mutex = threading.Lock()
        self._out = set[Future[Row]]()
        self._looked, self._idle = time.monotonic(), 0
        self._pool = self._start_pool()

    def rows(self, jobs: Iterable[Job]) -> Iterator[Row]:
        """Score photos: one row for each, in order.

        Raises
        ------
        AsymmetryError
            If no worker can be started.
        """
        jobs = iter(jobs)
        waiting: deque[_Handed] = deque()
        seconds = waited = 0.0
        for done in count(1):
            self._hand_out(waiting, jobs)
            if not waiting:
                return
            handed = waiting.popleft()
            job, row = handed.job, self._row(handed)
            if not row.landmarks.usable[0]:
                status, reason = row.landmarks.status[0], row.landmarks.reason[0]
                _LOG.warning("%s is not measured, %s: %s", job.photo, status, reason)
            yield row
            seconds += row.seconds
            waited += row.waited
            if done >= MEASURED_ROWS and not self._settled:
                workers = worker_count(usable_cores(), seconds, waited, _memory())
                waiting = self._resize(waiting, workers)

    def score(self, job: Job) -> Row:
        """Score one photo; threads may share the pool.

        Raises
        ------
        AsymmetryError
            If no worker can be started.
        """
        return self._row(self._schedule(job))

    def _hand_out(self, waiting: deque[_Handed], jobs: Iterator[Job]) -> None:
        """Keep the workers busy until the next row is there, or its photo is lost."""
        most = max(min(HANDED * self.workers, MOST_HANDED), 2 * self.workers)
        while True:
            pending = [each for each in waiting if not (each.future.done() or each.lost)]
            room = min(most - len(pending), WINDOW - len(waiting))
            new = [self._schedule(job) for job in islice(jobs, max(room, 0))]
            waiting.extend(new)
            if not waiting or waiting[0].future.done() or waiting[0].lost:
                return
            if len(waiting) == WINDOW and not new:
                return
            futures = [each.future for each in (*pending, *new)]
            wait(futures, timeout=LOOK_S, return_when=FIRST_COMPLETED)
            self._look()

    def _resize(self, waiting: deque[_Handed], workers: int) -> deque[_Handed]:
        """If more workers are needed, finish the photos under way and go on with more."""
        self._settled = True
        if workers <= self.workers:
            return waiting
        rows = [(each.job, self._row(each)) for each in waiting]
        self.workers = workers
        self._restart()
        return deque(_Handed(job, _done_future(row), self._pool) for job, row in rows)

    def _schedule(self, job: Job) -> _Handed:
        """Hand one photo to the workers."""
        arguments = (self.settings, job)
        with self._mutex:
            if not self._pool.active:  # its last worker was killed between two photos
                self._restart()
            future = self._pool.schedule(score_job, args=arguments, timeout=self.time_limit)
            self._out.add(future)
            future.add_done_callback(self._out.discard)
            return _Handed(job, future, self._pool)

    def _look(self) -> None:
        """Restart the workers where none has taken a photo for long. Threads that wait look in turn."""
        with self._mutex:
            now = time.monotonic()
            if now - self._looked < LOOK_S:
                return
            self._looked = now
            works = not self._out or any(each.running() for each in tuple(self._out))
            self._idle = 0 if works else self._idle + 1
            if self._idle >= STALLED * (1 + self._broken):
                _LOG.warning("no worker takes a photo: they are restarted")
                self._restart()

    def _wait_for(self, handed: _Handed) -> Row:
        """The row of a photo; raises the worker's error, or `BrokenProcessPool` where the photo is lost."""
        while not wait([handed.future], timeout=LOOK_S).done:
            if handed.lost:
                raise BrokenProcessPool("photos that wait are lost with their pool")
            self._look()
        return handed.future.result()

    def _row(self, handed: _Handed) -> Row:
        """Wait for a row. A photo that ends its worker is tried again; if that fails too, its row says so.

        So is one that was out of time: the computer may have slept.
        """
        from pebble import ProcessExpired

        job, ends = handed.job, list[Note]()
        while len(ends) < TRIES:
            try:
                row = self._wait_for(handed)
                self._broken = 0
                return row
            except TimeoutError:
                ends.append(Note("out_of_time", limit=self.time_limit))
            except ProcessExpired as error:
                ends.append(_tell_end(error.exitcode))
            except BrokenProcessPool as error:
                self._broken += 1
                if self._broken > MOST_BREAKS:
                    raise AsymmetryError(
                        "the worker processes end as soon as they start: call it below if __name__ == "
                        "'__main__', or with workers=0; else 'asymmetry doctor' may show why"
                    ) from error
            handed = self._schedule(job)
        return failed(job, ends[-1])

    def _restart(self) -> None:
        self.close()
        self._out, self._idle = set(), 0
        self._pool = self._start_pool()

    def _start_pool(self) -> Any:
        try:
            from pebble import ProcessPool
        except ImportError as error:
            raise MissingExtraError("an archive", "archive") from error
        try:
            pool = ProcessPool(
                max_workers=self.workers,
                context=multiprocessing.get_context("spawn"),
                initializer=start_worker,
                initargs=(self.settings,),
            )
            pool.schedule(os.getpid)  # at the first task it starts, and fails where it can't
        except OSError as error:  # no /dev/shm, in some containers
            raise AsymmetryError(
                f"no worker processes can be started here ({error}); 'workers' 0 does without them"
            ) from error
        return pool

    def close(self) -> None:
        """End the workers, whatever they are doing; a lock that a signal left held does not hold the end."""
        self._pool.stop()
        ending = threading.Thread(target=self._join, args=(self._pool,), daemon=True)
        ending.start()
        ending.join(_ENDS_S)

    def _join(self, pool: Any) -> None:
        for _ in range(self.workers + 1):
            with suppress(KeyError):  # pebble takes a worker that ends meanwhile off its list twice
                pool.join()
                return

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def score_parts(
    pool: Scorer,
    todo: Iterable[tuple[int, list[Job]]],
    make_table: Callable[[list[Job], list[Row]], Any],
    report: Callable[[int, int], None],
) -> Generator[tuple[int, Any]]:
    """Score parts of an archive.

    Parameters
    ----------
    pool : Scorer
        The worker processes, or whatever else scores photos.
    todo : iterable of (int, list of Job)
        Parts: number, photos.
    make_table : callable
        Makes a table of photos and their rows.
    report : callable
        Called after each photo with the number of photos done (one), and of those that failed.

    Yields
    ------
    int, table
        Each part, in order, as soon as it is done.
    """
    begun: deque[tuple[int, list[Job]]] = deque()

    def jobs() -> Iterator[Job]:
        for number, part in todo:
            begun.append((number, part))
            yield from part

    rows: list[Row] = []
    for row in pool.rows(jobs()):
        rows.append(row)
        report(1, int(not row.landmarks.usable[0]))
        number, part = begun[0]
        if len(rows) == len(part):
            yield number, make_table(part, rows)
            begun.popleft()
            rows = []


def _done_future(row: Row) -> Future[Row]:
    future: Future[Row] = Future()
    future.set_result(row)
    return future


def _tell_end(exitcode: int) -> Note:
    """How a worker ended: by a crash, or from outside, as where memory is short."""
    if exitcode in _FROM_OUTSIDE:
        return Note("killed", error=_describe_exit(exitcode))
    return Note("ended_the_process", error=_describe_exit(exitcode))


def _describe_exit(exitcode: int) -> Note | str:
    """An exit code in words; a negative one is minus the number of the signal that ended the process."""
    if exitcode >= 0:
        return Note("exit_code", number=exitcode)
    try:
        return signal.Signals(-exitcode).name
    except ValueError:
        return Note("signal", number=-exitcode)


def _memory() -> float:
    """Memory that workers may take, bytes: a share of the machine's or of its group's limit."""
    if not hasattr(os, "sysconf"):
        return math.inf
    memory = float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    with suppress(OSError, ValueError):  # no such file, or "max": no limit
        memory = min(memory, float(Path("/sys/fs/cgroup/memory.max").read_text()))
    return memory * MEMORY_SHARE
