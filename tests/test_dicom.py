"""DICOM photos: pixels, dates and sides as they are meant, and what is no photo refused in words."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import asymmetry
from asymmetry.core.arrays import Pixels
from asymmetry.errors import PhotoError, PhotoTooLargeError, UnreadablePhotoError
from asymmetry.photos.formats import BUILT_IN
from asymmetry.photos.listing import image_files
from asymmetry.photos.photo import read_photo, read_size
from tests.dicoms import (
    IMPLICIT,
    JPEG,
    JPEG_2000,
    JPEG_2000_LOSSY,
    PLAIN,
    RLE,
    dicom_bytes,
    jpeg_2000,
)
from tests.photos import DATETIME_ORIGINAL, ORIENTATION, encoded, picture

pydicom = pytest.importorskip("pydicom", reason="the extra dicom is not installed")


def code(data: bytes, **how: Any) -> str:
    with pytest.raises(PhotoError) as error:
        read_photo(data, **how)
    return str(getattr(error.value.note, "code", ""))


# Pixels


@pytest.mark.parametrize("syntax", [PLAIN, IMPLICIT, RLE])
def test_pixels_that_are_kept_whole(syntax: str) -> None:
    photo = read_photo(dicom_bytes(picture(), syntax))
    np.testing.assert_array_equal(photo.pixels, picture())
    assert photo.full_size == picture().shape[1::-1]


def test_planes_one_after_the_other() -> None:
    planes = np.ascontiguousarray(np.moveaxis(picture(), 2, 0))
    height, width = picture().shape[:2]
    data = dicom_bytes(planes, PlanarConfiguration=1, Rows=height, Columns=width)
    np.testing.assert_array_equal(read_photo(data).pixels, picture())


def test_brightness_and_colour_apart() -> None:
    apart = np.asarray(Image.fromarray(picture()).convert("YCbCr"))
    read = read_photo(dicom_bytes(apart, kind="YBR_FULL")).pixels
    np.testing.assert_allclose(read.astype(int), picture(), atol=3)


@pytest.mark.parametrize(("kind", "white"), [("MONOCHROME2", 255), ("MONOCHROME1", 0)])
def test_grey_is_light_or_dark_by_its_kind(kind: str, white: int) -> None:
    grey = np.ascontiguousarray(picture()[..., 0])
    read = read_photo(dicom_bytes(grey, kind=kind)).pixels
    np.testing.assert_array_equal(read, np.stack([np.abs(255 - white - grey.astype(int))] * 3, -1))


@pytest.mark.parametrize("bits", [8, 16])
def test_a_palette_is_looked_up(bits: int) -> None:
    image = Image.fromarray(picture()).quantize(200)
    colours = np.array(image.getpalette(), dtype=np.uint8).reshape(-1, 3)
    scale = 1 if bits == 8 else 257
    table: dict[str, Any] = {}
    for name, column in zip(("Red", "Green", "Blue"), colours.T, strict=True):
        kind = np.uint8 if bits == 8 else np.uint16
        table[f"{name}PaletteColorLookupTableDescriptor"] = [len(colours), 0, bits]
        table[f"{name}PaletteColorLookupTableData"] = (column.astype(kind) * scale).tobytes()
    read = read_photo(dicom_bytes(np.asarray(image), kind="PALETTE COLOR", **table)).pixels
    np.testing.assert_array_equal(read, np.asarray(image.convert("RGB")))


def test_jpeg_2000_with_and_without_loss() -> None:
    pytest.importorskip("openjpeg", reason="pylibjpeg-openjpeg is not installed")
    whole = read_photo(dicom_bytes(jpeg_2000(picture()), JPEG_2000, "YBR_RCT"))
    np.testing.assert_array_equal(whole.pixels, picture())
    lossy = read_photo(dicom_bytes(jpeg_2000(picture(), lossy=True), JPEG_2000_LOSSY, "YBR_ICT"))
    np.testing.assert_allclose(lossy.pixels.astype(int), picture(), atol=40)


@pytest.mark.parametrize("quality", [60, 95])
def test_a_jpeg_in_dicom_is_the_jpeg_to_the_bit(
    astronaut: Pixels, quality: int, tmp_path: Path
) -> None:
    """Numbers too, whatever the decoder makes of coarse steps."""
    exif = Image.Exif()
    exif.get_ifd(0x8769).update({0xA405: 50, 0xA002: 1024, 0xA003: 1024})
    large = np.repeat(np.repeat(astronaut, 2, axis=0), 2, axis=1)
    jpeg = encoded(large, "JPEG", quality=quality, exif=exif)
    (tmp_path / "a.jpg").write_bytes(jpeg)
    (tmp_path / "a.dcm").write_bytes(dicom_bytes(jpeg, JPEG, "YBR_FULL_422"))
    for side in (None, 500):
        one, two = (read_photo(tmp_path / name, least_side=side) for name in ("a.jpg", "a.dcm"))
        np.testing.assert_array_equal(one.pixels, two.pixels)
        assert (one.reduced, one.focal_px) == (two.reduced, two.focal_px)
    with asymmetry.Extractor() as extractor:
        found = extractor.extract([tmp_path / "a.jpg", tmp_path / "a.dcm"])
    table = asymmetry.measure(found)
    assert found.status[0] in ("ok", "warn")
    for name in (each for each in table if each not in ("photo", "taken")):
        assert table[name][:1].tobytes() == table[name][1:].tobytes(), name


def test_a_jpeg_that_is_rgb_within_is_not_turned_into_it_again() -> None:
    """Three channels named R, G and B, as some modalities write them."""
    image = Image.fromarray(picture())
    jpeg = encoded(image, "JPEG", quality=98, subsampling=0, keep_rgb=True)
    read = read_photo(dicom_bytes(jpeg, JPEG, "RGB")).pixels
    np.testing.assert_allclose(read.astype(int), picture(), atol=12)


# Dates and sides


@pytest.mark.parametrize(
    ("elements", "taken", "source"),
    [
        ({}, "2026-03-02T10:15:00", "exif"),
        (
            {"AcquisitionDateTime": "20260304111213.5+0100"},
            "2026-03-04T11:12:13.500000+01:00",
            "exif",
        ),
        ({"TimezoneOffsetFromUTC": "-0500"}, "2026-03-02T10:15:00-05:00", "exif"),
        ({"AcquisitionTime": ""}, "2026-03-02", "exif"),
        ({"AcquisitionDate": "", "ContentDate": ""}, "2026-03-02T09:00:00", "exif_digitized"),
        ({"AcquisitionDate": "", "ContentDate": "19000101", "StudyDate": ""}, None, None),
    ],
)
def test_the_surest_date_is_taken(elements: dict[str, str], taken: str, source: str) -> None:
    found = read_photo(dicom_bytes(picture(), **elements)).taken
    assert (found and found.isoformat(), found and found.source) == (taken, source)


#: Where rows and columns run to, and the upright picture as it then lies in the file.
LYING = {
    ("L", "F"): lambda up: up,
    ("R", "F"): lambda up: up[:, ::-1],
    ("R", "H"): lambda up: up[::-1, ::-1],
    ("L", "H"): lambda up: up[::-1],
    ("F", "L"): lambda up: np.swapaxes(up, 0, 1),
    ("F", "R"): np.rot90,
    ("H", "R"): lambda up: np.rot90(np.swapaxes(up, 0, 1), 2),
    ("H", "L"): lambda up: np.rot90(up, -1),
}


@pytest.mark.parametrize("directions", LYING, ids="".join)
def test_rows_and_columns_run_where_the_standard_says(directions: tuple[str, str]) -> None:
    """From the first pixel of the first row to its last, and of the first column (PS3.3, C.7.6.1.1.1)."""
    to_feet, to_left = (LYING[directions](each) for each in np.mgrid[0:3, 0:3])
    names = {(0, 1): "L", (0, -1): "R", (1, 0): "F", (-1, 0): "H"}
    for name, last in zip(directions, ((0, 1), (1, 0)), strict=True):
        along = (to_feet[last] - to_feet[0, 0], to_left[last] - to_left[0, 0])
        assert names[along] == name


@pytest.mark.parametrize("directions", LYING, ids="".join)
def test_patient_orientation_turns_it_upright_and_unmirrored(directions: tuple[str, str]) -> None:
    stored = np.ascontiguousarray(LYING[directions](picture()))
    photo = read_photo(dicom_bytes(stored, PatientOrientation=[*directions]))
    np.testing.assert_array_equal(photo.pixels, picture())
    mirrored = directions in (("R", "F"), ("L", "H"), ("F", "L"), ("H", "R"))
    assert [note.code for note in photo.notes] == ["dicom_mirrored"] * mirrored


def test_a_mirrored_file_is_told_with_the_numbers(astronaut: Pixels) -> None:
    stored = dicom_bytes(np.ascontiguousarray(astronaut[:, ::-1]), PatientOrientation=["R", "F"])
    one_side = dicom_bytes(astronaut, ImageLaterality="L")
    with asymmetry.Extractor(method="fast") as extractor:
        found = extractor.extract([stored, one_side, astronaut])
    table = asymmetry.measure(found)
    assert [flags.split()[0] for flags in table["flags"][:2]] == [
        "dicom_mirrored",
        "dicom_one_side",
    ]
    assert table["commissure_height_diff_mm"][0] == table["commissure_height_diff_mm"][2]


def test_directions_that_tell_no_side_leave_it_as_it_is() -> None:
    for directions in (["A", "F"], [], None, ["LA", "FP"]):
        photo = read_photo(dicom_bytes(picture(), PatientOrientation=directions))
        np.testing.assert_array_equal(photo.pixels, picture())


def test_without_orientation_the_camera_is_believed() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif.get_ifd(0x8769)[DATETIME_ORIGINAL] = "2020:01:05 10:00:00"
    jpeg = encoded(picture(), "JPEG", quality=95, exif=exif)
    turned = read_photo(dicom_bytes(jpeg, JPEG, "YBR_FULL_422", PatientOrientation=None))
    np.testing.assert_array_equal(turned.pixels, read_photo(jpeg).pixels)
    assert turned.taken is not None
    assert turned.taken.isoformat() == "2026-03-02T10:15:00"  # the header before the camera
    upright = read_photo(dicom_bytes(jpeg, JPEG, "YBR_FULL_422"))
    assert upright.full_size == picture().shape[1::-1]


# Files that are no photos


def test_refusals_in_words() -> None:
    pixels = picture()
    assert code(dicom_bytes(pixels, NumberOfFrames="3")) == "dicom_frames"
    assert code(dicom_bytes(pixels, BitsStored=12, BitsAllocated=16)) == "dicom_bits"
    assert code(dicom_bytes(pixels, PixelRepresentation=1)) == "dicom_bits"
    assert code(dicom_bytes(pixels, PixelAspectRatio=["1", "2"])) == "dicom_aspect"
    assert code(dicom_bytes(pixels)[:-50]) == "damaged"
    assert code(dicom_bytes(pixels)[:200]) in ("damaged_header", "dicom_no_picture")
    assert code(b"\0" * 128 + b"DICM") in ("damaged_header", "dicom_no_picture")


def test_a_report_is_no_photo() -> None:
    data = pydicom.dcmread(io.BytesIO(dicom_bytes(picture())))
    for name in ("Rows", "Columns", "PixelData"):
        delattr(data, name)
    with io.BytesIO() as file:
        data.save_as(file)
        with pytest.raises(UnreadablePhotoError, match="without a picture"):
            read_photo(file.getvalue())


def test_sizes_are_checked_before_pixels_are_decoded() -> None:
    jpeg = encoded(picture(), "JPEG")
    with pytest.raises(PhotoTooLargeError):
        read_photo(dicom_bytes(picture(), Rows=30_000, Columns=30_000))
    assert code(dicom_bytes(jpeg, JPEG, "YBR_FULL_422", Rows=10, Columns=10)) == "dicom_size"
    small = dicom_bytes(jpeg_2000(picture()), JPEG_2000, "YBR_RCT", Rows=10, Columns=10)
    assert code(small) == "dicom_size"


def test_a_deflated_file_is_not_unpacked() -> None:
    assert code(dicom_bytes(picture(), "1.2.840.10008.1.2.1.99")) == "dicom_packed"


def test_a_syntax_without_decoder_is_named() -> None:
    jpeg = encoded(picture(), "JPEG")
    data = dicom_bytes(jpeg, "1.2.840.10008.1.2.4.70", "RGB")  # JPEG lossless
    with pytest.raises(
        UnreadablePhotoError, match=r"no decoder for JPEG Lossless.*asymmetry\[dicom\]"
    ):
        read_photo(data)


def test_folders_hold_them_by_content(tmp_path: Path) -> None:
    (tmp_path / "IM0001").write_bytes(dicom_bytes(picture()))
    (tmp_path / "b.dcm").write_bytes(dicom_bytes(picture()))
    assert [path.name for path in image_files(tmp_path)] == ["b.dcm", "IM0001"]
    assert read_size(tmp_path / "IM0001") == picture().shape[1::-1]
    assert BUILT_IN[-1].name == "DICOM"
