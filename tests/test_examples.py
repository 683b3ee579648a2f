"""The examples run as they are."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image

from asymmetry import Extractor
from asymmetry.photos.photo import read_photo
from asymmetry.synthetic import Move, warp_photo

FOLDER = Path(__file__).resolve().parents[1] / "examples"


def example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_example_is_run_here() -> None:
    assert {path.stem for path in FOLDER.glob("*.py")} == {
        "one_photo",
        "one_series",
        "before_after",
    }


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
