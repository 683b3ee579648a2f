"""The skin of photos: bruises as a table, as patches and as a map to draw; swelling as a table."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.landmarks import Landmarks
from asymmetry.core.notes import Note, note_array
from asymmetry.core.records import Record
from asymmetry.core.table import Measurements
from asymmetry.errors import InvalidInputError, PhotoError
from asymmetry.extract import Extractor
from asymmetry.metrics import measure
from asymmetry.metrics.expression import UNKNOWN, expressions
from asymmetry.photos.photo import PhotoSource, read_photo
from asymmetry.photos.rows import own_limit
from asymmetry.photos.sources import load_source, name_source
from asymmetry.scoring import extractor_or, photo_error
from asymmetry.tissue.bruises import Bruises, find_bruises
from asymmetry.tissue.columns import bruise_columns, notes_of
from asymmetry.tissue.density import Density, density_of
from asymmetry.tissue.patches import Patch
from asymmetry.tissue.picture import SkinPicture, draw_skin
from asymmetry.tissue.swelling import Swelling, measure_swelling, swelling_columns, without_reading

__all__ = [
    "Skin",
    "SkinPhoto",
    "read_skin",
    "show_alike",
    "skin",
    "skin_columns",
    "wears_glasses",
]

#: Longer side of a face's photo that is enough, px: a face that fills a third of it has 2 px per mm.
_ENOUGH_PX = 1800


@dataclass(frozen=True, eq=False)
class SkinPhoto:
    """The skin of one photo.

    Attributes
    ----------
    picture : SkinPicture or None
        Both halves of the face, to draw; None where no face was measured.
    density : Density or None
        The densities in which bruises are found.
    bruises : Bruises or None
        The bruises.
    swelling : Swelling
        How much more swollen the face is than in the baseline; NaN without one.
    glasses : bool
        Whether the face wears glasses.
    side_light : bool
        Whether the light comes from one side.
    expression : str
        The expression; empty where none is known.
    """

    picture: SkinPicture | None = field(default=None, repr=False)
    density: Density | None = field(default=None, repr=False)
    bruises: Bruises | None = None
    swelling: Swelling = field(default_factory=without_reading, repr=False)
    glasses: bool = False
    side_light: bool = False
    expression: str = ""

    @property
    def patches(self) -> tuple[Patch, ...]:
        """The bruises, the clearest first."""
        return self.bruises.patches if self.bruises else ()


@dataclass(frozen=True, eq=False, repr=False)
class Skin(Record):
    """The skin of some photos of one person.

    Attributes
    ----------
    table : Measurements
        One row per photo: areas, depths and hues of bruises, by side and by region, and swelling against
        the baseline, with their errors.
    photos : tuple of SkinPhoto
        Pictures, patches and maps, in the same order.
    """

    table: Measurements
    photos: tuple[SkinPhoto, ...] = field(repr=False)

    def __len__(self) -> int:
        return len(self.photos)

    @property
    def patches(self) -> tuple[tuple[Patch, ...], ...]:
        """The bruises of each photo."""
        return tuple(each.patches for each in self.photos)

    def to_dict(self) -> dict[str, Any]:
        """The table's columns as lists, and ``patches``: those of each photo, without their pixels."""
        told = [[_plain(patch) for patch in each] for each in self.patches]
        return {**self.table.to_dict(), "patches": told}

    def __repr__(self) -> str:
        told = [self.table[name].tolist() for name in ("photo", "status", "reason")]
        lines = [
            f"  {name}: {_say(each, f'{status}: {reason}'.removesuffix(': '))}"
            for name, status, reason, each in zip(*told, self.photos, strict=True)
        ]
        return "\n".join([f"Skin of {len(self)} photos", *lines])


