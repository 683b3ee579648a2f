"""The Ray engine: the same scoring on a cluster. Each actor guards a worker process of its own.

A photo that crashes or hangs ends that process and not the actor, so that it gets a row here as it does
locally. Ray replaces an actor or a node that dies and does its parts again. The tables come back to the
program that began the run. Only that program writes, so that nothing is lost or there twice.
"""

from __future__ import annotations

import importlib
import logging
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from typing import Any

from asymmetry.archive.jobs import Job
from asymmetry.archive.pool import Pool, score_parts
from asymmetry.archive.rows import Row
from asymmetry.core.beside import usable_cores
from asymmetry.core.quiet import quiet
from asymmetry.errors import InvalidInputError, MissingExtraError

__all__ = ["PartScorer", "score_on_ray"]

#: Parts handed to Ray Data at a time. Their lists are held in memory, and actors start again for each lot.
PARTS_AT_A_TIME = 1024
#: Parts in front of an actor: one that it does and one that waits.
PARTS_PER_ACTOR = 2
#: Memory for tables on their way, bytes, of a Ray that is started here.
STORE_BYTES = 512 * 2**20
_NOWHERE = "http://127.0.0.1:9"  # the discard port of this machine: nobody listens
#: Environment in which a Ray that starts here stays quiet. By default Ray reports its use to its makers. With
#: that switched off, a cluster begun by ``ray start`` still reports that it exists, and every Ray asks the
#: addresses of three clouds whether it runs there; with a proxy set, those requests end at the proxy.
SILENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_USAGE_STATS_REPORT_URL": _NOWHERE,
    "http_proxy": _NOWHERE,
}
# The C++ side of Ray writes to the terminal whatever the levels of Python's loggers.
_LOG_LEVEL = {"RAY_BACKEND_LOG_LEVEL": "fatal"}


class PartScorer:
    """Work of one actor: parts of the list in, their tables out.

    Parameters
    ----------
    start : callable
        Makes a `Pool` with a given number of ``workers``.
    make_table : callable
        Makes a table of photos and their rows.
    """

    def __init__(
        self,
        start: Callable[..., Pool],
        make_table: Callable[[list[Job], list[Row]], Any],
    ) -> None:
        self._pool = start(workers=1)
        self._make_table = make_table

    def __call__(self, batch: Any) -> Any:
        """Score some parts.

        Parameters
        ----------
        batch : pyarrow.Table
            ``number`` and ``photos``, a list of JSON texts.

        Returns
        -------
        pyarrow.Table
            ``number``, ``table`` (an Arrow stream), and the numbers of its ``photos`` and of ``failed`` ones.
        """
        pyarrow = importlib.import_module("pyarrow")
        todo = (
            (row["number"], list(map(Job.from_json, row["photos"]))) for row in batch.to_pylist()
        )
        failures: list[int] = []

        def report(_: int, failed: int) -> None:
            failures.append(failed)

        made = []
        for number, table in score_parts(self._pool, todo, self._make_table, report):
            made.append(
                {
                    "number": number,
                    "table": _to_stream(table),
                    "photos": len(table),
                    "failed": sum(failures),
                }
            )
            failures.clear()
        return pyarrow.Table.from_pylist(made)


def score_on_ray(
    start: Callable[..., Pool],
    todo: Iterable[tuple[int, list[Job]]],
    make_table: Callable[[list[Job], list[Row]], Any],
    report: Callable[[int, int], None],
    *,
    workers: int | None = None,
    address: str | None = None,
) -> Generator[tuple[int, Any]]:
    """Score parts of an archive on a Ray cluster.

    Parameters
    ----------
    start, todo, make_table, report
        As for `score_parts`; ``start`` makes the `Pool` of each actor.
    workers : int, optional
        Number of actors. Default: one for each core of the cluster.
    address : str, optional
        The cluster. Default: a Ray of its own on this machine, which ends with the run.

    Yields
    ------
    int, table
        Each part, in any order.

    Raises
    ------
    MissingExtraError
        If Ray is not installed.
    InvalidInputError
        If there is no cluster at that address.
    """
    todo = iter(todo)
    with _cluster(address, workers) as ray:
        actors = workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
        while lot := list(islice(todo, PARTS_AT_A_TIME)):
            items = [
                {"number": number, "photos": [job.to_json() for job in part]}
                for number, part in lot
            ]
            crew = ray.data.ActorPoolStrategy(
                size=min(actors, len(items)),
                max_tasks_in_flight_per_actor=PARTS_PER_ACTOR,
            )
            scored = ray.data.from_items(items, override_num_blocks=len(items)).map_batches(
                PartScorer,
                fn_constructor_args=(start, make_table),
                batch_size=1,
                batch_format="pyarrow",
                num_cpus=1,
                compute=crew,
            )
            for row in scored.iter_rows():
                report(row["photos"], row["failed"])
                yield row["number"], _from_stream(row["table"])


@contextmanager
def _cluster(address: str | None, workers: int | None) -> Iterator[Any]:
    """A connected Ray; one that is started here is shut down here."""
    try:
        ray = importlib.import_module("ray")
        importlib.import_module("ray.data")
    except ImportError as error:
        raise MissingExtraError("scoring on a cluster", "ray") from error
    here = not ray.is_initialized()
    if here:
        _start_ray(ray, address, workers)
    try:
        with _silent(ray):
            yield ray
    finally:
        if here:
            ray.shutdown()


def _start_ray(ray: Any, address: str | None, workers: int | None) -> None:
    """Connect to the cluster at an address, or start a silent Ray on this machine."""
    options: dict[str, Any] = {"address": address}
    environment = _LOG_LEVEL
    if not address:
        # Photos may be fetched through the proxy that was set before.
        proxy = os.environ.get("http_proxy", "")
        options = {
            "address": "local",  # not another program's Ray that runs here
            "num_cpus": workers or usable_cores(),
            "include_dashboard": False,
            "object_store_memory": STORE_BYTES,
            "runtime_env": {"env_vars": {"http_proxy": proxy}},
        }
        environment = {**_LOG_LEVEL, **SILENT}
    try:
        with quiet(), _keep_log_level("ray"), _environment(environment):
            ray.init(**options, logging_level=logging.ERROR, log_to_driver=False)
    except (ConnectionError, RuntimeError, ValueError) as error:
        where = address or "this machine"
        raise InvalidInputError(f"no Ray cluster at {where} ({error})") from error


@contextmanager
def _silent(ray: Any) -> Iterator[None]:
    """No bars and no chatter of Ray Data meanwhile; afterwards the program's own settings are back."""
    context, logger = ray.data.DataContext.get_current(), logging.getLogger("ray.data")
    bars, level = context.enable_progress_bars, logger.level
    context.enable_progress_bars = False
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        context.enable_progress_bars = bars
        logger.setLevel(level)


@contextmanager
def _keep_log_level(name: str) -> Iterator[None]:
    """``ray.init`` sets the level, the handlers and the reach of its logger: put the program's back."""
    logger = logging.getLogger(name)
    level, handlers, propagate = logger.level, list(logger.handlers), logger.propagate
    try:
        yield
    finally:
        logger.setLevel(level)
        logger.handlers[:] = handlers
        logger.propagate = propagate


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables for the processes that start meanwhile, and put the old ones back."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _to_stream(table: Any) -> bytes:
    pyarrow = importlib.import_module("pyarrow")
    sink = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    stream: bytes = sink.getvalue().to_pybytes()
    return stream


def _from_stream(stream: bytes) -> Any:
    return importlib.import_module("pyarrow").ipc.open_stream(stream).read_all()
