"""The text files of Emotrics and Emotrics+: iBUG's 68 points, and a circle for each iris.

Sides are the patient's own there too. A part that is not seen is -1: an iris has a negative radius where the
eye is closed. Emotrics+ adds eight points of the nasolabial folds, which this library has no use for.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import SIDES, Side, get_scheme
from asymmetry.errors import InvalidInputError
from asymmetry.landmark_files.points import number_rows
from asymmetry.landmark_files.protocol import PIXEL_CENTRE, FoundFaces, LandmarkFormat

__all__ = ["EMOTRICS"]

FloatArray = npt.NDArray[np.floating[Any]]

_SCHEME = "dlib78"
_POINTS = 68
#: Ends of an iris from its centre, in radii: towards the midline, and down.
_RIM = {
    "iris_centre": (0, 0),
    "iris_medial": (1, 0),
    "iris_top": (0, -1),
    "iris_lateral": (-1, 0),
    "iris_bottom": (0, 1),
}
_PART = re.compile(r"#\s*(?P<title>[^{}\n]*)\{[^\n]*\n(?P<body>.*?)(?:#\s*\}|\Z)", re.DOTALL)


def _parts(text: str) -> dict[str, str]:
    """The file's parts by the first words of their titles, in lower case."""
    found = _PART.finditer(text.replace("\r\n", "\n").replace("\r", "\n"))
    titles = ((each["title"].partition("[")[0].strip().lower(), each["body"]) for each in found)
    return {re.sub(r"^\d+ ", "", title): body for title, body in titles}


def _recognise(text: str) -> bool:
    return text.lstrip().startswith("#") and "facial landmarks" in _parts(text)


def _read(text: str, scheme: str) -> FoundFaces:
    if scheme not in ("", _SCHEME):
        raise InvalidInputError(f"a file of Emotrics is read as {_SCHEME}, not as {scheme}")
    parts = _parts(text)
    rows = number_rows(parts["facial landmarks"].splitlines())
    if len(rows) < _POINTS or rows.shape[1] < 2:
        raise InvalidInputError(f"it has {len(rows)} points, and Emotrics has {_POINTS}")
    placed = np.full((get_scheme(_SCHEME).size, 2), np.nan)
    placed[:_POINTS] = rows[:_POINTS, :2]
    placed[(placed < 0).any(axis=1)] = np.nan
    for side in SIDES:
        circle = number_rows(parts.get(f"{side} iris", "").splitlines()).ravel()
        _place_iris(placed, circle, right=side == "right")
    photo = parts.get("file name", "").strip()
    return FoundFaces(
        points=placed[None], scheme=_SCHEME, photo=[photo] if photo else (), first_pixel=0.0
    )


def _place_iris(placed: FloatArray, circle: FloatArray, *, right: bool) -> None:
    """Put the centre and the ends of an iris to their places; nothing where the eye is closed."""
    if len(circle) != 3 or circle[2] <= 0:
        return
    x, y, radius = circle
    side, inwards = (0, radius) if right else (1, -radius)
    for name, (along, down) in _RIM.items():
        placed[get_scheme(_SCHEME).pairs[name][side]] = x + inwards * along, y + radius * down


def _write(landmarks: Landmarks) -> str:
    if landmarks.scheme != _SCHEME:
        raise InvalidInputError(
            f"Emotrics has the points of {_SCHEME}, and these are of {landmarks.scheme}"
        )
    points = landmarks.points[0, :, :2].astype(np.float64) - PIXEL_CENTRE
    whole = np.where(np.isnan(points), -1, points).round().astype(int)
    lines = ["# File name {", str(landmarks.photo[0]), "# }", "# Facial Landmarks [x,y] {"]
    lines += [f"{x},{y}" for x, y in whole[:_POINTS].tolist()]
    for side in reversed(SIDES):
        lines += ["# }", f"# {side.capitalize()} iris [x,y,r] {{", *_circle(landmarks, side)]
    return "\n".join([*lines, "# }", ""])


def _circle(landmarks: Landmarks, side: Side) -> list[str]:
    """Centre and radius of an iris, one number a line; -1 where it was not seen."""
    centre, medial, lateral = (
        landmarks.point(f"iris_{name}", side)[0, :2] for name in ("centre", "medial", "lateral")
    )
    numbers = [*(centre - PIXEL_CENTRE), np.linalg.norm(medial - lateral) / 2]
    if not np.isfinite(numbers).all():
        return ["-1"] * 3
    return [str(round(float(number))) for number in numbers]


EMOTRICS = LandmarkFormat("Emotrics", (".txt",), _recognise, _read, _write)
