"""``python -m benchmarks.mutation``: whether a test notices a number that is wrong.

The numbers that a module has when it is imported (constants, defaults of settings, arguments of decorators)
are multiplied by 1.5 and by 0.6, one at a time and in memory, and the tests that concern the module are run.
A number that can be so far off without a failing test is missed: it decides nothing, or nobody knows what.

Tests run from the fastest on and end with the first that fails. Those that read real photos (`PHOTOS`) are
left out: they take minutes, and one that fails doesn't say which number is wrong.

``docs/tables/mutation.md`` keeps the shares of the modules that were run whole, each with its day.
"""

from __future__ import annotations

import argparse
import ast
import datetime as dt
import importlib.util
import io
import multiprocessing
import os
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from functools import partial
from importlib.machinery import ModuleSpec, SourceFileLoader
from multiprocessing.connection import Connection
from pathlib import Path
from types import CodeType
from typing import Any

from benchmarks.fidelity.tables import FOLDER, write_table
from benchmarks.mutated import INDIFFERENT, TESTS

__all__ = ["Mutant", "keep_share", "list_mutants", "main", "mutate", "run_tests"]

ROOT = Path(__file__).resolve().parents[1]
FACTORS = (1.5, 0.6)
#: Fixtures that read real photos.
PHOTOS = {"astronaut", "astronaut_path", "portrait_path", "shared_faces", "ugly"}
#: Name and head of the table of shares.
TABLE, HEAD = "mutation", ["module", "mutants", "caught by a test", "share", "run on"]
# Other packages that tests need; imported once, in the process that all others are forked from.
_PRELOADED = "pytest hypothesis numpy cv2 skimage matplotlib ai_edge_litert.interpreter".split()
# A mutant that takes this many times as long as the tests without one, plus so many seconds, hangs: caught.
_PATIENCE, _SECONDS = 10, 60


@dataclass(frozen=True)
class Mutant:
    """A module with one number changed.

    Attributes
    ----------
    module : str
        Its name within ``asymmetry``.
    index : int
        Which of the module's numbers, as `numbers_of` gives them.
    name : str
        The constant's, or the class's and the field's.
    line : int
        Where it stands.
    before, after : int or float
        The number.
    """

    module: str
    index: int
    name: str
    line: int
    before: float
    after: float

    def __str__(self) -> str:
        return f"{self.module}:{self.line} {self.name} {self.before:g} -> {self.after:g}"


@dataclass(frozen=True)
class Outcome:
    """Outcome of the tests.

    Attributes
    ----------
    failed : str or None
        The first test that failed, or why none could run; None if all passed.
    seconds : dict of str to float
        What each test took.
    """

    failed: str | None
    seconds: dict[str, float] = field(default_factory=dict, repr=False)


def numbers_of(tree: ast.AST, name: str = "") -> Iterator[tuple[str, ast.Constant]]:
    """Numbers that a module has when it is imported, with the names of what they belong to.

    What functions do is left out, and so are annotations, indices and zeros.
    """
    if isinstance(tree, (ast.FunctionDef, ast.AsyncFunctionDef)):
        for part in (*tree.decorator_list, tree.args):
            yield from numbers_of(part, tree.name)
    elif isinstance(tree, ast.Subscript):
        yield from numbers_of(tree.value, name)
    elif isinstance(tree, ast.Constant):
        if type(tree.value) in {int, float} and tree.value:
            yield name, tree
    elif not isinstance(tree, ast.Lambda):
        inner = _name(tree, name)
        for part, value in ast.iter_fields(tree):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST) and part != "annotation":
                    yield from numbers_of(child, inner)


def _name(tree: ast.AST, outer: str) -> str:
    """The name of a number in a statement."""
    if isinstance(tree, ast.ClassDef):
        return f"{tree.name}."
    if isinstance(tree, ast.Assign):
        return outer + ", ".join(map(ast.unparse, tree.targets))
    if isinstance(tree, ast.AnnAssign):
        return outer + ast.unparse(tree.target)
    return outer


def list_mutants(module: str) -> list[Mutant]:
    """All mutants of a module; whole numbers stay whole, and one that wouldn't change is left out."""
    found = []
    for index, (name, number) in enumerate(numbers_of(ast.parse(_path(module).read_text("utf-8")))):
        before: Any = number.value
        for factor in FACTORS:
            after = type(before)(round(before * factor, 9))
            if after != before and (module, name) not in INDIFFERENT:
                found.append(Mutant(module, index, name, number.lineno, before, after))
    return found


def mutate(mutant: Mutant) -> CodeType:
    """Compile a mutant."""
    path = _path(mutant.module)
    tree = ast.parse(path.read_text("utf-8"))
    numbers = [number for _, number in numbers_of(tree)]
    numbers[mutant.index].value = mutant.after
    return compile(tree, str(path), "exec")


def _path(module: str) -> Path:
    return ROOT / "asymmetry" / f"{module.replace('.', '/')}.py"


class _Loader(SourceFileLoader):
    """Gives a mutant in place of the module in its file."""

    def __init__(self, mutant: Mutant) -> None:
        super().__init__(f"asymmetry.{mutant.module}", str(_path(mutant.module)))
        self.mutant = mutant

    def get_code(self, fullname: str) -> CodeType:
        """Compiled code, never from a cache."""
        assert fullname == self.name
        return mutate(self.mutant)

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> ModuleSpec | None:
        """The mutant's specification, if it is asked for."""
        del path, target
        if fullname != self.name:
            return None
        return importlib.util.spec_from_file_location(fullname, self.path, loader=self)


