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


def run_mypy() -> list[tuple[str, int]]:
    """Files and lines to which mypy objects; its cache is that of ``make check``."""
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary"]
    done = subprocess.run(
        [*command, str(RIGHT), str(WRONG)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert not done.stderr, done.stderr
    named = [line.split(":") for line in done.stdout.splitlines() if ": error:" in line]
    return [(Path(parts[0]).name, int(parts[1])) for parts in named]


def run_pyright() -> list[tuple[str, int]]:
    """Files and lines to which pyright objects."""
    if importlib.util.find_spec("pyright") is None:
        pytest.skip("pyright is not installed")
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable]
    done = subprocess.run(
        [*command, str(RIGHT), str(WRONG)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if not done.stdout.startswith("{"):
        pytest.skip(f"pyright can't run here: {(done.stdout or done.stderr).strip()[:200]}")
    found = json.loads(done.stdout)["generalDiagnostics"]
    return [
        (Path(each["file"]).name, each["range"]["start"]["line"] + 1)
        for each in found
        if each["severity"] == "error"
    ]


def wrong_lines() -> set[tuple[str, int]]:
    lines = WRONG.read_text(encoding="utf-8").splitlines()
    return {
        (WRONG.name, number) for number, line in enumerate(lines, 1) if line.endswith("# wrong")
    }


@pytest.mark.parametrize("check", [run_mypy, run_pyright])
def test_right_uses_pass_and_wrong_ones_are_found(check: object) -> None:
    assert callable(check)
    assert set(check()) == wrong_lines()
    assert len(wrong_lines()) > 10
