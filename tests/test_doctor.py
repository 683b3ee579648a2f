from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from asymmetry import doctor
from asymmetry.doctor import Check, examine
from asymmetry.errors import AsymmetryError
from asymmetry.extract.model.file import bundled_model

ROOT = Path(__file__).resolve().parents[1]

HEALTHY = {
    "numpy": "2.1.0",
    "mediapipe": "0.10.31",
    "ai-edge-litert": "2.3.0",
    "opencv-python-headless": "4.13.0.90",
    "pillow": "11.3.0",
    "simplejpeg": "1.8.0",
    "click": "8.2.0",
    "lazy-loader": "0.4",
    "tqdm": "4.66.0",
}
PDF = {"matplotlib": "3.10", "jinja2": "3.1", "weasyprint": "68.1"}


def faults(**changes: str | None) -> dict[str, Check]:
    """Complaints about a healthy installation after some changes; None takes a package away."""
    installed = HEALTHY | {name.replace("_", "-"): version for name, version in changes.items()}
    found = examine(installed={name: version for name, version in installed.items() if version})
    return {check.name: check for check in found if not check.ok}


def test_healthy_installation_has_no_fault() -> None:
    assert faults() == {}


@pytest.mark.parametrize(
    ("changes", "fault", "said"),
    [
        ({"mediapipe": None}, "mediapipe", "not installed"),
        ({"mediapipe": "0.10.29"}, "mediapipe", "0.10.29"),  # needs NumPy below 2
        ({"mediapipe": "0.10.32"}, "mediapipe", "0.10.32"),  # sends usage metrics
        ({"mediapipe": "1.2.2"}, "mediapipe", "1.2.2"),
        ({"ai_edge_litert": None}, "ai-edge-litert", "not installed"),
        (
            {"ai_edge_litert": "1.4.0"},
            "ai-edge-litert",
            "1.4.0",
        ),  # none for Python 3.13, none for Windows
        ({"numpy": "1.26.4"}, "numpy", "1.26.4"),
        ({"opencv_python_headless": None}, "opencv", "not installed"),
        ({"opencv_python_headless": "4.12.0.88"}, "opencv", "4.12.0.88"),  # fails at clips
        ({"opencv_contrib_python": "4.13.0"}, "opencv", "opencv-contrib-python 4.13.0"),
        ({"opencv_python": "4.13.0"}, "opencv", "opencv-python 4.13.0"),
        ({"pillow": "10.4.0"}, "pillow", "10.4.0"),
        ({"lazy_loader": None}, "lazy-loader", "not installed"),
        # A PDF would have no picture in it.
        ({**PDF, "weasyprint": "68.0"}, "extra pdf", "needs weasyprint>=68.1"),
    ],
)
def test_names_what_is_wrong_and_what_to_do(
    changes: dict[str, str | None], fault: str, said: str
) -> None:
    found = faults(**changes)
    assert list(found) == [fault]
    assert said in found[fault].found
    assert "pip" in found[fault].advice


@pytest.mark.parametrize("version", ["0.10.30", "0.10.31", "0.10.31rc1", "0.10.31.post1"])
def test_versions_in_range(version: str) -> None:
    assert faults(mediapipe=version) == {}


def test_another_single_opencv_is_no_fault() -> None:
    assert faults(opencv_python_headless=None, opencv_contrib_python="4.13.0") == {}


def test_two_opencv_wheels_are_both_named_in_the_advice() -> None:
    advice = faults(opencv_python="4.13.0")["opencv"].advice
    assert "uninstall -y opencv-python opencv-python-headless" in advice


def test_missing_and_altered_model(tmp_path: Path) -> None:
    altered = tmp_path / "model.task"
    altered.write_bytes(bundled_model().read_bytes()[:-1] + b"x")
    for path in (tmp_path / "none.task", altered):
        check = next(
            each for each in examine(installed=HEALTHY, model=path) if each.name == "model"
        )
        assert not check.ok
        assert str(path) in check.found


