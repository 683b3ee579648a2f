"""Every output is searched for what a photo's metadata tell: places, serial numbers, names, previews."""

from __future__ import annotations

import base64
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import ExifTags, Image, TiffImagePlugin

from asymmetry import Extractor
from asymmetry.cli import main
from asymmetry.core.arrays import Pixels
from asymmetry.errors import AsymmetryError
from asymmetry.report.writing import check_target
from asymmetry.web.export import export_patients
from asymmetry.web.store.store import Store
from tests.dicoms import JPEG, NAME, PATIENT, dicom_bytes
from tests.servers import running_server
from tests.videos import write_video

#: Texts in the metadata of each photo. None of it may be in any output.
METADATA = (
    "SERIAL-7719",
    "LENS-4402",
    "OWNER-Erika",
    "ARTIST-Mustermann",
    "COMMENT-lives-in-Graz",
    "XMP-Leopoldsgasse",
    "47.0707",
    "15.4395",
    "47/1",
)
#: Names of the folders above the photos, and of the person's own and the photos.
FOLDERS, NAMES = ("SECRETWARD",), ("Musterfrau", "Erika M")
PREVIEW = (255, 0, 255)
_COURSE = "/course?metric=brow_height&side=diff"


def with_metadata(image: Image.Image, path: Path) -> None:
    """Save a photo with the metadata of a talkative camera, with a preview in pink."""
    exif = Image.Exif()
    ifd = exif.get_ifd(ExifTags.IFD.Exif)
    ifd[ExifTags.Base.BodySerialNumber] = "SERIAL-7719"
    ifd[ExifTags.Base.LensSerialNumber] = "LENS-4402"
    ifd[ExifTags.Base.CameraOwnerName] = "OWNER-Erika"
    ifd[ExifTags.Base.UserComment] = b"ASCII\0\0\0COMMENT-lives-in-Graz"
    exif[ExifTags.Base.Artist] = "ARTIST-Mustermann"
    rational = TiffImagePlugin.IFDRational
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(
        {1: "N", 2: tuple(map(rational, (47, 4, 14))), 3: "E", 4: (15.4395, 0.0, 0.0)}
    )
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>XMP-Leopoldsgasse 47.0707</x:xmpmeta>"
    image.save(path, quality=92, exif=_with_preview(exif.tobytes()), xmp=xmp)


def _with_preview(exif: bytes) -> bytes:
    """The EXIF block with a preview of its own behind it."""
    with io.BytesIO() as stream:
        Image.new("RGB", (160, 120), PREVIEW).save(stream, "JPEG")
        return exif + b"PREVIEW-7719" + stream.getvalue()


def contents(data: bytes) -> Iterator[bytes]:
    """A file's bytes, and whatever is packed or encoded in it."""
    if data[:2] != b"PK":
        yield data
    else:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name.encode()
                if not name.startswith("photos/"):  # the photos themselves, as they were given
                    yield from contents(archive.read(name))
    if data[:5] == b"%PDF-":
        for packed in re.findall(rb"stream\r?\n(.*?)endstream", data, re.DOTALL):
            yield _unpacked(packed)
    for encoded in re.findall(rb"data:[\w/+;=-]*?base64,([\w+/=]+)", data):
        yield base64.b64decode(encoded)


def _unpacked(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data)
    except zlib.error:
        return data


def search(path: Path, words: tuple[str, ...]) -> list[str]:
    """The words that are in a file, as text in any usual encoding; and a preview's mark."""
    found = set()
    for part in contents(path.read_bytes()):
        for word in (*words, "PREVIEW-7719"):
            forms = {word.encode(), word.encode("utf-16-le"), word.encode().hex().encode()}
            if any(form in part for form in forms):
                found.add(f"{path.name}: {word}")
        if part[:2] == b"\xff\xd8":
            assert not Image.open(io.BytesIO(part)).getexif()
    return sorted(found)


def run(*arguments: object) -> str:
    done = CliRunner().invoke(main, [str(each) for each in arguments])
    assert done.exit_code in (0, 3), done.output
    return done.output


