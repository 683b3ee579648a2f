"""The values that a table and landmarks take from other programs, and what becomes of them in files."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from asymmetry import Landmarks, Measurements, measure
from asymmetry.core.notes import Note
from asymmetry.errors import InvalidInputError
from asymmetry.synthetic import face

pandas = pytest.importorskip("pandas", reason="the extra table is not installed")
pyarrow = pytest.importorskip("pyarrow", reason="the extra table is not installed")

TABLE = Measurements(
    {
        "photo": ["a.jpg", "b.jpg"],
        "taken": ["2026-03-09", "2026-03-10T10:30:00"],
        "flags": ["", "dark head_turned"],
        "mrd1_diff_mm": [0.5, np.nan],
    },
    {"score_version": 11},
)
DAYS = ["2026-03-09", ""]
GROUPS = ["a", ""]


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        (np.array(["2026-03-09", "NaT"], "datetime64[ns]"), DAYS),
        (np.array(["2026-03-09", "NaT"], "datetime64[D]"), DAYS),
        (pandas.Series(pandas.to_datetime(["2026-03-09", None])), DAYS),
        (pandas.DatetimeIndex(["2026-03-09", None]), DAYS),
        ([date(2026, 3, 9), None], DAYS),
        (
            [datetime(2026, 3, 9, 10, 5, tzinfo=UTC), pandas.NaT],
            ["2026-03-09T10:05:00+00:00", ""],
        ),
        (pandas.Series(["a", None]), GROUPS),
        (pandas.Series(["a", None], dtype="string"), GROUPS),
        (pandas.Categorical(["a", None]), GROUPS),
        (["a", float("nan")], GROUPS),
        (["a", None], GROUPS),
        (np.array(["a", None], np.object_), GROUPS),
        (pandas.array([1, None], dtype="Int64"), [1.0, None]),
        (pandas.array([True, None], dtype="boolean"), [1.0, None]),
        ([None, 1.5], [None, 1.5]),
        ([True, False], [True, False]),
    ],
)
def test_values_of_other_programs_are_what_they_say_in_every_format(
    values: Any, kept: list[Any], tmp_path: Path
) -> None:
    made = TABLE.with_columns(x=values)
    assert made.to_dict()["x"] == kept
    assert json.loads(json.dumps(made.to_dict()))["x"] == kept
    made.to_csv(tmp_path / "t.csv")
    for again in (
        Measurements.from_csv(tmp_path / "t.csv"),
        Measurements.from_arrow(made.to_arrow()),
        Measurements.from_dataframe(made.to_dataframe()),
    ):
        assert again == made


@pytest.mark.parametrize(
    "values", [[b"a", b"b"], np.array([1, 2], "timedelta64[D]"), [1j, 2j], [{}, {}], [[1], [2, 3]]]
)
def test_values_that_no_file_holds_are_refused_with_the_column(values: Any) -> None:
    with pytest.raises(InvalidInputError, match="column x: holds neither numbers nor texts"):
        TABLE.with_columns(x=values)


def test_no_flags_are_texts_when_they_come_back(tmp_path: Path) -> None:
    TABLE.select([0]).to_csv(tmp_path / "t.csv")
    again = Measurements.from_csv(tmp_path / "t.csv")
    assert again == TABLE.select([0])
    assert again.to_dict()["flags"] == [[]]
    assert again.to_arrow().schema.equals(TABLE.to_arrow().schema)


def test_codes_of_a_csv_file_stay_texts(tmp_path: Path) -> None:
    columns = {"site": ["007", "010"], "lot": ["12_3", "4"], "x": [0.5, -0.25], "n": [0, 10]}
    made = Measurements({"photo": ["a", "b"], **columns})
    made.to_csv(tmp_path / "t.csv")
    again = Measurements.from_csv(tmp_path / "t.csv")
    assert {name: again[name].tolist() for name in columns} == columns


def test_an_index_with_a_name_is_a_column() -> None:
    frame = TABLE.to_dataframe()
    for indexed in (frame.set_index("photo"), frame.set_index("photo", drop=False)):
        assert Measurements.from_dataframe(indexed) == TABLE
    assert Measurements.from_dataframe(frame.set_index(["taken", "photo"])) == TABLE
    assert Measurements.from_dataframe(frame.set_index("photo")).provenance == TABLE.provenance
    assert Measurements.from_dataframe(frame.iloc[[1]]) == TABLE.select([1])


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    frame = TABLE.to_dataframe()
    (tmp_path / "t.csv").write_text("x,x\n1,2\n")
    reads: tuple[Callable[[], Measurements], ...] = (
        lambda: Measurements.from_dataframe(pandas.concat([frame, frame[["taken"]]], axis=1)),
        lambda: Measurements.from_dataframe(pandas.DataFrame({0: [1], "0": [2]})),
        lambda: Measurements.from_arrow(pyarrow.Table.from_arrays([[1], [2]], names=["x", "x"])),
        lambda: Measurements.from_csv(tmp_path / "t.csv"),
    )
    for read in reads:
        with pytest.raises(InvalidInputError, match="two columns are called"):
            read()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"taken": pandas.Series(["2026-03-09", None])}, DAYS),
        ({"taken": pandas.to_datetime(["2026-03-09", None])}, DAYS),
        ({"taken": ["2026-03-09", float("nan")]}, DAYS),
        ({"taken": [date(2026, 3, 9), None]}, DAYS),
        ({"status": pandas.Series(["ok", "warn"])}, ["ok", "warn"]),
        ({"photo": pandas.Series([7, 8])}, ["7", "8"]),
        ({"focal_px": [800, 900]}, [800.0, 900.0]),
        ({"size": [[640.0, 480.0]] * 2}, [[640, 480]] * 2),
        ({"notes": ["dark", ""]}, [(Note("text", text="dark"),), ()]),
    ],
)
def test_landmarks_of_another_programs_table_can_be_saved_and_read(
    given: dict[str, Any], kept: list[Any], tmp_path: Path
) -> None:
    ((name, _),) = given.items()
    made = Landmarks.from_points(face(2).points, **given)
    assert getattr(made, name).tolist() == kept
    assert replace(face(2), **given)[:].photo.dtype.kind == "U"
    made.save(tmp_path / "l.npz")
    again = Landmarks.load(tmp_path / "l.npz")
    assert again == made
    assert measure(again) == measure(made)
