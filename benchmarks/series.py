"""Throughput of series: metrics, movements and changes of many people from stored landmarks, on one core.

Run it as ``python -m benchmarks.series``. Times differ from machine to machine, ratios less.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from asymmetry.core.landmarks import Landmarks
from asymmetry.metrics import measure
from asymmetry.people import Series
from asymmetry.synthetic import face
from benchmarks.core import fastest, machine

__all__ = ["main", "one_person", "report"]

_RUNS = 5
_EXPRESSIONS = ("rest", "rest", "brow_raise", "eye_closure", "smile_open")
TREATED_ON = "2026-03-09"


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


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Throughput of series from stored landmarks.")
    parser.add_argument(
        "--people", type=int, default=200, help="number of people (default: %(default)s)"
    )
    parser.add_argument(
        "--photos", type=int, default=50, help="photos of each (default: %(default)s)"
    )
    arguments = parser.parse_args()
    print(report(arguments.people, arguments.photos))


if __name__ == "__main__":
    main()
