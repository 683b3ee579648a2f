"""Awkward files by all ways in: Python, the commands, a series and an archive give the same numbers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import asymmetry
from asymmetry.cli import main
from asymmetry.core.table import Measurements

#: Of each kind one: turned, in other formats and pixels, without a suffix, damaged, hidden, and no photo.
NAMES = (
    "00_reference.jpg",
    "bitrot.jpg",
    "drawn_mask.jpg",
    "exif_6.jpg",
    "faces_4.jpg",
    "gray16.png",
    "jpeg_without_ext",
    "noface_white.png",
    "palette.png",
    "photo.webp",
    "rotated_noexif_90.jpg",
    "text.jpg",
    "truncated_50.jpg",
)


@pytest.fixture(scope="module")
def folder(ugly: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files, each with a date of its own, so that a series takes them for visits."""
    made = tmp_path_factory.mktemp("photos")
    for day, name in enumerate(NAMES, 1):
        shutil.copy(ugly / name, made / f"2026-03-{day:02d}_rest_{name}")
    return made


@pytest.fixture(scope="module")
def table(folder: Path) -> Measurements:
    with asymmetry.Extractor() as extractor:
        return asymmetry.measure(extractor.extract(sorted(folder.iterdir())))


def by_name(columns: Any) -> dict[str, int]:
    return {Path(str(name)).name: row for row, name in enumerate(columns["photo"])}


def assert_alike(found: Any, table: Measurements) -> None:
    """Every number that the table has, in another table of the same photos in any order."""
    places, wanted = by_name(found), by_name(table)
    assert places.keys() == wanted.keys()
    there, rows = [places[name] for name in wanted], list(wanted.values())
    assert np.asarray(found["status"])[there].tolist() == table["status"][rows].tolist()
    numbers = [name for name in table if table[name].dtype.kind == "f" and name in found]
    assert len(numbers) > 100
    for name in numbers:
        values = np.asarray(found[name], dtype=float)[there]
        np.testing.assert_allclose(values, table[name][rows], atol=1e-4, rtol=0, err_msg=name)


def test_statuses(table: Measurements) -> None:
    ends = {name.split("_rest_")[1]: table["status"][row] for name, row in by_name(table).items()}
    assert {name for name, status in ends.items() if status == "unreadable"} == {
        "text.jpg",
        "truncated_50.jpg",
    }
    assert (ends["faces_4.jpg"], ends["noface_white.png"]) == ("several_faces", "no_face")
    assert "read_past_damage" in table["flags"][by_name(table)["2026-03-02_rest_bitrot.jpg"]]


def test_the_command_gives_the_same(folder: Path, table: Measurements) -> None:
    done = CliRunner().invoke(main, ["photo", "--json", *map(str, sorted(folder.iterdir()))])
    assert done.exit_code == 3, done.output
    rows = json.loads(done.stdout)
    rows = rows["photos"] if isinstance(rows, dict) else rows
    found = {name: [row.get(name) for row in rows] for name in rows[0]}
    found = {name: [np.nan if v is None else v for v in column] for name, column in found.items()}
    assert_alike(found, table)


def test_an_archive_gives_the_same(folder: Path, table: Measurements, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="the extra archive is not installed")
    asymmetry.score_archive(folder, tmp_path / "scores.parquet", workers=0)
    assert_alike(asymmetry.read_archive(tmp_path / "scores.parquet"), table)


def test_a_series_gives_the_same(folder: Path, table: Measurements) -> None:
    series = asymmetry.Series.from_folder(folder)
    measured = asymmetry.measure(series.landmarks)
    assert_alike(measured, table)
