"""The benchmark of verdicts: its cases are as many as it says, and its judge tells right from wrong."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import pytest

from asymmetry.core.schemes import SIDES
from benchmarks.verdicts import courses
from benchmarks.verdicts.asked import Answer
from benchmarks.verdicts.courses import Case, Pose, Shot, Told
from benchmarks.verdicts.making import photo_name
from benchmarks.verdicts.scores import judge

PEOPLE = ["a", "b", "c"]
DROP = Told("brow", ("left",), -1, 10)
CASE = Case("brow drop", "a", "left", (Shot(0, "rest", Pose()), Shot(10, "rest", Pose())), (DROP,))


def answer(*told: Told, **not_used: str) -> Answer:
    return Answer(told, (), not_used, frozenset(not_used))


def test_steps_are_on_either_side_as_often() -> None:
    made = list(courses.steps(PEOPLE, 31))
    assert Counter(case.side for case in made) == {"right": 31, "left": 31}
    assert all(case.truths[0].sides == (case.side,) for case in made)


def test_situations_are_on_both_sides_and_without_a_treatment_too() -> None:
    made = list(courses.find_situations(["a", "b", "c", "d"]))
    assert {case.side for case in made} == {*SIDES, "both"}
    drops = [case for case in made if case.name == "brow drop"]
    assert [case.treated for case in drops] == [True, True, False, False]


def test_photos_have_names_of_their_own() -> None:
    for case in (*courses.find_situations(["a"]), *courses.quiet_series(PEOPLE, 8)):
        names = [photo_name(case, number) for number in range(len(case.shots))]
        assert len(set(names)) == len(names)


def test_the_truth_is_right() -> None:
    assert judge(CASE, answer(DROP)).right


@pytest.mark.parametrize(
    "told",
    [
        replace(DROP, sides=("right",)),
        replace(DROP, sides=("right",), way=1),
        replace(DROP, sides=SIDES),
        replace(DROP, way=1),
    ],
)
def test_the_other_side_or_the_other_way_is_wrong(told: Told) -> None:
    judged = judge(CASE, answer(told))
    assert judged.wrong_side
    assert not judged.right
    assert not judged.found


def test_what_is_not_told_is_not_found() -> None:
    judged = judge(CASE, answer())
    assert (judged.found, judged.wrong_side, judged.right) == (0, False, False)


def test_the_worst_day_counts_where_it_is_known() -> None:
    assert not judge(CASE, answer(replace(DROP, day=60))).found
    open_day = replace(CASE, truths=(replace(DROP, day=math.nan),))
    assert judge(open_day, answer(replace(DROP, day=60))).found


def test_a_harm_told_as_better_is_wrong() -> None:
    judged = judge(CASE, answer(replace(DROP, better=True)))
    assert judged.better
    assert not judged.right


def test_a_part_that_is_regained_may_be_told_as_better() -> None:
    grown = replace(DROP, way=1, better=True)
    assert judge(replace(CASE, recovers=True), answer(DROP, grown)).right
    assert judge(CASE, answer(DROP, grown)).better


def test_a_change_of_something_else_is_wrong() -> None:
    assert judge(CASE, answer(DROP, Told("smile", ("left",), -1))).stray


def test_both_sides_may_be_told_one_by_one() -> None:
    both = replace(CASE, truths=(replace(DROP, sides=SIDES),))
    assert judge(both, answer(replace(DROP, sides=("right",)), DROP)).right
    assert not judge(both, answer(DROP)).found


def test_a_flawed_photo_has_to_be_named_and_no_other() -> None:
    flawed = replace(CASE, shots=(CASE.shots[0], replace(CASE.shots[1], flaw="mirrored")))
    bad, good = photo_name(flawed, 1), photo_name(flawed, 0)
    assert judge(flawed, answer(DROP, **{bad: "mirrored"})).right
    assert not judge(flawed, answer(DROP)).right
    assert not judge(flawed, answer(DROP, **{bad: "mirrored", good: "blurred"})).right
    assert not judge(CASE, answer(DROP, **{good: "blurred"})).right


def test_doubts_about_good_photos_are_counted() -> None:
    first, second = (photo_name(CASE, number) for number in range(2))
    asked = Answer((DROP,), (), {second: "blurred"}, frozenset({first, second}))
    flawed = replace(CASE, shots=(CASE.shots[0], replace(CASE.shots[1], flaw="blurred")))
    judged = judge(flawed, asked)
    assert judged.right
    assert (judged.doubted, judged.good) == (1, 1)
