"""Folders as disks have them: links to others, and those that only the system may list."""

from __future__ import annotations

from pathlib import Path

import pytest

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
