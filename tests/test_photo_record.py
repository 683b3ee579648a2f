"""One record per photo: who is believed, and the same for a series and an archive."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from asymmetry import Extractor, Note, score_archive
from asymmetry.archive import read_archive
from asymmetry.archive.jobs import Job, find_jobs
from asymmetry.archive.ledger import Ledger
from asymmetry.errors import InvalidInputError
from asymmetry.photos.manifest import Entry
from asymmetry.photos.photo import read_dates
from asymmetry.photos.record import PhotoRecord, describe_photo
from asymmetry.photos.sources import PhotoBytes
from asymmetry.photos.taken import Taken
from asymmetry.series.folder import read_folder
from asymmetry.series.gathering import match_lines, name_files
from tests.test_series import photos

METHOD = "plain"

GIVEN = Taken(datetime(2026, 1, 1), "given", day_only=True)
LISTED = Taken(datetime(2026, 1, 2), "manifest", day_only=True)
CAMERA = Taken(datetime(2026, 1, 3, 12), "exif")
NAME = Taken(datetime(2026, 1, 4), "name", day_only=True)
FOLDER = Taken(datetime(2026, 1, 5), "folder", day_only=True)
SCAN = Taken(datetime(2026, 1, 6, 12), "exif_digitized")
EDIT = Taken(datetime(2026, 1, 7, 12), "exif_modified")
ALL = (GIVEN, LISTED, CAMERA, NAME, FOLDER, SCAN, EDIT)


@pytest.mark.parametrize("first", range(len(ALL)))
def test_the_surest_date_is_believed_in_whatever_order_they_come(first: int) -> None:
    assert PhotoRecord("a.jpg").add_dates(reversed(ALL[first:])).taken == ALL[first]


def test_a_day_takes_its_time_from_a_surer_clock_only() -> None:
    at_noon = Taken(datetime(2026, 1, 2, 12), "exif")
    assert PhotoRecord("a.jpg").add_dates([LISTED, at_noon]).taken == at_noon
    scanned_then = Taken(datetime(2026, 1, 2, 12), "exif_digitized")
    assert PhotoRecord("a.jpg").add_dates([LISTED, scanned_then]).taken == LISTED


def test_a_manifest_is_believed_before_camera_and_names() -> None:
    entry = Entry("smile 2026-01-04.jpg", LISTED, expression="frown", mirrored=True, subject="Ada")
    record = describe_photo("P1/smile 2026-01-04.jpg", entry, subject="P1").add_dates([CAMERA])
    assert (record.taken, record.expression, record.mirrored) == (LISTED, "frown", True)
    assert record.subject == "Ada"
    assert [(note.code, note["other"]) for note in record.list_remarks()] == [
        ("dates_differ", "exif"),
        ("dates_differ", "name"),
    ]


def test_a_manifest_that_leaves_something_open_leaves_it_to_the_others() -> None:
    record = describe_photo("P1/smile 2026-01-04.jpg", Entry("x", notes="tired"), subject="P1")
    assert (record.taken, record.expression, record.subject) == (NAME, "smile_open", "P1")
    assert (record.mirrored, record.notes, record.list_remarks()) == (None, "tired", ())


def test_the_date_that_a_program_says_counts_before_the_file() -> None:
    source = PhotoBytes("2026-01-04.jpg", b"", taken="2026-01-01")
    assert PhotoRecord("a").add_dates(read_dates(source)).taken == GIVEN


@pytest.mark.parametrize("taken", [SCAN, EDIT])
def test_a_day_number_counts_before_a_scan_or_an_edit(taken: Taken) -> None:
    record = describe_photo("day 3.jpg").add_dates([taken]).count_day(date(2026, 1, 1))
    assert record.iso_date == "2026-01-04"
    assert [note.code for note in record.list_remarks()] == ["day_over_date"]


def test_a_scan_alone_is_told(tmp_path: Path) -> None:
    photos(tmp_path, "a.jpg")
    assert PhotoRecord("a").add_dates([SCAN]).list_remarks() == (Note("date_of_scan"),)
    assert PhotoRecord("a").add_dates([EDIT]).list_remarks() == (Note("date_of_edit"),)


def test_a_record_survives_json() -> None:
    record = describe_photo("day 3 smile.jpg", Entry("", LISTED, mirrored=False), subject="\udcff")
    record = record.add_dates([CAMERA]).count_day(date(2026, 1, 1))
    assert Job.from_json(Job("/a/b.jpg", record).to_json()) == Job("/a/b.jpg", record)


# The same folder as a series and as an archive


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A person's folder in which everything that says a date or an expression does so."""
    root = tmp_path / "2026-02-01"
    photos(
        root,
        "a.jpg",
        "2026-03-02 smile.jpg",
        "2026-03-03/frown.jpg",
        "b.jpg",
        "c/b2.jpg",
        "rest 1.jpg",
    )
    photos(root, "camera.jpg", "2026-03-04 camera.jpg", exif="2026:03:01 10:00:00")
    photos(root, "camera listed.jpg", "smile listed 2026-03-04.jpg", exif="2026:03:05 11:00:00")
    photos(root, "same day 2026-03-06.jpg", exif="2026:03:06 12:30:00")
    (root / "broken 2026-03-08 snarl.jpg").write_bytes(b"no photo")
    (root / "manifest.csv").write_text(
        "photo,taken,expression,mirrored\n"
        "camera listed.jpg,2026-03-07,,\n"
        "smile listed 2026-03-04.jpg,2026-03-07 09:00,eyes closed,yes\n"
        "b2.jpg,2026-03-09,pucker,\n"
        "same day 2026-03-06.jpg,2026-03-06,,no\n"
        "lost 2026-03-02 rest.jpg,,,\n",
        encoding="utf-8",
    )
    return root


