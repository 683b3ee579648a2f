"""Photos that are judged against the others of a person: mirrored, of another person, or blurred."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from asymmetry import Landmarks, Series, measure
from asymmetry.core.columns import QUALITY
from asymmetry.core.notes import Note
from asymmetry.photos.record import PhotoRecord
from asymmetry.photos.taken import Taken
from asymmetry.series.likeness import COLUMNS, find_strangers, signatures
from asymmetry.synthetic import face
from asymmetry.terminal import change_lines
from tests.notes import rows_of_codes


def person(n: int, **changes: float) -> Landmarks:
    """A face as uneven as faces are, n times, with the scatter of repeats, a week apart."""
    uneven = {"brow_right_mm": 1.5, "upper_lid_right_mm": -0.8, "mouth_corner_right_mm": 2.0}
    known = {name: uneven.get(name, 0.0) + changes.get(name, 0.0) for name in {*uneven, *changes}}
    made = face(n, noise_px=0.3, seed=1, **known)
    days = [f"2026-03-{day:02d}" for day in range(2, 2 + n)]
    return replace(made, taken=np.array(days), photo=np.array([f"{i}.jpg" for i in range(n)]))


def mirror(landmarks: Landmarks, *rows: int) -> Landmarks:
    """Some photos as mirrored selfies; their names stay."""
    both = Landmarks.concat([landmarks, landmarks.mirrored()])
    chosen = [row + len(landmarks) * (row in rows) for row in range(len(landmarks))]
    return replace(both[chosen], photo=landmarks.photo)


def codes(series: Series) -> dict[str, list[str]]:
    rows = rows_of_codes(series.static.notes)
    return {
        name: found
        for name, found in zip(series.static["photo"].tolist(), rows, strict=True)
        if found
    }


@pytest.mark.parametrize("rows", [(3,), (3, 5), (5, 6, 7)])
def test_mirrored_photos_are_set_aside(rows: tuple[int, ...]) -> None:
    series = Series.from_landmarks(mirror(person(8), *rows), expression=["rest"] * 8)
    assert codes(series) == {f"{row}.jpg": ["looks_mirrored"] for row in rows}
    assert not any(change.beyond for change in series.changes())
    assert {each.photo for each in series.review()} == {f"{row}.jpg" for row in rows}
    assert {(each.column, each.value, each.used) for each in series.review()} == {
        ("mirrored", "yes", False)
    }


def test_the_front_camera_tells_which_half_is_mirrored() -> None:
    about = [PhotoRecord(f"{i}.jpg", expression="rest", front_camera=i >= 3) for i in range(8)]
    series = Series.from_landmarks(mirror(person(8), 3, 4, 5, 6, 7), about=about)
    assert codes(series) == {f"{row}.jpg": ["looks_mirrored_front"] for row in range(3, 8)}


def test_what_a_manifest_says_of_mirroring_is_believed() -> None:
    about = [PhotoRecord(f"{i}.jpg", expression="rest") for i in range(6)]
    about[3] = replace(about[3], mirrored=False, written=("mirrored",))
    series = Series.from_landmarks(mirror(person(6), 3), about=about)
    assert codes(series) == {f"{row}.jpg": ["looks_mirrored"] for row in (0, 1, 2, 4, 5)}
    about = [replace(each, use=True) for each in about]
    assert codes(Series.from_landmarks(mirror(person(6), 3), about=about)) == {}


@pytest.mark.parametrize(
    "part", ["brow_right_mm", "brow_left_mm", "upper_lid_right_mm", "mouth_corner_right_mm"]
)
@pytest.mark.parametrize("amount", [-4.0, -3.0, 3.0, 4.0])
def test_a_change_of_one_part_is_no_mirroring(part: str, amount: float) -> None:
    both = Landmarks.concat([person(4), person(4, **{part: amount})])
    names = np.array([f"{i}.jpg" for i in range(8)])
    days = np.array([f"2026-03-{day:02d}" for day in range(2, 10)])
    series = Series.from_landmarks(replace(both, photo=names, taken=days), expression=["rest"] * 8)
    assert codes(series) == {}


def test_another_person_is_set_aside_and_a_subject_in_the_manifest_is_believed() -> None:
    made = person(5)
    points = np.array(made.points)
    points[3, :, 0] = points[3, :, 0].mean() + 1.2 * (points[3, :, 0] - points[3, :, 0].mean())
    points[3, 0:1] += 0
    stranger = replace(made, points=points)
    about = [PhotoRecord(f"{i}.jpg", expression="rest") for i in range(5)]
    assert codes(Series.from_landmarks(stranger, about=about)) == {"3.jpg": ["another_person"]}
    about[3] = replace(about[3], subject="Ada", written=("subject",))
    assert codes(Series.from_landmarks(stranger, about=about)) == {}
    about[0] = replace(about[0], subject="Bo", written=("subject",))
    about[1] = replace(about[1], subject="Bo", written=("subject",))
    assert codes(Series.from_landmarks(made, about=about)) == {"3.jpg": ["another_subject"]}


def test_another_subject_s_days_are_not_the_person_s() -> None:
    """Neither day zero, nor a visit in the sheet, nor the latest visit that the aids are of."""
    made = person(7)
    taken = [*made.taken[:5], made.taken[4], made.taken[6]]
    who = "ABBBBAA"
    about = [
        PhotoRecord(f"{i}.jpg", expression="rest", subject=who[i], written=("subject",))
        for i in range(7)
    ]
    series = Series.from_landmarks(replace(made, taken=np.array(taken)), about=about)
    assert series.static["day"].tolist() == [-1, 0, 1, 2, 3, 3, 5]
    assert [visit.day for visit in series.sheet().visits] == [0, 1, 2, 3]
    assert series.aids().day == 3
    told = series.aids(day=3).to_json()
    assert "4.jpg" in told
    assert "5.jpg" not in told


def test_another_subject_s_dates_and_camera_say_nothing_about_the_person_s() -> None:
    """Two phones number their photos alike, and the other's are from two years before."""
    names = ["IMG_0100.jpg", "IMG_0300.jpg", "IMG_0200.jpg", "IMG_0400.jpg", "IMG_0500.jpg"]
    taken = ["2024-03-02", "2024-03-09", "2026-03-02", "2026-03-09", "2026-03-16"]
    made = replace(person(5), photo=np.array(names), taken=np.array(taken))
    about = [
        PhotoRecord(name, dates=(Taken(datetime.fromisoformat(day), "exif"),), expression="rest")
        for name, day in zip(names, taken, strict=True)
    ]
    assert codes(Series.from_landmarks(made, about=about))["IMG_0200.jpg"] == ["date_out_of_order"]
    listed = [
        replace(each, subject="AABBB"[row], written=("subject",)) for row, each in enumerate(about)
    ]
    series = Series.from_landmarks(made, about=listed)
    assert codes(series) == {name: ["another_subject"] for name in names[:2]}
    assert series.static["day"].tolist()[2:] == [0, 7, 14]


