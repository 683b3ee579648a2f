"""Photo files → upright RGB pixels and a capture date. The only gate by which pictures come in.

A photo is either read whole and right, or refused with a `PhotoError` that names it. Of its EXIF tags only
the date is kept.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    ExifTags,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from asymmetry.errors import (
    AsymmetryError,
    InvalidInputError,
    MissingExtraError,
    PhotoError,
    PhotoTooLargeError,
    UnreadablePhotoError,
)
from asymmetry.photos.pixels import coarsened, decode_loaded, rgb, upright
from asymmetry.photos.sources import PhotoBytes, PhotoSource, load_source, name_source
from asymmetry.photos.taken import (
    PHOTO_SUFFIXES,
    Taken,
    image_files,
    taken_best,
    taken_from_exif,
    taken_from_name,
    walk_images,
)

__all__ = [
    "DEFAULT_MAX_MEGAPIXELS",
    "PHOTO_SUFFIXES",
    "Photo",
    "PhotoBytes",
    "PhotoSource",
    "image_files",
    "opened",
    "read_photo",
    "read_taken",
    "walk_images",
]


#: The largest photo that is read unless the caller says otherwise. A hundred megapixels take 300 MB as RGB.
DEFAULT_MAX_MEGAPIXELS = 100.0

_FORMATS = "JPEG, PNG, WebP, TIFF, BMP, GIF, AVIF and HEIC"

#: A format by its first bytes. Suffixes lie; and Pillow's own search would also try formats that are no
#: photos, and warn about sizes by a limit that belongs to the whole process.
_SIGNATURES: tuple[tuple[bytes, type[ImageFile.ImageFile]], ...] = (
    (rb"\xff\xd8\xff", JpegImagePlugin.JpegImageFile),
    (rb"\x89PNG\r\n\x1a\n", PngImagePlugin.PngImageFile),
    (rb"RIFF.{4}WEBP", WebPImagePlugin.WebPImageFile),
    (rb"II[*+]\0|MM\0[*+]", TiffImagePlugin.TiffImageFile),
    (rb"GIF8[79]a", GifImagePlugin.GifImageFile),
    (rb"BM", BmpImagePlugin.BmpImageFile),
)
#: Brands in the first box of an ISO media file (AV1 Image File Format 1.1; ISO/IEC 23008-12, annex B).
_AVIF_BRANDS = frozenset((b"avif", b"avis"))
_HEIC_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1"))
_HEAD_BYTES = 64

_REDUCED_COPY = 1  # TIFF 6.0, NewSubfileType, bit 0: the preview of something else, as in camera raw files


@dataclass(frozen=True, eq=False)
class Photo:
    """One photo, ready to be measured.

    Attributes
    ----------
    name : str
        What errors and tables call it: the path as given, or a stand-in such as ``"<array>"``.
    pixels : numpy.ndarray
        RGB, uint8, (H, W, 3), C-contiguous, upright. Treat it as read-only: it may be the caller's own array.
    taken : Taken or None
        When it was taken, as far as the file or its name says.
    full_size : tuple of int
        Width and height in px of the upright original.
    reduced : int
        Pixels of the original, either way, that each pixel stands for: 1, or 2, 4 or 8 in a JPEG that was
        decoded coarsely. Places in the original are those in `pixels`, times this.
    """

    name: str
    pixels: NDArray[np.uint8]
    taken: Taken | None
    full_size: tuple[int, int]
    reduced: int = 1


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
        JPEG, PNG, WebP, TIFF, BMP, GIF, AVIF or, with the extra ``heic``, HEIC; of several frames the
        first. The content counts, not the suffix. URLs are those of fsspec (extra ``url``). An open file is
        read from where it stands to its end. An array has to be uint8: RGB (H, W, 3), which is not copied if
        it is C-contiguous, RGBA (H, W, 4), or grey (H, W) or (H, W, 1). The order blue, green, red of OpenCV
        can't be told from RGB: reverse it first.
    max_megapixels : float
        Larger photos are refused by what their header says, before a pixel is decoded.
    name : str, optional
        What to call the photo in errors and tables; by default the path. A date is looked for in it if there
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
        The photo is above `max_megapixels`.
    InvalidInputError
        `source` or `max_megapixels` is not what this function takes.
    AsymmetryError
        The program has told Pillow to fill in what incomplete files lack, for every photo alike.

    Notes
    -----
    Transparent parts are laid over white. 16-bit grey is divided by 257. Colours are taken as stored: an
    embedded colour profile is not applied. The eight EXIF orientations are applied, and any other value
    counts as upright. A broken EXIF block does not stop a readable photo.

    Examples
    --------
    >>> photo = read_photo(np.zeros((20, 10, 3), np.uint8))
    >>> photo.full_size
    (10, 20)
    """
    if not max_megapixels > 0:
        raise InvalidInputError(f"max_megapixels has to be above 0, not {max_megapixels!r}")
    called = name_source(source)
    name = name or called
    dated = taken_from_name(called) or taken_from_name(name)
    source = load_source(source, name)
    if isinstance(source, np.ndarray):
        return Photo(name, source, dated, (source.shape[1], source.shape[0]))
    if isinstance(source, Image.Image):
        return _from_pillow(source, name, dated, max_megapixels)
    with opened(source, name) as stream:
        image = _header(stream, name, max_megapixels)
        reduced = coarsened(image, least_side) if least_side else 1
        pixels, tags = _decoded(image, name)
    height, width = pixels.shape[:2]
    return Photo(
        name=name,
        pixels=pixels,
        taken=_find_given_date(source) or taken_best(taken_from_exif(tags), dated),
        full_size=(width * reduced, height * reduced),
        reduced=reduced,
    )


