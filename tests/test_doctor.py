from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from asymmetry import doctor
from asymmetry.doctor import Check, examine
from asymmetry.extract.model.file import bundled_model

ROOT = Path(__file__).resolve().parents[1]

HEALTHY = {
    "numpy": "2.1.0",
    "mediapipe": "0.10.31",
    "ai-edge-litert": "2.3.0",
    "opencv-python-headless": "4.11.0.86",
}


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
        ({"opencv_contrib_python": "4.11.0"}, "opencv", "opencv-contrib-python 4.11.0"),
        ({"opencv_python": "4.11.0"}, "opencv", "opencv-python 4.11.0"),
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
    assert faults(opencv_python_headless=None, opencv_contrib_python="4.11.0") == {}


def test_two_opencv_wheels_are_both_named_in_the_advice() -> None:
    advice = faults(opencv_python="4.11.0")["opencv"].advice
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
    installed = examine(installed=HEALTHY | {"matplotlib": "3.9", "jinja2": "3.1"})
    assert next(each for each in installed if each.name == "extra report").advice == ""


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

    def written(low: tuple[int, ...], high: tuple[int, ...] | None) -> str:
        text = f">={'.'.join(map(str, low))}"
        return f"{text},<{'.'.join(map(str, high))}" if high else text

    assert project["requires-python"] == written(*doctor.PYTHON_RANGE)
    assert f"mediapipe{written(*doctor.MEDIAPIPE_RANGE)}" in project["dependencies"]
    assert f"ai-edge-litert{written(*doctor.LITERT_RANGE)}" in project["dependencies"]
    assert f"numpy{written(*doctor.NUMPY_RANGE)}" in project["dependencies"]
    extras = project["optional-dependencies"]
    for name, needs in doctor.EXTRAS.items():
        own = {
            re.match(r"[\w-]+", need)[0]
            for need in extras[name]
            if not need.startswith("asymmetry[")
        }
        assert own == set(needs)
    assert set(extras) - {"all", "demo", "dev", "docs", "tune"} == set(doctor.EXTRAS)
