"""Files of one exposure: copies, edits, other formats and small versions of the same photo."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePath, PurePosixPath

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.paths import open_file
from asymmetry.errors import PhotoError
from asymmetry.photos.photo import read_photo, read_size
from asymmetry.photos.record import PhotoRecord
from asymmetry.photos.sheet import fold
from asymmetry.photos.taken import Taken

__all__ = ["File", "base_name", "group_exposures"]

#: Marks at the end of the names of edited photos, as phones and Google Photos write them.
_EDITED = re.compile(
    r"(?:[-_ ](?:edited|edit|effects|enhanced|bearbeitet|modifié|editado|editada|modificato|bewerkt|"
    r"edytowane|redigerad|bokeh))+$"
)
_EDITED_BY_IPHONE = re.compile(r"^img_e(?=\d{4})")
#: Marks of copies, behind and before a name. Numbers in brackets are also how people count their photos.
_COPIED = re.compile(
    r"(?: ?\(\d{1,2}\)|~\d|(?: -)?[-_ ](?:copy|kopie|copie|copia|kopia)(?: \d{1,2})?|"
    r"[-_ ](?:small|thumb|thumbnail|resized|compressed|scaled|crop|cropped|mirrored|flipped|rotated|rot|"
    r"gespiegelt|gedreht)|-\d{2,4}x\d{2,4})+$"
)
_COPIED_BEFORE = re.compile(r"^(?:copy of|kopie von|copie de|copia de) ")
#: The side of the small pictures that are compared, and how far grey values of one exposure may be apart
#: there (root mean square, of 255): JPEG at quality 50 and a shrinking to a quarter stay below 1.5.
_SIDE, _ALIKE = 32, 2.0
_ASPECT = 0.02


@dataclass(frozen=True, eq=False)
class File:
    """A photo's file, as far as it tells whether it is of the same exposure as another.

    Attributes
    ----------
    path : pathlib.Path
        Where it is.
    record : PhotoRecord
        The facts known about it, and the name that it came with.
    """

    path: Path
    record: PhotoRecord

    @cached_property
    def size(self) -> tuple[int, int] | None:
        """Width and height in px; None of a file that can't be opened."""
        return read_size(self.path)

    @property
    def exposed(self) -> Taken | None:
        """The moment of the exposure, by its camera."""
        return next(
            (each for each in self.record.dates if each.source == "exif" and not each.day_only),
            None,
        )

    @property
    def stem(self) -> str:
        """Its name without suffix, for comparison."""
        return fold(self._name.stem)

    @property
    def original(self) -> tuple[PurePath, str]:
        """The place and the name of the photo that it is an edit or a copy of."""
        return self._name.parent, base_name(self._name.stem)

    @property
    def _name(self) -> PurePath:
        return PurePosixPath(self.record.photo)

    def is_edit_of(self, other: File) -> bool:
        """Whether its name is that of the other one, edited."""
        plain = _EDITED_BY_IPHONE.sub("img_", _EDITED.sub("", self.stem))
        return self.stem != plain == other.stem

    @property
    def worth(self) -> tuple[bool, bool, int]:
        """Of several files of one exposure the one with the largest value is the original."""
        width, height = self.size or (0, 0)
        return self.size is not None, self.original[1] == self.stem, width * height

    @cached_property
    def look(self) -> npt.NDArray[np.float64] | None:
        """The photo as a small grey picture; None where it can't be read."""
        try:
            pixels = read_photo(self.path, least_side=4 * _SIDE, max_megapixels=float("inf")).pixels
        except PhotoError:
            return None
        grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
        small = cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
        return np.asarray(small, dtype=np.float64)


def base_name(stem: str) -> str:
    """The name of the photo that a file is an edit or a copy of, for comparison.

    Examples
    --------
    >>> [
    ...     base_name(name)
    ...     for name in ("IMG_E0412", "IMG_0412-edited", "IMG_0412 (1)", "Copy of IMG_0412")
    ... ]
    ['img_0412', 'img_0412', 'img_0412', 'img_0412']
    """
    found, before = fold(stem), ""
    while found != before:
        before = found
        found = _EDITED_BY_IPHONE.sub("img_", _COPIED_BEFORE.sub("", found))
        found = _COPIED.sub("", _EDITED.sub("", found)) or before
    return found


def group_exposures(files: Sequence[File]) -> Iterator[list[int]]:
    """Rows of files that are of one exposure; exposures of which there is one file are left out.

    Files with the same bytes are one. So are those of the same instant by the camera, if it is told to the
    fraction of a second, or if their names are those of an original and its copy, or they look the same.
    Without an instant two names have to belong together, and the photos have to look the same unless one is
    named as an edit or as another format of the other.

    Parameters
    ----------
    files : sequence of File
        A person's photos.
    """
    parent = list(range(len(files)))

    def find(row: int) -> int:
        while parent[row] != row:
            row = parent[row]
        return row

    for rows in _same_bytes(files):
        for row in rows[1:]:
            parent[find(row)] = find(rows[0])
    for rows in _candidates(files):
        for at, one in enumerate(rows):
            for other in rows[at + 1 :]:
                if find(one) != find(other) and _is_same_exposure(files[one], files[other]):
                    parent[find(other)] = find(one)
    groups: dict[int, list[int]] = defaultdict(list)
    for row in range(len(files)):
        groups[find(row)].append(row)
    return (rows for rows in groups.values() if len(rows) > 1)


def _is_same_exposure(one: File, other: File) -> bool:
    related = one.original == other.original
    if one.exposed and other.exposed:
        if one.exposed.wall_clock != other.exposed.wall_clock:
            return False
        if one.exposed.when.microsecond or related:
            return True
    elif related and (one.stem == other.stem or other.is_edit_of(one) or one.is_edit_of(other)):
        return True
    return _look_alike(one, other)


def _look_alike(one: File, other: File) -> bool:
    if one.size is None or other.size is None or one.look is None or other.look is None:
        return False
    (width, height), (other_width, other_height) = one.size, other.size
    aspect = width / height * other_height / other_width
    apart = float(np.sqrt(np.mean((one.look - other.look) ** 2)))
    return abs(aspect - 1) <= _ASPECT and apart <= _ALIKE


def _candidates(files: Sequence[File]) -> list[list[int]]:
    """Rows that share the instant, or the name of the original."""
    found: dict[Hashable, list[int]] = defaultdict(list)
    for row, file in enumerate(files):
        found[file.original].append(row)
        if file.exposed:
            found[file.exposed.wall_clock].append(row)
    return [rows for rows in found.values() if len(rows) > 1]


def _same_bytes(files: Sequence[File]) -> Iterator[list[int]]:
    """Rows of files with the same bytes; only files of equal size are read."""
    by_size: dict[int, list[int]] = defaultdict(list)
    for row, file in enumerate(files):
        if file.path.is_file():
            by_size[file.path.stat().st_size].append(row)
    for rows in by_size.values():
        if len(rows) > 1:
            same: dict[bytes, list[int]] = defaultdict(list)
            for row in rows:
                same[_digest(files[row].path, row)].append(row)
            yield from (each for each in same.values() if len(each) > 1)


def _digest(path: Path, row: int) -> bytes:
    """Of the file's bytes; a file that can't be read equals no other, and extraction will say why."""
    try:
        with open_file(path) as stream:
            return hashlib.file_digest(stream, "sha256").digest()
    except OSError:
        return str(row).encode()
