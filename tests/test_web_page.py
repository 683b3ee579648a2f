"""The page in a real browser: what a clinician and a patient do with it."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import ExifTags, Image

from asymmetry import Extractor
from asymmetry.synthetic.retake import Retake, prepare_sitter, retake_photo
from tests.browsers import launch, visit
from tests.photos import encoded
from tests.servers import Served, running_server

pytest_plugins = "tests.clinic"

PHOTOS = 6
CARRY = """
(files) => {
  const carried = new DataTransfer();
  for (const [name, text] of files) {
    const data = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    carried.items.add(new File([data], name, { type: "image/jpeg" }));
  }
  return carried;
}
"""


@pytest.fixture(scope="module")
def files(head: Image.Image, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Six days of one face."""
    folder = tmp_path_factory.mktemp("photos")
    paths = []
    for i in range(PHOTOS):
        path = folder / f"2026-03-{2 + 3 * i:02} smile.jpg"
        turned = head.rotate(i - 3, Image.Resampling.BICUBIC, fillcolor=(128, 128, 128))
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
        for grey in range(0, 240, 4):  # no two frames of a camera are alike
            frame[:60, :60] = grey
            films[-1].append(encoded(frame, "JPEG", quality=90))
    away, straight = films
    path.write_bytes(b"".join([*away * 2, *straight * 4]))
    return path


def number_of(page: Any, metric: str, cell: int) -> float:
    text = page.locator(f"tr[data-metric={metric}] td").nth(cell).inner_text().split()[0]
    return float(text.replace("−", "-"))


def drop(page: Any, files: list[Path]) -> None:
    """Let files fall onto the page."""
    packed = [(path.name, base64.b64encode(path.read_bytes()).decode()) for path in files]
    carried = page.evaluate_handle(CARRY, packed)
    page.dispatch_event("body", "drop", {"dataTransfer": carried})


def test_from_an_empty_store_to_a_report(browser: Any, files: list[Path], tmp_path: Path) -> None:
    with running_server(tmp_path / "store") as server, visit(browser, server) as seen:
        page = seen.page
        assert "token" not in page.url
        page.click("text=New patient")
        page.fill("input[name=name]", "Ada <b>")
        page.select_option("select[name=affected]", "right")
        page.click("text=Add a treatment")
        page.fill("input[name=date]", "2026-03-05")
        page.get_by_role("button", name="Add", exact=True).click()
        page.wait_for_selector("h1:has-text('Ada <b>')")
        broken = tmp_path / "broken.jpg"
        broken.write_bytes(b"<html>")
        drop(page, [*files, broken])
        page.get_by_role("alert").filter(has_text="broken.jpg: not a supported photo").wait_for()
        page.wait_for_selector(f".thumb img >> nth={PHOTOS - 1}")
        page.wait_for_selector("svg.chart")
        assert page.locator(".thumb").count() == PHOTOS
        page.click("a:has-text('Report')")
        report = page.frame_locator("iframe").locator("h1")
        report.first.wait_for()
        with page.expect_download() as saved:
            page.click("text=Save as HTML")
        saved.value.save_as(tmp_path / "report.html")
        assert (tmp_path / "report.html").read_text("utf-8").startswith("<!DOCTYPE html>")
        assert "Ada" in saved.value.suggested_filename
        page.get_by_label("Pseudonym").fill("P-7")
        page.get_by_label("Pseudonym").press("Tab")
        with page.expect_download() as saved:
            page.click("text=Save as HTML")
        assert saved.value.suggested_filename == "P-7.html"
        assert page.get_by_text("Save as PDF").get_attribute("download") == "P-7.pdf"
        seen.check()


def test_a_point_is_dragged_and_put_back(browser: Any, served: Served, photo: str) -> None:
    with visit(browser, served) as seen:
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
        page.click("button:has-text('Undo')")
        page.wait_for_selector("text=corrected by hand", state="detached")
        page.reload()
        page.wait_for_selector("button:has-text('Redo'):enabled")
        assert page.locator("button:has-text('Undo')").is_disabled()
        assert number_of(page, "commissure_height", 0) == before
        seen.check()


