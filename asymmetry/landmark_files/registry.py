"""The formats of landmark files that are known. A format of your own registers itself."""

from __future__ import annotations

from asymmetry.core.arrays import check_type
from asymmetry.errors import InvalidInputError
from asymmetry.landmark_files.emotrics import EMOTRICS
from asymmetry.landmark_files.ibug import PTS
from asymmetry.landmark_files.mediapipe import JSON
from asymmetry.landmark_files.openface import OPENFACE
from asymmetry.landmark_files.protocol import LandmarkFormat
from asymmetry.landmark_files.tables import FACE_TABLE, POINT_TABLE
from asymmetry.landmark_files.tps import TPS
from asymmetry.landmark_files.webmorph import TEM
from asymmetry.landmark_files.wflw import WFLW

__all__ = [
    "find_format",
    "register_landmark_format",
    "unregister_landmark_format",
    "writable_format",
]

#: The latest is asked first.
_FORMATS: dict[str, LandmarkFormat] = {
    each.name: each
    for each in (WFLW, POINT_TABLE, FACE_TABLE, OPENFACE, EMOTRICS, TPS, TEM, PTS, JSON)
}


def register_landmark_format(form: LandmarkFormat) -> LandmarkFormat:
    """Make a format of landmark files known to `read_landmarks` and `write_landmarks`.

    Of two formats that recognise a file the later one reads it. One of the same name takes the other's place.

    Parameters
    ----------
    form : LandmarkFormat
        See there.

    Returns
    -------
    LandmarkFormat
        The same.

    Examples
    --------
    A file with two numbers a line, and nothing else:

    >>> from asymmetry.landmark_files import FoundFaces, LandmarkFormat, as_scheme, number_rows
    >>> def read(text, scheme):
    ...     points, name = as_scheme(number_rows(text.splitlines())[None], scheme)
    ...     return FoundFaces(points=points, scheme=name)
    >>> form = LandmarkFormat("pairs", (".xy",), lambda text: text[:1].isdigit(), read)
    >>> register_landmark_format(form).name
    'pairs'
    >>> unregister_landmark_format("pairs")
    """
    check_type("form", form, LandmarkFormat)
    _FORMATS.pop(form.name, None)
    _FORMATS[form.name] = form
    return form


def unregister_landmark_format(name: str) -> None:
    """Forget a format; one that is not known is no error.

    Examples
    --------
    >>> unregister_landmark_format("no such format")
    """
    _FORMATS.pop(name, None)


def find_format(text: str, name: str) -> LandmarkFormat:
    """The format of a file's text; ``name`` is the file's, for the error.

    Raises
    ------
    InvalidInputError
        If no format recognises it.
    """
    for form in reversed(_FORMATS.values()):
        if form.recognise(text):
            return form
    raise InvalidInputError(
        f"{name}: not a landmark file that is known; known are {', '.join(_FORMATS)}, and .npz files "
        "of Landmarks.save. A CSV file's first line has to name its columns, x_0, y_0, x_1, ... or x, y; "
        "a .pts file begins with its version"
    )


def writable_format(suffix: str, name: str) -> LandmarkFormat:
    """The format that files with this ending are written in; ``name`` is the file's, for the error.

    Raises
    ------
    InvalidInputError
        If there is none.
    """
    written = [form for form in reversed(_FORMATS.values()) if form.write is not None]
    for form in written:
        if suffix.lower() in form.suffixes:
            return form
    endings = sorted({form.suffixes[0] for form in written})
    raise InvalidInputError(f"{name}: landmarks are written to {', '.join(endings)} and .npz files")
