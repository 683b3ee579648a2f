"""Aids to grading: evidence from photos beyond doubt, blanks for all else, and totals as published."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from asymmetry import Landmarks, Note, Series
from asymmetry.cli import main
from asymmetry.errors import InvalidInputError
from asymmetry.photos.record import PhotoRecord
from asymmetry.series.aids import SCALES, Aids, Item, aid_lines
from tests.faces import Moves, model, photo
from tests.notes import codes

SIDES = ("right", "left")
#: A palsy of the right side, by expression: where each point goes, outwards and up.
STILL: Moves = {}
LIDS = ("upper_lid", "lower_lid")


def brows(right: float, left: float) -> Moves:
    """Brows raised by so many mm."""
    lift = {"right": right, "left": left}
    return {
        (f"brow_{edge}_{station}", side): (0.0, lift[side])
        for edge in ("upper", "lower")
        for station in range(1, 6)
        for side in SIDES
    }


def corners(right: tuple[float, float], left: tuple[float, float]) -> Moves:
    """Corners of the mouth moved so many mm outwards and up."""
    path = {"right": right, "left": left}
    return {
        (name, side): path[side] for name in ("commissure", "inner_commissure") for side in SIDES
    }


PALSY: Mapping[str, Moves] = {
    "rest": STILL,
    "brow_raise": brows(1.0, 8.0),
    "smile_open": corners((0.5, 0.5), (6.4, 5.0)),
}


def landmarks(
    shown: Mapping[str, Moves], day: str = "2026-03-09", spread: float = 0.5
) -> Landmarks:
    """A photo of each expression, with a spread of so many px."""
    made = Landmarks.concat([photo(model(moves)) for moves in shown.values()])
    return replace(
        made,
        photo=np.array([f"{day} {name}.jpg" for name in shown]),
        taken=np.array([day] * len(shown)),
        spread=np.full_like(made.spread, spread),
    )


def aids(shown: Mapping[str, Moves] = PALSY, affected: Any = "right", **options: Any) -> Aids:
    return series(shown, affected).aids(**options)


def series(shown: Mapping[str, Moves] = PALSY, affected: Any = "right") -> Series:
    return Series.from_landmarks(landmarks(shown), expression=list(shown), affected=affected)


def every_item(made: Aids) -> list[Item]:
    return [item for form in made.forms for item in form.items]


def answers(rest: tuple[str, str, str], moved: list[int], along: list[int]) -> dict[str, Any]:
    """A filled-in Sunnybrook form."""
    names = [question.name for question in SCALES[0].questions]
    return {"sunnybrook": dict(zip(names, [*rest, *moved, *along], strict=True))}


def totals(made: Aids, scale: str) -> dict[str, float | None]:
    return {total.name: total.value for total in made[scale].totals}


# Formulas, against what was published


@pytest.mark.parametrize(
    ("rest", "moved", "along", "composite"),
    [
        # Ross et al. 1996: 100 is normal function and 0 complete paralysis.
        (("normal", "normal", "normal"), [5] * 5, [0] * 5, (0, 100, 0, 100)),
        (("wide", "absent", "corner drooped"), [1] * 5, [0] * 5, (20, 20, 0, 0)),
        # Gaudin et al. 2016: the worst score at rest is 20, that of synkinesis 15.
        (("narrow", "absent", "corner pulled up or out"), [5] * 5, [3] * 5, (20, 100, 15, 65)),
        (
            ("eyelid surgery", "more pronounced", "normal"),
            [2, 3, 3, 4, 2],
            [0, 1, 2, 0, 1],
            (10, 56, 4, 42),
        ),
    ],
)
def test_sunnybrook_adds_up_as_published(
    rest: tuple[str, str, str], moved: list[int], along: list[int], composite: tuple[int, ...]
) -> None:
    found = totals(aids(filled=answers(rest, moved, along)), "sunnybrook")
    assert (
        tuple(found[name] for name in ("resting", "voluntary", "synkinesis", "composite"))
        == composite
    )


@pytest.mark.parametrize(
    ("points", "grade"),
    list(enumerate(["VI", "V", "V", "IV", "IV", "III", "III", "II", "I"])),
)
def test_house_brackmann_points_have_the_published_grade(points: int, grade: str) -> None:
    brow = min(points, 4)
    made = aids(filled={"house_brackmann": {"brow": brow, "mouth": points - brow}})
    (total,) = made["house_brackmann"].totals
    assert (total.value, total.grade) == (points, grade)


def test_eface_has_its_fifteen_items_and_no_total() -> None:
    names = [question.name for question in SCALES[1].questions]
    made = aids(filled={"eface": dict.fromkeys(names, 90)})
    parts = [item.part for item in made["eface"].items]
    assert [parts.count(part) for part in ("static", "dynamic", "synkinesis")] == [4, 7, 4]
    assert set(totals(made, "eface").values()) == {None}
    assert {total.note for total in made["eface"].totals} == {Note("aid_no_formula")}


# Evidence, with a known answer


def test_evidence_is_the_measurement_of_its_photo() -> None:
    (found,) = aids()["sunnybrook"]["voluntary_brow_raise"].evidence
    assert (found.measure, found.expression) == ("brow_excursion", "brow_raise")
    assert (found.photo, found.rest_photo) == ("2026-03-09 brow_raise.jpg", "2026-03-09 rest.jpg")
    assert (found.right, found.left) == (pytest.approx(1.0, abs=0.1), pytest.approx(8.0, abs=0.3))
    assert found.share == pytest.approx(found.right / found.left)
    assert 0 < found.error < 1
    assert found.diff == found.right - found.left


def test_points_are_suggested_by_the_published_definition_alone() -> None:
    made = aids()
    (brow,) = made["house_brackmann"]["brow"].evidence
    (mouth,) = made["house_brackmann"]["mouth"].evidence
    assert (brow.suggests, brow.healthy) == ((0,), (2, 3))
    assert (mouth.suggests, mouth.healthy) == ((0,), (2,))
    others = [item for item in every_item(made) if item.part != "measured"]
    assert not any(each.suggests for item in others for each in item.evidence)


@pytest.mark.parametrize(
    ("mm", "points"), [(0.2, (0,)), (3.6, (1,)), (5.1, (1, 2)), (8.9, (3,)), (13.0, (4,))]
)
def test_points_within_the_error_are_all_suggested(mm: float, points: tuple[int, ...]) -> None:
    made = aids({"rest": STILL, "brow_raise": brows(mm, 8.0)})
    (brow,) = made["house_brackmann"]["brow"].evidence
    assert brow.right == pytest.approx(mm, abs=0.3)
    assert brow.suggests == points


def test_the_mirrored_patient_gets_the_mirrored_evidence() -> None:
    swapped = {"rest": STILL, "brow_raise": brows(8.0, 1.0)}
    (there,) = aids(swapped, "left")["sunnybrook"]["voluntary_brow_raise"].evidence
    (here,) = aids()["sunnybrook"]["voluntary_brow_raise"].evidence
    assert (there.left, there.share) == (pytest.approx(here.right), pytest.approx(here.share))


def test_no_share_where_the_healthy_side_is_still() -> None:
    (found,) = aids({"rest": STILL, "brow_raise": brows(0.3, 0.2)})["sunnybrook"][
        "voluntary_brow_raise"
    ].evidence
    assert math.isnan(found.share)


# Closed where there is doubt


def test_nothing_is_filled_in_by_itself() -> None:
    made = aids()
    assert {item.value for item in every_item(made)} == {None}
    assert {total.value for form in made.forms for total in form.totals} == {None}


def test_a_total_is_blank_until_its_last_item_is_filled_in() -> None:
    filled = answers(("normal", "normal", "normal"), [5] * 5, [0] * 5)
    filled["sunnybrook"]["voluntary_snarl"] = None
    made = aids(filled=filled)
    found = {total.name: total for total in made["sunnybrook"].totals}
    assert (found["resting"].value, found["synkinesis"].value) == (0, 0)
    assert (found["voluntary"].value, found["composite"].value) == (None, None)
    assert found["composite"].note == Note("aid_blank", n=1, of=13)


def test_without_an_affected_side_nothing_is_compared_or_added_up() -> None:
    made = aids(affected=None, filled=answers(("normal", "normal", "normal"), [5] * 5, [0] * 5))
    item = made["house_brackmann"]["brow"]
    assert codes(item.notes) == ["aid_no_affected"]
    assert [(each.suggests, math.isnan(each.share)) for each in item.evidence] == [((), True)]
    assert {total.value for form in made.forms for total in form.totals} == {None}


def test_expressions_without_a_photo_are_blank_and_say_so() -> None:
    item = aids()["sunnybrook"]["voluntary_snarl"]
    assert (item.evidence, item.notes) == ((), (Note("aid_no_photo", expression="snarl"),))


@pytest.mark.parametrize("name", ["rest_cheek"])
def test_what_no_measurement_tells_is_the_clinicians(name: str) -> None:
    item = aids()["sunnybrook"][name]
    assert (item.evidence, codes(item.notes)) == ((), ["aid_fold"])


@pytest.mark.parametrize("doubtful", ["2026-03-09 rest.jpg", "2026-03-09 brow_raise.jpg"])
def test_a_doubtful_photo_is_no_evidence_nor_is_one_measured_from_it(doubtful: str) -> None:
    made = landmarks(PALSY)
    weak = made.photo == doubtful
    notes = np.empty(len(made), dtype=object)
    notes[:] = [(Note("blurred", value=1.0),) if each else () for each in weak]
    made = replace(made, status=np.where(weak, "warn", "ok"), notes=notes)
    found = Series.from_landmarks(made, expression=list(PALSY), affected="right").aids()
    item = found["sunnybrook"]["voluntary_brow_raise"]
    assert (item.evidence, codes(item.notes)) == ((), ["aid_doubtful"])
    assert "2026-03-09 brow_raise.jpg" in item.reasons[0]
    assert bool(found["sunnybrook"]["voluntary_smile_open"].evidence) == ("rest" not in doubtful)


@pytest.mark.parametrize("stated", ["rest", "brow_raise"])
def test_an_expression_that_nobody_stated_is_no_evidence(stated: str) -> None:
    shown = {name: PALSY[name] for name in ("rest", "brow_raise")}
    made = landmarks(shown)
    about = [
        PhotoRecord(str(name), expression=label if label == stated else None)
        for name, label in zip(made.photo, shown, strict=True)
    ]
    found = Series.from_landmarks(made, about=about, affected="right")
    sure = replace(
        found.static, columns={**found.static.columns, "expression": np.array(list(shown))}
    )
    item = replace(found, static=sure).aids()["sunnybrook"]["voluntary_brow_raise"]
    assert (item.evidence, codes(item.notes)) == ((), ["aid_guessed"])


def test_points_that_were_not_seen_and_unknown_errors_are_no_evidence() -> None:
    made = landmarks(PALSY, spread=math.nan)
    found = Series.from_landmarks(made, expression=list(PALSY), affected="right").aids()
    assert not any(item.evidence for item in every_item(found))
    item = found["sunnybrook"]["voluntary_brow_raise"]
    assert codes(item.notes) == ["aid_not_measured"]


def test_photos_of_another_day_are_no_evidence() -> None:
    rest = landmarks({"rest": STILL}, "2026-03-01")
    moved = landmarks({"brow_raise": PALSY["brow_raise"]}, "2026-03-09")
    both = Landmarks.concat([rest, moved])
    made = Series.from_landmarks(both, expression=["rest", "brow_raise"], affected="right").aids()
    assert (made.day, str(made.date)) == (8.0, "2026-03-09")
    assert codes(made["sunnybrook"]["voluntary_brow_raise"].notes) == ["aid_doubtful"]
    assert codes(made["sunnybrook"]["rest_eye"].notes) == ["aid_no_photo"]


def test_a_face_that_was_not_found_gives_blank_forms() -> None:
    made = Series.from_landmarks(
        Landmarks.blank(["a.jpg"], status="no_face"), expression=["rest"]
    ).aids()
    assert math.isnan(made.day)
    assert not any(item.evidence for item in every_item(made))


def test_a_day_without_photos_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="no photo of day 5; photos are of days 0"):
        aids(day=5)


# Filled in and read again


def test_forms_come_back_as_they_were_filled_in(tmp_path: Path) -> None:
    path = tmp_path / "aids.json"
    aids().save(path)
    plain = json.loads(path.read_text(encoding="utf-8"))
    for item in plain["forms"][0]["items"]:
        item["value"] = item["allowed"][0]
    path.write_text(json.dumps(plain), encoding="utf-8")
    found = totals(aids(filled=path), "sunnybrook")
    assert found == {"resting": 0, "voluntary": 20, "synkinesis": 0, "composite": 20}


def test_the_affected_side_may_be_filled_in(tmp_path: Path) -> None:
    path = tmp_path / "aids.json"
    aids(affected=None).save(path)
    plain = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(plain | {"affected": "left"}), encoding="utf-8")
    assert aids(affected=None, filled=path).affected == "left"
    with pytest.raises(InvalidInputError, match="affected is left, and right is given"):
        aids(affected="right", filled=path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"affected": "both"}, "affected is 'both': use right, left or null"),
        ({"day": 14.0}, "filled in for day 14.0"),
        ({"forms": None}, "is not a file of forms"),
    ],
)
def test_a_file_of_something_else_is_refused(
    change: dict[str, Any], said: str, tmp_path: Path
) -> None:
    path = tmp_path / "aids.json"
    aids().save(path)
    plain = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(plain | change), encoding="utf-8")
    with pytest.raises(InvalidInputError, match=f"aids.json: {said}"):
        aids(filled=path)


@pytest.mark.parametrize(
    ("scale", "item", "value", "said"),
    [
        (
            "sunnybrook",
            "rest_eye",
            "open",
            "'open' is not allowed; use normal, narrow, wide, eyelid surgery or null",
        ),
        ("sunnybrook", "voluntary_snarl", 6, "6 is not allowed; use 1, 2, 3, 4, 5 or null"),
        ("sunnybrook", "voluntary_snarl", 2.5, "2.5 is not allowed"),
        ("sunnybrook", "synkinesis_snarl", True, "True is not allowed"),
        ("eface", "static_brow", 201, "201 is not allowed; use a number from 0 to 200, or null"),
        ("eface", "dynamic_brow", math.nan, "nan is not allowed"),
        ("eface", "dynamic_brow", "90", "'90' is not allowed"),
        (
            "house_brackmann",
            "grade",
            "VII",
            "'VII' is not allowed; use I, II, III, IV, V, VI or null",
        ),
    ],
)
def test_a_value_that_is_not_allowed_is_named(
    scale: str, item: str, value: object, said: str
) -> None:
    with pytest.raises(InvalidInputError, match=f"{scale}, {item}: {said}"):
        aids(filled={scale: {item: value}})


def test_unknown_names_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="no scale is called 'yanagihara'"):
        aids(filled={"yanagihara": {}})
    with pytest.raises(InvalidInputError, match="sunnybrook has no item 'nose'"):
        aids(filled={"sunnybrook": {"nose": 1}})


# Told


def test_every_item_and_total_has_its_words() -> None:
    said = "\n".join(
        aid_lines(aids(filled={"house_brackmann": {"brow": 1, "mouth": 4, "grade": "III"}}))
    )
    assert "_" not in said.replace("____", "").replace("brow_raise.jpg", "").replace(
        "smile_open.jpg", ""
    )
    assert "Points of 8: 5, grade III" in said
    assert "rise of the brow: right 1.0 mm" in said


def test_the_command_prints_the_forms_and_writes_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(Series, "from_folder", classmethod(lambda *_, **__: series()))
    path = tmp_path / "aids.json"
    run = CliRunner().invoke(main, ["aids", str(tmp_path), "-o", str(path)])
    assert run.exit_code == 0, run.output
    assert "Composite score: ____ (13 of 13 items are blank)" in run.output
    plain = json.loads(path.read_text(encoding="utf-8"))
    plain["forms"][2]["items"][1]["value"] = 7
    path.write_text(json.dumps(plain), encoding="utf-8")
    run = CliRunner().invoke(main, ["aids", str(tmp_path), "--filled", str(path)])
    assert run.exit_code == 1
    assert "house_brackmann, brow: 7 is not allowed; use 0, 1, 2, 3, 4 or null" in run.output
