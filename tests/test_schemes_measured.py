"""Faces measured by the points of other schemes: known shifts, laws, renders and photos."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import asymmetry
from asymmetry.core.frame import Scale
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.scale import OUTER_CANTHI_MM
from asymmetry.core.schemes import (
    DLIB_68,
    MEDIAPIPE_478,
    WFLW_98,
    Scheme,
)
from asymmetry.core.table import Measurements
from asymmetry.metrics import catalogue, expressions, measure, movement
from asymmetry.report import overlays
from asymmetry.series.scale import pooled_scale
from asymmetry.synthetic import face
from benchmarks.fidelity.photos import SHARED
from tests.schemes import other, told_in
from tests.test_laws import numbers

#: Metrics for which each scheme lacks points.
NOT_CARRIED = {
    "mediapipe478": set(),
    "dlib68": {"mrd1", "mrd2", "ala_height", "philtrum_deviation"},
    "dlib78": {"ala_height", "philtrum_deviation"},
    "wflw98": {"ala_height", "philtrum_deviation"},
    "webmorph189": {"ala_height", "mouth_area", "philtrum_deviation"},
}


def uneven(n: int = 4) -> Landmarks:
    """Faces with a low right brow, a low left corner and a wide right eye."""
    return face(
        n,
        brow_right_mm=np.linspace(-3, 1, n),
        mouth_corner_left_mm=np.linspace(-4, 0, n),
        upper_lid_right_mm=np.linspace(0, 2, n),
        noise_px=0.5,
        seed=3,
    )


# Measured values


@other
def test_a_scheme_says_what_it_does_not_carry(scheme: Scheme) -> None:
    table = measure(told_in(face(2), scheme))
    assert set(table.provenance["not_carried"]) == NOT_CARRIED[scheme.name]
    for entry in catalogue().values():
        carried = entry.name not in NOT_CARRIED[scheme.name]
        for column in entry.columns:
            assert np.isfinite(table[column]).all() == carried, column
    assert "not_carried" not in measure(face(1)).provenance


def test_only_what_is_not_carried_gives_nan_and_the_reason() -> None:
    table = measure(told_in(face(1), DLIB_68), metrics=["mrd1"])
    assert np.isnan(table["mrd1_right_mm"][0])
    assert table.provenance["not_carried"] == {"mrd1": ["iris_centre"]}
    assert "the landmark scheme has no points for these metrics" in table["reason"][0]
    assert table["status"][0] == "warn"


#: Part moved on one side by so many mm, and the column that shows it.
SHOWN = [
    ("brow_right_mm", -3.0, "brow_height", 0.02),
    ("brow_left_mm", 2.0, "brow_medial_height", 0.02),
    ("mouth_corner_left_mm", -4.0, "commissure_height", 0.02),
    ("mouth_corner_right_mm", 3.0, "commissure_height", 0.02),
    # The smooth curve from canthus to canthus shows a tenth more of a lid that moves as a rigid whole.
    ("upper_lid_left_mm", -2.0, "fissure_height", 0.25),
    ("lower_lid_right_mm", -1.0, "fissure_height", 0.15),
]


@other
@pytest.mark.parametrize(("part", "mm", "name", "within"), SHOWN)
def test_a_known_shift_is_measured_on_its_side(
    scheme: Scheme, part: str, mm: float, name: str, within: float
) -> None:
    rest, moved = (told_in(face(1, **{part: by}), scheme) for by in (0.0, mm))
    known = Scale("ruler", 4.0)
    before, after = (measure(each, scale=known) for each in (rest, moved))
    up = -mm if part.startswith("lower_lid") else mm
    right = up if "_right_" in part else 0.0
    left = 0.0 if "_right_" in part else up
    for side, change in {"right": right, "left": left, "diff": right - left}.items():
        column = f"{name}_{side}_mm"
        assert after[column][0] - before[column][0] == pytest.approx(change, abs=within), column


@other
def test_metrics_mean_the_same_place_as_in_mediapipe(scheme: Scheme) -> None:
    """Heights over the canthi for both, so that pupils don't matter."""
    faces, known = face(1), Scale("ruler", 4.0)
    here, there = measure(told_in(faces, scheme), scale=known), measure(faces, scale=known)
    for name in (
        "fissure_width_right_mm",
        "commissure_excursion_left_mm",
        "canthal_tilt_right_deg",
    ):
        assert here[name][0] == pytest.approx(there[name][0], abs=1e-3)
    for name in ("fissure_height_right_mm", "dental_show_left_mm"):
        assert here[name][0] == pytest.approx(there[name][0], abs=0.2)
    tall = [
        table["upper_lip_height_right_mm"] - table["commissure_height_right_mm"]
        for table in (here, there)
    ]
    assert tall[0][0] == pytest.approx(tall[1][0], abs=0.15)
    assert here["eye_area_right_mm2"][0] == pytest.approx(there["eye_area_right_mm2"][0], rel=0.03)


