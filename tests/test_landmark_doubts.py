"""Points of other programs: their sides, photos and faults are told, and what is written is read again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import asymmetry
from asymmetry import (
    LandmarkFormat,
    Landmarks,
    Note,
    measure,
    read_landmarks,
    write_landmarks,
)
from asymmetry.cli import main
from asymmetry.core.schemes import DLIB_68, DLIB_78, MEDIAPIPE_478, WFLW_98, Scheme
from asymmetry.errors import InvalidInputError
from asymmetry.landmark_files import FoundFaces, unregister_landmark_format
from asymmetry.synthetic import face
from benchmarks.fidelity.photos import SHARED
from tests.landmark_faces import assert_same_numbers, drooping, flipped, pixels, written
from tests.schemes import told_in

# Sides


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


# Files that are no landmark files


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
        ("x_0,y_0\n1,two\n", "'two' stands where a number has to be"),
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


def test_y_that_runs_up_needs_a_photo_s_size_to_be_written_too(tmp_path: Path) -> None:
    true = drooping(DLIB_68)
    write_landmarks(true, tmp_path / "a.pts")
    unknown = read_landmarks(tmp_path / "a.pts")
    with pytest.raises(
        InvalidInputError, match=r"y runs up in it, and the size of a is not known.* size="
    ):
        write_landmarks(unknown, tmp_path / "a.tps")
    assert not (tmp_path / "a.tps").exists()
    known = read_landmarks(tmp_path / "a.pts", size=true.size)
    again = read_landmarks(write_landmarks(known, tmp_path / "a.tps"), size=true.size)
    np.testing.assert_allclose(again.points[..., :2], true.points[..., :2], atol=1e-3)


def test_emotrics_is_written_in_whole_pixels(tmp_path: Path) -> None:
    true = drooping(DLIB_78)
    read = read_landmarks(write_landmarks(true, tmp_path / "a.txt"))
    np.testing.assert_allclose(read.points[..., :2], true.points[..., :2], atol=1.01)
    assert_same_numbers(read, true, within=0.4)
    with pytest.raises(InvalidInputError, match="Emotrics has the points of dlib78"):
        write_landmarks(drooping(DLIB_68), tmp_path / "b.txt")


@pytest.mark.parametrize("suffix", [".csv", ".json", ".tps"])
def test_a_photo_without_any_point_has_no_face(tmp_path: Path, suffix: str) -> None:
    two = Landmarks.concat(
        [drooping(DLIB_68), Landmarks.blank(["b"], status="no_face", scheme="dlib68")]
    )
    read = read_landmarks(write_landmarks(two, tmp_path / f"a{suffix}"), size=[[880, 880]] * 2)
    assert read.status.tolist() == ["ok", "no_face"]
    assert Note("no_face_in_file") in read.notes[1]
    assert measure(read)["status"].tolist()[1] == "no_face"


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


# The command


def test_convert_reads_several_and_writes_one(tmp_path: Path) -> None:
    one, two = (write_landmarks(drooping(DLIB_68), tmp_path / name) for name in ("a.pts", "b.tem"))
    made, scores = tmp_path / "both.csv", tmp_path / "scores.csv"
    arguments = ["convert", str(one), str(two), str(made), "--scores", str(scores)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == ["2 × 68 points (dlib68)", str(made), str(scores)]
    assert read_landmarks(made).photo.tolist() == ["a", "b"]
    assert asymmetry.Measurements.from_csv(scores)["commissure_height_diff_mm"][0] < -3


def test_convert_says_what_settles_a_doubt(tmp_path: Path) -> None:
    lines = [f"{x},{y}" for x, y in flipped(drooping(DLIB_68))[0, :, :2].tolist()]
    path, made = written(tmp_path, "a.csv", ["x,y", *lines]), tmp_path / "b.csv"
    refused = CliRunner().invoke(main, ["convert", str(path), str(made)])
    assert (refused.exit_code, made.exists()) == (1, False)
    assert "exchanged='numbers'" in refused.stderr
    settled = ["convert", str(path), str(made), "--exchanged", "photo", "--size", "880x900"]
    assert CliRunner().invoke(main, settled).exit_code == 0
    assert CliRunner().invoke(main, [*settled[:-1], "wide"]).exit_code == 2
