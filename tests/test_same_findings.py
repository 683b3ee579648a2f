"""Python, the terminal, the report and an archive say the same of the same photos."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from asymmetry import Landmarks, Series
from asymmetry.report import render
from asymmetry.synthetic import face
from asymmetry.terminal import change_lines
from tests.pages import Page, dated

DAYS = [-7, -3, 7, 14, 21, 28]
TREATED_ON = "2026-03-01"


def shown() -> Landmarks:
    """A brow that drops and a lid that dropped, and one photo as a mirrored selfie; a smile a visit."""
    uneven = {"mouth_corner_right_mm": 2.0, "upper_lid_right_mm": -0.8}
    still = face(
        6,
        brow_left_mm=[0, 0, -3.0, -3.5, -3.5, -3.5],
        upper_lid_left_mm=[0, 0, -2.2, -2.2, 0, 0],
        brow_right_mm=1.5,
        noise_px=0.2,
        **uneven,
    )
    smiling = face(
        6, mouth_corner_right_mm=10.0, mouth_corner_left_mm=[8, 8, 2, 2, 2, 2], noise_px=0.2
    )
    both = Landmarks.concat([still, smiling])
    names = [f"{TREATED_ON[:-3]} {n} {kind}.jpg" for kind in ("rest", "smile") for n in range(6)]
    return replace(dated(both, DAYS * 2, names), provenance={"method": "made"})


@pytest.fixture(scope="module")
def series() -> Series:
    expression = ["rest"] * 6 + ["smile_open"] * 6
    return Series.from_landmarks(shown(), treated_on=TREATED_ON, expression=expression)


def without_breaks(text: str) -> str:
    return " ".join(text.split())


def test_there_is_something_to_say(series: Series) -> None:
    assert {each.part for each in series.findings} >= {"brow_height", "mrd1", "smile_open"}
    assert {"brow drop", "lid drop", "weak movement"} <= {each.rule for each in series.concerns()}


def test_the_terminal_says_the_findings(series: Series) -> None:
    printed = without_breaks("\n".join(change_lines(series)))
    for told in (*series.findings, *series.concerns()):
        assert without_breaks(told.words) in printed


@pytest.mark.slow
def test_the_report_says_the_findings(series: Series) -> None:
    page = Page(render(series)).text
    for told in (*series.findings, *series.concerns()):
        assert without_breaks(told.words) in page


def test_a_kept_series_says_the_findings(series: Series, tmp_path: Path) -> None:
    series.save(tmp_path / "kept.npz")
    kept = Series.load(tmp_path / "kept.npz").findings
    assert [each.to_dict() for each in kept] == [each.to_dict() for each in series.findings]


def test_an_archive_says_the_findings(series: Series, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow.parquet", reason="the extra table is not installed")
    from asymmetry.archive.jobs import Job
    from asymmetry.archive.parquet import part_table, write_part
    from asymmetry.archive.rows import Row
    from asymmetry.photos.record import describe_photo

    found = shown()
    names = found.photo.tolist()
    jobs = [Job(str(tmp_path / name), describe_photo(name, subject="Ada")) for name in names]
    rows = [Row(found[row]) for row in range(len(found))]
    write_part(
        part_table(jobs, rows, found.provenance, landmarks=True), tmp_path / "scores.parquet"
    )
    made = Series.from_archive(tmp_path / "scores.parquet", "Ada", treated_on=TREATED_ON)
    assert np.array_equal(made.static["expression"], series.static["expression"])
    assert [each.words for each in made.findings] == [each.words for each in series.findings]
    assert [each.words for each in made.concerns()] == [each.words for each in series.concerns()]
    assert str(made.review()) == str(series.review())
