"""Photos on their way in: checked, opened, read one by one, and told to whoever listens to the log."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, TypeAlias

from asymmetry.core.beside import Beside
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import Scheme
from asymmetry.errors import InvalidInputError, PhotoError
from asymmetry.photos.photo import Photo, read_photo
from asymmetry.photos.remote import check_extra, is_url
from asymmetry.photos.sources import (
    PhotoBytes,
    PhotoSource,
    is_one_photo,
    load_source,
    name_source,
)

__all__ = ["Ahead", "Progress", "check_photos", "read_rows"]

Progress: TypeAlias = "Callable[[Iterable[Any]], Iterable[Any]]"
"""Wraps an iterable and shows how far it has come, as ``tqdm.tqdm`` does."""

_LOG = logging.getLogger(__name__)
#: Larger photos are decoded in their turn alone: two of them at once would need as much memory again.
_MOST_AHEAD_MP = 50.0


class Ahead:
    """Photos of a list, each decoded by a thread that is free while the one before it is read.

    Photos that come one by one, as from a generator, are not asked for ahead.

    Parameters
    ----------
    photos : iterable of PhotoSource
        The photos.
    beside : Beside
        The threads; with one, nothing is decoded ahead.
    max_megapixels : float
        As for `read_photo`.
    least_side : int
        As for `read_photo`.
    """

    def __init__(
        self, photos: Iterable[PhotoSource], beside: Beside, max_megapixels: float, least_side: int
    ) -> None:
        several = isinstance(photos, list | tuple) and beside.threads > 1
        self._photos: Sequence[PhotoSource] = photos if several else ()  # type: ignore[assignment]
        self._beside = beside
        self._read = partial(
            read_photo, max_megapixels=min(max_megapixels, _MOST_AHEAD_MP), least_side=least_side
        )
        self._begun: tuple[PhotoSource, Callable[[], Photo]] | None = None

    def take(self, number: int, source: PhotoSource) -> Photo | None:
        """A photo that was decoded ahead; None where it was not, or could not be. The next one is begun."""
        begun, self._begun = self._begun, None
        later = self._photos[number + 1 : number + 2]
        if later and _is_at_hand(later[0]):
            self._begun = later[0], self._beside.begin(self._decode, number + 1, later[0])
        # What wraps the list, such as a progress bar, may hand on others than those that come next in it.
        if begun is not None and begun[0] is source:
            with suppress(Exception):  # whatever it is, the photo's own turn tells it
                return begun[1]()
        return None

    def _decode(self, number: int, source: PhotoSource) -> Photo:
        return self._read(source, name=name_source(source, _stand_in(number)))


def _is_at_hand(source: object) -> bool:
    """Whether a photo can be decoded from a file or from bytes, as often as one likes."""
    if isinstance(source, str) and is_url(source):
        return False
    return isinstance(source, (str, os.PathLike, bytes, PhotoBytes))


def _stand_in(number: int) -> str:
    """The name of a photo that has none."""
    return f"<photo {number}>"


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
    if isinstance(photos, Mapping):
        raise InvalidInputError("extract takes a list of photos: of a mapping pass its values()")
    if isinstance(photos, Sequence):
        check_extra(photos)


def read_rows(
    read: Callable[[int, str, PhotoSource], Landmarks],
    photos: Iterable[PhotoSource],
    provenance: Mapping[str, Any],
    scheme: Scheme,
) -> Iterator[Landmarks]:
    """Read photos one after the other.

    Parameters
    ----------
    read : callable
        Takes a photo's number, its name and the photo, and gives its row.
    photos : iterable of PhotoSource
        The photos. An item that is no photo costs its own row and no other.
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
    read: Callable[[int, str, PhotoSource], Landmarks],
    number: int,
    source: PhotoSource,
    scheme: Scheme,
) -> Landmarks:
    name = _stand_in(number)
    try:
        name = name_source(source, name)
        loaded = load_source(source, name)
    except PhotoError as error:
        return Landmarks.blank([name], status=error.status, reason=error.note, scheme=scheme.name)
    except InvalidInputError as error:
        why = str(error).removeprefix(f"{name}: ")
        return Landmarks.blank([name], status="unreadable", reason=why, scheme=scheme.name)
    return read(number, name, loaded)
