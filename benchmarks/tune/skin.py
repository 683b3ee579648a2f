"""How skin differs from side to side and from day to day without a bruise: ``asymmetry/tissue/noise.toml``.

    python -m benchmarks.tune.skin

Of tuning people alone: their photos at rest and smiling in three lights, and retakes of some days. Two
minutes.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from asymmetry.core.arrays import FloatArray, Mask
from asymmetry.tissue.atlas import REGIONS
from asymmetry.tissue.density import load_grid
from asymmetry.tissue.evidence import TABLE, Kind, band_passed
from asymmetry.tissue.shade import fit_light
from benchmarks.fidelity import photos
from benchmarks.skin.light import Light, draw_light
from benchmarks.skin.making import Person, photograph, read_people, retake
from benchmarks.tune.seal import digest_files, sealed

#: Differences of density and where they are seen.
Differences = Iterable[tuple[FloatArray, Mask]]

SEED = 18
#: Lights of each photo; of the people with one photo one in so many is photographed on three days.
LIGHTS, ONE_IN, DAYS = 3, 3, 3
#: Share of the photos that count for a region and scale: the others show hair or a mark of their own.
KEPT = 0.9
#: Pixels of a region that are enough.
LEAST = 20


def tuning_photos() -> tuple[list[Path], list[Path]]:
    """Photos for the differences between sides, and those of which retakes are made."""
    rest, others = photos.london(tuning=True), photos.more(tuning=True)
    sides = [*rest, *photos.london("smiling", tuning=True), *others]
    return sides, [*rest, *others[::ONE_IN]]


def between_sides(
    people: Iterable[Person], rng: np.random.Generator
) -> Iterator[tuple[FloatArray, Mask]]:
    """Right minus left, of each photo in some lights, the first one its own."""
    for person in people:
        for number in range(LIGHTS):
            light = draw_light(rng) if number else Light()
            density = photograph(person, [], light).density
            yield density.value[0] - density.value[1], density.seen[0] & density.seen[1]


def between_days(
    people: Iterable[Person], rng: np.random.Generator
) -> Iterator[tuple[FloatArray, Mask]]:
    """Each later day minus the first one, of each side."""
    for person in people:
        first, *later = (retake(person, [], rng).density for _ in range(DAYS))
        for day in later:
            for side in range(2):
                seen = day.seen[side] & first.seen[side]
                yield day.value[side] - first.value[side], seen


def covariances(differences: Differences, kind: Kind) -> dict[str, FloatArray]:
    """Covariance of each region at each scale, its upper triangle: (scales, 6) by region."""
    found: dict[tuple[int, int], list[FloatArray]] = {}
    region = load_grid().region
    for difference, seen in differences:
        rest = np.where(seen[..., None], difference - fit_light(difference, seen, kind), 0)
        for scale, band in enumerate(band_passed(rest.astype(np.float32), seen)):
            for number in range(len(REGIONS)):
                values = band[(region == number) & np.isfinite(band[..., 0])]
                if len(values) > LEAST:
                    found.setdefault((number, scale), []).append(values.T @ values / len(values))
    scales = 1 + max(scale for _, scale in found)
    upper = np.triu_indices(3)
    return {
        name: np.array([_typical(found[number, scale])[upper] for scale in range(scales)])
        for number, name in enumerate(REGIONS)
    }


def _typical(found: list[FloatArray]) -> FloatArray:
    """Mean of the covariances of the quieter photos."""
    each = np.array(found)
    order = np.argsort(np.trace(each, axis1=1, axis2=2))
    return np.asarray(each[order[: int(np.ceil(KEPT * len(each)))]].mean(axis=0))


def written(tables: dict[str, dict[str, FloatArray]], sides: int, days: int) -> str:
    """The table as TOML."""
    sides_photos, days_photos = tuning_photos()
    lines = [
        "# How density differs without a bruise, right minus left (mirror) and between days (day).",
        "# Made by python -m benchmarks.tune.skin from photos of tuning people. Each region has a row",
        "# for each scale of asymmetry.tissue.evidence: the covariance of shading and both channels of",
        "# colour, its upper triangle.",
        f'made = "{datetime.now(UTC).date()}"',
        f'inputs = "{digest_files(sorted({*sides_photos, *days_photos}))}"',
        f"photos = {sides}",
        f"people_on_days = {days}",
    ]
    for kind, table in tables.items():
        lines += ["", f"[{kind}]"]
        for region, rows in table.items():
            lines.append(f"{region} = [")
            lines += [f"  [{', '.join(f'{value:.3g}' for value in row)}]," for row in rows]
            lines.append("]")
    return sealed("\n".join(lines) + "\n")


def main() -> None:
    """Make the table anew."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tune.skin", description=__doc__)
    parser.add_argument("-o", "--output", type=Path, default=TABLE)
    output = parser.parse_args().output
    rng = np.random.default_rng(SEED)
    for_sides, for_days = (read_people(paths) for paths in tuning_photos())
    tables = {
        "mirror": covariances(between_sides(for_sides, rng), "mirror"),
        "day": covariances(between_days(for_days, rng), "day"),
    }
    output.write_text(written(tables, len(for_sides), len(for_days)), encoding="utf-8")


if __name__ == "__main__":
    main()
