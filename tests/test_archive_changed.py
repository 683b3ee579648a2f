"""Archives over photos that come, go, are listed twice or named oddly: no row lost, doubled or swapped."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

import asymmetry
from asymmetry.archive import Progress, Summary, ledger
from asymmetry.archive import parquet as tables
from asymmetry.archive.ledger import FEWEST, Ledger
from asymmetry.errors import DestinationError, InvalidInputError

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


def interrupt(source: Path, path: Path, **options: Any) -> None:
    """A run that is interrupted in its second part."""

    def stop(now: Progress) -> None:
        if now.done > FEWEST:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        score(source, path, progress=stop, **options)


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A folder of photos for three parts."""
    for number in range(2 * FEWEST + 2):
        torn(tmp_path / "photos" / f"{number:03d}.jpg")
    return tmp_path / "photos"


@pytest.mark.parametrize("then", [{}, {"update": True}, {"retry_failed": True}])
@pytest.mark.parametrize("begun", [{"update": True}, {"retry_failed": True}, {"overwrite": True}])
def test_an_interrupted_run_is_finished_as_it_was_begun(
    many: Path, tmp_path: Path, begun: dict[str, bool], then: dict[str, bool]
) -> None:
    path = tmp_path / "s.parquet"
    score(many, path)
    (many / "000.jpg").unlink()
    torn(many / "060.jpg", "changed")
    before = dict(rows(path, "photo", "sha256"))
    interrupt(many, path, **begun)
    torn(many / "new.jpg")
    score(many, path, **then)
    found = rows(path, "photo", "sha256")
    after = dict(found)
    assert len(after) == len(found)
    gone = "update" in (*begun, *then) or "overwrite" in begun
    assert ("000.jpg" in after) is not gone
    assert gone or after["000.jpg"] == before["000.jpg"]
    assert ("new.jpg" in after) is ("update" in then and then != begun)
    assert after["060.jpg"] != before["060.jpg"]  # it failed before, so that each of them reads it


def test_an_update_takes_in_what_came_after_an_interrupted_first_run(
    many: Path, tmp_path: Path
) -> None:
    path = tmp_path / "s.parquet"
    interrupt(many, path)
    (many / "000.jpg").unlink()
    torn(many / "new.jpg")
    made = score(many, path, update=True)
    assert made.photos == len(list(many.iterdir()))
    assert {"new.jpg"} == {name for (name,) in rows(path, "photo")} - {
        f"{number:03d}.jpg" for number in range(made.photos + 1)
    }


def test_no_run_has_scored_more_photos_than_there_are(many: Path, tmp_path: Path) -> None:
    interrupt(many, tmp_path / "s.parquet")
    for path in sorted(many.iterdir())[3:]:
        path.unlink()
    made = score(many, tmp_path / "s.parquet", update=True)
    assert (made.photos, made.scored) == (3, 3)


def test_overwriting_begins_anew_after_an_interrupted_retry(many: Path, tmp_path: Path) -> None:
    path = tmp_path / "s.parquet"
    score(many, path)
    (many / "000.jpg").unlink()
    interrupt(many, path, retry_failed=True)
    made = score(many, path, overwrite=True)
    assert (made.photos, made.scored) == (2 * FEWEST + 1, 2 * FEWEST + 1)


def test_a_retry_whose_file_is_gone_meanwhile_begins_anew(many: Path, tmp_path: Path) -> None:
    path = tmp_path / "s.parquet"
    score(many, path)
    (many / "060.jpg").unlink()
    interrupt(many, path, retry_failed=True)
    path.unlink()
    assert score(many, path).photos == 2 * FEWEST + 1
    assert all(digest for _, digest in rows(path, "photo", "sha256"))


