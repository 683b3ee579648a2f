"""Tables out and in again."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from asymmetry import Measurements, Note, measure
from asymmetry.core.notes import note_array
from asymmetry.errors import InvalidInputError
from asymmetry.synthetic import face

pandas = pytest.importorskip("pandas", reason="the extra table is not installed")
pyarrow = pytest.importorskip("pyarrow", reason="the extra table is not installed")

MADE = {
    "photo": ["12", "=b.jpg", "c\udcff.jpg"],
    "taken": ["2026-03-09", "2026-03-10T10:00:00", ""],
    "day": [0.0, 1.0, np.nan],
    "status": ["ok", "warn", "no_face"],
    "mirrored": [True, False, False],
    "width": [640, 480, 0],
    "mrd1_diff_mm": [0.5, -1234.5678, np.nan],
    "lost_mm": [np.nan] * 3,
}


@pytest.fixture
def table() -> Measurements:
    return Measurements(MADE, {"method": "hemiface", "settings": {"a": [1, 2]}})


def same_but_for_the_name(one: Measurements, other: Measurements) -> bool:
    """A name with bytes that are no letters is written with backslashes."""
    photo = np.array(["12", "=b.jpg", "c\\udcff.jpg"])
    return one == other.with_columns(photo=photo)


def test_csv(table: Measurements, tmp_path: Path) -> None:
    table.to_csv(tmp_path / "t.csv")
    again = Measurements.from_csv(tmp_path / "t.csv")
    assert same_but_for_the_name(again, table)
    assert again["mirrored"].dtype == bool
    assert again["photo"].dtype.kind == "U"
    (tmp_path / "bom.csv").write_text("photo,x_mm\na,1.5\n", encoding="utf-8-sig")
    assert Measurements.from_csv(tmp_path / "bom.csv")["x_mm"].tolist() == [1.5]
    Measurements({"photo": [], "x_mm": []}).to_csv(tmp_path / "none.csv")
    assert list(Measurements.from_csv(tmp_path / "none.csv")) == ["photo", "x_mm"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"t\.csv: is empty"),
        (b"photo,x_mm\na\n", "line 2 has 1 cells, the heading 2"),
        (b"\xff\xfe", "UTF-8"),
    ],
)
def test_a_file_that_is_no_table(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(InvalidInputError, match=message):
        Measurements.from_csv(tmp_path / "t.csv")
    with pytest.raises(InvalidInputError, match=r"no\.csv: can't be read"):
        Measurements.from_csv(tmp_path / "no.csv")


def test_arrow(table: Measurements) -> None:
    again = Measurements.from_arrow(table.to_arrow())
    assert same_but_for_the_name(again, table)
    assert dict(again.provenance) == dict(table.provenance)
    assert again["width"].dtype == np.int64


def test_arrow_of_others() -> None:
    moments = [
        datetime(2026, 3, 9, 10),
        datetime(2026, 3, 9),
        None,
    ]  # as a camera tells them, without a zone
    made = pyarrow.table(
        {
            "photo": pyarrow.array(["a", "b", None]).dictionary_encode(),
            "day": pyarrow.array([1, None, 3]),
            "taken": pyarrow.array(moments),
            "x_mm": pyarrow.array([1.5, None, 2.5]),
        }
    )
    again = Measurements.from_arrow(made)
    assert again["photo"].tolist() == ["a", "b", ""]
    assert again["taken"].tolist() == ["2026-03-09T10:00:00", "2026-03-09", ""]
    assert np.array_equal(again["day"], [1, np.nan, 3], equal_nan=True)
    assert np.isnan(again["x_mm"]).tolist() == [False, True, False]
    assert dict(again.provenance) == {}
    with pytest.raises(InvalidInputError, match="column lists"):
        Measurements.from_arrow(pyarrow.table({"lists": [[1], [2, 3]]}))


def test_a_table_is_read_by_what_reads_arrow(table: Measurements) -> None:
    read: Any = pyarrow.table(table)
    assert read.schema.equals(table.to_arrow().schema)
    assert same_but_for_the_name(Measurements.from_arrow(read), table)

    class Other:
        def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
            return table.__arrow_c_stream__(requested_schema)

    assert same_but_for_the_name(Measurements.from_arrow(Other()), table)


def test_dataframe(table: Measurements) -> None:
    again = Measurements.from_dataframe(table.to_dataframe())
    assert same_but_for_the_name(again, table)
    assert dict(again.provenance) == dict(table.provenance)
    frame = table.to_dataframe().convert_dtypes()
    assert same_but_for_the_name(Measurements.from_dataframe(frame), table)


def test_all_that_is_measured_comes_back() -> None:
    made = measure(face(3))
    for again in (
        Measurements.from_arrow(made.to_arrow()),
        Measurements.from_dataframe(made.to_dataframe()),
    ):
        assert again == made
        assert again.provenance == made.provenance


def test_an_arrow_table_brings_what_its_columns_mean() -> None:
    made = measure(face(3))
    assert Measurements.from_arrow(made.to_arrow()).about == made.about


def test_some_columns(table: Measurements) -> None:
    some = table[["mrd1_diff_mm", "photo"]]
    assert list(some) == ["photo", "mrd1_diff_mm"]
    assert some.provenance == table.provenance
    assert some.rows == 3
    assert table[[]].rows == 0
    with pytest.raises(KeyError, match="no column is called 'x'"):
        table[["x"]]


def test_some_columns_keep_their_meaning_and_notes() -> None:
    made = measure(face(3)).with_notes(note_array([[Note("dark", value=12.3)], [], []]))
    some = made[["photo", "mrd1_diff_mm"]]
    assert some.about == {"mrd1_diff_mm": made.about["mrd1_diff_mm"]}
    assert some.notes.tolist() == made.notes.tolist()
