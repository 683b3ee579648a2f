"""The table of measurements: columns, rows, and every way out of it."""

from __future__ import annotations

import csv
import json
import pickle
import sys
from pathlib import Path

import numpy as np
import pytest

from asymmetry.core.notes import Note, note_array
from asymmetry.core.table import HEADLINE, Measurements
from asymmetry.errors import InvalidInputError, MissingExtraError

TABLE = Measurements(
    {
        "brow_height_diff_mm": [-2.345678, np.nan],
        "status": ["ok", "no_face"],
        "photo": ["a.jpg", "ä/b.jpg"],
        "reason": ["", "no face found"],
        "mm_per_px": [0.1234567, np.nan],
    },
    {"method": "plain", "files": ["x"]},
)


def test_a_table_is_a_mapping_of_columns() -> None:
    assert list(TABLE) == ["photo", "status", "reason", "brow_height_diff_mm", "mm_per_px"]
    assert (len(TABLE), TABLE.rows) == (5, 2)
    assert TABLE["status"].tolist() == ["ok", "no_face"]
    assert "mm_per_px" in TABLE
    assert "mm_per_pixel" not in TABLE
    with pytest.raises(
        KeyError, match="no column is called 'mm_per_pixel'; there are photo, status"
    ):
        TABLE["mm_per_pixel"]


def test_nothing_in_it_can_be_changed() -> None:
    mine = np.zeros(2)
    table = Measurements({"x_mm": mine})
    with pytest.raises(ValueError, match="read-only"):
        table["x_mm"][0] = 1
    with pytest.raises(TypeError):
        table.columns["x_mm"] = mine  # type: ignore[index]
    with pytest.raises(TypeError):
        table.provenance["x"] = 1  # type: ignore[index]
    mine[0] = 1  # the caller's array stays the caller's
    assert mine.flags.writeable


@pytest.mark.parametrize("columns", [{"a": [1], "b": [1, 2]}, {"a": [[1, 2]]}, {"a": 1}])
def test_columns_that_do_not_fit_are_refused(columns: dict[str, object]) -> None:
    with pytest.raises(InvalidInputError, match="one-dimensional and of equal length"):
        Measurements(columns)


def test_equal_tables_have_equal_columns() -> None:
    assert Measurements(dict(TABLE)) == TABLE
    assert TABLE.with_columns(mm_per_px=[0.1, np.nan]) != TABLE
    assert TABLE.with_columns(other_mm=[0.1, 0.2]) != TABLE
    assert TABLE != {"photo": ["a.jpg"]}


@pytest.mark.parametrize("rows", [[1], slice(1, None), np.array([False, True])])
def test_select(rows: object) -> None:
    one = TABLE.select(rows)
    assert (one.rows, one["photo"].tolist()) == (1, ["ä/b.jpg"])
    assert one.provenance == TABLE.provenance


def test_added_columns_of_the_photo_come_first() -> None:
    table = TABLE.with_columns(
        expression=["rest", "rest"], day=[0, 14], note=["", ""], taken=["", ""]
    )
    assert list(table) == [
        *("photo", "taken", "day", "expression", "status", "reason"),
        *("brow_height_diff_mm", "mm_per_px", "note"),
    ]
    assert "day" not in TABLE


def test_concat() -> None:
    both = Measurements.concat([TABLE, TABLE.select([0])])
    assert both["photo"].tolist() == ["a.jpg", "ä/b.jpg", "a.jpg"]
    assert both.provenance == TABLE.provenance
    assert Measurements.concat([]).rows == 0


def test_concat_keeps_of_the_provenance_what_all_agree_on_and_all_of_each() -> None:
    other = Measurements(dict(TABLE), {"method": "hemiface", "files": ["x"]})
    both = Measurements.concat([TABLE, other])
    assert dict(both.provenance) == {
        "files": ["x"],
        "mixture": [dict(TABLE.provenance), dict(other.provenance)],
    }
    assert Measurements.concat([both, other, TABLE]).provenance == both.provenance


def test_concat_of_different_columns_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="day"):
        Measurements.concat([TABLE, TABLE.with_columns(day=[1, 2])])


def test_to_dict_is_safe_for_json() -> None:
    columns = TABLE.with_columns(day=[1, 2]).to_dict()
    assert columns["brow_height_diff_mm"] == [-2.345678, None]
    assert columns["day"] == [1, 2]
    assert json.loads(json.dumps(columns, allow_nan=False)) == columns


