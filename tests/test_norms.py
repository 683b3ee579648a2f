"""How much the sides of healthy adults differ: the table, its words, and the script that makes it."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

import asymmetry
from asymmetry import Norm
from asymmetry.core.text import english_text
from asymmetry.core.version import SCORE_VERSION
from asymmetry.metrics import catalogue, movement_catalogue, norms
from asymmetry.metrics.headline import HEADLINES
from benchmarks.norms import TABLE, adults, find_quantile, list_photos, person, smiles
from benchmarks.tune.seal import is_sealed

FEW = Norm("mrd1", "mm", "smile_open", 16, 0.31, (0.1, 0.6))


def test_an_interval_lies_between_two_order_statistics() -> None:
    # Conover 1999, table A3: of 16 values the 4th and the 13th hold the median with 97.9 %.
    median, interval = find_quantile(np.arange(1.0, 17.0), 0.5)
    assert (median, interval) == (8.5, (4.0, 13.0))


def test_values_that_do_not_bear_a_quantile_have_none() -> None:
    # All of n lie below the 90th percentile with 0.9 ** n: 2.5 % from 36 values on.
    assert math.isnan(find_quantile(np.arange(35.0), 0.9)[0])
    assert find_quantile(np.arange(36.0), 0.9)[1][1] == 35.0
    assert math.isnan(find_quantile(np.arange(5.0), 0.5)[0])


@pytest.mark.slow
def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    values = np.abs(np.random.default_rng(5).normal(size=(1000, 74)))
    for share, true in ((0.5, 0.6745), (0.9, 1.6449)):
        held = [
            low <= true <= high for _, (low, high) in (find_quantile(row, share) for row in values)
        ]
        assert 0.94 < np.mean(held) < 0.99


def test_the_table_is_as_the_script_wrote_it_and_of_these_numbers() -> None:
    assert is_sealed(TABLE.read_text(encoding="utf-8"))
    assert norms().score_version == SCORE_VERSION
    assert norms().method == "hemiface"


def test_the_table_is_whole_and_in_order() -> None:
    known = asymmetry.norms()
    assert set(catalogue()) <= set(known)
    for name, norm in known.items():
        metric = {**catalogue(), **movement_catalogue()}[name]
        assert (norm.metric, norm.unit) == (name, metric.unit)
        assert 5 < norm.n <= len(known.people[norm.expression])
        assert 0 <= norm.median_interval[0] <= norm.median <= norm.median_interval[1]
        assert norm.sd > 0
        if norm.n < 36:
            assert math.isnan(norm.p90)
        else:
            assert norm.median < norm.p90_interval[0] <= norm.p90 <= norm.p90_interval[1]
        assert len(norm.sources) == len(norm.published)
        assert all(norm.sources)


def test_the_table_is_of_the_photos_that_it_names(shared_faces: Path) -> None:  # noqa: ARG001  only there
    known, photos = norms(), {"rest": adults(), "smile_open": smiles()}
    assert {name: tuple(p.stem for p in found) for name, found in photos.items()} == dict(
        known.people
    )
    people = [person(photo) for photo in photos["rest"]]
    assert len(set(people)) == len(people)
    assert {person(photo) for photo in photos["smile_open"]} <= set(people)
    assert list_photos([*photos["rest"], *photos["smile_open"]]) == known.photos


def test_words_say_what_n_bears() -> None:
    many = Norm("brow_height", "mm", "rest", 40, 0.8, (0.5, 1.0), 2.1, (1.6, 3.0))
    assert many.words == "In 40 photographed adults half are below 0.8 mm, nine in ten below 2.1."
    assert FEW.words == "In 16 photographed adults half are below 0.3 mm."
    assert FEW.note.code == "norm_of_few"


def test_a_norm_is_plain_data() -> None:
    known = json.loads(FEW.to_json())
    assert known["p90"] is None
    assert known["median_interval"] == [0.1, 0.6]
    assert known["words"] == FEW.words


def test_units_have_words() -> None:
    for norm in norms().values():
        assert english_text().known("units", norm.unit)


@pytest.mark.parametrize(
    "provenance", [{}, {"method": "plain"}, {"method": "hemiface", "model": "mine"}]
)
def test_norms_hold_for_the_method_that_they_were_read_by(provenance: dict[str, str]) -> None:
    assert norms().hold_for({"method": "hemiface", "score_version": SCORE_VERSION})
    assert not norms().hold_for(provenance)


def test_every_headline_has_a_norm() -> None:
    assert {each.metric for each in HEADLINES} <= set(norms())
