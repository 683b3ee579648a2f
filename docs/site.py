"""``python -m docs.site FOLDER``: the documentation as a site (extra ``docs``); a warning is an error.

The pages are those of this folder and of the project's root. Their links are pointed at one another, and at
nothing outside. The reference is made of the names in each room's ``__all__``.
"""

from __future__ import annotations

import importlib
import inspect
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from docs import links

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"

#: Pages of the root, and their names in the site.
ROOT_PAGES = {
    "README.md": "index",
    "CONTRIBUTING.md": "contributing",
    "ARCHITECTURE.md": "architecture",
    "CHANGELOG.md": "changelog",
}
#: The site's contents: headings, and the pages below them in their order.
CONTENTS = {
    "First steps": ("tutorial", "gallery", "commands", "library"),
    "How to": (
        "phone",
        "clinic",
        "series",
        "clips",
        "report",
        "aids",
        "page",
        "archive",
        "dataframes",
        "deployment",
        "landmarks",
        "hospital",
    ),
    "Your own parts": ("own-models", "contributing"),
    "What is measured": ("metrics", "accuracy", "limits", "change", "speed", "skin", "swelling"),
    "About": (
        "glossary",
        "comparison",
        "privacy",
        "dependencies",
        "licences",
        "architecture",
        "changelog",
    ),
}
#: Rooms whose public names are in the reference.
ROOMS = (
    "asymmetry",
    "asymmetry.metrics",
    "asymmetry.series",
    "asymmetry.report",
    "asymmetry.archive",
    "asymmetry.synthetic",
    "asymmetry.extract",
    "asymmetry.hospital",
    "asymmetry.landmark_files",
    "asymmetry.errors",
)
_LINK = re.compile(r"(?P<text>!?\[[^\]]*\])\((?P<target>[^)\s]+)\)")
# Members of their bases, but not of these.
_INHERITED = "   :inherited-members: BaseException, Exception, Mapping, tuple"
_SETTINGS = """
project = "asymmetry"
extensions = ["myst_parser", "numpydoc", "sphinx.ext.autodoc"]
html_theme = "furo"
html_title = "asymmetry"
autodoc_typehints = "none"
numpydoc_show_class_members = False
myst_heading_anchors = 4
exclude_patterns = ["tables"]
# furo's own dark style underlines modules, as if they were links.
pygments_dark_style = "github-dark"
html_static_path = ["_static"]
html_css_files = ["site.css"]
"""
#: A line of code that is wider than a phone goes on below: nobody sees that it could be scrolled.
_STYLE = ".highlight pre { white-space: pre-wrap; overflow-wrap: anywhere; }\n"


def gather(folder: Path) -> None:
    """Write the site's sources into an empty folder."""
    for path in [*DOCS.glob("*.md"), *(ROOT / name for name in ROOT_PAGES)]:
        name = ROOT_PAGES.get(path.name, path.stem) if path.parent == ROOT else path.stem
        text = point_links(path.read_text(encoding="utf-8"), path.parent)
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    for picture in DOCS.glob("*.png"):
        shutil.copy(picture, folder)
    for pictures in ("drawings", "gallery"):
        shutil.copytree(DOCS / pictures, folder / pictures)
    (folder / "reference").mkdir()
    told: dict[int, str] = {}
    for room in ROOMS:
        (folder / "reference" / f"{room}.rst").write_text("\n".join(describe(room, told)))
    with (folder / "index.md").open("a", encoding="utf-8") as index:
        index.write("\n".join(list_contents()))
    (folder / "conf.py").write_text(_SETTINGS)
    (folder / "_static").mkdir()
    (folder / "_static" / "site.css").write_text(_STYLE)


def point_links(text: str, home: Path) -> str:
    """A page whose links lead to the site's pages; those to other files are their words alone."""

    def shown(found: re.Match[str]) -> str:
        target, _, anchor = found["target"].partition("#")
        if not target or "://" in target:
            return found[0]
        path = (home / target).resolve()
        if path.suffix in (".png", ".svg"):
            return f"{found['text']}({path.relative_to(DOCS).as_posix()})"
        page = _page_of(path)
        if page is None:
            return found["text"][1:-1]
        text = found["text"]
        if text.endswith(".md]"):
            text = f"[{_title(path)}]"
        if anchor:
            anchor = f"#{anchor}"
        return f"{text}({page}.md{anchor})"

    return _LINK.sub(shown, text)


def _title(path: Path) -> str:
    """A page's heading, to name it by where a link says its file."""
    return path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")


def _page_of(path: Path) -> str | None:
    """The site's page of a file."""
    if path.parent == DOCS and path.suffix == ".md":
        return path.stem
    if path.parent == ROOT:
        return ROOT_PAGES.get(path.name)
    return None


def list_contents() -> Iterator[str]:
    """The contents, for the sidebar; pages that have no place in it come last."""
    listed = {page for pages in CONTENTS.values() for page in pages}
    others = sorted(path.stem for path in DOCS.glob("*.md") if path.stem not in listed)
    for heading, pages in CONTENTS.items():
        yield from _tree(heading, pages)
    if others:
        yield from _tree("More", others)
    yield from _tree("Reference", [f"reference/{room}" for room in ROOMS])


def _tree(heading: str, pages: Sequence[str]) -> Iterator[str]:
    yield from ("", "```{toctree}", ":hidden:", f":caption: {heading}", "", *pages, "```")


def describe(room: str, told: dict[int, str]) -> Iterator[str]:
    """The reference of one room; a name that another room has described is only named, and ``told`` grows."""
    module = importlib.import_module(room)
    yield from (room, "=" * len(room), "", f".. automodule:: {room}", "")
    for name in sorted(module.__all__, key=str.lower):
        found = getattr(module, name)
        if inspect.ismodule(found) or name.startswith("__"):
            continue
        yield from ("", name, "-" * len(name), "")
        first = told.setdefault(id(found), f"{room}.{name}")
        if first != f"{room}.{name}":
            yield f"The same as ``{first}``."
        elif inspect.isclass(found):
            yield from (f".. autoclass:: {room}.{name}", "   :members:", _INHERITED)
        elif callable(found):
            yield f".. autofunction:: {room}.{name}"
        else:
            yield f".. autodata:: {room}.{name}"


def main(target: Path) -> int:
    """Build the site into a folder; 0 if Sphinx warns of nothing and every link leads somewhere."""
    from sphinx.cmd.build import build_main

    with tempfile.TemporaryDirectory() as folder:
        gather(Path(folder))
        failed = int(build_main(["-q", "-W", "--keep-going", folder, str(target)]))
    return failed or links.main(target)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
