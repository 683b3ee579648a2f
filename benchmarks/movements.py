"""Movements read of sides that did not move, from photos to warps of them, photographed again.

``python -m benchmarks.movements`` prints the table that ``make fidelity`` writes. Needs ``../shared/faces``,
or takes the portraits in wheels.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from asymmetry.core.arrays import FloatArray, Mask, Pixels
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import SIDES
from asymmetry.core.table import Measurements
from asymmetry.extract import Extractor
from asymmetry.metrics import MovementMetric, movement, movement_catalogue
from asymmetry.metrics.movements import beyond_noise
from asymmetry.synthetic import jitter_photo
from benchmarks.fidelity import cases, photos, tables
from benchmarks.fidelity.tables import Row

__all__ = ["main", "measure_movements", "rows"]

#: Movement below this is none; and what the side that did not move may read, mm.
NO_MM, STILL_MM = 0.05, 0.2
_HEAD = [
    "movement",
    "sides",
    "RMS, mm",
    f"NaN or below {STILL_MM} mm",
    "within 1 and 2 SD",
    "moved, told",
]


def _both(table: Measurements, names: tuple[str, ...]) -> FloatArray:
    return np.array([table[name] for name in names[:2]])


def rows(true: Measurements, read: Measurements, apart: Mask) -> list[Row]:
    """One row per movement in mm, under a head.

    Parameters
    ----------
    true, read : Measurements
        Of the same pairs, with what is noise in them.
    apart : ndarray of bool, shape (2, n)
        The sides on which nothing was pulled.
    """
    made, told = [_HEAD], beyond_noise(read)
    entries: list[MovementMetric] = [each for each in movement_catalogue().values() if each.noise]
    for entry in entries:
        there, value, sd, shown = (
            _both(table, names)
            for table, names in (
                (true, entry.columns),
                (read, entry.columns),
                (read, entry.rsd_columns),
                (told, entry.columns),
            )
        )
        still = apart & (np.abs(there) < NO_MM)
        moved = np.abs(there) >= 2 * (entry.noise or 0.0)
        small = np.isnan(shown[still]) | (np.abs(shown[still]) < STILL_MM)
        within = (f"{100 * np.mean(np.abs(value[still]) < k * sd[still]):.0f}" for k in (1, 2))
        made.append(
            [
                entry.name,
                str(still.sum()),
                f"{np.sqrt(np.mean(value[still] ** 2)):.2f}",
                f"{100 * small.mean():.1f} %",
                f"{', '.join(within)} %",
                f"{np.isfinite(shown[moved]).sum()} of {moved.sum()}",
            ]
        )
    return made


def measure_movements(half: str, seed: int = 7) -> tuple[str, list[Row]]:
    """Warp, photograph again, read, and say what was read in a table.

    Parameters
    ----------
    half : str
        Whose photos: ``"tuning"``, ``"reporting"`` or ``"wheels"``.
    seed : int
        Of how they are photographed again.
    """
    rng = np.random.default_rng(seed)
    subjects = cases.subjects(photos.faces(half))
    made: list[cases.Case] = []

    def again() -> Iterator[Pixels]:
        for case in cases.warps(subjects):
            made.append(replace(case, pixels=case.pixels[:0]))
            yield jitter_photo(case.pixels, rng).pixels

    with Extractor() as extractor:
        after = extractor.extract(again())
    people = [subject.person for subject in subjects]
    rest = Landmarks.concat(subject.read for subject in subjects)[
        [people.index(case.person) for case in made]
    ]
    # Nothing is known of the spread of what is true, so that nothing of it is taken for noise.
    exact = replace(rest, spread=np.full_like(rest.spread, np.nan))
    shift = np.array([case.displacement for case in made])
    true = movement(exact, cases.displaced(exact, shift), keep_noise=True)
    read = movement(rest, after, keep_noise=True)
    apart = np.array([[case.side != side for case in made] for side in SIDES])
    about = f"`make fidelity`: {len(made)} warps of {len(people)} {half} people, taken again, `hemiface`."
    return about, rows(true, read, apart)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Movements read of sides that did not move.")
    parser.add_argument("--photos", choices=("reporting", "tuning", "wheels"), default="reporting")
    about, made = measure_movements(parser.parse_args().photos)
    print(f"{about}\n\n{tables.markdown(made)}")


if __name__ == "__main__":
    main()
