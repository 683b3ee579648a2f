"""The local page in a real browser; `tests.clinic` has the fixtures."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.servers import PATIENCE, Served

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@dataclass
class Visit:
    """A page, and everything that it asked for and complained about."""

    page: Any
    base: str
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def watch(self, page: Any) -> None:
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self.hear)

    def hear(self, told: Any) -> None:
        if told.type in ("error", "warning"):
            self.complaints.append(told.text)

    def go(self, path: str) -> None:
        self.page.goto(f"{self.base}/#{path}")

    def check(self) -> None:
        """Nothing went to another place, and nothing went wrong."""
        assert self.complaints == []
        plain = [url for url in self.asked if not url.startswith(("blob:", "data:"))]
        assert {url.split("/")[2] for url in plain} == {self.base.split("/")[2]}


def find_chromium() -> str:
    """Chromium's program; the test is skipped where it is not installed."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        pytest.skip("no Chromium is installed")
    return path


def launch(driver: Any, *flags: str) -> Any:
    """Chromium, where it is installed."""
    return driver.chromium.launch(executable_path=find_chromium(), args=list(flags))


@contextmanager
def visit(browser: Any, served: Served, **options: Any) -> Iterator[Visit]:
    """The page in a window of its own, opened with the address that the server printed."""
    context = browser.new_context(viewport=options.pop("viewport", DESK), **options)
    context.set_default_timeout(1000 * PATIENCE)
    made = Visit(context.new_page(), served.base)
    made.watch(made.page)
    made.page.goto(served.address)
    made.page.wait_for_selector("h1")
    yield made
    context.close()
