"""Photos on their way in: checked, opened, read one by one, and told to whoever listens to the log."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import Scheme
from asymmetry.errors import InvalidInputError, PhotoError
from asymmetry.photos.remote import check_extra
from asymmetry.photos.sources import PhotoSource, is_one_photo, load_source, name_source

__all__ = ["Progress", "check_photos", "read_rows"]

Progress: TypeAlias = "Callable[[Iterable[Any]], Iterable[Any]]"
"""Wraps an iterable and shows how far it has come, as ``tqdm.tqdm`` does."""

_LOG = logging.getLogger(__name__)


def check_photos(photos: Iterable[PhotoSource]) -> None:
    """Refuse, before any work, anything that is no list of photos or can't be read here.

    Raises
    ------
    InvalidInputError
        If it is a single photo.
    MissingExtraError
        If it is a list with URLs, and the package that reads them is not installed.
    """
    if is_one_photo(photos) or not isinstance(photos, Iterable):
        raise InvalidInputError("extract takes a list of photos; for one photo pass [photo]")
    if isinstance(photos, Sequence):
        check_extra(photos)


def read_rows(
    read: Callable[[str, PhotoSource], Landmarks],
    photos: Iterable[PhotoSource],
    provenance: Mapping[str, Any],
    scheme: Scheme,
) -> Iterator[Landmarks]:
    """Read photos one after the other.

    Parameters
    ----------
    read : callable
        Takes a photo's name and the photo, and gives its row.
    photos : iterable of PhotoSource
        The photos. One that is nothing of the kind costs its own row and no other.
    provenance : mapping
        How they are read.
    scheme : Scheme
        The scheme of the points.

    Yields
    ------
    Landmarks
        The row of each photo, n = 1.
    """
    for number, source in enumerate(photos):
        began = time.perf_counter()
        row = replace(_row(read, number, source, scheme), provenance=provenance)
        name, status = str(row.photo[0]), str(row.status[0])
        _LOG.debug("%s: %s, %.0f ms", name, status, 1000 * (time.perf_counter() - began))
        if not row.usable[0]:
            _LOG.warning("%s is not measured, %s: %s", name, status, row.reason[0])
        yield row


def _row(
    read: Callable[[str, PhotoSource], Landmarks], number: int, source: PhotoSource, scheme: Scheme
) -> Landmarks:
    name = f"<photo {number}>"
    try:
        name = name_source(source, name)
        loaded = load_source(source, name)
    except PhotoError as error:
        return Landmarks.blank([name], status=error.status, reason=error.note, scheme=scheme.name)
    except InvalidInputError as error:
        why = str(error).removeprefix(f"{name}: ")
        return Landmarks.blank([name], status="unreadable", reason=why, scheme=scheme.name)
    return read(name, loaded)