def test_a_subject_may_be_spelled_in_several_ways() -> None:
    names = ("Zoë M.", "zoe\u0308  m.", "ZOË M. ")
    about = [
        PhotoRecord(f"{i}.jpg", expression="rest", subject=name, written=("subject",))
        for i, name in enumerate(names)
    ]
    assert codes(Series.from_landmarks(person(3), about=about)) == {}


def apart(*places: float) -> np.ndarray:
    """Shapes on a line, so many standard deviations from the first one."""
    return np.repeat(np.array(places)[:, None], 12, axis=1)


@pytest.mark.parametrize(
    ("distance", "smile", "found"),
    [(4.8, 0.0, False), (5.2, 0.0, True), (6.0, 0.9, False), (6.5, 0.9, True)],
)
def test_of_two_photos_alone_a_surely_strange_one_is_found(
    distance: float, smile: float, found: bool
) -> None:
    told = find_strangers(apart(0, distance), np.array([0.0, smile]))
    assert told.tolist() == [False, found]


def test_a_smile_beside_a_face_at_rest_does_not_make_two_people_one() -> None:
    """Each person's own two photos are far apart, so twice as far is farther than people are."""
    first, second, smile = (0, 3.9), (-5.4, -6.2), np.array([0, 0.9] * 2)
    told = find_strangers(apart(*first, *second), smile)
    assert told.tolist() == [False, False, True, True]


def test_two_photos_of_two_people_show_no_change() -> None:
    made = person(2, brow_left_mm=0.0)
    dropped = person(2, brow_left_mm=-4.0)
    points = np.array([made.points[0], dropped.points[1]])
    points[1, :, 1] *= 1.2  # a longer face
    about = [PhotoRecord(f"{i}.jpg", expression="rest") for i in range(2)]
    series = Series.from_landmarks(replace(made, points=points), about=about)
    assert codes(series) == {"1.jpg": ["another_person"]}
    assert not series.changes()
    wanted = [replace(each, use=True) for each in about]
    assert codes(Series.from_landmarks(replace(made, points=points), about=wanted)) == {}


