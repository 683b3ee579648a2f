"""dlib's 68 points of a real photo, read from a file, give the numbers worked out from them by hand."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from scipy.interpolate import CubicHermiteSpline

from asymmetry import Landmarks, measure, read_landmarks
from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.scale import OUTER_CANTHI_MM

#: Points of dlib 20.0.1 in scikit-image's portrait (512 px, Eileen Collins, NASA) with the shape predictor
#: of the package face_recognition_models 0.3.0: x and y in whole px, the first one 0.
TOLD = """
179,104 179,116 180,127 181,139 185,151 191,160 200,169 209,176 221,178 232,177 243,171 253,164 260,154
265,144 268,132 270,120 272,108 186,94 192,88 200,87 208,89 216,92 236,93 244,91 252,91 260,92 265,98
225,103 225,111 225,119 225,127 214,131 219,132 224,134 229,133 234,132 195,101 200,98 207,98 212,104
206,104 199,104 238,105 244,101 250,101 255,104 250,107 244,106 201,140 209,139 218,139 223,141 229,140
237,140 245,141 237,151 229,155 222,156 216,155 208,150 204,141 217,143 223,144 229,143 243,142 229,150
223,150 217,150
"""
POINTS = np.array([pair.split(",") for pair in TOLD.split()], dtype=np.float64)
#: Numbers of the points: corners of eyes and mouth, lids and upper lips, right and left, lateral to medial.
OUTER, INNER, CORNER = (36, 45), (39, 42), (48, 54)
UPPER_LID, LOWER_LID = ((36, 37, 38, 39), (45, 44, 43, 42)), ((36, 41, 40, 39), (45, 46, 47, 42))
UPPER_LIP = ((48, 49, 50, 51), (54, 53, 52, 51))
SIDES = ("right", "left")


@pytest.fixture(params=["pts", "csv"])
def read(request: pytest.FixtureRequest, tmp_path: Path) -> Landmarks:
    """The points as dlib's users save them, through our reader."""
    path = tmp_path / f"portrait.{request.param}"
    if request.param == "pts":
        rows = "\n".join(f"{x + 1} {y + 1}" for x, y in POINTS)
        path.write_text(f"version: 1\nn_points: 68\n{{\n{rows}\n}}\n")
    else:
        head = ",".join(f"x_{i},y_{i}" for i in range(68))
        path.write_text(f"{head}\n{','.join(map(str, POINTS.ravel()))}\n")
    return read_landmarks(path, size=(512, 512))


def on_paper() -> FloatArray:
    """The points in mm: x along the line of the outer canthi to the patient's left, y up from it."""
    right, left = POINTS[list(OUTER)]
    along = (left - right) / np.hypot(*(left - right))
    axes = np.array([along, [along[1], -along[0]]])
    return (POINTS - right) @ axes.T * OUTER_CANTHI_MM / np.hypot(*(left - right))


def along(numbers: Sequence[int], share: float) -> FloatArray:
    """The place at a share of a line's length: cubics with the slopes of parabolas through three points."""
    line = on_paper()[list(numbers)]
    done = np.append(0, np.cumsum(np.hypot(*np.diff(line, axis=0).T)))
    curve = CubicHermiteSpline(done, line, np.gradient(line, done, axis=0, edge_order=2))
    return np.asarray(curve(share * done[-1]))


def by_hand() -> dict[str, float]:
    mm, found = on_paper(), {}
    for side, name in enumerate(SIDES):
        outer, inner = mm[OUTER[side]], mm[INNER[side]]
        found[f"fissure_width_{name}_mm"] = float(np.hypot(*(outer - inner)))
        tilt = np.arctan2(outer[1] - inner[1], abs(outer[0] - inner[0]))
        found[f"canthal_tilt_{name}_deg"] = float(np.degrees(tilt))
        # The middle of a lid lies at half of its length, as the canonical face has it.
        upper, lower = along(UPPER_LID[side], 0.511), along(LOWER_LID[side], 0.514)
        found[f"fissure_height_{name}_mm"] = float(upper[1] - lower[1])
    heights = [mm[corner][1] for corner in CORNER]
    found["commissure_height_diff_mm"] = float(heights[0] - heights[1])
    lips = [(along(lip, 0.321)[1] + along(lip, 0.539)[1]) / 2 for lip in UPPER_LIP]
    found["upper_lip_height_diff_mm"] = float(lips[0] - lips[1])
    width = mm[CORNER[1]][0] - mm[CORNER[0]][0]
    found["mouth_cant_deg"] = float(np.degrees(np.arctan2(heights[0] - heights[1], width)))
    return found


def test_numbers_are_those_on_paper(read: Landmarks) -> None:
    table = measure(read)
    assert {name: float(table[name][0]) for name in by_hand()} == pytest.approx(by_hand(), abs=2e-3)


def test_metrics_without_their_points_are_not_measured(read: Landmarks) -> None:
    """There are no irises in these 68 points, and no sides of the nose's wings."""
    table = measure(read)
    for name in ("mrd1_right_mm", "mrd2_left_mm", "ala_height_diff_mm"):
        assert np.isnan(table[name][0])


def test_dlib_reads_these_points(astronaut: Pixels) -> None:
    dlib = pytest.importorskip("dlib", reason="dlib is not installed")
    package = importlib.util.find_spec("face_recognition_models")
    if package is None:
        pytest.skip("face_recognition_models, which has the predictor, is not installed")
    (folder,) = package.submodule_search_locations or ()
    predictor = Path(folder, "models", "shape_predictor_68_face_landmarks.dat")
    (found,) = dlib.get_frontal_face_detector()(astronaut, 0)
    shape = dlib.shape_predictor(str(predictor))(astronaut, found)
    read = np.array([(point.x, point.y) for point in shape.parts()])
    assert np.abs(read - POINTS).max() <= 2
