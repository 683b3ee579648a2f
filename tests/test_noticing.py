"""What a bystander notices where the error is large or a part was not measured."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from asymmetry import Landmarks, Series, measure
from asymmetry.core.table import Measurements
from asymmetry.core.text import Text
from asymmetry.metrics.headline import (
    HEADLINES,
    MORE_MOVEMENTS,
    RATED,
    Headline,
    notable,
    unrated,
)
from asymmetry.metrics.noticing import rate_difference
from asymmetry.report.naming import Names
from asymmetry.report.sections import Wording
from asymmetry.synthetic import face
from asymmetry.terminal import photo_lines


def table(diff_mm: float, sd_mm: float) -> Measurements:
    """One photo with these differences in all parts."""
    columns = {each.column("diff"): [diff_mm] for each in RATED}
    return Measurements(columns | {each.column("diff_sd"): [sd_mm] for each in RATED})


def without_right_lids(landmarks: Landmarks) -> Landmarks:
    layout, points = landmarks.layout, landmarks.points.copy()
    names = tuple(name for name in layout.sided if name.startswith(("upper_lid", "lower_lid")))
    points[:, layout.right(names)] = np.nan
    return replace(landmarks, points=points)


@pytest.mark.parametrize("visible_mm", [each.visible_mm for each in RATED])
def test_the_wider_the_error_the_less_is_said(visible_mm: float) -> None:
    for diff in np.linspace(0, 2 * visible_mm, 21):
        said = [rate_difference(diff, sd, visible_mm) for sd in np.linspace(0.01, 10, 200)]
        if diff < visible_mm:
            assert "likely" not in said
        assert said[-1] is None  # it never comes back as the error grows
        first = said.index(None)
        assert set(said[first:]) == {None}


@pytest.mark.parametrize("headline", RATED, ids=lambda each: each.metric)
def test_level_sides_are_never_noticed(headline: Headline) -> None:
    assert {headline.noticeable(0.04, sd) for sd in np.linspace(0.01, 20, 200)} == {
        "unlikely",
        None,
    }


def test_what_is_too_unsure_is_named_and_not_noticed() -> None:
    wide, sure = table(0.1, 12.0), table(0.1, 0.5)
    assert (notable(wide), unrated(wide, 0)) == ([()], RATED)
    assert (notable(sure), unrated(sure, 0)) == ([()], ())
    assert unrated(table(float("nan"), float("nan")), 0) == RATED
    assert unrated(Measurements({"photo": ["a.jpg"]}), 0) == ()  # nothing was asked for


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_photo_without_lids_says_nothing_of_them(language: str) -> None:
    say = Text.load(language)
    none = say("terminal.seen_none")
    unsure = say("terminal.seen_unsure", parts=say.known("compared", "fissure_height"))
    whole, lidless = (
        " ".join(" ".join(photo_lines(measure(each), 0, say)).split())
        for each in (face(), without_right_lids(face()))
    )
    assert whole.endswith(none)
    assert lidless.endswith(f"{none} {unsure}")


def test_a_report_without_lids_says_nothing_of_them() -> None:
    made = Series.from_landmarks(
        without_right_lids(replace(face(), taken=np.array(["2026-03-01"])))
    )
    text = Text.load("en")
    said = Wording(made, text, Names.of(made, text, ""), made.changes()).visible_signs()
    assert said == (
        "No left-right difference on day 0 is as large as others are known to notice. Whether others "
        "notice these on day 0 can't be told (not measured, or too uncertain): eye opening."
    )


@pytest.mark.parametrize("headline", [*HEADLINES, *itertools.chain(*MORE_MOVEMENTS.values())])
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_difference_that_prints_as_none_is_told_as_none(
    headline: Headline, language: str
) -> None:
    say = Text.load(language)
    level = say.known("level", headline.name)
    for diff in np.linspace(-1.2, 1.2, 49):
        words = headline.note(diff).words(say)
        assert (words == level) != any(digit in words for digit in "123456789")
