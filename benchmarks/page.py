"""The cost of the local page with many photos: its first paint, scrolling, memory, and moving a point.

Needs Chromium: ``python -m benchmarks.page``. Figures are ratios within one run, beside the times.
"""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from asymmetry import Extractor, score
from asymmetry.photos.photo import read_photo
from asymmetry.photos.record import describe_photo
from asymmetry.photos.sources import PhotoBytes
from asymmetry.report.pictures import encode_jpeg
from asymmetry.synthetic.demo import demo_portrait
from asymmetry.web.store.store import Store
from tests.servers import Served, running_server

PHOTOS, REPEATS, SECONDS = 1000, 15, 2.0
FIRST = date(2024, 1, 1)
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
FRAMES = """
async (seconds) => {
  const times = [];
  const end = performance.now() + 1000 * seconds;
  await new Promise((done) => {
    const step = (now) => {
      times.push(now);
      scrollBy(0, 40);
      if (performance.now() < end) requestAnimationFrame(step);
      else done();
    };
    requestAnimationFrame(step);
  });
  return (times.length - 1) / ((times.at(-1) - times[0]) / 1000);
}
"""


def fill_store(folder: Path) -> tuple[str, str]:
    """A patient with many photos and one with none; the points are those of one face, moved a little."""
    portrait = read_photo(demo_portrait().path).pixels
    with Extractor() as extractor:
        face = extractor.extract([portrait])
    draw = np.random.default_rng(0)
    with Store(folder) as store:
        empty = store.add_patient("empty").id
        full = store.add_patient("full").id
        for i in range(PHOTOS):
            day = FIRST + timedelta(days=i // 3)
            pixels = portrait.copy()
            pixels[0, :, 0] = draw.integers(0, 255, pixels.shape[1])
            photo = store.add_photo(full, f"{day} {i} smile.jpg", encode_jpeg(pixels))
            moved = face.points + draw.normal(0, 0.3, face.points.shape).astype(np.float32)
            store.finish_photo(photo.id, replace(face, points=moved), describe_photo(photo.name))
    return empty, full


def median_seconds(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Median time of a piece of work."""
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def peak_megabytes(process: int) -> float:
    """The most memory that a process has taken."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def measure_browser(address: str, patients: tuple[str, str]) -> tuple[list[float], float]:
    """First paint of both patients' pages, ms, and frames per second while the full one is scrolled."""
    from playwright.sync_api import sync_playwright

    base = address.split("/?", maxsplit=1)[0]
    browser_path = shutil.which("chromium") or shutil.which("google-chrome")
    paints = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browser_path)
        for patient in patients:
            times = []
            for _ in range(5):
                context = browser.new_context(viewport={"width": 1280, "height": 900})
                page = context.new_page()
                page.goto(address)
                page.goto("about:blank")
                page.goto(f"{base}/#/patients/{patient}")
                page.wait_for_selector("h1")
                times.append(float(page.evaluate(PAINT)))
                context.close()
            paints.append(statistics.median(times))
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(address)
        page.goto(f"{base}/#/patients/{patients[1]}")
        page.wait_for_selector("svg.chart", timeout=120_000)
        frames = float(page.evaluate(FRAMES, SECONDS))
        browser.close()
    return paints, frames


def main() -> None:
    """Print all figures."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "store"
        patients = fill_store(folder)
        with running_server(folder) as served:
            measure_page(served, patients)


def measure_page(served: Served, patients: tuple[str, str]) -> None:
    """Print the figures of a server whose patients have no photo, and many."""
    client = served.client
    paints, frames = measure_browser(served.address, patients)
    print(
        f"first paint: empty {paints[0]:.0f} ms, {PHOTOS} photos {paints[1] / paints[0]:.2f} times that"
    )
    print(f"scrolling {PHOTOS} photos: {frames:.0f} frames/s")
    photo: dict[str, Any] = client.get(f"/api/patients/{patients[1]}/photos").json()[0]
    x, y = client.get(f"/api/photos/{photo['id']}").json()["points"]["commissure"]["right"]
    steps = iter(np.linspace(0, 5, REPEATS + 1).tolist())

    def move() -> None:
        place = {"commissure": {"right": [x, y + next(steps)]}}
        client.put(f"/api/photos/{photo['id']}/points", json=place).raise_for_status()

    listed = median_seconds(lambda: client.get("/api/patients"))
    moved = median_seconds(move)
    print(f"moving a point: {moved * 1e3:.0f} ms, {moved / listed:.1f} times GET /api/patients")
    drop_and_score(client, patients[0])
    print(f"server's memory: {peak_megabytes(served.process.pid):.0f} MB at most")


def drop_and_score(client: Any, patient: str) -> None:
    """From a photo dropped to its numbers, beside `asymmetry.score` with a warm extractor."""
    portrait = read_photo(demo_portrait().path).pixels
    files = []
    for i in range(REPEATS):
        pixels = portrait.copy()
        pixels[-1, :, 0] = i
        files.append(encode_jpeg(pixels))

    def drop() -> None:
        sent = {"photos": ("a.jpg", files.pop(), "image/jpeg")}
        number = client.post(f"/api/patients/{patient}/photos", files=sent).json()["ids"][0]
        while client.get(f"/api/photos/{number}").json()["status"] == "queued":
            time.sleep(0.005)

    with Extractor(threads=1) as extractor:
        scored = median_seconds(lambda: score(PhotoBytes("a.jpg", files[0]), extractor=extractor))
    dropped = median_seconds(drop, REPEATS - 1)
    print(f"a photo dropped: {dropped * 1e3:.0f} ms, {dropped / scored:.2f} times asymmetry.score")


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
