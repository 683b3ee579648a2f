"""Fixtures of the local page, as a plugin: one server for all modules, and a patient whose photos are read.

A module asks for them with ``pytest_plugins = "tests.clinic"``, and leaves the patient as it found it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.browsers import launch
from tests.photos import encoded
from tests.servers import DAYS, Served, running_server

GREY = (128, 128, 128)


@pytest.fixture(scope="session")
def head(astronaut_path: Path) -> Image.Image:
    """A face of 340 by 340 px."""
    with Image.open(astronaut_path) as image:
        return image.convert("RGB").crop((60, 0, 400, 340))


@pytest.fixture(scope="session")
def photos(head: Image.Image) -> dict[str, bytes]:
    """Three days of one face, each turned by a little."""
    made = {}
    for day, angle in zip(DAYS, (-2, 0, 3), strict=True):
        turned = head.rotate(angle, Image.Resampling.BICUBIC, fillcolor=GREY)
        made[f"{day} smile.jpg"] = encoded(turned, "JPEG", quality=92)
    return made


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with running_server(tmp_path_factory.mktemp("served") / "store", "--workers", "2") as server:
        yield server


@pytest.fixture(scope="session")
def patient(served: Served, photos: dict[str, bytes]) -> str:
    """A patient whose three photos are read."""
    number = served.add_patient(
        affected="right", treatments=[{"date": "2026-03-09", "note": "20 U"}]
    )
    answer = served.bring(number, list(photos.items()))
    assert answer.status_code == 202
    for photo in answer.json()["ids"]:
        assert served.wait(photo)["status"] in ("ok", "warn")
    return number


@pytest.fixture
def number(served: Served) -> Iterator[str]:
    """A patient without photos, for one test."""
    made = served.add_patient()
    yield made
    served.client.delete(f"/api/patients/{made}")


@pytest.fixture
def photo(served: Served, patient: str) -> Iterator[str]:
    """One of them, without corrections before and after."""
    number = served.client.get(f"/api/patients/{patient}/photos").json()[1]["id"]
    yield number
    served.client.delete(f"/api/photos/{number}/points")
    served.client.patch(
        f"/api/photos/{number}", json=dict.fromkeys(("expression", "taken", "mirrored", "excluded"))
    )


@pytest.fixture(scope="module")
def driver() -> Iterator[Any]:
    """Of browsers. It holds the thread's event loop, so it ends with the module."""
    playwright = pytest.importorskip("playwright.sync_api", reason="the extra dev is not installed")
    with playwright.sync_playwright() as made:
        yield made


@pytest.fixture(scope="module")
def browser(driver: Any) -> Iterator[Any]:
    made = launch(driver)
    yield made
    made.close()