@pytest.mark.slow
def test_series_and_archive_say_the_same(
    folder: Path, tmp_path: Path, extractor: Extractor
) -> None:
    found = read_folder(folder, extractor=extractor)
    by_series = {
        record.photo: (taken, record.expression or "unknown", record.mirrored)
        for record, taken in zip(found.about, found.landmarks.taken.tolist(), strict=True)
    }
    score_archive(folder, tmp_path / "s.parquet", engine="inline", method="plain")
    table = read_archive(tmp_path / "s.parquet", columns=["photo", "taken", "expression"])
    mirrored = {job.photo: job.record.mirrored for job in find_jobs(str(folder))}
    by_archive = {
        photo: (taken, expression, mirrored[photo])
        for photo, taken, expression in zip(*(table[name].tolist() for name in table), strict=True)
    }
    assert by_series == by_archive
    assert by_archive["a.jpg"] == ("2026-02-01", "unknown", None)
    assert by_archive["camera listed.jpg"] == ("2026-03-07", "unknown", None)
    assert by_archive["smile listed 2026-03-04.jpg"] == ("2026-03-07T09:00:00", "eye_closure", True)
    assert by_archive["c/b2.jpg"] == ("2026-03-09", "pucker", None)
    assert by_archive["same day 2026-03-06.jpg"] == ("2026-03-06T12:30:00", "unknown", False)
    assert by_archive["broken 2026-03-08 snarl.jpg"] == ("2026-03-08", "snarl", None)
    assert by_archive["lost 2026-03-02 rest.jpg"] == ("2026-03-02", "rest", None)


def test_each_person_of_an_archive_may_have_a_manifest(tmp_path: Path) -> None:
    photos(tmp_path, "P1/a.jpg", "P1/day 2/a.jpg", "P2/a.jpg", "P2/b.jpg")
    (tmp_path / "manifest.csv").write_text("photo,expression\nP2/a.jpg,rest\nP2/b.jpg,frown\n")
    (tmp_path / "P1" / "manifest.csv").write_text(
        "photo,expression\na.jpg,smile\nday 2/a.jpg,snarl\n"
    )
    (tmp_path / "P2" / "manifest.csv").write_text("photo,subject,expression\na.jpg,Ada,pucker\n")
    found = {
        job.photo: (job.record.subject, job.record.expression) for job in find_jobs(str(tmp_path))
    }
    assert found == {
        "P1/a.jpg": ("P1", "smile_open"),
        "P1/day 2/a.jpg": ("P1", "snarl"),
        "P2/a.jpg": ("Ada", "pucker"),  # the nearest manifest
        "P2/b.jpg": ("P2", "frown"),
    }


def test_a_name_that_two_photos_have_is_asked_about(tmp_path: Path) -> None:
    photos(tmp_path, "P1/a.jpg", "P2/a.jpg")
    (tmp_path / "manifest.csv").write_text("photo,expression\na.jpg,rest\n")
    with pytest.raises(
        InvalidInputError, match=r"a\.jpg matches P1/a\.jpg and P2/a\.jpg; give the full path"
    ) as told:
        list(find_jobs(str(tmp_path)))
    assert str(told.value).startswith(f"{tmp_path}: ")  # one of many manifests


def test_an_archive_begun_by_another_order_of_dates_is_refused(
    folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "s.parquet"
    with Extractor(method="plain") as extractor:
        about = {**extractor.provenance, "archive": {"source": str(folder), "subject": None}}
    with Ledger(path) as ledger:
        ledger.begin(about, lambda: find_jobs(str(folder)))
    with pytest.raises(
        InvalidInputError, match=r"order_of_dates was None .* delete .*s\.parquet\.unfinished"
    ):
        score_archive(folder, path, engine="inline", method="plain")


def test_a_folder_that_is_added_brings_its_manifest(tmp_path: Path) -> None:
    added = photos(tmp_path / "home" / "more", "a.jpg", "later/a.jpg", "b.jpg")
    (added / "manifest.csv").write_text("photo,expression\na.jpg,rest\nlater/a.jpg,frown\n")
    files = name_files(added, tmp_path / "home")
    found = {name: line.expression for name, line in match_lines(added, files).items()}
    assert found == {"more/a.jpg": "rest", "more/later/a.jpg": "frown"}
    (added / "a.jpg").unlink()
    photos(added, "2/a.jpg", "3/a.jpg")
    with pytest.raises(
        InvalidInputError, match=r"a\.jpg matches 2/a\.jpg and 3/a\.jpg; give the full path"
    ):
        match_lines(added, name_files(added, None))
