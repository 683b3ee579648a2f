"""Signs that tell bruises from marks that look like them, in one photo: ``asymmetry/tissue/sureness.toml``.

    python -m benchmarks.tune.sureness

Of tuning people alone: their photos at rest and smiling in several lights, with glare or a hard shadow, and
with painted bruises. Each patch that stands out is measured, and a logistic function is fitted to whether it
is a painted bruise. Other marks are left out: an uneven blush has no measure of its own, and faint bruises
would be lost for it. Eight minutes.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from scipy.optimize import minimize

from asymmetry.core.arrays import FloatArray, Mask
from asymmetry.core.schemes import SIDES
from asymmetry.tissue.outline import find_spots
from asymmetry.tissue.patches import describe, is_bruise, side_of
from asymmetry.tissue.sureness import MEASURES, TABLE, measure_patch
from benchmarks.fidelity import photos
from benchmarks.skin.light import Light, draw_light
from benchmarks.skin.making import Person, Shot, draw_bruise, photograph, read_people
from benchmarks.skin.marks import mark
from benchmarks.tune.seal import digest_files, sealed
from benchmarks.tune.skin import tuning_photos

SEED = 21
#: Of each photo, lights without a bruise, bruises of each of these areas, mm², and their edges, mm.
LIGHTS, BRUISES = 4, 2
AREAS = ((60.0, 120.0), (60.0, 160.0), (160.0, 350.0), (300.0, 800.0))
EDGES = (0.7, 2.0)
#: Marks by light, each in one more photo.
MARKED = ("glare", "a hard shadow")
#: Share of a painted bruise's union with a patch that both have, and that is seen.
SAME, SEEN = 0.3, 0.9
#: Folds of people, limits that are tried, and the share of quiet photos with less than this of false area,
#: mm², that the limit is chosen for.
FOLDS, LIMITS = 6, tuple(np.arange(0.1, 0.61, 0.05).round(2).tolist())
QUIET, FALSE = 0.96, 20.0
#: Ridge of the fit, as of a normal prior of the standardized weights.
RIDGE = 1.0


Kind = Literal["quiet", "marked", "painted"]


class Judged(NamedTuple):
    """A patch: its measures, whether it was painted, whether all other rules let it pass, and its area."""

    measures: FloatArray
    bruise: bool
    passes: bool
    area_mm2: float


class Photo(NamedTuple):
    """A photo of a person, and its patches."""

    person: str
    kind: Kind
    patches: list[Judged]


def sureness_photos() -> list[Path]:
    """Photos of tuning people: those of the noise, and portraits, in whose light more stands out."""
    return [*tuning_photos()[0], *photos.portraits(tuning=True)]


def photographs(person: Person, rng: np.random.Generator) -> Iterator[tuple[Shot, Kind]]:
    """A person's photos without bruises, with a mark, and with a bruise of which enough is seen."""
    for number in range(LIGHTS):
        yield photograph(person, [], draw_light(rng) if number else Light()), "quiet"
    for name in MARKED:
        yield photograph(mark(person, name, rng), [], draw_light(rng)), "marked"
    for area in BRUISES * AREAS:
        edge = float(rng.uniform(*EDGES))
        bruise = replace(draw_bruise(rng, float(rng.uniform(*area))), edge_mm=edge)
        shot = photograph(person, [bruise], draw_light(rng))
        truth, both = shot.truth > 0.5, shot.density.seen.all(axis=0)
        if (truth.any(axis=0) & both).sum() >= SEEN * truth.sum():
            yield shot, "painted"


def judge_patches(shot: Shot) -> Iterator[Judged]:
    """The patches of a photo; those that meet a bruise without being it tell nothing."""
    now, truth = shot.density, shot.truth > 0.5
    both = now.seen[0] & now.seen[1]
    for spot in find_spots(now.value[0] - now.value[1], both, "mirror").spots:
        side = side_of(spot, now)
        sign = 1.0 if side == "right" else -1.0
        patch = describe(spot._replace(step=spot.step * sign), side, now)
        own = truth[SIDES.index(side)]
        met = float((own & spot.mask).sum())
        is_one = met > SAME * float((own | spot.mask).sum())
        if is_one or not met:
            measures = measure_patch(spot, patch, now)
            yield Judged(measures, is_one, is_bruise(patch, now), patch.area_mm2)


