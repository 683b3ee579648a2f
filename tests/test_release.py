"""What goes out with a release beside the code: licences, and how to cite it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from docs.licences import PAGE, declared, licence, normal, page

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (ROOT / ".ci" / "lock.txt").read_text(encoding="utf-8")


def declared_by(extra: str) -> Iterator[Requirement]:
    """What an extra asks for, and the extras in it."""
    for requirement in map(Requirement, PROJECT["optional-dependencies"][extra]):
        if requirement.name == "asymmetry":
            for inner in requirement.extras:
                yield from declared_by(inner)
        else:
            yield requirement


def pinned() -> dict[str, list[str]]:
    """Versions in the lock by package; some have one for each of several systems or Pythons."""
    found: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", LOCK, re.MULTILINE):
        found.setdefault(normal(name), []).append(version)
    return found


def test_the_lock_has_what_the_project_declares() -> None:
    versions = pinned()
    behind = [
        str(each)
        for each in (*map(Requirement, PROJECT["dependencies"]), *declared_by("dev"))
        if not versions.get(normal(each.name))
        or not all(map(each.specifier.contains, versions[normal(each.name)]))
    ]
    assert behind == [], "the lock is behind pyproject.toml; run: make lock"


def test_each_package_of_the_lock_has_a_hash_and_no_address() -> None:
    entries = re.split(r"\n(?=\w)", re.sub(r"^#.*\n", "", LOCK, flags=re.MULTILINE))
    assert len(entries) == sum(map(len, pinned().values())) > 100
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in LOCK
    assert not re.search(r"^--(?!hash)", LOCK, re.MULTILINE)


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
