"""A server that is killed at any moment: whatever it acknowledged is there when it starts again."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from contextlib import suppress
from pathlib import Path

import httpx
import numpy as np

from asymmetry.web.store.store import Store
from tests.photos import encoded
from tests.servers import Served, running_server

KILLS, LONGEST, BUDGET = 30, 1.5, 120.0


class Acknowledged:
    """What the server said it has kept."""

    def __init__(self) -> None:
        self.photos: set[str] = set()
        self.facts: dict[str, str] = {}
        self.sure = threading.Lock()


def work(server: Served, patient: str, seed: int, kept: Acknowledged) -> None:
    """Upload and correct until the server is gone."""
    draw = np.random.default_rng(seed)
    client = httpx.Client(base_url=server.base, headers=server.client.headers, timeout=30)
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
    while kills < KILLS and time.monotonic() - began < BUDGET:
        with running_server(folder, "--workers", "1") as server:
            threads = [
                threading.Thread(target=work, args=(server, patient, 2 * kills + i, kept))
                for i in range(2)
            ]
            for thread in threads:
                thread.start()
            time.sleep(moments.uniform(0, LONGEST))
            server.kill()
            for thread in threads:
                thread.join()
        kills += 1
        check_store(folder, patient, kept)
    assert kills >= min(KILLS, 5)
    assert kept.facts


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
