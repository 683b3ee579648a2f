"""Tables of speed, as text and in the docs: ``docs/tables/speed_<name>.md``, shown by ``docs/speed.md``."""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path

from asymmetry.core.beside import usable_cores
from benchmarks.fidelity.tables import FOLDER, fill_page

__all__ = ["PAGES", "add_docs_option", "conditions", "markdown", "show_tables"]

#: The pages that show them.
PAGES = tuple(FOLDER.parent / name for name in ("speed.md", "archive.md"))


def conditions(runs: int) -> str:
    """The machine, how busy it is, and how often was tried: the fastest counts."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    processor = names[0] if names else platform.machine()
    load = f", load {os.getloadavg()[0]:.0f}" if hasattr(os, "getloadavg") else ""
    return f"{processor}, {usable_cores()} cores{load}; fastest of {runs} runs."


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """Rows as a Markdown table, the first one its head."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    lines.insert(1, "|---" + "|---:" * (len(rows[0]) - 1) + "|")
    return "\n".join(lines)


def add_docs_option(parser: argparse.ArgumentParser) -> None:
    """Let a benchmark write its tables into the docs."""
    parser.add_argument("--docs", action="store_true", help="write the tables into docs/ too")


def show_tables(tables: Mapping[str, str], made_by: str, *, docs: bool) -> None:
    """Print tables, and write them into the docs if asked; each names the module that made it."""
    print("\n\n".join(tables.values()))
    if docs:
        for name, text in tables.items():
            told = f"`python -m benchmarks.{made_by}`: as it ran on one machine.\n\n{text}\n"
            (FOLDER / f"speed_{name}.md").write_text(told, encoding="utf-8")
        for page in PAGES:
            page.write_text(fill_page(page.read_text(encoding="utf-8")), encoding="utf-8")
