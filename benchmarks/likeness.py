"""``python -m benchmarks.likeness``: how well mirrored photos and other people are told in a series.

Prints what the constants of `asymmetry/series/likeness.py` rest on: how far left-right differences and shapes
scatter within a person and between people, how often a mirrored photo is found, and how often one that is
not mirrored is taken for it, also while one part of the face changes. Needs the faces of ``../shared``;
about a minute.
"""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import FloatArray
from asymmetry.core.landmarks import Landmarks
from asymmetry.extract import Extractor
from asymmetry.series.likeness import (
    COLUMNS,
    compare_shapes,
    find_mirrored,
    find_strangers,
    shapes,
    signatures,
    smiles,
)

__all__ = ["main"]

FACES = Path(__file__).resolve().parents[2] / "shared" / "faces"
#: Photos of a made series, how much they scatter in units of the signature, and how often each is made.
PHOTOS, SCATTER, TIMES = 10, 0.8, 20
#: Changes of one part, in millimetres or degrees, each with what moves along.
CHANGES: dict[str, dict[str, float]] = {
    "nothing": {},
    "brow": {
        "brow_medial_height_diff_mm": 2.5,
        "brow_lateral_height_diff_mm": 3.5,
        "brow_tilt_diff_deg": 1.5,
    },
    "lid": {"mrd1_diff_mm": 2.5},
    "mouth": {
        "commissure_height_diff_mm": 4.0,
        "smile_angle_diff_deg": 6.0,
        "upper_lip_height_diff_mm": 2.0,
    },
}


def main() -> None:
    """Print the tables."""
    found = _read(sorted((FACES / "london").glob("*.jpg")))
    people = np.array([Path(name).name[:3] for name in found.photo.tolist()])
    values, shape = signatures(found), shapes(found)
    neutral = np.array(["neutral" in name for name in found.photo.tolist()])
    _print_scatter(values, people)
    _print_shapes(shape, smiles(found), people)
    _print_pairs(values, people)
    _print_series(values[neutral])


def _read(paths: list[Path]) -> Landmarks:
    with Extractor() as extractor:
        return extractor.extract(paths)


def _print_scatter(values: FloatArray, people: npt.NDArray[np.str_]) -> None:
    print("Standard deviation within a person, neutral and smiling, in the column's unit")
    steps = np.array([np.subtract(*values[people == who]) for who in np.unique(people)])
    within = np.sqrt(np.nanmean(steps**2, axis=0) / 2)
    for (column, sd), times in zip(COLUMNS.items(), within, strict=True):
        print(f"  {column:<30}{times * sd:6.2f}, taken to be {sd}")


def _print_shapes(shape: FloatArray, smile: FloatArray, people: npt.NDArray[np.str_]) -> None:
    apart = np.sqrt(((shape[:, None] - shape) ** 2).mean(axis=-1))
    same = people[:, None] == people
    pairs = np.triu(np.ones_like(same), 1)
    print("Distance of shapes (standard deviations of retakes): median, 95 %, largest")
    for name, some in (("one person", same & pairs), ("two people", ~same & pairs)):
        print(f"  {name}: {np.nanquantile(apart[some], [0.5, 0.95, 1]).round(4)}")
    told = np.array([[compare_shapes(np.stack([one, other])) for other in shape] for one in shape])
    for name, some in (("one person", same & pairs), ("two people", ~same & pairs)):
        words, counts = np.unique(told[some], return_counts=True)
        print(f"  two photos of {name}:", dict(zip(words.tolist(), counts.tolist(), strict=True)))
    strangers = []
    for who, other in permutations(np.unique(people), 2):
        rows = [*np.flatnonzero(people == who), np.flatnonzero(people == other)[0]]
        strangers.append(find_strangers(shape[rows], smile[rows]))
    print(
        f"  found beside two photos of one person: {np.mean([each[-1] for each in strangers]):.0%}"
    )
    print(f"  one of the two found instead: {np.mean([each[:-1].any() for each in strangers]):.1%}")


def _print_pairs(values: FloatArray, people: npt.NDArray[np.str_]) -> None:
    pairs = [values[people == who] for who in np.unique(people)]
    wrong = sum(find_mirrored(pair).any() for pair in pairs)
    right = sum(find_mirrored(pair * np.array([[1], [-1]])).any() for pair in pairs)
    print(
        f"Neutral against smiling: {right} of {len(pairs)} mirrored ones found, {wrong} unmirrored ones"
    )


def _print_series(values: FloatArray) -> None:
    print(
        f"Series of {PHOTOS}: one mirrored photo found, another found as well, any found where none is"
    )
    units = np.array(list(COLUMNS.values()))
    known = [each for each in values if np.isfinite(each).all()]
    for name, moved in CHANGES.items():
        rng = np.random.default_rng(0)
        change = np.array([moved.get(column, 0.0) for column in COLUMNS]) / units
        counts = np.zeros(3)
        for each in known * TIMES:
            course = (
                np.clip(np.linspace(-0.5, 1.5, PHOTOS), 0, 1)[:, None]
                * change
                * rng.choice([-1, 1])
            )
            made = each + course + rng.normal(0, SCATTER, (PHOTOS, len(units)))
            turned, row = made.copy(), int(rng.integers(PHOTOS))
            turned[row] *= -1
            found = find_mirrored(turned)
            counts += found[row], found.sum() > found[row], find_mirrored(made).any()
        shares = ", ".join(f"{share:.1%}" for share in counts / len(known) / TIMES)
        print(f"  {name} changes: {shares}")


if __name__ == "__main__":
    main()
