"""Points of other programs: each format's own conventions, by hand, and what can't be told is refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

import asymmetry
from asymmetry import Extractor, LandmarkFormat, Landmarks, measure, read_landmarks, write_landmarks
from asymmetry.core.schemes import DLIB_68, DLIB_78, MEDIAPIPE_478, WEBMORPH_189, WFLW_98, Scheme
from asymmetry.errors import InvalidInputError
from asymmetry.landmark_files import FoundFaces, unregister_landmark_format
from asymmetry.synthetic import face
from benchmarks.fidelity.photos import SHARED
from tests.schemes import told_in

FloatArray = npt.NDArray[np.float64]


def drooping(scheme: Scheme) -> Landmarks:
    """A face without depth whose right corner of the mouth hangs by 4 mm, and left brow by 3."""
    made = whole(told_in(face(1, mouth_corner_right_mm=-4, brow_left_mm=-3), scheme))
    return replace(made, points=made.points * np.float32([1, 1, 0]))


def whole(made: Landmarks) -> Landmarks:
    """The same with points that no metric reads, which `told_in` has no place for, below the nose."""
    below = made.point("subnasale")[:, None]
    return replace(made, points=np.where(np.isnan(made.points), below, made.points))


def pixels(landmarks: Landmarks) -> list[list[float]]:
    return landmarks.points[0, :, :2].astype(float).tolist()


def written(folder: Path, name: str, lines: Sequence[object]) -> Path:
    path = folder / name
    path.write_text("\n".join(map(str, lines)) + "\n", encoding="utf-8")
    return path


def assert_same_numbers(read: Landmarks, true: Landmarks, within: float = 1e-3) -> None:
    found, known = measure(read, sd=False), measure(true, sd=False)
    for name in ("commissure_height_diff_mm", "brow_height_diff_mm", "fissure_height_right_mm"):
        np.testing.assert_allclose(found[name], known[name], atol=within, err_msg=name)
    assert known["commissure_height_diff_mm"][0] < -3


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


def test_a_result_of_mediapipe_is_the_plain_method(astronaut: npt.NDArray[np.uint8]) -> None:
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


# Sides


def flipped(landmarks: Landmarks) -> FloatArray:
    """x counted from the right edge, and each number as it was."""
    points = landmarks.points.astype(np.float64)
    return points * [-1, 1, 1] + [int(landmarks.size[0, 0]), 0, 0]


def test_exchanged_sides_are_told_and_settled(tmp_path: Path) -> None:
    true = drooping(DLIB_68)
    lines = [f"{x},{y}" for x, y in flipped(true)[0, :, :2].tolist()]
    path = written(tmp_path, "a.csv", ["x,y", *lines])
    with pytest.raises(InvalidInputError, match=r"a\.csv: .*exchanged.*'numbers'.*'photo'"):
        read_landmarks(path)
    size = true.size[0].tolist()
    photo = read_landmarks(path, exchanged="photo", size=size)  # the sides' names are right
    np.testing.assert_allclose(photo.points[..., :2], true.points[..., :2], atol=1e-3)
    other = measure(read_landmarks(path, exchanged="numbers", size=size))  # the photo is right
    assert other["commissure_height_diff_mm"][0] == pytest.approx(
        -measure(true)["commissure_height_diff_mm"][0], abs=1e-2
    )


def test_a_mirrored_photo_gives_the_other_side(tmp_path: Path) -> None:
    true = drooping(DLIB_68)
    seen = true.mirrored()  # as a network finds it in the mirrored photo
    path = write_landmarks(replace(seen, pose=true.pose), tmp_path / "a.csv")
    assert_same_numbers(read_landmarks(path, mirrored=True), true)
    with pytest.raises(InvalidInputError, match="exchanged"):
        read_landmarks(path, exchanged="numbers")


def test_y_that_runs_up_is_told(tmp_path: Path) -> None:
    true = drooping(DLIB_68)
    lines = ["x,y", *(f"{x},{900 - y}" for x, y in pixels(true))]
    path = written(tmp_path, "a.csv", lines)
    with pytest.raises(
        InvalidInputError, match=r"a\.csv: .*mouth lies above the eyes.*upwards=True"
    ):
        read_landmarks(path)
    assert_same_numbers(read_landmarks(path, upwards=True, size=(880, 900)), true)


# Photos


def test_the_photo_beside_the_file_gives_its_upright_size(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (900, 880)).save(tmp_path / "a.jpg", exif=exif)
    path = written(tmp_path, "a.csv", ["x,y", *(f"{x},{y}" for x, y in pixels(drooping(DLIB_68)))])
    read = read_landmarks(path)
    assert (read.size.tolist(), read.photo.tolist()) == ([[880, 900]], ["a.jpg"])
    Image.new("RGB", (90, 90)).save(tmp_path / "small.jpg")
    with pytest.raises(InvalidInputError, match="outside of the photo, which is 90 × 90"):
        read_landmarks(path, photo=tmp_path / "small.jpg")
    with pytest.raises(InvalidInputError, match="can't be read as a photo"):
        read_landmarks(path, photo=path)
    with pytest.raises(InvalidInputError, match="1 faces, and 2 photos"):
        read_landmarks(path, photo=[tmp_path / "a.jpg"] * 2)


# What is no landmark file


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it is empty"),
        ("hello", "not a landmark file that is known"),
        ("version: 1\nn_points: 68\n{\n1 2\n", "68 points are announced, and 1 are there"),
        (
            "version: 1\nn_points: 2\n{\n1 2\n3 4\n}\n",
            "no landmark scheme that is known has 2 points",
        ),
        ("LM=3\n1 2\n3 4\n", "a face of 3 points has 2"),
        ("70\n1 2\n3 4\n", "70 points are announced, 2 are there"),
        ("x_0,y_0,x_2,y_2\n1,2,3,4\n", "have a gap"),
        ("x_0,y_0\n1\n", "line 2 has not as many cells"),
        ("x_0,y_0\n1,two\n", "could not convert"),
        ('{"a": 1}', "none of the entries"),
        ('{"landmarks": [{"x": 1}]}', "not a whole JSON file"),
        ("{", "not a whole JSON file"),
        ("# Facial Landmarks [x,y] {\n1,2\n# }\n", "it has 1 points, and Emotrics has 68"),
    ],
)
def test_what_is_none_is_refused_by_name(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "odd.txt"
    path.write_text(text)
    with pytest.raises(InvalidInputError, match=message) as error:
        read_landmarks(path)
    assert str(error.value).startswith(str(path))


def test_other_kinds_of_files(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    with pytest.raises(InvalidInputError, match=r"a\.jpg: not a text file"):
        read_landmarks(tmp_path / "a.jpg")
    with pytest.raises(InvalidInputError, match="no such file"):
        read_landmarks(tmp_path / "b.pts")
    with pytest.raises(InvalidInputError, match="a path or a result of MediaPipe, not int"):
        read_landmarks(3)


# Out, and in again


@pytest.mark.parametrize("suffix", [".csv", ".json", ".tps", ".npz", ".pts", ".tem"])
@pytest.mark.parametrize("scheme", [DLIB_68, WFLW_98, MEDIAPIPE_478], ids=lambda each: each.name)
def test_what_is_written_is_read_again(tmp_path: Path, suffix: str, scheme: Scheme) -> None:
    true = (
        told_in(face(1, mouth_corner_right_mm=-4), scheme)
        if scheme is not MEDIAPIPE_478
        else face(1)
    )
    read = read_landmarks(write_landmarks(true, tmp_path / f"a{suffix}"), size=true.size)
    within = 0 if suffix in (".csv", ".json", ".npz") else 1e-4
    assert read.scheme == scheme.name
    np.testing.assert_allclose(read.points[..., :2], true.points[..., :2], atol=within)
    if within == 0:
        np.testing.assert_array_equal(read.points, true.points)
        np.testing.assert_array_equal(read.pose, true.pose)
        assert read.photo.tolist() == true.photo.tolist()


def test_emotrics_is_written_in_whole_pixels(tmp_path: Path) -> None:
    true = drooping(DLIB_78)
    read = read_landmarks(write_landmarks(true, tmp_path / "a.txt"))
    np.testing.assert_allclose(read.points[..., :2], true.points[..., :2], atol=1.01)
    assert_same_numbers(read, true, within=0.4)
    with pytest.raises(InvalidInputError, match="Emotrics has the points of dlib78"):
        write_landmarks(drooping(DLIB_68), tmp_path / "b.txt")


def test_several_photos_need_a_format_for_them(tmp_path: Path) -> None:
    two = Landmarks.concat(
        [drooping(DLIB_68), Landmarks.blank(["b"], status="no_face", scheme="dlib68")]
    )
    with pytest.raises(InvalidInputError, match="holds one photo, and these are 2"):
        write_landmarks(two, tmp_path / "a.pts")
    with pytest.raises(InvalidInputError, match=r"written to \.csv, \.json, .*\.npz"):
        write_landmarks(two, tmp_path / "a.doc")
    assert not list(tmp_path.iterdir())
    read = read_landmarks(write_landmarks(two, tmp_path / "a.csv"))
    assert np.isnan(read.points[1]).all()
    np.testing.assert_array_equal(read.points[0], two.points[0])


def test_a_format_of_ones_own_in_a_few_lines(tmp_path: Path) -> None:
    def read(text: str, scheme: str) -> FoundFaces:
        points = np.array([line.split("|") for line in text.splitlines()[1:]], dtype=float)
        return FoundFaces(points=points[None], scheme=scheme or "dlib68")

    asymmetry.register_landmark_format(
        LandmarkFormat("piped", (".pip",), lambda text: text.startswith("piped"), read)
    )
    try:
        path = written(
            tmp_path, "a.pip", ["piped", *(f"{x}|{y}" for x, y in pixels(drooping(DLIB_68)))]
        )
        assert_same_numbers(read_landmarks(path), drooping(DLIB_68))
    finally:
        unregister_landmark_format("piped")


@pytest.mark.skipif(not (SHARED / "london").is_dir(), reason="no photos with templates")
def test_templates_of_real_faces_measure_as_their_hands_placed_them() -> None:
    """Heights of 77 people by their own 189 points, against the same by hand from numbers of points."""
    paths = sorted((SHARED / "london").glob("*.tem"))
    read = Landmarks.concat([read_landmarks(path) for path in paths])
    assert (read.scheme, read.photo[0]) == ("webmorph189", paths[0].with_suffix(".jpg").name)
    assert read.size[0].tolist() == [1350, 1350]
    table = measure(read, sd=False)
    points = read.points.astype(np.float64)
    right, left = points[:, 0, :2], points[:, 1, :2]
    along = (left - right) / np.linalg.norm(left - right, axis=1)[:, None]
    up = np.stack([along[:, 1], -along[:, 0]], axis=1)
    corners = ((points[:, 87, :2] - points[:, 93, :2]) * up).sum(axis=1) * table["mm_per_px"]
    np.testing.assert_allclose(table["commissure_height_diff_mm"], corners, atol=0.8)
    assert np.corrcoef(table["commissure_height_diff_mm"], corners)[0, 1] > 0.9
    assert np.abs(table["mrd1_right_mm"] - 3).max() < 2.5
