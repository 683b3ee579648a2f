"""The unmixing of swellings and their errors, made from readings whose mixing is known."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from asymmetry.synthetic import Retake
from asymmetry.synthetic.swelling import Swelling
from asymmetry.tissue.swelling import REGIONS, ZONES, Conditions, unmix
from benchmarks.skin.pairs import Pair
from benchmarks.skin.swollen import Visit
from benchmarks.tune.swelling import Reading, find_errors, find_response, find_unmixing

PLACES = ("cheek", "malar", "jaw", "lower_lid")
#: True move of each place in the regions, per mm of the largest.
TRUE = {"cheek": (1, 0.2, 0), "malar": (1, 0, 0.6), "jaw": (0.1, 1, 0), "lower_lid": (0, 0, 1)}
#: Readings of the zones: neighbours too little, and less the worse the skins fit.
READ = {
    "cheek": (0.2, 1, -0.1, 0),
    "malar": (1.2, 0.1, 0, 0.4),
    "jaw": (0, -0.2, 0.9, 0),
    "lower_lid": (0, 0, 0, 0.9),
}
LOSS = 1.5
RIGHT = 0


def readings(
    noise: float = 0.0, settings: tuple[str, ...] = ("home", "clinic")
) -> Iterator[Reading]:
    """Swellings of each place, and quiet photos, of 20 people."""
    rng = np.random.default_rng(18)
    for person in range(20):
        for setting in settings:
            misfit = rng.uniform(0.05, 0.2)
            for place in (*PLACES, ""):
                zones, true = np.zeros((2, len(ZONES))), np.zeros((2, len(REGIONS)))
                if place:
                    mm = rng.uniform(1, 3)
                    zones[RIGHT] = mm * (1 - LOSS * misfit) * np.array(READ[place])
                    true[RIGHT] = mm * np.array(TRUE[place])
                zones += noise * rng.normal(size=zones.shape)
                swelling = Swelling(place, "right", 2.0) if place else None
                nothing = np.zeros((2, 0))
                pair = Pair(
                    *(str(person), Visit(setting, Retake(), swelling), nothing, nothing > 0),
                    turn_deg=0.0,
                    true_mm=true,
                    tried_mm=nothing,
                )
                yield Reading(pair, zones, true, nothing, Conditions(0.0, misfit, 0.1, 0.5))


def test_a_known_mixing_is_taken_out() -> None:
    made = list(readings())
    how = find_unmixing(made)
    for each in made:
        read = unmix(each.zones, each.conditions.misfit_mm, how)
        assert read == pytest.approx(each.pair.true_mm, abs=0.05)


def test_noise_does_not_lower_the_gain() -> None:
    made = list(readings(noise=0.3))
    how = find_unmixing(made)
    for region, place in enumerate(("cheek", "jaw", "lower_lid")):
        own = [
            each
            for each in made
            if each.pair.visit.swelling and each.pair.visit.swelling.place == place
        ]
        read = [unmix(each.zones, each.conditions.misfit_mm, how)[RIGHT, region] for each in own]
        true = [each.pair.true_mm[RIGHT, region] for each in own]
        assert np.dot(read, true) / np.dot(true, true) == pytest.approx(1, abs=0.1)


def test_errors_hold_95_percent_of_quiet_readings_and_the_share_of_swollen_ones() -> None:
    rng = np.random.default_rng(1)
    made = []
    for each in readings():
        off = 0.1 * rng.normal(size=each.mm.shape) + 0.2 * each.pair.true_mm
        made.append(Reading(each.pair, each.zones, each.mm + off, each.tried, each.conditions))
    errors = find_errors(made)
    for region in REGIONS:
        sd = np.linalg.norm(np.array(errors[region]) * (1.0, 0.0, 0.12, 0.1, 0.5))
        assert 0.09 < sd < 0.2
    found = find_response(made, errors)
    always, by_misfit = (np.diag(each) for each in found.values())
    shares = np.hypot(always, 0.12 * by_misfit)
    assert ((shares > 0.15) & (shares < 0.35)).all()
