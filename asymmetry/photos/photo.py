"""Photo files → upright RGB pixels and a capture date. The only gate by which pictures come in.

A photo is either read whole and right, or refused with a `PhotoError` that names it. Of its EXIF tags
only the date and the focal length are kept, and whether it was a front camera.
"""

from __future__ import annotations

import math
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from asymmetry.core.arrays import is_number
from asymmetry.core.notes import Note
from asymmetry.core.paths import looks_like_url
from asymmetry.errors import (
    AsymmetryError,
    InvalidInputError,
    PhotoError,
    PhotoTooLargeError,
    UnreadablePhotoError,
)
from asymmetry.photos.camera import focal_from_exif
from asymmetry.photos.pixels import decode_loaded, read_exif, upright
from asymmetry.photos.protocol import HEAD_BYTES, StoredPhoto
from asymmetry.photos.readers import find_reader
from asymmetry.photos.remote import check_length
from asymmetry.photos.sources import PhotoBytes, PhotoSource, load_source, name_source
from asymmetry.photos.taken import Taken, best_date, date_from_exif, date_from_name

__all__ = [
    "DEFAULT_MAX_MEGAPIXELS",
    "LONGEST_SIDE",
    "Photo",
    "PhotoSource",
    "check_header",
    "check_limit",
    "dates_of",
    "opened",
    "read_date",
    "read_dates",
    "read_photo",
    "read_size",
    "read_tags",
]


#: The largest photo that is read unless the caller says otherwise. A hundred megapixels take 300 MB as RGB.
DEFAULT_MAX_MEGAPIXELS = 100.0
#: The longest side that is read, px. OpenCV and MediaPipe count pixels along a side with 16 bits.
LONGEST_SIDE = 2**15 - 2


@dataclass(frozen=True, eq=False)
class Photo:
    """One photo, ready to be measured.

    Attributes
    ----------
    name : str
        Its name in errors and tables: the path as given, or a stand-in such as ``"<array>"``.
    pixels : numpy.ndarray
        RGB, uint8, (H, W, 3), C-contiguous, upright. Treat it as read-only: it may be the caller's own array.
    taken : Taken or None
        When it was taken, as far as the file or its name says.
    full_size : tuple of int
        Width and height in px of the upright original.
    reduced : int
        Pixels of the original, either way, that each pixel stands for: 1, or 2, 4 or 8 in a JPEG that was
        decoded coarsely. Places in the original are those in `pixels`, times this.
    focal_px : float
        Focal length of the camera in px of the original; NaN where its tags don't say it.
    damage : str
        The decoder's complaint about damage that it read past; empty for a whole photo.
    notes : tuple of Note
        Remarks of its file that are to be told.
    """

    name: str
    pixels: NDArray[np.uint8]
    taken: Taken | None
    full_size: tuple[int, int]
    reduced: int = 1
    focal_px: float = math.nan
    damage: str = ""
    notes: tuple[Note, ...] = ()


def read_photo(
    source: PhotoSource,
    *,
    max_megapixels: float = DEFAULT_MAX_MEGAPIXELS,
    name: str | None = None,
    least_side: int | None = None,
) -> Photo:
    """Read one photo: decode it, turn it upright, bring it to RGB uint8, and find its date.

    Parameters
    ----------
    source : path, URL, bytes, PhotoBytes, open binary file, PIL image or numpy.ndarray
        JPEG, PNG, WebP, TIFF, BMP, GIF, AVIF, with the extra ``heic`` HEIC, and whatever format was given to
        `asymmetry.register_reader`; of several frames the first. The content counts, not the suffix. URLs
        are those of fsspec (extra ``url``). An open file is read from where it stands to its end. An array
        has to be uint8: RGB (H, W, 3), which is not copied if it is C-contiguous, RGBA (H, W, 4), or grey
        (H, W) or (H, W, 1). The order blue, green, red of OpenCV can't be told from RGB: reverse it first.
    max_megapixels : float
        Larger photos are refused by the size in their header, before a pixel is decoded.
    name : str, optional
        The photo's name in errors and tables; by default the path. A date is looked for in it if there
        is no path, or none in the path.
    least_side : int, optional
        A JPEG is decoded at the coarsest of its scales whose longer side has this many px. Default: whole.

    Returns
    -------
    Photo

    Raises
    ------
    UnreadablePhotoError
        The file is missing, incomplete, damaged, no photo, or of a kind with no sure meaning as RGB.
    PhotoTooLargeError
        The photo is above `max_megapixels`, or a side above `LONGEST_SIDE`.
    UnsuitablePhotoError
        The file is larger than any photo, or made to be decoded for ever.
    InvalidInputError
        `source` or `max_megapixels` is invalid.

    Notes
    -----
    Transparent parts are laid over white. 16-bit grey is divided by 257. A file's colour profile (ICC) is
    applied: pixels are sRGB. The eight EXIF orientations are applied, and any other value counts as upright.
    A broken EXIF block does not stop a readable photo.

    Examples
    --------
    >>> photo = read_photo(np.zeros((20, 10, 3), np.uint8))
    >>> photo.full_size
    (10, 20)
    """
    check_limit(max_megapixels)
    called = name_source(source)
    name = name or called
    dated = date_from_name(called) or date_from_name(name)
    source = load_source(source, name)
    if isinstance(source, np.ndarray):
        _check_size(source.shape[1::-1], name, math.inf)
        return Photo(name, source, dated, (source.shape[1], source.shape[0]))
    if isinstance(source, Image.Image):
        return _from_pillow(source, name, dated, max_megapixels)
    with opened(source, name) as stream:
        stored = _header(stream, name, max_megapixels)
        pixels, tags, reduced = _decode(stored, name, least_side)
    height, width = pixels.shape[:2]
    full_size = (width * reduced, height * reduced)
    return Photo(
        name=name,
        pixels=pixels,
        taken=best_date(_find_given_date(source), date_from_exif(tags), dated),
        full_size=full_size,
        reduced=reduced,
        focal_px=focal_from_exif(tags, full_size),
        damage=getattr(stored, "complaint", ""),
        notes=getattr(stored, "notes", ()),
    )


