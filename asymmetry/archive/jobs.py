"""Which photos an archive holds, one by one, and the bytes of each."""

from __future__ import annotations

import glob
import json
import os
import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import Any

from asymmetry.core.notes import Note
from asymmetry.errors import (
    AsymmetryError,
    InvalidInputError,
    UnreadablePhotoError,
)
from asymmetry.photos.listing import is_kept_apart, is_picture_name, walk_images
from asymmetry.photos.manifest import Entry, Manifest, manifest_entries
from asymmetry.photos.photo import opened
from asymmetry.photos.protocol import HEAD_BYTES
from asymmetry.photos.readers import is_known
from asymmetry.photos.record import PhotoRecord, describe_photo
from asymmetry.photos.remote import (
    MAX_FILE_BYTES,
    check_length,
    hide_secrets,
    import_fsspec,
    read_url,
)
from asymmetry.photos.sheet import SHEET_SUFFIXES, fold
from asymmetry.photos.sources import PhotoBytes

__all__ = ["Job", "contents", "find_jobs", "is_url", "one_spelling", "subject_of"]

_MANIFEST_SUFFIXES = frozenset(SHEET_SUFFIXES) - {".txt"}


@dataclass(frozen=True)
class Job:
    """One photo of an archive, before it is read.

    Attributes
    ----------
    path : str
        Where it is: a path, a URL, or a path in the file system that the source's URL names.
    record : PhotoRecord
        The facts about it that manifest and name say; `PhotoRecord.photo` is its path relative to the source.
    seen : bool
        It was there when the list of photos was made.
    row : int or None
        Its row in the finished archive that is gone over once more.
    """

    path: str
    record: PhotoRecord
    seen: bool = False
    row: int | None = None

    @property
    def photo(self) -> str:
        """Its name in tables and errors."""
        return self.record.photo

    def to_json(self) -> str:
        """One line of text in ASCII, for a name may have bytes that are no text."""
        plain = {"path": self.path, "record": self.record.to_dict(), "seen": self.seen}
        return json.dumps({**plain, "row": self.row})

    @classmethod
    def from_json(cls, line: str) -> Job:
        """The photo of which this is the line."""
        plain = json.loads(line)
        record = PhotoRecord.from_dict(plain["record"])
        return cls(plain["path"], record, plain["seen"], plain["row"])


def find_jobs(
    source: str, subject: str | None = None, storage_options: Mapping[str, Any] | None = None
) -> Iterator[Job]:
    """Find the photos of an archive one by one, always in the same order.

    Parameters
    ----------
    source : str
        A folder, a glob pattern, a manifest (CSV or a workbook), one photo, or a URL that fsspec knows. In a
        folder of this machine, and from where a pattern begins, the lines of each ``manifest.csv`` (or
        ``.xlsx``) hold for the photos below it; the nearest one counts.
    subject : str, optional
        A regular expression that finds the person in a photo's path relative to the source: its group
        ``subject``, else its first group, else all that it matches. Default: the first folder in that path.
    storage_options : mapping, optional
        Of the URL's file system, such as credentials.

    Raises
    ------
    InvalidInputError
        If there is no such source, the pattern is no regular expression, or a manifest can't be understood.

    Examples
    --------
    >>> list(find_jobs("no-such-folder"))
    Traceback (most recent call last):
    ...
    asymmetry.errors.InvalidInputError: no-such-folder: no such folder, file, pattern with a match, or URL
    """
    try:
        pattern = None if subject is None else re.compile(subject)
    except re.error as error:
        raise InvalidInputError(
            f"subject {subject!r} is not a regular expression ({error})"
        ) from error
    if is_url(source):
        return _in_url(source, pattern, storage_options or {})
    if Path(source).is_dir():
        return _in_folder(source, pattern)
    if Path(source).suffix.lower() in _MANIFEST_SUFFIXES and Path(source).is_file():
        return _in_manifest(source, pattern)
    if Path(source).is_file():
        return iter([_describe_job(_absolute(source), Path(source).name, pattern)])
    return _in_glob(source, pattern)


