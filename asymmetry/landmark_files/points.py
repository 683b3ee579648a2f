"""Parts that readers of landmark files share: numbers out of text, and the scheme of so many points."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.schemes import get_scheme, registered_schemes
from asymmetry.errors import InvalidInputError

__all__ = ["as_number", "as_scheme", "number_rows"]

FloatArray = npt.NDArray[np.floating[Any]]

#: Parts of a scheme that are published as sets of their own: number of points to scheme and its numbers.
#: iBUG's 51 points are the 68 without the jaw's 17, and its 49 lack the inner corners of the mouth too
#: (Sagonas et al. 2013); MediaPipe's first model had 468 points, without irises.
_PARTS: dict[int, tuple[str, tuple[int, ...]]] = {
    49: ("dlib68", tuple(i for i in range(17, 68) if i not in (60, 64))),
    51: ("dlib68", tuple(range(17, 68))),
    468: ("mediapipe478", tuple(range(468))),
}
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|\bnan?\b", re.IGNORECASE)
#: A line whose numbers have decimal commas, as "12,5 7,25".
_COMMAS = re.compile(r"\s*[-+]?\d+,\d+(?:\s+[-+]?\d+(?:,\d+)?)+\s*")
#: Words that programs write where a point is missing.
_MISSING = ("", "na", "n/a", "nan", "null", "none", "-")


def number_rows(lines: Iterable[str]) -> FloatArray:
    """The numbers of lines as an array, one row a line; lines without any are left out.

    Commas separate numbers, except in lines whose numbers have decimal commas and spaces between them. NA is
    NaN.

    Raises
    ------
    InvalidInputError
        If the lines don't hold equally many.

    Examples
    --------
    >>> number_rows(["1.5 2", "", "3, -4e1", "0,5 1,25"]).tolist()
    [[1.5, 2.0], [3.0, -40.0], [0.5, 1.25]]
    """
    pointed = (line.replace(",", ".") if _COMMAS.fullmatch(line) else line for line in lines)
    found = [[as_number(number) for number in _NUMBER.findall(line)] for line in pointed]
    rows = [row for row in found if row]
    if len({len(row) for row in rows}) > 1:
        raise InvalidInputError("its lines of points don't all hold equally many numbers")
    return np.array(rows, dtype=np.float64)


def as_number(cell: str) -> float:
    """A cell's number; NaN where it says that there is none.

    Raises
    ------
    InvalidInputError
        If it is anything else.

    Examples
    --------
    >>> as_number("1.5"), as_number("NA")
    (1.5, nan)
    """
    if cell.strip().lower() in _MISSING:
        return np.nan
    try:
        return float(cell)
    except ValueError:
        raise InvalidInputError(f"{cell!r} stands where a number has to be") from None


def as_scheme(points: FloatArray, scheme: str) -> tuple[FloatArray, str]:
    """Points by a scheme's numbers, and the scheme; those of a smaller set take their place in the larger.

    Parameters
    ----------
    points : ndarray, shape (n, k, 2) or (n, k, 3)
        Points as a file has them.
    scheme : str
        The scheme, or empty for the one with so many points.

    Raises
    ------
    InvalidInputError
        If no scheme, or more than one, has so many points, or the one that was named has another number.

    Examples
    --------
    >>> points, scheme = as_scheme(np.zeros((1, 51, 2)), "")
    >>> points.shape, scheme, bool(np.isnan(points[0, 0, 0]))
    ((1, 68, 2), 'dlib68', True)
    """
    if points.ndim != 3 or points.shape[2] not in (2, 3):
        raise InvalidInputError("a point has to have two numbers, x and y, or three")
    count = points.shape[1]
    whole, numbers = _PARTS.get(count, ("", ()))
    if whole and scheme in ("", whole):
        filled = np.full((len(points), get_scheme(whole).size, points.shape[2]), np.nan)
        filled[:, list(numbers)] = points
        return filled, whole
    fitting = [each.name for each in registered_schemes() if each.size == count]
    if scheme:
        size = get_scheme(scheme).size
        if size != count:
            raise InvalidInputError(f"it has {count} points, and {scheme} has {size}")
        return points, scheme
    if len(fitting) == 1:
        return points, fitting[0]
    if fitting:
        raise InvalidInputError(
            f"{' and '.join(fitting)} have {count} points: say which by scheme="
        )
    known = ", ".join(f"{each.size} ({each.name})" for each in registered_schemes())
    several = [each.size for each in registered_schemes() if count and count % each.size == 0]
    if several:
        raise InvalidInputError(
            f"it has {count} points, as {count // several[0]} faces of {several[0]} would: "
            "give each face a file, or a row, of its own"
        )
    raise InvalidInputError(
        f"no landmark scheme that is known has {count} points; known are {known}. "
        "Give it one with asymmetry.register_scheme"
    )
