"""``.tps``: the files of Rohlf's tps programs, any number of faces. y runs up from the photo's lower edge."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from asymmetry.core.landmarks import Landmarks
from asymmetry.errors import InvalidInputError
from asymmetry.landmark_files.points import as_scheme, number_rows
from asymmetry.landmark_files.protocol import FoundFaces, LandmarkFormat

__all__ = ["TPS"]

_START = re.compile(r"^\s*LM3?\s*=\s*(\d+)\s*$", re.IGNORECASE | re.MULTILINE)
_FIELD = re.compile(r"^\s*(\w+)\s*=\s*(.*?)\s*$", re.MULTILINE)


def _recognise(text: str) -> bool:
    return _START.match(text) is not None


def _read(text: str, scheme: str) -> FoundFaces:
    starts = list(_START.finditer(text))
    ends = [each.start() for each in starts[1:]] + [len(text)]
    rows, names = [], []
    for start, end in zip(starts, ends, strict=True):
        body = text[start.end() : end]
        count = int(start[1])
        said = {key.upper(): value for key, value in _FIELD.findall(body)}
        lines = [line for line in body.splitlines() if line.strip()][:count]
        found = number_rows(lines)
        if len(found) != count or any("=" in line for line in lines):
            raise InvalidInputError(f"it is cut off: a face of {count} points has {len(found)}")
        rows.append(found)
        names.append(said.get("IMAGE") or said.get("ID") or "")
    shapes = {found.shape for found in rows if len(found)}
    if len(shapes) != 1:
        raise InvalidInputError("its faces don't all have equally many points, or none has any")
    # tpsUtil lists photos before they are marked: they have no points yet.
    blank = np.full(shapes.pop(), np.nan)
    points, name = as_scheme(np.array([found if len(found) else blank for found in rows]), scheme)
    return FoundFaces(
        points=points,
        scheme=name,
        photo=names if all(names) else (),
        faces=[int(len(found) > 0) for found in rows],
        upwards=True,
    )


def _write(landmarks: Landmarks) -> str:
    _check_heights(landmarks)
    return "\n".join(line for row in range(len(landmarks)) for line in _face(landmarks, row))


def _check_heights(landmarks: Landmarks) -> None:
    """Refuse photos of an unknown size, which is just large enough for the points."""
    smallest = Landmarks.from_points(landmarks.points, scheme=landmarks.scheme, check=False).size
    seen = np.isfinite(landmarks.points).any(axis=(1, 2))
    unknown = seen & (landmarks.size == smallest).all(axis=1)
    if unknown.any():
        raise InvalidInputError(
            f"y runs up in it, and the size of {landmarks.photo[unknown][0]} is not known: read the "
            "points with size=(width, height) in px, or photo=, the photo's file"
        )


def _face(landmarks: Landmarks, row: int) -> Iterator[str]:
    points = landmarks.points[row, :, :2].astype(np.float64)
    yield f"LM={len(points)}"
    height = float(landmarks.size[row, 1])
    yield from (f"{x:.6f} {height - y:.6f}" for x, y in points.tolist())
    yield f"IMAGE={landmarks.photo[row]}"
    yield f"ID={row}\n"


TPS = LandmarkFormat("TPS", (".tps",), _recognise, _read, _write, many=True)
