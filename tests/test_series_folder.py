"""Facts of a person's folder about its photos: names, dates, lists, copies. No landmark model is needed."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from asymmetry import Landmarks, Note, Series
from asymmetry.errors import InvalidInputError
from asymmetry.photos.manifest import DiaryNote, read_manifest, read_notes
from asymmetry.photos.names import day_from_name, expression_from_name
from asymmetry.terminal import series_lines
from tests.notes import rows_of_codes
from tests.test_series import Reader, photos, read


def lists(folder: Path, **texts: str) -> Path:
    """Write ``manifest.csv`` and the like."""
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


# Names


@pytest.mark.parametrize(
    ("name", "expression"),
    [
        ("2026-03-02/smile.jpg", "smile_open"),
        ("day-10_rest_1.jpg", "rest"),
        ("2026-03-09_smile_closed_2.jpg", "smile_closed"),
        ("closed-mouth smile.jpg", "smile_closed"),
        ("SmileOpen.JPG", "smile_open"),
        ("big smile teeth.jpg", "smile_open"),
        ("EyesClosed.png", "eye_closure"),
        ("eye_closure 3.png", "eye_closure"),
        ("close eyes.png", "eye_closure"),
        ("BrowRaise.jpg", "brow_raise"),
        ("raised eyebrows.jpg", "brow_raise"),
        ("eyebrows up.jpg", "brow_raise"),
        ("frown/IMG_1.jpg", "frown"),
        ("Snarl.jpg", "snarl"),
        ("nose wrinkle.jpg", "snarl"),
        ("lip_pucker.jpg", "pucker"),
        ("kiss.jpg", "pucker"),
        ("neutral.jpg", "rest"),
        ("baseline smile.jpg", "smile_open"),
        ("rest/smile.jpg", "smile_open"),  # the file's name before the folder's
        ("IMG_0412.HEIC", None),
        ("restaurant.jpg", None),
        ("frown and smile.jpg", None),
    ],
)
def test_expression_in_a_name(name: str, expression: str | None) -> None:
    assert expression_from_name(name) == expression


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("day-10_rest_1.jpg", 10),
        ("day -10_rest_1.jpg", -10),
        ("day--10.jpg", -10),
        ("day_-10.jpg", -10),
        ("D-3.jpg", -3),
        ("day_10_rest_1.jpg", 10),
        ("Day 14/smile.jpg", 14),
        ("day+3.jpg", 3),
        ("D007.jpg", 7),
        ("day0.jpg", 0),
        ("day 0/day 3.jpg", 3),
        ("day 3 day 4.jpg", None),
        ("birthday 3.jpg", None),
        ("monday.jpg", None),
        ("3d10.jpg", None),
        ("day12345.jpg", None),
    ],
)
def test_day_in_a_name(name: str, day: int | None) -> None:
    assert day_from_name(name) == day


def test_day_numbers_are_dates_when_the_treatment_is_known(tmp_path: Path) -> None:
    photos(tmp_path, "day-14_rest_1.jpg", "day -10_rest_1.jpg")
    series = read(tmp_path, treated_on="2026-03-09")
    assert series.static["photo"].tolist() == ["day -10_rest_1.jpg", "day-14_rest_1.jpg"]
    assert series.static["day"].tolist() == [-10, 14]
    assert series.static["taken"].tolist() == ["2026-02-27", "2026-03-23"]
    assert series.static["expression"].tolist() == ["rest", "rest"]
    assert series.photos["phase"].tolist() == ["baseline", "peak"]
    assert series.static.notes.tolist() == [(), ()]


def test_day_numbers_alone_order_and_count(tmp_path: Path) -> None:
    series = read(photos(tmp_path, "day 10.jpg", "day 9.jpg", "day -10.jpg"))
    assert series.static["day"].tolist() == [-10, 9, 10]
    assert series.treated
    assert series.day_zero is None
    assert series.counted_from.words == "days since treatment"
    assert repr(series).startswith("Series of 3 photos, days since treatment\n")
    assert next(series_lines(series)).startswith("3 photos; days since treatment;")
    assert rows_of_codes(series.static.notes) == [["unanchored"]] * 3


def test_a_photo_with_a_date_and_a_day_number_dates_the_others(tmp_path: Path) -> None:
    photos(tmp_path, "day 10.jpg")
    photos(tmp_path, "day -10.jpg", exif="2026:02:27 10:00:00")
    series = read(tmp_path)
    assert series.treated_on == date(2026, 3, 9)
    assert series.static["taken"].tolist() == ["2026-02-27T10:00:00", "2026-03-19"]


def test_only_days_before_a_treatment_are_told_to_be_odd(tmp_path: Path) -> None:
    series = read(photos(tmp_path, "day -10.jpg", "day -20.jpg"), treated_on="2026-03-09")
    assert rows_of_codes(series.static.notes) == [["all_days_before"]] * 2


# Dates in their order of trust: manifest, camera, name, folder, day number, scanner


def differ(source: str, day: str) -> Note:
    """The note on a date that the manifest contradicts."""
    return Note("dates_differ", source="manifest", date="2026-03-05", other=source, other_date=day)


@pytest.mark.parametrize(
    ("name", "exif", "listed", "taken", "notes"),
    [
        (
            "a.jpg",
            "2026:03:01 10:00:00",
            "2026-03-05",
            "2026-03-05",
            [differ("exif", "2026-03-01")],
        ),
        ("2026-03-02.jpg", None, "2026-03-05", "2026-03-05", [differ("name", "2026-03-02")]),
        ("2026-03-02/a.jpg", None, "2026-03-05", "2026-03-05", [differ("folder", "2026-03-02")]),
        (
            "2026-03-02.jpg",
            "2026:03:01 10:00:00",
            "2026-03-05",
            "2026-03-05",
            [differ("exif", "2026-03-01"), differ("name", "2026-03-02")],
        ),
        (
            "day 3.jpg",
            None,
            "2026-03-05",
            "2026-03-05",
            [Note("date_over_day", date="2026-03-05", day=3, counted="2026-03-12")],
        ),
        ("day 3.jpg", None, "", "2026-03-12", []),
        ("a.jpg", None, "2026-03-05", "2026-03-05", []),
        ("a.jpg", None, "2026-03-05 10:20", "2026-03-05T10:20:00", []),
        ("a.jpg", None, "", "", [Note("undated")]),
        ("2026-03-05.jpg", "2026:03:05 10:00:00", "2026-03-05", "2026-03-05T10:00:00", []),
    ],
)
def test_order_of_trust(
    tmp_path: Path, name: str, exif: str | None, listed: str, taken: str, notes: list[Note]
) -> None:
    lists(photos(tmp_path, name, exif=exif), manifest=f"photo,taken\n{name},{listed}\n")
    table = read(tmp_path, treated_on="2026-03-09").static
    assert table["taken"].tolist() == [taken]
    assert list(table.notes[0]) == notes


# Lists beside the photos


def test_manifest_says_expression_mirrored_and_notes(tmp_path: Path) -> None:
    photos(tmp_path, "2026-03-01/a.jpg", "2026-03-01/b.jpg", "smile 2026-03-02.jpg")
    text = (
        "\ufeffPhoto;Expression;Mirrored;Notes;Side\r\n"
        "2026-03-01/a.jpg;eyes closed;;tired;left\r\n"
        "b.jpg;;yes;;\r\n"
        "smile 2026-03-02.jpg;rest;no;;\r\n"
    )
    (tmp_path / "manifest.csv").write_bytes(text.encode())
    series = read(tmp_path, extractor=Reader({"a.jpg": -2.0, "b.jpg": -2.0}))
    assert series.static["expression"].tolist() == ["eye_closure", "unknown", "rest"]
    assert series.static["brow_height_diff_mm"] == pytest.approx([-2, 2, 0], abs=1e-3)
    assert series.photos["mirrored"].tolist() == [False, True, False]
    assert series.photos["notes"].tolist() == ["left; tired", "", ""]
    assert series.photos["expression_confidence"].tolist() == [1, 0, 1]


def test_a_photo_that_only_the_manifest_names_has_a_row(tmp_path: Path) -> None:
    lists(photos(tmp_path, "2026-03-01.jpg"), manifest="photo\n2026-03-01.jpg\nlost.jpg\n")
    table = read(tmp_path).static
    assert table["photo"].tolist() == ["2026-03-01.jpg", "lost.jpg"]
    assert table["status"].tolist() == ["ok", "unreadable"]
    assert rows_of_codes(table.notes) == [[], ["only_in_manifest"]]


def test_a_manifest_of_another_place(tmp_path: Path) -> None:
    photos(tmp_path / "photos", "a.jpg")
    lists(tmp_path, list="photo,taken\na.jpg,2026-03-05\n")
    assert read(tmp_path / "photos", manifest=tmp_path / "list.csv").static["taken"].tolist() == [
        "2026-03-05"
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("photo,taken\na.jpg,5.13.2026\n", "line 2: '5.13.2026' is not a date"),
        ("photo,taken\na.jpg,3/9/2026\n", "line 2: '3/9/2026' could be 2026-09-03 or 2026-03-09"),
        ("photo,mirrored\n\na.jpg,perhaps\n", "line 3: mirrored is 'perhaps'"),
        ("photo,expression\na.jpg,yawn\n", "line 2: unknown expression 'yawn'; use one of rest"),
        ("photo\na.jpg\na.jpg\n", "line 3: a.jpg is listed twice"),
        ("name\na.jpg\n", "no column 'photo'"),
        ("", "no column 'photo'"),
        ("photo\nx.jpg\n", "x.jpg matches 1/x.jpg and 2/x.jpg"),
    ],
)
def test_a_manifest_that_is_not_understood(tmp_path: Path, text: str, said: str) -> None:
    lists(photos(tmp_path, "a.jpg", "1/x.jpg", "2/x.jpg"), manifest=text)
    with pytest.raises(InvalidInputError, match=r"manifest") as error:
        read(tmp_path)
    assert said in str(error.value)


def test_a_manifest_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="can't be read"):
        read_manifest(tmp_path / "none.csv")


def test_notes_are_on_the_timeline(tmp_path: Path) -> None:
    photos(tmp_path, "2026-03-01.jpg", "2026-03-12 rest.jpg")
    lists(
        tmp_path,
        notes="date,text,symptom,side\n2026-03-12,dry,tears,left\n2026-03-10,headache,,\n,undated,,R\n",
    )
    series = read(tmp_path, treated_on="2026-03-09")
    assert [note.text for note in series.notes] == ["headache", "dry", "undated"]
    assert series.notes[1] == DiaryNote(date(2026, 3, 12), "dry", "tears", "left")
    days = [(entry.day, entry.phase, entry.photos, len(entry.notes)) for entry in series.timeline]
    assert days[:3] == [
        (-8, "baseline", ("2026-03-01.jpg",), 0),
        (1, "early", (), 1),
        (3, "early", ("2026-03-12 rest.jpg",), 1),
    ]
    assert np.isnan(days[3][0])
    assert series.timeline[3].notes[0].side == "right"


@pytest.mark.parametrize("text", ["text,side\nx,above\n", "text,date\nx,soon\n", "words\nx\n"])
def test_notes_that_are_not_understood(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidInputError, match=r"notes\.csv"):
        read_notes(lists(tmp_path, notes=text) / "notes.csv")


# Copies of one file


def test_a_copied_file_is_measured_once_and_told(tmp_path: Path) -> None:
    photos(tmp_path, "a.jpg", "2026-03-02.jpg")
    shutil.copy(tmp_path / "a.jpg", tmp_path / "2026-03-01 smile.jpg")
    seen: list[Path] = []
    table = read(tmp_path, progress=lambda each: (seen.append(p) or p for p in each)).static
    assert [path.name for path in seen] == ["2026-03-01 smile.jpg", "2026-03-02.jpg"]
    assert table["photo"].tolist() == ["2026-03-01 smile.jpg", "2026-03-02.jpg", "a.jpg"]
    assert table["status"].tolist() == ["ok", "ok", "rejected"]
    assert table.notes[0] == (Note("same_file_with_another_date", photo="a.jpg"),)
    assert table.notes[2] == (Note("same_file", photo="2026-03-01 smile.jpg"), Note("undated"))
    assert np.isnan(table["brow_height_diff_mm"]).tolist() == [False, False, True]


def test_files_of_one_size_that_differ_are_no_copies(tmp_path: Path) -> None:
    photos(tmp_path, "2026-03-01.jpg")
    pixels = (tmp_path / "2026-03-01.jpg").read_bytes()
    (tmp_path / "2026-03-02.jpg").write_bytes(pixels[:-1] + b"\x00")
    assert read(tmp_path).static["status"].tolist() == ["ok", "ok"]


def test_mirrored_photos_are_turned_back_one_by_one(tmp_path: Path) -> None:
    class Mirroring(Reader):
        def extract(self, *args: object, **options: object) -> Landmarks:
            found = super().extract(*args, **options)  # type: ignore[arg-type]
            found.provenance["mirrored"] = True  # type: ignore[index]
            return found

    photos(tmp_path, "2026-03-01.jpg", "2026-03-02.jpg")
    lists(tmp_path, manifest="photo,mirrored\n2026-03-01.jpg,no\n")
    reader = Mirroring({"2026-03-01.jpg": -2.0, "2026-03-02.jpg": -2.0})
    series = Series.from_folder(tmp_path, extractor=reader)
    assert series.static["brow_height_diff_mm"] == pytest.approx([2, -2], abs=1e-3)
    assert series.photos["mirrored"].tolist() == [False, True]
