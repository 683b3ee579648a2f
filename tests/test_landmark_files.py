"""Points of other programs: each format's own conventions, by hand, and what can't be told is refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from asymmetry import Extractor, measure, read_landmarks
from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.schemes import DLIB_68, DLIB_78, MEDIAPIPE_478, WEBMORPH_189, WFLW_98
from asymmetry.errors import InvalidInputError
from asymmetry.synthetic import face
from tests.landmark_faces import assert_same_numbers, drooping, pixels, whole, written
from tests.schemes import told_in

# Each format as its program writes it


def test_pts_counts_pixels_from_1(tmp_path: Path) -> None:
    points = pixels(drooping(DLIB_68))
    lines = ["version: 1", "n_points:  68", "{", *(f"{x + 0.5} {y + 0.5}" for x, y in points), "}"]
    read = read_landmarks(written(tmp_path, "a.pts", lines))
    np.testing.assert_allclose(read.points[0, :, :2], points, atol=1e-3)
    assert (read.scheme, read.photo.tolist()) == ("dlib68", ["a"])
    assert read.provenance["read_from"] == "iBUG pts"
    assert_same_numbers(read, drooping(DLIB_68))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("title", ["# Facial Landmarks [x,y] { ", "# 68 Facial Landmarks [x,y] {"])
def test_emotrics_has_circles_for_irises(tmp_path: Path, end: str, title: str) -> None:
    points = np.round(np.array(pixels(drooping(DLIB_78))[:68])).astype(int)
    lines = [
        "# File name { ",
        "a.jpg",
        "# } ",
        title,
        *(f"{x},{y}" for x, y in points.tolist()),
    ]
    lines += ["# } ", "# Left iris [x,y,r] { ", "560", "398", "23", "# } "]
    lines += ["# Right iris [x,y,r] { ", "320", "401", "-1", "# } "]
    lines += ["# Face bounding Box [top(x), left(y), width, height] { ", "1", "2", "3", "4", "# }"]
    path = tmp_path / "a.txt"
    path.write_bytes(end.join(lines).encode())
    read = read_landmarks(path)
    assert (read.scheme, read.photo[0]) == ("dlib78", "a.jpg")
    np.testing.assert_allclose(read.points[0, :68, :2], points + 0.5)
    # Left: the patient's. Its medial end lies towards the middle, on the image's left.
    assert read.point("iris_centre", "left")[0, :2].tolist() == [560.5, 398.5]
    assert read.point("iris_medial", "left")[0, :2].tolist() == [537.5, 398.5]
    assert read.point("iris_top", "left")[0, :2].tolist() == [560.5, 375.5]
    assert np.isnan(read.point("iris_centre", "right")).all()  # a negative radius is a closed eye


def test_emotrics_plus_has_numbers_and_folds_behind(tmp_path: Path) -> None:
    points = np.round(np.array(pixels(drooping(DLIB_78))[:68])).astype(int)
    numbered = [f"{x},{y},{i}" for i, (x, y) in enumerate(points.tolist(), 1)]
    folds = [f"10,20,{i}" for i in range(69, 77)]
    lines = ["# Facial Landmarks [x,y] {", *numbered, *folds, "# }"]
    read = read_landmarks(written(tmp_path, "plus.txt", lines))
    np.testing.assert_allclose(read.points[0, :68, :2], points + 0.5)


def openface(points: FloatArray, mm: FloatArray, angles: Sequence[float], head: str) -> list[str]:
    axes = [f"{axis}_{i}" for axis in "xyXYZ" for i in range(68)]
    values = [*points[:, 0], *points[:, 1], *mm.T.ravel()]
    before = {"face": ["0", "0.95"], "frame": ["1", "0", "0.0", "0.98", "1"]}[head]
    heads = {
        "face": ["face", "confidence"],
        "frame": "frame face_id timestamp confidence success".split(),
    }
    names = [*heads[head], "pose_Rx", "pose_Ry", "pose_Rz", *axes]
    return [", ".join(names), ", ".join([*before, *map(str, angles), *map(str, values)])]


@pytest.mark.parametrize("head", ["face", "frame"])
def test_openface_has_depth_and_pose(tmp_path: Path, head: str) -> None:
    """The head looks down and to the patient's right: both angles are positive there."""
    true = whole(told_in(face(1, mouth_corner_right_mm=-4, yaw=-8, pitch=6), DLIB_68))
    points = true.points[0].astype(float)
    mm = (points - points.mean(axis=0)) / 4 + [0, 0, 1000]
    angles = np.radians([6.0, 8.0, 0.0]).tolist()
    path = written(tmp_path, "a.csv", openface(points - [0.5, 0.5, 0], mm, angles, head))
    read = read_landmarks(path)
    np.testing.assert_allclose(read.pose[0], true.pose[0], atol=0.01)
    assert_same_numbers(read, true, within=0.05)
    assert "frontal_assumed" not in measure(read)["flags"][0]


