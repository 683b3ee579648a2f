"""Makes ``asymmetry/series/day_to_day.toml``: how far the mean of a day's photos scatters within a person."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from asymmetry.metrics import movement_catalogue
from benchmarks.retakes.readings import SEED, Plan, Readings
from benchmarks.retakes.scatter import Scatter, find_scatter, tabulate
from benchmarks.tune.seal import sealed

__all__ = ["PHOTOS", "TABLE", "all_scatters", "list_people", "written"]

TABLE = Path(__file__).resolve().parents[2] / "asymmetry" / "series" / "day_to_day.toml"
#: Photos of a day.
PHOTOS = (1, 2, 3, 5)
#: How alike people are in movements, at least, in degrees of freedom: the few who smile for us can't tell. So
#: much the variances of heights scattered between 40 people in 5,000 made photos.
MOVEMENT_DF = 12.0


def all_scatters(readings: Sequence[Readings], slopes: Mapping[str, float]) -> dict[str, Scatter]:
    """The scatter of every column that can be had, by its name; of sides at the usual pitch.

    How unlike people are is known badly from some twenty of them. Half of it is the column's own, half the
    mean of all columns of static metrics or of movements.
    """
    tables = [tabulate(each, slopes) for each in readings]
    names = {name: None for table in tables for name in table}
    found = {
        name: find_scatter([table[name] for table in tables if name in table]) for name in names
    }
    known = {name: each for name, each in found.items() if each.people > 1 and each.sd(1) > 0}
    usual = {
        moves: float(
            np.mean([each.unlike for name, each in known.items() if _moves(name) == moves])
        )
        for moves in {_moves(name) for name in known}
    }
    return {
        name: replace(each, unlike=(each.unlike + usual[_moves(name)]) / 2)
        for name, each in known.items()
    }


def _moves(column: str) -> bool:
    """Whether a column is of a movement."""
    return any(column in each.columns for each in movement_catalogue().values())


def list_people(readings: Sequence[Readings]) -> str:
    """SHA-256 of the names of the people's photos, one a line, in order."""
    return hashlib.sha256("\n".join(sorted(each.name for each in readings)).encode()).hexdigest()


def written(
    readings: Mapping[str, Sequence[Readings]],
    scatters: Mapping[str, Mapping[str, Scatter]],
    slopes: Mapping[str, Mapping[str, float]],
) -> str:
    """The table as TOML.

    Parameters
    ----------
    readings : mapping of str to sequence of Readings
        Whose retakes, by setting.
    scatters : mapping of str to mapping of str to Scatter
        The scatter by setting and column.
    slopes : mapping of str to mapping of str to float
        Those with pitch, by setting and the right side's column.
    """
    people = next(iter(readings.values()))
    plan: Plan = people[0].plan
    smilers = sum(each.smiles is not None for each in people)
    lines = [
        "# How far the mean of a day's photos scatters from day to day in a person who does not change.",
        "# Made by python -m benchmarks.retakes, from retakes of tuning people's photos (docs/accuracy.md).",
        "# A table for each setting and column: sd, in the column's unit, of the mean of so many photos of a",
        "# day (root of the mean variance of the people); df, how alike people are: their variances scatter",
        "# like those of samples with so many degrees of freedom (Smyth 2004; from 3 to 100), half by the",
        "# column's own, half by the mean of all static or all movement columns; of movements 12 at least,",
        "# for few people smile here. As the prior's scale sd^2 is wide: its mean is sd^2 df / (df - 2), for",
        "# people on whom nothing was tuned scatter 1.1 to 1.3 times as much. Of one side's lengths: pitch,",
        "# how much larger they read for each degree that the head is pitched down, left and right alike; sd",
        "# and df are of what is left without that.",
        "# Assumed: a day's photos share the camera's place and distance, light, exposure, size, file, and",
        "# half of the variance of the head's pose. They differ in the rest of it, in gaze, blur and",
        "# expression. More photos of a day make only that part smaller.",
        f"# Movements: smiles of {smilers} of the people, each beside a photo at rest of its visit;",
        "# the effort differs by 15 %.",
        f'made = "{datetime.now(UTC).date()}"',
        f"seed = {SEED}",
        f"people = {len(people)}",
        f'people_sha256 = "{list_people(people)}"',
        f"visits = {plan.visits}",
        f"photos_a_visit = {plan.photos}",
    ]
    for setting, columns in scatters.items():
        for column, scatter in columns.items():
            df = max(scatter.df, MOVEMENT_DF) if _moves(column) else scatter.df
            sds = ", ".join(f"{sd:.3g}" for sd in scatter.sd(np.array(PHOTOS)))
            lines += [
                "",
                f"[{setting}.{column}]",
                f"photos = [{', '.join(map(str, PHOTOS))}]",
                f"sd = [{sds}]",
                f"df = {df:.1f}",
            ]
            if column in slopes[setting]:
                lines.append(f"pitch = {slopes[setting][column]:.3f}")
    return sealed("\n".join(lines) + "\n")
