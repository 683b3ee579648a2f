"""A real server of the local page, in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import IO, Any

import httpx
import jsonschema

PATIENCE = 120.0
#: On which the photos of `tests.clinic` were taken.
DAYS = ("2026-03-02", "2026-03-09", "2026-03-16")
API: dict[str, Any] = json.loads(
    (resources.files("asymmetry.web") / "openapi.json").read_text("utf-8")
)


@dataclass(frozen=True)
class Served:
    """A server, and a client with its token."""

    folder: Path
    process: subprocess.Popen[str]
    address: str
    base: str
    token: str
    client: httpx.Client

    def add_patient(self, **facts: Any) -> str:
        answer = self.client.post("/api/patients", json={"name": "P-17", **facts})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def bring(self, patient: str, photos: Sequence[tuple[str, bytes]]) -> httpx.Response:
        files = [("photos", (name, data, "image/jpeg")) for name, data in photos]
        return self.client.post(f"/api/patients/{patient}/photos", files=files)

    def wait(self, photo: str) -> dict[str, Any]:
        """The photo, once it is read."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            shown: dict[str, Any] = self.client.get(f"/api/photos/{photo}").json()
            if shown["status"] != "queued":
                return shown
            time.sleep(0.05)
        raise AssertionError(f"{photo} was not read")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE)


@contextmanager
def running_server(
    folder: Path, *options: str, said: IO[str] | None = None, under: Sequence[str] = ()
) -> Iterator[Served]:
    """Start a server without a demo on a free port; it is ended with SIGTERM, and has to end well.

    It runs ``under`` another program, such as strace.
    """
    command = [
        *under,
        sys.executable,
        "-m",
        "asymmetry",
        "serve",
        "--no-browser",
        "--no-demo",
        "--data",
        str(folder),
    ]
    process = subprocess.Popen(
        [*command, *options],
        stdout=subprocess.PIPE,
        stderr=said,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    assert address, "the server did not start"
    base, token = address.split("/?token=")
    with httpx.Client(
        base_url=base, timeout=PATIENCE, headers={"authorization": f"Bearer {token}"}
    ) as client:
        try:
            yield Served(folder, process, address, base, token, client)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                code = process.wait(PATIENCE)
                process.stdout.close()
                assert code == 0, f"the server ended with {code}"
            else:
                process.stdout.close()


def check(name: str, value: Any) -> None:
    """An answer is as the description says."""
    jsonschema.Draft202012Validator({**API, "$ref": f"#/components/schemas/{name}"}).validate(value)