def tab_to(page: Any, there: str) -> None:
    """Press Tab until the focus is there, which a script tells."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(there):
            return
    raise AssertionError(f"Tab does not lead there: {there}")


def test_a_point_is_moved_by_keys_alone(browser: Any, served: Served, photo: str) -> None:
    with visit(browser, served) as seen:
        page = seen.page
        seen.go(f"/photos/{photo}")
        page.wait_for_selector("tr[data-metric=brow_height]")
        before = served.client.get(f"/api/photos/{photo}").json()["points"]["brow_upper_3"]["left"]
        tab_to(page, "document.activeElement.name == 'point'")
        page.keyboard.type("brow upper 3, left")
        page.wait_for_function("document.activeElement.value == 'brow_upper_3 left'")
        page.keyboard.press("Shift+Tab")
        page.wait_for_function("document.activeElement.classList.contains('viewer')")
        for key in ("ArrowUp", "ArrowUp", "ArrowUp", "Shift+ArrowUp"):
            page.keyboard.press(key)
        moved = "([x, y]) => `${x.toFixed(1)}, ${(y - 1 - 1 - 1 - 0.1).toFixed(1)}`"
        told = page.evaluate(moved, before)
        page.wait_for_selector(f".history li:has-text('→ {told}')")
        after = served.client.get(f"/api/photos/{photo}").json()["points"]["brow_upper_3"]["left"]
        assert after == pytest.approx([before[0], before[1] - 3.1], abs=0.011)
        page.reload()
        page.wait_for_selector("text=corrected by hand: 1")
        tab_to(page, "document.activeElement.textContent == 'Undo'")
        for _ in range(4):
            page.keyboard.press("Enter")
        page.wait_for_selector("text=corrected by hand", state="detached")
        seen.check()


def hostile(head: Image.Image, words: str) -> bytes:
    """A photo that says the words in its tags, too."""
    tags = Image.Exif()
    for tag in (ExifTags.Base.ImageDescription, ExifTags.Base.Artist, ExifTags.Base.DateTime):
        tags[tag] = words
    return encoded(head, "JPEG", exif=tags)


def test_hostile_words_do_nothing(browser: Any, served: Served, head: Image.Image) -> None:
    words = "<img src=x onerror=\"document.title='broken into'\">"
    number = served.add_patient(name=words)
    served.client.post(f"/api/patients/{number}/notes", json={"date": "2026-03-02", "text": words})
    (photo,) = served.bring(number, [(f"{words}.jpg", hostile(head, words))]).json()["ids"]
    served.wait(photo)
    with visit(browser, served) as seen:
        for path in ("/", f"/patients/{number}", f"/photos/{photo}", f"/patients/{number}/capture"):
            seen.go(path)
            seen.page.get_by_text("onerror").first.wait_for()
            assert seen.page.locator("main img[src=x]").count() == 0
            assert seen.page.title() != "broken into"
        seen.check()
    served.client.delete(f"/api/patients/{number}")


def test_the_shutter_fires_when_the_face_is_straight(
    driver: Any, served: Served, camera: Path, number: str
) -> None:
    flags = (
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={camera}",
    )
    browser = launch(driver, *flags)
    with visit(browser, served) as seen:
        page = seen.page
        seen.go(f"/patients/{number}/capture")
        page.wait_for_selector("text=/Turn a little to your/")
        assert page.locator(".stage.ready").count() == 0
        page.wait_for_selector("text=3 today")
        page.click("a:has-text('Done')")
        seen.check()
    browser.close()
    listed = served.client.get(f"/api/patients/{number}/photos").json()
    assert len(listed) >= 3
    assert {each["expression"] for each in listed[:3]} == {"rest"}
    for each in listed[:3]:
        shown = served.wait(each["id"])
        assert shown["status"] in ("ok", "warn")
        assert "turned" not in shown["reason"]


def test_a_day_is_typed_digit_by_digit(browser: Any, served: Served, photo: str) -> None:
    with visit(browser, served) as seen:
        seen.go(f"/photos/{photo}")
        seen.page.locator("input[type=date]").focus()
        seen.page.keyboard.type("02142025")
        seen.page.keyboard.press("Enter")
        seen.page.get_by_text("taken, as read → 2025-02-14").wait_for()
        seen.check()
    told = served.client.get(f"/api/photos/{photo}/history").json()
    days = [each["new"] for each in told if (each["fact"], each["who"]) == ("taken", "page")]
    assert days == ["2025-02-14"]
    served.client.patch(f"/api/photos/{photo}", json={"taken": None})


def test_a_turned_photo_s_steps_are_turned_too(browser: Any, served: Served, photo: str) -> None:
    width = served.client.get(f"/api/photos/{photo}").json()["size"][0]
    for place in ([100, 90], [110, 95]):
        body = {"commissure": {"right": place}}
        assert served.client.put(f"/api/photos/{photo}/points", json=body).status_code == 200
    with visit(browser, served) as seen:
        seen.go(f"/photos/{photo}")
        seen.page.get_by_label("Stored mirrored").check()
        seen.page.get_by_text("mirrored, as read → true (page)").wait_for()
        seen.page.get_by_role("button", name="Undo").click()
        seen.page.get_by_text(f"{width - 100:.1f}, 90.0").first.wait_for()
        seen.check()
    points = served.client.get(f"/api/photos/{photo}").json()["points"]
    assert points["commissure"]["left"] == [width - 100, 90]
    served.client.delete(f"/api/photos/{photo}/points")
    served.client.patch(f"/api/photos/{photo}", json={"mirrored": None})


def test_the_skin_opens_at_its_maps(browser: Any, served: Served, patient: str) -> None:
    with visit(browser, served) as seen:
        seen.go(f"/patients/{patient}")
        seen.page.click("a:has-text('Skin')")
        seen.page.wait_for_selector("h1:has-text('Skin: ')")
        assert seen.page.get_by_label("Also bruises and swellings").is_checked()
        seen.page.frame_locator("iframe").locator("#skin").wait_for()
        assert seen.page.locator("iframe").get_attribute("src").endswith("#skin")
        seen.check()


def test_a_patient_without_photos_has_no_report_yet(browser: Any, served: Served) -> None:
    number = served.add_patient()
    with visit(browser, served) as seen:
        seen.go(f"/patients/{number}/report")
        seen.page.get_by_text("No photo has been read yet.").wait_for()
        seen.check()
