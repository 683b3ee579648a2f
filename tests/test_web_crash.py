"""A server that is killed at any moment: whatever it acknowledged is there when it starts again."""

from __future__ import annotations

import multiprocessing
import random
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from asymmetry.archive.jobs import Job
from asymmetry.archive.rows import Row
from asymmetry.web import work
from asymmetry.web.server import serve
from asymmetry.web.store.store import Store
from tests.faces import photo as made_face
from tests.photos import encoded
from tests.servers import PATIENCE

#: At least and at most so many kills, as many as there is time for; each after so many seconds at most.
FEWEST, KILLS, BUDGET, LONGEST = 5, 30, 120.0, 0.5
#: Imports of a server: done once, and each one is forked from there.
LOADED = ["asymmetry.web.app", "asymmetry.web.demo", "asymmetry.web.work", "uvicorn"]


class Acknowledged:
    """Photos and facts that the server said it has kept."""

    def __init__(self) -> None:
        self.photos: set[str] = set()
        self.facts: dict[str, str] = {}
        self.sure = threading.Lock()


class AtOnce:
    """A pool that finds a face in each photo at once: servers are killed while they keep points, too."""

    workers = 1

    def __init__(self, *_: Any, **__: Any) -> None:
        self._face = made_face()

    def start(self) -> None:
        """There is nothing to start."""

    def close(self) -> None:
        """There is nothing to end."""

    def score(self, job: Job) -> Row:
        return Row(self._face, record=job.record)


def run(folder: Path, address: Connection) -> None:
    work.Pool = AtOnce  # type: ignore[assignment,misc]
    serve(folder, open_browser=False, demo=False, workers=1, announce=address.send)


@contextmanager
def killed_server(folder: Path) -> Iterator[tuple[str, str]]:
    """Base and token of a server, which is killed at the end of the block."""
    known = multiprocessing.get_all_start_methods()
    method = multiprocessing.get_context("forkserver" if "forkserver" in known else "spawn")
    if "forkserver" in known:
        method.set_forkserver_preload(LOADED)
    heard, told = method.Pipe(duplex=False)
    process = method.Process(target=run, args=(folder, told))
    process.start()
    assert heard.poll(PATIENCE), "the server did not start"
    base, token = heard.recv().split("/?token=")
    yield base, token
    process.kill()
    process.join(PATIENCE)
    process.close()


def use(base: str, token: str, patient: str, seed: int, kept: Acknowledged) -> None:
    """Upload and correct until the server is gone."""
    draw = np.random.default_rng(seed)
    client = httpx.Client(
        base_url=base, headers={"authorization": f"Bearer {token}"}, timeout=PATIENCE
    )
    with client, suppress(httpx.HTTPError):
        while True:
            noise = draw.integers(0, 255, (40, 30, 3)).astype(np.uint8)
            file = ("photos", (f"{seed}.jpg", encoded(noise, "JPEG"), "image/jpeg"))
            photo = client.post(f"/api/patients/{patient}/photos", files=[file]).json()["ids"][0]
            with kept.sure:
                kept.photos.add(photo)
            reason = str(draw.integers(1e9))
            client.patch(f"/api/photos/{photo}", json={"excluded": reason}).raise_for_status()
            with kept.sure:
                kept.facts[photo] = reason


def test_nothing_that_was_acknowledged_is_lost(tmp_path: Path) -> None:
    folder, kept, moments = tmp_path / "store", Acknowledged(), random.Random(17)
    began, kills = time.monotonic(), 0
    with Store(folder) as store:
        patient = store.add_patient("P-17").id
    while kills < FEWEST or (kills < KILLS and time.monotonic() - began < BUDGET):
        with killed_server(folder) as (base, token):
            threads = [
                threading.Thread(target=use, args=(base, token, patient, 2 * kills + i, kept))
                for i in range(2)
            ]
            for thread in threads:
                thread.start()
            time.sleep(moments.uniform(0, LONGEST))
        for thread in threads:
            thread.join()
        kills += 1
        check_store(folder, patient, kept)
    assert kept.facts
    with Store(folder) as store:
        assert any(photo.status == "ok" for photo in store.photos(patient))


def check_store(folder: Path, patient: str, kept: Acknowledged) -> None:
    """Every acknowledged photo and correction is there, whole, and nothing else is after the next start."""
    database = sqlite3.connect(folder / "store.sqlite")
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    database.close()
    with Store(folder, alone=True) as store:
        there = {photo.id: photo for photo in store.photos(patient)}
        assert kept.photos <= set(there)
        for photo, reason in kept.facts.items():
            assert there[photo].excluded == reason
        paths = {store.path(photo) for photo in there.values()}
        points = {path.with_suffix(".npz") for path in paths}
        files = {path for path in store.photo_folder.rglob("*") if path.is_file()}
        assert paths <= files <= paths | points