def check_limit(max_megapixels: object) -> None:
    """Refuse a largest size of photos that is none.

    Raises
    ------
    InvalidInputError
        If it is no number above 0.
    """
    if not is_number(max_megapixels) or not max_megapixels > 0:
        raise InvalidInputError(
            f"max_megapixels has to be a number above 0, not {max_megapixels!r}"
        )


def read_date(source: PhotoSource) -> Taken | None:
    """Find when a photo was taken, by its header and its name.

    Parameters
    ----------
    source : PhotoSource
        As for `read_photo`. A file that can't be read raises nothing here: its name may still hold a date.

    Returns
    -------
    Taken or None
        As `read_photo` would put into `Photo.taken`. Never the file's modification time.
    """
    return best_date(*read_dates(source))


def read_dates(source: PhotoSource) -> tuple[Taken | None, ...]:
    """Every date that a photo itself says: the program's, that of its EXIF tags, and that of its name.

    Parameters
    ----------
    source : PhotoSource
        As for `read_date`.

    Examples
    --------
    >>> [each.source for each in read_dates("2026-03-02/missing.jpg") if each]
    ['folder']
    """
    return dates_of(source, read_tags(source))


def dates_of(source: PhotoSource, tags: Mapping[int, object]) -> tuple[Taken | None, ...]:
    """Every date that a photo itself says, by its EXIF tags, which are read already."""
    return _find_given_date(source), date_from_exif(tags), date_from_name(name_source(source))


def read_tags(source: PhotoSource) -> Mapping[int, object]:
    """The EXIF tags of a photo; none where it can't be read."""
    name = name_source(source)
    if isinstance(source, Image.Image):
        return read_exif(source)
    if isinstance(source, np.ndarray):
        return {}
    with ExitStack() as stack:
        try:
            stream = stack.enter_context(opened(load_source(source, name), name))
            stored = _header(stream, name, math.inf)
        except PhotoError:
            return {}
        with _own_errors(name, _tell_header_damage):
            return stored.read_tags()


def read_size(source: PhotoSource) -> tuple[int, int] | None:
    """Width and height of a photo's file as stored, in px, by its header; None where it can't be read.

    Examples
    --------
    >>> read_size("no-such-photo.jpg") is None
    True
    """
    name = name_source(source)
    with suppress(AsymmetryError, OSError), opened(load_source(source, name), name) as stream:
        return _header(stream, name, math.inf).size
    return None


def check_header(
    source: PhotoSource, *, max_megapixels: float = DEFAULT_MAX_MEGAPIXELS
) -> tuple[int, int]:
    """Width and height of a photo's file as stored, in px, by its header; nothing is decoded.

    Raises
    ------
    PhotoError
        As for `read_photo`, as far as the header tells.

    Examples
    --------
    >>> check_header(b"<html>")
    Traceback (most recent call last):
    ...
    asymmetry.errors.UnreadablePhotoError: <bytes>: not a supported photo format ...
    """
    check_limit(max_megapixels)
    name = name_source(source)
    with opened(load_source(source, name), name) as stream:
        return _header(stream, name, max_megapixels).size


def _find_given_date(source: PhotoSource) -> Taken | None:
    """The date that the program says for the bytes of a photo."""
    if isinstance(source, PhotoBytes):
        return source.when
    return None


