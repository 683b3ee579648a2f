"""A finished archive from which rows are kept, while failed or changed photos are read again."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, count, groupby
from pathlib import Path
from typing import Any

from asymmetry.archive.jobs import Job
from asymmetry.archive.parquet import import_pyarrow
from asymmetry.archive.rows import PASSING
from asymmetry.core.columns import USABLE
from asymmetry.errors import InvalidInputError, PhotoError, UnreadablePhotoError
from asymmetry.photos.record import PhotoRecord
from asymmetry.photos.sources import PhotoBytes

__all__ = ["Earlier", "Plan"]

_KNOWN_BY = ["photo", "status", "sha256", "flags"]


@dataclass(frozen=True)
class _Known:
    again: bool
    sha256: str


@dataclass(frozen=True, eq=False)
class Plan:
    """The rows of a part that are kept and the photos that are read.

    Attributes
    ----------
    kept : tuple of int or None
        For each photo its row in the finished archive; None where it is read.
    todo : list of Job
        The photos to read.
    """

    kept: tuple[int | None, ...]
    todo: list[Job]


class Earlier:
    """The rows of a finished archive. A context manager that holds the file open.

    Names, states and hashes of all rows are in memory, about 300 bytes a photo.

    Parameters
    ----------
    path : pathlib.Path
        The archive's file.
    retry : bool
        Read the photos again that could not be scored; those that could not be read for now are in any case.
    update : bool
        Read photos whose bytes have changed and new photos; leave out photos that are gone.
    fetch : callable
        Reads the bytes of a photo.

    Attributes
    ----------
    unchecked : int
        Photos whose rows are kept though they could not be read to be compared: an outage costs no row.
    """

    def __init__(
        self, path: Path, *, retry: bool, update: bool, fetch: Callable[[Job], PhotoBytes]
    ) -> None:
        self._path, self._update, self._fetch = path, update, fetch
        self.unchecked = 0
        self._file = import_pyarrow("pyarrow.parquet").ParquetFile(path)
        groups = range(self._file.num_row_groups)
        sizes = (self._file.metadata.row_group(i).num_rows for i in groups)
        self._starts = [0, *accumulate(sizes)]
        self._group: tuple[int, Any] = (-1, None)
        self._known: list[_Known] = []
        self._first: dict[str, int] = {}
        self._next: dict[int, int] = {}  # of a photo that a list names more than once
        last: dict[str, int] = {}
        for batch in self._file.iter_batches(columns=_KNOWN_BY):
            for line in batch.to_pylist():
                photo, row = line["photo"], len(self._known)
                if self._first.setdefault(photo, row) != row:
                    self._next[last.get(photo, self._first[photo])] = last[photo] = row
                again = (retry and line["status"] not in USABLE) or not PASSING.isdisjoint(
                    line["flags"]
                )
                self._known.append(_Known(again, line["sha256"] or ""))

    @property
    def complete(self) -> bool:
        """Whether nothing is to be read again."""
        return not self._update and not any(known.again for known in self._known)

    def jobs(self, found: Iterable[Job]) -> Iterator[Job]:
        """The photos of the new archive: those there now, or, without update, those there before."""
        left = dict(self._first)
        for job in found:
            photo = _as_stored(job.photo)
            row = left.pop(photo, None)
            if row in self._next:
                left[photo] = self._next[row]
            if self._update or row is not None:
                yield replace(job, row=row)
        if not self._update:
            yield from self._gone(left)

    def _gone(self, left: Mapping[str, int]) -> Iterator[Job]:
        """The photos of which nothing is there to be read."""
        for photo, first in left.items():
            row: int | None = first
            while row is not None:
                yield Job("", PhotoRecord(photo), row=row)
                row = self._next.get(row)

    def plan(self, part: Sequence[Job]) -> Plan:
        """The rows of a part that are kept, and the photos to read."""
        kept = tuple(self._find_row(job) for job in part)
        return Plan(kept, [job for job, row in zip(part, kept, strict=True) if row is None])

    def _find_row(self, job: Job) -> int | None:
        if job.row is None or not job.path:  # new, or gone: nothing is there to be read
            return job.row
        known = self._known[job.row]
        if known.again or (self._update and self._has_changed(job, known)):
            return None
        return job.row

    def _has_changed(self, job: Job, known: _Known) -> bool:
        try:
            return hashlib.sha256(self._fetch(job).data).hexdigest() != known.sha256
        except UnreadablePhotoError:
            if not known.sha256:
                return True
            self.unchecked += 1
            return False
        except PhotoError:
            return True

    def merge(self, plan: Plan, scored: Any | None) -> Any:
        """The table of a part.

        Parameters
        ----------
        plan : Plan
            Of the part.
        scored : pyarrow.Table or None
            Rows of the photos that were read, in order.
        """
        kept = sorted(row for row in plan.kept if row is not None)
        if not kept:
            return scored
        tables = [self._read_rows(*each) for each in groupby(kept, self._group_of)]
        if scored is not None:
            self._check_columns(tables[0].schema, scored.schema)
            tables.append(scored)
        places = {row: place for place, row in enumerate(kept)}
        new = count(len(kept))
        order = [next(new) if row is None else places[row] for row in plan.kept]
        return import_pyarrow().concat_tables(tables).take(order)

    def _check_columns(self, old: Any, new: Any) -> None:
        """Refuse a file to which somebody added columns, or from which some were taken."""
        if not old.equals(new):
            others = ", ".join(sorted(set(old.names) ^ set(new.names))) or "of other types"
            raise InvalidInputError(
                f"{self._path}: was changed since: its columns are not those of an archive ({others}); use "
                "another name, or overwrite it"
            )

    def _group_of(self, row: int) -> int:
        return bisect_right(self._starts, row) - 1

    def _read_rows(self, group: int, rows: Iterable[int]) -> Any:
        """Some rows of a row group, which is read once for all of them and kept for those that follow."""
        if self._group[0] != group:
            self._group = group, self._file.read_row_group(group)
        return self._group[1].take([row - self._starts[group] for row in rows])

    def __enter__(self) -> Earlier:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def _as_stored(photo: str) -> str:
    """A photo's name as the file has it, where bytes that are no letters are spelt out."""
    return photo.encode("utf-8", "backslashreplace").decode()
