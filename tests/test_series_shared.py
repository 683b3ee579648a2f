"""Results that a series works out once for several questions are as if each had been asked alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from asymmetry import Landmarks, Series
from asymmetry.core.frame import Scale, Upright, face_frame, turn_twice, turn_upright
from asymmetry.core.records import Record
from asymmetry.core.schemes import DLIB_68, MEDIAPIPE_478
from asymmetry.metrics import measure, movement
from asymmetry.metrics.measuring import measure_upright
from asymmetry.series.cameras import Camera
from asymmetry.series.comparison import Asked, Compared, compare
from asymmetry.series.course import course
from asymmetry.series.day_to_day import expected_error
from asymmetry.series.likeness import face_to_compare, shapes, signatures
from asymmetry.series.movement_pairs import movements
from asymmetry.series.reference import reference_days
from benchmarks import series as benchmark
from tests.schemes import told_in

ROWS = np.array([7, 0, 3])


@pytest.fixture(scope="module")
def series() -> Series:
    landmarks, expression = benchmark.one_person(40, seed=3)
    return Series.from_landmarks(landmarks, treated_on=benchmark.TREATED_ON, expression=expression)


def lone_eye(landmarks: Landmarks) -> Landmarks:
    """The same, with an eye of one photo that was not seen."""
    points = landmarks.points.copy()
    for name in ("outer_canthus", "inner_canthus", "iris_centre"):
        points[3, MEDIAPIPE_478.pairs[name][0]] = np.nan
    return replace(landmarks, points=points)


@pytest.fixture(params=["mediapipe478", "dlib68", "one eye", "double"])
def landmarks(request: pytest.FixtureRequest) -> Landmarks:
    made, _ = benchmark.one_person(10, seed=1)
    if request.param == "dlib68":
        return told_in(made, DLIB_68)
    if request.param == "one eye":
        return lone_eye(made)
    if request.param == "double":
        return replace(made, points=made.points.astype(np.float64))
    return made


def same_bits(one: Upright, other: Upright, names: tuple[str, ...] = ("ala", "menton")) -> None:
    faces = [turned.to_face(Scale(), names) for turned in (one, other)]
    for name in ("points", "roll", "mm_per_px"):
        np.testing.assert_array_equal(*(getattr(face, name) for face in faces))


def test_some_faces_turned_among_others_are_those_turned_alone(landmarks: Landmarks) -> None:
    turned = turn_upright(landmarks)
    same_bits(turned.select(ROWS), turn_upright(landmarks[ROWS]))
    same_bits(turned.select(slice(2, 5)), turn_upright(landmarks[2:5]))
    whole = face_frame(landmarks, scale=Scale("ruler", 4.0), names=["ala"])
    again = turned.to_face(Scale("ruler", 4.0), ["ala"])
    np.testing.assert_array_equal(whole.points, again.points)


def test_faces_turned_in_two_precisions_are_those_of_each(landmarks: Landmarks) -> None:
    single, double = turn_twice(landmarks)
    same_bits(single, turn_upright(landmarks))
    exact = replace(landmarks, points=landmarks.points.astype(np.float64))
    same_bits(double, turn_upright(exact))
    assert double.to_face(Scale(), ()).points.dtype == np.float64


def test_a_table_of_turned_faces_is_that_of_their_photos(landmarks: Landmarks) -> None:
    made = measure_upright(landmarks, turn_upright(landmarks), None, Scale())
    assert made == measure(landmarks, sd=False)


def test_movements_of_a_series_are_those_of_its_photos(series: Series) -> None:
    assert movements(series.landmarks, series.static) == series.moved
    photo = series.landmarks.photo.tolist()
    rest = [photo.index(name) for name in series.moved["rest_photo"].tolist()]
    moved = [photo.index(name) for name in series.moved["photo"].tolist()]
    scale = Scale("ruler", 1 / series.static["mm_per_px"][rest])
    alone = movement(series.landmarks[rest], series.landmarks[moved], scale=scale, keep_noise=True)
    for name in alone:
        if alone[name].dtype.kind in "fb":
            np.testing.assert_array_equal(series.moved[name], alone[name])


def test_likeness_of_faces_turned_already_is_that_of_their_photos(landmarks: Landmarks) -> None:
    face = face_to_compare(turn_upright(landmarks))
    np.testing.assert_array_equal(signatures(landmarks, face), signatures(landmarks))
    np.testing.assert_array_equal(shapes(landmarks, face), shapes(landmarks))


def verdict(found: Compared | None) -> tuple[object, ...]:
    """All that is told of a course compared."""
    if found is None:
        return ()
    told = found.before, found.recent, found.sd, found.mdc95, found.limit, found.margin
    return *told, found.days_beyond, found.farthest, found.error, found.notes_on(-1), found.verdict


@pytest.mark.parametrize("cameras", [{}, {"5": Camera("Phone 2"), "0": Camera("Phone 1")}])
def test_courses_compared_at_once_are_compared_as_each_alone(
    series: Series, cameras: dict[str, Camera]
) -> None:
    courses = [each for sides in series.followed for each in (sides.diff, sides.right, sides.left)]
    asked = [
        Asked(each, reference_days("baseline", each.day, treated=True), 0.05 / (7 + at))
        for at, each in enumerate(courses)
        if len(each)
    ]
    together = compare(asked, cameras)
    alone = [compare([each], cameras)[0] for each in asked]
    assert [verdict(each) for each in together] == [verdict(each) for each in alone]
    assert sum(bool(each and each.beyond) for each in together) < len(asked)


def test_columns_share_days_only_where_the_same_photos_tell_them(series: Series) -> None:
    rows = series.static["expression"] == "rest"
    for sides in series.followed[:4]:
        for each in (sides.right, sides.left, sides.diff):
            if "_diff_" not in each.column:
                continue
            error = expected_error("home", each.column)
            alone = course(series.static, each.column, rows, "rest", error)
            assert isinstance(alone, Record)
            assert alone.to_dict() == each.to_dict()


def test_the_benchmark_times_two_checkouts_in_turns() -> None:
    here = Path(__file__).parents[1]
    lines = benchmark.compare_checkouts(here, people=1, photos=5, turns=1).splitlines()
    assert lines[0].startswith("| landmarks of 5 photos to changes |")
    assert all(float(line.split("|")[2]) > 0 for line in lines[2:4])
