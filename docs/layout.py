"""``python docs/layout.py``: draws the house into ARCHITECTURE.md, floor by floor, from the code.

Floors are those of the import contracts in ``pyproject.toml``, which the linter holds. The first line
of a room's docstring says its purpose, and the imports of its modules say which rooms it stands on.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "asymmetry"
PAGE = ROOT / "ARCHITECTURE.md"
BEGIN, END = "<!-- drawn by docs/layout.py -->\n", "<!-- end -->\n"


def floors(container: str) -> list[list[str]]:
    """Rooms of a package from the top floor down, by its import contract."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ]
    contract = next(each for each in contracts if each.get("containers") == [container])
    found = [re.findall(r"\w+", floor) for floor in contract["layers"]]
    there = [[room for room in floor if files(container, room)] for floor in found]
    return [floor for floor in there if floor]


def files(container: str, room: str) -> list[Path]:
    """Python files of a room: a module or a folder."""
    place = ROOT.joinpath(*container.split("."), room)
    return sorted(place.rglob("*.py")) or [
        path for path in [place.with_suffix(".py")] if path.is_file()
    ]


def purpose(container: str, room: str) -> str:
    """First line of a room's docstring."""
    paths = files(container, room)
    first = next((path for path in paths if path.name == "__init__.py"), paths[0])
    return (ast.get_docstring(ast.parse(first.read_text(encoding="utf-8"))) or "").partition("\n")[
        0
    ]


def stands_on(container: str, room: str) -> list[str]:
    """Other rooms of the same package that a room imports, in order of name."""
    found = set()
    for path in files(container, room):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{container}."):
                found.add(str(node.module).removeprefix(f"{container}.").partition(".")[0])
    return sorted(found - {room})


def drawing(container: str) -> Iterator[str]:
    """A table of a package's floors, the highest first."""
    yield "| floor | room | purpose | stands on |"
    yield "|---|---|---|---|"
    rooms = floors(container)
    for number, floor in enumerate(rooms):
        for room in floor:
            below = ", ".join(f"`{name}`" for name in stands_on(container, room))
            yield f"| {len(rooms) - number} | `{room}` | {purpose(container, room)} | {below} |"


def page() -> str:
    """ARCHITECTURE.md with the drawings as the code has them."""
    text = PAGE.read_text(encoding="utf-8")
    for container in ("asymmetry", "asymmetry.extract"):
        begin = BEGIN.replace("drawn by", f"{container} drawn by")
        before, _, rest = text.partition(begin)
        text = before + begin + "\n".join(drawing(container)) + "\n" + END + rest.partition(END)[2]
    return text


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE.name}\n")
