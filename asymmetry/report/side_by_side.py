"""Two faces side by side as one picture, eyes level and at one scale, with the measurements of each."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from asymmetry.core.files import replace_file
from asymmetry.core.paths import file_to_write
from asymmetry.core.table import Measurements
from asymmetry.errors import InvalidInputError
from asymmetry.report.overlays import Contours, Differences, Guides, Heights, Layers, SideNames
from asymmetry.report.pictures import Frame, Picture, align_eyes

__all__ = ["check_picture", "draw_side_by_side"]

_SUFFIXES = (".png", ".jpg", ".jpeg")
_FRAME = Frame(scale=3.0)
_QUALITY = 92


def check_picture(path: str | os.PathLike[str]) -> Path:
    """The file that a picture is to be written to, before any work is done for it.

    Parameters
    ----------
    path : path
        Ending in ``.png``, ``.jpg`` or ``.jpeg``.

    Raises
    ------
    InvalidInputError
        If it ends otherwise, or there is no such folder.
    DestinationError
        If it is a URL.

    Examples
    --------
    >>> check_picture("pair.png").suffix
    '.png'
    """
    return file_to_write(path, "picture", _SUFFIXES)


def draw_side_by_side(
    pictures: Sequence[Picture], path: str | os.PathLike[str], table: Measurements | None = None
) -> Path:
    """Draw faces side by side into a file of their own, without the photos' metadata.

    Parameters
    ----------
    pictures : sequence of Picture
        The upright photos, the first on the left.
    path : path
        As for `check_picture`.
    table : Measurements, optional
        The faces' table, row by row. Default: each is measured, by the iris.

    Raises
    ------
    InvalidInputError
        If a face has no scale: the corners of its eyes were not seen.
    """
    target, shown = check_picture(path), []
    for row, picture in enumerate(pictures):
        level = align_eyes(picture, _FRAME)
        if level is None:
            raise InvalidInputError(
                f"{picture.faces.photo[0]}: the eyes were not seen, so it can't be drawn"
            )
        measured = None if table is None else table.select([row])
        shown.append(_layers(measured).annotate(level.pixels, level.faces))
    with replace_file(target, private=True) as made:
        Image.fromarray(np.concatenate(shown, axis=1)).save(made, quality=_QUALITY)
    return target


def _layers(measured: Measurements | None) -> Layers:
    """The drawings over a face."""
    numbers = Heights(measured), Differences(measured, all=True)
    return Layers((Guides(), Contours(), *numbers, SideNames()))
