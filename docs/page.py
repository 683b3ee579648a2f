"""Make the pictures of docs/page.md: the local page with the demo's patient, in Chromium.

python docs/page.py
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

FOLDER = Path(__file__).parent
WIDTH, HEIGHT, COLOURS = 1180, 860, 160
PATIENCE = 300_000


def main() -> None:
    """Write both pictures."""
    with tempfile.TemporaryDirectory() as data:
        command = [sys.executable, "-m", "asymmetry", "serve", "--no-browser", "--data", data]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            try:
                shoot(server.stdout.readline().strip())
            finally:
                server.terminate()


def shoot(address: str) -> None:
    """Write the pictures of the page at an address."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"))
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        page.set_default_timeout(PATIENCE)
        page.goto(address)
        page.click("a.card")
        page.wait_for_selector(".thumb img")
        page.wait_for_selector("progress", state="detached")
        page.wait_for_selector("svg.chart")
        save(page, "page-patient.png")
        page.locator("a.thumb").nth(12).click()
        page.wait_for_selector("tr[data-metric]")
        save(page, "page-photo.png")
        browser.close()


def save(page: Page, name: str) -> None:
    """Keep a picture of the window, in few colours."""
    time.sleep(2)
    path = FOLDER / name
    page.screenshot(path=path)
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(COLOURS).save(path, optimize=True)


if __name__ == "__main__":
    main()
