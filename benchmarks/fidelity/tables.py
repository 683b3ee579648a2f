"""Tables as Markdown files in ``docs/tables``, and the pages that show them.

A page has ``<!-- table: NAME -->`` and ``<!-- /table -->`` where ``docs/tables/NAME.md`` is to be seen; what
stands between them is replaced by that file. ``python -m benchmarks.fidelity.tables`` does it for
``docs/accuracy.md``.
"""

from __future__ import annotations

import importlib.metadata
import platform
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

__all__ = ["FOLDER", "PAGE", "Row", "fill_page", "markdown", "versions", "write_table"]

Row: TypeAlias = list[str]

_DOCS = Path(__file__).resolve().parents[2] / "docs"
FOLDER = _DOCS / "tables"
PAGE = _DOCS / "accuracy.md"
_PLACE = re.compile(r"(<!-- table: (?P<name>\w+) -->\n).*?(<!-- /table -->)", re.DOTALL)


def markdown(rows: Sequence[Row]) -> str:
    """Rows as a Markdown table, the first one its head; aligned, so that it reads in a terminal too."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (w + 2) for w in widths) + "|")
    return "\n".join(lines)


def versions() -> str:
    """Versions that figures were made with."""
    packages = ("asymmetry", "mediapipe", "numpy", "opencv-python-headless")
    found = (f"{name} {importlib.metadata.version(name)}" for name in packages)
    return f"Python {platform.python_version()}, {', '.join(found)}"


def write_table(name: str, made: str, rows: Sequence[Row], folder: Path = FOLDER) -> None:
    """Write one table; its first line says which command, photos, people and versions made it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.md").write_text(
        f"{made} {versions()}.\n\n{markdown(rows)}\n", encoding="utf-8"
    )


def fill_page(text: str, folder: Path = FOLDER) -> str:
    """A page with every table as it is in the folder.

    Raises
    ------
    FileNotFoundError
        If the page names a table that is not there.
    """

    def shown(place: re.Match[str]) -> str:
        table = (folder / f"{place['name']}.md").read_text(encoding="utf-8")
        return f"{place[1]}{table}{place[3]}"

    return _PLACE.sub(shown, text)


def main() -> None:
    """Bring the page up to date."""
    PAGE.write_text(fill_page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
