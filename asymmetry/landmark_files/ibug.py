"""``.pts``: the points of iBUG's sets of faces, one face a file."""

from __future__ import annotations

import re

import numpy as np

from asymmetry.core.landmarks import Landmarks
from asymmetry.errors import InvalidInputError
from asymmetry.landmark_files.points import as_scheme, number_rows
from asymmetry.landmark_files.protocol import PIXEL_CENTRE, FoundFaces, LandmarkFormat

__all__ = ["PTS"]

#: iBUG's pixels are counted from 1, as in MATLAB (menpo, which the group wrote, takes 1 off).
FIRST_PIXEL = 1.0
_HEAD = re.compile(r"\s*version\s*:", re.IGNORECASE)


def _recognise(text: str) -> bool:
    return _HEAD.match(text) is not None and "{" in text


def _read(text: str, scheme: str) -> FoundFaces:
    head, _, rest = text.partition("{")
    body, closed, _ = rest.partition("}")
    announced = re.search(r"n_?points\s*:\s*(\d+)", head, re.IGNORECASE)
    rows = number_rows(body.splitlines())
    if not closed or (announced and int(announced[1]) != len(rows)):
        raise InvalidInputError(
            f"it is cut off: {announced[1] if announced else 'more'} points are announced, "
            f"and {len(rows)} are there"
        )
    if rows.ndim != 2 or rows.shape[1] != 2:
        raise InvalidInputError("a .pts file of a photo has two numbers a line, x and y in px")
    points, name = as_scheme(rows[None], scheme)
    return FoundFaces(points=points, scheme=name, first_pixel=FIRST_PIXEL)


def _write(landmarks: Landmarks) -> str:
    points = landmarks.points[0, :, :2].astype(np.float64) + (FIRST_PIXEL - PIXEL_CENTRE)
    lines = [f"{x:.6f} {y:.6f}" for x, y in points.tolist()]
    return "\n".join(["version: 1", f"n_points: {len(points)}", "{", *lines, "}", ""])


PTS = LandmarkFormat("iBUG pts", (".pts",), _recognise, _read, _write)
