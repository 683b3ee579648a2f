"""The documentation as a site: every page is in its contents, every link leads somewhere, and it builds."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from docs import links, site

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sources")
    site.gather(folder)
    return folder


def test_every_page_is_in_the_contents(sources: Path) -> None:
    there = {path.stem for path in sources.glob("*.md")} - {"index"}
    index = (sources / "index.md").read_text(encoding="utf-8")
    listed = [line for line in index.splitlines() if line in there]
    assert sorted(listed) == sorted(there)


def test_every_link_of_the_pages_leads_somewhere() -> None:
    assert list(links.lost_in_pages()) == []


@pytest.mark.parametrize(
    "target",
    [
        "docs/none.md",
        "docs/metrics.md#none",
        "#none",
        "../shared",
        "https:/doi.org/1",
        "http://a.org",
    ],
)
def test_a_link_that_leads_nowhere_is_told(target: str) -> None:
    assert not links.leads_somewhere(target, ROOT / "README.md")


@pytest.mark.parametrize(
    "target", ["docs/metrics.md#what-is-normal", "#limits", "LICENSE", "https://doi.org/10.1/a"]
)
def test_a_link_that_leads_somewhere_is_not_told(target: str) -> None:
    assert links.leads_somewhere(target, ROOT / "README.md")


def test_a_built_page_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        '<a href="b.html#here"></a><a href="b.html#gone"></a><img src="no.png"><a href="#top"></a>'
        '<a href="https://example.org"></a><p id="top">'
    )
    (tmp_path / "b.html").write_text('<p id="here">')
    assert list(links.lost_in_site(tmp_path)) == ["a.html: b.html#gone", "a.html: no.png"]


def test_headings_of_one_name_have_numbers(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One\n\n## A `b_c` (d)\n\n## One\n\n## One\n\n```\n# code\n```\n")
    assert links.anchors(page) == {"one", "a-b_c-d", "one-1", "one-2"}


def test_links_out_of_the_site_are_words() -> None:
    shown = site.point_links(
        "see [the licence](../LICENSE) and [metrics](metrics.md#brow)", site.DOCS
    )
    assert shown == "see the licence and [metrics](metrics.md#brow)"


def test_a_file_is_named_by_its_heading() -> None:
    shown = site.point_links("see [docs/metrics.md](docs/metrics.md#mrd1)", ROOT)
    assert shown == "see [Metrics](metrics.md#mrd1)"


def test_the_reference_has_every_public_name(sources: Path) -> None:
    import asymmetry

    text = (sources / "reference" / "asymmetry.rst").read_text(encoding="utf-8")
    named = {name for name in asymmetry.__all__ if f"asymmetry.{name}\n" in text + "\n"}
    modules = {name for name in asymmetry.__all__ if name[0].islower() and name in dir(asymmetry)}
    assert set(asymmetry.__all__) - named - modules == {"__version__"}


def test_it_builds_without_a_warning(tmp_path: Path) -> None:
    for package in ("sphinx", "furo", "myst_parser", "numpydoc"):
        pytest.importorskip(package, reason="the extra docs is not installed")
    command = [sys.executable, "-m", "docs.site", str(tmp_path / "site")]
    made = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (made.returncode, made.stderr) == (0, "")
    assert (tmp_path / "site" / "reference" / "asymmetry.html").is_file()
