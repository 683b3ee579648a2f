"""The hook for programs frozen with PyInstaller: it is found, and names what PyInstaller can't see."""

from __future__ import annotations

import importlib
import runpy
import tomllib
from pathlib import Path

import pytest

from asymmetry.freezing import hook_dirs

ROOT = Path(__file__).resolve().parents[1]


def test_pyinstaller_is_told_where_the_hook_is() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    module, name = project["entry-points"]["pyinstaller40"]["hook-dirs"].split(":")
    (folder,) = getattr(importlib.import_module(module), name)()
    assert (Path(folder) / "hook-asymmetry.py").is_file()


@pytest.mark.slow
def test_the_hook_names_what_is_loaded_late_and_the_data() -> None:
    pytest.importorskip(
        "PyInstaller", reason="needs PyInstaller, which development does not install"
    )
    found = runpy.run_path(str(Path(hook_dirs()[0]) / "hook-asymmetry.py"))
    assert {"asymmetry.scoring", "asymmetry.people", "asymmetry.extract.edges.lids"} <= set(
        found["hiddenimports"]
    )
    names = {Path(source).name for source, _ in found["datas"]}
    assert {"face_landmarker.task", "en.toml", "__init__.pyi"} <= names
    # Versions stand there; doctor asks for them.
    frozen = {name.split("-")[0] for name in names if name.endswith(".dist-info")}
    assert {"asymmetry", "numpy", "pillow", "simplejpeg", "opencv_python_headless"} <= frozen