def is_url(source: str) -> bool:
    """Whether a source is a URL, or a chain of them as fsspec writes it."""
    return "://" in source or "::" in source


def one_spelling(source: str) -> str:
    """The same text for the same source: ``tree`` and ``tree/`` are one."""
    if not is_url(source):
        return os.path.normpath(source)
    if source.endswith("//"):
        return source
    return source.rstrip("/")


def subject_of(photo: str, pattern: re.Pattern[str] | None = None) -> str:
    r"""Who a photo shows, by its path relative to the source; empty where the path does not say.

    Examples
    --------
    >>> (
    ...     subject_of("P017/2026-03-02/smile.jpg"),
    ...     subject_of("smile.jpg"),
    ...     subject_of("/disk/smile.jpg"),
    ... )
    ('P017', '', '')
    >>> subject_of("visit 3/P017_smile.jpg", re.compile(r"(P\d+)_"))
    'P017'
    """
    if pattern is None:
        folders = PurePosixPath(photo).parts[:-1]
        if "://" in photo or PureWindowsPath(photo).anchor or folders[:1] == ("..",):
            return ""  # it does not begin where the source does
        return next(iter(folders), "")
    match = pattern.search(photo)
    if match is None:
        return ""
    group = pattern.groupindex.get("subject", min(pattern.groups, 1))
    return match[group] or ""


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
        check_length(len(data), job.photo)
    else:
        data = read_url(job.path, job.photo, storage_options, root=url)
    return PhotoBytes(job.photo, data)


def _describe_job(
    path: str,
    photo: str,
    pattern: re.Pattern[str] | None,
    entry: Entry | None = None,
    *,
    seen: bool = True,
) -> Job:
    record = describe_photo(photo, entry, place=path, subject=subject_of(photo, pattern))
    return Job(path, record, seen)


def _absolute(path: str | Path) -> str:
    """The same place from whatever folder a later run is started in."""
    return str(Path(path).absolute())


def _in_folder(source: str, pattern: re.Pattern[str] | None) -> Iterator[Job]:
    root = Path(source)
    manifests = _Manifests(root)
    for path in walk_images(root):
        photo = path.relative_to(root).as_posix()
        yield _describe_job(_absolute(path), photo, pattern, manifests.find(path))
    for folder, entry in manifests.leftover_lines():
        path, photo = folder / entry.photo, entry.photo
        if path.is_relative_to(root):
            photo = path.relative_to(root).as_posix()
        yield _describe_job(_absolute(path), photo, pattern, entry, seen=False)


class _Manifests:
    """The manifests in a folder and below it, each read when the first photo below it is found."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._read: dict[Path, Manifest] = {}

    def find(self, path: Path) -> Entry | None:
        """The nearest manifest's line about a photo."""
        folders = path.parents[: len(path.relative_to(self._root).parts)]
        manifests = [self._open(folder) for folder in folders]
        lines = [
            manifest.find(path.relative_to(folder).as_posix())
            for folder, manifest in zip(folders, manifests, strict=True)
        ]
        return next((line for line in lines if line is not None), None)

    def leftover_lines(self) -> Iterator[tuple[Path, Entry]]:
        """Lines about photos that are not there, each with its manifest's folder."""
        for folder, manifest in self._read.items():
            for entry in manifest.leftover_lines():
                yield folder, entry

    def _open(self, folder: Path) -> Manifest:
        if folder not in self._read:
            self._read[folder] = Manifest.of_folder(folder)
        return self._read[folder]


def _in_glob(source: str, pattern: re.Pattern[str] | None) -> Iterator[Job]:
    matches = glob.iglob(source, recursive=True)  # noqa: PTH207  any pattern, with any folder before it
    found = sorted(  # of a set, for two `**` find a photo once for each folder between them
        {path for path in matches if not (_lies_apart(path, source) or Path(path).is_dir())}
    )
    if not found:
        raise InvalidInputError(f"{source}: no such folder, file, pattern with a match, or URL")
    root = _above_pattern(source)
    manifests = _Manifests(root)
    for path in map(Path, found):
        photo = path.relative_to(root).as_posix()
        yield _describe_job(_absolute(path), photo, pattern, manifests.find(path))