def _from_pillow(
    image: Image.Image, name: str, dated: Taken | None, max_megapixels: float
) -> Photo:
    """A PIL image as it is in memory, turned upright if its EXIF tags say so."""
    _check_size(image.size, name, max_megapixels)
    with _own_errors(name, _tell_damage):
        tags = read_exif(image)
        pixels = upright(decode_loaded(image, name), tags)
    taken = best_date(date_from_exif(tags), dated)
    full_size = (pixels.shape[1], pixels.shape[0])
    return Photo(name, pixels, taken, full_size, focal_px=focal_from_exif(tags, full_size))


def _is_rgb(pixels: NDArray[np.uint8]) -> bool:
    coloured = pixels.ndim == 3 and pixels.shape[2] == 3
    return pixels.dtype == np.uint8 and coloured and pixels.size > 0


@contextmanager
def _own_errors(name: str, tell: Callable[[str], Note]) -> Iterator[None]:
    """Turn whatever a decoder raises into an error that names the photo, with a note on its message."""
    try:
        yield
    except AsymmetryError:
        raise
    except MemoryError as error:
        raise UnreadablePhotoError(name, Note("no_memory")) from error
    except Image.DecompressionBombError as error:
        raise PhotoTooLargeError(name, Note("refused_size", error=str(error))) from error
    except Exception as error:  # decoders fed with damaged bytes raise nearly every type there is
        told = str(error) or type(error).__name__
        raise UnreadablePhotoError(name, tell(told)) from error


def _tell_header_damage(error: str) -> Note:
    return Note("damaged_header", error=error)


def _tell_damage(error: str) -> Note:
    return Note("damaged", error=error)


def opened(source: PhotoSource, name: str) -> BinaryIO:
    """Open an ordinary file, or wrap the bytes of one.

    Raises
    ------
    UnreadablePhotoError
        There is no such file, or it is not an ordinary one; in words, by `name`.
    """
    if isinstance(source, PhotoBytes):
        return BytesIO(source.data)
    if isinstance(source, bytes | bytearray | memoryview):
        return BytesIO(source)
    try:
        path = Path(name_source(source))
        mode = path.stat().st_mode
        if stat.S_ISREG(mode):
            check_length(path.stat().st_size, name)
            return path.open("rb")
    except FileNotFoundError as error:
        missing = Note("url_for_a_file") if looks_like_url(path) else Note("no_such_file")
        raise UnreadablePhotoError(name, missing) from error
    except PermissionError as error:
        raise UnreadablePhotoError(name, Note("no_permission")) from error
    except (OSError, ValueError) as error:
        raise UnreadablePhotoError(name, Note("not_opened", error=str(error))) from error
    if stat.S_ISDIR(mode):
        raise UnreadablePhotoError(name, Note("is_a_folder"))
    # A pipe would be waited for, for ever.
    raise UnreadablePhotoError(name, Note("no_ordinary_file"))


def _header(stream: BinaryIO, name: str, max_megapixels: float) -> StoredPhoto:
    """Read a photo's header and check the size in it. No pixel is decoded."""
    with _own_errors(name, _tell_header_damage):
        head = stream.read(HEAD_BYTES)
        stream.seek(0)
        if not head:
            raise UnreadablePhotoError(name, Note("empty_file"))
        stored = find_reader(head, name).open(stream, name)
        _check_size(stored.size, name, max_megapixels)
    return stored


def _check_size(size: tuple[int, int], name: str, max_megapixels: float) -> None:
    width, height = size
    if max(size) > LONGEST_SIDE:
        note = Note("long_side", width=width, height=height, limit=LONGEST_SIDE)
        raise PhotoTooLargeError(name, note)
    if width * height > max_megapixels * 1e6:
        megapixels = width * height / 1e6
        sizes: dict[str, float] = {"width": width, "height": height}
        sizes |= {"megapixels": megapixels, "limit": max_megapixels}
        raise PhotoTooLargeError(name, Note("too_many_megapixels", **sizes))


def _decode(
    stored: StoredPhoto, name: str, least_side: int | None
) -> tuple[NDArray[np.uint8], Mapping[int, object], int]:
    """Decode all pixels and turn them upright; with the EXIF tags, and how coarse they are."""
    with _own_errors(name, _tell_damage):
        pixels, reduced = stored.decode(least_side)
        if not _is_rgb(pixels):
            shape = " × ".join(map(str, pixels.shape))
            raise UnreadablePhotoError(name, Note("no_rgb", kind=str(pixels.dtype), shape=shape))
        tags = stored.read_tags()
        return np.ascontiguousarray(upright(pixels, tags)), tags, reduced
