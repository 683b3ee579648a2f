"""Parquet in other hands: a failed photo is null, so it is in no mean, on no top and past no filter."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from asymmetry.archive.jobs import Job
from asymmetry.archive.parquet import part_table, read_landmarks, write_csv, write_part
from asymmetry.archive.rows import Row
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.table import Measurements
from asymmetry.core.version import SCORE_VERSION
from asymmetry.errors import InvalidInputError
from asymmetry.metrics import catalogue, measure
from asymmetry.photos.record import PhotoRecord
from tests.faces import crowd, photo

pytest.importorskip("pyarrow", reason="the extra table is not installed")
parquet = pytest.importorskip("pyarrow.parquet", reason="the extra table is not installed")

COLUMN = "brow_height_diff_mm"
TAKEN = ["2026-03-02T18:15:00+01:00", "", "2026-03-04", "2026-03-05T07:08:09.500000"]
READ = [
    datetime(2026, 3, 2, 18, 15),
    None,
    datetime(2026, 3, 4),
    datetime(2026, 3, 5, 7, 8, 9, 500000),
]


@pytest.fixture(scope="module")
def rows() -> Landmarks:
    """Three faces, and a photo without one in between."""
    found = crowd(3, 3)
    lost = Landmarks.blank(["lost.jpg"], status="no_face", reason="no face found")
    joined = Landmarks.concat([found[0], lost, found[1:]])
    return replace(joined, photo=np.array(["a", "lost.jpg", "b", "c"]), taken=np.array(TAKEN))


@pytest.fixture(scope="module")
def path(rows: Landmarks, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("scores") / "scores.parquet"
    jobs = [Job(name, PhotoRecord(name)) for name in rows.photo.tolist()]
    parts = [Row(rows[i]) for i in range(len(rows))]
    provenance = {"score_version": SCORE_VERSION, "method": "plain"}
    write_part(part_table(jobs, parts, provenance, landmarks=True), made)
    return made


@pytest.fixture(scope="module")
def known(rows: Landmarks) -> Any:
    return measure(rows)[COLUMN]


def test_duckdb_ignores_failed_photos(path: Path, known: Any) -> None:
    duckdb = pytest.importorskip("duckdb", reason="the extra dev is not installed")
    with duckdb.connect() as base:
        query = f"select avg({COLUMN}), max({COLUMN}), count({COLUMN}) from '{path}'"
        assert base.sql(query).fetchall()[0] == pytest.approx(
            (np.nanmean(known), np.nanmax(known), 3)
        )
        query = f"select photo from '{path}' order by {COLUMN} desc nulls last"
        assert (
            base.sql(query).fetchall()[0][0]
            == ["a", "lost.jpg", "b", "c"][int(np.nanargmax(known))]
        )
        query = f"select photo from '{path}' where {COLUMN} > -1000"
        assert [name for (name,) in base.sql(query).fetchall()] == ["a", "b", "c"]
        assert base.sql(f"select max(taken) from '{path}'").fetchall()[0][0] == READ[3]
        assert (
            base.sql(f"select count(*) from '{path}' where status = 'no_face'").fetchall()[0][0]
            == 1
        )


def test_polars_ignores_failed_photos(path: Path, known: Any) -> None:
    polars = pytest.importorskip("polars", reason="the extra dev is not installed")
    frame = polars.read_parquet(path)
    assert frame[COLUMN].mean() == pytest.approx(np.nanmean(known))
    assert frame.filter(polars.col(COLUMN) > -1000)["photo"].to_list() == ["a", "b", "c"]
    by_size = frame.sort(COLUMN, descending=True, nulls_last=True)["photo"].to_list()
    assert by_size[-1] == "lost.jpg"
    assert by_size[0] == ["a", "lost.jpg", "b", "c"][int(np.nanargmax(known))]
    assert frame["taken"].to_list() == READ
    assert frame["status"].to_list()[1] == "no_face"


def test_pandas_ignores_failed_photos(path: Path, known: Any) -> None:
    pandas = pytest.importorskip("pandas", reason="the extra table is not installed")
    frame = pandas.read_parquet(path)
    assert frame[COLUMN].mean() == pytest.approx(np.nanmean(known))
    assert frame["taken"].isna().tolist() == [False, True, False, False]


def test_fields_say_what_they_hold(path: Path) -> None:
    schema = parquet.read_schema(path)
    for metric in catalogue().values():
        for name in (*metric.columns, *metric.sd_columns, *metric.rsd_columns):
            said = schema.field(name).metadata
            assert said[b"unit"].decode() == ("ratio" if name.endswith("_ratio") else metric.unit)
            assert said[b"sign"]
            assert said[b"definition"]
        assert metric.definition in schema.field(metric.columns[0]).metadata[b"definition"].decode()
    assert schema.field("yaw_deg").metadata[b"unit"] == b"deg"
    assert schema.field("width").metadata[b"unit"] == b"px"
    assert str(schema.field("status").type).startswith("dictionary<values=string")
    assert str(schema.field("taken").type) == "timestamp[us]"


def test_no_nan_is_left_in_the_file(path: Path) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc

    table = parquet.read_table(path)
    for name in table.column_names:
        column = table[name]
        flat = (
            column.combine_chunks().flatten()
            if pa.types.is_fixed_size_list(column.type)
            else column
        )
        if pa.types.is_floating(flat.type):
            assert not pc.any(pc.is_nan(flat)).as_py(), name


def test_landmarks_and_text_come_back_from_it(path: Path, rows: Landmarks, tmp_path: Path) -> None:
    read = read_landmarks(path)
    for name in ("points", "spread", "pose", "blendshapes", "status", "reason", "quality"):
        np.testing.assert_array_equal(getattr(read, name), getattr(rows, name), err_msg=name)
    clocks = ["2026-03-02T18:15:00", "", "2026-03-04", "2026-03-05T07:08:09.500000"]
    assert read.taken.tolist() == clocks
    write_csv(path, tmp_path / "scores.csv")
    lines = (tmp_path / "scores.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[1] for line in lines] == ["taken", *clocks]
    assert "nan" not in "".join(lines)
    assert "NaT" not in "".join(lines)


def test_an_odd_time_is_named() -> None:
    with pytest.raises(InvalidInputError, match="'last spring'"):
        Measurements({"photo": ["a"], "taken": ["last spring"]}).to_arrow()


def test_tables_of_no_rows_and_of_other_statuses_fit_together() -> None:
    import pyarrow as pa

    table = measure(photo())
    several = [table.to_arrow(), table.select([]).to_arrow(), measure(photo()[:0]).to_arrow()]
    assert pa.concat_tables([each.replace_schema_metadata(None) for each in several]).num_rows == 1
    assert measure(photo()).with_columns(status=["odd"]).to_arrow()["status"].to_pylist() == ["odd"]