def test_a_missing_extra_is_told_and_no_fault() -> None:
    extras = {
        each.name: each for each in examine(installed=HEALTHY) if each.name.startswith("extra")
    }
    assert extras["extra report"].ok
    assert extras["extra report"].advice == "pip install 'asymmetry[report]'"
    installed = examine(installed=HEALTHY | {"matplotlib": "3.10", "jinja2": "3.1"})
    assert next(each for each in installed if each.name == "extra report").advice == ""


def test_what_an_extra_is_made_of_belongs_to_it() -> None:
    """No PDF without the report's packages, and no archive without tables."""
    installed = HEALTHY | {"weasyprint": "70.0", "fsspec": "2026.1.0", "pebble": "5.2"}
    checks = {each.name: each.found for each in examine(installed=installed)}
    assert "not installed (optional; needs matplotlib, jinja2)" in checks["extra pdf"]
    assert "not installed (optional; needs pandas, pyarrow)" in checks["extra archive"]


def test_a_pdf_without_the_system_s_pango_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def without() -> None:
        raise AsymmetryError("a PDF needs the system's Pango")

    monkeypatch.setattr("asymmetry.report.writing.load_weasyprint", without)
    monkeypatch.setattr(doctor, "_installed_versions", lambda: HEALTHY | PDF)
    checks = {each.name: each for each in examine()}
    assert not checks["extra pdf"].ok
    assert "Pango" in checks["extra pdf"].found
    assert checks["extra report"].ok


def test_this_installation_loads() -> None:
    checks = {check.name: check for check in examine()}
    assert checks["import mediapipe"].ok
    assert checks["import cv2"].ok
    assert checks["model"].ok


def test_a_package_that_does_not_load_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> None:
        raise OSError(f"libGL.so.1: cannot open shared object file ({name})")

    monkeypatch.setattr(doctor.importlib, "import_module", broken)
    check = next(each for each in examine() if each.name == "import cv2")
    assert not check.ok
    assert "libGL.so.1" in check.found


@pytest.mark.parametrize("missing", ["cv2", "mediapipe", "PIL", "numpy"])
def test_runs_where_a_package_is_missing(missing: str) -> None:
    """The command itself, in a process in which that package can't be imported."""
    code = f"import sys; sys.modules[{missing!r}] = None; from asymmetry.cli import main; main(['doctor'])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
    assert f"FAULT import {missing}" in done.stdout
    assert done.returncode == 1


def test_limits_are_those_of_the_project_file() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    def split(need: str) -> list[str]:
        """Name and limit of a requirement; of ray[data]>=2 without the extra."""
        return re.fullmatch(r"([\w-]+)(?:\[data\])?(.*)", need).groups()

    def written(low: tuple[int, ...], high: tuple[int, ...] | None) -> str:
        text = f">={'.'.join(map(str, low))}"
        return f"{text},<{'.'.join(map(str, high))}" if high else text

    assert project["requires-python"] == written(*doctor.PYTHON_RANGE)
    limits = {name: written(*each) for name, each in doctor.NEEDS.items()}
    limits["opencv-python-headless"] = written(*doctor.OPENCV_RANGE)
    declared = {
        name.replace("_", "-"): limit for name, limit in map(split, project["dependencies"])
    }
    assert limits == declared
    extras = project["optional-dependencies"]

    def declared_by(extra: str) -> dict[str, str]:
        found = {}
        for need in extras[extra]:
            name, limit = split(need)
            found |= declared_by(limit[1:-1]) if name == "asymmetry" else {name: limit}
        return found

    for name, needs in doctor.EXTRAS.items():
        assert {need: written(low, None) for need, low in needs.items()} == declared_by(name)
    assert set(extras) - {"all", "demo", "dev", "docs", "tune"} == set(doctor.EXTRAS)
