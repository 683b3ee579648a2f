"""``python -m benchmarks.verdicts.guesses``: whether expressions that nobody states are guessed rightly.

Writes ``docs/tables/guesses.md`` and brings ``docs/accuracy.md`` up to date. The photos are those of the made
series, whose expressions are known; nobody states them here. Needs ``../shared/faces``.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias

import numpy as np

from asymmetry.core.landmarks import Landmarks
from asymmetry.people import Series
from benchmarks.fidelity import tables
from benchmarks.verdicts.__main__ import CACHE, list_cases
from benchmarks.verdicts.courses import Case, Shot
from benchmarks.verdicts.making import DAY_ZERO, Studio
from benchmarks.verdicts.reading import Reader

__all__ = ["count_guesses", "main"]

#: Photos by who it is, which photos there are beside it, what it shows and what is guessed.
Guesses: TypeAlias = "Counter[tuple[str, str, str, str]]"

#: Expressions as the made series have them, by what is guessed.
_SHOWN = {
    "rest": "rest",
    "brow_raise": "brow raise",
    "eye_closure": "eyes closed",
    "smile_open": "smile",
    "smile_closed": "smile",
}
#: Series with photos that are named after a movement that is lost.
_LOST = "brow raise lost on both sides"


def count_guesses(cases: Iterable[Case], studio: Studio, reader: Reader) -> Guesses:
    """Photos by who it is, which photos there are beside it, what it shows and what is guessed.

    Parameters
    ----------
    cases : iterable of Case
        The series.
    studio : Studio
        Makes their photos.
    reader : Reader
        Reads them.
    """
    counted: Guesses = Counter()
    for case in cases:
        shots = {str(number): shot for number, shot in enumerate(case.shots) if not shot.flaw}
        paths = [
            studio.make_photo(case.person, shot, int(number)) for number, shot in shots.items()
        ]
        who = "ill or treated" if case.truths else "unchanged"
        for beside, landmarks in _date_photos(reader.extract(paths), shots):
            static = Series.from_landmarks(landmarks).static
            for name, label in zip(
                static["photo"].tolist(), static["expression"].tolist(), strict=True
            ):
                counted[who, beside, shots[name].expression, _SHOWN.get(label, label)] += 1
    return counted


def _date_photos(found: Landmarks, shots: Mapping[str, Shot]) -> Iterator[tuple[str, Landmarks]]:
    """The photos as visits, and each as a visit of its own."""
    alone = range(len(shots))
    for beside, days in (("same visit", [shot.day for shot in shots.values()]), ("none", alone)):
        taken = [str(DAY_ZERO + timedelta(days=day)) for day in days]
        yield beside, replace(found, taken=np.array(taken), photo=np.array([*shots]))


def table_rows(counted: Guesses) -> list[tables.Row]:
    """A row for each kind of photo: how many are guessed rightly, taken to be at rest, or for another."""
    head = [
        "people",
        "photos beside it",
        "shown",
        "photos",
        "guessed rightly",
        "taken to be at rest",
        "else",
    ]
    rows: list[tables.Row] = [head]
    for who, beside, shown in sorted({each[:3] for each in counted}, key=_rank):
        guesses = {each[3]: n for each, n in counted.items() if each[:3] == (who, beside, shown)}
        total, right = sum(guesses.values()), guesses.get(shown, 0)
        resting = guesses.get("rest", 0) if shown != "rest" else 0
        rows.append(
            [who, beside, shown, *map(str, (total, right, resting, total - right - resting))]
        )
    return rows


def _rank(kind: tuple[str, str, str]) -> tuple[bool, bool, bool, str]:
    who, beside, shown = kind
    return who != "unchanged", beside == "none", shown != "rest", shown


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.verdicts.guesses", description=__doc__
    )
    parser.add_argument("--photos", choices=("reporting", "tuning"), default="reporting")
    parser.add_argument(
        "--cache", type=Path, default=CACHE, help="keeps photos and readings (%(default)s)"
    )
    chosen = parser.parse_args()
    reader = Reader(chosen.cache / "readings")
    cases = [case for case in list_cases(chosen.photos, quick=False)[0] if case.name != _LOST]
    rows = table_rows(count_guesses(cases, Studio(chosen.cache / "photos", reader), reader))
    made = f"`make verdicts`: photos of {len(cases)} made series of {chosen.photos} people, with no names."
    print(f"{made}\n\n{tables.markdown(rows)}")
    if chosen.photos == "reporting":
        tables.write_table("guesses", made, rows)


if __name__ == "__main__":
    main()