def skin(
    photos: PhotoSource | Sequence[PhotoSource],
    baseline: PhotoSource | None = None,
    *,
    mirrored: bool = False,
    extractor: Extractor | None = None,
) -> Skin:
    """Find bruises in photos of one person, and swelling against an earlier photo.

    Parameters
    ----------
    photos : PhotoSource or sequence of PhotoSource
        The photos, each as for `score`.
    baseline : PhotoSource, optional
        A photo of the same person without bruises and swelling, of the same expression and best in like
        light. Without it, and in photos of another expression, each side is compared with the other: bruises
        alike on both are then not judged, and swelling is not measured.
    mirrored : bool
        All photos were stored mirrored, as many selfies are.
    extractor : Extractor, optional
        Reads the points, in its own way: `mirrored` is then left at its default.

    Returns
    -------
    Skin
        A row for each photo. One that can't be measured has a status and NaN.

    Raises
    ------
    PhotoError
        If the baseline can't be measured.
    InvalidInputError
        If an argument is not one that this function takes.

    Examples
    --------
    >>> skin("no-such-photo.jpg").table["status"].tolist()
    ['unreadable']
    """
    if extractor is not None and mirrored:
        raise InvalidInputError("skin: give mirrored to your own Extractor instead")
    sources: list[PhotoSource] = [photos]  # type: ignore[list-item]
    if isinstance(photos, list | tuple):
        sources = list(photos)
    with extractor_or(extractor, mirrored=mirrored) as reader:
        turned = bool(getattr(reader, "mirrored", mirrored))
        before = None
        if baseline is not None:
            before = _read_baseline(baseline, reader, turned)
        loaded = [load_source(each, name_source(each)) for each in sources]
        landmarks = reader.extract(loaded)
    scale = measure(landmarks, metrics=["mrd1"])["mm_per_px"]
    return read_skin(landmarks, loaded, scale, before=before, mirrored=[turned] * len(loaded))


def read_skin(
    landmarks: Landmarks,
    photos: Iterable[PhotoSource | None],
    mm_per_px: npt.ArrayLike,
    *,
    before: SkinPhoto | None = None,
    mirrored: Sequence[bool] | None = None,
    shown: Sequence[str] | None = None,
) -> Skin:
    """The skin of photos whose points are read.

    Parameters
    ----------
    landmarks : Landmarks
        The points, n photos.
    photos : iterable of PhotoSource or None, n
        Their pixels; None where there are none to be had.
    mm_per_px : array_like, shape (n,)
        The scale, such as the column of `measure`.
    before : SkinPhoto, optional
        The photo without bruises and swelling.
    mirrored : sequence of bool, n, optional
        Which photos were stored mirrored, and turned back before their points were read.
    shown : sequence of str, n, optional
        The expression of each. Default: as the faces show it.
    """
    flips = mirrored or [False] * len(landmarks)
    scales = np.asarray(mm_per_px, dtype=np.float64)
    labels = _see_expressions(landmarks) if shown is None else shown
    found = tuple(
        _read_photo(landmarks[row], photo, float(scales[row]), before, flips[row], labels[row])
        for row, photo in enumerate(photos)
    )
    notes = note_array(
        (*landmarks.notes[row], *_bruise_notes(each, before), *each.swelling.notes)
        for row, each in enumerate(found)
    )
    columns = bruise_columns([each.bruises for each in found])
    columns |= swelling_columns([each.swelling for each in found])
    known = {"photo": landmarks.photo, "taken": landmarks.taken, "status": landmarks.status}
    table = Measurements({**known, **columns}, landmarks.provenance)
    return Skin(table.with_notes(notes), found)


def skin_columns(tables: Sequence[Measurements | None]) -> dict[str, npt.NDArray[Any]]:
    """The columns of some photos' skin alone, a row for each table of one photo; NaN where there is none."""
    unread = bruise_columns([None]) | swelling_columns([without_reading()])
    return {
        name: np.concatenate([blank if each is None else each[name] for each in tables])
        for name, blank in unread.items()
    }


def _read_photo(
    landmarks: Landmarks,
    photo: PhotoSource | None,
    mm_per_px: float,
    before: SkinPhoto | None,
    mirrored: bool,
    expression: str,
) -> SkinPhoto:
    picture = _draw(landmarks, photo, mm_per_px, mirrored)
    if picture is None:
        return SkinPhoto()
    glasses, first = wears_glasses(landmarks), before or SkinPhoto()
    density = density_of(picture, glasses=glasses)
    against = first.density if show_alike(first.expression, expression) else None
    bruises, light = find_bruises(density, against), _has_side_light(landmarks)
    if first.picture is not None and (light or first.side_light):
        swelling = without_reading(Note("swelling_light"))
    else:
        swelling = measure_swelling(
            picture, first.picture, glasses=glasses or first.glasses, bruises=bruises.patches
        )
    return SkinPhoto(picture, density, bruises, swelling, glasses, light, expression)


