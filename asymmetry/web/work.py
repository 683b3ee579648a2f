"""The work behind the page: photos that wait are read by the archive's worker processes."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from asymmetry.archive.jobs import Job
from asymmetry.archive.pool import Pool
from asymmetry.archive.rows import Row, Settings, failed
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.notes import Note, note_array
from asymmetry.errors import AsymmetryError
from asymmetry.photos.camera import is_front_camera, name_camera
from asymmetry.photos.photo import read_tags
from asymmetry.photos.record import PhotoRecord
from asymmetry.web.store.files import cannot_write
from asymmetry.web.store.store import MissingEntryError, Store

__all__ = ["Work"]

_LOG = logging.getLogger(__name__)
#: Seconds that a thread gets to keep the photo that it has.
_PARTING = 1.0


class Work:
    """Reads the photos of a store that wait, in order. A context manager.

    Photos that waited when the last server ended are read first.

    Parameters
    ----------
    store : Store
        The store.
    tell : callable
        Called with the number of each photo whose status changed, from a thread.
    workers : int, optional
        Number of worker processes. Default: one for each usable core.
    max_megapixels : float
        Larger photos are refused.
    time_limit : float
        Seconds that one photo may take.
    pause : float
        Seconds after which a photo is read again whose points can't be written, as the disk is full.
    """

    def __init__(
        self,
        store: Store,
        tell: Callable[[str], None],
        *,
        workers: int | None = None,
        max_megapixels: float = 100.0,
        time_limit: float = 60.0,
        pause: float = 30.0,
    ) -> None:
        self._store, self._tell, self._pause = store, tell, pause
        self._closing = threading.Event()
        self._waiting: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._pool = Pool(
            Settings(max_megapixels=max_megapixels), workers=workers, time_limit=time_limit
        )
        self._threads = [
            threading.Thread(target=self._run, daemon=True) for _ in range(self._pool.workers)
        ]
        for photo in store.queued():
            self._waiting.put(photo.id)
        for thread in self._threads:
            thread.start()

    def add(self, photo: str) -> None:
        """Have a photo read."""
        self._waiting.put(photo)

    def close(self) -> None:
        """End the workers. Photos that still wait are read when the next server starts."""
        self._closing.set()
        for _ in self._threads:
            self._waiting.put(None)
        self._pool.close()
        for thread in self._threads:  # a photo that no worker had begun is never answered
            thread.join(_PARTING)

    def __enter__(self) -> Work:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _run(self) -> None:
        while (number := self._waiting.get()) is not None:
            try:
                self._read(number)
                self._tell(number)
            except MissingEntryError:
                _LOG.info("photo %s was deleted before it was read", number)
            except Exception as error:  # noqa: BLE001  one photo must not stop the others
                if not self._closing.is_set():
                    _LOG.exception("photo %s could not be kept", number)
                if cannot_write(error):
                    self._closing.wait(self._pause)
                    self._waiting.put(number)

    def _read(self, number: str) -> None:
        photo = self._store.photo(number)
        if not photo.waits:
            return
        job = Job(str(self._store.path(photo)), PhotoRecord(photo.name))
        try:
            row = self._pool.score(job)
        except AsymmetryError as error:
            row = failed(job, Note("not_scored", error=str(error)))
        record = row.record or job.record
        facts = replace(photo.record, dates=record.dates, **_read_camera(job.path))
        self._store.finish_photo(number, _own_notes(row, record), facts)


def _read_camera(path: str) -> dict[str, Any]:
    """The facts about its camera that a photo's tags hold."""
    tags = read_tags(path)
    return {"front_camera": is_front_camera(tags), "camera": name_camera(tags)}


def _own_notes(row: Row, record: PhotoRecord) -> Landmarks:
    """The points without the remarks on dates, which a correction may settle."""
    remarks = set(record.list_remarks())
    notes = [note for note in row.landmarks.notes[0] if note not in remarks]
    return replace(row.landmarks, notes=note_array([tuple(notes)]))
