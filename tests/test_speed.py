"""The speed benchmark runs, and its stages add up; how long anything takes is not tested."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks import speed
from benchmarks.speed_docs import markdown

pytest.importorskip("pyarrow", reason="the extra archive is not installed")


def test_stages_are_all_there_and_the_photo_is_scored(tmp_path: Path) -> None:
    path = speed.saved(tmp_path / "a.jpg", speed.photo(600, 800))
    found = speed.stages(path, 1, method="fast")
    assert list(found) == ["read", "decode", "landmark", "refine", "measure", "write"]
    assert all(seconds > 0 for seconds in found.values())


def test_each_pipeline_has_a_ratio(tmp_path: Path) -> None:
    path = speed.saved(tmp_path / "a.jpg", speed.photo(600, 800))
    rows = speed.pipelines(path, 1)
    assert rows[1][2:] == ["1.00", "1.00"]
    assert len(rows) == 9
    assert all(re.fullmatch(r"\d+\.\d\d", row[2]) for row in rows[1:])


def test_tables_are_markdown() -> None:
    assert markdown([["a", "b"], ["c", "1"]]) == "| a | b |\n|---|---:|\n| c | 1 |"