@pytest.fixture(scope="module")
def photos(portrait_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("SECRETWARD") / "Erika M"
    folder.mkdir()
    with Image.open(portrait_path) as image:
        small = image.convert("RGB")
    for day, angle in (("2026-03-01", 0), ("2026-03-15", 2)):
        turned = small.rotate(angle, fillcolor=(128, 128, 128))
        with_metadata(turned, folder / f"{day} rest Musterfrau.jpg")
    return folder


def test_the_search_finds_what_is_there(photos: Path, tmp_path: Path) -> None:
    path = next(photos.iterdir())
    raw = path.read_bytes()
    for word in ("SERIAL-7719", "OWNER-Erika", "XMP-Leopoldsgasse", "PREVIEW-7719"):
        assert word.encode() in raw
    with Image.open(path) as image:
        place = image.getexif().get_ifd(ExifTags.IFD.GPSInfo)
    assert place[4][0] == pytest.approx(15.4395)
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.html", "<img src=data:image/jpeg;base64,U0VSSUFMLTc3MTk=>")
    assert search(tmp_path / "a.xlsx", METADATA) == ["a.xlsx: SERIAL-7719"]


@pytest.mark.parametrize("name", ["report.html", "report.pdf", "bare.html"])
def test_a_report_under_a_pseudonym(name: str, photos: Path, tmp_path: Path) -> None:
    path = tmp_path / name
    try:
        check_target(path)
    except AsymmetryError as error:
        pytest.skip(str(error))
    bare = ["--no-photos"] if name.startswith("bare") else []
    run("report", photos, "-o", path, "--pseudonym", "Patient 7", *bare)
    assert search(path, METADATA + FOLDERS + NAMES) == []


def test_hospital_files(photos: Path, tmp_path: Path) -> None:
    pytest.importorskip("highdicom", reason="the extra dicom is not installed")
    stored = photos.parent / "Musterfrau.dcm"
    stored.write_bytes(dicom_bytes(next(photos.iterdir()).read_bytes(), JPEG, "YBR_FULL_422"))
    for photo in (next(photos.iterdir()), stored):
        run("photo", photo, "--method", "fast", "--fhir", tmp_path / f"{photo.suffix[1:]}.json")
    run("photo", stored, "--method", "fast", "--dicom-sr", tmp_path / "sr.dcm")
    identity = (*NAME.split("^"), PATIENT, "19700203", "Doctor")
    for path in tmp_path.iterdir():
        assert search(path, METADATA + FOLDERS + NAMES + identity) == []


def test_tables_sheets_and_pictures(photos: Path, tmp_path: Path) -> None:
    run("series", photos, "-o", tmp_path / "out", "--sheet", tmp_path / "sheet.xlsx")
    run("compare", *sorted(photos.iterdir()), "-o", tmp_path / "both.jpg")
    for path in (*(tmp_path / "out").iterdir(), tmp_path / "sheet.xlsx", tmp_path / "both.jpg"):
        assert search(path, METADATA + FOLDERS) == []


def test_archives_and_saved_landmarks(photos: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="the extra archive is not installed")
    path = tmp_path / "scores.parquet"
    asked = ["--engine", "inline", "--method", "fast", "--landmarks", "--csv"]
    run("archive", photos, "-o", path, *asked)
    with Extractor(method="fast") as extractor:
        extractor.extract(sorted(photos.iterdir())).save(tmp_path / "a.npz")
    for each in tmp_path.iterdir():
        assert search(each, METADATA) == []
    assert search(path.with_suffix(".csv"), FOLDERS) == []


def test_the_page_s_export(photos: Path, tmp_path: Path) -> None:
    """Beside the photos themselves, which go out as they came in."""
    with Store(tmp_path / "store") as store, Extractor(method="fast") as extractor:
        patient = store.add_patient("Patient 7")
        for path in sorted(photos.iterdir()):
            kept = store.add_photo(patient.id, path.name, path.read_bytes())
            store.finish_photo(kept.id, extractor.extract([path]), kept.record)
        made = export_patients(store, [store.patient(patient.id)], tmp_path / "one.zip")
    assert search(made, METADATA + FOLDERS) == []


def test_a_clip(astronaut: Pixels, tmp_path: Path) -> None:
    """A phone's video says where it was taken, and with which phone."""
    clip = write_video(tmp_path / "SECRETWARD.mp4", [astronaut] * 6)
    told = b"\xa9xyz+47.0707+015.4395/ SERIAL-7719 OWNER-Erika XMP-Leopoldsgasse"
    with clip.open("ab") as file:
        file.write(struct.pack(">I4s", 8 + len(told), b"udta") + told)
    drawn = ["--plot", tmp_path / "a.svg", "--film", tmp_path / "a.jpg"]
    for name, given in {"a.json": ["--json"], "a.txt": drawn, "b.txt": drawn[2:]}.items():
        (tmp_path / name).write_text(run("clip", clip, *given))
    for path in set(tmp_path.iterdir()) - {clip}:
        assert search(path, METADATA) == []
    assert search(tmp_path / "a.svg", FOLDERS) + search(tmp_path / "a.jpg", FOLDERS) == []


def test_the_page_s_answers(photos: Path, tmp_path: Path) -> None:
    """Whatever the page gets, and its reports under a patient's pseudonym."""
    with running_server(tmp_path / "store", "--workers", "1") as served:
        patient = served.add_patient(name="Patient 7")
        given = [(path.name, path.read_bytes()) for path in sorted(photos.iterdir())]
        read = [served.wait(photo) for photo in served.bring(patient, given).json()["ids"]]
        person = f"/api/patients/{patient}"
        asked = [f"{person}{each}" for each in ("", "/photos", "/notes", "/changes", _COURSE)]
        for photo in read:
            asked += [f"/api/photos/{photo['id']}{each}" for each in ("", "/image", "/history")]
        reports = [f"{person}/report.{kind}?pseudonym=P-7" for kind in ("html", "pdf")]
        for i, address in enumerate([*asked, *reports]):
            answer = served.client.get(address)
            assert answer.is_success or "pdf" in address, answer.text
            path = tmp_path / str(i)
            path.write_bytes(answer.content)
            names = NAMES if address in reports else ()
            assert search(path, METADATA + FOLDERS + names) == []
