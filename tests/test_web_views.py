"""Every view of the page: on screens of all widths, by fingers, for readers of screens, in several tabs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.browsers import DESK, PHONE, visit
from tests.photos import encoded
from tests.servers import DAYS, Served, running_server

pytest_plugins = "tests.clinic"

#: A window of 1280 px at 200 %, and at 400 %.
TWICE, FOUR_TIMES = {"width": 640, "height": 450}, {"width": 320, "height": 256}
#: By the part of the address, what is there when the view is drawn.
VIEWS = {
    "/": "a.card",
    "/patients/PATIENT": "svg.chart",
    "/photos/PHOTO": "tr[data-metric]",
    "/photos/PHOTO/compare": "canvas >> nth=2",
    "/patients/PATIENT/capture": ".tasks li",
    "/patients/PATIENT/report": "iframe",
}
TABS = 8
#: A page of another server on this computer, in the same browser: the cookie goes with its requests.
FOREIGN = """<!doctype html><title>foreign</title>
<a href="BASE/api/patients/PATIENT/export.zip">export</a>
<form action="BASE/api/patients" method="post" enctype="text/plain"><button name="x">send</button></form>
<script>
const from = (element, source) => new Promise((yes, no) => {
  Object.assign(element, { onload: yes, onopen: yes, onerror: no });
  if (source) element.src = source;
});
const tries = {
  read: () => fetch("BASE/api/patients", { credentials: "include" }),
  write: () => fetch("BASE/api/patients", { method: "POST", credentials: "include", body: '{"name": "x"}' }),
  stream: () => from(new EventSource("BASE/api/events", { withCredentials: true })),
  image: () => from(new Image(), "BASE/api/photos/PHOTO/image?width=100"),
  script: () => from(document.head.appendChild(document.createElement("script")), "BASE/static/dom.js"),
};
const told = Object.entries(tries).map(([name, attempt]) => attempt().then(() => name, () => ""));
</script>"""


@pytest.fixture
def views(patient: str, photo: str) -> dict[str, str]:
    return {
        path.replace("PATIENT", patient).replace("PHOTO", photo): shown
        for path, shown in VIEWS.items()
    }


def find_axe() -> str | None:
    """The accessibility checker axe-core, where `.ci/run` has put it."""
    found = Path(__file__).parents[1] / ".venv" / "node_modules" / "axe-core" / "axe.min.js"
    return found.read_text("utf-8") if found.exists() else None


@pytest.mark.parametrize(
    ("viewport", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"]
)
def test_axe_finds_no_serious_fault(
    browser: Any, served: Served, views: dict[str, str], viewport: Any, scheme: str
) -> None:
    axe = find_axe()
    if axe is None:
        pytest.skip("axe-core is not installed")
    with visit(browser, served, viewport=viewport, color_scheme=scheme, bypass_csp=True) as seen:
        for path, shown in views.items():
            seen.go(path)
            seen.page.wait_for_selector(shown)
            assert find_faults(seen.page, axe) == [], path
        seen.go(next(path for path in views if path.startswith("/patients/")))
        seen.page.click("text=Edit")
        seen.page.click("text=Add a treatment")
        assert find_faults(seen.page, axe) == []
        seen.check()


def find_faults(page: Any, axe: str) -> list[tuple[str, list[str]]]:
    """Serious faults, by their rules, and their places."""
    page.add_script_tag(content=axe)
    return [
        (each["id"], [node["html"][:120] for node in each["nodes"]])
        for each in page.evaluate("axe.run({iframes: false})")["violations"]
        if each["impact"] in ("serious", "critical")
    ]


def test_nothing_is_wider_than_the_window(
    browser: Any, served: Served, views: dict[str, str]
) -> None:
    with visit(browser, served) as seen:
        for path, shown in views.items():
            for window in (DESK, TWICE, PHONE, FOUR_TIMES):
                seen.page.set_viewport_size(window)
                seen.go("/")
                seen.go(path)
                seen.page.wait_for_selector(shown)
                wide = seen.page.evaluate("document.documentElement.scrollWidth - innerWidth")
                assert wide <= 0, f"{path} is {wide} px too wide at {window['width']} px"
        seen.check()


def test_no_number_is_cut_on_a_narrow_phone(
    browser: Any, served: Served, patient: str, photo: str
) -> None:
    with visit(browser, served, viewport={"width": 360, "height": 740}) as seen:
        for path, shown in (
            (f"/photos/{photo}", "tr[data-metric]"),
            (f"/patients/{patient}", "svg"),
        ):
            seen.go(path)
            seen.page.wait_for_selector(shown)
            hidden = "element => element.scrollWidth - element.clientWidth"
            assert seen.page.locator(".scroll").first.evaluate(hidden) <= 0
        seen.check()


def test_a_page_in_dark_colours_is_printed_in_light_ones(browser: Any, served: Served) -> None:
    ground = "getComputedStyle(document.documentElement).getPropertyValue('--sheet')"
    with visit(browser, served, color_scheme="dark") as seen:
        assert seen.page.evaluate(ground) == "#1d2226"
        seen.page.emulate_media(media="print")
        assert seen.page.evaluate(ground) == "#ffffff"
        seen.check()


class Fingers:
    """Touches of a screen, as the browser gets them from one."""

    def __init__(self, page: Any) -> None:
        self._session = page.context.new_cdp_session(page)

    def put(self, kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(places)]
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def test_a_point_is_dragged_by_a_finger_and_two_zoom(
    browser: Any, served: Served, photo: str
) -> None:
    with visit(browser, served, viewport=PHONE, has_touch=True, is_mobile=True) as seen:
        page, path = seen.page, f"/api/photos/{photo}"
        seen.go(f"/photos/{photo}")
        page.wait_for_selector("tr[data-metric]")
        page.select_option("select[name=point]", "commissure right")
        before = served.client.get(path).json()["points"]["commissure"]["right"]
        fingers = Fingers(page)
        page.locator(".viewer").scroll_into_view_if_needed()
        box = page.locator("circle.hold:has(title:text-is('commissure, right'))").bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        fingers.put("touchStart", (x, y))
        for step in (10, 25, 40):
            fingers.put("touchMove", (x, y + step))
        fingers.put("touchEnd")
        page.wait_for_selector("text=corrected by hand: 1")
        after = served.client.get(path).json()["points"]["commissure"]["right"]
        assert after[1] > before[1] + 1
        assert after[0] == pytest.approx(before[0], abs=0.5)
        page.click("text=Whole face")
        page.locator(".viewer").scroll_into_view_if_needed()
        shown = page.locator(".viewer svg")
        wide = float(shown.get_attribute("viewBox").split()[2])
        frame = page.locator(".viewer").bounding_box()
        x, y = frame["x"] + frame["width"] / 2, frame["y"] + 12
        fingers.put("touchStart", (x - 20, y), (x + 20, y))
        for apart in (30, 60, 90):
            fingers.put("touchMove", (x - apart, y), (x + apart, y))
        fingers.put("touchEnd")
        assert float(shown.get_attribute("viewBox").split()[2]) < wide / 2
        assert len(served.client.get(path).json()["corrected"]) == 1
        seen.check()


def test_a_course_is_there_as_a_table(browser: Any, served: Served, patient: str) -> None:
    course = served.client.get(
        f"/api/patients/{patient}/course?metric=brow_height&side=diff"
    ).json()
    with visit(browser, served) as seen:
        seen.go(f"/patients/{patient}")
        seen.page.get_by_text("The same as a table").click()
        rows = seen.page.locator("table.numbers tbody tr")
        assert rows.count() == len(course["day"])
        said = [row.locator("td").nth(2).inner_text().split()[0] for row in rows.all()]
        assert [each.replace("−", "-") for each in said] == [f"{x:.1f}" for x in course["value"]]
        seen.check()


def test_what_was_typed_stays_when_it_can_t_be_saved(browser: Any, served: Served) -> None:
    number = served.add_patient(name="Ada", treatments=[{"date": "2026-03-09", "note": "20 U"}])
    with visit(browser, served) as seen:
        page = seen.page
        seen.go(f"/patients/{number}")
        page.click("text=Edit")
        page.fill("input[name=note]", "25 U, forehead")
        page.fill("input[name=date]", "1026-03-09")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("the year 1026 can't be right").wait_for()
        assert page.input_value("input[name=note]") == "25 U, forehead"
        page.fill("input[name=date]", "2026-03-10")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("treated 2026-03-10: 25 U, forehead").wait_for()
    assert any("422" in each for each in seen.complaints)
    served.client.delete(f"/api/patients/{number}")


def test_a_guess_is_told_and_confirmed(
    browser: Any, served: Served, head: Image.Image, number: str
) -> None:
    (photo,) = served.bring(number, [("IMG_1.jpg", encoded(head, "JPEG"))]).json()["ids"]
    served.wait(photo)
    with visit(browser, served) as seen:
        seen.go(f"/patients/{number}")
        seen.page.locator(".thumb:has-text('smile (guessed)')").click()
        seen.page.get_by_role("button", name="Confirm: smile").click()
        seen.page.get_by_text("expression, as read → smile_open").wait_for()
        assert seen.page.get_by_role("button", name="Confirm").count() == 0
        seen.check()
    (shown,) = served.client.get(f"/api/patients/{number}/photos").json()
    assert shown["expression"] == "smile_open"
    (told,) = served.client.get(f"/api/photos/{photo}/history").json()
    assert told["who"] == "page"


@pytest.fixture
def tabs(browser: Any, served: Served) -> Iterator[list[Any]]:
    """More tabs of one browser than it has connections."""
    with visit(browser, served) as seen, ExitStack() as stack:
        opened = [seen.page]
        for _ in range(TABS - 1):
            opened.append(seen.page.context.new_page())
            seen.watch(opened[-1])
            opened[-1].goto(seen.base)
            stack.callback(opened[-1].close)
        yield opened
        seen.check()


def test_many_tabs_hear_the_news(served: Served, tabs: list[Any]) -> None:
    for tab in tabs:
        tab.get_by_role("heading", name="Patients").wait_for()
    number = served.add_patient(name="Heard by all")
    for tab in tabs:
        tab.get_by_text("Heard by all").wait_for()
    tabs[0].goto("about:blank")  # it held the stream
    tabs[1].wait_for_timeout(500)
    served.client.patch(f"/api/patients/{number}", json={"name": "Heard by the others"})
    for tab in tabs[1:]:
        tab.get_by_text("Heard by the others").wait_for()
    served.client.delete(f"/api/patients/{number}")


def test_a_correction_is_shown_in_the_other_tab(
    served: Served, tabs: list[Any], photo: str
) -> None:
    for tab in tabs[:2]:
        tab.goto(f"{served.base}/#/photos/{photo}")
        tab.wait_for_selector("tr[data-metric]")
    tabs[0].select_option("select[name=point]", "commissure left")
    tabs[0].locator(".viewer").focus()
    tabs[0].keyboard.press("ArrowDown")
    for tab in tabs[:2]:
        tab.wait_for_selector("text=corrected by hand: 1")
    tabs[1].click("button:has-text('Undo')")
    for tab in tabs[:2]:
        tab.wait_for_selector("text=corrected by hand", state="detached")
    told = served.client.get(f"/api/photos/{photo}/history").json()[-2:]
    assert [each["new"] is None for each in told] == [False, True]


def test_a_page_without_its_server_says_so(browser: Any, tmp_path: Path) -> None:
    with running_server(tmp_path / "store", "--workers", "1") as server:
        port = server.base.rsplit(":", 1)[1]
        with visit(browser, server) as seen:
            server.kill()
            seen.page.get_by_role("alert").filter(has_text="does not answer").wait_for()
            with running_server(tmp_path / "store", "--workers", "1", "--port", port):
                seen.page.get_by_text("Locked").wait_for()


def test_a_file_is_kept_for_its_expression(
    browser: Any, served: Served, head: Image.Image, tmp_path: Path
) -> None:
    """Without a camera there is a list for files; one keeps its name, which says another day."""
    number = served.add_patient(name="No camera")
    path = tmp_path / "2026-03-02 IMG_1.jpg"
    path.write_bytes(encoded(head.rotate(1), "JPEG"))
    with visit(browser, served) as seen:
        seen.go(f"/patients/{number}/capture")
        seen.page.get_by_text("No camera can be used here").wait_for()
        task = seen.page.locator(".tasks li:has-text('Eyes closed tightly')")
        task.locator("input[type=file]").set_input_files(path)
        seen.page.get_by_text("1 photo is kept").wait_for()
        assert task.get_by_text("missing").count() == 1
        seen.check()
    (kept,) = served.client.get(f"/api/patients/{number}/photos?summary=true").json()
    known = kept["name"], kept["expression"], kept["taken"]
    assert known == ("tightly 2026-03-02 IMG_1.jpg", "eye_closure", "2026-03-02")
    served.client.delete(f"/api/patients/{number}")


class Foreign(BaseHTTPRequestHandler):
    """Serves the page of another server."""

    page = ""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(self.page.encode())

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def test_a_page_of_another_server_gets_nothing(
    browser: Any, served: Served, patient: str, photo: str
) -> None:
    before = served.client.get("/api/patients").json()
    Foreign.page = FOREIGN.replace("BASE", served.base).replace("PATIENT", patient)
    Foreign.page = Foreign.page.replace("PHOTO", photo)
    with HTTPServer(("127.0.0.1", 0), Foreign) as other, visit(browser, served) as seen:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{other.server_port}/"
        page = seen.page
        page.goto(address)
        assert page.evaluate("Promise.all(told)") == [""] * 5
        for asked in ("a", "button"):
            page.goto(address)
            with page.expect_response(lambda answer: answer.url.startswith(served.base)) as answer:
                page.click(asked)
            assert answer.value.status == 403
        other.shutdown()
    assert served.client.get("/api/patients").json() == before


def test_a_photo_that_does_not_count_is_told_on_its_thumbnail(
    browser: Any, served: Served, head: Image.Image, photos: dict[str, bytes], number: str
) -> None:
    """One without a date, and one whose camera's clock was wrong; days are those of the courses."""
    others = {
        name: encoded(head.rotate(turn), "JPEG")
        for turn, name in ((5, "IMG smile.jpg"), (6, "2004-01-01 smile.jpg"))
    }
    for each in served.bring(number, list({**photos, **others}.items())).json()["ids"]:
        served.wait(each)
    with visit(browser, served) as seen:
        page = seen.page
        seen.go(f"/patients/{number}")
        page.get_by_text("Not used: 2 photos").click()
        aside = page.locator(".thumb", has=page.get_by_text("not used"))
        told = " ".join(aside.locator(".unseen").all_text_contents())
        assert aside.count() == len(others)
        assert all(name in told for name in others)
        days = [
            page.get_by_label(day, exact=True).locator("header .soft").inner_text()
            for day in ("2004-01-01", DAYS[0], DAYS[2])
        ]
        assert days == ["", "day 0", "day 14"]
        page.select_option("select[name=st]", "used")
        assert page.locator(".thumb").count() == len(photos)
        page.get_by_role("link", name="IMG smile.jpg", exact=True).click()
        page.locator("h1:has-text('IMG smile.jpg')").wait_for()
        seen.check()
