"""The rules of the house, where a linter has none: sizes, names, imports, links.

Each rule is a function from a parsed file to what it finds, and is itself tested on code that breaks it.
"""

from __future__ import annotations

import ast
import functools
import importlib
import importlib.util
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from asymmetry.core.frame import Half
from asymmetry.metrics import measure, metric
from asymmetry.synthetic import face

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("asymmetry", "benchmarks", "examples", "tests")
LONGEST_FUNCTION = 60
LONGEST_FILE = 400
MESH_POINTS = range(478)  # of the landmarker's mesh
FIRST_TELLING_POINT = 10  # smaller numbers are axes, counts and powers more often than points
SHORTEST_POINT_LIST = 4
CONTAINERS = (ast.List, ast.Tuple, ast.Set, ast.Dict)

# A landmark scheme is one of these files; landmark numbers stand nowhere else.
SCHEMES = tuple(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "asymmetry" / "core" / "schemes").glob("*[0-9].py")
)

Rule = Callable[[ast.Module], Iterator[str]]


def sources(*rooms: str) -> list[Path]:
    """Python files of some rooms, and of the top level too when all rooms are asked for."""
    found = [path for room in rooms for path in (ROOT / room).rglob("*.py")]
    return sorted(found + (list(ROOT.glob("*.py")) if rooms == ROOMS else []))


def where(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def long_functions(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = height(node)
            if ast.get_docstring(node) is not None:
                lines -= height(node.body[0])
            if lines > LONGEST_FUNCTION:
                yield f"line {node.lineno}: {node.name} has {lines} lines"


def height(node: ast.stmt) -> int:
    """Lines that a statement takes."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def print_calls(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "print"
        ):
            yield f"line {node.lineno}: print"


def undocumented(tree: ast.Module | ast.ClassDef) -> Iterator[str]:
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if node.name.startswith("_") or is_overload(node):
            continue
        if not ast.get_docstring(node):
            yield f"line {node.lineno}: {node.name} has no docstring"
        if isinstance(node, ast.ClassDef):
            yield from undocumented(node)


def is_overload(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    return any(isinstance(mark, ast.Name) and mark.id == "overload" for mark in node.decorator_list)


def landmark_numbers(tree: ast.Module) -> Iterator[str]:
    """Numbers of mesh points: one used as an index, or a list, tuple, set or dict made of them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript):
            index = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            if any(
                FIRST_TELLING_POINT <= n < len(MESH_POINTS)
                for part in index
                for n in integers(part)
            ):
                yield f"line {node.lineno}: index {ast.unparse(node.slice)}"
        elif isinstance(node, ast.List | ast.Tuple | ast.Set | ast.Dict) and looks_like_points(
            integers(node)
        ):
            yield f"line {node.lineno}: {ast.unparse(node)}"


def integers(node: ast.expr) -> list[int]:
    """Integers of a literal that holds nothing else but such literals; of any other expression none."""
    if isinstance(node, ast.Constant):
        return [node.value] if type(node.value) is int else []
    if isinstance(node, CONTAINERS):
        parts = node.values if isinstance(node, ast.Dict) else node.elts
        found = [integers(part) for part in parts]
        return list(chain.from_iterable(found)) if all(found) else []
    return []


def looks_like_points(numbers: list[int]) -> bool:
    """Whether numbers may be points: sorted ones are limits or sizes, repeated ones colours or shapes."""
    return (
        len(set(numbers)) == len(numbers) >= SHORTEST_POINT_LIST
        and all(n in MESH_POINTS for n in numbers)
        and max(numbers) >= FIRST_TELLING_POINT
        and numbers != sorted(numbers)
    )


@functools.cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def breaches(rule: Rule, paths: list[Path]) -> list[str]:
    return [f"{where(path)}, {found}" for path in paths for found in rule(parse(path))]


@pytest.mark.parametrize(
    ("rule", "rooms", "excepted"),
    [
        (long_functions, ROOMS, ()),
        (print_calls, ("asymmetry",), ()),
        (undocumented, ("asymmetry", "benchmarks", "examples"), ()),
        (landmark_numbers, ("asymmetry",), SCHEMES),
    ],
)
def test_rule(rule: Rule, rooms: tuple[str, ...], excepted: tuple[str, ...]) -> None:
    paths = [path for path in sources(*rooms) if where(path) not in excepted]
    assert paths
    assert breaches(rule, paths) == []


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (long_functions, "def f():\n" + "    x = 1\n" * 60),
        (print_calls, "def f():\n    print('no')"),
        (undocumented, "def f(): ..."),
        (undocumented, "class C:\n    'Said.'\n    def method(self): ..."),
        (landmark_numbers, "brow = points[:, 105]"),
        (landmark_numbers, "brow = points[:, [70, 63]]"),
        (landmark_numbers, "LIPS = (61, 146, 91, 181)"),
        (landmark_numbers, "PAIRS = [(61, 291), (33, 263)]"),
        (landmark_numbers, "POINTS = {'a': 61, 'b': 291, 'c': 33, 'd': 263}"),
    ],
)
def test_rule_finds(rule: Rule, code: str) -> None:
    assert list(rule(ast.parse(code)))


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (long_functions, "def f():\n    '''" + "A word.\n" * 90 + "'''\n" + "    x = 1\n" * 59),
        (undocumented, "def _f(): ...\n@overload\ndef g(): ..."),
        (landmark_numbers, "first = points[:, 0]; head = text[:40]"),  # an axis, a slice
        (landmark_numbers, "WEEKS = (14, 30, 90, 150); RGB = (17, 80, 80); BOX = (0, 0, 512, 512)"),
        (landmark_numbers, "ROW = ('peak', 14, 30); x = (31.0, 12.5, 40.0, 11.0)"),
    ],
)
def test_rule_leaves_alone(rule: Rule, code: str) -> None:
    assert list(rule(ast.parse(code))) == []


