"""What tells bruises from what looks like them, in one photo: ``asymmetry/tissue/sureness.toml``.

    python -m benchmarks.tune.sureness

Of tuning people alone: their photos at rest and smiling in several lights, with glare or a hard shadow, and
with painted bruises. Each patch that stands out is measured, and a logistic function is fitted to whether it
is a painted bruise. Other marks are left out: an uneven blush has no measure of its own, and faint bruises
would be lost for it. Eight minutes.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from asymmetry.core.schemes import SIDES
from asymmetry.synthetic.bruise import Bruise
from asymmetry.tissue.outline import find_spots
from asymmetry.tissue.patches import describe, side_of
from asymmetry.tissue.sureness import MEASURES, TABLE, measure_patch
from benchmarks.fidelity import photos
from benchmarks.skin.light import Light, draw_light
from benchmarks.skin.making import Person, Shot, draw_bruise, photograph, read_people
from benchmarks.skin.marks import mark
from benchmarks.tune.seal import sealed
from benchmarks.tune.skin import tuning_photos

FloatArray = npt.NDArray[np.floating[Any]]

SEED = 21
#: Of each photo, lights without a bruise, bruises of each of these areas, mm², and their edges, mm.
LIGHTS, BRUISES = 4, 2
AREAS = ((60.0, 120.0), (60.0, 160.0), (160.0, 350.0), (300.0, 800.0))
EDGES = (0.7, 2.0)
#: Marks by light, each in one more photo.
MARKED = ("glare", "a hard shadow")
#: Share of a painted bruise's union with a patch that both have, and that is seen.
SAME, SEEN = 0.3, 0.9
#: Ridge of the fit, as of a normal prior of the standardized weights.
RIDGE = 1.0


class Judged(NamedTuple):
    """A patch's measures, and whether it is a painted bruise."""

    measures: FloatArray
    bruise: bool


def sureness_photos() -> list[Path]:
    """Photos of tuning people: those of the noise, and portraits, in whose light more stands out."""
    return [*tuning_photos()[0], *photos.portraits(tuning=True)]


def photographs(person: Person, rng: np.random.Generator) -> Iterator[tuple[Shot, Bruise | None]]:
    """A person's photos without bruises, and with one."""
    for number in range(LIGHTS):
        yield photograph(person, [], draw_light(rng) if number else Light()), None
    for name in MARKED:
        yield photograph(mark(person, name, rng), [], draw_light(rng)), None
    for area in BRUISES * AREAS:
        edge = float(rng.uniform(*EDGES))
        bruise = replace(draw_bruise(rng, float(rng.uniform(*area))), edge_mm=edge)
        yield photograph(person, [bruise], draw_light(rng)), bruise


def judge_patches(shot: Shot, bruise: Bruise | None) -> Iterator[Judged]:
    """The patches of a photo; those that meet a bruise without being it tell nothing."""
    now = shot.density
    both = now.seen[0] & now.seen[1]
    truth = shot.truth > 0.5
    if bruise and (truth.any(axis=0) & both).sum() < SEEN * truth.sum():
        return
    for spot in find_spots(now.value[0] - now.value[1], both, "mirror").spots:
        side = side_of(spot, now)
        sign = 1.0 if side == "right" else -1.0
        patch = describe(spot._replace(step=spot.step * sign), side, now)
        own = truth[SIDES.index(side)]
        met = float((own & spot.mask).sum())
        is_one = met > SAME * float((own | spot.mask).sum())
        if is_one or not met:
            yield Judged(measure_patch(spot, patch, now), is_one)


def fit(measures: FloatArray, bruise: npt.NDArray[np.bool_]) -> tuple[FloatArray, float]:
    """Weights and offset of a logistic function, fitted with a ridge to standardized measures."""
    mean, spread = measures.mean(axis=0), measures.std(axis=0)
    given, sign = (measures - mean) / spread, np.where(bruise, 1.0, -1.0)

    def loss(factors: FloatArray) -> float:
        odds = sign * (given @ factors[:-1] + factors[-1])
        return float(np.logaddexp(0, -odds).sum() + RIDGE / 2 * (factors[:-1] ** 2).sum())

    factors = minimize(loss, np.zeros(len(MEASURES) + 1), method="BFGS").x
    weights = factors[:-1] / spread
    return weights, float(factors[-1] - weights @ mean)


def written(weights: FloatArray, offset: float, people: int, judged: list[Judged]) -> str:
    """The table as TOML."""
    digest = hashlib.sha256()
    for path in sorted(sureness_photos()):
        digest.update(path.read_bytes())
    lines = [
        "# What tells a bruise from what looks like one, in one photo: weights of a logistic function.",
        "# Made by python -m benchmarks.tune.sureness from photos of tuning people.",
        f'made = "{datetime.now(UTC).date()}"',
        f'inputs = "{digest.hexdigest()}"',
        f"photos = {people}",
        f"bruises = {sum(each.bruise for each in judged)}",
        f"others = {sum(not each.bruise for each in judged)}",
        f"offset = {offset:.3g}",
        "",
        "[weights]",
        *(f"{name} = {weight:.3g}" for name, weight in zip(MEASURES, weights, strict=True)),
    ]
    return sealed("\n".join(lines) + "\n")


def main() -> None:
    """Make the table anew."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tune.sureness", description=__doc__)
    parser.add_argument("-o", "--output", type=Path, default=TABLE)
    output = parser.parse_args().output
    rng = np.random.default_rng(SEED)
    people = read_people(sureness_photos())
    judged = [
        patch
        for person in people
        for shot, bruise in photographs(person, rng)
        for patch in judge_patches(shot, bruise)
    ]
    measures = np.array([each.measures for each in judged])
    weights, offset = fit(measures, np.array([each.bruise for each in judged]))
    output.write_text(written(weights, offset, len(people), judged), encoding="utf-8")


if __name__ == "__main__":
    main()