def test_without_irises_millimetres_go_by_the_canthi_and_are_less_sure() -> None:
    faces = told_in(face(1), DLIB_68)
    table = measure(faces)
    canthi = faces.points[0, list(DLIB_68.pairs["outer_canthus"]), :2]
    apart = float(np.linalg.norm(canthi[0] - canthi[1]))
    assert table["mm_per_px"][0] == pytest.approx(OUTER_CANTHI_MM / apart, rel=5e-3)
    assert "no iris seen" in table["reason"][0]
    assert measure(told_in(face(1), WFLW_98))["reason"][0].startswith(
        "the width of the iris is not known"
    )


def test_pupils_alone_give_a_scale_by_their_distance() -> None:
    faces = told_in(face(1), WFLW_98)
    true = measure(face(1), scale=Scale("ruler", 4.0))
    half = face(1).points[0, list(MEDIAPIPE_478.pairs["iris_centre"]), 0]
    known = float(half[1] - half[0]) / 4
    table = measure(faces, scale=Scale("interpupillary", known))
    assert table["mm_per_px"][0] == pytest.approx(0.25, rel=5e-3)
    assert table["mrd1_right_mm"][0] == pytest.approx(true["mrd1_right_mm"][0], abs=0.1)
    assert table["status"][0] == "ok"


@other
@pytest.mark.parametrize(
    ("yaw", "pitch", "roll"), [(12, 0, 0), (0, 10, 0), (0, 0, 30), (-10, 8, -20)]
)
def test_a_turned_head_measures_as_a_frontal_one(
    scheme: Scheme, yaw: float, pitch: float, roll: float
) -> None:
    frontal, turned = (
        measure(told_in(face(1, brow_right_mm=-3, **pose), scheme))
        for pose in ({}, {"yaw": yaw, "pitch": pitch, "roll": roll})
    )
    for entry in catalogue().values():
        for column in entry.columns:
            # Seen aslant, a point that lies evenly along a jaw lies elsewhere on it.
            bound = {"mm": 0.2, "mm2": 2.0, "deg": 0.3}[entry.unit]
            np.testing.assert_allclose(turned[column], frontal[column], atol=bound, err_msg=column)


# Laws


@other
def test_mirroring_swaps_the_sides(scheme: Scheme) -> None:
    landmarks = told_in(uneven(), scheme)
    straight, mirrored = numbers(measure(landmarks)), numbers(measure(landmarks.mirrored()))
    unsigned = {"pitch_deg", "mm_per_px"} | {
        name for name in straight if name.startswith("asymmetry_")
    }
    assert abs(straight["brow_height_diff_mm"][0]) > 2
    for name, column in straight.items():
        sides = {"_right_": "_left_", "_left_": "_right_"}
        twin = next(
            (name.replace(here, there) for here, there in sides.items() if here in name), None
        )
        expected = mirrored[twin or name] * (1 if twin or name in unsigned else -1)
        np.testing.assert_allclose(column, expected, atol=1e-3, err_msg=name)


@other
@pytest.mark.parametrize(("roll", "size"), [(0, 2.5), (25, 1.0), (-40, 0.6)])
def test_turning_and_scaling_change_nothing(scheme: Scheme, roll: float, size: float) -> None:
    landmarks = told_in(uneven(), scheme)
    landmarks = replace(landmarks, points=landmarks.points.astype(np.float64))
    cos, sin = np.cos(np.radians(roll)) * size, np.sin(np.radians(roll)) * size
    x, y, z = np.moveaxis(landmarks.points, -1, 0)
    turned = np.stack([x * cos + y * sin + 90, y * cos - x * sin - 40, z * size], axis=-1)
    start, end = numbers(measure(landmarks)), numbers(measure(replace(landmarks, points=turned)))
    for name in start.keys() - {"roll_deg", "mm_per_px"}:
        np.testing.assert_allclose(end[name], start[name], atol=1e-8, err_msg=name)


@other
def test_a_batch_gives_the_bits_of_single_photos(scheme: Scheme) -> None:
    landmarks = told_in(uneven(7), scheme)
    landmarks = replace(landmarks, spread=np.full(landmarks.spread.shape, 0.5, np.float32))
    whole = measure(landmarks)
    singles = Measurements.concat(measure(landmarks[i]) for i in range(len(landmarks)))
    for name in whole:
        assert whole[name].tobytes() == singles[name].tobytes(), name
    assert np.isfinite(whole["brow_height_diff_rsd_mm"]).all()


@other
def test_a_missing_point_takes_out_its_contour_alone(scheme: Scheme) -> None:
    landmarks = told_in(face(2), scheme)
    points = landmarks.points.copy()
    points[1, scheme.named[scheme.contours["brow_upper"][2]][0]] = np.nan
    lost = replace(landmarks, points=points)
    whole, table = measure(landmarks), measure(lost)
    assert np.isnan(table["brow_height_right_mm"]).tolist() == [False, True]
    np.testing.assert_array_equal(table["brow_height_left_mm"], whole["brow_height_left_mm"])
    np.testing.assert_array_equal(table["eye_area_right_mm2"], whole["eye_area_right_mm2"])
    assert "partly_measured" in table["flags"][1].split()
    assert "partly_measured" not in table["flags"][0].split()