def test_a_folder_of_parts_that_was_deleted_in_part_costs_nothing(
    many: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s.parquet"
    folder, whole = Ledger.folder_of(path), shutil.rmtree

    def one_part(where: Path, **how: bool) -> None:
        if where == folder:  # as far as a kill let it come
            next(folder.glob("part*.parquet")).unlink()
        else:
            whole(where, **how)

    with monkeypatch.context() as broken:
        broken.setattr(shutil, "rmtree", one_part)
        score(many, path)
    assert folder.is_dir()
    assert score(many, path).scored == 0
    assert not folder.exists()


@pytest.mark.parametrize("again", [{}, {"overwrite": True}])
def test_a_list_is_not_overwritten_by_the_text_of_an_archive(
    tmp_path: Path, again: dict[str, bool]
) -> None:
    torn(tmp_path / "a.jpg")
    listed = tmp_path / "manifest.csv"
    listed.write_text("photo,taken,expression\na.jpg,2026-03-01,rest\n")
    said = listed.read_bytes()
    with pytest.raises(DestinationError, match=r"manifest\.csv: .* is not overwritten"):
        score(tmp_path, tmp_path / "manifest.parquet", csv=True, **again)
    assert listed.read_bytes() == said
    assert not (tmp_path / "manifest.parquet").exists()


def test_text_asked_for_later_is_that_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "s.parquet"
    torn(tmp_path / "photos" / "a.jpg")
    score(tmp_path / "photos", path, csv=True)
    torn(tmp_path / "photos" / "b.jpg")
    score(tmp_path / "photos", path, update=True)
    os.utime(path.with_suffix(".csv"), (1, 1))  # before the update
    score(tmp_path / "photos", path, csv=True)
    assert asymmetry.Measurements.from_csv(path.with_suffix(".csv"))["photo"].tolist() == [
        "a.jpg",
        "b.jpg",
    ]
    os.utime(path, (1, 1))
    when = path.with_suffix(".csv").stat().st_mtime_ns
    score(tmp_path / "photos", path, csv=True)
    assert path.with_suffix(".csv").stat().st_mtime_ns == when  # it holds all there is


@pytest.mark.parametrize(
    ("number", "told"),
    [(errno.EWOULDBLOCK, "another run is writing it"), (errno.ENOLCK, "can't be locked")],
)
def test_a_drive_without_locks_is_not_another_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, told: str
) -> None:
    def refuse(_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(ledger, "_lock", refuse)
    torn(tmp_path / "photos" / "a.jpg")
    with pytest.raises(DestinationError, match=told):
        score(tmp_path / "photos", tmp_path / "s.parquet")


@pytest.mark.skipif(os.name == "nt", reason="names have no colons there")
def test_a_name_that_begins_as_a_url_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torn(tmp_path / "photos" / "a.jpg")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidInputError, match="reads as a URL: give the whole path"):
        score("photos", Path("run:1.parquet"))
    assert score("photos", tmp_path / "run:1.parquet").photos == 1


@pytest.mark.skipif(os.name == "nt", reason="names are texts there")
def test_a_path_that_is_no_text_is_refused_in_words(tmp_path: Path) -> None:
    torn(tmp_path / "photos" / "a.jpg")
    with pytest.raises(InvalidInputError, match="under a path that is not text"):
        score(tmp_path / "photos", tmp_path / os.fsdecode(b"s\xff.parquet"))


def test_rows_are_kept_in_whatever_order_a_list_has_now(
    many: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "GROUP_ROWS", 20)
    listed, path = tmp_path / "list.csv", tmp_path / "s.parquet"
    names = [f"photos/{each.name}" for each in sorted(many.iterdir())]
    listed.write_text("\n".join(["photo", *names]))
    score(listed, path)
    before = dict(rows(path, "photo", "sha256"))
    names = [*names[40:], *names[39:30:-1], *names[:31]]
    torn(many / "032.jpg", "changed")
    listed.write_text("\n".join(["photo", *names]))
    read: list[int] = []
    whole = parquet.ParquetFile.read_row_group
    monkeypatch.setattr(
        parquet.ParquetFile,
        "read_row_group",
        lambda file, at: [read.append(at), whole(file, at)][1],
    )
    score(listed, path, update=True)
    after = rows(path, "photo", "sha256")
    assert [name for name, _ in after] == names
    assert {name for name, digest in after if before[name] != digest} == {"photos/032.jpg"}
    assert len(read) <= 3 * 4  # each of the groups once for each part, not for each row


def log_out(patch: pytest.MonkeyPatch) -> None:
    """Answer for most photos as a network drive does when the login has run out."""
    whole = Path.stat

    def refuse(place: Path, **how: bool) -> os.stat_result:
        if place.name >= "040.jpg" and place.suffix == ".jpg":
            raise PermissionError(errno.EACCES, "Permission denied")
        return whole(place, **how)

    patch.setattr(Path, "stat", refuse)


def test_a_photo_that_may_not_be_read_for_now_is_told_and_read_again(
    many: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s.parquet"
    with monkeypatch.context() as out:
        log_out(out)
        assert score(many, path).unread == 2 * FEWEST + 2 - 40
    made = score(many, path)
    assert (made.unread, made.scored) == (0, 2 * FEWEST + 2 - 40)
    assert all(digest for _, digest in rows(path, "photo", "sha256"))


def test_an_update_in_an_outage_keeps_rows_and_says_so(
    many: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s.parquet"
    score(many, path)
    before = rows(path, "photo", "sha256", "reason")
    torn(many / "000.jpg", "changed")
    with monkeypatch.context() as out:
        log_out(out)
        made = score(many, path, update=True)
    assert (made.unread, made.scored) == (2 * FEWEST + 2 - 40, 1)
    assert rows(path, "photo", "sha256", "reason")[1:] == before[1:]
    assert score(many, path, update=True).unread == 0


def test_a_file_with_columns_of_somebody_s_own_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "s.parquet"
    torn(tmp_path / "photos" / "a.jpg")
    score(tmp_path / "photos", path)
    table = parquet.read_table(path)
    parquet.write_table(table.append_column("site", [["x"]]), path)
    torn(tmp_path / "photos" / "b.jpg")
    with pytest.raises(
        InvalidInputError, match=r"not those of an archive \(site\); use another name"
    ):
        score(tmp_path / "photos", path, update=True)
    assert parquet.read_table(path).column_names[-1] == "site"
