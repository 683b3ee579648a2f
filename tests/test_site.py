"""The documentation as a site: every page is in its contents, every link leads somewhere, and it builds."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]


def load_site() -> ModuleType:
    spec = importlib.util.spec_from_file_location("site_of_docs", ROOT / "docs" / "site.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SITE = load_site()


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sources")
    SITE.gather(folder)
    return folder


def test_every_page_is_in_the_contents(sources: Path) -> None:
    there = {path.stem for path in sources.glob("*.md")} - {"index"}
    index = (sources / "index.md").read_text(encoding="utf-8")
    listed = [line for line in index.splitlines() if line in there]
    assert sorted(listed) == sorted(there)


def test_every_link_leads_to_a_page_of_the_site(sources: Path) -> None:
    lost = [
        f"{page.name}: {target}"
        for page in sources.glob("*.md")
        for target in links(page)
        if "://" not in target and not (sources / target).is_file()
    ]
    assert lost == []


def links(page: Path) -> list[str]:
    """Targets of a page's links, without their anchors, outside of code."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.findall(r"\]\(([^)#\s]+)[^)\s]*\)", text)


def test_links_out_of_the_site_are_words() -> None:
    shown = SITE.point_links(
        "see [the licence](../LICENSE) and [metrics](metrics.md#brow)", SITE.DOCS
    )
    assert shown == "see the licence and [metrics](metrics.md#brow)"


def test_the_reference_has_every_public_name(sources: Path) -> None:
    import asymmetry

    text = (sources / "reference" / "asymmetry.rst").read_text(encoding="utf-8")
    named = {name for name in asymmetry.__all__ if f"asymmetry.{name}\n" in text + "\n"}
    modules = {name for name in asymmetry.__all__ if name[0].islower() and name in dir(asymmetry)}
    assert set(asymmetry.__all__) - named - modules == {"__version__"}


def test_it_builds_without_a_warning(tmp_path: Path) -> None:
    for package in ("sphinx", "furo", "myst_parser", "numpydoc"):
        pytest.importorskip(package, reason="the extra docs is not installed")
    command = [sys.executable, str(ROOT / "docs" / "site.py"), str(tmp_path / "site")]
    made = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (made.returncode, made.stderr) == (0, "")
    assert (tmp_path / "site" / "reference" / "asymmetry.html").is_file()