def read_taken(source: PhotoSource) -> Taken | None:
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
    tags: dict[int, object] = {}
    name = name_source(source)
    if isinstance(source, Image.Image):
        tags = _exif_tags(source)
    elif not isinstance(source, np.ndarray):
        with suppress(PhotoError), opened(load_source(source, name), name) as stream:
            tags = _exif_tags(_header(stream, name, DEFAULT_MAX_MEGAPIXELS))
    return _find_given_date(source) or taken_best(taken_from_exif(tags), taken_from_name(name))


def _find_given_date(source: PhotoSource) -> Taken | None:
    """The date that the program says for the bytes of a photo."""
    return source.when if isinstance(source, PhotoBytes) else None


def _from_pillow(image: Image.Image, name: str, dated: Taken | None, max_megapixels: float) -> Photo:
    """A PIL image as it is in memory, turned upright if its EXIF tags say so."""
    _check_megapixels(image, name, max_megapixels)
    _refuse_filling_in(name)
    with _own_errors(name, "it is incomplete or damaged"):
        tags = _exif_tags(image)
        pixels = upright(decode_loaded(image, name), tags)
    taken = taken_best(taken_from_exif(tags), dated)
    return Photo(name, pixels, taken, (pixels.shape[1], pixels.shape[0]))


@contextmanager
def _own_errors(name: str, what: str) -> Iterator[None]:
    """Turn whatever a decoder raises into an error that names the photo."""
    try:
        yield
    except AsymmetryError:
        raise
    except MemoryError as error:
        raise UnreadablePhotoError(name, "there is not enough memory to decode it") from error
    except Image.DecompressionBombError as error:
        raise PhotoTooLargeError(name, f"Pillow refuses its size ({error}): make it smaller") from error
    except Exception as error:  # decoders fed with damaged bytes raise nearly every type there is
        raise UnreadablePhotoError(
            name, f"{what} ({str(error) or type(error).__name__}); copy or export it again"
        ) from error


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
            return path.open("rb")
    except FileNotFoundError as error:
        raise UnreadablePhotoError(name, "there is no such file") from error
    except PermissionError as error:
        raise UnreadablePhotoError(name, "this user may not read it: change its permissions") from error
    except (OSError, ValueError) as error:
        raise UnreadablePhotoError(name, f"it can't be opened ({error})") from error
    if stat.S_ISDIR(mode):
        raise UnreadablePhotoError(name, "this is a folder, not a photo: give the photos in it")
    raise UnreadablePhotoError(name, "this is not an ordinary file")  # a pipe would be waited for, for ever