def show_alike(one: str, other: str) -> bool:
    """Whether two photos may be of one expression: a smile's folds pass for bruises beside a face at rest.

    Examples
    --------
    >>> (
    ...     show_alike("smile_open", "rest"),
    ...     show_alike("smile_open", "smile_closed"),
    ...     show_alike("rest", ""),
    ... )
    (False, True, True)
    """
    kinds = {each.partition("_")[0] for each in (one, other)} - {"", UNKNOWN}
    return len(kinds) < 2


def _see_expressions(landmarks: Landmarks) -> list[str]:
    """The expression of each face, by both sides: a bruise on one cheek passes for a smile of that side."""
    return [str(label) for label in expressions(landmarks, sides="both").label]


def _bruise_notes(found: SkinPhoto, before: SkinPhoto | None) -> tuple[Note, ...]:
    """The doubts about a photo's bruises; of a baseline of another expression, that it is one."""
    notes = notes_of(found.bruises, found.density)
    if before is None or show_alike(before.expression, found.expression):
        return notes
    told = [each for each in notes if each.code != "skin_one_photo"]
    return (*told, Note("skin_expression"))


def _has_side_light(landmarks: Landmarks) -> bool:
    """Whether light from one side was noted of the face, n = 1."""
    return any(isinstance(each, Note) and each.code == "side_light" for each in landmarks.notes[0])


def _draw(
    landmarks: Landmarks, photo: PhotoSource | None, mm_per_px: float, mirrored: bool
) -> SkinPicture | None:
    if photo is None or not landmarks.usable[0]:
        return None
    try:
        pixels = read_photo(
            photo, least_side=_enough(landmarks), max_megapixels=own_limit(landmarks)
        ).pixels
    except PhotoError:
        return None
    if mirrored:
        pixels = np.ascontiguousarray(pixels[:, ::-1])
    return draw_skin(pixels, landmarks, mm_per_px=mm_per_px)


def _enough(landmarks: Landmarks) -> int:
    """Longer side of the photo, px, at which the face still has enough of them."""
    height = float(np.ptp(landmarks.points[0, :, 1]))
    share = height / float(landmarks.size[0].max())
    if not share > 0:
        return int(landmarks.size[0].max())
    return math.ceil(_ENOUGH_PX / 3 / share)


def _read_baseline(baseline: PhotoSource, reader: Extractor, mirrored: bool) -> SkinPhoto:
    loaded = load_source(baseline, name_source(baseline, "baseline"))
    landmarks = reader.extract([loaded])
    if not landmarks.usable[0]:
        raise photo_error(landmarks)
    scale = float(measure(landmarks, metrics=["mrd1"])["mm_per_px"][0])
    picture = _draw(landmarks, loaded, scale, mirrored)
    if picture is None:
        raise InvalidInputError(
            f"{landmarks.photo[0]}: half of the face is hidden, so it can't be the baseline; give another"
        )
    glasses = wears_glasses(landmarks)
    density, light = density_of(picture, glasses=glasses), _has_side_light(landmarks)
    expression = _see_expressions(landmarks)[0]
    return SkinPhoto(picture, density, glasses=glasses, side_light=light, expression=expression)


def wears_glasses(landmarks: Landmarks) -> bool:
    """Whether the face, n = 1, was noted to wear glasses."""
    return any(isinstance(each, Note) and each.code == "glasses" for each in landmarks.notes[0])


def _plain(patch: Patch) -> dict[str, Any]:
    told = replace(patch).to_dict()
    return {name: value for name, value in told.items() if name not in ("mask", "step")}


def _say(photo: SkinPhoto, why: str) -> str:
    """The bruises of a photo; why it was not looked at, as its row has it, where it was not."""
    patches = photo.patches
    if photo.bruises is None:
        return f"not measured ({why})"
    if not patches:
        return "no bruise found"
    return ", ".join(
        f"{each.hue} on the {each.side} {each.region.replace('_', ' ')}, "
        f"{each.area_mm2:.0f} mm², {each.depth_de:.1f} de"
        for each in patches
    )
