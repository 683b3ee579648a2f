"""Photos of one person that lie in no folder, or come later: read, dated, and none twice."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from asymmetry.core.arrays import check_type
from asymmetry.core.landmarks import Landmarks
from asymmetry.errors import InvalidInputError, PhotoError
from asymmetry.extract import Extractor
from asymmetry.extract.intake import Progress
from asymmetry.photos.camera import is_front_camera, name_camera
from asymmetry.photos.listing import image_files
from asymmetry.photos.manifest import Entry, Manifest
from asymmetry.photos.photo import PhotoSource, dates_of, read_tags
from asymmetry.photos.record import PhotoRecord, describe_photo
from asymmetry.photos.remote import check_extra, is_url
from asymmetry.photos.rows import label_rows
from asymmetry.photos.sources import (
    PhotoBytes,
    digest_photo,
    is_one_photo,
    load_source,
    name_source,
)
from asymmetry.series.labels import label_mirrored

__all__ = ["Gathering", "check_alike", "gather_photos", "match_lines", "name_files"]

_LOG = logging.getLogger(__name__)
#: The settings that two sets of points have to share before they are one series.
_ALIKE = ("score_version", "method", "model_sha256", "lids_sha256", "marks_sha256", "settings")


@dataclass(frozen=True, eq=False)
class Gathering:
    """Photos as they were read.

    Attributes
    ----------
    landmarks : Landmarks
        One row per photo.
    about : tuple of PhotoRecord
        The facts known about them.
    sources : mapping of str to PhotoSource
        Where their pictures are, by name.
    """

    landmarks: Landmarks
    about: tuple[PhotoRecord, ...] = field(repr=False)
    sources: Mapping[str, PhotoSource] = field(repr=False)


def name_files(folder: Path, home: Path | None) -> dict[str, Path]:
    """The photos below a folder by the name that a series has for them.

    Parameters
    ----------
    folder : pathlib.Path
        The folder.
    home : pathlib.Path or None
        The series' own folder. In it names are relative; another folder's name stands before its photos'.
    """
    top = folder.resolve()
    base = (home or top).resolve()
    if not top.is_relative_to(base):
        base = top.parent
    return {path.resolve().relative_to(base).as_posix(): path for path in image_files(folder)}


def match_lines(folder: Path, files: Mapping[str, Path]) -> dict[str, Entry]:
    """The lines of a folder's manifest about photos in it, by the names that a series has for them.

    Parameters
    ----------
    folder : pathlib.Path
        The folder.
    files : mapping of str to pathlib.Path
        As `name_files` returns them.

    Raises
    ------
    InvalidInputError
        If the manifest can't be understood, or names a photo by a name that several have.
    """
    manifest = Manifest.of_folder(folder)
    lines = {
        name: manifest.find(path.relative_to(folder).as_posix()) for name, path in files.items()
    }
    return {name: line for name, line in lines.items() if line is not None}


def gather_photos(
    photos: Iterable[PhotoSource] | Mapping[str, PhotoSource],
    *,
    extractor: Extractor,
    known: Sequence[PhotoRecord] = (),
    treated_on: date | None = None,
    manifest: Mapping[str, Entry] | None = None,
    progress: Progress | None = None,
) -> Gathering:
    """Read photos of one person, wherever they are.

    Parameters
    ----------
    photos : iterable of PhotoSource, or mapping of str to PhotoSource
        The photos, or the photos by name.
    extractor : Extractor
        Reads the points.
    known : sequence of PhotoRecord
        Photos that the series has. A photo with the name or the bytes of one of them is left out.
    treated_on : date, optional
        Turns day numbers in names into dates.
    manifest : mapping of str to Entry, optional
        A manifest's lines, by the photos' names.
    progress : callable, optional
        As for `Extractor.extract`.

    Raises
    ------
    InvalidInputError
        If `photos` is a single photo, or none at all.
    """
    if is_one_photo(photos):
        raise InvalidInputError(
            "photos: this is one; pass [photo], and read a folder by Series.from_folder"
        )
    check_type("photos", photos, Iterable)
    if isinstance(photos, Mapping):
        check_extra(list(photos.values()))
        named: Iterable[tuple[str | None, PhotoSource]] = photos.items()
    else:
        if isinstance(photos, Sequence):
            check_extra(photos)
        named = ((None, photo) for photo in photos)
    if progress is not None:
        named = progress(named)
    feed = _Feed(known, treated_on, manifest or {})
    found = extractor.extract(feed.take(named))
    rows = label_rows(found, feed.about)
    mirrored = label_mirrored(found, [each.mirrored for each in feed.about]).tolist()
    about = (replace(each, mirrored=way) for each, way in zip(feed.about, mirrored, strict=True))
    return Gathering(rows, tuple(about), feed.sources)


def _name(given: object, source: PhotoSource, number: int) -> str:
    """A photo's name: the one that it was given, its own, or its number."""
    stand_in = f"<photo {number}>"
    if given is None:
        with suppress(InvalidInputError):  # it is nothing that a photo can be: its row says so
            return name_source(source, stand_in)
        return stand_in
    if not isinstance(given, str) or not given:
        raise InvalidInputError(f"a photo's name has to be a text, not {given!r}")
    return given


