"""DICOM: photos out of a hospital's archive, read by pydicom: the extra ``dicom``.

VL Photographic Image (PS3.3, A.32.4) and other pictures of one frame with 8 bits. Of the header only the
equivalents of EXIF tags are kept: the date, and how the picture lies. Who the patient is stays in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Jpeg2KImagePlugin

from asymmetry.core.notes import Note
from asymmetry.errors import UnreadablePhotoError, UnsuitablePhotoError
from asymmetry.photos.formats.jpeg import JPEG
from asymmetry.photos.formats.pillow import PillowPhoto
from asymmetry.photos.profiles import convert_pixels

if TYPE_CHECKING:
    import pydicom

__all__ = ["DICOM", "DicomReader", "StoredDicom", "exif_orientation"]

Pixels = NDArray[np.uint8]

_PREAMBLE, _MARK = 128, b"DICM"
#: The whole data set is packed: a small file could fill the memory before its size is known.
_DEFLATED = b"1.2.840.10008.1.2.1.99"
_JPEG_BASELINE = "1.2.840.10008.1.2.4.50"
_JPEG_2000 = frozenset(f"1.2.840.10008.1.2.4.{number}" for number in (90, 91, 201, 202, 203))
#: Kinds of pixels that a JPEG's own header tells as well, so that it is decoded as any other JPEG.
_AS_IN_JPEG = frozenset(("YBR_FULL_422", "YBR_FULL", "MONOCHROME2"))
_GREY = frozenset(("MONOCHROME1", "MONOCHROME2"))
#: Directions of rows and columns in Patient Orientation (PS3.3, C.7.6.1.1.1), and the EXIF orientation of a
#: picture that lies so. Of a face seen from the front rows run to the patient's left, columns to the feet.
_ORIENTATIONS = {
    ("L", "F"): 1,
    ("R", "F"): 2,
    ("R", "H"): 3,
    ("L", "H"): 4,
    ("F", "L"): 5,
    ("F", "R"): 6,
    ("H", "R"): 7,
    ("H", "L"): 8,
}
#: EXIF orientations of pictures that are mirrored, turned or not.
_MIRRORED = (2, 4, 5, 7)
#: Laterality of a picture that shows one side of the body.
_SIDES = {"R": "right", "L": "left"}
_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)(?:\.(\d{1,6}))?)?([+-]\d{4})?")
#: Elements that the moment of a picture is in, the surest first: date and time in one, or in two.
_MOMENTS = (
    ("AcquisitionDateTime", ""),
    ("AcquisitionDate", "AcquisitionTime"),
    ("ContentDate", "ContentTime"),
)
#: EXIF's tags of a moment, its decimals and its time zone, and of that of a scan, which is less sure.
_TAKEN, _PARTS, _ZONE, _SCANNED = 0x9003, 0x9291, 0x9011, 0x9004


class DicomReader:
    """DICOM files with a picture."""

    name, suffixes = "DICOM", (".dcm", ".dicom")

    def recognises(self, head: bytes) -> bool:
        """Whether a file that begins with these bytes is of this format."""
        return head[_PREAMBLE : _PREAMBLE + len(_MARK)] == _MARK

    def open(self, stream: BinaryIO, name: str) -> StoredDicom:
        """Read the header of a file.

        Raises
        ------
        UnreadablePhotoError
            If the extra is not installed, or it is no picture of one frame with 8 bits.
        """
        try:
            import pydicom
        except ImportError as error:
            raise UnreadablePhotoError(
                name, Note("extra_needed", format="DICOM", extra="dicom")
            ) from error
        if _DEFLATED in _read_meta(stream):
            raise UnreadablePhotoError(name, Note("dicom_packed"))
        header = pydicom.dcmread(stream, stop_before_pixels=True)
        _check(header, name)
        return StoredDicom(header, stream, name)


class StoredDicom:
    """One picture in a DICOM file.

    Parameters
    ----------
    header : pydicom.FileDataset
        All but the pixels.
    stream : file
        The whole file.
    name : str
        The photo's name in errors.

    Attributes
    ----------
    size : tuple of int
        Width and height as stored, px.
    complaint : str
        As in `JpegPhoto`.
    notes : tuple of Note
        That the picture was mirrored, or shows one side.
    """

    def __init__(self, header: pydicom.FileDataset, stream: BinaryIO, name: str) -> None:
        self._header, self._stream, self._name = header, stream, name
        self.size = int(header.Columns), int(header.Rows)
        self.complaint = ""
        self.notes = tuple(_notes(header))
        self._exif: Mapping[int, object] = {}

    def read_tags(self) -> Mapping[int, object]:
        """Date and orientation by its elements, as EXIF tags; else by those of its JPEG."""
        if not self._exif and self._as_jpeg():
            self._exif = self._open_jpeg().read_tags()
        return {**self._exif, **_tags(self._header)}

    def decode(self, least_side: int | None) -> tuple[Pixels, int]:
        """All pixels as RGB; a JPEG's as if it were a file of its own, and as coarsely.

        Raises
        ------
        UnreadablePhotoError
            If no decoder for its transfer syntax is installed.
        """
        if self._as_jpeg():
            picture = self._open_jpeg()
            self._exif = picture.read_tags()
            pixels, reduced = picture.decode(least_side)
            self.complaint = getattr(picture, "complaint", "")
        else:
            pixels, reduced = self._decode_by_pydicom(), 1
        return convert_pixels(pixels, _profile(self._header)), reduced

    def _as_jpeg(self) -> bool:
        syntax = self._header.file_meta.TransferSyntaxUID
        return syntax == _JPEG_BASELINE and self._header.PhotometricInterpretation in _AS_IN_JPEG

    def _read(self) -> pydicom.FileDataset:
        """The whole file."""
        import pydicom

        self._stream.seek(0)
        return pydicom.dcmread(self._stream)

    def _frame(self, whole: pydicom.FileDataset) -> bytes:
        """The bytes of its one compressed frame."""
        from pydicom.encaps import get_frame

        return get_frame(whole.PixelData, 0, number_of_frames=1)

    def _open_jpeg(self) -> PillowPhoto:
        picture = JPEG.open(BytesIO(self._frame(self._read())), self._name)
        self._check_size(picture.size)
        return picture

    def _check_size(self, size: tuple[int, int]) -> None:
        """Refuse a compressed picture of another size than the header says, before it is decoded."""
        if size != self.size:
            told = {"width": size[0], "height": size[1]}
            stated = {"columns": self.size[0], "rows": self.size[1]}
            raise UnreadablePhotoError(self._name, Note("dicom_size", **told, **stated))

    def _decode_by_pydicom(self) -> Pixels:
        from pydicom.pixels.processing import apply_color_lut
        from pydicom.pixels.utils import pixel_array

        whole = self._read()
        syntax = whole.file_meta.TransferSyntaxUID
        if syntax in _JPEG_2000:
            self._check_size(Jpeg2KImagePlugin.Jpeg2KImageFile(BytesIO(self._frame(whole))).size)
        try:
            pixels = pixel_array(whole)
        except (NotImplementedError, RuntimeError) as error:
            if "plugin" in str(error):  # pydicom's words for decoders
                note = Note("dicom_codec", kind=syntax.name, extra="dicom")
                raise UnreadablePhotoError(self._name, note) from error
            raise
        kind = whole.PhotometricInterpretation
        if kind == "PALETTE COLOR":
            pixels = apply_color_lut(pixels, whole)
            if pixels.dtype == np.uint16:
                pixels = (pixels >> 8).astype(np.uint8)
        if kind == "MONOCHROME1":
            pixels = 255 - pixels
        if kind in _GREY:
            pixels = np.repeat(pixels[..., None], 3, axis=-1)
        return np.ascontiguousarray(pixels)


def _read_meta(stream: BinaryIO) -> bytes:
    """The file's meta information, by the length in its first element; the stream is put back."""
    head = stream.read(_PREAMBLE + 16)
    length = int.from_bytes(head[-4:], "little")
    meta = stream.read(min(length, 2**16))
    stream.seek(0)
    return meta


