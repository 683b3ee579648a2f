"""A disk that is full: told in words, nothing that was kept waits for ever."""

from __future__ import annotations

import asyncio
import errno
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from asymmetry.web.access import Access
from asymmetry.web.app import make_app
from asymmetry.web.desk import Desk
from asymmetry.web.events import Events
from asymmetry.web.guard import Limits
from asymmetry.web.store import store as store_module
from asymmetry.web.store.store import Store
from asymmetry.web.work import Work
from tests.servers import PATIENCE

pytest_plugins = "tests.clinic"

PORT = 8000


class FullDisk:
    """Writes some files, and no more while the disk is full."""

    def __init__(self, write: Callable[..., None], most: int) -> None:
        self.write, self.left = write, most

    def __call__(self, path: Path, write: Callable[[Path], object]) -> None:
        if self.left <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.left -= 1
        self.write(path, write)


def ask(desk: Desk, path: str, photos: dict[str, bytes]) -> httpx.Response:
    """Bring photos to a page without a server."""
    app = httpx.ASGITransport(make_app(desk, PORT))
    token = {"authorization": f"Bearer {desk.access.token}"}

    async def post() -> httpx.Response:
        async with httpx.AsyncClient(
            transport=app, base_url=f"http://127.0.0.1:{PORT}", headers=token
        ) as client:
            return await client.post(
                path, files=[("photos", (name, data)) for name, data in photos.items()]
            )

    return asyncio.run(post())


def test_a_full_disk_is_told_and_what_was_kept_is_read(
    tmp_path: Path, photos: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The third photo of a request can't be kept, then the points of the others, until there is room."""
    disk = FullDisk(store_module.write_whole, 2)
    monkeypatch.setattr(store_module, "write_whole", disk)
    with (
        Store(tmp_path / "store") as store,
        Work(store, lambda _: None, workers=1, pause=0.1) as work,
    ):
        patient = store.add_patient("P").id
        desk = Desk(store, work, Events(), Access(PORT), Limits())
        answer = ask(desk, f"/api/patients/{patient}/photos", photos)
        assert answer.status_code == 507
        assert "No space left on device" in answer.json()["detail"]
        assert [each.waits for each in store.photos(patient)] == [True, True]
        disk.left = len(photos)
        end = time.monotonic() + PATIENCE
        while store.queued() and time.monotonic() < end:
            time.sleep(0.05)
        assert {each.status for each in store.photos(patient)} <= {"ok", "warn"}
