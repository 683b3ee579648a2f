"""How sure it is that a patch of one photo is a bruise: weights, measures, and how they are fitted."""

from __future__ import annotations

import numpy as np
import pytest

from asymmetry.tissue.sureness import MEASURES, TABLE, judge_sureness
from benchmarks.tune.seal import is_sealed
from benchmarks.tune.sureness import fit

#: A bruise of 150 mm² on a cheek, as painted ones are measured: no logarithms yet of the first eight.
USUAL = {
    "strength": 1.5,
    "slope": 0.25,
    "halfway": 2.0,
    "area": 150.0,
    "depth": 8.0,
    "colour": 0.5,
    "grain": 1.0,
    "slimness": 1.4,
    "opposite": 0.0,
    "shading": 0.15,
}


def sureness(**changed: float) -> float:
    values = np.array([{**USUAL, **changed}[name] for name in MEASURES])
    values[:8] = np.log(values[:8])
    return judge_sureness(values)


def test_the_weights_are_as_the_script_wrote_them() -> None:
    assert is_sealed(TABLE.read_text(encoding="utf-8"))
    assert tuple(USUAL) == MEASURES


def test_a_usual_bruise_is_sure() -> None:
    assert sureness() > 0.8


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("depth", 3.0),
        ("colour", 0.15),
        ("grain", 2.0),
        ("slimness", 3.0),
        ("halfway", 5.0),
    ],
)
def test_what_looks_like_hair_a_fold_or_light_is_less_sure(name: str, value: float) -> None:
    assert sureness(**{name: value}) < sureness()


def test_a_slim_faint_patch_is_no_bruise() -> None:
    assert sureness(slimness=3.0, depth=3.5, colour=0.2) < 0.05


def test_the_fit_finds_the_weights_that_drew_its_data() -> None:
    rng = np.random.default_rng(5)
    true, offset = np.linspace(-2, 2, len(MEASURES)), 0.7
    measures = rng.normal(1.0, 0.8, (20_000, len(MEASURES)))
    drawn = rng.random(len(measures)) < 1 / (1 + np.exp(-(measures @ true + offset)))
    weights, found = fit(measures, drawn)
    assert weights == pytest.approx(true, abs=0.12)
    assert found == pytest.approx(offset, abs=0.25)
