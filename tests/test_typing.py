"""Type checkers read the public names: right uses pass, each wrong one is found."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
RIGHT, WRONG = ROOT / "tests" / "typing" / "right.py", ROOT / "tests" / "typing" / "wrong.py"


def run_mypy(path: Path, cache: Path) -> set[int]:
    """Lines to which mypy objects."""
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--cache-dir",
        str(cache),
        "--no-error-summary",
    ]
    done = subprocess.run(
        [*command, str(path)], cwd=ROOT, capture_output=True, text=True, check=False, timeout=600
    )
    assert not done.stderr, done.stderr
    named = [line.split(":") for line in done.stdout.splitlines() if ": error:" in line]
    assert {Path(parts[0]).name for parts in named} <= {path.name}, done.stdout
    return {int(parts[1]) for parts in named}


def run_pyright(path: Path, _cache: Path) -> set[int]:
    """Lines to which pyright objects."""
    if importlib.util.find_spec("pyright") is None:
        pytest.skip("pyright is not installed")
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable]
    done = subprocess.run(
        [*command, str(path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if not done.stdout.startswith("{"):
        pytest.skip(f"pyright can't run here: {(done.stdout or done.stderr).strip()[:200]}")
    found = json.loads(done.stdout)["generalDiagnostics"]
    return {each["range"]["start"]["line"] + 1 for each in found if each["severity"] == "error"}


def wrong_lines() -> set[int]:
    lines = WRONG.read_text(encoding="utf-8").splitlines()
    return {number for number, line in enumerate(lines, 1) if line.endswith("# wrong")}


@pytest.mark.parametrize("check", [run_mypy, run_pyright])
def test_right_uses_pass_and_wrong_ones_are_found(check: object, tmp_path: Path) -> None:
    assert callable(check)
    assert check(RIGHT, tmp_path) == set()
    assert check(WRONG, tmp_path) == wrong_lines()
    assert len(wrong_lines()) > 10
