"""Which photos an archive holds, one by one, and the bytes of each."""

from __future__ import annotations

import glob
import os
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from asymmetry.core.notes import Note
from asymmetry.errors import (
    AsymmetryError,
    InvalidInputError,
    UnreadablePhotoError,
)
from asymmetry.photos.manifest import manifest_entries
from asymmetry.photos.names import expression_from_name
from asymmetry.photos.photo import PhotoBytes, opened, photo_suffixes, walk_images
from asymmetry.photos.remote import MAX_FILE_BYTES, check_length, import_fsspec, read_url

__all__ = ["Job", "contents", "find_jobs", "is_url", "one_spelling", "subject_of"]

_MANIFEST_SUFFIXES = frozenset((".csv", ".tsv"))


@dataclass(frozen=True)
class Job:
    """One photo of an archive, before it is read.

    Attributes
    ----------
    path : str
        Where it is: a path, a URL, or a path in the file system that the source's URL names.
    photo : str
        What tables call it: its path relative to the source.
    subject : str
        Who it shows; empty where that is not known.
    expression : str
        What a manifest or its name says it shows; empty where neither does.
    taken : str
        When a manifest says it was taken, ISO 8601.
    mirrored : bool or None
        Whether a manifest says that it was stored mirrored.
    """

    path: str
    photo: str
    subject: str = ""
    expression: str = ""
    taken: str = ""
    mirrored: bool | None = None


def find_jobs(
    source: str, subject: str | None = None, storage_options: Mapping[str, Any] | None = None
) -> Iterator[Job]:
    """Find the photos of an archive one by one, always in the same order.

    Parameters
    ----------
    source : str
        A folder, a glob pattern, a manifest (CSV), one photo, or a URL that fsspec knows.
    subject : str, optional
        A regular expression that finds the person in a photo's path relative to the source: its group
        ``subject``, else its first group, else all that it matches. Default: the first folder in that path.
    storage_options : mapping, optional
        Of the URL's file system, such as credentials.

    Raises
    ------
    InvalidInputError
        If there is no such source, or the pattern is no regular expression.

    Examples
    --------
    >>> list(find_jobs("no-such-folder"))
    Traceback (most recent call last):
    ...
    asymmetry.errors.InvalidInputError: no-such-folder: no such folder, file, pattern with a match, or URL
    """
    try:
        pattern = re.compile(subject) if subject is not None else None
    except re.error as error:
        raise InvalidInputError(f"subject {subject!r} is no regular expression ({error})") from error
    if is_url(source):
        return _in_url(source, pattern, storage_options or {})
    if Path(source).is_dir():
        return _in_folder(source, pattern)
    if Path(source).suffix.lower() in _MANIFEST_SUFFIXES and Path(source).is_file():
        return _in_manifest(source, pattern)
    if Path(source).is_file():
        return iter([_job(_absolute(source), Path(source).name, pattern)])
    return _in_glob(source, pattern)


def is_url(source: str) -> bool:
    """Whether a source is a URL, or a chain of them as fsspec writes it."""
    return "://" in source or "::" in source


def one_spelling(source: str) -> str:
    """The same text for the same source: ``tree`` and ``tree/`` are one."""
    if not is_url(source):
        return os.path.normpath(source)
    return source if source.endswith("//") else source.rstrip("/")


def subject_of(photo: str, pattern: re.Pattern[str] | None = None) -> str:
    r"""Who a photo shows, by its path relative to the source; empty where the path does not say.

    Examples
    --------
    >>> subject_of("P017/2026-03-02/smile.jpg"), subject_of("smile.jpg")
    ('P017', '')
    >>> subject_of("visit 3/P017_smile.jpg", re.compile(r"(P\d+)_"))
    'P017'
    """
    if pattern is None:
        parts = PurePosixPath(photo).parts
        return parts[0] if len(parts) > 1 else ""
    match = pattern.search(photo)
    if match is None:
        return ""
    if "subject" in pattern.groupindex:
        return match["subject"] or ""
    return (match[1] if pattern.groups else match[0]) or ""


