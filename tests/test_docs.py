"""Every Python block of the readme and the docs runs, in the order in which it stands there."""

from __future__ import annotations

import contextlib
import pkgutil
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from asymmetry import Extractor, Half, Landmarks, Series, metric, score, write_landmarks
from asymmetry.core.schemes import DLIB_68
from asymmetry.landmark_files import unregister_landmark_format
from asymmetry.report import unregister_plot
from asymmetry.series import unregister_rule
from asymmetry.synthetic import face as synthetic_face
from asymmetry.synthetic import make_demo
from tests.dicoms import JPEG as DICOM_JPEG
from tests.dicoms import dicom_bytes
from tests.schemes import told_in
from tests.videos import write_video

METHOD = "plain"

ROOT = Path(__file__).resolve().parents[1]
# `tests/test_readers.py` runs that page, and forgets the reader that it registers.
REGISTERS = "own-models.md"
DOCS = sorted(
    f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md") if path.name != REGISTERS
)
PAGES = ("README.md", "CONTRIBUTING.md", *DOCS)
DAYS = ("2026-03-02", "2026-03-09", "2026-03-23")


def blocks(page: str) -> list[str]:
    """The Python blocks of a page."""
    return re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)


def jpeg(pixels: NDArray[np.uint8], path: Path, quality: int = 92) -> bytes:
    Image.fromarray(pixels).save(path, quality=quality)
    return path.read_bytes()


@pytest.fixture(scope="module")
def files(astronaut: NDArray[np.uint8], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the photos that the pages name; no two files are alike."""
    made = tmp_path_factory.mktemp("files")
    face = np.ascontiguousarray(astronaut[:320, 60:380])
    for name in ("portrait.jpg", "a.jpg", "b.jpg", "before.jpg", "after.jpg"):
        jpeg(face, made / name, 80 + len(name))
    (made / "photos" / "p17").mkdir(parents=True)
    for number, day in enumerate(DAYS):
        jpeg(face, made / "photos" / f"{day} rest.jpg", 80 + number)
    jpeg(face, made / "photos" / "p17" / "2026-04-02 rest.jpg", 95)
    pictured = dicom_bytes(jpeg(face, made / "photo.jpg"), DICOM_JPEG, "YBR_FULL_422")
    (made / "photo.dcm").write_bytes(pictured)
    write_landmarks(told_in(synthetic_face(1), DLIB_68), made / "hand.pts")
    for name in ("smile.mp4", "2026-03-02 smile.mp4"):
        write_video(made / name, [face] * 6)
    return made


@pytest.fixture
def home(files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Such a folder for each page, which may change it."""
    shutil.copytree(files, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    mpl.use("Agg")
    return tmp_path


@pytest.fixture(scope="module")
def readings(files: Path, extractor: Extractor) -> tuple[Landmarks, Series]:
    """Of a portrait and of a folder of photos, by their names in the folder where the page is at home."""
    with contextlib.chdir(files):
        series = Series.from_folder("photos", recursive=False, extractor=extractor)
        return extractor.extract(["portrait.jpg"]), series


@pytest.fixture
def known(
    home: Path,
    astronaut: NDArray[np.uint8],
    extractor: Extractor,
    readings: tuple[Landmarks, Series],
) -> Iterator[dict[str, Any]]:
    """Names that a page takes to be there."""
    fastapi = pytest.importorskip("fastapi")
    photo = (home / "portrait.jpg").read_bytes()
    landmarks, series = readings
    rows = [
        SimpleNamespace(
            name=f"day {day}", jpeg=(home / "photos" / f"{day} rest.jpg").read_bytes(), day=day
        )
        for day in DAYS
    ]
    yield {
        "__name__": "__main__",
        "FloatArray": NDArray[np.float64],
        "Half": Half,
        "UploadFile": fastapi.UploadFile,
        "app": fastapi.FastAPI(),
        "extractor": extractor,
        "jpeg": photo + b"\0",
        "landmarks": landmarks,
        "metric": metric,
        "photos": ["a.jpg", "b.jpg"],
        "pixels": astronaut,
        "rows": rows,
        "save": lambda *_: None,
        "series": series,
    }
    unregister_landmark_format("pairs")  # that docs/landmarks.md registers
    unregister_rule("wide eye")  # that docs/series.md registers
    unregister_plot("Tilt of the mouth")  # that docs/report.md registers


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page)])
def test_every_block_runs(page: str, known: dict[str, Any]) -> None:
    for block in blocks(page):
        exec(compile(block, page, "exec"), known)
    if page == "docs/tutorial.md":  # "0.1 mm": both count from before the treatment
        assert np.sqrt(np.mean((known["read"] - known["truth"]) ** 2)) < 0.15


@pytest.mark.parametrize("page", [*PAGES, f"docs/{REGISTERS}"])
def test_every_name_in_a_page_exists(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for name, call in re.findall(r"`(asymmetry(?:\.\w+)+)(\(?)", text):
        found = pkgutil.resolve_name(name)
        assert callable(found) or not call, name


@pytest.mark.parametrize("page", PAGES)
def test_no_page_installs_from_an_index_that_does_not_have_it(page: str) -> None:
    """As long as the project has no public address it comes from a folder or a wheel."""
    lines = (ROOT / page).read_text(encoding="utf-8").splitlines()
    asked = [line for line in lines if re.search(r"pip install.*[ '\"]asymmetry\b", line)]
    assert [line for line in asked if "--no-index" not in line and ".whl" not in line] == []


def test_the_readmes_gains_are_those_of_the_table() -> None:
    rows = [
        [cell.strip() for cell in line.split("|")]
        for line in (ROOT / "docs" / "tables" / "warps.md").read_text(encoding="utf-8").splitlines()
    ]
    gain = {(row[1], row[2]): row[3] for row in rows if len(row) > 3}
    parts = "brow height", "mouth corner height", "lid opening"
    brow, corner, lid, *plain = (
        gain[part, method] for method in ("hemiface", "plain") for part in parts
    )
    told = (
        f"it reads {brow} of a brow's, {corner} of a mouth corner's and {lid} of a lid's true difference; "
        f"the landmark model by itself reads {plain[0]}, {plain[1]} and {plain[2]}."
    )
    assert told in " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())


@pytest.mark.slow
def test_the_tutorial_shows_what_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To a tenth: processors round a little differently."""
    monkeypatch.chdir(tmp_path)
    first = min(make_demo("demo photos").folder.glob("*.jpg"))
    printed = str(score(first)).splitlines()
    page = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8").splitlines()
    at = page.index(f"    {printed[0]}")
    for line, shown in zip(printed, page[at : at + len(printed)], strict=True):
        numbers = [re.findall(r"\d+\.\d+", each) for each in (line, shown)]
        assert re.sub(r"\d+\.\d+", "", shown).split() == re.sub(r"\d+\.\d+", "", line).split()
        np.testing.assert_allclose(*(np.array(each, float) for each in numbers), atol=0.11)
