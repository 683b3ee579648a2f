"""Tables of points in CSV: one row a face (``x_0, y_0, x_1, ...``), or one row a point (``x, y``)."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import FloatArray
from asymmetry.core.cells import guard_formula
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.records import make_plain
from asymmetry.errors import InvalidInputError
from asymmetry.landmark_files.points import as_number, as_scheme
from asymmetry.landmark_files.protocol import FoundFaces, LandmarkFormat

__all__ = ["FACE_TABLE", "POINT_TABLE", "columns_of", "read_rows", "stack_points"]

_NAMES = ("photo", "image", "file", "filename", "name")
_POINT = re.compile(r"([xyz])_?(\d+)")
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+(?:[eE][-+]?\d+)?")
_POSE = tuple(f"pose_{i}" for i in range(9))


def read_rows(text: str) -> tuple[list[str], list[list[str]]]:
    """Heads, in lower case except for single capitals, and the other rows of a table in CSV.

    Columns may be parted by commas, semicolons or tabs, and have spaces about them, as those of OpenFace.
    A comma within a cell of numbers is a decimal comma where semicolons or tabs part the cells.
    """
    text = text.lstrip("\ufeff")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = [[cell.strip() for cell in row] for row in _cells(text, delimiter)]
    if delimiter != ",":
        rows = [[_pointed(cell) for cell in row] for row in rows]
    rows = [row for row in rows if any(row)]
    if not rows:
        raise InvalidInputError("it is empty")
    short = next((i for i, row in enumerate(rows[1:], 2) if len(row) != len(rows[0])), None)
    if short is not None:
        raise InvalidInputError(f"line {short} has not as many cells as the first one")
    return rows[0], rows[1:]


def _pointed(cell: str) -> str:
    """A number with a decimal point instead of a comma; anything else as it is."""
    if _DECIMAL_COMMA.fullmatch(cell):
        return cell.replace(",", ".")
    return cell


def _cells(text: str, delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text), delimiter=delimiter, skipinitialspace=True)
    except csv.Error as error:
        raise InvalidInputError(f"it is no table ({error})") from error


def columns_of(heads: Sequence[str], axis: str) -> list[int]:
    """Columns of one coordinate of all points, in the points' order; numbers may begin at 0 or 1."""
    found = [(_POINT.fullmatch(head), column) for column, head in enumerate(heads)]
    numbered = sorted((int(each[2]), column) for each, column in found if each and each[1] == axis)
    numbers = [number for number, _ in numbered]
    if numbers and numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        raise InvalidInputError(f"its columns {axis}_0, {axis}_1, ... have a gap")
    return [column for _, column in numbered]


def stack_points(heads: Sequence[str], rows: Sequence[Sequence[str]], axes: str) -> FloatArray:
    """The points of each row, shape (n, k, axes)."""
    columns = [columns_of(heads, axis) for axis in axes]
    columns = [each for each in columns if each]
    if len({len(each) for each in columns}) > 1:
        raise InvalidInputError(f"it has not as many columns of {' as of '.join(axes)}")
    numbers = [[[as_number(row[at]) for at in each] for each in columns] for row in rows]
    array = np.array(numbers, dtype=np.float64).reshape(len(rows), len(columns), -1)
    return np.moveaxis(array, 1, 2)


def _table(text: str) -> tuple[list[str], list[list[str]]]:
    heads, rows = read_rows(text)
    return [head.lower() for head in heads], rows


def _heads(text: str) -> list[str]:
    """The heads alone."""
    return _table(text.lstrip("\ufeff").partition("\n")[0])[0]


def _recognise_faces(text: str) -> bool:
    heads = set(_heads(text))
    return bool(heads & {"x_0", "x0", "x_1", "x1"}) and bool(heads & {"y_0", "y0", "y_1", "y1"})


def _read_faces(text: str, scheme: str) -> FoundFaces:
    heads, rows = _table(text)
    points, name = as_scheme(stack_points(heads, rows, "xyz"), scheme or _find_scheme(heads, rows))
    column = next((heads.index(each) for each in _NAMES if each in heads), None)
    photo = () if column is None else [row[column].removeprefix("'") for row in rows]
    sizes = _numbers(heads, rows, ("width", "height"), np.int64)
    poses = _numbers(heads, rows, _POSE, np.float64)
    return FoundFaces(
        points=points,
        scheme=name,
        photo=photo,
        size=sizes,
        pose=poses if poses is None else poses.reshape(-1, 3, 3),
    )


def _find_scheme(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The scheme that a column names; empty where there is none."""
    told = {row[heads.index("scheme")] for row in rows} if "scheme" in heads else set()
    if len(told) > 1:
        raise InvalidInputError("its rows are of different schemes: give each a file of its own")
    return next(iter(told), "")


def _numbers(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    names: Sequence[str],
    kind: type[np.generic],
) -> npt.NDArray[Any] | None:
    """Columns of numbers; None where there are none or a cell is empty."""
    if not set(names) <= set(heads):
        return None
    cells = [[row[heads.index(name)] for name in names] for row in rows]
    if not all(cell for row in cells for cell in row):
        return None
    return np.array(cells, dtype=np.float64).reshape(len(rows), len(names)).astype(kind)


def _write_faces(landmarks: Landmarks) -> str:
    count = landmarks.layout.size
    heads = [f"{axis}_{i}" for i in range(count) for axis in "xyz"]
    made = io.StringIO()
    table = csv.writer(made, lineterminator="\n")
    table.writerow(["photo", "scheme", "width", "height", *_POSE, *heads])
    for row in range(len(landmarks)):
        numbers = [*landmarks.pose[row].ravel().tolist(), *landmarks.points[row].ravel().tolist()]
        cells = ["" if math.isnan(value) else repr(value) for value in numbers]
        name = guard_formula(make_plain(str(landmarks.photo[row])))
        table.writerow([name, landmarks.scheme, *landmarks.size[row].tolist(), *cells])
    return made.getvalue()


def _recognise_points(text: str) -> bool:
    return {"x", "y"} <= set(_heads(text))


def _read_points(text: str, scheme: str) -> FoundFaces:
    heads, rows = _table(text)
    axes = [axis for axis in "xyz" if axis in heads]
    numbers = [[as_number(row[heads.index(axis)]) for axis in axes] for row in rows]
    points, name = as_scheme(np.array(numbers, dtype=np.float64)[None], scheme)
    return FoundFaces(points=points, scheme=name)


FACE_TABLE = LandmarkFormat(
    "CSV", (".csv", ".tsv"), _recognise_faces, _read_faces, _write_faces, many=True
)
POINT_TABLE = LandmarkFormat("CSV of points", (".csv", ".tsv"), _recognise_points, _read_points)