def blurred(landmarks: Landmarks, **blur: float) -> Landmarks:
    """The same photos, with so many mm of blur."""
    quality = np.array(landmarks.quality)
    quality[:, QUALITY.index("blur_mm")] = [
        blur.get(f"p{row}", 0.5) for row in range(len(landmarks))
    ]
    return replace(landmarks, quality=quality)


def test_a_photo_that_is_blurred_beside_the_others_is_set_aside() -> None:
    rest = ["rest"] * 6
    series = Series.from_landmarks(blurred(person(6), p3=1.3), expression=rest)
    assert codes(series) == {"3.jpg": ["blurred_beside_others"]}
    (doubt,) = series.review()
    assert (doubt.photo, doubt.used, doubt.column, doubt.value) == ("3.jpg", False, "use", "yes")
    assert codes(Series.from_landmarks(blurred(person(6), p3=0.85), expression=rest)) == {}
    alike = blurred(person(6), **{f"p{row}": 1.2 for row in range(5)})
    assert codes(Series.from_landmarks(alike, expression=rest)) == {}
    about = [PhotoRecord(f"{i}.jpg", expression="rest") for i in range(6)]
    about[3] = replace(about[3], use=True, written=("use",))
    assert codes(Series.from_landmarks(blurred(person(6), p3=1.3), about=about)) == {}


def test_an_oblique_view_beside_a_frontal_one_is_set_aside() -> None:
    def aside(*yaw: float, third: str = "rest", use: bool | None = None) -> list[str]:
        days = ["2026-03-02", "2026-03-02", "2026-03-02", "2026-03-09"]
        names = np.array([f"{row}.jpg" for row in range(4)])
        made = replace(face(4, yaw=np.array(yaw)), taken=np.array(days), photo=names)
        said = ("rest", "rest", third, "rest")
        about = [
            PhotoRecord(name, expression=each, use=use)
            for name, each in zip(names, said, strict=True)
        ]
        found = codes(Series.from_landmarks(made, about=about))
        return [name for name, each in found.items() if "oblique_view" in each]

    assert aside(3, 28, -24, 28) == ["1.jpg", "2.jpg"]
    assert aside(3, 18, -18, 3) == []
    assert aside(28, 28, -24, 3) == [], "there is no better one of the day"
    assert aside(3, 28, -24, 3, use=True) == []
    assert aside(3, 28, -24, 3, third="smile_open") == ["1.jpg"]


def visit(*weights: dict[str, float], days: str = "2026-03-02") -> Series:
    """A face at rest but for its expression weights, once for each of them, on one day or more."""
    made = face(len(weights))
    table = np.zeros_like(made.blendshapes)
    for row, given in enumerate(weights):
        for name, weight in given.items():
            table[row, made.layout.expressions.index(name)] = weight
    taken = [
        f"{day}T09:0{row}:00"
        for row, day in enumerate((days.split() * len(weights))[: len(weights)])
    ]
    names = np.array([f"{row}.jpg" for row in range(len(weights))])
    return Series.from_landmarks(
        replace(made, blendshapes=table, photo=names, taken=np.array(taken))
    )


SMILE = {"mouthSmileRight": 0.9, "mouthSmileLeft": 0.9}
ONE_SIDED = {"mouthSmileRight": 0.9}
TWO_DAYS = "2026-03-02 2026-03-09"


@pytest.mark.parametrize(
    ("shown", "days", "label"),
    [
        (SMILE, TWO_DAYS, "smile_open"),  # both sides are enough alone
        (ONE_SIDED, TWO_DAYS, "rest"),  # one side may be ill
        (ONE_SIDED, "2026-03-02", "smile_open"),  # but not within minutes
        ({"browOuterUpLeft": 0.95, "browInnerUp": 0.95}, TWO_DAYS, "rest"),
        ({"browOuterUpLeft": 0.95, "browInnerUp": 0.95}, "2026-03-02", "brow_raise"),
        ({"browOuterUpLeft": 0.95, "browOuterUpRight": 0.95}, TWO_DAYS, "brow_raise"),
        ({"jawOpen": 0.9}, TWO_DAYS, "unknown"),
    ],
)
def test_an_expression_is_guessed_by_both_sides_or_within_a_visit(
    shown: dict[str, float], days: str, label: str
) -> None:
    series = visit({}, shown, days=days)
    assert sorted(series.static["expression"].tolist()) == sorted(["rest", label])


