"""The set of photos is judged before it is believed: files, copies, dates, mirrored photos, other people."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from asymmetry import Note, Series
from asymmetry.archive.jobs import find_jobs
from asymmetry.cli import main
from asymmetry.errors import InvalidInputError
from asymmetry.photos.listing import find_leftovers, image_files
from asymmetry.photos.record import PhotoRecord, describe_photo
from asymmetry.photos.taken import Taken
from asymmetry.series.doubtful_dates import doubt_dates
from asymmetry.series.likeness import find_strangers
from asymmetry.series.treatments import Treatment
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
    photos(
        tmp_path,
        "2026-03-01.jpg",
        "IMG_0412.HEIC.jpg",
        "@eaDir/x/SYNOPHOTO_THUMB_M.jpg",
        "thumbs/y.jpg",
    )
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
    assert [job.photo for job in find_jobs(str(tmp_path))] == [
        path.name for path in image_files(tmp_path)
    ]


def test_thumbnails_are_no_photos_of_the_person(tmp_path: Path) -> None:
    photos(tmp_path, "2026-03-01.jpg", "@eaDir/2026-03-01.jpg/SYNOPHOTO_THUMB_XL.jpg")
    series = read(tmp_path)
    assert series.static["photo"].tolist() == ["2026-03-01.jpg"]
    (doubt,) = [each for each in series.review() if each.column != "expression"]
    assert (doubt.photo, doubt.note) == ("@eaDir", Note("thumbnails", files=1))


def test_the_command_line_names_what_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "2026-03-01.psd").write_bytes(b"8BPS")
    (tmp_path / "clip.mp4").write_bytes(b"\0\0\0\x18ftypmp42")
    result = CliRunner().invoke(main, ["series", str(tmp_path)])
    assert result.exit_code == 3
    assert "\nNot used: clip.mp4: this is a video" in result.stdout.split("\n\n")[0]
    assert "not scored: 2026-03-01.psd: not a supported photo format" in result.stderr
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


def doubts(
    treated_on: str = "", today: str = "", **dates: str
) -> tuple[dict[str, str], dict[str, str]]:
    """Which of some dated photos are set aside, and which are asked about, with the code."""
    names = list(dates)
    taken = list(dates.values())
    about = [describe_photo(f"{day} {name}.jpg") for name, day in dates.items()]
    days = (date.fromisoformat(day) if day else None for day in (treated_on, today))
    aside, asked = doubt_dates(names, taken, about, *days)
    return {names[row]: n.code for row, n in aside.items()}, {
        names[row]: n.code for row, n in asked.items()
    }


def days_after(*days: int) -> dict[str, str]:
    """Photos so many days after a treatment on 2 March 2026."""
    return {f"d{day}": str(date(2026, 3, 2) + timedelta(days=day)) for day in days}


def test_a_date_far_before_all_others_is_set_aside() -> None:
    days = {"a": "2026-03-02", "b": "2026-03-09", "c": "2026-04-16", "d": "2026-05-01"}
    assert doubts(x="2025-03-12", **days) == ({"x": "date_far_before"}, {})
    assert doubts(x="2026-01-12", **days) == ({}, {})
    visit = {"x": "date_far_before", "y": "date_far_before"}
    assert doubts(x="2025-03-12", y="2025-03-12", **days) == (visit, {})
    true = {"x": "date_long_before", "y": "date_long_before"}  # a year later it is not among them
    assert doubts(x="2025-08-12", y="2025-08-12", **days) == ({}, true)
    few = {"x": "date_long_before"}  # too few others to say
    assert doubts(x="2020-03-12", a="2026-03-02", b="2026-03-09") == ({}, few)
    assert doubts(x="2020-03-12", a="2026-03-02") == ({}, {})
    for visits in ((0, 183, 366, 549, 732), (0, 230, 410, 600), (0, 365, 730, 1095)):
        assert doubts(**days_after(*visits)) == ({}, {}), "visits once or twice a year are usual"


def test_the_only_visit_before_the_treatment_is_not_set_aside_for_its_distance() -> None:
    days = days_after(7, 30, 60, 90)
    asked = {"x": "date_long_before"}
    assert doubts("2026-03-02", x="2025-08-12", **days) == ({}, asked)
    assert doubts("2026-03-02", x="2025-03-20", y="2025-03-20", **days)[0] == {}
    assert doubts("2026-03-02", x="2025-08-12", **days_after(-7, 7, 30))[0] != {}


def test_a_single_date_far_after_all_others_is_set_aside() -> None:
    days = days_after(0, 7, 14, 30, 60)
    assert doubts(x="2027-03-09", **days) == ({"x": "date_far_after"}, {})
    assert doubts(x="2026-09-01", **days) == ({}, {})
    weekly = days_after(*range(0, 280, 7))
    assert doubts(x="2027-06-11", **weekly) == ({"x": "date_far_after"}, {})


@pytest.mark.parametrize(
    "visits",
    [(0, 30, 90, 365), (0, 14, 30, 90, 180, 365), (-7, 14, 90, 365, 730), (0, 1, 7, 30, 180, 540)],
)
def test_visits_that_come_ever_later_are_used(visits: tuple[int, ...]) -> None:
    assert doubts(**days_after(*visits))[0] == {}


def test_a_visit_of_several_photos_long_after_all_others_is_asked_about() -> None:
    days, visit = days_after(0, 7, 14, 30), {"x": "2027-03-09", "y": "2027-03-09"}
    asked = dict.fromkeys(visit, "date_long_after")
    assert doubts(**visit, **days) == ({}, asked)
    assert doubts(**visit, **days, today="2027-03-09") == ({}, asked)
    aside = dict.fromkeys(visit, "date_far_after")
    assert doubts(**visit, **days, today="2026-11-29") == (aside, {})  # which has not come yet
    assert doubts(**visit, **days, today="2025-11-29") == ({}, asked)  # nor has any other


def test_a_date_that_another_one_contradicts_is_set_aside_if_it_is_far_after() -> None:
    days = list(days_after(0, 7, 14, 30).values())
    wrong, right = Taken(datetime(2027, 3, 19), "exif"), Taken(datetime(2026, 3, 19), "name")
    about = [describe_photo(f"{day}.jpg") for day in days]
    about += [PhotoRecord(name, dates=(wrong, right)) for name in "xy"]
    aside, asked = doubt_dates([*days, "x", "y"], [*days, "2027-03-19", "2027-03-19"], about)
    assert [note.code for note in aside.values()] == ["date_far_after"] * 2
    assert not asked
    assert {str(dict(note.values)["likely"]) for note in aside.values()} == {"2026-03-19"}


def test_a_late_date_that_a_typed_name_or_the_camera_s_numbers_confirm_is_used() -> None:
    days = days_after(0, 7, 14, 30, 60)
    numbered = {f"IMG_{411 + i}": day for i, day in enumerate(days.values())}
    assert doubts(IMG_0420="2027-03-09", **numbered) == ({}, {"IMG_0420": "date_long_after"})
    assert doubts(IMG_0401="2027-03-09", **numbered)[0]  # before them
    late = datetime(2027, 3, 9)
    for typed in (True, False):  # a name with a time is the camera's own
        said = Taken(late, "exif"), Taken(late, "name", day_only=typed)
        about = [
            PhotoRecord("x", dates=said),
            *(describe_photo(f"{day}.jpg") for day in days.values()),
        ]
        aside, asked = doubt_dates(["x", *days], ["2027-03-09", *days.values()], about)
        assert bool(asked) == typed
        assert bool(aside) != typed


def test_a_date_against_the_camera_s_numbers_is_set_aside() -> None:
    days = {"IMG_0411": "2026-03-02", "IMG_0413": "2026-03-09", "IMG_0414": "2026-03-16"}
    assert doubts(IMG_0412="2027-03-05", **days) == ({"IMG_0412": "date_out_of_order"}, {})
    assert doubts(IMG_0412="2026-03-05", **days) == ({}, {})


def test_a_whole_visit_against_the_camera_s_numbers_is_set_aside() -> None:
    days = {"IMG_0411": "2026-03-02", "IMG_0412": "2026-03-02", "IMG_0416": "2026-03-16"}
    visit = dict.fromkeys(("IMG_0413", "IMG_0414"), "2027-03-09")
    assert doubts(**visit, **days) == (dict.fromkeys(visit, "date_out_of_order"), {})


def likely(record: PhotoRecord, taken: str) -> str:
    """The date that is likely for a photo of that date, beside others of March 2026."""
    days = [f"2026-03-{day:02d}" for day in (2, 9, 16, 23)]
    about = [record, *(describe_photo(f"{day}.jpg") for day in days)]
    aside, _ = doubt_dates(["x", *days], [taken, *days], about)
    return str(dict(aside[0].values).get("likely", ""))


def test_the_likely_date_is_another_that_is_said_or_one_of_another_year() -> None:
    wrong = Taken(datetime(2024, 3, 5), "exif")
    assert likely(PhotoRecord("x", dates=(wrong,)), "2024-03-05") == "2026-03-05"
    named = Taken(datetime(2026, 3, 17), "name")
    assert likely(PhotoRecord("x", dates=(wrong, named)), "2024-03-05") == "2026-03-17"
    other = Taken(datetime(2024, 10, 5), "exif")  # in no year near the others
    assert likely(PhotoRecord("x", dates=(other,)), "2024-10-05") == ""


def test_a_date_that_somebody_wrote_is_believed(tmp_path: Path) -> None:
    days = ["2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23"]
    photos(tmp_path, "2024-03-05.jpg", *(f"{day}.jpg" for day in days))
    series = read(tmp_path)
    assert series.static["taken"].tolist() == [*days, ""]
    assert series.day_zero is not None
    assert series.day_zero.isoformat() == "2026-03-02"
    (line,) = [line for line in series.review().lines(used=False) if "2024" in line]
    end = "before all other photos: the date is not used (manifest: taken = 2026-03-05)"
    assert line.endswith(end)
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
    for day, code in (
        ("2026-04-01", "all_before_treatment"),
        ("2026-02-01", "all_after_treatment"),
    ):
        assert code in {each.note.code for each in read(tmp_path, treated_on=day).review()}
    assert not [each for each in read(tmp_path, treated_on="2026-03-05").review() if not each.photo]


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
    more = series.add(tmp_path, extractor=Reader())
    assert [each.photo for each in more.review()] == ["clip.mp4"]
    (tmp_path / "later.mp4").write_bytes(b"\0\0\0\x18ftypmp42")
    again = more.add(tmp_path, extractor=Reader())
    assert [each.photo for each in again.review()] == ["clip.mp4", "later.mp4"]


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
    with pytest.raises(
        InvalidInputError, match=r"treatments.csv line 2: '3/9/2026' could be 2026-09-03 or"
    ):
        read(tmp_path)


def test_one_treatment_is_a_day_as_before(tmp_path: Path) -> None:
    photos(tmp_path, "2026-03-02.jpg")
    series = read(tmp_path, treated_on="2026-03-09")
    assert series.treatments == (Treatment.of("2026-03-09"),)
    assert "treatments" not in series.static.provenance
    assert read(tmp_path).treatments == ()


def test_of_two_people_with_as_many_photos_the_first_one_is_believed() -> None:
    """The first by date, whatever the photos are called."""
    rng = np.random.default_rng(0)
    shape = np.concatenate([rng.normal(9 * who, 0.2, (2, 12)) for who in (0, 1)])
    assert find_strangers(shape).tolist() == [False, False, True, True]
    assert find_strangers(shape[::-1]).tolist() == [False, False, True, True]
