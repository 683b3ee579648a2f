"""``python docs/links.py [SITE]``: links of pages and of a built site that lead nowhere; without a network.

A link to the web is looked at for its form alone.
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parents[1]
_CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def pages() -> list[Path]:
    """The project's pages."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]


def lost_in_pages() -> Iterator[str]:
    """Links of the pages whose file or heading is not there, or whose web address has no form."""
    for page in pages():
        # A link in words of code, such as [`name`](#name), stays one.
        text = _CODE.sub("x", page.read_text(encoding="utf-8"))
        for target in (found["target"] for found in _LINK.finditer(text)):
            if not leads_somewhere(target, page):
                yield f"{page.relative_to(ROOT)}: {target}"


def leads_somewhere(target: str, page: Path) -> bool:
    """Whether a page's link leads to a file and a heading that are there, or has the form of an address.

    Examples
    --------
    >>> readme = ROOT / "README.md"
    >>> leads_somewhere("docs/metrics.md#what-is-normal", readme), leads_somewhere("no.md", readme)
    (True, False)
    """
    if has_form(target):
        return True
    path, _, anchor = unquote(target).partition("#")
    aim = page
    if path:
        aim = (page.parent / path).resolve()
    if not aim.exists() or not aim.is_relative_to(ROOT):
        return False
    return not anchor or anchor in anchors(aim)


def has_form(address: str) -> bool:
    """Whether this is the address of something on the web, or of a mailbox.

    Examples
    --------
    >>> has_form("https://doi.org/10.1002/lary.24331"), has_form("https:/doi.org"), has_form("a.md")
    (True, False, False)
    """
    parts = urlsplit(address)
    if parts.scheme == "mailto":
        return "@" in parts.path
    return parts.scheme == "https" and "." in parts.netloc and not address.endswith((".", ","))


@functools.cache
def anchors(page: Path) -> frozenset[str]:
    """Anchors of a page's headings, as code hosts and the site make them."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.M)
    found: list[str] = []
    for heading in _HEADING.findall(text):
        slug = re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
        # A second heading of one name has a number.
        number = sum(re.fullmatch(rf"{re.escape(slug)}(-\d+)?", each) is not None for each in found)
        if number:
            slug = f"{slug}-{number}"
        found.append(slug)
    return frozenset(found)


class _Page(HTMLParser):
    """The targets and the anchors of a built page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        """Keep a tag's targets and its anchor."""
        found = dict(attrs)
        for name in ("href", "src"):
            target = found.get(name)
            # Hints to connect early are for the browser alone.
            if target and found.get("rel") not in ("preconnect", "dns-prefetch"):
                self.targets.append(target)
        self.anchors |= {value for name in ("id", "name") if (value := found.get(name))}


def lost_in_site(site: Path) -> Iterator[str]:
    """Links of a built site's pages that lead nowhere."""
    built = {path: _Page(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}
    for path, page in sorted(built.items()):
        for target in page.targets:
            if not _leads_on(target, path, built):
                yield f"{path.relative_to(site)}: {target}"


def _leads_on(target: str, path: Path, built: Mapping[Path, _Page]) -> bool:
    """Whether a built page's link leads to a file and an anchor that are there."""
    parts = urlsplit(target)
    if parts.scheme:
        return parts.scheme == "data" or has_form(target)
    aim = path
    if parts.path:
        aim = (path.parent / unquote(parts.path)).resolve()
    if aim not in built or not parts.fragment:
        return aim.is_file()
    return unquote(parts.fragment) in built[aim].anchors


def main(site: Path | None = None) -> int:
    """Print the links that lead nowhere; 1 if there are any."""
    lost = list(lost_in_pages())
    if site is not None:
        lost += lost_in_site(site.resolve())
    sys.stderr.writelines(f"leads nowhere: {each}\n" for each in lost)
    return int(bool(lost))


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:2])))
