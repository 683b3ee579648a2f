"""Odd files: pipes, devices and workbooks that fill the memory; outputs that would replace an input."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from asymmetry import Landmarks, Measurements, compare, measure, read_landmarks, score_archive
from asymmetry.archive.jobs import find_jobs
from asymmetry.cli import main
from asymmetry.core.files import open_arrays
from asymmetry.core.paths import keep_apart, open_file
from asymmetry.core.text import Text
from asymmetry.errors import AsymmetryError, DestinationError, InvalidInputError
from asymmetry.hospital import make_fhir
from asymmetry.photos import workbooks
from asymmetry.photos.folder import describe_folder
from asymmetry.photos.listing import find_leftovers, image_files
from asymmetry.photos.manifest import Manifest, read_manifest
from asymmetry.photos.remote import MAX_FILE_BYTES
from asymmetry.photos.rows import own_limit
from asymmetry.photos.sources import digest_photo
from asymmetry.photos.workbooks import read_sheets
from asymmetry.progress import show_frames, show_photos
from asymmetry.series.aids.filled import read_answers
from asymmetry.synthetic import face

PIPES = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes in folders are those of POSIX")
FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="a full disk as a file is Linux's")


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """A pipe that nobody writes to, with the name of a photo."""
    path = tmp_path / "2026-03-01.jpg"
    os.mkfifo(path)
    return path


@PIPES
def test_a_pipe_is_not_waited_for(pipe: Path) -> None:
    with pytest.raises(OSError, match="not a regular file"):
        open_file(pipe)
    assert digest_photo(pipe) == ""
    language = pipe.with_suffix(".toml")
    os.mkfifo(language)
    with pytest.raises(InvalidInputError, match="not a regular file"):
        Text.load(str(language))
    for read in (read_manifest, read_landmarks, read_answers, lambda path: compare(path, path)):
        with pytest.raises(AsymmetryError, match="not a regular file"):
            read(pipe)
    with pytest.raises(InvalidInputError, match="not a regular file"), open_arrays(pipe, "points"):
        pass


@PIPES
def test_a_pipe_among_the_files_of_a_folder_is_named(pipe: Path) -> None:
    nameless = pipe.rename(pipe.with_name("pipe"))
    (left,) = find_leftovers(nameless.parent)
    assert (left.path.name, left.note.code) == ("pipe", "not_read")


@PIPES
def test_a_workbook_that_is_a_pipe_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("python_calamine", reason="the extra excel is not installed")
    os.mkfifo(tmp_path / "manifest.xlsx")
    with pytest.raises(InvalidInputError, match="not a regular file"):
        read_manifest(tmp_path / "manifest.xlsx")


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="it is Unix's")
def test_a_device_that_never_ends_is_not_read() -> None:
    assert digest_photo("/dev/zero") == ""
    with pytest.raises(AsymmetryError, match="not a regular file"):
        read_manifest("/dev/zero")


def test_files_are_hashed_without_being_held(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"abc")
    assert digest_photo(path) == hashlib.sha256(b"abc").hexdigest()
    path.write_bytes(b"")
    assert digest_photo(path) == ""
    with path.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    assert digest_photo(path) == ""


def test_a_photo_that_was_not_measured_is_not_hashed(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"abc")
    hashes = []
    for status in ("ok", "rejected"):
        table = Measurements({"photo": ["a.jpg"], "status": [status], "mrd1_right_mm": [3.5]})
        media = [each["resource"] for each in make_fhir(table, [path])["entry"]]
        hashes += [each["content"].get("hash") for each in media if "content" in each]
    assert [bool(each) for each in hashes] == [True, False]


# outputs in place of inputs


def test_what_is_read_is_not_written_over(tmp_path: Path) -> None:
    path, link = tmp_path / "a.jpg", tmp_path / "b.jpg"
    path.write_bytes(b"a photo")
    link.hardlink_to(path)
    for name in (path, str(path), tmp_path / "." / "a.jpg", link):
        with pytest.raises(DestinationError, match="this file is read here"):
            keep_apart(name, "none.jpg", b"bytes", None, path)
    keep_apart(tmp_path / "new.jpg", path, tmp_path / "new.jpg")


def test_a_picture_of_two_photos_does_not_replace_one(tmp_path: Path) -> None:
    photos = [tmp_path / "a.jpg", tmp_path / "b.jpg"]
    for path in photos:
        path.write_bytes(path.name.encode())
    for path in photos:
        with pytest.raises(DestinationError, match=path.name):
            compare(*photos, picture=path)
    assert [path.read_bytes() for path in photos] == [b"a.jpg", b"b.jpg"]


@pytest.mark.parametrize("name", ["manifest.csv", "notes.csv", "treatments.csv", "scores.csv"])
def test_a_series_does_not_replace_its_lists(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text("photo,notes,date,day\n")
    where = ["--sheet", str(path)]
    if name == "scores.csv":
        where = ["--manifest", str(path), "-o", str(tmp_path)]
    done = CliRunner().invoke(main, ["series", str(tmp_path), *where])
    assert (done.exit_code, "this file is read here" in done.output) == (1, True)
    assert path.read_text() == "photo,notes,date,day\n"


def test_an_archive_does_not_replace_its_list(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="the extra archive is not installed")
    path = tmp_path / "list.csv"
    path.write_text("photo\na.jpg\n")
    with pytest.raises(DestinationError, match="was not written by score_archive"):
        score_archive(path, tmp_path / "list.parquet", csv=True, workers=0)
    assert path.read_text() == "photo\na.jpg\n"


@pytest.mark.parametrize("what", ["output", "scores"])
def test_a_conversion_does_not_replace_its_source(what: str, tmp_path: Path) -> None:
    path = tmp_path / "face.npz"
    face().save(path)
    before = path.read_bytes()
    targets = {"output": [str(path)], "scores": [str(tmp_path / "a.csv"), "--scores", str(path)]}
    done = CliRunner().invoke(main, ["convert", str(path), *targets[what]])
    assert (done.exit_code, "this file is read here" in done.output) == (1, True)
    assert path.read_bytes() == before


def test_a_report_of_dicom_does_not_replace_the_photo(tmp_path: Path) -> None:
    pytest.importorskip("highdicom", reason="the extra dicom is not installed")
    path = tmp_path / "a.dcm"
    path.write_bytes(b"a photo")
    done = CliRunner().invoke(main, ["photo", str(path), "--dicom-sr", str(path)])
    assert (done.exit_code, "this file is read here" in done.output) == (1, True)
    assert path.read_bytes() == b"a photo"


# printing


@FULL
@pytest.mark.parametrize("words", [["--help"], ["--version"], ["series", "--help"], ["doctor"]])
def test_what_can_t_be_printed_is_one_line(words: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "asymmetry", *words]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    told = "Error: what is printed can't be written (No space left on device)\n"
    assert (done.returncode, done.stderr) == (1, told)


def test_without_stderr_nothing_is_shown_and_all_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where it is closed, or in a program without a window."""
    monkeypatch.setattr(sys, "stderr", None)
    assert list(show_photos([1, 2])) == list(show_frames([1, 2])) == [1, 2]


