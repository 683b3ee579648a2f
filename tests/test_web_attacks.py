"""Attacks on the local page: refused or harmless, in clear words, and the page still answers."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from asymmetry.web.access import Access
from asymmetry.web.app import make_app
from asymmetry.web.desk import Desk
from asymmetry.web.events import Events
from asymmetry.web.guard import Limits
from asymmetry.web.store.store import Store
from asymmetry.web.work import Work
from tests.photos import encoded
from tests.servers import DAYS, PATIENCE, Served, check, running_server

pytest_plugins = "tests.clinic"


HTML = b"<html><script>alert(1)</script></html>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


def bomb() -> bytes:
    """A PNG of 30000 by 30000 pixels, all white: small as a file."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", 30000, 30000, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\x00" * 3751 * 300, 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [(HTML, "not"), (SVG, "not"), (b"", "empty"), (bomb(), "900")],
    ids="html svg empty bomb".split(),
)
def test_a_file_that_is_no_photo_is_refused(
    served: Served, patient: str, data: bytes, reason: str
) -> None:
    answer = served.bring(patient, [("../../x<img src=x>.jpg", data)])
    assert answer.status_code == 422
    check("Problem", answer.json())
    assert reason in answer.json()["detail"]
    assert len(served.client.get(f"/api/patients/{patient}/photos").json()) == len(DAYS)


def test_a_photo_without_a_face_keeps_its_reason(served: Served, number: str) -> None:
    grey = encoded(np.full((200, 160, 3), 90, np.uint8), "JPEG")
    (photo,) = served.bring(number, [("grey.jpg", grey)]).json()["ids"]
    shown = served.wait(photo)
    check("Photo", shown)
    assert (shown["status"], shown["points"], shown["metrics"]["brow_height_diff_mm"]["value"]) == (
        "no_face",
        {},
        None,
    )
    answer = served.client.put(
        f"/api/photos/{photo}/points", json={"commissure": {"right": [1, 1]}}
    )
    assert answer.status_code == 409


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/api/patients", {}, 422),
        ("POST", "/api/patients", {"name": " "}, 422),
        ("POST", "/api/patients", {"name": "\u200b\u2060"}, 422),
        ("POST", "/api/patients", {"name": "x" * 201}, 422),
        ("POST", "/api/patients", {"name": "P", "affected": "links"}, 422),
        ("POST", "/api/patients", {"name": "P", "treatments": [{"date": "yesterday"}]}, 422),
        ("POST", "/api/patients", {"name": "P", "colour": "red"}, 422),
        ("POST", "/api/patients", [], 422),
        ("POST", "/api/patients", {"name": "\ud800"}, 422),
        ("GET", "/api/patients/..%2f..%2fetc%2fpasswd", None, 404),
        ("GET", "/api/photos/%2e%2e%2f%2e%2e/image", None, 404),
        ("GET", "/static/..%2fserver.py", None, 404),
        ("GET", "/api/photos/0/image", None, 404),
        ("PUT", "/api/photos/PHOTO/points", {}, 422),
        ("PUT", "/api/photos/PHOTO/points", {"commissure": {"right": [1, "2"]}}, 422),
        ("PUT", "/api/photos/PHOTO/points", {"commissure": {"right": [-5, 2]}}, 422),
        ("PUT", "/api/photos/PHOTO/points", {"commissure": {"right": [10**400, 2]}}, 422),
        ("PUT", "/api/photos/PHOTO/points", {"commissure": {"up": [1, 2]}}, 422),
        ("PUT", "/api/photos/PHOTO/points", {"nose": {"right": [1, 2]}}, 422),
        ("PATCH", "/api/photos/PHOTO", {"expression": "happy"}, 422),
        ("PATCH", "/api/photos/PHOTO", {"taken": "31.3.2026"}, 422),
        ("PATCH", "/api/photos/PHOTO", {"taken": "0002-03-31"}, 422),
        ("PATCH", "/api/photos/PHOTO", {"taken": "9999-12-31"}, 422),
        ("PATCH", "/api/photos/PHOTO", {"mirrored": "yes"}, 422),
        ("GET", "/api/photos/PHOTO/image?width=0", None, 422),
        ("GET", "/api/photos/PHOTO/image?width=1e9", None, 422),
        ("GET", "/api/patients/PATIENT/course?metric=nonsense", None, 422),
        ("GET", "/api/patients/PATIENT/report.html?language=../../secret.toml", None, 422),
        ("GET", "/api/patients/PATIENT/report.exe", None, 404),
        ("POST", "/api/frame", {"no": "frame"}, 422),
        ("DELETE", "/api/patients", None, 405),
    ],
)
def test_a_wrong_request_is_told_in_words(
    served: Served, patient: str, photo: str, method: str, path: str, body: Any, status: int
) -> None:
    path = path.replace("PHOTO", photo).replace("PATIENT", patient)
    content = None if body is None else json.dumps(body)
    answer = served.client.request(method, path, content=content)
    assert answer.status_code == status, answer.text
    if status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        check("Problem", answer.json())
    assert served.client.get("/api/patients").status_code == 200


