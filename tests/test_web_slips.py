"""Slips at the page, in a real browser: wrong files, two tabs, a page left open or loaded anew."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

from PIL import Image

from tests.browsers import launch, visit
from tests.photos import encoded
from tests.servers import Served

pytest_plugins = "tests.clinic"

NO_PHOTO = "not a supported photo format"


def drop(page: Any, *paths: Path) -> None:
    """Let files of the disk, or folders, fall onto the page."""
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 400, "y": 250, "data": data})


def write_two(folder: Path, head: Image.Image) -> tuple[Path, Path]:
    """A photo, and a file that is none."""
    good, bad = folder / "2026-03-02 rest.jpg", folder / "bad.jpg"
    good.write_bytes(encoded(head, "JPEG"))
    bad.write_bytes(b"<html>")
    return good, bad


def names(served: Served, patient: str) -> list[str]:
    listed = served.client.get(f"/api/patients/{patient}/photos?summary=true").json()
    return [each["name"] for each in listed]


def test_a_folder_that_is_dropped_is_told_and_costs_no_other(
    browser: Any, served: Served, head: Image.Image, tmp_path: Path, number: str
) -> None:
    good, bad = write_two(tmp_path, head)
    (tmp_path / "March").mkdir()
    with visit(browser, served) as seen:
        page = seen.page
        seen.go(f"/patients/{number}")
        page.wait_for_selector(".drop")
        drop(page, tmp_path / "March", good, bad)
        told = page.get_by_role("alert").filter(has_text="March: can't be read: it is a folder")
        told.filter(has_text=f"bad.jpg: {NO_PHOTO}").wait_for()
        assert names(served, number) == [good.name]
        drop(page, tmp_path / "March")
        page.wait_for_function("document.getElementById('fault').textContent.startsWith('March')")
        assert "does not answer" not in told.inner_text()


def test_a_refused_file_can_be_chosen_again(
    browser: Any, served: Served, head: Image.Image, tmp_path: Path, number: str
) -> None:
    """A browser tells nothing when the files are those that the field still holds."""
    good, bad = write_two(tmp_path, head)
    with visit(browser, served) as seen:
        page = seen.page
        for path in (f"/patients/{number}", f"/patients/{number}/capture", "/"):
            seen.go(path)
            file = page.locator("main input[type=file]").first
            file.set_input_files([bad] if path == "/" else [bad, good])
            page.get_by_role("alert").filter(has_text="bad.jpg: ").wait_for()
            assert file.evaluate("field => field.value") == ""
            if path.endswith("capture"):
                assert page.locator("#news").inner_text() == "1 photo is kept"
        assert names(served, number) == [good.name]


def test_an_import_says_what_it_left_out_until_that_is_closed(
    browser: Any, served: Served, head: Image.Image, tmp_path: Path
) -> None:
    good, bad = write_two(tmp_path, head)
    with zipfile.ZipFile(tmp_path / "Eve.zip", "w") as archive:
        for path in (good, bad):
            archive.write(path, path.name)
    with visit(browser, served) as seen:
        page = seen.page
        page.locator("main input[type=file]").first.set_input_files(tmp_path / "Eve.zip")
        told = page.get_by_role("alert").filter(has_text=f"not all: bad.jpg: {NO_PHOTO}")
        told.wait_for()
        page.clock.install()
        page.clock.fast_forward("05:00")
        assert told.is_visible()
        told.get_by_role("button", name="Close").click()
        told.wait_for(state="hidden")
        number = page.locator("a.card:has-text('Eve')").get_attribute("href").rpartition("/")[2]
        seen.check()
    assert names(served, number) == [good.name]
    served.client.delete(f"/api/patients/{number}")


def test_patients_of_one_name_show_their_numbers_and_are_found_without_accents(
    browser: Any, served: Served
) -> None:
    twice = [served.add_patient(name=name) for name in ("Müller, Änne", "Mu\u0308ller, A\u0308nne")]
    once = served.add_patient(name="Muller, Otto")
    with visit(browser, served) as seen:
        seen.page.fill("input[type=search]", "muller")
        cards = seen.page.locator("a.card")
        assert cards.count() == 3
        for number in twice:
            seen.page.locator(f"a.card[href$='{number}']", has_text=f"number {number}").wait_for()
        assert "number" not in seen.page.locator(f"a.card[href$='{once}']").inner_text()
        seen.page.fill("input[type=search]", "änne")
        assert cards.count() == 2
        seen.check()
    for number in (*twice, once):
        served.client.delete(f"/api/patients/{number}")


def test_nothing_is_guessed_of_a_photo_without_a_face(
    browser: Any, served: Served, head: Image.Image, number: str
) -> None:
    grey = encoded(Image.new("RGB", head.size, "grey"), "JPEG")
    (photo,) = served.bring(number, [("2026-03-02 IMG_1.jpg", grey)]).json()["ids"]
    served.wait(photo)
    with visit(browser, served) as seen:
        seen.go(f"/patients/{number}")
        seen.page.get_by_text("Not used: 1 photo").wait_for()
        told = seen.page.locator(".thumb .say").inner_text()
        assert told.startswith("2026-03-02 IMG_1.jpg")
        assert "guessed" not in told
        seen.check()


def test_an_old_tab_overwrites_nothing(browser: Any, served: Served) -> None:
    number = served.add_patient(name="Two tabs")
    path = f"/api/patients/{number}"
    with visit(browser, served) as seen:
        page = seen.page
        seen.go(f"/patients/{number}")
        page.click("text=Edit")
        treated = [{"date": "2026-03-05", "note": "20 U"}]
        served.client.patch(path, json={"treatments": treated, "name": "Renamed"})
        page.select_option("select[name=affected]", "left")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("treated 2026-03-05: 20 U").wait_for()
        page.get_by_role("heading", name="Renamed").wait_for()
        served.client.post(f"{path}/notes", json={"date": "2026-03-06", "text": "a headache"})
        page.get_by_text("a headache").wait_for()
        seen.check()
    known = served.client.get(path).json()
    assert (known["treatments"], known["affected"]) == (treated, "left")
    served.client.delete(path)


def test_a_question_goes_with_its_view_and_a_note_goes_after_one(
    browser: Any, served: Served
) -> None:
    number = served.add_patient(name="Asked")
    path = f"/api/patients/{number}"
    served.client.post(f"{path}/notes", json={"date": "2026-03-06", "text": "a headache"})
    with visit(browser, served) as seen:
        page = seen.page
        seen.go(f"/patients/{number}")
        page.get_by_role("button", name="Delete", exact=True).click()
        page.get_by_role("dialog").wait_for()
        page.go_back()
        page.get_by_role("heading", name="Patients").wait_for()
        assert page.get_by_role("dialog").count() == 0
        seen.go(f"/patients/{number}")
        page.get_by_label("Delete the note").click()
        page.get_by_role("button", name="Cancel").click()
        assert len(served.client.get(f"{path}/notes").json()) == 1
        page.get_by_label("Delete the note").click()
        page.get_by_role("button", name="Delete for good").click()
        page.get_by_text("a headache").wait_for(state="detached")
        assert served.client.get(f"{path}/notes").json() == []
        seen.check()
    served.client.delete(path)


def test_a_page_left_open_dates_photos_by_the_day_they_are_taken(
    driver: Any, served: Served, number: str
) -> None:
    browser = launch(driver, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    with visit(browser, served) as seen:
        page = seen.page
        page.clock.set_fixed_time("2026-03-09T23:58:00")
        seen.go(f"/patients/{number}/capture")
        page.get_by_role("button", name="Camera: At rest").wait_for()
        page.clock.set_fixed_time("2026-03-10T00:01:30")
        page.click("text=Take it now")
        page.wait_for_selector("text=3 today")
    browser.close()
    assert names(served, number)[0] == "2026-03-10 000130 rest 1.jpg"


def test_a_camera_that_is_gone_takes_no_photo(driver: Any, served: Served, number: str) -> None:
    """Its last picture would be kept for the next expressions."""
    browser = launch(driver, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    with visit(browser, served) as seen:
        page = seen.page
        seen.go(f"/patients/{number}/capture")
        page.get_by_role("button", name="Camera: At rest").wait_for()
        page.wait_for_function("document.querySelector('video').videoWidth > 0")
        page.evaluate("document.querySelector('video').srcObject.getTracks()[0].stop()")
        page.get_by_text("Take it now").dispatch_event("click")
        page.get_by_role("status").filter(has_text="The camera is gone").wait_for()
        assert page.get_by_role("button", name="Camera: At rest").count() == 0
        page.wait_for_timeout(500)
        seen.check()
    browser.close()
    assert names(served, number) == []


def test_a_page_that_is_left_while_it_takes_photos_tells_no_fault(
    driver: Any, served: Served, number: str
) -> None:
    """The camera goes with the page, which is nobody's fault."""
    browser = launch(driver, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    with visit(browser, served) as seen:
        page = seen.page
        seen.go(f"/patients/{number}/capture")
        page.get_by_role("button", name="Camera: At rest").wait_for()
        page.click("text=Take it now")
        page.get_by_text("Photo 1 of 3").wait_for()
        page.evaluate("location.hash = '#/'")
        page.get_by_role("heading", name="Patients").wait_for()
        page.wait_for_timeout(1000)
        assert page.locator("#fault").inner_text() == ""
        seen.check()
    browser.close()


def test_a_camera_that_may_not_be_used_is_told_with_the_remedy(
    driver: Any, served: Served, number: str
) -> None:
    browser = launch(driver, "--use-fake-device-for-media-stream")
    with visit(browser, served) as seen:
        seen.go(f"/patients/{number}/capture")
        seen.page.get_by_text("allow it beside the address").wait_for()
        seen.page.get_by_role("button", name="File: At rest").wait_for()
        seen.check()
    browser.close()


def test_a_page_that_still_brings_photos_asks_before_it_goes(
    browser: Any, served: Served, head: Image.Image, tmp_path: Path, number: str
) -> None:
    good, _ = write_two(tmp_path, head)
    with visit(browser, served) as seen:
        page, held = seen.page, []

        def hold(route: Any) -> None:
            held.append(route)

        page.route("**/photos", hold)
        seen.go(f"/patients/{number}")
        page.click("h1")  # browsers ask only where somebody did something
        page.locator("input[type=file]").set_input_files(good)
        page.get_by_text("Bringing photos.").first.wait_for()
        with page.expect_event("dialog") as asked:
            page.close(run_before_unload=True)
        assert asked.value.type == "beforeunload"
        asked.value.dismiss()
        page.wait_for_timeout(100)
        held[0].continue_()
        page.get_by_text("Bringing photos.").first.wait_for(state="hidden")
        assert names(served, number) == [good.name]
        page.unroute_all()


def test_no_title_names_a_patient(browser: Any, served: Served, patient: str, photo: str) -> None:
    """Browsers write titles into their history, where they outlive a patient who is deleted."""
    name = served.client.get(f"/api/patients/{patient}").json()["name"]
    kinds = {
        f"/patients/{patient}": "Patient",
        f"/patients/{patient}/capture": "Take photos",
        f"/patients/{patient}/report": "Report",
        f"/photos/{photo}": "Photo",
        "/": "Patients",
    }
    with visit(browser, served) as seen:
        for path, kind in kinds.items():
            seen.go(path)
            seen.page.wait_for_selector("main h1")
            assert seen.page.title() == f"{kind} · asymmetry"
            assert name not in seen.page.title()
        seen.check()


def test_a_report_that_can_t_be_made_says_why(
    browser: Any, served: Served, patient: str, tmp_path: Path
) -> None:
    """In the frame it was a blank place, and a file that did not come was not told at all."""
    with visit(browser, served) as seen:
        page = seen.page
        seen.go(f"/patients/{patient}/report")
        page.frame_locator("iframe").locator("h1").first.wait_for()
        page.evaluate("document.querySelector('select[name=audience]').options[1].value = 'nobody'")
        page.select_option("select[name=audience]", "nobody")
        page.get_by_role("status").filter(has_text="audience: use one of").wait_for()
        assert not page.locator("iframe").is_visible()
        page.click("text=Save as PDF")
        page.get_by_role("alert").filter(has_text="audience: use one of").wait_for()
        page.select_option("select[name=audience]", "clinic")
        page.locator("iframe").wait_for()
        with page.expect_download() as saved:
            page.click("text=Save as HTML")
        saved.value.save_as(tmp_path / "report.html")
        assert (tmp_path / "report.html").read_text("utf-8").startswith("<!DOCTYPE html>")