@pytest.mark.parametrize("answer", [RuntimeError("no home"), "~/.local/share/asymmetry"])
def test_a_user_without_a_home_is_told_to_name_a_folder(
    answer: Exception | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    platformdirs = pytest.importorskip("platformdirs", reason="the extra web is not installed")

    def data_folder(*_: object, **__: object) -> str:
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(platformdirs, "user_data_dir", data_folder)
    done = CliRunner().invoke(main, ["serve", "--no-browser"])
    assert (done.exit_code, "--data" in done.output) == (1, True)


def test_a_folder_that_can_t_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    table = measure(face())
    with pytest.raises(DestinationError, match="file"):
        table.to_csv(tmp_path / "file" / "scores.csv")
    done = CliRunner().invoke(main, ["demo", "-o", str(tmp_path / "file" / "demo")])
    assert done.exit_code == 1
    assert "Errno" not in done.output
    assert str(tmp_path / "file") in done.output


# workbooks


def workbook(path: Path, rows: bytes) -> Path:
    """A list of photos in a workbook, with more rows as XML."""
    pytest.importorskip("python_calamine", reason="the extra excel is not installed")
    xlsxwriter = pytest.importorskip("xlsxwriter", reason="the extra excel is not installed")
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_column(0, 0, ["photo", "a.jpg"])
    with zipfile.ZipFile(path) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    members[sheet] = members[sheet].replace(b"</sheetData>", rows + b"</sheetData>")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    return path


def test_a_workbook_is_read(tmp_path: Path) -> None:
    more = b'<row r="3"><c r="A3" t="inlineStr"><is><t>b.jpg</t></is></c></row>'
    (_, rows), *_ = read_sheets(workbook(tmp_path / "list.xlsx", more))
    assert rows == [["photo"], ["a.jpg"], ["b.jpg"]]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (
            b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
            "1048576 rows and 16384 columns",
        ),
        (b" " * 3_000_000, "unpacks to 3 MB"),
    ],
)
def test_a_workbook_that_would_fill_the_memory_is_refused(
    rows: bytes, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cells that stand far off would be read as a table of all cells between."""
    monkeypatch.setattr(workbooks, "_MOST_BYTES", 2_000_000)
    with pytest.raises(InvalidInputError, match=told):
        read_manifest(workbook(tmp_path / "list.xlsx", rows))


def test_a_damaged_workbook_is_an_error_of_our_own(tmp_path: Path) -> None:
    path = workbook(tmp_path / "list.xlsx", b"")
    whole, rng = path.read_bytes(), np.random.default_rng(0)
    for _ in range(100):
        damaged = bytearray(whole)
        for place in rng.integers(0, len(whole), 4).tolist():
            damaged[place] ^= int(rng.integers(1, 256))
        path.write_bytes(damaged)
        with suppress(InvalidInputError):
            list(read_sheets(path))


# Files that programs keep beside photos


@pytest.mark.parametrize(
    ("name", "code", "missed"),
    [
        ("thumb/a.jpg", "thumbnails", False),
        ("Catalog Smart Previews.lrdata/0/a.dng", "thumbnails", False),
        ("A.photoslibrary/resources/derivatives/a_4_5005_c.jpeg", "thumbnails", False),
        (".Trash-1000/files/a.jpg", "in_the_bin", False),
        (".trashed-1775000000-a.jpg", "in_the_bin", False),
        (".a.jpg", "hidden", True),
        (".picasaoriginals/a.jpg", "hidden", False),
        ("IMG_E0001.MOV", "live_video", False),
        ("IMG_0001_HEVC.MOV", "live_video", False),
        ("PXL_1.MP", "live_video", False),
        ("._a.jpg", None, None),
        ("__MACOSX/._a.jpg", None, None),
        ("A.photoslibrary/originals/1/a.jpeg", "photo", None),
        ("a.jpg.bak", "photo", None),
    ],
)
def test_files_that_programs_keep_beside_photos(
    tmp_path: Path, name: str, code: str | None, missed: bool | None
) -> None:
    jpeg, video = b"\xff\xd8\xff\xe0\0\x10JFIF\0", b"\0\0\0\x18ftypmp42"
    here = "IMG_0001.HEIC", "PXL_1.MP.jpg"
    for each in (*here, name):
        path = tmp_path / each
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(video if path.suffix in (".MOV", ".MP") else jpeg)
    photos = {path.relative_to(tmp_path).as_posix() for path in image_files(tmp_path)}
    assert photos == {*here, *([name] if code == "photo" else [])}
    told = [(each.note.code, each.missed) for each in find_leftovers(tmp_path)]
    assert told == ([] if code in (None, "photo") else [(code, missed)])


@pytest.mark.parametrize(("taken", "copies"), [("2026:03:01 10:00:00", 1), ("", 0)])
def test_a_mirrored_copy_is_known_by_its_name_and_the_cameras_time(
    tmp_path: Path, taken: str, copies: int
) -> None:
    tags, light = Image.Exif(), np.arange(64, dtype=np.uint8)[:, None] * np.ones((1, 64), np.uint8)
    if taken:
        tags.get_ifd(0x8769)[0x9003] = taken
    names = "IMG_0412.jpg", "IMG_0412_mirrored.jpg"
    for name, pixels in zip(names, (light, light[::-1]), strict=True):
        Image.fromarray(pixels).save(tmp_path / name, exif=tags)
    known = describe_folder(tmp_path, image_files(tmp_path), Manifest(tmp_path, {}), None)
    assert [each.photo for each in known if each.copy_of] == list(names[1:])[:copies]


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_a_pattern_takes_no_small_copies_but_those_it_names(tmp_path: Path, scheme: str) -> None:
    if scheme:
        pytest.importorskip("fsspec")
    small = "@eaDir/a.jpg/SYNOPHOTO_THUMB_M.jpg"
    for name in ("P1/a.jpg", f"P1/{small}", "P1/#recycle/b.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"\xff\xd8\xff\xe0\0\x10JFIF\0")
    found = find_jobs(f"{scheme}{tmp_path.as_posix()}/**/*.jpg")
    assert [job.photo for job in found] == ["P1/a.jpg"]
    named = find_jobs(f"{scheme}{tmp_path.as_posix()}/*/@eaDir/**/*.jpg")
    assert [job.photo for job in named] == [f"P1/{small}"]


# Photos of more than 100 megapixels


@pytest.mark.parametrize("name", ["photo", "series", "report", "aids", "compare", "archive"])
def test_the_limit_of_megapixels_can_be_set_by_whoever_is_told_of_it(name: str) -> None:
    assert "max_megapixels" in {each.name for each in main.commands[name].params}


def test_a_set_limit_holds(tmp_path: Path) -> None:
    """Of two photos of 2,500 px the limit lets in one, which then shows no face."""
    for day, side in (("2026-03-02", 49), ("2026-03-09", 51)):
        Image.new("RGB", (side, side)).save(tmp_path / f"{day} rest.png")
    photos = [str(path) for path in sorted(tmp_path.iterdir())]
    for args in (["photo", *photos], ["series", str(tmp_path)]):
        result = CliRunner().invoke(main, [*args, "--max-megapixels", "0.0025"])
        assert result.exit_code == 3
        assert result.stderr.count("above the limit of 0.0025") == 1
    compared = CliRunner().invoke(main, ["compare", *photos, "--max-megapixels", "0.0025"])
    assert "above the limit" not in compared.output  # the first one is told of
    asked = CliRunner().invoke(main, ["compare", *photos[::-1], "--max-megapixels", "0.0025"])
    assert "above the limit of 0.0025" in asked.output


def test_a_measured_photo_is_read_again_whatever_its_size() -> None:
    sizes = np.array([[20_000, 10_000], [400, 300]])
    rows = replace(Landmarks.blank(["large", "small"], status="no_face"), size=sizes)
    assert [own_limit(rows, row) for row in range(2)] == [200.0, 100.0]
