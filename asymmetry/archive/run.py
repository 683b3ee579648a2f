"""`score_archive`: find the photos, hand them to an engine, write the results."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, get_args

from asymmetry.archive.checks import Engine, check_extras, check_target
from asymmetry.archive.earlier import Earlier, Plan
from asymmetry.archive.inline import Inline
from asymmetry.archive.jobs import Job, contents, find_jobs, is_url, one_spelling
from asymmetry.archive.ledger import Ledger
from asymmetry.archive.on_ray import score_on_ray
from asymmetry.archive.own_metrics import check_metrics
from asymmetry.archive.parquet import (
    part_table,
    statuses,
    write_archive,
    write_csv,
    write_part,
)
from asymmetry.archive.pool import Pool, Scorer, check_pool, score_parts
from asymmetry.archive.progress import Progress, Teller
from asymmetry.archive.rows import Row, Settings
from asymmetry.archive.summary import Summary, describe, summarise
from asymmetry.core.arrays import check_switches
from asymmetry.core.columns import USABLE
from asymmetry.core.paths import local_path, path_text
from asymmetry.extract import Method
from asymmetry.metrics import Metric
from asymmetry.photos.remote import forget_systems, hide_secrets
from asymmetry.photos.taken import TakenSource

__all__ = ["Engine", "Summary", "score_archive"]


#: The switches that go over a finished archive.
_WAYS = ("overwrite", "retry_failed", "update")


def score_archive(  # noqa: PLR0913  all but two go by name
    source: str | os.PathLike[str],
    destination: str | os.PathLike[str],
    *,
    engine: Engine = "local",
    method: Method = "hemiface",
    mirrored: bool = False,
    subject: str | None = None,
    landmarks: bool = False,
    csv: bool = False,
    workers: int | None = None,
    time_limit: float = 60.0,
    max_megapixels: float = 100.0,
    model: str | os.PathLike[str] | None = None,
    ray_address: str | None = None,
    overwrite: bool = False,
    retry_failed: bool = False,
    update: bool = False,
    storage_options: Mapping[str, Any] | None = None,
    metrics: Iterable[str | Metric] | None = None,
    measure_skin: bool = False,
    progress: Callable[[Progress], None] | None = None,
) -> Summary:
    """Score many photos into a Parquet file: one row per photo, failures included.

    Interrupt it at any moment and call it again: it goes on where it was, and the file is the same, byte for
    byte, as if it had not been interrupted. The list of photos is made when an archive is begun; photos that
    are added later are not in it.

    Parameters
    ----------
    source : str or path
        A folder (with those below it), a glob pattern, a manifest (CSV with the columns ``photo`` and, as far
        as known, ``subject``, ``taken``, ``expression``, ``mirrored``), or a URL that fsspec knows.
    destination : path
        The file to write, ``.parquet``. Until it is whole, finished parts are in a folder beside it,
        ``<destination>.unfinished``.
    engine : {"local", "ray", "inline"}
        Worker processes on this machine, a Ray cluster, or this process alone, for notebooks and where no
        process may be started: there a photo that crashes a decoder ends the program, and `time_limit` does
        not hold.
    method, mirrored, max_megapixels, model
        As for `Extractor`.
    subject : str, optional
        A regular expression that finds the person in a photo's path, see `find_jobs`. Default: the first
        folder below the source.
    landmarks : bool
        Also write the landmarks, so that `read_landmarks` gives them back to be measured again. They are
        biometric data.
    csv : bool
        Also write the table as CSV beside the Parquet file, of which it has the name. An older one is
        replaced; any other file of that name is an error.
    workers : int, optional
        Number of worker processes. Default: by the cores, the memory and the first photos' waiting for
        storage; with Ray one for each core of the cluster. 0 is the engine ``"inline"``.
    time_limit : float
        Seconds that one photo may take before it is given up.
    ray_address : str, optional
        The cluster, as for ``ray.init``. Default: a Ray of its own on this machine.
    overwrite : bool
        Overwrite where the destination exists. Otherwise an existing file of the same archive is left as it
        is, and any other is an error.
    retry_failed : bool
        Read the photos again that earlier runs could not score; all other rows are kept.
    update : bool
        Bring an existing file up to date: photos that are new or have other bytes (by their SHA-256)
        are read, photos that are gone lose their rows, all other rows are kept.
    storage_options : mapping, optional
        Of the file system behind a URL, as for fsspec: credentials, ``anon=True``. Never written.
    metrics : iterable of str or Metric, optional
        As for `measure`. Ray takes those of your own by name, from a module that its nodes can import.
    measure_skin : bool
        Also look for bruises in each photo, by comparing its sides: the columns of `asymmetry.skin`.
    progress : callable, optional
        Called with a `Progress` as photos are done.

    Returns
    -------
    Summary

    Raises
    ------
    InvalidInputError
        If an argument is invalid, there are no photos, or the destination holds
        something else.
    DestinationError
        If the destination can't be written, or is a URL.
    MissingExtraError
        If pyarrow, pebble or Ray is not installed.

    Notes
    -----
    Columns: photo (path relative to the source), taken, expression (from manifest or name, else read from
    the face), status, reason, sha256 (of the file), subject, width and height (px), the photo's quality, and
    those of `measure`. Worker processes are new ones: a script calls this under
    ``if __name__ == "__main__":``.

    Examples
    --------
    >>> score_archive("no-such-folder", "scores.csv")
    Traceback (most recent call last):
    ...
    asymmetry.errors.InvalidInputError: scores.csv: give the output file a name such as scores.parquet
    """
    source, destination = one_spelling(path_text(source)), local_path(destination)
    inline = engine == "inline" or (engine == "local" and workers == 0)
    check_target(destination, engine, inline=inline, csv=csv)
    check_extras(engine, source, inline=inline)
    check_pool(workers, time_limit)
    chosen = check_metrics(metrics, engine)
    settings = Settings(
        method=method,
        mirrored=mirrored,
        max_megapixels=max_megapixels,
        model=None if model is None else str(Path(model).absolute()),
        url=source if is_url(source) else None,
        storage_options=dict(storage_options or {}),
        measure_skin=measure_skin,
    )
    about = {
        **({"skin": True} if measure_skin else {}),
        "source": hide_secrets(source),
        "subject": subject,
        "landmarks": landmarks,
        "max_megapixels": max_megapixels,
        "order_of_dates": " > ".join(get_args(TakenSource)),
        "metrics": chosen and [str(getattr(each, "name", each)) for each in chosen],
    }
    with settings.extractor() as extractor:  # its faults are reported here, not by every worker
        provenance = {**extractor.provenance, "archive": about}
    wanted = _Wanted(destination, provenance, landmarks, csv, overwrite, retry_failed, update)
    start: Callable[..., Any] = partial(Pool, settings, workers=workers, time_limit=time_limit)
    if inline:
        start = partial(Inline, settings)
    score: Callable[..., Generator[tuple[int, Any]]] = _score_here
    if engine == "ray":
        score = partial(score_on_ray, workers=workers, address=ray_address)
    table = partial(part_table, provenance=provenance, landmarks=landmarks, metrics=chosen)
    find = partial(find_jobs, source, subject, settings.storage_options)
    return wanted.write(settings, partial(_Run, start, score, table), find, progress)


@dataclass(frozen=True, eq=False)
class _Wanted:
    """The file that is asked for."""

    destination: Path
    provenance: Mapping[str, Any]
    landmarks: bool
    csv: bool
    overwrite: bool
    retry_failed: bool
    update: bool

    def __post_init__(self) -> None:
        switches = ("landmarks", "csv", "overwrite", "retry_failed", "update")
        check_switches(**{name: getattr(self, name) for name in switches})

    @property
    def there(self) -> bool:
        """Whether the file exists and is to be kept or gone on from."""
        return self.destination.exists() and not self.overwrite

    def write(
        self,
        settings: Settings,
        run_on: Callable[[Earlier | None], _Run],
        find: Callable[[], Iterator[Job]],
        progress: Callable[[Progress], None] | None,
    ) -> Summary:
        """Write the file, in as many runs as it takes."""
        forget_systems()
        now = 0
        for each in self.runs():
            with each.open_earlier(settings) as earlier:
                made = each.finish(run_on(earlier), find, progress)
            now += made.scored
        return replace(made, scored=min(now, made.photos))  # some may be gone again

    @property
    def way(self) -> dict[str, bool]:
        """The switches, each off where there is no file to go over."""
        exists = self.destination.exists()
        return {name: exists and getattr(self, name) for name in _WAYS}

    def runs(self) -> tuple[_Wanted, ...]:
        """The runs that it takes: an unfinished one is finished first, in the way in which it was begun."""
        begun, exists = Ledger.way_of(self.destination), self.destination.exists()
        if not begun:
            return (self,)
        goes_over = begun["retry_failed"] or begun["update"]
        if (exists and self.overwrite and not begun["overwrite"]) or (goes_over and not exists):
            with Ledger(self.destination) as ledger:
                ledger.clear()
            return (self,)
        if exists and begun != self.way:
            first = replace(self, **begun)
            return (first, self) if self.retry_failed or self.update else (first,)
        if self.update and not (exists or self.overwrite):
            return (self, replace(self, retry_failed=False))  # the list is of the photos of then
        return (self,)

    def open_earlier(self, settings: Settings) -> Earlier | nullcontext[None]:
        """The rows that are there already, if some of them are to be kept."""
        if not self.there:
            return nullcontext()
        made = summarise(self.destination, self.provenance)
        if not (self.retry_failed or self.update or made.unread):
            return nullcontext()
        fetch = partial(contents, url=settings.url, storage_options=settings.storage_options)
        return Earlier(self.destination, retry=self.retry_failed, update=self.update, fetch=fetch)

    def finish(
        self,
        run: _Run,
        find: Callable[[], Iterator[Job]],
        progress: Callable[[Progress], None] | None,
    ) -> Summary:
        """Write the file, unless it is there and complete."""
        earlier, as_text = run.earlier, self.destination.with_suffix(".csv")
        begun = Ledger.way_of(self.destination) is not None
        if self.there and not begun and (earlier is None or earlier.complete):
            if Ledger.folder_of(self.destination).exists():
                with Ledger(self.destination) as ledger:
                    ledger.clear()  # its rest, where a kill came while it was deleted
            made = summarise(self.destination, self.provenance)
            if self.csv and _is_older(as_text, self.destination):
                write_csv(self.destination, as_text)
            return made
        with Ledger(self.destination) as ledger:
            jobs = (lambda: earlier.jobs(find())) if earlier else find
            ledger.begin(self.provenance, jobs, self.way)
            if self.retry_failed and not self.there:
                _forget_failed(ledger)
            scored = run.finish_parts(ledger, progress)
            parts = [ledger.part(number) for number in range(ledger.parts)]
            write_archive(parts, self.destination, landmarks=self.landmarks, scratch=ledger.folder)
            if self.csv:
                write_csv(self.destination, as_text)
            ledger.clear()
        made, unchecked = describe(self.destination), earlier.unchecked if earlier else 0
        return replace(made, scored=scored, unread=made.unread + unchecked)


@dataclass(frozen=True, eq=False)
class _Run:
    """How the parts of an archive are scored."""

    start: Callable[..., Any]
    engine: Callable[..., Generator[tuple[int, Any]]]
    make_table: Callable[..., Any]
    earlier: Earlier | None

    def finish_parts(self, ledger: Ledger, progress: Callable[[Progress], None] | None) -> int:
        """Score the unfinished photos, part by part, and return their number."""
        before = ledger.done
        if before == ledger.photos:
            return 0
        told = Teller(ledger.photos, before, progress)
        told(0, 0)
        plans: dict[int, Plan] = {}
        todo = self._plan_parts(ledger, plans, told)
        with closing(self.engine(self.start, todo, self.make_table, told)) as scored:
            for number, table in scored:
                whole = table
                if self.earlier is not None:
                    whole = self.earlier.merge(plans.pop(number), table)
                write_part(whole, ledger.part(number))
                ledger.seal(number)
        return ledger.photos - before - told.kept

    def _plan_parts(
        self, ledger: Ledger, plans: dict[int, Plan], told: Teller
    ) -> Iterator[tuple[int, list[Job]]]:
        """The photos to read of each part; a part of which all is kept is written at once."""
        for number, part in ledger.unfinished():
            if self.earlier is None:
                yield number, part
                continue
            plan = self.earlier.plan(part)
            told.keep(len(part) - len(plan.todo))
            if plan.todo:
                plans[number] = plan
                yield number, plan.todo
            else:
                write_part(self.earlier.merge(plan, None), ledger.part(number))
                ledger.seal(number)


def _is_older(path: Path, other: Path) -> bool:
    """Whether a file was written before another one, or is not there."""
    return not path.exists() or path.stat().st_mtime_ns < other.stat().st_mtime_ns


def _forget_failed(ledger: Ledger) -> None:
    """Let the finished parts be read again in which photos could not be scored."""
    for number in range(ledger.parts):
        part = ledger.part(number)
        if ledger.is_done(number) and not set(statuses(part)).issubset(USABLE):
            ledger.forget(number)


def _score_here(
    start: Callable[[], AbstractContextManager[Scorer]],
    todo: Iterable[tuple[int, list[Job]]],
    make_table: Callable[[list[Job], list[Row]], Any],
    report: Callable[[int, int], None],
) -> Generator[tuple[int, Any]]:
    """Score parts on this machine, as `score_on_ray` does on a cluster."""
    with start() as scorer:
        yield from score_parts(scorer, todo, make_table, report)
