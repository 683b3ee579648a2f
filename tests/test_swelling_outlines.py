"""Outlines of lids and lips: gains and cross-talk of readings whose truth is known."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from asymmetry.synthetic import Retake
from asymmetry.synthetic.swelling import Swelling
from benchmarks.skin.outlines import OUTLINES, READINGS, Change, rows
from benchmarks.skin.swollen import Visit

#: Where each contour goes when its place swells, outwards and up.
WAY = {"upper_lid": (0.6, -0.8), "upper_lip": (0.0, 1.0), "lower_lip": (0.6, -0.8)}
SHARE, LEAK = 0.5, 0.2


def changes(*, both: float = 0.0) -> Iterator[Change]:
    """Half of each swelling is read, and a fifth of what is read of the upper lip on the lower one.

    Whatever `both` is, both sides move by it alike.
    """
    rng = np.random.default_rng(18)
    for person in range(12):
        for setting in ("home", "clinic"):
            for number, place in enumerate(OUTLINES):
                taken = Retake(yaw_deg=person + 0.1 * number)
                mm, true = rng.uniform(1, 2), np.zeros((2, len(OUTLINES), 2))
                shaken = both * rng.normal(size=(1, len(OUTLINES), 2)).repeat(2, axis=0)
                true[0, number] = mm * np.array(WAY[place])
                read = SHARE * true
                if place == "upper_lip":
                    read[0, 2] = LEAK * SHARE * mm * np.array(WAY["lower_lip"])
                yield Change(
                    Visit(setting, taken, Swelling(place, "right", mm)), read + shaken, true
                )
                yield Change(Visit(setting, taken), shaken, 0 * true)


def cells(*, both: float = 0.0) -> dict[tuple[str, str, str], list[str]]:
    _, *made = rows(list(changes()), list(changes(both=both)))
    return {(each[0], each[1], each[2]): each[3:] for each in made}


def test_a_share_is_made_good_and_what_leaks_is_cross_talk() -> None:
    for (place, _, _), (number, _, share, gain, rmse, quiet, leaks) in cells().items():
        assert (number, share, gain, rmse, quiet) == ("12", "0.50", "1.00", "0.00", "0.00")
        expected = LEAK if place == "lower_lip" else 0.0
        assert abs(float(leaks)) == pytest.approx(expected, abs=0.01)


def test_what_moves_both_sides_alike_is_no_swelling_beyond_the_other_side() -> None:
    made = cells(both=0.3)
    own, beyond = (made["upper_lip", reading, "home"] for reading in READINGS)
    assert float(own[5]) > 0.4  # SD of quiet readings, mm
    assert float(beyond[5]) == 0.0
