"""What goes out with a release beside the code: licences, and how to cite it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.licences import PAGE, declared, licence, page

ROOT = Path(__file__).resolve().parents[1]


def test_every_declared_package_has_its_licence() -> None:
    always, extras = declared()
    rows = dict(re.findall(r"^\| ([a-z0-9.-]+) \|.*? ([^|]+) \|$", PAGE.read_text(), re.MULTILINE))
    for name in {*always, *(each for names in extras.values() for each in names)}:
        assert rows.get(name), name


def test_a_licence_is_what_the_package_says() -> None:
    assert licence("numpy").startswith("BSD-3-Clause")
    assert licence("no-such-package") == ""


def test_a_page_with_gaps_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("docs.licences.licence", lambda name: "" if name == "numpy" else "MIT")
    with pytest.raises(SystemExit, match="not installed: numpy"):
        page()


def test_the_citation_is_whole() -> None:
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors", "license", "type"} <= cited.keys()
    assert cited["license"] == "Apache-2.0"
