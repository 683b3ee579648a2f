"""The names, shapes and status codes that other programs build on, asked with plain HTTP.

They are fixed: a change here breaks programs of others. `asymmetry/web/openapi.json` has them all, too.
"""

from __future__ import annotations

import io
import json
import time
import zipfile
from importlib.util import find_spec
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from tests.servers import API, PATIENCE, Served

pytest_plugins = "tests.clinic"

#: The names that are fixed, and their methods.
FIXED = {
    "/api/patients": {"get", "post"},
    "/api/patients/{id}": {"get", "patch", "delete"},
    "/api/patients/{id}/photos": {"get", "post"},
    "/api/photos/{id}": {"get", "patch"},
    "/api/photos/{id}/points": {"put", "delete"},
    "/api/photos/{id}/history": {"get"},
    "/api/photos/{id}/image": {"get"},
    "/api/patients/{id}/changes": {"get"},
    "/api/patients/{id}/course": {"get"},
    "/api/patients/{id}/report.html": {"get"},
    "/api/patients/{id}/report.pdf": {"get"},
    "/api/patients/{id}/export.zip": {"get"},
    "/api/events": {"get"},
}
STATUSES = {"queued", "ok", "warn", "no_face", "several_faces", "unreadable", "rejected"}
PHOTO = {"id", "name", "status", "reason", "taken", "day", "expression", "points", "metrics"}


@pytest.fixture
def bearer(served: Served) -> dict[str, str]:
    return {"Authorization": f"Bearer {served.token}"}


