"""Movement of faces with a known truth: renders of uneven smiles, and one-sided warps of real photos."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from asymmetry.core.arrays import FloatArray
from asymmetry.core.schemes import SIDES
from asymmetry.core.table import Measurements
from asymmetry.core.text import english_text
from asymmetry.extract import Extractor
from asymmetry.metrics import movement, movement_catalogue
from asymmetry.metrics.movements import beyond_noise
from asymmetry.metrics.still import STILL_SD

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def reader() -> Iterator[Extractor]:
    with Extractor() as extractor:
        yield extractor


def corner_paths(folder: Path) -> dict[str, dict[str, float]]:
    """How far each corner of the mouth of a render truly moves from the neutral one, mm, by file."""
    paths: dict[str, dict[str, float]] = {}
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            name, side = row["point"].rpartition("_")[::2]
            if name == "mouth_corner":
                path = math.hypot(float(row["dX_mm_vs_neutral"]), float(row["dY_mm"]))
                paths.setdefault(row["file"], {})[side] = path
    return paths


@pytest.mark.parametrize(("yaw", "frames"), [("+00", 9), ("+10", 7), ("-10", 7)])
def test_renders_of_uneven_smiles(
    shared_faces: Path, reader: Extractor, yaw: str, frames: int
) -> None:
    truth = corner_paths(shared_faces / "render")
    smiles = sorted(name for name in truth if "_smile_" in name and name.endswith(f"_y{yaw}.jpg"))
    rests = [f"{name.partition('_')[0]}_neutral_y{yaw}.jpg" for name in smiles]
    photos = sorted({*smiles, *rests})
    landmarks = reader.extract([shared_faces / "render" / name for name in photos])
    rest, after = (landmarks[[photos.index(name) for name in names]] for names in (rests, smiles))
    table = movement(rest, after)
    paths = [sorted(truth[name].values()) for name in smiles]
    true = [weaker / stronger for weaker, stronger in paths]
    assert len(smiles) >= frames
    assert (np.abs(table["commissure_travel_ratio"] - true) < 0.05).all()
    # Of the corner that stays in one of them there is no path, and the ratio is that of what was read.
    (still,) = [name for name in smiles if "R000" in name]
    assert np.isnan(table["commissure_travel_right_mm"][smiles.index(still)])


#: How far what did not move may read, mm: root mean square over people and warps, noise and all.
STILL_MM = {
    "brow_excursion": 0.15,
    "brow_medial_excursion": 0.17,
    "brow_lateral_excursion": 0.125,
    "frown_descent": 0.17,
    "frown_draw": 0.13,
    "eye_closure": 0.1,
    "commissure_lift": 0.08,
    "commissure_spread": 0.24,
    "commissure_travel": 0.16,
    "upper_lip_lift": 0.18,
    "lower_lip_drop": 0.26,
    "ala_lift": 0.1,
}
#: Movement below this is none, mm.
NO_MM = 0.05


@pytest.fixture(scope="module")
def warps(shared_faces: Path, reader: Extractor) -> tuple[Measurements, Measurements]:
    """Movements from each person's photo to their one-sided warps: as they are, and as they are read."""
    folder = shared_faces / "warped"
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    paths = sorted(path for path in folder.glob("*_*[LR]_*.jpg"))
    people = sorted({path.name[:3] for path in paths})
    origin = [people.index(path.name[:3]) for path in paths]
    rest = reader.extract([folder / f"{person}_orig.jpg" for person in people])[origin]
    known = rest.points.copy()
    known[..., :2] += [truth[path.name]["displacement_px"] for path in paths]
    exact = replace(
        rest, spread=np.full_like(rest.spread, np.nan)
    )  # so that nothing true is taken for noise
    moves = movement(exact, replace(exact, points=known))
    return moves, movement(rest, reader.extract(paths), keep_noise=True)


def both_sides(table: Measurements, names: tuple[str, ...]) -> FloatArray:
    return np.array([table[name] for name in names[:2]])


def test_a_side_that_did_not_move_reads_nan_or_below_a_fifth_of_a_millimetre(
    warps: tuple[Measurements, Measurements],
) -> None:
    """On every side on which nothing was pulled, by every metric, without exception."""
    true, read = warps
    pulled = np.array(
        [[f"{side[0].upper()}_" in Path(name).name for name in read["photo"]] for side in SIDES]
    )
    for name, bound in STILL_MM.items():
        entry = movement_catalogue()[name]
        still = (np.abs(both_sides(true, entry.columns)) < NO_MM) & ~pulled
        told = both_sides(beyond_noise(read), entry.columns)[still]
        assert still.sum() >= 20
        assert (np.isnan(told) | (np.abs(told) < 0.2)).all(), name
        assert np.sqrt(np.mean(both_sides(read, entry.columns)[still] ** 2)) < bound, name
    assert STILL_MM.keys() == {
        name for name, entry in movement_catalogue().items() if entry.noise is not None
    }


def test_an_eye_that_did_not_move_is_not_closed(warps: tuple[Measurements, Measurements]) -> None:
    true, read = warps
    entry = movement_catalogue()["eye_closed"]
    still = np.abs(both_sides(true, movement_catalogue()["eye_closure"].columns)) < NO_MM
    assert np.isnan(both_sides(beyond_noise(read), entry.columns)[still]).mean() > 0.95


def test_what_moved_by_more_than_noise_is_not_nan(warps: tuple[Measurements, Measurements]) -> None:
    """Of what moved by twice the noise, the metric's or its own, 24 of 25 are told.

    Wings of the nose are most of the rest: what both corners of the mouth draw them along by in the mesh is
    put back, and with it a part of what these warps move them by.
    """
    true, read = warps
    lost, moved = 0, 0
    for name in STILL_MM:
        entry = movement_catalogue()[name]
        assert entry.noise is not None
        own = STILL_SD * both_sides(read, entry.rsd_columns)
        clear = np.abs(both_sides(true, entry.columns)) > 2 * np.fmax(entry.noise, own)
        told = both_sides(beyond_noise(read), entry.columns)[clear]
        lost, moved = lost + int(np.isnan(told).sum()), moved + told.size
    assert moved > 150
    assert lost <= 0.04 * moved


def test_standard_deviations_of_what_stays_hold(warps: tuple[Measurements, Measurements]) -> None:
    true, read = warps
    within = []
    for name in STILL_MM:
        entry = movement_catalogue()[name]
        still = np.abs(both_sides(true, entry.columns)) < NO_MM
        within.append(
            (np.abs(both_sides(read, entry.columns)) < 2 * both_sides(read, entry.rsd_columns))[
                still
            ]
        )
        assert within[-1].mean() > 0.85, name
    assert 0.9 < np.concatenate(within).mean() < 0.99


def test_healthy_smiles_are_as_even_as_the_rule_of_weak_sides_says(
    shared_faces: Path, reader: Extractor
) -> None:
    folder = shared_faces / "london"
    rest, smiling = (
        reader.extract(sorted(folder.glob(f"*_{name}.jpg"))) for name in ("neutral", "smiling")
    )
    ratio = movement(rest, smiling, metrics=["commissure_lift"])["commissure_lift_ratio"]
    source = english_text().known("rule_sources", "weaker side")
    said = f"{len(ratio)} healthy smiles {(ratio >= 0.8).sum()} reach 80 % and more"
    assert said in source.replace("\N{NO-BREAK SPACE}", " ")
    assert round(ratio.min(), 2) == 0.73
