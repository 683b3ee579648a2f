"""`score_archive`: find the photos, hand them to an engine, write what comes back."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal, get_args

from asymmetry.archive.jobs import find_jobs, is_url
from asymmetry.archive.ledger import Ledger, differences
from asymmetry.archive.parquet import (
    metadata_of,
    part_table,
    statuses,
    write_archive,
    write_csv,
    write_part,
)
from asymmetry.archive.pool import Pool, check_pool, scored_parts
from asymmetry.archive.rows import Settings
from asymmetry.core.paths import local_path
from asymmetry.errors import InvalidInputError, require
from asymmetry.extract import Method

__all__ = ["Engine", "Progress", "Summary", "score_archive"]

Engine = Literal["local", "ray"]


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    Attributes
    ----------
    done : int
        Photos done, those of earlier runs among them.
    failed : int
        Photos that could not be scored in this run.
    photos : int
        Photos in all.
    earlier : int
        Photos done by earlier runs.
    """

    done: int
    failed: int
    photos: int
    earlier: int = 0

    @property
    def failed_share(self) -> float:
        """Share of this run's photos that could not be scored."""
        return self.failed / max(self.done - self.earlier, 1)


@dataclass(frozen=True)
class Summary:
    """What was written.

    Attributes
    ----------
    destination : pathlib.Path
        The Parquet file.
    photos : int
        Its rows.
    statuses : mapping of str to int
        How many photos have each status.
    scored : int
        Photos that this run scored; the others were finished by earlier ones.
    """

    destination: Path
    photos: int
    statuses: Mapping[str, int] = field(default_factory=dict)
    scored: int = 0


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
        The file to write, ``.parquet``. Until it is whole, what is finished is in a folder beside it,
        ``<destination>.unfinished``.
    engine : {"local", "ray"}
        Worker processes on this machine, or a Ray cluster.
    method, mirrored, max_megapixels, model
        As for `Extractor`.
    subject : str, optional
        A regular expression that finds the person in a photo's path, see `find_jobs`. Default: the first
        folder below the source.
    landmarks : bool
        Also write the landmarks, so that `read_landmarks` gives them back to be measured again. They are
        biometric data.
    csv : bool
        Also write the table as CSV beside the Parquet file.
    workers : int, optional
        Number of worker processes. Default: what the cores, the memory and the first photos' waiting for
        storage ask for; with Ray one for each core of the cluster.
    time_limit : float
        Seconds that one photo may take before it is given up.
    ray_address : str, optional
        The cluster, as for ``ray.init``. Default: a Ray of its own on this machine.
    overwrite : bool
        Write anew where the destination exists. Otherwise an existing file of the same archive is left as it
        is, and any other is an error.
    progress : callable, optional
        Called with a `Progress` as photos are done.

    Returns
    -------
    Summary

    Raises
    ------
    InvalidInputError
        If an argument is not what this function takes, there are no photos, or the destination holds
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
    asymmetry.errors.InvalidInputError: scores.csv: name the file to write like scores.parquet
    """
    source, destination = _one_spelling(os.fspath(source)), local_path(destination)
    _check(destination, engine)
    _check_extras(engine, source)
    check_pool(workers, time_limit)
    settings = Settings(
        method=method,
        mirrored=mirrored,
        max_megapixels=max_megapixels,
        model=None if model is None else str(Path(model).absolute()),
        url=source if is_url(source) else None,
    )
    about = {"source": source, "subject": subject, "landmarks": landmarks, "max_megapixels": max_megapixels}
    with settings.extractor() as extractor:  # what is wrong with it is said here, not by every worker
        provenance = {**extractor.provenance, "archive": about}
    as_text = destination.with_suffix(".csv")
    if destination.exists() and not overwrite and not Ledger.folder_of(destination).exists():
        made = _finished(destination, provenance)
        if csv and not as_text.exists():
            write_csv(destination, as_text)
        return made
    make_table = partial(part_table, provenance=provenance, landmarks=landmarks)
    with Ledger(destination) as ledger:
        ledger.begin(provenance, lambda: find_jobs(source, subject))
        before = ledger.done
        if before < ledger.photos:
            told = _Teller(ledger.photos, before, progress)
            told(0, 0)
            start = partial(Pool, settings, time_limit=time_limit)
            run = _local if engine == "local" else partial(_on_ray, address=ray_address)
            with closing(run(start, ledger.unfinished(), make_table, told, workers=workers)) as scored:
                for number, table in scored:
                    write_part(table, ledger.part(number))
        parts = [ledger.part(number) for number in range(ledger.parts)]
        write_archive(parts, destination, landmarks=landmarks)
        if csv:
            write_csv(destination, as_text)
        ledger.clear()
    return Summary(destination, ledger.photos, statuses(destination), ledger.photos - before)


class _Teller:
    """Counts photos and says how far the run is."""

    def __init__(self, photos: int, done: int, tell: Callable[[Progress], None] | None) -> None:
        self._now = Progress(done, 0, photos, done)
        self._tell = tell

    def __call__(self, done: int, failed: int) -> None:
        self._now = replace(self._now, done=self._now.done + done, failed=self._now.failed + failed)
        if self._tell is not None:
            self._tell(self._now)


def _local(start: Callable[..., Pool], *parts: Any, workers: int | None = None) -> Generator[tuple[int, Any]]:
    with start(workers=workers) as pool:
        yield from scored_parts(pool, *parts)


def _on_ray(*arguments: Any, **how: Any) -> Generator[tuple[int, Any]]:
    from asymmetry.archive.on_ray import ray_parts

    yield from ray_parts(*arguments, **how)


def _one_spelling(source: str) -> str:
    """The same text for the same source: ``tree`` and ``tree/`` are one."""
    if not is_url(source):
        return os.path.normpath(source)
    return source if source.endswith("//") else source.rstrip("/")


def _check_extras(engine: str, source: str) -> None:
    """What a run will need, before it begins."""
    needed = [("pyarrow", "scoring an archive", "archive"), ("pebble", "scoring an archive", "archive")]
    if is_url(source):
        needed.append(("fsspec", "an archive behind a URL", "archive"))
    if engine == "ray":
        needed.append(("ray", "scoring on a cluster", "ray"))
    for module, what, extra in needed:
        require(module, what, extra)


def _check(destination: Path, engine: str) -> None:
    if engine not in get_args(Engine):
        raise InvalidInputError(f"engine {engine!r}: use one of {', '.join(get_args(Engine))}")
    if destination.suffix != ".parquet":
        raise InvalidInputError(f"{destination}: name the file to write like scores.parquet")
    if destination.is_dir():
        raise InvalidInputError(f"{destination}: this is a folder; name a file to write")
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise InvalidInputError(
            "score_archive starts new processes, which import your script: call it under "
            "if __name__ == '__main__':"
        )


def _finished(destination: Path, provenance: Mapping[str, Any]) -> Summary:
    """The summary of a file that is there already, if it is of the same archive."""
    known = metadata_of(destination)
    differ = differences(known, provenance)
    if differ:
        raise InvalidInputError(
            f"{destination}: is there already and was made otherwise ({differ}); name another file, or say "
            "overwrite"
        )
    found = statuses(destination)
    return Summary(destination, sum(found.values()), found)