class _Watch:
    """Pytest's plugin: orders tests by what they took before, notes what they take and which one fails."""

    def __init__(self, known: dict[str, float]) -> None:
        self.known = known
        self.failed: str | None = None
        self.seconds: dict[str, float] = {}

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        items[:] = [item for item in items if not PHOTOS.intersection(item.fixturenames)]
        items.sort(key=lambda item: self.known.get(item.nodeid, 0.0))

    def pytest_runtest_logreport(self, report: Any) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration
        self._note(report)

    def pytest_collectreport(self, report: Any) -> None:
        self._note(report)

    def _note(self, report: Any) -> None:
        if report.failed and self.failed is None:
            self.failed = report.nodeid


def run_tests(module: str, mutant: Mutant | None, known: dict[str, float]) -> Outcome:
    """Run the tests of a module in this process, which must not have imported ``asymmetry`` yet.

    Parameters
    ----------
    module : str
        Its name within ``asymmetry``.
    mutant : Mutant, optional
        What to put in its place.
    known : dict of str to float
        What each test took before.
    """
    import pytest

    os.environ["CI"] = "1"  # hypothesis draws the same examples each time
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    if mutant is not None:
        sys.meta_path.insert(0, _Loader(mutant))
    watch = _Watch(known)
    files = [f"tests/test_{name}.py" for name in TESTS[module]]
    # Hypothesis is imported already, and its own assertions need no rewriting.
    options = [
        "-x",
        "-q",
        "--tb=line",
        "-pno:cacheprovider",
        "-Wignore::pytest.PytestAssertRewriteWarning",
    ]
    with redirect_stdout(io.StringIO()) as said, redirect_stderr(said):
        code = pytest.main([*options, *files], plugins=[watch])
    if code == pytest.ExitCode.OK:
        return Outcome(None, watch.seconds)
    return Outcome(watch.failed or f"pytest ended with {code}: {said.getvalue()}", watch.seconds)


def _send(answer: Connection, work: Callable[[], Outcome]) -> None:
    answer.send(work())


def _run_apart(work: Callable[[], Outcome], seconds: float | None = None) -> Outcome:
    """Run tests in a process of their own, and end it when its time is over."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(there, work))
    process.start()
    there.close()
    try:
        return here.recv() if here.poll(seconds) else Outcome("it takes too long")
    except EOFError:
        return Outcome("its process ended")
    finally:
        process.kill()
        process.join()


def judge_module(module: str, mutants: Sequence[Mutant]) -> int:
    """Run the tests on mutants of a module and print each; how many were caught."""
    plain = _run_apart(partial(run_tests, module, None, {}))
    if plain.failed is not None:
        raise SystemExit(f"{module}: its tests fail as it is, mend them first: {plain.failed}")
    limit = _PATIENCE * sum(plain.seconds.values()) + _SECONDS
    caught = 0
    for mutant in mutants:
        failed = _run_apart(partial(run_tests, module, mutant, plain.seconds), limit).failed
        caught += failed is not None
        print(f"{mutant}: {'MISSED' if failed is None else f'caught by {failed}'}", flush=True)
    return caught


def keep_share(module: str, caught: int, of: int, folder: Path = FOLDER) -> None:
    """Put a module's share into the table, in place of the one before."""
    path = folder / f"{TABLE}.md"
    known = {}
    if path.is_file():
        for line in path.read_text("utf-8").splitlines()[4:]:
            row = [cell.strip() for cell in line.strip("|").split("|")]
            known[row[0]] = row
    share = f"{100 * caught / of:.0f} %"
    known[module] = [module, str(of), str(caught), share, dt.date.today().isoformat()]
    made = "`make mutation`: each number of a module 1.5 and 0.6 times as large."
    rows = [HEAD, *(known[name] for name in TESTS if name in known)]
    write_table(TABLE, made, rows, folder)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print which mutants are caught, and keep the share of them by module."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutation", description=__doc__)
    parser.add_argument(
        "modules", nargs="*", metavar="MODULE", help=f"default: all of {', '.join(TESTS)}"
    )
    parser.add_argument(
        "--sample", type=int, metavar="N", help="only so many mutants of each module, by chance"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the chance (default: 0)")
    chosen = parser.parse_args(arguments)
    unknown = set(chosen.modules) - set(TESTS)
    if unknown:
        parser.error(f"no such module: {', '.join(sorted(unknown))}; one of {', '.join(TESTS)}")
    draw = random.Random(chosen.seed)
    for module in chosen.modules or TESTS:
        mutants = list_mutants(module)
        drawn = mutants
        if chosen.sample is not None and chosen.sample < len(mutants):
            drawn = sorted(draw.sample(mutants, chosen.sample), key=lambda each: each.index)
        caught = judge_module(module, drawn)
        print(f"{module:24} {caught:4} of {len(drawn):4}", flush=True)
        if drawn and drawn is mutants:
            keep_share(module, caught, len(drawn))


if __name__ == "__main__":
    main()
