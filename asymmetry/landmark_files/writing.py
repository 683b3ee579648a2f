"""`write_landmarks`: points into a file that another program reads."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from asymmetry.core.arrays import check_type
from asymmetry.core.files import replace_file
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.paths import local_path
from asymmetry.errors import InvalidInputError
from asymmetry.landmark_files.registry import writable_format

__all__ = ["write_landmarks"]


def write_landmarks(landmarks: Landmarks, path: str | os.PathLike[str]) -> Path:
    """Write points to a file in the format that its ending names. They are biometric data.

    Parameters
    ----------
    landmarks : Landmarks
        n photos. Points keep their scheme: MediaPipe's 478 don't become dlib's 68.
    path : path
        Ending in ``.csv``, ``.json``, ``.tps``, ``.npz``, or for one photo ``.pts``, ``.tem``, or ``.txt``
        for Emotrics, which has the scheme ``dlib78`` alone and whole pixels. Only ``.npz`` keeps
        everything; ``.csv`` and ``.json`` keep points, poses and sizes, and the others x and y.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    InvalidInputError
        If no format has that ending, or it can't hold these photos.

    Examples
    --------
    >>> blank = Landmarks.blank(["a.jpg", "b.jpg"], status="no_face", scheme="dlib68")
    >>> write_landmarks(blank, "two.pts")
    Traceback (most recent call last):
    ...
    asymmetry.errors.InvalidInputError: two.pts: a .pts file holds one photo, and these are 2
    """
    check_type("landmarks", landmarks, Landmarks)
    target = local_path(path)
    suffix = target.suffix.lower()
    if suffix == ".npz":
        landmarks.save(target)
        return target
    form = writable_format(suffix, str(target))
    if len(landmarks) != 1 and not form.many:
        raise InvalidInputError(
            f"{target}: a {suffix} file holds one photo, and these are {len(landmarks)}"
        )
    if not form.many and np.isnan(landmarks.points).all():
        raise InvalidInputError(f"{target}: {landmarks.photo[0]} has no points to write")
    assert form.write is not None
    try:
        text = form.write(landmarks)
    except InvalidInputError as error:
        raise InvalidInputError(f"{target}: {error}") from error
    with replace_file(target, private=True) as made:
        made.write_text(text, encoding="utf-8", newline="\n")
    return target
