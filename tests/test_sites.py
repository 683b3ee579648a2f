"""Treated sites: read out of free text as places, never guessed, and how far from them skin changed."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace

import numpy as np
import pytest

from asymmetry.core.text import Text
from asymmetry.series.sites import MARKED, TABLE, Site, find_sites, nearest_site, read_sites
from asymmetry.series.skin import SkinDays
from asymmetry.series.skin_rules import SKIN_RULES
from asymmetry.series.swelling import SwellingCourse
from asymmetry.series.treatments import Treatment, as_treatments, sites_by
from asymmetry.tissue.density import load_grid
from tests.test_skin_days import DAY, DEPTH, course, series, skin


def found(text: str) -> list[tuple[str, str]]:
    return [(each.name, each.side) for each in read_sites(text).sites]


BOTH = ("right", "left")


@pytest.mark.parametrize(
    ("text", "sites"),
    [
        ("glabella", [("glabella", "")]),
        ("Glabella 20 U, crow's feet right", [("glabella", ""), ("crows_feet", "right")]),
        ("Crow’s feet left and right", [("crows_feet", "left"), ("crows_feet", "right")]),
        ("masseter L 30U + masseter R 30U", [("masseter", "left"), ("masseter", "right")]),
        ("cheek; right", [("cheek", "right")]),
        ("cheek", [("cheek", each) for each in BOTH]),
        ("both nasolabial folds", [("nasolabial", each) for each in BOTH]),
        ("DAO r / mentalis", [("depressor", "right"), ("chin", "")]),
        ("upper lip left", [("upper_lip", "left")]),
        ("corner of the mouth left", [("lip_corner", "left")]),
        ("tear trough right 0.5 ml", [("tear_trough", "right")]),
        (
            "Zornesfalte, Krähenfüße links und Kaumuskel rechts",
            [("glabella", ""), ("crows_feet", "left"), ("masseter", "right")],
        ),
        ("", []),
        ("20 U", []),
    ],
)
def test_words_are_places(text: str, sites: list[tuple[str, str]]) -> None:
    assert found(text) == sites
    assert read_sites(text).unknown == ()


@pytest.mark.parametrize(
    "text", ["neck", "glabela", "platysma right, left", "not forehead", "elsewhere", "kein Kinn"]
)
def test_what_is_not_known_is_told_and_not_guessed(text: str) -> None:
    made = read_sites(text)
    assert made.sites == ()
    assert made.unknown


def test_coordinates_are_millimetres_from_midline_and_pupils() -> None:
    made = read_sites("right (32, -15) mm; (0, 20) mm")
    assert [(each.side, each.out, each.up) for each in made.sites] == [
        ("right", 32.0, -15.0),
        ("", 0.0, 20.0),
    ]
    out, up = made.sites[0].place_mm(mm_per_cm=9.0)
    assert out == 32.0
    assert up == pytest.approx(2.62 * 9 - 15)


def test_a_place_aside_without_a_side_is_no_place() -> None:
    assert read_sites("(32, -15) mm").unknown == ("(32, -15) mm",)


def test_each_place_has_a_name_in_every_language_and_its_own_words() -> None:
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    for language in ("en", "de"):
        text = Text.load(language)
        for name in (*table, MARKED):
            assert text.known("treated_places", name) != "", name
            assert f"treated_places.{name}" in text.entries
    for name, about in table.items():
        assert 0 <= about["out_cm"] < 8
        assert -9.4 < about["up_cm"] < 8.3
        assert [re.compile(words) for words in about["words"]], name


def test_a_place_is_found_again_in_its_own_words() -> None:
    for name in tomllib.loads(TABLE.read_text(encoding="utf-8")):
        assert {each.name for each in read_sites(name.replace("_", " ")).sites} == {name}
    text = "Filler 1 ml, cheek left; right (32, -15) mm, glabella"
    assert find_sites(text) == "right (32, -15) mm; cheek left; glabella"
    assert read_sites(find_sites(text)).sites == read_sites(text).sites
    assert find_sites("Botulinum toxin 20 U") == ""


def test_distance_from_a_site_is_in_the_plane_and_goes_over_the_midline() -> None:
    site = Site(MARKED, "right", 10.0, -26.2)  # at the canonical origin's height
    place = np.array([[1.0, 0.0], [1.0, 3.0]])
    assert site.distances_mm(place, "right", 10.0) == pytest.approx([0, 30], abs=0.01)
    assert site.distances_mm(place, "left", 10.0)[0] == pytest.approx(20, abs=0.01)


def test_a_word_counts_up_to_its_reach() -> None:
    site = Site("glabella", "", 0.0, 4.6, reach_cm=1.6)
    away = site.distances_mm(np.array([[0.0, 4.0], [0.0, 1.0]]), "left", 10.0)
    assert away == pytest.approx([0, 20])


def test_the_nearest_of_several_sites_counts() -> None:
    mask = np.zeros((2, *load_grid().skin.shape), bool)
    mask[1, 90, 40] = True
    near = nearest_site(read_sites("glabella, cheek left").sites, mask, load_grid().place, "left")
    assert near is not None
    assert near.site.name == "cheek"
    assert np.isnan(near.nearest_mm[0])
    assert near.mm == near.nearest_mm[1] == near.farthest_mm[1]
    assert nearest_site((), mask, load_grid().place, "left") is None


def test_sites_are_those_of_the_latest_treatment_before() -> None:
    given = as_treatments(
        [
            Treatment.of("2026-03-09", sites="chin"),
            Treatment.of("2026-03-09", sites="glabella"),
            Treatment.of("2026-07-07", sites="cheek left"),
        ]
    )
    names = [[each.name for each in sites_by(day, given).sites] for day in (-1, 0, 100, 130)]
    assert names == [[], ["chin", "glabella"], ["chin", "glabella"], ["cheek"]]


def with_sites(sites: str, made: SkinDays) -> SkinDays:
    return replace(made, treatments=(Treatment.of("2026-03-09", sites=sites),))


@pytest.mark.parametrize(
    ("sites", "told"),
    [
        ("", []),
        ("brow left", ["at_site"]),
        ("chin", ["from_site"]),
        ("neck", ["sites_unknown"]),
        ("brow left, neck", ["at_site", "sites_unknown"]),
    ],
)
def test_a_finding_tells_the_distance_from_the_sites(sites: str, told: list[str]) -> None:
    (finding,) = with_sites(sites, skin(course())).findings
    assert [each.code for each in finding.notes] == told
    assert all(str(each) for each in finding.notes)


def rules_of(made: SkinDays) -> list[str]:
    shown = replace(series(), skin_days=made)
    return [each.note.code for each in shown.concerns(SKIN_RULES)]


def test_far_from_the_site() -> None:
    assert rules_of(with_sites("cheek left", skin(course()))) == []
    assert rules_of(with_sites("chin", skin(course()))) == ["bruise_far"]
    assert rules_of(with_sites("cheek right", skin(course()))) == ["bruise_far"]


def test_a_swelling_is_as_far_as_its_region() -> None:
    lasting = SwellingCourse(
        "jaw", "left", np.array([0.0, 3]), np.array([2.0, 0]), np.full(2, 0.2), (("a",), ("b",))
    )
    made = replace(skin(), swellings=(lasting,))
    (finding,) = with_sites("masseter left", made).findings
    assert [each.code for each in finding.notes] == ["region_at_site"]
    assert rules_of(with_sites("masseter left", made)) == []
    assert rules_of(with_sites("glabella", made)) == ["swelling_far"]


def test_spread_from_a_site_counts_from_there() -> None:
    grown = course()
    masks = grown.masks.copy()
    masks[DAY == 6, 40:90, 40:52] = True  # down by 38 mm more
    made = replace(grown, masks=masks & (DEPTH > 2)[:, None, None])
    assert rules_of(with_sites("left (45, 30) mm", skin(made))) == ["bruise_spread_site"]
