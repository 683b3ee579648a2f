"""The examples run as they are."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image

from asymmetry import Extractor
from asymmetry.core.arrays import Pixels
from asymmetry.photos.photo import read_photo
from asymmetry.synthetic import Move, warp_photo
from tests.videos import write_video

FOLDER = Path(__file__).resolve().parents[1] / "examples"


def example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_example_is_run_here() -> None:
    assert {path.name for path in FOLDER.iterdir() if path.is_file()} == {
        "app.py",
        "archive_query.py",
        "before_after.py",
        "one_clip.py",
        "one_patient.ipynb",
        "one_photo.py",
        "one_series.py",
    }


def test_the_gallery_has_every_example_as_it_is() -> None:
    page = (FOLDER.parent / "docs" / "gallery.md").read_text(encoding="utf-8")
    again = "run: python docs/gallery.py"
    for path in filter(Path.is_file, FOLDER.iterdir()):
        assert f"\n## {path.name}\n" in page, again
        if path.suffix == ".py":
            assert path.read_text(encoding="utf-8") in page, again
    for picture in re.findall(r"!\[[^]]*\]\(([^)]+)\)", page):
        assert (FOLDER.parent / "docs" / picture).is_file(), again
    assert "/site-packages/" not in page, "no folder of one computer in it"


def test_one_photo(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    example("one_photo").main()
    assert "Brow height" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="there is no such file"):
        example("one_photo").main(tmp_path / "none.jpg")


def test_before_after(tmp_path: Path) -> None:
    example("before_after").main(tmp_path / "figure.png")
    with Image.open(tmp_path / "figure.png") as figure:
        assert figure.width > 500


def test_one_series(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, astronaut_path: Path
) -> None:
    pixels = read_photo(astronaut_path).pixels
    with Extractor() as extractor:
        landmarks = extractor.extract([pixels])
    lowered = warp_photo(pixels, landmarks, [Move("brow", "right", up_mm=-3)]).pixels
    Image.fromarray(pixels).save(tmp_path / "2026-03-01.png")
    Image.fromarray(lowered).save(tmp_path / "2026-03-11.png")
    example("one_series").main(tmp_path, "2026-03-01", tmp_path / "report.html")
    first, second, report = capsys.readouterr().out.splitlines()
    assert first.startswith("day     0  2026-03-01.png")
    assert second.startswith("day    10  2026-03-11.png")
    assert Path(report).is_file()


def test_one_clip(capsys: pytest.CaptureFixture[str], astronaut: Pixels, tmp_path: Path) -> None:
    face = astronaut[:380, 60:400]
    with Extractor() as extractor:
        landmarks = extractor.extract([face])
    ways = [0, 0, 0, 0, 1, 2, 3, 4, 4, 4, 4, 3, 2, 1, 0, 0]
    frames = [
        warp_photo(
            face, landmarks, [Move("mouth_corner", side, up_mm=way) for side in ("right", "left")]
        ).pixels
        for way in ways
    ]
    video = write_video(tmp_path / "smile.mp4", frames)
    example("one_clip").main(video, tmp_path / "plot.png", tmp_path / "film.png")
    said = capsys.readouterr().out
    assert "right minus left: " in said
    assert (tmp_path / "film.png").is_file()
    with pytest.raises(SystemExit, match="there is no such file"):
        example("one_clip").main(tmp_path / "none.mp4")


def test_archive_query(
    capsys: pytest.CaptureFixture[str], astronaut_path: Path, portrait_path: Path, tmp_path: Path
) -> None:
    pytest.importorskip("duckdb", reason="the extra dev is not installed")
    for person, photo in (("anna", astronaut_path), ("bert", portrait_path)):
        folder = tmp_path / "photos" / person
        folder.mkdir(parents=True)
        (folder / photo.name).write_bytes(photo.read_bytes())
    (tmp_path / "photos" / "bert" / "torn.jpg").write_bytes(b"no photo")
    example("archive_query").main(tmp_path / "photos", tmp_path / "scores.parquet")
    rows = capsys.readouterr().out.splitlines()
    assert {row.split()[0] for row in rows[:2]} == {"anna", "bert"}
    assert rows[-1] == "unreadable 1"


def test_app(astronaut_path: Path) -> None:
    testclient = pytest.importorskip("starlette.testclient", reason="needs httpx")
    app = example("app")
    with testclient.TestClient(app.app) as client:
        found = client.post("/score", content=astronaut_path.read_bytes())
        assert found.status_code == 200
        assert "brow_height_diff_mm" in found.json()["values"]
        wrong = client.post("/score", content=b"no photo")
        assert wrong.status_code == 422
        assert "error" in wrong.json()
        large = client.post("/score", content=bytes(app.MOST_BYTES + 1))
        assert large.status_code == 413
    app.EXTRACTOR.close()


def test_the_notebook(tmp_path: Path) -> None:
    nbclient = pytest.importorskip("nbclient", reason="the extra dev is not installed")
    nbformat = pytest.importorskip("nbformat", reason="the extra dev is not installed")
    notebook = nbformat.read(FOLDER / "one_patient.ipynb", as_version=4)
    assert all(not cell.get("outputs") for cell in notebook.cells)
    run = nbclient.NotebookClient(
        notebook, timeout=None, kernel_name="python3", resources={"metadata": {"path": tmp_path}}
    ).execute()
    told = [str(output) for cell in run.cells for output in cell.get("outputs", ())]
    assert any("right brow" in each for each in told)
    assert any("image/png" in each for each in told)
