"""When a face is looked at once more: readings on either side of each limit, of faces painted otherwise.

In each photo the face lies otherwise than the first reading has it. So the points that come out say whether
there was a second look.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from asymmetry.core.arrays import FloatArray
from asymmetry.extract import upright
from asymmetry.extract.face.pose import fit_pose
from asymmetry.extract.hemiface import Hemifaces
from asymmetry.extract.model.landmarker import Reading
from asymmetry.extract.second_look import roll_of
from asymmetry.extract.upright import average_with_mirrored, read_upright
from asymmetry.photos.halvings import Halvings
from tests.painted import PaintedModel, canonical, moved, painted, reading, tools

AT = (200.0, 190.0)
HEIGHT, WIDTH = 380, 420


def photo_of(one: Reading) -> Halvings:
    return Halvings(painted(one, HEIGHT, WIDTH))


def same(points: FloatArray, other: Reading) -> bool:
    return bool(np.hypot(*(points - other.points)[:, :2].T).max() < 1.0)


@pytest.fixture
def halves_score(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How sure the network is of the halves; they are where the whole face is read. It may be changed."""
    score = [20.0]

    def read(photo: Halvings, first: Reading, *_: Any) -> Hemifaces:
        del photo
        pose = fit_pose(first.points, canonical().vertices)
        spread = np.zeros(len(first.points))
        known = first.points, spread, first.blendshapes, pose
        return Hemifaces(*known, {}, {}, score[0], first.points)

    monkeypatch.setattr(upright, "read_hemifaces", read)
    return score


@pytest.mark.parametrize(("roll", "again"), [(18, False), (-18, False), (22, True), (-22, True)])
def test_a_face_that_is_rolled_by_up_to_20_degrees_is_read_as_it_lies(
    roll: float, again: bool
) -> None:
    true, model = reading(AT, roll=roll), PaintedModel()
    first = moved(true, 6, -6)
    found = read_upright(photo_of(true), first, tools(model))
    assert same(found.points, true if again else first)
    assert bool(model.looks) == again


@pytest.mark.parametrize(("score", "again"), [(16.5, True), (17.5, False)])
def test_halves_that_are_less_sure_than_17_may_be_upside_down(
    halves_score: list[float], score: float, again: bool
) -> None:
    true, first = reading(AT, roll=180), reading(AT)
    halves_score[:] = [score]
    found = read_upright(photo_of(true), first, tools(PaintedModel(), "hemiface"), twins=[])
    assert same(found.points, true if again else first)
    assert found.score == score


@pytest.mark.parametrize(("whole", "again"), [(14.5, True), (15.5, False)])
def test_unsure_halves_of_a_whole_face_that_is_surer_than_15_are_the_right_way_up(
    halves_score: list[float], whole: float, again: bool
) -> None:
    true, first = reading(AT, roll=180), reading(AT)
    halves_score[:] = [5.0]
    model = PaintedModel(else_sure=whole)
    found = read_upright(photo_of(true), first, tools(model, "hemiface"), twins=[])
    assert same(found.points, true if again else first)


@pytest.mark.parametrize(("whole", "again"), [(14.5, True), (15.5, False)])
def test_a_turned_face_that_is_surer_than_15_is_looked_for_in_no_other_direction(
    whole: float, again: bool
) -> None:
    true, first = reading(AT, roll=-145), reading(AT, roll=35)
    model = PaintedModel(else_sure=whole)
    found = read_upright(photo_of(true), first, tools(model), twins=[])
    assert same(found.points, true if again else first)


@pytest.mark.parametrize(("roll", "other"), [(18, False), (22, True)])
def test_a_second_look_that_has_the_face_within_20_degrees_of_upright_changes_nothing(
    halves_score: list[float], roll: float, other: bool
) -> None:
    true, first = reading(AT, roll=roll), reading(AT)
    halves_score[:] = [5.0]
    found = read_upright(photo_of(true), first, tools(PaintedModel(), "hemiface"), twins=[])
    assert same(found.points, true if other else first)
    expected = pytest.approx(roll if other else 0, abs=0.5)
    assert roll_of(Reading(found.points, found.blendshapes), canonical()) == expected


def test_a_reading_is_averaged_with_the_mirror_images() -> None:
    true = reading((150.0, 190.0), roll=12)
    first = moved(true, 6, -4)
    photo, model = photo_of(true), PaintedModel()
    assert same(average_with_mirrored(photo, first, tools(model)).points, moved(true, 3, -2))
    assert model.looks == [(HEIGHT, WIDTH)]
    # One that is somewhere else is of another face.
    far = [reading((150.0, 190.0))]
    assert average_with_mirrored(photo, first, tools(model), far) is first