def _header(stream: BinaryIO, name: str, max_megapixels: float) -> ImageFile.ImageFile:
    """Read a photo's header and check the size in it. No pixel is decoded."""
    with _own_errors(name, "its header is damaged or of a kind that can't be read"):
        head = stream.read(_HEAD_BYTES)
        stream.seek(0)
        if not head:
            raise UnreadablePhotoError(name, "the file is empty (0 bytes): copy it again")
        image = _reader(head, name)(stream)
        _check_megapixels(image, name, max_megapixels)
        if getattr(image, "tag_v2", {}).get(ExifTags.Base.NewSubfileType, 0) & _REDUCED_COPY:
            raise UnreadablePhotoError(name, "it holds a camera raw file's preview: export the photo as JPEG")
    return image


def _check_megapixels(image: Image.Image, name: str, max_megapixels: float) -> None:
    width, height = image.size
    if width * height > max_megapixels * 1e6:
        raise PhotoTooLargeError(
            name,
            f"{width} × {height} pixels are {width * height / 1e6:.0f} megapixels, above the limit of "
            f"{max_megapixels:g}: make it smaller or raise max_megapixels",
        )


def _reader(head: bytes, name: str) -> type[ImageFile.ImageFile]:
    """Return what reads a file that begins with `head`."""
    for signature, reader in _SIGNATURES:
        if re.match(signature, head, re.DOTALL):
            return reader
    if head[4:8] == b"ftyp":
        end = min(int.from_bytes(head[:4], "big"), len(head))
        brands = {head[i : i + 4] for i in range(8, end, 4)}
        if brands & _AVIF_BRANDS:
            return AvifImagePlugin.AvifImageFile
        if brands & _HEIC_BRANDS:
            return _heic_reader(name)
    raise UnreadablePhotoError(name, f"this is no photo in a format that is read ({_FORMATS})")


def _heic_reader(name: str) -> type[ImageFile.ImageFile]:
    try:
        from pillow_heif import HeifImageFile
    except ImportError as error:
        missing = MissingExtraError("reading HEIC photos", "heic")
        raise UnreadablePhotoError(name, str(missing)) from error
    reader: type[ImageFile.ImageFile] = HeifImageFile
    return reader


def _decoded(image: ImageFile.ImageFile, name: str) -> tuple[NDArray[np.uint8], dict[int, object]]:
    """Decode all pixels, bring them to upright RGB, and return them with the EXIF tags."""
    _refuse_filling_in(name)
    with _own_errors(name, "it is incomplete or damaged"):
        if isinstance(image, TiffImagePlugin.TiffImageFile):
            # Pillow would make this memory itself, but check its size by a limit of the whole process.
            stored = (image.tag_v2[ExifTags.Base.ImageWidth], image.tag_v2[ExifTags.Base.ImageLength])
            image.im = Image.new(image.mode, stored).im
        pixels = rgb(image, name)
        tags = _exif_tags(image)
        return upright(pixels, tags), tags


def _refuse_filling_in(name: str) -> None:
    if ImageFile.LOAD_TRUNCATED_IMAGES:
        raise AsymmetryError(
            f"{name}: not read, because this program has set PIL.ImageFile.LOAD_TRUNCATED_IMAGES, "
            "with which incomplete photos come out half grey: set it to False"
        )


def _exif_tags(image: Image.Image) -> dict[int, object]:
    """Return the EXIF tags of the main and the Exif directory; none where the block is broken."""
    try:
        exif = image.getexif()
        return {**exif, **exif.get_ifd(ExifTags.IFD.Exif)}
    except Exception:  # noqa: BLE001  a broken block raises nearly anything, and must not stop a readable photo
        return {}