def _check(header: pydicom.FileDataset, name: str) -> None:
    """Refuse all but a picture of one frame with 8 bits; nothing is decoded."""
    if "Rows" not in header or "Columns" not in header or "PhotometricInterpretation" not in header:
        kind = getattr(header.get("SOPClassUID"), "name", "") or header.get("Modality", "")
        raise UnreadablePhotoError(name, Note("dicom_no_picture", kind=str(kind)))
    frames = int(header.get("NumberOfFrames") or 1)
    if frames > 1:
        raise UnreadablePhotoError(name, Note("dicom_frames", count=frames))
    bits = int(header.get("BitsStored") or 0)
    palette = header.PhotometricInterpretation == "PALETTE COLOR"
    if bits != 8 or header.get("PixelRepresentation") or (palette and header.BitsAllocated != 8):
        raise UnsuitablePhotoError(name, Note("dicom_bits", bits=bits))
    ratio = header.get("PixelAspectRatio")
    if ratio is not None and len(ratio) == 2 and int(ratio[0]) != int(ratio[1]):
        across, down = int(ratio[1]), int(ratio[0])
        raise UnsuitablePhotoError(name, Note("dicom_aspect", across=across, down=down))


def _profile(header: pydicom.FileDataset) -> bytes | None:
    """The colour profile that the header has for the picture."""
    paths = header.get("OpticalPathSequence") or [header]
    profile: bytes | None = paths[0].get("ICCProfile")
    return profile


