"""Parts of a release beside the code: licences, and how to cite it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from docs.licences import PAGE, closure, declared, licence, normal, page
from hatch_build import list_urls, make_absolute

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (ROOT / ".ci" / "lock.txt").read_text(encoding="utf-8")


def declared_by(extra: str) -> Iterator[Requirement]:
    """Packages that an extra asks for, and the extras in it."""
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


def test_packages_of_an_extra_that_a_package_asks_for_are_listed() -> None:
    """As brotli, which comes with WeasyPrint by fonttools[woff]."""
    found = closure(["weasyprint"])
    assert {"fonttools", "brotli", "zopfli"} <= found
    listed = set(re.findall(r"^\| ([a-z0-9.-]+) \|", PAGE.read_text(), re.MULTILINE))
    assert found <= listed


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


# The project's address


def links_of(text: str) -> list[str]:
    return re.findall(r"\]\(([^)\s]+)\)", text)


def test_links_of_the_readme_lead_somewhere_on_a_package_index() -> None:
    """Each is an address, and each under the project's is one of its files."""
    address = "https://example.org/owner/asymmetry"
    found = links_of(make_absolute((ROOT / "README.md").read_text(encoding="utf-8"), address))
    assert len(found) > 20
    assert [link for link in found if not link.startswith("https://")] == []
    files = [re.fullmatch(rf"{address}/(blob|raw)/HEAD/([^#]+)(#.*)?", link) for link in found]
    assert all((ROOT / link[2]).is_file() for link in files if link)
    assert {link[1] for link in files if link and link[2].endswith(".png")} == {"raw"}


def test_without_an_address_nothing_is_invented() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert make_absolute(text, "") == text
    assert list_urls("") == {}


def test_links_of_the_metadata_are_pages_of_the_project() -> None:
    address = "https://example.org/owner/asymmetry"
    urls = list_urls(address)
    assert urls.pop("Homepage") == address
    pages = [url.partition("/HEAD/")[2] for url in urls.values() if "/HEAD/" in url]
    assert len(pages) == 2
    assert all((ROOT / path).is_file() for path in pages)