@other
def test_movements_of_another_scheme(scheme: Scheme) -> None:
    rest, smile = (told_in(face(1, mouth_corner_right_mm=by), scheme) for by in (0, 6))
    table = movement(rest, smile, scale=Scale("ruler", 4.0))
    assert table["commissure_lift_right_mm"][0] == pytest.approx(6, abs=0.05)
    assert table["commissure_lift_left_mm"][0] == pytest.approx(0, abs=0.05)
    assert table.provenance["not_carried"] == {"ala_lift": ["ala"]}
    assert expressions(smile).label.tolist() == ["unknown"]
    assert pooled_scale(told_in(face(1), DLIB_68))[1].code == "canthal_scale"


@other
def test_series_and_overlays_of_another_scheme(scheme: Scheme) -> None:
    drooping = told_in(face(6, brow_right_mm=[0, -1, -2, -3, -3, -3]), scheme)
    dated = replace(drooping, taken=np.array([f"2026-03-0{day}" for day in range(1, 7)]))
    series = asymmetry.Series.from_landmarks(dated)
    assert np.ptp(series.static["brow_height_diff_mm"]) == pytest.approx(3, abs=0.15)
    assert isinstance(series.changes(), list | tuple)
    black = np.zeros((880, 880, 3), np.uint8)
    for overlay in (overlays.Points(), overlays.Contours(), overlays.Guides(), overlays.Heights()):
        assert overlay.annotate(black, dated, 5).any(), overlay


# Real photos and renders


RENDERS = SHARED / "render" / "truth.json"


@pytest.mark.skipif(not RENDERS.is_file(), reason="no renders with a truth")
def test_true_points_of_renders_show_what_was_moved() -> None:
    """68 points, projected from the heads that were drawn, and what moved of them in their own frame."""
    frames = json.loads(RENDERS.read_text())["frames"]
    kept = {name: frame for name, frame in frames.items() if frame_is_plain(name, frame)}
    points = np.array([frame["points68_px"] for frame in kept.values()])
    mm = 10 * np.array([frame["points68_model_cm"] for frame in kept.values()])
    px_per_mm = np.linalg.norm(points[:, 36] - points[:, 45], axis=1) / np.linalg.norm(
        mm[:, 36] - mm[:, 45], axis=1
    )
    depth = -mm[..., 2:] * px_per_mm[:, None, None]
    landmarks = Landmarks.from_points(np.concatenate([points, depth], axis=-1), scheme="dlib68")
    table = measure(landmarks, scale=Scale("ruler", px_per_mm))
    corners = mm[:, 48, 1] - mm[:, 54, 1]
    # A smile and a raised brow move a corner of the eye too, and so the level.
    np.testing.assert_allclose(table["commissure_height_diff_mm"], corners, rtol=0.05, atol=0.4)
    brows = mm[:, [19, 20], 1].mean(axis=1) - mm[:, [23, 24], 1].mean(axis=1)
    assert np.ptp(brows) > 2
    np.testing.assert_allclose(table["brow_height_diff_mm"], brows, rtol=0.05, atol=0.65)
    gaps = mm[:, [37, 38], 1].mean(axis=1) - mm[:, [40, 41], 1].mean(axis=1)
    assert np.corrcoef(table["fissure_height_right_mm"], gaps)[0, 1] > 0.99


def frame_is_plain(name: str, frame: dict[str, Any]) -> bool:
    """Whether a render shows the first head from the front."""
    return name.startswith("id0") and not (frame["yaw"] or frame["pitch"] or frame["roll"])


@pytest.mark.skipif(not (SHARED / "london").is_dir(), reason="no photos of real faces")
@other
def test_real_faces_measure_alike_by_other_points(scheme: Scheme) -> None:
    found = real_faces()
    known = Scale("ruler", 1 / measure(found)["mm_per_px"])
    there, here = measure(found, scale=known), measure(told_in(found, scheme), scale=known)
    for name in ("commissure_height_diff_mm", "brow_height_diff_mm", "fissure_height_diff_mm"):
        np.testing.assert_allclose(here[name], there[name], atol=0.8, err_msg=name)
    assert np.corrcoef(here["brow_height_diff_mm"], there["brow_height_diff_mm"])[0, 1] > 0.8


def real_faces() -> Landmarks:
    """Six people at rest, as MediaPipe reads them plainly."""
    if "found" not in _READ:
        photos = sorted((SHARED / "london").glob("*_neutral.jpg"))[:6]
        with asymmetry.Extractor(method="fast") as extractor:
            _READ["found"] = extractor.extract(photos)
    return _READ["found"]


_READ: dict[str, Landmarks] = {}
