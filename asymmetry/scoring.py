"""One photo, everything: points, measurements, and the asymmetry a bystander may notice."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from asymmetry.core.frame import Scale
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.notes import Note
from asymmetry.core.records import Record, make_plain
from asymmetry.core.table import Measurements
from asymmetry.errors import (
    InvalidInputError,
    NoFaceError,
    PhotoError,
    PhotoTooLargeError,
    SeveralFacesError,
    UnreadablePhotoError,
    UnsuitablePhotoError,
)
from asymmetry.extract import Extractor, Method
from asymmetry.metrics import Metric, measure
from asymmetry.metrics.headline import HEADLINES, Difference, Headline, notable
from asymmetry.photos.photo import PhotoSource
from asymmetry.photos.sources import load_source, name_source

__all__ = ["Score", "extractor_or", "photo_error", "score"]

_ERRORS: dict[str, type[PhotoError]] = {
    kind.status: kind
    for kind in (NoFaceError, SeveralFacesError, UnsuitablePhotoError, UnreadablePhotoError)
}


# The columns shown of a metric: both sides, their difference, and how far that may be from the truth.
_COLUMNS = ("right", "left", "diff", "diff_sd")
_HTML_HEADS = ("mm", "right", "left", "difference", "±", "")


@dataclass(frozen=True, eq=False, repr=False)
class Score(Record, Mapping[str, float]):
    """Everything that was measured in one photo. A mapping of column name to number.

    Attributes
    ----------
    landmarks : Landmarks
        The points, n = 1.
    measurements : Measurements
        The table's one row, n = 1.

    Examples
    --------
    >>> from asymmetry.metrics import measure
    >>> blank = Landmarks.blank(["a.jpg"], status="no_face")
    >>> Score(blank, measure(blank))["brow_height_diff_mm"]
    nan
    """

    landmarks: Landmarks
    measurements: Measurements

    def __getitem__(self, column: str) -> float:
        """The number of a column, such as ``"brow_height_diff_mm"``; NaN where it could not be measured."""
        values = self.measurements[column]
        if not np.issubdtype(values.dtype, np.number):
            raise KeyError(column)
        return float(values[0])

    def __iter__(self) -> Iterator[str]:
        return (
            name
            for name, values in self.measurements.items()
            if np.issubdtype(values.dtype, np.number)
        )

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @property
    def photo(self) -> str:
        """The photo's name."""
        return str(self.landmarks.photo[0])

    @property
    def taken(self) -> str:
        """When it was taken, ISO 8601; empty where that is not known."""
        return str(self.landmarks.taken[0])

    @property
    def status(self) -> str:
        """``"ok"``, or ``"warn"`` where `reason` gives a caution."""
        return str(self.measurements["status"][0])

    @property
    def reason(self) -> str:
        """Cautions about the photo, in words; often empty."""
        return str(self.measurements["reason"][0])

    @property
    def notes(self) -> tuple[Note, ...]:
        """Cautions about the photo, as data."""
        notes: tuple[Note, ...] = self.measurements.notes[0]
        return notes

    def to_dict(self) -> dict[str, Any]:
        """The score as plain data, safe for JSON; without the points.

        Its keys are photo, taken, status and reason; ``values``, all numbers by column, None where not
        measured; ``notable``, the differences that a bystander likely or possibly notices; and
        ``provenance``.

        Examples
        --------
        >>> blank = Landmarks.blank(["a.jpg"], status="no_face")
        >>> Score(blank, measure(blank)).to_dict()["values"]["brow_height_diff_mm"] is None
        True
        """
        known = {
            "photo": self.photo,
            "taken": self.taken,
            "status": self.status,
            "reason": self.reason,
            "values": dict(self),
            "notable": self.notable(),
            "provenance": self.measurements.provenance,
        }
        return {name: make_plain(value) for name, value in known.items()}

    def notable(self) -> tuple[Difference, ...]:
        """The differences that a bystander likely or possibly notices, from the brow down."""
        return notable(self.measurements)[0]

    def _headlines(self) -> list[Headline]:
        """The headline metrics that were measured."""
        return [each for each in HEADLINES if each.column("diff") in self.measurements]

    def __repr__(self) -> str:
        lines = [f"  {each.title:<32} {self._describe(each)}" for each in self._headlines()]
        return "\n".join([f"Score of {self._title()}", *lines])

    def _title(self) -> str:
        """The photo, and whether it could be measured."""
        said = ": ".join(filter(None, (self.status, self.reason)))
        return f"{self.photo} ({said})"

    def _describe(self, headline: Headline) -> str:
        """A headline metric in numbers and words."""
        right, left, diff, sd = self._values(headline)
        if math.isnan(diff):
            return "not measured"
        difference = f"difference {diff:+5.1f}"
        if not math.isnan(sd):
            difference += f" ± {sd:.1f}"
        words = headline.words(diff)
        chance = headline.noticeable(diff, sd)
        if chance in ("likely", "possible"):
            words += f", noticeable: {chance}"
        return f"right {right:6.1f}  left {left:6.1f}  {difference} mm  {words}"

    def _values(self, headline: Headline) -> list[float]:
        """Right, left, difference, and its standard deviation."""
        return [self[headline.column(kind)] for kind in _COLUMNS]

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th scope='row'>{escape(headline.title)}</th>"
            + "".join(f"<td>{_screen_number(value)}</td>" for value in self._values(headline))
            + f"<td>{escape(headline.words(self[headline.column('diff')]))}</td></tr>"
            for headline in self._headlines()
        )
        head = "".join(f"<th scope='col'>{name}</th>" for name in _HTML_HEADS)
        return f"<table><caption>{escape(self._title())}</caption><tr>{head}</tr>{rows}</table>"


