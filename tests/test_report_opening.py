"""The first screen: one sentence, its pictures, what was not used; and nothing on the page against it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from asymmetry import Note, Series
from asymmetry.core.notes import note_array
from asymmetry.core.text import Text, languages
from asymmetry.errors import InvalidInputError
from asymmetry.report import render
from asymmetry.report.captions import Captions, changes_by_day
from asymmetry.report.naming import Names
from asymmetry.report.opening import Opening, _course, make_opening
from asymmetry.report.sections import Wording
from asymmetry.synthetic import face
from tests.pages import TREATED_ON, Page, dated, series, smiling

DROP = [0, 0, -4, -4, -4, 0, 0]


def wording(made: Series, language: str = "en") -> Wording:
    text = Text.load(language)
    return Wording(made, text, Names.of(made, text, ""), made.changes())


def opened(made: Series, language: str = "en") -> Opening:
    return make_opening(wording(made, language))


def moved(side: str, mm: list[float]) -> Series:
    return series(len(mm), **{f"brow_{side}_mm": mm})


# The sentence


@pytest.mark.parametrize("side", ["right", "left"])
def test_the_side_that_moved_is_the_one_that_is_told(side: str) -> None:
    lasts = opened(moved(side, [0, 0, -4, -4, -4, -4]))
    assert lasts.headline == f"Your {side} brow dropped after the treatment."
    rises = opened(moved(side, [0, 0, 4, 4, 4, 4]))
    assert rises.headline == f"Your {side} brow rose after the treatment."


def test_what_is_over_is_told_with_its_worst_day() -> None:
    made = opened(moved("left", DROP))
    assert made.headline == "Your left brow dropped; by day 50 that was over."
    assert made.course.startswith("It lasted from day 10 to day 30 and was largest on day ")
    assert made.course.endswith("(4.0 mm).")
    assert made.sure.startswith("Sure: it is ")
    assert made.remarks[0] == "Others could have noticed it from day 10 to day 30."


def test_what_is_as_large_as_ever_is_told_of_the_latest_day() -> None:
    made = moved("right", [0, 0, 0, -3, -3, -3])
    one = made.findings[0]
    earlier = replace(one.days, worst=one.days.first)
    assert earlier.worst < earlier.latest
    for now, told in ((one.worst + 0.01, "the latest, it is"), (one.worst + 0.3, "was largest on")):
        lasting = replace(one, days=earlier, now=now, regained=0.0)
        course = " ".join(wording(made).tell(note) for note in _course(lasting))
        assert told in course
        assert f"day {earlier.latest:.0f}" in course


def test_both_sides_are_told_at_once() -> None:
    lower = [0, 0, 0, -6, -6, -6]
    assert opened(series(6, brow_right_mm=lower, brow_left_mm=lower)).headline == (
        "Both your brows dropped after the treatment."
    )


def test_a_weak_movement_is_told_as_the_persons() -> None:
    made = opened(smiling())
    assert made.headline == "The left side of your smile is weaker after the treatment."


def test_nothing_else_is_said_to_have_changed_only_where_it_was_compared() -> None:
    made = opened(moved("right", DROP))
    assert made.unchanged.startswith(
        "Nothing else changed, as far as photos tell: upper lids, eye opening"
    )
    assert "brows" not in made.unchanged
    quiet = opened(series(4))
    assert quiet.headline == "No change was found that is larger than photos differ by chance."
    assert quiet.unchanged.startswith("Compared: brows, upper lids")
    assert opened(series(1)).unchanged == ""


@pytest.mark.parametrize("language", languages())
def test_the_first_screen_is_whole_in_every_language(language: str) -> None:
    for made in (moved("right", DROP), moved("left", [0, 0, 4, 4, 4, 4]), smiling(), series(1)):
        told = opened(made, language)
        words = " ".join(
            (told.headline, told.course, told.sure, *told.remarks, *told.others, told.unchanged)
        )
        assert "{" not in words
        assert "your_" not in words


# The photos


def test_photos_that_were_not_used_are_counted_by_reason() -> None:
    made = dated(face(6), list(range(6)))
    status = np.array(["ok", "rejected", "rejected", "rejected", "no_face", "ok"])
    notes = [
        [],
        [Note("looks_mirrored")],
        [Note("same_file", photo="a.jpg")],
        [Note("same_file", photo="a.jpg")],
        [Note("no_face")],
        [],
    ]
    made = replace(
        made, status=status, notes=note_array(notes), taken=np.array([*made.taken[:5], ""])
    )
    found = opened(Series.from_landmarks(made, expression=["rest"] * 6)).unused
    assert found == (
        "Not used: 2 photos are copies of others, 1 photo looks mirrored, "
        "1 photo shows no face that can be measured, 1 photo has no date."
    )
    assert opened(series(3)).unused == ""


@pytest.mark.slow
def test_every_photo_not_used_has_its_row_in_the_table() -> None:
    made = dated(face(3), [0, 1, 2])
    notes = note_array([[], [Note("looks_mirrored")], []])
    made = replace(made, status=np.array(["ok", "rejected", "ok"]), notes=notes)
    page = Page(render(Series.from_landmarks(made, expression=["rest"] * 3)))
    table = page.text.partition("Photos not used, and questions")[2]
    assert "1 2026-03-02.jpg 2026-03-02 no it looks mirrored" in table
    assert "mirrored yes" in table
    assert {"href": "#review"} in page.found("a")


def test_faulty_photos_are_counted() -> None:
    made = series(4).landmarks
    blurred = replace(made, notes=note_array([[], [Note("blurred", value=1.0)], [], []]))
    found = opened(Series.from_landmarks(blurred, treated_on=TREATED_ON, expression=["rest"] * 4))
    assert found.doubtful.startswith("1 photo has a fault")


# The captions


def test_captions_say_what_is_seen_and_noise_is_no_fact() -> None:
    made = moved("left", DROP)
    told = [Captions(wording(made)).of_photo(row) for row in range(len(made))]
    assert told[2:5] == ["left brow 4.0 mm lower"] * 3
    assert told[:2] + told[5:] == ["within error"] * 4
    assert Captions(wording(series(3))).of_photo(0) == ""


def test_changes_by_day_are_those_of_the_side() -> None:
    made = moved("left", DROP)
    (finding, *_) = made.findings
    found = changes_by_day(finding, made.followed, made.changes())
    assert list(found.values()) == pytest.approx(DROP, abs=0.02)


# The page


@pytest.mark.slow
def test_the_latest_days_signs_are_those_of_all_its_photos() -> None:
    expressions: list[str | None] = ["rest", "brow_raise"] * 3
    made = face(6, px_per_mm=4, brow_right_mm=[0, 0, 0, 0, 0, -5])
    days = [0, 0, 10, 10, 20, 20]
    page = Page(render(Series.from_landmarks(dated(made, days), expression=expressions)))
    assert "Others likely notice on day 20: right brow 5.0 mm lower (brows raised)." in page.text
    assert "as large as others are known to notice" not in page.text


def test_all_that_is_followed_is_defined() -> None:
    """The eye that closes in a smile stood in the sheet and the plots, and nowhere what it is."""
    told = wording(smiling())
    followed = {told.title(each.headline) for each in told.series.followed}
    assert "Eye closing in a smile" in followed
    assert followed <= {title for title, _, _ in told.definitions()}


def test_a_difference_within_its_error_is_not_stated() -> None:
    made = series(2, brow_right_mm=[-0.3, -3])
    said = wording(made)
    sds = {
        column: np.full(2, 0.7) for column in said.static.columns if column.endswith("_diff_sd_mm")
    }
    said.__dict__["static"] = said.static.with_columns(**sds)
    first, second = (list(said.differences(row)) for row in (0, 1))
    assert first == [("within error: brows, upper lids, eye opening, corners of the mouth", False)]
    assert second[0] == ("right brow 3.0 mm lower", False)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("audience", "there", "missing"),
    [
        (
            "patient",
            "Your right brow dropped",
            "Sheet for the clinic,Changes in numbers,Findings in numbers",
        ),
        (
            "clinic",
            "Sheet for the clinic,Changes in numbers,Findings in numbers,right brow 4.0 mm lower",
            "Your right brow,Your photos,your clinician",
        ),
        ("both", "Your right brow dropped,Sheet for the clinic,Changes in numbers", ""),
    ],
)
def test_each_reader_has_a_page(audience: str, there: str, missing: str) -> None:
    page = Page(render(moved("right", DROP), audience=audience))  # type: ignore[arg-type]
    assert all(words in page.text for words in there.split(","))
    assert not any(words in page.text for words in missing.split(",") if words)
    first = "Findings in numbers" if audience == "clinic" else "Summary"
    headings = [
        page.text.index(f" {each} ")
        for each in (first, "Sheet for the clinic")
        if each in page.text
    ]
    assert headings == sorted(headings, reverse=audience == "clinic")


def test_a_reader_that_is_not_known_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="use one of patient, clinic, both"):
        render(series(1), audience="doctor")  # type: ignore[arg-type]


@pytest.mark.slow
def test_the_sheet_holds_the_visits_numbers_and_pictures(tmp_path: Path) -> None:
    made = series(12, tmp_path, brow_right_mm=[0, 0, *[-4.0] * 10])
    page = Page(render(made))
    sheet = page.text.partition("Sheet for the clinic")[2].partition("In millimetres unless")[0]
    words = sheet.split()
    assert words.count("day") == 8
    assert "8 of 12 visits are shown" in page.text
    right = f"{made.static['brow_height_right_mm'][-1]:.1f}"
    assert sheet.count(f"{right} ↓") == 7  # all visits but the first
    assert len([each for each in page.found("td") if each.get("colspan") == "3"]) == 8


@pytest.mark.slow
def test_a_page_without_a_rest_photo_still_has_its_sheet() -> None:
    page = Page(render(series(3, expression=["smile_open"] * 3)))
    assert "Sheet for the clinic" in page.text