def contents(
    job: Job, url: str | None = None, storage_options: Mapping[str, Any] | None = None
) -> PhotoBytes:
    """Read the bytes of a photo.

    Parameters
    ----------
    job : Job
        The photo.
    url : str, optional
        The URL whose file system holds it. Default: this machine's, unless the job's path is a URL itself.
    storage_options : mapping, optional
        Of the file system that is behind a URL.

    Raises
    ------
    UnreadablePhotoError
        If it can't be read.
    UnsuitablePhotoError
        If it is larger than `MAX_FILE_BYTES`.
    """
    if url is None and "://" not in job.path:
        with opened(job.path, job.photo) as stream:
            try:
                data = stream.read(MAX_FILE_BYTES + 1)
            except OSError as error:
                raise UnreadablePhotoError(job.photo, Note("not_read", error=str(error))) from error
        check_length(data, job.photo)
    else:
        data = read_url(job.path, job.photo, storage_options, root=url)
    return PhotoBytes(job.photo, data)


def _job(path: str, photo: str, pattern: re.Pattern[str] | None) -> Job:
    """A photo of which only the path tells anything."""
    return Job(path, photo, subject_of(photo, pattern), expression_from_name(photo) or "")


def _absolute(path: str | Path) -> str:
    """The same place from whatever folder a later run is started in."""
    return str(Path(path).absolute())


def _in_folder(source: str, pattern: re.Pattern[str] | None) -> Iterator[Job]:
    for path in walk_images(source):
        photo = path.relative_to(source).as_posix()
        yield _job(_absolute(path), photo, pattern)


def _in_glob(source: str, pattern: re.Pattern[str] | None) -> Iterator[Job]:
    matches = glob.iglob(source, recursive=True)  # noqa: PTH207  any pattern, with any folder before it
    found = sorted(path for path in matches if not Path(path).is_dir())
    if not found:
        raise InvalidInputError(f"{source}: no such folder, file, pattern with a match, or URL")
    root = _above_pattern(source)
    for path in found:
        photo = Path(path).relative_to(root).as_posix()
        yield _job(_absolute(path), photo, pattern)


def _above_pattern(source: str) -> Path:
    """The folder that a glob pattern starts from."""
    parts = Path(source).parts
    plain = next((i for i, part in enumerate(parts) if glob.has_magic(part)), len(parts))
    return Path(*parts[: min(plain, len(parts) - 1)])


def _in_manifest(source: str, pattern: re.Pattern[str] | None) -> Iterator[Job]:
    root = Path(source).parent
    for _, entry in manifest_entries(source):
        taken = "" if entry.taken is None else entry.taken.isoformat()
        yield Job(
            path=entry.photo if "://" in entry.photo else _absolute(root / entry.photo),
            photo=entry.photo,
            subject=entry.subject or subject_of(entry.photo, pattern),
            expression=entry.expression or expression_from_name(entry.photo) or "",
            taken=taken[: len("2026-03-31")] if entry.day_only else taken,
            mirrored=entry.mirrored,
        )


def _in_url(
    source: str, pattern: re.Pattern[str] | None, storage_options: Mapping[str, Any]
) -> Iterator[Job]:
    fsspec = import_fsspec("an archive behind a URL", "archive")
    try:
        system, top = fsspec.core.url_to_fs(source, **storage_options)
        found: Iterable[str]
        if glob.has_magic(top):
            found, top = sorted(system.glob(top)), _above_pattern(top).as_posix()
        elif system.isfile(top):
            found, top = [top], str(PurePosixPath(top).parent)
        else:
            found = _walked(system, top)
        for path in found:
            photo = posixpath.relpath(f"/{path}", f"/{top}")
            yield _job(path, photo, pattern)
    except AsymmetryError:
        raise
    except Exception as error:  # whatever a file system raises
        raise InvalidInputError(
            f"{source}: can't be listed ({str(error) or type(error).__name__})"
        ) from error


def _walked(system: Any, top: str) -> Iterator[str]:
    """The photos below a folder of a file system, in order of name."""
    entries = sorted(system.ls(top, detail=True), key=lambda entry: str(entry["name"]))
    for entry in entries:
        name = PurePosixPath(entry["name"])
        if name.name.startswith("."):
            continue
        if entry["type"] == "directory":
            yield from _walked(system, entry["name"])
        elif name.suffix.lower() in photo_suffixes():
            yield entry["name"]
