"""The files of a folder: which are photos, and why the others are left out. No pixel is decoded."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

from asymmetry.core.notes import Note
from asymmetry.core.paths import open_file
from asymmetry.errors import InvalidInputError
from asymmetry.photos.protocol import HEAD_BYTES
from asymmetry.photos.readers import RAW_SUFFIXES, is_known, photo_suffixes

__all__ = [
    "Leftover",
    "find_leftovers",
    "image_files",
    "is_kept_apart",
    "is_picture_name",
    "walk_images",
]

#: Pictures in formats that are not read. They are photos of the person all the same, so each has a row.
_PICTURES = RAW_SUFFIXES | frozenset(
    f".{end}" for end in "jxl jp2 j2k j2c jpf jpx heics heifs psd psb xcf tga".split()
)
_VIDEOS = frozenset(
    f".{end}" for end in "mov mp4 m4v avi mkv 3gp webm mts m2ts wmv mpg mpeg".split()
)
_PACKED = frozenset(f".{end}" for end in "zip rar 7z tar gz tgz bz2 xz".split())
#: Lists, texts, tables, files that a phone keeps beside a photo, and files that this package writes.
_DOCUMENTS = frozenset(
    f".{end}"
    for end in (
        "csv tsv txt md rst json xmp aae thm xml html htm pdf doc docx odt rtf xls xlsx ods ppt pptx ini db "
        "log yml yaml toml parquet npz npy py ipynb lnk url svg css js sh bat sqlite sha256 md5 lrcat cop cot"
    ).split()
)
#: Folders in which a disk station, a phone or a program keeps small copies of the photos beside them.
_THUMBNAIL_FOLDER = re.compile(r"@eadir|\.?@__thumb|[._]?thumb(?:nail)?s?|.+\.lrdata|captureone")
_BIN = re.compile(r"#recycle|@recycle|\$recycle\.bin|\.recycle|\.d?trash(?:es|-\d+)?")
#: macOS keeps the second half of a file, its resources, there or under its name with this before it.
_RESOURCES, _RESOURCE_FOLDERS = "._", ("__macosx", ".appledouble")
#: A library of macOS's Photos is a folder. Photos are in these; beside them are small and edited copies.
_LIBRARY, _ORIGINALS = ".photoslibrary", ("originals", "masters")
#: Folders at the top of a disk that only its system may list.
_OF_THE_SYSTEM = ("lost+found", "system volume information")
_TRASHED = ".trashed-"  # by Android
_THUMBNAIL_NAME = re.compile(r"^syno(?:photo|video|index)_(?:thumb|film|media)", re.IGNORECASE)
_IN_THE_CLOUD = re.compile(r"^\.(.+)\.icloud$")
#: Where the name of a kind stands in the first bytes of a file, and that name.
_PICTURE_STARTS = (
    (0, b"\xff\x0a"),
    (4, b"JXL \r\n"),
    (4, b"jP  \r\n"),
    (0, b"8BPS"),
)
_VIDEO_STARTS = ((4, b"ftyp"), (4, b"moov"), (0, b"\x1a\x45\xdf\xa3"), (8, b"AVI "))
_PACKED_STARTS = ((0, b"PK\x03\x04"), (0, b"Rar!"), (0, b"7z\xbc\xaf"), (0, b"\x1f\x8b"))


@dataclass(frozen=True)
class Leftover:
    """A file, or a folder, that is not read.

    Attributes
    ----------
    path : pathlib.Path
        Where it is.
    note : Note
        Why.
    missed : bool
        Whether something of the person may be lost with it. Small copies of photos beside them, and the
        moving part of a photo, are no loss.
    """

    path: Path
    note: Note
    missed: bool = True


def image_files(folder: str | os.PathLike[str], *, recursive: bool = True) -> list[Path]:
    """List the photos below a folder, in natural order (``day 2`` before ``day 10``).

    Parameters
    ----------
    folder : path
        Where to look.
    recursive : bool
        Also look into the folders below it, but not where small copies of photos or deleted ones are kept.
        Links to folders are not followed; `find_leftovers` tells those that lead elsewhere.

    Returns
    -------
    list of Path
        Files that begin as a photo does, or whose suffix is that of one, in any case, without hidden ones,
        which `find_leftovers` tells.
        Pictures in formats that are not read, such as a camera's raw files, are among them, so that they are
        told and not lost.

    Raises
    ------
    InvalidInputError
        `folder` is no folder, or it or one below it can't be listed.
    """
    return list(walk_images(folder, recursive=recursive))


def walk_images(folder: str | os.PathLike[str], *, recursive: bool = True) -> Iterator[Path]:
    """Find the photos below a folder one by one, as `image_files` lists them.

    Only the names in the folders on the way are held in memory, however many photos there are.
    """
    root = Path(folder)
    found = _walk(root, root, recursive=recursive)
    return (each for each in found if isinstance(each, Path))


def find_leftovers(folder: str | os.PathLike[str], *, recursive: bool = True) -> Iterator[Leftover]:
    """Find all that lies below a folder and is neither a photo nor a document: each file with the reason.

    Parameters
    ----------
    folder, recursive
        As for `image_files`.
    """
    root = Path(folder)
    found = _walk(root, root, recursive=recursive)
    return (each for each in found if isinstance(each, Leftover))


def is_picture_name(name: str) -> bool:
    """Whether a file is a picture by its name alone, in a format that is read or not.

    Examples
    --------
    >>> [
    ...     is_picture_name(name)
    ...     for name in ("IMG_1.HEIC", "IMG_1.DNG", "SYNOPHOTO_THUMB_M.jpg", "notes.csv")
    ... ]
    [True, True, False, False]
    """
    suffix = PurePath(name).suffix.lower()
    return (
        suffix in photo_suffixes() | _PICTURES
        and not _THUMBNAIL_NAME.match(name)
        and not name.startswith(_RESOURCES)
    )


def is_kept_apart(folder: str) -> bool:
    """Whether a folder holds small copies or deleted photos, by its path or its name alone.

    Examples
    --------
    >>> [is_kept_apart(name) for name in ("@eaDir", "2026-03-02", "A.photoslibrary/resources")]
    [True, False, True]
    """
    path = PurePath(folder.lower())
    in_library = path.parent.suffix == _LIBRARY and path.name not in _ORIGINALS
    return in_library or path.name in _RESOURCE_FOLDERS or _is_bin(path.name) or _holds_small(path)


def _is_bin(name: str) -> bool:
    return _BIN.fullmatch(name.lower()) is not None


def _holds_small(path: PurePath) -> bool:
    return _THUMBNAIL_FOLDER.fullmatch(path.name.lower()) is not None


def _walk(root: Path, top: Path, *, recursive: bool) -> Iterator[Path | Leftover]:
    if not root.is_dir():
        raise InvalidInputError(f"{root}: no such folder")
    try:
        with os.scandir(root) as entries:
            found = sorted(entries, key=lambda entry: _natural(entry.name))
    except OSError as error:
        if root != top and root.name.lower() in _OF_THE_SYSTEM:
            yield Leftover(root, Note("not_read", error=str(error.strerror)), missed=False)
            return
        raise InvalidInputError(f"{root}: can't be listed ({error.strerror})") from error
    stems = {PurePath(entry.name).stem.lower() for entry in found if is_picture_name(entry.name)}
    for entry in found:
        path = root / entry.name
        if _is_folder(entry):
            yield from _walk_into(path, entry, top, recursive=recursive)
            continue
        hidden = entry.name.startswith(".")
        kind = _classify_hidden(path) if hidden else _classify(path, stems)
        if kind is not None:
            yield kind


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def _walk_into(
    path: Path, entry: os.DirEntry[str], top: Path, *, recursive: bool
) -> Iterator[Path | Leftover]:
    if is_kept_apart(str(path)):
        files = _count_pictures(path.rglob("*"))
        if files and _is_bin(entry.name):
            yield Leftover(path, Note("in_the_bin", files=files), missed=False)
        elif files:
            yield Leftover(path, Note("thumbnails", files=files), missed=False)
    elif recursive and entry.name.startswith("."):
        files = _count_pictures(path.glob("*"))  # no deeper: it may hold whole copies of a disk
        if files:
            yield Leftover(path, Note("hidden", files=files), missed=False)
    elif recursive and not entry.is_symlink():
        yield from _walk(path, top, recursive=recursive)
    elif recursive and not path.resolve().is_relative_to(top.resolve()):
        yield Leftover(path, Note("linked_folder"))


def _count_pictures(paths: Iterable[Path]) -> int:
    names = (each.name for each in paths if each.is_file())
    return sum(is_picture_name(name) or _is_thumbnail(name) for name in names)


def _is_thumbnail(name: str) -> bool:
    return _THUMBNAIL_NAME.match(name) is not None


def _classify(path: Path, stems: set[str]) -> Path | Leftover | None:
    """A photo, a file that is left out, or None for a document."""
    suffix = path.suffix.lower()
    if _is_thumbnail(path.name):
        return Leftover(path, Note("thumbnails", files=1), missed=False)
    if suffix in photo_suffixes() | _PICTURES:
        return path
    if suffix in _VIDEOS:
        return _leave_video(path, stems)
    if suffix in _PACKED:
        return Leftover(path, Note("is_packed"))
    if suffix in _DOCUMENTS:
        return None
    return _classify_content(path, stems)


def _classify_hidden(path: Path) -> Leftover | None:
    """A hidden file by its name: one that may be a photo, or None."""
    if _IN_THE_CLOUD.match(path.name):
        return Leftover(path, Note("in_the_cloud"))
    if path.name.startswith(_TRASHED):
        return Leftover(path, Note("in_the_bin", files=1), missed=False)
    if is_picture_name(path.name):
        return Leftover(path, Note("hidden", files=1))
    return None


def _leave_video(path: Path, stems: set[str]) -> Leftover:
    """A video, or the moving part of a photo beside it: ``IMG_1.MOV``, ``IMG_E1.MOV``, ``PXL_1.MP``."""
    stem = path.stem.lower().removesuffix("_hevc")
    if stems.isdisjoint((path.name.lower(), stem, re.sub(r"^img_e(?=\d{4})", "img_", stem))):
        return Leftover(path, Note("is_video"))
    return Leftover(path, Note("live_video"), missed=False)


def _classify_content(path: Path, stems: set[str]) -> Path | Leftover | None:
    """The same of a file whose suffix says nothing."""
    try:
        with open_file(path) as stream:
            head = stream.read(max(HEAD_BYTES, 256))
    except OSError as error:
        return Leftover(path, Note("not_read", error=error.strerror or str(error)))
    if is_known(head) or _starts(head, _PICTURE_STARTS):
        return path
    if _starts(head, _VIDEO_STARTS):
        return _leave_video(path, stems)
    if _starts(head, _PACKED_STARTS):
        return Leftover(path, Note("is_packed"))
    if b"\0" in head:
        return Leftover(path, Note("unknown_file"))
    return None


def _starts(head: bytes, kinds: tuple[tuple[int, bytes], ...]) -> bool:
    return any(head[at : at + len(name)] == name for at, name in kinds)


def _natural(name: str) -> tuple[list[str | int], str]:
    """Return a sort key in which digits count as numbers; equal ones go by their text."""
    pieces: list[str | int] = list(re.split(r"([0-9]+)", name.casefold()))
    pieces[1::2] = map(int, pieces[1::2])
    return pieces, name
