"""By which proportions of a face its person is known: linear discriminants, of tuning people only.

    python -m benchmarks.tune.likeness

Writes ``asymmetry/series/likeness.toml``. A person's photos differ by how they are taken (retakes at home),
by smiles, and by what is ill (the made series of ``benchmarks.verdicts``); people by all the rest. Prints how
far apart photos of one person and of two people are. Half an hour, less where readings are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

import asymmetry.series.likeness
from asymmetry.core.arrays import FloatArray
from asymmetry.core.landmarks import Landmarks
from asymmetry.series.likeness import proportions
from benchmarks.fidelity import photos
from benchmarks.retakes import people, readings
from benchmarks.verdicts.__main__ import CACHE, list_cases
from benchmarks.verdicts.making import Studio
from benchmarks.verdicts.reading import Reader

#: The shapes of some people, each with a row for each photo.
Folk = dict[str, FloatArray]

TABLE = Path(asymmetry.series.likeness.__file__).with_suffix(".toml")
#: Discriminants that are kept, and the least standard deviation within a person, in outer-canthal distances:
#: real photos differ by more than made ones. Both by leaving people out.
KEPT, LEAST = 12, 0.003
#: How much smiles count beside retakes: few people smile here, each in their own way.
SMILES = 8
#: Decimals in the table.
DIGITS = 2
_PLAN = readings.Plan(visits=3, photos=2)


def main() -> None:
    """Fit the discriminants, write them and print what they tell."""
    reader = Reader(CACHE / "readings")
    single = _read_photos(reader)
    within = [
        _read_retakes(),
        _read_series(reader),
        {who: rows for who, rows in single.items() if len(rows) > 1},
    ]
    found = fit(within, single)
    rows = ",\n".join(f"  [{', '.join(f'{value:.{DIGITS}f}' for value in row)}]" for row in found.T)
    head = "# By which proportions a person is known. Made by python -m benchmarks.tune.likeness.\n"
    TABLE.write_text(f"{head}discriminants = [\n{rows},\n]\n", encoding="utf-8")
    for name, folk in zip(("retakes", "made series", "photos"), (*within[:2], single), strict=True):
        _print_distances(name, {who: rows @ found for who, rows in folk.items()})


def fit(within: Sequence[Folk], single: Folk) -> FloatArray:
    """The discriminants, shape (45, `KEPT`), in standard deviations of the first kind of photos.

    Parameters
    ----------
    within : sequence of Folk
        Retakes, made series, and neutral and smiling photos.
    single : Folk
        All people.
    """
    spread = [_scatter(folk) for folk in within]
    size = len(spread[0])
    scatter = spread[0] + spread[1] + SMILES * spread[2]
    values, axes = np.linalg.eigh(scatter + LEAST**2 * np.eye(size))
    white = axes / np.sqrt(values)
    middle = np.array([rows.mean(axis=0) for rows in single.values()]) @ white
    between = np.linalg.eigh(np.cov(middle.T))[1][:, ::-1]
    made = white @ between[:, :KEPT]
    return np.asarray(made / np.sqrt(np.trace(made.T @ spread[0] @ made) / KEPT))


def _scatter(folk: Folk) -> FloatArray:
    """Covariance within a person, pooled."""
    steps = np.concatenate([rows - rows.mean(axis=0) for rows in folk.values()])
    return np.asarray(steps.T @ steps / (len(steps) - len(folk)))


def _keep(rows: FloatArray) -> FloatArray:
    return rows[np.isfinite(rows).all(axis=1)]


def _read_photos(reader: Reader) -> Folk:
    """Neutral and smiling photos and portraits."""
    found: dict[str, list[FloatArray]] = {}
    for path in photos.people(tuning=True):
        found.setdefault(path.stem.split("_n")[0].split("_s")[0], []).append(_read(reader, [path]))
    return {who: _keep(np.concatenate(rows)) for who, rows in found.items()}


def _read(reader: Reader, paths: list[Path]) -> FloatArray:
    return proportions(reader.extract(paths))


def _read_retakes() -> Folk:
    folk = readings.read_folk(people.choose_people(tuning=True), "home", _PLAN)
    taken = {each.name: [each.rest] + ([each.smiles] if each.smiles else []) for each in folk}
    return {who: _keep(proportions(Landmarks.concat(rows))) for who, rows in taken.items()}


def _read_series(reader: Reader) -> Folk:
    """Photos of made series, but for those that do not belong in them."""
    studio = Studio(CACHE / "photos", reader)
    found: dict[str, list[Path]] = {}
    for case in list_cases("tuning", quick=False)[0]:
        for number, shot in enumerate(case.shots):
            if shot.flaw not in ("blurred", "mirrored", "other person"):
                found.setdefault(case.person, []).append(
                    studio.make_photo(case.person, shot, number)
                )
    return {who: _keep(_read(reader, paths)) for who, paths in found.items()}


def _print_distances(name: str, folk: Folk) -> None:
    rows = np.concatenate([*folk.values()])
    whose = np.repeat(np.arange(len(folk)), [len(each) for each in folk.values()])
    apart = np.sqrt(((rows[:, None] - rows) ** 2).mean(axis=-1))
    pairs = np.triu(np.ones_like(apart, dtype=bool), 1)
    same = whose[:, None] == whose
    for kind, some in (("one person", same & pairs), ("two people", ~same & pairs)):
        print(f"{name}, {kind}: {np.quantile(apart[some], [0.01, 0.05, 0.5, 0.95, 0.99]).round(1)}")


if __name__ == "__main__":
    main()
