"""``.tem``: WebMorph's templates, one face a file. Points, and then the lines between them."""

from __future__ import annotations

import re

from asymmetry.core.landmarks import Landmarks
from asymmetry.errors import InvalidInputError
from asymmetry.landmark_files.points import as_scheme, number_rows
from asymmetry.landmark_files.protocol import FoundFaces, LandmarkFormat

__all__ = ["TEM"]

#: WebMorph's template ``dlib70``: two middles of the eyes, which are no pupils, before iBUG's 68 points.
_DLIB = 70
_HEAD = re.compile(r"\s*\d+\s*\n\s*[-\d.,]+[ \t]+[-\d.,]+\s*(?:\n|\Z)")


def _lines(text: str) -> list[str]:
    """The lines that say something."""
    stripped = (line.strip() for line in text.splitlines())
    return [line for line in stripped if line and not line.startswith("#")]


def _recognise(text: str) -> bool:
    return _HEAD.match("\n".join(_lines(text))) is not None


def _read(text: str, scheme: str) -> FoundFaces:
    count, *lines = _lines(text)
    rows = number_rows(lines[: int(count)])
    if len(rows) != int(count) or rows.shape[1] != 2:
        raise InvalidInputError(
            f"it is cut off: {count} points are announced, {len(rows)} are there"
        )
    if len(rows) == _DLIB and not scheme:
        rows = rows[2:]
    points, name = as_scheme(rows[None], scheme)
    return FoundFaces(points=points, scheme=name)


def _write(landmarks: Landmarks) -> str:
    points = landmarks.points[0, :, :2].tolist()
    return "\n".join([str(len(points)), *(f"{x:.6f}\t{y:.6f}" for x, y in points), "0", ""])


TEM = LandmarkFormat("WebMorph tem", (".tem",), _recognise, _read, _write)
