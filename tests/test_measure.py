"""`measure`: rows and columns, what a photo can't carry and why, scales, and metrics of one's own."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from asymmetry.core.arrays import FloatArray
from asymmetry.core.frame import Face, Half, Scale
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.notes import Note, note_array
from asymmetry.core.scale import OUTER_CANTHI_MM, PUPILS_OVER_CANTHI
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from asymmetry.core.version import SCORE_VERSION
from asymmetry.errors import InvalidInputError
from asymmetry.metrics import MAX_YAW, MAX_YAW_HORIZONTAL, Metric, catalogue, measure, metric
from asymmetry.metrics.absolute import lasting_errors
from tests.faces import PX_PER_MM, changeable, double, model, number, photo
from tests.notes import codes


def test_columns_and_their_order() -> None:
    table = measure(photo())
    names = [column for entry in catalogue().values() for column in entry.columns]
    pose = ["yaw_deg", "pitch_deg", "roll_deg", "mm_per_px"]
    sds = [column for entry in catalogue().values() for column in entry.sd_columns]
    sds += [column for entry in catalogue().values() for column in entry.rsd_columns]
    assert list(table) == ["photo", "taken", "status", "reason", "flags", *names, *pose, *sds]
    assert all(table[name].dtype == np.float64 for name in names + pose + sds)
    assert catalogue()["brow_height"].columns == (
        "brow_height_right_mm",
        "brow_height_left_mm",
        "brow_height_diff_mm",
    )
    assert catalogue()["mouth_cant"].columns == ("mouth_cant_deg",)


def test_nothing_in_gives_empty_columns_of_the_right_type() -> None:
    empty, full = measure(Landmarks.blank([], status="ok")), measure(photo())
    assert list(empty) == list(full)
    assert {name: (column.dtype.kind, len(column)) for name, column in empty.items()} == {
        name: (column.dtype.kind, 0) for name, column in full.items()
    }


def test_failed_photos_keep_their_row_and_their_reason() -> None:
    failed = Landmarks.blank(["dark.jpg"], status="no_face", reason="no face found")
    rejected = replace(photo(), status=np.array(["rejected"]), notes=note_array([["by hand"]]))
    landmarks = Landmarks.concat([failed, photo(), rejected])
    table = measure(landmarks)
    assert table["photo"].tolist() == ["dark.jpg", "by_hand.jpg", "by_hand.jpg"]
    assert table["status"].tolist() == ["no_face", "ok", "rejected"]
    assert table["reason"].tolist() == ["no face found", "", "by hand"]
    for name, column in measure(landmarks, sd=False).items():
        if column.dtype.kind == "f":
            assert np.isnan(column).tolist() == [True, False, True], name


def test_a_turned_head_loses_horizontal_metrics_and_says_so() -> None:
    faces = [photo(yaw=yaw) for yaw in (0, MAX_YAW_HORIZONTAL + 1, -MAX_YAW - 1)]
    landmarks = Landmarks.concat(faces)
    blurred = Note("blurred", value=2.0)
    landmarks = replace(landmarks, notes=note_array([(), (blurred,), ()]))
    table = measure(landmarks)
    assert table["status"].tolist() == ["ok", "warn", "warn"]
    assert table.notes.tolist() == [
        (),
        (blurred, Note("turned_for_widths", limit=MAX_YAW_HORIZONTAL)),
        (Note("turned_away", limit=MAX_YAW),),
    ]
    assert table["flags"].tolist() == ["", "blurred turned_for_widths", "turned_away"]
    assert table["reason"][2] == "head turned more than 30°: not measured"
    for entry in catalogue().values():
        for column in entry.columns:
            assert np.isnan(table[column]).tolist() == [False, entry.horizontal, True], column
    np.testing.assert_allclose(table["yaw_deg"], [0, 16, -31], atol=1e-9)


@pytest.mark.parametrize(
    ("yaw", "widths", "heights"),
    [(14.5, True, True), (15.5, False, True), (-29.5, False, True), (-30.5, False, False)],
)
def test_widths_are_measured_up_to_15_degrees_and_heights_up_to_30(
    yaw: float, widths: bool, heights: bool
) -> None:
    table = measure(photo(yaw=yaw))
    assert np.isfinite(table["fissure_width_right_mm"][0]) == widths
    assert np.isfinite(table["brow_height_right_mm"][0]) == heights


def test_without_the_frames_points_nothing_is_measured_and_the_reason_says_so() -> None:
    lost = photo()
    changeable(lost).points[0, number("outer_canthus", "left")] = np.nan
    table = measure(lost)
    assert (table["status"][0], table.notes[0]) == ("warn", (Note("no_frame"),))
    assert np.isnan(table["brow_height_right_mm"][0])


IRIS = MEDIAPIPE_478.groups["iris"]


def test_a_pupil_that_stands_higher_is_said() -> None:
    level, squint = (photo(model({(name, "left"): (0, up) for name in IRIS})) for up in (0.5, 2.0))
    table = measure(Landmarks.concat([level, squint]))
    assert table["status"].tolist() == ["ok", "warn"]
    assert table.notes[1] == (Note("pupils_aslant", limit=0.8),)


@pytest.mark.parametrize("side", SIDES)
def test_beside_a_patched_eye_the_rest_is_measured(side: Side) -> None:
    patched = photo(roll=12)
    gone = [number(name, side) for name in ("outer_canthus", "inner_canthus", *IRIS)]
    changeable(patched).points[0, gone] = np.nan
    table = measure(patched)
    assert "one_eye" in codes(table.notes[0])
    assert table["commissure_height_diff_mm"][0] == pytest.approx(0, abs=0.05)
    other = "left" if side == "right" else "right"
    assert np.isfinite(table[f"mrd1_{other}_mm"][0])
    assert np.isnan([table[f"mrd1_{side}_mm"][0], table["mrd1_diff_mm"][0]]).all()


def test_unknown_pose_is_not_taken_for_frontal() -> None:
    table = measure(replace(photo(), pose=np.full((1, 3, 3), np.nan)))
    assert np.isnan(table["brow_height_right_mm"][0])
    assert table["status"][0] == "warn"


@pytest.mark.parametrize(
    ("scale", "factor"),
    [
        (Scale("iris", 12.71), 12.71 / 11.71),
        (Scale("interpupillary", 31.0), 0.5),  # the face has 62
        (Scale("ruler", PX_PER_MM / 2), 2.0),
        (Scale("ruler", [PX_PER_MM / 2]), 2.0),  # one for each photo
    ],
)
def test_scale(scale: Scale, factor: float) -> None:
    iris, other = measure(double(photo())), measure(double(photo()), scale=scale)
    for entry in catalogue().values():
        power = {"mm": 1, "mm2": 2, "deg": 0}[entry.unit]
        for column in entry.columns:
            np.testing.assert_allclose(
                other[column], iris[column] * factor**power, rtol=1e-5, atol=1e-4
            )
    assert other.provenance["scale_source"] == scale.source


def test_one_scale_for_each_photo_crosses_chunks() -> None:
    n = 600
    landmarks = photo()[np.zeros(n, dtype=int)]
    table = measure(landmarks, metrics=["ala_height"], scale=Scale("ruler", np.linspace(4, 8, n)))
    np.testing.assert_allclose(table["mm_per_px"], 1 / np.linspace(4, 8, n))


def test_scale_that_does_not_fit_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="each of the 1 photos"):
        measure(photo(), scale=Scale("ruler", [4.0, 5.0]))


def test_provenance_travels() -> None:
    table = measure(replace(photo(), provenance={"method": "plain"}), metrics=["mrd1"])
    assert dict(table.provenance) == {
        "score_version": SCORE_VERSION,
        "method": "plain",
        "scale_source": "iris",
        "metrics": ["mrd1"],
        "errors": lasting_errors().inputs[:12],
    }


@metric(unit="mm", sign="higher", source="a test")
def cheek_height(half: Half) -> FloatArray:
    """Height of the cheekbone over the pupil line."""
    return half.up("cheekbone")


def test_a_metric_of_ones_own() -> None:
    assert isinstance(cheek_height, Metric)
    assert (cheek_height.name, cheek_height.sides, cheek_height.definition) == (
        "cheek_height",
        True,
        "Height of the cheekbone over the pupil line.",
    )
    table = measure(photo(model({("cheekbone", "left"): (0, 5)})), metrics=["mrd1", cheek_height])
    assert table["cheek_height_diff_mm"][0] == pytest.approx(-5, abs=1e-3)
    entries = (catalogue()["mrd1"], cheek_height)
    assert list(table)[5:11] == [column for entry in entries for column in entry.columns]
    sds = [column for entry in entries for column in entry.sd_columns]
    assert list(table)[-12:] == [
        *sds,
        *(column for entry in entries for column in entry.rsd_columns),
    ]
    assert "cheek_height" not in catalogue()
    assert "cheek_height_diff_mm" in measure(photo(), metrics=[*catalogue(), cheek_height])
    assert measure(photo(), metrics="mrd1") == measure(photo(), metrics=["mrd1"])


def test_a_metric_can_be_sent_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(cheek_height)) is cheek_height
    assert pickle.loads(pickle.dumps(catalogue()["mrd1"])) is catalogue()["mrd1"]


def made(
    name: str, annotation: object = Half, doc: str | None = "What it is."
) -> Callable[..., FloatArray]:
    def function(half: Half) -> FloatArray:
        return half.up("ala")

    function.__name__, function.__doc__ = name, doc
    function.__annotations__ = {"half": annotation}
    return function


def test_the_annotation_says_whether_there_are_sides() -> None:
    make = metric(unit="mm", sign="", source="")
    for annotation, sides in (
        (Half, True),
        ("Half", True),
        ("frame.Half", True),
        (Face, False),
        ("Face", False),
    ):
        assert make(made("mine", annotation)).sides == sides


@pytest.mark.parametrize(
    ("unit", "function", "message"),
    [
        ("cm", made("mine"), "'cm': use one of mm, mm2, deg, pct, ratio"),
        ("mm", made("mine", doc=None), "mine: its docstring"),
        ("mm", made("Mine"), "Mine: columns are named in lower case"),
        ("mm", made("mine", annotation=int), "mine: annotate its argument"),
    ],
)
def test_a_metric_that_is_not_one_is_refused(
    unit: str, function: Callable[..., FloatArray], message: str
) -> None:
    with pytest.raises(InvalidInputError, match=message):
        metric(unit=unit, sign="", source="")(function)


@metric(unit="mm", sign="", source="")
def one_number(face: Face) -> float:
    """Not an array."""
    return float(face.size)


@pytest.mark.parametrize(
    ("metrics", "message"),
    [
        (["brow_hight"], "no metric is called brow_hight; known: brow_height"),
        ([metric(unit="mm", sign="", source="")(made("mrd1"))], "two metrics are called 'mrd1'"),
        (
            [metric(unit="mm", sign="", source="")(made("mine")) for _ in range(2)],
            "two metrics are called 'mine'",
        ),
        ([one_number], "one_number: it must return an array of shape"),
    ],
)
def test_what_measure_refuses(metrics: list[str | Metric], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        measure(photo(), metrics=metrics)


def test_the_catalogue_can_not_be_changed() -> None:
    with pytest.raises(TypeError):
        catalogue()["mine"] = cheek_height  # type: ignore[index]


# Irises that were not seen


def without_iris(landmarks: Landmarks, *sides: Side) -> Landmarks:
    points = landmarks.points.copy()
    for side in sides:
        points[:, [number(name, side) for name in landmarks.layout.groups["iris"]]] = np.nan
    return replace(landmarks, points=points)


@pytest.mark.parametrize("side", SIDES)
def test_one_iris_stands_in_for_both(side: Side) -> None:
    whole, half = measure(photo()), measure(without_iris(photo(), side))
    needing = {f"{name}_{which}_mm" for name in ("mrd1", "mrd2") for which in (side, "diff")}
    for name, column in whole.items():
        if name in needing:
            assert np.isnan(half[name]).all(), name
        elif column.dtype.kind == "f":
            np.testing.assert_allclose(half[name], column, rtol=1e-5, atol=1e-4, err_msg=name)
    assert half["status"].tolist() == ["warn"]


def test_without_irises_the_outer_canthi_give_the_scale() -> None:
    moved = photo(model({("brow_upper_3", "left"): (0, 3), ("commissure", "right"): (0, -8)}))
    whole, blind = measure(moved), measure(without_iris(moved, *SIDES))
    outer_canthi = 90.0
    assert "no_iris" in codes(blind.notes[0])
    assert np.isnan(blind["mrd1_right_mm"]).all()
    for name in ("fissure_height_left_mm", "commissure_height_diff_mm", "brow_height_diff_mm"):
        expected = whole[name] * OUTER_CANTHI_MM / outer_canthi
        np.testing.assert_allclose(blind[name], expected, rtol=1e-4, atol=1e-4, err_msg=name)


def test_a_ruler_needs_no_iris() -> None:
    ruler = Scale("ruler", PX_PER_MM)
    moved = photo(model({("brow_upper_3", "left"): (0, 3), ("commissure", "right"): (0, -8)}))
    whole, blind = measure(moved, scale=ruler), measure(without_iris(moved, *SIDES), scale=ruler)
    for name, column in whole.items():
        if name.endswith("_diff_mm") and not name.startswith("mrd"):
            np.testing.assert_allclose(blind[name], column, atol=1e-4, err_msg=name)
    # This face's pupils are level with its canthi; most faces' are a little higher.
    lower = whole["brow_height_right_mm"] - blind["brow_height_right_mm"]
    np.testing.assert_allclose(lower, PUPILS_OVER_CANTHI * 90, atol=1e-3)
