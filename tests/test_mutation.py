"""The numbers that `benchmarks.mutation` changes, and the table of what was caught."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.mutated import TESTS
from benchmarks.mutation import keep_share, list_mutants, mutate

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("module", TESTS)
def test_modules_and_their_tests_are_there(module: str) -> None:
    assert (ROOT / "asymmetry" / f"{module.replace('.', '/')}.py").is_file()
    for name in TESTS[module]:
        assert (ROOT / "tests" / f"test_{name}.py").is_file()


def test_each_number_is_changed_both_ways() -> None:
    """The only number of that module is what a bystander notices of an eye's opening."""
    found = [(each.name, each.before, each.after) for each in list_mutants("metrics.eye")]
    assert found == [("fissure_height", 2.0, 3.0), ("fissure_height", 2.0, 1.2)]


def test_a_mutant_differs_in_its_number_alone() -> None:
    larger, smaller = map(mutate, list_mutants("metrics.eye"))
    assert (3.0 in larger.co_consts, 1.2 in smaller.co_consts) == (True, True)
    assert larger.co_code == smaller.co_code


def test_shares_are_kept_until_the_module_is_run_again(tmp_path: Path) -> None:
    for module, caught, of in (
        ("metrics.eye", 1, 2),
        ("core.frame", 15, 16),
        ("metrics.eye", 2, 2),
    ):
        keep_share(module, caught, of, tmp_path)
    rows = (tmp_path / "mutation.md").read_text("utf-8").splitlines()[4:]
    cells = [[cell.strip() for cell in row.split("|")[1:5]] for row in rows]
    assert cells == [["core.frame", "16", "15", "94 %"], ["metrics.eye", "2", "2", "100 %"]]