def test_openface_frames_without_a_face_have_a_row(tmp_path: Path) -> None:
    points = np.array(pixels(drooping(DLIB_68)))
    mm = np.concatenate([points, np.zeros((68, 1))], axis=1)
    heads, good = openface(points, mm, [0, 0, 0], "frame")
    bad = good.replace("0.98, 1,", "0.02, 0,", 1)
    read = read_landmarks(written(tmp_path, "clip.csv", [heads, good, bad]))
    assert read.status.tolist() == ["ok", "no_face"]
    assert np.isnan(read.points[1]).all()
    assert measure(read)["flags"][1] == "no_face_in_file"


def test_wflw_lists_faces_by_line(tmp_path: Path) -> None:
    flat = [value for point in pixels(drooping(WFLW_98)) for value in point]
    line = " ".join(
        map(str, [*flat, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, "37--Soccer/a b.jpg".replace(" ", "_")])
    )
    read = read_landmarks(written(tmp_path, "list.txt", [line, line]))
    assert (len(read), read.scheme, read.photo[1]) == (2, "wflw98", "37--Soccer/a_b.jpg")
    assert_same_numbers(read[0], drooping(WFLW_98))


def test_tps_runs_up_from_the_lower_edge(tmp_path: Path) -> None:
    true = drooping(DLIB_68)
    lines = [
        "LM=68",
        *(f"{x} {900 - y}" for x, y in pixels(true)),
        "IMAGE=a.jpg",
        "ID=0",
        "SCALE=0.25",
    ]
    path = written(tmp_path, "two.tps", [*lines, *lines])
    read = read_landmarks(path, size=(880, 900))
    assert read.photo.tolist() == ["a.jpg", "a.jpg"]
    np.testing.assert_allclose(read.points[1, :, :2], pixels(true), atol=1e-3)
    with pytest.raises(InvalidInputError, match=r"two\.tps: its y runs up .*size=.*photo="):
        read_landmarks(path)
    Image.new("RGB", (880, 900)).save(tmp_path / "a.jpg")
    np.testing.assert_array_equal(
        read_landmarks(path).points, read.points
    )  # it lies beside the file
    down = written(tmp_path, "down.tps", ["LM=68", *(f"{x} {y}" for x, y in pixels(true))])
    np.testing.assert_allclose(
        read_landmarks(down, upwards=False).points[0, :, :2], pixels(true), atol=1e-3
    )


def test_tem_has_points_and_then_lines(tmp_path: Path) -> None:
    true = drooping(WEBMORPH_189)
    lines = ["189", *(f"{x}\t{y}" for x, y in pixels(true)), "1", "0", "4", "18 19 20 21"]
    assert_same_numbers(read_landmarks(written(tmp_path, "a.tem", lines)), true)
    eyes = [[320, 400], [560, 400]]
    seventy = ["70", *(f"{x}\t{y}" for x, y in eyes + pixels(drooping(DLIB_68)))]
    read = read_landmarks(written(tmp_path, "dlib70.tem", seventy))
    assert read.scheme == "dlib68"  # the first two are the eyes' middles, no pupils
    assert_same_numbers(read, drooping(DLIB_68))


