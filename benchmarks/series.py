"""Throughput of series: metrics, movements and changes of many people from stored landmarks, on one core.

Run it as ``python -m benchmarks.series``. Times differ from machine to machine, ratios less: with ``--beside
PATH`` the way from landmarks to changes is timed in turns with another checkout of this repository.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np

from asymmetry.core.landmarks import Landmarks
from asymmetry.metrics import measure
from asymmetry.people import Series
from asymmetry.synthetic import face
from benchmarks.core import fastest, machine

__all__ = ["compare_checkouts", "main", "one_person", "report"]

_RUNS = 5
_EXPRESSIONS = ("rest", "rest", "brow_raise", "eye_closure", "smile_open")
TREATED_ON = "2026-03-09"
# One checkout, by names that all of them have: a turn for each line that comes in.
_TURNS = """
import sys, time
from asymmetry import Series
from benchmarks.series import TREATED_ON, one_person
people, photos = map(int, sys.argv[1:])
stored = [one_person(photos, seed) for seed in range(people)]
for _ in sys.stdin:
    start = time.process_time()
    for landmarks, label in stored:
        Series.from_landmarks(landmarks, treated_on=TREATED_ON, expression=label).changes()
    print(time.process_time() - start, flush=True)
"""


def one_person(photos: int, seed: int) -> tuple[Landmarks, list[str]]:
    """Landmarks of one person over days: two photos at rest and three expressions on each.

    Parameters
    ----------
    photos : int
        Number of photos.
    seed : int
        Of noise and pose.

    Returns
    -------
    landmarks : Landmarks
        Dated photos.
    expression : list of str
        What each shows.
    """
    rng = np.random.default_rng(seed)
    label = [_EXPRESSIONS[i % len(_EXPRESSIONS)] for i in range(photos)]
    smiling = np.array([each == "smile_open" for each in label])
    yaw, pitch = rng.uniform(-8, 8, (2, photos))
    made = face(
        photos, yaw=yaw, pitch=pitch, noise_px=0.4, seed=seed, mouth_corner_right_mm=8.0 * smiling
    )
    days = 7 * (np.arange(photos) // len(_EXPRESSIONS)) - 7
    spread = np.full(made.spread.shape, 0.4, np.float32)
    return replace(
        made,
        spread=spread,
        taken=(np.datetime64(TREATED_ON) + days.astype("timedelta64[D]")).astype(str),
    ), label


def report(people: int, photos: int) -> str:
    """Measure, and say so in a small table.

    Parameters
    ----------
    people : int
        Number of people.
    photos : int
        Photos of each.
    """
    stored = [one_person(photos, seed) for seed in range(people)]
    every = Landmarks.concat(landmarks for landmarks, _ in stored)

    def series() -> list[Series]:
        return [
            Series.from_landmarks(landmarks, treated_on=TREATED_ON, expression=label)
            for landmarks, label in stored
        ]

    def all_of_it() -> int:
        return sum(len(each.changes()) + each.movements.rows for each in series())

    tasks: dict[str, Callable[[], object]] = {
        "one copy of the points": every.points.copy,
        "static metrics, all in one": lambda: measure(every, sd=False),
        "static metrics, by series": series,
        "and movements": lambda: [each.movements for each in series()],
        "and changes": all_of_it,
    }
    seconds = {name: fastest(task, _RUNS) for name, task in tasks.items()}
    copy = next(iter(seconds.values()))
    lines = [f"| {people} people, {len(every):,} photos | seconds | × copy |", "|---|---:|---:|"]
    lines += [f"| {name} | {s:.3f} | {s / copy:.0f} |" for name, s in seconds.items()]
    return "\n".join([*lines, "", f"{machine()}; processor time, fastest of {_RUNS} runs"])


def compare_checkouts(other: Path, people: int, photos: int, turns: int) -> str:
    """Time landmarks to changes here and in another checkout, in turns, and say so in a small table.

    Parameters
    ----------
    other : pathlib.Path
        A checkout of this repository, of any version since 0.1.0.
    people, photos : int
        As for `report`.
    turns : int
        So many each, after one that does not count; the fastest counts.
    """
    paths = Path(__file__).parents[1], other.resolve()
    arguments = sys.executable, "-c", _TURNS, str(people), str(photos)
    with ExitStack() as stack:
        runs = [
            stack.enter_context(
                subprocess.Popen(
                    arguments,
                    cwd=path,
                    env={**os.environ, "PYTHONPATH": str(path)},
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for path in paths
        ]
        took = np.array([[_take_turn(run) for run in runs] for _ in range(turns + 1)])
    here, there = 1000 * took[1:].min(axis=0) / people
    lines = [
        f"| landmarks of {photos} photos to changes | ms a person | × the other |",
        "|---|---:|---:|",
        f"| this checkout | {here:.2f} | {here / there:.2f} |",
        f"| the other | {there:.2f} | 1.00 |",
    ]
    return "\n".join([*lines, "", f"{people} people; {machine()}; fastest of {turns} turns each"])


def _take_turn(run: subprocess.Popen[str]) -> float:
    """Processor seconds of one turn of a checkout."""
    assert run.stdin is not None
    assert run.stdout is not None
    run.stdin.write("\n")
    run.stdin.flush()
    return float(run.stdout.readline())


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Throughput of series from stored landmarks.")
    parser.add_argument(
        "--people", type=int, default=200, help="number of people (default: %(default)s)"
    )
    parser.add_argument(
        "--photos", type=int, default=50, help="photos of each (default: %(default)s)"
    )
    parser.add_argument("--beside", type=Path, metavar="PATH", help="another checkout, for ratios")
    arguments = parser.parse_args()
    size = arguments.people, arguments.photos
    if arguments.beside:
        print(compare_checkouts(arguments.beside, *size, _RUNS))
    else:
        print(report(*size))


if __name__ == "__main__":
    main()