NOTED = TABLE.with_notes(note_array([[Note("dark", value=12.3), Note("no_iris")], ["by hand"]]))


def test_notes_are_told_in_words_and_in_codes() -> None:
    assert list(NOTED)[:4] == ["photo", "status", "reason", "flags"]
    assert NOTED["flags"].tolist() == ["dark no_iris", "text"]
    assert NOTED["reason"][0].startswith(
        "the face is dark (brightness 12 of 255): take the photo in more"
    )
    assert NOTED["reason"][1] == "by hand"


def test_notes_stay_in_step() -> None:
    assert NOTED.select([1, 0]).notes.tolist() == NOTED.notes.tolist()[::-1]
    assert Measurements.concat([NOTED, NOTED.select([0])]).notes.tolist() == [
        *NOTED.notes,
        NOTED.notes[0],
    ]
    assert NOTED.with_columns(day=[1, 2]).notes is NOTED.notes
    assert NOTED.with_columns(reason=["", "x"]).notes.tolist() == [(), (Note("text", text="x"),)]
    assert pickle.loads(pickle.dumps(NOTED)).notes.tolist() == NOTED.notes.tolist()
    with pytest.raises(InvalidInputError, match="notes"):
        Measurements(dict(TABLE), notes=note_array([()]))


def test_a_table_without_notes_says_its_reasons() -> None:
    assert TABLE.notes.tolist() == [(), (Note("text", text="no face found"),)]


def test_flags_are_lists_where_a_format_has_lists() -> None:
    assert NOTED.to_dict()["flags"] == [["dark", "no_iris"], ["text"]]
    assert "dark no_iris," in (NOTED.to_csv() or "")
    pyarrow = pytest.importorskip("pyarrow")
    column = NOTED.to_arrow()["flags"]
    assert (column.type, column.to_pylist()) == (
        pyarrow.list_(pyarrow.string()),
        NOTED.to_dict()["flags"],
    )


def test_to_csv_is_short_exact_and_in_utf8(tmp_path: Path) -> None:
    text = TABLE.to_csv()
    assert text == (
        "photo,status,reason,brow_height_diff_mm,mm_per_px\n"
        "a.jpg,ok,,-2.3457,0.123457\n"
        "ä/b.jpg,no_face,no face found,,\n"
    )
    assert TABLE.to_csv(tmp_path / "scores.csv") is None
    assert (tmp_path / "scores.csv").read_bytes() == text.encode()


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (2.0, "2"),
        (-0.00000001, "0"),
        (100.0, "100"),
        (-66.00004, "-66"),
        (1234.56789, "1234.5679"),
        (0.05, "0.05"),
    ],
)
def test_numbers_in_csv(number: float, text: str) -> None:
    assert Measurements({"x_mm": [number]}).to_csv() == f"x_mm\n{text}\n"


def test_csv_keeps_awkward_names_whole_and_runs_no_formula() -> None:
    names = ['a,"b".jpg', "two\nlines.jpg", "=1+1.jpg", "@x", "-2.jpg", "\udcff.jpg"]
    text = Measurements({"photo": names}).to_csv()
    assert text is not None
    cells = [row[0] for row in csv.reader(text.splitlines(keepends=True))][1:]
    assert cells == ['a,"b".jpg', "two\nlines.jpg", "'=1+1.jpg", "'@x", "'-2.jpg", "\\udcff.jpg"]
    assert Measurements({"x_mm": [-2.0]}).to_csv() == "x_mm\n-2\n"


def test_to_dataframe() -> None:
    pytest.importorskip("pandas")
    frame = TABLE.to_dataframe()
    assert list(frame.columns) == list(TABLE)
    assert frame["photo"].tolist() == ["a.jpg", "ä/b.jpg"]
    assert frame["mm_per_px"].isna().tolist() == [False, True]
    assert frame.attrs["asymmetry"]["method"] == "plain"


def test_to_arrow_carries_the_provenance() -> None:
    pytest.importorskip("pyarrow")
    table = TABLE.to_arrow()
    assert table.column_names == list(TABLE)
    assert table["photo"].to_pylist() == ["a.jpg", "ä/b.jpg"]
    assert json.loads(table.schema.metadata[b"asymmetry"]) == {"method": "plain", "files": ["x"]}
    assert table.schema.types == TABLE.select([]).to_arrow().schema.types


def test_a_file_name_that_is_no_text_does_not_stop_a_table() -> None:
    pytest.importorskip("pyarrow")
    table = Measurements({"photo": ["\udcff.jpg"]})
    assert table.to_arrow()["photo"].to_pylist() == ["\\udcff.jpg"]
    assert repr(table).encode("utf-8")


