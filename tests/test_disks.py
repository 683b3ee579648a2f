"""Folders as disks have them: links to others, and those that only the system may list."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from asymmetry.errors import InvalidInputError
from asymmetry.photos.listing import find_leftovers, image_files
from tests.test_series import photos


def test_a_linked_folder_is_told_where_it_leads_elsewhere(tmp_path: Path) -> None:
    photos(tmp_path, "all/P1/2026-03-01.jpg", "old/2026-03-02.jpg")
    links = {
        "old disk": tmp_path / "old",
        "same": tmp_path / "all" / "P1",
        "loop": tmp_path / "all",
    }
    for name, target in links.items():
        try:
            (tmp_path / "all" / name).symlink_to(target, target_is_directory=True)
        except OSError:
            pytest.skip("links can't be made here")
    found = [
        (each.path.name, each.note.code, each.missed) for each in find_leftovers(tmp_path / "all")
    ]
    assert found == [("old disk", "linked_folder", True)]
    assert [path.name for path in image_files(tmp_path / "all")] == ["2026-03-01.jpg"]


@pytest.mark.parametrize("name", ["lost+found", "System Volume Information"])
def test_a_disk_can_be_read_from_its_top(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    photos(tmp_path, "P1/2026-03-01.jpg", f"{name}/x.jpg", "P2/2026-03-02.jpg")
    whole = os.scandir
    closed = {name}

    def list_open(folder: Path) -> Any:
        if Path(folder).name in closed:
            raise PermissionError(errno.EACCES, "Permission denied")
        return whole(folder)

    monkeypatch.setattr("os.scandir", list_open)
    assert [path.parent.name for path in image_files(tmp_path)] == ["P1", "P2"]
    (other,) = find_leftovers(tmp_path)
    assert (other.path.name, other.note.code, other.missed) == (name, "not_read", False)
    closed.add("P2")
    with pytest.raises(InvalidInputError, match=r"P2: can't be listed \(Permission denied\)"):
        image_files(tmp_path)