def test_hostile_words_stay_words(served: Served) -> None:
    words = "<img src=x onerror=alert(1)>"
    number = served.add_patient(name=words)
    served.client.post(f"/api/patients/{number}/notes", json={"date": "2026-03-09", "text": words})
    shown = served.client.get(f"/api/patients/{number}")
    assert shown.headers["content-type"] == "application/json"
    assert shown.json()["name"] == words
    served.client.delete(f"/api/patients/{number}")


def test_a_zip_that_would_climb_or_burst_is_harmless(
    served: Served, photos: dict[str, bytes]
) -> None:
    name, data = next(iter(photos.items()))
    climbing, empty, huge = io.BytesIO(), io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(climbing, "w") as archive:
        archive.writestr("../../../tmp/climbed.jpg", data)
        archive.writestr("/etc/cron.d/evil", b"evil")
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("readme.txt", b"no photo")
    with zipfile.ZipFile(huge, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.jpg", bytes(200 * 2**20))
    before = len(served.client.get("/api/patients").json())
    made = served.client.post(
        "/api/import", files={"archive": ("climbing.zip", climbing.getvalue())}
    )
    assert made.status_code == 201
    (number,) = (each["id"] for each in made.json()["patients"])
    (listed,) = served.client.get(f"/api/patients/{number}/photos").json()
    assert listed["name"].endswith("climbed.jpg")
    assert not Path("/tmp/climbed.jpg").exists()
    served.client.delete(f"/api/patients/{number}")
    broken = [
        _zip_with(data, **{"corrections.csv": "photo,point,side,x,y\na.jpg,nose,right,1,2\n"}),
        _zip_with(data, **{"corrections.csv": "photo,point,side,x,y\na.jpg,ala,right,nan,2\n"}),
        _zip_with(data, **{"manifest.csv": "photo,taken\na.jpg,yesterday\n"}),
        _zip_with(
            data[:2000],
            **{
                "manifest.csv": "photo,mirrored\na.jpg,yes\n",
                "corrections.csv": "photo,point,side,x,y\na.jpg,ala,right,1,2\n",
            },
        ),
    ]
    for content in (empty.getvalue(), huge.getvalue(), b"no zip", *broken):
        answer = served.client.post("/api/import", files={"archive": (f"{name}.zip", content)})
        assert answer.status_code == 422
        check("Problem", answer.json())
        assert "/" not in answer.json()["detail"]
    assert len(served.client.get("/api/patients").json()) == before


def _zip_with(photo: bytes, **lists: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a.jpg", photo)
        for name, text in lists.items():
            archive.writestr(name, text)
    return made.getvalue()


def test_two_hundred_uploads_at_once(served: Served, photos: dict[str, bytes], number: str) -> None:
    data = next(iter(photos.values()))

    def upload(i: int) -> int:
        return served.bring(number, [(f"{i}.jpg", data if i % 20 == 0 else HTML)]).status_code

    with ThreadPoolExecutor(32) as pool:
        codes = list(pool.map(upload, range(200)))
    assert codes == [202 if i % 20 == 0 else 422 for i in range(200)]
    assert (
        len(served.client.get(f"/api/patients/{number}/photos").json()) == 1
    )  # the same bytes each time


def test_a_slow_upload_stops_nobody(served: Served, patient: str) -> None:
    port = int(served.base.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port)) as slow:
        lines = [
            f"POST /api/patients/{patient}/photos HTTP/1.1",
            f"Host: 127.0.0.1:{port}",
            f"Authorization: Bearer {served.token}",
            "Content-Type: multipart/form-data; boundary=x",
            "Content-Length: 1000000",
        ]
        slow.sendall("\r\n".join([*lines, "", "--x\r\n"]).encode())
        assert served.client.get("/api/patients").status_code == 200


def test_a_photo_that_ends_its_worker_costs_its_own_row_only(
    tmp_path: Path, photos: dict[str, bytes]
) -> None:
    """The pool is the archive's, which is tested with such photos; here a worker is killed under way."""
    with running_server(tmp_path / "store", "--workers", "1") as server:
        number = server.add_patient()
        ids = server.bring(number, list(photos.items())).json()["ids"]
        children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
        if not children.exists():
            pytest.skip("this system does not list a process's children")
        for child in children.read_text().split():
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                os.kill(int(child), signal.SIGKILL)
        assert {server.wait(each)["status"] for each in ids} <= {"ok", "warn"}


def test_the_queue_outlives_the_server(tmp_path: Path, photos: dict[str, bytes]) -> None:
    with running_server(tmp_path / "store", "--workers", "1") as server:
        number = server.add_patient()
        ids = server.bring(number, list(photos.items())).json()["ids"]
        server.kill()
    with running_server(tmp_path / "store", "--workers", "1") as server:
        assert {server.wait(each)["status"] for each in ids} <= {"ok", "warn"}


def test_a_second_server_on_the_same_data_says_so(served: Served) -> None:
    command = [sys.executable, "-m", "asymmetry", "serve", "--no-browser"]
    second = subprocess.run(
        [*command, "--data", str(served.folder)], capture_output=True, text=True, check=False
    )
    assert second.returncode == 1
    assert "another asymmetry server" in second.stderr


def test_a_report_runs_its_own_script_alone(served: Served, patient: str) -> None:
    answer = served.client.get(f"/api/patients/{patient}/report.html?photos=false")
    policy = answer.headers["content-security-policy"]
    assert "sandbox allow-scripts" in policy
    (allowed,) = re.findall(r"script-src ([^;]+);", policy)
    (script,) = re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert allowed == f"'sha256-{digest}'"


def test_a_server_ends_quietly_while_a_page_listens(tmp_path: Path) -> None:
    with (
        (tmp_path / "said").open("w") as said,
        running_server(tmp_path / "store", said=said) as server,
    ):
        with server.client.stream("GET", "/api/events") as news:
            lines = news.iter_lines()
            assert next(lines) == ": hello"
            server.process.send_signal(signal.SIGTERM)
            assert set(lines) <= {"", ": still here"}
        assert server.process.wait(PATIENCE) == 0
    assert (tmp_path / "said").read_text() == ""


def test_a_locked_page_says_how_to_go_on(tmp_path: Path) -> None:
    with running_server(tmp_path / "store", "--lock-after", "0.01") as server:
        browser = httpx.Client(base_url=server.base)
        assert browser.get(f"/?token={server.token}").status_code == 303
        assert browser.get("/api/patients").status_code == 200
        time.sleep(0.8)
        assert browser.get("/api/patients").status_code == 401
        assert "asymmetry serve" in browser.get("/").text
        browser.close()


def test_a_photo_that_is_deleted_at_the_wrong_moment_stops_no_other(
    tmp_path: Path, photos: dict[str, bytes]
) -> None:
    with Store(tmp_path / "store") as store:
        patient = store.add_patient("P").id
        ids = [store.add_photo(patient, name, data).id for name, data in photos.items()]

        def tell(photo: str) -> None:
            if photo == ids[0]:
                store.delete_photo(photo)
                store.photo(photo)

        with Work(store, tell, workers=1):
            end = time.monotonic() + PATIENCE
            while store.queued() and time.monotonic() < end:
                time.sleep(0.05)
        assert {each.status for each in store.photos(patient)} <= {"ok", "warn"}
        assert [each.id for each in store.photos(patient)] == ids[1:]


def test_a_camera_s_page_is_locked_when_nobody_is_before_it(
    tmp_path: Path, head: Image.Image
) -> None:
    face, nobody = encoded(head, "JPEG"), encoded(np.zeros((90, 90, 3), np.uint8), "JPEG")
    now = [0.0]
    access = Access(8000, lock_after=5, clock=lambda: now[0])
    session = {"cookie": f"{access.cookie}={access.open_session(access.token)}"}
    with Store(tmp_path / "store") as store, Work(store, lambda _: None, workers=1) as work:
        app = make_app(Desk(store, work, Events(), access, Limits()), 8000)

        async def look() -> list[int]:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://127.0.0.1:8000", headers=session
            ) as client:
                answers = []
                for frame in (face, face, face, nobody, nobody):
                    now[0] += 200
                    answers.append(await client.post("/api/frame", content=frame))
            return [each.status_code for each in answers]

        assert asyncio.run(look()) == [200, 200, 200, 200, 401]