def test_a_column_for_each_coordinate_or_a_row_for_each_point(tmp_path: Path) -> None:
    true = drooping(DLIB_68)
    heads = [f"x{i}" for i in range(1, 69)] + [f"y{i}" for i in range(1, 69)]
    row = ["b.jpg", *np.array(pixels(true)).T.ravel().tolist()]
    wide = written(tmp_path, "wide.csv", [";".join(["Image", *heads]), ";".join(map(str, row))])
    read = read_landmarks(wide)
    assert read.photo.tolist() == ["b.jpg"]
    assert_same_numbers(read, true)
    long = written(tmp_path, "long.csv", ["x,y,z", *(f"{x},{y},0" for x, y in pixels(true))])
    assert_same_numbers(read_landmarks(long), true)
    assert measure(read)["flags"][0].split()[:1] == ["frontal_assumed"]


def test_the_51_points_within_a_face_are_the_68_without_the_jaw(tmp_path: Path) -> None:
    points = pixels(drooping(DLIB_68))[17:]
    read = read_landmarks(written(tmp_path, "a.csv", ["x,y", *(f"{x},{y}" for x, y in points)]))
    assert np.isnan(read.points[0, :17]).all()
    assert_same_numbers(read, drooping(DLIB_68))


# MediaPipe


def spellings(points: FloatArray, size: tuple[int, int]) -> dict[str, Any]:
    shares = points / [size[0], size[1], size[0]]
    named = [dict(zip("xyz", point, strict=True)) for point in shares.tolist()]
    return {
        "web": {"faceLandmarks": [named], "faceBlendshapes": []},
        "python": {"face_landmarks": [named]},
        "mesh": {"multiFaceLandmarks": [named]},
        "protobuf": {"multi_face_landmarks": [{"landmark": named}]},
        "bare": shares.tolist(),
        "px": {"landmarks": points.tolist()},
    }


@pytest.mark.parametrize("spelling", ["web", "python", "mesh", "protobuf", "bare", "px"])
def test_json_of_mediapipe(tmp_path: Path, spelling: str) -> None:
    true = face(1, mouth_corner_right_mm=-4, yaw=10)
    data = spellings(true.points[0].astype(float), (880, 900))[spelling]
    path = written(tmp_path, "a.json", [json.dumps(data)])
    read = read_landmarks(path, size=(880, 900))
    np.testing.assert_allclose(read.points, true.points, atol=1e-3)
    np.testing.assert_allclose(read.pose, true.pose, atol=0.03)  # found by the points
    if spelling != "px":
        with pytest.raises(
            InvalidInputError, match=r"a\.json: points have to be in pixels.*photo="
        ):
            read_landmarks(path)


def test_a_result_of_mediapipe_is_the_plain_method(astronaut: Pixels) -> None:
    with Extractor(method="plain") as extractor:
        true = extractor.extract([astronaut])
    width, height = true.size[0].tolist()
    shares = true.points[0] / [width, height, width]
    points = [SimpleNamespace(x=float(x), y=float(y), z=float(z)) for x, y, z in shares]
    weights = [
        SimpleNamespace(category_name=name, score=float(score))
        for name, score in zip(MEDIAPIPE_478.expressions, true.blendshapes[0], strict=True)
    ]
    result = SimpleNamespace(face_landmarks=[points], face_blendshapes=[weights])
    read = read_landmarks(result, size=(width, height))
    np.testing.assert_allclose(read.blendshapes, true.blendshapes, atol=1e-6)
    found, known = measure(read, sd=False), measure(true, sd=False)
    for name in (each for each in known if each.endswith(("_mm", "_deg"))):
        np.testing.assert_allclose(found[name], known[name], atol=2e-3, err_msg=name)


def test_no_face_and_several_are_told(tmp_path: Path) -> None:
    none = read_landmarks(written(tmp_path, "none.json", ['{"faceLandmarks": []}']))
    assert (none.status[0], measure(none)["flags"][0]) == ("no_face", "no_face_in_file")
    one = face(1).points[0].tolist()
    two = written(tmp_path, "two.json", [json.dumps({"faceLandmarks": [one, one]})])
    assert read_landmarks(two).status[0] == "several_faces"
