"""Archives that are broken on purpose: whether they give the rows of an undisturbed one, or say so and heal.

    python -m benchmarks.broken FOLDER [kind ...]

Kinds are those of `KINDS`. What was tried is kept in ``FOLDER``, so that it can be ended and run again, and
makes the table of docs/archive.md. Linux only: processes are found in ``/proc``.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

from benchmarks.fidelity.tables import FOLDER, fill_page, markdown, write_table
from benchmarks.soak import small_faces

__all__ = ["KINDS", "SPOILS", "Trial", "attempt", "judge"]

PAGE = FOLDER.parent / "archive.md"
#: Photos, seconds after which a run is taken to hang, and the time limit of a photo where one is suspended.
PHOTOS, HANGS, LIMIT = 300, 300, 6
#: Seconds that a run may take to end.
ENDS = 5.0
WORKERS = 2
Started: TypeAlias = "subprocess.Popen[str]"
#: Disturbs a run, and says what was wrong with the way it bore it, if that shows at once.
Disturb: TypeAlias = Callable[["Trial", Started], str | None]


@dataclass(frozen=True)
class Trial:
    """A place to break an archive in: its photos, and where it is written."""

    photos: Path
    destination: Path

    @property
    def parts(self) -> Path:
        """The folder of an unfinished archive."""
        return self.destination.with_name(f"{self.destination.name}.unfinished")

    def start(self) -> Started:
        """Begin the archive, or go on with it, in a session of its own."""
        given = ["--method", "fast", "--workers", str(WORKERS), "--time-limit", str(LIMIT)]
        command = [sys.executable, "-W", "ignore", "-m", "asymmetry", "archive", str(self.photos)]
        return subprocess.Popen(
            [*command, "-o", str(self.destination), *given],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def wait_for_parts(self, process: Started, number: int) -> None:
        """Until so many parts are finished, or the run has ended."""
        while process.poll() is None and len(list(self.parts.glob("part*.json"))) < number:
            time.sleep(0.02)


def workers(process: Started) -> list[int]:
    """The worker processes of a run."""
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = (each / "stat").read_text().rpartition(")")[2].split()[1]
            if int(parent) == process.pid and b"spawn_main" in (each / "cmdline").read_bytes():
                found.append(int(each.name))
    return sorted(found)


def send(number: signal.Signals, *processes: int) -> None:
    """A signal to processes; those that have ended meanwhile don't mind."""
    for each in processes:
        with suppress(ProcessLookupError):
            os.kill(each, number)


# ways of disturbing a run


def end(trial: Trial, process: Started, *, after: int) -> str | None:
    """End a run as a service is ended; all its processes have to be gone in time."""
    trial.wait_for_parts(process, after)
    there, began = workers(process), time.monotonic()
    send(signal.SIGTERM, process.pid)
    process.wait(timeout=HANGS)
    while any(Path(f"/proc/{each}").exists() for each in there):
        time.sleep(0.02)
    took = time.monotonic() - began
    return f"ENDED AFTER {took:.0f} s" if took > ENDS else None


def kill_at_start(_: Trial, process: Started, *, times: int, delay: float) -> None:
    """Kill so many workers, each so long after it is there."""
    killed: set[int] = set()
    while len(killed) < times and process.poll() is None:
        for each in set(workers(process)) - killed:
            time.sleep(delay)
            send(signal.SIGKILL, each)
            killed.add(each)
            if len(killed) == times:
                return
        time.sleep(0.005)


def move_away(trial: Trial, process: Started, *, after: int, seconds: float) -> None:
    """Move the photos away when so many parts are done, and back after so long, or when the run has ended."""
    trial.wait_for_parts(process, after)
    away = trial.photos.with_name("away")
    trial.photos.rename(away)
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        pass
    finally:
        away.rename(trial.photos)


def suspend(trial: Trial, process: Started, *, which: str, after: int) -> None:
    """Suspend a worker, all of them, the first process or everything for longer than a photo may take."""
    trial.wait_for_parts(process, after)
    there = workers(process)
    chosen = {
        "a worker": there[:1],
        "all workers": there,
        "the first process": [process.pid],
        "everything": [process.pid, *there],
    }[which]
    send(signal.SIGSTOP, *chosen)
    time.sleep(LIMIT + 3)
    send(signal.SIGCONT, *chosen)


def flip(data: bytes) -> bytes:
    """One bit of the middle is wrong."""
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 4]) + data[middle + 1 :]


SPOILS: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda data: data[: len(data) // 2],
    "flipped": flip,
    "zeros": lambda data: bytes(len(data)),
    "empty": lambda _: b"",
    "longer": lambda data: data + b"{}",
}
#: Files of an unfinished archive, of each number of parts.
KEPT = ("part-{:08d}.parquet", "part-{:08d}.json", "ledger.json", "photos.jsonl")


def spoil(trial: Trial, process: Started, *, name: str, how: str) -> None:
    """End a run, and damage a file of what it finished."""
    trial.wait_for_parts(process, 8)
    send(signal.SIGKILL, process.pid, *workers(process))
    process.wait()
    path = trial.parts / name
    path.write_bytes(SPOILS[how](path.read_bytes()))


