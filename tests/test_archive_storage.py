"""Archives behind URLs a second time in one process, as in a service: what has changed there is seen."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from asymmetry.archive.jobs import find_jobs
from tests.test_archive_changed import rows, score

fsspec = pytest.importorskip("fsspec", reason="the extra archive is not installed")


def pack(path: Path, contents: Mapping[str, str]) -> None:
    """Photos in a ZIP file that takes the place of an older one."""
    new = path.with_name("new.zip")
    with zipfile.ZipFile(new, "w") as packed:
        for name, content in contents.items():
            packed.writestr(name, b"\xff\xd8 torn " + content.encode())
    new.replace(path)


@pytest.mark.skipif(os.name == "nt", reason="a file that is open is not replaced there")
def test_a_zip_file_that_was_replaced_is_read_anew(tmp_path: Path) -> None:
    packed, path = tmp_path / "photos.zip", tmp_path / "s.parquet"
    pack(packed, {"a.jpg": "one", "b.jpg": "two"})
    score(f"zip://::{packed}", path)
    before = dict(rows(path, "photo", "sha256"))
    pack(packed, {"a.jpg": "other", "b.jpg": "two", "c.jpg": "three"})
    made = score(f"zip://::{packed}", path, update=True)
    after = dict(rows(path, "photo", "sha256"))
    assert (made.photos, made.scored, made.unread) == (3, 2, 0)
    assert after["a.jpg"] != before["a.jpg"]
    assert after["b.jpg"] == before["b.jpg"]


class Listed(fsspec.AbstractFileSystem):  # type: ignore[misc]  fsspec has no types
    """A storage that keeps the names that it has listed, as those of clouds do."""

    protocol = "listed"
    names: list[str] = []  # noqa: RUF012  of all its instances

    def ls(self, path: str, **_: object) -> list[Any]:
        if path not in self.dircache:
            self.dircache[path] = [{"name": name, "size": 1, "type": "file"} for name in self.names]
        return list(self.dircache[path])

    def isfile(self, path: str) -> bool:
        return path.endswith(".jpg")

    def invalidate_cache(self, *_: object) -> None:
        self.dircache.clear()


def test_names_are_listed_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    fsspec.register_implementation("listed", Listed, clobber=True)
    monkeypatch.setattr(Listed, "names", ["photos/a.jpg"])
    assert [job.photo for job in find_jobs("listed://photos")] == ["a.jpg"]
    monkeypatch.setattr(Listed, "names", ["photos/a.jpg", "photos/b.jpg"])
    assert [job.photo for job in find_jobs("listed://photos")] == ["a.jpg", "b.jpg"]
