"""How archives that are broken on purpose are judged. The breaking: ``python -m benchmarks.broken``."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.broken import KINDS, SPOILS, Trial, judge

SAME = b"the rows of an undisturbed run"


@pytest.mark.parametrize(
    ("code", "told", "rows", "verdict"),
    [
        (None, "", SAME, "HANG"),
        (0, "300 photos", SAME, "same rows"),
        (0, "300 photos", b"fewer", "LOST in silence"),
        (0, "300 photos", None, "LOST in silence"),
        (1, "Traceback (most recent call last)", None, "TRACEBACK"),
        (3, "4 photos could not be read for now", b"fewer", "to be run again"),
        (143, "", None, "to be run again"),
    ],
)
def test_an_end_is_judged(
    code: int | None, told: str, rows: bytes | None, verdict: str, tmp_path: Path
) -> None:
    trial = Trial(tmp_path / "photos", tmp_path / "scores.parquet")
    if rows is not None:
        trial.destination.write_bytes(rows)
    assert judge(code, told, trial, SAME) == verdict


def test_each_way_of_damage_changes_a_file() -> None:
    data = bytes(range(1, 100))
    spoilt = [spoil(data) for spoil in SPOILS.values()]
    assert data not in spoilt
    assert len(set(spoilt)) == len(SPOILS)


def test_enough_is_tried() -> None:
    runs = {kind: [name for name, _ in list_runs()] for kind, list_runs in KINDS.items()}
    assert all(len(set(names)) == len(names) for names in runs.values())
    assert len(runs["workers killed at their start"]) == 20
    assert len(runs["parts and lists damaged"]) == 20
