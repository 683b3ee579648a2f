"""The page in a real browser: what a clinician and a patient do with it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from asymmetry import Extractor
from asymmetry.synthetic.retake import Retake, prepare_sitter, retake_photo
from tests.photos import encoded
from tests.servers import Served, running_server

playwright = pytest.importorskip("playwright.sync_api", reason="the extra dev is not installed")

PHOTOS = 6
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def chromium() -> str:
    found = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if found is None:
        pytest.skip("no Chromium is installed")
    return found


@pytest.fixture(scope="module")
def portrait(astronaut_path: Path) -> Image.Image:
    with Image.open(astronaut_path) as image:
        return image.convert("RGB").crop((60, 0, 400, 340))


@pytest.fixture(scope="module")
def files(portrait: Image.Image, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Six days of one face."""
    folder = tmp_path_factory.mktemp("photos")
    paths = []
    for i in range(PHOTOS):
        path = folder / f"2026-03-{2 + 3 * i:02} smile.jpg"
        turned = portrait.rotate(i - 3, Image.Resampling.BICUBIC, fillcolor=(128, 128, 128))
        path.write_bytes(encoded(turned, "JPEG", quality=92))
        paths.append(path)
    return paths


@pytest.fixture(scope="module")
def camera(astronaut: npt.NDArray[np.uint8], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of a face that is turned away at first, and then straight; Chromium repeats it."""
    path = tmp_path_factory.mktemp("camera") / "face.mjpeg"
    near = cv2.resize(astronaut[0:330, 70:400], None, fx=2.2, fy=2.2, interpolation=cv2.INTER_CUBIC)
    with Extractor() as extractor:
        sitter = prepare_sitter(near, extractor.extract([near]))
    films: list[list[bytes]] = []
    for yaw in (14.0, 1.2):
        face = retake_photo(sitter, Retake(yaw_deg=yaw, pitch_deg=-5)).pixels
        frame = np.full((726, 968, 3), 110, np.uint8)
        frame[:, 121:847] = face[:726, :726]
        films.append([])
        for grey in range(0, 250, 10):  # no two frames of a camera are alike
            frame[:60, :60] = grey
            films[-1].append(encoded(frame, "JPEG", quality=90))
    away, straight = films
    path.write_bytes(b"".join([*away * 4, *straight * 8]))
    return path


@dataclass
class Visit:
    """A page, and everything that it asked for and complained about."""

    page: Any
    base: str
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(f"{self.base}/#{path}")
        self.page.wait_for_load_state()

    def check(self) -> None:
        """Nothing went to another place, and nothing went wrong."""
        assert self.complaints == []
        assert {
            url.split("/")[2] for url in self.asked if not url.startswith(("blob:", "data:"))
        } == {self.base.split("/")[2]}


@contextmanager
def visit(
    chromium: str, served: Served, *, flags: tuple[str, ...] = (), **options: Any
) -> Iterator[Visit]:
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=list(flags))
        context = browser.new_context(viewport=options.pop("viewport", DESK), **options)
        page = context.new_page()
        made = Visit(page, served.base)
        page.on("request", lambda request: made.asked.append(request.url))
        page.on("pageerror", lambda error: made.complaints.append(str(error)))
        page.on(
            "console",
            lambda told: (
                made.complaints.append(told.text) if told.type in ("error", "warning") else None
            ),
        )
        page.goto(served.address)
        page.wait_for_selector("h1")
        yield made
        browser.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with running_server(tmp_path_factory.mktemp("page") / "store") as server:
        yield server


@pytest.fixture(scope="module")
def patient(served: Served, files: list[Path]) -> str:
    """A patient whose photos are read."""
    number = served.add_patient(
        name="Ada", affected="right", treatments=[{"date": "2026-03-05", "note": ""}]
    )
    for photo in served.bring(number, [(path.name, path.read_bytes()) for path in files]).json()[
        "ids"
    ]:
        served.wait(photo)
    return number


@pytest.fixture
def photo(served: Served, patient: str) -> Iterator[str]:
    number = served.client.get(f"/api/patients/{patient}/photos").json()[0]["id"]
    yield number
    served.client.delete(f"/api/photos/{number}/points")


def number_of(page: Any, metric: str, cell: int) -> float:
    text = page.locator(f"tr[data-metric={metric}] td").nth(cell).inner_text().split()[0]
    return float(text.replace("−", "-"))


def test_from_an_empty_store_to_a_report(chromium: str, files: list[Path], tmp_path: Path) -> None:
    with running_server(tmp_path / "store") as server, visit(chromium, server) as seen:
        page = seen.page
        assert "token" not in page.url
        page.click("text=New patient")
        page.fill("input[name=name]", "Ada <b>")
        page.select_option("select[name=affected]", "right")
        page.fill("input[name=date]", "2026-03-05")
        page.click("dialog button:has-text('Add')")
        page.wait_for_selector("h1:has-text('Ada <b>')")
        page.set_input_files("input[type=file]", [str(path) for path in files])
        page.wait_for_selector(f".thumb img >> nth={PHOTOS - 1}", timeout=120_000)
        page.wait_for_selector("svg.chart", timeout=120_000)
        assert page.locator(".thumb").count() == PHOTOS
        page.click("a:has-text('Report')")
        report = page.frame_locator("iframe").locator("h1")
        report.first.wait_for(timeout=120_000)
        with page.expect_download() as saved:
            page.click("text=Save as PDF")
        saved.value.save_as(tmp_path / "report.pdf")
        assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
        seen.check()


def test_a_point_is_dragged_and_put_back(chromium: str, served: Served, photo: str) -> None:
    with visit(chromium, served) as seen:
        page = seen.page
        seen.go(f"/photos/{photo}")
        page.wait_for_selector("tr[data-metric=commissure_height]")
        before = number_of(page, "commissure_height", 0)
        page.select_option("select[name=point]", "commissure right")
        dot = page.locator("circle.hold:has(title:text-is('commissure, right'))")
        box = dot.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x, y + 20, steps=5)
        page.mouse.move(x, y + 60, steps=5)
        page.mouse.up()
        page.wait_for_selector("text=corrected by hand: 1")
        moved = number_of(page, "commissure_height", 0)
        assert moved < before - 0.3
        page.reload()
        page.wait_for_selector("text=corrected by hand: 1")
        assert number_of(page, "commissure_height", 0) == moved
        page.click("button:has-text('Undo')")
        page.wait_for_selector("text=corrected by hand", state="detached")
        assert number_of(page, "commissure_height", 0) == before
        page.click("button:has-text('Redo')")
        page.wait_for_selector("text=corrected by hand: 1")
        assert number_of(page, "commissure_height", 0) == moved
        seen.check()


def test_a_point_is_moved_by_keys_alone(chromium: str, served: Served, photo: str) -> None:
    with visit(chromium, served) as seen:
        page = seen.page
        seen.go(f"/photos/{photo}")
        page.wait_for_selector("tr[data-metric=brow_height]")
        before = served.client.get(f"/api/photos/{photo}").json()["points"]["brow_upper_3"]["left"]
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.name") == "point":
                break
        page.keyboard.type("brow upper 3, left")
        page.wait_for_function("document.activeElement.value == 'brow_upper_3 left'")
        page.keyboard.press("Shift+Tab")
        page.wait_for_function("document.activeElement.classList.contains('viewer')")
        for key in ("ArrowUp", "ArrowUp", "ArrowUp", "Shift+ArrowUp"):
            page.keyboard.press(key)
        page.wait_for_selector("text=corrected by hand: 1")
        page.wait_for_function("document.querySelectorAll('.history li').length >= 4")
        after = served.client.get(f"/api/photos/{photo}").json()["points"]["brow_upper_3"]["left"]
        assert after == pytest.approx([before[0], before[1] - 3.1], abs=0.011)
        seen.check()


def test_a_hostile_name_does_nothing(chromium: str, served: Served, files: list[Path]) -> None:
    words = "<img src=x onerror=\"document.title='broken into'\">"
    number = served.add_patient(name=words)
    served.client.post(f"/api/patients/{number}/notes", json={"date": "2026-03-02", "text": words})
    (photo,) = served.bring(number, [(f"{words}.jpg", files[0].read_bytes())]).json()["ids"]
    served.wait(photo)
    with visit(chromium, served) as seen:
        for path in ("/", f"/patients/{number}", f"/photos/{photo}", f"/patients/{number}/capture"):
            seen.go(path)
            seen.page.wait_for_selector("h1")
            seen.page.wait_for_timeout(300)
            assert seen.page.title() != "broken into"
        seen.check()
    served.client.delete(f"/api/patients/{number}")


def test_the_shutter_fires_when_the_face_is_straight(
    chromium: str, served: Served, camera: Path
) -> None:
    number = served.add_patient(name="Camera")
    flags = (
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={camera}",
    )
    with visit(chromium, served, flags=flags) as seen:
        page = seen.page
        seen.go(f"/patients/{number}/capture")
        page.wait_for_selector("text=/Turn a little to your/", timeout=60_000)
        assert page.locator(".stage.ready").count() == 0
        page.wait_for_selector("text=3 today", timeout=60_000)
        page.click("a:has-text('Done')")
        seen.check()
    listed = served.client.get(f"/api/patients/{number}/photos").json()
    assert len(listed) >= 3
    assert {each["expression"] for each in listed[:3]} == {"rest"}
    for each in listed[:3]:
        shown = served.wait(each["id"])
        assert shown["status"] in ("ok", "warn")
        assert "turned" not in shown["reason"]
    served.client.delete(f"/api/patients/{number}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_every_view_fits_and_is_accessible(
    chromium: str, served: Served, patient: str, photo: str, viewport: Any, scheme: str
) -> None:
    axe = find_axe()
    paths = ["/", f"/patients/{patient}", f"/photos/{photo}", f"/photos/{photo}/compare"]
    paths += [f"/patients/{patient}/capture", f"/patients/{patient}/report"]
    with visit(
        chromium, served, viewport=viewport, color_scheme=scheme, bypass_csp=axe is not None
    ) as seen:
        for path in paths:
            seen.go(path)
            seen.page.wait_for_selector("h1")
            seen.page.wait_for_timeout(500)
            wide = seen.page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, f"{path} is {wide} px too wide"
            if axe is not None:
                seen.page.add_script_tag(content=axe)
                found = seen.page.evaluate("axe.run({iframes: false})")
                faults = [
                    (each["id"], [node["html"][:120] for node in each["nodes"]])
                    for each in found["violations"]
                    if each["impact"] in ("serious", "critical")
                ]
                assert faults == [], path
        seen.check()


def test_a_day_is_typed_digit_by_digit(chromium: str, served: Served, photo: str) -> None:
    with visit(chromium, served) as seen:
        seen.go(f"/photos/{photo}")
        seen.page.locator("input[type=date]").focus()
        seen.page.keyboard.type("02142025")
        seen.page.keyboard.press("Enter")
        seen.page.get_by_text("taken, as read").wait_for()
        seen.check()
    told = served.client.get(f"/api/photos/{photo}/history").json()
    assert [each["new"] for each in told if each["fact"] == "taken"] == ["2025-02-14"]
    served.client.patch(f"/api/photos/{photo}", json={"taken": None})


def test_a_turned_photo_s_steps_are_turned_too(chromium: str, served: Served, photo: str) -> None:
    width = served.client.get(f"/api/photos/{photo}").json()["size"][0]
    for place in ([100, 90], [110, 95]):
        body = {"commissure": {"right": place}}
        assert served.client.put(f"/api/photos/{photo}/points", json=body).status_code == 200
    with visit(chromium, served) as seen:
        seen.go(f"/photos/{photo}")
        seen.page.get_by_label("Stored mirrored").check()
        seen.page.get_by_text("mirrored, as read").wait_for()
        seen.page.get_by_role("button", name="Undo").click()
        seen.page.get_by_text(f"{width - 100:.1f}, 90.0").first.wait_for()
        seen.check()
    points = served.client.get(f"/api/photos/{photo}").json()["points"]
    assert points["commissure"]["left"] == [width - 100, 90]
    served.client.delete(f"/api/photos/{photo}/points")
    served.client.patch(f"/api/photos/{photo}", json={"mirrored": None})


def test_a_patient_without_photos_has_no_report_yet(chromium: str, served: Served) -> None:
    number = served.add_patient()
    with visit(chromium, served) as seen:
        seen.go(f"/patients/{number}/report")
        seen.page.get_by_text("No photo has been read yet.").wait_for()
        seen.check()


def find_axe() -> str | None:
    """The accessibility checker axe-core, where `.ci/run` has put it."""
    found = Path(__file__).parents[1] / ".venv" / "node_modules" / "axe-core" / "axe.min.js"
    return found.read_text("utf-8") if found.exists() else None