def test_a_brow_that_is_higher_by_itself_within_a_visit_is_raised() -> None:
    """The weights hardly move with one brow; its height does."""
    made = face(4, brow_left_mm=[0, 3.0, 3.0, 3.0])
    made = replace(
        made, photo=np.arange(4).astype(str), blendshapes=np.zeros_like(made.blendshapes)
    )
    same, later = ["2026-03-02T09:00", "2026-03-02T09:01"], ["2026-03-09T09:00", "2026-03-09T09:01"]
    found = Series.from_landmarks(replace(made, taken=np.array([*same, *later])))
    assert found.static["expression"].tolist() == ["rest", "brow_raise", "rest", "rest"]


def test_a_photo_at_rest_that_failed_is_nothing_to_compare_with() -> None:
    made = face(2)
    table = np.zeros_like(made.blendshapes)
    table[1, made.layout.expressions.index("mouthSmileRight")] = 0.9
    failed = Landmarks.blank(["0.jpg"], status="no_face")
    named = replace(made, blendshapes=table, photo=np.array(["1.jpg", "2.jpg"]))
    three = Landmarks.concat([failed, named])
    taken = np.array([f"2026-03-02T09:0{row}:00" for row in range(3)])
    about = [PhotoRecord(f"{row}.jpg", expression="rest" if row == 0 else None) for row in range(3)]
    found = Series.from_landmarks(replace(three, taken=taken), about=about)
    assert found.static["expression"].tolist()[1:] == ["rest", "smile_open"]
    assert np.isfinite(found.photos["expression_confidence"]).all()


def test_a_guess_and_how_sure_it_is_stand_in_the_review() -> None:
    doubts = {
        each.photo: each
        for each in visit({}, ONE_SIDED, SMILE, days=f"{TWO_DAYS} 2026-03-16").review()
    }
    assert [doubts[f"{row}.jpg"].note.code for row in range(3)] == [
        "rest_assumed",
        "rest_assumed_unsure",
        "expression_guessed",
    ]
    assert doubts["1.jpg"].sure < 0.5 < doubts["0.jpg"].sure
    assert {(each.column, each.used) for each in doubts.values()} == {("expression", True)}


def test_a_smile_that_a_name_calls_rest_is_asked_about_and_a_manifest_is_believed() -> None:
    made = visit({}, {}, SMILE, days=f"{TWO_DAYS} 2026-03-16")
    said = [PhotoRecord(f"{i}.jpg", expression="rest") for i in range(3)]
    asked = Series.from_landmarks(made.landmarks, about=said)
    (doubt,) = asked.review()
    assert (doubt.photo, doubt.column, doubt.value) == ("2.jpg", "expression", "smile_open")
    assert (doubt.note, doubt.used) == (Note("not_at_rest", shown="smile_open"), True)
    assert asked.static["expression"].tolist() == ["rest"] * 3
    assert any(line.startswith("To check: 2.jpg") for line in change_lines(asked))
    assert not any(line.startswith("To check") for line in change_lines(made))  # a mere guess
    written = [replace(each, written=("expression",)) for each in said]
    assert not codes(Series.from_landmarks(made.landmarks, about=written))
    smiling = [replace(each, expression="smile_open") for each in said]
    assert not codes(Series.from_landmarks(made.landmarks, about=smiling))


def test_what_is_set_aside_is_judged_anew_when_the_series_is_kept(tmp_path: Path) -> None:
    series = Series.from_landmarks(mirror(person(6), 3), expression=["rest"] * 6)
    series.save(tmp_path / "kept.npz")
    again = Series.load(tmp_path / "kept.npz")
    assert codes(again) == codes(series) == {"3.jpg": ["looks_mirrored"]}
    assert again.static == series.static


def test_a_review_is_a_table(tmp_path: Path) -> None:
    series = Series.from_landmarks(mirror(person(6), 3), expression=["rest"] * 6)
    text = series.review().to_csv(tmp_path / "review.csv")
    assert (tmp_path / "review.csv").read_text(encoding="utf-8") == text
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["photo"], row["used"], row["column"], row["value"]) == (
        "3.jpg",
        "no",
        "mirrored",
        "yes",
    )
    assert str(series.review()).startswith("Not used: 3.jpg: it looks mirrored")


def test_signatures_are_the_columns_of_the_whole_table() -> None:
    landmarks = person(4)
    table = measure(landmarks, sd=False)
    whole = np.array([table[column] / sd for column, sd in COLUMNS.items()]).T
    np.testing.assert_array_equal(signatures(landmarks), whole)