def _lies_apart(path: str, pattern: str) -> bool:
    """Whether a match lies in a folder of small copies or deleted photos that the pattern does not name."""
    named = PurePath(pattern).parts
    folders = PurePath(path).parents
    return any(is_kept_apart(str(each)) and each.name not in named for each in folders)


def _above_pattern(source: str) -> Path:
    """The folder that a glob pattern starts from."""
    parts = Path(source).parts
    plain = next((i for i, part in enumerate(parts) if glob.has_magic(part)), len(parts))
    return Path(*parts[: min(plain, len(parts) - 1)])


def _in_manifest(source: str, pattern: re.Pattern[str] | None) -> Iterator[Job]:
    root, names = Path(source).parent, _Names()
    for _, entry in manifest_entries(source):
        path, seen = entry.photo, False
        if not is_url(path):
            with suppress(OSError):  # such as a name that is too long: its row says so
                path = _absolute(names.find(root / path))
                seen = Path(path).exists()
            path = _absolute(root / path)
        yield _describe_job(path, hide_secrets(entry.photo), pattern, entry, seen=seen)


class _Names:
    """Files as they are spelt where they lie; a folder is listed when a name is first missed in it."""

    def __init__(self) -> None:
        self._listed: dict[Path, dict[str, Path]] = {}

    def find(self, path: Path) -> Path:
        """The file that a list means, though its letters there have another case or form.

        Where several differ from its name so, none is meant: it is told as missing.
        """
        folder = path.parent
        if path.exists() or not folder.is_dir():
            return path
        if folder not in self._listed:
            names = {each: fold(each.name) for each in folder.iterdir()}
            times = Counter(names.values())
            self._listed[folder] = {name: each for each, name in names.items() if times[name] == 1}
        return self._listed[folder].get(fold(path.name), path)


def _in_url(
    source: str, pattern: re.Pattern[str] | None, storage_options: Mapping[str, Any]
) -> Iterator[Job]:
    fsspec = import_fsspec("an archive behind a URL", "archive")
    try:
        system, top = fsspec.core.url_to_fs(source, **storage_options)
        system.invalidate_cache()  # of names listed earlier in this process
        found: Iterable[str]
        if glob.has_magic(top):
            matches = system.glob(top, detail=True).items()
            files = (path for path, known in matches if known["type"] != "directory")
            found = sorted(path for path in files if not _lies_apart(path, top))
            top = _above_pattern(top).as_posix()
        elif system.isfile(top):
            found, top = [top], str(PurePosixPath(top).parent)
        else:
            found = _walk_system(system, top)
        for path in found:
            photo = posixpath.relpath(f"/{path}", f"/{top}")
            yield _describe_job(path, photo, pattern)
    except AsymmetryError:
        raise
    except Exception as error:  # whatever a file system raises
        raise InvalidInputError(
            hide_secrets(f"{source}: can't be listed ({str(error) or type(error).__name__})")
        ) from error


def _walk_system(system: Any, top: str) -> Iterator[str]:
    """The photos below a folder of a file system, in order of name."""
    entries = sorted(system.ls(top, detail=True), key=lambda entry: str(entry["name"]))
    for entry in entries:
        name = PurePosixPath(entry["name"])
        if name.name.startswith(".") or is_kept_apart(str(name)):
            continue
        if entry["type"] == "directory":
            yield from _walk_system(system, entry["name"])
        elif is_picture_name(name.name) or (not name.suffix and _is_photo(system, entry["name"])):
            yield entry["name"]


def _is_photo(system: Any, path: str) -> bool:
    """Whether a file whose name says nothing begins as a photo does."""
    with system.open(path, "rb") as stream:
        return is_known(stream.read(HEAD_BYTES))
