"""Standard deviations by slopes: against differences, and against copies of faces that are measured anew."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from asymmetry import synthetic
from asymmetry.core.arrays import FloatArray
from asymmetry.core.frame import Face, Half, Scale, eye_higher, face_frame
from asymmetry.core.geometry import mirror_sums, moved_mirror_sums
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.level import ODD_DEG
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Scheme
from asymmetry.core.slopes import Slopes
from asymmetry.metrics import Metric, catalogue, measure, metric
from asymmetry.metrics.columns import list_columns
from asymmetry.metrics.linear import Errors, is_smooth, trace
from asymmetry.metrics.measuring import CHUNK
from asymmetry.metrics.propagation import spreads
from tests.faces import PX_PER_MM, changeable, crowd, double, model, number, photo
from tests.schemes import other, told_in

METRICS = list(catalogue().values())
COLUMNS = list_columns(METRICS)
#: Metrics of coordinates; the others are roots of sums of squares.
DIRECT = [entry for entry in METRICS if not entry.name.startswith("asymmetry_")]
#: How far both may be apart, as a part: areas and roots bend a little within an error.
CLOSE = 0.01


def read(landmarks: Landmarks, mm: float = 0.1, seed: int = 0) -> Landmarks:
    """The faces with points of different spread, mm on average."""
    spread = np.random.default_rng(seed).uniform(0.5, 1.5, landmarks.spread.shape)
    return replace(landmarks, spread=spread * mm * PX_PER_MM)


def both_ways(landmarks: Landmarks, scale: Scale | None = None) -> tuple[FloatArray, FloatArray]:
    """Standard deviations by slopes, and by copies."""
    scale = scale or Scale()
    scale = replace(scale, mm=np.full(len(landmarks), scale.mm))
    with np.errstate(all="ignore"):
        face = face_frame(landmarks, scale=scale)
        sloped = spreads(face, landmarks, scale, METRICS, catalogue())
        return sloped, spreads(face, landmarks, scale, METRICS)


def assert_alike(landmarks: Landmarks, scale: Scale | None = None, bound: float = CLOSE) -> None:
    sloped, copied = both_ways(landmarks, scale)
    for name, slopes, copies in zip(COLUMNS, sloped, copied, strict=True):
        np.testing.assert_allclose(slopes, copies, rtol=bound, atol=1e-5, err_msg=name)


# Slopes


def traced(face: Face) -> Face:
    nothing = np.zeros((2, len(face.rows), len(SIDES), face.size))
    none = np.zeros((0, 2, 3, len(SIDES), face.size))
    return trace(face, Errors(nothing, np.zeros((len(face.rows), 0)), none, np.zeros((1, 0))))


@pytest.mark.parametrize("entry", DIRECT, ids=lambda entry: entry.name)
def test_slopes_are_those_of_differences(entry: Metric) -> None:
    face = face_frame(double(crowd(7, 2)))
    value = entry(*entry.views(traced(face)))
    np.testing.assert_allclose(value.value, entry(*entry.views(face)), rtol=1e-12)
    step = 1e-5
    for (axis, row, side), slope in value.slopes.items():
        ends = []
        for sign in (1, -1):
            points = face.points.copy()
            points[axis, row, side] += sign * step
            ends.append(entry(*entry.views(replace(face, points=points))))
        differences = (ends[0] - ends[1]) / (2 * step)
        expected = np.broadcast_to(slope, differences.shape)
        np.testing.assert_allclose(differences, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("entry", DIRECT, ids=lambda entry: entry.name)
def test_no_coordinate_is_left_out(entry: Metric) -> None:
    """A metric moves along the sum of its slopes when all points move at once."""
    face = face_frame(double(crowd(8, 1)))
    value = entry(*entry.views(traced(face)))
    steps = np.random.default_rng(1).normal(0, 1e-6, face.points.shape)
    moved = entry(*entry.views(replace(face, points=face.points + steps)))
    told = sum(
        slope * steps[axis, row, side].reshape(-1)
        for (axis, row, side), slope in value.slopes.items()
    )
    np.testing.assert_allclose(moved - value.value, told, rtol=1e-4, atol=1e-10)


def test_a_function_with_a_bend_is_refused() -> None:
    x = Slopes(np.array([-1.0]), {"x": 1.0})
    for bend in (np.abs, np.sign):
        with pytest.raises(TypeError):
            bend(x)
    with pytest.raises(TypeError):
        np.maximum(x, 0)


def test_constants_have_no_slope_and_a_variable_used_twice_has_both() -> None:
    x = Slopes(np.array([3.0]), {"x": 1.0})
    assert (2 * x + 5).slopes == {"x": 2.0}
    assert (x * x / 2 - x).slopes["x"] == pytest.approx(3 - 1)
    assert (-x).slopes == {"x": -1.0}
    assert (0 * x).slopes == {"x": 0.0}


@metric(unit="mm", sign="farther", source="a test")
def bent(half: Half) -> FloatArray:
    """Distance of the brow from the pupil's height, whichever is higher."""
    return np.abs(half.up("brow_upper_3") - half.up("iris_centre") - 25)


