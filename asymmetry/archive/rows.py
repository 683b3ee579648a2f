"""The work on each photo, in whatever process and by whatever engine."""

from __future__ import annotations

import functools
import hashlib
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from multiprocessing import parent_process
from typing import Any

import numpy as np

from asymmetry.archive.jobs import Job, contents
from asymmetry.core.arrays import check_switches
from asymmetry.core.columns import Status
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.notes import Note, note_array
from asymmetry.core.table import Measurements
from asymmetry.errors import PhotoError
from asymmetry.extract import Extractor, Method
from asymmetry.metrics import measure
from asymmetry.photos.photo import read_dates
from asymmetry.photos.record import PhotoRecord
from asymmetry.photos.rows import label_rows
from asymmetry.photos.sources import PhotoBytes
from asymmetry.skin_photos import read_skin

__all__ = [
    "PASSING",
    "Row",
    "Settings",
    "failed",
    "release_extractor",
    "score_job",
    "start_worker",
]

#: Notes on photos that could not be read for now, but may be later: they are read again by the next run.
PASSING = frozenset(
    "vanished no_permission not_opened not_read not_fetched no_memory killed".split()
)
#: Notes on photos that are not where they should be.
_NOT_THERE = frozenset(("no_such_file", "nothing_there", "url_for_a_file"))


@dataclass(frozen=True)
class Settings:
    """How the photos of an archive are read; the same for each.

    Attributes
    ----------
    method, mirrored, max_megapixels, model
        As for `Extractor`.
    url : str or None
        The URL whose file system holds the photos; None for this machine's.
    storage_options : mapping
        Of that file system, such as credentials; never written.
    measure_skin : bool
        Also look for bruises.
    """

    method: Method = "hemiface"
    mirrored: bool = False
    max_megapixels: float = 100.0
    model: str | None = None
    url: str | None = None
    storage_options: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    measure_skin: bool = False

    def __post_init__(self) -> None:
        check_switches(measure_skin=self.measure_skin)

    def extractor(self) -> Extractor:
        """Load the model."""
        return Extractor(
            method=self.method,
            mirrored=self.mirrored,
            max_megapixels=self.max_megapixels,
            model=self.model,
            threads=1,
        )


@dataclass(frozen=True)
class Row:
    """One photo as it was read.

    Attributes
    ----------
    landmarks : Landmarks
        Its points, n = 1; without them there are a status and a reason.
    sha256 : str
        Of the file's bytes, in hexadecimal digits; empty where it could not be read.
    seconds, waited : float
        Time that the photo took, and how much of it went by waiting for its bytes.
    record : PhotoRecord or None
        The facts about it, with the dates in the file.
    skin : Measurements or None
        The columns of its skin, n = 1, where they were asked for.
    """

    landmarks: Landmarks
    sha256: str = ""
    seconds: float = 0.0
    waited: float = 0.0
    record: PhotoRecord | None = None
    skin: Measurements | None = None


def failed(job: Job, reason: Note | str, status: Status = "unreadable") -> Row:
    """The row of a photo that could not be scored."""
    blank = Landmarks.blank([job.photo], status=status, reason=reason)
    return Row(label_rows(blank, [job.record]), record=job.record)


def start_worker(settings: Settings) -> None:
    """Make this process ready to score: load the model, and end when the process that started it ends."""
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent.join,), daemon=True).start()
    # One process for each core: more threads within it would only get in each other's way.
    os.environ.setdefault("OPENCV_FOR_THREADS_NUM", "1")
    _extractor(settings)


def score_job(settings: Settings, job: Job) -> Row:
    """Read and measure one photo in this process; whatever happens, there is a row."""
    began, busy = time.perf_counter(), time.thread_time()
    try:
        file = contents(job, settings.url, settings.storage_options)
    except PhotoError as error:
        return failed(job, _tell_vanished(job, error.note), error.status)
    waited = time.perf_counter() - began - (time.thread_time() - busy)
    digest = hashlib.sha256(file.data).hexdigest()
    record, skin = job.record, None
    try:
        record = record.add_dates(read_dates(file))
        landmarks = label_rows(_extractor(settings).extract([file]), [record])
        if record.use is False:
            landmarks = _set_aside(landmarks)
        if settings.measure_skin:
            skin = _read_skin(landmarks, file, settings, record)
    except Exception as error:  # noqa: BLE001  one photo must not stop the others
        told = f"{type(error).__name__}: {error}"
        landmarks = failed(job, Note("not_scored", error=told)).landmarks
    return Row(landmarks, digest, time.perf_counter() - began, max(waited, 0.0), record, skin)


def _set_aside(landmarks: Landmarks) -> Landmarks:
    """The row of a photo that the manifest does not want, as a series has it: points, and no numbers."""
    if not landmarks.usable[0]:
        return landmarks
    notes = (*landmarks.notes[0], Note("unwanted"))
    return replace(landmarks, status=np.array(["rejected"]), notes=note_array([notes]))


def _read_skin(
    landmarks: Landmarks, file: PhotoBytes, settings: Settings, record: PhotoRecord
) -> Measurements:
    """The columns of a photo's skin, read from the sides of this one photo."""
    mirrored = settings.mirrored if record.mirrored is None else record.mirrored
    scale = measure(landmarks, metrics=["mrd1"])["mm_per_px"]
    return read_skin(landmarks, [file], scale, mirrored=[mirrored]).table


def _tell_vanished(job: Job, note: Note | str) -> Note | str:
    """The reason why a photo was not read; another one if it was there before."""
    if job.seen and isinstance(note, Note) and note.code in _NOT_THERE:
        return Note("vanished")
    return note


@functools.cache
def _extractor(settings: Settings) -> Extractor:
    return settings.extractor()


def release_extractor(settings: Settings) -> None:
    """Free the model that this process has loaded for scoring."""
    _extractor(settings).close()
    _extractor.cache_clear()


def _end_after(wait: Callable[[], None]) -> None:
    wait()
    os._exit(1)