@pytest.mark.parametrize(
    ("method", "module"), [("to_dataframe", "pandas"), ("to_arrow", "pyarrow")]
)
def test_a_missing_extra_is_named(
    method: str, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(
        MissingExtraError, match=rf"{method} needs an extra: pip install 'asymmetry\[table\]'"
    ):
        getattr(TABLE, method)()


def test_pickle() -> None:
    again = pickle.loads(pickle.dumps(TABLE))
    assert again == TABLE
    assert again.provenance == TABLE.provenance


def test_repr_is_a_short_table() -> None:
    assert repr(TABLE).splitlines() == [
        "Measurements: 2 photos, 5 columns",
        "photo    status   brow_height_diff_mm",
        "a.jpg    ok       -2.35",
        "ä/b.jpg  no_face",
    ]


def test_repr_shows_the_end_of_a_long_path() -> None:
    path = "/a/very/long/path/to/many/photos/of/one/face.jpg"
    shown = repr(Measurements({"photo": [path]})).splitlines()[2]
    assert len(shown) == 40
    assert shown == "…" + path[-39:]


def test_repr_of_many_photos_shows_the_first_and_the_last() -> None:
    lines = repr(Measurements({"photo": [f"{i}.jpg" for i in range(1000)]})).splitlines()
    assert [line.strip() for line in lines[2:]] == [
        *("0.jpg", "1.jpg", "2.jpg", "3.jpg", "4.jpg", "..."),
        *("995.jpg", "996.jpg", "997.jpg", "998.jpg", "999.jpg"),
    ]


def test_repr_of_other_measurements_shows_the_first_of_them() -> None:
    names = [f"x{i}_mm" for i in range(9)]
    shown = (
        repr(Measurements({"photo": ["a"]} | {name: [1.0] for name in names}))
        .splitlines()[1]
        .split()
    )
    assert shown == ["photo", *names[: len(HEADLINE)]]


def test_html_is_escaped() -> None:
    table = Measurements({"photo": ["<script>.jpg"], "a&b_mm": [1.0]})
    text = table._repr_html_()
    assert "<td>&lt;script&gt;.jpg</td>" in text
    assert "<th>a&amp;b_mm</th>" in text
    assert "<script>" not in text


def test_an_empty_table() -> None:
    empty = Measurements({})
    assert (empty.rows, len(empty), empty.to_dict()) == (0, 0, {})
    assert repr(empty).startswith("Measurements: 0 photos")


def test_a_long_table_is_written_as_a_short_one(tmp_path: Path) -> None:
    """By pyarrow, in blocks; the short ones by `csv`."""
    n, rng = 12_000, np.random.default_rng(0)
    numbers = rng.normal(0, 10.0 ** rng.integers(-7, 7, n), n)
    numbers[:8] = [0.0, -0.0, np.nan, np.inf, 1e-6, -4e-7, 1e16, 21]
    texts = ["a.jpg", "a,b", 'say "x"', "=1", "two\nlines", "", "é", "x"]
    table = Measurements(
        {
            "photo": np.resize(texts, n),
            "x_mm": numbers,
            "y_mm": rng.normal(0, 30, n).astype(np.float32),
            "still": rng.random(n) < 0.5,
            "count": rng.integers(-5, 5, n),
        }
    )
    rows = np.arange(n)
    pieces = [table.select(rows[i : i + 1000]).to_csv() or "" for i in range(0, n, 1000)]
    joined = pieces[0] + "".join(piece.partition("\n")[2] for piece in pieces[1:])
    assert table.to_csv() == joined
    table.to_csv(tmp_path / "long.csv")
    assert (tmp_path / "long.csv").read_bytes().decode() == joined


@pytest.mark.parametrize("rows", [1, 6000])
def test_a_name_with_a_line_end_of_any_kind_comes_back_out_of_csv(
    tmp_path: Path, rows: int
) -> None:
    names = [f"{end}{row}.jpg" for row in range(rows) for end in ("a\rb", "a\nb", "a\r\nb", 'a"b,')]
    path = tmp_path / "scores.csv"
    Measurements({"photo": np.array(names)}).to_csv(path)
    assert Measurements.from_csv(path)["photo"].tolist() == names
    with path.open(encoding="utf-8", newline="") as file:
        assert [row[0] for row in csv.reader(file)] == ["photo", *names]
