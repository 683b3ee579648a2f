"""Results as dicts and JSON."""

from __future__ import annotations

import json
import math
from dataclasses import fields
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from asymmetry.core.landmarks import Landmarks
from asymmetry.core.notes import Note
from asymmetry.core.records import Record, make_plain
from asymmetry.metrics import measure
from asymmetry.metrics.headline import HEADLINES, Difference
from asymmetry.scoring import Score
from asymmetry.series import Change, Concern, Course, Forecast, Trend
from asymmetry.series.change import Side
from asymmetry.series.error import Error
from asymmetry.series.reference import Reference

AT_BASELINE = {"code": "at_baseline", "values": {}}
CHANGE = Change(
    headline=HEADLINES[0],
    column="brow_height_diff_mm",
    expression="rest",
    since=Reference(-math.inf, 0.0, Note("at_baseline")),
    before=-0.25,
    after=-2.75,
    right=Side(1.0, -1.5),
    left=Side(0.0, math.nan),
    low=-3.0,
    high=-2.0,
    mdc95=0.5,
    limit=0.75,
    day=14.0,
    farthest_day=14.0,
    farthest=-2.5,
    span=(7.0, 14.0),
    photos_before=("a.jpg",),
    photos_after=("b.jpg",),
    error=Error(0.2, 0.1, 8.0, Note("usual_error")),
)
COURSE = Course(
    column="brow_height_diff_mm",
    expression="rest",
    day=np.array([0.0, 7.0]),
    value=np.array([0.5, 1.5]),
    count=np.array([1, 2]),
    photos=(("a.jpg",), ("b.jpg", "c.jpg")),
    readings=np.array([0.5, 1.0, 2.0]),
)
RESULTS: tuple[Record, ...] = (
    CHANGE,
    Concern(
        "lid drop", Note("text", text="lower"), 5.0, ("b.jpg",), (Note("camera_near"),), "a study"
    ),
    Trend("brow_height_diff_mm", (0.0, 40.0), 9, per_week=-0.25),
    Forecast("brow_height_diff_mm", 1.0, 50.0, 45.0, math.inf, date(2026, 4, 28)),
    Difference("brow_height_diff_mm", -3.5, 3.0, HEADLINES[0].note(-3.5), "a study"),
    COURSE,
)


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: type(result).__name__)
def test_json_gives_the_dict_back(result: Record) -> None:
    known = result.to_dict()
    assert json.loads(result.to_json()) == known
    assert json.loads(json.dumps(known, allow_nan=False)) == known  # as web frameworks do it
    assert list(known) == [*(item.name for item in fields(result)), *result.derived]  # type: ignore[arg-type]


def test_a_change_says_all_that_is_asked_of_it() -> None:
    known = CHANGE.to_dict()
    assert known["change"] == -2.5
    assert known["beyond"] is True
    assert known["visible"] is False
    assert known["words"].startswith(
        "right brow 2.5 mm lower relative to the left than at baseline"
    )
    assert known["since"] == {"first": None, "last": 0.0, "note": AT_BASELINE, "remark": None}
    left = {
        name: known["left"][name] for name in ("before", "after", "change", "strength", "beyond")
    }
    assert left == {"before": 0.0, "after": None, "change": None, "strength": None, "beyond": False}
    assert known["headline"]["metric"] == "brow_height"
    assert known["span"] == [7.0, 14.0]


def test_dates_are_iso_and_what_is_not_finite_is_null() -> None:
    known = RESULTS[3].to_dict()
    assert known["date"] == "2026-04-28"
    assert known["high"] is None


def test_a_course_has_its_band() -> None:
    known = COURSE.to_dict()
    assert known["low"] == pytest.approx(COURSE.low.tolist())
    assert known["photos"] == [["a.jpg"], ["b.jpg", "c.jpg"]]
    assert known["error"]["df"] == COURSE.error.df


def test_a_score_has_its_numbers_and_where_they_come_from() -> None:
    blank = Landmarks.blank(["a\udcff.jpg"], status="no_face", provenance={"method": "hemiface"})
    result = Score(blank, measure(blank))
    known = json.loads(result.to_json(indent=2))
    assert list(known) == ["photo", "taken", "status", "reason", "values", "notable", "provenance"]
    assert known["photo"] == "a\\udcff.jpg"
    assert list(known["values"]) == list(result)
    assert set(known["values"].values()) == {None}
    assert known["provenance"]["method"] == "hemiface"
    json.dumps(result.to_dict(), allow_nan=False, ensure_ascii=False).encode("utf-8")


def test_what_json_does_not_know_is_an_error() -> None:
    assert make_plain(Path("a") / "b") in ("a/b", "a\\b")
    with pytest.raises(TypeError, match="object"):
        make_plain([object()])
