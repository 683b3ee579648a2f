"""Work for a second core: shared among threads, or begun while something else is done."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

__all__ = ["ALONE", "Beside", "usable_cores"]

_Given = TypeVar("_Given")
_Found = TypeVar("_Found")


def usable_cores() -> int:
    """Cores that this process may use: by its affinity and, on Linux, by its group's quota."""
    cores = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        return max(1, min(cores, int(int(quota) / int(period))))
    except (OSError, ValueError):  # no such file, or "max": no quota
        return cores


@dataclass(frozen=True)
class Beside:
    """Threads that share work: the caller's own, and those of the process that are free to help.

    There is one helper less than there are cores, for the whole process. Work that none of them has begun
    when it is needed is done by the caller, so nobody ever waits for a helper that is busy elsewhere.

    Attributes
    ----------
    threads : int
        Threads at most, the caller's included. With one, everything is done by the caller.

    Examples
    --------
    >>> Beside(2).each(abs, [-1, 2, -3])
    [1, 2, 3]
    """

    threads: int = 1

    def each(self, task: Callable[[_Given], _Found], given: Iterable[_Given]) -> list[_Found]:
        """Run a task on each of several things, and return the results in their order.

        The threads take equal parts of neighbours. When it returns or raises, none is at work any more.
        """
        things = list(given)
        count, shares = len(things), min(len(things), self.threads)
        if shares < 2:
            return [task(thing) for thing in things]
        parts = [things[count * i // shares : count * (i + 1) // shares] for i in range(shares)]
        others = [_helpers(os.getpid()).submit(_do, task, part) for part in parts[1:]]
        try:
            found = _do(task, parts[0])
            for other, part in zip(others, parts[1:], strict=True):
                found += _do(task, part) if other.cancel() else other.result()
        finally:
            wait([other for other in others if not other.cancel()])
        return found

    def begin(self, task: Callable[..., _Found], *given: Any) -> Callable[[], _Found]:
        """Begin a task if a helper is free; the returned function waits for its result, and returns it."""
        if self.threads < 2:
            return functools.partial(task, *given)
        process = os.getpid()
        begun = _helpers(process).submit(task, *given)

        def end() -> _Found:
            forked = os.getpid() != process  # the helper did not come along
            return task(*given) if forked or begun.cancel() else begun.result()

        return end


#: Everything is done by the caller.
ALONE = Beside()


def _do(task: Callable[[_Given], _Found], given: list[_Given]) -> list[_Found]:
    return [task(thing) for thing in given]


@functools.lru_cache(maxsize=1)
def _helpers(process: int) -> ThreadPoolExecutor:
    """The helpers of a process; a forked one has its own, since its parent's did not come along."""
    return ThreadPoolExecutor(max(usable_cores() - 1, 1), f"beside-{process}")