def test_no_file_is_long() -> None:
    lengths = {
        where(path): len(path.read_text(encoding="utf-8").splitlines()) for path in sources(*ROOMS)
    }
    assert {name: n for name, n in lengths.items() if n > LONGEST_FILE} == {}


def loaded_by(code: str) -> set[str]:
    """Top-level names of the packages that a fresh interpreter imports."""
    run = [sys.executable, "-X", "importtime", "-c", code]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True)
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}


def test_importing_the_package_loads_numpy_at_most() -> None:
    loaded = loaded_by("import asymmetry") - loaded_by("pass") - sys.stdlib_module_names
    assert loaded - {"numpy"} == {"asymmetry", "lazy_loader"}


def test_links_between_documents_lead_somewhere() -> None:
    folders = [ROOT / room for room in (*ROOMS, "docs")]
    documents = chain(ROOT.glob("*.md"), *(folder.rglob("*.md") for folder in folders))
    links = [
        (document, target)
        for document in documents
        for target in re.findall(r"\]\(<?([^)\s#>]+)", document.read_text(encoding="utf-8"))
        if "://" not in target and not target.startswith("mailto:")
    ]
    assert [
        f"{where(at)}: {target}" for at, target in links if not (at.parent / target).exists()
    ] == []


def test_the_metric_of_the_guide_works_as_written() -> None:
    (code,) = re.findall(
        r"```python\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.DOTALL
    )
    # Under another name, for it stands in the catalogue of whoever follows the guide to the letter.
    code = code.replace("cheekbone_height", "guided_height")
    names = {"metric": metric, "Half": Half, "FloatArray": np.ndarray}
    exec(compile(code, "CONTRIBUTING.md", "exec"), names)
    measured = measure(face(2), metrics=["brow_height", names["guided_height"]])
    assert np.isfinite(measured["guided_height_right_mm"]).all()
    assert measured["guided_height_diff_mm"].tolist() == pytest.approx([0, 0], abs=1e-6)


def test_the_drawing_of_the_house_is_the_code() -> None:
    """``python docs/layout.py`` draws it anew."""
    spec = importlib.util.spec_from_file_location("layout", ROOT / "docs" / "layout.py")
    assert spec is not None
    assert spec.loader is not None
    layout = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(layout)
    assert layout.page() == (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


def test_modules_share_no_name_with_a_function_of_their_package() -> None:
    """Or ``import asymmetry.metrics.movement`` would give the function."""
    shadowed = []
    for init in (ROOT / "asymmetry").rglob("__init__.py"):
        room = importlib.import_module(".".join(init.parent.relative_to(ROOT).parts))
        names = {path.stem for path in init.parent.glob("[a-z]*.py")}
        shadowed += [
            f"{room.__name__}.{name}" for name in names if callable(getattr(room, name, None))
        ]
    assert shadowed == []