def test_a_metric_with_a_bend_is_measured_on_copies() -> None:
    landmarks = read(crowd(2, 5))
    scale = Scale(mm=np.full(5, 11.71))
    face = face_frame(landmarks, scale=scale)
    taken = spreads(face, landmarks, scale, [bent], {"bent": bent})
    np.testing.assert_array_equal(taken, spreads(face, landmarks, scale, [bent]))


def test_no_metric_of_the_catalogue_has_a_bend() -> None:
    face = face_frame(crowd(1, 1))
    assert [entry.name for entry in METRICS if not is_smooth(entry, face)] == []


# Against copies


@pytest.mark.parametrize("scale", [Scale(), Scale("canthi", 90.0), Scale("ruler", PX_PER_MM)])
def test_lopsided_faces(scale: Scale) -> None:
    assert_alike(read(crowd(3, 40)), scale)


def test_errors_as_large_as_of_a_blurred_photo() -> None:
    assert_alike(read(crowd(4, 40), mm=0.4), bound=0.05)


def test_a_symmetric_face_is_not_surer_than_its_copies() -> None:
    """Roots of squares have no slope at zero: there their change is that of copies, exactly."""
    landmarks = read(double(photo(model())))
    sloped, copied = both_ways(landmarks)
    for name, slopes, copies in zip(COLUMNS, sloped, copied, strict=True):
        if name.startswith("asymmetry_"):
            assert copies[0] > 0.03
            assert slopes[0] == pytest.approx(copies[0], rel=1e-6), name


def test_closed_eyes_and_lips() -> None:
    """Areas near zero are as unsure as their copies."""
    points = model()
    for upper, lower in (("upper_lid", "lower_lid"), ("upper_lip_inner", "lower_lip_inner")):
        above = MEDIAPIPE_478.groups[upper], MEDIAPIPE_478.groups[lower]
        for first, second in zip(*above, strict=True):
            for side in SIDES:
                points[number(first, side)] = points[number(second, side)]
    assert_alike(read(photo(points)))


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_an_eye_that_stands_higher(share: float) -> None:
    """From some degrees on a line counts less in the level: the frame's change is that of copies."""
    low, high = ODD_DEG[1]
    rise = np.tan(np.radians(low + share * (high - low))) * 62
    moved = {(name, "right"): (0.0, rise) for name in MEDIAPIPE_478.groups["iris"]}
    landmarks = read(photo(model(moved)))
    assert abs(eye_higher(face_frame(landmarks))[0]) == pytest.approx(
        low + share * (high - low), abs=0.1
    )
    assert_alike(landmarks)


@pytest.mark.parametrize("lost", ["iris", "eye", "brow_upper_3", "menton", "inner_canthus"])
def test_what_was_not_seen(lost: str) -> None:
    landmarks = read(crowd(9, 3))
    names = {
        "iris": MEDIAPIPE_478.groups["iris"],
        "eye": ("outer_canthus", "inner_canthus", *MEDIAPIPE_478.groups["iris"]),
    }.get(lost, (lost,))
    side = None if lost == "menton" else "right"
    for name in names:
        changeable(landmarks).points[1, number(name, side)] = np.nan
    sloped, copied = both_ways(landmarks)
    np.testing.assert_array_equal(np.isnan(sloped), np.isnan(copied))
    assert_alike(landmarks)


