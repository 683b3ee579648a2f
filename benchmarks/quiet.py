"""``python -m benchmarks.quiet``: how often a finding is told of series in which nothing changes.

Writes ``docs/tables/quiet.md`` and brings ``docs/accuracy.md`` up to date. No picture is read: readings are
normal numbers with the standard deviations of ``day_to_day.toml``, as in ``benchmarks.change``.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

import numpy as np

from asymmetry.core.arrays import FloatArray
from asymmetry.core.schemes import SIDES
from asymmetry.core.table import Measurements
from asymmetry.metrics.headline import HEADLINES, Headline
from asymmetry.series import list_findings
from asymmetry.series.both_sides import expect_mean
from asymmetry.series.change import Sides
from asymmetry.series.course import course
from asymmetry.series.day_to_day import SETTINGS, Setting, expected_error
from benchmarks.change import PLANS, SMILE_MM, ask, make_readings, share, smiles
from benchmarks.fidelity import tables

__all__ = ["count_findings", "main"]

#: Smiles beside photos at rest.
KINDS = ("rest", "rest and smiles")


def count_findings(
    rng: np.random.Generator, setting: Setting, plan: tuple[int, int], *, smiling: bool
) -> int:
    """The findings of one series in which nothing changes.

    Parameters
    ----------
    rng : numpy.random.Generator
        The source of chance.
    setting : {"home", "clinic"}
        How the photos are taken.
    plan : tuple of int
        Visits, and how many of them are before the treatment.
    smiling : bool
        Whether there is a smile at each visit too.
    """
    visits, before = plan
    followed = [_make_sides(rng, setting, plan, each) for each in HEADLINES]
    if smiling:
        whole = np.full(visits, SMILE_MM)
        followed += smiles(rng, whole, whole, before)
    return len(list_findings(ask(followed), followed, treated=True))


def _make_sides(
    rng: np.random.Generator, setting: Setting, plan: tuple[int, int], headline: Headline
) -> Sides:
    """A metric at rest, a visit a week, whose sides share an error and differ by another."""
    visits, before = plan
    day = 7.0 * (np.arange(visits) - before + 1)
    names = {side: headline.column(side) for side in (*SIDES, "diff")}
    known = {side: expected_error(setting, name) for side, name in names.items()}

    def read(values: Mapping[str, FloatArray]) -> Sides:
        columns = {names[side]: value for side, value in values.items()}
        table = Measurements({"photo": np.arange(visits).astype(str), "day": day, **columns})
        every = np.ones(visits, dtype=bool)
        made = (course(table, names[side], every, "rest", known[side]) for side in names)
        return Sides(headline, *made)

    blank = read(dict.fromkeys(names, np.zeros(visits)))
    both = make_readings(rng, expect_mean(blank), visits, 1).ravel()
    diff = make_readings(rng, known["diff"], visits, 1).ravel()
    return read({"right": both + diff / 2, "left": both - diff / 2, "diff": diff})


def table_rows(runs: int) -> list[tables.Row]:
    """A row for each setting and kind, a column for each plan: percent of series with any finding."""
    head = [f"{visits} ({before})" for visits, before in PLANS]
    rows: list[tables.Row] = [["visits (before)", *head]]
    for setting in SETTINGS:
        for kind in KINDS:
            found = [_percent(setting, plan, kind == KINDS[1], runs) for plan in PLANS]
            rows.append([f"{setting}, {kind}", *(f"{each:.1f}" for each in found)])
    return rows


def _percent(setting: Setting, plan: tuple[int, int], smiling: bool, runs: int) -> float:
    return share(lambda rng: count_findings(rng, setting, plan, smiling=smiling) > 0, runs)


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quiet", description=__doc__)
    parser.add_argument("--runs", type=int, default=1000, help="series of each kind (%(default)s)")
    runs = parser.parse_args(arguments).runs
    made = f"`python -m benchmarks.quiet`: {runs:,} series of each kind, {len(HEADLINES)} static metrics."
    rows = table_rows(runs)
    print(f"{made}\n\n{tables.markdown(rows)}")
    tables.write_table("quiet", made, rows)


if __name__ == "__main__":
    main()
