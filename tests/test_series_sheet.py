"""The sheet: each measure of each visit, an arrow where a change is real, a reason where no number is."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from asymmetry import Landmarks, Series
from asymmetry.core.schemes import SIDES, Side
from asymmetry.core.text import english_text
from asymmetry.errors import DestinationError, InvalidInputError
from asymmetry.series import Sheet, SheetRow
from asymmetry.series.sheet_files import check_sheet_target, write_sheet
from asymmetry.series.sheet_text import sheet_lines
from asymmetry.synthetic import face
from tests.test_series_change import TREATED_ON, dated
from tests.test_series_findings import DAYS, LASTS, OTHER, PASSES

#: Raise of an affected side's brow at each visit, mm; of the healthy one 5.
RAISED = 5.0 - 3 * LASTS


def names(landmarks: Landmarks, expression: str) -> Landmarks:
    return replace(
        landmarks, photo=np.array([f"{expression} {row}.jpg" for row in range(len(landmarks))])
    )


def made(side: Side = "right", affected: Side | None = "right") -> Series:
    """A brow that drops on one side and is raised less, and a smile on the last visit alone."""
    drop = {f"brow_{side}_mm": -3 * LASTS}
    rest = dated(face(len(DAYS), noise_px=0.1, **drop), DAYS)
    up = {f"brow_{side}_mm": RAISED - 3 * LASTS, f"brow_{OTHER[side]}_mm": 5.0}
    raised = dated(face(len(DAYS), noise_px=0.1, seed=1, **up), DAYS)
    lift = {f"mouth_corner_{side}_mm": 2.0, f"mouth_corner_{OTHER[side]}_mm": 6.0}
    smile = dated(face(1, noise_px=0.1, seed=2, **lift), DAYS[-1:])
    parts = {"rest": rest, "brow_raise": raised, "smile_open": smile}
    return Series.from_landmarks(
        Landmarks.concat([names(part, expression) for expression, part in parts.items()]),
        treated_on=TREATED_ON,
        affected=affected,
        setting="clinic",
        expression=[expression for expression, part in parts.items() for _ in range(len(part))],
    )


def row(sheet: Sheet, part: str) -> SheetRow:
    return next(each for each in sheet.rows if each.part == part)


def test_rows_are_measures_and_columns_are_visits() -> None:
    sheet = made().sheet()
    assert [(each.expression, each.measure) for each in sheet.rows] == [
        ("rest", "brow_height"),
        ("rest", "mrd1"),
        ("rest", "fissure_height"),
        ("rest", "commissure_height"),
        ("brow_raise", "brow_excursion"),
        ("smile_open", "commissure_lift"),
        ("smile_open", "synkinesis"),
    ]
    assert [each.day for each in sheet.visits] == DAYS
    assert all(len(each.cells) == len(DAYS) for each in sheet.rows)
    assert str(sheet.visits[0].date) == "2026-03-02"
    assert json.loads(sheet.to_json())["rows"][0]["cells"][0]["percent"] is None


@pytest.mark.parametrize("side", SIDES)
def test_the_side_that_moved_has_the_arrow(side: Side) -> None:
    sheet = made(side, affected=side).sheet()
    for part in ("brow_height", "brow_raise"):
        cells = row(sheet, part).cells
        assert [getattr(cell, f"{side}_arrow") for cell in cells] == [""] * 3 + ["down"] * 6
        assert {getattr(cell, f"{OTHER[side]}_arrow") for cell in cells} == {""}
    assert not any(cell.right_arrow or cell.left_arrow for cell in row(sheet, "mrd1").cells)
    brow = row(sheet, "brow_height")
    assert getattr(brow, f"{side}_before") - getattr(brow.cells[-1], side) == pytest.approx(
        3, abs=0.1
    )
    assert 0 < brow.error < 0.5


@pytest.mark.parametrize("sign", [1, -1])
def test_both_sides_have_arrows_where_both_moved(sign: int) -> None:
    both = {f"brow_{side}_mm": sign * 4 * LASTS for side in SIDES}
    photos = dated(face(len(DAYS), noise_px=0.1, **both), DAYS)
    sheet = Series.from_landmarks(photos, treated_on=TREATED_ON, setting="clinic").sheet()
    arrows = [(cell.right_arrow, cell.left_arrow) for cell in row(sheet, "brow_height").cells]
    arrow = {1: "up", -1: "down"}[sign]
    assert arrows == [("", "")] * 3 + [(arrow, arrow)] * 6


def test_an_arrow_ends_when_the_change_is_over() -> None:
    photos = dated(face(len(DAYS), noise_px=0.1, upper_lid_left_mm=-2.5 * PASSES), DAYS)
    sheet = Series.from_landmarks(photos, treated_on=TREATED_ON, setting="clinic").sheet()
    arrows = [cell.left_arrow for cell in row(sheet, "mrd1").cells]
    assert arrows == ["", "", "", "down", "down", "down", "down", "", ""]
    assert {cell.left_arrow for cell in row(sheet, "fissure_height").cells[3:6]} == {"down"}


def test_a_percentage_is_the_affected_side_of_the_healthy_one() -> None:
    cells = row(made().sheet(), "brow_raise").cells
    assert cells[0].percent == pytest.approx(100, abs=4)
    assert cells[-1].percent == pytest.approx(40, abs=4)
    healthy_named = row(made("right", affected="left").sheet(), "brow_raise").cells
    assert healthy_named[-1].percent == pytest.approx(250, abs=25)
    nobody_named = row(made("right", affected=None).sheet(), "brow_raise").cells
    assert nobody_named[-1].percent == pytest.approx(40, abs=4)


def test_heights_and_gaps_have_no_percentage() -> None:
    sheet = made().sheet()
    for part in ("brow_height", "mrd1", "commissure_height", "synkinesis_open"):
        assert all(math.isnan(cell.percent) for cell in row(sheet, part).cells)
    assert row(sheet, "fissure_height").cells[0].percent == pytest.approx(100, abs=4)


def test_a_side_that_does_not_move_has_no_percentage_of_itself() -> None:
    rest = names(dated(face(2), DAYS[:2]), "rest")
    still = names(dated(face(2), DAYS[:2]), "brow_raise")
    series = Series.from_landmarks(
        Landmarks.concat([rest, still]),
        affected="right",
        expression=["rest"] * 2 + ["brow_raise"] * 2,
    )
    assert all(math.isnan(cell.percent) for cell in row(series.sheet(), "brow_raise").cells)


def test_what_was_not_measured_says_why() -> None:
    *before, last = row(made().sheet(), "smile_open").cells
    assert all(math.isnan(cell.right) and cell.photo == "" for cell in before)
    assert {note.code for cell in before for note in cell.notes} == {"no_photo_of_expression"}
    assert (last.notes, last.photo, round(last.left)) == ((), "smile_open 0.jpg", 6)


def test_a_photo_that_failed_is_a_visit_with_its_reason() -> None:
    photos = dated(face(3), [0, 7, 14])
    blank = Landmarks.blank(["c.jpg"], status="no_face", reason="no face found")
    failed = replace(blank, taken=np.array(["2026-03-30"]))
    sheet = Series.from_landmarks(
        Landmarks.concat([photos, failed]), treated_on=TREATED_ON, expression=["rest"] * 4
    ).sheet()
    assert [each.day for each in sheet.visits] == [0, 7, 14, 21]
    cell = sheet.rows[0].cells[-1]
    assert math.isnan(cell.left)
    assert cell.notes


def test_a_movement_without_a_photo_at_rest_has_a_row_without_numbers() -> None:
    raised = names(dated(face(2, brow_right_mm=5), DAYS[:2]), "brow_raise")
    sheet = Series.from_landmarks(raised, expression=["brow_raise"] * 2).sheet()
    cells = row(sheet, "brow_raise").cells
    assert [cell.notes[0].code for cell in cells] == ["no_rest_photo"] * 2
    assert all(math.isnan(cell.right) for cell in cells)


def test_the_photo_to_show_is_one_without_a_caution() -> None:
    photos = dated(face(3), [0, 0, 7])
    photos = replace(photos, status=np.array(["warn", "ok", "ok"]))
    sheet = Series.from_landmarks(photos, expression=["rest"] * 3).sheet()
    first = sheet.rows[0].cells[0]
    assert (first.photo, first.photos) == ("1", ("0", "1"))


def test_mirrored_photos_give_the_mirrored_sheet() -> None:
    series = made("right", affected=None)
    twin = Series.from_landmarks(
        series.landmarks.mirrored(),
        treated_on=TREATED_ON,
        setting="clinic",
        expression=series.static["expression"].tolist(),
    )
    for one, other in zip(series.sheet().rows, twin.sheet().rows, strict=True):
        for cell, mirrored in zip(one.cells, other.cells, strict=True):
            assert cell.right == pytest.approx(mirrored.left, abs=1e-3, nan_ok=True)
            assert cell.right_arrow == mirrored.left_arrow
            assert cell.percent == pytest.approx(mirrored.percent, abs=0.1, nan_ok=True)


def test_photos_without_a_date_make_no_visit() -> None:
    sheet = Series.from_landmarks(face(2), expression=["rest"] * 2).sheet()
    assert sheet.visits == ()
    assert sheet.to_csv().count("\n") == 1 + len(sheet)


# Files


def test_csv_reads_back(tmp_path: Path) -> None:
    sheet, path = made().sheet(), tmp_path / "sheet.csv"
    text = sheet.to_csv(path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")  # by which Excel knows that it is UTF-8
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["Measure"] for line in lines][:2] == ["Brow height", "Upper lid (MRD1)"]
    last = lines[4]
    assert float(last["2026-05-08 (day 60) right"]) == pytest.approx(2, abs=0.1)
    assert last["2026-05-08 (day 60) right, change"] == "down"
    assert float(last["2026-05-08 (day 60) right, % of the healthy side"]) == pytest.approx(
        40, abs=4
    )
    assert lines[5]["2026-03-02 (day -7) right"] == ""
    assert "no photo" in lines[5]["2026-03-02 (day -7) not measured because"]
    assert len(list(csv.reader(io.StringIO(text)))) == 1 + len(sheet)


def test_a_name_of_a_photo_is_no_formula() -> None:
    photos = replace(dated(face(2), [0, 7]), photo=np.array(["=cmd()", "b.jpg"]))
    assert ",'=cmd()," in Series.from_landmarks(photos, expression=["rest"] * 2).sheet().to_csv()


def test_a_workbook_reads_back(tmp_path: Path) -> None:
    pytest.importorskip("xlsxwriter", reason="the extra excel is not installed")
    calamine = pytest.importorskip("python_calamine", reason="the extra excel is not installed")
    sheet, path = made().sheet(), tmp_path / "sheet.xlsx"
    sheet.to_xlsx(path)
    book = calamine.CalamineWorkbook.from_path(path)
    assert book.sheet_names == ["Sheet", "Definitions", "Photos"]
    numbers = book.get_sheet_by_name("Sheet").to_python()
    assert numbers[0][4] == "2026-03-02 (day -7)"
    assert numbers[1][:7] == [
        "Expression", "Measure", "Unit", "Error of a change in the difference (±)", "right", "left",
        "right, % of the healthy side",
    ]  # fmt: skip
    assert numbers[6][1] == "Brow raise"
    assert numbers[6][-3] == pytest.approx(2, abs=0.1)
    assert numbers[7][4] == ""
    definitions = book.get_sheet_by_name("Definitions").to_python()
    assert definitions[1][:3] == ["Brow height", "mm", sheet.rows[0].definition]
    photos = book.get_sheet_by_name("Photos").to_python()
    assert (photos[1][2], photos[6][-1]) == ("rest 0.jpg", "smile_open 0.jpg")
    assert photos[6][2].startswith("no photo of this expression")


def test_a_frame_is_asked_by_expression_measure_day_and_side() -> None:
    pytest.importorskip("pandas", reason="the extra table is not installed")
    frame = made().sheet().to_frame()
    assert frame.loc[("brow_raise", "brow_excursion"), (60.0, "right")] == pytest.approx(2, abs=0.1)
    assert frame.loc[("brow_raise", "brow_excursion"), (60.0, "right_arrow")] == "down"


def test_a_sheet_speaks_another_language(foreign: Path) -> None:
    heading = made().sheet().to_csv(language=foreign).partition("\n")[0]
    assert "right" not in heading
    assert "ω" in heading


def test_every_way_to_write_gives_the_file(tmp_path: Path) -> None:
    pytest.importorskip("xlsxwriter", reason="the extra excel is not installed")
    sheet = made().sheet()
    for name in ("a.csv", "b.xlsx", "C.XLSX"):
        assert write_sheet(sheet, tmp_path / name).stat().st_size > 1000


def test_an_unsuitable_file_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"\.csv or \.xlsx"):
        check_sheet_target(tmp_path / "sheet.ods")
    with pytest.raises(InvalidInputError, match="there is no folder"):
        check_sheet_target(tmp_path / "none" / "sheet.csv")
    with pytest.raises(DestinationError, match="not to URLs"):
        check_sheet_target("s3://clinic/sheet.csv")
    folder = tmp_path / "sheet.csv"
    folder.mkdir()
    with pytest.raises(DestinationError, match="this is a folder"):
        write_sheet(made().sheet(), folder)
    assert list(tmp_path.iterdir()) == [folder]


# Text


def test_text_shows_the_first_the_worst_and_the_latest_visit() -> None:
    series = made()
    lines = list(sheet_lines(series.sheet(), english_text(), 100, [10.0]))
    assert lines[0].split() == "Sheet day −7 day 10 day 60".split()
    brow = next(line for line in lines if "Brow height" in line)
    assert brow.split()[2:4] == [f"±{row(series.sheet(), 'brow_height').error:.1f}", "21.7"]
    assert brow.count("↓") == 2
    smile = next(line for line in lines if "Smile" in line)
    assert smile.split()[-1] == "33"
    assert lines[-1].startswith("3 of 9 visits")


@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_text_fits_the_width(width: int) -> None:
    sheet = made().sheet()
    numbers = [line for line in sheet_lines(sheet, english_text(), width) if line[:2] == "  "]
    assert max(map(len, numbers)) <= max(width, 60)
    assert min(map(len, numbers)) > 40


def test_text_leaves_out_visits_without_a_number() -> None:
    blank = Landmarks.blank(["c.jpg"], status="no_face", reason="no face found")
    failed = replace(blank, taken=np.array(["2026-05-20"]))
    photos = Landmarks.concat([dated(face(2), [0, 7]), failed])
    sheet = Series.from_landmarks(photos, expression=["rest"] * 3).sheet()
    lines = list(sheet_lines(sheet, english_text()))
    assert lines[0].split() == "Sheet day 0 day 7".split()
    assert lines[-1].startswith("2 of 3 visits")