@other
def test_other_schemes(scheme: Scheme) -> None:
    landmarks = told_in(crowd(5, 6), scheme)
    landmarks = read(landmarks)
    sloped, copied = both_ways(landmarks)
    np.testing.assert_array_equal(np.isnan(sloped), np.isnan(copied))
    assert_alike(landmarks)


def test_chunks_change_no_bit() -> None:
    few = read(crowd(6, 3))
    many = few[np.arange(3 * CHUNK) % 3]
    names = [name for entry in METRICS for name in (*entry.sd_columns, *entry.rsd_columns)]
    of_few, of_many = measure(few), measure(many)
    for name in names:
        expected = np.tile(of_few[name], CHUNK)
        np.testing.assert_array_equal(of_many[name], expected, err_msg=name)


# The mirror image's sums


def test_sums_of_the_mirror_image_change_as_those_of_moved_points() -> None:
    rng, regions, middle = np.random.default_rng(0), [(4, 1), (5, 0), (3, 2)], [4, 13, 14]
    points, spread = rng.normal(0, 10, (2, 15, 2, 7)), rng.uniform(0.1, 1, (2, 15, 2, 7))
    points[:, middle, 0] = points[:, middle, 1] * np.array([-1, 1])[:, None, None]
    spread[:, middle, 0] = spread[:, middle, 1]
    weights = rng.uniform(0, 1, (15, 3))
    weights[2] = [0, 1, 0]
    found = moved_mirror_sums(points, spread, weights, regions)
    np.testing.assert_array_equal(found[:, :, 0], mirror_sums(points, regions))
    found = found[:, :, 1:].reshape(5, 3, 2, 3, 2, 7)
    for axis, kind, side in np.ndindex(2, 3, 2):
        moved, error = points.copy(), weights[:, kind, None] * spread[axis, :, side]
        moved[axis, :, side] += error
        moved[axis, middle, 1 - side] += error[middle] * (-1, 1)[axis]
        np.testing.assert_allclose(
            found[:, :, axis, kind, side], mirror_sums(moved, regions), rtol=1e-9, atol=1e-9
        )


def test_summaries_may_be_measured_by_themselves() -> None:
    """They are made of copies, so that no metric is left that is traced."""
    faces = synthetic.face(2, brow_right_mm=-3, noise_px=0.4)
    both, alone = measure(faces), measure(faces, metrics=["asymmetry_upper"])
    for column in ("asymmetry_upper_mm", "asymmetry_upper_sd_mm", "asymmetry_upper_rsd_mm"):
        np.testing.assert_array_equal(alone[column], both[column])


@pytest.mark.parametrize("names", [[entry.name] for entry in METRICS] + [list(catalogue())[::-1]])
def test_a_metric_has_the_same_errors_in_any_company(names: list[str]) -> None:
    """Metrics of distances outwards, of heights and of both share the work, ordered by axes."""
    faces = read(crowd(10, 3))
    every, some = measure(faces), measure(faces, metrics=names)
    for name in names:
        for column in (*catalogue()[name].rsd_columns, *catalogue()[name].sd_columns):
            np.testing.assert_array_equal(some[column], every[column], err_msg=column)


def test_sums_without_an_error_may_be_known() -> None:
    rng, regions = np.random.default_rng(1), [(3, 1)]
    points, spread = rng.normal(0, 10, (2, 4, 2, 5)), rng.uniform(0.1, 1, (2, 4, 2, 5))
    arguments = points, spread, rng.uniform(0, 1, (4, 3)), regions
    known = moved_mirror_sums(*arguments, still=mirror_sums(points, regions))
    np.testing.assert_array_equal(known, moved_mirror_sums(*arguments))
