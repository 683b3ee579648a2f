"""The finished parts of an archive: a folder from which any later run goes on.

A part is a fixed run of photos. Its file appears under its final name only when it is whole and on the disk,
and a seal beside it then says its number and its SHA-256. A part without a fitting seal is done again. The
list of photos is made once, when the archive is begun: an interrupted run gives the same rows as an
uninterrupted one.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import IO, Any

from asymmetry.archive.jobs import Job
from asymmetry.core.files import replace_file
from asymmetry.errors import DestinationError, InvalidInputError

__all__ = ["Ledger", "differences", "written"]

#: Photos of a part: a share of the archive, within limits. A kill loses no more than a part.
FEWEST, MOST, SHARE = 32, 4096, 4096
_LEDGER = "ledger.json"
#: Errors of a lock that somebody holds. Network drives that know no locks give another one.
_HELD = frozenset((errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK))
_PRIVATE_FOLDER = 0o700
_KEPT = "; finished work is kept: fix this, and run the same again"


class Ledger:
    """The folder beside the destination that holds the finished parts. A context manager: one run at a time.

    Parameters
    ----------
    destination : pathlib.Path
        The file that the archive is written to in the end.

    Attributes
    ----------
    photos : int
        Photos in the archive.
    part_rows : int
        Photos in each part, but fewer in the last.

    Raises
    ------
    DestinationError
        If the folder can't be written, or another run is at it.
    """

    def __init__(self, destination: Path) -> None:
        self.destination = destination
        self.folder = self.folder_of(destination)
        self.photos = 0
        self.part_rows = FEWEST
        self._done: set[int] = set()
        with _writing(destination):
            self.folder.mkdir(_PRIVATE_FOLDER, parents=True, exist_ok=True)
            self._lock = (self.folder / "lock").open("ab")
        try:
            _lock(self._lock)
        except OSError as error:
            self._lock.close()
            why = f"{self.folder} can't be locked ({error.strerror}); give a name on another disk"
            if error.errno in _HELD:
                why = "another run is writing it; wait until it finishes"
            raise DestinationError(f"{destination}: {why}") from error

    @staticmethod
    def folder_of(destination: Path) -> Path:
        """The folder that holds the finished parts of an unfinished archive."""
        return destination.with_name(f"{destination.name}.unfinished")

    @property
    def parts(self) -> int:
        """Number of parts."""
        return -(-self.photos // self.part_rows)

    @classmethod
    def way_of(cls, destination: Path) -> Mapping[str, Any] | None:
        """The way in which an unfinished archive was begun; None where there is none."""
        file = cls.folder_of(destination) / _LEDGER
        if not file.is_file():
            return None
        way: dict[str, Any] = (_unseal(file) or {}).get("way", {})
        return way

    def begin(
        self,
        about: Mapping[str, Any],
        jobs: Callable[[], Iterable[Job]],
        way: Mapping[str, bool] | None = None,
    ) -> None:
        """Make the list of photos, unless it was made by a run that was interrupted.

        Parameters
        ----------
        about : mapping
            Everything that the rows depend on: JSON values.
        jobs : callable
            Finds the photos.
        way : mapping of str to bool, optional
            Which of the switches that go over a finished archive were set, for `way_of`.

        Raises
        ------
        InvalidInputError
            If the interrupted run had other settings, or there are no photos.
        DestinationError
            If the list can't be written, or is damaged.
        """
        if not self._ledger.is_file():
            self._make_list(about, jobs, way or {})
        known = self._read()
        self.photos, self.part_rows = known["photos"], known["part_rows"]
        self._done = {number for number in range(self.parts) if self._is_sound(number)}
        differ = differences(known["about"], about)
        if differ:
            raise InvalidInputError(
                f"{self.destination}: was started with other settings ({differ}): finish it with those, "
                f"or delete {self.folder} to start over"
            )

    def _read(self) -> dict[str, Any]:
        """The ledger; refused where it or the list of photos is not as it was written."""
        known = _unseal(self._ledger)
        if known is None or known.get("listing") != _digest(self._listing):
            raise DestinationError(
                f"{self.destination}: the list of photos in {self.folder} was damaged, so that the finished "
                "work is lost: run the same again to start over"
            )
        return known

    def _make_list(
        self,
        about: Mapping[str, Any],
        jobs: Callable[[], Iterable[Job]],
        way: Mapping[str, bool],
    ) -> None:
        photos = 0
        with written(self._listing) as temporary, temporary.open("w", encoding="ascii") as file:
            for job in _list_jobs(jobs(), about["archive"]["source"]):
                file.write(f"{job.to_json()}\n")
                photos += 1
            if not photos:
                raise InvalidInputError(f"{about['archive']['source']}: no photos there")
        rows = min(max(photos // SHARE, FEWEST), MOST)
        known = {"about": dict(about), "way": dict(way), "photos": photos, "part_rows": rows}
        _seal(self._ledger, {**known, "listing": _digest(self._listing)})

    def unfinished(self) -> Iterator[tuple[int, list[Job]]]:
        """The parts that are still to be done, in order: number, photos."""
        with self._listing.open(encoding="ascii") as lines:
            for number in range(self.parts):
                part = list(islice(lines, self.part_rows))
                if number not in self._done:
                    yield number, [Job.from_json(line) for line in part]

    def part(self, number: int) -> Path:
        """The file of a finished part."""
        return self.folder / f"part-{number:08d}.parquet"

    def seal(self, number: int) -> None:
        """Mark the file of a part as finished."""
        _seal(self._part_seal(number), self._seal_of(number))
        self._done.add(number)

    def is_done(self, number: int) -> bool:
        """Whether a part is finished."""
        return number in self._done

    def forget(self, number: int) -> None:
        """Mark a finished part as to be done again."""
        self._part_seal(number).unlink()
        self._done.discard(number)

    @property
    def done(self) -> int:
        """Photos whose rows are finished."""
        return sum(
            min(self.part_rows, self.photos - number * self.part_rows) for number in self._done
        )

    def _is_sound(self, number: int) -> bool:
        """Whether the file of a part is there, as it was written for this ledger."""
        return _unseal(self._part_seal(number)) == self._seal_of(number)

    def _seal_of(self, number: int) -> dict[str, Any]:
        of_ledger = _digest(self._ledger)
        return {"number": number, "sha256": _digest(self.part(number)), "ledger": of_ledger}

    def _part_seal(self, number: int) -> Path:
        return self.part(number).with_suffix(".json")

    @property
    def _listing(self) -> Path:
        return self.folder / "photos.jsonl"

    @property
    def _ledger(self) -> Path:
        return self.folder / _LEDGER

    def clear(self) -> None:
        """Delete the folder: the archive is finished, or to be begun anew."""
        self._lock.close()
        # The list goes first: a rest of the parts would be taken for all that was done.
        with suppress(OSError):
            self._ledger.unlink()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        failed = isinstance(error, Exception)  # an interrupted run goes on
        if not self._ledger.is_file() or (failed and not self.done):
            self.clear()  # nothing was done that a corrected command could go on with
        self._lock.close()


def _list_jobs(jobs: Iterable[Job], source: str) -> Iterator[Job]:
    """The photos; an error in looking for them is not told as one of the file that they are listed in."""
    try:
        yield from jobs
    except OSError as error:
        raise InvalidInputError(f"{source}: can't be listed ({error})") from error


def differences(known: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """In words, the changes in the values that an archive's rows depend on; empty where there are none.

    Examples
    --------
    >>> differences({"archive": {"source": "a"}}, {"archive": {"source": "b"}})
    "source was 'a' and now is 'b'"
    """
    old, new = _flatten(known), _flatten(now)
    changed = [key for key in {**new, **old} if key in new and old.get(key) != new[key]]
    if "score_version" in changed:
        was, made_by = old.get("score_version", "unknown"), old.get("asymmetry", "unknown")
        return (
            f"its numbers are of version {was}, made by asymmetry {made_by}, and this installation makes "
            f"those of version {new['score_version']}, which don't belong into one file"
        )
    return ", ".join(
        f"{key} was {_describe_value(old.get(key))} and now is {_describe_value(new[key])}"
        for key in changed
    )


def _flatten(about: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{key: value for key, value in about.items() if key != "archive"},
        **about.get("archive", {}),
    }


def _describe_value(value: Any) -> str:
    """A value, but not a whole tree of constants."""
    if isinstance(value, Mapping):
        return "other values"
    return repr(value)


def _digest(path: Path) -> str:
    """SHA-256 of a file; empty where it can't be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _seal(path: Path, values: Mapping[str, Any]) -> None:
    """Write values, with their SHA-256."""
    told = json.dumps(values)
    with written(path) as temporary:
        temporary.write_text(json.dumps([hashlib.sha256(told.encode()).hexdigest(), told]))


def _unseal(path: Path) -> dict[str, Any] | None:
    """The values that were written; None where they are not there, or not as they were written."""
    try:
        digest, told = json.loads(path.read_text())
        if hashlib.sha256(told.encode()).hexdigest() != digest:
            return None
        known: dict[str, Any] = json.loads(told)
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return None
    return known


@contextmanager
def written(path: Path, *, private: bool = False, scratch: Path | None = None) -> Iterator[Path]:
    """Write a file whole or not at all: yields the name to write to, which is renamed at the end.

    Parameters
    ----------
    path : pathlib.Path
        Where it is to be.
    private, scratch
        As for `replace_file`.

    Raises
    ------
    DestinationError
        If it can't be written: no space, no permission, no such disk.
    """
    try:
        with replace_file(path, private=private, scratch=scratch) as temporary:
            yield temporary
    except DestinationError as error:
        raise DestinationError(f"{error}{_KEPT}") from error


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        raise DestinationError(f"{path}: can't be written ({why}){_KEPT}") from error


def _lock(file: IO[bytes]) -> None:
    """Keep others out for as long as the file is open, however this process ends."""
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
