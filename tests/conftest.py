"""Fixtures that any test may use: real photos, and how hypothesis runs."""

from __future__ import annotations

import gc
import json
import os
import re
import tomllib
from collections.abc import Generator, Iterator
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import hypothesis
import numpy as np
import pytest
import skimage
from matplotlib import get_data_path
from PIL import Image

from asymmetry.core.arrays import Pixels
from asymmetry.core.beside import usable_cores
from asymmetry.errors import AsymmetryError
from asymmetry.metrics import catalogue
from asymmetry.metrics.movements import movement_catalogue
from asymmetry.photos.photo import read_photo

if TYPE_CHECKING:
    from asymmetry.core.landmarks import Landmarks
    from asymmetry.extract import Extractor
    from asymmetry.extract.model.canonical import Canonical

ROOT = Path(__file__).resolve().parents[1]

#: Modules that ``make quick`` leaves out. Each takes a processor for more than three seconds, or starts
#: processes and waits for them: they read real photos, build the package, or open a browser.
SLOW_MODULES = frozenset(
    """
    test_archive test_archive_again test_archive_changed test_archive_damaged test_archive_interrupted
    test_archive_lists test_archive_ray test_archive_read test_archive_storage test_bombs
    test_cli test_clips test_compare test_damaged test_docs
    test_endings test_endings_of_data test_examples test_expressions test_extractor test_fidelity
    test_fuzz test_glasses test_golden test_hidden test_lasting test_models test_movement_noise
    test_movement_truth test_photo_refused test_photos_of_people test_privacy test_provenance
    test_pupils test_quality test_reduced test_report test_report_files test_report_kinds
    test_report_pictures test_report_sizes test_secrets test_series_kept test_site test_skin_days
    test_spread test_swelling test_synthetic test_synthetic_demo test_threads test_torn test_turned
    test_typing test_ways test_web_api test_web_attacks test_web_contract test_web_crash
    test_web_disk test_web_page test_web_service test_web_slips test_web_views test_web_workers
    """.split()
)
#: So does each test with one of these fixtures: real photos.
PHOTOS = frozenset("astronaut astronaut_path portrait_path shared_faces ugly".split())
#: The longest modules begin first: so all processors finish together.
LONGEST = """
    test_archive_interrupted test_web_page test_web_views test_web_attacks test_web_api
    test_web_contract test_web_slips test_archive_ray test_docs test_report_sizes test_web_crash test_threads
    test_report test_clips test_cli test_extractor test_examples test_report_files test_archive
    test_report_kinds test_site test_synthetic test_privacy test_laws test_typing test_glasses
    test_fidelity test_models test_web_service test_archive_again test_torn test_hidden
    test_movement_truth test_movement test_lasting test_photos_of_people test_skin_days
    test_secrets test_endings_of_data test_report_opening
""".split()
#: Modules that share the server of `tests.clinic` and its patient: one worker runs them all, and starts one.
SERVED = frozenset(
    "test_web_page test_web_views test_web_slips test_web_attacks test_web_api test_web_contract".split()
)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One worker more than processors where slow tests run: they wait for servers, browsers and archives."""
    waiting = not config.getoption("markexpr")
    return usable_cores() + int(waiting)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """As ``--dist loadscope``, which keeps a module's tests together; so are the modules in `SERVED`."""
    if config.getoption("dist") != "loadscope":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            served = Path(nodeid.partition("::")[0]).stem in SERVED
            return "served" if served else str(super()._split_scope(nodeid))

    return Together(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark slow tests, and put the longest modules first."""
    for item in items:
        photos = PHOTOS.intersection(getattr(item, "fixturenames", ()))
        if photos or item.path.stem in SLOW_MODULES:
            item.add_marker(pytest.mark.slow)
    place = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.stem, len(place)))


def pytest_collection_finish() -> None:
    """Half a million objects are there to stay: to search them for garbage took a tenth of the time."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Escape letters that are no text, such as a file's name may have: xdist can't send them."""
    report = yield
    report.sections = [
        (title, text.encode("utf-8", "backslashreplace").decode("utf-8"))
        for title, text in report.sections
    ]
    return report


hypothesis.settings.register_profile("local", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.register_profile("quick", deadline=None, max_examples=15)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "local")


def _shared(name: str) -> Path:
    folder = ROOT.parent / "shared" / name
    if not folder.is_dir():
        pytest.skip(f"../shared/{name} is not there")
    return folder


@pytest.fixture(scope="session")
def shared_faces() -> Path:
    """Folder of real and rendered faces with known asymmetries."""
    return _shared("faces")


@pytest.fixture(scope="session")
def ugly() -> Path:
    """Folder of damaged, rotated, oddly encoded and misleading photos."""
    return _shared("ugly")


@pytest.fixture(scope="session")
def portrait_path() -> Path:
    """A public-domain portrait, JPEG, 512 by 600 pixels."""
    return Path(get_data_path(), "sample_data", "grace_hopper.jpg")


@pytest.fixture(scope="session")
def astronaut_path() -> Path:
    """A public-domain portrait, PNG, 512 by 512 pixels."""
    return Path(skimage.__file__).parent / "data" / "astronaut.png"


@pytest.fixture(scope="session")
def astronaut(astronaut_path: Path) -> Pixels:
    """The same portrait as RGB pixels of shape (512, 512, 3), not to be written to."""
    with Image.open(astronaut_path) as image:
        pixels = np.asarray(image.convert("RGB"))
    pixels.flags.writeable = False
    return pixels


@pytest.fixture(scope="module")
def extractor(request: pytest.FixtureRequest) -> Iterator[Extractor]:
    """By the test module's ``METHOD``, or the one that is the default."""
    from asymmetry.extract import Extractor

    with Extractor(method=getattr(request.module, "METHOD", "hemiface")) as opened:
        yield opened


@pytest.fixture(scope="session")
def portrait(shared_faces: Path) -> Pixels:
    """A person with nothing over the face, 700 by 700 pixels."""
    pixels = read_photo(shared_faces / "london" / "022_neutral.jpg").pixels
    return np.asarray(cv2.resize(pixels, (700, 700), interpolation=cv2.INTER_AREA), np.uint8)


@pytest.fixture(scope="module")
def bare(extractor: Extractor, portrait: Pixels) -> Landmarks:
    """That person's points."""
    return extractor.extract([portrait])


@pytest.fixture(scope="session")
def canonical() -> Canonical:
    """The canonical face of the installed model."""
    from asymmetry.extract.model.canonical import load_canonical

    return load_canonical()


@pytest.fixture(scope="session")
def chromium() -> str:
    from tests.browsers import find_chromium

    return find_chromium()


@pytest.fixture(scope="session")
def pango() -> None:
    """The system's libraries that a PDF needs."""
    from asymmetry.report import writing

    try:
        writing.load_weasyprint()
    except AsymmetryError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up language without Latin letters: each of a word's letters is an ω."""
    with (resources.files("asymmetry") / "texts" / "en.toml").open("rb") as file:
        english = tomllib.load(file)
    metrics = {**catalogue(), **movement_catalogue()}
    english["definitions"] = {name: metric.definition for name, metric in metrics.items()}
    english["metric_names"] = {name: name.replace("_", " ") for name in metrics}
    english["signs"] = {name: metric.sign for name, metric in metrics.items()}
    lines = []
    for section, entries in english.items():
        lines.append(f"[{section}]")
        changed = {name: _in_omegas(text) for name, text in entries.items()}
        if section == "language":
            changed = {"name": "ω", "tag": "el-x-made-up", "direction": "ltr", "decimal": "·"}
        lines += [f"{json.dumps(name)} = {json.dumps(text)}" for name, text in changed.items()]
    path = tmp_path_factory.mktemp("words") / "omega.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _in_omegas(text: str) -> str:
    """A text with its places as they are."""
    parts = re.split(r"(\{[^{}]*\})", text)
    return "".join(
        part if part.startswith("{") else re.sub("[A-Za-z]", "ω", part) for part in parts
    )
