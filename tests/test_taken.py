"""Dates of photos: from tags, from names, which of the two counts; and which files are photos."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from asymmetry.errors import InvalidInputError
from asymmetry.photos.listing import image_files
from asymmetry.photos.photo import read_date, read_photo
from asymmetry.photos.taken import Taken, best_date, date_from_exif, date_from_name
from tests.photos import DATETIME_ORIGINAL, heic_bytes, photo_bytes, picture, png_header

DATETIME, ORIGINAL, DIGITIZED = 0x0132, 0x9003, 0x9004
SUBSEC_ORIGINAL, SUBSEC = 0x9291, 0x9290
OFFSET_ORIGINAL, OFFSET = 0x9011, 0x9010
STAMP = "2026:03:02 18:15:07"
WHEN = datetime(2026, 3, 2, 18, 15, 7)
PLAUSIBLE = st.dates(date(1990, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("tags", "when"),
    [
        ({ORIGINAL: STAMP}, WHEN),
        ({ORIGINAL: STAMP.encode() + b"\0"}, WHEN),  # the wrong type, still clear
        ({ORIGINAL: "2026-03-02T18:15:07"}, WHEN),  # some apps write ISO 8601
        ({ORIGINAL: STAMP, SUBSEC_ORIGINAL: "5"}, WHEN.replace(microsecond=500_000)),
        ({ORIGINAL: STAMP, SUBSEC_ORIGINAL: "0123456789"}, WHEN.replace(microsecond=12_345)),
        ({ORIGINAL: STAMP, SUBSEC_ORIGINAL: "  "}, WHEN),
        ({ORIGINAL: STAMP, SUBSEC_ORIGINAL: (1, 2)}, WHEN),
        ({ORIGINAL: STAMP, SUBSEC: "5"}, WHEN),  # belongs to another stamp
        ({ORIGINAL: STAMP, OFFSET: "+01:00"}, WHEN),
        ({ORIGINAL: STAMP, OFFSET_ORIGINAL: "Z"}, WHEN.replace(tzinfo=UTC)),
        (
            {ORIGINAL: STAMP, OFFSET_ORIGINAL: "+05:30"},
            WHEN.replace(tzinfo=timezone(timedelta(hours=5.5))),
        ),
        (
            {ORIGINAL: STAMP, OFFSET_ORIGINAL: "-03:30"},
            WHEN.replace(tzinfo=timezone(-timedelta(hours=3.5))),
        ),
        ({ORIGINAL: STAMP, OFFSET_ORIGINAL: "   :  "}, WHEN),
        ({ORIGINAL: STAMP, OFFSET_ORIGINAL: "+99:00"}, WHEN),
    ],
)
def test_exif_time(tags: dict[int, object], when: datetime) -> None:
    taken = date_from_exif(tags)
    assert taken == Taken(when, "exif")
    assert taken.when.tzinfo == when.tzinfo


@pytest.mark.parametrize(
    "value",
    [
        "0000:00:00 00:00:00",
        "    :  :     :  :  ",
        "",
        "yesterday",
        "2026:02:30 10:00:00",
        "2026:03:0218",
        None,
        20260302,
        (2026, 3, 2),
        b"\xff\xfe",
    ],
)
def test_exif_time_that_is_none(value: object) -> None:
    assert date_from_exif({ORIGINAL: value}) is None
    assert date_from_exif({ORIGINAL: value, DIGITIZED: STAMP}) == Taken(WHEN, "exif_digitized")
    assert date_from_exif({ORIGINAL: value, DATETIME: STAMP}) == Taken(WHEN, "exif_modified")


@pytest.mark.parametrize(
    ("value", "iso"),
    [
        ("2026:03:23 24:08:19", "2026-03-23T00:08:19"),  # some phones count the first hour as 24
        ("2026:03:23 24:00:00", "2026-03-23T00:00:00"),
        ("2026:3:23 10:15:00", "2026-03-23T10:15:00"),
        ("2026: 3:23  8: 5: 9", "2026-03-23"),
        ("2026.03.23 10:15:00", "2026-03-23T10:15:00"),
        ("2026:03:23 01:15:00 PM", "2026-03-23"),
        ("2026:03:02 25:00:00", "2026-03-02"),  # the day is known, whatever the clock says
        ("2026:03:02 12:60:00", "2026-03-02"),
        ("2026:03:02 12:30:61", "2026-03-02"),
        ("2026:03:02 9:08:19", "2026-03-02"),
    ],
)
def test_exif_hours_that_no_clock_has(value: str, iso: str) -> None:
    taken = date_from_exif({ORIGINAL: value})
    assert taken is not None
    assert (taken.isoformat(), taken.source) == (iso, "exif")


@pytest.mark.parametrize(
    "day", ["1904:01:01", "1970:01:01", "1980:01:01", "1980:01:06", "2000:01:01"]
)
def test_a_clock_that_was_not_set_is_told_and_not_believed(day: str) -> None:
    taken = date_from_exif({ORIGINAL: f"{day} 00:00:12"})
    assert taken is not None
    assert taken.source == "exif_reset"
    assert best_date(taken) is None
    assert best_date(taken, date_from_name("2026-03-02.jpg")) == date_from_name("2026-03-02.jpg")
    assert date_from_exif({ORIGINAL: f"{day} 00:00:12", DATETIME: STAMP}) == Taken(
        WHEN, "exif_modified"
    )


def test_exif_day_without_a_time() -> None:
    taken = date_from_exif({ORIGINAL: "2026:03:02   :  :  ", OFFSET_ORIGINAL: "+01:00"})
    assert taken == Taken(datetime(2026, 3, 2), "exif", day_only=True)
    assert taken.isoformat() == "2026-03-02"


@given(
    st.dictionaries(
        st.sampled_from([DATETIME, ORIGINAL, DIGITIZED, SUBSEC_ORIGINAL, OFFSET_ORIGINAL]),
        st.one_of(
            st.just(STAMP), st.text(), st.binary(), st.integers(), st.none(), st.tuples(st.floats())
        ),
    )
)
def test_no_tag_stops_it(tags: dict[int, object]) -> None:
    taken = date_from_exif(tags)
    assert taken is None or 1990 <= taken.when.year <= 2100


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2026-03-02.jpg", "2026-03-02"),
        ("2026_03_02 rest.jpg", "2026-03-02"),
        ("rest 2026.03.02.jpg", "2026-03-02"),
        ("20260302.jpg", "2026-03-02"),
        ("20260302_181507.jpg", "2026-03-02T18:15:07"),
        ("IMG_20260302_181507_1.jpg", "2026-03-02T18:15:07"),
        ("IMG20260302181507.jpg", "2026-03-02T18:15:07"),
        ("2026-03-02 18.15.07.jpg", "2026-03-02T18:15:07"),
        ("2026-03-02T18:15:07.png", "2026-03-02T18:15:07"),
        ("Screenshot_2026-03-02-18-15-07.png", "2026-03-02T18:15:07"),
        ("Screenshot 2026-03-02 at 18.15.07.png", "2026-03-02T18:15:07"),
        ("Screenshot 2026-03-02 at 12.15.07 AM.png", "2026-03-02"),  # a quarter past midnight
        ("Screenshot 2026-03-02 at 12.15.07\u202fPM.png", "2026-03-02"),
        ("2026-03-02 20260302_181507.jpg", "2026-03-02T18:15:07"),  # the same day twice
        ("20260302_990000.jpg", "2026-03-02"),  # a number, no time
        ("2026-03-02_0001.jpg", "2026-03-02"),
        ("born 1956-04-12, seen 2026-03-02.jpg", "2026-03-02"),
    ],
)
def test_date_in_a_name(name: str, expected: str) -> None:
    taken = date_from_name(name)
    assert taken is not None
    assert (taken.isoformat(), taken.source) == (expected, "name")


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("IMG-20260302-WA0001.jpg", "name_sent"),
        ("WhatsApp Image 2026-03-02 at 18.15.07.jpeg", "name_sent"),
        ("signal-2026-03-02-181507.jpg", "name_sent"),
        ("photo_2026-03-02_18-15-07.jpg", "name_sent"),  # Telegram
        ("PXL_20260302_181507123.jpg", "name_utc"),
        ("IMG_20260302_181507.jpg", "name"),
    ],
)
def test_a_name_says_what_its_date_is_the_date_of(name: str, source: str) -> None:
    taken = date_from_name(name)
    assert taken is not None
    assert (taken.day.isoformat(), taken.source) == ("2026-03-02", source)


@pytest.mark.parametrize(
    "name",
    [
        "smile.jpg",
        "",
        "DSC_0001.jpg",
        "2026-13-02.jpg",
        "2026-02-30.jpg",
        "1956-04-12.jpg",
        "2101-01-01.jpg",
        "2026-03_02.jpg",  # mixed separators
        "02.03.2026.jpg",  # March or February?
        "02-03-2026.jpg",
        "120260302.jpg",  # inside longer runs of digits
        "202603021.jpg",
        "20260302181.jpg",
        "20260302990000.jpg",
        "1583151234567.jpg",
        "from 2026-03-02 to 2026-04-02.jpg",  # which?
        "20260302_20260303.jpg",
    ],
)
def test_no_date_in_a_name(name: str) -> None:
    assert date_from_name(name) is None


@pytest.mark.parametrize(
    ("path", "day", "source"),
    [
        ("2026-03-02/rest.jpg", 2, "folder"),
        ("2026-03-02/2026-03-05.jpg", 5, "name"),
        ("2026-03-09/2026-03-02/IMG_1.jpg", 2, "folder"),
        ("2026-03-02/1 2026-03-03 2026-03-04.jpg", 2, "folder"),
    ],
)
def test_the_nearest_name_counts(path: str, day: int, source: str) -> None:
    taken = date_from_name(Path("series", path))
    assert taken is not None
    assert (taken.day, taken.source, taken.day_only) == (date(2026, 3, day), source, True)


def test_folders_further_up_say_nothing() -> None:
    assert date_from_name("2026-03-02/raw/IMG_1.jpg") is None


@given(
    PLAUSIBLE,
    st.sampled_from(["", "-", "_", ".", " "]),
    st.sampled_from(["", "IMG_", "x-", "nach "]),
)
def test_every_plausible_day_is_read(day: date, separator: str, before: str) -> None:
    name = f"{before}{day:%Y}{separator}{day:%m}{separator}{day:%d}.jpg"
    assert date_from_name(name) == Taken(
        datetime(day.year, day.month, day.day), "name", day_only=True
    )


@given(st.text())
def test_no_name_stops_it(name: str) -> None:
    taken = date_from_name(name)
    assert taken is None or 1990 <= taken.when.year <= 2100


def test_only_the_exposure_comes_before_a_name() -> None:
    exposure, scan, edit = (
        Taken(WHEN, source) for source in ("exif", "exif_digitized", "exif_modified")
    )
    name = Taken(datetime(2019, 5, 4), "name", day_only=True)
    assert best_date(exposure, name) == exposure
    assert best_date(scan, name) == name
    assert best_date(edit, name) == name
    assert best_date(edit, None) == edit
    assert best_date(None, name) == name
    assert best_date(None, None) is None


def test_day_and_wall_clock_are_the_places_own() -> None:
    taken = Taken(datetime(2026, 3, 2, 23, 30, tzinfo=timezone(-timedelta(hours=8))), "exif")
    assert taken.day == date(2026, 3, 2)  # already the 3rd in UTC
    assert taken.wall_clock == datetime(2026, 3, 2, 23, 30)
    assert taken.isoformat() == "2026-03-02T23:30:00-08:00"


def test_image_files_are_the_photos_in_natural_order(tmp_path: Path) -> None:
    wanted = [
        "Day 2/b.JPG",
        "day 2/c.HEIC",
        "day 10/a.jpg",
        "img1.png",
        "IMG2.tiff",
        "img3.jpg",
        "img10.webp",
    ]
    others = [
        "notes.txt",
        "noending",
        "._img1.png",
        ".hidden.jpg",
        ".thumbs/x.jpg",
        "Thumbs.db",
        ".DS_Store",
    ]
    for name in [*wanted, *others]:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    (tmp_path / "folder.jpg").mkdir()
    (tmp_path / "img3.jpg").unlink()
    (tmp_path / "img3.jpg").symlink_to("gone.jpg")  # listed, so that it is reported and not lost
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    found = [path.relative_to(tmp_path).as_posix() for path in image_files(tmp_path)]
    assert found == wanted
    top = [path.name for path in image_files(tmp_path, recursive=False)]
    assert top == wanted[3:]


def test_image_files_of_an_empty_folder(tmp_path: Path) -> None:
    assert image_files(tmp_path) == []


def test_image_files_wants_a_folder(tmp_path: Path) -> None:
    file = tmp_path / "a.jpg"
    file.touch()
    for path in (file, tmp_path / "missing"):
        with pytest.raises(InvalidInputError, match=path.name):
            image_files(path)


def dated_exif() -> bytes:
    exif = Image.Exif()
    exif[0x0110] = "Phone Seven"
    exif[0x8769] = {DATETIME_ORIGINAL: "2026:03:02 18:15:07", 0x9011: "+01:00"}
    exif[0x8825] = {1: "N", 2: (47.0, 59.0, 59.0)}
    return exif.tobytes()


@pytest.mark.parametrize(
    "name", ["jpeg", "jpeg-progressive", "png", "webp", "avif", "tiff", "heic"]
)
def test_capture_time(name: str, tmp_path: Path) -> None:
    path = tmp_path / "2020-01-01.img"
    exif = dated_exif()
    path.write_bytes(heic_bytes(exif=exif) if name == "heic" else photo_bytes(name, exif=exif))
    taken = read_photo(path).taken
    assert taken is not None
    assert (taken.isoformat(), taken.source) == ("2026-03-02T18:15:07+01:00", "exif")
    assert read_date(path) == taken


def test_places_and_cameras_are_not_kept() -> None:
    data = photo_bytes("jpeg", exif=dated_exif())
    assert b"Phone Seven" in data
    photo = read_photo(data)
    assert vars(photo).keys() == set(
        "name pixels taken full_size reduced focal_px damage notes".split()
    )
    assert b"Phone Seven" not in pickle.dumps(photo)


def test_a_name_dates_a_photo_without_exif(tmp_path: Path) -> None:
    path = tmp_path / "IMG_20260302.png"
    path.write_bytes(photo_bytes("png"))
    for photo in (
        read_photo(path),
        read_photo(path, name="visit 3"),
        read_photo(picture(), name=path.name),
    ):
        assert photo.taken is not None
        assert (photo.taken.day, photo.taken.source) == (date(2026, 3, 2), "name")
    assert read_date(path) == read_photo(path).taken


def test_a_files_age_is_no_date(tmp_path: Path) -> None:
    path = tmp_path / "rest.png"
    path.write_bytes(photo_bytes("png"))
    assert read_photo(path).taken is None
    assert read_date(path) is None


def test_dates_of_what_can_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "2026-03-02.jpg"
    for content in (b"", b"text", png_header(30_000, 30_000), photo_bytes("jpeg")[:99]):
        path.write_bytes(content)
        assert read_date(path) is not None
    assert read_date("2026-03-02/missing.jpg") is not None
    assert read_date(b"") is None
    assert read_date(picture()) is None


def test_ugly_date(ugly: Path) -> None:
    taken = read_date(ugly / "exif_gps.jpg")
    assert taken is not None
    assert taken.isoformat() == "2024-05-06T07:08:09"
