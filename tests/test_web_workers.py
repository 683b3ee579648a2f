"""``gunicorn --preload``: workers forked after the Extractor was made and used give the same numbers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from asymmetry import Extractor, measure
from tests.conftest import ROOT
from tests.photos import encoded

pytest.importorskip("gunicorn", reason="gunicorn is not installed: it is in the extra dev")
httpx = pytest.importorskip("httpx", reason="httpx is not installed: it is in the extra dev")
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")

POSTS, CLIENTS, WORKERS = 50, 4, 2
#: The server is ended after this, and the test fails.
SECONDS = 120
SERVICE = """
import json, os, pathlib
from asymmetry import Extractor, measure

extractor = Extractor(method="plain", threads=1)
extractor.extract([pathlib.Path(os.environ["FIRST_PHOTO"])])  # used before the fork


def app(environ, start_response):
    photo = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    numbers = measure(extractor.extract([photo])).to_dict()
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"worker": os.getpid(), "numbers": numbers}).encode()]
"""


@pytest.fixture(scope="module")
def photos(portrait_path: Path, astronaut_path: Path) -> list[bytes]:
    found = []
    for path in (portrait_path, astronaut_path):
        with Image.open(path) as image:
            small = image.convert("RGB").resize((240, 240))
        found += [encoded(small.rotate(angle, fillcolor=(128,) * 3), "JPEG") for angle in (0, 5)]
    return found


@pytest.fixture
def client(astronaut_path: Path, tmp_path: Path) -> Iterator[Any]:
    """Speaks to a server that has begun to answer."""
    (tmp_path / "service.py").write_text(SERVICE, encoding="utf-8")
    with tempfile.TemporaryDirectory() as short:  # a socket's path has at most 107 letters
        socket = f"{short}/http"
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "--preload",
            f"--workers={WORKERS}",
            f"--bind=unix:{socket}",
        ]
        path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        server = subprocess.Popen(
            [*command, f"--timeout={SECONDS}", "--log-level=warning", "service:app"],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": path, "FIRST_PHOTO": str(astronaut_path)},
        )
        try:
            deadline = time.monotonic() + SECONDS
            while not Path(socket).exists():
                assert server.poll() is None, "the server has ended"
                assert time.monotonic() < deadline, "the server does not begin"
                time.sleep(0.05)
            with httpx.Client(
                transport=httpx.HTTPTransport(uds=socket),
                base_url="http://service",
                timeout=SECONDS,
            ) as opened:
                yield opened
        finally:
            server.terminate()
            server.wait(SECONDS)


def test_every_worker_gives_the_numbers_of_one_process(client: Any, photos: list[bytes]) -> None:
    with Extractor(method="plain", threads=1) as extractor:
        known = [
            json.loads(json.dumps(measure(extractor.extract([photo])).to_dict()))
            for photo in photos
        ]

    def post(i: int) -> int:
        answer = client.post("/", content=photos[i % len(photos)]).json()
        assert answer["numbers"] == known[i % len(photos)]
        return int(answer["worker"])

    deadline = time.monotonic() + SECONDS
    workers: set[int] = set()
    with ThreadPoolExecutor(CLIENTS) as pool:
        while len(workers) < WORKERS:  # which worker takes a post is the system's affair
            assert time.monotonic() < deadline, "one worker answers all"
            workers.update(pool.map(post, range(POSTS)))
