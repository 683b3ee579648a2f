"""The lists of WFLW: a face a line, 98 points, the face's box, six attributes and the photo's name."""

from __future__ import annotations

import numpy as np

from asymmetry.errors import InvalidInputError
from asymmetry.landmark_files.points import as_scheme
from asymmetry.landmark_files.protocol import FoundFaces, LandmarkFormat

__all__ = ["WFLW"]

_NUMBERS = 2 * 98
#: Numbers between the points and the photo's name: the box's corners and the attributes.
_OTHERS = 4 + 6


def _recognise(text: str) -> bool:
    cells = text.partition("\n")[0].split()
    return len(cells) in (_NUMBERS, _NUMBERS + _OTHERS + 1)


def _read(text: str, scheme: str) -> FoundFaces:
    lines = [line.split() for line in text.splitlines() if line.strip()]
    if len({len(cells) for cells in lines}) > 1:
        raise InvalidInputError("its lines don't all hold equally many numbers")
    flat = np.array([cells[:_NUMBERS] for cells in lines], dtype=np.float64)
    points, name = as_scheme(flat.reshape(len(lines), -1, 2), scheme)
    photo = [cells[-1] for cells in lines] if len(lines[0]) > _NUMBERS else []
    return FoundFaces(points=points, scheme=name, photo=photo, first_pixel=0.0)


WFLW = LandmarkFormat("WFLW", (".txt",), _recognise, _read, many=True)
