"""Landmark files as they come from spreadsheets and other programs: awkward, but with the same points."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from asymmetry import measure, read_landmarks
from asymmetry.core.schemes import DLIB_68, DLIB_78, WEBMORPH_189
from asymmetry.errors import InvalidInputError
from asymmetry.synthetic import face
from tests.landmark_faces import assert_same_numbers, drooping, pixels, written

#: A point that brows and lids don't need: the right corner of the mouth.
CORNER = 48
SIZE = (880, 900)


def pts(points: Sequence[Sequence[Any]]) -> list[str]:
    return ["version: 1", "n_points:  68", "{", *(f"{x} {y}" for x, y in points), "}"]


def tps(points: Sequence[Sequence[Any]]) -> list[str]:
    lines = [f"{x} {y if isinstance(y, str) or y == -1 else 900 - y}" for x, y in points]
    return ["LM=68", *lines, "IMAGE=a.jpg", "ID=0"]


def wide(points: Sequence[Sequence[Any]]) -> list[str]:
    heads = [f"{axis}{i}" for axis in "xy" for i in range(1, 69)]
    return [",".join(heads), ",".join(str(point[i]) for i in range(2) for point in points)]


def long(points: Sequence[Sequence[Any]]) -> list[str]:
    return ["landmark,X,Y", *(f"{i},{x},{y}" for i, (x, y) in enumerate(points))]


def openface(points: Sequence[Sequence[Any]]) -> list[str]:
    heads = [f"{axis}_{i}" for axis in "xyXYZ" for i in range(68)]
    x, y = ([str(point[i]) for point in points] for i in range(2))
    depths = ["0"] * 68
    return [
        ", ".join(["face", "confidence", *heads]),
        ", ".join(["0", "0.9", *x, *y, *x, *y, *depths]),
    ]


FORMS = {"pts": pts, "tps": tps, "csv": wide, "tsv": long, "openface.csv": openface}
Form = Callable[[Sequence[Sequence[Any]]], list[str]]


@pytest.mark.parametrize("suffix", FORMS)
def test_a_byte_order_mark_and_any_line_ends_are_read(suffix: str, tmp_path: Path) -> None:
    true = drooping(DLIB_68)
    path = tmp_path / f"a.{suffix}"
    path.write_bytes("\r\n".join(FORMS[suffix](pixels(true))).encode("utf-8-sig"))
    assert_same_numbers(read_landmarks(path, size=SIZE), true)


@pytest.mark.parametrize("missing", ["NaN", "NA", "-1"])
@pytest.mark.parametrize("suffix", FORMS)
def test_a_point_that_was_not_placed_is_nan(suffix: str, missing: str, tmp_path: Path) -> None:
    true = drooping(DLIB_68)
    points: list[Any] = pixels(true)
    points[CORNER] = [missing, -1 if missing == "-1" else missing]
    read = read_landmarks(written(tmp_path, f"a.{suffix}", FORMS[suffix](points)), size=SIZE)
    assert np.flatnonzero(np.isnan(read.points[0, :, 0])).tolist() == [CORNER]
    found, known = measure(read), measure(true)
    assert np.isnan(found["commissure_height_diff_mm"][0])
    assert found["brow_height_diff_mm"][0] == pytest.approx(
        known["brow_height_diff_mm"][0], abs=1e-3
    )


def test_a_point_in_the_corner_of_the_photo_was_not_placed(tmp_path: Path) -> None:
    points = pixels(drooping(DLIB_68))
    points[CORNER] = [0, 0]
    assert np.isnan(
        read_landmarks(written(tmp_path, "a.csv", long(points))).points[0, CORNER]
    ).all()


@pytest.mark.parametrize("suffix", ["csv", "tsv", "openface.csv"])
def test_semicolons_leave_commas_for_decimals(suffix: str, tmp_path: Path) -> None:
    true = drooping(DLIB_68)
    lines = FORMS[suffix](pixels(true))
    shown = [line.replace(", ", ",").replace(",", ";").replace(".", ",") for line in lines]
    assert_same_numbers(read_landmarks(written(tmp_path, f"a.{suffix}", shown)), true)


@pytest.mark.parametrize("suffix", ["pts", "tps"])
def test_spaces_leave_commas_for_decimals(suffix: str, tmp_path: Path) -> None:
    true = drooping(DLIB_68)
    shown = [
        line if "=" in line else line.replace(".", ",") for line in FORMS[suffix](pixels(true))
    ]
    assert_same_numbers(read_landmarks(written(tmp_path, f"a.{suffix}", shown), size=SIZE), true)


def test_a_template_has_decimal_commas_too(tmp_path: Path) -> None:
    true = drooping(WEBMORPH_189)
    lines = ["189", *(f"{x}\t{y}".replace(".", ",") for x, y in pixels(true)), "0"]
    assert_same_numbers(read_landmarks(written(tmp_path, "a.tem", lines)), true)


def test_photos_that_are_listed_and_not_yet_marked_have_a_row(tmp_path: Path) -> None:
    lines = ["LM=0", "IMAGE=b.jpg", "ID=0", *tps(pixels(drooping(DLIB_68)))]
    read = read_landmarks(written(tmp_path, "a.tps", lines), size=SIZE)
    assert read.status.tolist() == ["no_face", "ok"]
    assert_same_numbers(read[1], drooping(DLIB_68))


def results(count: int) -> list[dict[str, Any]]:
    points = face(1, mouth_corner_right_mm=-4).points[0].astype(float) / [880, 900, 880]
    named = [dict(zip("xyz", point, strict=True)) for point in points.tolist()]
    return [{"faceLandmarks": [list(named)]} for _ in range(count)]


def test_a_list_of_results_is_a_row_each(tmp_path: Path) -> None:
    text = json.dumps([*results(2), {"faceLandmarks": []}])
    read = read_landmarks(written(tmp_path, "a.json", [text]), size=SIZE)
    assert read.status.tolist() == ["ok", "ok", "no_face"]
    np.testing.assert_array_equal(read.points[0], read.points[1])


def test_a_point_that_is_null_was_not_placed(tmp_path: Path) -> None:
    (result,) = results(1)
    result["faceLandmarks"][0][61] = None
    read = read_landmarks(written(tmp_path, "a.json", [json.dumps(result)]), size=SIZE)
    assert np.flatnonzero(np.isnan(read.points[0, :, 0])).tolist() == [61]


def test_irises_by_the_viewers_sides_are_refused(tmp_path: Path) -> None:
    """Whoever calls the iris on the photo's left the left one."""
    points = np.round(pixels(drooping(DLIB_78))[:68]).astype(int).tolist()
    lines = ["# Facial Landmarks [x,y] {", *(f"{x},{y}" for x, y in points), "# }"]
    lines += ["# Left iris [x,y,r] {", "320", "398", "23", "# }"]
    lines += ["# Right iris [x,y,r] {", "560", "398", "23", "# }"]
    with pytest.raises(InvalidInputError, match=r"a\.txt: the right iris lies on the left .* own"):
        read_landmarks(written(tmp_path, "a.txt", lines))