def _screen_number(value: float) -> str:
    """A number for the screen; a dash where there is none."""
    if math.isnan(value):
        return "–"
    return f"{round(value, 1) + 0.0:.1f}"


def score(
    photo: PhotoSource,
    *,
    mirrored: bool = False,
    method: Method = "hemiface",
    extractor: Extractor | None = None,
    scale: Scale | None = None,
    metrics: Iterable[str | Metric] | None = None,
) -> Score:
    """Measure one photo.

    For many photos make one `Extractor`, which loads the model once, and pass it.

    Parameters
    ----------
    photo : PhotoSource
        A path, a URL (extra ``url``), a file's bytes, `PhotoBytes`, an open binary file, a PIL image, or
        uint8 pixels, upright: RGB (H, W, 3), RGBA (H, W, 4), laid over white, or grey (H, W).
    mirrored : bool
        The photo was stored mirrored, as many selfies are.
    method : {"hemiface", "fast", "plain"}
        As for `Extractor`.
    extractor : Extractor, optional
        Reads the points, in its own way: `mirrored` and `method` are then left at their defaults.
    scale : Scale, optional
        Where millimetres come from. Default: the iris.
    metrics : iterable of str or Metric, optional
        As for `measure`: names out of the catalogue, and metrics of your own,
        ``[*catalogue(), cheek_height]``. Default: the whole catalogue.

    Returns
    -------
    Score
        Sides are the patient's own; differences are right minus left.

    Raises
    ------
    PhotoError
        If the photo can't be scored: `NoFaceError`, `SeveralFacesError`, `UnreadablePhotoError`, or
        `UnsuitablePhotoError` if it is too small or too large.
    InvalidInputError
        If an argument is not one that this function takes.
    MissingExtraError
        If the photo is a URL, and the package that reads URLs is not installed.

    Examples
    --------
    >>> score("no-such-photo.jpg")
    Traceback (most recent call last):
    ...
    asymmetry.errors.UnreadablePhotoError: no-such-photo.jpg: there is no such file
    """
    if extractor is not None and (mirrored or method != "hemiface"):
        raise InvalidInputError("score: give mirrored and method to your own Extractor instead")
    loaded = load_source(photo, name_source(photo))
    with extractor_or(extractor, mirrored=mirrored, method=method) as reader:
        landmarks = reader.extract([loaded])
    if not landmarks.usable[0]:
        raise photo_error(landmarks)
    return Score(landmarks, measure(landmarks, metrics=metrics, scale=scale))


def photo_error(landmarks: Landmarks) -> PhotoError:
    """Why the one photo of these landmarks can't be scored, as an error to raise."""
    kind = _ERRORS[str(landmarks.status[0])]
    if kind is UnsuitablePhotoError and not landmarks.size[0].any():
        kind = PhotoTooLargeError  # a photo refused by its header has no size yet
    photo, notes = str(landmarks.photo[0]), landmarks.notes[0]
    if len(notes) == 1:
        return kind(photo, notes[0])
    return kind(photo, str(landmarks.reason[0]))


def extractor_or(
    extractor: Extractor | None, *, mirrored: bool, method: Method = "hemiface"
) -> Extractor | nullcontext[Extractor]:
    """The caller's extractor, left open at the end, or one made here, closed at the end."""
    if extractor is not None:
        if isinstance(extractor, type) or not callable(getattr(extractor, "extract", None)):
            raise InvalidInputError(
                f"extractor has to be an Extractor, such as asymmetry.Extractor(), not {extractor!r}"
            )
        return nullcontext(extractor)
    return Extractor(mirrored=mirrored, method=method)
