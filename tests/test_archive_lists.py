"""Photos of an archive by lists and patterns: each once, with its own line, whatever the list holds."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from asymmetry.archive.jobs import find_jobs
from asymmetry.errors import InvalidInputError
from tests.test_archive_changed import rows, score, torn


@pytest.mark.parametrize(
    "photo", ["/mnt/disk/P1/a.jpg", r"D:\disk\P1\a.jpg", r"\\server\disk\a.jpg", "../P1/a.jpg"]
)
def test_a_whole_path_in_a_list_names_no_person(tmp_path: Path, photo: str) -> None:
    listed = tmp_path / "list.csv"
    listed.write_text(f"photo,subject\n{photo},\nP2/b.jpg,\nhttps://host/P3/c.jpg,\n{photo},P4\n")
    assert [job.record.subject for job in find_jobs(str(listed))] == ["", "P2", "", "P4"]
    assert {job.record.subject for job in find_jobs(str(listed), r"(P\d)/")} >= {"P3"}


def test_a_pattern_finds_each_photo_once(tmp_path: Path) -> None:
    torn(tmp_path / "a.jpg")
    torn(tmp_path / "x" / "y" / "b.jpg")
    found = find_jobs(f"{tmp_path}/**/**/*.jpg")
    assert [job.photo for job in found] == ["a.jpg", "x/y/b.jpg"]


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_photo_that_a_pattern_finds_behind_a_link_too_has_its_line(tmp_path: Path) -> None:
    torn(tmp_path / "P1" / "a.jpg")
    (tmp_path / "again").symlink_to(tmp_path / "P1", target_is_directory=True)
    (tmp_path / "manifest.csv").write_text("photo,mirrored\na.jpg,yes\n")
    found = find_jobs(f"{tmp_path}/*/*.jpg")
    assert [(job.photo, job.record.mirrored) for job in found] == [
        ("P1/a.jpg", True),
        ("again/a.jpg", True),
    ]


def test_a_pattern_s_photos_have_their_lines_in_manifests(tmp_path: Path) -> None:
    for name in ("P1/a.jpg", "P2/b.jpg"):
        torn(tmp_path / name)
    (tmp_path / "manifest.csv").write_text("photo,mirrored\nP1/a.jpg,yes\ngone.jpg,\n")
    (tmp_path / "P2" / "manifest.csv").write_text("photo,mirrored\nb.jpg,yes\n")
    found = find_jobs(f"{tmp_path}/*/*.jpg")
    assert [(job.photo, job.record.mirrored) for job in found] == [
        ("P1/a.jpg", True),
        ("P2/b.jpg", True),
    ]


def test_a_list_s_name_that_two_files_may_bear_is_neither(tmp_path: Path) -> None:
    torn(tmp_path / "img_1.JPG")
    if torn(tmp_path / "Img_1.jpg").samefile(tmp_path / "img_1.JPG"):
        pytest.skip("letter case does not count on this disk")
    torn(tmp_path / "IMG_2.JPG")
    (tmp_path / "list.csv").write_text("photo\nIMG_1.jpg\nimg_2.jpg\n")
    assert [job.seen for job in find_jobs(str(tmp_path / "list.csv"))] == [False, True]


def test_a_line_is_of_the_file_that_is_called_so_and_not_of_its_namesake(tmp_path: Path) -> None:
    if torn(tmp_path / "A.jpg").samefile(torn(tmp_path / "a.jpg")):
        pytest.skip("letter case does not count on this disk")
    torn(tmp_path / "B.JPG")
    (tmp_path / "manifest.csv").write_text("photo,subject\na.jpg,X\nb.jpg,Y\n")
    found = {job.photo: job.record.subject for job in find_jobs(str(tmp_path))}
    assert found == {"A.jpg": "", "a.jpg": "X", "B.JPG": "Y"}


@pytest.mark.parametrize(
    "line", ["/old/disk/gone.jpg", r"\\server\disk\gone.jpg", r"D:\disk\gone.jpg"]
)
def test_a_whole_path_in_a_folder_s_list_may_lead_nowhere(tmp_path: Path, line: str) -> None:
    folder, path = tmp_path / "photos", tmp_path / "s.parquet"
    torn(folder / "P1" / "a.jpg")
    (folder / "manifest.csv").write_text(f"photo,subject\nP1/a.jpg,\n{line},B\n")
    score(folder, path)
    assert rows(path, "photo", "subject", "flags") == [
        ("P1/a.jpg", "P1", ["unknown_format"]),
        (line.replace("\\", "/"), "B", ["no_such_file"]),
    ]


def test_a_line_too_long_for_a_name_costs_its_own_row(tmp_path: Path) -> None:
    torn(tmp_path / "a.jpg")
    (tmp_path / "list.csv").write_text(f"photo\na.jpg\n{'a remark ' * 40}\n")
    score(tmp_path / "list.csv", tmp_path / "s.parquet")
    (_, first), (_, second) = rows(tmp_path / "s.parquet", "photo", "flags")
    assert (first, second) == (["unknown_format"], ["not_opened"])


def test_a_folder_that_can_not_be_listed_is_not_the_output_s_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    torn(tmp_path / "photos" / "a.jpg")
    monkeypatch.setattr(Path, "iterdir", broken)
    with pytest.raises(InvalidInputError, match=r"photos: can't be listed .*Input/output error"):
        score(tmp_path / "photos", tmp_path / "s.parquet")


def test_a_whole_path_is_of_the_copy_below_the_list(tmp_path: Path) -> None:
    for disk in ("old", "new"):
        torn(tmp_path / disk / "photos" / "P1" / "a.jpg")
    line = (tmp_path / "old" / "photos" / "P1" / "a.jpg").as_posix()
    (tmp_path / "new" / "photos" / "manifest.csv").write_text(f"photo,subject\n{line},X\n")
    found = find_jobs(str(tmp_path / "new" / "photos"))
    assert [(job.photo, job.record.subject) for job in found] == [("P1/a.jpg", "X")]