def fit(measures: FloatArray, bruise: Mask) -> tuple[FloatArray, float]:
    """Weights and offset of a logistic function, fitted with a ridge to standardized measures."""
    mean, spread = measures.mean(axis=0), measures.std(axis=0)
    given, sign = (measures - mean) / spread, np.where(bruise, 1.0, -1.0)

    def loss(factors: FloatArray) -> float:
        odds = sign * (given @ factors[:-1] + factors[-1])
        return float(np.logaddexp(0, -odds).sum() + RIDGE / 2 * (factors[:-1] ** 2).sum())

    factors = minimize(loss, np.zeros(len(MEASURES) + 1), method="BFGS").x
    weights = factors[:-1] / spread
    return weights, float(factors[-1] - weights @ mean)


def fit_photos(photos: Sequence[Photo]) -> tuple[FloatArray, float]:
    """Weights and offset by the patches of photos."""
    patches = [patch for photo in photos for patch in photo.patches]
    measures = np.array([each.measures for each in patches])
    return fit(measures, np.array([each.bruise for each in patches]))


def try_limits(photos: Sequence[Photo]) -> Iterator[tuple[float, float, float]]:
    """Each limit of sureness, with the share of quiet photos without a bruise and of bruises found.

    Each person's photos are judged by weights that were fitted to the others'.
    """
    people = sorted({photo.person for photo in photos})
    told = []
    for fold in range(FOLDS):
        left_out = set(people[fold::FOLDS])
        weights, offset = fit_photos([each for each in photos if each.person not in left_out])
        for photo in photos:
            if photo.person in left_out:
                odds = [patch.measures @ weights + offset for patch in photo.patches]
                told.append((photo, 1 / (1 + np.exp(-np.array(odds)))))
    for limit in LIMITS:
        false, found = [], []
        for photo, sure in told:
            over = [
                patch
                for patch, each in zip(photo.patches, sure, strict=True)
                if each >= limit and patch.passes
            ]
            if photo.kind == "quiet":
                false.append(sum(patch.area_mm2 for patch in over) < FALSE)
            if photo.kind == "painted":
                found.append(any(patch.bruise for patch in over))
        yield limit, float(np.mean(false)), float(np.mean(found))


def written(photos: Sequence[Photo]) -> str:
    """The table as TOML."""
    weights, offset = fit_photos(photos)
    tried = list(try_limits(photos))
    least, quiet, found = next(each for each in tried if each[1] >= QUIET)
    patches = [patch for photo in photos for patch in photo.patches]
    lines = [
        "# What tells a bruise from what looks like one, in one photo: weights of a logistic function, and",
        "# the least sureness of a bruise. With it so many quiet photos have none, and so many painted ones",
        "# are found, each person judged by weights fitted to the others.",
        "# Made by python -m benchmarks.tune.sureness from photos of tuning people.",
        f'made = "{datetime.now(UTC).date()}"',
        f'inputs = "{digest_files(sorted(sureness_photos()))}"',
        f"people = {len({photo.person for photo in photos})}",
        f"bruises = {sum(each.bruise for each in patches)}",
        f"others = {sum(not each.bruise for each in patches)}",
        f"quiet = {quiet:.3f}",
        f"found = {found:.3f}",
        f"least = {least:.2f}",
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
    taken = [
        Photo(person.name.split("/")[-1].split("_")[0], kind, list(judge_patches(shot)))
        for person in read_people(sureness_photos())
        for shot, kind in photographs(person, rng)
    ]
    for limit, quiet, found in try_limits(taken):
        print(f"from {limit:.2f} on: quiet {quiet:.3f}, found {found:.3f}")
    output.write_text(written(taken), encoding="utf-8")


if __name__ == "__main__":
    main()