def call(served: Served, method: str, path: str, **sent: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {served.token}"}
    return httpx.request(method, served.base + path, headers=headers, timeout=PATIENCE, **sent)


def test_the_description_holds_every_fixed_name() -> None:
    for path, methods in FIXED.items():
        assert methods <= set(API["paths"][path]), path
    assert API["openapi"].startswith("3.1")


def test_the_printed_line_is_an_address_with_a_token(served: Served) -> None:
    assert served.address == f"{served.base}/?token={served.token}"
    assert served.base.startswith("http://127.0.0.1:")


def test_the_token_s_cookie_is_let_in_and_the_bearer_is(served: Served) -> None:
    assert httpx.get(f"{served.base}/api/patients").status_code == 401
    with httpx.Client(base_url=served.base) as browser:
        answer = browser.get(f"/?token={served.token}")
        assert answer.status_code in (302, 303, 307)
        assert "token" not in answer.headers["location"]
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert browser.get("/").status_code == 200
        assert browser.get("/api/patients").status_code == 200
    assert call(served, "GET", "/api/patients").status_code == 200


def test_a_patient(served: Served) -> None:
    facts = {
        "name": "P-1",
        "affected": "left",
        "treatments": [
            {"date": "2026-03-09", "note": "20 U"},
            {"date": "2026-06-09", "note": ""},
        ],
    }
    made = call(served, "POST", "/api/patients", json=facts)
    assert made.status_code == 201
    patient = made.json()
    assert isinstance(patient["id"], str)
    assert {name: patient[name] for name in facts} == facts
    path = f"/api/patients/{patient['id']}"
    assert call(served, "GET", path).json() == patient
    assert patient in call(served, "GET", "/api/patients").json()
    changed = call(served, "PATCH", path, json={"affected": None, "treatments": []})
    assert changed.status_code == 200
    assert changed.json() == {**patient, "affected": None, "treatments": []}
    assert call(served, "DELETE", path).status_code == 204
    assert call(served, "GET", path).status_code == 404
    bare = call(served, "POST", "/api/patients", json={"name": "P-2"}).json()
    assert (bare["affected"], bare["treatments"]) == (None, [])
    call(served, "DELETE", f"/api/patients/{bare['id']}")


def test_photos_are_taken_read_and_told(served: Served, photos: dict[str, bytes]) -> None:
    patient = call(served, "POST", "/api/patients", json={"name": "P-3"}).json()["id"]
    path = f"/api/patients/{patient}/photos"
    sent = [("photos", (name, data)) for name, data in list(photos.items())[:2]]
    answer = call(served, "POST", path, files=sent)
    assert answer.status_code == 202
    ids = answer.json()["ids"]
    assert len(ids) == 2
    listed = call(served, "GET", path).json()
    assert [each["id"] for each in listed] == ids
    shown = wait(served, ids[0])
    assert call(served, "GET", path).json()[0] == shown
    assert set(shown) >= {*PHOTO, "corrected"}
    assert (shown["taken"], shown["day"], shown["expression"]) == ("2026-03-02", 0, "smile_open")
    assert shown["name"] == "2026-03-02 smile.jpg"
    for side in ("right", "left"):
        x, y = shown["points"]["commissure"][side]
        assert 0 < x < 340
        assert 0 < y < 340
    assert shown["points"]["commissure"]["right"][0] < shown["points"]["commissure"]["left"][0]
    assert set(shown["metrics"]["brow_height_diff_mm"]) == {"value", "sd"}
    assert isinstance(shown["metrics"]["brow_height_diff_mm"]["value"], float)
    assert shown["corrected"] == []
    grey = encoded_grey()
    (blank,) = call(served, "POST", path, files={"photos": ("grey.jpg", grey)}).json()["ids"]
    told = wait(served, blank)
    assert (told["status"], told["points"]) == ("no_face", {})
    assert told["reason"]
    assert told["metrics"]["brow_height_diff_mm"] == {"value": None, "sd": None}
    call(served, "DELETE", f"/api/patients/{patient}")


def encoded_grey() -> bytes:
    with io.BytesIO() as made:
        Image.fromarray(np.full((200, 160, 3), 90, np.uint8)).save(made, "JPEG")
        return made.getvalue()


def wait(served: Served, photo: str) -> dict[str, Any]:
    """The photo, queued until it is read."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        shown: dict[str, Any] = call(served, "GET", f"/api/photos/{photo}").json()
        assert shown["status"] in STATUSES
        if shown["status"] != "queued":
            return shown
        assert set(shown) >= PHOTO
        time.sleep(0.05)
    raise AssertionError(f"{photo} was not read")


def test_facts_of_a_photo(served: Served, photo: str) -> None:
    facts = {
        "expression": "rest",
        "taken": "2026-04-01",
        "mirrored": True,
        "excluded": "blurred",
    }
    for name, value in facts.items():
        answer = call(served, "PATCH", f"/api/photos/{photo}", json={name: value})
        assert answer.status_code == 200
        assert answer.json()[name] == value
    assert call(served, "GET", f"/api/photos/{photo}").json()["excluded"] == "blurred"
    plain = {"expression": None, "taken": None, "mirrored": False, "excluded": False}
    back = call(served, "PATCH", f"/api/photos/{photo}", json=plain).json()
    assert (back["mirrored"], bool(back["excluded"])) == (False, False)


def test_points_are_put_and_taken_back(served: Served, photo: str) -> None:
    path = f"/api/photos/{photo}/points"
    before = call(served, "GET", f"/api/photos/{photo}").json()
    x, y = before["points"]["commissure"]["right"]
    answer = call(served, "PUT", path, json={"commissure": {"right": [x, y + 8]}})
    assert answer.status_code == 200
    assert set(answer.json()) == {"metrics"}
    after = call(served, "GET", f"/api/photos/{photo}").json()
    changed = {
        name: value for name, value in after["metrics"].items() if value != before["metrics"][name]
    }
    assert answer.json()["metrics"] == changed
    assert "commissure_height_right_mm" in changed
    assert "brow_height_right_mm" not in changed
    assert after["corrected"] == ["commissure right"]
    assert after["points"]["commissure"]["right"] == [x, y + 8]
    (told,) = call(served, "GET", f"/api/photos/{photo}/history").json()[-1:]
    assert {"who", "at", "old", "new"} <= set(told)
    assert (told["who"], told["old"], told["new"]) == ("program", None, [x, y + 8])
    back = call(served, "DELETE", path)
    assert back.status_code == 200
    assert set(back.json()) == {"metrics"}
    again = call(served, "GET", f"/api/photos/{photo}").json()
    assert (again["metrics"], again["corrected"]) == (before["metrics"], [])


def test_a_picture_in_the_width_that_is_asked_for(served: Served, photo: str) -> None:
    answer = call(served, "GET", f"/api/photos/{photo}/image?width=120")
    assert answer.headers["content-type"] == "image/jpeg"
    assert Image.open(io.BytesIO(answer.content)).width == 120
    whole = call(served, "GET", f"/api/photos/{photo}/image")
    assert Image.open(io.BytesIO(whole.content)).width == 340


def test_results_of_a_patient(served: Served, patient: str) -> None:
    path = f"/api/patients/{patient}"
    assert isinstance(call(served, "GET", f"{path}/changes").json(), dict)
    for side in ("right", "left", "diff"):
        course = call(served, "GET", f"{path}/course?metric=brow_height&side={side}").json()
        assert len(course["day"]) == len(course["value"]) == 3
    report = call(served, "GET", f"{path}/report.html")
    assert report.headers["content-type"].startswith("text/html")
    assert report.text.lower().startswith("<!doctype html>")
    assert 'aria-labelledby="skin"' not in report.text
    skin = call(served, "GET", f"{path}/report.html?skin=true")
    assert 'aria-labelledby="skin"' in skin.text
    packed = call(served, "GET", f"{path}/export.zip")
    assert packed.headers["content-type"] == "application/zip"
    names = zipfile.ZipFile(io.BytesIO(packed.content)).namelist()
    assert {"manifest.csv", "scores.csv", "scores.parquet", "report.html"} <= set(names)
    assert sum(name.endswith(".jpg") for name in names) == 3


def test_a_report_as_pdf(served: Served, patient: str) -> None:
    if (
        find_spec("weasyprint") is None
    ):  # to import it here would make Pillow lenient for all that follows
        pytest.skip("the extra pdf is not installed")
    answer = call(served, "GET", f"/api/patients/{patient}/report.pdf?photos=false")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")


def test_news_are_server_sent_events(served: Served, bearer: dict[str, str], photo: str) -> None:
    with httpx.stream("GET", f"{served.base}/api/events", headers=bearer, timeout=PATIENCE) as news:
        assert news.headers["content-type"].startswith("text/event-stream")
        lines = news.iter_lines()
        next(lines)
        call(served, "PATCH", f"/api/photos/{photo}", json={"expression": "rest"})
        told = next(line for line in lines if line.startswith("data:"))
    assert json.loads(told.partition(":")[2])["id"] == photo


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/api/patients/none", None, 404),
        ("GET", "/api/photos/none", None, 404),
        ("GET", "/api/nothing", None, 404),
        ("DELETE", "/api/events", None, 405),
        ("POST", "/api/patients", {"name": ""}, 422),
    ],
)
def test_errors_are_problem_details(
    served: Served, method: str, path: str, body: Any, status: int
) -> None:
    answer = call(served, method, path, json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status
    assert told["title"]
    assert told["detail"]


def test_a_stranger_s_problem_is_told_the_same_way(served: Served) -> None:
    answer = httpx.get(f"{served.base}/api/patients", headers={"Authorization": "Bearer wrong"})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
