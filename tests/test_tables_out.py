"""Tables and landmarks for other programs: workbooks with meanings, and axes with names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from asymmetry import Measurements, measure, movement
from asymmetry.core.schemes import DLIB_68
from asymmetry.core.version import SCORE_VERSION
from asymmetry.errors import MissingExtraError
from asymmetry.synthetic import face
from tests.schemes import told_in


def sheets(path: Path) -> dict[str, list[list[Any]]]:
    calamine = pytest.importorskip("python_calamine", reason="the extra excel is not installed")
    book = calamine.CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_a_workbook_has_numbers_meanings_and_versions(tmp_path: Path) -> None:
    table = measure(face(2, brow_right_mm=[0, -3]))
    table.to_xlsx(tmp_path / "a.xlsx")
    read = sheets(tmp_path / "a.xlsx")
    assert list(read) == ["Measurements", "Columns", "Made with"]
    heads, *rows = read["Measurements"]
    assert heads == list(table)
    for name in ("brow_height_diff_mm", "smile_angle_left_deg"):
        column = [row[heads.index(name)] for row in rows]
        np.testing.assert_array_equal(column, table[name])
    meanings = {row[0]: row[1:] for row in read["Columns"][1:]}
    assert meanings["brow_height_diff_mm"] == [
        "mm",
        table.about["brow_height_diff_mm"]["definition"],
        table.about["brow_height_diff_mm"]["sign"],
    ]
    assert meanings["reason"][1].startswith("cautions")
    assert not [name for name in table if not meanings[name][1]]
    assert dict(map(tuple, read["Made with"]))["score_version"] == str(SCORE_VERSION)


def test_a_workbook_speaks_german(tmp_path: Path) -> None:
    measure(face(1)).to_xlsx(tmp_path / "a.xlsx", language="de")
    read = sheets(tmp_path / "a.xlsx")
    assert list(read) == ["Messwerte", "Spalten", "Entstanden mit"]
    meanings = {row[0]: row[2:] for row in read["Spalten"][1:]}
    definition, sign = meanings["mrd1_right_mm"]
    assert definition.startswith("Höhe")
    assert sign == "Lid über der Pupillenmitte; negativ, wenn es sie verdeckt"
    assert meanings["mrd1_diff_mm"] == [
        definition,
        "rechts minus links; positiv: rechts mehr (Lid über der Pupillenmitte)",
    ]
    assert meanings["mouth_cant_deg"][1] == "rechter Mundwinkel höher als linker"


@pytest.mark.parametrize("name", ["mrd1_diff_sd_mm", "mouth_cant_rsd_deg"])
def test_a_standard_deviation_is_not_told_as_the_height_itself(tmp_path: Path, name: str) -> None:
    measure(face(1)).to_xlsx(tmp_path / "a.xlsx", language="de")
    meanings = {row[0]: row[2:] for row in sheets(tmp_path / "a.xlsx")["Spalten"]}
    column = name.replace("_sd", "").replace("_rsd", "")
    assert meanings[name][0].startswith(f"Standardabweichung von {column}: ")
    assert meanings[name][1] == "–"


def test_no_english_is_left_in_a_german_workbook(tmp_path: Path) -> None:
    rest, raised = face(1), face(1, brow_right_mm=3)
    tables = {"a": measure(rest), "b": movement(rest, raised)}
    for name, table in tables.items():
        for language in ("en", "de"):
            table.to_xlsx(tmp_path / f"{name}.xlsx", language=language)
            rows = list(sheets(tmp_path / f"{name}.xlsx").values())[1][1:]
            if language == "en":
                english = {each for row in rows for each in row[2:] if each}
                same = {
                    row[0]: table.about[row[0]]["definition"]
                    for row in rows
                    if row[0] in table.about
                }
                assert {row[0]: row[2] for row in rows if row[0] in same} == same
            else:
                assert not {each for row in rows for each in row[2:] if each} & english
                assert all(row[2] for row in rows if row[0] in table.about)
    ratio = {row[0]: row[2] for row in rows}["brow_excursion_ratio"]
    assert ratio == "Schwächere zu stärkerer Seite: Hebung des Brauenbogens."


def test_cells_are_empty_where_nothing_was_measured_and_no_text_is_a_formula(
    tmp_path: Path,
) -> None:
    names = ["=1+1", "http://example.org", "ok"]
    table = Measurements({"photo": names, "mrd1_diff_mm": [np.nan, np.inf, -0.5]})
    table.to_xlsx(tmp_path / "a.xlsx")
    rows = sheets(tmp_path / "a.xlsx")["Measurements"][1:]
    assert rows == [["=1+1", ""], ["http://example.org", ""], ["ok", -0.5]]
    Measurements({}).to_xlsx(tmp_path / "none.xlsx")


def test_axes_have_names() -> None:
    pytest.importorskip("xarray", reason="the extra xarray is not installed")
    faces = face(2, mouth_corner_right_mm=[0, -4])
    made = faces.to_xarray()
    for side in ("right", "left"):
        true = faces.point("commissure", side)  # type: ignore[arg-type]
        np.testing.assert_array_equal(made.points.sel(point=f"{side} commissure"), true)
    assert made.points.sel(point="upper_lip", axis="x").shape == (2,)
    assert made.attrs["scheme"] == faces.scheme
    other = told_in(faces, DLIB_68).to_xarray()
    assert other.sizes["point"] == 68
    assert other.sizes["expression"] == 0


def test_missing_extras_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(__import__("sys").modules, "xarray", None)
    monkeypatch.setitem(__import__("sys").modules, "xlsxwriter", None)
    with pytest.raises(MissingExtraError, match=r"asymmetry\[xarray\]"):
        face(1).to_xarray()
    with pytest.raises(MissingExtraError, match=r"asymmetry\[excel\]"):
        measure(face(1)).to_xlsx(tmp_path / "a.xlsx")
