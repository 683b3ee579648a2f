"""``python -m benchmarks.verdicts``: whether the library's words about made series are true.

Writes ``docs/tables/verdicts.md``, prints it, and brings ``docs/accuracy.md`` up to date. Needs
``../shared/faces``. With any option but ``--words`` and ``--cache`` it prints only.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from asymmetry.people import Series
from asymmetry.series.day_to_day import SETTINGS, Setting
from benchmarks.fidelity import photos, tables
from benchmarks.fidelity.tables import Row
from benchmarks.verdicts import courses
from benchmarks.verdicts.asked import ask
from benchmarks.verdicts.courses import Case
from benchmarks.verdicts.making import DAY_ZERO, Studio
from benchmarks.verdicts.reading import Reader
from benchmarks.verdicts.scores import Outcome, judge

CACHE = Path(tempfile.gettempdir()) / "asymmetry-verdicts"
#: So many steps of each side make 62.
_STEPS, _QUIET, _SITUATIONS = 31, 40, 4


def list_cases(half: str, *, quick: bool) -> tuple[list[Case], list[str]]:
    """All cases, and the people that they are made of."""
    tuning = half == "tuning"
    sitters = [path.name[:3] for path in photos.london(tuning=tuning)]
    people = [*sitters, *(path.stem for path in photos.more(tuning=tuning))]
    count = {"steps": _STEPS, "quiet": _QUIET, "situations": _SITUATIONS}
    if quick:
        count = {"steps": 6, "quiet": 6, "situations": 2}
    made = (
        courses.find_situations(sitters[: count["situations"]]),
        courses.steps(people, count["steps"]),
        courses.quiet_series(sitters, count["quiet"]),
    )
    return [case for cases in made for case in cases], sitters


def try_cases(
    cases: Iterable[Case],
    others: list[str],
    cache: Path,
    *,
    setting: Setting = "home",
) -> Iterator[Outcome]:
    """Make each series, ask what it says, and judge that.

    Parameters
    ----------
    cases : iterable of Case
        The cases.
    others : list of str
        People of whom one may be the other person in a series.
    cache : pathlib.Path
        Where photos and readings are kept.
    setting : {"home", "clinic"}
        As for `Series`.
    """
    reader = Reader(cache / "readings")
    studio = Studio(cache / "photos", reader)
    for case in cases:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            studio.fill_folder(case, folder, others)
            series = Series.from_folder(
                folder,
                treated_on=DAY_ZERO if case.treated else None,
                affected=case.affected,
                setting=setting,
                extractor=reader,  # type: ignore[arg-type]  # it has all of an Extractor that is asked for
            )
            yield judge(case, ask(series))


def table_rows(outcomes: list[Outcome]) -> list[Row]:
    """One row for each situation, and one for all steps and all quiet series."""
    rows: list[Row] = [
        [
            "series",
            "n",
            "all right",
            "each truth said",
            "wrong side",
            "harm told as better",
            "else told",
            "flawed photo named",
            "good photos doubted",
        ]
    ]
    for name in dict.fromkeys(_group(each.case) for each in outcomes):
        some = [each for each in outcomes if _group(each.case) == name]
        truths = sum(len(each.case.truths) for each in some)
        counts = [sum(each.right for each in some), sum(each.found for each in some)]
        wrong = [
            sum(getattr(each, kind) for each in some) for kind in ("wrong_side", "better", "stray")
        ]
        flawed = [each.flaw_named for each in some if any(shot.flaw for shot in each.case.shots)]
        said = f"{counts[1]} of {truths}" if truths else "-"
        named = f"{sum(flawed)} of {len(flawed)}" if flawed else "-"
        doubted = _count_doubted(some)
        rows.append([name, str(len(some)), str(counts[0]), said, *map(str, wrong), named, doubted])
    rows.append(["all", str(len(outcomes)), *[""] * 6, _count_doubted(outcomes)])
    return rows


def _count_doubted(outcomes: Iterable[Outcome]) -> str:
    """How many good photos are left out or asked about, of how many."""
    counts = [(each.doubted, each.good) for each in outcomes]
    return f"{sum(doubted for doubted, _ in counts)} of {sum(good for _, good in counts)}"


def _group(case: Case) -> str:
    return "one-sided step that stays" if case.name.endswith(" mm") else case.name


def _print_words(outcome: Outcome) -> None:
    case = outcome.case
    mark = "ok " if outcome.right else "BAD"
    print(f"{mark} {case.name}, {case.person}, {case.side}: {case.truths}")
    for words in outcome.answer.words:
        print(f"      {words}")
    for photo, reason in outcome.answer.not_used.items():
        print(f"      not used: {photo}: {reason}")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.verdicts", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few of each")
    parser.add_argument("--photos", choices=("reporting", "tuning"), default="reporting")
    parser.add_argument(
        "--setting", choices=SETTINGS, default="home", help="how photos count as taken"
    )
    parser.add_argument("--only", default="", help="cases with this in their name")
    parser.add_argument("--words", action="store_true", help="print what is said of each series")
    parser.add_argument(
        "--cache", type=Path, default=CACHE, help="keeps photos and readings (%(default)s)"
    )
    chosen = parser.parse_args()
    cases, sitters = list_cases(chosen.photos, quick=chosen.quick)
    outcomes = []
    kept = [each for each in cases if chosen.only in each.name]
    for outcome in try_cases(kept, sitters, chosen.cache, setting=chosen.setting):
        outcomes.append(outcome)
        if chosen.words:
            _print_words(outcome)
    made = f"`make verdicts`: {len(outcomes)} made series of {chosen.photos} people."
    rows = table_rows(outcomes)
    print(f"{made}\n\n{tables.markdown(rows)}")
    usual = chosen.photos == "reporting" and chosen.setting == "home"
    if usual and not (chosen.quick or chosen.only):
        tables.write_table("verdicts", made, rows)
        tables.main()


if __name__ == "__main__":
    main()
