"""DICOM files for tests: VL Photographic images of any transfer syntax and kind of pixels."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from asymmetry.core.arrays import Pixels

VL_PHOTOGRAPHIC = "1.2.840.10008.5.1.4.1.1.77.1.4"
JPEG, JPEG_2000 = "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.90"
JPEG_2000_LOSSY, RLE, PLAIN = "1.2.840.10008.1.2.4.91", "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.1"
IMPLICIT = "1.2.840.10008.1.2"
#: Whom the files are of, and whose names may be in nothing that is written.
NAME, PATIENT, STUDY = "Miller^Anna", "MRN-0815", "1.2.276.0.7230010.3.1.2.815"


def dicom_bytes(
    content: Pixels | bytes, syntax: str = PLAIN, kind: str = "RGB", **elements: Any
) -> bytes:
    """A VL Photographic image with these pixels, or with the bytes of this compressed picture."""
    pydicom = pytest.importorskip("pydicom", reason="the extra dicom is not installed")
    made = _header(pydicom, syntax)
    if isinstance(content, bytes):
        made.Columns, made.Rows = Image.open(io.BytesIO(content)).size
        made.PixelData = pydicom.encaps.encapsulate([content])
        made["PixelData"].VR = "OB"
    else:
        made.Rows, made.Columns = content.shape[:2]
        made.PixelData = content.tobytes()
        made["PixelData"].VR = "OB"
    made.SamplesPerPixel = 1 if kind.startswith(("MONO", "PAL")) else 3
    if made.SamplesPerPixel == 3:
        made.PlanarConfiguration = 0
    made.PhotometricInterpretation = kind
    for name, value in elements.items():
        setattr(made, name, value)
    if syntax == RLE:
        made.file_meta.TransferSyntaxUID = PLAIN
        made.compress(RLE)
    with io.BytesIO() as file:
        made.save_as(file, enforce_file_format=True)
        return file.getvalue()


def _header(pydicom: Any, syntax: str) -> Any:
    """All of a VL Photographic image but its pixels."""
    made = pydicom.Dataset()
    made.file_meta = pydicom.dataset.FileMetaDataset()
    made.file_meta.TransferSyntaxUID = pydicom.uid.UID(syntax)
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID = VL_PHOTOGRAPHIC
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID = f"{STUDY}.2.3"
    made.StudyInstanceUID, made.SeriesInstanceUID = STUDY, f"{STUDY}.2"
    made.PatientName, made.PatientID = NAME, PATIENT
    made.PatientBirthDate, made.PatientSex = "19700203", "F"
    made.StudyID, made.AccessionNumber, made.Modality = "1", "A-1", "XC"
    made.StudyDate = made.ContentDate = made.AcquisitionDate = "20260302"
    made.StudyTime, made.ContentTime, made.AcquisitionTime = "090000", "101500", "101500"
    made.SeriesNumber = made.InstanceNumber = 1
    made.Manufacturer, made.ReferringPhysicianName = "Canon", "Doctor^Who"
    made.PatientOrientation, made.Laterality = ["L", "F"], ""
    made.ImageType = ["ORIGINAL", "PRIMARY"]
    made.AcquisitionContextSequence = []
    made.BitsAllocated = made.BitsStored = 8
    made.HighBit, made.PixelRepresentation = 7, 0
    made.LossyImageCompression = "00"
    return made


def jpeg_2000(pixels: Pixels, *, lossy: bool = False) -> bytes:
    """A JPEG 2000 codestream."""
    options: dict[str, Any] = {"quality_layers": [8]} if lossy else {}
    with io.BytesIO() as file:
        Image.fromarray(pixels).save(
            file, "JPEG2000", irreversible=lossy, no_jp2=True, mct=1, **options
        )
        return file.getvalue()