@pytest.mark.parametrize(
    ("lines", "encoding", "told"),
    [
        (wide(pixels(drooping(DLIB_68)))[1:], "utf-8", "first line has to name its columns"),
        (pts(pixels(drooping(DLIB_68)))[3:], "utf-8", "begins with its version"),
        (long(pixels(drooping(DLIB_68))), "utf-16", "spreadsheets save one as 'CSV UTF-8'"),
        (["x,y", *long(pixels(drooping(DLIB_68)))], "utf-8", "not as many cells"),
        (long(pixels(drooping(DLIB_68)) * 2), "utf-8", "as 2 faces of 68 would: give each face"),
        (wide(pixels(drooping(DLIB_68))) * 2, "utf-8", "'x1' stands where a number has to be"),
        (["LM=68", *["1 2 3 4"] * 68], "utf-8", "two numbers, x and y, or three"),
        (["LM=0", "IMAGE=a.jpg"], "utf-8", "none has any"),
        (["x,y", '"1,234",5'], "utf-8", "'1,234' stands where"),  # perhaps of thousands
    ],
)
def test_a_file_that_can_not_be_read_says_how_to_mend_it(
    lines: list[str], encoding: str, told: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("\n".join(lines).encode(encoding))
    with pytest.raises(InvalidInputError) as raised:
        read_landmarks(path)
    assert str(raised.value).startswith(str(path))
    assert told in str(raised.value)
