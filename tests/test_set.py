"""The set of photos is judged before it is believed: files, copies, dates, mirrored photos, other people."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from asymmetry import Landmarks, Note, Series
from asymmetry.archive.jobs import find_jobs
from asymmetry.cli import main
from asymmetry.errors import InvalidInputError
from asymmetry.photos.listing import find_leftovers, image_files
from asymmetry.photos.record import PhotoRecord, describe_photo
from asymmetry.series.doubtful_dates import doubt_dates
from asymmetry.series.treatments import Treatment
from asymmetry.synthetic import face
from tests.notes import rows_of_codes
from tests.test_series import Reader, photos, read

SAME = {"single": "2026:03:02 10:15:00", "sub": "123"}


def shot(
    path: Path, seed: int, *, taken: str = "", part: str = "", quality: int = 90, side: int = 96
) -> Path:
    """A photo of something, the same for the same seed, with the time that its camera says."""
    tags = Image.Exif()
    if taken:
        tags.get_ifd(0x8769)[0x9003] = taken
    if part:
        tags.get_ifd(0x8769)[0x9291] = part
    coarse = np.random.default_rng(seed).integers(0, 255, (8, 8, 3), dtype=np.uint8)
    picture = Image.fromarray(coarse).resize((96, 96), Image.Resampling.BICUBIC)
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.resize((side, side)).save(path, quality=quality, exif=tags)
    return path


# Files


def test_every_file_is_a_photo_a_document_or_named(tmp_path: Path) -> None:
    photos(tmp_path, "2026-03-01.jpg", "IMG_0412.HEIC.jpg", "@eaDir/x/SYNOPHOTO_THUMB_M.jpg", "thumbs/y.jpg")
    jpeg = (tmp_path / "2026-03-01.jpg").read_bytes()
    contents = {
        "rest": jpeg,  # a photo by its content
        "rest.jpg_large": jpeg,
        "rest.jfif-tmp": jpeg,
        "a.CR2": b"II*\0",
        "a.dcm": b"\0" * 128 + b"DICM",
        "noname": b"\xff\x0a" + b"\0" * 20,  # JPEG XL
        "clip.mp4": b"\0\0\0\x18ftypmp42",
        "2026-03-01.MOV": b"\0\0\0\x18ftypqt  ",  # of a Live Photo
        "visit.zip": b"PK\x03\x04",
        "unknown.bin": b"\x01\x00\x02",
        ".IMG_0413.HEIC.icloud": b"bplist",
        "README": b"About these photos",
        "notes.txt": b"dry",
        "empty": b"",
        "#recycle/old.jpg": jpeg,
    }
    for name, content in contents.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    listed = sorted(path.name for path in image_files(tmp_path))
    read_too = ["rest", "rest.jpg_large", "rest.jfif-tmp", "a.CR2", "a.dcm", "noname"]
    assert listed == sorted(["2026-03-01.jpg", "IMG_0412.HEIC.jpg", *read_too])
    others = {each.path.name: (each.note.code, each.missed) for each in find_leftovers(tmp_path)}
    assert others == {
        "@eaDir": ("thumbnails", False),
        "thumbs": ("thumbnails", False),
        "#recycle": ("in_the_bin", False),
        "clip.mp4": ("is_video", True),
        "2026-03-01.MOV": ("live_video", False),
        "visit.zip": ("is_packed", True),
        "unknown.bin": ("unknown_file", True),
        ".IMG_0413.HEIC.icloud": ("in_the_cloud", True),
    }
    assert [job.photo for job in find_jobs(str(tmp_path))] == [path.name for path in image_files(tmp_path)]


def test_thumbnails_are_no_photos_of_the_person(tmp_path: Path) -> None:
    photos(tmp_path, "2026-03-01.jpg", "@eaDir/2026-03-01.jpg/SYNOPHOTO_THUMB_XL.jpg")
    series = read(tmp_path)
    assert series.static["photo"].tolist() == ["2026-03-01.jpg"]
    (doubt,) = [each for each in series.review() if each.column != "expression"]
    assert (doubt.photo, doubt.note) == ("@eaDir", Note("thumbnails", files=1))


def test_the_command_line_names_what_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "2026-03-01.dcm").write_bytes(b"\0" * 128 + b"DICM")
    (tmp_path / "clip.mp4").write_bytes(b"\0\0\0\x18ftypmp42")
    result = CliRunner().invoke(main, ["series", str(tmp_path)])
    assert result.exit_code == 3
    assert "\nNot used: clip.mp4: this is a video" in result.stdout.split("\n\n")[0]
    assert "not scored: 2026-03-01.dcm: not a supported photo format" in result.stderr
    assert "clip.mp4: this is a video" in result.stderr


# Copies of one exposure


@pytest.mark.parametrize(
    "copy",
    [
        "IMG_E0412.jpg",
        "IMG_0412-edited.jpg",
        "IMG_0412 (1).jpg",
        "IMG_0412(2).jpg",
        "IMG_0412~2.jpg",
        "Copy of IMG_0412.jpg",
        "IMG_0412 - Kopie.jpg",
        "IMG_0412_small.jpg",
        "IMG_0412.webp",
        "edits/x.jpg",
    ],
)
def test_copies_of_one_exposure_count_once(tmp_path: Path, copy: str) -> None:
    shot(tmp_path / "IMG_0412.jpg", 1, taken=SAME["single"], part=SAME["sub"])
    shot(tmp_path / copy, 1, taken=SAME["single"], part=SAME["sub"], quality=60, side=64)
    shot(tmp_path / "IMG_0413.jpg", 2, taken=SAME["single"], part="456")
    table = read(tmp_path).static
    status = dict(zip(table["photo"].tolist(), table["status"].tolist(), strict=True))
    assert status == {"IMG_0412.jpg": "ok", copy: "rejected", "IMG_0413.jpg": "ok"}
    row = table["photo"].tolist().index(copy)
    assert table.notes[row][0] == Note("same_file", photo="IMG_0412.jpg")


def test_copies_without_a_time_are_known_by_name_and_look(tmp_path: Path) -> None:
    shot(tmp_path / "2026-03-02 rest.jpg", 1)
    shot(tmp_path / "2026-03-02 rest (1).jpg", 1, quality=60)  # the same again
    shot(tmp_path / "2026-03-02 rest (2).jpg", 2)  # counted by a person, another photo
    shot(tmp_path / "2026-03-02 rest-edited.jpg", 3)  # cropped and brightened, but named as an edit
    table = read(tmp_path).static
    used = [name for name, ok in zip(table["photo"], table["status"] == "ok", strict=True) if ok]
    assert sorted(used) == ["2026-03-02 rest (2).jpg", "2026-03-02 rest.jpg"]


def test_photos_of_one_second_that_look_different_are_no_copies(tmp_path: Path) -> None:
    for seed, name in enumerate(["rest.jpg", "smile.jpg", "frown.jpg"]):
        shot(tmp_path / name, seed, taken=SAME["single"])
    assert read(tmp_path).static["status"].tolist() == ["ok"] * 3


def test_the_manifest_chooses_among_copies(tmp_path: Path) -> None:
    shot(tmp_path / "IMG_0412.jpg", 1, taken=SAME["single"])
    shot(tmp_path / "IMG_0412-edited.jpg", 1, taken=SAME["single"], quality=60)
    (tmp_path / "manifest.csv").write_text("photo,use\nIMG_0412.jpg,no\n")
    table = read(tmp_path).static
    status = dict(zip(table["photo"].tolist(), table["status"].tolist(), strict=True))
    assert status == {"IMG_0412.jpg": "rejected", "IMG_0412-edited.jpg": "ok"}
    (tmp_path / "manifest.csv").write_text("photo,use\nIMG_0412.jpg,yes\nIMG_0412-edited.jpg,yes\n")
    assert read(tmp_path).static["status"].tolist() == ["ok", "ok"]


# Dates


def doubts(**dates: str) -> tuple[dict[str, str], dict[str, str]]:
    """Which of some dated photos are set aside, and which are asked about, with the code."""
    names = list(dates)
    taken = list(dates.values())
    about = [describe_photo(f"{day} {name}.jpg") for name, day in dates.items()]
    aside, asked = doubt_dates(names, taken, about)
    return {names[row]: n.code for row, n in aside.items()}, {names[row]: n.code for row, n in asked.items()}


def test_a_date_far_before_all_others_is_set_aside() -> None:
    days = {"a": "2026-03-02", "b": "2026-03-09", "c": "2026-04-16", "d": "2026-05-01"}
    assert doubts(x="2025-03-12", **days) == ({"x": "date_far_before"}, {})
    assert doubts(x="2026-01-12", **days) == ({}, {})
    assert doubts(x="2025-03-12", y="2025-03-12", **days) == ({}, {})  # a visit of its own
    assert doubts(x="2020-03-12", a="2026-03-02", b="2026-03-09") == ({}, {})  # too few to say


def test_a_date_far_after_all_others_is_asked_about() -> None:
    days = {"a": "2026-03-02", "b": "2026-03-09", "c": "2026-04-16", "d": "2026-05-01"}
    assert doubts(x="2027-05-01", **days) == ({}, {"x": "date_far_after"})
    assert doubts(x="2026-09-01", **days) == ({}, {})


def test_a_date_against_the_camera_s_numbers_is_set_aside() -> None:
    days = {"IMG_0411": "2026-03-02", "IMG_0413": "2026-03-09", "IMG_0414": "2026-03-16"}
    assert doubts(IMG_0412="2027-03-05", **days) == ({"IMG_0412": "date_out_of_order"}, {})
    assert doubts(IMG_0412="2026-03-05", **days) == ({}, {})


def test_a_date_that_somebody_wrote_is_believed(tmp_path: Path) -> None:
    days = ["2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23"]
    photos(tmp_path, "2024-03-05.jpg", *(f"{day}.jpg" for day in days))
    series = read(tmp_path)
    assert series.static["taken"].tolist() == [*days, ""]
    assert series.day_zero is not None
    assert series.day_zero.isoformat() == "2026-03-02"
    (line,) = [line for line in series.review().lines(used=False) if "2024" in line]
    assert line.endswith("before all other photos: the date is not used (manifest: taken)")
    (tmp_path / "manifest.csv").write_text("photo,taken\n2024-03-05.jpg,2024-03-05\n")
    assert read(tmp_path).static["taken"].tolist() == ["2024-03-05", *days]


def test_dates_of_clocks_and_messengers_are_told(tmp_path: Path) -> None:
    photos(tmp_path, "a.jpg", exif="2000:01:01 00:01:12")
    photos(tmp_path, "IMG-20260302-WA0001.jpg", "PXL_20260303_235500123.jpg")
    series = read(tmp_path)
    assert rows_of_codes(series.static.notes) == [
        ["date_of_sending"],
        ["date_in_utc"],
        ["clock_reset", "undated"],
    ]
    assert series.static["taken"].tolist()[2] == ""


def test_a_series_all_before_or_all_after_its_treatment_is_asked_about(tmp_path: Path) -> None:
    photos(tmp_path, "2026-03-02.jpg", "2026-03-09.jpg")
    for day, code in (("2026-04-01", "all_before_treatment"), ("2026-02-01", "all_after_treatment")):
        assert code in {each.note.code for each in read(tmp_path, treated_on=day).review()}
    assert not [each for each in read(tmp_path, treated_on="2026-03-05").review() if not each.photo]


# Mirrored photos and other people


def person(n: int, **changes: float) -> Landmarks:
    """A face as uneven as faces are, n times, with the scatter of repeats, a week apart."""
    uneven = {"brow_right_mm": 1.5, "upper_lid_right_mm": -0.8, "mouth_corner_right_mm": 2.0}
    known = {name: uneven.get(name, 0.0) + changes.get(name, 0.0) for name in {*uneven, *changes}}
    made = face(n, noise_px=0.3, seed=1, **known)
    days = [f"2026-03-{day:02d}" for day in range(2, 2 + n)]
    return replace(made, taken=np.array(days), photo=np.array([f"{i}.jpg" for i in range(n)]))


def mirror(landmarks: Landmarks, *rows: int) -> Landmarks:
    """Some photos as mirrored selfies; their names stay."""
    both = Landmarks.concat([landmarks, landmarks.mirrored()])
    chosen = [row + len(landmarks) * (row in rows) for row in range(len(landmarks))]
    return replace(both[chosen], photo=landmarks.photo)


def codes(series: Series) -> dict[str, list[str]]:
    rows = rows_of_codes(series.static.notes)
    return {name: found for name, found in zip(series.static["photo"].tolist(), rows, strict=True) if found}


@pytest.mark.parametrize("rows", [(3,), (3, 5), (5, 6, 7)])
def test_mirrored_photos_are_set_aside(rows: tuple[int, ...]) -> None:
    series = Series.from_landmarks(mirror(person(8), *rows), expression=["rest"] * 8)
    assert codes(series) == {f"{row}.jpg": ["looks_mirrored"] for row in rows}
    assert not any(change.beyond for change in series.changes())
    assert {each.photo for each in series.review()} == {f"{row}.jpg" for row in rows}
    assert {(each.column, each.value, each.used) for each in series.review()} == {("mirrored", "yes", False)}


def test_the_front_camera_tells_which_half_is_mirrored() -> None:
    about = [PhotoRecord(f"{i}.jpg", expression="rest", front_camera=i >= 3) for i in range(8)]
    series = Series.from_landmarks(mirror(person(8), 3, 4, 5, 6, 7), about=about)
    assert codes(series) == {f"{row}.jpg": ["looks_mirrored_front"] for row in range(3, 8)}


def test_what_a_manifest_says_of_mirroring_is_believed() -> None:
    about = [PhotoRecord(f"{i}.jpg", expression="rest") for i in range(6)]
    about[3] = replace(about[3], mirrored=False, written=("mirrored",))
    series = Series.from_landmarks(mirror(person(6), 3), about=about)
    assert codes(series) == {f"{row}.jpg": ["looks_mirrored"] for row in (0, 1, 2, 4, 5)}
    about = [replace(each, use=True) for each in about]
    assert codes(Series.from_landmarks(mirror(person(6), 3), about=about)) == {}


@pytest.mark.parametrize(
    "part", ["brow_right_mm", "brow_left_mm", "upper_lid_right_mm", "mouth_corner_right_mm"]
)
@pytest.mark.parametrize("amount", [-4.0, -3.0, 3.0, 4.0])
def test_a_change_of_one_part_is_no_mirroring(part: str, amount: float) -> None:
    both = Landmarks.concat([person(4), person(4, **{part: amount})])
    names = np.array([f"{i}.jpg" for i in range(8)])
    days = np.array([f"2026-03-{day:02d}" for day in range(2, 10)])
    series = Series.from_landmarks(replace(both, photo=names, taken=days), expression=["rest"] * 8)
    assert codes(series) == {}


def test_another_person_is_set_aside_and_a_subject_in_the_manifest_is_believed() -> None:
    made = person(5)
    points = np.array(made.points)
    points[3, :, 0] = points[3, :, 0].mean() + 1.2 * (points[3, :, 0] - points[3, :, 0].mean())
    points[3, 0:1] += 0
    stranger = replace(made, points=points)
    about = [PhotoRecord(f"{i}.jpg", expression="rest") for i in range(5)]
    assert codes(Series.from_landmarks(stranger, about=about)) == {"3.jpg": ["another_person"]}
    about[3] = replace(about[3], subject="Ada", written=("subject",))
    assert codes(Series.from_landmarks(stranger, about=about)) == {}
    about[0] = replace(about[0], subject="Bo", written=("subject",))
    about[1] = replace(about[1], subject="Bo", written=("subject",))
    assert codes(Series.from_landmarks(made, about=about)) == {"3.jpg": ["another_subject"]}


def test_what_is_set_aside_is_judged_anew_when_the_series_is_kept(tmp_path: Path) -> None:
    series = Series.from_landmarks(mirror(person(6), 3), expression=["rest"] * 6)
    series.save(tmp_path / "kept.npz")
    again = Series.load(tmp_path / "kept.npz")
    assert codes(again) == codes(series) == {"3.jpg": ["looks_mirrored"]}
    assert again.static == series.static


def test_a_review_is_a_table(tmp_path: Path) -> None:
    series = Series.from_landmarks(mirror(person(6), 3), expression=["rest"] * 6)
    text = series.review().to_csv(tmp_path / "review.csv")
    assert (tmp_path / "review.csv").read_text(encoding="utf-8") == text
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["photo"], row["used"], row["column"], row["value"]) == ("3.jpg", "no", "mirrored", "yes")
    assert str(series.review()).startswith("Not used: 3.jpg: it looks mirrored")


def test_all_rest_says_the_expression_of_every_photo(tmp_path: Path) -> None:
    photos(tmp_path, "2026-03-01.jpg", "2026-03-02 smile.jpg")
    series = read(tmp_path, all_rest=True)
    assert series.static["expression"].tolist() == ["rest", "smile_open"]
    assert series.photos["expression_confidence"].tolist() == [1, 1]
    assert len(series.review()) == 0


def test_files_stay_named_when_photos_are_added(tmp_path: Path) -> None:
    photos(tmp_path, "2026-03-01 rest.jpg")
    (tmp_path / "clip.mp4").write_bytes(b"\0\0\0\x18ftypmp42")
    series = read(tmp_path)
    photos(tmp_path, "2026-03-08 rest.jpg")
    assert [each.photo for each in series.add(tmp_path, extractor=Reader()).review()] == ["clip.mp4"]


# Treatments


def test_several_treatments_count_from_the_first_and_phases_from_the_latest(tmp_path: Path) -> None:
    photos(tmp_path, "2026-03-02.jpg", "2026-03-25.jpg", "2026-07-06.jpg", "2026-07-20.jpg")
    again = Treatment.of("2026-07-06", product="Botox", dose="12 U", sites="right brow")
    series = read(tmp_path, treated_on=[again, "2026-03-09"])
    assert series.static["day"].tolist() == [-7, 16, 119, 133]
    assert series.photos["phase"].tolist() == ["baseline", "peak", "baseline", "peak"]
    assert [entry.phase for entry in series.timeline] == ["baseline", "peak", "baseline", "peak"]
    assert series.treatments == (Treatment.of("2026-03-09"), again)
    series.save(tmp_path / "kept.npz")
    assert Series.load(tmp_path / "kept.npz").treatments == series.treatments
    assert series.add([], extractor=Reader()).treatments == series.treatments


def test_a_list_of_treatments(tmp_path: Path) -> None:
    photos(tmp_path, "2026-03-02.jpg", "2026-03-25.jpg")
    text = "Treated on;Toxin;Units;Muscles\n9.3.2026;Botox;20;frontalis, glabella\n"
    (tmp_path / "treatments.csv").write_text(text, encoding="cp1252")
    series = read(tmp_path)
    expected = Treatment.of("2026-03-09", product="Botox", dose="20", sites="frontalis, glabella")
    assert series.treatments == (expected,)
    assert series.static["day"].tolist() == [-7, 16]
    assert read(tmp_path, treated_on="2026-03-10").treatments == (Treatment.of("2026-03-10"),)
    (tmp_path / "treatments.csv").write_text("date\n3/9/2026\n")
    with pytest.raises(InvalidInputError, match=r"treatments.csv line 2: '3/9/2026' could be 2026-09-03 or"):
        read(tmp_path)


def test_one_treatment_is_a_day_as_before(tmp_path: Path) -> None:
    photos(tmp_path, "2026-03-02.jpg")
    series = read(tmp_path, treated_on="2026-03-09")
    assert series.treatments == (Treatment.of("2026-03-09"),)
    assert "treatments" not in series.static.provenance
    assert read(tmp_path).treatments == ()