def _tags(header: pydicom.FileDataset) -> dict[int, object]:
    """Date and orientation as EXIF tags, as far as the elements say them."""
    tags: dict[int, object] = {}
    orientation = exif_orientation(header.get("PatientOrientation"))
    if orientation is not None:
        tags[ExifTags.Base.Orientation] = orientation
    zone = str(header.get("TimezoneOffsetFromUTC") or "")
    for day, time in _MOMENTS:
        stamp = _stamp(header, day, time, zone)
        if stamp:
            tags |= {_TAKEN: stamp[0], _PARTS: stamp[1], _ZONE: stamp[2]}
            break
    study = _stamp(header, "StudyDate", "StudyTime", zone)
    if study:
        tags[_SCANNED] = study[0]
    return tags


def _notes(header: pydicom.FileDataset) -> Iterator[Note]:
    """Notes on the header for a reader of the numbers."""
    if exif_orientation(header.get("PatientOrientation")) in _MIRRORED:
        yield Note("dicom_mirrored")
    side = _SIDES.get(str(header.get("ImageLaterality") or header.get("Laterality") or ""))
    if side is not None:
        yield Note("dicom_one_side", side=side)


def exif_orientation(directions: Any) -> int | None:
    """EXIF's number for a picture whose rows and columns run so; None where they don't tell.

    Parameters
    ----------
    directions : sequence of two str, or None
        Patient Orientation: where rows run to, and columns. Of directions between two the first counts. Of
        a face seen from the side, whose rows run forwards or backwards, it does not tell the sides.

    Examples
    --------
    >>> exif_orientation(["L", "F"]), exif_orientation(["H", "L"]), exif_orientation(["A", "F"])
    (1, 8, None)
    """
    if directions is None or len(directions) != 2:
        return None
    rows, columns = directions
    return _ORIENTATIONS.get((str(rows)[:1].upper(), str(columns)[:1].upper()))


def _stamp(
    header: pydicom.FileDataset, day: str, time: str, zone: str
) -> tuple[str, str, str] | None:
    """A moment as EXIF writes it, the decimals of its second, and its time zone; None where it is none."""
    clock = str(header.get(time) or "").replace(":", "") if time else ""
    found = _STAMP.match(f"{header.get(day) or ''}{clock}")
    if found is None:
        return None
    year, month, date, hour, minute, second, parts, own = found.groups()
    offset = own or zone
    text = f"{year}:{month}:{date}"
    if hour is not None:
        text += f" {hour}:{minute}:{second}"
    return text, parts or "", offset and f"{offset[:3]}:{offset[3:]}"


DICOM = DicomReader()
