"""Two photos of one person: the changes between them, in words, numbers and a picture."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, TypeAlias, get_args

from asymmetry.core.landmarks import Landmarks
from asymmetry.core.paths import keep_apart
from asymmetry.errors import InvalidInputError
from asymmetry.extract import Extractor, Method
from asymmetry.metrics.expression import EXPRESSIONS
from asymmetry.photos.photo import PhotoSource, read_dates, read_photo
from asymmetry.photos.record import PhotoRecord, describe_photo
from asymmetry.photos.rows import label_rows, own_limit
from asymmetry.photos.sources import digest_photo, load_source, name_source
from asymmetry.scoring import extractor_or, photo_error
from asymmetry.series.absolute import add_absolute_sds
from asymmetry.series.day_to_day import Setting
from asymmetry.series.pair import Comparison, compare_pair, pair_series

__all__ = ["Mirrored", "compare"]

#: Which of two photos was stored mirrored.
Mirrored: TypeAlias = Literal["before", "after", "both"]


def compare(
    before: PhotoSource,
    after: PhotoSource,
    *,
    expression: str | None = None,
    setting: Setting = "home",
    mirrored: Mirrored | None = None,
    method: Method = "hemiface",
    extractor: Extractor | None = None,
    picture: str | os.PathLike[str] | None = None,
) -> Comparison:
    """Compare two photos of one person; they need no dates.

    Parameters
    ----------
    before, after : PhotoSource
        The photos, as for `score`, in this order whatever their dates say.
    expression : str, optional
        The expression in both. Default: that of their names, else it is read from the faces.
    setting : {"home", "clinic"}
        How they were taken: by the patient, each held and lit differently, or in one place with one camera.
        It says how far photos of two days differ though nothing changes.
    mirrored : {"before", "after", "both"}, optional
        Which of them was stored mirrored, as many selfies are.
    method : {"hemiface", "fast", "plain"}
        As for `Extractor`.
    extractor : Extractor, optional
        Reads the points, in its own way: `method` is then left at its default.
    picture : path, optional
        A PNG or JPEG file to write: both faces side by side, eyes level and at one scale, with the
        measurements of each.

    Returns
    -------
    Comparison
        ``str`` of it tells the changes. Where the expressions differ, a photo looks mirrored against the
        other, or the faces seem to be of two people, it says so, and no change is stated.

    Raises
    ------
    PhotoError
        If a photo can't be scored, as in `score`.
    InvalidInputError
        If both are the same file, or an argument is not one that this function takes.
    DestinationError
        If the picture can't be written where it was asked for.

    Examples
    --------
    >>> compare("no-such-photo.jpg", "nor-this.jpg")
    Traceback (most recent call last):
    ...
    asymmetry.errors.UnreadablePhotoError: no-such-photo.jpg: there is no such file
    """
    if extractor is not None and method != "hemiface":
        raise InvalidInputError("compare: give method to your own Extractor instead")
    if expression not in (None, *EXPRESSIONS):
        raise InvalidInputError(
            f"unknown expression {expression!r}: use one of {', '.join(EXPRESSIONS)}"
        )
    if mirrored not in (None, *get_args(Mirrored)):
        raise InvalidInputError(f"mirrored={mirrored!r}: use 'before', 'after', 'both' or None")
    names = [name_source(before, "before"), name_source(after, "after")]
    if names[0] == names[1]:
        names = [f"before: {names[0]}", f"after: {names[1]}"]
    photos = [load_source(each, name) for each, name in zip((before, after), names, strict=True)]
    about = [
        _describe(photo, name, expression, mirrored in (place, "both"))
        for photo, name, place in zip(photos, names, ("before", "after"), strict=True)
    ]
    if about[0].sha256 and about[0].sha256 == about[1].sha256:
        raise InvalidInputError(f"{names[1]}: this is the same photo as {names[0]}; give two")
    if picture is not None:
        from asymmetry.report.side_by_side import check_picture

        check_picture(picture)
        keep_apart(picture, before, after)
    with extractor_or(extractor, mirrored=False, method=method) as reader:
        landmarks = label_rows(reader.extract(photos), about)
    for row in range(2):
        if not landmarks.usable[row]:
            raise photo_error(landmarks[row])
    if picture is not None:
        _draw(photos, landmarks, about, setting, picture)
    return compare_pair(landmarks, about, setting)


def _describe(photo: PhotoSource, name: str, expression: str | None, mirrored: bool) -> PhotoRecord:
    """The facts known about one of them."""
    record = describe_photo(name).add_dates(read_dates(photo))
    return replace(
        record,
        expression=expression or record.expression,
        mirrored=mirrored,
        sha256=digest_photo(photo),
    )


def _draw(
    photos: Sequence[PhotoSource],
    landmarks: Landmarks,
    about: Sequence[PhotoRecord],
    setting: Setting,
    path: str | os.PathLike[str],
) -> None:
    """Draw both faces at the one scale that they are compared by."""
    from asymmetry.report.pictures import Picture
    from asymmetry.report.side_by_side import draw_side_by_side

    table = pair_series(landmarks, about, setting).static
    pictures = []
    for row, photo in enumerate(photos):
        pixels = read_photo(photo, max_megapixels=own_limit(landmarks, row)).pixels
        if about[row].mirrored:
            pixels = pixels[:, ::-1]
        pictures.append(Picture(pixels, landmarks[row], float(table["mm_per_px"][row])))
    draw_side_by_side(pictures, path, add_absolute_sds(landmarks, table))