def _kills() -> Iterator[tuple[str, Disturb]]:
    for i in range(20):
        times, delay = 1 + i % 4, (0.0, 0.02, 0.3, 0.8, 1.5)[i // 4]
        yield f"{times} after {delay} s", partial(kill_at_start, times=times, delay=delay)


def _ends() -> Iterator[tuple[str, Disturb]]:
    for after in (0, 1, 3, 6):
        yield f"after {after}", partial(end, after=after)


def _moves() -> Iterator[tuple[str, Disturb]]:
    for after, seconds in ((0, 2.0), (0, HANGS), (3, HANGS), (8, 0.5)):
        yield f"after {after}, {seconds} s", partial(move_away, after=after, seconds=seconds)


def _suspensions() -> Iterator[tuple[str, Disturb]]:
    for i, which in enumerate(("a worker", "all workers", "the first process", "everything")):
        yield f"{which}, after {2 * i}", partial(suspend, which=which, after=2 * i)


def _spoils() -> Iterator[tuple[str, Disturb]]:
    for j, how in enumerate(SPOILS):
        for i, kept in enumerate(KEPT):
            name = kept.format(min(i + j, 7))
            yield f"{name}, {how}", partial(spoil, name=name, how=how)


#: Kinds of disturbances, each with its runs: a name, and how the run is disturbed.
KINDS: dict[str, Callable[[], Iterator[tuple[str, Disturb]]]] = {
    "workers killed at their start": _kills,
    "ended by SIGTERM, within 5 s": _ends,
    "photos moved away and back": _moves,
    "suspended beyond the limit": _suspensions,
    "parts and lists damaged": _spoils,
}


# how a run ends


def finish(process: Started) -> tuple[int | None, str]:
    """The exit code and the last words; no code where it hangs."""
    try:
        told, _ = process.communicate(timeout=HANGS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return None, process.communicate()[0][-300:]
    return process.returncode, told[-300:]


def attempt(trial: Trial, disturb: Disturb, same: bytes) -> tuple[str, str]:
    """Break an archive, and run it again until it is as the undisturbed one, thrice at most: the verdict."""
    process = trial.start()
    fault = disturb(trial, process)
    code, told = finish(process)
    if fault:
        return fault, told
    words = told
    for again in range(4):
        verdict = judge(code, told, trial, same)
        if verdict != "to be run again":
            return f"{verdict}{f' after {again} more' if again else ''}", words
        code, told = finish(trial.start())
        words += f" ... {told}"
    return "never healed", words


def judge(code: int | None, told: str, trial: Trial, same: bytes) -> str:
    """The outcome of a run: the same rows, a hang, photos lost, or something that was said."""
    if code is None:
        return "HANG"
    if trial.destination.exists() and trial.destination.read_bytes() == same:
        return "same rows"
    if code == 0:
        return "LOST in silence"
    return "TRACEBACK" if "Traceback" in told else "to be run again"


@contextmanager
def cleared(trial: Trial) -> Iterator[Trial]:
    """A place without anything of an earlier run, before and after."""

    def clear() -> None:
        trial.destination.unlink(missing_ok=True)
        shutil.rmtree(trial.parts, ignore_errors=True)

    clear()
    yield trial
    clear()


def undisturbed(folder: Path) -> tuple[Trial, bytes]:
    """The photos, and the archive of a run that nobody disturbs; made once."""
    photos, kept = folder / "photos", folder / "undisturbed.parquet"
    trial = Trial(photos, folder / "scores.parquet")
    if not kept.exists():
        photos.mkdir(parents=True, exist_ok=True)
        for name, data in small_faces(PHOTOS):
            (photos / name).write_bytes(data)
        with cleared(trial):
            print(*finish(trial.start()), flush=True)
            shutil.copy(trial.destination, kept)
    return trial, kept.read_bytes()


def main(folder: Path, kinds: list[str]) -> None:
    """Run what was not run yet, and make the table when all is done."""
    trial, same = undisturbed(folder)
    log = folder / "ends.jsonl"
    lines = log.read_text().splitlines() if log.exists() else []
    ends = {(kind, name): verdict for kind, name, verdict, _ in map(json.loads, lines)}
    for kind in kinds or KINDS:
        for name, disturb in KINDS[kind]():
            if (kind, name) in ends:
                continue
            with cleared(trial):
                began = time.monotonic()
                verdict, told = attempt(trial, disturb, same)
            ends[kind, name] = verdict
            with log.open("a") as file:
                file.write(json.dumps([kind, name, verdict, told]) + "\n")
            print(f"{kind}: {name}: {verdict}, {time.monotonic() - began:.0f} s", flush=True)
    _tell(ends)


def _tell(ends: dict[tuple[str, str], str]) -> None:
    """Print how the runs ended that are done, and put it into the page."""
    table = [["disturbed by", "runs", "ends"]]
    for kind in KINDS:
        counts = Counter(verdict for (of, _), verdict in ends.items() if of == kind)
        how = ", ".join(f"{verdict}: {number}" for verdict, number in sorted(counts.items()))
        if counts:
            table.append([kind, str(counts.total()), how])
    print(markdown(table))
    made = f"`python -m benchmarks.broken FOLDER`: {PHOTOS} photos, {WORKERS} workers."
    write_table("broken", made, table)
    PAGE.write_text(fill_page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Break archives on purpose, and say how they end.")
    parser.add_argument(
        "folder", type=Path, help="where archives are made, and what was tried is kept"
    )
    parser.add_argument(
        "kinds", nargs="*", metavar="kind", help=f"of {', '.join(KINDS)}; default: all"
    )
    arguments = parser.parse_args()
    main(arguments.folder, arguments.kinds)
