"""``python docs/licences.py``: lists the licences of all that asymmetry installs, into docs/licences.md.

Read from the metadata of the packages that are installed here: the declared dependencies and extras of
``pyproject.toml``, and the packages that those need in turn.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = Path(__file__).with_name("licences.md")
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_EXTRA = re.compile(r"""extra\s*==\s*['"]([^'"]+)['"]""")
_HEAD = """# Licences

Written by `python docs/licences.py`, from the metadata of the packages themselves.

asymmetry is under the [Apache License 2.0](../LICENSE). It contains none of these packages: pip installs
them, each under its own licence. Those in the first table always come, those in the second with an extra, or
because one of those needs them. Other systems and versions of Python may need others. pebble, and pyphen by
its licence's second or third choice, are under the LGPL or the MPL: they are used unchanged.
"""


def normal(name: str) -> str:
    """A distribution's name as PEP 503 writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def named(requirement: str) -> str:
    """The distribution that a requirement names."""
    found = _NAME.match(requirement)
    assert found is not None
    return normal(found[0])


def declared() -> tuple[list[str], dict[str, list[str]]]:
    """The packages that are always installed, and those of each extra that is shipped."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    always = [named(each) for each in project["dependencies"]]
    # Development, the site and the training of networks are in no one's installation.
    shipped = re.findall(r"[a-z]+", project["optional-dependencies"]["all"][0])[1:]
    extras = {
        extra: [name for name in map(named, needs) if name != "asymmetry"]
        for extra, needs in project["optional-dependencies"].items()
        if extra in shipped
    }
    return always, extras


def closure(names: list[str]) -> set[str]:
    """These packages and all that they need, as far as it is installed."""
    found: set[str] = set()
    todo = list(names)
    while todo:
        name = todo.pop()
        if name not in found and licence(name):
            found.add(name)
            for each in needs(name):
                todo.append(named(each))
                todo += [named(more) for extra in asked(each) for more in needs(named(each), extra)]
    return found


def needs(name: str, extra: str = "") -> Iterator[str]:
    """Requirements of a package that belong to none of its extras, or to this one."""
    for requirement in metadata.requires(name) or [] if licence(name) else []:
        found = _EXTRA.search(requirement)
        if (found[1] if found else "") == extra:
            yield requirement


def asked(requirement: str) -> list[str]:
    """The extras that a requirement asks for: ``woff`` of ``fonttools[woff]>=4``."""
    found = re.match(rf"{_NAME.pattern}\s*\[([^]]+)\]", requirement)
    return re.split(r"\s*,\s*", found[1].strip()) if found else []


def licence(name: str) -> str:
    """The licence that a package declares; empty where it is not installed."""
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    kinds = [
        each.rpartition(" :: ")[2]
        for each in about.get_all("Classifier") or []
        if each.startswith("License :: OSI Approved ::")
    ]
    text = (about.get("License") or "").strip()
    short = text if "\n" not in text and len(text) < 60 else ""
    return about.get("License-Expression") or ", ".join(kinds) or short or "see the package"


def table(rows: list[tuple[str, ...]]) -> str:
    """Rows as Markdown, the first one its head."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


def page() -> str:
    """The page."""
    always, extras = declared()
    missing = {name for names in (always, *extras.values()) for name in names if not licence(name)}
    if missing:
        raise SystemExit(f"not installed: {', '.join(sorted(missing))}; pip install -e '.[all]'")
    ours = closure(always)
    first_in = {name: extra for extra, names in extras.items() for name in names}
    others = closure(list(first_in)) - ours
    first = [("package", "licence"), *((name, licence(name)) for name in sorted(ours))]
    second = [("package", "extra", "licence")]
    second += [(name, first_in.get(name, ""), licence(name)) for name in sorted(others)]
    return f"{_HEAD}\n{table(first)}\n\n{table(second)}\n"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
