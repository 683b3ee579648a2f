"""A few of the mutations of `benchmarks.fuzz`: files are read, or refused by an error of our own."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from benchmarks import fuzz

SEED, MUTATIONS = 2, 250


def test_mutated_files_are_read_or_refused(tmp_path: Path) -> None:
    for module in ("pillow_heif", "pydicom", "pyarrow", "xlsxwriter", "python_calamine"):
        pytest.importorskip(module, reason="files of every kind are read")
    ends = [fuzz.read_mutation(SEED, number, tmp_path) for number in range(MUTATIONS)]
    assert [end for end in ends if end[1] not in ("read", "refused")] == []
    assert {kind for kind, _ in ends} == set(fuzz.KINDS)
    counts = Counter(end for _, end in ends)
    assert min(counts["read"], counts["refused"]) > MUTATIONS // 10


@pytest.mark.parametrize("kind", fuzz.KINDS)
def test_whole_files_are_read(kind: str, tmp_path: Path) -> None:
    pytest.importorskip("pydicom", reason="files of every kind are made")
    for data in fuzz.seeds()[kind][:1]:
        path = tmp_path / ("ledger.json" if kind == ".json" else f"a{kind}")
        path.write_bytes(data)
        fuzz.KINDS[kind](path)
