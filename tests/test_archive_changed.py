"""Archives over photos that come, go, are listed twice or named oddly: no row lost, doubled or swapped."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

import asymmetry
from asymmetry.archive import Summary
from asymmetry.archive.jobs import find_jobs

parquet = pytest.importorskip("pyarrow.parquet", reason="the extra table is not installed")


def torn(path: Path, content: str = "") -> Path:
    """A photo that can't be scored, which is said at once; its hash tells it from others."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\xff\xd8 torn " + (content or path.name).encode(errors="replace"))
    return path


def score(source: Path | str, path: Path, **options: Any) -> Summary:
    """Score an archive without processes."""
    return asymmetry.score_archive(source, path, method="plain", workers=0, **options)


def rows(path: Path, *columns: str) -> list[tuple[Any, ...]]:
    """The rows of an archive's file: some of its columns."""
    table = parquet.read_table(path, columns=list(columns))
    return list(zip(*(table[name].to_pylist() for name in columns), strict=True))


@pytest.mark.parametrize("again", [{"update": True}, {"retry_failed": True}, {}])
def test_a_photo_listed_twice_keeps_both_rows_and_moves_no_other(
    tmp_path: Path, again: dict[str, bool]
) -> None:
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        torn(tmp_path / name)
    (tmp_path / "list.csv").write_text(
        "photo,subject\na.jpg,A\nb.jpg,B\na.jpg,A2\ngone.jpg,G\nc.jpg,C\n"
    )
    path, columns = tmp_path / "s.parquet", ("photo", "subject", "sha256")
    score(tmp_path / "list.csv", path)
    before = rows(path, *columns)
    torn(tmp_path / "gone.jpg")  # so that there is something to do
    assert score(tmp_path / "list.csv", path, **again).photos == 5
    after = rows(path, *columns)
    assert [row[:2] for row in after] == [row[:2] for row in before]
    assert [row for row in after if row[0] != "gone.jpg"] == [
        row for row in before if row[0] != "gone.jpg"
    ]


def test_a_photo_listed_twice_that_is_gone_keeps_both_rows(tmp_path: Path) -> None:
    for name in ("a.jpg", "b.jpg"):
        torn(tmp_path / name)
    listed, path = tmp_path / "list.csv", tmp_path / "s.parquet"
    listed.write_text("photo,subject\na.jpg,A\na.jpg,A2\nb.jpg,B\n")
    score(listed, path)
    listed.write_text("photo,subject\nb.jpg,B\n")
    score(listed, path, retry_failed=True)
    assert sorted(rows(path, "photo", "subject")) == [
        ("a.jpg", "A"),
        ("a.jpg", "A2"),
        ("b.jpg", "B"),
    ]


@pytest.mark.skipif(os.name == "nt", reason="names are texts there")
def test_a_name_that_is_no_text_is_known_again(tmp_path: Path) -> None:
    odd = torn(tmp_path / "photos" / os.fsdecode(b"a\xff.jpg"))
    torn(tmp_path / "photos" / "b.jpg")
    path = tmp_path / "s.parquet"
    score(tmp_path / "photos", path)
    before = rows(path, "photo", "sha256")
    assert score(tmp_path / "photos", path, update=True).scored == 0
    torn(odd, "as it should be")
    score(tmp_path / "photos", path, retry_failed=True)
    after = rows(path, "photo", "sha256")
    assert [name for name, _ in after] == [name for name, _ in before]
    assert after[0] != before[0]
    assert after[1] == before[1]


@pytest.mark.parametrize(
    "photo", ["/mnt/disk/P1/a.jpg", r"D:\disk\P1\a.jpg", r"\\server\disk\a.jpg", "../P1/a.jpg"]
)
def test_a_whole_path_in_a_list_names_no_person(tmp_path: Path, photo: str) -> None:
    listed = tmp_path / "list.csv"
    listed.write_text(f"photo,subject\n{photo},\nP2/b.jpg,\nhttps://host/P3/c.jpg,\n{photo},P4\n")
    assert [job.record.subject for job in find_jobs(str(listed))] == ["", "P2", "", "P4"]
    assert {job.record.subject for job in find_jobs(str(listed), r"(P\d)/")} >= {"P3"}