class _Feed:
    """Hands photos to the extractor, and keeps the facts known about each."""

    def __init__(
        self, known: Sequence[PhotoRecord], treated_on: date | None, manifest: Mapping[str, Entry]
    ) -> None:
        self.about: list[PhotoRecord] = []
        self.sources: dict[str, PhotoSource] = {}
        self._first = len(known)
        self._came: dict[str, str] = {}
        self._names = {each.photo for each in known}
        self._digests = {each.sha256: each.photo for each in known if each.sha256}
        self._treated_on = treated_on
        self._manifest = manifest

    def take(self, photos: Iterable[tuple[str | None, PhotoSource]]) -> Iterator[PhotoSource]:
        """The photos that the series does not have yet."""
        for number, (given, source) in enumerate(photos, self._first):
            name, loaded = _name(given, source, number), source
            # Of a photo that can't be loaded the extractor says why, in its row.
            with suppress(PhotoError, InvalidInputError):
                loaded = load_source(source, name)
            if isinstance(loaded, bytes | bytearray | memoryview):
                loaded = PhotoBytes(name, loaded)  # so that all tell of it by its name
            digest = digest_photo(loaded)
            if self._came.setdefault(name, digest) != digest:
                raise InvalidInputError(f"two photos are called {name}: give each its own name")
            twin = self._find_twin(name, digest)
            if twin:
                _LOG.warning("%s is not added: it is there as %s", name, twin)
                continue
            self._names.add(name)
            if digest:
                self._digests[digest] = name
            record, tags = describe_photo(name, self._manifest.get(name)), dict[int, object]()
            with suppress(InvalidInputError):  # it is nothing that a photo can be
                tags = dict(read_tags(loaded))
                record = record.add_dates(dates_of(loaded, tags))
            known = record.count_day(self._treated_on)
            front, camera = is_front_camera(tags), name_camera(tags)
            self.about.append(replace(known, sha256=digest, front_camera=front, camera=camera))
            self.sources[name] = loaded
            if is_url(source):  # which is fetched again when its picture is wanted
                self.sources[name] = source
            yield loaded

    def _find_twin(self, name: str, digest: str) -> str:
        """The photo of that name or with these bytes; empty if there is none yet."""
        if name in self._names:
            return name
        return self._digests.get(digest, "")


def check_alike(series: Mapping[str, Any], extractor: Mapping[str, Any]) -> None:
    """Refuse points that were read in another way than those of a series.

    Parameters
    ----------
    series, extractor : mapping
        How the points of each came about.

    Raises
    ------
    InvalidInputError
        If something differs that moves numbers.
    """
    shared = [key for key in _ALIKE if key in series and key in extractor]
    differ = [key for key in shared if _plain(series[key]) != _plain(extractor[key])]
    if differ:
        what = ", ".join(differ)
        raise InvalidInputError(
            f"the photos of this series were read with other settings ({what}): "
            "read all of them again, or pass the same Extractor"
        )


def _plain(value: Any) -> Any:
    """A value as it is after it was saved."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value
